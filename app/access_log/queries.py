"""Pages of the access log as its readers see it: a line for each person or denied id of a row, the newest first."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, DateTime, Integer, Text, Uuid, bindparam, column, func, select, text

from app.access_log.recorder import PURPOSES, record_access
from app.access_log.schemas import AccessLogOut, AccessSummaryRow, Outcome
from app.access_log.tables import LINE_BITS
from app.clock import OSLO
from app.database.queries import CompiledQuery, Queries
from app.http.pagination import format_cursor, parse_cursor

_LEGAL_BASIS = {purpose.code: purpose.legal_basis for purpose in PURPOSES.values()}
_LINE_MASK = (1 << LINE_BITS) - 1
_LINES = CompiledQuery(
    select(
        func.read_access_log(
            bindparam("participants", type_=ARRAY(Uuid)),
            bindparam("objects", type_=ARRAY(Uuid)),
            bindparam("of_actor", type_=Text),
            bindparam("of_action", type_=Text),
            bindparam("with_outcome", type_=Text),
            bindparam("since", type_=DateTime(timezone=True)),
            bindparam("until", type_=DateTime(timezone=True)),
            bindparam("before_id", type_=Uuid),
            bindparam("before_place", type_=Integer),
            bindparam("line_limit", type_=Integer),
        ).table_valued(
            column("id", Uuid),
            column("place", Integer),
            *(column(name) for name in AccessLogOut.model_fields if name not in {"id", "legal_basis"}),
        )
    )
)

_SUMMARY = CompiledQuery(
    text(
        """
        select log.actor, log.organisation, log.purpose,
            count(distinct log.id) filter (where log.outcome = 'allowed') as requests,
            count(distinct line.participant_id) filter (where log.outcome = 'allowed') as people,
            count(distinct log.id) filter (where log.outcome = 'denied') as denied,
            min(log.at) as first_at, max(log.at) as last_at
        from access_log as log
        left join lateral unnest(log.participant_ids) as line (participant_id) on true
        where log.at >= :since and log.at < :until
        group by log.actor, log.organisation, log.purpose
        order by requests desc, denied desc, log.actor, log.organisation, log.purpose
        """
    ).bindparams(bindparam("since", type_=DateTime(timezone=True)), bindparam("until", type_=DateTime(timezone=True)))
)


@dataclass(frozen=True, slots=True)
class LogFilter:
    """Which lines a reader asks for; None asks for all.

    Attributes:
        participant_ids: lines about any of these participants, or of a denied request for any of `object_ids`.
        object_ids: looked at only with `participant_ids`, which may be empty.
        first_day, last_day: in Europe/Oslo.
    """

    participant_ids: Collection[UUID] | None = None
    object_ids: Collection[UUID] = ()
    actor: str | None = None
    action: str | None = None
    outcome: Outcome | None = None
    first_day: date | None = None
    last_day: date | None = None


async def load_log_page(
    queries: Queries, wanted: LogFilter, *, limit: int, after: str | None
) -> tuple[list[AccessLogOut], str | None]:
    """One page of the log, the newest first, and the next page's cursor. Everyone named in it has been accessed."""
    last = None if after is None else parse_cursor(after).int
    values = {
        "participants": None if wanted.participant_ids is None else list(wanted.participant_ids),
        "objects": list(wanted.object_ids),
        "of_actor": wanted.actor,
        "of_action": wanted.action,
        "with_outcome": wanted.outcome,
        "since": _midnight(wanted.first_day),
        "until": _midnight(wanted.last_day and wanted.last_day + timedelta(days=1)),
        "before_id": None if last is None else UUID(int=last & ~_LINE_MASK),
        "before_place": None if last is None else last & _LINE_MASK,
        "line_limit": limit + 1,
    }
    rows = await queries.fetch(_LINES, **values)
    items = [_to_response(dict(row)) for row in rows[:limit]]
    record_access(queries, (item.participant_id for item in items if item.participant_id is not None))
    return items, format_cursor(items[-1].id) if len(rows) > limit else None


async def load_log_summary(queries: Queries, first: date, last: date) -> list[AccessSummaryRow]:
    """What each caller asked for on these days, in Europe/Oslo, for each purpose; most often first."""
    days = {"since": _midnight(first), "until": _midnight(last + timedelta(days=1))}
    return [AccessSummaryRow.model_validate(dict(row)) for row in await queries.fetch(_SUMMARY, **days)]


def _to_response(row: dict[str, Any]) -> AccessLogOut:
    line_id = UUID(int=row["id"].int + row.pop("place"))
    return AccessLogOut.model_validate(row | {"id": line_id, "legal_basis": _LEGAL_BASIS.get(row["purpose"], "")})


def _midnight(day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), OSLO)
