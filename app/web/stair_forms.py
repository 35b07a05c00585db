"""The case office keeps the stairs: steps, services, places and needs, each by a form (K1–K4)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.web.calls import Refused
from app.web.fields import Choice, Day, Field, LongText, Option, Select, Whole, YesNo
from app.web.form_pages import Done, FormPage, Sent, Sheet
from app.web.forms import Form, make_form, point_at
from app.web.pages import View
from app.web.render import long_date
from app.web.sheets import TEMPLATE, Frame, make_sheet
from app.web.stair_editing import EDIT_PAGE, PLACES, Stair, load_stair
from app.web.stairs import CATEGORIES, TITLES

OFFICER = "case_officer"
_ANYWHERE = "Heile kommunen"
# Refusals that are about one field and do not point at it.
_TAKEN = {
    "step-number-taken": "nummer",
    "sheltered-enterprise-on-stair": "slag",
    "stair-capacity-exists": "dag",
    "stair-need-exists": "aar",
}


Describe = Callable[[Stair, bool], list[Field]]
Fill = Callable[[Stair, Mapping[str, Any]], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of row that a form is about: where it is in the API, its fields, and what stands in them of a row."""

    collection: str
    new: str
    change: str
    button: str
    done: str
    after: Sequence[str]
    fields: Describe
    initial: Fill
    name: Callable[[Stair, Mapping[str, Any]], str]


def describe_step(stair: Stair, is_new: bool) -> list[Field]:
    """The category is chosen once, on the activity stair alone (K1)."""
    categories = [Option(f"{number}", text) for number, text in CATEGORIES.items()]
    return [
        Whole(name="nummer", label="Nummer på trappa", to="number", hint="1 er det nedste trinnet."),
        *(
            [Choice(name="kategori", label="Kategori", to="category", options=categories)]
            if stair.is_activity and is_new
            else []
        ),
        Field(name="namn", label="Kva heiter trinnet?", to="name"),
        LongText(
            name="tekst",
            label="Kva er dette trinnet?",
            to="description",
            required=False,
            null=not is_new,
            hint="Alle kan lese det. Skriv kort og enkelt.",
        ),
    ]


def describe_service(stair: Stair, is_new: bool) -> list[Field]:
    """Its step and kind are chosen once (K2)."""
    steps = [Option(one["id"], f"{one['number']} · {one['name']}") for one in stair.steps]
    special = (
        Option("sheltered_enterprise", "Plass i vekstbedrift", "Plassane vert henta frå vekstbedriftene.")
        if stair.is_activity
        else Option("nursing_home", "Sjukeheim", "Tel med i dekninga for dei over 80 år.")
    )
    chosen_once = [
        Select(name="trinn", label="Trinn", to="step_id", options=steps),
        Choice(name="slag", label="Slag", to="kind", options=[Option("other", "Vanleg tilbod"), special]),
    ]
    return [
        *(chosen_once if is_new else []),
        Field(name="namn", label="Kva heiter tilbodet?", to="name"),
        Field(name="kven", label="For kven", to="for_whom"),
        Field(name="gjev", label="Kven gjev det?", to="provided_by"),
        YesNo(name="vedtak", label="Krev det vedtak?", to="requires_decision"),
        Select(
            name="stad",
            label="Stad",
            to="place",
            required=False,
            null=True,
            hint=f"Tomt: {_ANYWHERE.lower()}.",
            options=[Option(place, place) for place in PLACES],
        ),
        Field(name="spor", label="Slik spør du", to="how_to_apply", required=False, null=True),
        Field(
            name="adresse",
            label="Adresse til meir om tilbodet",
            to="address",
            required=False,
            null=True,
            hint="Til dømes https://www.alver.kommune.no/.",
        ),
        Day(name="fra", label="Første dag", to="valid_from"),
        Day(name="til", label="Siste dag", to="valid_to", required=False, null=True),
    ]


