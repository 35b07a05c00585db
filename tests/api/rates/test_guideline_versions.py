"""Two versions of the guideline: each of its parameters is the version's, through HTTP, and holds from its day on."""

from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.api.providers.test_competence import AREAS
from tests.conftest import Api
from tests.factories import follow_up, steps
from tests.factories.absences import ORGANISATION, item, placement, pushed
from tests.factories.places import adopt, got, place, posted
from tests.factories.steps import ok


async def versions(api: Api, valid_from: str, **parameters: Any) -> None:
    """The guideline of 2022 with a round rate, and another version of it from a day."""
    await posted(api.case_officer, "/v1/guideline-versions", {"valid_from": "2022-01-01"})
    await posted(api.case_officer, "/v1/guideline-versions", {"valid_from": valid_from} | parameters)
    await posted(api.case_officer, "/v1/rates", steps.RATE | {"monthly_amount": "10000.00"})


async def months(api: Api) -> dict[str, str]:
    """What each month of 2022 costs."""
    found = await got(api.finance, "/v1/budgets/2022/costs", on="2022-12-31")
    return {row["month"]: row["amount"] for row in found["items"]}


async def test_c2_another_supplement_from_a_day_inside_a_month(api: Api, connection: AsyncConnection) -> None:
    """C2, C3: each day carries the price of its day, 15 of April at 15 000 and 15 at 14 000."""
    await versions(api, "2022-04-16", supplement_percent="40.00")
    await place(connection, 1)
    found = await months(api)
    assert [found[f"2022-{month:02}"] for month in (3, 4, 5)] == ["15000.00", "14500.00", "14000.00"]


async def test_c3_another_rule_for_parts_of_a_month(api: Api, connection: AsyncConnection) -> None:
    """C3: the month in which it comes keeps the rule of its first day; the next one has the new."""
    await versions(api, "2022-03-10", proration="weekdays")
    await place(connection, 1, "2022-03-17", "2022-03-31")
    await place(connection, 1, "2022-04-25", "2022-04-30")
    found = await months(api)
    assert (found["2022-03"], found["2022-04"]) == ("7258.06", "3571.43")  # 15 of 31 days, 5 of 21 weekdays


async def test_c7_c10_another_share_for_watch_and_for_vta(api: Api, connection: AsyncConnection) -> None:
    """C7, C10: the version in force on the position's day."""
    await versions(api, "2022-07-01", watch_percent="90.00", vta_share_percent="30.00")
    await adopt(api, "200000.00")
    await place(connection, 1)
    before = await got(api.finance, "/v1/budgets/2022/position", on="2022-06-30")
    after = await got(api.finance, "/v1/budgets/2022/position", on="2022-07-01")
    assert before["forecast"] == after["forecast"] == "180000.00"
    assert (before["flag"], after["flag"]) == ("within", "watch")
    assert before["vta_comparison"] == {"minimum_share_percent": "25.00", "municipal_cost": "33000.00"}
    assert after["vta_comparison"] == {"minimum_share_percent": "30.00", "municipal_cost": "33000.00"}


@pytest.mark.parametrize(
    ("parameters", "due"),
    [
        ({}, ["2022-10-14"]),
        ({"absence_window_days": 14}, ["2022-10-07", "2022-10-14"]),
        ({"absence_threshold_percent": 31}, []),
        ({"absence_threshold_percent": 23}, ["2022-10-07", "2022-10-14"]),
        ({"absence_uncounted_kinds": ["sick"]}, []),
        ({"absence_uncounted_kinds": []}, ["2022-10-07", "2022-10-14"]),
    ],
)
async def test_a3_another_window_threshold_and_kinds(api: Api, parameters: dict[str, Any], due: list[str]) -> None:
    """A3: the version in force on the day that is asked about. 15 and then 20 of 65 days are sick; 10 are holiday."""
    await versions(api, "2022-10-01", **parameters)
    spot = await placement(api, await steps.provider(api))
    items = [
        item(spot, first="2022-09-19", last="2022-10-14", external_id="F-1"),
        item(spot, first="2022-08-01", last="2022-08-12", external_id="F-2", kind="holiday"),
    ]
    await pushed(api.provider(ORGANISATION), items)
    path = f"/v1/placements/{spot}/absence-summary"
    found = {on: await got(api.case_officer, path, on=on) for on in ("2022-09-30", "2022-10-07", "2022-10-14")}
    assert found["2022-09-30"]["window_from"] == "2022-07-03"
    assert found["2022-09-30"]["review_due"] is False
    assert [on for on, one in found.items() if one["review_due"]] == due


