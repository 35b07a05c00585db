"""Migrations: no drift from the models, and down and up again with data in the tables."""

import asyncio

import asyncpg
import pytest
from alembic import command
from alembic.config import Config

import postgres
import schema
from app.database import startup
from app.database.connections import Database
from app.database.driver import ConnectionNotMadeError
from app.demo import example_year
from app.settings import Settings
from tests.conftest import cloned

SCHEMAS = ["public", "access_log_partition"]


def config(url: str) -> Config:
    """Alembic as `python -m app migrate` runs it."""
    made = Config(str(startup.ROOT / "alembic.ini"))
    made.attributes["url"] = url
    return made


async def test_the_models_and_the_migrations_say_the_same(cluster: postgres.Cluster) -> None:
    async with cloned(cluster) as name:
        # `check` raises when autogenerate finds something to do.
        await asyncio.to_thread(command.check, config(cluster.url("vekstplass_owner", name)))


async def test_down_and_up_again_with_the_example_year_in_the_tables(
    cluster: postgres.Cluster, settings: Settings
) -> None:
    async with cloned(cluster) as name:
        url = cluster.url("vekstplass_service", name)
        database = Database(url, pool_size=1)
        try:
            assert await example_year.load(database, settings)
            assert not await example_year.load(database, settings)
        finally:
            await database.close()
        owner = config(cluster.url("vekstplass_owner", name))
        await asyncio.to_thread(command.downgrade, owner, "base")
        connection = await asyncpg.connect(cluster.dsn("postgres", name))
        left = "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'v')"
        assert [row[0] for row in await connection.fetch(left)] == ["alembic_version"]
        functions = (
            "select proname from pg_proc p where pronamespace = 'public'::regnamespace"
            " and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')"
        )
        assert await connection.fetch(functions) == []
        await connection.close()
        await asyncio.to_thread(command.upgrade, owner, "head")
        await startup.demand_fit(url)


async def test_the_sql_files_say_what_the_migrations_made(cluster: postgres.Cluster) -> None:
    """Functions, triggers, policies and grants of head are dropped, and made again from `migrations/sql/` alone."""
    if not schema.writes_the_same(cluster.binaries):
        pytest.skip(f"only PostgreSQL {schema.MAJOR} dumps in these words")
    async with cloned(cluster) as name:
        before = schema.dump_schema(cluster.binaries, cluster.dsn("postgres", name))
        owner = await asyncpg.connect(cluster.dsn("vekstplass_owner", name))
        try:
            await drop_row_level_security(owner)
            bare = schema.dump_schema(cluster.binaries, cluster.dsn("postgres", name))
            for word in ("CREATE POLICY", "ROW LEVEL SECURITY", "CREATE FUNCTION", "CREATE TRIGGER", "GRANT SELECT"):
                assert word in before
                assert word not in bare
            files = startup.MIGRATIONS / "sql"
            policies = sorted((files / "policies").glob("*.sql"))
            for file in (files / "functions.sql", files / "triggers.sql", *policies, files / "grants.sql"):
                await owner.execute(file.read_text(encoding="utf-8"))
        finally:
            await owner.close()
        assert schema.dump_schema(cluster.binaries, cluster.dsn("postgres", name)) == before


async def drop_row_level_security(owner: asyncpg.Connection) -> None:
    """Leave the tables alone, without the functions, triggers, policies and grants around them."""
    drops = await owner.fetch(
        """
        select format('drop policy %I on %I', policyname, tablename) from pg_policies where schemaname = 'public'
        union all select format('drop function if exists %s cascade', oid::regprocedure) from pg_proc p
        where pronamespace = 'public'::regnamespace
            and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
        union all select format('alter table %s disable row level security, no force row level security', oid::regclass)
        from pg_class where relnamespace::regnamespace::text = any($1) and relkind in ('r', 'p')
        """,
        SCHEMAS,
    )
    for drop in drops:
        await owner.execute(drop[0])
    for name in SCHEMAS:
        for role in ("vekstplass_service", "vekstplass_backup"):
            await owner.execute(f"revoke all on all tables in schema {name} from {role}")
            await owner.execute(f"revoke all on all sequences in schema {name} from {role}")
        for kind in ("tables", "sequences"):
            revoked = f"revoke select on {kind} from vekstplass_backup"
            await owner.execute(f"alter default privileges in schema {name} {revoked}")


