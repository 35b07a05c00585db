"""Swagger UI's examples, tried against the demo: every operation, as it is filled in, answers with a success."""

import json
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from sqlalchemy import pool
from sqlalchemy.ext.asyncio import create_async_engine

import postgres
from app import clock
from app.database.connections import Database
from app.demo import example_year
from app.settings import Settings
from tests.conftest import Api, assembled, cloned, use_connection

AUFERA = example_year.PROVIDERS[0].organisation_number


@pytest.fixture
def example_day() -> Iterator[None]:
    """The demo's day."""
    yield
    clock.fix_today(None)


@pytest.mark.usefixtures("example_day")
async def test_every_example_succeeds_when_tried(cluster: postgres.Cluster, settings: Settings) -> None:
    async with cloned(cluster) as name:
        url = cluster.url("vekstplass_service", name)
        database = Database(url, pool_size=1)
        await example_year.load(database, settings)
        app = assembled(settings.model_copy(update={"database_url": url, "today": example_year.DAY}), database)
        engine = create_async_engine(url, poolclass=pool.NullPool)
        failed: list[str] = []
        async with engine.connect() as connection:
            for path, operations in app.openapi()["paths"].items():
                for method, operation in operations.items():
                    # Each in a transaction of its own that is undone: no example depends on another.
                    outer = await connection.begin()
                    await use_connection(database, connection)
                    for answer in [await tried(Api(app), method, path, operation, sent) for sent in bodies(operation)]:
                        # 207: an item was not accepted.
                        if not answer.is_success or answer.status_code == 207:
                            failed.append(f"{method.upper()} {path}: {answer.status_code} {answer.text[:300]}")
                    await outer.rollback()
        await engine.dispose()
        await database.close()
    assert not failed, "\n".join(failed)


def bodies(operation: dict[str, Any]) -> list[tuple[str, str] | None]:
    """Each body that Swagger UI has to choose from, after its media type."""
    found: list[tuple[str, str] | None] = []
    for media_type, body in operation.get("requestBody", {}).get("content", {}).items():
        shown = [body["example"]] if "example" in body else [one["value"] for one in body["examples"].values()]
        found += [(media_type, one if isinstance(one, str) else json.dumps(one)) for one in shown]
    # The same change in another media type is another version of what it changes; XML's is a stub.
    return [one for one in found if one and not one[0].endswith(("xml", "merge-patch+json"))] or [None]


async def tried(
    api: Api, method: str, path: str, operation: dict[str, Any], sent: tuple[str, str] | None
) -> httpx.Response:
    """The operation as Swagger UI sends it, by the first role that may."""
    examples = {
        parameter["name"]: example(parameter)
        for parameter in operation.get("parameters", [])
        if parameter["in"] == "path"
    }
    address = re.sub(r"\{(\w+)\}", lambda name: str(examples[name[1]]), path)
    query = {
        parameter["name"]: example(parameter)
        for parameter in operation.get("parameters", [])
        if parameter["in"] == "query" and parameter.get("required")
    }
    answer = httpx.Response(500)
    officer = api.person("case_officer", example_year.OFFICER.subject)
    for client in (officer, api.auditor, api.finance, api.epj, api.provider(AUFERA)):
        headers: dict[str, str] = {}
        if method == "patch":
            headers["If-Match"] = (await client.get(address)).headers.get("etag", "")
        content = None
        if sent is not None:
            headers["Content-Type"], content = sent
        answer = await client.request(method, address, params=query, content=content, headers=headers)
        if answer.status_code != 403:
            return answer
    return answer


def example(parameter: dict[str, Any]) -> Any:
    """What Swagger UI fills in for a parameter."""
    if parameter.get("examples"):
        return next(iter(parameter["examples"].values()))["value"]
    # Nothing that the schema says: Swagger UI leaves the parameter empty, and a required one then stops `Execute`.
    return parameter.get("example", f"no example for {parameter['name']}")
