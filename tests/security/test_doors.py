"""Both doors tell PostgreSQL who is calling: as values, for one transaction, and a provider's id to providers alone."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import asyncpg
import pytest
from sqlalchemy import text

from app.database.connections import Database
from app.database.identity import DatabaseIdentity
from app.database.queries import CompiledQuery, Queries
from tests.conftest import Api
from tests.factories import steps

OURS, THEIRS, UNKNOWN = "310300403", "310300411", "310300438"
SUBJECTS = ("o'brien", "'; drop table placement; --", "a\\' or true", "$1 $2", "''", "\\", "person:" + "'" * 200)
PROVIDER_ID = text("select caller_provider_id()")

Door = Callable[[DatabaseIdentity], AbstractAsyncContextManager[Queries]]


def setting(name: str) -> str:
    return f"select current_setting('app.{name}')"


@pytest.fixture(params=["reader", "unit_of_work"])
def door(request: pytest.FixtureRequest, committed_api: Api) -> Door:
    database: Database = committed_api.app.state.database
    doors: dict[str, Door] = {"reader": database.reader, "unit_of_work": database.unit_of_work}
    return doors[request.param]


async def test_a_provider_has_its_own_id(committed_api: Api, door: Door) -> None:
    ours = await steps.provider(committed_api, organisation_number=OURS)
    theirs = await steps.provider(committed_api, organisation_number=THEIRS)
    expected_ids = {
        DatabaseIdentity("a", frozenset({"provider"}), organisation=OURS): ours,
        DatabaseIdentity("b", frozenset({"provider"}), organisation=THEIRS): theirs,
        # Nothing is left of the connection's caller before.
        DatabaseIdentity("c", frozenset({"provider"}), organisation=UNKNOWN): None,
        DatabaseIdentity("d", frozenset({"provider"})): None,
        DatabaseIdentity("e", frozenset({"case_officer"}), organisation=OURS): None,
        DatabaseIdentity("f", frozenset({"provider", "case_officer"}), organisation=OURS): ours,
        DatabaseIdentity("g"): None,
    }
    for identity, expected in expected_ids.items():
        async with door(identity) as queries:
            found = await queries.fetch_value(PROVIDER_ID)
        assert (None if found is None else str(found)) == expected, identity


async def test_a_provider_that_was_rolled_back_is_not_remembered(committed_api: Api) -> None:
    """A savepoint sets the caller again, and may see a provider that never comes to be."""
    database: Database = committed_api.app.state.database
    identity = DatabaseIdentity("a", frozenset({"provider", "case_officer"}), organisation=OURS)
    with pytest.raises(ZeroDivisionError):
        await _add_provider_and_fail(database, identity)
    ours = await steps.provider(committed_api, organisation_number=OURS)
    async with database.unit_of_work(identity) as unit:
        assert str(await unit.fetch_value(PROVIDER_ID)) == ours


async def _add_provider_and_fail(database: Database, identity: DatabaseIdentity) -> None:
    async with database.unit_of_work(identity) as unit:
        await unit.execute(
            "insert into provider (id, name, organisation_number, municipality_number)"
            " values (gen_random_uuid(), 'Gløde AS', $1, '4631')",
            OURS,
        )
        async with unit.session.begin_nested():
            assert await unit.fetch_value(PROVIDER_ID) is not None
        raise ZeroDivisionError


@pytest.mark.parametrize("subject", SUBJECTS)
async def test_an_odd_subject_is_a_value(door: Door, subject: str) -> None:
    identity = DatabaseIdentity(actor=subject, roles=frozenset({"provider"}), organisation=OURS)
    async with door(identity) as queries:
        assert await queries.fetch_value(text(setting("actor"))) == subject
        assert await queries.fetch_value(text(setting("organisation"))) == OURS
        assert await queries.fetch_value(text("select caller_has_role('provider')"))
        assert await queries.fetch_value(PROVIDER_ID) is None
    # It ends with the transaction.
    async with door(DatabaseIdentity(actor="next")) as queries:
        assert await queries.fetch_value(text(setting("organisation"))) == ""


@pytest.mark.parametrize("subject", SUBJECTS)
async def test_a_subject_is_a_value_whatever_the_server_takes_strings_for(committed_api: Api, subject: str) -> None:
    """With `standard_conforming_strings` off a backslash would end a quotation."""
    database: Database = committed_api.app.state.database
    identity = DatabaseIdentity(actor=subject, roles=frozenset({"provider"}))
    async with database.reader(DatabaseIdentity(actor="a")) as queries:
        await queries.execute("set session standard_conforming_strings = off")
    try:
        async with database.reader(identity) as queries:
            assert await queries.fetch_value(text(setting("actor"))) == subject
            assert await queries.fetch_value(text(setting("roles"))) == "provider"
    finally:
        async with database.reader(DatabaseIdentity(actor="a")) as queries:
            await queries.execute("reset standard_conforming_strings")


async def test_a_door_that_fails_is_left_clean(door: Door) -> None:
    with pytest.raises(ZeroDivisionError):
        await _fail(door)
    async with door(DatabaseIdentity(actor="b")) as queries:
        assert await queries.fetch_value(text(setting("actor"))) == "b"


async def _fail(door: Door) -> None:
    async with door(DatabaseIdentity(actor="a")) as queries:
        await queries.execute("select 1")
        raise ZeroDivisionError


async def test_a_role_is_added_within_acting_as_alone(door: Door) -> None:
    async with door(DatabaseIdentity(actor="a", roles=frozenset({"provider"}))) as queries:
        async with queries.acting_as("case_officer"):
            assert await queries.fetch_value(text(setting("roles"))) == "case_officer,provider"
        async with queries.acting_as("finance", alone=True):
            assert await queries.fetch_value(text(setting("roles"))) == "finance"
        assert await queries.fetch_value(text(setting("roles"))) == "provider"


@pytest.mark.parametrize("prepared_statements", [True, False], ids=["alone", "behind a pooler"])
async def test_nobody_sees_nothing(committed_api: Api, prepared_statements: bool) -> None:
    """Of the caller before on the same connection nothing is left, and what is nobody's can be read."""
    await steps.participant(committed_api)
    url = committed_api.app.state.settings.database_url
    database = Database(url, reader_pool_size=1, prepared_statements=prepared_statements)
    try:
        counting = CompiledQuery(
            text("select count(*) as seen, current_setting('app.roles', true) as roles from participant")
        )
        async with database.reader(DatabaseIdentity("a", frozenset({"case_officer"}))) as queries:
            assert await queries.fetch_value(text("select count(*) from participant")) == 1
        row = await database.fetch_as_nobody(counting)
        assert row is not None
        assert (row["seen"], row["roles"] or "") == (0, "")
    finally:
        await database.close()


async def test_a_statement_of_nobody_that_fails_leaves_the_connection_usable(committed_api: Api) -> None:
    database = Database(committed_api.app.state.settings.database_url, reader_pool_size=1)
    try:
        with pytest.raises(asyncpg.DivisionByZeroError):
            await database.fetch_as_nobody(CompiledQuery(text("select 1 / 0")))
        row = await database.fetch_as_nobody(CompiledQuery(text("select 1 as one")))
        assert row is not None
        assert row["one"] == 1
    finally:
        await database.close()