async def test_loading_the_example_year_twice_changes_nothing(cluster: postgres.Cluster, settings: Settings) -> None:
    async with cloned(cluster) as name:
        database = Database(cluster.url("vekstplass_service", name), pool_size=1)
        connection = await asyncpg.connect(cluster.dsn("postgres", name))
        try:
            await example_year.load(database, settings)
            before = await contents(connection)
            await example_year.load(database, settings)
            assert await contents(connection) == before
            assert {table: before[table][0] for table in ("provider", "participant", "placement", "application")} == {
                "provider": 3,
                "participant": 31,
                "placement": 24,
                "application": 5,
            }
        finally:
            await connection.close()
            await database.close()


async def contents(connection: asyncpg.Connection) -> dict[str, tuple[int, str]]:
    """Rows and a digest of every table."""
    tables = await connection.fetch(
        "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'"
    )
    found: dict[str, tuple[int, str]] = {}
    for row in tables:
        table = row["relname"]
        told = await connection.fetchrow(
            f"select count(*), coalesce(md5(string_agg(t::text, '' order by t::text)), '') from {table} t"
        )
        assert told is not None
        found[table] = (told[0], told[1])
    return found


@pytest.mark.parametrize("role", ["postgres", "vekstplass_owner", "vekstplass_backup"])
async def test_refuses_a_role_that_the_wall_does_not_hold(cluster: postgres.Cluster, database: str, role: str) -> None:
    with pytest.raises(startup.UnfitDatabase, match="superuser, bypasses"):
        await startup.demand_fit(cluster.url(role, database))
    await startup.demand_fit(cluster.url("vekstplass_service", database))


async def test_refuses_an_older_schema_and_serves_a_newer_one(cluster: postgres.Cluster) -> None:
    async with cloned(cluster) as name:
        connection = await asyncpg.connect(cluster.dsn("postgres", name))
        await connection.execute("update alembic_version set version_num = '0001_baseline'")
        with pytest.raises(startup.UnfitDatabase, match="python -m app migrate"):
            await startup.demand_fit(cluster.url("vekstplass_service", name))
        await connection.execute("update alembic_version set version_num = 'of_a_later_release'")
        await startup.demand_fit(cluster.url("vekstplass_service", name))
        await connection.execute("drop table alembic_version")
        with pytest.raises(startup.UnfitDatabase, match="at nothing"):
            await startup.demand_fit(cluster.url("vekstplass_service", name))
        await connection.close()


async def test_says_that_it_cannot_reach_a_database() -> None:
    with pytest.raises(ConnectionNotMadeError, match="Connect call failed") as refusal:
        await startup.demand_fit("postgresql+asyncpg://x@127.0.0.1:9/x")
    assert refusal.value.passing


async def test_norms_without_a_day_go_on_to_count_for_every_day(cluster: postgres.Cluster, settings: Settings) -> None:
    """S8: the migration changes no figure: what counted for every day does, as known since its kind of service was."""
    async with cloned(cluster) as name:
        database = Database(cluster.url("vekstplass_service", name), pool_size=1)
        try:
            await example_year.load(database, settings)
        finally:
            await database.close()
        owner = config(cluster.url("vekstplass_owner", name))
        connection = await asyncpg.connect(cluster.dsn("postgres", name))
        names = "hours_per_full_time_equivalent, norm_source, cost_per_hour, cost_source"
        before = await connection.fetch(f"select service_type, {names} from service_type_norm order by 1")
        assert len(before) == 2
        # A correction, and one of a later day: of these the kind of service can have but one, that of today.
        await connection.execute(
            f"insert into service_type_norm (id, service_type, {names}, valid_from) select gen_random_uuid(),"
            f" service_type, {names}, '2099-01-01' from service_type_norm"
        )
        await asyncio.to_thread(command.downgrade, owner, "0064_trust_annulments")
        held = await connection.fetch(
            f"select code, {names} from service_type where norm_source is not null order by 1"
        )
        assert [tuple(row) for row in held] == [tuple(row) for row in before]
        await asyncio.to_thread(command.upgrade, owner, "head")
        after = await connection.fetch(
            f"select service_type, {names}, norm.valid_from, norm.recorded_at = kind.created_at"
            " from service_type_norm as norm join service_type as kind on code = service_type order by 1"
        )
        assert [tuple(row) for row in after] == [(*row, None, True) for row in before]
        await connection.close()
