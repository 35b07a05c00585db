"""The service with one issuer to log in by, a browser before it, and how a log-in that is refused must look."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import httpx
from structlog.testing import capture_logs

from app.issuers import Login
from app.security.logins import LoginIssuer
from app.web.login_refusals import REFUSALS
from tests.conftest import Api
from tests.factories.openid import (
    EMPLOYEE,
    PAGE_ADDRESS,
    PLAIN,
    PROVIDERS_PERSON,
    FakeIssuer,
    employees,
    follow_to_issuer,
)
from tests.web.html import find_faults, parse

COOKIE = "__Host-vekstplass"


@dataclass
class Door:
    """The service with one issuer to log in by, and a browser before it."""

    api: Api
    issuer: FakeIssuer
    login: Login
    browser: httpx.AsyncClient
    seconds: float = 1000.0
    lines: list[dict[str, Any]] = field(default_factory=list)

    async def begin(self, target: str = "", browser: httpx.AsyncClient | None = None) -> str:
        """Press the link; where the issuer is asked."""
        query = {"til": target} if target else {}
        answer = await (browser or self.browser).get(f"/logg-inn/hos/{self.login.name}", params=query)
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    async def log_in(self, target: str = "") -> httpx.Response:
        """All the way; what the browser gets when it is back."""
        back = await follow_to_issuer(await self.begin(target))
        return await self.come_back(back)

    async def come_back(self, back: httpx.URL, browser: httpx.AsyncClient | None = None) -> httpx.Response:
        assert str(back).startswith(f"{PAGE_ADDRESS}/logg-inn/svar?")
        with capture_logs() as lines:
            # As browsers say it of a redirect that began on another site.
            answer = await (browser or self.browser).get(back, headers={"Sec-Fetch-Site": "cross-site"})
        self.lines += map(dict, lines)
        return answer


@asynccontextmanager
async def opened(api: Api, issuer: FakeIssuer, make: Callable[..., Login], **changes: Any) -> AsyncIterator[Door]:
    issuer.claims = deepcopy(EMPLOYEE if make is employees else PROVIDERS_PERSON)
    login = make(issuer, **changes)
    async with httpx.AsyncClient(trust_env=False, verify=PLAIN) as client:
        door: Door
        api.app.state.login_issuers = {
            login.name: LoginIssuer(
                login, client, page_address=PAGE_ADDRESS, subject_key=b"k" * 32, monotonic=lambda: door.seconds
            )
        }
        door = Door(api, issuer, login, await api.browser())
        yield door
        api.app.state.login_issuers = {}


async def is_logged_in(browser: httpx.AsyncClient) -> bool:
    return (await browser.get("/")).headers["location"] != "/logg-inn"


async def assert_refused(door: Door, answer: httpx.Response, reason: str, title: str | None = None) -> None:
    """A page in words with a way on, no session, and one line in the log with nothing of what was given out."""
    assert answer.status_code == (REFUSALS[reason].status if reason in REFUSALS else 502)
    assert find_faults(answer) == []
    page = parse(answer)
    assert page.all("h1")[0].text == (title or "Innlogginga kunne ikkje godkjennast")
    assert any(one.attributes["href"].startswith("/logg-inn") for one in page.all("a"))
    assert COOKIE not in answer.cookies
    assert not await is_logged_in(door.browser)
    assert [line["reason"] for line in door.lines if line["event"] == "login_refused"] == [reason]
    written = json.dumps(door.lines, default=str)
    for secret in (*door.issuer.issued, *(one["state"] for one in door.issuer.requests)):
        assert secret not in written
        assert secret not in answer.text
