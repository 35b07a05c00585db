"""`python -m app rotate-keys`: every identity number encrypted under the current key, a batch at a time.

Each batch is a transaction of its own, and a row that is done is skipped: if the command is killed it is run again and
continues. The service may run meanwhile if it knows both keys. The blind index is computed again as well if its key was
changed; until then a participant is not found by number, so change that key while nobody looks participants up.
"""

from collections.abc import Callable
from uuid import UUID

from sqlalchemy import select, update
from sqlmodel import col

from app.database.connections import Database
from app.database.identity import DatabaseIdentity
from app.database.unit_of_work import UnitOfWork
from app.participants.participants import encrypt_number
from app.participants.tables import Participant
from app.security.identity_numbers import IdentityNumberUnreadable, Sealed, compute_blind_index, decrypt
from app.settings import Settings

ROTATOR = DatabaseIdentity(actor="rotate-keys", roles=frozenset({"case_officer"}))
_NIL = UUID(int=0)


class KeyRotationError(Exception):
    """Why the rotation stops, in one sentence."""


async def rotate_keys(
    database: Database, settings: Settings, *, batch: int = 500, report: Callable[[int], None] = lambda _: None
) -> int:
    """Encrypt every number under the current key; how many were not. `report` gets the count of numbers read so far.

    Raises `KeyRotationError` for a number whose key the settings do not hold, or that its key does not decrypt.
    """
    after, total, done = _NIL, 0, 0
    while True:
        async with database.unit_of_work(ROTATOR) as unit:
            read, changed, after = await _rotate_batch(unit, settings, after, batch)
        total, done = total + read, done + changed
        report(total)
        if read < batch:
            return done


async def _rotate_batch(unit: UnitOfWork, settings: Settings, after: UUID, batch: int) -> tuple[int, int, UUID]:
    """The numbers of the next participants: how many were read and how many changed, and the last participant's id."""
    rows = await unit.fetch(
        select(
            col(Participant.id),
            col(Participant.identity_number_ciphertext),
            col(Participant.identity_number_key_id),
            col(Participant.identity_number_index),
        )
        .where(col(Participant.id) > after, col(Participant.identity_number_key_id).is_not(None))
        .order_by(col(Participant.id))
        .limit(batch)
        .with_for_update()
    )
    changed = 0
    for id_, ciphertext, key_id, index in rows:
        try:
            number = decrypt(Sealed(ciphertext, key_id), id_, settings)
        except IdentityNumberUnreadable:
            raise KeyRotationError(f"The number of participant {id_} does not open with key «{key_id}».") from None
        if key_id == settings.identity_number_key_id and index == compute_blind_index(number, settings):
            continue
        # Nothing that anybody sees has changed.
        unchanged = {"updated_at": col(Participant.updated_at)}
        await unit.session.execute(
            update(Participant)
            .where(col(Participant.id) == id_)
            .values(encrypt_number(id_, number, settings) | unchanged)
        )
        changed += 1
    return len(rows), changed, rows[-1][0] if rows else after
