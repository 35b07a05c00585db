"""Identity numbers stand in fields of their own: in no text, name, query, header or subject, and so in no file.

Every string of every body that the OpenAPI document knows is tried, each with another spelling.
"""

import itertools
import json
from collections.abc import Iterator
from typing import Any

import asyncpg
import pytest

import postgres
from app.http.identity_numbers import OWN_FIELDS
from tests.conftest import Api
from tests.factories import participants, steps
from tests.factories.steps import ok, refused
from tests.factories.tokens import bearer
from tests.http.operations import JSON_TYPES, Operation, Schema, alternatives, operations, resolved
from tests.http.roles import table
from tests.unit.rules.test_identifiers import SPELLINGS, spell

# Of Skatteetaten's synthetic population, and in no other test: files are searched for it.
NUMBER = "01819010001"
TABLE = table()
# Those that take other formats too read their bodies themselves, and have tests of their own.
WITH_BODY = [
    operation
    for operation in operations()
    if operation.secured and operation.json_schema is not None and set(operation.content) <= set(JSON_TYPES)
]  # fmt: skip
# The address of an external id says so by a code of its own.
WITH_QUERY = [
    (operation, parameter["name"])
    for operation in operations()
    if operation.secured and operation.method == "GET"
    for parameter in operation.parameters("query")
]
_spellings = itertools.cycle(SPELLINGS)


def list_texts(schema: Schema, path: tuple[str | int, ...] = (), depth: int = 0) -> Iterator[tuple[str | int, ...]]:
    """The path to each string of a body, into lists and objects."""
    if depth > 5:
        return
    for shape in alternatives(resolved(schema)):
        if shape.get("type") == "string" and "const" not in shape:
            yield path
        elif shape.get("type") == "array" and isinstance(shape.get("items"), dict):
            yield from list_texts(shape["items"], (*path, 0), depth + 1)
        for name, member in shape.get("properties", {}).items():
            if name not in OWN_FIELDS:
                yield from list_texts(member, (*path, name), depth + 1)


def build(path: tuple[str | int, ...], text: str) -> Any:
    """The least body with a text at the path."""
    if not path:
        return text
    inner = build(path[1:], text)
    return [inner] if isinstance(path[0], int) else {path[0]: inner}


async def test_ids_that_hold_one_by_chance_are_ids(api: Api) -> None:
    by_chance = "01819010-001A-7edf-a1f6-88827eb6bf3c"
    headers = {"X-Request-ID": by_chance, "Idempotency-Key": by_chance}
    answer = await api.case_officer.get("/v1/participants", params={"id": by_chance}, headers=headers)
    assert ok(answer, 200)["items"] == []
    assert answer.headers["X-Request-ID"] == by_chance
    ok(await api.case_officer.post("/v1/participants", json=participants.SOLVEIG, headers=headers))


@pytest.mark.parametrize("operation", WITH_BODY, ids=lambda operation: operation.name)
async def test_no_text_of_a_body_may_hold_one(api: Api, operation: Operation) -> None:
    assert operation.json_schema is not None
    paths = dict.fromkeys(list_texts(operation.json_schema))
    role = sorted(TABLE[operation.name])[0]
    headers = bearer(role, organisation="310300403" if role == "provider" else None) | {"If-Match": '"x"'}
    for path in paths:
        body = build(path, f"Gjeld {spell(NUMBER, next(_spellings))}.")
        answer = await api.anonymous.request(operation.method, operation.target, json=body, headers=headers)
        problem = refused(answer, 422, "identity-number-in-text")
        assert problem["errors"][0]["pointer"] == "#" + "".join(f"/{step}" for step in path), operation.name
        assert NUMBER[6:] not in answer.text


@pytest.mark.parametrize(
    ("operation", "name"), WITH_QUERY, ids=[f"{operation.name} {name}" for operation, name in WITH_QUERY]
)
async def test_no_query_may_hold_one(api: Api, operation: Operation, name: str) -> None:
    role = sorted(TABLE[operation.name])[0]
    headers = bearer(role, organisation="310300403" if role == "provider" else None)
    answer = await api.anonymous.request(operation.method, operation.address, params={name: NUMBER}, headers=headers)
    problem = refused(answer, 422, "identity-number-in-text")
    assert [error["pointer"] for error in problem["errors"]] == [f"#/query/{name}"]


