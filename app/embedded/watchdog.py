"""The process that owns the postmaster: stops it after its last user, starts it again when it ends before."""

import ctypes
import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from app.embedded.account import ENVIRONMENT, Account, failure
from app.embedded.locks import EmbeddedError, open_lock, ready, take, wait

_LOG = "postgresql.log"
_LOG_SIZE = 10_000_000  # bytes; a larger log is put aside at the next start
_LIBC = ctypes.CDLL(None)
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Job:
    """What a watchdog looks after."""

    data: str
    cluster: str
    socket_dir: str
    postmaster: list[str]
    account: Account
    throwaway: bool


def spawn(job: Job) -> None:
    """Starts a watchdog away from our terminal and session, and returns when PostgreSQL is ready.

    Raises `EmbeddedError` with the reason when it does not become ready.
    """
    path = Path(job.data, _LOG)
    if path.exists() and path.stat().st_size > _LOG_SIZE:
        path.replace(path.with_suffix(".log.1"))
    # -I -S: nothing but the standard library and this package, whatever lies in the current directory.
    code = (
        f"import sys; sys.path.append({str(Path(__file__).parents[2])!r}); import app.embedded.watchdog as w; w.main()"
    )
    log = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    try:
        said = subprocess.run(
            [sys.executable, "-I", "-S", "-c", code, json.dumps(asdict(job))],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            cwd="/",
            check=False,
        ).stdout
    finally:
        os.close(log)
    if said != "ready":
        raise EmbeddedError(said or f"PostgreSQL did not start; {path} says why.")


def main() -> None:
    """The watchdog's process. What it answers on stdout is read until it closes it."""
    asked = json.loads(sys.argv[1])
    job = Job(**asked | {"account": Account(**asked["account"])})
    if os.fork():
        # The caller waits for this process; the watchdog is its child and nobody's.
        os._exit(0)
    os.setsid()
    try:
        watch = _Watch(job)
    except EmbeddedError as error:
        _answer(str(error))
    else:
        _answer("ready")
        watch.run()


def _answer(text: str) -> None:
    os.write(1, text.encode())
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 1)
    os.close(nothing)


class _Watch:
    def __init__(self, job: Job) -> None:
        self.job = job
        self.cluster = Path(job.cluster)
        self.stopping = threading.Event()
        self.users = open_lock(Path(job.data, "users.lock"))
        self.alive = open_lock(Path(job.data, "watchdog.lock"))
        if not take(self.alive, fcntl.LOCK_EX):
            raise EmbeddedError(f"the database in {job.data} has a watchdog already.")
        self.postmaster_lock = open_lock(self.cluster / "vekstplass.lock")
        if not take(self.postmaster_lock, fcntl.LOCK_EX):
            self.end_orphan()
        self.postmaster = self.launch()

    def end_orphan(self) -> None:
        """Ends a postmaster whose watchdog was killed. The lock, which it inherited, says that one lives."""
        if orphan := ready(self.cluster):
            os.kill(orphan, signal.SIGINT)
        failure = f"an earlier PostgreSQL in {self.job.data} does not end"
        wait(lambda: take(self.postmaster_lock, fcntl.LOCK_EX), failure)

    def launch(self) -> "subprocess.Popen[bytes]":
        """Starts the postmaster and returns when it is ready. Raises `EmbeddedError` when it ends instead."""
        # Nobody but our own postmaster, which has ended, writes this file: without it a process that happens to have
        # the old number cannot be taken for a postmaster.
        (self.cluster / "postmaster.pid").unlink(missing_ok=True)
        before = os.fstat(2).st_size
        postmaster = subprocess.Popen(
            self.job.postmaster,
            stdin=subprocess.DEVNULL,
            stdout=2,
            cwd="/",
            env=ENVIRONMENT,
            pass_fds=[self.postmaster_lock],
            preexec_fn=_end_with_parent,
            **self.job.account.options(),
        )
        while ready(self.cluster) != postmaster.pid:
            if postmaster.poll() is not None:
                with Path(self.job.data, _LOG).open("rb") as log:
                    log.seek(before)
                    raise EmbeddedError(failure(log.read().decode(errors="replace"), Path(self.job.data)))
            time.sleep(0.02)
        return postmaster

    def run(self) -> None:
        """Until the last user has ended: keeps a postmaster running. Then stops it and clears away."""
        threading.Thread(target=self.stop_after_the_last_user, daemon=True).start()
        while not self.stopping.is_set():
            self.postmaster.wait()
            while not self.stopping.is_set():
                try:
                    self.postmaster = self.launch()
                    break
                except EmbeddedError:
                    # Backends of a killed postmaster still end, or the disk is full: its users wait for it to heal.
                    time.sleep(0.2)
        self.end()
        shutil.rmtree(self.job.socket_dir, ignore_errors=True)
        if self.job.throwaway:
            self.clear()

    def stop_after_the_last_user(self) -> None:
        """Waits until nobody holds users.lock."""
        fcntl.flock(self.users, fcntl.LOCK_EX)
        self.stopping.set()
        self.end()

    def end(self) -> None:
        """Stops the postmaster: fast, then without a last checkpoint, then by force."""
        for how, patience in ((signal.SIGINT, 60), (signal.SIGQUIT, 10), (signal.SIGKILL, 10)):
            self.postmaster.send_signal(how)
            try:
                self.postmaster.wait(patience)
            except subprocess.TimeoutExpired:
                continue
            break

    def clear(self) -> None:
        """Deletes a cluster that was for a test; one outside DIR with the directory made for it."""
        link = Path(self.job.data, "cluster")
        if link.is_symlink():
            link.unlink()
            shutil.rmtree(self.cluster.parent, ignore_errors=True)
        else:
            shutil.rmtree(self.cluster, ignore_errors=True)


def _end_with_parent() -> None:
    """In the postmaster before it is one: Linux sends it the fast shutdown's signal when the watchdog is killed."""
    if sys.platform == "linux":
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGINT)
