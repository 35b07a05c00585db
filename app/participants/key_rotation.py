"""`python -m app rotate-keys`: every identity number encrypted under the current key, a batch at a time.

Each batch is a transaction of its own, and a row that is done is passed over: killed at any point, it is run again and
goes on. The service may run meanwhile, as long as it knows both keys. The index is made anew as well where its key was
changed; until a row's turn comes it is not found by its number, so change that key while nobody looks up.
"""

from collections.abc import Callable
from uuid import UUID

from sqlalchemy import select, update
from sqlmodel import col

from app.database.connections import Database
from app.database.identity import DatabaseIdentity
from app.database.unit_of_work import UnitOfWork
from app.participants.tables import Participant
from app.security.identity_numbers import IdentityNumberUnreadable, Sealed, blind_index, decrypt, encrypt
from app.settings import Settings

ROTATOR = DatabaseIdentity(actor="rotate-keys", roles=frozenset({"case_officer"}))
_FIRST = UUID(int=0)


class KeyRotationError(Exception):
    """Why nothing more is done, in one sentence."""


async def rotate_keys(
    database: Database, settings: Settings, *, batch: int = 500, report: Callable[[int], None] = lambda _: None
) -> int:
    """How many numbers were encrypted anew. `report` is told how many have been read.

    Raises `KeyRotationError` for a number whose key the settings do not hold, or that its key does not open.
    """
    after, total, done = _FIRST, 0, 0
    while True:
        async with database.unit_of_work(ROTATOR) as unit:
            read, changed, after = await _batch(unit, settings, after, batch)
        total, done = total + read, done + changed
        report(total)
        if read < batch:
            return done


async def _batch(unit: UnitOfWork, settings: Settings, after: UUID, batch: int) -> tuple[int, int, UUID]:
    rows = list(
        await unit.session.execute(
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
    )
    changed = 0
    for id_, ciphertext, key_id, index in rows:
        assert ciphertext is not None  # both or neither, by the table's own check
        assert key_id is not None
        try:
            number = decrypt(Sealed(ciphertext, key_id), id_, settings)
        except IdentityNumberUnreadable:
            raise KeyRotationError(f"The number of participant {id_} does not open with key «{key_id}».") from None
        fresh_index = blind_index(number, settings)
        if key_id == settings.identity_number_key_id and index == fresh_index:
            continue
        sealed = encrypt(number, id_, settings)
        await unit.session.execute(
            update(Participant)
            .where(col(Participant.id) == id_)
            .values(
                identity_number_ciphertext=sealed.ciphertext,
                identity_number_key_id=sealed.key_id,
                identity_number_index=fresh_index,
                # Nothing that anybody sees has changed.
                updated_at=col(Participant.updated_at),
            )
        )
        changed += 1
    return len(rows), changed, rows[-1][0] if rows else after
