"""What is known of the pushed absences, and the statements that read and store them, each one for a whole batch.

A column of ten thousand values goes to PostgreSQL as one text: the driver takes longer over an array of them than
PostgreSQL over its reading and storing. What a client may write freely goes as JSON, anything else between commas.
"""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

import msgspec
from sqlalchemy import text

from app.clock import new_ids
from app.database.locks import AdvisoryLock
from app.database.queries import CompiledQuery
from app.database.unit_of_work import UnitOfWork
from app.rules.absence import AbsenceSpan, AbsenceVersion

# Some two milliseconds of work between two chances for others.
SLICE = 500

_IDS = "cast(string_to_array(:{}, ',') as uuid[])"
_TEXTS = "json_array_elements_text(cast(:{} as json))"

_LOCK_PROVIDERS = text(
    f"select pg_advisory_xact_lock({AdvisoryLock.ABSENCE_PROVIDER}, hashtext(id)), clock_timestamp()"
    " from (select unnest(string_to_array(:providers, ',')) as id order by 1 offset 0) as pushing"
)
_PLACEMENTS = text(
    "select id, provider_id, participant_id, starts_on, ends_on, share from placement"
    f" where id = any({_IDS.format('placements')})"
)
# By the driver: ten thousand rows through SQLAlchemy take as long as everything else of a repeated push.
_KNOWN = CompiledQuery(
    text(
        "select cast(provider_id as text) || external_id, cast(id as text), revision, cast(placement_id as text), kind,"
        " starts_on, ends_on, percent, note, cancelled, revision_cancels from absence"
        f" where provider_id = any({_IDS.format('providers')})"
        f" and external_id = any(array(select {_TEXTS.format('external_ids')}))"
    )
)
_STANDING = text(
    "select cast(a.placement_id as text), cast(a.id as text), a.starts_on, a.ends_on, a.percent"
    f" from unnest({_IDS.format('placements')}, cast(string_to_array(:first_days, ',') as date[]),"
    " cast(string_to_array(:last_days, ',') as date[])) as touched (placement_id, first_day, last_day)"
    " join absence a on a.placement_id = touched.placement_id"
    " and a.ends_on >= touched.first_day and a.starts_on <= touched.last_day where not a.cancelled"
)
_KEEP = text(
    "insert into absence_revision (id, provider_id, external_id, placement_id, revision, kind, starts_on, ends_on,"
    " percent, note, cancelled, recorded_at)"
    " select changed.id, a.provider_id, a.external_id, a.placement_id, a.revision, a.kind, a.starts_on, a.ends_on,"
    " a.percent, a.note, a.cancelled, a.updated_at"
    f" from unnest({_IDS.format('ids')}, {_IDS.format('absences')}) as changed (id, absence_id)"
    " join absence a on a.id = changed.absence_id"
)
_COLUMNS = {
    "id": "uuid",
    "provider_id": "uuid",
    "placement_id": "uuid",
    "revision": "int",
    "kind": "text",
    "starts_on": "date",
    "ends_on": "date",
    "percent": "smallint",
    "cancelled": "bool",
    "revision_cancels": "bool",
}
_LISTS = ", ".join(f"cast(string_to_array(:{name}, ',') as {type_}[])" for name, type_ in _COLUMNS.items())
_BECOMING = (
    f"rows from (unnest({_LISTS}), {_TEXTS.format('external_id')}, {_TEXTS.format('note')})"
    f" as becoming ({', '.join(_COLUMNS)}, external_id, note)"
)
# No ON CONFLICT: what is new was looked for under the lock, and to look again at each row is a fifth of the work.
_CREATE = text(
    f"insert into absence ({', '.join(_COLUMNS)}, external_id, note, created_at, updated_at)"
    f" select *, cast(:at as timestamptz), cast(:at as timestamptz) from {_BECOMING}"
)
_CHANGE = text(
    "update absence set placement_id = becoming.placement_id, revision = becoming.revision, kind = becoming.kind,"
    " starts_on = becoming.starts_on, ends_on = becoming.ends_on, percent = becoming.percent, note = becoming.note,"
    " cancelled = becoming.cancelled, revision_cancels = becoming.revision_cancels, updated_at = :at"
    f" from {_BECOMING} where absence.id = becoming.id"
)


class Place(NamedTuple):
    """What a push needs to know of a placement."""

    id: UUID
    provider_id: UUID
    participant_id: UUID
    starts_on: date
    ends_on: date | None
    share: int


Key = str
"""An absence's identity: its provider's id, then its name there. One text, which remembers its hash."""

_ID = 36


def key_of(provider_id: str, external_id: str) -> Key:
    """The identity of a provider's absence."""
    return provider_id + external_id


