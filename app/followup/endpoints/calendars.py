"""HTTP for calendar subscriptions and their secret addresses (RFC 5545)."""

import asyncio
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response

from app import clock
from app.database.reader import ReaderDep
from app.database.unit_of_work import UnitOfWorkDep
from app.followup import calendar_subscriptions
from app.followup.calendar_file import MEDIA_TYPE, build_nameless_calendar
from app.followup.calendar_subscriptions import Calendars, build_owner
from app.followup.endpoints.roles import FollowUpParty
from app.followup.endpoints.tasks import MAX_CALENDAR_ENTRIES
from app.followup.schemas import CalendarSubscriptionIn, CalendarSubscriptionOut, NewCalendarSubscription
from app.followup.tasks.task import TaskQuery
from app.followup.tasks.task_list import leave_out_restricted, list_first_tasks
from app.http.attempts import TOO_MANY_REQUESTS
from app.http.declarations import conceals, located_at
from app.http.endpoint import Route
from app.http.openapi import refusals
from app.http.openapi_examples import DEMO_CALENDAR
from app.http.pagination import Page

router = APIRouter(prefix="/v1", tags=["follow-up"], route_class=Route)

_NOTHING = CalendarSubscriptionIn()


@router.post(
    "/calendar-subscriptions",
    dependencies=[conceals("url"), located_at("/v1/calendar-subscriptions")],
    status_code=201,
    summary="Subscribe to tasks as a calendar",
)
async def create_calendar_subscription(
    unit: UnitOfWorkDep, actor: FollowUpParty, body: CalendarSubscriptionIn = _NOTHING
) -> NewCalendarSubscription:
    """A secret address by which a calendar program follows one's tasks (M1–M8) without a token; shown this once.

    It shows the caller's work list with what the caller's roles allow at each fetch. It ends when it is revoked, when
    the role is lost, and 90 days after the caller's last call.
    """
    id_, secret = await calendar_subscriptions.create_subscription(unit, actor)
    return NewCalendarSubscription(id=id_, url=f"/v1/calendars/{secret}.ics")


@router.get("/calendar-subscriptions", summary="List one's calendar subscriptions")
async def list_calendar_subscriptions(reader: ReaderDep, actor: FollowUpParty) -> Page[CalendarSubscriptionOut]:
    """The caller's own that are in force, on one page, without their addresses (M1–M8)."""
    rows = await calendar_subscriptions.list_subscriptions(reader)
    return Page(items=[CalendarSubscriptionOut.model_validate(row) for row in rows], next=None)


@router.delete("/calendar-subscriptions", status_code=204, summary="Revoke all one's calendar subscriptions")
async def revoke_calendar_subscriptions(unit: UnitOfWorkDep, actor: FollowUpParty) -> None:
    """Their addresses answer 404 from now on (M1–M8)."""
    await calendar_subscriptions.revoke_subscriptions(unit)


@router.delete(
    "/calendar-subscriptions/{calendar_subscription_id}", status_code=204, summary="Revoke a calendar subscription"
)
async def revoke_calendar_subscription(
    unit: UnitOfWorkDep, actor: FollowUpParty, calendar_subscription_id: UUID
) -> None:
    """Its address answers 404 from now on (M1–M8)."""
    await calendar_subscriptions.revoke_subscriptions(unit, calendar_subscription_id)


@router.get(
    "/calendars/{secret}.ics",
    summary="Follow a calendar",
    response_class=Response,
    responses={
        **refusals(TOO_MANY_REQUESTS),
        200: {"content": {MEDIA_TYPE: {"schema": {"type": "string"}}}},
        304: {"description": "Nothing has changed since `If-None-Match`."},
    },
)
async def read_calendar(
    request: Request,
    secret: Annotated[
        str,
        Path(
            description="The secret part of the subscription's address.",
            examples=[DEMO_CALENDAR],
            # Not checked here: whatever is no address is 404.
            json_schema_extra={"minLength": 43, "maxLength": 43},
        ),
    ],
) -> Response:
    """The work list of the subscription's owner, as iCalendar without names or ids (M1–M8).

    The address is the key: no token is asked for. An entry keeps its `UID`.
    """
    state = request.app.state
    calendars: Calendars = state.calendars
    subscription = await calendars.find(state.database, secret)
    owner = build_owner(subscription)
    async with state.database.reader(owner.identity) as reader:
        found = await list_first_tasks(
            reader,
            owner,
            TaskQuery(clock.today()),
            state.settings.municipality_number,
            after=None,
            limit=MAX_CALENDAR_ENTRIES,
        )
        found = await leave_out_restricted(reader, found)
    key = state.settings.calendar_key + subscription.id.bytes
    content = await asyncio.to_thread(build_nameless_calendar, found, key, subscription.created_at)
    return Response(content, media_type=MEDIA_TYPE, headers={"Cache-Control": "private, no-cache"})
