"""S2, L8: figures of a day, and ends by where people go, from the API's own lists."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.conftest import Api
from tests.factories import steps
from tests.factories.places import got, place, prices
from tests.factories.steps import ok, refused

PATH = "/v1/figures"
YEAR = {"from": "2022-01-01", "to": "2022-12-31", "on": "2022-12-31"}
STATES = {
    "places_active", "capacity", "occupancy", "required_staff", "stated_staff", "supplement_share", "waiting",
    "waiting_days",
}  # fmt: skip


async def read_days(client: Any, first: str, last: str, on: str, **query: str) -> dict[tuple[str, str], Any]:
    """The rows by code and day."""
    query = {"period": "day", "from": first, "to": last, "on": on} | query
    return {(row["code"], row["period"]): row for row in (await got(client, PATH, **query))["items"]}


async def test_the_places_of_each_day_are_those_of_the_list(api: Api) -> None:
    """L1, D4: as `active_on` and the applications say."""
    await steps.law(api)
    provider_id = await steps.provider(api, places=8)
    for starts_on in ("2022-07-02", "2022-07-04"):
        await steps.placed(api, provider_id, starts_on=starts_on)
    await steps.application(api, await steps.participant(api), received_on="2022-07-03")
    found = await read_days(api.case_officer, "2022-07-01", "2022-07-05", "2022-12-31")
    assert {code for code, _ in found} == STATES
    for step in range(5):
        day = date(2022, 7, 1) + timedelta(days=step)
        active = (await got(api.case_officer, "/v1/placements", active_on=f"{day}"))["items"]
        assert found["places_active", f"{day}"]["value"] == len(active)
        assert found["occupancy", f"{day}"]["value"] == f"{len(active) * 100 / 8:.2f}"
        assert found["required_staff", f"{day}"]["value"] == f"{len(active) / 5:.2f}"
        waiting = int(day >= date(2022, 7, 3))
        assert found["waiting", f"{day}"]["value"] == waiting
        assert found["waiting_days", f"{day}"]["numerator"] == max((day - date(2022, 7, 3)).days, 0)
    month = (await got(api.case_officer, PATH, **YEAR, code="places_active"))["items"][6]
    one = await read_days(api.case_officer, "2022-07-31", "2022-07-31", "2022-12-31", code="places_active")
    assert one["places_active", "2022-07-31"]["value"] == month["value"] == 2


async def test_a_day_as_it_was_known(api: Api, connection: AsyncConnection) -> None:
    """S8: also a day that was still to come; what has happened is of no later day."""
    await prices(api)
    await place(connection, 6, decided_on="2021-12-01")
    await place(connection, 7, "2022-06-01", decided_on="2022-05-02")
    for on, places in (("2022-05-01", 6), ("2022-05-02", 13)):
        found = await read_days(api.finance, "2022-06-15", "2022-06-15", on)
        assert found["places_active", "2022-06-15"]["value"] == places
        assert ("waiting", "2022-06-15") not in found
    today = (await got(api.finance, PATH, period="day", on="2022-05-01"))["items"]
    assert {row["period"] for row in today} == {"2022-05-01"}


async def test_staff_stated_later_was_not_known(api: Api) -> None:
    """P5, S8."""
    await steps.law(api)
    provider_id = await steps.provider(api, places=8)
    statement = {
        "stated_on": "2022-09-10", "employees": 4, "police_certificates": 4, "full_time_equivalents": "2.50",
        "areas": [],
    }  # fmt: skip
    ok(await api.case_officer.post(f"/v1/providers/{provider_id}/competence-statements", json=statement))
    for on, stated in (("2022-09-09", "0.00"), ("2022-09-10", "2.50")):
        rows = (await got(api.case_officer, PATH, **(YEAR | {"on": on}), code="stated_staff"))["items"]
        assert rows[11]["value"] == stated


async def test_an_end_decided_afterwards_was_not_known(api: Api) -> None:
    """L5, S8: decided in October, from the last of September."""
    await steps.law(api)
    place_id = await steps.placed(api, await steps.provider(api, places=8))
    body = steps.end(place_id, "2022-09-30", decided_on="2022-10-05")
    ok(await api.case_officer.post("/v1/decisions", json=body))
    for on, left in (("2022-09-30", 0), ("2022-10-04", 0), ("2022-10-05", 1), ("2022-12-31", 1)):
        rows = (await got(api.case_officer, PATH, **(YEAR | {"on": on}), code="turnover"))["items"]
        assert rows[8]["period"] == "2022-09"
        assert rows[8]["numerator"] == left, on


async def test_few_on_a_day_are_hidden(api: Api, connection: AsyncConnection) -> None:
    """S6: and what tells them; each day by itself."""
    await prices(api)
    await place(connection, 3)
    await place(connection, 6, "2022-06-02", organisation_number="310300411")
    await place(connection, 9, organisation_number="310300420")
    query = {"period": "day", "from": "2022-06-01", "to": "2022-06-02", "on": "2022-12-31", "by": "provider"}
    rows = (await got(api.manager, PATH, **query, code="places_active"))["items"]
    for day, shown in (("2022-06-01", [0]), ("2022-06-02", [9])):
        of_day = [row for row in rows if row["period"] == day]
        assert sorted(row["value"] for row in of_day if not row["suppressed"]) == shown
    rows = (await got(api.case_officer, PATH, **query, code="places_active"))["items"]
    assert not any(row["suppressed"] for row in rows)


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({"period": "day", "from": "2022-06-01", "to": "2022-07-02"}, "#/query/to"),
        ({"by": "destination,provider"}, "#/query/by"),
    ],
)
async def test_what_cannot_be_asked_for(api: Api, query: dict[str, str], pointer: str) -> None:
    problem = refused(await api.finance.get(PATH, params=query), 422, "validation")
    assert problem["errors"][0]["pointer"] == pointer


async def end_places(api: Api, destinations: Sequence[str | None]) -> None:
    """So many places, each of which ends in September."""
    await steps.law(api)
    provider_id = await steps.provider(api, places=len(destinations))
    for destination in destinations:
        place_id = await steps.placed(api, provider_id)
        named = {} if destination is None else {"destination": destination}
        ok(await api.case_officer.post("/v1/decisions", json=steps.end(place_id, "2022-09-30", **named)))


async def read_ends(client: Any, **query: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = (await got(client, PATH, **(YEAR | {"by": "destination"} | query)))["items"]
    return rows


async def test_ends_by_destination_are_the_decisions(api: Api) -> None:
    """L8: the month of each decision, whatever its last day; they add up to the figure in all."""
    await end_places(api, ["vta", "vta", "moved", None])
    decisions = (await got(api.case_officer, "/v1/decisions"))["items"]
    expected = Counter((one["decided_on"][:7], one["destination"]) for one in decisions if one["kind"] == "end")
    rows = await read_ends(api.case_officer)
    assert {row["code"] for row in rows} == {"ended"}
    found = {(row["period"], row["by"]["destination"]): row["numerator"] for row in rows}
    assert {key: number for key, number in found.items() if number} == expected
    [total] = (await got(api.case_officer, PATH, **YEAR, period="year", code="ended"))["items"]
    year = await read_ends(api.case_officer, period="year")
    assert sum(row["numerator"] for row in year) == total["numerator"] == 4
    assert {row["denominator"] for row in year} == {total["denominator"]}


@pytest.mark.parametrize(
    ("ends", "shown"),
    [
        # Four of one kind tell of few people; the next smallest goes with them.
        ({"vta": 4, "moved": 5, "none": 6}, {"none": 6}),
        ({"vta": 5, "moved": 6}, {"vta": 5, "moved": 6}),
        ({"vta": 3}, {}),
    ],
)
async def test_few_ends_are_hidden(api: Api, ends: dict[str, int], shown: dict[str, int]) -> None:
    """S6: of a period whose total is hidden, all."""
    await end_places(api, [destination for destination, count in ends.items() for _ in range(count)])
    for client in (api.finance, api.manager):
        rows = await read_ends(client, period="year")
        found = {row["by"]["destination"]: row["numerator"] for row in rows if row["numerator"]}
        assert found == shown
        [total] = (await got(client, PATH, **YEAR, period="year", code="ended"))["items"]
        assert total["suppressed"] == (sum(ends.values()) < 5)
        if total["suppressed"]:
            assert all(row["suppressed"] for row in rows)


async def test_ends_as_many_as_their_destinations_are_not_told_by_their_total(api: Api) -> None:
    """S6: five ends by five destinations would be one each: nothing is shown of them, and no answer has their sum."""
    await end_places(api, ["ordinary_work", "vta", "moved", "none", None])
    rows = await read_ends(api.manager, period="year")
    assert all(row["suppressed"] for row in rows)
    for code in ("ended", "turnover"):
        [total] = (await got(api.manager, PATH, **YEAR, period="year", code=code))["items"]
        assert total["suppressed"]
    moves = await got(api.manager, "/v1/statistics/moves")
    assert {year["people"] for year in moves["years"] if year["year"] == 2022} == {None}


async def test_ends_by_destination_are_of_years_alone_for_those_who_see_no_names(api: Api) -> None:
    """S6: moves have the year's."""
    await end_places(api, ["vta"] * 5 + ["moved"] * 6)
    for period in ("month", "tertial"):
        assert all(row["suppressed"] for row in await read_ends(api.manager, period=period))
        assert not any(row["suppressed"] for row in await read_ends(api.case_officer, period=period))
    found = {row["by"]["destination"]: row["numerator"] for row in await read_ends(api.manager, period="year")}
    assert {name: count for name, count in found.items() if count} == {"vta": 5, "moved": 6}


