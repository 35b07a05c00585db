"""Setting up a clone by itself: what it says when it cannot, two at once, and locks that hold what they promise."""

import ast
import errno
import os
import re
import shutil
import subprocess
import sys
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import _python
import _setup

ROOT = Path(__file__).parents[2]
EXECUTABLES = ("app", "check", "lock", "serve", "test", "token")
LOCKS = (_setup.RUN, _setup.POSTGRES, _setup.DEV)


class Clone:
    """A repository with the real scripts, an `app` that tells its arguments, and a uv that installs nothing."""

    def __init__(self, root: Path) -> None:
        self.root = root
        shutil.copytree(ROOT / "scripts", root / "scripts", ignore=shutil.ignore_patterns("__pycache__"))
        (root / "app").mkdir()
        (root / "app" / "__main__.py").write_text("import sys\nprint(*sys.argv[1:])\n")
        # No package is installed, and where there is a DATABASE_URL none is used.
        (root / "scripts" / "asyncpg.py").touch()
        for lock in LOCKS:
            (root / lock).write_text("a-package==1 --hash=sha256:00\n")
        (root / "elsewhere" / "app").mkdir(parents=True)
        (root / "elsewhere" / "app" / "__main__.py").write_text("raise SystemExit('the wrong app')\n")
        self.uv(f"echo installed >> '{root}/installs'; sleep 0.2")

    def uv(self, script: str) -> None:
        """What a call of uv does."""
        (self.root / "bin").mkdir(exist_ok=True)
        (self.root / "bin" / "uv").write_text(f"#!/bin/sh\n{script}\n")
        (self.root / "bin" / "uv").chmod(0o755)

    def run(self, script: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Runs a script from another directory, with no registry to ask."""
        path = f"{self.root / 'bin'}{os.pathsep}{os.environ['PATH']}"
        return subprocess.run(
            [sys.executable, str(self.root / "scripts" / script), *arguments],
            capture_output=True,
            text=True,
            check=False,
            cwd=self.root / "elsewhere",
            env=os.environ | {"PATH": path, "DATABASE_URL": "postgresql://", "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": ""},
        )

    @property
    def installs(self) -> int:
        return len((self.root / "installs").read_text().splitlines())


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    return Clone(tmp_path / "a clone")


def test_two_at_once_set_up_once_and_then_not_again(clone: Clone) -> None:
    with ThreadPoolExecutor() as pool:
        both = list(pool.map(lambda _: clone.run("serve", "--demo", "--port", "1"), range(2)))
    for one in both:
        assert (one.returncode, one.stdout) == (0, "serve --demo --port 1\n"), one.stderr
    assert sum("another set-up is under way" in one.stderr for one in both) == 1
    assert clone.installs == 1
    again = clone.run("token", "--role", "finance")
    assert (again.stdout, again.stderr) == ("token --role finance\n", "")
    assert clone.installs == 1


def test_changed_lock_or_python_is_set_up_anew(clone: Clone) -> None:
    clone.run("serve")
    (clone.root / _setup.RUN).write_text("a-package==2 --hash=sha256:00\n")
    clone.run("serve")
    assert clone.installs == 2
    (clone.root / ".venv" / "bin" / "python").unlink()
    assert clone.run("serve").stdout == "serve\n"
    assert clone.installs == 3


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("error sending request for url", "the package registry cannot be reached (no network?)"),
        ("OSError: [Errno 28] No space left on device", "the disk is full"),
        ("Hash mismatch for a-package", "not the one that was locked"),
        ("something else", "the packages of requirements.lock and requirements-postgres.lock could not be installed"),
    ],
)
def test_what_an_installer_cannot_do_is_one_sentence(clone: Clone, said: str, sentence: str) -> None:
    clone.uv(f"echo '{said}'; exit 1")
    done = clone.run("serve")
    assert done.returncode == 1
    *progress, last = done.stderr.splitlines()
    assert sentence in last
    assert all(line.startswith("vekstplass: ") for line in [*progress, last])


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_clone_of_somebody_else_is_one_sentence(clone: Clone) -> None:
    clone.root.chmod(0o555)
    done = clone.run("serve")
    clone.root.chmod(0o755)
    assert "use a clone of your own" in done.stderr


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EROFS, "use a clone of your own"),
        (errno.EIO, "the set-up stopped at"),
    ],
)
def test_what_the_system_refuses_is_one_sentence(number: int, sentence: str) -> None:
    said = _setup._explain(OSError(number, os.strerror(number)))
    assert sentence in said
    assert "\n" not in said


def test_old_python_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_python, "MINIMUM", (99, 0))
    monkeypatch.setattr(_python, "NEWER", ("no-such-python",))
    with pytest.raises(SystemExit, match=r"^vekstplass: needs Python 99\.0 or newer, but python3 is 3\.\d+ and"):
        _python.ensure()


@pytest.mark.parametrize("name", ["_python.py", *EXECUTABLES])
def test_old_python_can_read_as_far_as_the_sentence(name: str) -> None:
    ast.parse((ROOT / "scripts" / name).read_text(), feature_version=(3, 7))


@pytest.mark.parametrize("name", EXECUTABLES)
def test_help_needs_no_set_up(clone: Clone, name: str) -> None:
    done = clone.run(name, "--help")
    assert done.returncode == 0
    assert f"scripts/{name}" in done.stdout
    assert not (clone.root / ".venv").exists()
    assert os.access(clone.root / "scripts" / name, os.X_OK)


def pins(lock: str) -> dict[str, str]:
    """Package to version and marker."""
    return dict(re.findall(r"^([a-z0-9-]+)==(.*) \\$", (ROOT / lock).read_text(), re.MULTILINE))


def test_what_is_compiled_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the caller's Python keeps nothing: the project starts too many processes for that."""
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    command = [sys.executable, "-c", "import sys; print(sys.dont_write_bytecode)"]
    assert subprocess.run(command, env=_setup.environment(), capture_output=True, check=True).stdout == b"False\n"


def test_locks_hold_hashes_and_no_addresses() -> None:
    for lock in LOCKS:
        text = (ROOT / lock).read_text()
        blocks = re.split(r"^(?=\S)", text, flags=re.MULTILINE)[1:]
        assert all(re.fullmatch(r"[a-z0-9-]+==[^\n]+ \\\n(    --hash=sha256:\w{64}( \\)?\n)+", one) for one in blocks)
        assert "/" not in text
        assert len(blocks) == len(pins(lock))


def test_locks_hold_what_pyproject_asks_for_and_agree() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    for lock, asked in (
        (_setup.RUN, project["project"]["dependencies"]),
        (_setup.POSTGRES, project["dependency-groups"]["postgres"]),
        (_setup.DEV, project["dependency-groups"]["dev"]),
    ):
        names = {re.match(r"[a-z0-9-]+", one) for one in asked}
        assert {name[0] for name in names if name} <= set(pins(lock))
    assert pins(_setup.RUN).items() <= pins(_setup.DEV).items()