async def test_several_texts_are_named_at_once(api: Api) -> None:
    body = {"given_name": NUMBER, "contacts": [{"kind": "guardian", "name": "Kari", "phone": NUMBER}], "x": NUMBER}
    problem = refused(await api.case_officer.post("/v1/participants", json=body), 422, "identity-number-in-text")
    assert [error["pointer"] for error in problem["errors"]] == ["#/given_name", "#/contacts/0/phone", "#/x"]


async def test_number_has_its_own_field(api: Api) -> None:
    await steps.participant(api, national_identity_number="10915596784")
    lookup = {"national_identity_number": "10915596784"}
    assert (await api.epj.post("/v1/participants/lookup", json=lookup)).status_code == 200


async def test_items_of_a_batch_are_looked_through(api: Api) -> None:
    line = {"external_system": "profil", "external_value": "1", "given_name": f"Ola {NUMBER}"}
    line |= {"family_name": "Lykt", "birth_date": "1990-01-01", "municipality_number": "4631", "service_area": "other"}
    for media_type, body in (("application/json", {"items": [line]}), ("application/x-ndjson", line)):
        headers = {"Content-Type": media_type}
        answer = await api.epj.post("/v1/participants/batch", content=json.dumps(body), headers=headers)
        (item,) = ok(answer, 207)["items"]
        assert item["problem"]["type"] == "/problems/identity-number-in-text"
        assert NUMBER not in answer.text


async def test_request_id_that_holds_one_is_not_taken_over(api: Api) -> None:
    answer = await api.case_officer.get("/v1/providers", headers={"X-Request-ID": f"id-{NUMBER}"})
    assert NUMBER not in answer.headers["x-request-id"]
    kept = await api.case_officer.get("/v1/providers", headers={"X-Request-ID": "id-12345678901"})
    assert kept.headers["x-request-id"] == "id-12345678901"


async def test_subject_that_is_one_is_no_subject(api: Api) -> None:
    answer = await api.anonymous.get("/v1/providers", headers=bearer("case_officer", subject=NUMBER))
    assert answer.status_code == 401


async def test_no_file_of_the_database_holds_it(
    committed_api: Api, behind: asyncpg.Connection, cluster: postgres.Cluster, caplog: pytest.LogCaptureFixture
) -> None:
    """Tables, write-ahead log and server log, after it was sent in every place that is not its own."""
    api = committed_api
    headers = {
        "X-Request-ID": f"id-{NUMBER}",
        "Idempotency-Key": f"key-{NUMBER}",
        "traceparent": f"00-{'a' * 10}{NUMBER}{'b' * 11}-00f067aa0ba902b7-01",
    }
    person = {
        "given_name": "Kari",
        "family_name": "Lykt",
        "birth_date": "1990-01-01",
        "municipality_number": "4631",
        "service_area": "habilitation",
    }
    assert (await api.case_officer.post("/v1/participants", json=person, headers=headers)).status_code == 201
    again = await api.case_officer.post("/v1/participants", json=person, headers=headers)
    assert again.headers["idempotency-replayed"] == "true"
    for spelling in SPELLINGS:
        body = person | {"family_name": spell(NUMBER, spelling)}
        assert (await api.case_officer.post("/v1/participants", json=body, headers=headers)).status_code == 422
    await api.case_officer.get("/v1/participants", params={"external_value": NUMBER})
    await api.anonymous.get("/v1/participants", headers=bearer("case_officer", subject=NUMBER))
    ok(await api.case_officer.get("/v1/participants"), 200)
    found = [str(file) for file in cluster.data.rglob("*") if file.is_file() and NUMBER.encode() in file.read_bytes()]
    assert found == []
    assert NUMBER not in caplog.text
