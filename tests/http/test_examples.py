"""Swagger UI's examples, tried against the demo: every operation, as it is filled in, answers with a success, and what
the document shows as its answer is what the demo gives.

With --write-answers the document's answers are written from the demo's.
"""

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
from app.http.openapi_examples import demo_id
from app.settings import Settings
from tests.conftest import Api, assembled, cloned, use_connection
from tests.http import demo_answers

# They show what somebody has read before.
OF_EARLIER_REQUESTS = {"list_access_log", "read_access_log_of_participant"}
AUFERA = example_year.PROVIDERS[0].organisation_number


@pytest.fixture
def example_day() -> Iterator[None]:
    """The demo's day."""
    yield
    clock.fix_today(None)


@pytest.mark.usefixtures("example_day")
async def test_every_example_succeeds_when_tried(
    cluster: postgres.Cluster, settings: Settings, request: pytest.FixtureRequest
) -> None:
    async with cloned(cluster) as name:
        url = cluster.url("vekstplass_service", name)
        database = Database(url, pool_size=1)
        await example_year.load(database, settings)
        app = assembled(settings.model_copy(update={"database_url": url, "today": example_year.DAY}), database)
        engine = create_async_engine(url, poolclass=pool.NullPool)
        failed: list[str] = []
        given: demo_answers.Answers = {}
        async with engine.connect() as connection:
            for path, operations in app.openapi()["paths"].items():
                for method, operation in operations.items():
                    # Each in a transaction of its own that is undone: no example depends on another.
                    outer = await connection.begin()
                    await use_connection(database, connection)
                    if operation["operationId"] in OF_EARLIER_REQUESTS:
                        await tried(Api(app), "get", f"/v1/participants/{demo_id('participant', 1)}", {}, None, None)
                    if operation["operationId"] == "lift_restriction":
                        restriction = path.removesuffix("/lifting")
                        await tried(Api(app), "post", restriction, operation, bodies(operation)[0], None)
                    asked: list[tuple[tuple[str, str] | None, str | None]] = [
                        (sent, None) for sent in bodies(operation)
                    ]
                    asked += [(None, accept) for accept in other_media_types(method, operation)]
                    for sent, accept in asked:
                        answer = await tried(Api(app), method, path, operation, sent, accept)
                        # 207: an item was not accepted.
                        if not answer.is_success or answer.status_code == 207:
                            failed.append(f"{method.upper()} {path}: {answer.status_code} {answer.text[:300]}")
                        elif answer.content and is_shown(media_type := answer.headers["content-type"].split(";")[0]):
                            answers = given.setdefault(operation["operationId"], {})
                            answers.setdefault(media_type, demo_answers.describe(answer.content, media_type))
                    await outer.rollback()
        await engine.dispose()
        await database.close()
    assert not failed, "\n".join(failed)
    if request.config.getoption("--write-answers"):
        demo_answers.write(given)
    compare(demo_answers.read(), given)


def compare(shown: demo_answers.Answers, given: demo_answers.Answers) -> None:
    """Every answer is shown, and none in a form that the demo does not give."""
    wrong = [
        f"{operation} {media_type}: {fault}"
        for operation, answers in shown.items()
        for media_type, answer in answers.items()
        for fault in (
            demo_answers.list_differences(answer, given[operation][media_type])
            if media_type in given.get(operation, {})
            else ["is not given"]
        )
    ]
    wrong += [
        f"{operation} {media_type}: is not shown"
        for operation, answers in given.items()
        for media_type in answers.keys() - shown.get(operation, {}).keys()
    ]
    assert not wrong, "run ./scripts/test tests/http/test_examples.py --write-answers\n" + "\n".join(wrong)


def is_shown(media_type: str) -> bool:
    """Whether a person can read an answer of it."""
    return media_type.startswith("text/") or "json" in media_type


def other_media_types(method: str, operation: dict[str, Any]) -> list[str]:
    """What else than JSON can be asked for, and ends."""
    offered = operation["responses"].get("200", {}).get("content", {}) if method == "get" else {}
    return [name for name in offered if is_shown(name) and "json" not in name and name != "text/event-stream"]


def bodies(operation: dict[str, Any]) -> list[tuple[str, str] | None]:
    """Each body that Swagger UI has to choose from, after its media type."""
    found: list[tuple[str, str] | None] = []
    for media_type, body in operation.get("requestBody", {}).get("content", {}).items():
        shown = [body["example"]] if "example" in body else [one["value"] for one in body["examples"].values()]
        found += [(media_type, one if isinstance(one, str) else json.dumps(one)) for one in shown]
    # The same change in another media type is another version of what it changes; XML's is a stub.
    return [one for one in found if one and not one[0].endswith(("xml", "merge-patch+json"))] or [None]


async def tried(
    api: Api, method: str, path: str, operation: dict[str, Any], sent: tuple[str, str] | None, accept: str | None
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
        headers = {} if accept is None else {"Accept": accept}
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
