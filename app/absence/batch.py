"""A push: which items are accepted (A1, A2), and which are refused and why.

Under the provider's lock: read what is stored of the pushed absences -> decide here -> write what changed. Nothing that
is already stored is written again. The lock makes a provider's pushes one after another, so that what was read is what
is written over, and so that two pushes cannot fill the same day.
"""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import msgspec

from app import clock
from app.absence.batch_state import (
    SLICE,
    AbsenceKey,
    BatchState,
    key_of,
    list_active_absences,
    load_state,
    write_absences,
)
from app.absence.items import Fault, content
from app.absence.problems import OUTSIDE_PLACEMENT, OVER_FULL_DAY, REVISION_CONFLICT
from app.absence.reviews import publish_due_reviews
from app.absence.schemas import AbsenceItem
from app.access_log.recorder import record_access, record_denied
from app.database.unit_of_work import UnitOfWork
from app.http.problems import NOT_FOUND, VALIDATION, Problem
from app.participants.erased import ERASED
from app.rules.absence import AbsenceSpan, AbsenceVersion, DayOccupancy, fits_in_day
from app.rules.revisions import merge_revision


class ItemResult(msgspec.Struct, gc=False):
    """What became of one item. `absence_id` is None where nothing is or would be stored under the item's name."""

    index: int
    external_id: str | None
    status: str
    absence_id: str | None
    problem: Problem | None


@dataclass(frozen=True, slots=True)
class BatchDecision:
    """What becomes of a batch, and what has to be stored for it. `denied` are placements asked for in vain."""

    results: list[ItemResult]
    rejected: int
    denied: list[UUID]
    state: BatchState
    is_stored: bool
    """False for a dry run, for an atomic batch with a rejected item, and where nothing is new."""


async def decide_batch(
    unit: UnitOfWork,
    items: Sequence[AbsenceItem | Fault],
    provider_id: UUID | None,
    *,
    atomic: bool = False,
    dry_run: bool = False,
) -> BatchDecision:
    """A1, A2: decide on a batch, item by item, or with `atomic` all or nothing. `apply_batch` stores it.

    Args:
        provider_id: the caller's own; None where the items name theirs.
    """
    own = None if provider_id is None else str(provider_id)
    keys = [None if isinstance(item, Fault) else _key_of(item, own) for item in items]
    placements = {item.placement_id for item in items if isinstance(item, AbsenceItem)}
    state = await load_state(unit, placements, {key for key in keys if key is not None})
    results = await _decide_items(state, items, keys, own)
    stored = await _load_full_days(unit, state)
    if stored is not None:
        results = await _decide_items(state, items, keys, own, stored)
    refusals = [(index, result.problem) for index, result in enumerate(results) if result.problem is not None]
    is_stored = bool(state.new_versions) and not dry_run and not (atomic and refusals)
    if not is_stored:
        # What is not stored has no id to be found by.
        unused = {state.ids[key] for key in state.new_versions.keys() - state.stored.keys()}
        for result in results:
            if result.absence_id in unused:
                result.absence_id = None
    denied = [
        UUID(item.placement_id)
        for item, problem in ((items[index], problem) for index, problem in refusals)
        if isinstance(item, AbsenceItem) and problem.type is NOT_FOUND
    ]
    return BatchDecision(results, len(refusals), denied, state, is_stored)


async def apply_batch(unit: UnitOfWork, decision: BatchDecision) -> None:
    """Store what was decided, with what follows: the access log, and the reviews that it made due (A3)."""
    record_denied(unit, decision.denied)
    if decision.is_stored:
        await write_absences(unit, decision.state)
        changed = decision.state.list_changed_placements()
        record_access(unit, {placement.participant_id for placement in changed})
        await publish_due_reviews(unit, changed, clock.today())


def _key_of(item: AbsenceItem, own: str | None) -> AbsenceKey | None:
    named_id = item.provider_id if own is None else own
    return None if named_id is None else key_of(named_id, item.external_id)


