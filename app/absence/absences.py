"""Absences one by one, each a push of one item (A1, A2), and what is listed and reported of them (A1, A4)."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from msgspec.structs import replace
from sqlalchemy import ColumnElement, Select, select, text
from sqlmodel import col

from app import clock
from app.absence.batch import apply_batch, decide_batch
from app.absence.batch_state import lock_providers
from app.absence.items import content, refuse_identity_numbers
from app.absence.problems import CANCELLED
from app.absence.reviews import format_hundredths
from app.absence.schemas import AbsenceIn, AbsenceItem, AbsencePatch, AbsenceReportRow
from app.absence.tables import Absence
from app.access_log.recorder import record_access
from app.database.queries import CompiledQuery, Queries
from app.database.unit_of_work import UnitOfWork
from app.http.identity_numbers import is_relaxed
from app.http.lookup import find, find_reference
from app.http.problems import VALIDATION, FieldError, Problem
from app.placements.tables import Placement
from app.rules.absence import AbsenceKind
from app.rules.extensive_absence import AbsenceWindow
from app.rules.revisions import MAX_REVISION

# Absent days of each placement and kind; the n-th element is how many of the period's first n - 1 days are planned.
_REPORT = CompiledQuery(
    text(
        "select a.placement_id, a.kind, count(*) as absences, sum(a.percent * ("
        "(cast(:planned_before as int[]))"
        "[least(a.ends_on, p.ends_on, cast(:last_day as date)) - cast(:first_day as date) + 2]"
        " - (cast(:planned_before as int[]))"
        "[greatest(greatest(a.starts_on, p.starts_on) - cast(:first_day as date), 0) + 1])) as hundredths"
        " from absence a join placement p on p.id = a.placement_id"
        " where a.placement_id = any(cast(:placements as uuid[])) and not a.cancelled"
        " and a.ends_on >= greatest(p.starts_on, cast(:first_day as date))"
        " and a.starts_on <= least(p.ends_on, cast(:last_day as date))"
        " group by a.placement_id, a.kind order by a.placement_id, a.kind"
    )
)


def select_absences(
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


async def record_absence(unit: UnitOfWork, body: AbsenceIn) -> tuple[Absence, bool]:
    """One absence by hand, and whether it is new. Raises what a push would say of the item."""
    placement = await find_reference(unit, Placement, body.placement_id, "#/placement_id")
    item = AbsenceItem(
        external_id=body.external_id or str(clock.new_id()),
        revision=body.revision,
        placement_id=str(placement.id),
        kind=body.kind,
        starts_on=body.starts_on,
        ends_on=body.ends_on,
        percent=body.percent,
        note=body.note,
        provider_id=str(placement.provider_id),
    )
    outcome, absence_id = await _push_one(unit, item)
    # What was there already is shown all the same.
    record_access(unit, [placement.participant_id])
    return await find(unit, Absence, absence_id), outcome == "created"


async def get_locked(unit: UnitOfWork, absence_id: UUID) -> Absence:
    """An absence that nobody else changes until this transaction ends. Raises `NOT_FOUND`."""
    absence = await find(unit, Absence, absence_id)
    # The provider's lock and not the row's: a push takes them in this order.
    await lock_providers(unit, {absence.provider_id})
    await unit.session.refresh(absence)
    return absence


async def change_absence(unit: UnitOfWork, absence: Absence, patch: AbsencePatch) -> None:
    """A change by hand is the next revision. Raises `CANCELLED`, and what a push would say of the item."""
    if absence.cancelled:
        raise CANCELLED()
    changes = patch.model_dump(exclude_unset=True)
    if changes.get("ends_on", absence.ends_on) < changes.get("starts_on", absence.starts_on):
        raise VALIDATION("«to» er før «from».", pointer="#/to")
    stored = _item_of(absence)
    item = replace(stored, revision=_next_revision(absence), **changes)
    if content(item) != content(stored):
        await _push_one(unit, item)
        await unit.session.refresh(absence)


async def cancel_absence(unit: UnitOfWork, absence: Absence) -> None:
    """A2: cancelled for good. The row and what it was before stay; cancelling again changes nothing."""
    if not absence.cancelled:
        await _push_one(unit, replace(_item_of(absence), revision=_next_revision(absence), cancelled=True))
        await unit.session.refresh(absence)


async def report_absences(
    queries: Queries, placement_ids: Sequence[UUID], first_day: date, last_day: date
) -> list[AbsenceReportRow]:
    """A1: absences and absent days of these placements in a closed period, per placement and kind.

    Days after a placement's end are not counted, though they were documented before the end was known.
    """
    window = AbsenceWindow(last_day, (last_day - first_day).days + 1)
    rows = await queries.fetch(
        _REPORT,
        placements=list(placement_ids),
        planned_before=window.planned_before,
        first_day=first_day,
        last_day=last_day,
    )
    return [
        AbsenceReportRow(placement_id=placement_id, kind=kind, absences=absences, days=format_hundredths(days))
        for placement_id, kind, absences, days in rows
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


def _next_revision(absence: Absence) -> int:
    # At the highest there is, a change is a conflict, and said to be one.
    return min(absence.revision + 1, MAX_REVISION)


async def _push_one(unit: UnitOfWork, item: AbsenceItem) -> tuple[str, UUID]:
    checked = refuse_identity_numbers(item, 0, relaxed=is_relaxed(clock.today()))
    decision = await decide_batch(unit, [checked], None)
    [result] = decision.results
    if result.problem is not None:
        raise _point_into_item(result.problem)
    await apply_batch(unit, decision)
    assert result.absence_id is not None
    return result.status, UUID(result.absence_id)


def _point_into_item(problem: Problem) -> Problem:
    """The problem of a batch's only item, pointing into a body that is that item."""
    errors = [FieldError(f"#{error.pointer.removeprefix('#/items/0')}", error.detail) for error in problem.errors]
    return Problem(problem.type, problem.detail, errors=errors, headers=problem.headers, extensions=problem.extensions)
