"""C15: the economy plan: several years at once, each as its own what-if, and what is refused."""

import json
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from app.budget import position
from app.budget.assumptions import YEARS_EXAMPLES
from app.rules.position import PositionInputs
from tests.api.budget.test_what_if import rows, three_at_a_provider, two_places
from tests.conftest import Api
from tests.factories import steps
from tests.factories.places import CASES, adopt, place, prices
from tests.factories.steps import ok, refused

PATH = "/v1/budgets/what-if/years"
PLAN = json.loads((CASES / "economy-plan.json").read_text())["cases"]


async def asked(api: Api, from_year: int, to_year: int, *, on: str = "2022-01-01", **fields: Any) -> dict[str, Any]:
    body = {"from_year": from_year, "to_year": to_year, "changes": [], **fields}
    return ok(await api.finance.post(PATH, json=body, params={"on": on}), 200)


async def single(api: Api, year: int, on: str, *changes: dict[str, Any]) -> dict[str, Any]:
    """The year's position after these changes, by the what-if of one year."""
    answer = await api.finance.post(f"/v1/budgets/{year}/what-if", json={"changes": list(changes)}, params={"on": on})
    after: dict[str, Any] = ok(answer, 200)["after"]
    return after


@pytest.mark.parametrize("case", PLAN, ids=lambda case: case["name"])
async def test_the_economy_plan(api: Api, connection: AsyncConnection, case: dict[str, Any]) -> None:
    """24 places with the frame of 2022 for ever, and with one that follows the rate."""
    await prices(api)
    await place(connection, 24)
    frames = [{"year": year["year"], "amount": year["frame"]} for year in case["years"]]
    answer = await asked(api, 2022, 2026, on="2026-12-31", frames=frames)
    for found, expected in zip(answer["years"], case["years"], strict=True):
        assert {"cost": found["forecast"]} | {name: found[name] for name in expected if name != "cost"} == expected
    flags = {year["year"]: year["flag"] for year in case["years"]}
    first_over = min((year for year, flag in flags.items() if flag == "overrun"), default=None)
    assert answer["first_overrun_year"] == first_over


async def test_one_frame_for_all_years(api: Api, connection: AsyncConnection) -> None:
    """C15: a frame that is assumed without a year holds in each; one of a year holds in that year alone."""
    await prices(api)
    await place(connection, 24)
    every = {"change": "frame", "amount": "6934000.00"}
    answer = await asked(
        api, 2022, 2026, on="2026-12-31", changes=[every], frames=[{"year": 2024, "amount": "9000000.00"}]
    )
    assert [year["flag"] for year in answer["years"]] == ["within", "watch", "within", "overrun", "overrun"]
    assert answer["first_overrun_year"] == 2025


async def test_a_year_without_a_frame_is_never_the_first_over(api: Api, connection: AsyncConnection) -> None:
    await prices(api)
    await adopt(api, "1.00", year=2024)
    await place(connection, 24)
    answer = await asked(api, 2022, 2024, on="2026-12-31")
    assert [year["flag"] for year in answer["years"]] == ["no_frame", "no_frame", "overrun"]
    assert answer["first_overrun_year"] == 2024
    assert (await asked(api, 2022, 2023))["first_overrun_year"] is None


async def test_the_rate_is_raised_each_year_after_the_last_known(api: Api, connection: AsyncConnection) -> None:
    """C15: by what was known on the day: 14 878, and then 3.60 % more a year, in whole øre."""
    await prices(api)
    await place(connection, 1)
    answer = await asked(api, 2022, 2024, rate_percent_a_year="3.60")
    # 14 878.00, 15 413.61 and 15 968.50, each with half on top, for twelve months of one place.
    assert [year["forecast"] for year in answer["years"]] == ["267804.00", "277445.04", "287433.00"]
    later = await asked(api, 2025, 2027, on="2026-12-31", rate_percent_a_year="10.00")
    assert [year["forecast"] for year in later["years"]] == ["303264.00", "314190.00", "345609.00"]
    carried = await asked(api, 2026, 2027, on="2026-12-31", rate_percent_a_year=None)
    assert [year["forecast"] for year in carried["years"]] == ["314190.00", "314190.00"]


