"""The issuers' keys over real HTTP on the loopback: how often they are fetched, and what outlives an outage.

Nothing sleeps: the monotonic clock is moved by hand.
"""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from pydantic import ValidationError

from app.http.problems import Problem
from app.issuers import Issuer
from app.security.fetching import LIMIT_BYTES
from app.security.jwks import RETRY_SECONDS, usable_keys
from app.security.tokens import REASONS, TokenVerifier
from tests.factories.tokens import AUDIENCE, MASKINPORTEN, PROVIDER_A, b64, machine_claims, public_jwk, rsa_key, signed

# The loopback needs no certificates, and reading them takes longer than the rest of a test.
DAY = 24 * 3600
PLAIN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@dataclass
class IssuerServer:
    """Serves a key set, and counts."""

    port: int = 0
    fetches: int = 0
    status: int = 200
    body: bytes = b""
    headers: str = ""
    drips: bool = False
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    may_answer: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.may_answer.set()

    def has(self, *names: str) -> None:
        self.body = json.dumps({"keys": [public_jwk(name) for name in names]}).encode()

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        self.fetches += 1
        self.arrived.set()
        await self.may_answer.wait()
        length = len(self.body) + 9999 * self.drips
        head = f"HTTP/1.1 {self.status} X\r\nContent-Length: {length}\r\nConnection: close\r\n{self.headers}\r\n"
        writer.write(head.encode() + self.body)
        try:
            await writer.drain()
            while self.drips:
                writer.write(b" ")
                await writer.drain()
                await asyncio.sleep(0.01)
        except ConnectionError:
            pass  # the client had read enough
        writer.close()


@dataclass
class Trust:
    """The service's side: its keys, and its clock."""

    server: IssuerServer
    listener: asyncio.Server
    keys: TokenVerifier
    seconds: float = 1000.0

    async def accepts(self, kid: str, *, signer: str | None = None) -> bool:
        token = signed(machine_claims(), {"kid": kid}, key=signer or kid)
        try:
            actor = await self.keys.authenticate([f"Bearer {token}"])
        except Problem as problem:
            self.problem = problem
            return False
        return actor.organisation == PROVIDER_A


@asynccontextmanager
async def trust(*, fetch_timeout: float = 2.0, **settings: Any) -> AsyncIterator[Trust]:
    issuer_server = IssuerServer()
    issuer_server.has("a")
    server = await asyncio.start_server(issuer_server.answer, "127.0.0.1")
    issuer_server.port = server.sockets[0].getsockname()[1]
    uri = f"http://127.0.0.1:{issuer_server.port}/jwk"
    issuer = Issuer(issuer=MASKINPORTEN, audience=AUDIENCE, kind="machine", jwks_uri=uri, **settings)
    async with server, httpx.AsyncClient(trust_env=False, verify=PLAIN) as client:
        whole: Trust
        keys = TokenVerifier(
            [issuer], client, fetch_timeout=fetch_timeout, remembered=0, monotonic=lambda: whole.seconds
        )
        whole = Trust(issuer_server, server, keys)
        yield whole


async def test_nothing_is_fetched_before_the_first_token_and_then_once() -> None:
    async with trust() as it:
        assert it.server.fetches == 0
        for _ in range(3):
            assert await it.accepts("a")
        assert it.server.fetches == 1


async def test_calls_at_once_share_one_fetch() -> None:
    async with trust() as it:
        assert all(await asyncio.gather(*(it.accepts("a") for _ in range(20))))
        assert it.server.fetches == 1


async def test_unknown_keys_cost_one_fetch_in_half_a_minute() -> None:
    async with trust() as it:
        assert await it.accepts("a")
        it.seconds += RETRY_SECONDS
        results = await asyncio.gather(*(it.accepts(f"unknown-{n}", signer="a") for n in range(20)))
        assert not any(results)
        assert it.problem.detail == REASONS["key"]
        it.seconds += RETRY_SECONDS - 1
        assert not await it.accepts("unknown-20", signer="a")
        assert it.server.fetches == 2
        it.seconds += 1
        assert not await it.accepts("unknown-21", signer="a")
        assert it.server.fetches == 3


