"""Participants: registration, change, look-up, and the fields that a caller may see (D1)."""

from collections.abc import Mapping, Sequence, Set
from contextlib import AbstractAsyncContextManager, nullcontext
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Select, Subquery, Uuid, and_, any_, bindparam, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.access_log.recorder import record_access
from app.access_log.restrictions import find_restricted
from app.database.queries import CompiledQuery, Queries
from app.database.unit_of_work import UnitOfWork
from app.http.lookup import find
from app.http.pagination import parse_cursor
from app.http.problems import NOT_FOUND, ROLE_REQUIRED, VALIDATION
from app.participants.locks import lock_names
from app.participants.problems import BIRTH_DATE_IN_FUTURE, IDENTITY_NUMBER_INVALID
from app.participants.protection import guard_protection
from app.participants.schemas import (
    SEARCHERS,
    VIEWS_BY_ROLE,
    ExternalId,
    ParticipantForAuditor,
    ParticipantForService,
    ParticipantIn,
    ParticipantName,
    ParticipantOut,
    ParticipantPatch,
    ParticipantUpsert,
    ParticipantView,
    ProtectedParticipant,
    RestrictedParticipant,
)
from app.participants.tables import Participant, ParticipantExternalId, ParticipantFormerNumber, ParticipantNameWord
from app.rules.names import LEAST_LETTERS, find_short_words, fold_words, have_same_words
from app.security.identity_numbers import compute_blind_index, encrypt, is_acceptable
from app.security.roles import Actor
from app.settings import Settings

NO_IDENTITY_NUMBER: dict[str, Any] = dict.fromkeys(
    ("identity_number_ciphertext", "identity_number_key_id", "identity_number_index")
)
_EVERYBODY = 2_000_000_000
_PLAIN_FIELDS = ParticipantIn.model_fields.keys() - {"national_identity_number"}
_EXTERNAL_IDS = CompiledQuery(
    select(
        col(ParticipantExternalId.participant_id), col(ParticipantExternalId.system), col(ParticipantExternalId.value)
    )
    .where(col(ParticipantExternalId.participant_id) == any_(bindparam("participant_ids", type_=ARRAY(Uuid()))))
    .order_by(col(ParticipantExternalId.system), col(ParticipantExternalId.id))
)


async def register_participant(unit: UnitOfWork, body: ParticipantIn, settings: Settings, today: date) -> Participant:
    """A new participant. The municipality may be another: it is a grant that D1 refuses then.

    Raises:
        Problem: `birth-date-in-future`, `identity-number-invalid`, `identity-number-taken`.
    """
    require_birth_date(body.birth_date, today)
    number = body.national_identity_number
    if number is not None:
        require_identity_number(number, settings, today)
        await lock_names(unit, [compute_blind_index(number, settings)])
    participant = Participant.model_validate(body.model_dump(include=_PLAIN_FIELDS) | {"municipality_since": today})
    # Encrypted after it is added: its id, to which the ciphertext is bound, is final then.
    unit.session.add(participant)
    if number is not None:
        participant.sqlmodel_update(encrypt_number(participant.id, number, settings))
    await unit.session.flush()
    return participant


async def find_possible_duplicates(queries: Queries, participant: Participant) -> tuple[list[UUID], bool]:
    """Participants with the same name and birth date, of an unprotected address; and whether one has a protected one.

    Records access to those that are named.
    """
    name = f"{participant.given_name} {participant.family_name}"
    same_day = await queries.fetch(
        select(
            col(Participant.id),
            col(Participant.given_name),
            col(Participant.family_name),
            col(Participant.address_protection),
        )
        .where(col(Participant.birth_date) == participant.birth_date, col(Participant.id) != participant.id)
        .order_by(col(Participant.id))
    )
    same = [row for row in same_day if have_same_words(f"{row['given_name']} {row['family_name']}", name)]
    shown = [row["id"] for row in same if not row["address_protection"]]
    record_access(queries, shown)
    return shown, len(shown) < len(same)


async def lock_participant(
    unit: UnitOfWork, participant_id: UUID, patch: ParticipantPatch, settings: Settings
) -> Participant:
    """The participant, locked, and before it the identity number that the patch gives it. Raises `NOT_FOUND`."""
    if patch.national_identity_number is not None:
        await lock_names(unit, [compute_blind_index(patch.national_identity_number, settings)])
    return await find(unit, Participant, participant_id, lock=True)


