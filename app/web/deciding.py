"""Screen 5: a decision (D3): grant, reject, change, end, correct, annul; with what it does to the budget beside it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from fastapi import Response
from fastapi.responses import HTMLResponse

from app.http.problems import PRECONDITION_FAILED
from app.web.calls import Refused
from app.web.decision_forms import (
    describe_decisions,
    prepare_of_application,
    prepare_of_place,
    require_choice,
    write_body_of_application,
    write_body_of_place,
    write_draft,
)
from app.web.form_pages import Done, FormPage, Sent, Sheet
from app.web.forms import Form, write_for_people
from app.web.names import load_place
from app.web.pages import Page, View
from app.web.render import whole_kroner

CHANGED = {
    "title": "Plassen er endra medan du skreiv",
    "detail": "Nokon har gjort eit vedtak eller registrert ei oppseiing sidan du opna skjemaet. Sjå over plassen, og"
    " send på nytt om vedtaket ditt framleis er rett.",
}


@dataclass(frozen=True, slots=True)
class Effect:
    """What a decision does to the year's budget: the position without it, and with it where that can be computed."""

    year: int
    before: Mapping[str, Any]
    after: Mapping[str, Any] | None
    sentence: str


async def choose_kind(view: View) -> Response:
    """«Gjer vedtak» about a place: what is to be decided."""
    place = await load_place(view, require_choice(view.query("plass")))
    decisions = await view.api.list("/v1/decisions", placement_id=place.id)
    return view.render("vedtak-val.html", place=place, decisions=describe_decisions(decisions))


async def decide_application(view: View, sent: Sent) -> Done:
    """Grant, or reject with a reason."""
    body = write_body_of_application(sent.body, sent.form, sent.sheet.values)
    made = await view.api.post("/v1/decisions", body, sent.acting)
    return Done(f"/deltakarar/{made['participant_id']}", f"Vedtaket er lagra.{_say_budget(made.get('budget'))}")


async def decide_place(view: View, sent: Sent) -> Done:
    """Names the place as this page has seen it, so that two officers never decide past each other (D6)."""
    place = sent.sheet.values["place"]
    body = write_body_of_place(sent.body, sent.form, sent.sheet.values)
    seen = {"If-Match": sent.typed.get("utgave") or place.etag}
    try:
        made = await view.api.post("/v1/decisions", body, {**sent.acting, **seen})
    except Refused as refused:
        if refused.code == PRECONDITION_FAILED.code:
            raise Refused(409, CHANGED) from None
        raise
    return Done(place.address, f"Vedtaket er lagra.{_say_budget(made.get('budget'))}")


async def show_effect(view: View) -> Response:
    """The box beside the form, computed again while somebody types. Texts are not sent for it."""
    sheet = await _prepare(view)
    form, query = sheet.forms["form"], view.request.query_params
    typed = {name: query.getlist(name) for name in form.fields if name in query}
    form = replace(form, values={**form.values, **typed})
    return view.render("_verknad.html", effect=await _load_effect(view, form, sheet.values))


async def _load_effect(view: View, form: Form, values: Mapping[str, Any]) -> Effect:
    """The API makes the decision and undoes it, and refuses it as it would when it is made."""
    body, sentence = write_draft(form, values), "Verknaden vert rekna ut når skjemaet er fylt ut."
    if body is not None:
        try:
            found = await view.api.post("/v1/decisions/effects", body, on=view.on)
            return Effect(found["year"], found["before"], found["after"], "Rekna som om vedtaket var gjort.")
        except Refused as refused:
            sentence = f"Verknaden vert rekna ut når dette er i orden: {write_for_people(refused.detail)}"
    year = view.on.year
    return Effect(year, await view.api.get(f"/v1/budgets/{year}/position", on=view.on), None, sentence)


async def _prepare(view: View) -> Sheet:
    return await (prepare_of_place(view) if view.query("plass") else prepare_of_application(view))


async def show_letter(view: View) -> Response:
    """The letter about a decision, as the API writes it and under the API's own policy."""
    path = f"/v1/decisions/{view.request.path_params['decision_id']}/letter"
    answer = await view.api.get_document(path, "text/html")
    policy = {"Content-Security-Policy": answer.headers["content-security-policy"]}
    return HTMLResponse(answer.content, headers=policy)


def _say_budget(budget: Mapping[str, Any] | None) -> str:
    """What a decision's answer says of the year (C7)."""
    if not budget or budget["difference"] is None:
        return ""
    much = whole_kroner(str(budget["difference"]).removeprefix("-")).removeprefix("kr").strip()
    if budget["flag"] == "overrun":
        return f" Prognosen for {budget['year']} går {much} kroner over ramma."
    return f" Det er {much} kroner att av ramma for {budget['year']}."


class DecisionPage(FormPage):
    """One address, `/vedtak/ny`, for a decision of an application or of a place, as its query says."""

    def __init__(self) -> None:
        super().__init__("/vedtak/ny", "vedtak.html", self._prepare_either, self._send_either, "case_officer")

    async def _show_form(self, view: View) -> Response:
        if view.request.method == "GET" and view.query("plass") and not view.query("utfall"):
            return await choose_kind(view)
        return await super()._show_form(view)

    async def _prepare_either(self, view: View) -> Sheet:
        return await _prepare(view)

    async def _render(self, view: View, sheet: Sheet, status: int) -> Response:
        """With what the form, as it is shown, would do to the budget."""
        effect = await _load_effect(view, sheet.forms["form"], sheet.values)
        return await super()._render(view, Sheet(sheet.forms, {**sheet.values, "effect": effect}), status)

    async def _send_either(self, view: View, sent: Sent) -> Done:
        return await (decide_place(view, sent) if view.query("plass") else decide_application(view, sent))


ROUTES = (
    DecisionPage(),
    Page("/vedtak/verknad", show_effect, "case_officer"),
    Page("/vedtak/{decision_id:uuid}/brev", show_letter, "case_officer"),
)
