"""The work list in one's own calendar: a secret address that a calendar program follows (M1–M8)."""

from dataclasses import replace
from typing import Any

from fastapi import Response

from app.web.calls import Refused
from app.web.form_pages import Done, FormPage, Sent, Sheet
from app.web.forms import make_form, mint_key
from app.web.pages import View
from app.web.render import moment
from app.web.sheets import TEMPLATE, Frame, make_sheet

ADDRESS = "/kalender"
FOLLOWING = ("case_officer", "service", "provider")


async def prepare_subscription(view: View) -> Sheet:
    """The subscriptions that are in force, without their addresses, and the button that makes one."""
    return Sheet({"form": make_form()}, {"subscriptions": await _load_subscriptions(view)})


async def subscribe(view: View, sent: Sent) -> Response:
    """The address is on this one answer: it is kept nowhere, so that there is no page to go on to."""
    made = await view.api.post("/v1/calendar-subscriptions", {}, sent.acting)
    address = f"{str(view.request.base_url).rstrip('/')}{made['url']}" if made["url"] else ""
    # Another click on this answer's button makes another.
    form = replace(sent.form, key=mint_key())
    subscriptions = await _load_subscriptions(view)
    return view.render("kalender.html", address=address, made=True, form=form, subscriptions=subscriptions)


async def prepare_end(view: View) -> Sheet:
    """One of one's own subscriptions. Raises `Refused` where it is not there."""
    id_ = str(view.request.path_params["subscription_id"])
    found = next((one for one in await _load_subscriptions(view) if one["id"] == id_), None)
    if found is None:
        raise Refused(404, {})
    frame = Frame(
        title="Avslutt kalenderadressa",
        here="Avslutt",
        back=(ADDRESS, "Kalender"),
        button="Avslutt adressa",
        facts=[("Laga", moment(found["created_at"]))],
        after=("Kalenderen som bruker adressa, får ikkje fleire fristar.",),
        danger=True,
    )
    return make_sheet(make_form(), frame, id=id_)


async def end_subscription(view: View, sent: Sent) -> Done:
    """For good: a new one has another address."""
    await view.api.delete(f"/v1/calendar-subscriptions/{sent.sheet.values['id']}")
    return Done(ADDRESS, "Kalenderadressa er avslutta.")


async def _load_subscriptions(view: View) -> list[dict[str, Any]]:
    """One's own that are in force, on one page (the list has no other)."""
    items: list[dict[str, Any]] = (await view.api.get("/v1/calendar-subscriptions"))["items"]
    return items


ROUTES = (
    FormPage(ADDRESS, "kalender.html", prepare_subscription, subscribe, *FOLLOWING),
    FormPage(f"{ADDRESS}/{{subscription_id:uuid}}/slutt", TEMPLATE, prepare_end, end_subscription, *FOLLOWING),
)