async def test_a_new_key_is_found_and_a_withdrawn_one_is_gone() -> None:
    async with trust() as it:
        assert await it.accepts("a")
        it.seconds += RETRY_SECONDS
        it.server.has("a", "b")
        assert await it.accepts("b")
        assert await it.accepts("a")
        it.server.has("b")
        it.seconds += DAY
        assert await it.accepts("b")
        assert not await it.accepts("a")
        assert it.server.fetches == 3


async def test_a_withdrawn_key_is_good_for_as_long_as_the_setting_says() -> None:
    async with trust(jwks_minutes=10) as it:
        assert await it.accepts("a")
        it.server.has("b")
        it.seconds += 599
        assert await it.accepts("a")
        it.seconds += 1
        assert not await it.accepts("a")
        assert it.server.fetches == 2


@pytest.mark.parametrize("minutes", [0, 24 * 60 + 1])
def test_keys_are_kept_for_a_minute_at_least_and_a_day_at_most(minutes: int) -> None:
    with pytest.raises(ValidationError, match="jwks_minutes"):
        Issuer(issuer=MASKINPORTEN, audience=AUDIENCE, kind="machine", jwks_uri="https://x/jwk", jwks_minutes=minutes)


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 500},
        {"status": 302, "headers": "Location: /elsewhere\r\n"},
        {"body": b"<html>"},
        {"body": b'{"keys": []}'},
        {"body": b'{"keys": {"a": 1}}'},
        {"body": b"[]"},
        {"body": b"[" * 100_000},
        {"body": b"\xff\xfe"},
        {"body": json.dumps({"keys": [public_jwk("b")], "x": "x" * LIMIT_BYTES}).encode()},
        {"body": b"x", "headers": "Content-Encoding: gzip\r\n"},
    ],
    ids=lambda fault: str(fault)[:50],
)
async def test_the_old_keys_are_kept_while_the_issuer_answers_nonsense(fault: dict[str, Any]) -> None:
    async with trust() as it:
        assert await it.accepts("a")
        for name, value in fault.items():
            setattr(it.server, name, value)
        it.seconds += DAY
        assert await it.accepts("a")
        assert it.server.fetches == 2
        assert not await it.accepts("b")
        assert it.server.fetches == 2, "a failed fetch counts as the half minute's one"
        it.seconds += RETRY_SECONDS
        it.server.status, it.server.headers = 200, ""
        it.server.has("b")
        assert await it.accepts("b")


async def test_keys_outlive_an_issuer_that_is_gone() -> None:
    async with trust() as it:
        assert await it.accepts("a")
        it.listener.close()
        await it.listener.wait_closed()
        it.seconds += DAY
        assert await it.accepts("a")
        assert not await it.accepts("b", signer="a")
        assert it.problem.detail == REASONS["key"]


async def test_an_issuer_that_cannot_be_reached_is_not_the_callers_fault() -> None:
    async with trust() as it:
        it.listener.close()
        await it.listener.wait_closed()
        assert not await it.accepts("a")
        assert (it.problem.type.status, it.problem.detail) == (503, REASONS["issuer_down"])
        assert it.problem.headers["Retry-After"] == str(RETRY_SECONDS)


async def test_down_at_the_start_it_heals_by_itself() -> None:
    async with trust() as it:
        it.server.status = 503
        assert not await it.accepts("a")
        assert it.problem.type.code == "unavailable"
        it.server.status = 200
        it.seconds += RETRY_SECONDS - 1
        assert not await it.accepts("a")
        it.seconds += 1
        assert await it.accepts("a")
        assert it.server.fetches == 2


