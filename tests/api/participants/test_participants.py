"""Participants through HTTP (D1): registration, change, lists, identity numbers that never come out."""

import logging
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from app.participants.schemas import ParticipantIn, ParticipantLookup, ParticipantPatch, ParticipantUpsert
from app.security.identity_numbers import Sealed, decrypt
from app.settings import Settings
from tests.conftest import Api
from tests.factories.participants import (
    D_NUMBER,
    GUARDIAN,
    NUMBER,
    PATH,
    SECOND,
    SOLVEIG,
    STORED,
    everyone,
    in_order,
    is_problem,
    looked_up,
    patched,
    registered,
    upsert_path,
)


async def test_registers_and_reads_a_participant(api: Api) -> None:
    contacts = [GUARDIAN, {"kind": "next_of_kin", "name": "Åse Testnes", "phone": None, "email": "aase@example.no"}]
    answer = await api.case_officer.post(
        PATH, json=SOLVEIG | {"contacts": contacts, "address_protection": True, "national_identity_number": NUMBER}
    )
    assert answer.status_code == 201
    body = answer.json()
    assert body == SOLVEIG | {name: body[name] for name in STORED} | {
        "contacts": contacts,
        "address_protection": True,
        "restricted": False,
        "external_ids": [],
        "possible_duplicates": [],
        "possible_protected_duplicate": False,
    }
    read = await api.epj.get(answer.headers["location"])
    body = {name: value for name, value in body.items() if not name.startswith("possible_")}
    assert read.json() == body
    assert read.headers["etag"] == answer.headers["etag"]
    assert (await api.epj.get(PATH)).json() == {"items": [body], "next": None}


async def test_what_is_left_out_has_its_default(api: Api) -> None:
    body = await registered(api, contacts=[{"kind": "guardian", "name": "Torbjørn Testnes"}])
    assert body["contacts"] == [{"kind": "guardian", "name": "Torbjørn Testnes", "phone": None, "email": None}]
    assert body["address_protection"] is False


@pytest.mark.parametrize(
    ("changes", "code", "pointer"),
    [
        ({"national_identity_number": "23849150074"}, "identity-number-invalid", "#/national_identity_number"),
        ({"national_identity_number": "13527248013"}, "identity-number-invalid", "#/national_identity_number"),
        ({"national_identity_number": "2384915007"}, "validation", "#/national_identity_number"),
        ({"national_identity_number": 23849150073}, "validation", "#/national_identity_number"),
        ({"birth_date": "2099-12-31"}, "birth-date-in-future", "#/birth_date"),
        ({"birth_date": "1899-12-31"}, "validation", "#/birth_date"),
        ({"birth_date": None}, "validation", "#/birth_date"),
        ({"given_name": " "}, "validation", "#/given_name"),
        ({"given_name": "a\x00b"}, "validation", "#/given_name"),
        ({"family_name": "x" * 201}, "validation", "#/family_name"),
        ({"municipality_number": "463"}, "validation", "#/municipality_number"),
        ({"service_area": "nav"}, "validation", "#/service_area"),
        ({"address_protection": 1}, "validation", "#/address_protection"),
        ({"address_protection": "true"}, "validation", "#/address_protection"),
        ({"contacts": [GUARDIAN] * 11}, "validation", "#/contacts"),
        ({"contacts": [GUARDIAN | {"kind": "friend"}]}, "validation", "#/contacts/0/kind"),
        ({"contacts": [GUARDIAN | {"phone": "ring meg"}]}, "validation", "#/contacts/0/phone"),
        ({"contacts": [GUARDIAN | {"email": "torbjørn"}]}, "validation", "#/contacts/0/email"),
        ({"contacts": [GUARDIAN | {"national_identity_number": NUMBER}]}, "validation", None),
        ({"external_ids": []}, "validation", "#/external_ids"),
        ({"identity_number_index": "x"}, "validation", "#/identity_number_index"),
        ({"id": "019aa5b0-0000-7000-8000-000000000000"}, "validation", "#/id"),
    ],
)
async def test_refuses_a_participant(api: Api, changes: dict[str, Any], code: str, pointer: str | None) -> None:
    """On every way in, and nothing is left behind."""
    for answer in (
        await api.case_officer.post(PATH, json=SOLVEIG | changes),
        await api.epj.put(upsert_path(), json=SOLVEIG | changes),
    ):
        assert is_problem(answer, 422, code, pointer)
        assert str(changes.get("national_identity_number", NUMBER)) not in answer.text
    assert await everyone(api) == []
    participant = await registered(api)
    assert is_problem(await patched(api, participant, **changes), 422, code, pointer)
    assert await everyone(api) == [participant]