async def end_by_day(api: Api, last_days: dict[str, int]) -> None:
    """So many places on each last day, which was decided on the first of its month."""
    await steps.law(api)
    provider_id = await steps.provider(api, places=sum(last_days.values()))
    for last_day, count in last_days.items():
        for _ in range(count):
            place_id = await steps.placed(api, provider_id)
            body = steps.end(place_id, last_day, destination="vta", decided_on=f"{last_day[:7]}-01")
            ok(await api.case_officer.post("/v1/decisions", json=body))


async def read_shown(client: Any, code: str, period: str) -> dict[str, int]:
    """The numerators that are shown, by period."""
    query = YEAR | {"to": "2023-12-31", "on": "2023-12-31", "code": code, "period": period}
    rows = (await got(client, PATH, **query))["items"]
    return {row["period"]: row["numerator"] for row in rows if not row["suppressed"]}


@pytest.mark.parametrize("code", ["ended", "turnover"])
async def test_a_month_is_not_worked_out_from_the_moves_of_the_year(api: Api, code: str) -> None:
    """S6: 3 who left in September are not told by the 12 of the year, which the moves have, and the 9 of November."""
    await end_by_day(api, {"2022-09-30": 3, "2022-11-30": 9})
    moves = await got(api.manager, "/v1/statistics/moves")
    assert [year["people"] for year in moves["years"]][:1] == [12]
    shown = await read_shown(api.manager, code, "month")
    assert {"2022-09", "2022-11"}.isdisjoint(shown)
    assert shown["2022-10"] == 0
    assert (await read_shown(api.case_officer, code, "month"))["2022-09"] == 3


@pytest.mark.parametrize("code", ["ended", "turnover"])
async def test_a_year_that_the_moves_hide_is_hidden(api: Api, code: str) -> None:
    """S6: of 15 in all 3 left in 2023; the 12 of 2022 would tell them."""
    await end_by_day(api, {"2022-11-30": 12, "2023-03-31": 3})
    moves = await got(api.manager, "/v1/statistics/moves")
    assert moves["total"]["people"] == 15
    assert [year["people"] for year in moves["years"]][:2] == [None, None]
    assert await read_shown(api.manager, code, "year") == {}
    assert await read_shown(api.manager, code, "month") == {}
    assert await read_shown(api.case_officer, code, "year") == {"2022": 12, "2023": 3}


async def test_ends_by_destination_as_a_file(api: Api) -> None:
    await end_places(api, ["vta"])
    answer = await api.case_officer.get(
        PATH, params=YEAR | {"by": "destination", "period": "year"}, headers={"Accept": "text/csv"}
    )
    lines = answer.text.removeprefix("\ufeff").splitlines()
    assert lines[0].endswith(";Går til")
    assert any(line.endswith(";vta") for line in lines)
