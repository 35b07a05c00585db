"""Participants from another system, up to 5 000 at once: read, decided and stored as sets (D1).

The rules are `service.upsert`'s, item after item in their order, with the same answers. What differs is that it takes
everybody's turn and locks everybody's row before the first item is decided: who writes one of its people waits until it
is stored, and who writes another does not.
"""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field as Limits
from pydantic import TypeAdapter, ValidationError
from sqlalchemy import bindparam, func, insert, null, select, tuple_, update
from sqlmodel import SQLModel, col

from app.clock import new_id
from app.database.unit_of_work import UnitOfWork
from app.http.exception_handlers import STRICT_JSON, json_fault, validation_problem
from app.http.problems import VALIDATION, Problem, problem_type
from app.http.schemas import Shape
from app.participants import locks, participants
from app.participants.schemas import ExternalSystem, ExternalValue, ParticipantUpsert
from app.participants.tables import Participant, ParticipantExternalId
from app.rules.identifiers import contains_identity_number
from app.security.identity_numbers import blind_index, encrypt, relaxed
from app.settings import Settings

MOST_ITEMS = 5_000
BYTES = 8 * 1024 * 1024
# Some two milliseconds of work, after which others get their turn.
_SLICE = 100
# Of one `in (…)`: well below the 32 767 parameters of a statement.
_KEYS = 5_000

TOO_MANY_PARTICIPANTS = problem_type(
    "too-many-participants",
    413,
    title="For mange deltakarar på ein gong",
    nn="Eit kall kan ha opp til 5 000 deltakarar. Del dei på fleire kall.",
    en="A batch holds at most 5,000 participants. Split it.",
)

_VALUE: TypeAdapter[str] = TypeAdapter(ExternalValue)

Status = Literal["created", "updated", "unchanged", "conflict", "rejected"]


class ParticipantItem(ParticipantUpsert):
    """A participant as another system knows them, and what that system calls them."""

    external_system: ExternalSystem
    external_value: ExternalValue


class ParticipantItemOut(Shape):
    """What became of one line. `index` is its place in the body, from 0."""

    index: int
    external_id: Annotated[str | None, Limits(description="The line's `external_value`, where it could be read.")]
    status: Status
    participant_id: UUID | None
    problem: Annotated[
        dict[str, Any] | None,
        Limits(description="Problem details (RFC 9457) of a `conflict` or `rejected`, else null."),
    ]


class ParticipantBatchOut(Shape):
    """What became of a batch. `accepted` counts `created`, `updated` and `unchanged`."""

    accepted: int
    rejected: int
    items: list[ParticipantItemOut]


@dataclass(frozen=True, slots=True)
class _Item:
    """A line that can be stored as far as it alone can tell."""

    system: str
    value: str
    sent: dict[str, Any]
    number: str | None
    index: bytes | None


@dataclass(slots=True)
class _Known:
    """The participants that the batch may touch, and how they are found; kept up to date as items are decided."""

    rows: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    by_name: dict[tuple[str, str], UUID] = field(default_factory=dict)
    by_number: dict[bytes, UUID] = field(default_factory=dict)
    systems: defaultdict[UUID, set[str]] = field(default_factory=lambda: defaultdict(set))
    created: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    changed: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    given_up: set[UUID] = field(default_factory=set)
    names: list[dict[str, Any]] = field(default_factory=list)

    @property
    def ids(self) -> set[UUID]:
        """Whoever has one of the names or numbers."""
        return {*self.by_name.values(), *self.by_number.values()}


async def push(unit: UnitOfWork, body: bytes, settings: Settings, today: date) -> ParticipantBatchOut:
    """Store what can be stored, and say of each line what became of it. Raises `too-many-participants`."""
    lines = [line for line in body.split(b"\n") if line.strip(b" \t\r")]
    if len(lines) > MOST_ITEMS:
        raise TOO_MANY_PARTICIPANTS()
    items: list[_Item | Problem] = []
    names: list[str | None] = []
    for line in lines:
        item, name = _read(line, settings, today)
        items.append(item.within(f"items/{len(items)}") if isinstance(item, Problem) else item)
        names.append(name)
        if len(items) % _SLICE == 0:
            await asyncio.sleep(0)
    known = await _known(unit, [item for item in items if isinstance(item, _Item)])
    results: list[ParticipantItemOut] = []
    for index, (item, name) in enumerate(zip(items, names, strict=True)):
        outcome = item if isinstance(item, Problem) else _decide(known, item, settings, today)
        results.append(_result(index, name, outcome))
        if index % _SLICE == 0:
            await asyncio.sleep(0)
    await _store(unit, known)
    rejected = sum(1 for result in results if result.problem is not None)
    return ParticipantBatchOut(accepted=len(results) - rejected, rejected=rejected, items=results)


