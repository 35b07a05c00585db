"""Capacity through HTTP (P2)."""

from tests.conftest import Api
from tests.factories import steps
from tests.factories.steps import ok, refused

FIRST = "2021-01-01"


async def set_capacity(api: Api, provider_id: str, places: int, valid_from: str = FIRST) -> None:
    """A row of a provider's capacity."""
    body = {"valid_from": valid_from, "places": places}
    ok(await api.case_officer.post(f"/v1/providers/{provider_id}/capacities", json=body))


async def test_mistyped_capacity_is_mended_by_another_row(api: Api) -> None:
    """P2: of several rows for one first day the last recorded counts, and both are kept."""
    provider_id = await steps.provider(api, places=100)
    await set_capacity(api, provider_id, 1)
    rows = ok(await api.case_officer.get(f"/v1/providers/{provider_id}/capacities"), 200)["items"]
    assert [(row["valid_from"], row["places"]) for row in rows] == [(FIRST, 100), (FIRST, 1)]
    await steps.recorded(api, provider_id)
    second = steps.legacy(await steps.participant(api), provider_id)
    refused(await api.case_officer.post("/v1/placements", json=second), 409, "capacity-exceeded")


async def test_mending_capacity_below_places_in_use_is_refused(api: Api) -> None:
    """P2: the row that mends is refused while more places are active, and nothing is stored."""
    provider_id = await steps.provider(api, places=2)
    await steps.recorded(api, provider_id)
    await steps.recorded(api, provider_id)
    path = f"/v1/providers/{provider_id}/capacities"
    refused(await api.case_officer.post(path, json={"valid_from": FIRST, "places": 1}), 409, "capacity-in-use")
    assert [row["places"] for row in ok(await api.case_officer.get(path), 200)["items"]] == [2]
