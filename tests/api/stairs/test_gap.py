"""K4, K5, K7: what is missing on a stair, and people of 80 and over per nursing home place."""

from typing import Any

import pytest

from app import clock
from tests.conftest import Api
from tests.factories import stairs, steps
from tests.factories.steps import ok, refused

NEEDS = "/v1/stairs/housing/needs"
SCENARIO = "Hovudalternativ"


def need_body(step_id: str, number: int, **fields: Any) -> dict[str, Any]:
    return {
        "step_id": step_id, "number": number, "year": 2022, "scenario": SCENARIO, "source": "Framskriving", **fields,
    }  # fmt: skip


async def read_gap(api: Api, stair: str = "housing", year: int = 2022, scenario: str = SCENARIO) -> dict[str, Any]:
    query = {"year": str(year), "scenario": scenario}
    return ok(await api.finance.get(f"/v1/stairs/{stair}/gap", params=query), 200)


def find(gaps: dict[str, Any], step_id: str, service_id: str | None = None, place: str | None = None) -> dict[str, Any]:
    [found] = [
        item
        for item in gaps["items"]
        if (item["step_id"], item["service_id"], item["place"]) == (step_id, service_id, place)
    ]
    return {name: found[name] for name in ("capacity", "need", "gap", "state")}


async def test_gap_of_the_plans_table(api: Api) -> None:
    """K4, K7: the cases of nursing homes and of the step where nothing is and nobody has stated a need."""
    body, lines = await stairs.printed_table(api)
    ok(await api.case_officer.post("/v1/stairs/housing/tables", json=body))
    nursing = lines["nursing_short"]["step_id"]
    ok(await api.case_officer.post(NEEDS, json=need_body(nursing, 176)))
    gaps = await read_gap(api)
    enough, unknown = (
        {name: case[name] for name in ("capacity", "need", "gap", "state")} for case in stairs.CASES["gap"][:2]
    )
    assert find(gaps, nursing) == enough
    assert find(gaps, lines["care_homes_staffed_day_evening"]["step_id"]) == unknown
    assert gaps["capacity_on"] == "2022-12-31"
    # By hand from the API's own list: every step's capacity is what its rows add up to.
    listed = ok(await api.finance.get("/v1/stairs/housing/capacities?limit=200"), 200)["items"]
    for step_id in {line["step_id"] for line in lines.values()}:
        of_step = [one["number"] for one in listed if one["step_id"] == step_id]
        assert find(gaps, step_id)["capacity"] == sum(of_step)
    assert find(gaps, nursing, lines["nursing_short"]["service_id"])["capacity"] == 38
    assert find(gaps, nursing, lines["nursing_long"]["service_id"], "Manger")["capacity"] == 31
    assert find(gaps, nursing, None, "Manger") == {"capacity": 38, "need": None, "gap": None, "state": "unknown"}
    assert gaps["coverage"] is None
    for people, per_place in ((1055, "5.99"), (1056, "6.00")):
        population = {"year": 2022, "people_80_plus": people, "source": "Døme"}
        ok(await api.case_officer.post("/v1/populations", json=population))
        coverage = (await read_gap(api))["coverage"]
        assert coverage == {
            "people_80_plus": people, "places": 176, "people_per_place": per_place, "source": "Døme",
        }  # fmt: skip
    assert (await read_gap(api, year=2023))["coverage"] is None
    assert len(ok(await api.finance.get("/v1/populations"), 200)["items"]) == 2


async def test_gap_of_sheltered_enterprises(api: Api) -> None:
    """K4, K5: 24 places of two providers, never typed in, and a need of 27."""
    step_id = await stairs.step(api, "activity", number=2)
    service_id = await stairs.service(api, step_id, "activity", kind="sheltered_enterprise")
    await steps.law(api)
    await steps.provider(api, places=14)
    await steps.provider(api, places=10, organisation_number="310300411", name="KIM AS")
    body = need_body(step_id, 27, service_id=service_id)
    ok(await api.case_officer.post("/v1/stairs/activity/needs", json=body))
    gaps = await read_gap(api, "activity")
    case = stairs.CASES["gap"][2]
    assert find(gaps, step_id, service_id) == {name: case[name] for name in ("capacity", "need", "gap", "state")}
    # The need of one service is not that of its step, and the stair has no nursing homes.
    assert find(gaps, step_id) == {"capacity": 24, "need": None, "gap": None, "state": "unknown"}
    assert gaps["coverage"] is None


