"""What happened, for other systems to follow: CloudEvents 1.0 in JSON, in an order that never skips one.

Events stand in the order of their transaction's number, then their own. A transaction takes its number long before it
commits, so an event is shown only once every transaction with a lower number has ended: none can then come in before
one that was already read.
"""

import base64
import binascii
import struct
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field as Limits
from sqlalchemy import BigInteger, Text, cast, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.auth import Actor, allow
from app.db import SessionDep
from app.events import Event
from app.http.pages import AfterQuery, LimitQuery, link_next
from app.http.problems import VALIDATION
from app.http.routing import Route
from app.http.shapes import Shape

router = APIRouter(prefix="/v1/events", tags=["events"], route_class=Route)

Follower = Annotated[Actor, allow("case_officer", "epj", "finance")]

SOURCE = "/vekstplass"
TYPES_PATTERN = r"^[a-z_]{1,40}\.[a-z_]{1,40}(,[a-z_]{1,40}\.[a-z_]{1,40}){0,19}$"

# Transaction id and position, both within 64 bits.
_CURSOR = struct.Struct(">qq")

# Every transaction below this number has ended: its events are all there, or never will be.
_SETTLED_BELOW = cast(cast(func.pg_snapshot_xmin(func.pg_current_snapshot()), Text), BigInteger)


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


@router.get("", summary="Follow what happened")
async def events(
    request: Request,
    response: Response,
    session: SessionDep,
    actor: Follower,
    limit: LimitQuery = 50,
    after: AfterQuery = None,
    types: Annotated[
        str | None,
        Query(
            max_length=1639,
            pattern=TYPES_PATTERN,
            description="Only these types, with comma between, such as `budget.watch,budget.overrun`.",
        ),
    ] = None,
) -> Feed:
    """Events in an order that never changes and never skips one: ask again with `after` set to the `last` of before.

    Finance follows the types `budget.*` alone. A flag's rise is told of once (C7).
    """
    feed = await _read(session, limit, after, None if types is None else types.split(","))
    link_next(request, response, feed.next)
    return feed


async def _read(session: AsyncSession, limit: int, after: str | None, types: list[str] | None) -> Feed:
    order = (col(Event.transaction_id), col(Event.position))
    statement = select(Event).where(col(Event.transaction_id) < _SETTLED_BELOW).order_by(*order).limit(limit + 1)
    if after is not None:
        statement = statement.where(tuple_(*order) > tuple_(*_position_of(after)))
    if types is not None:
        statement = statement.where(col(Event.type).in_(types))
    rows = list(await session.scalars(statement))
    shown = rows[:limit]
    last = _cursor(shown[-1]) if shown else after
    return Feed(
        items=[
            CloudEvent(id=row.id, type=row.type, subject=row.subject, time=row.created_at, data=row.data)
            for row in shown
        ],
        next=last if len(rows) > limit else None,
        last=last,
    )


def _cursor(event: Event) -> str:
    return base64.urlsafe_b64encode(_CURSOR.pack(event.transaction_id, event.position)).rstrip(b"=").decode()


def _position_of(after: str) -> tuple[int, int]:
    try:
        transaction_id, position = _CURSOR.unpack(base64.urlsafe_b64decode(after + "=="))
    except (binascii.Error, struct.error) as error:
        raise VALIDATION("«after» er ikkje ein gyldig peikar.", pointer="#/query/after") from error
    return transaction_id, position
