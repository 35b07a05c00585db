"""The copy that a person has a right to (GDPR art. 15) has the identity number, and nothing else answers with it."""

from typing import Any
from uuid import uuid4

import pytest

from tests.conftest import Api
from tests.factories import follow_up, steps
from tests.factories.participants import NUMBER
from tests.factories.steps import ok, refused


async def list_actions(api: Api, participant_id: str) -> list[tuple[str, str]]:
    entries = ok(await api.case_officer.get(f"/v1/participants/{participant_id}/access-log"), 200)["items"]
    return [(entry["action"], entry["outcome"]) for entry in entries]


async def test_the_copy_is_the_export_with_the_number(api: Api) -> None:
    person = await steps.participant(api, national_identity_number=NUMBER)
    path = f"/v1/participants/{person}"
    answer = await api.case_officer.get(f"{path}/access-copy")
    copy = ok(answer, 200)
    assert (copy.pop("identity_number"), answer.headers["cache-control"]) == (NUMBER, "no-store")
    export = ok(await api.case_officer.get(f"{path}/export"), 200)
    assert copy | {"exported_at": ""} == export | {"exported_at": ""}
    # Whoever asks later sees who took the number out, apart from those who took the rest.
    assert (await list_actions(api, person))[:2] == [
        ("export_participant", "allowed"),
        ("export_access_copy", "allowed"),
    ]


async def test_who_has_no_number_has_a_copy(api: Api) -> None:
    person = await steps.participant(api)
    copy = ok(await api.case_officer.get(f"/v1/participants/{person}/access-copy"), 200)
    assert (copy["identity_number"], copy["identity_number_held"]) == (None, False)


async def test_nothing_else_about_the_person_has_it(api: Api) -> None:
    await steps.law(api)
    _, person, place = await follow_up.placed(api)
    path = f"/v1/participants/{person}"
    etag = (await api.case_officer.get(path)).headers["etag"]
    change = {"national_identity_number": NUMBER}
    ok(await api.case_officer.patch(path, json=change, headers={"If-Match": etag}), 200)
    for end in ("", "/export", "/access-log", "/consents", "/need-changes"):
        answer = await api.case_officer.get(f"{path}{end}")
        assert (answer.status_code, NUMBER in answer.text) == (200, False), end
    assert NUMBER not in (await api.case_officer.get(f"/v1/placements/{place}")).text


@pytest.mark.parametrize("role", ["epj", "provider", "service", "finance", "auditor"])
async def test_others_have_no_copy(api: Api, role: str) -> None:
    person = await steps.participant(api, national_identity_number=NUMBER)
    clients: dict[str, Any] = {
        "epj": api.epj,
        "provider": api.provider("310300403"),
        "service": api.service("habilitation"),
        "finance": api.finance,
        "auditor": api.auditor,
    }
    answer = await clients[role].get(f"/v1/participants/{person}/access-copy")
    refused(answer, 403, "role-required")
    assert NUMBER not in answer.text
    assert ("export_access_copy", "denied") in await list_actions(api, person)


async def test_a_protected_person_is_copied_with_a_reason_alone(api: Api) -> None:
    person = await steps.participant(api, national_identity_number=NUMBER, address_protection=True)
    path = f"/v1/participants/{person}/access-copy"
    assert NUMBER not in str(refused(await api.case_officer.get(path), 403, "reason-required"))
    copy = ok(await api.case_officer.get(path, headers={"X-Access-Reason": "other"}), 200)
    assert copy["identity_number"] == NUMBER
    refused(await api.case_officer.get(f"/v1/participants/{uuid4()}/access-copy"), 404, "not-found")
