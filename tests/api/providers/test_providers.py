"""Providers and their capacity through HTTP (P1, P2)."""

import json

import pytest

from tests.conftest import Api
from tests.factories.steps import refused

GLOEDE = {"name": "Gløde AS", "organisation_number": "310300403", "municipality_number": "4631"}


async def registered(api: Api, **changes: object) -> dict[str, str]:
    """A provider, registered."""
    answer = await api.case_officer.post("/v1/providers", json=GLOEDE | changes)
    assert answer.status_code == 201, answer.text
    body: dict[str, str] = answer.json()
    return body


async def test_registers_and_reads_a_provider(api: Api) -> None:
    answer = await api.case_officer.post("/v1/providers", json=GLOEDE)
    assert answer.status_code == 201
    body = answer.json()
    assert body["name"] == "Gløde AS"
    assert set(body) == {"id", "created_at", "updated_at", "name", "organisation_number", "municipality_number"}
    read = await api.case_officer.get(answer.headers["location"])
    assert read.json() == body
    assert read.headers["etag"] == answer.headers["etag"]
    listed = await api.finance.get("/v1/providers")
    assert listed.json() == {"items": [body], "next": None}


@pytest.mark.parametrize(
    ("changes", "code", "pointer"),
    [
        ({"organisation_number": "310300404"}, "organisation-number-invalid", "#/organisation_number"),
        ({"municipality_number": "4601"}, "provider-outside-municipality", "#/municipality_number"),
        ({"organisation_number": "31030040"}, "validation", "#/organisation_number"),
        ({"name": ""}, "validation", "#/name"),
        ({"name": "  "}, "validation", "#/name"),
        ({"organisation_number": "000000000"}, "organisation-number-invalid", "#/organisation_number"),
        ({"owner": "x"}, "validation", "#/owner"),
    ],
)
async def test_refuses_a_provider(api: Api, changes: dict[str, str], code: str, pointer: str) -> None:
    """P1, and the shape of a refusal."""
    answer = await api.case_officer.post("/v1/providers", json=GLOEDE | changes)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["type"] == f"/problems/{code}"
    assert body["errors"][0]["pointer"] == pointer
    assert body["request_id"] == answer.headers["x-request-id"]
    assert (await api.case_officer.get("/v1/providers")).json()["items"] == []


@pytest.mark.parametrize("number", ["310300403", "210300009"])
async def test_synthetic_number_is_refused_where_people_are_real(api: Api, number: str) -> None:
    """P1: as a synthetic identity number is."""
    state = api.app.state
    before = state.settings
    state.settings = before.model_copy(update={"allow_synthetic_identity_numbers": False})
    try:
        body = GLOEDE | {"organisation_number": number}
        refused(await api.case_officer.post("/v1/providers", json=body), 422, "organisation-number-invalid")
        await registered(api, organisation_number="920290922")
    finally:
        state.settings = before


@pytest.mark.parametrize(
    "name",
    [
        "Gl\u00f8\nde",
        "Gl\u00f8\tde",
        "a\x7fb",
        "a\x85b",
        "a\u2028b",
        "a\u202eb",
        "a\u00adb",
        "a\u180eb",
        "\u3164",
        "\u2800",
        "a\u2066b",
        "\u200fa",
        "a\ufeff",
        "a\ufffeb",
    ],
)
async def test_name_is_of_letters_that_can_be_read(api: Api, name: str) -> None:
    """No control character, line end, turned reading direction or noncharacter: names go out to other systems."""
    problem = refused(await api.case_officer.post("/v1/providers", json=GLOEDE | {"name": name}), 422, "validation")
    assert problem["errors"][0]["pointer"] == "#/name"
    assert problem["errors"][0]["detail"] == "kan ikkje ha linjeskift, kontrollteikn eller usynlege teikn"


@pytest.mark.parametrize(
    "name",
    ["D\u2019Angelo & S\u00f8nn AS", "\u0645\u06cc\u200c\u0634\u0648\u062f", "\u674e\u5c0f\u9f99", "Zo\u00eb\u0301"],
)
async def test_name_in_any_script_is_taken(api: Api, name: str) -> None:
    assert (await registered(api, name=name))["name"] == name


