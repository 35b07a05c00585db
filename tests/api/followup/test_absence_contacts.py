"""P7: so many planned days of unexcused absence in a row are a contact to make, for the provider."""

from typing import Any

from tests.conftest import Api
from tests.factories import steps
from tests.factories.absences import item, pushed
from tests.factories.follow_up import NUMBERS, meeting, placed, tasks
from tests.factories.steps import ok, refused

ON = "2022-10-31"


async def find_contacts(client: Any, on: str = ON, **query: str) -> list[tuple[str, str, int]]:
    found = await tasks(client, on, kind="absence_contact", **query)
    return [(task["due_on"], task["status"], task["n"]) for task in found]


async def push(api: Api, placement_id: str, first: str, last: str, **changes: Any) -> None:
    row = item(placement_id, **({"kind": "unexcused", "first": first, "last": last} | changes))
    await pushed(api.provider(NUMBERS[0]), [row])


async def test_third_day_opens_a_contact(api: Api) -> None:
    """Monday to Wednesday: open on the third day, overdue the day after."""
    await steps.law(api)
    provider_id, person, placement_id = await placed(api)
    await push(api, placement_id, "2022-10-03", "2022-10-05")
    provider = api.provider(NUMBERS[0])
    assert await find_contacts(provider, "2022-10-04") == []
    assert await find_contacts(provider, "2022-10-05") == [("2022-10-05", "open", 20221003)]
    assert await find_contacts(api.case_officer, "2022-10-06") == [("2022-10-05", "overdue", 20221003)]
    [task] = await tasks(provider, ON, kind="absence_contact")
    assert task["id"] == f"absence_contact.{placement_id}.20221003"
    assert task["title"] == "Kontakt etter fråvær: Sprek Hage, Gløde AS"
    assert (task["responsible"], task["rule"], task["provider_id"]) == ("provider", "P7", provider_id)
    assert (task["participant_id"], task["link"]) == (person, f"/v1/placements/{placement_id}/absence-summary")


async def test_other_kinds_and_cancelled_absence_open_none(api: Api) -> None:
    await steps.law(api)
    _, _, placement_id = await placed(api)
    await push(api, placement_id, "2022-10-03", "2022-10-07", kind="sick")
    await push(api, placement_id, "2022-10-10", "2022-10-14", external_id="F-2", cancelled=True)
    assert await find_contacts(api.case_officer) == []


async def test_corrected_kind_takes_the_contact_away(api: Api) -> None:
    await steps.law(api)
    _, _, placement_id = await placed(api)
    await push(api, placement_id, "2022-10-03", "2022-10-05")
    assert len(await find_contacts(api.case_officer)) == 1
    await push(api, placement_id, "2022-10-03", "2022-10-05", kind="sick", revision=2)
    assert await find_contacts(api.case_officer) == []


async def test_meeting_on_that_day_or_later_is_the_contact(api: Api) -> None:
    await steps.law(api)
    _, _, placement_id = await placed(api)
    await push(api, placement_id, "2022-10-03", "2022-10-05")
    provider = api.provider(NUMBERS[0])
    ok(await provider.post("/v1/meetings", json=meeting(placement_id, "conversation", held_on="2022-10-04")))
    assert [status for _, status, _ in await find_contacts(provider)] == ["overdue"]
    ok(await provider.post("/v1/meetings", json=meeting(placement_id, "conversation", held_on="2022-10-06")))
    assert [status for _, status, _ in await find_contacts(provider)] == ["done"]
    assert [status for _, status, _ in await find_contacts(provider, "2022-10-05")] == ["open"]


async def test_meeting_within_a_row_is_the_contact_of_what_came_before_it(api: Api) -> None:
    """What is not done is a whole row's, also where the absence that began it ended before the last meeting."""
    await steps.law(api)
    provider_id, _, placement_id = await placed(api)
    await push(api, placement_id, "2022-10-03", "2022-10-04")
    await push(api, placement_id, "2022-10-05", "2022-10-06", external_id="F-2")
    provider = api.provider(NUMBERS[0])

    async def find_unfinished(on: str) -> list[tuple[str, str, int]]:
        found = ok(await provider.get("/v1/tasks", params={"on": on, "kind": "absence_contact"}), 200)["items"]
        assert [(task["due_on"], task["status"], task["n"]) for task in found] == await find_contacts(provider, on)
        return [(task["due_on"], task["status"], task["n"]) for task in found]

    ok(await provider.post("/v1/meetings", json=meeting(placement_id, "conversation", held_on="2022-10-04")))
    assert await find_unfinished("2022-10-04") == []
    assert await find_unfinished(ON) == [("2022-10-05", "overdue", 20221003)]
    ok(await provider.post("/v1/meetings", json=meeting(placement_id, "conversation", held_on="2022-10-05")))
    assert await find_contacts(provider) == [("2022-10-05", "done", 20221003)]
    assert ok(await provider.get("/v1/tasks", params={"on": ON, "kind": "absence_contact"}), 200)["items"] == []


