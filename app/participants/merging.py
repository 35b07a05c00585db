"""One person, two records: the duplicate's places, absences and all else become the other's (L1, D1)."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm.attributes import flag_modified
from sqlmodel import col

from app.database.unit_of_work import UnitOfWork
from app.http.problems import NOT_FOUND, problem_type
from app.outbox.events import MergeEvent
from app.outbox.publish import publish
from app.participants.tables import Participant, ParticipantMerge
from app.security import identity_numbers
from app.security.tokens import Actor
from app.settings import Settings

MERGE_WITH_ITSELF = problem_type(
    "merge-with-itself",
    422,
    title="Same deltakar to gonger",
    nn="Ein deltakar kan ikkje slåast saman med seg sjølv.",
    en="A participant cannot be merged with itself.",
)


async def merge(
    unit: UnitOfWork, actor: Actor, survivor_id: UUID, duplicate_id: UUID, settings: Settings
) -> Participant:
    """Give the survivor everything that names the duplicate, and take the duplicate away.

    What the survivor says of the person stands, but an address that either of them protects stays protected. Its
    identity number stands too (a D-number is followed by a national number, so two are no fault); where it has none it
    gets the duplicate's. All of the duplicate's external ids go on to lead to the survivor. Merging the same two again
    changes nothing.

    Raises:
        Problem: `merge-with-itself`, `NOT_FOUND`; the database refuses overlapping places (L1).
    """
    if survivor_id == duplicate_id:
        raise MERGE_WITH_ITSELF(pointer="#/duplicate_id")
    ids = (survivor_id, duplicate_id)
    # In the order of their ids, so that two merges of the same two never wait for each other.
    found = await unit.session.scalars(
        select(Participant).where(col(Participant.id).in_(ids)).order_by(col(Participant.id)).with_for_update()
    )
    known = {participant.id: participant for participant in found}
    survivor, duplicate = known.get(survivor_id), known.get(duplicate_id)
    if survivor is None:
        raise NOT_FOUND()
    if duplicate is None:
        if await _was_merged(unit, survivor_id, duplicate_id):
            return survivor
        raise NOT_FOUND("Deltakaren som skal slåast saman finst ikkje.", pointer="#/duplicate_id")
    await _keep_number(unit, survivor, duplicate, settings)
    if duplicate.address_protection and not survivor.address_protection:
        survivor.address_protection = True
        await unit.session.flush()
    unit.session.expunge(duplicate)
    await unit.session.execute(select(func.merge_participant(survivor_id, duplicate_id)))
    unit.session.add(ParticipantMerge(participant_id=survivor_id, duplicate_id=duplicate_id, merged_by=actor.name))
    # Its places and external ids are part of it: this moves `updated_at`.
    flag_modified(survivor, "given_name")
    await unit.session.flush()
    await publish(unit, MergeEvent("participant.merged", survivor_id, duplicate_id))
    return survivor


async def _was_merged(unit: UnitOfWork, survivor_id: UUID, duplicate_id: UUID) -> bool:
    statement = select(col(ParticipantMerge.id)).where(
        col(ParticipantMerge.duplicate_id) == duplicate_id, col(ParticipantMerge.participant_id) == survivor_id
    )
    return (await unit.session.scalars(statement)).first() is not None


async def _keep_number(unit: UnitOfWork, survivor: Participant, duplicate: Participant, settings: Settings) -> None:
    """The seal is bound to the row, so the number is opened and sealed anew."""
    ciphertext, key_id = duplicate.identity_number_ciphertext, duplicate.identity_number_key_id
    if survivor.identity_number_index is not None or ciphertext is None or key_id is None:
        return
    number = identity_numbers.decrypt(identity_numbers.Sealed(ciphertext, key_id), duplicate.id, settings)
    duplicate.identity_number_ciphertext = None
    duplicate.identity_number_key_id = None
    duplicate.identity_number_index = None
    await unit.session.flush()
    sealed = identity_numbers.encrypt(number, survivor.id, settings)
    survivor.identity_number_ciphertext = sealed.ciphertext
    survivor.identity_number_key_id = sealed.key_id
    survivor.identity_number_index = identity_numbers.blind_index(number, settings)
    await unit.session.flush()
