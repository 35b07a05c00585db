"""The address of a form: GET shows it, POST calls the API and goes on with 303, or shows it again with its faults."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from fastapi import Request, Response
from fastapi.responses import HTMLResponse

from app.http.problems import PRECONDITION_FAILED
from app.web.calls import Refused
from app.web.forms import UPLOAD, CrossSite, Form, Typed, Wrong, media_type, read_form, read_upload, require_own_origin
from app.web.messages import go_on
from app.web.pages import Page, View
from app.web.render import render
from app.web.sessions import Session

CHANGED = "Nokon har endra dette medan du skreiv"
RENEWED = "Du har logga inn på nytt sidan skjemaet vart opna"


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a form's page shows: its forms by name, and the values of the template."""

    forms: Mapping[str, Form]
    values: Mapping[str, Any] = field(default_factory=dict)

    def put(self, name: str, form: Form) -> "Sheet":
        """The same page with one of its forms as it was sent."""
        return replace(self, forms={**self.forms, name: form})


@dataclass(frozen=True, slots=True)
class Sent:
    """One form as it was sent: its page, its body for the API, what was typed, and the files."""

    sheet: Sheet
    form: Form
    body: dict[str, Any]
    typed: Typed
    files: Mapping[str, bytes]

    @property
    def acting(self) -> dict[str, str]:
        """The headers of the act: the key that makes it one, and the version that it changes."""
        return {"Idempotency-Key": self.form.key} | ({"If-Match": self.form.etag} if self.form.etag else {})


@dataclass(frozen=True, slots=True)
class Done:
    """Where to go on after the act, and what to say there."""

    address: str
    notice: str = ""


Prepare = Callable[[View], Awaitable[Sheet]]
Send = Callable[[View, Sent], Awaitable[Done | Response]]


class FormPage(Page):
    """The route of a form that these roles may fill in.

    A button named `rekn` shows the form again without sending anything: what a script computes while somebody types.

    Args:
        prepare: the page with its forms, also when one of them is shown again.
        send: calls the API with what was typed; raises `Refused` or `Wrong`.
        form: which of the page's forms is sent to this address.
    """

    def __init__(self, path: str, template: str, prepare: Prepare, send: Send, *roles: str, form: str = "form") -> None:
        self._template = template
        self._prepare = prepare
        self._send = send
        self._form = form
        super().__init__(path, self._show_form, *roles, methods=("GET", "POST"), name=send.__name__)

    async def _show_form(self, view: View) -> Response:
        if view.request.method == "POST":
            return await self._act(view)
        return await self._render(view, await self._prepare(view), 200)

    async def _act(self, view: View) -> Response:
        typed, files = await _read(view.request)
        require_own_origin(view.request)
        is_own = view.session.is_own_form(typed.get("csrf", ""))
        if not is_own and "sec-fetch-site" not in view.request.headers:
            raise CrossSite
        try:
            sheet = await self._prepare(view)
        except Refused as refused:
            if is_own or refused.status not in (403, 404):
                raise
            return _keep(view.request, view.session, typed, files)
        form = sheet.forms[self._form].fill(typed)
        if not is_own:
            # Somebody logged in again while the form stood open: what was typed is shown for a look, and nothing done.
            return await self._again(
                view, sheet, form.with_errors({}, RENEWED, "Sjå over det du skreiv, og send på nytt.")
            )
        if typed.get("rekn"):
            return await self._again(view, sheet, form, 200)
        try:
            done = await self._send_once(view, Sent(sheet, form, form.read(), typed, files))
        except Wrong as wrong:
            return await self._again(view, sheet, form.with_errors(wrong.errors))
        except Refused as refused:
            if refused.code == PRECONDITION_FAILED.code:
                sheet = await self._prepare(view)
                return await self._again(view, sheet, _compare(sheet.forms[self._form], form), 412)
            if refused.status in (401, 403, 404, 410):
                raise
            return await self._again(view, sheet, form.refuse(refused), refused.status)
        return done if isinstance(done, Response) else go_on(done.address, done.notice)

    async def _send_once(self, view: View, sent: Sent) -> Done | Response:
        """The act; a change that stands there already, by the first of two clicks, is what was asked for."""
        try:
            return await self._send(view, sent)
        except Refused as refused:
            if refused.code != PRECONDITION_FAILED.code:
                raise
            now = (await self._prepare(view)).forms[self._form]
            if not _is_same(now, sent):
                raise
            return await self._send(view, replace(sent, form=replace(sent.form, etag=now.etag)))

    async def _again(self, view: View, sheet: Sheet, form: Form, status: int = 422) -> Response:
        return await self._render(view, sheet.put(self._form, form), status)

    async def _render(self, view: View, sheet: Sheet, status: int) -> Response:
        failed = any(form.has_failed for form in sheet.forms.values())
        forms = {"forms": sheet.forms, "form": sheet.forms[self._form]}
        return view.render(self._template, status=status, failed=failed, **(forms | dict(sheet.values)))

    async def _ask_to_log_in(self, request: Request) -> Response:
        """A form that comes after the session's end: what was typed is kept on a page of its own until the log-in."""
        if request.method != "POST":
            return await super()._ask_to_log_in(request)
        return await self._keep_sent(request, None)

    async def _refuse_role(self, request: Request, session: Session) -> Response:
        """A form of somebody who had the role when it was opened: what was typed is kept here too."""
        if request.method != "POST":
            return await super()._refuse_role(request, session)
        return await self._keep_sent(request, session)

    async def _keep_sent(self, request: Request, session: Session | None) -> Response:
        require_own_origin(request)
        return _keep(request, session, *await _read(request))


def _keep(request: Request, session: Session | None, typed: Typed, files: Mapping[str, bytes]) -> Response:
    """A page that says why nothing was done, and has what was typed, to be sent again."""
    kept = [(name, value) for name, value in typed.multi_items() if name != "csrf"]
    address = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    values = {"kept": kept, "address": address, "had_file": bool(files)}
    return HTMLResponse(render(request, "okta-over.html", session, **values), 403)


async def _read(request: Request) -> tuple[Typed, Mapping[str, bytes]]:
    if media_type(request) == UPLOAD:
        return await read_upload(request)
    return await read_form(request), {}


def _is_same(now: Form, sent: Sent) -> bool:
    """Whether what was sent is what stands there now."""
    try:
        return bool(now.fields) and now.read() == sent.body
    except Wrong:
        return False


def _compare(now: Form, typed: Form) -> Form:
    """The form after somebody else's change: the new version, what was typed, and what stands there now beside it."""
    errors = {
        name: f"No står det «{', '.join(map(one.describe, now.values.get(name, ()))) or 'ingenting'}»."
        for name, one in now.fields.items()
        if not one.of_act and list(now.values.get(name, ())) != [value for value in typed.values.get(name, ()) if value]
    }
    detail = "Sjå over felta under. Lagrar du no, gjeld det du har skrive."
    return replace(typed.with_errors(errors, CHANGED, detail), etag=now.etag)