def _read(line: bytes, settings: Settings, today: date) -> tuple[_Item | Problem, str | None]:
    """One line, and its external value where that much of it can be repeated. A problem points into the line."""
    try:
        raw: object = STRICT_JSON.decode(line.decode())
    except (RecursionError, ValueError) as error:
        return VALIDATION(f"Linja {json_fault(error)}.", pointer="#"), None
    try:
        sent = ParticipantItem.model_validate(raw)
    except ValidationError as error:
        faults = [{**fault, "loc": ("body", *fault["loc"])} for fault in error.errors(include_url=False)]
        return validation_problem(faults), _repeatable(raw, today)
    if contains_identity_number(sent.external_value, relaxed=relaxed(today)):
        return participants.EXTERNAL_ID_INVALID(pointer="#/external_value"), None
    try:
        participants.require_possible(sent.birth_date, today)
        number = sent.national_identity_number
        if number is not None:
            participants.require_acceptable(number, settings, today)
    except Problem as problem:
        return problem, sent.external_value
    fields = participants.sent_fields(sent)
    del fields["external_system"], fields["external_value"]
    index = None if number is None else blind_index(number, settings)
    return _Item(sent.external_system, sent.external_value, fields, number, index), sent.external_value


def _repeatable(raw: object, today: date) -> str | None:
    """The line's external value, where it is one and so says nothing else."""
    written = raw.get("external_value") if isinstance(raw, dict) else None
    try:
        value = _VALUE.validate_python(written)
    except ValidationError:
        return None
    return None if contains_identity_number(value, relaxed=relaxed(today)) else value


async def _known(unit: UnitOfWork, items: Sequence[_Item]) -> _Known:
    """What is stored of everyone whom the items name, by external id or by number, and theirs until it is stored.

    First the turns of the names and numbers that are nobody's, then the rows, in the order in which everyone takes
    them. Whose they are is asked again when that is held: if a merge, say, has moved one meanwhile, the locks are given
    back and taken anew, since more could not be had in that order.
    """
    nobodys: set[bytes] = set()
    while True:
        async with unit.session.begin_nested() as held:
            known = await _found(unit, items)
            nobodys |= _nobodys(known, items)
            await locks.take(unit, nobodys)
            await _lock(unit, known)
            now = await _found(unit, items)
            if _nobodys(now, items) <= nobodys and now.ids <= known.rows.keys():
                now.rows = known.rows
                await _read_systems(unit, now)
                return now
            await held.rollback()


async def _found(unit: UnitOfWork, items: Sequence[_Item]) -> _Known:
    """Whose the items' names and numbers are."""
    known = _Known()
    names = ParticipantExternalId
    for some in _slices(list({(item.system, item.value) for item in items})):
        asked = select(col(names.participant_id), col(names.system), col(names.value)).where(
            tuple_(col(names.system), col(names.value)).in_(some)
        )
        for id_, system, value in await unit.session.execute(asked):
            known.by_name[system, value] = id_
    for some_numbers in _slices(list({item.index for item in items if item.index is not None})):
        owners = select(col(Participant.identity_number_index), col(Participant.id)).where(
            col(Participant.identity_number_index).in_(some_numbers)
        )
        known.by_number |= {index: id_ for index, id_ in await unit.session.execute(owners) if index is not None}
    return known


def _nobodys(known: _Known, items: Sequence[_Item]) -> set[bytes]:
    """The keys of the names and numbers that nobody has: only of these could somebody else make a person meanwhile."""
    names = {
        locks.name_key(item.system, item.value) for item in items if (item.system, item.value) not in known.by_name
    }
    return names | {item.index for item in items if item.index is not None and item.index not in known.by_number}


async def _lock(unit: UnitOfWork, known: _Known) -> None:
    """Read the rows as they are when nobody else changes them any more. Others may go on pointing at them."""
    table = SQLModel.metadata.tables["participant"]
    for ids in _slices(sorted(known.ids)):
        statement = select(table).where(table.c.id.in_(ids)).order_by(table.c.id).with_for_update(key_share=True)
        for row in await unit.session.execute(statement):
            known.rows[row.id] = dict(row._mapping)


