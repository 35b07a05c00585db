"""Builds the application: routers, error handlers, the outermost layer, and what lives as long as the process."""

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import httpx
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.middleware import Middleware

from app import __version__, clock
from app.absence.endpoints import absences as absence_endpoints
from app.absence.endpoints import batch as absence_batch_endpoints
from app.absence.endpoints import reviews as absence_review_endpoints
from app.access_log import endpoints as access_log_endpoints
from app.access_log.recorder import AccessRecorder
from app.access_log.seals import Sealer
from app.budget import endpoints as budget_endpoints
from app.database import startup
from app.database.connections import Database
from app.figures import endpoints as figure_endpoints
from app.followup.calendar_subscriptions import CalendarOwners, Calendars
from app.followup.endpoints import calendars as calendar_endpoints
from app.followup.endpoints import code_lists as code_list_endpoints
from app.followup.endpoints import evaluations as evaluation_endpoints
from app.followup.endpoints import meetings as meeting_endpoints
from app.followup.endpoints import plans as plan_endpoints
from app.followup.endpoints import tasks as task_endpoints
from app.followup.endpoints import waivers as waiver_endpoints
from app.followup.endpoints import yearly_report as yearly_report_endpoints
from app.http import docs, exception_handlers, health, openapi
from app.http.attempts import Attempts
from app.http.cors import CrossOriginMiddleware
from app.http.idempotency import KeptAnswerSweeper
from app.http.middleware import RequestMiddleware
from app.http.recent import Recent
from app.http.route_index import RouteIndex
from app.http.secret_addresses import is_untraced
from app.integrations.framsikt import endpoints as framsikt_endpoints
from app.integrations.profil import endpoints as profil_endpoints
from app.invoices import endpoints as invoice_endpoints
from app.mirror import endpoints as mirror_endpoints
from app.outbox import endpoints as event_endpoints
from app.outbox.listener import Listener
from app.participants.endpoints import consents as consent_endpoints
from app.participants.endpoints import participants as participant_endpoints
from app.placements import endpoints as placement_endpoints
from app.privacy import endpoints as privacy_endpoints
from app.providers import endpoints as provider_endpoints
from app.rates import endpoints as rate_endpoints
from app.security.logins import open_logins
from app.security.tokens import TokenVerifier
from app.service_hours import endpoints as service_hours_endpoints
from app.settings import Settings
from app.settlements import endpoints as settlement_endpoints
from app.stairs import endpoints as stair_endpoints
from app.stairs.open_data import OpenStairsAnswer
from app.surveys import endpoints as survey_endpoints
from app.trips import endpoints as trip_endpoints
from app.trust import endpoints as trust_endpoints
from app.web import routes as web
from app.web.issuer_login import ATTEMPTS_PER_MINUTE
from app.web.login import DemoPerson
from app.web.problem_pages import ProblemPages

# Routes are tried in this order: the most frequent come first.
ROUTERS = (
    *placement_endpoints.ROUTERS,
    absence_endpoints.router,
    absence_batch_endpoints.router,
    absence_review_endpoints.router,
    participant_endpoints.router,
    profil_endpoints.router,
    consent_endpoints.router,
    provider_endpoints.router,
    provider_endpoints.deviations_router,
    meeting_endpoints.router,
    plan_endpoints.router,
    evaluation_endpoints.router,
    task_endpoints.router,
    waiver_endpoints.router,
    calendar_endpoints.router,
    yearly_report_endpoints.router,
    code_list_endpoints.router,
    rate_endpoints.router,
    budget_endpoints.router,
    budget_endpoints.years_router,
    settlement_endpoints.router,
    invoice_endpoints.router,
    trust_endpoints.router,
    *trip_endpoints.ROUTERS,
    framsikt_endpoints.router,
    *stair_endpoints.ROUTERS,
    figure_endpoints.router,
    service_hours_endpoints.router,
    mirror_endpoints.router,
    survey_endpoints.router,
    access_log_endpoints.router,
    privacy_endpoints.router,
    event_endpoints.router,
    docs.router,
    health.router,
)

TAGS = [
    {"name": "providers", "description": "Sheltered enterprises and their capacity (P1–P5)."},
    {"name": "participants", "description": "The people who have or apply for a place (D1)."},
    {"name": "applications", "description": "Applications and requests to providers (D4, P3)."},
    {"name": "decisions", "description": "The case office's decisions (D1–D6)."},
    {"name": "placements", "description": "Placements with their notices and supplements (L1–L7)."},
    {"name": "meetings", "description": "Conversations, cooperation and system meetings, and their minutes (M3–M7)."},
    {"name": "plans", "description": "Follow-up plans (M1, D5)."},
    {"name": "evaluations", "description": "Yearly evaluation reports, and the guideline's own (M2, M8)."},
    {"name": "statistics", "description": "Processing times, and where people go when a place ends (D4, L8)."},
    {"name": "follow-up", "description": "Tasks, code lists and the year's follow-up report (M1–M8)."},
    {"name": "rates", "description": "NAV's rates and the guideline's versions (C1–C3)."},
    {"name": "budget", "description": "Frames, the position of a year, and its costs (C4–C8, C10, C11)."},
    {"name": "absences", "description": "Absences, and reviews of extensive absence (A1–A4)."},
    {"name": "figures", "description": "Steering figures and their definitions (S1–S9)."},
    {"name": "service hours", "description": "Hours that the EPJ pushes: need, decision, delivery (S3, S5)."},
    {"name": "exports", "description": "Exports for Framsikt and spreadsheets, and snapshots."},
    {"name": "settlement", "description": "Closed months, differences and approval (C13)."},
    {"name": "invoices", "description": "Checks of providers' invoices (C12)."},
    {"name": "trust", "description": "The Ramberg trust: years, applications, grants and its report (R1–R10)."},
    {"name": "stairs", "description": "What is offered on which step, places, and what is missing (K1–K8)."},
    {
        "name": "trips",
        "description": "Holiday trips: the scheme, rounds, applications, the fund, and what a trip costs (T).",
    },
    {"name": "events", "description": "Events for other systems (CloudEvents)."},
    {"name": "access log", "description": "The access log, and the export and erasure of a person's data."},
    {"name": "service", "description": "Health checks and problem types."},
]


