"""The access log's pages, what is held about a person, and its erasure."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID

from pydantic import JsonValue
from pydantic_core import to_jsonable_python
from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Text,
    Uuid,
    and_,
    any_,
    case,
    cast,
    delete,
    func,
    literal,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.audit import PURPOSES, AccessLog, saw
from app.clock import OSLO
from app.http.pagination import cursor, position_of
from app.http.problems import problem_type
from app.outbox.publish import publish
from app.oversight.holdings import HOLDINGS
from app.oversight.models import AccessLogOut, Erased, ErasureOut
from app.participants.tables import Participant, ParticipantMerge
from app.placements.tables import Application, Decision, Placement
from app.rules.calendar import add_months
from app.sight import every_place

PLACEMENT_ACTIVE = problem_type(
    "placement-active",
    409,
    title="Deltakaren har ein plass",
    nn="Deltakaren har ein plass som ikkje er slutt, og kan ikkje slettast.",
    en="The person has a placement that has not ended; erasure waits until it has.",
)
RETENTION_NOT_OVER = problem_type(
    "retention-not-over",
    409,
    title="Opplysningane må takast vare på lenger",
    nn="Opplysningane må takast vare på ei tid etter at saka er slutt.",
    en="The retention period has not run out; `erasable_from` is the first day on which it has.",
)

_LEGAL_BASIS = {purpose.code: purpose.legal_basis for purpose in PURPOSES.values()}


async def log_page(
    session: AsyncSession, conditions: Sequence[ColumnElement[bool]], *, limit: int, after: str | None
) -> tuple[list[AccessLogOut], str | None]:
    """One page of the log, the newest first, and the next page's cursor. Whoever is named in it has been looked at."""
    statement = select(AccessLog).where(*conditions).order_by(col(AccessLog.id).desc()).limit(limit + 1)
    if after is not None:
        statement = statement.where(col(AccessLog.id) < position_of(after))
    rows = list(await session.scalars(statement))
    shown = rows[:limit]
    saw(session, (row.participant_id for row in shown if row.participant_id is not None))
    following = cursor(shown[-1].id) if len(rows) > limit else None
    return [_out(row) for row in shown], following


def _out(row: AccessLog) -> AccessLogOut:
    fields = {name: getattr(row, name) for name in AccessLogOut.model_fields if name != "legal_basis"}
    return AccessLogOut.model_validate(fields | {"legal_basis": _LEGAL_BASIS.get(row.purpose, "")})


def between(first: date | None, last: date | None) -> list[ColumnElement[bool]]:
    """From the first to and with the last day, in Europe/Oslo."""
    conditions: list[ColumnElement[bool]] = []
    if first is not None:
        conditions.append(col(AccessLog.at) >= datetime.combine(first, time(), OSLO))
    if last is not None:
        conditions.append(col(AccessLog.at) < datetime.combine(last + timedelta(days=1), time(), OSLO))
    return conditions


async def about_person(session: AsyncSession, participant_id: UUID) -> ColumnElement[bool]:
    """Every row about a person, a refused look at what is the person's included.

    What is the person's is found with the municipality's sight: an auditor sees no places and no decisions, and answers
    the person all the same. It learns which ids of its own log are the person's, and nothing of what they stand for.
    """
    # As one text for each table, and as one parameter in the end: there may be more records than a statement has
    # parameters.
    asked_for: list[str] = []
    async with every_place(session):
        for held in HOLDINGS:
            if "id" in held.rows.columns:
                theirs = func.string_agg(cast(held.rows.c.id, Text), ",")
                ids = await session.scalar(select(theirs).where(held.of(held.rows, participant_id)))
                asked_for += [] if ids is None else [ids]
    records = cast(func.string_to_array(literal(",".join(asked_for)), ","), ARRAY(Uuid))
    # What was seen under the id of a duplicate, before the two became one, is about the same person.
    former = select(col(ParticipantMerge.duplicate_id)).where(col(ParticipantMerge.participant_id) == participant_id)
    people = [participant_id, *await session.scalars(former)]
    # That it is not null is what its index asks for.
    by_record = and_(col(AccessLog.object_id).is_not(None), col(AccessLog.object_id) == any_(records))
    return or_(col(AccessLog.participant_id).in_(people), by_record)


async def held_about(session: AsyncSession, participant_id: UUID) -> dict[str, list[dict[str, JsonValue]]]:
    """Every row about a person, table by table, all columns but the sealed ones."""
    held: dict[str, list[dict[str, JsonValue]]] = {}
    for holding in HOLDINGS:
        statement = (
            select(*holding.shown).where(holding.of(holding.rows, participant_id)).order_by(*holding.rows.primary_key)
        )
        held[holding.name] = [to_jsonable_python(dict(row)) for row in (await session.execute(statement)).mappings()]
    return held


async def erase(session: AsyncSession, participant: Participant, retention_years: int, today: date) -> ErasureOut:
    """Replace names, numbers, contacts and free texts; keep amounts and dates. A second time changes nothing more.

    The caller holds the participant locked, so that nobody grants a place meanwhile.

    Raises:
        Problem: `placement-active`, `retention-not-over`.
    """
    places = select(col(Placement.ends_on)).where(col(Placement.participant_id) == participant.id)
    ends = list(await session.scalars(places))
    if any(day is None or day >= today for day in ends):
        raise PLACEMENT_ACTIVE()
    last_day = max([day for day in ends if day is not None] + await _days(session, participant.id), default=None)
    if last_day is not None:
        erasable_from = add_months(last_day, 12 * retention_years)
        if today < erasable_from:
            raise RETENTION_NOT_OVER(
                f"Opplysningane må takast vare på til {erasable_from}.", erasable_from=erasable_from.isoformat()
            )
    await session.execute(text("select set_config('app.erasing', 'on', true)"))
    done: list[Erased] = []
    for holding in HOLDINGS:
        theirs = holding.of(holding.rows, participant.id)
        count = await session.scalar(select(func.count()).select_from(holding.rows).where(theirs)) or 0
        if holding.delete:
            await session.execute(delete(holding.rows).where(theirs))
        elif holding.erase:
            columns = holding.rows.columns
            values = {
                name: None if new is None else case((columns[name].is_not(None), new))
                for name, new in holding.erase.items()
            }
            await session.execute(update(holding.rows).where(theirs).values(values))
        done.append(Erased(held=holding.name, rows=count, replaced=sorted(holding.erase), deleted=holding.delete))
    await publish(
        session,
        "participant.erased",
        f"/v1/participants/{participant.id}",
        {"participant_id": str(participant.id)},
    )
    return ErasureOut(participant_id=participant.id, erased_on=today, held=done)


async def _days(session: AsyncSession, participant_id: UUID) -> list[date]:
    """When the case went on: the days of the decisions and applications.

    With these and no place, retention counts from the last of them; with none at all there is nothing to retain.
    """
    decided = select(col(Decision.decided_on)).where(col(Decision.participant_id) == participant_id)
    received = select(col(Application.received_on)).where(col(Application.participant_id) == participant_id)
    return [*await session.scalars(decided), *await session.scalars(received)]