@dataclass(slots=True)
class Register:
    """The pushed absences as they are known, and as they become. Placements and absences by their ids as text."""

    places: dict[str, Place] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)
    """Whose each of the placements is."""
    known: dict[Key, AbsenceVersion] = field(default_factory=dict)
    ids: dict[Key, str] = field(default_factory=dict)
    becoming: dict[Key, AbsenceVersion] = field(default_factory=dict)
    at: datetime | None = None

    def touched(self) -> list[Place]:
        """The placements with a changed absence, those that it left too."""
        ids = {version.content[0] for version in self.becoming.values()}
        ids |= {self.known[key].content[0] for key in self.becoming.keys() & self.known.keys()}
        return [self.places[id_] for id_ in ids]


async def lock_providers(unit: UnitOfWork, provider_ids: Collection[UUID | str]) -> datetime:
    """Make pushes and reviews of these providers wait for the end of this transaction. When the last lock was got."""
    rows = await unit.session.execute(_LOCK_PROVIDERS, {"providers": ",".join(map(str, provider_ids))})
    at: datetime = max(row[1] for row in rows)
    return at


async def read(unit: UnitOfWork, placements: set[str], keys: set[Key]) -> Register:
    """Take the providers' locks, then read their placements and what is known of the pushed absences."""
    register = Register()
    await _read_places(unit, register, placements)
    # A provider without a placement here has nothing to wait for.
    pushing = {key[:_ID] for key in keys} & set(register.owners.values())
    if not pushing:
        return register
    register.at = await lock_providers(unit, pushing)
    external_ids = msgspec.json.encode([key[_ID:] for key in keys]).decode()
    rows = await unit.fetch(_KNOWN, **{"providers": ",".join(pushing), "external_ids": external_ids})
    for done, row in enumerate(rows):
        key, id_, revision, *content, cancelled, cancels = row
        register.known[key] = AbsenceVersion(revision, tuple(content), cancelled, cancels)
        register.ids[key] = id_
        if done % SLICE == 0:
            await asyncio.sleep(0)
    # An absence may have stood in another of the provider's placements.
    left = {version.content[0] for version in register.known.values()} - register.places.keys()
    if left:
        await _read_places(unit, register, left)
    return register


async def standing(unit: UnitOfWork, reach: Mapping[str, tuple[date, date]]) -> list[tuple[str, str, AbsenceSpan]]:
    """What stands in these placements on any day from the first to the last: placement, absence, and when."""
    found = await unit.session.execute(
        _STANDING,
        {
            "placements": ",".join(reach),
            "first_days": ",".join([str(first) for first, _ in reach.values()]),
            "last_days": ",".join([str(last) for _, last in reach.values()]),
        },
    )
    return [(placement_id, id_, AbsenceSpan(*span)) for placement_id, id_, *span in found]


async def write(unit: UnitOfWork, register: Register) -> None:
    """Keep what is changed as it was, then store it, and what is new; each in one statement.

    Sorted by placement: rows that touch the same pages of an index, and the same placement's key, come together.
    """
    changed = [key for key in register.becoming if key in register.known]
    if changed:
        absences = ",".join([register.ids[key] for key in changed])
        await unit.session.execute(_KEEP, {"ids": ",".join(new_ids(len(changed))), "absences": absences})
        await unit.session.execute(_CHANGE, _values(register, changed))
    created = [key for key in register.becoming if key not in register.known]
    if created:
        created.sort(key=lambda key: register.becoming[key].content[0])
        await asyncio.sleep(0)
        await unit.session.execute(_CREATE, _values(register, created))


def _values(register: Register, keys: Sequence[Key]) -> dict[str, str | datetime | None]:
    """The columns of these absences as they become."""
    versions = [register.becoming[key] for key in keys]
    placements, kinds, first_days, last_days, percents, notes = zip(*[one.content for one in versions], strict=True)
    said = _Said()
    return {
        "id": ",".join([register.ids[key] for key in keys]),
        "provider_id": ",".join([key[:_ID] for key in keys]),
        "placement_id": ",".join(placements),
        "revision": said.joined([one.revision for one in versions]),
        "kind": ",".join(kinds),
        "starts_on": said.joined(first_days),
        "ends_on": said.joined(last_days),
        "percent": said.joined(percents),
        "cancelled": ",".join(["t" if one.cancelled else "f" for one in versions]),
        "revision_cancels": ",".join(["t" if one.revision_cancels else "f" for one in versions]),
        "external_id": msgspec.json.encode([key[_ID:] for key in keys]).decode(),
        "note": msgspec.json.encode(notes).decode(),
        "at": register.at,
    }


class _Said(dict[date | int, str]):
    """How PostgreSQL reads a value: the same few days and numbers, over and over."""

    def __missing__(self, value: date | int) -> str:
        said = self[value] = str(value)
        return said

    def joined(self, values: Iterable[date | int]) -> str:
        return ",".join([self[value] for value in values])


async def _read_places(unit: UnitOfWork, register: Register, ids: Iterable[str]) -> None:
    for row in await unit.session.execute(_PLACEMENTS, {"placements": ",".join(ids)}):
        place = Place(*row)
        register.places[str(place.id)] = place
        register.owners[str(place.id)] = str(place.provider_id)
