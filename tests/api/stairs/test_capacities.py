"""K3, K6: places as they were counted, and tables as they were printed."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from app import clock
from app.clock import new_id
from tests.conftest import Api
from tests.factories import stairs
from tests.factories.steps import ok, refused

CAPACITIES = "/v1/stairs/housing/capacities"
TABLES = "/v1/stairs/housing/tables"
CASES = stairs.CASES


async def test_a_count_is_recorded_read_listed_and_mended(api: Api) -> None:
    """K3."""
    step_id = await stairs.step(api)
    capacity = await stairs.capacity(api, step_id, 27)
    assert (capacity["place"], capacity["number"], capacity["table_id"]) == ("Knarvik", 27, None)
    address = f"{CAPACITIES}/{capacity['id']}"
    found = await api.finance.get(address)
    assert ok(found, 200) == capacity
    changed = await api.case_officer.patch(address, json={"number": 28}, headers={"If-Match": found.headers["etag"]})
    assert ok(changed, 200)["number"] == 28
    assert [one["number"] for one in ok(await api.finance.get(CAPACITIES), 200)["items"]] == [28]
    refused(await api.finance.get(f"/v1/stairs/activity/capacities/{capacity['id']}"), 404, "not-found")


async def test_one_day_has_one_count(api: Api) -> None:
    """K3: of the step itself too, which names no service."""
    step_id = await stairs.step(api)
    service_id = await stairs.service(api, step_id)
    counted = {"step_id": step_id, "place": "Knarvik", "number": 1, "as_of": "2022-06-01", "source": "Teljing"}
    for line in ({}, {"service_id": service_id}):
        ok(await api.case_officer.post(CAPACITIES, json=counted | line))
        refused(await api.case_officer.post(CAPACITIES, json=counted | line), 409, "stair-capacity-exists")
    ok(await api.case_officer.post(CAPACITIES, json=counted | {"as_of": "2022-06-02"}))


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"number": -1}, "#/number"),
        ({"number": 2.5}, "#/number"),
        ({"place": "Bergen"}, "#/place"),
        ({"place": None}, "#/place"),
        ({"as_of": (clock.today() + timedelta(days=1)).isoformat()}, "#/as_of"),
        ({"source": None}, "#/source"),
    ],
)
async def test_a_count_that_cannot_be_is_refused_where_it_is_wrong(
    api: Api, fields: dict[str, Any], pointer: str
) -> None:
    """K3: and nothing is stored."""
    body = {
        "step_id": await stairs.step(api), "place": "Knarvik", "number": 1, "as_of": "2022-06-01", "source": "Teljing",
    }  # fmt: skip
    problem = refused(await api.case_officer.post(CAPACITIES, json=body | fields), 422, "validation")
    assert [error["pointer"] for error in problem["errors"]] == [pointer]
    assert ok(await api.case_officer.get(CAPACITIES), 200)["items"] == []


async def test_a_count_names_a_step_and_a_service_that_belong_together(api: Api) -> None:
    """K3."""
    third, fourth = await stairs.step(api, number=3), await stairs.step(api, number=4)
    activity = await stairs.step(api, "activity", number=2)
    service_id = await stairs.service(api, fourth)
    enterprises = await stairs.service(api, activity, "activity", kind="sheltered_enterprise")
    body = {"step_id": third, "place": "Knarvik", "number": 1, "as_of": "2022-06-01", "source": "Teljing"}
    for fields, pointer in (
        ({"service_id": service_id}, "#/service_id"),
        ({"service_id": str(new_id())}, "#/service_id"),
        ({"step_id": activity}, "#/step_id"),
        ({"step_id": str(new_id())}, "#/step_id"),
    ):
        problem = refused(await api.case_officer.post(CAPACITIES, json=body | fields), 404, "not-found")
        assert [error["pointer"] for error in problem["errors"]] == [pointer]
    # K5: typed in twice it would be counted twice.
    body |= {"step_id": activity, "service_id": enterprises}
    problem = refused(await api.case_officer.post("/v1/stairs/activity/capacities", json=body), 422, "validation")
    assert [error["pointer"] for error in problem["errors"]] == ["#/service_id"]


async def test_printed_totals_are_kept_beside_what_the_cells_add_up_to(api: Api) -> None:
    """K6: the plan's table with its faults."""
    body, lines = await stairs.printed_table(api)
    created = await api.case_officer.post(TABLES, json=body)
    table = ok(created)
    assert created.headers["location"] == f"{TABLES}/{table['id']}"
    rows = {row["service_id"]: row for row in table["rows"]}
    for case in CASES["rows"]:
        row = rows[lines[case["code"]]["service_id"]]
        assert (row["sum"], row["printed"], row["difference"] == 0) == (
            case["sum"], case["stated_total"], case["agrees"],
        )  # fmt: skip
        assert {cell["place"]: cell["number"] for cell in row["cells"]} == case["cells"]
        assert (str(row["step_number"]), row["name"]) == (case["step"], case["label"])
    assert [(one["place"], one["sum"], one["printed"], one["difference"] == 0) for one in table["places"]] == [
        (case["area"], case["sum"], case["stated_total"], case["agrees"]) for case in CASES["columns"]
    ]
    totals = CASES["totals"]
    assert table["total"] == {
        "sum": totals["sum_of_cells"],
        "printed": totals["stated"],
        "difference": totals["stated"] - totals["sum_of_cells"],
        "sum_of_printed_rows": totals["sum_of_stated_row_totals"],
        "sum_of_printed_places": totals["sum_of_stated_column_totals"],
    }
    assert ok(await api.finance.get(f"{TABLES}/{table['id']}"), 200) == table
    assert ok(await api.finance.get(TABLES), 200) == {"items": [table], "next": None}
    # The cells are the capacities, each by itself, and no total is among them.
    listed = ok(await api.finance.get(f"{CAPACITIES}?limit=200"), 200)["items"]
    assert len(listed) == sum(len(row["cells"]) for row in CASES["rows"])
    assert sum(one["number"] for one in listed) == 319
    assert {one["table_id"] for one in listed} == {table["id"]}
    refused(await api.finance.get(f"/v1/stairs/activity/tables/{table['id']}"), 404, "not-found")


