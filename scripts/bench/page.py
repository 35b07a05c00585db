"""The page's screens over 1 000 places: how long each takes, how much of it the API, and how much the page itself.

    .venv/bin/python scripts/bench/page.py [--rounds N] [--places N]

Asked in turn, in one process, on one connection, as somebody who is logged in: each screen through the whole
application, in which the page calls the API in this very process; and as clients of the API, one position of the year
and one placement by its id. Each is timed where its request enters the application: what the bench's own HTTP client
takes is nobody's. What the page takes beyond its calls is its own: the session, the joining, the drawing and the
template. Medians of interleaved rounds, and of the work list the 95th percentile; the ratios are what counts, on a busy
machine those of the CPU.
"""

import argparse
import asyncio
import statistics
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import httpx
from starlette.types import ASGIApp, Receive, Scope, Send

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bench.in_process import application, client, measure_rounds
from bench.position import TERMS, cluster
from bench.tasks import FILL, ON

from app.http.declarations import CALLER
from tests.factories.people import DEMO_PEOPLE
from tests.factories.tokens import bearer

WANTED_BEYOND, WANTED_WORK_LIST = 0.25, 10
YEAR = ON[:4]
MONEY = """
insert into rate (id, valid_from, known_from, monthly_amount, source) values
    (gen_random_uuid(), '2018-01-01', '2018-01-01', 13000, 'bench'),
    (gen_random_uuid(), '2022-01-01', '2022-01-01', 14878, 'bench');
insert into budget_frame (id, year, amount, adopted_on, reason)
    values (gen_random_uuid(), 2026, 300000000, '2025-12-16', 'bench');
insert into provider_capacity (id, provider_id, valid_from, places)
    select gen_random_uuid(), id, '2018-01-01', 400 from provider;
"""
SCREENS = {
    "work list": f"/arbeidsliste?on={ON}",
    "the year": f"/aaret/{YEAR}?on={ON}",
    "report": f"/rapport/{YEAR}?on={ON}",
    "what-if": f"/aaret/{YEAR}/kva-om?on={ON}&fleire-1-tal=2&fleire-1-fra=01.12.{YEAR}",
    "settlements": f"/oppgjer/{YEAR}?on={ON}",
    "providers": f"/vekstbedrifter?on={ON}",
    "find a person": f"/deltakarar?name=ka&on={ON}",
}


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds, and those of them that the process worked: the rest it waited, for PostgreSQL or for its turn."""

    whole: float
    worked: float

    def __sub__(self, other: "Took") -> "Took":
        return Took(self.whole - other.whole, self.worked - other.worked)


@dataclass(frozen=True, slots=True)
class Request:
    """What a request took in the application, beyond the calls that the page made in it, and how many those were."""

    all: Took
    beyond: Took
    calls: int


class Timer:
    """Around the whole application: notes what each request from outside takes, and the calls that a page makes."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        began = read_clocks()
        await self._app(scope, receive, send)
        took = read_clocks() - began
        if CALLER in scope:
            calls.append(took)
            return
        beyond = took
        for call in calls:
            beyond -= call
        requests.append(Request(took, beyond, len(calls)))
        calls.clear()


requests: list[Request] = []
calls: list[Took] = []
"""Of the page that is being answered, what each took."""


def read_clocks() -> Took:
    """The time, and the time that the process has worked."""
    return Took(time.perf_counter(), time.process_time())


def find_medians(several: Sequence[Took]) -> Took:
    """The median of each."""
    return Took(statistics.median(one.whole for one in several), statistics.median(one.worked for one in several))


async def measure(superuser: str, url: str, places: int, rounds: int) -> None:
    """Fill the database, ask, print."""
    owner = await asyncpg.connect(superuser)
    await owner.execute("set statement_timeout = 0")
    await owner.execute(FILL.format(places=places, on=ON), timeout=600)
    await owner.execute(MONEY)
    await owner.execute(TERMS, timeout=600)
    await owner.execute("vacuum (analyze, freeze)", timeout=600)
    [(place, person)] = await owner.fetch("select id, participant_id from placement order by id limit 1")
    screens = {**SCREENS, "a person": f"/deltakarar/{person}?on={ON}"}
    browser_headers = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}
    async with application(url, DEMO_PEOPLE) as app:
        # Outside what FastAPI itself puts around every request: that is a part of a call, as of a page.
        app.middleware_stack = Timer(app.build_middleware_stack())
        async with client(app, browser_headers) as browser, client(app, bearer("case_officer")) as officer:
            answer = await browser.post("/logg-inn", data={"rolle": "sakshandsamar"})
            assert answer.status_code == 303, answer.text

            async def get(asking: httpx.AsyncClient, path: str) -> httpx.Response:
                answer = await asking.get(path)
                assert answer.status_code == 200, answer.text
                return answer

            def asks(asking: httpx.AsyncClient, path: str) -> Callable[[], Awaitable[object]]:
                return lambda: get(asking, path)

            ways = {name: asks(browser, path) for name, path in screens.items()} | {
                "position": asks(officer, f"/v1/budgets/{YEAR}/position?on={ON}"),
                "read by id": asks(officer, f"/v1/placements/{place}"),
            }
            for _ in range(3):
                for ask in ways.values():
                    await ask()
            requests.clear()
            await measure_rounds(rounds, ways)
    taken = {name: requests[index :: len(ways)] for index, name in enumerate(ways)}
    took = {name: find_medians([one.all for one in several]) for name, several in taken.items()}
    beyond = {name: find_medians([one.beyond for one in taken[name]]) for name in screens}
    print(f"{'screen':>15} {'all':>11} {'beyond calls':>13} {'CPU':>8} {'calls':>9}")
    for name in screens:
        own = f"{beyond[name].whole * 1000:10.1f} ms {beyond[name].worked * 1000:8.1f} ms {taken[name][0].calls:>6}"
        print(f"{name:>15} {took[name].whole * 1000:8.1f} ms {own}")
    for name in ("position", "read by id"):
        print(f"{name:>15} {took[name].whole * 1000:8.1f} ms {'':>13} {took[name].worked * 1000:8.1f} ms")
    print(f"PostgreSQL {await owner.fetchval('show server_version')}, {places} places, {rounds} interleaved rounds")
    of_page, position = beyond["the year"], took["position"]
    ratios = f"{of_page.whole / position.whole:.2f}, of CPU {of_page.worked / position.worked:.2f}"
    print(f"the year beyond its calls : a position = {ratios} (wanted <= {WANTED_BEYOND})")
    slow = statistics.quantiles((one.all.whole for one in taken["work list"]), n=20)[-1]
    print(f"work list p95 : a read by id = {slow / took['read by id'].whole:.1f} (wanted <= {WANTED_WORK_LIST})")
    await owner.close()


def main() -> None:
    """Measure as asked on the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--places", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=40)
    asked = parser.parse_args()
    with cluster() as (superuser, url):
        asyncio.run(measure(superuser, url, asked.places, asked.rounds))


if __name__ == "__main__":
    main()
