"""The forms of the holiday trips: a round, an application, its assessment and its withdrawal (T)."""

from typing import Any

from app.web.applicants import HANDLERS, HIDDEN_NAME, name_applicants
from app.web.calls import Refused
from app.web.fields import Choice, Day, Field, Hidden, LongText, Option, Select, Whole
from app.web.form_pages import Done, FormPage, Sent, Sheet
from app.web.forms import make_form, nest, point_at
from app.web.pages import View
from app.web.render import long_date
from app.web.sheets import TEMPLATE, Frame, make_sheet
from app.web.trips import APPLICANTS, CRITERIA, LENGTHS
from app.web.words import WORDS, options, word

_SCORES = [Option("0", "0: ingen"), Option("1", "1: liten"), Option("2", "2: middels"), Option("3", "3: stor")]


async def prepare_round(view: View) -> Sheet:
    """A call for applications."""
    year = view.query("aar") or str(view.on.year)
    form = make_form(
        Whole(name="aar", label="Året for turane", to="year"),
        Choice(name="lengd", label="Kva turar?", to="length", options=options("trip_length", LENGTHS)),
        Day(name="opnar", label="Opnar", to="opens_on"),
        Day(name="frist", label="Søknadsfrist", to="deadline", hint="dd.mm.åååå. Den dagen er i tide."),
        LongText(name="tekst", label="Utlysinga", to="notice_text"),
        aar=year,
        opnar=view.on,
    )
    frame = Frame(
        title="Ny runde",
        here="Ny runde",
        back=(f"/feriereiser/{year}", f"Feriereiser {year}"),
        button="Lys ut runden",
        after=(
            "Éin runde er open om gongen for kvart år og kvar lengd (T12).",
            "Fristen kan vere tidlegare enn det ordninga krev, aldri seinare. Det som kjem etter fristen, vert teke"
            " imot og står sist (T9).",
        ),
    )
    return make_sheet(form, frame)


async def record_round(view: View, sent: Sent) -> Done:
    """Its page is next."""
    try:
        made = await view.api.post("/v1/trip-rounds", sent.body, sent.acting)
    except Refused as refused:
        raise point_at(refused, {"trip-round-open": "opnar"}) from None
    return Done(f"/feriereiser/{made['year']}", f"Runden er lyst ut, med frist {long_date(made['deadline'])}.")


async def prepare_application(view: View) -> Sheet:
    """An application of the person in the address."""
    form = make_form(
        Hidden(name="deltakar", to="participant_id"),
        Day(name="motteken", label="Motteken", to="received_on"),
        LongText(name="onske", label="Kva ynskjer personen?", to="wishes"),
        Choice(name="lengd", label="Kor lang tur?", to="length", options=options("trip_length", LENGTHS)),
        Day(name="fra", label="Passar frå", to="preferred_from"),
        Day(name="til", label="Passar til", to="preferred_to"),
        Choice(
            name="grad",
            label="Kor stort er behovet for bistand?",
            to="need_grade",
            options=options("need_grade", WORDS["need_grade"]),
        ),
        Day(name="dokumentert", label="Behovet er dokumentert den", to="documented_on", required=False),
        Select(
            name="av",
            label="Dokumentert av",
            to="documented_by",
            required=False,
            options=options("service_area", ("habilitation", "mental_health", "other")),
        ),
        Whole(
            name="sist",
            label="Året personen sist fekk ein slik tur",
            to="last_granted_year",
            required=False,
            hint="Berre når turen ikkje er registrert her.",
        ),
        deltakar=view.query("deltakar"),
        motteken=view.on,
    )
    frame = Frame(
        title="Søknad om feriereise",
        here="Ny søknad",
        back=(APPLICANTS.search, "Finn søkjaren"),
        button="Registrer søknaden",
        after=(
            "Her søkjer ein om tur saman med tilsette i kommunen. Ein tur som personen skipar sjølv, treng ingen"
            " søknad; legatet kan støtte følgje (T1).",
            "Ein lang tur bør det søkjast om helst seks månader før. Kjem søknaden for seint, vert han teken imot og"
            " står sist (T9).",
            "Skriv ikkje diagnose, poeng frå IPLOS eller inntekt (T4, T7).",
        ),
    )
    return make_sheet(form, frame)


async def record_application(view: View, sent: Sent) -> Done:
    """Its page is next."""
    made = await view.api.post("/v1/trip-applications", sent.body, sent.acting)
    late = " Han kom for seint." if made["late"] else ""
    return Done(f"/feriereiser/soknader/{made['id']}", f"Søknaden er registrert.{late}")


