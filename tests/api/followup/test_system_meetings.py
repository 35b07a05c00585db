"""M7: the minutes of joint meetings, who files them, and whom they name."""

import pytest

from tests.conftest import Api
from tests.factories import steps
from tests.factories.follow_up import NUMBERS, attendees, create_meeting, meeting, placed
from tests.factories.steps import ok, refused


async def test_system_meeting_filed_by_provider_refused(api: Api) -> None:
    """M7: minutes of a system meeting are filed by Habilitering or the case office."""
    await steps.law(api)
    await placed(api)
    for client in (api.provider(NUMBERS[0]), api.service("mental_health")):
        refused(await client.post("/v1/meetings", json=meeting(None, "system")), 403, "role-required")


async def test_system_meeting_is_filed_by_habilitation(api: Api) -> None:
    """M7: it files, corrects and annuls the joint meeting; every provider and service reads it."""
    habilitation = api.service("habilitation")
    filed = await create_meeting(habilitation, meeting(None, "system", called_by="habilitation"))
    assert filed["filed_by"] == "service"
    path = f"/v1/meetings/{filed['id']}"
    correction = meeting(None, "system", called_by="habilitation", themes=["economy"], correction="Feil tema.")
    del correction["kind"], correction["placement_id"]
    corrected = ok(await habilitation.post(f"{path}/corrections", json=correction))
    assert (corrected["version"], corrected["themes"]) == (2, ["economy"])
    assert ok(await api.service("mental_health").get(path), 200) == corrected
    for client in (api.service("mental_health"), api.case_officer):
        refused(await client.post(f"{path}/corrections", json=correction), 403, "not-owner")
    reason = {"reason": "Feil møte."}
    refused(await api.service("mental_health").post(f"{path}/annulment", json=reason), 403, "not-owner")
    ok(await habilitation.post(f"{path}/annulment", json=reason), 200)
    refused(await habilitation.get(path), 404, "not-found")
    assert ok(await api.case_officer.get(path), 200)["annulled_reason"] == "Feil møte."


@pytest.mark.parametrize("kind", ["conversation", "cooperation", "bilateral"])
async def test_other_meeting_filed_by_habilitation_refused(api: Api, kind: str) -> None:
    """M7: it files the joint meeting alone."""
    await steps.law(api)
    _, _, placement_id = await placed(api)
    answer = await api.service("habilitation").post("/v1/meetings", json=meeting(placement_id, kind))
    refused(answer, 403, "role-required")


async def test_system_meeting_with_unknown_provider_refused(api: Api) -> None:
    """M7: a provider that was present is one that is registered."""
    unknown = [{"role": "provider", "organisation": "Ukjend AS"}]
    answer = await api.case_officer.post("/v1/meetings", json=meeting(None, "system", attendees=unknown))
    assert refused(answer, 422, "attendee-unknown")["errors"][0]["pointer"] == "#/attendees/0/organisation"


async def test_system_meeting_is_about_no_placement_or_provider(api: Api) -> None:
    """M7: providers are named by number or by name, whatever its spaces and capitals."""
    await steps.provider(api, organisation_number=NUMBERS[0], name="Gløde AS")
    await steps.provider(api, organisation_number=NUMBERS[1], name="KIM AS")
    named = [{"role": "provider", "organisation": name} for name in (NUMBERS[1], "gløde  as")]
    body = meeting(None, "system", attendees=[*named, *attendees("nav", "habilitation")])
    filed = await create_meeting(api.case_officer, body)
    assert (filed["provider_id"], filed["placement_id"], filed["participant_present"]) == (None, None, False)