def describe_capacity(stair: Stair, is_new: bool) -> list[Field]:
    """A count is of a step or a service, in a place, on a day; its number and source can be mended (K3)."""
    lines = stair.list_lines(with_enterprises=False)
    return [
        *(
            [
                Select(name="linje", label="Trinn eller tilbod", to="step_id service_id", options=lines),
                Select(name="stad", label="Stad", to="place", options=[Option(place, place) for place in PLACES]),
            ]
            if is_new
            else []
        ),
        Whole(name="tal", label="Tal på plassar", to="number"),
        *([Day(name="dag", label="Talt den", to="as_of")] if is_new else []),
        Field(name="kjelde", label="Kjelde", to="source", hint="Til dømes «Teljing av bustadar 2022»."),
    ]


def describe_need(stair: Stair, is_new: bool) -> list[Field]:
    """A need is what a source says of a year, by a scenario; its number and source can be mended (K4)."""
    lines = stair.list_lines(with_enterprises=True)
    places = [Option(place, place) for place in PLACES]
    return [
        *(
            [
                Select(name="linje", label="Trinn eller tilbod", to="step_id service_id", options=lines),
                Select(
                    name="stad", label="Stad", to="place", required=False, hint="Tomt: alle stader.", options=places
                ),
            ]
            if is_new
            else []
        ),
        Whole(name="tal", label="Tal på plassar som trengst", to="number"),
        *(
            [
                Whole(name="aar", label="År", to="year"),
                Field(name="scenario", label="Scenario", to="scenario", hint="Til dømes «Hovudalternativ»."),
            ]
            if is_new
            else []
        ),
        Field(name="kjelde", label="Kjelde", to="source", hint="Til dømes «Framskriving 2022»."),
    ]


def _fill_step(stair: Stair, row: Mapping[str, Any]) -> dict[str, Any]:
    return {"nummer": row["number"], "namn": row["name"], "tekst": row["description"]}


def _fill_service(stair: Stair, row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "namn": row["name"],
        "kven": row["for_whom"],
        "gjev": row["provided_by"],
        "vedtak": row["requires_decision"],
        "stad": row["place"],
        "spor": row["how_to_apply"],
        "adresse": row["address"],
        "fra": row["valid_from"],
        "til": row["valid_to"],
    }


def _fill_number(stair: Stair, row: Mapping[str, Any]) -> dict[str, Any]:
    return {"tal": row["number"], "kjelde": row["source"]}


STEP = Kind(
    "steps", "Nytt trinn", "Endre trinnet", "Lagre trinnet", "Trinnet er lagra",
    ("Trinnet står på den opne sida om trappa med ein gong.",), describe_step, _fill_step,
    lambda stair, row: f"{row['number']} · {row['name']}",
)  # fmt: skip
SERVICE = Kind(
    "services", "Nytt tilbod", "Endre tilbodet", "Lagre tilbodet", "Tilbodet er lagra",
    (
        "Alle kan lese om tilbodet frå den første dagen til og med den siste.",
        "Tek eit tilbod slutt, skriv den siste dagen. Det vert ikkje sletta.",
    ),
    describe_service, _fill_service, lambda stair, row: str(row["name"]),
)  # fmt: skip
CAPACITY = Kind(
    "capacities", "Ny teljing av plassar", "Rett teljinga", "Lagre teljinga", "Teljinga er lagra",
    (
        "Den siste teljinga av kvar stad gjeld. Ein ny dag er ei ny teljing, og dei eldre vert ståande.",
        "Plassar i vekstbedrift vert henta frå vekstbedriftene, og kan ikkje førast her (K5).",
    ),
    describe_capacity, _fill_number,
    lambda stair, row: f"{stair.name_line(row)}, {row['place']}, {long_date(row['as_of'])}",
)  # fmt: skip
NEED = Kind(
    "needs", "Nytt behov", "Rett behovet", "Lagre behovet", "Behovet er lagra",
    ("Det som manglar, er behovet minus plassane. Utan eit oppgjeve behov er det ukjent, ikkje null (K4).",),
    describe_need, _fill_number,
    lambda stair, row: f"{stair.name_line(row)}, {row['place'] or 'alle stader'}, {row['year']}, {row['scenario']}",
)  # fmt: skip


