"""Free places at the providers through HTTP (P2)."""

from typing import Any

import pytest

from tests.conftest import Api
from tests.factories import steps
from tests.factories.steps import ok, refused


async def read_vacancies(client: Any, on: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = ok(await client.get("/v1/providers/vacancies", params={"on": on}), 200)["items"]
    return items


async def test_free_places_are_capacity_less_active_and_promised(api: Api) -> None:
    """P2: a whole place, a half place, and a request that is accepted and not yet decided."""
    provider_id = await steps.provider(api, places=4)
    await steps.recorded(api, provider_id)
    half = steps.legacy(await steps.participant(api), provider_id) | {"share": 50}
    ok(await api.case_officer.post("/v1/placements", json=half))
    await steps.ready_to_grant(api, provider_id)
    assert await read_vacancies(api.case_officer, "2022-10-01") == [
        {
            "provider_id": provider_id,
            "capacity": "4.00",
            "active": "1.50",
            "promised": "1.00",
            "free": "1.50",
            "free_changes_on": None,
        }
    ]


async def test_free_places_say_when_they_change(api: Api) -> None:
    """P2: the day after the last day of a place, whichever comes first."""
    provider_id = await steps.provider(api, places=1)
    place = steps.legacy(await steps.participant(api), provider_id) | {"ends_on": "2022-10-30"}
    ok(await api.case_officer.post("/v1/placements", json=place))
    [row] = await read_vacancies(api.case_officer, "2022-10-01")
    assert (row["free"], row["free_changes_on"]) == ("0.00", "2022-10-31")
    [row] = await read_vacancies(api.case_officer, "2022-10-31")
    assert (row["free"], row["free_changes_on"]) == ("1.00", None)


async def test_provider_reads_its_own_free_places_with_those_of_protected_people(api: Api) -> None:
    provider_id = await steps.provider(api, places=2)
    await steps.provider(api, 3, "310300411", "KIM AS")
    person = await steps.participant(api, address_protection=True)
    ok(await api.case_officer.post("/v1/placements", json=steps.legacy(person, provider_id)))
    assert len(await read_vacancies(api.case_officer, "2022-10-01")) == 2
    [row] = await read_vacancies(api.provider("310300403"), "2022-10-01")
    assert (row["provider_id"], row["free"]) == (provider_id, "1.00")


async def test_free_places_fall_with_a_decision_only_once(api: Api) -> None:
    """P2: what was promised is active once it is granted, and not counted twice."""
    await steps.law(api)
    provider_id = await steps.provider(api, places=2)
    await steps.placed(api, provider_id)
    [row] = await read_vacancies(api.case_officer, "2062-01-01")
    assert (row["active"], row["promised"], row["free"]) == ("1.00", "0.00", "1.00")


@pytest.mark.parametrize("on", ["i går", "2022-02-30"])
async def test_vacancies_of_no_day_are_refused(api: Api, on: str) -> None:
    answer = await api.case_officer.get("/v1/providers/vacancies", params={"on": on})
    assert refused(answer, 422, "validation")["errors"][0]["pointer"] == "#/query/on"