async def change_participant(
    unit: UnitOfWork, participant: Participant, patch: ParticipantPatch, settings: Settings, today: date
) -> None:
    """Change a participant from `lock_participant`. What is equal is not written.

    Raises:
        Problem: `birth-date-in-future`, `identity-number-invalid`, `identity-number-taken`.
    """
    sent = sent_fields(patch)
    if "birth_date" in sent:
        require_birth_date(patch.birth_date, today)
    number = patch.national_identity_number
    if number is not None:
        require_identity_number(number, settings, today)
        if participant.identity_number_index != compute_blind_index(number, settings):
            participant.sqlmodel_update(encrypt_number(participant.id, number, settings))
    elif "national_identity_number" in patch.model_fields_set:
        participant.sqlmodel_update(NO_IDENTITY_NUMBER)
    current = participant.model_dump()
    fields = guard_protection(current, sent, today, by_case_officer="case_officer" in unit.caller.roles)
    participant.sqlmodel_update(find_changes(current, fields, today))
    await unit.session.flush()


async def find_by_identity_number(queries: Queries, number: str, settings: Settings, today: date) -> Participant:
    """The participant who has this identity number, else the one who had it before.

    Raises `identity-number-invalid` and `NOT_FOUND`.
    """
    require_identity_number(number, settings, today)
    index = compute_blind_index(number, settings)
    former = select(col(ParticipantFormerNumber.participant_id)).where(
        col(ParticipantFormerNumber.identity_number_index) == index
    )
    for condition in (col(Participant.identity_number_index) == index, col(Participant.id).in_(former)):
        found = await queries.select(select(Participant).where(condition))
        if found:
            return found[0]
    raise NOT_FOUND()


def ids_by_external_id(system: str | None, value: str | None) -> Select[UUID]:
    """The ids of the participants with an external id in this system (None: in any) of this value (None: any)."""
    statement = select(col(ParticipantExternalId.participant_id))
    if system is not None:
        statement = statement.where(col(ParticipantExternalId.system) == system)
    if value is not None:
        statement = statement.where(col(ParticipantExternalId.value) == value)
    return statement


def ids_by_name(name: str, after: str | None, actor: Actor) -> Subquery:
    """The ids of the participants in whose name each word of the query begins a word, in order, after the cursor.

    The policies decide who is found. That a service finds its own area alone is said here as well, since PostgreSQL
    looks nothing up in an index by one policy of several.

    Raises:
        Problem: `validation` for a word of fewer than two letters, and for a query without a word.
    """
    words = sorted(fold_words(name), key=len, reverse=True)
    if not words or find_short_words(name):
        raise VALIDATION(f"Kvart ord i namnet («name») må ha minst {LEAST_LETTERS} bokstavar.", pointer="#/query/name")
    # The longest word has the index, the others are asked of those that have it.
    first, *others = (aliased(ParticipantNameWord) for _ in words)
    statement = select(col(first.participant_id)).where(_begins(first, words[0])).distinct()
    if actor.roles & SEARCHERS == {"service"}:
        statement = statement.where(col(first.service_area) == actor.service_area)
    if after is not None:
        statement = statement.where(col(first.participant_id) > parse_cursor(after))
    for other, word in zip(others, words[1:], strict=True):
        has_word = select(col(other.word)).where(
            col(other.participant_id) == first.participant_id, _begins(other, word)
        )
        statement = statement.where(has_word.exists())
    # The limit leaves nobody out. With it PostgreSQL reads the index in order up to the page's end, and sorts nothing.
    return statement.order_by(col(first.participant_id)).limit(_EVERYBODY).subquery("found")


def _begins(row: type[ParticipantNameWord], word: str) -> ColumnElement[bool]:
    """Whether the row's word begins with this one, by operators that an index serves beside a policy."""
    begins = col(row.prefix) == word[:LEAST_LETTERS]
    if len(word) == LEAST_LETTERS:
        return begins
    return and_(begins, col(row.word) >= word, col(row.word) < word + "\U0010ffff")


def require_searcher(actor: Actor) -> None:
    """Raises `ROLE_REQUIRED` for a search by name or birth date by one who may not search."""
    if actor.roles.isdisjoint(SEARCHERS):
        raise ROLE_REQUIRED(
            "Søk etter namn eller fødselsdato kan berre Forvaltningskontoret, utøvande tenester, Fagutvikling og"
            " revisor gjere."
        )


def find_anybody(queries: Queries, actor: Actor) -> AbstractAsyncContextManager[None]:
    """For a look-up by name or number: Fagutvikling finds people whom it may read nothing of beside the name (X3)."""
    needs_rights = "grants_officer" in actor.roles and actor.roles.isdisjoint({"case_officer", "auditor"})
    return queries.acting_as("auditor") if needs_rights else nullcontext()


