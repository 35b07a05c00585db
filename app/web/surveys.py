"""Surveys of the next of kin on the page: what they say, and the forms by which counts are recorded (S6, S7)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Response

from app.web.calls import Refused
from app.web.fields import Day, Field, Invalid, LongText, Select, Whole
from app.web.form_pages import Done, FormPage, Sent, Sheet
from app.web.forms import make_form, point_at
from app.web.mirror_sections import HIDDEN
from app.web.pages import Page, View
from app.web.render import amount, long_date
from app.web.sheets import TEMPLATE, Frame, make_sheet
from app.web.words import WORDS, options

PAGE = "/undersokingar"
BACK = (PAGE, "Undersøkingar")
READERS = ("case_officer", "finance", "manager")
OFFICER = "case_officer"


@dataclass(frozen=True, slots=True)
class SurveyRow:
    """What an area, or all of them, answered to a question, in words."""

    id: str
    area: str
    counts: Sequence[str]
    answered: str
    invited: str


@dataclass(frozen=True, slots=True)
class SurveyTable:
    """A survey's answers to one question: a column for each answer, a row for each area."""

    question: str
    values: Sequence[str]
    rows: Sequence[SurveyRow]


@dataclass(frozen=True, slots=True)
class SurveySection:
    """A survey with its questions."""

    id: str
    name: str
    first_day: str
    last_day: str
    source: str
    questions: Sequence[SurveyTable]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerCounts(LongText):
    """How many chose each answer, one on each line: `Ja: 12`."""

    def parse(self, text: str) -> list[dict[str, Any]]:
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        return [self._parse_line(line) for line in lines]

    def _parse_line(self, line: str) -> dict[str, Any]:
        value, _, count = (part.strip() for part in line.rpartition(":"))
        if not value or not (count.isascii() and count.isdigit() and len(count) < 10):
            raise Invalid(f"Skriv svaret, kolon og kor mange: «Ja: 12». Det står «{line[:60]}».")
        return {"value": value, "count": int(count)}

    def write(self, value: Any) -> list[str]:
        return ["\n".join(f"{one['value']}: {one['count']}" for one in value)]


async def load_surveys(view: View, year: int) -> Sequence[SurveySection]:
    """The surveys that were open on a day of the year or of the year before, each with its questions."""
    return [
        await _load_section(view, survey)
        for survey in await view.api.list("/v1/surveys")
        if int(survey["from"][:4]) <= year and int(survey["to"][:4]) >= year - 1
    ]


async def show_surveys(view: View) -> Response:
    """All of them, the last one first."""
    found = sorted(await view.api.list("/v1/surveys"), key=lambda one: one["from"], reverse=True)
    return view.render("undersokingar.html", surveys=found, may_change=OFFICER in view.roles)


async def show_survey(view: View) -> Response:
    """One with its questions; the case office finds a form beside each row."""
    survey = await view.api.get(_get_path(view))
    section = await _load_section(view, survey)
    return view.render("undersoking.html", survey=section, may_change=OFFICER in view.roles)


def _get_path(view: View) -> str:
    return f"/v1/surveys/{view.request.path_params['survey_id']}"


async def _load_section(view: View, survey: Mapping[str, Any]) -> SurveySection:
    results = (await view.api.get(f"/v1/surveys/{survey['id']}/results"))["items"]
    together: dict[str, list[Mapping[str, Any]]] = {}
    for result in results:
        together.setdefault(result["question"], []).append(result)
    return SurveySection(
        id=survey["id"],
        name=survey["name"],
        first_day=survey["from"],
        last_day=survey["to"],
        source=survey["source"],
        questions=[_build_question(question, same) for question, same in together.items()],
    )


def _build_question(question: str, results: Sequence[Mapping[str, Any]]) -> SurveyTable:
    values = list(dict.fromkeys(answer["value"] for result in results for answer in result["answers"]))
    rows = []
    for result in results:
        counts = {answer["value"]: _write(answer["count"]) for answer in result["answers"]}
        area = result["service_area"]
        rows.append(
            SurveyRow(
                id=result["id"],
                area="Alle tenestene" if area is None else WORDS["service_area"][area],
                counts=[counts.get(value, "–") for value in values],
                answered=_write(result["answered"]),
                invited=_write(result["invited"]),
            )
        )
    return SurveyTable(question, values, rows)


