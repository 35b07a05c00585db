"""Faults from outside, under load: an op log, a follower of the events, and a checker in the database afterwards.

Writers repeat each write under its `Idempotency-Key` until it is acknowledged, whichever process answers. What was
acknowledged is looked for in the database past the wall: missing is lost, there twice is doubled.
"""

import asyncio
import itertools
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import httpx

from app.access_log.seals import seal_log
from app.access_log.verification import verify_log
from app.database.connections import Database
from app.settings import Settings
from tests.factories import steps
from tests.factories.tokens import bearer
from tests.faults.stand import Stand

ORGANISATIONS = ("310300403", "310300411")
_LETTERS = "abcdefghij"
_FIRST_DAY = date(2021, 1, 4)


@dataclass
class Operation:
    """A write: what was meant, how often it was tried, and what came of it.

    Attributes:
        name: what the row is found by afterwards.
        attempts: the status of each answer; 0 where there was none.
    """

    kind: str
    name: str
    attempts: list[int] = field(default_factory=list)
    acknowledged: bool = False


@dataclass
class Report:
    """A line of the table: what became of a fault's runs."""

    fault: str
    runs: int
    acknowledged: int
    replays: int
    lost: int
    doubled: int
    foreign: int
    events: int
    missed: int
    unavailable: float
    statuses: Counter[int]
    log_fault: str | None

    @property
    def verdict(self) -> str:
        """«ok», or what is wrong."""
        # Those who follow and read ask again whatever the answer: a refusal must not pass as nothing missed.
        other = {status: n for status, n in self.statuses.items() if status >= 400 and status not in {409, 503}}
        faults = [f"{n}×{status}" for status, n in sorted(other.items())]
        faults += [
            f"{n} {what}"
            for what, n in (
                ("lost", self.lost), ("doubled", self.doubled), ("foreign", self.foreign), ("missed", self.missed)
            )
            if n
        ]  # fmt: skip
        return ", ".join([*faults, *([self.log_fault] if self.log_fault else [])]) or "ok"

    def line(self) -> str:
        """As a row of the table in Markdown."""
        figures = (self.runs, self.acknowledged, self.lost, self.doubled, self.foreign, self.missed)
        cells = [self.fault, *map(str, figures), f"{self.unavailable:.1f}", f"{self.replays} replays; {self.verdict}"]
        return f"| {' | '.join(cells)} |"


HEADER = (
    "| fault | runs | ack. rows | lost | doubled | foreign | missed events | unavailable (s) | verdict |\n"
    "|---|---|---|---|---|---|---|---|---|"
)


