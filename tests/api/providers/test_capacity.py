"""Capacity through HTTP (P2)."""

import pytest

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


async def test_provider_states_its_own_capacity(api: Api) -> None:
    """P2: a provider states its own, and no other's."""
    provider_id = await steps.provider(api, places=2)
    other = await steps.provider(api, 2, "310300411", "KIM AS")
    client = api.provider("310300403")
    body = {"valid_from": "2022-01-01", "places": 3}
    made = ok(await client.post(f"/v1/providers/{provider_id}/capacities", json=body))
    assert (made["provider_id"], made["places"]) == (provider_id, 3)
    refused(await client.post(f"/v1/providers/{other}/capacities", json=body), 404, "not-found")


async def test_provider_stating_less_than_in_use_is_refused(api: Api) -> None:
    """P2: also where a participant's address is protected."""
    provider_id = await steps.provider(api, places=2)
    person = await steps.participant(api, address_protection=True)
    ok(await api.case_officer.post("/v1/placements", json=steps.legacy(person, provider_id)))
    path = f"/v1/providers/{provider_id}/capacities"
    answer = await api.provider("310300403").post(path, json={"valid_from": FIRST, "places": 0})
    refused(answer, 409, "capacity-in-use")


@pytest.mark.parametrize("body", [{"places": -1}, {"valid_from": "2022-02-30"}])
async def test_malformed_own_capacity_is_refused(api: Api, body: dict[str, object]) -> None:
    """P2: the field is pointed at."""
    provider_id = await steps.provider(api)
    answer = await api.provider("310300403").post(
        f"/v1/providers/{provider_id}/capacities", json={"valid_from": "2022-01-01", "places": 1} | body
    )
    [name] = body
    assert refused(answer, 422, "validation")["errors"][0]["pointer"] == f"#/{name}"