async def test_white_space_around_a_name_is_not_kept(api: Api) -> None:
    provider = await registered(api, name=" \tGløde\u00a0 AS\n")
    assert provider["name"] == "Gløde\u00a0 AS"
    path = f"/v1/providers/{provider['id']}"
    tag = (await api.case_officer.get(path)).headers["etag"]
    changed = await api.case_officer.patch(path, json={"name": "KIM AS "}, headers={"If-Match": tag})
    assert changed.json()["name"] == "KIM AS"


@pytest.mark.parametrize(
    ("name", "detail"),
    [
        ("", "kan ikkje vere tomt"),
        (" \u00a0\u200b", "kan ikkje vere tomt"),
        ("Gløde\0AS", "kan ikkje ha NUL-teikn"),
        ("\0", "kan ikkje ha NUL-teikn"),
        ("\ud800", "har teikn som ikkje er gyldig Unicode"),
        ("x" * 201, "er for lang: høgst 200 teikn"),
    ],
)
async def test_says_what_is_wrong_with_a_text(api: Api, name: str, detail: str) -> None:
    content = json.dumps(GLOEDE | {"name": name}).encode()
    answer = await api.case_officer.post("/v1/providers", content=content, headers={"Content-Type": "application/json"})
    assert answer.json()["errors"] == [{"pointer": "#/name", "detail": detail}]


async def test_refuses_the_same_organisation_twice(api: Api) -> None:
    await registered(api)
    answer = await api.case_officer.post("/v1/providers", json=GLOEDE | {"name": "Glöde"})
    assert answer.status_code == 409
    assert answer.json()["type"] == "/problems/organisation-number-taken"


async def test_changes_a_provider_only_from_the_current_version(api: Api) -> None:
    provider = await registered(api)
    path = f"/v1/providers/{provider['id']}"
    tag = (await api.case_officer.get(path)).headers["etag"]
    assert (await api.case_officer.patch(path, json={"name": "Gløde"})).status_code == 428
    stale = await api.case_officer.patch(path, json={"name": "Gløde"}, headers={"If-Match": '"x"'})
    assert stale.status_code == 412
    changed = await api.case_officer.patch(path, json={"name": "Gløde"}, headers={"If-Match": tag})
    assert changed.status_code == 200
    assert changed.json()["name"] == "Gløde"
    assert (await api.case_officer.get(path)).headers["etag"] == changed.headers["etag"] != tag
    again = await api.case_officer.patch(path, json={"name": "X"}, headers={"If-Match": tag})
    assert again.status_code == 412
    for bad in ({"name": None}, {"organisation_number": "310300411"}, {"id": provider["id"]}):
        answer = await api.case_officer.patch(path, json=bad, headers={"If-Match": changed.headers["etag"]})
        assert answer.status_code == 422


async def test_a_provider_sees_itself_alone(api: Api) -> None:
    mine = await registered(api)
    other = await registered(api, organisation_number="310300411", name="KIM AS")
    client = api.provider("310300403")
    assert [row["id"] for row in (await client.get("/v1/providers")).json()["items"]] == [mine["id"]]
    assert (await client.get(f"/v1/providers/{other['id']}")).status_code == 404
    assert (await client.post("/v1/providers", json=GLOEDE)).status_code == 403


async def test_sets_capacity_over_time(api: Api) -> None:
    """P2: one row from each day."""
    provider = await registered(api)
    path = f"/v1/providers/{provider['id']}/capacities"
    for day, places in (("2022-01-01", 10), ("2022-07-01", 12)):
        answer = await api.case_officer.post(path, json={"valid_from": day, "places": places})
        assert answer.status_code == 201
    rows = (await api.provider("310300403").get(path)).json()["items"]
    assert [(row["valid_from"], row["places"]) for row in rows] == [("2022-01-01", 10), ("2022-07-01", 12)]


async def test_answers_again_for_the_same_idempotency_key(api: Api) -> None:
    first = await api.case_officer.post("/v1/providers", json=GLOEDE, headers={"Idempotency-Key": "a-1"})
    again = await api.case_officer.post("/v1/providers", json=GLOEDE, headers={"Idempotency-Key": "a-1"})
    assert again.status_code == first.status_code == 201
    assert again.content == first.content
    assert again.headers["idempotency-replayed"] == "true"
    assert again.headers["location"] == first.headers["location"]
    other = await api.case_officer.post(
        "/v1/providers", json=GLOEDE | {"name": "X"}, headers={"Idempotency-Key": "a-1"}
    )
    assert other.json()["type"] == "/problems/idempotency-key-reused"
