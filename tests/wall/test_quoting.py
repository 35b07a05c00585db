"""Who calls is told as text in one message: whatever a subject holds, it stays a value."""

import pytest

from app.db import Database, Identity, driver_of
from tests.conftest import Api

SUBJECTS = ("o'brien", "'; drop table placement; --", "a\\' or true", "$1 $2", "''", "\\", "person:" + "'" * 200)


async def test_an_odd_subject_is_no_sql(committed_api: Api) -> None:
    database = Database(committed_api.app.state.settings.database_url, pool_size=1)
    try:
        for subject in SUBJECTS:
            identity = Identity(actor=subject, roles=frozenset({"provider"}), organisation="310300403")
            async with database.transaction(identity) as session:
                driver = await driver_of(session)
                assert await driver.fetchval("select current_setting('app.actor')") == subject
                assert await driver.fetchval("select current_setting('app.organisation')") == "310300403"
                assert await driver.fetchval("select caller_has_role('provider')")
                assert await driver.fetchval("select caller_provider_id()") is None
            # And it is forgotten with the transaction.
            async with database.transaction(Identity(actor="next")) as session:
                driver = await driver_of(session)
                assert await driver.fetchval("select current_setting('app.organisation')") == ""
    finally:
        await database.close()


async def test_a_session_is_either_a_reading_or_not(committed_api: Api) -> None:
    database = Database(committed_api.app.state.settings.database_url, pool_size=2)
    try:
        with pytest.raises(RuntimeError, match="has a transaction already"):
            await _mixed(database)
        with pytest.raises(RuntimeError, match="without an identity"):
            await _nobodys(database)
        # What failed is rolled back, and its connection given back clean.
        with pytest.raises(ZeroDivisionError):
            await _failing(database)
        async with database.transaction(Identity(actor="b")) as session:
            driver = await driver_of(session)
            assert await driver.fetchval("select current_setting('app.actor')") == "b"
    finally:
        await database.close()


async def _mixed(database: Database) -> None:
    async with database.transaction(Identity(actor="a")) as session:
        await driver_of(session)
        await session.connection()


async def _nobodys(database: Database) -> None:
    async with database.transaction(None) as session:
        await driver_of(session)


async def _failing(database: Database) -> None:
    async with database.transaction(Identity(actor="a")) as session:
        await (await driver_of(session)).execute("select 1")
        raise ZeroDivisionError