class Load:
    """Callers that go on whatever happens, and the log of what they did."""

    def __init__(self, stand: Stand) -> None:
        self.operations: list[Operation] = []
        self.statuses: Counter[int] = Counter()
        self.replays = 0
        self.foreign = 0
        self.unavailable = 0.0
        self.events: list[str] = []
        self._stand = stand
        self._client = httpx.AsyncClient(timeout=30, limits=httpx.Limits(max_connections=None))
        self._turn = itertools.cycle(range(len(stand.processes)))
        self._numbers = itertools.count(time.time_ns())
        self._answered = time.monotonic()
        self._cursor: str | None = None
        self._providers: list[str] = []
        self._over = False

    @property
    def acknowledged(self) -> int:
        return sum(one.acknowledged for one in self.operations)

    async def prepare(self) -> None:
        """Two providers, and the events' end."""
        callers = _Callers(self._stand.processes[0].address)
        try:
            listed = (await callers.case_officer.get("/v1/providers")).json()["items"]
            found = {one["organisation_number"]: one["id"] for one in listed}
            for number in ORGANISATIONS:
                self._providers.append(
                    found.get(number) or await steps.provider(callers, 10_000, organisation_number=number)
                )
            while True:
                after = {} if self._cursor is None else {"after": self._cursor}
                page = (await callers.client("epj").get("/v1/events", params={"limit": 200, **after})).json()
                self._cursor = page["last"]
                if page["next"] is None:
                    break
        finally:
            await callers.close()

    async def write(self, worker: int) -> None:
        """A person, a place, and the absences of a month, again and again."""
        provider = self._providers[worker % 2]
        while not self._over:
            number = next(self._numbers)
            name = "Z" + "".join(_LETTERS[int(digit)] for digit in str(number))
            body = {
                "given_name": "Sprek",
                "family_name": name,
                "birth_date": "1990-01-01",
                "municipality_number": "4631",
                "service_area": "habilitation",
            }
            person = await self._keyed("participant", name, "/v1/participants", body)
            if person is None:
                return
            place = await self._keyed("placement", person["id"], "/v1/placements", steps.legacy(person["id"], provider))
            if place is None:
                return
            await self._push(place["id"], number, ORGANISATIONS[worker % 2])

    async def read(self, provider: int) -> None:
        """A provider's list, which may name none of the other's."""
        caller = ("provider", ORGANISATIONS[provider])
        while not self._over:
            answer = await self._ask("GET", "/v1/placements?limit=50", caller)
            if answer is not None and answer.status_code == 200:
                own = self._providers[provider]
                self.foreign += sum(one["provider_id"] != own for one in answer.json()["items"])
            await asyncio.sleep(0.02)

    async def follow(self) -> None:
        """Every event, in the order of the feed; at the end what is still to come."""
        while True:
            ending = self._over
            after = "" if self._cursor is None else f"&after={self._cursor}"
            answer = await self._ask("GET", f"/v1/events?limit=200&wait=1{after}", ("epj",))
            if answer is not None and answer.status_code == 200:
                page = answer.json()
                self.events += [event["id"] for event in page["items"]]
                self._cursor = page["last"]
                if ending and not page["items"]:
                    return

    async def _keyed(self, kind: str, name: str, path: str, body: dict[str, Any]) -> dict[str, Any] | None:
        """The created thing; None when the run ended first."""
        operation = Operation(kind, name)
        self.operations.append(operation)
        answer = await self._repeat(operation, path, ("case_officer",), body, 201, key=f"{kind}-{name}")
        if answer is None:
            return None
        self.replays += "idempotency-replayed" in answer.headers
        made: dict[str, Any] = answer.json()
        return made

    async def _push(self, placement: str, number: int, organisation: str) -> None:
        """Five absences; pushed again they are the same ones."""
        days = [_FIRST_DAY + timedelta(days=7 * n) for n in range(5)]
        items = [
            {
                "external_id": f"{number}-{n}",
                "revision": 1,
                "placement_id": placement,
                "kind": "sick",
                "from": day.isoformat(),
                "to": day.isoformat(),
                "percent": 100,
                "note": None,
                "cancelled": False,
            }
            for n, day in enumerate(days)
        ]
        pushed = [Operation("absence", str(item["external_id"])) for item in items]
        self.operations += pushed
        tried = Operation("batch", str(number))
        answer = await self._repeat(tried, "/v1/absences/batch", ("provider", organisation), {"items": items}, 200)
        if answer is not None:
            for one, result in zip(pushed, answer.json()["items"], strict=True):
                one.acknowledged = result["problem"] is None
                assert one.acknowledged, result

    async def _repeat(
        self,
        operation: Operation,
        path: str,
        caller: tuple[str, ...],
        body: object,
        wanted: int,
        key: str | None = None,
    ) -> httpx.Response | None:
        headers = {} if key is None else {"Idempotency-Key": key}
        while True:
            answer = await self._ask("POST", path, caller, headers, json=body)
            operation.attempts.append(0 if answer is None else answer.status_code)
            if answer is not None and answer.status_code == wanted:
                operation.acknowledged = True
                return answer
            # A key that is in use is another attempt's whose outcome is not known yet.
            passing = answer is None or answer.status_code in {409, 500, 502, 503, 504}
            assert passing, (path, answer.status_code if answer else 0, answer.text if answer else "")
            if self._over:
                return None
            await asyncio.sleep(0.05)

    async def _ask(
        self, method: str, path: str, caller: tuple[str, ...], headers: Mapping[str, str] | None = None, **request: Any
    ) -> httpx.Response | None:
        """The answer of the next process in turn to a role (and organisation); None where there was none."""
        address = self._stand.processes[next(self._turn)].address
        # A token lives ten minutes, and a fault may be tried for longer.
        headers = bearer(*caller) | dict(headers or {})
        try:
            answer = await self._client.request(method, f"{address}{path}", headers=headers, **request)
        except httpx.TransportError:
            # Nobody is there: do not ask a thousand times a second.
            await asyncio.sleep(0.05)
            return None
        self.statuses[answer.status_code] += 1
        # Who waits for an event is answered late on purpose, and nobody asks when the run is over.
        if answer.status_code < 300 and not self._over and "/v1/events" not in path:
            now = time.monotonic()
            self.unavailable = max(self.unavailable, now - self._answered)
            self._answered = now
        return answer

    @asynccontextmanager
    async def running(self, writers: int) -> AsyncIterator[None]:
        """The callers at work; afterwards they have ended."""
        self._answered = time.monotonic()
        callers = [self.write(worker) for worker in range(writers)] + [self.read(0), self.read(1), self.follow()]
        tasks = [asyncio.create_task(caller) for caller in callers]
        try:
            yield
        finally:
            self._over = True
            await asyncio.gather(*tasks)
            await self._client.aclose()

    async def until_acknowledged(self, more: int, seconds: float = 120) -> None:
        """Returns when so many more rows were acknowledged: the service is whole again."""
        wanted = self.acknowledged + more
        async with asyncio.timeout(seconds):
            while self.acknowledged < wanted:
                await asyncio.sleep(0.02)


