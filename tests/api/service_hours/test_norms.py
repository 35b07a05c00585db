"""S5, S8: norms of kinds of service, each from a day; rows are only added, and of one day the last recorded counts."""

from datetime import timedelta
from typing import Any

import pytest

from app import clock
from tests.conftest import Api
from tests.factories import hours
from tests.factories.places import got
from tests.factories.steps import ok

PATH = "/v1/service-types"
NORM = {"hours_per_full_time_equivalent": "35.50", "norm_source": "Avtalen"}
COST = {"cost_per_hour": "450.00", "cost_source": "Budsjett 2022"}


async def change(api: Api, kind: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The kind of service as it is answered."""
    return ok(await api.case_officer.patch(f"{PATH}/{kind['id']}", json=changes, headers={"If-Match": "*"}), 200)


async def norms(api: Api, kind: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Day, hours and cost of each that was recorded, by day."""
    items = (await got(api.manager, f"{PATH}/{kind['id']}/norms"))["items"]
    items.sort(key=lambda one: (one["valid_from"] or "", one["recorded_at"]))
    return [(one["valid_from"], one["hours_per_full_time_equivalent"], one["cost_per_hour"]) for one in items]


async def test_norms_of_a_new_kind_hold_of_every_day_unless_one_is_named(api: Api) -> None:
    always = await hours.service_type(api, **NORM)
    dated = await hours.service_type(api, "respite", **COST, valid_from="2022-01-01")
    none = await hours.service_type(api, "support")
    assert await norms(api, always) == [(None, "35.50", None)]
    assert await norms(api, dated) == [("2022-01-01", None, "450.00")]
    assert await norms(api, none) == []
    assert (always["hours_per_full_time_equivalent"], dated["cost_per_hour"]) == ("35.50", "450.00")


async def test_a_change_holds_from_today_and_keeps_what_is_not_sent(api: Api) -> None:
    kind = await hours.service_type(api, **NORM)
    changed = await change(api, kind, **COST)
    today = clock.today().isoformat()
    assert await norms(api, kind) == [(None, "35.50", None), (today, "35.50", "450.00")]
    assert {name: changed[name] for name in (*NORM, *COST)} == NORM | COST
    assert changed["updated_at"] > kind["updated_at"]
    assert changed == await got(api.epj, f"{PATH}/{kind['id']}")
    assert (await got(api.finance, PATH))["items"] == [changed]


async def test_a_later_day_does_not_hold_today(api: Api) -> None:
    kind = await hours.service_type(api, **NORM)
    tomorrow = (clock.today() + timedelta(days=1)).isoformat()
    changed = await change(api, kind, hours_per_full_time_equivalent="37.50", valid_from=tomorrow)
    assert changed["hours_per_full_time_equivalent"] == "35.50"
    assert await norms(api, kind) == [(None, "35.50", None), (tomorrow, "37.50", None)]


async def test_of_one_day_the_last_recorded_counts_and_both_are_kept(api: Api) -> None:
    kind = await hours.service_type(api)
    for norm in ("36.50", "35.50"):
        await change(api, kind, hours_per_full_time_equivalent=norm, norm_source="Avtalen", valid_from="2022-01-01")
    assert await norms(api, kind) == [("2022-01-01", "36.50", None), ("2022-01-01", "35.50", None)]
    assert (await got(api.epj, f"{PATH}/{kind['id']}"))["hours_per_full_time_equivalent"] == "35.50"


async def test_what_is_sent_for_a_day_is_added_to_what_holds_that_day(api: Api) -> None:
    kind = await hours.service_type(api, **NORM)
    await change(api, kind, **COST, valid_from="2022-07-01")
    await change(api, kind, hours_per_full_time_equivalent="37.50", valid_from="2022-03-01")
    await change(api, kind, hours_per_full_time_equivalent="34.00", valid_from=None)
    await change(api, kind, cost_per_hour=None, cost_source=None, valid_from="2023-01-01")
    assert await norms(api, kind) == [
        (None, "35.50", None),
        (None, "34.00", None),
        ("2022-03-01", "37.50", None),
        ("2022-07-01", "35.50", "450.00"),
        ("2023-01-01", "35.50", None),
    ]


async def test_what_holds_already_and_a_name_add_no_norm(api: Api) -> None:
    kind = await hours.service_type(api, **NORM)
    changed = await change(api, kind, **NORM, name="Heimehjelp på dagtid")
    assert changed["name"] == "Heimehjelp på dagtid"
    assert changed["hours_per_full_time_equivalent"] == "35.50"
    await change(api, kind, **NORM, valid_from="2022-01-01")
    assert await norms(api, kind) == [(None, "35.50", None)]


async def test_another_change_meanwhile_is_refused(api: Api) -> None:
    kind = await hours.service_type(api, **NORM)
    answer = await api.case_officer.get(f"{PATH}/{kind['id']}")
    await change(api, kind, **COST)
    late = await api.case_officer.patch(
        f"{PATH}/{kind['id']}", json={"name": "Anna"}, headers={"If-Match": answer.headers["ETag"]}
    )
    assert late.status_code == 412


WRONG: tuple[tuple[dict[str, Any], str, str], ...] = (
    ({"valid_from": "2022-01-01"}, "validation", "valid_from"),
    ({"valid_from": "2022-01-01", "name": "Anna"}, "validation", "valid_from"),
    ({"valid_from": "2022-02-30", **COST}, "validation", "valid_from"),
    ({"valid_from": "1899-12-31", **COST}, "validation", "valid_from"),
    ({"valid_from": 2022, **COST}, "validation", "valid_from"),
    ({"valid_from": "2022-01-01", "cost_per_hour": "450.00"}, "norm-without-source", "cost_source"),
    ({"valid_from": "2022-01-01", "cost_source": "Budsjettet"}, "norm-without-source", "cost_source"),
    ({"valid_from": "2022-01-01", "norm_source": None}, "norm-without-source", "norm_source"),
    ({"valid_from": "2022-01-01", "hours_per_full_time_equivalent": "0.99"}, "validation",
     "hours_per_full_time_equivalent"),
)  # fmt: skip


@pytest.mark.parametrize(("body", "problem", "pointer"), WRONG)
async def test_a_wrong_norm_is_refused_and_nothing_is_written(
    api: Api, body: dict[str, Any], problem: str, pointer: str
) -> None:
    kind = await hours.service_type(api, **NORM)
    answer = await api.case_officer.patch(f"{PATH}/{kind['id']}", json=body, headers={"If-Match": "*"})
    assert (answer.status_code, answer.json()["type"]) == (422, f"/problems/{problem}")
    assert answer.json()["errors"][0]["pointer"] == f"#/{pointer}"
    assert await norms(api, kind) == [(None, "35.50", None)]
    assert await got(api.epj, f"{PATH}/{kind['id']}") == kind


async def test_a_day_without_a_norm_is_refused_of_a_new_kind(api: Api) -> None:
    body = {"code": "support", "name": "Støttekontakt", "valid_from": "2022-01-01"}
    answer = await api.case_officer.post(PATH, json=body)
    assert answer.json()["errors"][0]["pointer"] == "#/valid_from"
    assert (await got(api.epj, PATH))["items"] == []
    halved = await api.case_officer.post(PATH, json=body | {"cost_per_hour": "450.00"})
    assert halved.json()["type"] == "/problems/norm-without-source"
    assert (await got(api.epj, PATH))["items"] == []
