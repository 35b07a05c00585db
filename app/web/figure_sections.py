"""«Styringstal»: whether decisions mirror the need, from need to cost, and what the next of kin say (S4, S5, S7)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.web.pages import View
from app.web.render import amount
from app.web.words import WORDS

HIDDEN = "for få til å visast"


@dataclass(frozen=True, slots=True)
class MirrorRow:
    """A line of the mirror table: what it is of what, in words, and of how many it is not recorded."""

    label: str
    formula: str
    numerator: str
    denominator: str
    value: str
    people: str
    missing: str


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """A kind of service, or all of them, from need to cost."""

    name: str
    count: str
    assessed: str
    decided: str
    delivered: str
    staff: str
    cost: str


@dataclass(frozen=True, slots=True)
class SurveyTable:
    """A survey's answers to one question: a column for each answer and for those who gave none, a row for each area."""

    question: str
    values: Sequence[str]
    rows: Sequence[tuple[str, Sequence[str], str, str]]


@dataclass(frozen=True, slots=True)
class SurveySection:
    """A survey with its questions."""

    name: str
    first_day: str
    last_day: str
    source: str
    questions: Sequence[SurveyTable]


async def load_mirror(view: View, year: int) -> Mapping[str, Any]:
    """The mirror table of a year as known on the page's day, and its services from need to cost."""
    mirror = await view.api.get("/v1/mirror", period=f"{year}", on=view.on)
    services = await view.api.get("/v1/mirror/services", period=f"{year}", on=view.on)
    rows = [*services["items"], *([services["total"]] if len(services["items"]) > 1 else [])]
    return {
        "table": mirror,
        "rows": [_build_line(line) for line in mirror["lines"]],
        "services": [_build_service(row) for row in rows],
    }


async def load_surveys(view: View, year: int) -> Sequence[SurveySection]:
    """The surveys that were open on a day of the year or of the year before, each with its questions."""
    found = (await view.api.get("/v1/surveys", limit=200))["items"]
    return [
        SurveySection(
            name=survey["name"],
            first_day=survey["from"],
            last_day=survey["to"],
            source=survey["source"],
            questions=_group_questions((await view.api.get(f"/v1/surveys/{survey['id']}/results"))["items"]),
        )
        for survey in found
        if int(survey["from"][:4]) <= year and int(survey["to"][:4]) >= year - 1
    ]


def _build_line(line: Mapping[str, Any]) -> MirrorRow:
    is_hidden = line["suppressed"]
    percent = f"{amount(line['value'])} %" if line["value"] is not None else "–"
    is_part_hidden = line["value"] is None and line["denominator"] is None
    return MirrorRow(
        label=line["label"],
        formula=line["formula"],
        numerator=_write(line["numerator"]),
        denominator=_write(line["denominator"]),
        value=HIDDEN if is_hidden or is_part_hidden else percent,
        people=_write(line["people"]),
        missing=_write(line["missing"]),
    )


def _build_service(row: Mapping[str, Any]) -> ServiceRow:
    return ServiceRow(
        name=row["name"] or "Alle slag",
        count=HIDDEN if row["suppressed"] else _write(row["count"]),
        assessed=_write(row["assessed_hours"]),
        decided=_write(row["decided_hours"]),
        delivered=_write(row["delivered_hours"]),
        staff=_write(row["full_time_equivalents"]),
        cost=_write(row["cost"]),
    )


def _group_questions(results: Sequence[Mapping[str, Any]]) -> Sequence[SurveyTable]:
    together: dict[str, list[Mapping[str, Any]]] = {}
    for result in results:
        together.setdefault(result["question"], []).append(result)
    return [_build_question(question, same) for question, same in together.items()]


def _build_question(question: str, results: Sequence[Mapping[str, Any]]) -> SurveyTable:
    values = list(dict.fromkeys(answer["value"] for result in results for answer in result["answers"]))
    rows = []
    for result in results:
        counts = {answer["value"]: _write(answer["count"], HIDDEN) for answer in result["answers"]}
        area = result["service_area"]
        rows.append(
            (
                "Alle tenestene" if area is None else WORDS["service_area"][area],
                [counts.get(value, "–") for value in values],
                _write(result["answered"], HIDDEN),
                _write(result["invited"], HIDDEN),
            )
        )
    return SurveyTable(question, values, rows)


def _write(value: int | str | None, nothing: str = "–") -> str:
    return nothing if value is None else amount(str(value))
