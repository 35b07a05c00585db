"""Screen 23, schemes of others that may support a trip: a list for everybody, and the forms that keep it (T17)."""

from typing import Any

from fastapi import Request, Response
from fastapi.responses import HTMLResponse

from app.web import sessions
from app.web.applicants import HANDLERS
from app.web.calls import Api
from app.web.fields import Day, Field, LongText
from app.web.form_pages import Done, FormPage, Sent, Sheet
from app.web.forms import make_form
from app.web.pages import View
from app.web.render import render
from app.web.sheets import TEMPLATE, Frame, make_sheet

PAGE = "/andre-ordningar"
BACK = (PAGE, "Andre ordningar")
AFTER = (
    "Lista er open for alle. Kommunen gjev ikkje råd om ordningane og tek ikkje imot søknader til dei (T17).",
    "Når det er meir enn eit år sidan ordninga vart sjekka, står det på arbeidslista.",
)


async def show_grant_schemes(request: Request) -> Response:
    """Each with whom it is for, where one reads more, and when it was last checked."""
    api = Api(request.app, None, request.scope["state"]["request_id"])
    found = await api.get("/v1/grant-schemes")
    session = await sessions.resume_session(request)
    may_change = session is not None and not session.actor.roles.isdisjoint(HANDLERS)
    return HTMLResponse(render(request, "andre-ordningar.html", session, found=found, may_change=may_change))


def _list_fields() -> list[Field]:
    return [
        Field(name="namn", label="Kva heiter ordninga?", to="name"),
        LongText(name="kven", label="Kven er ho for?", to="for_whom"),
        Field(name="adresse", label="Adresse på nettet", to="address", hint="Til dømes https://www.nav.no/."),
        Day(name="sjekka", label="Sjekka den", to="checked_on"),
    ]


async def prepare_new(view: View) -> Sheet:
    """A scheme that is not on the list."""
    form = make_form(*_list_fields(), sjekka=view.on)
    return make_sheet(form, Frame(title="Ny ordning", here="Ny", back=BACK, button="Lagre ordninga", after=AFTER))


async def record_grant_scheme(view: View, sent: Sent) -> Done:
    """It is on the list at once."""
    made = await view.api.post("/v1/grant-schemes", sent.body, sent.acting)
    return Done(PAGE, f"{made['name']} er på lista.")


async def prepare_change(view: View) -> Sheet:
    """What is otherwise, that it was checked, or that it is no more."""
    path = f"/v1/grant-schemes/{view.request.path_params['grant_scheme_id']}"
    scheme, etag = await view.api.get_with_etag(path)
    closed = Day(name="avslutta", label="Ikkje vis ordninga frå", to="closed_on", required=False, null=True)
    form = make_form(
        *_list_fields(),
        closed,
        etag=etag,
        namn=scheme["name"],
        kven=scheme["for_whom"],
        adresse=scheme["address"],
        sjekka=scheme["checked_on"],
        avslutta=scheme["closed_on"],
    )
    frame = Frame(title=f"Endre {scheme['name']}", here="Endre", back=BACK, button="Lagre ordninga", after=AFTER)
    return make_sheet(form, frame, path=path)


async def change_grant_scheme(view: View, sent: Sent) -> Done:
    """Of the version that was read."""
    changed: dict[str, Any] = await view.api.patch(sent.sheet.values["path"], sent.body, sent.acting)
    return Done(PAGE, f"{changed['name']} er endra.")


ROUTES = (
    FormPage(f"{PAGE}/ny", TEMPLATE, prepare_new, record_grant_scheme, *HANDLERS),
    FormPage(f"{PAGE}/{{grant_scheme_id:uuid}}", TEMPLATE, prepare_change, change_grant_scheme, *HANDLERS),
)
