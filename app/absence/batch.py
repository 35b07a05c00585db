"""A push: which items stand (A1, A2), which are refused and why, and the one statement that stores them.

Under the provider's lock: read what is known of the pushed absences -> decide here -> write what changed. Nothing that
is already stored is written again. The lock makes a provider's pushes one after another, so that what was read is what
is written over, and so that two pushes cannot fill the same day.
"""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.absence.items import Fault, Item
from app.absence.problems import OUTSIDE_PLACEMENT, OVER_FULL_DAY, REVISION_CONFLICT
from app.clock import new_ids
from app.http.problems import NOT_FOUND, VALIDATION, Problem
from app.rules.absence import Days, Span, Version, fits_in_the_day, merge, pushed

# Some two milliseconds of work between two chances for others.
SLICE = 500
# The first of the two keys of an advisory lock; the second is the provider.
_LOCK = 4631_0501

_LOCK_PROVIDERS = text(
    f"select pg_advisory_xact_lock({_LOCK}, hashtext(id)), clock_timestamp()"
    " from (select unnest(cast(:providers as text[])) as id order by 1 offset 0) as pushing"
)
_PLACEMENTS = text(
    "select id, provider_id, participant_id, starts_on, ends_on, share from placement"
    " where id = any(cast(:placements as uuid[]))"
)
_KNOWN = text(
    "select provider_id, external_id, id, revision, placement_id, kind, starts_on, ends_on, percent, note, cancelled,"
    " revision_cancels from absence"
    " where provider_id = any(cast(:providers as uuid[])) and external_id = any(cast(:external_ids as text[]))"
)
_STANDING = text(
    "select a.placement_id, a.id, a.starts_on, a.ends_on, a.percent"
    " from unnest(cast(:placements as uuid[]), cast(:first_days as date[]), cast(:last_days as date[]))"
    " as touched (placement_id, first_day, last_day)"
    " join absence a on a.placement_id = touched.placement_id"
    " and a.ends_on >= touched.first_day and a.starts_on <= touched.last_day where not a.cancelled"
)
_KEEP = text(
    "insert into absence_revision (id, provider_id, external_id, placement_id, revision, kind, starts_on, ends_on,"
    " percent, note, cancelled, recorded_at)"
    " select changed.id, a.provider_id, a.external_id, a.placement_id, a.revision, a.kind, a.starts_on, a.ends_on,"
    " a.percent, a.note, a.cancelled, a.updated_at"
    " from unnest(cast(:ids as uuid[]), cast(:absences as uuid[])) as changed (id, absence_id)"
    " join absence a on a.id = changed.absence_id"
)
# Every column as text: of an element that is no string asyncpg asks twice whether it is a container, which for ten
# thousand rows costs the event loop more than PostgreSQL needs to read them.
_COLUMNS = {
    "ids": "uuid",
    "providers": "uuid",
    "external_ids": "text",
    "placements": "uuid",
    "revisions": "int",
    "kinds": "text",
    "first_days": "date",
    "last_days": "date",
    "percents": "smallint",
    "notes": "text",
    "cancelled": "bool",
    "cancels": "bool",
}
_WRITE = text(
    "insert into absence (id, provider_id, external_id, placement_id, revision, kind, starts_on, ends_on, percent,"
    " note, cancelled, revision_cancels, created_at, updated_at)"
    " select *, cast(:at as timestamptz), cast(:at as timestamptz)"
    f" from unnest({', '.join(f'cast(cast(:{name} as text[]) as {type_}[])' for name, type_ in _COLUMNS.items())})"
    " on conflict (provider_id, external_id) do update set placement_id = excluded.placement_id,"
    " revision = excluded.revision, kind = excluded.kind, starts_on = excluded.starts_on,"
    " ends_on = excluded.ends_on, percent = excluded.percent, note = excluded.note,"
    " cancelled = excluded.cancelled, revision_cancels = excluded.revision_cancels, updated_at = excluded.updated_at"
)


