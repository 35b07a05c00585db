"""Locks on external ids and identity numbers, so that two transactions never register the same person.

A request that assigns an external id or an identity number holds its lock to the end of the transaction, and takes it
before any row is locked, so that transactions never wait for each other in a circle. The locks are striped:
PostgreSQL's lock table is shared by all connections, and a batch may name ten thousand ids. Two ids in one stripe wait
for each other.
"""

import hashlib
from collections.abc import Iterable

from app.database.locks import AdvisoryLock
from app.database.unit_of_work import UnitOfWork

LOCK_STRIPES = 1024
# In rising order: the sub-select is sorted before the first lock is taken.
_LOCK = """
    select pg_advisory_xact_lock($1, stripe)
    from (select unnest($2::int[]) as stripe order by 1 offset 0) as requested
"""


def external_id_key(system: str, value: str) -> bytes:
    """The key that an external id is locked by. An identity number's is its blind index."""
    return f"{system}\n{value}".encode()


async def lock_names(unit: UnitOfWork, keys: Iterable[bytes]) -> None:
    """Wait for the locks of these external ids and identity numbers, and hold them to the end of the transaction."""
    stripes = {int.from_bytes(hashlib.blake2b(key, digest_size=8).digest()) % LOCK_STRIPES for key in keys}
    if stripes:
        await unit.execute(_LOCK, AdvisoryLock.PARTICIPANT, list(stripes))