async def test_each_year_is_its_own_what_if(api: Api, connection: AsyncConnection) -> None:
    """C9, C15: with the changes that have begun by its end, and the raised rates as rates assumed each new year."""
    first, second = await two_places(api)
    await place(connection, 3, "2022-03-15", "2024-02-10", share=60, organisation_number="310300411")
    await place(connection, 2, "2021-01-01", monthly_price="18000.00", organisation_number="310300411")
    await adopt(api, "900000.00", year=2024)
    changes: list[dict[str, Any]] = [
        {"change": "add_places", "places": 2, "from": "2023-05-10", "to": "2024-08-31", "share": 70},
        {"change": "share", "placement_ids": [first], "share": 40, "from": "2024-01-16"},
        {"change": "supplement_percent", "percent": 40, "from": "2025-01-01"},
        {"change": "supplement", "placement_ids": [second, first], "monthly_amount": "2500.00", "from": "2023-02-03"},
        {"change": "refund", "amount": "120000.00"},
        {"change": "end_places", "placement_ids": [second], "on": "2024-10-15"},
        {"change": "frame", "amount": "9000000.00"},
    ]
    on = "2022-10-15"
    answer = await asked(
        api,
        2022,
        2026,
        on=on,
        changes=changes,
        rate_percent_a_year="2.50",
        frames=[{"year": 2025, "amount": "1000.00"}],
    )
    raised = {2023: "15249.95", 2024: "15631.20", 2025: "16021.98", 2026: "16422.53"}
    begins = [2023, 2024, 2025, 2023, 0, 2024, 0]
    for found, year in zip(answer["years"], range(2022, 2027), strict=True):
        own = [change for change, begun in zip(changes, begins, strict=True) if begun <= year]
        rates = [
            {"change": "rate", "monthly_amount": amount, "from": f"{of_year}-01-01"}
            for of_year, amount in raised.items()
            if of_year <= year
        ]
        frame = [{"change": "frame", "amount": "1000.00"}] if year == 2025 else []
        assert found == await single(api, year, on, *own, *rates, *frame)
    assert answer["first_overrun_year"] == 2025


async def test_a_provider_and_a_number_mean_the_same_places_in_every_year(
    api: Api, connection: AsyncConnection
) -> None:
    """C15: those chosen on the day, also in years that they would not have lasted to."""
    provider_id = await three_at_a_provider(api, connection)
    await place(connection, 1, "2022-05-01", "2023-03-31", share=10)
    end = {"change": "end_places", "provider_id": provider_id, "places": 2, "on": "2022-06-30"}
    frames = [{"year": year, "amount": "500000.00"} for year in (2022, 2023, 2024)]
    answer = await asked(api, 2022, 2024, changes=[end], frames=frames)
    for found in answer["years"]:
        frame = {"change": "frame", "amount": "500000.00"}
        assert found == await single(api, found["year"], "2022-01-01", end, frame)
    # What is left goes on from January and, by half, from February.
    assert [year["forecast"] for year in answer["years"]][1:] == ["401706.00", "401706.00"]