async def test_synthetic_numbers_only_where_the_service_allows_them(api: Api, settings: Settings) -> None:
    api.app.state.settings = settings.model_copy(update={"allow_synthetic_identity_numbers": False})
    try:
        answer = await api.case_officer.post(PATH, json=SOLVEIG | {"national_identity_number": NUMBER})
    finally:
        api.app.state.settings = settings
    assert is_problem(answer, 422, "identity-number-invalid", "#/national_identity_number")
    assert await everyone(api) == []


async def test_a_number_need_not_tell_the_birth_date(api: Api) -> None:
    """A D-number may carry the day it was issued: the register's birth date is the one that counts."""
    body = await registered(api, national_identity_number=D_NUMBER)
    assert body["birth_date"] == "1991-04-23"


async def test_an_identity_number_belongs_to_one_participant(api: Api) -> None:
    first = await registered(api, national_identity_number=NUMBER)
    answer = await api.case_officer.post(PATH, json=SOLVEIG | {"national_identity_number": NUMBER})
    assert is_problem(answer, 409, "identity-number-taken")
    assert NUMBER not in answer.text
    assert await everyone(api) == [first]
    second = await registered(api, national_identity_number=SECOND)
    assert is_problem(await patched(api, second, national_identity_number=NUMBER), 409, "identity-number-taken")
    assert await everyone(api) == in_order(first, second)
    assert (await looked_up(api, SECOND)).json() == second


async def test_looks_up_by_identity_number(api: Api) -> None:
    body = await registered(api, national_identity_number=NUMBER)
    for client in (api.case_officer, api.epj):
        found = await client.post(f"{PATH}/lookup", json={"national_identity_number": NUMBER})
        assert found.status_code == 200
        assert found.json() == body
    assert is_problem(await looked_up(api, SECOND), 404, "not-found")
    for wrong in ("23849150074", "13527248013"):
        answer = await looked_up(api, wrong)
        assert is_problem(answer, 422, "identity-number-invalid", "#/national_identity_number")
        assert wrong not in answer.text


async def test_only_a_post_looks_up(api: Api) -> None:
    """`lookup` is not taken for an id."""
    for method in ("GET", "HEAD", "PUT", "PATCH", "DELETE"):
        answer = await api.case_officer.request(method, f"{PATH}/lookup")
        assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


async def test_changes_a_participant_only_from_the_current_version(api: Api) -> None:
    participant = await registered(api, contacts=[GUARDIAN])
    path = f"{PATH}/{participant['id']}"
    tag = (await api.epj.get(path)).headers["etag"]
    assert is_problem(await api.epj.patch(path, json={"given_name": "Sol"}), 428, "precondition-required")
    stale = await api.epj.patch(path, json={"given_name": "Sol"}, headers={"If-Match": '"x"'})
    assert is_problem(stale, 412, "precondition-failed")
    changes = {"given_name": "Sol", "service_area": "mental_health", "contacts": [], "address_protection": True}
    changed = await api.epj.patch(
        path,
        json=changes,
        headers={"If-Match": tag, "Content-Type": "application/merge-patch+json"},
    )
    assert changed.status_code == 200
    assert changed.json() == participant | changes | {"updated_at": changed.json()["updated_at"]}
    read = await api.case_officer.get(path, headers={"X-Access-Reason": "case"})
    assert read.headers["etag"] == changed.headers["etag"] != tag
    again = await api.epj.patch(path, json={"given_name": "X"}, headers={"If-Match": tag})
    assert is_problem(again, 412, "precondition-failed")


@pytest.mark.parametrize(
    "name",
    [
        "given_name",
        "family_name",
        "birth_date",
        "municipality_number",
        "service_area",
        "contacts",
        "address_protection",
    ],
)
async def test_null_only_where_there_may_be_nothing(api: Api, name: str) -> None:
    participant = await registered(api)
    assert is_problem(await patched(api, participant, **{name: None}), 422, "validation", f"#/{name}")
    assert await everyone(api) == [participant]


