"""What happened, for other systems to follow: CloudEvents 1.0 in JSON, in an order that never skips one.

Events stand in the order of their transaction's number, then their own. A transaction takes its number long before it
commits, so an event is shown only once every transaction with a lower number has ended: none can then come in before
one that was already read.

Whoever waits for the next event holds no connection and no snapshot meanwhile: each look is a short transaction of its
own, and between looks it waits for `app.outbox.listener`.
"""

import asyncio
import base64
import binascii
import struct
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, FastAPI, Header, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import Field as Limits
from sqlalchemy import BigInteger, func, select, tuple_
from sqlmodel import col

from app.database.queries import CompiledQuery
from app.http.content_negotiation import JSON
from app.http.declarations import ReaderFactory, ReaderFactoryDep, produces
from app.http.endpoint import Route
from app.http.pagination import LimitQuery
from app.http.problems import VALIDATION
from app.http.schemas import Seconds, Shape
from app.outbox.listener import Listener
from app.outbox.tables import Event
from app.security.tokens import Actor, allow

router = APIRouter(prefix="/v1/events", tags=["events"], route_class=Route)

Follower = Annotated[Actor, allow("case_officer", "epj", "finance")]

SOURCE = "/vekstplass"
TYPES_PATTERN = r"^[a-z_]{1,40}\.[a-z_]{1,40}(,[a-z_]{1,40}\.[a-z_]{1,40}){0,19}$"
EVENT_STREAM = "text/event-stream"
# A stream ends after this long, and its client comes back with `Last-Event-ID` and a token that is checked anew.
STREAM_SECONDS = 300.0
# Proxies close what has been silent for a minute.
HEARTBEAT_SECONDS = 15.0

# Transaction id and position, both within 64 bits.
_CURSOR = struct.Struct(">qq")
# A position has no sign. What other lists have for a cursor is an id, which has that bit (RFC 9562's variant): taken
# for a place after all events, it would keep its follower waiting for good.
_CURSOR_PATTERN = r"^[A-Za-z0-9_-]{10}[ABEFIJMNQRUVYZcdghklopstwx014589][A-Za-z0-9_-]{11}$"

# Every transaction below this number has ended: its events are all there, or never will be. In a sub-select, so that it
# is asked for once and not for every row.
_SETTLED_BELOW = select(func.event_settled_below(type_=BigInteger)).scalar_subquery()
_ORDER = (col(Event.transaction_id), col(Event.position))

# Events that an earlier transaction, still running, holds back.
_UNSETTLED = CompiledQuery(select(col(Event.id)).where(col(Event.transaction_id) >= _SETTLED_BELOW).limit(1))


class CloudEvent(Shape):
    """One thing that happened (CloudEvents 1.0.2). Thin: ids and amounts, no personal data."""

    specversion: Literal["1.0"] = "1.0"
    id: UUID
    source: Annotated[str, Limits(examples=[SOURCE])] = SOURCE
    type: Annotated[str, Limits(examples=["budget.overrun"], description="`<noun>.<what happened>`.")]
    subject: Annotated[str, Limits(examples=["/v1/budgets/2022/position"], description="The path it is about.")]
    time: datetime
    datacontenttype: Literal["application/json"] = "application/json"
    data: dict[str, Any]


class Feed(Shape):
    """One page of events. `next` is null on the last page; `last` is where to continue later, from any page."""

    items: list[CloudEvent]
    next: str | None
    last: str | None


def listener_of(app: FastAPI) -> Listener:
    """What the clients of this process wait on, made when first asked for and closed with the application."""
    if not hasattr(app.state, "listener"):
        app.state.listener = Listener(app.state.settings)
    listener: Listener = app.state.listener
    return listener


async def close(app: FastAPI) -> None:
    """End every wait, and stop listening."""
    await listener_of(app).close()


