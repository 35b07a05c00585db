"""`scripts/push_absences.py`, the example for providers, against the service and against a network that fails."""

import asyncio
import csv
import io
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import push_absences
import pytest

from tests.conftest import Api
from tests.factories import steps
from tests.factories.absence_files import HEADER, ROWS, WITHOUT_ROWS, CsvCase
from tests.factories.absences import ORGANISATION, item, lines, placement
from tests.factories.server import serving
from tests.factories.steps import ok
from tests.factories.tokens import bearer

PLACE = "01890a5d-ac96-774b-bcce-b302099a8057"


class Service:
    """What stands in for the service: a list of answers, each given once, and the pushes it got."""

    def __init__(self, *answers: int | Exception) -> None:
        self.answers = list(answers)
        self.retry_after = "7"
        self.pushes: list[list[dict[str, Any]]] = []
        self.waits: list[float] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        assert request.headers["authorization"] == "Bearer secret"
        answer = self.answers.pop(0) if self.answers else 200
        if isinstance(answer, Exception):
            raise answer
        if answer != 200:
            problem = {"type": "/problems/x", "detail": "Vent litt."}
            return httpx.Response(answer, json=problem, headers=[(b"Retry-After", self.retry_after.encode("latin-1"))])
        items = self.read(request)
        self.pushes.append(items)
        bad = {"type": "/problems/validation", "detail": "Feil.", "errors": [{"pointer": "#/items/0/kind"}]}
        found = [
            {
                "index": index,
                "external_id": one["external_id"],
                "status": "rejected" if one["kind"] == "x" else "created",
                "problem": bad if one["kind"] == "x" else None,
            }
            for index, one in enumerate(items)
        ]
        return httpx.Response(207 if any(one["problem"] for one in found) else 200, json={"items": found})

    def read(self, request: httpx.Request) -> list[dict[str, Any]]:
        """The items of a body of lines."""
        text = request.content.decode("utf-8-sig")
        if request.headers["content-type"] == "application/x-ndjson":
            return [json.loads(line) for line in text.splitlines()]
        assert request.headers["content-type"] == "text/csv"
        return list(csv.DictReader(io.StringIO(text), delimiter=";"))


Run = Callable[[Service, str, str], int]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The script over a file with this name and content; waiting is written down instead."""
    monkeypatch.setenv("VEKSTPLASS_TOKEN", "secret")
    real = httpx.Client

    def main(service: Service, name: str, content: str) -> int:
        transport = httpx.MockTransport(service)
        monkeypatch.setattr(httpx, "Client", lambda **options: real(transport=transport, **options))
        monkeypatch.setattr(time, "sleep", service.waits.append)
        file = tmp_path / name
        file.write_text(content, encoding="utf-8")
        return push_absences.main([str(file), "--batch", "2"])

    return main


def test_every_call_has_the_header(run: Run) -> None:
    rows = [f"F-{n};1;{PLACE};sick;0{n}.10.2022;2022-10-04;100;Sjø;false" for n in range(1, 6)]
    service = Service()
    assert run(service, "a.csv", "\r\n".join([HEADER, "", *rows])) == 0
    assert [len(push) for push in service.pushes] == [2, 2, 1]
    pushed = [";".join(one.values()) for push in service.pushes for one in push]
    assert pushed == rows


@pytest.mark.parametrize("batch", ["0", "-1", "10001", "x"])
def test_a_call_has_a_row_and_no_more_than_the_service_takes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], batch: str
) -> None:
    with pytest.raises(SystemExit) as left:
        push_absences.main([str(tmp_path / "a.csv"), f"--batch={batch}"])
    assert left.value.code == 2
    assert "argument --batch" in capsys.readouterr().err


def test_rejected_rows_are_shown(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    items = [item(PLACE, external_id=f"F-{n}", kind="x" if n == 3 else "sick") for n in range(5)]
    service = Service()
    assert run(service, "a.ndjson", lines(items)) == 1
    assert [len(push) for push in service.pushes] == [2, 2, 1]
    shown = capsys.readouterr().out.splitlines()
    assert shown[1].split() == ["4", "F-3", "validation", "Feil.", "(kind)"]
    assert shown[-1] == "4 created, 1 rejected"


def test_a_bad_network_is_tried_again(run: Run) -> None:
    service = Service(503, 429, httpx.ConnectError("x"), httpx.ReadError("x"))
    assert run(service, "a.ndjson", lines([item(PLACE)])) == 0
    assert len(service.waits) == 4
    assert service.waits[:2] == [7, 7]
    assert 2 <= service.waits[2] <= 4 <= service.waits[3] <= 8


@pytest.mark.parametrize("retry_after", ["", "soon", "-1", "\u00b2", "Wed, 21 Oct 2026 07:28:00 GMT"])
def test_a_wait_that_is_no_number_is_passed_over(run: Run, retry_after: str) -> None:
    service = Service(503)
    service.retry_after = retry_after
    assert run(service, "a.ndjson", lines([item(PLACE)])) == 0
    assert 0.5 <= service.waits[0] <= 1


@pytest.mark.parametrize("answers", [[401], [422], [503] * 8])
def test_it_stops_where_trying_again_does_not_help(
    run: Run, answers: list[int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(Service(*answers), "a.ndjson", lines([item(PLACE)])) == 2
    assert "Vent litt." in capsys.readouterr().err


@pytest.mark.parametrize("name", ["a.ndjson", "a.csv"])
@pytest.mark.parametrize("content", ["", "\ufeff", "\n \r\n"])
def test_empty_file_is_no_success(run: Run, capsys: pytest.CaptureFixture[str], name: str, content: str) -> None:
    assert run(Service(), name, content) == 2
    assert f"{name} has no rows" in capsys.readouterr().err


@pytest.mark.parametrize("case", WITHOUT_ROWS, ids=lambda case: case.name)
def test_file_that_the_service_refuses_is_not_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], case: CsvCase
) -> None:
    monkeypatch.setenv("VEKSTPLASS_TOKEN", "secret")
    file = tmp_path / "a.csv"
    file.write_bytes(case.body(PLACE))
    assert push_absences.main([str(file)]) == 2
    assert "nothing sent" in capsys.readouterr().out


async def test_rows_are_read_as_by_the_service(
    committed_api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A2: the table that the service's own reader is held to. Rows a call are few, so that most files are cut."""
    provider = await steps.provider(committed_api, places=len(ROWS))
    monkeypatch.setenv("VEKSTPLASS_TOKEN", bearer("provider", ORGANISATION)["Authorization"].removeprefix("Bearer "))
    said: list[str] = []
    # The service logs to the same output, whenever it comes to it.
    monkeypatch.setattr(push_absences, "print", lambda line, **_: said.append(line), raising=False)
    async with serving(committed_api.app) as address:
        for number, case in enumerate(ROWS):
            said.clear()
            file = tmp_path / f"{number}.csv"
            # External ids are the provider's, so each file has its own.
            place = await placement(committed_api, provider)
            file.write_bytes(case.body(place, f"F-{number}-"))
            status = await asyncio.to_thread(push_absences.main, [str(file), "--batch", "2", "--url", str(address)])
            *table, counts = said
            shown = table[1:]
            assert status == (1 if case.rejected else 0), (case.name, shown, counts)
            assert [int(line.split()[0]) for line in shown] == case.rejected_lines, case.name
            expected = Counter(case.outcomes)
            assert counts == ", ".join(f"{expected[status]} {status}" for status in sorted(expected)), case.name
            assert all(case.says in line for line in shown), case.name


