"""Participants: registration, change, upsert from another system, look-up (D1)."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm.attributes import flag_modified
from sqlmodel import col

from app.database.unit_of_work import UnitOfWork
from app.http.exception_handlers import on_constraint
from app.http.lookup import find
from app.http.problems import NOT_FOUND, ROLE_REQUIRED, problem_type
from app.participants import locks
from app.participants.schemas import (
    SEEN_AS,
    ExternalId,
    ParticipantIn,
    ParticipantOut,
    ParticipantPatch,
    ParticipantSeen,
    ParticipantUpsert,
)
from app.participants.tables import Participant, ParticipantExternalId
from app.rules.identifiers import contains_identity_number
from app.security.identity_numbers import acceptable, blind_index, encrypt, relaxed
from app.security.tokens import Actor
from app.settings import Settings

IDENTITY_NUMBER_INVALID = problem_type(
    "identity-number-invalid",
    422,
    title="Ugyldig fødselsnummer",
    nn="Fødselsnummeret eller D-nummeret er ikkje gyldig her.",
    en="Not a national identity number or D-number that passes its control. H-numbers are refused, synthetic numbers"
    " (month + 80) are taken only where the service is set up for them. The number itself is never repeated.",
)
IDENTITY_NUMBER_TAKEN = problem_type(
    "identity-number-taken",
    409,
    title="Fødselsnummeret høyrer til ein annan deltakar",
    nn="Ein annan deltakar er alt registrert med dette fødselsnummeret.",
    en="Another participant is already registered with this identity number.",
)
BIRTH_DATE_IN_FUTURE = problem_type(
    "birth-date-in-future",
    422,
    title="Fødselsdatoen er i framtida",
    nn="Fødselsdatoen kan ikkje vere etter i dag.",
    en="The birth date lies after today.",
)
EXTERNAL_ID_INVALID = problem_type(
    "external-id-invalid",
    422,
    title="Ugyldig ekstern id",
    nn="Ein ekstern id kan ikkje vere eller innehalde eit fødselsnummer.",
    en="An external id must not be or contain an identity number: addresses are logged.",
)

_NUMBER = {"national_identity_number"}

on_constraint("uq_participant_identity_number_index", IDENTITY_NUMBER_TAKEN, IDENTITY_NUMBER_TAKEN.nn)
on_constraint("uq_participant_external_id_participant_id_system", IDENTITY_NUMBER_TAKEN, IDENTITY_NUMBER_TAKEN.nn)


async def register(unit: UnitOfWork, body: ParticipantIn, settings: Settings, today: date) -> Participant:
    """A new participant. The municipality may be another: it is a grant that D1 refuses then.

    Raises:
        Problem: `birth-date-in-future`, `identity-number-invalid`, `identity-number-taken`.
    """
    require_possible(body.birth_date, today)
    if body.national_identity_number is not None:
        require_acceptable(body.national_identity_number, settings, today)
        await locks.take(unit, [blind_index(body.national_identity_number, settings)])
    participant = Participant.model_validate(body.model_dump(exclude=_NUMBER) | {"municipality_since": today})
    # Sealed once it is the session's: its id, which the seal is bound to, is final then.
    unit.session.add(participant)
    if body.national_identity_number is not None:
        _seal(participant, body.national_identity_number, settings)
    await unit.session.flush()
    return participant


async def to_change(unit: UnitOfWork, participant_id: UUID, patch: ParticipantPatch, settings: Settings) -> Participant:
    """The participant, locked, and before it the number that it is to get. Raises `NOT_FOUND`."""
    if patch.national_identity_number is not None:
        await locks.take(unit, [blind_index(patch.national_identity_number, settings)])
    return await find(unit, Participant, participant_id, lock=True)


async def change(
    unit: UnitOfWork, participant: Participant, patch: ParticipantPatch, settings: Settings, today: date
) -> None:
    """Change a participant that the caller has from `to_change`; what is equal stays untouched.

    Raises:
        Problem: `birth-date-in-future`, `identity-number-invalid`, `identity-number-taken`.
    """
    sent = sent_fields(patch)
    if "birth_date" in sent:
        require_possible(patch.birth_date, today)
    number = patch.national_identity_number
    if number is not None:
        require_acceptable(number, settings, today)
        _seal(participant, number, settings)
    elif "national_identity_number" in patch.model_fields_set:
        participant.identity_number_ciphertext = None
        participant.identity_number_key_id = None
        participant.identity_number_index = None
    _update(participant, sent, today)
    await unit.session.flush()


async def upsert(
    unit: UnitOfWork,
    external_id: ExternalId,
    body: ParticipantUpsert,
    settings: Settings,
    today: date,
    unless_stale: Callable[[Participant | None], Awaitable[None]] | None = None,
) -> tuple[Participant, bool]:
    """The participant that another system names, made or brought up to date, and whether it is new.

    A person who is known by the identity number alone gets the external id. Whoever asks second, at the same moment,
    for the same external id or the same number waits for whoever came first, and finds what was made. `unless_stale`
    is shown the participant that has the external id, locked, before anything is changed, and may refuse.

    Raises:
        Problem: `birth-date-in-future`, `identity-number-invalid`, `external-id-invalid`; `identity-number-taken`
            when the number belongs to somebody whom the system calls something else.
    """
    if contains_identity_number(external_id.value, relaxed=relaxed(today)):
        raise EXTERNAL_ID_INVALID(pointer="#/path/value")
    require_possible(body.birth_date, today)
    number = body.national_identity_number
    if number is not None:
        require_acceptable(number, settings, today)

    index = None if number is None else blind_index(number, settings)
    name = locks.name_key(external_id.system, external_id.value)
    await locks.take(unit, [name] if index is None else [name, index])
    named, owner = await _known(unit, external_id, index)
    if unless_stale is not None:
        await unless_stale(named)
    if owner is not None and named is None and await _has_name_in(unit, owner.id, external_id.system):
        raise IDENTITY_NUMBER_TAKEN()
    if owner is not None and named is not None and owner.id != named.id:
        raise IDENTITY_NUMBER_TAKEN()

    sent = sent_fields(body)
    participant = named or owner
    if participant is None:
        new = ParticipantIn.model_validate({**sent, "national_identity_number": number})
        participant = await register(unit, new, settings, today)
        _name(unit, participant, external_id)
        await unit.session.flush()
        return participant, True
    if named is None:
        _name(unit, participant, external_id)
        # The object has changed, though none of its own columns has: this moves `updated_at`.
        flag_modified(participant, "given_name")
    if number is not None:
        _seal(participant, number, settings)
    _update(participant, sent, today)
    await unit.session.flush()
    return participant, False


async def by_identity_number(unit: UnitOfWork, number: str, settings: Settings, today: date) -> Participant:
    """The participant with this identity number. Raises `identity-number-invalid` and `NOT_FOUND`."""
    require_acceptable(number, settings, today)
    index = blind_index(number, settings)
    found = (
        await unit.session.scalars(select(Participant).where(col(Participant.identity_number_index) == index))
    ).one_or_none()
    if found is None:
        raise NOT_FOUND()
    return found


def ids_named(system: str | None, value: str | None) -> Select[UUID]:
    """The ids of the participants that a system (any, where none is given) calls this (anything, likewise)."""
    statement = select(col(ParticipantExternalId.participant_id))
    if system is not None:
        statement = statement.where(col(ParticipantExternalId.system) == system)
    if value is not None:
        statement = statement.where(col(ParticipantExternalId.value) == value)
    return statement


def named_by(system: str | None, value: str | None) -> ColumnElement[bool]:
    """The condition that a system calls a participant this, as `ids_named` has it."""
    return col(Participant.id).in_(ids_named(system, value))


def demand_sight_of_names(actor: Actor) -> None:
    """Raises `ROLE_REQUIRED` for a filter on what the caller may not see: the answer would tell it."""
    if not actor.roles & {role for role, shape in SEEN_AS.items() if "external_ids" in shape.model_fields}:
        raise ROLE_REQUIRED("Dette filteret krev rolla «case_officer» eller «epj».")


def shape_for(actor: Actor) -> type[ParticipantSeen]:
    """The fields of a participant that the caller may see: the widest that one of its roles gives."""
    return next(shape for role, shape in SEEN_AS.items() if role in actor.roles)


async def seen(unit: UnitOfWork, actor: Actor, participants: Sequence[Participant]) -> list[ParticipantSeen]:
    """The participants, each with the fields that the caller may see and no other."""
    shape = shape_for(actor)
    own = [name for name in shape.model_fields if name != "external_ids"]
    if shape is not ParticipantOut:
        return [shape.model_validate({name: getattr(row, name) for name in own}) for row in participants]
    names: dict[UUID, list[ExternalId]] = {row.id: [] for row in participants}
    statement = (
        select(ParticipantExternalId)
        .where(col(ParticipantExternalId.participant_id).in_(names))
        .order_by(col(ParticipantExternalId.system), col(ParticipantExternalId.id))
    )
    for name in await unit.session.scalars(statement):
        names[name.participant_id].append(ExternalId(system=name.system, value=name.value))
    return [
        ParticipantOut.model_validate({name: getattr(row, name) for name in own} | {"external_ids": names[row.id]})
        for row in participants
    ]


def require_possible(birth_date: date, today: date) -> None:
    """Raises `birth-date-in-future`."""
    if birth_date > today:
        raise BIRTH_DATE_IN_FUTURE(pointer="#/birth_date")


def require_acceptable(number: str, settings: Settings, today: date) -> None:
    """Raises `identity-number-invalid`."""
    if not acceptable(number, settings, today):
        raise IDENTITY_NUMBER_INVALID(pointer="#/national_identity_number")


def _seal(participant: Participant, number: str, settings: Settings) -> None:
    """Put a number on a participant; the same number again leaves the ciphertext as it is."""
    index = blind_index(number, settings)
    if participant.identity_number_index == index:
        return
    sealed = encrypt(number, participant.id, settings)
    participant.identity_number_ciphertext = sealed.ciphertext
    participant.identity_number_key_id = sealed.key_id
    participant.identity_number_index = index


def sent_fields(body: ParticipantPatch | ParticipantUpsert) -> dict[str, Any]:
    """What was sent of a participant, without the identity number."""
    # Not `exclude_unset`, which would leave out the unset fields of each contact too.
    return {name: value for name, value in body.model_dump(exclude=_NUMBER).items() if name in body.model_fields_set}


def _update(participant: Participant, sent: dict[str, Any], today: date) -> None:
    changed = {name: value for name, value in sent.items() if getattr(participant, name) != value}
    if "municipality_number" in changed:
        changed["municipality_since"] = today
    participant.sqlmodel_update(changed)


def _name(unit: UnitOfWork, participant: Participant, external_id: ExternalId) -> None:
    unit.session.add(
        ParticipantExternalId.model_validate({**external_id.model_dump(), "participant_id": participant.id})
    )


async def _has_name_in(unit: UnitOfWork, participant_id: UUID, system: str) -> bool:
    statement = select(col(ParticipantExternalId.id)).where(
        col(ParticipantExternalId.participant_id) == participant_id,
        col(ParticipantExternalId.system) == system,
        col(ParticipantExternalId.current),
    )
    return (await unit.session.scalars(statement)).first() is not None


async def _known(
    unit: UnitOfWork, external_id: ExternalId, index: bytes | None
) -> tuple[Participant | None, Participant | None]:
    """Who has the external id, and whose the number is: both locked, and still theirs."""
    ids = await _ids(unit, external_id, index)
    while any(ids):
        rows = {row.id: row for row in await unit.session.scalars(_locked([id_ for id_ in ids if id_ is not None]))}
        # A merge or a change may have moved a name or a number while their rows were waited for.
        if ids == (ids := await _ids(unit, external_id, index)):
            named, owner = (None if id_ is None else rows[id_] for id_ in ids)
            return named, owner
    return None, None


async def _ids(unit: UnitOfWork, external_id: ExternalId, index: bytes | None) -> tuple[UUID | None, UUID | None]:
    named = await unit.session.scalar(ids_named(external_id.system, external_id.value))
    if index is None:
        return named, None
    return named, await unit.session.scalar(
        select(col(Participant.id)).where(col(Participant.identity_number_index) == index)
    )


def _locked(ids: Sequence[UUID]) -> Select[Participant]:
    """These participants, locked in the order of their ids, as everybody locks them; whatever the session knew."""
    statement = select(Participant).where(col(Participant.id).in_(ids)).order_by(col(Participant.id))
    return statement.with_for_update().execution_options(populate_existing=True)
