"""`scripts/bench/scale.py` at its smallest size, and what its soak judges."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from bench.scale import Minute, judge

ROOT = Path(__file__).parents[2]


def run(*arguments: str) -> str:
    """What it prints; it ends well."""
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    program = [sys.executable, str(ROOT / "scripts" / "bench" / "scale.py"), *arguments]
    done = subprocess.run(program, capture_output=True, text=True, check=False, env=environment, cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_sizes_names_tables_growth_and_the_ten_calls(tmp_path: Path) -> None:
    told = run("sizes", "--places", "24", "--years", "1", "--log-rows", "20", "--rounds", "1")
    assert "24 places, 3 providers, 1 years, 20 log rows a place and year" in told
    assert "(sealed 480 log rows" in told
    assert "| access_log |" in told
    assert "MB a year" in told
    assert told.count("\n| ") >= 13
    assert "0 calls failed" in told


def test_soak_presses_a_real_process() -> None:
    size = ("--places", "24", "--years", "1", "--log-rows", "2")
    told = run("soak", "--minutes", "0.05", "--rate", "5", "--connections", "2", "--processes", "1", *size)
    assert "at 5 requests/s" in told
    assert told.endswith("0.05 minutes: ok\n")


def minutes(memory: list[float], connections: list[int], errors: int = 0) -> list[Minute]:
    """Of one process."""
    return [Minute((one,), there, errors) for one, there in zip(memory, connections, strict=True)]


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        # A process that has just started grows until it is warm.
        (minutes([100, 140, 150, 150, 151, 150, 152, 151, 151], [4, 8, 11, 11, 11, 10, 14, 13, 10]), "ok"),
        (
            minutes([100, 140, 150, 155, 160, 165, 170, 175, 180], [11] * 9),
            "process 1 grows from 160 to 175 MB",
        ),
        (minutes([150] * 9, [4, 8, 9, 9, 9, 9, 10, 10, 12]), "connections grow from 9 to 10"),
        (minutes([150] * 3, [10] * 3, errors=2), "6 calls failed"),
    ],
)
def test_soak_judges_what_grows_after_it_is_warm(found: list[Minute], verdict: str) -> None:
    assert judge(found) == verdict