async def test_against_the_service(committed_api: Api, tmp_path: Path) -> None:
    """The script as a provider runs it, and the service behind its own server: CSV, the same as NDJSON, a bad row."""
    place = await placement(committed_api, await steps.provider(committed_api))
    token = bearer("provider", ORGANISATION)["Authorization"].removeprefix("Bearer ")
    items = [item(place, external_id=f"F-{n}", first=f"2022-10-0{n}", last=f"2022-10-0{n}") for n in range(1, 6)]
    rows = [f"F-{n};1;{place};sick;0{n}.10.2022;2022-10-0{n};100;;false" for n in range(1, 6)]

    async with serving(committed_api.app) as address:

        async def run(
            name: str, content: str, token: str = token, url: str = str(address)
        ) -> tuple[int | None, list[str], str]:
            """Exit status, what was said, and what was said on stderr."""
            file = tmp_path / name
            file.write_text(content, encoding="utf-8")
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, push_absences.__file__, file, "--batch", "2", "--url", url),
                env={**os.environ, "VEKSTPLASS_TOKEN": token},
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )
            said, failure = await process.communicate()
            return process.returncode, said.decode().splitlines(), failure.decode()

        assert await run("a.csv", "\r\n".join([HEADER, *rows])) == (0, ["5 created"], "")
        assert await run("a.csv", "\r\n".join([HEADER, *rows]), url=f"{address}/v1/") == (0, ["5 unchanged"], "")
        assert await run("a.ndjson", lines(items)) == (0, ["5 unchanged"], "")

        bad = [*items[:3], item(place, external_id="F-9", kind="vacation"), item(place, external_id="F-8", percent=1)]
        status, said, failure = await run("bad.ndjson", lines(bad))
        assert (status, failure) == (1, "")
        assert [line.split()[:3] for line in said[1:3]] == [
            ["4", "F-9", "validation"],
            ["5", "F-8", "absence-over-full-day"],
        ]
        assert said[3:] == ["2 rejected, 3 unchanged"]

        status, said, failure = await run("a.csv", "\r\n".join([HEADER, *rows]), token="none")
        assert (status, said) == (2, ["nothing sent"])
        assert "401" in failure
    found = ok(await committed_api.provider(ORGANISATION).get("/v1/absences", params={"placement_id": place}), 200)
    assert sorted(one["external_id"] for one in found["items"]) == [f"F-{n}" for n in range(1, 6)]