async def prepare_assessment(view: View) -> Sheet:
    """Four scores, each with a sentence."""
    application, values = await _load_application(view)
    fields: list[Field] = [Day(name="dag", label="Vurdert den", to="assessed_on")]
    initial: dict[str, Any] = {"dag": view.on}
    for name in CRITERIA:
        label = word(name, "trip_criterion")
        fields += [
            Select(name=name, label=label, to=f"{name}/score", options=_SCORES, required=False, depends=True),
            Field(
                name=f"{name}_grunn",
                label=f"Grunngjeving for {label.lower()}",
                to=f"{name}/reason",
                required=False,
                depends=True,
                hint="Éi setning.",
            ),
        ]
        if application[name] is not None:
            initial |= {name: application[name]["score"], f"{name}_grunn": application[name]["reason"]}
    frame = Frame(
        title=f"Vurder søknaden frå {values['name']}",
        here="Vurder",
        back=values["back"],
        button="Lagre vurderinga",
        facts=[
            ("Ynske", application["wishes"]),
            ("Bistand", word(application["need_grade"], "need_grade")),
            ("Passar", f"{long_date(application['preferred_from'])} til {long_date(application['preferred_to'])}"),
        ],
        after=(
            "Er eitt av dei fire ikkje vurdert enno, står søknaden utanfor rangeringa; det"
            " vert aldri rekna som 0 (T11).",
            "Rangeringa er eit framlegg. Ein person avgjer kvar søknad.",
        ),
    )
    return make_sheet(make_form(*fields, **initial), frame, **values)


async def assess_application(view: View, sent: Sent) -> Done:
    """The last assessment counts."""
    body = nest(sent.body)
    for name in CRITERIA:
        if "score" in body.get(name, {}):
            body[name]["score"] = int(body[name]["score"])
    made = await view.api.post(f"/v1{sent.sheet.values['api_path']}/assessment", body, sent.acting)
    done = made["status"] == "assessed"
    return Done(
        sent.sheet.values["back"][0], "Søknaden er vurdert." if done else "Vurderinga er lagra, men ikkje ferdig."
    )


async def prepare_documentation(view: View) -> Sheet:
    """The need was documented after the application was received."""
    application, values = await _load_application(view)
    _, etag = await view.api.get_with_etag(f"/v1{values['api_path']}")
    form = make_form(
        Day(name="dag", label="Behovet vart dokumentert den", to="documented_on"),
        Select(
            name="av",
            label="Kven dokumenterte det?",
            to="documented_by",
            options=options("service_area", ("habilitation", "mental_health", "other")),
        ),
        etag=etag,
        dag=application["documented_on"],
        av=application["documented_by"],
    )
    frame = Frame(
        title=f"Dokumentasjon av behovet til {values['name']}",
        here="Dokumentasjon",
        back=values["back"],
        button="Lagra",
        after=("Dokumentet vert ikkje lagra. Utan dokumentasjon vert turen ikkje innvilga (T7).",),
    )
    return make_sheet(form, frame, **values)


async def document_need(view: View, sent: Sent) -> Done:
    """Before the trip is granted."""
    await view.api.patch(f"/v1{sent.sheet.values['api_path']}", sent.body, sent.acting)
    return Done(sent.sheet.values["back"][0], "Dokumentasjonen er registrert.")


async def prepare_withdrawal(view: View) -> Sheet:
    """The applicant does not want to go."""
    _, values = await _load_application(view)
    form = make_form(Day(name="dag", label="Trekt den", to="withdrawn_on"), dag=view.on)
    frame = Frame(
        title=f"Trekk søknaden frå {values['name']}",
        here="Trekk",
        back=values["back"],
        button="Trekk søknaden",
        after=("Søknaden står att, men vert ikkje rangert. Vil personen likevel vere med, registrer ein ny søknad.",),
        danger=True,
    )
    return make_sheet(form, frame, **values)


async def withdraw_application(view: View, sent: Sent) -> Done:
    """It stands as withdrawn."""
    await view.api.post(f"/v1{sent.sheet.values['api_path']}/withdrawal", sent.body, sent.acting)
    return Done(sent.sheet.values["back"][0], "Søknaden er trekt.")


async def _load_application(view: View) -> tuple[dict[str, Any], dict[str, Any]]:
    """The application in the address, and what its forms share."""
    id_ = str(view.request.path_params["trip_application_id"])
    application: dict[str, Any] = await view.api.get(f"/v1/trip-applications/{id_}")
    name = (await name_applicants(view, [application]))[application["participant_id"]]
    shown = "ein med verna adresse" if name == HIDDEN_NAME else name
    values = {
        "name": shown,
        "api_path": f"/trip-applications/{id_}",
        "back": (f"/feriereiser/soknader/{id_}", f"Søknaden frå {shown}"),
    }
    return application, values


_ONE = "/feriereiser/soknader/{trip_application_id:uuid}"
ROUTES = (
    FormPage("/feriereiser/rundar/ny", TEMPLATE, prepare_round, record_round, *HANDLERS),
    FormPage("/feriereiser/soknader/ny", TEMPLATE, prepare_application, record_application, *HANDLERS),
    FormPage(f"{_ONE}/vurdering", TEMPLATE, prepare_assessment, assess_application, *HANDLERS),
    FormPage(f"{_ONE}/dokumentasjon", TEMPLATE, prepare_documentation, document_need, *HANDLERS),
    FormPage(f"{_ONE}/trekk", TEMPLATE, prepare_withdrawal, withdraw_application, *HANDLERS),
)
