"""A person with a protected address is opened by the case office with a stated reason, which the access log keeps."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.database.base import NIL_UUID
from app.http.access_reasons import asks_for_reason
from tests.conftest import Api
from tests.factories import participants, steps

NUMBER = "23849150073"
REASON = {"X-Access-Reason": "case"}
HIDDEN = ("Sprek", "Hage", "1990-01-01", "contacts")


async def protected_place(api: Api, **changes: Any) -> tuple[str, dict[str, Any], str]:
    """A protected participant's id, the decision that gave a place, and the application's id."""
    await steps.law(api)
    provider_id = await steps.provider(api)
    person = await steps.participant(api, address_protection=True, **changes)
    body = await steps.ready_to_grant(api, provider_id, person)
    return person, steps.ok(await api.case_officer.post("/v1/decisions", json=body)), body["application_id"]


async def test_nothing_of_a_protected_person_is_opened_without_a_reason(api: Api) -> None:
    person, decision, application = await protected_place(api)
    place = decision["placement_id"]
    paths = [
        f"/v1/participants/{person}",
        f"/v1/participants/{person}/export",
        f"/v1/participants/{person}/access-log",
        f"/v1/placements/{place}",
        f"/v1/placements/{place}/supplements",
        f"/v1/placements/{place}/absence-summary",
        f"/v1/decisions/{decision['id']}",
        f"/v1/decisions/{decision['id']}/letter",
        f"/v1/applications/{application}",
        f"/v1/applications/{application}/requests",
    ]
    for path in paths:
        problem = steps.refused(await api.case_officer.get(path), 403, "reason-required")
        assert problem["participant_id"] == person
        assert not any(word in json.dumps(problem) for word in HIDDEN)
    for path in paths:
        assert (await api.case_officer.get(path, headers=REASON)).status_code == 200, path
    rows = (await api.auditor.get("/v1/access-log", params={"participant_id": person, "limit": 200})).json()["items"]
    opened = {row["route"]: row for row in rows if row["reason"]}
    assert len(opened) == len(paths)
    assert {(row["reason"], row["reference"], row["outcome"]) for row in opened.values()} == {("case", None, "allowed")}
    denied = [row["route"] for row in rows if row["outcome"] == "denied" and row["method"] == "GET"]
    assert sorted(denied) == sorted(opened)


async def test_the_reference_is_kept_with_the_reason(api: Api) -> None:
    person = await steps.participant(api, address_protection=True)
    path = f"/v1/participants/{person}"
    headers = {"X-Access-Reason": "complaint", "X-Access-Reference": "2022/1234-5"}
    steps.ok(await api.case_officer.get(path, headers=headers), 200)
    row = (await api.auditor.get("/v1/access-log", params={"participant_id": person})).json()["items"][0]
    assert (row["reason"], row["reference"], row["actor"]) == ("complaint", "2022/1234-5", "person:case_officer")
    # A tag that is known is a look as well.
    tag = (await api.case_officer.get(path, headers=REASON)).headers["etag"]
    steps.refused(await api.case_officer.get(path, headers={"If-None-Match": tag}), 403, "reason-required")
    assert (await api.case_officer.get(path, headers={"If-None-Match": tag} | REASON)).status_code == 304


@pytest.mark.parametrize(
    ("headers", "code", "at"),
    [
        ({"X-Access-Reason": "curious"}, "validation", "x-access-reason"),
        ({"X-Access-Reason": ""}, "validation", "x-access-reason"),
        ({"X-Access-Reference": "2022/1"}, "validation", "x-access-reason"),
        (REASON | {"X-Access-Reference": ""}, "validation", "x-access-reference"),
        (REASON | {"X-Access-Reference": "x" * 101}, "validation", "x-access-reference"),
        (REASON | {"X-Access-Reference": NUMBER}, "identity-number-in-text", "x-access-reference"),
    ],
)
async def test_a_reason_that_is_none_is_refused(api: Api, headers: dict[str, str], code: str, at: str) -> None:
    for protected in (True, False):
        person = await steps.participant(api, address_protection=protected)
        answer = await api.case_officer.get(f"/v1/participants/{person}", headers=headers)
        assert [one["pointer"] for one in steps.refused(answer, 422, code)["errors"]] == [f"#/header/{at}"]
        rows = (await api.auditor.get("/v1/access-log", params={"participant_id": person})).json()["items"]
        assert "read_participant" not in {row["action"] for row in rows if row["outcome"] == "allowed"}
    # Also where nobody is shown, and of a caller who needs none.
    person = await steps.participant(api)
    steps.refused(await api.case_officer.get(f"/v1/participants/{NIL_UUID}", headers=headers), 422, code)
    applied = await steps.application(api, person)
    steps.refused(await api.case_officer.get(f"/v1/applications/{applied}/requests", headers=headers), 422, code)
    steps.refused(await api.epj.get(f"/v1/participants/{person}", headers=headers), 422, code)


async def test_others_need_no_reason_and_their_own_people_none(api: Api) -> None:
    person, decision, _ = await protected_place(api)
    for client in (api.epj, api.provider("310300403")):
        steps.ok(await client.get(f"/v1/participants/{person}"), 200)
    steps.ok(await api.provider("310300403").get(f"/v1/placements/{decision['placement_id']}"), 200)
    steps.ok(await api.auditor.get(f"/v1/participants/{person}/access-log"), 200)
    known = await steps.participant(api)
    steps.ok(await api.case_officer.get(f"/v1/participants/{known}"), 200)


async def test_lists_have_the_id_and_no_name(api: Api) -> None:
    person = await steps.participant(api, address_protection=True, national_identity_number=NUMBER)
    other = await steps.participant(api)
    for params in ({}, {"name": "spr hag"}, {"birth_date": "1990-01-01"}, {"id": [person, other]}):
        items = {
            one["id"]: one
            for one in steps.ok(await api.case_officer.get("/v1/participants", params=params), 200)["items"]
        }
        assert items[other]["family_name"] == "Hage"
        concealed = items[person]
        assert (concealed.pop("created_at"), concealed.pop("updated_at")) != (None, None)
        expected = {"id": person, "given_name": "Verna", "family_name": "adresse", "address_protection": True}
        assert concealed == expected, params
    body = {"national_identity_number": NUMBER}
    found = steps.ok(await api.case_officer.post("/v1/participants/lookup", json=body), 200)
    assert (found["id"], found["given_name"], "birth_date" in found) == (person, "Verna", False)
    opened = await api.case_officer.post("/v1/participants/lookup", json=body, headers=REASON)
    assert (opened.json()["given_name"], opened.json()["birth_date"]) == ("Sprek", "1990-01-01")
    row = (await api.auditor.get("/v1/access-log", params={"participant_id": person})).json()["items"][0]
    assert (row["action"], row["reason"]) == ("look_up_participant", "case")
    # The auditor looks for whose log it is, and the EPJ has the name itself.
    assert (await api.auditor.get("/v1/participants", params={"id": person})).json()["items"][0][
        "given_name"
    ] == "Sprek"
    assert (await api.epj.get("/v1/participants", params={"id": person})).json()["items"][0]["given_name"] == "Sprek"


ANY_VERSION = {"If-Match": "*"}
CONCEALED = {"given_name": "Verna", "family_name": "adresse", "address_protection": True}


def is_concealed(answer: httpx.Response) -> bool:
    """Whether an answer to a change has nothing of the person, and no tag of what is not shown."""
    shown = steps.ok(answer, 200)
    assert shown.keys() == {"id", "created_at", "updated_at", *CONCEALED}
    return shown | CONCEALED == shown


async def test_a_change_of_any_version_opens_nobody(api: Api) -> None:
    """Who neither says why nor has seen the version is told that it was done, and nothing of the person."""
    person = await steps.participant(api, address_protection=True)
    path = f"/v1/participants/{person}"
    for version in ("*", '"another", *'):
        assert is_concealed(await api.case_officer.patch(path, json={}, headers={"If-Match": version}))
    hidden = await api.case_officer.patch(path, json={"given_name": "Spreke"}, headers=ANY_VERSION)
    assert is_concealed(hidden)
    # Nor does the answer's own tag open the person at the next change.
    tag = {"If-Match": hidden.headers["etag"]}
    steps.refused(await api.case_officer.patch(path, json={}, headers=tag), 412, "precondition-failed")
    opened = await api.case_officer.patch(path, json={}, headers=ANY_VERSION | REASON)
    assert (opened.json()["given_name"], opened.json()["birth_date"]) == ("Spreke", "1990-01-01")
    row = (await api.auditor.get("/v1/access-log", params={"participant_id": person})).json()["items"][0]
    assert (row["action"], row["reason"]) == ("change_participant", "case")
    # The version is known to who has opened the person; the EPJ has the name itself.
    tag = {"If-Match": opened.headers["etag"]}
    assert steps.ok(await api.case_officer.patch(path, json={}, headers=tag), 200)["given_name"] == "Spreke"
    assert steps.ok(await api.epj.patch(path, json={}, headers=ANY_VERSION), 200)["given_name"] == "Spreke"


async def test_an_upsert_opens_nobody_who_is_known(api: Api) -> None:
    """Neither by the external id nor by the number; a new person is what was sent."""
    contact = {"kind": "guardian", "name": "Torbjørn Lykt", "phone": "40000000", "email": None}
    sent = participants.SOLVEIG | {"national_identity_number": NUMBER}
    path = participants.upsert_path()
    made = steps.ok(await api.case_officer.put(path, json=sent | {"contacts": [contact], "address_protection": True}))
    assert made["contacts"] == [contact]
    for known in (path, participants.upsert_path("7", "other")):
        answer = await api.case_officer.put(known, json=sent)
        assert is_concealed(answer)
        assert answer.json()["id"] == made["id"]
    tag = (await api.epj.get(f"/v1/participants/{made['id']}")).headers["etag"]
    opened = steps.ok(await api.case_officer.put(path, json=sent, headers={"If-Match": tag}), 200)
    assert opened["contacts"] == [contact]
    assert steps.ok(await api.epj.put(path, json=sent), 200)["contacts"] == [contact]


async def test_a_merge_opens_nobody(api: Api) -> None:
    """Neither the first time nor where there is nothing left to be done."""
    person, duplicate = await steps.participant(api, address_protection=True), await steps.participant(api)
    path, body = f"/v1/participants/{person}/merge", {"duplicate_id": duplicate}
    for _ in range(2):
        assert is_concealed(await api.case_officer.post(path, json=body))
    assert steps.ok(await api.case_officer.post(path, json=body, headers=REASON), 200)["given_name"] == "Sprek"


async def test_an_answer_is_kept_with_its_reason(api: Api) -> None:
    """What was shown to somebody who said why is not shown again to the same caller without."""
    await steps.participant(api, address_protection=True, national_identity_number=NUMBER)
    path, body, key = "/v1/participants/lookup", {"national_identity_number": NUMBER}, {"Idempotency-Key": "oppslag-1"}
    opened = await api.case_officer.post(path, json=body, headers=key | REASON)
    assert steps.ok(opened, 200)["given_name"] == "Sprek"
    for other in ({}, {"X-Access-Reason": "other"}, REASON | {"X-Access-Reference": "2022/1"}):
        again = await api.case_officer.post(path, json=body, headers=key | other)
        steps.refused(again, 422, "idempotency-key-reused")
    again = await api.case_officer.post(path, json=body, headers=key | REASON)
    assert (again.content, again.headers["Idempotency-Replayed"]) == (opened.content, "true")


async def test_creating_and_deciding_need_none(api: Api) -> None:
    """`protected_place` registers, applies, asks, answers and grants without a reason."""
    _, decision, _ = await protected_place(api)
    body = {
        "kind": "end", "decided_on": "2022-02-01", "legal_basis": steps.LEGAL_BASIS,
        "placement_id": decision["placement_id"], "ends_on": "2022-12-31", "destination": "other_offer",
    }  # fmt: skip
    steps.ok(await api.case_officer.post("/v1/decisions", json=body))


def test_every_operation_that_asks_declares_the_header() -> None:
    document = json.loads(Path("openapi/openapi.json").read_text())
    asking = 0
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            declared = {one["name"] for one in operation.get("parameters", ()) if one["in"] == "header"}
            is_officers = "case officer" in operation.get("description", "").rpartition("Roles: ")[2]
            if asks_for_reason(method.upper(), path) and is_officers:
                asking += 1
                assert {"X-Access-Reason", "X-Access-Reference"} <= declared, path
                assert "reason-required" in operation["responses"]["403"]["description"], path
    assert asking >= 15
