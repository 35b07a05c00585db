"""What is said to the service stays in it: not in its logs, metrics, errors or addresses, nor in PostgreSQL's own log.

A scenario with words that stand nowhere else is run against the server as it runs in production; then everything that
came out is searched for them. And a dump of the database gives away no identity number.
"""

import asyncio
import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

import postgres
from app.database.driver import plain_dsn
from app.rules.identifiers import contains_identity_number
from tests.conftest import METRICS, METRICS_TOKEN, Api
from tests.factories import absences, follow_up, steps
from tests.factories.tokens import ISSUERS, bearer

ROOT = Path(__file__).resolve().parents[2]
NUMBER, OTHER_NUMBER, INVALID_NUMBER = "23849150073", "10915596784", "12345678910"
ELEVEN_DIGITS = re.compile(r"(?<!\d)\d{11}(?!\d)")
MARKERS = {
    "given name": "Merkjefornamn",
    "family name": "Merkjeetternamn",
    "contact": "Merkjeverje",
    "phone": "+47 987 65 432",
    "wishes": "merkjeynskje",
    "answer": "merkjesvar",
    "reason": "merkjegrunn",
    "note": "merkjenotat",
    "minutes": "merkjereferat",
    "plan": "merkjeplan",
    "number": NUMBER,
    "other number": OTHER_NUMBER,
    "invalid number": INVALID_NUMBER,
}


def find_numbers(text: str) -> list[str]:
    """Identity numbers of eleven digits in a row: times and process numbers of a log may look like a spaced one."""
    return [number for number in ELEVEN_DIGITS.findall(text) if contains_identity_number(number)]


@dataclass
class Heard:
    """Everything that came out, but for the answers that were meant to hold it."""

    refusals: list[str] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)


@pytest.fixture
async def server(committed_api: Api, tmp_path: Path) -> AsyncIterator[tuple[str, Path]]:
    """A server process on the test's database, and the file with all that it says."""
    said = tmp_path / "said"
    issuers = json.dumps([one.model_dump(mode="json", exclude_none=True) for one in ISSUERS])
    environment = {name: value for name, value in os.environ.items() if not name.startswith("VEKSTPLASS_")} | {
        "DATABASE_URL": committed_api.app.state.settings.database_url,
        "VEKSTPLASS_ISSUERS": issuers,
        "VEKSTPLASS_ALLOW_SYNTHETIC_IDENTITY_NUMBERS": "true",
        "VEKSTPLASS_LOG_LEVEL": "debug",
        "VEKSTPLASS_METRICS_TOKEN": METRICS_TOKEN,
        "VEKSTPLASS_DRAIN_SECONDS": "0",
        "PYTHONUNBUFFERED": "1",
    }
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    with said.open("wb") as file:
        command = [sys.executable, "-m", "app", "serve", "--port", str(port)]
        running = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=file, stderr=subprocess.STDOUT)
        try:
            address = f"http://127.0.0.1:{port}"
            async with httpx.AsyncClient(base_url=address) as asking:
                for _ in range(600):
                    assert running.poll() is None, said.read_text()
                    try:
                        if (await asking.get("/health/ready")).status_code == 200:
                            break
                    except httpx.TransportError:
                        await asyncio.sleep(0.05)
            yield address, said
        finally:
            running.terminate()
            await asyncio.to_thread(running.wait, 30)


async def scenario(address: str, heard: Heard) -> None:
    """Everything personal that can be said, well and badly."""

    def client(role: str, organisation: str | None = None) -> httpx.AsyncClient:
        headers = bearer(role, organisation) if organisation else bearer(role)
        heard.tokens.append(headers["Authorization"].removeprefix("Bearer "))
        return httpx.AsyncClient(base_url=address, headers=headers)

    async with (
        client("case_officer") as officer,
        client("finance") as finance,
        client("epj") as epj,
        client("provider", "310300403") as enterprise,
    ):
        api = _Callers(officer, finance)
        await steps.law(api)
        provider_id = await steps.provider(api)
        person = {
            "given_name": MARKERS["given name"],
            "family_name": MARKERS["family name"],
            "birth_date": "1991-04-23",
            "municipality_number": "4631",
            "service_area": "habilitation",
            "contacts": [{"kind": "guardian", "name": MARKERS["contact"], "phone": MARKERS["phone"]}],
            "national_identity_number": NUMBER,
        }
        participant_id = steps.ok(await epj.put("/v1/participants/by-external-id/profil/1", json=person))["id"]
        applied = await steps.application(api, participant_id, wishes=MARKERS["wishes"])
        declined = await steps.request(api, applied, provider_id, answer=None)
        said_no = {"answer": "declined", "reason": "other", "text": MARKERS["answer"]}
        steps.ok(await enterprise.post(f"/v1/requests/{declined}/answer", json=said_no), 200)
        asked = await steps.request(api, applied, provider_id)
        granted = steps.ok(await officer.post("/v1/decisions", json=steps.grant(applied, asked)))
        place = granted["placement_id"]
        items = [absences.item(place, note=MARKERS["note"]), absences.item(place, kind=MARKERS["note"])]
        heard.refusals.append((await enterprise.post(absences.BATCH, json={"items": items})).text)
        steps.ok(await enterprise.post("/v1/meetings", json=follow_up.meeting(place, minutes=MARKERS["minutes"])))
        steps.ok(await enterprise.post("/v1/plans", json=follow_up.plan(place, text=MARKERS["plan"])))
        found = await epj.post("/v1/participants/lookup", json={"national_identity_number": NUMBER})
        assert NUMBER not in found.text
        faults: list[tuple[httpx.AsyncClient, str, str, Any]] = [
            # The same number again; a field too long, unknown, of another type; a number that is none; nonsense.
            (officer, "POST", "/v1/participants", person),
            (officer, "POST", "/v1/participants", person | {"given_name": MARKERS["given name"] * 30}),
            (officer, "POST", "/v1/participants", person | {NUMBER: MARKERS["wishes"]}),
            (officer, "POST", "/v1/participants", person | {"birth_date": MARKERS["note"]}),
            (officer, "POST", "/v1/participants", person | {"service_area": MARKERS["note"]}),
            (officer, "POST", "/v1/participants", person | {"national_identity_number": INVALID_NUMBER}),
            (officer, "POST", "/v1/participants", person | {"contacts": [{"kind": MARKERS["contact"]}]}),
            (epj, "POST", "/v1/participants/lookup", {"national_identity_number": INVALID_NUMBER}),
            (epj, "POST", "/v1/participants/lookup", {"national_identity_number": OTHER_NUMBER}),
            (enterprise, "POST", "/v1/participants", person),
            (officer, "POST", "/v1/applications", {"participant_id": MARKERS["wishes"], "wishes": MARKERS["wishes"]}),
            (officer, "GET", f"/v1/participants?external_value={NUMBER}&{NUMBER}={NUMBER}", None),
            (officer, "GET", f"/v1/participants/{NUMBER}/export", None),
            (epj, "PUT", f"/v1/participants/by-external-id/profil/{NUMBER}", person),
            (officer, "POST", "/v1/decisions", {"kind": MARKERS["reason"], "reason": MARKERS["reason"]}),
        ]
        for caller, method, path, body in faults:
            answer = await caller.request(method, path, json=body)
            assert 400 <= answer.status_code < 500, (method, path, answer.text)
            # The address that was asked for is the caller's own to be told.
            heard.refusals.append(re.sub(r'"instance":"[^"]*"', "", answer.text))
        raw = await officer.post(
            "/v1/participants", content=f'{{"given_name": "{MARKERS["given name"]}", ' + "[" * 5000,
            headers={"Content-Type": "application/json"},
        )  # fmt: skip
        heard.refusals.append(raw.text)