_TRUTH = {True: "t", False: "f"}


class Place(NamedTuple):
    """What a push needs to know of a placement."""

    id: UUID
    provider_id: UUID
    participant_id: UUID
    starts_on: date
    ends_on: date | None
    share: int


class Result(NamedTuple):
    """What became of one item. `absence_id` is None where nothing is or would be stored under the item's name."""

    external_id: str | None
    status: str
    absence_id: UUID | None
    problem: Problem | None


@dataclass(frozen=True, slots=True)
class Pushed:
    """What became of a batch. `touched` are the placements with a changed absence, `at` when it was stored."""

    results: list[Result]
    rejected: int
    touched: list[Place]
    refused: set[UUID]


Key = tuple[UUID, str]


@dataclass(slots=True)
class _Register:
    """The pushed absences as they are known, and as they become."""

    places: dict[UUID, Place]
    known: dict[Key, Version] = field(default_factory=dict)
    ids: dict[Key, UUID] = field(default_factory=dict)
    becoming: dict[Key, Version] = field(default_factory=dict)
    at: datetime | None = None

    def version(self, key: Key) -> Version | None:
        return self.becoming.get(key) or self.known.get(key)


async def push(
    session: AsyncSession,
    items: Sequence[Item | Fault],
    provider_id: UUID | None,
    *,
    atomic: bool = False,
    dry_run: bool = False,
) -> Pushed:
    """A1, A2: let a batch in, each item on its own, or with `atomic` all or nothing.

    `provider_id` is the caller's own, None where the items name theirs. With `dry_run`, or with `atomic` and a rejected
    item, everything is decided and nothing written.
    """
    keys = [_key(item, provider_id) for item in items]
    register = await _read(session, items, keys)
    results = await _decide(register, items, keys, provider_id)
    stored = await _standing(session, register)
    if stored is not None:
        results = await _decide(register, items, keys, provider_id, stored)
    rejected = sum(result.problem is not None for result in results)
    touched: list[Place] = []
    if register.becoming and not dry_run and not (atomic and rejected):
        await _write(session, register)
        ids = {version.content[0] for version in register.becoming.values()}
        ids |= {register.known[key].content[0] for key in register.becoming if key in register.known}
        touched = [register.places[id_] for id_ in ids]
    else:
        # What is not stored has no id to be found by.
        unborn = {register.ids[key] for key in register.becoming.keys() - register.known.keys()}
        results = [result._replace(absence_id=None) if result.absence_id in unborn else result for result in results]
    refused = {
        item.placement_id
        for item, result in zip(items, results, strict=True)
        if isinstance(item, Item) and result.problem is not None and result.problem.type is NOT_FOUND
    }
    return Pushed(results, rejected, touched, refused)


async def lock_providers(session: AsyncSession, provider_ids: Collection[UUID]) -> datetime:
    """Make pushes and reviews of these providers wait for the end of this transaction. When the last lock was got."""
    rows = await session.execute(_LOCK_PROVIDERS, {"providers": [str(id_) for id_ in provider_ids]})
    at: datetime = max(row[1] for row in rows)
    return at


def _key(item: Item | Fault, provider_id: UUID | None) -> Key | None:
    if isinstance(item, Fault):
        return None
    named = item.provider_id if provider_id is None else provider_id
    return None if named is None else (named, item.external_id)