async def test_m_each_placement_year_by_the_version_of_its_first_day(api: Api) -> None:
    """M, M1–M4: the first year as the first version asks, the second as the other does."""
    asked = {"conversations_per_year": 4, "cooperation_meetings_per_year": 0, "evaluations_per_year": 2}
    await versions(api, "2023-07-01", plan_due_days=30, **asked)
    provider_id = await steps.provider(api)
    _, first = await follow_up.place_at(api, provider_id)
    _, second = await follow_up.place_at(api, provider_id, starts_on="2023-08-01")
    found = await follow_up.tasks(api.case_officer, "2023-08-01", placement_id=first)
    assert [(task["kind"], task["due_on"], task["required"]) for task in found] == [
        ("plan", "2022-09-29", 1),
        ("evaluation", "2023-06-30", 1),
        ("conversation", "2023-06-30", 2),
        ("cooperation_meeting", "2023-06-30", 1),
        ("evaluation", "2024-06-30", 2),
        ("conversation", "2024-06-30", 4),
    ]
    found = await follow_up.tasks(api.case_officer, "2023-08-01", placement_id=second)
    assert [(task["kind"], task["due_on"]) for task in found] == [
        ("plan", "2023-08-31"),
        ("evaluation", "2024-07-31"),
        ("conversation", "2024-07-31"),
    ]


async def test_m_another_part_of_a_year_asks_for_everything(api: Api) -> None:
    """M: by the first version 184 of 365 days are half a year, by the other less than three quarters."""
    await versions(api, "2023-01-01", part_year_percent=75, part_year_conversations=2)
    provider_id = await steps.provider(api)
    owed = {}
    for year in ("2022", "2023"):
        _, spot = await follow_up.place_at(api, provider_id, starts_on=f"{year}-07-01", ends_on=f"{year}-12-31")
        found = await follow_up.tasks(api.case_officer, "2024-01-01", placement_id=spot)
        owed[year] = {task["kind"]: task["required"] for task in found}
    assert owed == {
        "2022": {"plan": 1, "evaluation": 1, "conversation": 2, "cooperation_meeting": 1},
        "2023": {"conversation": 2},
    }


async def test_m6_a_consent_is_asked_for_by_the_version_of_its_day(api: Api) -> None:
    """M6: the months of the version in force on the day it was given."""
    await versions(api, "2022-09-01", consent_months=6)
    _, person, spot = await follow_up.placed(api)
    for given_on in ("2022-08-31", "2022-09-01"):
        body = follow_up.consent(["nav"], given_on=given_on)
        ok(await api.case_officer.post(f"/v1/participants/{person}/consents", json=body))
    found = await follow_up.tasks(api.case_officer, "2022-10-01", kind="consent", placement_id=spot)
    assert [task["due_on"] for task in found] == ["2023-03-01", "2023-08-31"]


async def test_p5_another_number_of_places_to_an_employee(api: Api) -> None:
    """P5: staff that was enough for five places to each is too little for three, exactly, from the version's day on."""
    await versions(api, "2022-09-01", places_per_employee=3)
    provider_id = await steps.provider(api)
    for _ in range(4):
        await follow_up.place_at(api, provider_id)
    stated = {"stated_on": "2022-01-01", "employees": 1, "police_certificates": 1, "areas": AREAS}
    path = f"/v1/providers/{provider_id}"
    await posted(api.case_officer, f"{path}/competence-statements", stated | {"full_time_equivalents": "1.33"})
    assert (await got(api.case_officer, f"{path}/deviations", on="2022-08-31"))["items"] == []
    [found] = (await got(api.case_officer, f"{path}/deviations", on="2022-09-01"))["items"]
    assert (found["kind"], found["since"], found["required"], found["stated"]) == (
        "staffing", "2022-09-01", "1.34", "1.33",
    )  # fmt: skip
    await posted(
        api.case_officer,
        f"{path}/competence-statements",
        stated | {"stated_on": "2022-09-02", "full_time_equivalents": "1.34"},
    )
    [found] = (await got(api.case_officer, f"{path}/deviations", on="2022-09-02"))["items"]
    assert found["mended_on"] == "2022-09-02"
