"""`GET /v1/tasks` over 5 000 places, beside the bare SQL that it asks.

    .venv/bin/python scripts/bench/tasks.py [--rounds N] [--places N]

Five years of places with their plans, conversations, cooperation meetings and evaluations, most of them done, and with
absence, some of it unexcused. Asked in
turn, in one process: the first page of everything, the first page of what is overdue, and half a year's calendar,
each as the case office through the whole application (token, wall, access log, JSON); and as the bare SQL, the very
statements that the first page sends, recorded from it and sent again by asyncpg on one connection as the same role,
rows fetched and thrown away. Medians of interleaved rounds; the ratio is what counts.
"""

import argparse
import asyncio
import gc
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import asyncpg
import httpx
from asyncpg.connection import LoggedQuery

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bench.position import cluster

from app.database.connections import Database
from app.database.identity import SET_CALLER
from app.database.reader import DriverConnection, ReaderConnections
from app.main import create_app
from app.security.tokens import TokenVerifier
from app.settings import Settings
from tests.factories.tokens import ISSUERS, bearer

ON = "2026-11-21"
DUE = {"due_from": "2026-08-21", "due_before": "2027-02-21"}
FILL = """
insert into provider (id, name, organisation_number, municipality_number)
select gen_random_uuid(), 'Vekstbedrift', number, '4631'
from unnest(array['310300403', '310300411', '310300420']) number;
insert into guideline_version values
    (gen_random_uuid(), now(), now(), '2022-01-01', 50, 'calendar_days', 95, 25, 3, 90, 30, 90, 2, 1, 1);
with people as (
    insert into participant (
        id, given_name, family_name, birth_date, municipality_number, service_area, contacts, address_protection
    )
    select gen_random_uuid(), 'Kari', 'Nordmann', date '1990-01-01', '4631',
        case when n % 2 = 0 then 'habilitation' else 'mental_health' end, '[]', false
    from generate_series(1, {places}) n
    returning id, service_area
), numbered as (
    select id, service_area, row_number() over () as n from people
), providers as (
    select array_agg(id) as ids from provider
)
insert into placement (
    id, participant_id, provider_id, service_area, terms, starts_on, ends_on, share, monthly_price, decided_on
)
select gen_random_uuid(), numbered.id, ids[1 + n % 3], service_area,
    case when n % 10 = 3 then 'legacy' else 'standard' end,
    case when n % 10 = 3 then date '2020-01-01' else date '2022-01-01' end + (n * 7919 % 1700 / (1 + n % 2))::int,
    case when n % 5 = 0 then date '2027-01-01' end, 100,
    case when n % 10 = 3 then 18000 end, case when n % 10 <> 3 then date '2021-12-01' end
from numbered, providers;
insert into plan (id, placement_id, provider_id, filed_by, made_on, sent_on, content_areas, text)
select gen_random_uuid(), id, provider_id, 'provider', starts_on, starts_on + 60, array['activity'], 'x'
from placement where hashtext(id::text) % 10 <> 0;
insert into meeting (
    id, kind, placement_id, provider_id, filed_by, version, held_on, called_by, attendees, participant_present, counts,
    themes, minutes
)
select gen_random_uuid(), case when i % 3 = 2 then 'cooperation' else 'conversation' end, id, provider_id, 'provider',
    1, starts_on + i * 120 + 20, 'provider', '[{{"role": "participant"}}, {{"role": "provider"}}]', true, true,
    case when i % 3 = 2 then array['functioning'] else array['progress', 'content'] end, 'x'
from placement, generate_series(0, 14) i
where starts_on + i * 120 + 20 <= date '{on}' and hashtext(id::text || i) % 12 <> 0;
insert into evaluation (
    id, placement_id, provider_id, filed_by, period_from, period_to, sent_on, content_areas, text
)
select gen_random_uuid(), id, provider_id, 'provider', starts_on + i * 365, starts_on + i * 365 + 364,
    starts_on + i * 365 + 350, array['mastery'], 'x'
from placement, generate_series(0, 4) i
where starts_on + i * 365 + 350 <= date '{on}' and hashtext(id::text || i) % 12 <> 0;
insert into absence_routine (id, provider_id, agreed_on, contact_after_days, contact, reference)
select gen_random_uuid(), id, '2022-01-20', 3, 'x', 'x' from provider;
insert into absence (
    id, provider_id, external_id, placement_id, revision, kind, starts_on, ends_on, percent, cancelled, revision_cancels
)
select gen_random_uuid(), provider_id, id::text || i, id, 1, case when i % 5 = 0 then 'unexcused' else 'sick' end,
    starts_on + i * 80 + 10, starts_on + i * 80 + 11 + i % 4, 100, false, false
from placement, generate_series(0, 19) i where starts_on + i * 80 + 15 <= date '{on}';
insert into task_waiver (id, kind, subject_id, n, placement_id, provider_id, reason, waived_by)
select gen_random_uuid(), kind, id, 1, id, provider_id, 'x', 'person:bench'
from placement, unnest(array['conversation', 'evaluation']) kind where hashtext(id::text || kind) % 10 = 0;
"""
Sent = list[tuple[str, tuple[Any, ...]]]