async def _read(session: AsyncSession, items: Sequence[Item | Fault], keys: Sequence[Key | None]) -> _Register:
    """Take the providers' locks, then read their placements and what is known of the pushed absences."""
    providers = {key[0] for key in keys if key is not None}
    placements = {item.placement_id for item in items if isinstance(item, Item)}
    found = await session.execute(_PLACEMENTS, {"placements": list(placements)})
    register = _Register({row.id: Place(*row) for row in found})
    # A provider without a placement here has nothing to wait for.
    pushing = providers & {place.provider_id for place in register.places.values()}
    if not pushing:
        return register
    register.at = await lock_providers(session, pushing)
    external_ids = list({key[1] for key in keys if key is not None})
    rows = await session.execute(_KNOWN, {"providers": list(pushing), "external_ids": external_ids})
    for done, (provider_id, external_id, id_, revision, *content, cancelled, cancels) in enumerate(rows):
        register.known[provider_id, external_id] = Version(revision, tuple(content), cancelled, cancels)
        register.ids[provider_id, external_id] = id_
        if done % SLICE == 0:
            await asyncio.sleep(0)
    # An absence may have stood in another of the provider's placements.
    left = {version.content[0] for version in register.known.values()} - register.places.keys()
    if left:
        found = await session.execute(_PLACEMENTS, {"placements": list(left)})
        register.places |= {row.id: Place(*row) for row in found}
    return register


async def _decide(
    register: _Register,
    items: Sequence[Item | Fault],
    keys: Sequence[Key | None],
    own: UUID | None,
    stored: dict[UUID, Days] | None = None,
) -> list[Result]:
    """What becomes of each item, in their order. With `stored`, each item also has to fit in its days."""
    for undone in register.becoming.keys() - register.known.keys():
        del register.ids[undone]
    register.becoming.clear()
    fresh = iter(new_ids(len(items)))
    results: list[Result] = []
    for index, (item, key) in enumerate(zip(items, keys, strict=True)):
        if index % SLICE == 0:
            await asyncio.sleep(0)
        if isinstance(item, Fault):
            results.append(Result(item.external_id, "rejected", None, item.problem))
            continue
        problem = _misplaced(register, item, key, index, own)
        if problem is not None or key is None:
            results.append(Result(item.external_id, "rejected", None, problem))
            continue
        known = register.version(key)
        outcome, becomes = merge(known, pushed(item.revision, item.content, item.cancelled))
        if outcome == "conflict":
            results.append(Result(item.external_id, "conflict", register.ids[key], REVISION_CONFLICT()))
            continue
        if becomes is not known:
            problem = _inactive(register, item, becomes, index)
            if problem is None and stored is not None:
                problem = _collision(stored, known, becomes, index)
            if problem is not None:
                results.append(Result(item.external_id, "rejected", register.ids.get(key), problem))
                continue
            register.becoming[key] = becomes
            if key not in register.ids:
                register.ids[key] = next(fresh)
        results.append(Result(item.external_id, outcome, register.ids[key], None))
    return results


def _misplaced(register: _Register, item: Item, key: Key | None, index: int, own: UUID | None) -> Problem | None:
    """The provider is named and the caller's, the placement that provider's: else neither exists for the caller."""
    if key is None:
        return VALIDATION("Oppgje kva vekstbedrift fråværet gjeld.", pointer=f"#/items/{index}/provider_id")
    if own is not None and item.provider_id not in (None, own):
        return NOT_FOUND(pointer=f"#/items/{index}/provider_id")
    place = register.places.get(item.placement_id)
    if place is None or place.provider_id != key[0]:
        return NOT_FOUND(
            "Plassen finst ikkje, eller han er ikkje hjå denne vekstbedrifta.", pointer=f"#/items/{index}/placement_id"
        )
    return None


def _inactive(register: _Register, item: Item, becomes: Version, index: int) -> Problem | None:
    """A1: the placement was active on those days. What is cancelled documents nothing, so it may be any day."""
    if becomes.cancelled:
        return None
    place = register.places[item.placement_id]
    if item.starts_on < place.starts_on:
        return OUTSIDE_PLACEMENT(pointer=f"#/items/{index}/from")
    if place.ends_on is not None and item.ends_on > place.ends_on:
        return OUTSIDE_PLACEMENT(pointer=f"#/items/{index}/to")
    return None