async def test_a_mended_cell_moves_the_sums_and_no_printed_total(api: Api) -> None:
    """K6: as Alver may answer to a guess that is not stored."""
    body, lines = await stairs.printed_table(api)
    table = ok(await api.case_officer.post(TABLES, json=body))
    service_id = lines["care_homes_no_base"]["service_id"]
    listed = ok(await api.case_officer.get(f"{CAPACITIES}?limit=200"), 200)["items"]
    [cell] = [one for one in listed if one["service_id"] == service_id and one["place"] == "Frekhaug"]
    answer = await api.case_officer.patch(f"{CAPACITIES}/{cell['id']}", json={"number": 35}, headers={"If-Match": "*"})
    ok(answer, 200)
    mended = ok(await api.case_officer.get(f"{TABLES}/{table['id']}"), 200)
    [row] = [row for row in mended["rows"] if row["service_id"] == service_id]
    [place] = [place for place in mended["places"] if place["place"] == "Frekhaug"]
    assert (row["sum"], row["printed"], row["difference"]) == (93, 93, 0)
    assert (place["sum"], place["printed"], place["difference"]) == (79, 79, 0)
    assert (mended["total"]["sum"], mended["total"]["printed"]) == (324, 323)


async def test_a_table_is_recorded_once(api: Api) -> None:
    """K3: neither twice, nor over counts that are there; and then nothing of it is stored."""
    body, _ = await stairs.printed_table(api)
    ok(await api.case_officer.post(TABLES, json=body))
    refused(await api.case_officer.post(TABLES, json=body), 409, "stair-table-exists")
    answer = await api.case_officer.post(TABLES, json=body | {"source": "Ei anna kjelde"})
    refused(answer, 409, "stair-capacity-exists")
    assert len(ok(await api.case_officer.get(TABLES), 200)["items"]) == 1


Spoil = Callable[[dict[str, Any]], None]


@pytest.mark.parametrize(
    ("spoil", "pointer"),
    [
        (lambda body: body.update(totals_from="printed"), "#/totals_from"),
        (lambda body: body["rows"][0].update(cells=[]), "#/rows/0/cells"),
        (lambda body: body["rows"][1]["cells"][2].update(number=-1), "#/rows/1/cells/2/number"),
        (lambda body: body["rows"][1]["cells"][2].update(place="Bergen"), "#/rows/1/cells/2/place"),
        (lambda body: body["rows"][1]["cells"][2].update(place="Knarvik"), "#/rows/1/cells/2/place"),
        (lambda body: body["rows"].append(body["rows"][0]), "#/rows/5"),
        (lambda body: body["printed_place_totals"][3].update(place="Knarvik"), "#/printed_place_totals/3/place"),
        (lambda body: body.update(printed_total=-1), "#/printed_total"),
        (lambda body: body.update(rows=[]), "#/rows"),
    ],
)
async def test_a_table_that_cannot_be_is_refused_where_it_is_wrong(api: Api, spoil: Spoil, pointer: str) -> None:
    """K3: also one whose total is asked to be trusted. Nothing is stored."""
    body, _ = await stairs.printed_table(api)
    spoil(body)
    problem = refused(await api.case_officer.post(TABLES, json=body), 422, "validation")
    assert [error["pointer"] for error in problem["errors"]] == [pointer]
    assert ok(await api.case_officer.get(TABLES), 200)["items"] == []
    assert ok(await api.case_officer.get(CAPACITIES), 200)["items"] == []


async def test_a_row_of_a_table_names_what_is_not_there(api: Api) -> None:
    """K3: a 404 that points at the row's field."""
    body, _ = await stairs.printed_table(api)
    for field in ("step_id", "service_id"):
        spoilt = body | {"rows": [body["rows"][0], body["rows"][1] | {field: str(new_id())}]}
        problem = refused(await api.case_officer.post(TABLES, json=spoilt), 404, "not-found")
        assert [error["pointer"] for error in problem["errors"]] == [f"#/rows/1/{field}"]
    assert ok(await api.case_officer.get(TABLES), 200)["items"] == []
