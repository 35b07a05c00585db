"""The municipality's own sight of its places, for what is the municipality's and not the caller's.

A closed month holds every place, those behind a protected address too, whoever closes it (C13). A year's flag moves
with the notice of any place, whoever gives it (C7). A person may know of every refused look at a place or decision of
theirs, whoever asks for them. Such things are found with the case office's sight, and a caller is shown of them only
what its own allows.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.db import Identity

_ROLES = text("select set_config('app.roles', :roles, true)")


@asynccontextmanager
async def every_place(session: AsyncSession) -> AsyncIterator[None]:
    """Within it, this transaction sees every place and what belongs to it. What is refused within it is rolled back,
    and this with it.
    """
    identity: Identity = session.info["identity"]
    if "case_officer" in identity.roles:
        yield
        return
    # What the caller wrote is stored by the caller's own rights, before any others are there to pass it.
    await session.flush()
    await session.execute(_ROLES, {"roles": ",".join(sorted(identity.roles | {"case_officer"}))})
    yield
    await session.flush()
    await session.execute(_ROLES, {"roles": ",".join(sorted(identity.roles))})