@router.get(
    "",
    summary="Follow events",
    response_model=Feed,
    responses={
        200: {
            "description": "A page of events, or a stream of server-sent events whose `data` is a CloudEvent each.",
            "content": {EVENT_STREAM: {"schema": {"type": "string"}}},
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
        Query(max_length=64, pattern=_CURSOR_PATTERN, description="The `next` or `last` of a page before. Opaque."),
    ] = None,
    types: Annotated[
        str | None,
        Query(
            max_length=1639,
            pattern=TYPES_PATTERN,
            description="Only these types, with comma between, such as `budget.watch,budget.overrun`.",
        ),
    ] = None,
    wait: Annotated[Seconds, Query(description="Seconds to wait for the first event when there is none.")] = 0,
    last_event_id: Annotated[
        str | None,
        Header(max_length=64, pattern=_CURSOR_PATTERN, description="Where a stream broke off; goes before `after`."),
    ] = None,
) -> Feed | Response:
    """Events in an order that never changes and never skips one. Continue with the last page's `last` as `after`.

    `wait` delays an empty answer until an event arrives. With `Accept: text/event-stream` events are sent as they
    happen (server-sent events); the `id` of each is a cursor, so that a client that reconnects with `Last-Event-ID`
    misses none and gets none twice. Finance gets the types `budget.*` only. The EPJ gets no events about persons with
    a protected address. A rise of the budget's flag is published once (C7).
    """
    # Nothing that is waited for would be shown.
    head: bool = request.scope["state"]["head"]
    look = _Look(request.app, readers, limit, None if types is None else types.split(","))
    if media_type == EVENT_STREAM:
        start = last_event_id or after
        if start is not None:
            _position_of(start)
        headers = {"X-Accel-Buffering": "no"}
        if head:
            return Response(media_type=EVENT_STREAM, headers=headers)
        return StreamingResponse(look.stream(start), media_type=EVENT_STREAM, headers=headers)
    seen = await look.until_some(request, after, 0 if head else wait)
    last = _cursor(seen.rows[-1]) if seen.rows else after
    feed = Feed(items=[_cloud_event(row) for row in seen.rows], next=last if seen.more else None, last=last)
    return feed


@dataclass(frozen=True, slots=True)
class _Seen:
    """What one look found: the events, whether there are more right away, and whether any are held back."""

    rows: list[Event]
    more: bool
    held_back: bool


class _Look:
    """What one client asks for, in transactions of its own: the route's is never begun, so that waiting holds none."""

    def __init__(self, app: FastAPI, readers: ReaderFactory, limit: int, types: list[str] | None) -> None:
        self.listener = listener_of(app)
        self.readers = readers
        self.limit = limit
        self.types = types

    async def once(self, after: str | None, *, waiting: bool) -> _Seen:
        """One page. Whether events are held back is asked only of an empty one that is waited for."""
        statement = select(Event).where(col(Event.transaction_id) < _SETTLED_BELOW).order_by(*_ORDER)
        if after is not None:
            statement = statement.where(tuple_(*_ORDER) > tuple_(*_position_of(after)))
        if self.types is not None:
            statement = statement.where(col(Event.type).in_(self.types))
        async with self.readers.open() as reader:
            rows = await reader.select(statement.limit(self.limit + 1))
            held_back = waiting and not rows and await reader.fetch_one(_UNSETTLED) is not None
        return _Seen(rows[: self.limit], len(rows) > self.limit, held_back)

    async def until_some(self, request: Request, after: str | None, seconds: float) -> _Seen:
        """One page; an empty one only after so many seconds."""
        seen = await self.once(after, waiting=False)
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        while not seen.rows and loop.time() < until and not self.listener.closed:
            bell = self.listener.bell()
            async with self.listener.reading:
                seen = await self.once(after, waiting=True)
            if seen.rows or await request.is_disconnected():
                break
            await self.listener.wait(bell, until - loop.time(), held_back=seen.held_back)
        return seen

    async def stream(self, after: str | None) -> AsyncIterator[str]:
        """The events as server-sent events, until the stream has lasted long enough or the process goes down."""
        loop = asyncio.get_running_loop()
        until, spoke = loop.time() + STREAM_SECONDS, loop.time()
        # The client's pause before it comes back, in milliseconds.
        yield "retry: 1000\n\n"
        while loop.time() < until and not self.listener.closed:
            bell = self.listener.bell()
            async with self.listener.reading:
                seen = await self.once(after, waiting=True)
            for row in seen.rows:
                after = _cursor(row)
                yield f"id: {after}\nevent: {row.type}\ndata: {_cloud_event(row).model_dump_json()}\n\n"
            if seen.rows:
                spoke = loop.time()
            elif loop.time() - spoke >= HEARTBEAT_SECONDS:
                spoke = loop.time()
                yield ": still here\n\n"
            if not seen.more:
                await self.listener.wait(bell, until - loop.time(), held_back=seen.held_back)


def _cloud_event(row: Event) -> CloudEvent:
    return CloudEvent(id=row.id, type=row.type, subject=row.subject, time=row.created_at, data=row.data)


def _cursor(event: Event) -> str:
    return base64.urlsafe_b64encode(_CURSOR.pack(event.transaction_id, event.position)).rstrip(b"=").decode()


def _position_of(after: str) -> tuple[int, int]:
    try:
        transaction_id, position = _CURSOR.unpack(base64.urlsafe_b64decode(after + "=="))
    except (binascii.Error, struct.error) as error:
        raise VALIDATION("«after» er ikkje ein gyldig peikar.", pointer="#/query/after") from error
    return transaction_id, position
