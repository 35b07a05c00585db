"""Locks on files, and waiting. A lock is the kernel's and ends with the process that holds it, however that ends."""

import contextlib
import fcntl
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

LIMIT = 120.0  # seconds to wait for another process


class EmbeddedError(Exception):
    """Why there is no database, in one sentence."""


def open_lock(path: Path) -> int:
    """A file descriptor to lock, the file made if need be."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


@contextlib.contextmanager
def alone(path: Path) -> Iterator[None]:
    """Holds a file's lock alone. Raises `EmbeddedError` when another keeps it too long."""
    lock = open_lock(path)
    try:
        wait(lambda: take(lock, fcntl.LOCK_EX), f"another start of the database in {path.parent} does not end")
        yield
    finally:
        os.close(lock)


def take(lock: int, kind: int) -> bool:
    """Tries for a lock (`LOCK_SH` or `LOCK_EX`) without waiting."""
    try:
        fcntl.flock(lock, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def held(path: Path) -> bool:
    """Whether another holds the file's lock alone."""
    lock = open_lock(path)
    try:
        return not take(lock, fcntl.LOCK_SH)
    finally:
        os.close(lock)


def shared(lock: int) -> bool:
    """Whether others hold the lock together: it can be had shared but not alone. Leaves it unlocked."""
    answer = not take(lock, fcntl.LOCK_EX) and take(lock, fcntl.LOCK_SH)
    fcntl.flock(lock, fcntl.LOCK_UN)
    return answer


def wait(settled: Callable[[], bool], failure: str) -> None:
    """Looks every 20 ms whether it is so. Raises `EmbeddedError` with the failure after two minutes."""
    end = time.monotonic() + LIMIT
    while not settled():
        if time.monotonic() > end:
            raise EmbeddedError(f"{failure} (waited {LIMIT:.0f} s).")
        time.sleep(0.02)


def ready(cluster: Path) -> int | None:
    """The postmaster's process id when the cluster's postmaster.pid says that it takes connections."""
    try:
        lines = (cluster / "postmaster.pid").read_text().splitlines()
    except OSError:
        return None
    return int(lines[0]) if len(lines) > 7 and lines[7].startswith("ready") else None