async def test_gap_is_of_its_own_year_and_scenario(api: Api) -> None:
    """K4: another's need is none."""
    step_id = await stairs.step(api)
    await stairs.capacity(api, step_id, 10)
    ok(await api.case_officer.post(NEEDS, json=need_body(step_id, 12)))
    ok(await api.case_officer.post(NEEDS, json=need_body(step_id, 5, place="Manger")))
    gaps = await read_gap(api)
    assert find(gaps, step_id) == {"capacity": 10, "need": 12, "gap": 2, "state": "short"}
    assert find(gaps, step_id, None, "Manger") == {"capacity": None, "need": 5, "gap": None, "state": "unknown"}
    for other in ({"year": 2023}, {"scenario": "Høgt"}):
        assert find(await read_gap(api, **other), step_id)["state"] == "unknown"


async def test_capacity_is_the_last_count_of_what_is_offered(api: Api) -> None:
    """K3: by the last day of the year; what nobody has counted is unknown, and not zero."""
    step_id = await stairs.step(api)
    assert find(await read_gap(api), step_id)["capacity"] is None
    ended = await stairs.service(api, step_id, name="Nedlagd", valid_to="2022-09-30")
    await stairs.capacity(api, step_id, 10)
    await stairs.capacity(api, step_id, 12, as_of="2023-02-01")
    await stairs.capacity(api, step_id, 5, service_id=ended)
    await stairs.capacity(api, step_id, 3, place="Manger")
    assert find(await read_gap(api, year=2021), step_id)["capacity"] is None
    assert find(await read_gap(api), step_id)["capacity"] == 13
    assert find(await read_gap(api, year=2023), step_id)["capacity"] == 15
    later = await read_gap(api, year=2040)
    assert (find(later, step_id)["capacity"], later["capacity_on"]) == (15, clock.today().isoformat())


async def test_a_need_is_recorded_read_listed_and_mended(api: Api) -> None:
    """K4: one of a step, service, place, year and scenario, whichever of them are named."""
    step_id = await stairs.step(api)
    service_id = await stairs.service(api, step_id)
    lines: tuple[dict[str, str], ...] = ({}, {"service_id": service_id}, {"place": "Manger"})
    need: dict[str, Any] = {}
    for fields in lines:
        need = ok(await api.case_officer.post(NEEDS, json=need_body(step_id, 12, **fields)))
        refused(await api.case_officer.post(NEEDS, json=need_body(step_id, 13, **fields)), 409, "stair-need-exists")
        found = await api.finance.get(f"{NEEDS}/{need['id']}")
        assert ok(found, 200) == need
        headers = {"If-Match": found.headers["etag"]}
        changed = await api.case_officer.patch(f"{NEEDS}/{need['id']}", json={"number": 14}, headers=headers)
        assert ok(changed, 200)["number"] == 14
    assert [one["number"] for one in ok(await api.finance.get(NEEDS), 200)["items"]] == [14, 14, 14]
    refused(await api.finance.get(f"/v1/stairs/activity/needs/{need['id']}"), 404, "not-found")


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"number": -1}, "#/number"),
        ({"place": "Bergen"}, "#/place"),
        ({"year": 1899}, "#/year"),
        ({"year": "2022"}, "#/year"),
        ({"scenario": ""}, "#/scenario"),
        ({"source": None}, "#/source"),
    ],
)
async def test_a_need_that_cannot_be_is_refused_where_it_is_wrong(
    api: Api, fields: dict[str, Any], pointer: str
) -> None:
    """K4: and nothing is stored."""
    step_id = await stairs.step(api)
    problem = refused(await api.case_officer.post(NEEDS, json=need_body(step_id, 1) | fields), 422, "validation")
    assert [error["pointer"] for error in problem["errors"]] == [pointer]
    assert ok(await api.case_officer.get(NEEDS), 200)["items"] == []


async def test_a_gap_names_its_year_and_scenario(api: Api) -> None:
    """K4."""
    problem = refused(await api.finance.get("/v1/stairs/housing/gap"), 422, "validation")
    assert [error["pointer"] for error in problem["errors"]] == ["#/query/year", "#/query/scenario"]


@pytest.mark.parametrize("fields", [{"people_80_plus": -1}, {"year": 2100}, {"source": " "}])
async def test_a_population_that_cannot_be_is_refused_where_it_is_wrong(api: Api, fields: dict[str, Any]) -> None:
    """K7."""
    body = {"year": 2022, "people_80_plus": 1056, "source": "Folketal"} | fields
    problem = refused(await api.case_officer.post("/v1/populations", json=body), 422, "validation")
    assert [error["pointer"] for error in problem["errors"]] == [f"#/{next(iter(fields))}"]
