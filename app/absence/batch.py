"""A push: which items stand (A1, A2), and which are refused and why.

Under the provider's lock: read what is known of the pushed absences -> decide here -> write what changed. Nothing that
is already stored is written again. The lock makes a provider's pushes one after another, so that what was read is what
is written over, and so that two pushes cannot fill the same day.
"""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import msgspec

from app.absence.batch_state import SLICE, Key, Place, Register, key_of, read, standing, write
from app.absence.items import Fault, content
from app.absence.problems import OUTSIDE_PLACEMENT, OVER_FULL_DAY, REVISION_CONFLICT
from app.absence.schemas import AbsenceItem
from app.clock import new_ids
from app.database.unit_of_work import UnitOfWork
from app.http.problems import NOT_FOUND, VALIDATION, Problem
from app.rules.absence import AbsenceSpan, AbsenceVersion, DayOccupancy, build_version, fits_in_day, merge_revision


class Result(msgspec.Struct, gc=False):
    """What became of one item. `absence_id` is None where nothing is or would be stored under the item's name."""

    index: int
    external_id: str | None
    status: str
    absence_id: str | None
    problem: Problem | None


@dataclass(frozen=True, slots=True)
class Decided:
    """What becomes of a batch, and what has to be stored for it. `refused` are placements asked for in vain."""

    results: list[Result]
    rejected: int
    refused: set[UUID]
    register: Register
    stands: bool
    """Whether it is to be stored at all: neither a dry run, nor atomic with a rejected item, nor nothing new."""


async def decide(
    unit: UnitOfWork,
    items: Sequence[AbsenceItem | Fault],
    provider_id: UUID | None,
    *,
    atomic: bool = False,
    dry_run: bool = False,
) -> Decided:
    """A1, A2: let a batch in, each item on its own, or with `atomic` all or nothing. `store` writes it.

    `provider_id` is the caller's own, None where the items name theirs.
    """
    own = None if provider_id is None else str(provider_id)
    keys = [None if isinstance(item, Fault) else _key(item, own) for item in items]
    placements = {item.placement_id for item in items if isinstance(item, AbsenceItem)}
    register = await read(unit, placements, {key for key in keys if key is not None})
    results = await _decide(register, items, keys, own)
    stored = await _full_days(unit, register)
    if stored is not None:
        results = await _decide(register, items, keys, own, stored)
    refusals = [(index, result.problem) for index, result in enumerate(results) if result.problem is not None]
    stands = bool(register.becoming) and not dry_run and not (atomic and refusals)
    if not stands:
        # What is not stored has no id to be found by.
        unborn = {register.ids[key] for key in register.becoming.keys() - register.known.keys()}
        for result in results:
            if result.absence_id in unborn:
                result.absence_id = None
    refused = {
        UUID(item.placement_id)
        for item, problem in ((items[index], problem) for index, problem in refusals)
        if isinstance(item, AbsenceItem) and problem.type is NOT_FOUND
    }
    return Decided(results, len(refusals), refused, register, stands)


async def store(unit: UnitOfWork, decided: Decided) -> list[Place]:
    """Write what was decided, if it stands. The placements with a changed absence."""
    if not decided.stands:
        return []
    await write(unit, decided.register)
    return decided.register.touched()


def _key(item: AbsenceItem, own: str | None) -> Key | None:
    named = item.provider_id if own is None else own
    return None if named is None else key_of(named, item.external_id)


async def _decide(
    register: Register,
    items: Sequence[AbsenceItem | Fault],
    keys: Sequence[Key | None],
    own: str | None,
    stored: dict[str, DayOccupancy] | None = None,
) -> list[Result]:
    """What becomes of each item, in their order. With `stored`, each item also has to fit in its days."""
    for undone in register.becoming.keys() - register.known.keys():
        del register.ids[undone]
    becoming, known_ones, ids, owners = register.becoming, register.known, register.ids, register.owners
    becoming.clear()
    fresh = _fresh_ids(len(items))
    results: list[Result] = []
    for index, (item, key) in enumerate(zip(items, keys, strict=True)):
        if index % SLICE == 0:
            await asyncio.sleep(0)
        if isinstance(item, Fault):
            results.append(Result(index, item.external_id, "rejected", None, item.problem))
            continue
        provider = own or item.provider_id
        if key is None or owners.get(item.placement_id) != provider or item.provider_id not in (None, provider):
            problem = _misplaced(item, provider, index)
            results.append(Result(index, item.external_id, "rejected", None, problem))
            continue
        known = becoming.get(key) or known_ones.get(key)
        outcome, becomes = merge_revision(known, build_version(item.revision, content(item), item.cancelled))
        if outcome == "conflict":
            results.append(Result(index, item.external_id, "conflict", ids[key], REVISION_CONFLICT()))
            continue
        if becomes is not known:
            refusal = _inactive(register, item, becomes, index)
            if refusal is None and stored is not None:
                refusal = _collision(stored, known, becomes, index)
            if refusal is not None:
                results.append(Result(index, item.external_id, "rejected", ids.get(key), refusal))
                continue
            becoming[key] = becomes
            if key not in ids:
                ids[key] = next(fresh)
        results.append(Result(index, item.external_id, outcome, ids[key], None))
    return results


