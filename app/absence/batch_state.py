"""What is stored of the pushed absences, and the statements that read and store them, each one for a whole batch.

A column of ten thousand values goes to PostgreSQL as one text: the driver takes longer over an array of them than
PostgreSQL over its reading and storing. What a client may write freely goes as JSON, anything else between commas.
"""

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

import msgspec
from sqlalchemy import text

from app import clock
from app.clock import new_ids
from app.database.locks import AdvisoryLock
from app.database.queries import CompiledQuery
from app.database.unit_of_work import UnitOfWork
from app.participants.erased import find_erased
from app.rules.absence import AbsenceSpan, AbsenceVersion
from app.rules.revisions import Version

# Some half a millisecond of work between two chances for others: a read waits for one at each of its round trips.
SLICE = 100

_IDS = "cast(string_to_array(:{}, ',') as uuid[])"
_TEXTS = "json_array_elements_text(cast(:{} as json))"

_LOCK_PROVIDERS = text(
    f"select pg_advisory_xact_lock({AdvisoryLock.ABSENCE_PROVIDER}, hashtext(id)), clock_timestamp()"
    " from (select unnest(string_to_array(:providers, ',')) as id order by 1 offset 0) as pushing"
)
_PLACEMENTS = text(
    # One that is annulled has no day (D8).
    "select id, provider_id, participant_id, starts_on,"
    " case when annulled_on is null then ends_on else starts_on - 1 end, share from placement"
    f" where id = any({_IDS.format('placements')})"
)
# By the driver: ten thousand rows through SQLAlchemy take as long as everything else of a repeated push.
_STORED = CompiledQuery(
    text(
        "select cast(provider_id as text) || external_id, cast(id as text), revision, cast(placement_id as text), kind,"
        " starts_on, ends_on, percent, note, cancelled, revision_cancels from absence"
        f" where provider_id = any({_IDS.format('providers')})"
        f" and external_id = any(array(select {_TEXTS.format('external_ids')}))"
    )
)
_ACTIVE = text(
    "select cast(a.placement_id as text), cast(a.id as text), a.starts_on, a.ends_on, a.percent"
    f" from unnest({_IDS.format('placements')}, cast(string_to_array(:first_days, ',') as date[]),"
    " cast(string_to_array(:last_days, ',') as date[])) as touched (placement_id, first_day, last_day)"
    " join absence a on a.placement_id = touched.placement_id"
    " and a.ends_on >= touched.first_day and a.starts_on <= touched.last_day where not a.cancelled"
)
_KEEP_REVISION = text(
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
_NEW_VERSIONS = (
    f"rows from (unnest({_LISTS}), {_TEXTS.format('external_id')}, {_TEXTS.format('note')})"
    f" as incoming ({', '.join(_COLUMNS)}, external_id, note)"
)
# No ON CONFLICT: what is new was looked for under the lock, and to look again at each row is a fifth of the work.
_CREATE = text(
    f"insert into absence ({', '.join(_COLUMNS)}, external_id, note, created_at, updated_at)"
    f" select *, cast(:at as timestamptz), cast(:at as timestamptz) from {_NEW_VERSIONS}"
)
_CHANGE = text(
    "update absence set placement_id = incoming.placement_id, revision = incoming.revision, kind = incoming.kind,"
    " starts_on = incoming.starts_on, ends_on = incoming.ends_on, percent = incoming.percent, note = incoming.note,"
    " cancelled = incoming.cancelled, revision_cancels = incoming.revision_cancels, updated_at = :at"
    f" from {_NEW_VERSIONS} where absence.id = incoming.id"
)


class PlacementPeriod(NamedTuple):
    """What a push needs to know of a placement."""

    id: UUID
    provider_id: UUID
    participant_id: UUID
    starts_on: date
    ends_on: date | None
    share: int


AbsenceKey = str
"""An absence's identity: its provider's id, then its name there. One text, which remembers its hash."""

_ID = 36


def key_of(provider_id: str, external_id: str) -> AbsenceKey:
    """The identity of a provider's absence."""
    return provider_id + external_id


@dataclass(slots=True)
class BatchState:
    """The pushed absences as they are stored, and as they will be. Placements and absences by their ids as text."""

    placements: dict[str, PlacementPeriod] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)
    """Each placement's provider."""
    erased: set[str] = field(default_factory=set)
    """The placements whose texts are erased (G3)."""
    stored: dict[AbsenceKey, AbsenceVersion] = field(default_factory=dict)
    ids: dict[AbsenceKey, str] = field(default_factory=dict)
    new_versions: dict[AbsenceKey, AbsenceVersion] = field(default_factory=dict)
    locked_at: datetime | None = None

    def list_changed_placements(self) -> list[PlacementPeriod]:
        """The placements with a changed absence, and those that one was moved from."""
        ids = {version.content[0] for version in self.new_versions.values()}
        ids |= {self.stored[key].content[0] for key in self.new_versions.keys() & self.stored.keys()}
        return [self.placements[id_] for id_ in ids]


async def lock_providers(unit: UnitOfWork, provider_ids: Collection[UUID | str]) -> datetime:
    """Make pushes and reviews of these providers wait for the end of this one. Returns when it got them."""
    rows = await unit.session.execute(_LOCK_PROVIDERS, {"providers": ",".join(map(str, provider_ids))})
    at: datetime = max(row[1] for row in rows)
    return at