def _write(value: int | None) -> str:
    return HIDDEN if value is None else amount(str(value))


async def prepare_survey(view: View) -> Sheet:
    """Its name, and the days it was open."""
    form = make_form(
        Field(name="namn", label="Kva heiter undersøkinga?", to="name"),
        Day(name="fra", label="Første dag", to="from"),
        Day(name="til", label="Siste dag", to="to"),
        Field(name="kjelde", label="Kjelde", to="source", hint="Kvar summane er henta frå."),
    )
    frame = Frame(
        title="Ny undersøking",
        here="Ny",
        back=BACK,
        button="Lagre undersøkinga",
        after=("Svara vert lagde inn etterpå, eitt spørsmål om gongen.",),
    )
    return make_sheet(form, frame)


async def record_survey(view: View, sent: Sent) -> Done:
    """Its answers come next."""
    try:
        made = await view.api.post("/v1/surveys", sent.body, sent.acting)
    except Refused as refused:
        raise point_at(refused, {"survey-exists": "namn"}) from None
    return Done(f"{PAGE}/{made['id']}", f"{made['name']} er lagra. Legg inn svara.")


async def prepare_result(view: View) -> Sheet:
    """The answers to one question of an area or of all; a result that is named in the address stands in the fields."""
    path = _get_path(view)
    survey = await view.api.get(path)
    copied: Mapping[str, Any] = {}
    if view.query("svar"):
        results = (await view.api.get(f"{path}/results"))["items"]
        copied = next((one for one in results if one["id"] == view.query("svar")), {})
    form = make_form(
        LongText(name="spoersmaal", label="Spørsmålet", to="question"),
        Select(
            name="omraade",
            label="Teneste",
            to="service_area",
            hint="Tomt: alle tenestene samla.",
            required=False,
            options=options("service_area", WORDS["service_area"]),
        ),
        Whole(name="spurde", label="Kor mange vart spurde?", to="invited"),
        Whole(name="svara", label="Kor mange svara på spørsmålet?", to="answered"),
        AnswerCounts(
            name="svar",
            label="Kor mange valde kvart svar?",
            to="answers",
            hint="Eitt svar på kvar linje, med kolon og talet: «Ja: 12».",
        ),
        spoersmaal=copied.get("question"),
        omraade=copied.get("service_area"),
        spurde=copied.get("invited"),
        svara=copied.get("answered"),
        svar=copied.get("answers"),
    )
    frame = Frame(
        title="Svar på eit spørsmål",
        line=f"{survey['name']}, {long_date(survey['from'])}–{long_date(survey['to'])}",
        here="Svar",
        back=(f"{PAGE}/{survey['id']}", survey["name"]),
        button="Lagre svara",
        after=(
            "Berre summar vert lagra, aldri kva ein person svara. Spørsmål med for få svar vert ikkje tekne imot (S7).",
            "Same spørsmål og teneste på nytt kjem i staden for det som stod der.",
            "Dei som ikkje ser namn, får ikkje sjå små tal, og heller ikkje tal som dei kan reknast ut av (S6).",
        ),
    )
    return make_sheet(form, frame, survey=survey)


async def record_result(view: View, sent: Sent) -> Done:
    """In the place of what was recorded of the same question and area."""
    survey = sent.sheet.values["survey"]
    await view.api.post(f"/v1/surveys/{survey['id']}/results", sent.body, sent.acting)
    return Done(f"{PAGE}/{survey['id']}", "Svara er lagra.")


ROUTES = (
    Page(PAGE, show_surveys, *READERS),
    FormPage(f"{PAGE}/ny", TEMPLATE, prepare_survey, record_survey, OFFICER),
    Page(f"{PAGE}/{{survey_id:uuid}}", show_survey, *READERS),
    FormPage(f"{PAGE}/{{survey_id:uuid}}/svar", TEMPLATE, prepare_result, record_result, OFFICER),
)
