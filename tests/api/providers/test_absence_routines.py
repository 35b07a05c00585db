"""P7: agreed absence routines, and the deviation of a provider without one."""

from typing import Any

import pytest

from tests.conftest import Api
from tests.factories import steps
from tests.factories.steps import ok, refused

NUMBER = "310300403"


async def register(api: Api) -> str:
    """A provider without a routine; its id."""
    body = {"name": "Gløde AS", "organisation_number": NUMBER, "municipality_number": "4631"}
    made: str = ok(await api.case_officer.post("/v1/providers", json=body))["id"]
    path = f"/v1/providers/{made}/capacities"
    ok(await api.case_officer.post(path, json={"valid_from": "2021-01-01", "places": 5}))
    return made


async def list_routine_deviations(api: Api, provider_id: str) -> list[tuple[str, str | None]]:
    found = ok(await api.case_officer.get(f"/v1/providers/{provider_id}/deviations"), 200)["items"]
    return [(row["since"], row["mended_on"]) for row in found if row["kind"] == "absence_routine"]


async def test_routine_is_recorded_and_read(api: Api) -> None:
    provider_id = await register(api)
    path = f"/v1/providers/{provider_id}/absence-routines"
    made = ok(await api.case_officer.post(path, json=steps.ABSENCE_ROUTINE))
    assert {name: made[name] for name in steps.ABSENCE_ROUTINE} == steps.ABSENCE_ROUTINE
    for client in (api.case_officer, api.provider(NUMBER)):
        assert ok(await client.get(path), 200)["items"] == [made]


async def test_places_without_a_routine_are_a_deviation(api: Api) -> None:
    await steps.law(api)
    provider_id = await register(api)
    assert await list_routine_deviations(api, provider_id) == []
    await steps.placed(api, provider_id)
    assert await list_routine_deviations(api, provider_id) == [("2022-07-01", None)]
    tasks = ok(await api.case_officer.get("/v1/tasks?kind=deviation"), 200)["items"]
    assert ("P7", ["absence_routine"]) in [(task["rule"], task["missing"]) for task in tasks]


async def test_agreed_routine_mends_the_deviation(api: Api) -> None:
    await steps.law(api)
    provider_id = await register(api)
    await steps.placed(api, provider_id)
    path = f"/v1/providers/{provider_id}/absence-routines"
    ok(await api.case_officer.post(path, json=steps.ABSENCE_ROUTINE | {"agreed_on": "2022-09-01"}))
    assert await list_routine_deviations(api, provider_id) == [("2022-07-01", "2022-09-01")]
    ok(await api.case_officer.post(path, json=steps.ABSENCE_ROUTINE))
    assert await list_routine_deviations(api, provider_id) == []


async def test_provider_reads_its_own_and_agrees_with_nobody_but_itself(api: Api) -> None:
    """It is the case office that records what was agreed."""
    mine, others = await register(api), await steps.provider(api, organisation_number="310300411", name="KIM AS")
    client = api.provider(NUMBER)
    refused(await client.get(f"/v1/providers/{others}/absence-routines"), 404, "not-found")
    path = f"/v1/providers/{mine}/absence-routines"
    refused(await client.post(path, json=steps.ABSENCE_ROUTINE), 403, "role-required")
    for other in (api.service("habilitation"), api.finance, api.epj):
        refused(await other.get(path), 403, "role-required")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("agreed_on", "2099-01-01"),
        ("agreed_on", None),
        ("contact_after_days", 0),
        ("contact_after_days", 61),
        ("contact_after_days", "3"),
        ("contact", ""),
        ("reference", "x" * 501),
        ("phone", "12345678"),
    ],
)
async def test_routine_with_a_fault_refused(api: Api, field: str, value: Any) -> None:
    provider_id = await register(api)
    path = f"/v1/providers/{provider_id}/absence-routines"
    problem = refused(await api.case_officer.post(path, json=steps.ABSENCE_ROUTINE | {field: value}), 422, "validation")
    assert [error["pointer"] for error in problem["errors"]] == [f"#/{field}"]
    assert ok(await api.case_officer.get(path), 200)["items"] == []


async def test_routine_of_an_unknown_provider_refused(api: Api) -> None:
    path = "/v1/providers/01900000-0000-7000-8000-000000000000/absence-routines"
    refused(await api.case_officer.post(path, json=steps.ABSENCE_ROUTINE), 404, "not-found")
