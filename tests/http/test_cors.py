"""Browsers of other origins: exactly those that the settings name, and open data for all; and docs switched off."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from app.main import create_app
from app.settings import Settings

OURS = "https://plass.example"


@asynccontextmanager
async def client(**changes: object) -> AsyncIterator[httpx.AsyncClient]:
    """A browser before the service with these settings; nothing here asks the database."""
    app = create_app(Settings.model_validate({"cors_origins": (OURS,)} | changes))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://service.example") as browser,
    ):
        yield browser


@pytest.mark.parametrize(
    "origin", ["https://evil.example", f"{OURS}.evil.example", "http://plass.example", f"{OURS}:8443", "null"]
)
async def test_only_the_named_origin_is_let_in(origin: str) -> None:
    asked = {"Access-Control-Request-Method": "PATCH", "Access-Control-Request-Headers": "if-match, x-access-reason"}
    async with client() as browser:
        for mine, allowed in ((OURS, OURS), (origin, None)):
            headers = {"Origin": mine}
            preflight = await browser.options("/v1/placements", headers=headers | asked)
            plain = await browser.get("/v1/placements", headers=headers)
            for answer in (preflight, plain):
                assert answer.headers.get("access-control-allow-origin") == allowed
                assert "access-control-allow-credentials" not in answer.headers
            assert preflight.status_code == (200 if allowed else 400)


@pytest.mark.parametrize("origins", [(), (OURS,)])
@pytest.mark.parametrize("prefix", ["", "/vekstplass"])
async def test_open_data_is_for_every_page_to_read(origins: tuple[str, ...], prefix: str) -> None:
    app = create_app(Settings(cors_origins=origins))
    transport = httpx.ASGITransport(app, root_path=prefix)
    async with httpx.AsyncClient(transport=transport, base_url="https://service.example") as browser:
        headers = {"Origin": "https://anywhere.example"}
        read = await browser.get(f"{prefix}/v1/open/nothing", headers=headers)
        assert (read.status_code, read.headers["access-control-allow-origin"]) == (404, "*")
        writing = headers | {"Access-Control-Request-Method": "POST"}
        assert (await browser.options(f"{prefix}/v1/open/nothing", headers=writing)).status_code == 400
        closed = await browser.get(f"{prefix}/v1/opening", headers=headers)
        assert "access-control-allow-origin" not in closed.headers


async def test_docs_can_be_switched_off() -> None:
    """With what leads there; problem types are still explained."""
    addresses = ("/docs", "/openapi.json", "/docs/assets/docs.js")
    for docs, status in ((True, 200), (False, 404)):
        async with client(docs=docs) as browser:
            assert [(await browser.get(address)).status_code for address in addresses] == [status] * 3
            assert (await browser.get("/problems/validation")).status_code == 200
            assert ("API for system" in (await browser.get("/logg-inn")).text) is docs
