"""M6: consents, their withdrawal, and who may see and record them."""

from typing import Any

import pytest

from app import clock
from tests.conftest import Api
from tests.factories import steps
from tests.factories.follow_up import NUMBERS, consent, placed
from tests.factories.steps import ok, refused

NOWHERE = "01900000-0000-7000-8000-000000000000"


async def test_given_listed_and_withdrawn(api: Api) -> None:
    """M6: once, from its own day on; the list keeps it."""
    person = await steps.participant(api)
    path = f"/v1/participants/{person}/consents"
    made = ok(await api.case_officer.post(path, json=consent(["nav", "other_service", "nav"])))
    assert (made["services"], made["withdrawn_on"], made["participant_id"]) == (["nav", "other_service"], None, person)
    withdrawal = f"{path}/{made['id']}/withdrawal"
    for day in ("2022-06-30", "2099-01-01"):
        problem = refused(
            await api.case_officer.post(withdrawal, json={"withdrawn_on": day}), 422, "consent-day-invalid"
        )
        assert problem["errors"][0]["pointer"] == "#/withdrawn_on"
    withdrawn = ok(await api.case_officer.post(withdrawal, json={}), 200)
    assert withdrawn["withdrawn_on"] == clock.today().isoformat()
    refused(await api.case_officer.post(withdrawal, json={}), 409, "consent-withdrawn")
    assert ok(await api.case_officer.get(path), 200)["items"] == [withdrawn]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"given_on": "2099-01-01"}, "consent-day-invalid"),
        ({"given_by": "next_of_kin"}, "validation"),
        ({"services": []}, "validation"),
        ({"services": ["police"]}, "validation"),
        ({"valid_to": "2022-06-30"}, "validation"),
    ],
)
async def test_refused(api: Api, changes: dict[str, Any], code: str) -> None:
    """M6: only the participant or the guardian gives one, and for known services."""
    person = await steps.participant(api)
    path = f"/v1/participants/{person}/consents"
    refused(await api.case_officer.post(path, json=consent(["nav"]) | changes), 422, code)
    assert ok(await api.case_officer.get(path), 200)["items"] == []


async def test_who_sees_and_records(api: Api) -> None:
    """M6: the provider where the participant has a place, and the service of the area (to read)."""
    await steps.law(api)
    _, person, _ = await placed(api)
    await placed(api, NUMBERS[1], name="KIM AS")
    path = f"/v1/participants/{person}/consents"
    made = ok(await api.provider(NUMBERS[0]).post(path, json=consent(["nav"])))
    for client in (api.case_officer, api.provider(NUMBERS[0]), api.service("habilitation")):
        assert ok(await client.get(path), 200)["items"] == [made]
    for client in (api.provider(NUMBERS[1]), api.service("mental_health")):
        refused(await client.get(path), 404, "not-found")
    refused(await api.provider(NUMBERS[1]).post(path, json=consent(["nav"])), 404, "not-found")
    refused(await api.provider(NUMBERS[1]).post(f"{path}/{made['id']}/withdrawal", json={}), 404, "not-found")
    refused(await api.service("habilitation").post(path, json=consent(["nav"])), 403, "role-required")
    refused(
        await api.case_officer.post(f"/v1/participants/{NOWHERE}/consents", json=consent(["nav"])), 404, "not-found"
    )
    elsewhere = f"/v1/participants/{await steps.participant(api)}/consents/{made['id']}/withdrawal"
    refused(await api.case_officer.post(elsewhere, json={}), 404, "not-found")