async def _decide_items(
    state: BatchState,
    items: Sequence[AbsenceItem | Fault],
    keys: Sequence[AbsenceKey | None],
    own: str | None,
    stored: dict[str, DayOccupancy] | None = None,
) -> list[ItemResult]:
    """What becomes of each item, in their order. With `stored`, each item also has to fit in its days."""
    for created in state.new_versions.keys() - state.stored.keys():
        del state.ids[created]
    new_versions, ids, owners = state.new_versions, state.ids, state.owners
    new_versions.clear()
    unused_ids = _generate_ids(len(items))
    results: list[ItemResult] = []
    for index, (item, key) in enumerate(zip(items, keys, strict=True)):
        if index % SLICE == 0:
            await asyncio.sleep(0)
        if isinstance(item, Fault):
            results.append(ItemResult(index, item.external_id, "rejected", None, item.problem))
            continue
        provider = own or item.provider_id
        if key is None or owners.get(item.placement_id) != provider or item.provider_id not in (None, provider):
            problem = _refuse_owner(item, provider, index)
            results.append(ItemResult(index, item.external_id, "rejected", None, problem))
            continue
        known = new_versions.get(key) or state.stored.get(key)
        said = content(item)
        if item.placement_id in state.erased and item.note is not None:
            said = (*said[:-1], ERASED)
        outcome, new = merge_revision(known, item.revision, said, item.cancelled)
        if outcome == "conflict":
            results.append(ItemResult(index, item.external_id, "conflict", ids[key], REVISION_CONFLICT()))
            continue
        if new is not known:
            refusal = _check_period(state, item, new, index)
            if refusal is None and stored is not None:
                refusal = _occupy_days(stored, known, new, index)
            if refusal is not None:
                results.append(ItemResult(index, item.external_id, "rejected", ids.get(key), refusal))
                continue
            new_versions[key] = new
            if key not in ids:
                ids[key] = next(unused_ids)
        results.append(ItemResult(index, item.external_id, outcome, ids[key], None))
    return results


def _generate_ids(count: int) -> Iterator[str]:
    # A generator, so that none are made where none are new.
    yield from clock.new_ids(count)


def _refuse_owner(item: AbsenceItem, provider: str | None, index: int) -> Problem:
    """The provider is named and the caller's, the placement that provider's: else neither exists for the caller."""
    if provider is None:
        return VALIDATION(
            "Oppgje vekstbedrifta fråværet gjeld («provider_id»).", pointer=f"#/items/{index}/provider_id"
        )
    if item.provider_id not in (None, provider):
        return NOT_FOUND(pointer=f"#/items/{index}/provider_id")
    return NOT_FOUND(
        "Plassen finst ikkje, eller han er ikkje hjå denne vekstbedrifta.", pointer=f"#/items/{index}/placement_id"
    )


def _check_period(state: BatchState, item: AbsenceItem, new: AbsenceVersion, index: int) -> Problem | None:
    """A1: the placement was active on those days. What is cancelled documents nothing, so it may be any day."""
    if new.cancelled:
        return None
    place = state.placements[item.placement_id]
    if item.starts_on < place.starts_on:
        return OUTSIDE_PLACEMENT(pointer=f"#/items/{index}/from")
    if place.ends_on is not None and item.ends_on > place.ends_on:
        return OUTSIDE_PLACEMENT(pointer=f"#/items/{index}/to")
    return None


def _occupy_days(
    stored: dict[str, DayOccupancy], known: AbsenceVersion | None, new: AbsenceVersion, index: int
) -> Problem | None:
    """Move an absence from its old days to its new ones, or leave it where it was and say that they are full."""
    if known is not None and not known.cancelled:
        stored[known.content[0]].remove(_span_of(known))
    if new.cancelled:
        return None
    if stored[new.content[0]].has_room(_span_of(new)):
        stored[new.content[0]].add(_span_of(new))
        return None
    if known is not None and not known.cancelled:
        stored[known.content[0]].add(_span_of(known))
    return OVER_FULL_DAY(pointer=f"#/items/{index}/percent")


def _span_of(version: AbsenceVersion) -> AbsenceSpan:
    _, _, first_day, last_day, percent, _ = version.content
    return AbsenceSpan(first_day, last_day, percent)


async def _load_full_days(unit: UnitOfWork, state: BatchState) -> dict[str, DayOccupancy] | None:
    """None if everything new fits in its days; else the days as they are stored, to be filled one by one."""
    spans: dict[str, list[tuple[date, date, int]]] = {}
    for version in state.new_versions.values():
        if not version.cancelled:
            spans.setdefault(version.content[0], []).append(version.content[2:5])
    if not spans:
        return None
    await asyncio.sleep(0)
    reach = {id_: (min(days)[0], max([span[1] for span in days])) for id_, days in spans.items()}
    changed = {state.ids[key] for key in state.new_versions.keys() & state.stored.keys()}
    for placement_id, id_, span in await list_active_absences(unit, reach):
        if id_ not in changed:
            spans[placement_id].append(span)
    await asyncio.sleep(0)
    if all(fits_in_day(days) for days in spans.values()):
        return None
    return await _load_occupancy(unit, state)


async def _load_occupancy(unit: UnitOfWork, state: BatchState) -> dict[str, DayOccupancy]:
    """Every day that stored absences take in the batch's placements. Only a batch that collides needs it."""
    always = {id_: (place.starts_on, place.ends_on or date.max) for id_, place in state.placements.items()}
    stored = {id_: DayOccupancy() for id_ in always}
    for done, (placement_id, _, span) in enumerate(await list_active_absences(unit, always)):
        stored[placement_id].add(span)
        if done % SLICE == 0:
            await asyncio.sleep(0)
    return stored
