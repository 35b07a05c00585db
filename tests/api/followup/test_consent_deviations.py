"""M6: another service at a meeting without consent, the deviation that shows, and what mends it."""

from typing import Any

import httpx
import pytest

from tests.conftest import Api
from tests.factories import steps
from tests.factories.follow_up import NUMBERS, attendees, consent, create_meeting, meeting, placed, tasks
from tests.factories.steps import ok, refused

CORRECTION = {
    "held_on": "2022-09-16",
    "called_by": "provider",
    "attendees": attendees("provider"),
    "themes": ["changes", "functioning"],
    "participant_absence_reason": "Var sjuk.",
    "minutes": "Deltakaren var ikkje med.",
    "correction": "Feil dato, og deltakaren var ikkje med.",
}


async def list_consent_deviations(client: httpx.AsyncClient, on: str) -> list[dict[str, Any]]:
    return [task for task in await tasks(client, on, kind="deviation") if task["rule"] == "M6"]


async def test_service_present_without_consent_is_stored_with_a_reason(api: Api) -> None:
    """M6: it happened all the same, and the filer says why: a deviation shows from the day of the meeting."""
    await steps.law(api)
    provider_id, _, placement_id = await placed(api)
    provider = api.provider(NUMBERS[0])
    body = meeting(placement_id, attendees=attendees("participant", "provider", "nav", "other_service"))
    refused(await provider.post("/v1/meetings", json=body), 409, "consent-missing")
    made = await create_meeting(provider, body | {"without_consent_reason": "NAV møtte uventa."})
    assert made["services_without_consent"] == ["nav", "other_service"]
    assert made["without_consent_reason"] == "NAV møtte uventa."
    [version] = ok(await provider.get(f"/v1/meetings/{made['id']}/versions"), 200)["items"]
    assert version["services_without_consent"] == ["nav", "other_service"]
    for client in (provider, api.case_officer):
        [task] = await list_consent_deviations(client, "2022-09-15")
        assert (task["status"], task["due_on"], task["rule"]) == ("open", "2022-09-15", "M6")
        assert (task["missing"], task["link"]) == (["nav", "other_service"], f"/v1/meetings/{made['id']}")
        assert (task["placement_id"], task["provider_id"]) == (placement_id, provider_id)
    [task] = await list_consent_deviations(provider, "2022-09-16")
    assert task["status"] == "overdue"
    assert await list_consent_deviations(provider, "2022-09-14") == []
    assert await list_consent_deviations(api.service("habilitation"), "2022-09-16") == []


@pytest.mark.parametrize(
    ("given", "from_day"),
    [
        (consent(["nav"], given_on="2022-09-01"), "2022-09-15"),
        (consent(["nav"], given_on="2022-10-01"), "2022-10-01"),
        (consent([], organisations=["nav alver"], given_on="2022-10-01"), "2022-10-01"),
        (consent(["nav"], given_on="2022-08-01", valid_to="2022-09-14"), None),
        (consent(["mental_health"], given_on="2022-10-01"), None),
    ],
)
async def test_consent_mends_its_deviation(api: Api, given: dict[str, Any], from_day: str | None) -> None:
    """M6: one that was in force on the day and recorded later, or one given since."""
    await steps.law(api)
    _, person, placement_id = await placed(api)
    present = [*attendees("participant", "provider"), {"role": "nav", "organisation": "NAV Alver"}]
    body = meeting(placement_id, attendees=present, without_consent_reason="NAV møtte uventa.")
    await create_meeting(api.case_officer, body)
    ok(await api.case_officer.post(f"/v1/participants/{person}/consents", json=given))
    for day in ("2022-09-15", "2022-09-30", "2022-10-01", "2023-10-01"):
        [task] = await list_consent_deviations(api.case_officer, day)
        assert (task["status"] == "done") == (from_day is not None and day >= from_day)


