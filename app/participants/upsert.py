"""Participants as another system knows them, one or up to 5 000 at once (D1).

The items count in their order. Every external id, identity number and row that they name is locked before the first is
applied: who writes one of these participants waits until they are stored, and who writes another does not. They are
stored as sets. A single participant is a batch of one.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, LargeBinary, Uuid, any_, bindparam, insert, select, text, update
from sqlmodel import col

from app.clock import new_id
from app.database.queries import CompiledQuery
from app.database.unit_of_work import UnitOfWork
from app.http.identity_numbers import is_relaxed
from app.participants.locks import external_id_key, lock_names
from app.participants.participants import (
    NO_IDENTITY_NUMBER,
    encrypt_number,
    find_changes,
    require_birth_date,
    require_identity_number,
    sent_fields,
)
from app.participants.problems import EXTERNAL_ID_INVALID, IDENTITY_NUMBER_TAKEN
from app.participants.protection import NO_QUESTION, guard_protection
from app.participants.schemas import ExternalId, ParticipantUpsert, UpsertStatus
from app.participants.tables import Participant, ParticipantExternalId, ParticipantFormerNumber
from app.rules.identifiers import contains_identity_number
from app.security.identity_numbers import compute_blind_index
from app.settings import Settings

# One index lookup for each, also where the plan was made while the table was small.
_BY_EXTERNAL_ID = CompiledQuery(
    text(
        "select sent.system, sent.value, known.participant_id"
        " from unnest(cast(:systems as text[]), cast(:external_values as text[])) as sent (system, value)"
        " cross join lateral (select participant_id from participant_external_id as stored"
        " where stored.system = sent.system and stored.value = sent.value offset 0) as known"
    )
)
_BY_NUMBER = CompiledQuery(
    select(col(Participant.identity_number_index), col(Participant.id)).where(
        col(Participant.identity_number_index) == any_(bindparam("indexes", type_=ARRAY(LargeBinary())))
    )
)
_BY_FORMER_NUMBER = CompiledQuery(
    select(col(ParticipantFormerNumber.identity_number_index), col(ParticipantFormerNumber.participant_id)).where(
        col(ParticipantFormerNumber.identity_number_index) == any_(bindparam("indexes", type_=ARRAY(LargeBinary())))
    )
)
# Other transactions may go on pointing at the rows. Everybody locks in the order of the ids.
_LOCKED_ROWS = CompiledQuery(
    select(Participant)
    .where(col(Participant.id) == any_(bindparam("ids", type_=ARRAY(Uuid()))))
    .order_by(col(Participant.id))
    .with_for_update(key_share=True)
)
_SYSTEMS = CompiledQuery(
    select(col(ParticipantExternalId.participant_id), col(ParticipantExternalId.system)).where(
        col(ParticipantExternalId.participant_id) == any_(bindparam("ids", type_=ARRAY(Uuid()))),
        col(ParticipantExternalId.current),
    )
)


@dataclass(frozen=True, slots=True)
class UpsertItem:
    """A participant from another system, valid as far as it alone can tell. `index` is the number's blind index."""

    system: str
    value: str
    fields: dict[str, Any]
    number: str | None
    index: bytes | None

    @property
    def external_id(self) -> tuple[str, str]:
        return self.system, self.value


@dataclass(slots=True)
class UpsertState:
    """The participants that the items name, locked: as stored, and then as changed by each item that is applied."""

    by_external_id: dict[tuple[str, str], UUID]
    by_number: dict[bytes, UUID]
    by_former_number: dict[bytes, UUID]
    rows: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    systems: defaultdict[UUID, set[str]] = field(default_factory=lambda: defaultdict(set))
    created: set[UUID] = field(default_factory=set)
    changed: set[UUID] = field(default_factory=set)
    renumbered: set[UUID] = field(default_factory=set)
    external_ids: list[dict[str, Any]] = field(default_factory=list)

    @property
    def ids(self) -> set[UUID]:
        """Every participant that has one of the external ids or numbers, or had one of the numbers."""
        return {*self.by_external_id.values(), *self.by_number.values(), *self.by_former_number.values()}

    def unassigned(self, items: Sequence[UpsertItem]) -> set[bytes]:
        """The lock keys of the external ids and numbers that nobody has: another transaction might assign these."""
        unknown = [item.external_id for item in items if item.external_id not in self.by_external_id]
        indexes = {item.index for item in items if item.index is not None}
        return {external_id_key(*external_id) for external_id in unknown} | (indexes - self.by_number.keys())

    def find(self, external_id: tuple[str, str]) -> Participant | None:
        """The participant with this external id, outside any session."""
        id_ = self.by_external_id.get(external_id)
        return None if id_ is None else Participant(**self.rows[id_])

    def find_former_owner(self, item: UpsertItem) -> UUID | None:
        """Who had the item's number before, has no id in its system, and was born on its day.

        A number that was written on the wrong person is somebody else's, whose birth date tells them apart.
        """
        id_ = None if item.index is None else self.by_former_number.get(item.index)
        if id_ is None or item.system in self.systems[id_]:
            return None
        return id_ if self.rows[id_]["birth_date"] == item.fields["birth_date"] else None