def require_visible(actor: Actor, fields: Set[str]) -> None:
    """Raises `ROLE_REQUIRED` for a filter on fields of a participant that the caller may not see."""
    if not any(fields <= view.model_fields.keys() for role, view in VIEWS_BY_ROLE.items() if role in actor.roles):
        raise ROLE_REQUIRED("Dette filteret kan berre Forvaltningskontoret eller EPJ bruke.")


async def to_response(queries: Queries, actor: Actor, participants: Sequence[Participant]) -> list[ParticipantView]:
    """The participants with the fields that the caller may see: those of the widest view that one of its roles has."""
    view = next(view for role, view in VIEWS_BY_ROLE.items() if role in actor.roles)
    if view is ParticipantForService and not actor.roles.isdisjoint({"auditor", "grants_officer"}):
        # In its other role it sees others too, and less of them than as the service of their area.
        others = ParticipantForAuditor if "auditor" in actor.roles else ParticipantName
        views: dict[str | None, type[ParticipantView]] = {actor.service_area: view}
        return [views.get(row.service_area, others).model_validate(row) for row in participants]
    if view is not ParticipantOut:
        return [view.model_validate(row) for row in participants]
    external_ids: dict[UUID, list[ExternalId]] = {row.id: [] for row in participants}
    for id_, system, value in await queries.fetch(_EXTERNAL_IDS, participant_ids=list(external_ids)):
        external_ids[id_].append(ExternalId(system=system, value=value))
    own = view.model_fields.keys() - {"external_ids"}
    return [
        view.model_validate(row.model_dump(include=own) | {"external_ids": external_ids[row.id]})
        for row in participants
    ]


def conceal_protected(
    actor: Actor, participants: Sequence[Participant], views: Sequence[ParticipantView]
) -> list[ParticipantView | ProtectedParticipant]:
    """The views as lists show them to the case office and Fagutvikling: «Verna adresse» in place of who has one.

    Who of the case office needs more opens the person, and says why.
    """
    if actor.roles.isdisjoint({"case_officer", "grants_officer"}):
        return list(views)
    return [
        ProtectedParticipant.model_validate(row.model_dump(include={"id", "created_at", "updated_at"}))
        if row.address_protection
        else view
        for row, view in zip(participants, views, strict=True)
    ]


def conceal_unopened(
    actor: Actor, participant: Participant, view: ParticipantView, *, has_reason: bool
) -> ParticipantView | ProtectedParticipant:
    """The view as the case office is shown it by what finds or changes a person: whole where it says why."""
    if has_reason and "case_officer" in actor.roles:
        return view
    (concealed,) = conceal_protected(actor, [participant], [view])
    return concealed


async def conceal_restricted(
    queries: Queries, actor: Actor, views: Sequence[ParticipantView | ProtectedParticipant]
) -> list[ParticipantView | ProtectedParticipant | RestrictedParticipant]:
    """The views as lists show them to all but the auditor: whose processing is restricted, and nothing more of them."""
    if "auditor" in actor.roles:
        return list(views)
    restricted = await find_restricted(queries, (view.id for view in views))
    return [
        RestrictedParticipant.model_validate(view.model_dump(include={"id", "created_at", "updated_at"}))
        if view.id in restricted
        else view
        for view in views
    ]


def require_birth_date(birth_date: date, today: date) -> None:
    """Raises `birth-date-in-future`."""
    if birth_date > today:
        raise BIRTH_DATE_IN_FUTURE(f"«birth_date» er {birth_date}, etter i dag ({today}).", pointer="#/birth_date")


def require_identity_number(number: str, settings: Settings, today: date) -> None:
    """Raises `identity-number-invalid`."""
    if not is_acceptable(number, settings, today):
        raise IDENTITY_NUMBER_INVALID(pointer="#/national_identity_number")


def encrypt_number(participant_id: UUID, number: str, settings: Settings) -> dict[str, Any]:
    """The columns of an identity number, encrypted for this participant's row."""
    sealed = encrypt(number, participant_id, settings)
    return {
        "identity_number_ciphertext": sealed.ciphertext,
        "identity_number_key_id": sealed.key_id,
        "identity_number_index": compute_blind_index(number, settings),
    }


def sent_fields(body: ParticipantPatch | ParticipantUpsert) -> dict[str, Any]:
    """The columns that were sent of a participant, without the identity number."""
    # Not `exclude_unset`, which would leave out the unset fields of each contact too.
    return body.model_dump(include=_PLAIN_FIELDS & body.model_fields_set)


def find_changes(current: Mapping[str, Any], sent: Mapping[str, Any], today: date) -> dict[str, Any]:
    """The columns that differ from what was sent, and since when the municipality is another (D1)."""
    changes = {name: value for name, value in sent.items() if current[name] != value}
    return changes | {"municipality_since": today} if "municipality_number" in changes else changes
