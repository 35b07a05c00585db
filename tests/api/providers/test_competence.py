"""Statements of competence and staff, and the deviations they show (P4, P5)."""

from typing import Any

import pytest

from tests.conftest import Api
from tests.factories import steps
from tests.factories.steps import ok, refused

AREAS = ["facilitation", "guidance", "health_and_care_act", "health_and_social_tasks"]


def statement(**changes: Any) -> dict[str, Any]:
    body = {
        "stated_on": "2022-07-01",
        "employees": 5,
        "police_certificates": 5,
        "full_time_equivalents": "4.50",
        "areas": AREAS,
    }
    return body | changes


async def test_what_is_missing_since_when_and_mended_when(api: Api) -> None:
    """P4, P5: a provider states for itself; the case office sees every provider, a provider itself."""
    await steps.law(api)
    mine, others = await steps.provider(api), await steps.provider(api, organisation_number="310300411", name="KIM AS")
    for _ in range(3):
        await steps.placed(api, mine)
    glode = api.provider("310300403")
    path = f"/v1/providers/{mine}/competence-statements"
    ok(await glode.post(path, json=statement(areas=AREAS[:3], full_time_equivalents="0.50")))
    ok(await glode.post(path, json=statement(stated_on="2022-09-01", police_certificates=4, full_time_equivalents=0.6)))
    ok(await api.case_officer.post(f"/v1/providers/{others}/competence-statements", json=statement(areas=[])))
    found = ok(await glode.get(f"/v1/providers/{mine}/deviations"), 200)["items"]
    keys = ("kind", "area", "since", "mended_on", "required", "stated")
    assert sorted(tuple(row[key] for key in keys) for row in found) == [
        ("area", "health_and_social_tasks", "2022-07-01", "2022-09-01", None, None),
        ("police_certificate", None, "2022-09-01", None, "5.00", "4.00"),
        ("staffing", None, "2022-07-01", "2022-09-01", "0.60", "0.50"),
    ]
    assert ok(await glode.get("/v1/deviations"), 200)["items"] == found
    every = ok(await api.case_officer.get("/v1/deviations"), 200)["items"]
    assert len(every) == len(found) + 4
    paged = ok(await api.case_officer.get("/v1/deviations", params={"limit": 2}), 200)
    rest = ok(await api.case_officer.get("/v1/deviations", params={"limit": 200, "after": paged["next"]}), 200)
    assert (paged["items"] + rest["items"], rest["next"]) == (every, None)
    for status, kinds in (("open", {"police_certificate"}), ("mended", {"area", "staffing"})):
        some = ok(await glode.get("/v1/deviations", params={"status": status}), 200)["items"]
        assert {row["kind"] for row in some} == kinds
    early = ok(await glode.get("/v1/deviations", params={"on": "2022-08-31"}), 200)["items"]
    assert {row["mended_on"] for row in early} == {None}
    assert len(ok(await glode.get(path), 200)["items"]) == 2
    for address in (f"/v1/providers/{others}/deviations", f"/v1/providers/{others}/competence-statements"):
        assert (await glode.get(address)).status_code == 404
    theirs = await glode.post(f"/v1/providers/{others}/competence-statements", json=statement())
    assert theirs.status_code == 404


async def test_individual_agreements_add_to_the_staff(api: Api) -> None:
    """P5, L6: places / 5 and what the agreement says."""
    await steps.law(api)
    provider_id = await steps.provider(api)
    placement_id = await steps.placed(api, provider_id)
    body = steps.supplement("2022-08-01", full_time_equivalents="0.40")
    ok(await api.case_officer.post(f"/v1/placements/{placement_id}/supplements", json=body))
    path = f"/v1/providers/{provider_id}"
    ok(await api.case_officer.post(f"{path}/competence-statements", json=statement(full_time_equivalents="0.50")))
    [found] = ok(await api.provider("310300403").get(f"{path}/deviations"), 200)["items"]
    assert (found["since"], found["required"], found["stated"]) == ("2022-08-01", "0.60", "0.50")


async def test_what_is_missing_may_be_more_than_one_statement_can_say(api: Api) -> None:
    """P4, P5: certificates for every employee and staff for every agreement, however many."""
    await steps.law(api)
    provider_id = await steps.provider(api)
    for _ in range(2):
        placement_id = await steps.placed(api, provider_id)
        body = steps.supplement("2022-08-01", full_time_equivalents="9999.99")
        ok(await api.case_officer.post(f"/v1/placements/{placement_id}/supplements", json=body))
    path = f"/v1/providers/{provider_id}"
    ok(await api.case_officer.post(f"{path}/competence-statements", json=statement(employees=100_000)))
    for address in (f"{path}/deviations", "/v1/deviations"):
        found = ok(await api.case_officer.get(address), 200)["items"]
        assert [(row["kind"], row["required"], row["stated"]) for row in found] == [
            ("police_certificate", "100000.00", "5.00"),
            ("staffing", "20000.38", "4.50"),
        ]
    tasks = ok(await api.case_officer.get("/v1/tasks", params={"kind": "deviation"}), 200)["items"]
    assert len(tasks) == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"police_certificates": 6},
        {"full_time_equivalents": "4.505"},
        {"full_time_equivalents": -1},
        {"full_time_equivalents": True},
        {"areas": ["cooking"]},
        {"names": ["Kari Nordmann"]},
    ],
)
async def test_refuses_a_statement(api: Api, changes: dict[str, Any]) -> None:
    """P4: numbers that fit, and no names of employees anywhere."""
    path = f"/v1/providers/{await steps.provider(api)}/competence-statements"
    refused(await api.case_officer.post(path, json=statement(**changes)), 422, "validation")
    assert (await api.finance.post(path, json=statement())).status_code == 403
