"""The command line, when it cannot: one sentence and an exit code, never a traceback or a password."""

import asyncio
import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import asyncpg
import pytest
from alembic import command
from sqlalchemy.engine import make_url
from typer.testing import CliRunner

import postgres
from app.cli import COMMANDS, assemble
from app.database import startup
from tests.conftest import cloned
from tests.database.test_migrations import config

ROOT = Path(__file__).parent.parent
ROW = """
    insert into access_log (id, actor, action, method, route, purpose, outcome, request_id, participant_ids, denied_ids)
    values ('016e0000-0000-7000-8000-000000000000', 'a', 'a', 'GET', '/', 'p', 'denied', 'r', '{}', '{null}')
"""


def ran(*arguments: str, **settings: str) -> "subprocess.CompletedProcess[str]":
    """A command in a process of its own, with these settings alone."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("VEKSTPLASS_") and not name.endswith("DATABASE_URL")
    }
    asked = [sys.executable, "-m", "app", *arguments]
    return subprocess.run(
        asked, cwd=ROOT, env=kept | settings, capture_output=True, text=True, check=False, timeout=120
    )


def test_each_command_is_in_its_module_and_in_the_help() -> None:
    alone = {name: CliRunner().invoke(assemble([module]), [name, "--help"]) for name, module in COMMANDS.items()}
    assert {name: done.output for name, done in alone.items() if done.exit_code} == {}
    help_ = CliRunner().invoke(assemble(COMMANDS.values()), ["--help"]).output
    assert [line.split()[0] for line in help_.partition("Commands:\n")[2].splitlines()] == [*COMMANDS]


def test_a_command_imports_no_more_than_it_needs() -> None:
    """Two seconds for the service, of which the owner's commands use nothing."""
    script = "import sys; from app.cli import assemble; assemble(['schema']); print('fastapi' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


@pytest.mark.parametrize("module", ["access_log", "initial_data", "keys", "sessions"])
def test_tables_that_a_command_writes_to_have_their_foreign_keys(module: str) -> None:
    """SQLAlchemy stores nothing in a table whose keys lead to one that is not imported."""
    script = (
        f"from app.cli import assemble; assemble([{module!r}]);"
        "from app.database.base import metadata;"
        "print(*(key.column for table in metadata.tables.values() for key in table.foreign_keys))"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["migrate"],
        ["create-roles"],
        ["serve", "--port", "0"],
        ["verify-access-log"],
        ["seal-access-log"],
        ["rotate-keys"],
    ],
    ids=" ".join,
)
def test_a_database_that_is_not_there(cluster: postgres.Cluster, arguments: list[str]) -> None:
    url = make_url(cluster.url("postgres")).set(database="nowhere").render_as_string(hide_password=False)
    done = ran(*arguments, DATABASE_URL=url)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == 'The database refused: database "nowhere" does not exist.\n'


@pytest.mark.parametrize("name", ["migrate", "verify-access-log"])
def test_an_address_that_is_none_is_not_repeated(name: str) -> None:
    done = ran(name, DATABASE_URL="postgresql://someone:secret@db:port/vekstplass")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "DATABASE_URL: Value error, is not a PostgreSQL address\n"


@pytest.mark.parametrize("batch", ["0", "-1", "x"])
def test_nothing_is_sealed_anew_by_no_rows_at_a_time(batch: str) -> None:
    """It would never end."""
    done = ran("rotate-keys", f"--batch={batch}")
    assert done.returncode == 2
    assert "Invalid value for '--batch'" in done.stderr


async def test_a_migration_in_production_has_the_owners_address_alone(cluster: postgres.Cluster) -> None:
    async with cloned(cluster) as name:
        url = cluster.url("vekstplass_owner", name)
        await asyncio.to_thread(command.downgrade, config(url), "-1")
        done = await asyncio.to_thread(ran, "migrate", OWNER_DATABASE_URL=url, VEKSTPLASS_ENVIRONMENT="production")
        assert (done.returncode, done.stderr) == (0, "")
        assert await startup.revision(url, timeout=10) == startup.head()


async def test_the_access_log_is_sealed_and_verified(quiet_cluster: postgres.Cluster, tmp_path: Path) -> None:
    """What `--keep` wrote and what the service logged tell the same of a last range that is gone."""
    async with cloned(quiet_cluster) as name:
        address = {"DATABASE_URL": quiet_cluster.url("vekstplass_service", name)}
        superuser = await asyncpg.connect(quiet_cluster.dsn("postgres", name))
        try:
            await superuser.execute(ROW)
            sealed = await asyncio.to_thread(ran, "seal-access-log", **address)
            assert sealed.stdout.endswith("1 rows were sealed in 1 ranges.\n"), sealed.stderr
            kept, logged = tmp_path / "kept", tmp_path / "logged"
            logged.write_text(sealed.stdout)
            verified = await asyncio.to_thread(ran, "verify-access-log", f"--keep={kept}", **address)
            assert verified.stdout == "1 rows in 1 ranges, none altered; 0 not sealed yet.\n", verified.stderr
            await superuser.execute("set session_replication_role = replica")
            await superuser.execute("delete from access_log_seal")
            await superuser.execute("delete from access_log")
            for file in (kept, logged):
                missing = await asyncio.to_thread(ran, "verify-access-log", f"--against={file}", **address)
                assert missing.returncode == 1
                assert missing.stderr.startswith("Range 1: it is missing")
            nothing = await asyncio.to_thread(ran, "verify-access-log", f"--against={__file__}", **address)
            assert nothing.stderr == f"{__file__} holds no digest of the access log.\n"
        finally:
            await superuser.close()


