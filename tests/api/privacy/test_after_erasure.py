"""What a system sends again of somebody who has been erased brings no text back (G3)."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest

from app import clock
from tests.conftest import Api
from tests.factories import absences, hours, steps
from tests.factories.erasure import erase


@pytest.fixture
def live_on() -> Iterator[Callable[[date], None]]:
    """Lets a test live on a day; the next one lives today."""
    yield clock.fix_today
    clock.fix_today(None)


async def notes(api: Api, placement_id: str) -> dict[str, str | None]:
    found = steps.ok(await api.case_officer.get("/v1/absences", params={"placement_id": placement_id}), 200)
    return {one["external_id"]: one["note"] for one in found["items"]}


async def test_a_provider_that_pushes_its_register_again_brings_no_note_back(
    api: Api, live_on: Callable[[date], None]
) -> None:
    provider_id = await steps.provider(api, organisation_number=absences.ORGANISATION)
    person = await steps.participant(api)
    body = steps.legacy(person, provider_id, ends_on="2022-12-31")
    placement_id: str = steps.ok(await api.case_officer.post("/v1/placements", json=body))["id"]
    provider = api.provider(absences.ORGANISATION)
    noted = absences.item(placement_id, note="Brot foten.")
    bare = absences.item(placement_id, external_id="F-2", first="2022-10-05", last="2022-10-05")
    assert absences.statuses(await absences.pushed(provider, [noted, bare])) == ["created", "created"]
    live_on(date(2028, 1, 1))
    await erase(api, person)
    # The same register the night after: nothing is new.
    assert absences.statuses(await absences.pushed(provider, [noted, bare])) == ["unchanged", "unchanged"]
    changed = [
        noted | {"revision": 2, "percent": 50},
        bare | {"revision": 2, "note": "Hjå legen."},
        absences.item(placement_id, external_id="F-3", first="2022-10-06", last="2022-10-06", note="Forkjøla."),
    ]
    found = await absences.pushed(provider, changed)
    assert absences.statuses(found) == ["updated", "updated", "created"]
    assert await notes(api, placement_id) == {"F-1": "Sletta", "F-2": "Sletta", "F-3": "Sletta"}
    assert absences.statuses(await absences.pushed(provider, changed)) == ["unchanged"] * 3
    path = f"/v1/absences/{found[0]['absence_id']}"
    tag = (await api.case_officer.get(path)).headers["etag"]
    answer = await api.case_officer.patch(path, json={"note": "Skada fot."}, headers={"If-Match": tag})
    steps.refused(answer, 409, "participant-erased")
    revisions: Any = steps.ok(await api.case_officer.get(f"{path}/revisions"), 200)
    assert {one["note"] for one in revisions["items"]} == {"Sletta"}


async def test_somebody_who_is_not_erased_keeps_every_note(api: Api, live_on: Callable[[date], None]) -> None:
    provider_id = await steps.provider(api, organisation_number=absences.ORGANISATION)
    ended = await absences.placement(api, provider_id, ends_on="2022-12-31")
    erased = await steps.participant(api)
    live_on(date(2028, 1, 1))
    await erase(api, erased)
    body = steps.legacy(erased, provider_id)
    steps.refused(await api.case_officer.post("/v1/placements", json=body), 409, "participant-erased")
    body["participant_id"] = await steps.participant(api)
    again: str = steps.ok(await api.case_officer.post("/v1/placements", json=body))["id"]
    items = [
        absences.item(ended, note="Brot foten."),
        # Somebody who comes back is registered anew.
        absences.item(again, external_id="F-2", first="2028-01-03", last="2028-01-03", note="Forkjøla."),
    ]
    provider = api.provider(absences.ORGANISATION)
    assert absences.statuses(await absences.pushed(provider, items)) == ["created", "created"]
    assert await notes(api, ended) | await notes(api, again) == {"F-1": "Brot foten.", "F-2": "Forkjøla."}


async def test_the_epj_brings_no_name_of_a_tool_back(api: Api, live_on: Callable[[date], None]) -> None:
    await hours.service_type(api)
    person = await steps.participant(api)
    sent = hours.item(person)
    assert [one["status"] for one in await hours.push(api, sent)] == ["created"]
    live_on(date(2028, 1, 1))
    await erase(api, person)
    assert [one["status"] for one in await hours.push(api, sent)] == ["unchanged"]
    changed = sent | {"revision": 2, "decided_hours": "8.00", "tool": "ADL"}
    later = hours.item(person, **{"from": "2028-01-02", "to": "2028-02-01"})
    assert [one["status"] for one in await hours.push(api, changed, later)] == ["updated", "created"]
    found = steps.ok(await api.case_officer.get("/v1/service-hours", params={"participant_id": person}), 200)
    assert [(one["tool"], one["decided_hours"]) for one in found["items"]] == [("Sletta", "8.00"), ("Sletta", "9.00")]