class _Callers:
    """Those who prepare."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._clients: list[httpx.AsyncClient] = []
        self.case_officer = self.client("case_officer")
        self.finance = self.client("finance")

    def client(self, role: str) -> httpx.AsyncClient:
        self._clients.append(httpx.AsyncClient(base_url=self._address, headers=bearer(role), timeout=60))
        return self._clients[-1]

    async def close(self) -> None:
        for client in self._clients:
            await client.aclose()


async def try_fault(
    stand: Stand, name: str, disturb: Callable[[Stand], Awaitable[None]], *, runs: int, writers: int = 6
) -> Report:
    """Disturb the stand so often, under load, and look what became of every row."""
    load = Load(stand)
    await load.prepare()
    async with stand.superuser() as database:
        began = await database.fetchval("select coalesce(max(position), 0) from event")
    async with load.running(writers):
        await load.until_acknowledged(30)
        for _ in range(runs):
            await disturb(stand)
            await load.until_acknowledged(30)
    return await check(stand, load, name, runs, began)


async def check(stand: Stand, load: Load, name: str, runs: int, began: int) -> Report:
    """What the database holds of what was acknowledged, and of what was not."""
    times: Counter[tuple[str, str]] = Counter()
    async with stand.superuser() as database:
        for kind, statement in _COUNTS.items():
            names = [one.name for one in load.operations if one.kind == kind]
            times |= Counter({(kind, row[0]): row[1] for row in await database.fetch(statement, names)})
        told = {row[0] for row in await database.fetch("select id::text from event where position > $1", began)}
    there = [(one, times[one.kind, one.name]) for one in load.operations]
    return Report(
        fault=name,
        runs=runs,
        acknowledged=load.acknowledged,
        replays=load.replays,
        lost=sum(one.acknowledged and not found for one, found in there),
        doubled=sum(found > 1 for _, found in there) + len(load.events) - len(set(load.events)),
        foreign=load.foreign,
        events=len(told),
        missed=len(told - set(load.events)),
        unavailable=load.unavailable,
        statuses=load.statuses,
        log_fault=await _verify(stand),
    )


_COUNTS = {
    "participant": "select family_name, count(*) from participant where family_name = any($1::text[]) group by 1",
    "placement": "select participant_id::text, count(*) from placement where participant_id = any($1::text[]::uuid[])"
    " group by 1",
    "absence": "select external_id, count(*) from absence where external_id = any($1::text[]) group by 1",
}


async def _verify(stand: Stand) -> str | None:
    """The access log's own proof."""
    key = Settings(environment="demo", database_url="").access_log_key_bytes
    database = Database(stand.cluster.url("vekstplass_service"), pool_size=1)
    try:
        await seal_log(database, key)
        return (await verify_log(database, key)).fault
    finally:
        await database.close()