async def test_contact_is_waived(api: Api) -> None:
    """M9."""
    await steps.law(api)
    _, _, placement_id = await placed(api)
    await push(api, placement_id, "2022-10-03", "2022-10-05")
    path = f"/v1/tasks/absence_contact.{placement_id}.20221003/waiver"
    refused(await api.provider(NUMBERS[0]).post(path, json={"reason": "Nei."}), 403, "role-required")
    ok(await api.case_officer.post(path, json={"reason": "Avtalt på førehand."}))
    assert [status for _, status, _ in await find_contacts(api.provider(NUMBERS[0]))] == ["waived"]


async def test_waived_contact_stays_when_the_placement_has_ended(api: Api) -> None:
    """M9: what was waived is told afterwards too."""
    await steps.law(api)
    _, _, placement_id = await placed(api)
    await push(api, placement_id, "2022-10-03", "2022-10-05")
    await push(api, placement_id, "2022-10-10", "2022-10-12", external_id="F-2")
    path = f"/v1/tasks/absence_contact.{placement_id}.20221003/waiver"
    ok(await api.case_officer.post(path, json={"reason": "Avtalt på førehand."}))
    ok(await api.case_officer.post("/v1/decisions", json=steps.end(placement_id, "2022-10-20")))
    assert await find_contacts(api.case_officer) == [("2022-10-05", "waived", 20221003)]
    assert await find_contacts(api.case_officer, status="waived") == [("2022-10-05", "waived", 20221003)]
    assert await find_contacts(api.case_officer, status="overdue") == []


async def test_ended_placement_asks_for_no_contact(api: Api) -> None:
    await steps.law(api)
    _, _, placement_id = await placed(api, ends_on="2022-10-20")
    await push(api, placement_id, "2022-10-03", "2022-10-05")
    assert len(await find_contacts(api.case_officer, "2022-10-20")) == 1
    assert await find_contacts(api.case_officer, "2022-10-21") == []


async def test_agreed_number_of_days_counts(api: Api) -> None:
    await steps.law(api)
    provider_id, _, placement_id = await placed(api)
    routine = steps.ABSENCE_ROUTINE | {"agreed_on": "2022-10-01", "contact_after_days": 5}
    ok(await api.case_officer.post(f"/v1/providers/{provider_id}/absence-routines", json=routine))
    await push(api, placement_id, "2022-10-03", "2022-10-06")
    assert await find_contacts(api.case_officer) == []
    await push(api, placement_id, "2022-10-07", "2022-10-07", external_id="F-2")
    assert await find_contacts(api.case_officer) == [("2022-10-07", "overdue", 20221003)]


async def test_contacts_of_other_providers_are_not_seen(api: Api) -> None:
    await steps.law(api)
    _, _, placement_id = await placed(api)
    await placed(api, NUMBERS[1], name="KIM AS")
    await push(api, placement_id, "2022-10-03", "2022-10-05")
    assert await find_contacts(api.provider(NUMBERS[1])) == []
    assert await find_contacts(api.service("habilitation")) == []


async def test_pages_go_on_after_a_contact(api: Api) -> None:
    """Its number is a day, which a cursor has room for."""
    await steps.law(api)
    _, _, placement_id = await placed(api)
    await push(api, placement_id, "2022-10-03", "2022-10-05")
    await push(api, placement_id, "2022-10-10", "2022-10-12", external_id="F-2")
    query: dict[str, Any] = {"on": ON, "kind": "absence_contact", "limit": 1}
    first = ok(await api.case_officer.get("/v1/tasks", params=query), 200)
    rest = ok(await api.case_officer.get("/v1/tasks", params={**query, "after": first["next"]}), 200)
    assert [task["n"] for task in (*first["items"], *rest["items"])] == [20221003, 20221010]
    assert rest["next"] is None


async def test_annulled_placement_asks_for_neither_contact_nor_review(api: Api) -> None:
    """D8: a placement that never should have been owes no follow-up."""
    await steps.law(api)
    _, _, placement_id = await placed(api)
    await push(api, placement_id, "2022-10-03", "2022-11-25")
    on = "2022-11-25"
    kinds = {"kind": ["absence_contact", "absence_review"]}
    assert len(ok(await api.case_officer.get("/v1/tasks", params={"on": on, **kinds}), 200)["items"]) == 2
    placement = ok(await api.case_officer.get(f"/v1/placements/{placement_id}"), 200)
    body = steps.annul(placement_id, placement["history"][0]["decision_id"])
    ok(await api.case_officer.post("/v1/decisions", json=body))
    assert ok(await api.case_officer.get("/v1/tasks", params={"on": on, **kinds}), 200)["items"] == []