def _fresh_ids(count: int) -> Iterator[str]:
    # A generator, so that none are made where none are new.
    yield from new_ids(count)


def _misplaced(item: AbsenceItem, provider: str | None, index: int) -> Problem:
    """The provider is named and the caller's, the placement that provider's: else neither exists for the caller."""
    if provider is None:
        return VALIDATION("Oppgje kva vekstbedrift fråværet gjeld.", pointer=f"#/items/{index}/provider_id")
    if item.provider_id not in (None, provider):
        return NOT_FOUND(pointer=f"#/items/{index}/provider_id")
    return NOT_FOUND(
        "Plassen finst ikkje, eller han er ikkje hjå denne vekstbedrifta.", pointer=f"#/items/{index}/placement_id"
    )


def _inactive(register: Register, item: AbsenceItem, becomes: AbsenceVersion, index: int) -> Problem | None:
    """A1: the placement was active on those days. What is cancelled documents nothing, so it may be any day."""
    if becomes.cancelled:
        return None
    place = register.places[item.placement_id]
    if item.starts_on < place.starts_on:
        return OUTSIDE_PLACEMENT(pointer=f"#/items/{index}/from")
    if place.ends_on is not None and item.ends_on > place.ends_on:
        return OUTSIDE_PLACEMENT(pointer=f"#/items/{index}/to")
    return None


def _collision(
    stored: dict[str, DayOccupancy], known: AbsenceVersion | None, becomes: AbsenceVersion, index: int
) -> Problem | None:
    """Move an absence from its old days to its new ones, or leave it where it was and say that they are full."""
    if known is not None and not known.cancelled:
        stored[known.content[0]].remove(_span(known))
    if becomes.cancelled:
        return None
    if stored[becomes.content[0]].has_room(_span(becomes)):
        stored[becomes.content[0]].add(_span(becomes))
        return None
    if known is not None and not known.cancelled:
        stored[known.content[0]].add(_span(known))
    return OVER_FULL_DAY(pointer=f"#/items/{index}/percent")


def _span(version: AbsenceVersion) -> AbsenceSpan:
    _, _, first_day, last_day, percent, _ = version.content
    return AbsenceSpan(first_day, last_day, percent)


async def _full_days(unit: UnitOfWork, register: Register) -> dict[str, DayOccupancy] | None:
    """None where all that becomes fits in its days; else the days as they stand stored, to be filled one by one."""
    spans: dict[str, list[tuple[date, date, int]]] = {}
    for version in register.becoming.values():
        if not version.cancelled:
            spans.setdefault(version.content[0], []).append(version.content[2:5])
    if not spans:
        return None
    await asyncio.sleep(0)
    reach = {id_: (min(held)[0], max([span[1] for span in held])) for id_, held in spans.items()}
    changed = {register.ids[key] for key in register.becoming.keys() & register.known.keys()}
    for placement_id, id_, span in await standing(unit, reach):
        if id_ not in changed:
            spans[placement_id].append(span)
    await asyncio.sleep(0)
    if all(fits_in_day(held) for held in spans.values()):
        return None
    return await _days_as_stored(unit, register)


async def _days_as_stored(unit: UnitOfWork, register: Register) -> dict[str, DayOccupancy]:
    """Every day that stored absences take in the batch's placements. Only a batch that collides needs it."""
    always = {id_: (place.starts_on, place.ends_on or date.max) for id_, place in register.places.items()}
    stored = {id_: DayOccupancy() for id_ in always}
    for done, (placement_id, _, span) in enumerate(await standing(unit, always)):
        stored[placement_id].add(span)
        if done % SLICE == 0:
            await asyncio.sleep(0)
    return stored