def add_form(kind: Kind, path: str) -> FormPage:
    """The address of a form that adds a row."""

    async def prepare(view: View) -> Sheet:
        stair = await load_stair(view)
        initial: dict[str, Any] = {"dag": view.on, "fra": view.on}
        names = {one.name for one in kind.fields(stair, True)}
        form = make_form(*kind.fields(stair, True), **{name: value for name, value in initial.items() if name in names})
        return _make_sheet(stair, kind, kind.new, form)

    async def send(view: View, sent: Sent) -> Done:
        stair: Stair = sent.sheet.values["stair"]
        body = dict(sent.body)
        step_id, _, service_id = body.pop("step_id service_id", "").partition(" ")
        if step_id:
            body |= {"step_id": step_id} | ({"service_id": service_id} if service_id else {})
        if "category" in body:
            body["category"] = int(body["category"])
        try:
            await view.api.post(f"{stair.path}/{kind.collection}", body, sent.acting)
        except Refused as refused:
            raise point_at(refused, _TAKEN) from None
        return Done(EDIT_PAGE, f"{kind.done}.")

    send.__name__ = f"add_stair_{kind.collection}"
    return FormPage(f"/trapp/{{stair}}/{path}", TEMPLATE, prepare, send, OFFICER)


def change_form(kind: Kind, path: str) -> FormPage:
    """The address of a form that changes a row."""

    async def prepare(view: View) -> Sheet:
        stair = await load_stair(view)
        address = f"{stair.path}/{kind.collection}/{view.request.path_params['row_id']}"
        row, etag = await view.api.get_with_etag(address)
        form = make_form(*kind.fields(stair, False), etag=etag, **kind.initial(stair, row))
        return _make_sheet(stair, kind, f"{kind.change}: {kind.name(stair, row)}", form, address=address)

    async def send(view: View, sent: Sent) -> Done:
        try:
            await view.api.patch(sent.sheet.values["address"], sent.body, sent.acting)
        except Refused as refused:
            raise point_at(refused, _TAKEN) from None
        return Done(EDIT_PAGE, f"{kind.done}.")

    send.__name__ = f"change_stair_{kind.collection}"
    return FormPage(f"/trapp/{{stair}}/{path}/{{row_id:uuid}}", TEMPLATE, prepare, send, OFFICER)


def _make_sheet(stair: Stair, kind: Kind, title: str, form: Form, **values: Any) -> Sheet:
    frame = Frame(
        title=title,
        line=TITLES[stair.key],
        here=title.partition(":")[0],
        back=(EDIT_PAGE, "Rediger trappene"),
        button=kind.button,
        after=kind.after,
    )
    return make_sheet(form, frame, stair=stair, **values)


async def prepare_review(view: View) -> Sheet:
    """That what both stairs say has been gone through (K2)."""
    form = make_form(
        Day(name="dag", label="Gått gjennom den", to="reviewed_on"),
        Field(name="merknad", label="Merknad", to="note", required=False),
        dag=view.on,
    )
    frame = Frame(
        title="Trappene er gått gjennom",
        here="Gjennomgang",
        back=(EDIT_PAGE, "Rediger trappene"),
        button="Lagre gjennomgangen",
        after=("Oppgåva om gjennomgang er gjord, og kjem att om eit år.",),
    )
    return make_sheet(form, frame)


async def record_review(view: View, sent: Sent) -> Done:
    """The next task is due a year later."""
    made = await view.api.post("/v1/stair-reviews", sent.body, sent.acting)
    return Done(EDIT_PAGE, f"Gjennomgangen {long_date(made['reviewed_on'])} er lagra.")


ROUTES = (
    FormPage("/trapp/gjennomgang", TEMPLATE, prepare_review, record_review, OFFICER),
    *(
        route
        for kind, new, path in (
            (STEP, "trinn/nytt", "trinn"),
            (SERVICE, "tilbod/nytt", "tilbod"),
            (CAPACITY, "plassar/ny", "plassar"),
            (NEED, "behov/nytt", "behov"),
        )
        for route in (add_form(kind, new), change_form(kind, path))
    ),
)