async def test_a_slow_issuer_holds_up_nobody_who_has_a_key() -> None:
    async with trust() as it:
        assert await it.accepts("a")
        it.seconds += DAY
        it.server.arrived.clear()
        it.server.may_answer.clear()
        waiting = asyncio.create_task(it.accepts("a"))
        await it.server.arrived.wait()
        assert await it.accepts("a")
        assert not waiting.done()
        it.server.may_answer.set()
        assert await waiting


async def test_an_issuer_that_never_answers_is_given_up() -> None:
    async with trust(fetch_timeout=0.05) as it:
        it.server.may_answer.clear()
        assert not await it.accepts("a")
        assert it.problem.type.code == "unavailable"
        it.server.may_answer.set()


async def test_an_issuer_that_drips_is_given_up() -> None:
    async with trust(fetch_timeout=0.1) as it:
        it.server.drips = True
        assert not await it.accepts("a")
        assert it.problem.type.code == "unavailable"


async def test_a_call_that_is_broken_off_does_not_use_up_the_attempt() -> None:
    async with trust() as it:
        it.server.may_answer.clear()
        broken_off = asyncio.create_task(it.accepts("a"))
        await it.server.arrived.wait()
        broken_off.cancel()
        with pytest.raises(asyncio.CancelledError):
            await broken_off
        it.server.may_answer.set()
        assert await it.accepts("a")


def even_modulus(key: RSAPrivateKey) -> str:
    n = key.public_key().public_numbers().n - 1
    return b64(n.to_bytes(256))


UNUSABLE: dict[str, object] = {
    "not an object": "a",
    "no kid": {**public_jwk("a"), "kid": None},
    "kid too long": public_jwk("a", kid="k" * 201),
    "a secret": {"kty": "oct", "kid": "a", "k": "AAAA", "alg": "HS256"},
    "elliptic": {"kty": "EC", "kid": "a", "crv": "P-256", "x": "AA", "y": "AA"},
    "for encryption": public_jwk("a", use="enc"),
    "for another algorithm": public_jwk("a", alg="RS512"),
    "private": public_jwk("a", d="AQAB"),
    "no modulus": {**public_jwk("a"), "n": None},
    "modulus is not base64url": public_jwk("a", n="+/=="),
    "exponent of one": public_jwk("a", e="AQ"),
    "even exponent": public_jwk("a", e="Ag"),
}


@pytest.mark.parametrize("entry", UNUSABLE.values(), ids=UNUSABLE.keys())
def test_only_rsa_signature_keys_are_taken(entry: object) -> None:
    assert list(usable_keys({"keys": [entry, public_jwk("good")]})) == ["good"]
    with pytest.raises(ValueError, match="no usable RSA key"):
        usable_keys({"keys": [entry]})


def test_short_keys_are_not_taken() -> None:
    numbers = rsa_key("short", bits=1024).public_key().public_numbers()
    short = public_jwk("a", n=b64(numbers.n.to_bytes(128)))
    assert list(usable_keys({"keys": [short, public_jwk("good")]})) == ["good"]


def test_a_key_may_leave_out_its_use_and_algorithm() -> None:
    bare = {name: value for name, value in public_jwk("a").items() if name not in ("use", "alg")}
    assert list(usable_keys({"keys": [bare]})) == ["a"]


def test_of_two_keys_with_one_name_the_first_counts() -> None:
    keys = usable_keys({"keys": [public_jwk("a"), public_jwk("b", kid="a")]})
    assert keys["a"].public_numbers() == rsa_key("a").public_key().public_numbers()


def test_settings_without_a_usable_key_stop_the_start() -> None:
    issuer = Issuer(issuer=MASKINPORTEN, audience=AUDIENCE, kind="machine", jwks={"keys": []})
    with pytest.raises(ValueError, match="no usable RSA key"):
        TokenVerifier([issuer], httpx.AsyncClient(verify=PLAIN))
