"""What `scale.py` presses the service with: the ten commonest calls, callers, and who used the processors meanwhile."""

import asyncio
import itertools
import json
import os
import random
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import quote
from uuid import UUID

import asyncpg
from bench.read import Served

import postgres
from app.clock import new_id
from app.demo.issuer import DemoIssuer

_TICKS = os.sysconf("SC_CLK_TCK")
_LIFETIME = timedelta(minutes=30)
_PLACES = """
select placement.id as placement, placement.participant_id as participant, placement.provider_id as provider,
    organisation_number as organisation, placement.starts_on, coalesce(placement.ends_on, $2::date - 1) as ends_on,
    lower(left(family_name, 3)) as letters, $2::date as on
from placement join provider on provider.id = placement.provider_id
    join participant on participant.id = placement.participant_id
where placement.starts_on < $2::date - 1
order by hashtext(placement.id::text) limit $1
"""


@dataclass(frozen=True, slots=True)
class Place:
    """A place that calls are about."""

    placement: UUID
    participant: UUID
    provider: UUID
    organisation: str
    starts_on: date
    ends_on: date
    letters: str
    on: date


@dataclass(frozen=True, slots=True)
class Call:
    """A call that the service gets.

    Attributes:
        share: of all calls, in per cent.
        items: absences of a push; without any it is a GET.
    """

    name: str
    role: str
    path: str
    share: int
    items: int = 0

    def address(self, place: Place) -> str:
        """Path and query."""
        return self.path.format(place=place, letters=quote(place.letters))

    def body(self, place: Place, chosen: random.Random) -> bytes | None:
        """New absences of a place, each of a hundredth of a day late in a month, where no other is."""
        if not self.items:
            return None
        months = 12 * place.starts_on.year + place.starts_on.month - 1
        year, month = divmod(months + chosen.randrange((place.ends_on - place.starts_on).days // 31), 12)
        days = [date(year, month + 1, 20 + number).isoformat() for number in range(self.items)]
        same = {"revision": 1, "placement_id": str(place.placement), "kind": "sick", "percent": 1, "note": None}
        items = [same | {"external_id": str(new_id()), "from": day, "to": day, "cancelled": False} for day in days]
        return json.dumps({"items": items}).encode()


CALLS = (
    Call("one place", "provider", "/v1/placements/{place.placement}", 25),
    Call("50 places of a provider", "provider", "/v1/placements?provider_id={place.provider}&limit=50", 10),
    Call("one person", "case_officer", "/v1/participants/{place.participant}", 15),
    Call("people by name", "case_officer", "/v1/participants?name={letters}", 5),
    Call("a place's absences", "provider", "/v1/absences?placement_id={place.placement}", 10),
    Call("push of five absences", "provider", "/v1/absences/batch", 10, items=5),
    Call("a place's tasks", "case_officer", "/v1/tasks?placement_id={place.placement}", 5),
    Call("the year's position", "finance", "/v1/budgets/{place.on.year}/position", 2),
    Call("50 events", "epj", "/v1/events?limit=50", 15),
    Call("who saw a person", "auditor", "/v1/access-log?participant_id={place.participant}&limit=50", 3),
)


async def find_places(superuser: str, count: int, on: date) -> list[Place]:
    """So many places, of all providers."""
    database = await asyncpg.connect(superuser)
    try:
        return [Place(**dict(row)) for row in await database.fetch(_PLACES, count, on)]
    finally:
        await database.close()


@dataclass
class Pressed:
    """What came of callers' calls: the seconds each took, and statuses; 0 is no answer."""

    seconds: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    took: float = 0.0

    @property
    def rate(self) -> float:
        """Answers in a second."""
        return len(self.seconds) / self.took

    @property
    def errors(self) -> int:
        """Calls that were not answered as they should."""
        return sum(count for status, count in self.statuses.items() if status != 200)

    def milliseconds(self, quantile: float) -> float:
        """So many of them took at most so long."""
        return 1000 * sorted(self.seconds)[min(int(len(self.seconds) * quantile), len(self.seconds) - 1)]


class Callers:
    """Kept-alive connections, dealt out to the processes in turn as a proxy does; none of it runs in the service."""

    def __init__(self, issuer: DemoIssuer, ports: Sequence[int], places: Sequence[Place]) -> None:
        self._issuer = issuer
        self._ports = ports
        self._places = places
        self._tokens: dict[tuple[str, str | None], str] = {}
        self._minted = time.monotonic()

    async def press(self, connections: int, seconds: float, rate: float | None = None) -> Pressed:
        """Call as fast as answers come, or so often in a second, on so many connections."""
        if time.monotonic() > self._minted + _LIFETIME.total_seconds() / 2:
            self._tokens, self._minted = {}, time.monotonic()
        pressed = Pressed()
        began = time.perf_counter()
        pace = 0.0 if rate is None else connections / rate
        lines = []
        for number, port in zip(range(connections), itertools.cycle(self._ports), strict=False):
            times = itertools.count(began + pace * number / connections, pace)
            lines.append(self._call_on(port, random.Random(number), pressed, times, began + seconds))
        await asyncio.gather(*lines)
        pressed.took = time.perf_counter() - began
        return pressed

    async def _call_on(
        self, port: int, chosen: random.Random, pressed: Pressed, times: Iterable[float], until: float
    ) -> None:
        connection: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        shares = [call.share for call in CALLS]
        for at in times:
            await asyncio.sleep(max(0.0, at - time.perf_counter()))
            sent = time.perf_counter()
            if sent >= until:
                break
            [call] = chosen.choices(CALLS, shares)
            try:
                connection = connection or await asyncio.open_connection("127.0.0.1", port)
                status = await self._ask(*connection, call, chosen)
            except (OSError, EOFError):
                connection, status = None, 0
            pressed.statuses[status] += 1
            pressed.seconds.append(time.perf_counter() - sent)
        if connection is not None:
            connection[1].close()

    async def _ask(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, call: Call, chosen: random.Random
    ) -> int:
        place = chosen.choice(self._places)
        body = call.body(place, chosen)
        head = f"{'GET' if body is None else 'POST'} {call.address(place)} HTTP/1.1\r\nHost: bench\r\n"
        head += f"Authorization: Bearer {self._token(call.role, place)}\r\n"
        if body is not None:
            head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        writer.write(f"{head}\r\n".encode() + (body or b""))
        answer = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = answer.partition(b"\r\ncontent-length:")[2].partition(b"\r\n")[0]
        await reader.readexactly(int(length))
        return int(answer[9:12])

    def _token(self, role: str, place: Place) -> str:
        key = (role, place.organisation if role == "provider" else None)
        if key not in self._tokens:
            self._tokens[key] = self._issuer.mint(*key, lifetime=_LIFETIME)
        return self._tokens[key]


@dataclass
class Use:
    """Processor seconds of each, and of the whole machine."""

    service: float
    postgresql: float
    callers: float
    machine: float

    @property
    def others(self) -> float:
        """What else ran on the machine."""
        return max(0.0, self.machine - self.service - self.postgresql - self.callers)

    def since(self, before: "Use", seconds: float) -> "Use":
        """How many cores each kept busy."""
        return Use(
            (self.service - before.service) / seconds,
            (self.postgresql - before.postgresql) / seconds,
            (self.callers - before.callers) / seconds,
            (self.machine - before.machine) / seconds,
        )


def read_use(servers: Sequence[Served], postmaster: int) -> Use:
    """What was used so far, from /proc."""
    machine = [int(ticks) for ticks in Path("/proc/stat").read_text().splitlines()[0].split()[1:]]
    return Use(
        sum(server.cpu_seconds() for server in servers),
        _read_tree(postmaster),
        time.process_time(),
        (sum(machine[:8]) - machine[3] - machine[4]) / _TICKS,
    )


def _read_tree(postmaster: int) -> float:
    """A postmaster, its backends, and those of them that have ended."""
    ticks = 0
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it ended meanwhile
            fields = status.read_text().rpartition(")")[2].split()
            if int(status.parent.name) == postmaster:
                ticks += sum(map(int, fields[11:15]))
            elif int(fields[1]) == postmaster:
                ticks += sum(map(int, fields[11:13]))
    return ticks / _TICKS


def find_postmaster(cluster: postgres.Cluster) -> int:
    """Its process id."""
    return int((cluster.data / "cluster" / "postmaster.pid").read_text().split()[0])
