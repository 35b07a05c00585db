"""A push of 5 000 rows of hours into 50 000, beside what PostgreSQL needs for the rows alone.

    .venv/bin/python scripts/bench/service_hours.py [--rows N] [--rounds N]

(1) one INSERT … SELECT unnest(…) ON CONFLICT of ready rows as the service's role, the wall on, without HTTP;
(2) POST /v1/service-hours/batch through HTTP, in process, as the EPJ: the rows new, then the same again, then as a
second revision that keeps the first.

What was written is removed between the rounds. Rounds are interleaved; the figures are medians of one run, and the
ratios are what counts. A throwaway PostgreSQL is started for it; with DATABASE_URL (a superuser's, to an empty
database) that one is used.
"""

import argparse
import asyncio
import json
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bench.in_process import application, client, measure_rounds, medians
from bench.position import cluster

from app.clock import new_ids
from app.database.driver import plain_dsn
from tests.factories.tokens import bearer

ROWS, BATCH = 50_000, 5_000
FILL = """
with people as (
    insert into participant (
        id, given_name, family_name, birth_date, municipality_number, service_area, contacts, address_protection
    )
    select gen_random_uuid(), 'Kari', 'Nordmann', date '1990-01-01', '4631', 'habilitation', '[]', false
    from generate_series(1, $1)
    returning id
)
insert into service_hours (
    id, external_system, external_id, revision, participant_id, service_type, starts_on, ends_on, assessed_hours,
    decided_hours, cancelled, revision_cancels, recorded_at
)
select gen_random_uuid(), 'profil', 'T-' || id || month, 1, id, 'home_help',
    (date '2021-01-01' + month * interval '1 month')::date,
    (date '2021-02-01' + month * interval '1 month' - interval '1 day')::date, 12.5, 10, false, false, now()
from people, generate_series(0, $2) as month
"""
STATEMENT = """
insert into service_hours (
    id, external_system, external_id, revision, participant_id, service_type, starts_on, ends_on, assessed_hours,
    decided_hours, delivered_hours, need_grade, tool, assessed_on, cancelled, revision_cancels, recorded_at
)
select *, false, false, clock_timestamp() from unnest($1::uuid[], $2::text[], $3::text[], $4::int[], $5::uuid[],
    $6::text[], $7::date[], $8::date[], $9::numeric[], $10::numeric[], $11::numeric[], $12::text[], $13::text[],
    $14::date[])
on conflict (external_system, external_id) do update set revision = excluded.revision,
    decided_hours = excluded.decided_hours, recorded_at = excluded.recorded_at
"""


def list_items(people: list[UUID], revision: int) -> list[dict[str, Any]]:
    """Hours of 2022 of each of them."""
    return [
        {
            "external_id": f"NY-{number}",
            "revision": revision,
            "participant_id": str(id_),
            "service_type": "home_help",
            "from": "2022-01-01",
            "to": "2022-12-31",
            "assessed_hours": "12.50",
            "decided_hours": f"{9 + revision}.00",
            "delivered_hours": "9.50",
            "need_grade": "moderate",
            "tool": "IPLOS",
            "assessed_on": "2021-11-15",
            "cancelled": False,
        }
        for number, id_ in enumerate(people)
    ]


def list_columns(people: list[UUID]) -> list[list[object]]:
    """The same rows, ready for the statement."""
    size = len(people)
    return [
        [UUID(id_) for id_ in new_ids(size)],
        ["profil"] * size,
        [f"NY-{number}" for number in range(size)],
        [1] * size,
        [*people],
        ["home_help"] * size,
        [date(2022, 1, 1)] * size,
        [date(2022, 12, 31)] * size,
        [Decimal("12.50")] * size,
        [Decimal("10.00")] * size,
        [Decimal("9.50")] * size,
        ["moderate"] * size,
        ["IPLOS"] * size,
        [date(2021, 11, 15)] * size,
    ]


async def measure(superuser: str, url: str, rows: int, rounds: int) -> None:
    """Fills, and prints what each way takes."""
    owner = await asyncpg.connect(superuser)
    await owner.execute("set statement_timeout = 0")
    await owner.execute(
        "insert into service_type (id, code, name) values (gen_random_uuid(), 'home_help', 'Heimehjelp')"
    )
    await owner.execute(FILL, BATCH, rows // BATCH - 1, timeout=600)
    await owner.execute("vacuum (analyze, freeze) participant, service_hours", timeout=600)
    people = [row[0] for row in await owner.fetch("select id from participant order by id")]
    service = await asyncpg.connect(plain_dsn(url))
    bodies = {revision: json.dumps({"items": list_items(people, revision)}).encode() for revision in (1, 2)}
    columns = list_columns(people)
    async with application(url) as app, client(app, bearer("epj")) as epj:

        async def remove() -> None:
            await owner.execute("delete from service_hours_revision")
            await owner.execute("delete from service_hours where external_id like 'NY-%'")
            await owner.execute("vacuum service_hours, service_hours_revision")

        async def state() -> None:
            async with service.transaction():
                await service.execute("select set_caller('bench', 'epj', '', '', '')")
                await service.execute(STATEMENT, *columns)

        async def push(revision: int, status: str) -> None:
            answer = await epj.post(
                "/v1/service-hours/batch", content=bodies[revision], headers={"Content-Type": "application/json"}
            )
            assert answer.status_code == 200, answer.text[:300]
            assert answer.text.count(f'"{status}"') == len(people), answer.text[:300]

        async def new() -> None:
            await push(1, "created")

        async def again() -> None:
            await push(1, "unchanged")

        async def revised() -> None:
            await push(2, "updated")

        ways = {
            "(1) new rows": state, "(1) the same again": state, "remove": remove, "(2) new": new, "(2) again": again,
            "(2) revised": revised, "remove ": remove,
        }  # fmt: skip
        await measure_rounds(1, ways)
        took = medians(await measure_rounds(rounds, ways))
    for name, base in (
        ("(2) new", "(1) new rows"),
        ("(2) again", "(1) the same again"),
        ("(2) revised", "(1) new rows"),
    ):
        seconds, bare = took[name], took[base]
        rate = BATCH / seconds
        print(f"{BATCH} {name}: {seconds:.3f} s, {base}: {bare:.3f} s, {seconds / bare:.2f} x, {rate:.0f} rows/s")
    print(f"into {rows} rows, PostgreSQL {await owner.fetchval('show server_version')}, {rounds} rounds, medians")
    await service.close()
    await owner.close()


def main() -> None:
    """Measures as asked on the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--rounds", type=int, default=7)
    asked = parser.parse_args()
    with cluster() as (superuser, url):
        asyncio.run(measure(superuser, url, asked.rows, asked.rounds))


if __name__ == "__main__":
    main()