async def test_a_null_takes_the_identity_number_away(api: Api) -> None:
    participant = await registered(api, national_identity_number=NUMBER)
    assert (await patched(api, participant, given_name="Sol")).status_code == 200
    assert (await looked_up(api, NUMBER)).status_code == 200
    assert (await patched(api, participant, national_identity_number=SECOND)).status_code == 200
    assert (await looked_up(api, SECOND)).status_code == 200
    assert (await patched(api, participant, national_identity_number=None)).status_code == 200
    other = (await registered(api, national_identity_number=SECOND))["id"]
    assert (await looked_up(api, SECOND)).json()["id"] == other


async def test_filters(api: Api) -> None:
    first = await registered(api)
    second = await registered(api, service_area="other", municipality_number="4601")
    third = (await api.epj.put(upsert_path(), json=SOLVEIG)).json()
    for query, expected in (
        ("municipality_number=4631", in_order(first, third)),
        ("service_area=other", [second]),
        ("service_area=other&municipality_number=4631", []),
        ("external_system=profil&external_value=10042", [third]),
        ("external_system=arena&external_value=10042", []),
        ("external_system=profil", [third]),
        ("external_value=10042", [third]),
    ):
        assert (await api.epj.get(f"{PATH}?{query}")).json()["items"] == expected
    for query, pointer in (
        ("external_value=Ola%20Nordmann", "#/query/external_value"),
        ("service_area=nav", "#/query/service_area"),
        ("family_name=Testnes", "#/query/family_name"),
    ):
        assert is_problem(await api.epj.get(f"{PATH}?{query}"), 422, "validation", pointer)


async def test_a_filter_tells_nothing_that_is_not_shown(api: Api) -> None:
    await registered(api)
    habilitation, provider = api.service("habilitation"), api.provider("310300403")
    assert len((await habilitation.get(f"{PATH}?service_area=habilitation")).json()["items"]) == 1
    for client, query in (
        (habilitation, "municipality_number=4631"),
        (habilitation, "external_system=profil&external_value=1"),
        (provider, "service_area=mental_health"),
        (provider, "municipality_number=4631"),
        (provider, "external_system=profil&external_value=1"),
    ):
        assert is_problem(await client.get(f"{PATH}?{query}"), 403, "role-required")


async def test_pages_through_participants(api: Api) -> None:
    ids = [(await registered(api, given_name=f"P{number}"))["id"] for number in range(5)]
    found: list[str] = []
    following: str | None = f"{PATH}?limit=2&municipality_number=4631"
    while following is not None:
        answer = await api.epj.get(following)
        found += [item["id"] for item in answer.json()["items"]]
        assert (answer.json()["next"] is None) is ("link" not in answer.headers)
        following = answer.headers["link"].split(">")[0][1:] if "link" in answer.headers else None
    assert found == sorted(ids)


async def test_the_number_is_sealed_and_comes_out_nowhere(
    api: Api,
    connection: AsyncConnection,
    settings: Settings,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    body = SOLVEIG | {"national_identity_number": NUMBER}
    answers = [await api.epj.put(upsert_path(), json=body), await api.case_officer.post(PATH, json=body)]
    path = answers[0].headers["location"]
    answers += [
        await looked_up(api, NUMBER),
        await api.case_officer.get(path),
        await api.case_officer.get(PATH),
        await api.case_officer.post(PATH, json=body | {"service_area": NUMBER}),
        await api.case_officer.post(PATH, content=f'{{"national_identity_number": "{NUMBER}", }}'),
        await api.case_officer.patch(path, json={"national_identity_number": NUMBER}, headers={"If-Match": "*"}),
    ]
    assert [answer.status_code for answer in answers] == [201, 409, 200, 200, 200, 422, 415, 200]
    for answer in answers:
        assert NUMBER not in answer.text + str(answer.headers)
    written = capfd.readouterr()
    assert NUMBER not in caplog.text + written.out + written.err
    row = (await connection.execute(text("select * from participant"))).one()._mapping
    assert NUMBER not in str(dict(row))
    sealed = Sealed(row["identity_number_ciphertext"], row["identity_number_key_id"])
    assert decrypt(sealed, row["id"], settings) == NUMBER


async def test_the_shapes_never_print_the_number() -> None:
    body = SOLVEIG | {"national_identity_number": NUMBER}
    for shape in (ParticipantIn, ParticipantUpsert, ParticipantPatch):
        assert NUMBER not in repr(shape.model_validate(body)) + str(shape.model_validate(body))
    assert NUMBER not in repr(ParticipantLookup(national_identity_number=NUMBER))