async def test_correction_or_annulment_takes_the_deviation_away(api: Api) -> None:
    """M6, D10: the service was not there after all, or the minutes were somebody else's."""
    await steps.law(api)
    _, _, placement_id = await placed(api)
    body = meeting(
        placement_id,
        attendees=attendees("participant", "provider", "nav"),
        without_consent_reason="NAV møtte uventa.",
    )
    made = [await create_meeting(api.case_officer, body) for _ in range(2)]
    assert len(await list_consent_deviations(api.case_officer, "2022-10-01")) == 2
    corrected = ok(await api.case_officer.post(f"/v1/meetings/{made[0]['id']}/corrections", json=CORRECTION))
    assert (corrected["services_without_consent"], corrected["without_consent_reason"]) == ([], None)
    assert len(await list_consent_deviations(api.case_officer, "2022-10-01")) == 1
    ok(await api.case_officer.post(f"/v1/meetings/{made[1]['id']}/annulment", json={"reason": "Feil."}), 200)
    assert await list_consent_deviations(api.case_officer, "2022-10-01") == []


async def test_consent_may_name_the_service(api: Api) -> None:
    """M6: it covers that service, whatever its spaces and capitals, and no other of its kind."""
    await steps.law(api)
    _, person, placement_id = await placed(api)
    given = consent(["other_service"], organisations=["Fysioterapi, Knarvik"])
    ok(await api.case_officer.post(f"/v1/participants/{person}/consents", json=given))
    for name, accepted in (("fysioterapi,  knarvik", True), ("Ergoterapi", False), (None, False)):
        present = [*attendees("participant", "provider"), {"role": "other_service", "organisation": name}]
        answer = await api.case_officer.post("/v1/meetings", json=meeting(placement_id, attendees=present))
        if accepted:
            assert ok(answer)["services_without_consent"] == []
        else:
            assert refused(answer, 409, "consent-missing")["services"] == ["other_service"]


async def test_minutes_that_rested_on_an_annulled_consent_show_a_deviation(api: Api) -> None:
    """D10, M6: the service was there without consent; another consent that covers it too leaves the minutes be."""
    await steps.law(api)
    _, person, placement_id = await placed(api)
    path = f"/v1/participants/{person}/consents"
    wrong = ok(await api.case_officer.post(path, json=consent(["nav", "other_service"])))
    ok(await api.case_officer.post(path, json=consent(["other_service"])))
    provider = api.provider(NUMBERS[0])
    body = meeting(placement_id, attendees=attendees("participant", "provider", "nav", "other_service"))
    made = await create_meeting(provider, body)
    alone = await create_meeting(provider, meeting(placement_id))
    assert await list_consent_deviations(provider, "2022-10-01") == []
    ok(await api.case_officer.post(f"{path}/{wrong['id']}/annulment", json={"reason": "Feil deltakar."}), 200)
    found = ok(await provider.get(f"/v1/meetings/{made['id']}"), 200)
    assert (found["services_without_consent"], found["version"]) == (["nav"], 1)
    assert found["without_consent_reason"] == "Samtykket vart oppheva: Feil deltakar."
    assert ok(await provider.get(f"/v1/meetings/{alone['id']}"), 200) == alone
    [task] = await list_consent_deviations(provider, "2022-10-01")
    assert (task["status"], task["missing"]) == ("overdue", ["nav"])


async def test_annulled_consent_counts_for_nothing(api: Api) -> None:
    """D10, M6: minutes that would rest on it are refused, and the deviation that it mended is back."""
    await steps.law(api)
    _, person, placement_id = await placed(api)
    body = meeting(placement_id, attendees=attendees("participant", "provider", "nav"))
    await create_meeting(api.case_officer, body | {"without_consent_reason": "NAV møtte uventa."})
    path = f"/v1/participants/{person}/consents"
    given = ok(await api.case_officer.post(path, json=consent(["nav"])))
    [task] = await list_consent_deviations(api.case_officer, "2022-10-01")
    assert task["status"] == "done"
    ok(await api.case_officer.post(f"{path}/{given['id']}/annulment", json={"reason": "Feil deltakar."}), 200)
    refused(await api.case_officer.post("/v1/meetings", json=body), 409, "consent-missing")
    [task] = await list_consent_deviations(api.case_officer, "2022-10-01")
    assert task["status"] == "overdue"
    assert await tasks(api.case_officer, "2022-10-01", kind="consent") == []
