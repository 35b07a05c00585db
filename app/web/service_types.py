"""Kinds of service with the norms of their hours: the list, and the forms that keep it (S3, S5, S8)."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import Response

from app import clock
from app.web.calls import Refused
from app.web.fields import Amount, Day, Decimals, Field
from app.web.form_pages import Done, FormPage, Sent, Sheet
from app.web.forms import make_form, point_at
from app.web.pages import Page, View
from app.web.sheets import TEMPLATE, Frame, make_sheet

PAGE = "/tenesteslag"
BACK = (PAGE, "Slag teneste")
READERS = ("case_officer", "finance", "manager")
OFFICER = "case_officer"
AFTER = (
    "Timar vert til årsverk og kostnad berre med ei norm eller ein pris som er oppgjeven, og med kjelda (S5).",
    "Tala gjeld frå dagen og fram til neste dag som har tal. Styringstal for dagane før står som dei var (S8).",
)


async def show_service_types(view: View) -> Response:
    """Each kind with its norms of today, and all that were recorded by the day that they hold from."""
    found = await view.api.list("/v1/service-types")
    kinds = [
        {"kind": one, "norms": _sort_norms(await view.api.list(f"/v1/service-types/{one['id']}/norms"))}
        for one in sorted(found, key=lambda one: one["name"])
    ]
    return view.render("tenesteslag.html", kinds=kinds, may_change=OFFICER in view.session.actor.roles)


def _sort_norms(norms: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The last first; of one day the last recorded counts, and the others are left out."""
    by_day = {norm["valid_from"]: norm for norm in sorted(norms, key=lambda one: one["recorded_at"])}
    return [by_day[day] for day in sorted(by_day, key=lambda day: day or "", reverse=True)]


def _list_norms(*, null: bool) -> list[Field]:
    source, budget = "Til dømes «Arbeidstidsavtalen».", "Til dømes «Budsjett 2022»."
    return [
        Decimals(
            name="timar",
            label="Timar i veka for eitt årsverk",
            to="hours_per_full_time_equivalent",
            hint="Til dømes 35,5. Tomt: inga norm.",
            required=False,
            null=null,
        ),
        Field(name="normkjelde", label="Kjelde til norma", to="norm_source", hint=source, required=False, null=null),
        Amount(
            name="pris",
            label="Kostnad per time",
            to="cost_per_hour",
            hint="Tomt: ingen pris.",
            required=False,
            null=null,
        ),
        Field(name="priskjelde", label="Kjelde til prisen", to="cost_source", hint=budget, required=False, null=null),
    ]


async def prepare_new(view: View) -> Sheet:
    """A kind that hours can be pushed of."""
    form = make_form(
        Field(name="namn", label="Kva heiter tenesta?", to="name"),
        Field(
            name="kode",
            label="Kode i journalsystemet",
            to="code",
            hint="Små bokstavar frå a til z, siffer og «_», til dømes home_help. Koden kan ikkje endrast.",
        ),
        *_list_norms(null=False),
        Day(
            name="fra",
            label="Tala gjeld frå",
            to="valid_from",
            hint="Tomt: for alle dagar.",
            required=False,
        ),
    )
    frame = Frame(title="Nytt slag teneste", here="Nytt", back=BACK, button="Lagre slaget", after=AFTER)
    return make_sheet(form, frame)


async def record_service_type(view: View, sent: Sent) -> Done:
    """Its hours can be pushed from now on."""
    try:
        made = await view.api.post("/v1/service-types", sent.body, sent.acting)
    except Refused as refused:
        raise point_at(refused, {"service-type-exists": "kode"}) from None
    return Done(PAGE, f"{made['name']} er lagt til.")


async def prepare_change(view: View) -> Sheet:
    """Its name, and norms from a day on; those of today stand in the fields."""
    path = f"/v1/service-types/{view.request.path_params['service_type_id']}"
    kind, etag = await view.api.get_with_etag(path)
    form = make_form(
        Field(name="namn", label="Kva heiter tenesta?", to="name"),
        *_list_norms(null=True),
        Day(
            name="fra",
            label="Tala gjeld frå",
            to="valid_from",
            hint="Same dag på nytt rettar det som står der.",
            of_act=True,
        ),
        etag=etag,
        namn=kind["name"],
        timar=kind["hours_per_full_time_equivalent"],
        normkjelde=kind["norm_source"],
        pris=kind["cost_per_hour"],
        priskjelde=kind["cost_source"],
        fra=clock.today(),
    )
    frame = Frame(
        title=f"Endre {kind['name']}",
        line=f"Kode {kind['code']}",
        here="Endre",
        back=BACK,
        button="Lagre endringa",
        after=AFTER,
    )
    return make_sheet(form, frame, path=path)


async def change_service_type(view: View, sent: Sent) -> Done:
    """Of the version that was read."""
    changed: Mapping[str, Any] = await view.api.patch(sent.sheet.values["path"], sent.body, sent.acting)
    return Done(PAGE, f"{changed['name']} er endra.")


ROUTES = (
    Page(PAGE, show_service_types, *READERS),
    FormPage(f"{PAGE}/nytt", TEMPLATE, prepare_new, record_service_type, OFFICER),
    FormPage(f"{PAGE}/{{service_type_id:uuid}}", TEMPLATE, prepare_change, change_service_type, OFFICER),
)
