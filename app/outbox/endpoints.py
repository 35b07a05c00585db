"""What happened, for other systems to follow: a list that can wait for the next event, and a stream."""

import math
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import StreamingResponse
from fastapi.sse import format_sse_event

from app import clock
from app.http.content_negotiation import JSON
from app.http.declarations import ReaderFactoryDep, produces
from app.http.endpoint import Route
from app.http.openapi import refusals
from app.http.openapi_examples import demo_id
from app.http.pagination import LimitQuery
from app.http.schemas import Seconds, describe_pattern
from app.outbox.feed import (
    CURSOR_AHEAD,
    CURSOR_PATTERN,
    RETRY_MILLISECONDS,
    EventQuery,
    format_cursor,
    to_cloud_event,
)
from app.outbox.schemas import CloudEvent, EventPage
from app.security.roles import Actor, allow

router = APIRouter(prefix="/v1/events", tags=["events"], route_class=Route)

Follower = Annotated[Actor, allow("case_officer", "epj", "finance")]

TYPES_PATTERN = describe_pattern(
    r"^[a-z_]{1,40}\.[a-z_]{1,40}(,[a-z_]{1,40}\.[a-z_]{1,40}){0,19}$",
    "må vere opp til tjue slag med komma mellom, til dømes «budget.watch,budget.overrun»",
)
EVENT_STREAM = "text/event-stream"
_EXAMPLE = CloudEvent(
    id=UUID("016e0000-00ff-7000-8000-000000000001"),
    type="placement.recorded",
    subject=f"/v1/placements/{demo_id('placement', 1)}",
    time=datetime(2022, 8, 31, 8, tzinfo=UTC),
    data={"placement_id": str(demo_id("placement", 1)), "provider_id": str(demo_id("provider", 1))},
)
_STREAM_EXAMPLE = format_sse_event(
    data_str=_EXAMPLE.model_dump_json(), event=_EXAMPLE.type, id="AAAAAAAAA-kAAAAAAAAAAQ", retry=RETRY_MILLISECONDS
).decode()


@router.get(
    "",
    summary="Follow events",
    response_model=EventPage,
    responses=refusals(CURSOR_AHEAD)
    | {
        200: {
            "description": "A page of events, or a stream of server-sent events whose `data` is a CloudEvent each.",
            "content": {EVENT_STREAM: {"schema": {"type": "string"}, "example": _STREAM_EXAMPLE}},
        }
    },
)
async def list_events(
    request: Request,
    actor: Follower,
    readers: ReaderFactoryDep,
    media_type: Annotated[str, produces(JSON, EVENT_STREAM)],
    limit: LimitQuery = 50,
    after: Annotated[
        str | None,
        Query(max_length=64, pattern=CURSOR_PATTERN, description="Cursor: `next` or `last` of an earlier page."),
    ] = None,
    types: Annotated[
        str | None,
        Query(
            max_length=1639,
            pattern=TYPES_PATTERN,
            description="Only these types, separated by commas: `budget.watch,budget.overrun`.",
        ),
    ] = None,
    wait: Annotated[Seconds, Query(description="Seconds to wait for an event if there is none yet.")] = 0,
    last_event_id: Annotated[
        str | None,
        Header(
            max_length=64,
            pattern=CURSOR_PATTERN,
            description="Cursor of the last event received; takes precedence over `after`.",
        ),
    ] = None,
) -> EventPage | Response:
    """Events in an order that never changes and never skips one. Continue with `after` set to the last page's `last`.

    `wait` delays an empty answer until an event arrives. With `Accept: text/event-stream` events are sent as they
    happen (server-sent events); the `id` of each is a cursor, so that a client that reconnects with `Last-Event-ID`
    misses none and gets none twice. A cursor of an event that was lost with the database's last ones (a copy took
    over, a backup was restored) is refused, with the cursor to go on from. A stream ends with its token, and after five
    minutes. Finance gets the types `budget.*` only. The EPJ gets no event that names the provider of a person with a
    protected address. A rise of the budget's flag is published once (C7).
    """
    # HEAD shows nothing, so it waits for nothing.
    head: bool = request.scope["state"]["head"]
    # Nobody follows on with a token that has ended.
    ends_at = actor.token_ends_at
    longest = math.inf if ends_at is None else max(ends_at - clock.now().timestamp(), 0)
    query = EventQuery(request.app.state.listener, readers, limit, None if types is None else types.split(","))
    start = (last_event_id or after) if media_type == EVENT_STREAM else after
    if start is not None:
        await query.require_known(start)
    if media_type == EVENT_STREAM:
        headers = {"X-Accel-Buffering": "no"}
        if head:
            return Response(media_type=EVENT_STREAM, headers=headers)
        return StreamingResponse(query.stream(start, longest), media_type=EVENT_STREAM, headers=headers)
    fetched = await query.long_poll(request, after, 0 if head else min(wait, longest))
    last = format_cursor(fetched.rows[-1]) if fetched.rows else after
    items = [to_cloud_event(row) for row in fetched.rows]
    return EventPage(items=items, next=last if fetched.more else None, last=last)
