"""Who may not come in, over HTTP: every hostile token is a 401, before anything else is read or asked."""

import logging

import httpx
import pytest

from app.database.connections import Database
from app.security.tokens import REASONS
from app.settings import Settings
from tests.conftest import Api, assembled
from tests.factories.raw_http import MARKER, assert_problem, send
from tests.factories.tokens import HOSTILE, Hostile, bearer, machine_claims, signed
from tests.http.operations import Operation, names, operations

PROVIDERS = "/v1/providers"
SECURED = [operation for operation in operations() if operation.secured]
NOWHERE = "postgresql+asyncpg://vekstplass_service@127.0.0.1:9/nowhere"


@pytest.fixture(scope="module")
def unreachable(settings: Settings) -> Api:
    """The application beside a database that nobody answers at."""
    return Api(assembled(settings, Database(NOWHERE, pool_size=1, pool_timeout=0.2)))


@pytest.mark.parametrize("hostile", HOSTILE, ids=[hostile.name for hostile in HOSTILE])
async def test_a_hostile_token_is_refused_without_the_database(
    unreachable: Api, hostile: Hostile, caplog: pytest.LogCaptureFixture
) -> None:
    """401, a challenge (RFC 6750 § 3), the reason, nothing of the token: in the answer or in the log."""
    headers = [("Authorization", value) for value in hostile.values()]
    answer = await send(unreachable.app, "GET", PROVIDERS, headers)
    assert_problem(answer, 401, "unauthenticated")
    assert answer.json()["detail"] == REASONS[hostile.reason]
    wanted = "Bearer" if hostile.reason == "missing" else 'Bearer error="invalid_token"'
    assert answer.header("www-authenticate") == wanted
    for _, value in headers:
        token = value.removeprefix("Bearer ").strip()
        if len(token) > 10:
            assert token[:40] not in answer.body.decode()
            assert token[:40] not in caplog.text
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


@pytest.mark.parametrize("operation", SECURED, ids=names(SECURED))
async def test_the_token_comes_before_everything_else(unreachable: Api, operation: Operation) -> None:
    """Nobody learns what is wrong with a request, or makes the service read it, without being somebody."""
    headers = (
        *(("Authorization", "Bearer " + MARKER), ("Content-Type", "application/xml"), ("Accept", "text/csv")),
        *(("Idempotency-Key", "no good"), ("If-Match", "x"), ("Content-Length", "99999999")),
    )
    answer = await send(unreachable.app, operation.method, f"{operation.address}?unknown=1", headers, b"[" * 100_000)
    assert_problem(answer, 401, "unauthenticated")


@pytest.mark.parametrize(
    "url",
    [NOWHERE, "postgresql+asyncpg://@/nowhere?host=/no/such/directory", "postgresql+asyncpg://db.invalid/nowhere"],
)
async def test_with_a_good_token_the_database_is_missed(settings: Settings, url: str) -> None:
    """So that the tests above would notice one that is asked: at a port, a socket or a name that is not there."""
    app = assembled(settings, Database(url, pool_size=1, pool_timeout=0.2))
    answer = await send(app, "GET", PROVIDERS, tuple(bearer("case_officer").items()))
    assert_problem(answer, 503, "unavailable")
    assert answer.header("retry-after") == "1"


async def test_a_token_in_the_address_is_none(unreachable: Api) -> None:
    """RFC 6750 § 2.3 calls it a way; addresses are logged."""
    token = signed(machine_claims())
    for target in (f"{PROVIDERS}?access_token={token}", f"{PROVIDERS}?authorization=Bearer%20{token}"):
        assert_problem(await send(unreachable.app, "GET", target), 401, "unauthenticated")
    form = (("Content-Type", "application/x-www-form-urlencoded"),)
    answer = await send(unreachable.app, "POST", PROVIDERS, form, f"access_token={token}".encode())
    assert_problem(answer, 401, "unauthenticated")


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "Bearer "])
async def test_the_scheme_is_read_in_any_case(api: Api, scheme: str) -> None:
    """RFC 9110 § 11.1."""
    token = bearer("case_officer")["Authorization"].removeprefix("Bearer ")
    assert (await send(api.app, "GET", PROVIDERS, (("Authorization", f"{scheme} {token}"),))).status == 200


async def test_two_callers_at_once_are_not_mixed_up(committed_api: Api) -> None:
    """A verified token is remembered by its digest; another's is another."""
    body = {"name": "Gløde AS", "organisation_number": "310300403", "municipality_number": "4631"}
    made = await committed_api.case_officer.post(PROVIDERS, json=body)
    clients: dict[str, httpx.AsyncClient] = {
        "310300403": committed_api.provider("310300403"),
        "310300411": committed_api.provider("310300411"),
    }
    for _ in range(3):
        for organisation, client in clients.items():
            status = (await client.get(made.headers["location"])).status_code
            assert status == (200 if organisation == "310300403" else 404)
