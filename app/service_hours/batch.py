"""A push of hours: which items are accepted (S3, A2), and which are refused and why.

Pushes come one after another: under their lock, what is stored of the pushed rows is read, each item is decided on in
its order, and what changed is written as sets. Of a person who has been erased the tool is stored as erasure left it
(G3): what a system sends again brings no text back.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ARRAY, Date, Uuid, any_, bindparam, func, insert, select, text, update
from sqlmodel import col

from app.access_log.recorder import record_access, record_denied
from app.clock import new_id
from app.database.locks import AdvisoryLock
from app.database.queries import CompiledQuery
from app.database.unit_of_work import UnitOfWork
from app.http.problems import NOT_FOUND, Problem
from app.outbox.events import ServiceHoursEvent
from app.outbox.publish import publish
from app.participants.erased import ERASED, find_erased
from app.rules.revisions import Version, merge_revision
from app.service_hours.problems import SERVICE_HOURS_CONFLICT, SERVICE_HOURS_OVERLAP, SERVICE_TYPE_UNKNOWN
from app.service_hours.reading import ReadItem
from app.service_hours.schemas import ServiceHoursBatchItemOut, ServiceHoursItem
from app.service_hours.tables import ServiceHours, ServiceHoursRevision, ServiceType

# Some two milliseconds of work, after which other requests get the event loop.
_SLICE = 100
_IDS = bindparam("ids", type_=ARRAY(Uuid()))

# Key share: a merge waits until the rows that name a participant are stored, and moves them then.
_PEOPLE = CompiledQuery(
    text(
        "select id as pushed, id as stored from participant where id = any(:ids) order by id for key share"
    ).bindparams(_IDS)
)
_MERGED = CompiledQuery(
    text(
        "select duplicate_id as pushed, participant_id as stored from participant_merge where duplicate_id = any(:ids)"
    ).bindparams(_IDS)
)
_STORED = CompiledQuery(
    text(
        "select stored.* from unnest(cast(:systems as text[]), cast(:external_ids as text[])) as sent (system, value)"
        " join service_hours as stored on external_system = sent.system and external_id = sent.value"
    )
)
_PERIODS = CompiledQuery(
    select(
        col(ServiceHours.id),
        col(ServiceHours.participant_id),
        col(ServiceHours.service_type),
        col(ServiceHours.starts_on),
        col(ServiceHours.ends_on),
    ).where(
        col(ServiceHours.participant_id) == any_(_IDS),
        col(ServiceHours.cancelled).is_(False),
        col(ServiceHours.starts_on) <= bindparam("last_day", type_=Date()),
        func.coalesce(col(ServiceHours.ends_on) >= bindparam("first_day", type_=Date()), True),
    )
)


class Content(NamedTuple):
    """What a revision says: what makes two equal revisions equal. Hours a week."""

    participant_id: UUID
    service_type: str
    starts_on: date
    ends_on: date | None
    assessed_hours: Decimal | None
    decided_hours: Decimal | None
    delivered_hours: Decimal | None
    need_grade: str | None
    tool: str | None
    assessed_on: date | None


Key = tuple[str, str]
"""External system and external id."""


@dataclass(slots=True)
class _State:
    """What is stored of the pushed rows, and what each accepted item makes of it."""

    at: datetime
    people: dict[UUID, UUID]
    erased: Collection[UUID]
    """The people who have been erased (G3)."""
    types: set[str]
    ids: dict[Key, UUID] = field(default_factory=dict)
    stored: dict[Key, Version[Content]] = field(default_factory=dict)
    recorded_at: dict[Key, datetime] = field(default_factory=dict)
    new: dict[Key, Version[Content]] = field(default_factory=dict)
    periods: defaultdict[tuple[UUID, str], dict[UUID, tuple[date, date]]] = field(
        default_factory=lambda: defaultdict(dict)
    )

    def has_overlap(self, id_: UUID, content: Content) -> bool:
        """Whether other hours of the person and service have a day in the period."""
        others = self.periods[content.participant_id, content.service_type].items()
        last_day = content.ends_on or date.max
        return any(first <= last_day and content.starts_on <= last for other, (first, last) in others if other != id_)

    def replace(self, key: Key, known: Version[Content] | None, new: Version[Content]) -> None:
        """Let a version stand in the place of the one before."""
        id_ = self.ids[key]
        if known is not None:
            self.periods[known.content.participant_id, known.content.service_type].pop(id_, None)
        if not new.cancelled:
            period = (new.content.starts_on, new.content.ends_on or date.max)
            self.periods[new.content.participant_id, new.content.service_type][id_] = period
        self.new[key] = new


async def push_hours(unit: UnitOfWork, items: Sequence[ReadItem]) -> list[ServiceHoursBatchItemOut]:
    """S3: store every item that can be stored, with its access, its refusals and the event. The results in order."""
    state = await _load_state(unit, [item for item, _ in items if isinstance(item, ServiceHoursItem)])
    results: list[ServiceHoursBatchItemOut] = []
    denied: list[UUID] = []
    for index, (item, external_id) in enumerate(items):
        key = None if isinstance(item, Problem) else (item.external_system, item.external_id)
        refusal = None
        try:
            if isinstance(item, Problem):
                raise item
            status = _apply(state, item)
        except Problem as problem:
            status = "conflict" if problem.type is SERVICE_HOURS_CONFLICT else "rejected"
            refusal = problem.within(f"items/{index}").body()
            if isinstance(item, ServiceHoursItem) and problem.type is NOT_FOUND:
                denied.append(item.participant_id)
        results.append(
            ServiceHoursBatchItemOut.model_validate(
                {
                    "index": index,
                    "external_id": external_id,
                    "status": status,
                    "service_hours_id": None if key is None else state.ids.get(key),
                    "problem": refusal,
                }
            )
        )
        if index % _SLICE == 0:
            await asyncio.sleep(0)
    await _store(unit, state)
    record_denied(unit, denied)
    versions = [*state.new.values(), *(state.stored[key] for key in state.new if key in state.stored)]
    record_access(unit, {version.content.participant_id for version in versions})
    if state.new:
        counts = Counter(result.status for result in results)
        counted = {name: counts[name] for name in ("created", "updated", "cancelled")}
        await publish(unit, ServiceHoursEvent("service_hours.pushed", **counted))
    return results


async def _load_state(unit: UnitOfWork, items: Sequence[ServiceHoursItem]) -> _State:
    """Take the lock, then read the people, the service types and the rows that the items name."""
    at = await unit.session.scalar(
        select(func.clock_timestamp()).where(func.pg_advisory_xact_lock(AdvisoryLock.SERVICE_HOURS).is_not(None))
    )
    assert isinstance(at, datetime)
    named = list({item.participant_id for item in items})
    merged = {row["pushed"]: row["stored"] for row in await unit.fetch(_MERGED, ids=named)}
    wanted = list({*named, *merged.values()})
    present = {row["pushed"] for row in await unit.fetch(_PEOPLE, ids=wanted)}
    people = {id_: merged.get(id_, id_) for id_ in named if merged.get(id_, id_) in present}
    types = {row[0] for row in await unit.fetch(select(col(ServiceType.code)))}
    erased = await find_erased(unit, set(people.values()))
    state = _State(at, people, erased, types)
    rows = await unit.fetch(
        _STORED,
        systems=[item.external_system for item in items],
        external_ids=[item.external_id for item in items],
    )
    for row in rows:
        key = (row["external_system"], row["external_id"])
        content = Content(**{name: row[name] for name in Content._fields})
        state.ids[key] = row["id"]
        state.stored[key] = Version(row["revision"], content, row["cancelled"], row["revision_cancels"])
        state.recorded_at[key] = row["recorded_at"]
    # Those that an item can overlap: a person may have years of others.
    first_day = min((item.starts_on for item in items), default=date.max)
    last_day = max((item.ends_on or date.max for item in items), default=date.min)
    for row in await unit.fetch(_PERIODS, ids=list({*people.values()}), first_day=first_day, last_day=last_day):
        period = (row["starts_on"], row["ends_on"] or date.max)
        state.periods[row["participant_id"], row["service_type"]][row["id"]] = period
    return state


def _apply(state: _State, item: ServiceHoursItem) -> str:
    """What becomes of an item. Raises `NOT_FOUND`, `service-type-unknown`, a conflict or an overlap."""
    key = (item.external_system, item.external_id)
    participant_id = state.people.get(item.participant_id)
    if participant_id is None:
        raise NOT_FOUND(pointer="#/participant_id")
    if item.service_type not in state.types:
        raise SERVICE_TYPE_UNKNOWN(pointer="#/service_type")
    content = Content(
        **{**{name: said for name, said in item if name in Content._fields}, "participant_id": participant_id}
    )
    if item.tool is not None and participant_id in state.erased:
        content = content._replace(tool=ERASED)
    known = state.new.get(key) or state.stored.get(key)
    outcome, new = merge_revision(known, item.revision, content, item.cancelled)
    if outcome == "conflict":
        raise SERVICE_HOURS_CONFLICT()
    if new is known:
        return outcome
    id_ = state.ids.get(key) or new_id()
    if not new.cancelled and state.has_overlap(id_, new.content):
        raise SERVICE_HOURS_OVERLAP(pointer="#/from")
    state.ids[key] = id_
    state.replace(key, known, new)
    return outcome


async def _store(unit: UnitOfWork, state: _State) -> None:
    """Keep the revisions that are replaced, then write what is changed and what is new."""
    session = unit.session
    changed = [key for key in state.new if key in state.stored]
    if changed:
        kept = [
            {
                "service_hours_id": state.ids[key],
                "revision": state.stored[key].revision,
                "cancelled": state.stored[key].cancelled,
                "created_at": state.at,
                "recorded_at": state.recorded_at[key],
                **state.stored[key].content._asdict(),
            }
            for key in changed
        ]
        await session.execute(insert(ServiceHoursRevision), [{"id": new_id(), **row} for row in kept])
        # One period may take over another's days in the same push.
        await session.execute(text("set constraints ex_service_hours_overlap deferred"))
        await session.execute(update(ServiceHours), [*_list_rows(state, changed)])
    created = [key for key in state.new if key not in state.stored]
    if created:
        await session.execute(insert(ServiceHours), [*_list_rows(state, created)])
    if changed:
        await session.execute(text("set constraints ex_service_hours_overlap immediate"))


def _list_rows(state: _State, keys: Iterable[Key]) -> Iterator[dict[str, Any]]:
    for key in keys:
        version = state.new[key]
        yield {
            "id": state.ids[key],
            "external_system": key[0],
            "external_id": key[1],
            "revision": version.revision,
            "cancelled": version.cancelled,
            "revision_cancels": version.revision_cancels,
            "recorded_at": state.at,
            **version.content._asdict(),
        }
