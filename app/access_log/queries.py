"""Pages of the access log as its readers see it: a line for each person or denied id of a row, the newest first."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    Integer,
    Uuid,
    and_,
    any_,
    cast,
    column,
    func,
    literal,
    literal_column,
    or_,
    select,
    true,
)
from sqlmodel import col

from app.access_log.recorder import PURPOSES, record_access
from app.access_log.schemas import AccessLogOut, Outcome
from app.access_log.tables import LINE_BITS, AccessLog
from app.clock import OSLO
from app.database.unit_of_work import UnitOfWork
from app.http.pagination import cursor, position_of

_LEGAL_BASIS = {purpose.code: purpose.legal_basis for purpose in PURPOSES.values()}

_COLUMNS = tuple(
    col(shown)
    for shown in (
        AccessLog.id, AccessLog.at, AccessLog.actor, AccessLog.organisation, AccessLog.supplier, AccessLog.action,
        AccessLog.method, AccessLog.route, AccessLog.purpose, AccessLog.outcome, AccessLog.request_id,
    )
)  # fmt: skip
_row_id = col(AccessLog.id)
_at = col(AccessLog.at)
_participant_ids = col(AccessLog.participant_ids)
_denied_ids = col(AccessLog.denied_ids)
# The line's place in its row counts from 1: first the participants, then what was denied.
_line = (
    func.unnest(_participant_ids.op("||")(_denied_ids))
    .table_valued(column("subject_id", Uuid), with_ordinality="place")
    .render_derived("line")
)
_place = cast(_line.c.place, Integer)
# As the index on denied ids is limited to.
_HAS_DENIED: ColumnElement[bool] = literal_column("access_log.denied_ids <> '{}'", Boolean)
_names_participant = _place <= func.cardinality(_participant_ids)


@dataclass(frozen=True, slots=True)
class LogFilter:
    """Which lines a reader asks for; None asks for all.

    Attributes:
        participant_ids: lines about any of these participants, or of a denied request for any of `record_ids`.
        record_ids: as text, separated by commas: there may be more than a statement has parameters.
        first_day, last_day: in Europe/Oslo.
    """

    participant_ids: Collection[UUID] | None = None
    record_ids: str = ""
    object_id: UUID | None = None
    actor: str | None = None
    outcome: Outcome | None = None
    first_day: date | None = None
    last_day: date | None = None


async def load_log_page(
    unit: UnitOfWork, wanted: LogFilter, *, limit: int, after: str | None
) -> tuple[list[AccessLogOut], str | None]:
    """One page of the log, the newest first, and the next page's cursor. Whoever is named in it has been accessed."""
    statement = (
        select(*_COLUMNS, _line.c.subject_id, _place.label("place"), _names_participant.label("is_person"))
        .select_from(AccessLog)
        .join(_line, true())
        .where(*_conditions(wanted))
        .order_by(_row_id.desc(), _place.desc())
        .limit(limit + 1)
    )
    if after is not None:
        last = position_of(after).int
        row_id, place = UUID(int=last >> LINE_BITS << LINE_BITS), last & ((1 << LINE_BITS) - 1)
        statement = statement.where(_row_id <= row_id, or_(_row_id < row_id, _place < place))
    rows = (await unit.session.execute(statement)).all()
    items = [_to_response(row) for row in rows[:limit]]
    record_access(unit, (item.participant_id for item in items if item.participant_id is not None))
    return items, cursor(items[-1].id) if len(rows) > limit else None


def _to_response(row: Any) -> AccessLogOut:
    line = {
        "id": UUID(int=row.id.int + row.place),
        "participant_id": row.subject_id if row.is_person else None,
        "object_id": None if row.is_person else row.subject_id,
        "outcome": row.outcome if row.is_person else "denied",
        "legal_basis": _LEGAL_BASIS.get(row.purpose, ""),
    }
    shared = {name: value for name, value in row._asdict().items() if name in AccessLogOut.model_fields}
    return AccessLogOut.model_validate(shared | line)


def _conditions(wanted: LogFilter) -> list[ColumnElement[bool]]:
    """Conditions on the line, each with one on its row that an index serves."""
    conditions: list[ColumnElement[bool]] = []
    if wanted.participant_ids is not None:
        people = literal(list(wanted.participant_ids), ARRAY(Uuid))
        records = cast(func.string_to_array(literal(wanted.record_ids), ","), ARRAY(Uuid))
        conditions += [
            or_(_participant_ids.op("&&")(people), and_(_HAS_DENIED, _denied_ids.op("&&")(records))),
            or_(
                and_(_names_participant, _line.c.subject_id == any_(people)),
                and_(~_names_participant, _line.c.subject_id == any_(records)),
            ),
        ]
    if wanted.object_id is not None:
        conditions += [
            _HAS_DENIED,
            _denied_ids.op("@>")(literal([wanted.object_id], ARRAY(Uuid))),
            ~_names_participant,
            _line.c.subject_id == wanted.object_id,
        ]
    if wanted.actor is not None:
        conditions.append(col(AccessLog.actor) == wanted.actor)
    if wanted.outcome == "allowed":
        conditions += [col(AccessLog.outcome) == "allowed", _names_participant]
    elif wanted.outcome == "denied":
        conditions.append(or_(col(AccessLog.outcome) == "denied", ~_names_participant))
    if wanted.first_day is not None:
        conditions.append(_at >= datetime.combine(wanted.first_day, time(), OSLO))
    if wanted.last_day is not None:
        conditions.append(_at < datetime.combine(wanted.last_day + timedelta(days=1), time(), OSLO))
    return conditions
