"""Swagger UI's examples, tried against the demo: every operation, as it is filled in, answers with a success."""

import json
import re
from typing import Any

import httpx
from sqlalchemy import pool
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

from app import demo, embedded
from app.db import Database, ServiceSession
from app.settings import Settings
from tests.conftest import Api, assembled, cloned

AUFERA = demo.PROVIDERS[0].organisation_number


async def test_every_example_succeeds_when_tried(cluster: embedded.Cluster, settings: Settings) -> None:
    async with cloned(cluster) as name:
        url = cluster.url("vekstplass_service", name)
        database = Database(url, pool_size=1)
        await demo.load(database, settings)
        app = assembled(settings.model_copy(update={"database_url": url}), database)
        engine = create_async_engine(url, poolclass=pool.NullPool)
        failed: list[str] = []
        async with engine.connect() as connection:
            for path, operations in app.openapi()["paths"].items():
                for method, operation in operations.items():
                    # Each in a transaction of its own that is undone: no example depends on another.
                    outer = await connection.begin()
                    database.sessions = async_sessionmaker(
                        connection,
                        sync_session_class=ServiceSession,
                        expire_on_commit=False,
                        join_transaction_mode="create_savepoint",
                    )
                    answer = await tried(Api(app), method, path, operation)
                    if not answer.is_success:
                        failed.append(f"{method.upper()} {path}: {answer.status_code} {answer.text[:300]}")
                    await outer.rollback()
        await engine.dispose()
        await database.close()
    assert not failed, "\n".join(failed)


async def tried(api: Api, method: str, path: str, operation: dict[str, Any]) -> httpx.Response:
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
    for client in (api.case_officer, api.auditor, api.finance, api.epj, api.provider(AUFERA)):
        headers: dict[str, str] = {}
        if method == "patch":
            headers["If-Match"] = (await client.get(address)).headers.get("etag", "")
        content = None
        for media_type, body in operation.get("requestBody", {}).get("content", {}).items():
            headers["Content-Type"] = media_type
            shown = body["example"] if "example" in body else next(iter(body["examples"].values()))["value"]
            content = shown if isinstance(shown, str) else json.dumps(shown)
            break
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
