"""Becomes `python -m app COMMAND`, with a PostgreSQL of its own where there is no DATABASE_URL (scripts/app).

Run by .venv's Python. The program is this very process, so that signals reach it, and PostgreSQL ends with it.
"""

import argparse
import asyncio
import os
import sys
from pathlib import Path
from typing import NoReturn

import asyncpg
import postgres_supervisor

import postgres

ROOT = Path(__file__).resolve().parent.parent
WITHOUT_DATABASE = {"token", "openapi"}


def main(arguments: list[str]) -> NoReturn:
    """Raises `SystemExit` with one sentence where PostgreSQL cannot be started."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("VEKSTPLASS_DATA_DIR") or ROOT / ".data"))
    asked, rest = parser.parse_known_args(arguments)
    data = asked.data.resolve()
    environment = os.environ | {"VEKSTPLASS_DATA_DIR": str(data)}
    production = environment.get("VEKSTPLASS_ENVIRONMENT") == "production"
    if not (environment.get("DATABASE_URL") or production or WITHOUT_DATABASE & set(rest[:1])):
        try:
            cluster = postgres.start(data, say=lambda text: print(text, file=sys.stderr, flush=True))
        except postgres_supervisor.PostgresError as error:
            sys.exit(str(error))
        asyncio.run(update_roles(cluster))
        cluster.use_after_exec()
        environment |= {
            "DATABASE_URL": cluster.dsn(postgres.SERVICE),
            "OWNER_DATABASE_URL": cluster.dsn(postgres.OWNER),
        }
    os.execve(sys.executable, [sys.executable, "-P", "-m", "app", *rest], environment)


async def update_roles(cluster: postgres.Cluster) -> None:
    """Gives the roles of a cluster, which may be an older one, the limits of today."""
    connection = await asyncpg.connect(cluster.dsn(postgres.SUPERUSER))
    await connection.execute((ROOT / "migrations" / "roles.sql").read_text())
    await connection.close()


if __name__ == "__main__":
    main(sys.argv[1:])
