"""Single absences by hand, and those that are asked for: the same rules as a push, one item at a time (A1, A2)."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from msgspec.structs import replace
from sqlalchemy import ColumnElement, Select, select, text
from sqlmodel import col

from app import clock
from app.absence.batch import Decided, decide, store
from app.absence.batch_state import lock_providers
from app.absence.items import content, refuse_identity_numbers
from app.absence.problems import CANCELLED
from app.absence.reviews import hundredths, tell_of_reviews_due
from app.absence.schemas import AbsenceIn, AbsenceItem, AbsencePatch, AbsenceReportRow
from app.absence.tables import Absence
from app.access_log.recorder import record_access, record_denied
from app.database.unit_of_work import UnitOfWork
from app.http.lookup import find, find_reference
from app.http.problems import VALIDATION, FieldError, Problem
from app.placements.tables import Placement
from app.rules.absence import MAX_REVISION, AbsenceKind
from app.rules.extensive_absence import AbsenceWindow
from app.security.identity_numbers import relaxed

# Absent days of each placement and kind; the n-th element is how many of the period's first n - 1 days are planned.
_REPORT = text(
    "select a.placement_id, a.kind, count(*) as absences, sum(a.percent * ("
    "(cast(:planned_before as int[]))"
    "[least(a.ends_on, p.ends_on, cast(:last_day as date)) - cast(:first_day as date) + 2]"
    " - (cast(:planned_before as int[]))[greatest(a.starts_on - cast(:first_day as date), 0) + 1])) as hundredths"
    " from absence a join placement p on p.id = a.placement_id"
    " where a.placement_id = any(cast(:placements as uuid[])) and not a.cancelled"
    " and a.ends_on >= cast(:first_day as date) and a.starts_on <= least(p.ends_on, cast(:last_day as date))"
    " group by a.placement_id, a.kind order by a.placement_id, a.kind"
)


def selected(
    *,
    placement_id: UUID | None,
    provider_id: UUID | None,
    from_: date | None,
    to: date | None,
    kind: AbsenceKind | None,
) -> Select[Absence]:
    """The absences that touch the period, of a placement, a provider and a kind, each where it is given."""
    conditions: list[ColumnElement[bool]] = []
    if placement_id is not None:
        conditions.append(col(Absence.placement_id) == placement_id)
    if provider_id is not None:
        conditions.append(col(Absence.provider_id) == provider_id)
    if from_ is not None:
        conditions.append(col(Absence.ends_on) >= from_)
    if to is not None:
        conditions.append(col(Absence.starts_on) <= to)
    if kind is not None:
        conditions.append(col(Absence.kind) == kind)
    return select(Absence).where(*conditions)


async def carry_out(unit: UnitOfWork, decided: Decided) -> None:
    """Store a push, with what it sets off: the access log, and the reviews that it made due (A3)."""
    touched = await store(unit, decided)
    record_access(unit, {place.participant_id for place in touched})
    record_denied(unit, decided.refused)
    if touched:
        await tell_of_reviews_due(unit, touched, clock.today())


async def record(unit: UnitOfWork, body: AbsenceIn) -> tuple[Absence, bool]:
    """One absence by hand, and whether it is new. Raises what a push would say of the item."""
    place = await find_reference(unit, Placement, body.placement_id, "#/placement_id")
    item = AbsenceItem(
        external_id=body.external_id or str(clock.new_id()),
        revision=body.revision,
        placement_id=str(place.id),
        kind=body.kind,
        starts_on=body.starts_on,
        ends_on=body.ends_on,
        percent=body.percent,
        note=body.note,
        provider_id=str(place.provider_id),
    )
    outcome, absence_id = await _push_one(unit, item)
    # What was there already is shown all the same.
    record_access(unit, [place.participant_id])
    return await find(unit, Absence, absence_id), outcome == "created"


async def held(unit: UnitOfWork, absence_id: UUID) -> Absence:
    """An absence that nobody else changes before this transaction ends. Raises `NOT_FOUND`."""
    absence = await find(unit, Absence, absence_id)
    # The provider's lock and not the row's: a push takes them in this order.
    await lock_providers(unit, {absence.provider_id})
    await unit.session.refresh(absence)
    return absence


async def change(unit: UnitOfWork, absence: Absence, patch: AbsencePatch) -> None:
    """A change by hand is the next revision. Raises `CANCELLED`, and what a push would say of the item."""
    if absence.cancelled:
        raise CANCELLED()
    changes = patch.model_dump(exclude_unset=True)
    if changes.get("ends_on", absence.ends_on) < changes.get("starts_on", absence.starts_on):
        raise VALIDATION("«to» er før «from».", pointer="#/to")
    stored = _item_of(absence)
    item = replace(stored, revision=_next(absence), **changes)
    if content(item) != content(stored):
        await _push_one(unit, item)
        await unit.session.refresh(absence)


async def cancel(unit: UnitOfWork, absence: Absence) -> None:
    """A2: cancelled for good. The row and what it was before stay; cancelling again changes nothing."""
    if not absence.cancelled:
        await _push_one(unit, replace(_item_of(absence), revision=_next(absence), cancelled=True))
        await unit.session.refresh(absence)


async def report(
    unit: UnitOfWork, placement_ids: Sequence[UUID], first_day: date, last_day: date
) -> list[AbsenceReportRow]:
    """A1: absences and absent days of these placements in a closed period, per placement and kind.

    Days after a place's last one are none, though they were documented before the end was known.
    """
    window = AbsenceWindow(last_day, (last_day - first_day).days + 1)
    rows = await unit.session.execute(
        _REPORT,
        {
            "placements": list(placement_ids),
            "planned_before": window.planned_before,
            "first_day": first_day,
            "last_day": last_day,
        },
    )
    return [
        AbsenceReportRow(
            placement_id=row.placement_id, kind=row.kind, absences=row.absences, days=hundredths(row.hundredths)
        )
        for row in rows
    ]


def _item_of(absence: Absence) -> AbsenceItem:
    kind: Any = absence.kind  # a CHECK says that it is one of them
    return AbsenceItem(
        external_id=absence.external_id,
        revision=absence.revision,
        placement_id=str(absence.placement_id),
        kind=kind,
        starts_on=absence.starts_on,
        ends_on=absence.ends_on,
        percent=absence.percent,
        note=absence.note,
        cancelled=absence.cancelled,
        provider_id=str(absence.provider_id),
    )


def _next(absence: Absence) -> int:
    # At the highest there is, a change is a conflict, and said to be one.
    return min(absence.revision + 1, MAX_REVISION)


async def _push_one(unit: UnitOfWork, item: AbsenceItem) -> tuple[str, UUID]:
    checked = refuse_identity_numbers(item, 0, relaxed=relaxed(clock.today()))
    decided = await decide(unit, [checked], None)
    [result] = decided.results
    if result.problem is not None:
        raise _alone(result.problem)
    await carry_out(unit, decided)
    assert result.absence_id is not None
    return result.status, UUID(result.absence_id)


def _alone(problem: Problem) -> Problem:
    """The problem of a batch's only item, pointing into a body that is that item."""
    errors = [FieldError(f"#{error.pointer.removeprefix('#/items/0')}", error.detail) for error in problem.errors]
    return Problem(problem.type, problem.detail, errors=errors, headers=problem.headers, extensions=problem.extensions)
