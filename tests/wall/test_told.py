"""Who calls is told to PostgreSQL: a provider's id by its organisation number, and to providers alone."""

import pytest
from sqlalchemy import text

from app.db import Database, Identity, driver_of
from tests.api import way
from tests.conftest import Api

OURS, THEIRS, NOBODYS = "310300403", "310300411", "310300438"


@pytest.mark.parametrize("by_driver", [True, False], ids=["reading", "session"])
async def test_a_provider_is_told_its_own_id(committed_api: Api, by_driver: bool) -> None:
    ours = await way.provider(committed_api, organisation_number=OURS)
    theirs = await way.provider(committed_api, organisation_number=THEIRS)
    database = Database(committed_api.app.state.settings.database_url, pool_size=1)
    told = {
        Identity("a", frozenset({"provider"}), organisation=OURS): ours,
        Identity("b", frozenset({"provider"}), organisation=THEIRS): theirs,
        # Nothing is left of whoever had the connection before.
        Identity("c", frozenset({"provider"}), organisation=NOBODYS): None,
        Identity("d", frozenset({"provider"})): None,
        Identity("e", frozenset({"case_officer"}), organisation=OURS): None,
        Identity("f", frozenset({"provider", "case_officer"}), organisation=OURS): ours,
        Identity("g"): None,
    }
    try:
        for identity, expected in told.items():
            async with database.transaction(identity) as session:
                if not by_driver:
                    await session.connection()
                found = await (await driver_of(session)).fetchval("select caller_provider_id()")
            assert (None if found is None else str(found)) == expected, identity
    finally:
        await database.close()


async def test_what_was_rolled_back_is_not_remembered(committed_api: Api) -> None:
    """A savepoint tells the caller again, and may see a provider that never comes to be."""
    database = Database(committed_api.app.state.settings.database_url, pool_size=1)
    identity = Identity("a", frozenset({"provider", "case_officer"}), organisation=OURS)
    try:
        with pytest.raises(ZeroDivisionError):
            await _makes_it_and_fails(database, identity)
        ours = await way.provider(committed_api, organisation_number=OURS)
        async with database.transaction(identity) as session:
            assert str(await session.scalar(text("select caller_provider_id()"))) == ours
    finally:
        await database.close()


async def _makes_it_and_fails(database: Database, identity: Identity) -> None:
    made = text(
        "insert into provider (id, name, organisation_number, municipality_number)"
        f" values (gen_random_uuid(), 'Gløde AS', '{OURS}', '4631')"
    )
    async with database.transaction(identity) as session:
        await session.execute(made)
        async with session.begin_nested():
            assert await session.scalar(text("select caller_provider_id()")) is not None
        raise ZeroDivisionError