def create_app(settings: Settings, demo_people: tuple[DemoPerson, ...] = ()) -> FastAPI:
    """The ASGI application. It connects to nothing before the first request asks for it.

    `demo_people` may log in by pressing a button; raises `ValueError` in production, which has none.
    """
    if demo_people and settings.in_production:
        raise ValueError("the demo's people do not belong in production")

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.database = Database(
            settings.database_url,
            role=settings.database_role,
            pool_size=settings.pool_size,
            reader_pool_size=settings.reader_pool_size,
            pool_timeout=settings.pool_timeout_seconds,
            prepared_statements=settings.prepared_statements,
            demand=partial(startup.demand_fit, settings.database_url, role=settings.database_role),
        )
        async with httpx.AsyncClient() as client:
            app.state.authenticator = TokenVerifier(
                settings.issuers,
                client,
                max_lifetime=settings.token_max_lifetime_seconds,
                max_person_lifetime=settings.person_token_max_lifetime_seconds,
                skew=settings.clock_skew_seconds,
            )
            app.state.login_issuers = open_logins(settings, client)
            # What start-up made stays: keep the collector from walking it again at every pass.
            gc.collect()
            gc.freeze()
            gc.set_threshold(20_000, 20, 50)
            app.state.draining = False
            sealer = app.state.access_log.sealer = Sealer(app.state.database, settings.access_log_key_bytes)
            sweeper = KeptAnswerSweeper(app.state.database, hours=settings.idempotency_hours)
            app.state.kept_answers = sweeper
            yield
            app.state.draining = True
        await listener.close()
        await sealer.close()
        await sweeper.close()
        await app.state.database.close()

    app = FastAPI(
        title="Vekstplass",
        version=__version__,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        openapi_tags=TAGS,
        lifespan=lifespan,
        middleware=_middleware(settings),
        # FastAPI's own tracing. Its logs would carry exceptions' texts, which may repeat a row; the figures are ours.
        telemetry={
            "tracing": settings.tracing,
            "operation_spans": settings.tracing,
            "auto_configure": settings.tracing,
            "metrics": False,
            "logs": False,
            "exclude": is_untraced if settings.tracing else None,
        },
    )
    app.state.settings = settings
    clock.fix_today(settings.today)
    app.state.readiness = Recent(lambda: health.find_unreadiness(lambda: app.state.database, settings.database_url))
    app.state.metrics = Recent(lambda: health.collect_metrics(lambda: app.state.database, settings.database_url))
    app.state.listener = listener = Listener(settings)
    app.state.access_log = AccessRecorder()
    app.state.kept_answers = None
    app.state.caller_observer = CalendarOwners()
    app.state.login_issuers = {}
    app.state.login_attempts = Attempts(ATTEMPTS_PER_MINUTE, "logins")
    app.state.calls = Attempts(settings.requests_per_minute, "requests")
    app.state.open_calls = Attempts(settings.requests_per_minute, "open data")
    app.state.open_stairs = OpenStairsAnswer()
    app.state.lookups = Attempts(settings.lookups_per_minute, "lookups")
    app.state.calendars = Calendars(settings.wrong_calendars_per_minute)
    exception_handlers.install(app)
    for router in (*ROUTERS, *([docs.pages] if settings.docs else [])):
        # Not `include_router`: FastAPI then looks for the route twice, router by router, at every request.
        app.router.routes.extend(router.routes)
    web.install(app, demo_people)
    app.router.middleware_stack = RouteIndex(app.router, app.router.routes)
    app.state.fixed_paths = frozenset(
        route.path for route in app.routes if isinstance(route, APIRoute) and "{" not in route.path
    )
    app.openapi = lambda: openapi.build_document(app)  # type: ignore[method-assign]  # FastAPI's documented way
    return app


def _middleware(settings: Settings) -> list[Middleware]:
    """What stands around every request."""
    return [
        Middleware(ProblemPages, metrics_port=settings.metrics_port),
        Middleware(RequestMiddleware, metrics_port=settings.metrics_port),
        Middleware(CrossOriginMiddleware, origins=settings.cors_origins),
    ]
