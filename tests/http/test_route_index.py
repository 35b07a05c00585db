"""A request's route is the one that all routes, tried in their order, lead to."""

import re

import pytest
from fastapi import APIRouter, FastAPI
from starlette.routing import BaseRoute, Match, Mount, Route
from starlette.types import Message, Scope

from app.http.route_index import RouteIndex
from tests.conftest import Api

ID = "0190b3c0-0000-7000-8000-000000000001"
VALUES = {"uuid": ID, "int": "2022", "path": "a/b"}
# Beside an address itself: what looks like it, and is another or none.
TURNS = ("{}", "{}/", "/{}")
ODD = (
    "",
    "/",
    "//",
    "/v1",
    "/v1/",
    "/v1//",
    "/v1/x",
    "/V1/placements",
    "/%76%31/placements",
    "/aaret/",
    "v1/placements",
    "*",
)


def fill(path: str) -> str:
    """An address that a route answers."""
    return re.sub(r"{\w+(?::(\w+))?}", lambda found: VALUES.get(found[1] or "uuid", ID), path)


def find_in_turn(routes: list[BaseRoute], scope: Scope) -> BaseRoute | None:
    """The first that answers the method too, else the first that answers another one."""
    matches = [(route.matches(scope)[0], route) for route in routes]
    full = [route for match, route in matches if match is Match.FULL]
    partial = [route for match, route in matches if match is Match.PARTIAL]
    return next(iter(full or partial), None)


def make_scope(path: str, method: str) -> Scope:
    return {"type": "http", "path": path, "method": method, "headers": [], "query_string": b"", "root_path": ""}


async def find_by_index(app: FastAPI, scope: Scope, monkeypatch: pytest.MonkeyPatch) -> BaseRoute | None:
    """The route that the index hands the request to."""
    chosen: list[BaseRoute] = []

    async def handle(self: Route, scope: Scope, receive: object, send: object) -> None:
        chosen.append(self)

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        return None

    monkeypatch.setattr(Route, "handle", handle)
    await app.router(scope, receive, send)
    return next(iter(chosen), None)


async def test_every_address_leads_to_its_route(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    app = api.app
    routes = app.router.routes
    addresses = {fill(route.path) for route in routes if isinstance(route, Route)}
    paths = [turn.format(address) for address in sorted(addresses) for turn in TURNS]
    found = 0
    for path in [*paths, *ODD]:
        for method in ("GET", "POST"):
            expected = find_in_turn(routes, make_scope(path, method))
            assert await find_by_index(app, make_scope(path, method), monkeypatch) is expected, (method, path)
            found += expected is not None
    assert found > len(routes)


async def test_an_address_that_would_belong_everywhere_is_refused() -> None:
    async def show(request: object) -> None:
        return None

    for route in (Route("/{year}", show), Route("/v1/{kind}", show), Mount("/x", routes=[])):
        with pytest.raises(ValueError, match="parameter|no address"):
            RouteIndex(APIRouter(), [route])
