"""Expand before contract: the newest release that is tagged goes on working at the schema of today.

While a release is rolled out, and after it is rolled back, its code runs at the schema that comes after it.
"""

import io
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

import postgres
from tests.conftest import cloned
from tests.factories.waiting import until
from tests.faults.test_start import answers
from tests.test_readme import free_port
from tests.test_settings import PRODUCTION

ROOT = Path(__file__).parents[2]
# What a municipality does in a week, by that release's own tests: stored, read, closed, told, sealed.
TESTS = (
    "tests/api/participants/test_participants.py",
    "tests/api/placements/test_placements.py",
    "tests/api/absence/test_absences.py",
    "tests/api/settlements/test_settlements.py",
    "tests/api/followup/test_plans.py",
    "tests/api/outbox/test_events.py",
    "tests/api/access_log/test_access_log.py",
)


def find_release() -> str | None:
    """The newest tag of this major version; None where there is none, as in a shallow clone."""
    tags = ["git", "tag", "--list", "v1.*", "--sort=-version:refname", "--merged", "HEAD"]
    done = subprocess.run(tags, cwd=ROOT, capture_output=True, text=True, check=False)
    return next(iter(done.stdout.split()), None) if done.returncode == 0 else None


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The release's files in a directory of their own."""
    tag = find_release()
    if tag is None:
        pytest.skip("there is no release before this one: no tag v1.* in this clone (git fetch --tags)")
    archive = subprocess.run(["git", "archive", tag], cwd=ROOT, capture_output=True, check=True).stdout
    directory = tmp_path_factory.mktemp("release")
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        files.extractall(directory, filter="data")
    return directory


@pytest.fixture
async def process(release: Path, cluster: postgres.Cluster) -> AsyncIterator[httpx.AsyncClient]:
    """The release as a process of production, at a database of today."""
    async with cloned(cluster) as name:
        port, log = free_port(), release / "log"
        environment = _environment(release) | PRODUCTION | {"DATABASE_URL": cluster.dsn(postgres.SERVICE, name)}
        command = [sys.executable, "-m", "app", "serve", "--port", str(port)]
        with log.open("wb") as out:
            running = subprocess.Popen(command, cwd=release, env=environment, stdout=out, stderr=subprocess.STDOUT)
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
            try:
                await until(lambda: running.poll() is not None or answers(client, "/health/live", 200))
                assert running.poll() is None, log.read_text()
                yield client
            finally:
                running.kill()
                running.wait(10)


async def test_its_processes_start_and_are_ready(process: httpx.AsyncClient) -> None:
    assert (await process.get("/health/ready")).status_code == 200
    assert (await process.get("/v1/placements")).status_code == 401


def test_its_own_tests_pass_at_the_schema_of_today(release: Path) -> None:
    for part in ("versions", "sql"):
        shutil.rmtree(release / "migrations" / part)
        shutil.copytree(ROOT / "migrations" / part, release / "migrations" / part)
    shutil.copy(ROOT / "migrations" / "roles.sql", release / "migrations")
    there = [test for test in TESTS if (release / test).exists()]
    assert there
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *there]
    done = subprocess.run(command, cwd=release, env=_environment(release), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4_000:]


def _environment(release: Path) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COVERAGE_"))}
    return own | {"PYTHONPATH": str(release)}
