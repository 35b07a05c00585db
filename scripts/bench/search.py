"""`GET /v1/participants?name=` by two letters among 100 000 people, beside a read of one participant by id.

    .venv/bin/python scripts/bench/search.py [--rounds N] [--people N]

Both go through the whole application (token, wall, access log, JSON), in turn, in one process, on one connection: the
case office and a service ask for the first page of every person with a name that begins with two letters, and the case
office reads one person. People have names made of syllables, so that some two letters begin many names and others few.
Medians of interleaved rounds; the ratio is what counts.
"""

import argparse
import asyncio
import gc
import statistics
import sys
import time
from pathlib import Path

import asyncpg
import httpx

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bench.position import cluster

from app.database.connections import Database
from app.main import create_app
from app.security.tokens import TokenVerifier
from app.settings import Settings
from tests.factories.tokens import ISSUERS, bearer

WANTED = 5
FILL = """
insert into participant (
    id, given_name, family_name, birth_date, municipality_number, service_area, contacts, address_protection
)
select gen_random_uuid(),
    given[1 + n % 20] || case when n % 3 = 0 then '-' || initcap(given[1 + n / 20 % 20]) else '' end,
    initcap(stem[1 + n * 7 % 20] || stem[1 + n / 20 % 20]) || ending[1 + n / 400 % 8],
    date '1940-01-01' + (n * 31 % 25000)::int, '4631',
    case when n % 997 = 0 then 'mental_health' else 'habilitation' end, '[]', false
from generate_series(1, {people}) as n, (select
    array['Solveig', 'Bjørn', 'Åse', 'Kari', 'Ola', 'Synnøve', 'Torbjørn', 'Ingrid', 'Magnus', 'Ragnhild', 'Ærlend',
        'Guro', 'Håkon', 'Liv', 'Njål', 'Eli', 'Per', 'Una', 'Vidar', 'Yngve'] as given,
    array['test', 'vik', 'berg', 'dal', 'øde', 'haug', 'lund', 'moe', 'nes', 'rud', 'sol', 'fjell', 'gran', 'holm',
        'kvam', 'li', 'ås', 'tveit', 'brekk', 'eide'] as stem,
    array['en', 'er', 'sen', 'land', 'stad', 'set', 'a', 'gård'] as ending) as names
"""


async def measure(superuser: str, url: str, people: int, rounds: int) -> None:
    """Fill the database, ask, print."""
    owner = await asyncpg.connect(superuser)
    await owner.execute("set statement_timeout = 0")
    await owner.execute(FILL.format(people=people), timeout=600)
    await owner.execute("vacuum (analyze, freeze)", timeout=600)
    one = await owner.fetchval("select id from participant order by id limit 1")
    counts: dict[str, int] = {
        row["prefix"]: row["people"]
        for row in await owner.fetch(
            "select prefix, count(distinct participant_id) as people from participant_name_word group by 1"
        )
    }
    rarest, commonest = min(counts, key=lambda two: counts[two]), max(counts, key=lambda two: counts[two])
    settings = Settings(environment="demo", database_url=url, issuers=ISSUERS, allow_synthetic_identity_numbers=True)
    app = create_app(settings)
    app.state.database = Database(url, role="vekstplass_service", pool_size=1)
    app.state.authenticator = TokenVerifier(settings.issuers, httpx.AsyncClient())
    app.state.draining = False
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://bench")
    callers = {
        "case office": bearer("case_officer"),
        "large area": bearer("service", service_area="habilitation"),
        "small area": bearer("service", service_area="mental_health"),
    }
    asked = {"read by id": (f"/v1/participants/{one}", callers["case office"])}
    for letters in dict.fromkeys(("zz", rarest, "so", commonest)):
        for caller, headers in callers.items():
            name = f"{letters} ({counts.get(letters, 0)} people), {caller}"
            asked[name] = (f"/v1/participants?name={letters}", headers)
            asked[f"{letters} {commonest}, {caller}"] = (f"/v1/participants?name={letters}%20{commonest}", headers)
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    seconds: dict[str, list[float]] = {name: [] for name in asked}
    for number in range(rounds + 10):
        for name, (path, headers) in asked.items():
            began = time.perf_counter()
            answer = await client.get(path, headers=headers)
            taken = time.perf_counter() - began
            assert answer.status_code == 200, answer.text
            # PostgreSQL takes some executions until it keeps a plan.
            if number >= 10:
                seconds[name].append(taken)
    took = {name: statistics.median(times) for name, times in seconds.items()}
    for name, median in took.items():
        print(f"{name:>32} {median * 1000:8.2f} ms {median / took['read by id']:6.2f}")
    print(f"PostgreSQL {await owner.fetchval('show server_version')}, {people} people, {rounds} interleaved rounds")
    one_word = max(took[name] for name in took if "people)" in name) / took["read by id"]
    print(f"slowest search by two letters : read by id = {one_word:.2f} (wanted <= {WANTED})")
    two_words = max(took.values()) / took["read by id"]
    print(f"slowest search by two such words : read by id = {two_words:.2f}")
    await owner.close()
    await client.aclose()
    await app.state.database.close()


def main() -> None:
    """Measure as asked on the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--people", type=int, default=100_000)
    arguments = parser.parse_args()
    with cluster() as (superuser, url):
        asyncio.run(measure(superuser, url, arguments.people, arguments.rounds))


if __name__ == "__main__":
    main()
