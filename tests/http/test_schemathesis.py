"""Schemathesis against the live service, as a case officer: every check and phase, the stateful one too.

`schemathesis.toml` beside this file holds the seed, the amount, and every exception to a check with its reason.
"""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from app.demo import example_year
from tests.conftest import Api
from tests.factories.server import serving
from tests.factories.tokens import token

ROOT = Path(__file__).parents[2]
CONFIG = Path(__file__).with_name("schemathesis.toml")
ENVIRONMENT = {"SCHEMATHESIS_HOOKS": "tests.http.schemathesis_hooks", "PYTHONPATH": str(ROOT), "COLUMNS": "120"}
RUN = "from schemathesis.cli import schemathesis; schemathesis()"
# Phases, and the seconds they have: shared out among the operations, so that each is tried on a slow machine too.
# More make a better search: give it an hour before a release.
RUNS = [("examples,coverage,fuzzing", 45), ("stateful", 20)]


@pytest.mark.parametrize(("phases", "seconds"), RUNS)
async def test_schemathesis_finds_nothing(
    committed_api: Api, tmp_path: Path, caplog: pytest.LogCaptureFixture, phases: str, seconds: int
) -> None:
    """The example year is loaded, so that there is something behind every link."""
    state = committed_api.app.state
    assert await example_year.load(state.database, state.settings)
    told = tmp_path / "told"
    async with serving(committed_api.app) as address:
        with told.open("wb") as output:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-c", RUN, "--config-file", str(CONFIG), "--no-color"),
                *("run", f"{address}/openapi.json", "--phases", phases, "--max-time", str(seconds)),
                *("--report", "junit", "--report-dir", str(tmp_path)),
                cwd=tmp_path,
                env=os.environ | ENVIRONMENT | {"VEKSTPLASS_TEST_TOKEN": token("case_officer")},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=asyncio.subprocess.STDOUT,
            )
            try:
                await asyncio.wait_for(process.wait(), seconds * 10)
            except TimeoutError:
                process.kill()
                await process.wait()
    faults = [record.getMessage() for record in caplog.records if record.name == "vekstplass.errors"]
    assert (process.returncode, faults) == (0, []), told.read_text(encoding="utf-8", errors="replace")