async def test_the_access_log_is_retired_where_it_is_old_and_holds(quiet_cluster: postgres.Cluster) -> None:
    async with cloned(quiet_cluster) as name:
        address = {
            "DATABASE_URL": quiet_cluster.url("vekstplass_service", name),
            "OWNER_DATABASE_URL": quiet_cluster.url("vekstplass_owner", name),
        }
        superuser = await asyncpg.connect(quiet_cluster.dsn("postgres", name))
        try:
            await superuser.execute("set session_replication_role = replica")
            await superuser.execute(ROW)
            await superuser.execute("update access_log set at = '2019-08-01'")
            sealed = await asyncio.to_thread(ran, "seal-access-log", **address)
            assert sealed.returncode == 0, sealed.stderr
            young = await asyncio.to_thread(ran, "retire-access-log", "--before=2999-01", **address)
            assert (young.returncode, young.stderr[:30]) == (1, "The log is kept for 5 years: 2")
            kept = await asyncio.to_thread(
                ran, "retire-access-log", "--before=2019-09", VEKSTPLASS_ACCESS_LOG_YEARS="90", **address
            )
            assert kept.stderr.startswith("The log is kept for 90 years")
            await superuser.execute("update access_log set actor = 'b'")
            altered = await asyncio.to_thread(ran, "retire-access-log", **address)
            assert altered.stderr.startswith("Nothing was retired, since the log does not hold. Range 1: row"), altered
            await superuser.execute("update access_log set actor = 'a'")
            retired = await asyncio.to_thread(ran, "retire-access-log", "--before=2019-09", **address)
            assert (retired.stdout, retired.stderr) == ("1 rows from before 2019-09 were retired.\n", "")
            verified = await asyncio.to_thread(ran, "verify-access-log", **address)
            assert verified.stdout.endswith("not sealed yet. What is from before 2019-09 was retired.\n"), verified
        finally:
            await superuser.close()


async def test_long_work_shows_a_count_on_a_terminal(cluster: postgres.Cluster, tmp_path: Path) -> None:
    async with cloned(cluster) as name:
        environment = os.environ | {
            "DATABASE_URL": cluster.url("vekstplass_service", name),
            "VEKSTPLASS_DATA_DIR": str(tmp_path),
        }
        terminal, stderr = pty.openpty()
        command = [sys.executable, "-m", "app", "load-demo"]
        loading = await asyncio.create_subprocess_exec(
            *command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=stderr
        )
        out, _ = await loading.communicate()
        os.close(stderr)
        assert (loading.returncode, out) == (0, b"Loaded.\n")
        assert b"\r29 people loaded\r\n" in os.read(terminal, 10_000)
        os.close(terminal)


@pytest.mark.parametrize(
    ("arguments", "refusal"),
    [
        (["--demo", "--today", "2022-08-30"], "The demo cannot live on 2022-08-30: choose 2022-08-31 or later.\n"),
        (["--today", "2022-09-01"], "--today is the demo's day: use it with --demo.\n"),
    ],
)
async def test_a_day_before_the_demos_own_is_refused(
    cluster: postgres.Cluster, tmp_path: Path, arguments: list[str], refusal: str
) -> None:
    async with cloned(cluster) as name:
        address = {
            "DATABASE_URL": cluster.url("vekstplass_service", name),
            "VEKSTPLASS_DATA_DIR": str(tmp_path),
        }
        refused = await asyncio.to_thread(ran, "serve", "--port", "0", *arguments, **address)
        assert (refused.returncode, refused.stderr) == (1, refusal)


async def test_a_new_database_begins_with_guideline_rates_and_providers(
    cluster: postgres.Cluster, tmp_path: Path
) -> None:
    """Once: a second time adds what is new in the file alone; what is wrong in it leaves nothing behind."""
    one: dict[str, str | int] = {
        "name": "Gløde AS",
        "organisation_number": "310300403",
        "municipality_number": "4631",
        "places": 10,
        "valid_from": "2026-01-01",
    }
    file = tmp_path / "providers.json"
    async with cloned(cluster) as name:
        address = {
            "DATABASE_URL": cluster.url("vekstplass_service", name),
            "VEKSTPLASS_ALLOW_SYNTHETIC_IDENTITY_NUMBERS": "true",
        }

        async def initialise() -> "subprocess.CompletedProcess[str]":
            return await asyncio.to_thread(ran, "initialise", f"--providers={file}", **address)

        file.write_text(json.dumps([one, one | {"organisation_number": "310300404"}]))
        refused = await initialise()
        assert (refused.returncode, refused.stdout) == (1, "")
        assert refused.stderr.startswith("Organisasjonsnummeret finst ikkje")
        file.write_text(json.dumps([one]))
        assert (
            await initialise()
        ).stdout == "New: 1 versions of the guideline, 6 rates, 1 providers, 8 steps of stairs.\n"
        assert (
            await initialise()
        ).stdout == "New: 0 versions of the guideline, 0 rates, 0 providers, 0 steps of stairs.\n"
        file.write_text('[{"name": "Utan nummer AS"}]')
        assert (await initialise()).returncode == 1