def _collision(stored: dict[UUID, Days], known: Version | None, becomes: Version, index: int) -> Problem | None:
    """Move an absence from its old days to its new ones, or leave it where it was and say that they are full."""
    if known is not None and not known.cancelled:
        stored[known.content[0]].give_back(_span(known))
    if becomes.cancelled:
        return None
    if stored[becomes.content[0]].has_room(_span(becomes)):
        stored[becomes.content[0]].take(_span(becomes))
        return None
    if known is not None and not known.cancelled:
        stored[known.content[0]].take(_span(known))
    return OVER_FULL_DAY(pointer=f"#/items/{index}/percent")


def _span(version: Version) -> Span:
    _, _, first_day, last_day, percent, _ = version.content
    return Span(first_day, last_day, percent)


async def _standing(session: AsyncSession, register: _Register) -> dict[UUID, Days] | None:
    """None where all that becomes fits in its days; else the days as they stand stored, to be filled one by one."""
    spans: dict[UUID, list[Span]] = {}
    for version in register.becoming.values():
        if not version.cancelled:
            spans.setdefault(version.content[0], []).append(_span(version))
    if not spans:
        return None
    await asyncio.sleep(0)
    reach = [(min(held)[0], max(span[1] for span in held)) for held in spans.values()]
    found = await session.execute(
        _STANDING,
        {
            "placements": list(spans),
            "first_days": [first for first, _ in reach],
            "last_days": [last for _, last in reach],
        },
    )
    changed = {register.ids[key] for key in register.becoming if key in register.known}
    for placement_id, id_, first_day, last_day, percent in found:
        if id_ not in changed:
            spans[placement_id].append(Span(first_day, last_day, percent))
    await asyncio.sleep(0)
    if all(fits_in_the_day(held) for held in spans.values()):
        return None
    return await _days_as_stored(session, register)


async def _days_as_stored(session: AsyncSession, register: _Register) -> dict[UUID, Days]:
    """Every day that stored absences take in the batch's placements. Only a batch that collides needs it."""
    everywhere = list(register.places)
    found = await session.execute(
        _STANDING,
        {
            "placements": everywhere,
            "first_days": [place.starts_on for place in register.places.values()],
            "last_days": [place.ends_on or date.max for place in register.places.values()],
        },
    )
    stored = {id_: Days() for id_ in everywhere}
    for done, (place, _, *span) in enumerate(found):
        stored[place].take(Span(*span))
        if done % SLICE == 0:
            await asyncio.sleep(0)
    return stored


async def _write(session: AsyncSession, register: _Register) -> None:
    """Keep what is changed as it was, then store everything in one statement."""
    changed = [register.ids[key] for key in register.becoming if key in register.known]
    if changed:
        await session.execute(_KEEP, {"ids": new_ids(len(changed)), "absences": changed})
    keys = list(register.becoming)
    versions = list(register.becoming.values())
    placements, kinds, first_days, last_days, percents, notes = zip(
        *(version.content for version in versions), strict=True
    )
    await asyncio.sleep(0)
    # The same few providers, placements, days and numbers, over and over.
    said = _Said()
    values = {
        "ids": [str(register.ids[key]) for key in keys],
        "providers": [said[key[0]] for key in keys],
        "external_ids": [key[1] for key in keys],
        "placements": [said[id_] for id_ in placements],
        "revisions": [said[version.revision] for version in versions],
        "kinds": kinds,
        "first_days": [said[day] for day in first_days],
        "last_days": [said[day] for day in last_days],
        "percents": [said[percent] for percent in percents],
        "notes": notes,
        "cancelled": [_TRUTH[version.cancelled] for version in versions],
        "cancels": [_TRUTH[version.revision_cancels] for version in versions],
        "at": register.at,
    }
    await asyncio.sleep(0)
    await session.execute(_WRITE, values)


class _Said(dict[UUID | date | int, str]):
    """How PostgreSQL reads a value."""

    def __missing__(self, value: UUID | date | int) -> str:
        said = self[value] = str(value)
        return said