async def measure(superuser: str, url: str, places: int, rounds: int) -> None:
    """Fills, checks and prints."""
    owner = await asyncpg.connect(superuser)
    await owner.execute("set statement_timeout = 0")
    await owner.execute(FILL.format(places=places, on=ON), timeout=600)
    await owner.execute("vacuum (analyze, freeze)", timeout=600)
    settings = Settings(environment="demo", database_url=url, issuers=ISSUERS, allow_synthetic_identity_numbers=True)
    app = create_app(settings)
    app.state.database = Database(url, role="vekstplass_service", pool_size=1)
    app.state.authenticator = TokenVerifier(settings.issuers, httpx.AsyncClient())
    app.state.draining = False
    client = httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app), base_url="http://bench", headers=bearer("case_officer")
    )
    bare = await asyncpg.connect(superuser, server_settings={"role": "vekstplass_service"})
    await bare.execute("select set_config('app.roles', 'case_officer', false)")

    async def get(path: str, **query: str) -> httpx.Response:
        answer = await client.get(path, params={"on": ON} | query)
        assert answer.status_code == 200, answer.text
        return answer

    statements = await record(app.state.database, lambda: get("/v1/tasks"))
    prepared = [(await bare.prepare(text), values) for text, values in statements]

    async def sql() -> None:
        for statement, values in prepared:
            await statement.fetch(*values)

    ways: dict[str, Callable[[], Awaitable[object]]] = {
        "tasks": lambda: get("/v1/tasks"),
        "overdue": lambda: get("/v1/tasks", status="overdue"),
        "calendar": lambda: get("/v1/tasks.ics", **DUE),
        "sql": sql,
    }
    # As `main` leaves a process when it has started.
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    counted = (await get("/v1/tasks.ics", **DUE)).text.count("BEGIN:VEVENT")
    [filed] = await owner.fetch(
        "select (select count(*) from meeting), (select count(*) from evaluation), (select count(*) from absence)"
    )
    print(f"{places} places, {filed[0]} meetings, {filed[1]} evaluations, {filed[2]} absences,")
    print(f"{counted} entries in the calendar, {len(statements)} statements")
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            began = time.perf_counter()
            await way()
            seconds[name].append(time.perf_counter() - began)
    took = {name: statistics.median(times) for name, times in seconds.items()}
    for name, median in took.items():
        print(f"{name:>10} {median * 1000:8.1f} ms {median / took['sql']:6.2f}")
    print(f"PostgreSQL {await owner.fetchval('show server_version')}, {rounds} interleaved rounds, medians")
    print(f"tasks of {places} places : their bare SQL = {took['tasks'] / took['sql']:.2f} (wanted <= 3)")
    for connection in (owner, bare):
        await connection.close()
    await client.aclose()
    await app.state.database.close()


class RecordingConnections:
    """A database's readers' connections; notes the reading statements that they send."""

    def __init__(self, connections: ReaderConnections) -> None:
        self.words = connections.words
        self.sent: Sent = []
        self._connections = connections

    async def acquire(self) -> DriverConnection:
        connection = await self._connections.acquire()
        connection.add_query_logger(self._note)
        return connection

    async def release(self, connection: DriverConnection) -> None:
        connection.remove_query_logger(self._note)
        await self._connections.release(connection)

    def _note(self, query: LoggedQuery) -> None:
        sql = query.query.lstrip().lower()
        # The access log's row is written by a `with`, and is no reading.
        if sql.startswith(("select", "with")) and "insert into" not in sql and query.query != SET_CALLER:
            self.sent.append((query.query, tuple(query.args)))


async def record(database: Database, ask: Callable[[], Awaitable[object]]) -> Sent:
    """The reading statements that a request sends, as the driver gets them."""
    connections = database.readers
    database.readers = recording = RecordingConnections(connections)
    await ask()
    database.readers = connections
    return recording.sent


def main() -> None:
    """Measures as asked on the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--places", type=int, default=5_000)
    parser.add_argument("--rounds", type=int, default=15)
    asked = parser.parse_args()
    with cluster() as (superuser, url):
        asyncio.run(measure(superuser, url, asked.places, asked.rounds))


if __name__ == "__main__":
    main()