def prepare_item(
    external_id: ExternalId, body: ParticipantUpsert, settings: Settings, today: date, *, pointer: str
) -> UpsertItem:
    """What was sent, checked. `pointer` is where the external id's value stands.

    Raises:
        Problem: `external-id-invalid`, `birth-date-in-future`, `identity-number-invalid`.
    """
    if contains_identity_number(external_id.value, relaxed=is_relaxed(today)):
        raise EXTERNAL_ID_INVALID(pointer=pointer)
    require_birth_date(body.birth_date, today)
    number = body.national_identity_number
    if number is not None:
        require_identity_number(number, settings, today)
    index = None if number is None else compute_blind_index(number, settings)
    return UpsertItem(external_id.system, external_id.value, sent_fields(body), number, index)


async def lock_state(unit: UnitOfWork, items: Sequence[UpsertItem]) -> UpsertState:
    """Lock every participant that an item names, by external id or by number, to the end of the transaction.

    First the external ids and numbers that nobody has, then the rows, in the order in which everybody takes them. Who
    has what is read again under the locks: if a merge or a change has moved one meanwhile, the locks are released and
    taken again, since more of them could not be had in that order.
    """
    keys: set[bytes] = set()
    while True:
        async with unit.session.begin_nested() as attempt:
            state = await _load_owners(unit, items)
            keys |= state.unassigned(items)
            await lock_names(unit, keys)
            locked = await unit.fetch(_LOCKED_ROWS, ids=list(state.ids)) if state.ids else []
            rows = {row["id"]: dict(row) for row in locked}
            state = await _load_owners(unit, items)
            if state.unassigned(items) <= keys and state.ids <= rows.keys():
                state.rows = rows
                for id_, system in await unit.fetch(_SYSTEMS, ids=list(rows)) if rows else []:
                    state.systems[id_].add(system)
                return state
            await attempt.rollback()


async def _load_owners(unit: UnitOfWork, items: Sequence[UpsertItem]) -> UpsertState:
    by_external_id = await unit.fetch(
        _BY_EXTERNAL_ID, systems=[item.system for item in items], external_values=[item.value for item in items]
    )
    indexes = [item.index for item in items if item.index is not None]
    by_number = await unit.fetch(_BY_NUMBER, indexes=indexes) if indexes else []
    by_former_number = await unit.fetch(_BY_FORMER_NUMBER, indexes=indexes) if indexes else []
    return UpsertState(
        {(row["system"], row["value"]): row["participant_id"] for row in by_external_id},
        {row["identity_number_index"]: row["id"] for row in by_number},
        {row["identity_number_index"]: row["participant_id"] for row in by_former_number},
    )


def apply_item(
    state: UpsertState, item: UpsertItem, settings: Settings, today: date, *, by_case_officer: bool
) -> tuple[UpsertStatus, UUID]:
    """Register the participant that the item names, or bring it up to date; what it became, and its id.

    A participant who is known by the identity number alone, and has no external id in this system, gets this one. So
    does one who had the number before, and keeps the number that followed it.
    Raises `identity-number-taken` where the number belongs to somebody whom the system knows by another external id.
    """
    known = state.by_external_id.get(item.external_id)
    owner = None if item.index is None else state.by_number.get(item.index)
    if owner is not None and (item.system in state.systems[owner] if known is None else owner != known):
        raise IDENTITY_NUMBER_TAKEN()
    former = state.find_former_owner(item) if known is None and owner is None else None
    id_ = known or owner or former
    status: UpsertStatus = "unchanged"
    if id_ is None:
        id_, status = new_id(), "created"
        defaults = {"id": id_, "contacts": [], "address_protection": False, "municipality_since": today}
        state.rows[id_] = defaults | NO_IDENTITY_NUMBER | NO_QUESTION | item.fields
        state.created.add(id_)
    if known is None:
        state.by_external_id[item.external_id] = id_
        state.systems[id_].add(item.system)
        state.external_ids.append({"id": new_id(), "participant_id": id_, "system": item.system, "value": item.value})
    row = state.rows[id_]
    fields = guard_protection(row, item.fields, today, by_case_officer=by_case_officer)
    changes = find_changes(row, fields, today)
    current = row["identity_number_index"]
    keeps_number = current == item.index or (former is not None and current is not None)
    if item.number is not None and item.index is not None and not keeps_number:
        if current is not None:
            state.by_number.pop(current, None)
            state.by_former_number[current] = id_
            state.renumbered.add(id_)
        state.by_number[item.index] = id_
        changes |= encrypt_number(id_, item.number, settings)
    row.update(changes)
    if status == "unchanged" and (changes or known is None):
        # With a new external id the participant has changed, though none of its own columns has.
        status = "updated"
        state.changed.add(id_)
    return status, id_


async def store_state(unit: UnitOfWork, state: UpsertState) -> None:
    """Write what the applied items have changed, in four statements at most."""
    session = unit.session
    changed = state.changed - state.created
    if renumbered := state.renumbered - state.created:
        # First of all: one participant's former number may be another's now.
        await session.execute(update(Participant).where(col(Participant.id).in_(renumbered)).values(NO_IDENTITY_NUMBER))
    if changed:
        columns = Participant.model_fields.keys() - {"created_at", "updated_at"}
        await session.execute(
            update(Participant), [{name: state.rows[id_][name] for name in columns} for id_ in sorted(changed)]
        )
    if state.created:
        await session.execute(insert(Participant), [state.rows[id_] for id_ in sorted(state.created)])
    if state.external_ids:
        await session.execute(insert(ParticipantExternalId), state.external_ids)
