"""Identity numbers move to another key a batch at a time, and a run that is killed half-way is simply run again."""

import asyncio
import base64
import json
import os
import signal
import subprocess
import sys
from datetime import date
from pathlib import Path

import asyncpg
import pytest
from pydantic import SecretStr

from app.rules.identifiers import classify_identity_number
from app.security.identity_numbers import Sealed, compute_blind_index, decrypt, encrypt
from app.settings import Settings
from tests.conftest import Api
from tests.factories.waiting import until

ROOT = Path(__file__).resolve().parents[2]
PEOPLE = 300
INSERT = (
    "insert into participant (id, given_name, family_name, birth_date, municipality_number, service_area, contacts,"
    " address_protection, identity_number_ciphertext, identity_number_key_id, identity_number_index)"
    " values ($1, 'A', 'B', '1990-01-01', '4631', 'other', '[]', false, $2, $3, $4)"
)


def numbers(count: int) -> list[str]:
    """Synthetic numbers (month + 80) that pass the control."""
    found: list[str] = []
    day = date(1950, 1, 1)
    while len(found) < count:
        for individual in range(100, 140):
            stem = f"{day.day:02}{day.month + 80}{day.year % 100:02}{individual}"
            for control in range(100):
                if classify_identity_number(f"{stem}{control:02}", relaxed=False) is not None:
                    found.append(f"{stem}{control:02}")
                    break
        day = date.fromordinal(day.toordinal() + 31)
    return found[:count]


def key(byte: int) -> str:
    """32 equal bytes."""
    return base64.b64encode(bytes([byte]) * 32).decode()


def settings(current: str) -> Settings:
    """With two keys, one of them current."""
    return Settings(
        identity_number_keys={name: SecretStr(key(number)) for number, name in enumerate(("old", "new"), 1)},
        identity_number_key_id=current,
        identity_number_index_key=SecretStr(key(9)),
        allow_synthetic_identity_numbers=True,
    )


def start(url: str, current: str, batch: int) -> "subprocess.Popen[str]":
    """The command, in a process of its own."""
    keys = json.dumps({"old": key(1), "new": key(2)})
    environment = {name: value for name, value in os.environ.items() if not name.startswith("VEKSTPLASS_")} | {
        "DATABASE_URL": url,
        "VEKSTPLASS_IDENTITY_NUMBER_KEYS": keys,
        "VEKSTPLASS_IDENTITY_NUMBER_KEY_ID": current,
        "VEKSTPLASS_IDENTITY_NUMBER_INDEX_KEY": key(9),
    }
    command = [sys.executable, "-m", "app", "rotate-keys", "--batch", str(batch)]
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


async def stored(owner: asyncpg.Connection) -> dict[str, int]:
    """How many rows are under each key."""
    rows = await owner.fetch("select identity_number_key_id as key, count(*) from participant group by 1")
    return {row["key"]: row["count"] for row in rows}


async def test_a_run_that_is_killed_goes_on_where_it_was(committed_api: Api, behind: asyncpg.Connection) -> None:
    url = committed_api.app.state.settings.database_url
    people = {}
    for number in numbers(PEOPLE):
        id_ = await behind.fetchval("select gen_random_uuid()")
        people[id_] = number
        sealed = encrypt(number, id_, settings("old"))
        await behind.execute(
            INSERT, id_, sealed.ciphertext, sealed.key_id, compute_blind_index(number, settings("old"))
        )
    before = await behind.fetchval("select max(updated_at) from participant")
    last = behind.transaction()
    await last.start()
    await behind.execute("select from participant where id = $1 for update", max(people))
    running = start(url, "new", batch=2)

    async def half_way() -> bool:
        return running.poll() is not None or (await stored(behind)).get("new", 0) >= 20

    await until(half_way)
    running.send_signal(signal.SIGKILL)
    running.communicate()
    await last.rollback()
    half = await stored(behind)
    assert half["old"] > 0
    assert half["old"] + half["new"] == PEOPLE
    await _all_open(behind, people)

    said, complaint = await asyncio.to_thread(start(url, "new", batch=100).communicate)
    assert said.startswith(f"{half['old']} identity numbers"), complaint
    assert await stored(behind) == {"new": PEOPLE}
    await _all_open(behind, people)
    assert await behind.fetchval("select max(updated_at) from participant") == before

    again, _ = await asyncio.to_thread(start(url, "new", batch=100).communicate)
    assert again.startswith("0 identity numbers")


async def _all_open(owner: asyncpg.Connection, people: dict[object, str]) -> None:
    for row in await owner.fetch("select * from participant"):
        sealed = Sealed(row["identity_number_ciphertext"], row["identity_number_key_id"])
        assert decrypt(sealed, row["id"], settings("new")) == people[row["id"]]
        assert row["identity_number_index"] == compute_blind_index(people[row["id"]], settings("new"))


@pytest.mark.parametrize("fault", ["unknown key", "moved"])
async def test_a_number_that_does_not_open_stops_it(committed_api: Api, behind: asyncpg.Connection, fault: str) -> None:
    url = committed_api.app.state.settings.database_url
    id_, other = await behind.fetchval("select gen_random_uuid()"), await behind.fetchval("select gen_random_uuid()")
    [number] = numbers(1)
    sealed = encrypt(number, other if fault == "moved" else id_, settings("old"))
    key_id = "lost" if fault == "unknown key" else "old"
    await behind.execute(INSERT, id_, sealed.ciphertext, key_id, compute_blind_index(number, settings("old")))
    running = start(url, "new", batch=10)
    said, complaint = await asyncio.to_thread(running.communicate)
    assert (running.returncode, said) == (1, "")
    assert str(id_) in complaint
    assert number not in complaint
