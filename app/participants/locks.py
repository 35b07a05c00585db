"""Who may register a person: one at a time for each external id and each identity number, a batch's all at once.

Whoever gives somebody a number, or looks for somebody in order to register who is missing, holds the turn of that name
or number to the end of the transaction, taken before any row is locked: so nobody else can have made the person
meanwhile, and no two wait for each other. Turns are fewer than names: PostgreSQL's room for locks is everybody's, and a
batch may ask for ten thousand. Two names with one turn wait for each other now and then, and that is all.
"""

import hashlib
from collections.abc import Iterable

from sqlalchemy import text

from app.database.locks import AdvisoryLock
from app.database.unit_of_work import UnitOfWork

TURNS = 1024
# In rising order: the sub-select is sorted before the first lock is taken.
_TAKE = text(
    f"select pg_advisory_xact_lock({AdvisoryLock.PARTICIPANT}, turn)"
    " from (select unnest(cast(:turns as int[])) as turn order by 1 offset 0) as asked"
)


def name_key(system: str, value: str) -> bytes:
    """What stands for an external id. An identity number's is its blind index."""
    return f"{system}\n{value}".encode()


async def take(unit: UnitOfWork, keys: Iterable[bytes]) -> None:
    """Wait for whoever holds one of these turns, and hold them all to the end of the transaction."""
    turns = sorted({int.from_bytes(hashlib.blake2b(key, digest_size=8).digest()) % TURNS for key in keys})
    if turns:
        await unit.session.execute(_TAKE, {"turns": turns})
