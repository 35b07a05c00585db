"""Every address of the page, and what stands where there is none."""

from fastapi import FastAPI, Request
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from app.security.logins import AFTER_LOGOUT, CALLBACK
from app.web import (
    absence_files,
    absence_forms,
    access,
    annulment_forms,
    applications,
    budget_forms,
    calendar,
    consent_forms,
    deciding,
    document_forms,
    erasure_forms,
    figures,
    grant_schemes,
    information,
    invoices,
    issuer_login,
    login,
    meeting_forms,
    notice_forms,
    participant_forms,
    people,
    person,
    personal_data,
    provider_forms,
    providers,
    reason_forms,
    restriction_forms,
    service_types,
    sessions,
    settling,
    stair_editing,
    stair_forms,
    stairs,
    static,
    supplement_forms,
    surveys,
    trip_course_forms,
    trip_forms,
    trip_overview,
    trip_pages,
    trip_staffing_forms,
    trips,
    trust,
    trust_forms,
    waiver_forms,
    what_if,
    worklist,
    year,
)
from app.web.form_pages import FormPage
from app.web.pages import HEADERS, Action, Page, open_page, problem_page

ROUTES: tuple[BaseRoute, ...] = (
    static.ROUTE,
    open_page("/", login.show_start),
    open_page("/logg-inn", login.show_login),
    open_page("/logg-inn", login.log_in, "POST"),
    open_page("/logg-inn/hos/{login}", issuer_login.begin_login),
    open_page(CALLBACK, issuer_login.finish_login),
    open_page(AFTER_LOGOUT, login.show_logged_out),
    open_page(AFTER_LOGOUT, login.log_out, "POST"),
    open_page("/hald-fram", login.keep_session, "POST"),
    Page("/arbeidsliste", worklist.show_worklist, "case_officer"),
    Page("/deltakarar", people.show_people, "case_officer", "service"),
    Action("/deltakarar/oppslag", people.look_up_person, "case_officer"),
    Page("/deltakarar/{participant_id:uuid}", person.show_person, "case_officer", "service", "provider"),
    FormPage(
        "/plassar/{placement_id:uuid}/oppseiing",
        "oppseiing.html",
        notice_forms.prepare_notice,
        notice_forms.give_notice,
        "case_officer",
        "provider",
    ),
    *absence_forms.ROUTES,
    *calendar.ROUTES,
    *consent_forms.ROUTES,
    *restriction_forms.ROUTES,
    *document_forms.ROUTES,
    *participant_forms.ROUTES,
    *personal_data.ROUTES,
    *erasure_forms.ROUTES,
    *reason_forms.ROUTES,
    *supplement_forms.ROUTES,
    *waiver_forms.ROUTES,
    *annulment_forms.ROUTES,
    *applications.ROUTES,
    *deciding.ROUTES,
    *meeting_forms.ROUTES,
    Page("/vekstbedrifter", providers.show_providers, "case_officer"),
    Page("/vekstbedrifter/{provider_id:uuid}", providers.show_provider, "case_officer"),
    Page(providers.OWN_PAGE, providers.show_own_page, "provider"),
    *absence_files.ROUTES,
    *provider_forms.ROUTES,
    Page("/aaret", year.show_this_year, "case_officer", "finance"),
    Page("/aaret/{year:int}", year.show_year, "case_officer", "finance"),
    *what_if.ROUTES,
    Page("/rapport/{year:int}", year.show_report, "case_officer", "finance"),
    *figures.PAGES,
    *service_types.ROUTES,
    *surveys.ROUTES,
    Page("/oppgjer", settling.show_this_year, "case_officer", "finance"),
    Page("/oppgjer/{year:int}", settling.show_settlements, "case_officer", "finance"),
    Page("/oppgjer/{year:int}/{month:int}", settling.show_settlement, "case_officer", "finance"),
    *settling.ROUTES,
    *budget_forms.ROUTES,
    *invoices.ROUTES,
    *trip_forms.ROUTES,
    *trips.PAGES,
    *trip_course_forms.ROUTES,
    *trip_staffing_forms.ROUTES,
    *trip_overview.PAGES,
    *trip_pages.PAGES,
    *trust_forms.ROUTES,
    *trust.PAGES,
    Page("/innsyn/{participant_id:uuid}", access.show_access, "case_officer"),
    Page("/logg", access.show_log, "auditor"),
    Page("/logg/fil", access.download_log, "auditor"),
    Page("/logg/samandrag", access.show_summary, "auditor"),
    Page("/logg/uvanleg", access.show_unusual, "auditor"),
    Action("/logg/oppslag", access.look_up_for_log, "auditor"),
    open_page("/tilgjenge", information.show_accessibility),
    open_page("/personvern", information.show_privacy),
    open_page(stairs.PAGE, stairs.show_stairs),
    open_page(grant_schemes.PAGE, grant_schemes.show_grant_schemes),
    *grant_schemes.ROUTES,
    *stair_editing.PAGES,
    *stair_forms.ROUTES,
)


class NotFound:
    """What answers an address that nothing else does: a page for a browser, and for others what stood here before."""

    def __init__(self, otherwise: ASGIApp) -> None:
        self._otherwise = otherwise

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        if scope["type"] != "http" or "text/html" not in request.headers.get("accept", ""):
            await self._otherwise(scope, receive, send)
            return
        response = problem_page(request, await sessions.resume_session(request), 404)
        response.headers.update(HEADERS)
        await response(scope, receive, send)


def install(app: FastAPI, people: tuple[login.DemoPerson, ...]) -> None:
    """Add the page to the application. `people` are those of the demo; in production there are none."""
    app.state.demo_people = people
    # Without a demo nobody can press its buttons: the address is not there.
    app.router.routes.extend(route for route in ROUTES if people or getattr(route, "name", "") != "log_in")
    app.router.default = NotFound(app.router.default)