async def load_state(unit: UnitOfWork, placements: set[str], keys: set[AbsenceKey]) -> BatchState:
    """Take the providers' locks, then read their placements and what is stored of the pushed absences."""
    state = BatchState()
    await _load_placements(unit, state, placements)
    # A provider without a placement here has nothing to wait for.
    pushing = {key[:_ID] for key in keys} & set(state.owners.values())
    if not pushing:
        return state
    state.locked_at = await lock_providers(unit, pushing)
    external_ids = msgspec.json.encode([key[_ID:] for key in keys]).decode()
    rows = await unit.fetch(_STORED, **{"providers": ",".join(pushing), "external_ids": external_ids})
    for done, row in enumerate(rows):
        key, id_, revision = row[:3]
        state.stored[key] = Version(revision, row[3:9], *row[9:])
        state.ids[key] = id_
        if done % SLICE == 0:
            await asyncio.sleep(0)
    # An absence may be stored with another of the provider's placements.
    left = {version.content[0] for version in state.stored.values()} - state.placements.keys()
    if left:
        await _load_placements(unit, state, left)
    return state


async def list_active_absences(
    unit: UnitOfWork, reach: Mapping[str, tuple[date, date]]
) -> list[tuple[str, str, AbsenceSpan]]:
    """Absences that are not cancelled, with a day in the given period of their placement: placement, absence, span."""
    found = await unit.session.execute(
        _ACTIVE,
        {
            "placements": ",".join(reach),
            "first_days": ",".join([str(first) for first, _ in reach.values()]),
            "last_days": ",".join([str(last) for _, last in reach.values()]),
        },
    )
    return [(placement_id, id_, AbsenceSpan(*span)) for placement_id, id_, *span in found]


async def write_absences(unit: UnitOfWork, state: BatchState) -> None:
    """Keep the revisions that are replaced, then store what is changed and what is new; each in one statement.

    Sorted by placement: rows that touch the same pages of an index, and the same placement's key, come together.
    """
    changed = [key for key in state.new_versions if key in state.stored]
    if changed:
        absences = ",".join([state.ids[key] for key in changed])
        await unit.session.execute(_KEEP_REVISION, {"ids": ",".join(new_ids(len(changed))), "absences": absences})
        await unit.session.execute(_CHANGE, await _write_columns(state, changed))
    created = [key for key in state.new_versions if key not in state.stored]
    if created:
        created.sort(key=lambda key: state.new_versions[key].content[0])
        await asyncio.sleep(0)
        await unit.session.execute(_CREATE, await _write_columns(state, created))


async def _write_columns(state: BatchState, keys: Sequence[AbsenceKey]) -> dict[str, str | datetime | None]:
    """The columns of the new versions, and after each a chance for others: one of ten thousand takes a millisecond."""
    versions = [state.new_versions[key] for key in keys]
    placements, kinds, first_days, last_days, percents, notes = zip(*[one.content for one in versions], strict=True)
    texts = _PostgresTexts()
    columns: dict[str, Callable[[], str]] = {
        "id": lambda: ",".join([state.ids[key] for key in keys]),
        "provider_id": lambda: ",".join([key[:_ID] for key in keys]),
        "placement_id": lambda: ",".join(placements),
        "revision": lambda: texts.join([one.revision for one in versions]),
        "kind": lambda: ",".join(kinds),
        "starts_on": lambda: texts.join(first_days),
        "ends_on": lambda: texts.join(last_days),
        "percent": lambda: texts.join(percents),
        "cancelled": lambda: ",".join(["t" if one.cancelled else "f" for one in versions]),
        "revision_cancels": lambda: ",".join(["t" if one.revision_cancels else "f" for one in versions]),
        "external_id": lambda: msgspec.json.encode([key[_ID:] for key in keys]).decode(),
        "note": lambda: msgspec.json.encode(notes).decode(),
    }
    written: dict[str, str | datetime | None] = {"at": state.locked_at}
    for name, write in columns.items():
        await asyncio.sleep(0)
        written[name] = write()
    await asyncio.sleep(0)
    return written


class _PostgresTexts(dict[date | int, str]):
    """How PostgreSQL reads a value: the same few days and numbers, over and over."""

    def __missing__(self, value: date | int) -> str:
        texts = self[value] = str(value)
        return texts

    def join(self, values: Iterable[date | int]) -> str:
        return ",".join([self[value] for value in values])


async def _load_placements(unit: UnitOfWork, state: BatchState, ids: Iterable[str]) -> None:
    today = clock.today()
    ended: dict[str, UUID] = {}
    for row in await unit.session.execute(_PLACEMENTS, {"placements": ",".join(ids)}):
        place = PlacementPeriod(*row)
        id_ = str(place.id)
        state.placements[id_] = place
        state.owners[id_] = str(place.provider_id)
        if place.ends_on is not None and place.ends_on < today:
            ended[id_] = place.participant_id
    erased = await find_erased(unit, set(ended.values()))  # nobody with a place is erased
    state.erased.update(id_ for id_, participant_id in ended.items() if participant_id in erased)
