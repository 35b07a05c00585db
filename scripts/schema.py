#!/usr/bin/env python3
"""Keeps migrations/schema.sql true to the migrations: scripts/schema.py [--fix]

The file is PostgreSQL's own dump of a database at head: tables, functions, triggers, policies and grants. It shows what
a migration changes, also where Alembic compares nothing. --fix writes it.
"""

import argparse
import asyncio
import difflib
import re
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import postgres
from app.database import startup

ROOT = startup.ROOT
FILE = Path("migrations/schema.sql")
# Others write the same schema in other words.
MAJOR = 18
_NOISE = re.compile(r"^(?:--|SET |SELECT pg_catalog\.set_config|\\).*\n", re.MULTILINE)
_EMPTY_LINES = re.compile(r"\n{2,}")


def main() -> int:
    """Answers 1 when the file and the migrations disagree."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--fix", action="store_true", help="write the file")
    fix = parser.parse_args().fix
    with (
        tempfile.TemporaryDirectory() as directory,
        postgres.start(Path(directory, "data"), throwaway=True, in_memory=True) as cluster,
    ):
        if not writes_the_same(cluster.binaries):
            print(f"{FILE} is written by PostgreSQL {MAJOR} alone; nothing was compared.")
            return 0
        asyncio.run(startup.create_roles(cluster.dsn(postgres.SUPERUSER)))
        startup.upgrade(cluster.url(postgres.OWNER))
        dump = dump_schema(cluster.binaries, cluster.dsn(postgres.SUPERUSER))
    path = ROOT / FILE
    written = path.read_text(encoding="utf-8") if path.exists() else ""
    if dump == written:
        return 0
    if fix:
        path.write_text(dump, encoding="utf-8")
        return 0
    lines = difflib.unified_diff(written.splitlines(), dump.splitlines(), str(FILE), "the migrations", n=1, lineterm="")
    print(*lines, "Run scripts/check --fix.", sep="\n")
    return 1


def writes_the_same(binaries: Path) -> bool:
    """Whether these binaries are of the version that writes the file."""
    said = subprocess.run([binaries / "pg_dump", "--version"], capture_output=True, text=True, check=True).stdout
    return said.split()[-1].split(".")[0] == str(MAJOR)


def dump_schema(binaries: Path, dsn: str) -> str:
    """A database's schema without what varies from one dump to the next, and without owners."""
    command = [str(binaries / "pg_dump"), "--schema-only", "--no-owner", dsn]
    dump = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return _EMPTY_LINES.sub("\n\n", _NOISE.sub("", dump)).strip() + "\n"


if __name__ == "__main__":
    sys.exit(main())