async def test_a_places_many_rows_are_counted_year_by_year(api: Api) -> None:
    """C15: what is exact in each of the years is answered, though all its changes would not be in one of them."""
    await steps.law(api)
    placement_id = await steps.placed(api, await steps.provider(api))
    changes = [
        {
            "change": "share",
            "placement_ids": [placement_id],
            "share": 1 + day,
            "from": (date(2023 + day // 25, 1, 1) + timedelta(days=day)).isoformat(),
        }
        for day in range(50)
    ]
    answer = await asked(api, 2022, 2024, on="2022-12-31", changes=changes)
    assert [year["year"] for year in answer["years"]] == [2022, 2023, 2024]


async def test_a_place_that_is_there_in_one_of_the_years_is_found(api: Api, connection: AsyncConnection) -> None:
    """C15: and one that is there in none is not."""
    await steps.law(api)
    placement_id = await steps.placed(api, await steps.provider(api))
    change = {"change": "end_places", "placement_ids": [placement_id], "on": "2022-08-15"}
    answer = await asked(api, 2021, 2024, on="2022-12-31", changes=[change])
    assert [year["places"] for year in answer["years"]] == [0, 0, 0, 0]
    assert [year["forecast"] != "0.00" for year in answer["years"]] == [False, True, False, False]
    body = {"from_year": 2020, "to_year": 2021, "changes": [{**change, "on": "2021-08-15"}]}
    problem = refused(await api.finance.post(PATH, json=body), 404, "not-found")
    assert problem["errors"][0]["pointer"] == "#/changes/0/placement_ids/0"


YEARS = {"from_year": 2022, "to_year": 2024}
ADD = {"change": "add_places", "places": 1, "from": "2025-01-01"}


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({"from_year": 2022}, ["#/to_year"]),
        ({"to_year": 2022}, ["#/from_year"]),
        ({"from_year": 2024, "to_year": 2022}, ["#/to_year"]),
        ({"from_year": 2022, "to_year": 2032}, ["#/to_year"]),
        ({"from_year": 1899, "to_year": 1901}, ["#/from_year"]),
        ({"from_year": 2095, "to_year": 2100}, ["#/to_year"]),
        ({"from_year": "2022", "to_year": 2024}, ["#/from_year"]),
        ({"from_year": True, "to_year": 2024}, ["#/from_year"]),
        ({**YEARS, "changes": [ADD]}, ["#/changes/0/from"]),
        ({**YEARS, "changes": [{**ADD, "from": "2024-12-31"}] * 51}, ["#/changes"]),
        ({**YEARS, "rate_percent_a_year": "3.6"}, ["#/rate_percent_a_year"]),
        ({**YEARS, "rate_percent_a_year": 3.6}, ["#/rate_percent_a_year"]),
        ({**YEARS, "rate_percent_a_year": "-1.00"}, ["#/rate_percent_a_year"]),
        ({**YEARS, "rate_percent_a_year": "100.01"}, ["#/rate_percent_a_year"]),
        (
            {**YEARS, "frames": [{"year": year, "amount": "1.00"} for year in (2021, 2022, 2025)]},
            ["#/frames/0/year", "#/frames/2/year"],
        ),
        ({**YEARS, "frames": [{"year": 2022, "amount": "1.00"}] * 2}, ["#/frames/1/year"]),
        ({**YEARS, "frames": [{"year": 2022, "amount": "-1.00"}]}, ["#/frames/0/amount"]),
        ({**YEARS, "frames": [{"year": 2022}]}, ["#/frames/0/amount"]),
        ({**YEARS, "frames": [{"year": 2022, "amount": "1.00", "reason": "x"}]}, ["#/frames/0/reason"]),
        ({**YEARS, "room_from": "2022-01-01"}, ["#/room_from"]),
    ],
)
async def test_refuses_what_cannot_be_asked(api: Api, body: dict[str, Any], pointers: list[str]) -> None:
    problem = refused(await api.finance.post(PATH, json=body), 422, "validation")
    assert [error["pointer"] for error in problem["errors"]] == pointers


async def test_ten_years_are_answered(api: Api) -> None:
    """C15: ten at most; without a place or a frame they cost nothing."""
    answer = await asked(api, 2022, 2031)
    assert [year["year"] for year in answer["years"]] == list(range(2022, 2032))
    assert {year["flag"] for year in answer["years"]} == {"no_frame"}


async def test_a_rate_that_grows_too_large_is_refused(api: Api, connection: AsyncConnection) -> None:
    await prices(api)
    await place(connection, 1)
    body = {"from_year": 2030, "to_year": 2039, "rate_percent_a_year": "100.00"}
    problem = refused(await api.finance.post(PATH, json=body, params={"on": "2026-12-31"}), 422, "validation")
    assert problem["errors"][0]["pointer"] == "#/rate_percent_a_year"


async def test_a_day_without_a_rate_is_named(api: Api, connection: AsyncConnection) -> None:
    """C1, C15: never a year that costs nothing because nobody knows what."""
    await prices(api)
    await place(connection, 1, "2021-03-01")
    body = {"from_year": 2021, "to_year": 2023}
    problem = refused(await api.finance.post(PATH, json=body, params={"on": "2026-12-31"}), 409, "rate-missing")
    assert problem["day"] == "2021-03-01"


async def test_all_years_are_read_at_one_instant(committed_api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """C15: frames adopted between the reading of the first year and of the last are in neither."""
    api = committed_api
    await steps.law(api)
    gathered = position.load_inputs

    async def late(*facts: Any) -> PositionInputs:
        inputs = await gathered(*facts)
        if facts[1] == 2022:
            await adopt(api, "111.00", year=2023, on="2022-06-01")
        return inputs

    monkeypatch.setattr(position, "load_inputs", late)
    answer = await asked(api, 2022, 2023, on="2022-12-31")
    assert [year["frame"] for year in answer["years"]] == ["6934000.00", None]
    monkeypatch.undo()
    assert (await asked(api, 2022, 2023, on="2022-12-31"))["years"][1]["frame"] == "111.00"


async def test_asking_stores_nothing(api: Api, connection: AsyncConnection) -> None:
    """C15: not a row, whatever is asked."""
    await prices(api)
    await place(connection, 24)
    before = await rows(connection)
    for example in YEARS_EXAMPLES.values():
        ok(await api.finance.post(PATH, json=example["value"], params={"on": "2026-12-31"}), 200)
    assert await rows(connection) == before
