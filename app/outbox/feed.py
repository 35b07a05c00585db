"""Reading events in an order that never changes and never skips one.

Events stand in the order of their transaction's number, then their own. A transaction takes its number long before it
commits, so an event is shown only once every transaction with a lower number has ended: none can then come in before
one that was already read.

A client that waits for the next event holds no connection and no snapshot meanwhile: each query is a short transaction
of its own, and between queries it waits for `app.outbox.listener`.
"""

import asyncio
import base64
import binascii
import struct
from collections.abc import AsyncIterator
from dataclasses import dataclass

from fastapi import Request
from fastapi.sse import format_sse_event
from sqlalchemy import BigInteger, bindparam, func, select, tuple_
from sqlmodel import col

from app.database.queries import CompiledQuery
from app.http.declarations import ReaderFactory
from app.http.pagination import CURSOR_INVALID, invalid_cursor
from app.http.problems import problem_type
from app.http.schemas import describe_pattern
from app.outbox.listener import Listener
from app.outbox.schemas import CloudEvent
from app.outbox.tables import Event

# A stream ends after this long, and its client comes back with `Last-Event-ID` and a token that is verified again.
STREAM_SECONDS = 300.0
# Proxies close what has been silent for a minute.
HEARTBEAT_SECONDS = 15.0
# The client's pause before it comes back.
RETRY_MILLISECONDS = 1000

# Transaction id and position, both within 64 bits.
_CURSOR = struct.Struct(">qq")
# A position has no sign. The cursors of other lists are ids, which have that bit (RFC 9562's variant): taken for a
# position after all events, one would keep its client waiting for good.
CURSOR_PATTERN = describe_pattern(
    r"^[A-Za-z0-9_-]{10}[ABEFIJMNQRUVYZcdghklopstwx014589][A-Za-z0-9_-]{11}$", CURSOR_INVALID
)

# Every transaction below this number has ended: its events are all there, or never will be. In a sub-select, so that it
# is asked for once and not for every row.
_SETTLED_BELOW = select(func.event_settled_below(type_=BigInteger)).scalar_subquery()
_ORDER = (col(Event.transaction_id), col(Event.position))

# Events that an earlier transaction, still running, holds back.
_UNSETTLED = CompiledQuery(select(col(Event.id)).where(col(Event.transaction_id) >= _SETTLED_BELOW).limit(1))


CURSOR_AHEAD = problem_type(
    "cursor-ahead",
    409,
    title="Peikaren er frå hendingar som er tapte",
    nn="Databasen har ikkje hendinga som peikaren er frå: ho gjekk tapt då ein kopi tok over. Les vidare frå «after» i"
    " dette svaret, eller frå byrjinga når det er tomt; det du har fått etter den, har ikkje hendt.",
    en="The database lacks the event that the cursor is of: it was lost when a copy took over. Continue from the"
    " `after` of this answer, or from the beginning where that is null; what you read after it has not happened.",
)

# The event of a cursor, or the last one before it, whoever may see it.
_FOUND = func.find_event(bindparam("number", type_=BigInteger), bindparam("place", type_=BigInteger)).table_valued(
    "transaction_id", "position"
)
_NEAREST = CompiledQuery(select(_FOUND.c.transaction_id, _FOUND.c.position))


@dataclass(frozen=True, slots=True)
class FetchedEvents:
    """The outcome of one query: the events, whether there are more right away, and whether any are held back."""

    rows: list[Event]
    more: bool
    held_back: bool


@dataclass(frozen=True, slots=True)
class EventQuery:
    """What one client asks for. Each fetch is a transaction of its own, so that waiting holds none."""

    listener: Listener
    readers: ReaderFactory
    limit: int
    types: list[str] | None

    async def fetch(self, after: str | None, *, waiting: bool) -> FetchedEvents:
        """One page. Whether events are held back is asked only of an empty page that is waited for."""
        statement = select(Event).where(col(Event.transaction_id) < _SETTLED_BELOW).order_by(*_ORDER)
        if after is not None:
            statement = statement.where(tuple_(*_ORDER) > tuple_(*parse_cursor(after)))
        if self.types is not None:
            statement = statement.where(col(Event.type).in_(self.types))
        async with self.readers.open() as reader:
            rows = await reader.select(statement.limit(self.limit + 1))
            held_back = waiting and not rows and await reader.fetch_one(_UNSETTLED) is not None
        return FetchedEvents(rows[: self.limit], len(rows) > self.limit, held_back)

    async def require_known(self, after: str) -> None:
        """Raises `CURSOR_AHEAD` for the cursor of an event that is not there: it went with the database's last ones."""
        transaction_id, position = parse_cursor(after)
        async with self.readers.open() as reader:
            nearest = await reader.fetch_one(_NEAREST, number=transaction_id, place=position)
        begin_after = None if nearest is None else _pack(nearest["transaction_id"], nearest["position"])
        if begin_after != after:
            raise CURSOR_AHEAD(after=begin_after)

    async def long_poll(self, request: Request, after: str | None, seconds: float) -> FetchedEvents:
        """One page; an empty one only after so many seconds."""
        fetched = await self.fetch(after, waiting=False)
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        while not fetched.rows and loop.time() < until and not self.listener.closed:
            wakeup = self.listener.next_wakeup()
            async with self.listener.reading:
                fetched = await self.fetch(after, waiting=True)
            if fetched.rows or await request.is_disconnected():
                break
            await self.listener.wait(wakeup, until - loop.time(), held_back=fetched.held_back)
        return fetched

    async def stream(self, after: str | None, seconds: float) -> AsyncIterator[bytes]:
        """The events as server-sent events, until the stream has lasted so long or the process shuts down."""
        loop = asyncio.get_running_loop()
        until, last_sent = loop.time() + min(STREAM_SECONDS, seconds), loop.time()
        # In the first event's block: clients take a block of its own for an event without data.
        retry: int | None = RETRY_MILLISECONDS
        while loop.time() < until and not self.listener.closed:
            wakeup = self.listener.next_wakeup()
            async with self.listener.reading:
                fetched = await self.fetch(after, waiting=True)
            for row in fetched.rows:
                after = format_cursor(row)
                data = to_cloud_event(row).model_dump_json()
                yield format_sse_event(data_str=data, event=row.type, id=after, retry=retry)
                retry = None
            if fetched.rows:
                last_sent = loop.time()
            elif loop.time() - last_sent >= HEARTBEAT_SECONDS:
                last_sent = loop.time()
                yield format_sse_event(comment="heartbeat")
            if not fetched.more:
                await self.listener.wait(wakeup, until - loop.time(), held_back=fetched.held_back)


def to_cloud_event(row: Event) -> CloudEvent:
    """A stored event as clients see it."""
    return CloudEvent(id=row.id, type=row.type, subject=row.subject, time=row.created_at, data=row.data)


def format_cursor(event: Event) -> str:
    """The cursor that continues after an event."""
    return _pack(event.transaction_id, event.position)


def _pack(transaction_id: int, position: int) -> str:
    return base64.urlsafe_b64encode(_CURSOR.pack(transaction_id, position)).rstrip(b"=").decode()


def parse_cursor(after: str) -> tuple[int, int]:
    """The transaction id and position that a cursor stands for. Raises `VALIDATION`."""
    try:
        transaction_id, position = _CURSOR.unpack(base64.urlsafe_b64decode(after + "=="))
    except (binascii.Error, struct.error) as error:
        raise invalid_cursor() from error
    return transaction_id, position
