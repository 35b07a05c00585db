"""Two records of one person become one (L1, D1)."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from app.access_log.restrictions import find_restricted
from app.database.unit_of_work import UnitOfWork
from app.http.problems import NOT_FOUND, PARTICIPANT_ERASED, RESTRICTED
from app.outbox.events import MergeEvent
from app.outbox.publish import publish
from app.participants.erased import find_erased
from app.participants.participants import NO_IDENTITY_NUMBER, encrypt_number
from app.participants.problems import MERGE_WITH_ITSELF, NOT_THE_SAME_PERSON
from app.participants.tables import Participant, ParticipantFormerNumber, ParticipantMerge
from app.rules.identifiers import classify_identity_number
from app.security.identity_numbers import Sealed, decrypt
from app.security.roles import Actor
from app.settings import Settings


async def merge_participants(
    unit: UnitOfWork, actor: Actor, survivor_id: UUID, duplicate_id: UUID, settings: Settings
) -> Participant:
    """Move everything that belongs to the duplicate to the survivor, and remove the duplicate.

    The survivor's own fields stand, but an address that either of them protects stays protected, and the guardian and
    next of kin of both are kept. Its identity number stands too (a D-number is followed by a national number, so those
    two are no fault); if it has none it gets the duplicate's. All external ids of the duplicate lead to the survivor
    from now on. Merging the same two again changes nothing.

    Raises:
        Problem: `merge-with-itself`, `not-the-same-person`, `NOT_FOUND`, `restricted` (G1), `participant-erased`; the
            database refuses overlapping placements (L1).
    """
    if survivor_id == duplicate_id:
        raise MERGE_WITH_ITSELF(pointer="#/duplicate_id")
    ids = (survivor_id, duplicate_id)
    # In the order of their ids, so that two merges of the same two never wait for each other.
    rows = await unit.select(
        select(Participant).where(col(Participant.id).in_(ids)).order_by(col(Participant.id)).with_for_update()
    )
    known = {row.id: row for row in rows}
    restricted = await find_restricted(unit, known)
    if restricted:
        raise RESTRICTED(participant_id=str(min(restricted)))
    erased = await find_erased(unit, known)
    if erased:
        raise PARTICIPANT_ERASED(participant_id=str(min(erased)))
    survivor, duplicate = known.get(survivor_id), known.get(duplicate_id)
    if survivor is None:
        raise NOT_FOUND()
    if duplicate is None:
        if await _was_merged(unit, survivor_id, duplicate_id):
            return survivor
        raise NOT_FOUND("Deltakaren som skal slåast saman finst ikkje.", pointer="#/duplicate_id")
    _require_same_person(survivor, duplicate, settings)
    contacts = [*survivor.contacts, *(one for one in duplicate.contacts if one not in survivor.contacts)]
    await _move_identity_number(unit, survivor, duplicate, settings)
    if contacts != survivor.contacts:
        survivor.contacts = contacts
        await unit.session.flush()
    if duplicate.address_protection and not survivor.address_protection:
        survivor.address_protection = True
        survivor.protection_questioned_on = duplicate.protection_questioned_on
        survivor.protection_confirmed_on = duplicate.protection_confirmed_on
        await unit.session.flush()
    unit.session.expunge(duplicate)
    await unit.session.execute(select(func.merge_participant(survivor_id, duplicate_id)))
    unit.session.add(ParticipantMerge(participant_id=survivor_id, duplicate_id=duplicate_id, merged_by=actor.name))
    # Its placements and external ids are part of it.
    survivor.sqlmodel_update({"updated_at": func.now()})
    await unit.session.flush()
    await publish(unit, MergeEvent("participant.merged", survivor_id, duplicate_id))
    return survivor


def _require_same_person(survivor: Participant, duplicate: Participant, settings: Settings) -> None:
    """Raises `NOT_THE_SAME_PERSON` for two birth dates, or two national identity numbers."""
    if survivor.birth_date != duplicate.birth_date:
        raise NOT_THE_SAME_PERSON("Dei to deltakarane har ulik fødselsdato, og er ikkje same person.")
    if all(_has_national_number(one, settings) for one in (survivor, duplicate)):
        raise NOT_THE_SAME_PERSON("Dei to deltakarane har kvar sitt fødselsnummer, og er ikkje same person.")


def _has_national_number(participant: Participant, settings: Settings) -> bool:
    ciphertext, key_id = participant.identity_number_ciphertext, participant.identity_number_key_id
    if ciphertext is None or key_id is None:
        return False
    found = classify_identity_number(decrypt(Sealed(ciphertext, key_id), participant.id, settings), relaxed=True)
    return found is not None and found.kind == "national"


async def _was_merged(unit: UnitOfWork, survivor_id: UUID, duplicate_id: UUID) -> bool:
    statement = select(ParticipantMerge).where(
        col(ParticipantMerge.duplicate_id) == duplicate_id, col(ParticipantMerge.participant_id) == survivor_id
    )
    return bool(await unit.select(statement))


async def _move_identity_number(
    unit: UnitOfWork, survivor: Participant, duplicate: Participant, settings: Settings
) -> None:
    """The ciphertext is bound to its row, so the number is decrypted and encrypted again."""
    ciphertext, key_id = duplicate.identity_number_ciphertext, duplicate.identity_number_key_id
    if ciphertext is None or key_id is None or duplicate.identity_number_index is None:
        return
    if survivor.identity_number_index is not None:
        # The duplicate's row leaves, and its number goes on to find the person.
        index = duplicate.identity_number_index
        former = insert(ParticipantFormerNumber).values(identity_number_index=index, participant_id=survivor.id)
        # The number is known as a former one already where the duplicate was registered by it.
        await unit.session.execute(
            former.on_conflict_do_update(
                index_elements=[col(ParticipantFormerNumber.identity_number_index)],
                set_={"participant_id": survivor.id},
            )
        )
        return
    number = decrypt(Sealed(ciphertext, key_id), duplicate.id, settings)
    duplicate.sqlmodel_update(NO_IDENTITY_NUMBER)
    await unit.session.flush()
    survivor.sqlmodel_update(encrypt_number(survivor.id, number, settings))
    await unit.session.flush()
