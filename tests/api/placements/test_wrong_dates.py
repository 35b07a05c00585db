"""The traps of a wrong date, each of which locked a place for good, and how each ends well (D8, D9)."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import pytest

from app import clock
from tests.api.placements.helpers import correct, decide, give_notice, grant_place, read_placement
from tests.conftest import Api
from tests.factories import steps
from tests.factories.steps import ok


@contextmanager
def live_on(day: str) -> Iterator[None]:
    """The service lives on a day that lies ahead, and takes days until then for past."""
    clock.fix_today(date.fromisoformat(day))
    try:
        yield
    finally:
        clock.fix_today(None)


async def test_trap_1_a_wrong_year_of_the_first_day(api: Api) -> None:
    """D8: typed 2023 for 2022, the place is had from 2022, and paid from there."""
    await steps.law(api)
    provider_id = await steps.provider(api)
    grant = await grant_place(api, provider_id, starts_on="2023-12-01")
    assert await steps.forecast(api) == "0.00"
    made = await correct(api, grant, starts_on="2022-12-01")
    assert made["budget"]["forecast"] == "22317.00"
    assert await steps.forecast(api, on="2022-09-15") == "22317.00"
    assert await steps.forecast(api, on="2022-09-14") == "0.00"
    placement = await read_placement(api, grant["placement_id"])
    assert (placement["starts_on"], placement["ends_on"], placement["state"]) == ("2022-12-01", None, "running")
    assert await steps.forecast(api, year=2023, on="2023-12-31") == "267804.00"


async def test_trap_2_a_grant_that_is_dated_ahead(api: Api) -> None:
    """D8, D9, D6: its cost is known from the correction's day on, and it can be ended."""
    await steps.law(api)
    with live_on("2062-01-10"):
        grant = await grant_place(api, decided_on="2062-01-10")
    assert await steps.forecast(api) == "0.00"
    await correct(api, grant, starts_on="2022-07-01")
    assert await steps.forecast(api) == "133902.00"
    await decide(api, steps.end(grant["placement_id"], "2022-09-30", decided_on="2022-09-16"))
    assert await steps.forecast(api) == "66951.00"


async def test_trap_2_a_grant_that_is_dated_ahead_is_annulled(api: Api) -> None:
    """D8, D9, P2: its capacity is free at once, and no day ever has its cost."""
    await steps.law(api)
    provider_id = await steps.provider(api, places=1)
    with live_on("2062-01-10"):
        grant = await grant_place(api, provider_id, decided_on="2062-01-10")
    await decide(api, steps.annul(grant["placement_id"], grant["id"]))
    await grant_place(api, provider_id)
    assert await steps.forecast(api, on="2062-01-11") == "133902.00"


async def test_trap_3_a_notice_that_is_dated_ahead(api: Api) -> None:
    """D8, D9: it is withdrawn by a decision of the day, and the right one ends as any other."""
    await steps.law(api)
    grant = await grant_place(api)
    with live_on("2062-11-27"):
        wrong = await give_notice(api, grant["placement_id"], "2062-11-27")
    withdrawal = steps.change(grant["placement_id"], withdraws_notice_id=wrong["id"])
    await decide(api, withdrawal)
    right = await give_notice(api, grant["placement_id"], "2022-09-01")
    await decide(api, steps.end(grant["placement_id"], right["ends_on"], decided_on="2022-09-02"))
    assert (await read_placement(api, grant["placement_id"]))["ends_on"] == "2022-12-01"


async def test_trap_3_a_change_that_is_dated_ahead(api: Api) -> None:
    """D8, D9: what it said is known from its correction on, and later decisions take their own day."""
    await steps.law(api)
    grant = await grant_place(api)
    terms = {"valid_from": "2022-10-01", "share": 50}
    with live_on("2062-08-15"):
        change = await decide(api, steps.change(grant["placement_id"], decided_on="2062-08-15", **terms))
    await correct(api, change, share=60)
    assert await steps.forecast(api) == "107121.60"
    await decide(api, steps.end(grant["placement_id"], "2022-10-31", decided_on="2022-09-16"))


@pytest.mark.parametrize(("starts_on", "forecast"), [("2022-06-16", "145060.50"), ("2022-07-07", "129582.58")])
async def test_trap_4_a_first_day_earlier_or_later(api: Api, starts_on: str, forecast: str) -> None:
    """D8, C3: 1 July was 16 June, or 7 July; no day is paid for nothing."""
    await steps.law(api)
    grant = await grant_place(api)
    await correct(api, grant, starts_on=starts_on)
    assert await steps.forecast(api) == forecast
    assert (await read_placement(api, grant["placement_id"]))["starts_on"] == starts_on


async def test_trap_5_an_end_by_mistake(api: Api) -> None:
    """D8, L5: a permanent place has no last day again, and the notice it rested on is withdrawn."""
    await steps.law(api)
    grant = await grant_place(api)
    notice = await give_notice(api, grant["placement_id"], "2022-07-15")
    end = await decide(api, steps.end(grant["placement_id"], notice["ends_on"], decided_on="2022-08-01"))
    made = await correct(api, end, ends_on=None)
    assert (made["notice_id"], made["ends_on"]) == (notice["id"], None)
    placement = await read_placement(api, grant["placement_id"])
    assert (placement["state"], placement["ends_on"]) == ("running", None)
    assert await steps.forecast(api) == "133902.00"
    path = f"/v1/placements/{grant['placement_id']}/notices/{notice['id']}"
    now = ok(await api.case_officer.get(path), 200)
    assert (now["status"], now["decision_id"]) == ("withdrawn", made["id"])
    query = {"placement_id": grant["placement_id"], "status": ["open", "overdue", "done"]}
    tasks = ok(await api.case_officer.get("/v1/tasks", params=query), 200)["items"]
    assert {"notice_meeting", "end_decision"}.isdisjoint({task["kind"] for task in tasks})


async def test_trap_5_after_the_last_day_has_passed(api: Api) -> None:
    """D8: a place that has ended runs again, and may be given notice of."""
    await steps.law(api)
    grant = await grant_place(api)
    end = await decide(api, steps.end(grant["placement_id"], "2022-08-31", destination="none"))
    await correct(api, end, ends_on=None)
    assert (await read_placement(api, grant["placement_id"]))["state"] == "running"
    await give_notice(api, grant["placement_id"], "2022-09-16")
