"""Participants as another system names them: made, brought up to date, known by their number, refused (D1)."""

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.conftest import Api
from tests.factories.participants import (
    D_NUMBER,
    GUARDIAN,
    NUMBER,
    PATH,
    SOLVEIG,
    THIRD,
    everyone,
    in_order,
    is_problem,
    looked_up,
    registered,
    upsert_path,
)
from tests.factories.steps import refused


async def test_the_epj_registers_and_updates_by_its_own_id(api: Api) -> None:
    body = SOLVEIG | {"contacts": [GUARDIAN], "address_protection": True, "national_identity_number": NUMBER}
    made = await api.epj.put(upsert_path(), json=body)
    assert made.status_code == 201
    participant = made.json()
    assert participant["external_ids"] == [{"system": "profil", "value": "10042"}]
    assert (await api.epj.get(made.headers["location"])).json() == participant

    for same in (body, SOLVEIG, SOLVEIG | {"national_identity_number": None}):
        again = await api.epj.put(upsert_path(), json=same)
        assert again.status_code == 200
        assert "location" not in again.headers
        assert again.json() == participant
        assert again.headers["etag"] == made.headers["etag"]

    moved = await api.epj.put(upsert_path(), json=SOLVEIG | {"municipality_number": "4601", "contacts": []})
    assert moved.status_code == 200
    assert moved.json() == participant | {
        "municipality_number": "4601",
        "contacts": [],
        "updated_at": moved.json()["updated_at"],
    }
    assert [one["id"] for one in await everyone(api)] == [participant["id"]]
    assert (await looked_up(api, NUMBER)).json()["id"] == participant["id"]


async def test_an_equal_upsert_touches_no_row(api: Api, connection: AsyncConnection) -> None:
    """Not even a new ciphertext of the same number."""
    body = SOLVEIG | {"contacts": [{"kind": "guardian", "name": "T"}], "national_identity_number": NUMBER}
    await api.epj.put(upsert_path(), json=body)
    look = text("select ctid::text, identity_number_ciphertext from participant")
    before = (await connection.execute(look)).all()
    assert (await api.epj.put(upsert_path(), json=body)).status_code == 200
    assert (await connection.execute(look)).all() == before


async def test_whoever_is_known_by_number_gets_the_external_id(api: Api) -> None:
    known = await registered(api, national_identity_number=NUMBER, contacts=[GUARDIAN])
    answer = await api.epj.put(upsert_path(), json=SOLVEIG | {"national_identity_number": NUMBER})
    assert answer.status_code == 200
    merged = answer.json()
    assert merged == known | {
        "external_ids": [{"system": "profil", "value": "10042"}],
        "updated_at": merged["updated_at"],
    }
    other = await api.epj.put(upsert_path("A-7", "arena"), json=SOLVEIG | {"national_identity_number": NUMBER})
    assert other.json()["external_ids"] == [
        {"system": "arena", "value": "A-7"},
        {"system": "profil", "value": "10042"},
    ]
    assert await everyone(api) == [other.json()]


async def test_a_number_of_somebody_else_is_refused(api: Api) -> None:
    """The system calls its holder something else, or the one it names is another than the holder."""
    first = (await api.epj.put(upsert_path("1"), json=SOLVEIG | {"national_identity_number": NUMBER})).json()
    second = (await api.epj.put(upsert_path("2"), json=SOLVEIG)).json()
    third = await registered(api, national_identity_number=THIRD)
    before = in_order(first, second, third)
    for value, number in (("3", NUMBER), ("2", NUMBER), ("2", THIRD)):
        answer = await api.epj.put(
            upsert_path(value), json=SOLVEIG | {"given_name": "X", "national_identity_number": number}
        )
        assert is_problem(answer, 409, "identity-number-taken")
        assert await everyone(api) == before


async def test_a_corrected_number_follows_the_external_id(api: Api) -> None:
    made = (await api.epj.put(upsert_path(), json=SOLVEIG | {"national_identity_number": D_NUMBER})).json()
    answer = await api.epj.put(upsert_path(), json=SOLVEIG | {"national_identity_number": NUMBER})
    assert (answer.status_code, answer.json()["id"]) == (200, made["id"])
    assert (await looked_up(api, NUMBER)).json()["id"] == made["id"]
    assert (await looked_up(api, D_NUMBER)).json()["id"] == made["id"], "the former number still finds the person"


@pytest.mark.parametrize(
    ("system", "value", "code", "pointer"),
    [
        ("profil", NUMBER, "external-id-invalid", "#/path/value"),
        ("profil", f"P-{NUMBER[:6]}-{NUMBER[6:]}", "external-id-invalid", "#/path/value"),
        ("profil", "Ola Nordmann", "validation", "#/path/value"),
        ("profil", "a%00b", "validation", "#/path/value"),
        ("profil", "x" * 101, "validation", "#/path/value"),
        ("pro fil", "1", "validation", "#/path/system"),
        ("p" * 51, "1", "validation", "#/path/system"),
    ],
)
async def test_refuses_an_external_id(api: Api, system: str, value: str, code: str, pointer: str) -> None:
    """No name and no identity number in an address."""
    assert is_problem(await api.epj.put(upsert_path(value, system), json=SOLVEIG), 422, code, pointer)
    assert await everyone(api) == []


async def test_when_a_participant_was_last_changed(committed_api: Api) -> None:
    """An equal body is no change; a new external id is one, though it stands in another table."""
    body = SOLVEIG | {"national_identity_number": NUMBER}
    made = (await committed_api.case_officer.post(PATH, json=body)).json()
    merged = (await committed_api.epj.put(upsert_path(), json=body)).json()
    same = (await committed_api.epj.put(upsert_path(), json=body)).json()
    changed = (await committed_api.epj.put(upsert_path(), json=body | {"given_name": "Sol"})).json()
    assert made["created_at"] == merged["created_at"] == changed["created_at"]
    assert made["updated_at"] < merged["updated_at"] == same["updated_at"] < changed["updated_at"]


async def test_upsert_obeys_conditional_headers(api: Api) -> None:
    """RFC 9110 § 13: an ETag on every answer, and no change that somebody has not seen where they ask for that."""
    path = "/v1/participants/by-external-id/profil/1"
    absent = await api.epj.put(path, json=SOLVEIG, headers={"If-Match": '"x"'})
    refused(absent, 412, "precondition-failed")
    made = await api.epj.put(path, json=SOLVEIG, headers={"If-None-Match": "*"})
    assert made.status_code == 201
    read = await api.epj.get(made.headers["location"])
    assert made.headers["etag"] == read.headers["etag"]
    refused(await api.epj.put(path, json=SOLVEIG, headers={"If-None-Match": "*"}), 412, "precondition-failed")
    changed = await api.epj.put(path, json=SOLVEIG | {"given_name": "Ny"}, headers={"If-Match": made.headers["etag"]})
    assert (changed.status_code, changed.json()["given_name"]) == (200, "Ny")
    stale = await api.epj.put(path, json=SOLVEIG, headers={"If-Match": made.headers["etag"]})
    refused(stale, 412, "precondition-failed")
    assert changed.headers["etag"] != made.headers["etag"]
