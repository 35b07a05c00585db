"""Whom PostgreSQL runs as, what that user can reach, and how a tool's failure is said in one sentence."""

import errno
import os
import pwd
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from app.embedded.locks import EmbeddedError

# Ours alone: what the caller has set (PGPORT, LANG, LD_PRELOAD, ...) is not PostgreSQL's business.
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
# As root, for what PostgreSQL's user cannot reach where it lies: a clone in root's home, a data directory there.
PLACE = Path("/var/lib/vekstplass")


class AsUser(TypedDict, total=False):
    """Arguments of `subprocess`."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True)
class Account:
    """The operating system's user that PostgreSQL runs as."""

    name: str
    uid: int
    gid: int

    def options(self) -> AsUser:
        """How `subprocess` becomes this user; who is not root already is."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if os.geteuid() == 0 else {}

    def reaches(self, path: Path, need: int = 1) -> bool:
        """Whether the account has `need` (4 read, 1 enter) on the path and may enter every directory above it."""
        if os.geteuid():
            return os.access(path, need)

        def allowed(step: Path, bits: int) -> bool:
            status = step.stat()
            shift = 6 if status.st_uid == self.uid else 3 if status.st_gid == self.gid else 0
            return (status.st_mode >> shift) & bits == bits

        return allowed(path, need) and all(allowed(parent, 1) for parent in path.resolve().parents)


def runs_as(cluster: Path) -> Account:
    """This user; as root, whom PostgreSQL refuses, the owner of an existing cluster, else postgres, else nobody.

    Raises `EmbeddedError` when the cluster is somebody else's or the user has no name, which PostgreSQL needs.
    """
    uid, made = os.geteuid(), cluster.exists()
    owner = cluster.stat().st_uid if made else uid
    if uid and owner != uid:
        raise EmbeddedError(f"the database in {cluster.parent} belongs to another user; choose another directory.")
    if owner == 0:
        if made:
            raise EmbeddedError(f"{cluster} belongs to root, whom PostgreSQL does not run as.")
        owner = _unprivileged()
    try:
        entry = pwd.getpwuid(owner)
    except KeyError as error:
        raise EmbeddedError(f"PostgreSQL does not run as user {owner}, who has no name on this machine.") from error
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _unprivileged() -> int:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_uid
        except KeyError:
            continue
    raise EmbeddedError("PostgreSQL does not run as root, and this machine has neither a user postgres nor nobody.")


def place() -> Path:
    """`PLACE`, made at the first use."""
    PLACE.mkdir(mode=0o755, parents=True, exist_ok=True)
    PLACE.chmod(0o755)
    return PLACE


def temporary(user: Account) -> Path:
    """A new directory of the account's own, with a name short enough for a socket in it (107 bytes in all)."""
    for base in (tempfile.gettempdir(), "/tmp", "/var/tmp"):
        if len(os.fsencode(base)) <= 60 and os.access(base, os.W_OK) and user.reaches(Path(base)):
            directory = Path(tempfile.mkdtemp(prefix="vekstplass-", dir=base))
            os.chown(directory, user.uid, user.gid)
            return directory
    raise EmbeddedError(
        "PostgreSQL's socket needs a directory to write in like /tmp, with a short name; there is none."
    )


def failure(said: str, data: Path) -> str:
    """The sentence for a tool or postmaster that failed, by what it said."""
    if os.strerror(errno.ENOSPC) in said:
        return full(data)
    lines = [line for line in said.splitlines() if "FATAL:" in line or "PANIC:" in line or "error:" in line]
    last = (lines or said.strip().splitlines() or ["it said nothing"])[-1]
    for mark in ("FATAL:", "PANIC:", "error:"):
        last = last.rpartition(mark)[2].strip()
    return f"PostgreSQL did not start in {data}: {last.rstrip('.')}."


def refused(error: OSError, data: Path) -> str:
    """The sentence for what the operating system refused."""
    if error.errno == errno.ENOSPC:
        return full(data)
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return f"the database needs to write in {data}, and may not ({error.filename or error.strerror})."
    return f"the database in {data} cannot be started: {error.strerror} ({error.filename})."


def full(data: Path) -> str:
    """The sentence for a full disk."""
    return f"the disk that holds {data} is full, so the database cannot start."
