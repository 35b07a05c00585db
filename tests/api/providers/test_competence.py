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


async def two_providers(api: Api) -> tuple[str, str]:
    """A provider with three places and two statements, three deviations by them; and another, which lacks all areas."""
    await steps.law(api)
    mine, others = await steps.provider(api), await steps.provider(api, organisation_number="310300411", name="KIM AS")
    for _ in range(3):
        await steps.placed(api, mine)
    client, path = api.provider("310300403"), f"/v1/providers/{mine}/competence-statements"
    ok(await client.post(path, json=statement(areas=AREAS[:3], full_time_equivalents="0.50")))
    late = statement(stated_on="2022-09-01", police_certificates=4, full_time_equivalents=0.6)
    ok(await client.post(path, json=late))
    ok(await api.case_officer.post(f"/v1/providers/{others}/competence-statements", json=statement(areas=[])))
    return mine, others


async def test_deviations_say_what_is_missing_and_from_when_to_when(api: Api) -> None:
    """P4, P5."""
    mine, _ = await two_providers(api)
    found = ok(await api.provider("310300403").get(f"/v1/providers/{mine}/deviations"), 200)["items"]
    keys = ("kind", "area", "since", "mended_on", "required", "stated")
    assert sorted(tuple(row[key] for key in keys) for row in found) == [
        ("area", "health_and_social_tasks", "2022-07-01", "2022-09-01", None, None),
        ("police_certificate", None, "2022-09-01", None, "5.00", "4.00"),
        ("staffing", None, "2022-07-01", "2022-09-01", "0.60", "0.50"),
    ]


async def test_deviations_of_an_earlier_day_are_not_mended_yet(api: Api) -> None:
    """P4, P5: a statement of a later day is not known."""
    await two_providers(api)
    early = ok(await api.provider("310300403").get("/v1/deviations", params={"on": "2022-08-31"}), 200)["items"]
    assert sorted(row["kind"] for row in early) == ["area", "staffing"]
    assert {row["mended_on"] for row in early} == {None}


@pytest.mark.parametrize(("status", "kinds"), [("open", {"police_certificate"}), ("mended", {"area", "staffing"})])
async def test_deviations_are_filtered_by_status(api: Api, status: str, kinds: set[str]) -> None:
    await two_providers(api)
    found = ok(await api.provider("310300403").get("/v1/deviations", params={"status": status}), 200)["items"]
    assert {row["kind"] for row in found} == kinds


async def test_deviations_come_in_pages(api: Api) -> None:
    """Every provider's for the case office, in one order."""
    await two_providers(api)
    every = ok(await api.case_officer.get("/v1/deviations"), 200)["items"]
    assert len(every) == 3 + len(AREAS)
    page = ok(await api.case_officer.get("/v1/deviations", params={"limit": 2}), 200)
    rest = ok(await api.case_officer.get("/v1/deviations", params={"limit": 200, "after": page["next"]}), 200)
    assert (page["items"] + rest["items"], rest["next"]) == (every, None)


async def test_a_provider_reads_and_states_for_itself_only(api: Api) -> None:
    """P4, P5: another provider's statements and deviations are not found."""
    mine, others = await two_providers(api)
    client = api.provider("310300403")
    own = ok(await client.get(f"/v1/providers/{mine}/deviations"), 200)["items"]
    assert ok(await client.get("/v1/deviations"), 200)["items"] == own
    assert len(ok(await client.get(f"/v1/providers/{mine}/competence-statements"), 200)["items"]) == 2
    for address in (f"/v1/providers/{others}/deviations", f"/v1/providers/{others}/competence-statements"):
        refused(await client.get(address), 404, "not-found")
    refused(await client.post(f"/v1/providers/{others}/competence-statements", json=statement()), 404, "not-found")


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


async def list_open_deviations(api: Api, provider_id: str) -> list[tuple[str, str | None, str | None]]:
    query = {"status": "open"}
    found = ok(await api.case_officer.get(f"/v1/providers/{provider_id}/deviations", params=query), 200)["items"]
    return [(row["kind"], row["required"], row["stated"]) for row in found]


async def test_certificates_that_the_law_does_not_ask_for_are_no_deviation(api: Api) -> None:
    """P4: three of five have one, and one needs none: one is missing."""
    provider_id = await steps.provider(api)
    path = f"/v1/providers/{provider_id}/competence-statements"
    made = ok(
        await api.provider("310300403").post(
            path, json=statement(police_certificates=3, police_certificates_not_required=1)
        )
    )
    assert made["police_certificates_not_required"] == 1
    assert await list_open_deviations(api, provider_id) == [("police_certificate", "4.00", "3.00")]
    ok(await api.case_officer.post(path, json=statement(police_certificates=3, police_certificates_not_required=2)))
    assert await list_open_deviations(api, provider_id) == []


@pytest.mark.parametrize("design", ["yes", "partly"])
async def test_premises_are_stated(api: Api, design: str) -> None:
    """P6."""
    provider_id = await steps.provider(api)
    path = f"/v1/providers/{provider_id}/competence-statements"
    premises = {"universal_design": design, "text": "Trinnfri inngang."}
    assert ok(await api.case_officer.post(path, json=statement(premises=premises)))["premises"] == premises
    assert ok(await api.case_officer.get(path), 200)["items"][0]["premises"] == premises
    assert await list_open_deviations(api, provider_id) == []


async def test_premises_without_universal_design_are_a_deviation_until_mended(api: Api) -> None:
    """P6."""
    provider_id = await steps.provider(api)
    path = f"/v1/providers/{provider_id}/competence-statements"
    premises = {"universal_design": "no", "text": "Berre trapp."}
    ok(await api.case_officer.post(path, json=statement(premises=premises)))
    assert await list_open_deviations(api, provider_id) == [("premises", None, None)]
    [task] = ok(await api.case_officer.get("/v1/tasks?kind=deviation"), 200)["items"]
    assert (task["rule"], task["missing"]) == ("P6", ["premises"])
    mended = {"universal_design": "partly", "text": "Rampe i august."}
    ok(await api.case_officer.post(path, json=statement(stated_on="2022-08-20", premises=mended)))
    assert await list_open_deviations(api, provider_id) == []


async def test_fault_in_premises_points_at_the_field(api: Api) -> None:
    path = f"/v1/providers/{await steps.provider(api)}/competence-statements"
    premises = {"universal_design": "maybe", "text": "Trong."}
    problem = refused(await api.case_officer.post(path, json=statement(premises=premises)), 422, "validation")
    assert [error["pointer"] for error in problem["errors"]] == ["#/premises/universal_design"]


@pytest.mark.parametrize(
    "changes",
    [
        {"police_certificates": 6},
        {"police_certificates_not_required": 1},
        {"police_certificates": 0, "police_certificates_not_required": 6},
        {"police_certificates_not_required": -1},
        {"stated_on": "2099-01-01"},
        {"premises": {"universal_design": "maybe", "text": "Trong."}},
        {"premises": {"universal_design": "no"}},
        {"premises": {"universal_design": "no", "text": " "}},
        {"premises": "no"},
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