@dataclass
class _Callers:
    """`way.Callers` over the network."""

    case_officer: httpx.AsyncClient
    finance: httpx.AsyncClient


async def test_nothing_personal_comes_out(
    committed_api: Api, server: tuple[str, Path], cluster: postgres.Cluster
) -> None:
    address, said = server
    heard = Heard()
    await scenario(address, heard)
    async with httpx.AsyncClient(base_url=address) as anyone:
        metrics = (await anyone.get("/metrics", headers=METRICS)).text
        health = (await anyone.get("/health/ready")).text
    database_log = b"".join(file.read_bytes() for file in cluster.data.rglob("postgresql.log")).decode()
    log = said.read_text()
    assert log.count('"event": "request"') > 30
    assert "http_server_request_duration_seconds" in metrics
    everywhere = {"log": log, "metrics": metrics, "health": health, "database log": database_log}
    everywhere |= {f"refusal {number}": text for number, text in enumerate(heard.refusals)}
    for where, text in everywhere.items():
        for what, marker in MARKERS.items():
            assert marker not in text, (where, what)
        for token in heard.tokens:
            assert token not in text, where
            assert token.rpartition(".")[2] not in text, where
        assert not find_numbers(text) or where.startswith("refusal"), where


async def test_a_dump_gives_away_no_identity_number(committed_api: Api, cluster: postgres.Cluster) -> None:
    api = committed_api
    for number in (NUMBER, OTHER_NUMBER):
        await steps.participant(api, national_identity_number=number, given_name="Merkjenamn")
        found = await api.epj.post("/v1/participants/lookup", json={"national_identity_number": number})
        assert found.status_code == 200
        # Kept answers and their fingerprints are in the dump as well.
        again = await api.epj.post(
            "/v1/participants/lookup",
            json={"national_identity_number": number},
            headers={"Idempotency-Key": f"k-{number[:4]}"},
        )
        assert again.status_code == 200
    binary = cluster.binaries / "pg_dump"
    if not binary.exists():
        pytest.skip("this PostgreSQL came without pg_dump")
    name = plain_dsn(api.app.state.settings.database_url).partition("?")[0].rpartition("/")[2]
    dump = subprocess.run(
        [str(binary), "--dbname", cluster.dsn("postgres", name)], capture_output=True, text=True, check=True
    ).stdout
    assert "Merkjenamn" in dump
    for number in (NUMBER, OTHER_NUMBER):
        assert number not in dump
    # Hexadecimal is no text: what is sealed is bytes, and any eleven of their digits may look like a number.
    text = re.sub(r"\\\\x[0-9a-f]+|[0-9a-f]{8}-[0-9a-f-]{27}", "", dump)
    assert not find_numbers(text)


async def test_other_origins_are_answered_nothing(api: Api) -> None:
    """CORS is closed: no origin is let in unless the settings name it exactly."""
    for origin in ("https://evil.example", "null", "https://alver.kommune.no.evil.example"):
        preflight = await api.anonymous.options(
            "/v1/placements", headers={"Origin": origin, "Access-Control-Request-Method": "GET"}
        )
        plain = await api.case_officer.get("/v1/placements", headers={"Origin": origin})
        refused = await api.anonymous.get("/v1/placements", headers={"Origin": origin})
        for answer in (preflight, plain, refused):
            assert not any(name.startswith("access-control-") for name in answer.headers)