async def _read_systems(unit: UnitOfWork, known: _Known) -> None:
    names = ParticipantExternalId
    for ids in _slices(list(known.rows)):
        held = select(col(names.participant_id), col(names.system)).where(
            col(names.participant_id).in_(ids), col(names.current)
        )
        for id_, system in await unit.session.execute(held):
            known.systems[id_].add(system)


def _slices(keys: list[Any]) -> list[list[Any]]:
    return [keys[start : start + _KEYS] for start in range(0, len(keys), _KEYS)]


def _decide(known: _Known, item: _Item, settings: Settings, today: date) -> tuple[Status, UUID] | Problem:
    """What `service.upsert` would do with the item after those before it."""
    named = known.by_name.get((item.system, item.value))
    owner = None if item.index is None else known.by_number.get(item.index)
    if owner is not None and named is None and item.system in known.systems[owner]:
        return participants.IDENTITY_NUMBER_TAKEN()
    if owner is not None and named is not None and owner != named:
        return participants.IDENTITY_NUMBER_TAKEN()
    id_ = named or owner
    status: Status = "unchanged"
    if id_ is None:
        id_, status = new_id(), "created"
        fresh = {"id": id_, "contacts": [], "address_protection": False, "municipality_since": today}
        numberless = dict.fromkeys(_NUMBER)
        known.rows[id_] = known.created[id_] = fresh | numberless | item.sent
    if named is None:
        known.by_name[item.system, item.value] = id_
        known.systems[id_].add(item.system)
        known.names.append({"id": new_id(), "participant_id": id_, "system": item.system, "value": item.value})
    row = known.rows[id_]
    changes = {name: value for name, value in item.sent.items() if row[name] != value}
    if "municipality_number" in changes:
        changes["municipality_since"] = today
    if item.number is not None and item.index is not None and row["identity_number_index"] != item.index:
        if row["identity_number_index"] is not None:
            known.by_number.pop(row["identity_number_index"], None)
            known.given_up.add(id_)
        known.by_number[item.index] = id_
        sealed = encrypt(item.number, id_, settings)
        changes["identity_number_ciphertext"] = sealed.ciphertext
        changes["identity_number_key_id"] = sealed.key_id
        changes["identity_number_index"] = item.index
    row.update(changes)
    if status == "unchanged" and (changes or named is None):
        status = "updated"
    if status == "updated" and id_ not in known.created:
        known.changed[id_] = row
    return status, id_


def _result(index: int, name: str | None, outcome: tuple[Status, UUID] | Problem) -> ParticipantItemOut:
    if not isinstance(outcome, Problem):
        return ParticipantItemOut(
            index=index, external_id=name, status=outcome[0], participant_id=outcome[1], problem=None
        )
    status: Status = "conflict" if outcome.type.status == 409 else "rejected"
    return ParticipantItemOut(index=index, external_id=name, status=status, participant_id=None, problem=outcome.body())


_NUMBER = ("identity_number_ciphertext", "identity_number_key_id", "identity_number_index")
_COLUMNS = (
    "given_name",
    "family_name",
    "birth_date",
    "municipality_number",
    "municipality_since",
    "service_area",
    "contacts",
    "address_protection",
    *_NUMBER,
)


async def _store(unit: UnitOfWork, known: _Known) -> None:
    """Four statements, each sent once with all its rows.

    Numbers that are given up are so first: one may be another's by the end, whichever line came first.
    """
    connection = await unit.session.connection()
    table = SQLModel.metadata.tables["participant"]
    if given_up := [{"row_id": id_} for id_ in sorted(known.given_up - known.created.keys())]:
        cleared = update(table).where(table.c.id == bindparam("row_id")).values(dict.fromkeys(_NUMBER, null()))
        await connection.execute(cleared, given_up)
    if known.changed:
        values: dict[str, Any] = {name: bindparam(f"new_{name}", type_=table.c[name].type) for name in _COLUMNS}
        statement = update(table).where(table.c.id == bindparam("row_id")).values(**values, updated_at=func.now())
        rows = [{"row_id": id_} | {f"new_{name}": row[name] for name in _COLUMNS} for id_, row in known.changed.items()]
        await connection.execute(statement, rows)
    if known.created:
        await connection.execute(insert(table), list(known.created.values()))
    if known.names:
        await connection.execute(insert(SQLModel.metadata.tables["participant_external_id"]), known.names)
