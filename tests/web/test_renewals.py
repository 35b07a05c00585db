"""Between two clicks: the issuer is asked again who somebody is, and what is taken away is gone."""

import asyncio
import json
from collections.abc import AsyncIterator

import asyncpg
import pytest

from tests.conftest import Api
from tests.factories.openid import FakeIssuer, employees
from tests.web.doors import Door, opened
from tests.web.html import find_faults, parse

SCOPE = "openid profile offline_access"


@pytest.fixture
async def door(committed_api: Api, issuer: FakeIssuer) -> AsyncIterator[Door]:
    """Somebody who logged in more than ten minutes ago."""
    async with opened(committed_api, issuer, employees, scope=SCOPE) as door:
        assert (await door.log_in()).status_code == 303
        yield door


async def let_pass(behind: asyncpg.Connection, minutes: int = 10) -> None:
    await behind.execute(f"update web_session set renewed_at = renewed_at - interval '{minutes} minutes'")


async def test_issuer_is_asked_every_ten_minutes(door: Door, behind: asyncpg.Connection) -> None:
    for _ in range(2):
        await let_pass(behind, 9)
        assert (await door.browser.get("/arbeidsliste")).status_code == 200
        assert door.issuer.renewals == 0
        await behind.execute("update web_session set renewed_at = now()")
    for asked in (1, 2, 3):
        # Each time with the token that the last answer brought: the one before is used up.
        await let_pass(behind)
        for _ in range(2):
            assert (await door.browser.get("/arbeidsliste")).status_code == 200
        assert door.issuer.renewals == asked


async def test_of_several_requests_at_once_one_asks(door: Door, behind: asyncpg.Connection) -> None:
    await let_pass(behind)
    answers = await asyncio.gather(*(door.browser.get("/arbeidsliste") for _ in range(4)))
    assert [answer.status_code for answer in answers] == [200] * 4
    assert door.issuer.renewals == 1


async def test_other_role_counts_from_the_next_click(door: Door, behind: asyncpg.Connection) -> None:
    csrf = parse(await door.browser.get("/arbeidsliste")).all("input", name="csrf")[0].attributes["value"]
    door.issuer.claims |= {"roles": ["Vekstplass.Okonomi"], "name": "Kari Ny"}
    await let_pass(behind)
    answer = await door.browser.get("/arbeidsliste")
    assert answer.status_code == 403
    assert find_faults(answer) == []
    page = await door.browser.get("/aaret/2022")
    assert "Kari Ny" in page.text
    # It is the same session: forms that stand open go on.
    assert parse(page).all("input", name="csrf")[0].attributes["value"] == csrf


@pytest.mark.parametrize("claims", [{"roles": []}, {"roles": None}, {"sub": "somebody-else"}, {"aud": "another"}])
async def test_lost_role_ends_the_session(door: Door, behind: asyncpg.Connection, claims: dict[str, object]) -> None:
    door.issuer.claims |= claims
    await let_pass(behind)
    answer = await door.browser.get("/arbeidsliste")
    assert (answer.status_code, answer.headers["location"]) == (303, "/logg-inn?til=%2Farbeidsliste")
    assert not await behind.fetchval("select count(*) from web_session")


async def test_refresh_token_that_was_withdrawn_ends_the_session(door: Door, behind: asyncpg.Connection) -> None:
    """As when the directory closes somebody's account."""
    door.issuer.reset()
    await let_pass(behind)
    assert (await door.browser.get("/arbeidsliste")).status_code == 303


async def test_issuer_that_is_down_logs_nobody_out(door: Door, behind: asyncpg.Connection) -> None:
    door.issuer.token_status = 503
    await let_pass(behind)
    for _ in range(2):
        assert (await door.browser.get("/arbeidsliste")).status_code == 200
    door.issuer.token_status = 200
    door.issuer.claims["roles"] = []
    await let_pass(behind)
    assert (await door.browser.get("/arbeidsliste")).status_code == 303


async def test_refresh_token_is_readable_by_the_browsers_secret_alone(door: Door, behind: asyncpg.Connection) -> None:
    sealed = await behind.fetchval("select refresh_token from web_session")
    rows = json.dumps([dict(row) for row in await behind.fetch("select * from web_session")], default=str)
    assert len(sealed) > 32
    for secret in door.issuer.issued:
        assert secret not in rows
        assert secret.encode() not in sealed
    assert not [line for line in door.lines if any(secret in str(line) for secret in door.issuer.issued)]


async def test_without_refresh_tokens_a_session_lasts_its_time(
    committed_api: Api, issuer: FakeIssuer, behind: asyncpg.Connection
) -> None:
    async with opened(committed_api, issuer, employees) as door:
        assert (await door.log_in()).status_code == 303
        await let_pass(behind, 60)
        assert (await door.browser.get("/arbeidsliste")).status_code == 200
        assert issuer.renewals == 0
