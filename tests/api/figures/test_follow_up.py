"""S2, M1–M4: follow-up on time, recomputed by hand from the list of tasks as it is on each due day."""

from collections import defaultdict
from typing import Any

from tests.conftest import Api
from tests.factories import steps
from tests.factories.follow_up import NUMBERS, evaluation, meeting, place_at, placed, plan, tasks
from tests.factories.places import got
from tests.factories.steps import ok

KINDS = {"plan", "evaluation", "conversation", "cooperation_meeting"}
QUERY = {"from": "2022-01-01", "to": "2023-12-31", "code": "follow_up_on_time"}


async def count_by_hand(api: Api, on: str, length: int) -> dict[str, tuple[int, int]]:
    """How many of the tasks that were due by the day were done on their own, of those due, by month or year."""
    due: defaultdict[str, list[bool]] = defaultdict(list)
    for task in await tasks(api.case_officer, on):
        if task["kind"] in KINDS and task["due_on"] <= on and task["status"] != "waived":
            then = await tasks(api.case_officer, task["due_on"], kind=task["kind"])
            done = {one["id"] for one in then if one["status"] == "done"}
            due[task["due_on"][:length]].append(task["id"] in done)
    return {period: (sum(on_time), len(on_time)) for period, on_time in due.items()}


async def read(client: Any, on: str, **query: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await got(client, "/v1/figures", **QUERY, on=on, **query))["items"]
    return items


async def create_years(api: Api) -> tuple[str, str]:
    """Three places: all on time, all late, one waived; and one that ended early at another provider."""
    await steps.law(api)
    first, _, timely = await placed(api)
    _, late = await place_at(api, first)
    _, nothing = await place_at(api, first, starts_on="2022-08-01")
    second, _, ended = await placed(api, NUMBERS[2], name="KIM AS", starts_on="2023-01-01", ends_on="2023-03-31")
    provider = api.provider(NUMBERS[0])
    ok(await provider.post("/v1/plans", json=plan(timely)))
    ok(await provider.post("/v1/plans", json=plan(late, sent_on="2022-09-30")))
    for of, days in ((timely, ("2022-09-01", "2023-02-01")), (late, ("2022-09-01", "2023-07-02"))):
        for held_on in days:
            ok(await provider.post("/v1/meetings", json=meeting(of, "conversation", held_on=held_on)))
    ok(await provider.post("/v1/meetings", json=meeting(timely, held_on="2023-03-01")))
    ok(await provider.post("/v1/evaluations", json=evaluation(timely, sent_on="2023-06-30")))
    ok(await provider.post("/v1/evaluations", json=evaluation(late, sent_on="2023-07-01")))
    ok(await api.case_officer.post(f"/v1/tasks/plan.{nothing}.1/waiver", json={"reason": "På sjukehus."}))
    ok(await api.provider(NUMBERS[2]).post("/v1/meetings", json=meeting(ended, "conversation", held_on="2023-02-01")))
    return first, second


async def test_follow_up_on_time_by_month_and_year(api: Api) -> None:
    """By the day that is asked about: what is due later is not counted, and what is filed late is not on time."""
    await create_years(api)
    for on in ("2022-12-31", "2023-06-30", "2023-12-31"):
        for period, length in (("month", 7), ("year", 4)):
            counted = {
                row["period"]: (row["numerator"], row["denominator"])
                for row in await read(api.case_officer, on, period=period)
                if row["denominator"]
            }
            assert counted == await count_by_hand(api, on, length), (on, period)
    [row] = [row for row in await read(api.case_officer, "2022-12-31", period="year") if row["period"] == "2022"]
    assert (row["numerator"], row["denominator"], row["value"]) == (1, 2, "50.00")


async def test_follow_up_on_time_by_provider_and_area(api: Api) -> None:
    first, second = await create_years(api)
    rows = await read(api.case_officer, "2023-12-31", period="year", by="provider")
    by_provider = {row["by"]["provider_id"]: row for row in rows if row["period"] == "2023"}
    assert (by_provider[second]["numerator"], by_provider[second]["denominator"]) == (1, 1)
    total = sum(row["denominator"] for row in by_provider.values())
    assert total == (await count_by_hand(api, "2023-12-31", 4))["2023"][1]
    rows = await read(api.case_officer, "2023-12-31", period="year", by="service_area")
    assert sum(row["denominator"] for row in rows if row["period"] == "2023") == total
    assert by_provider[first]["denominator"] == total - 1


async def test_few_people_are_hidden(api: Api) -> None:
    """S6: four people, however many tasks they have."""
    await create_years(api)
    for client in (api.finance, api.manager):
        rows = await read(client, "2023-12-31", period="year")
        assert all(row["suppressed"] and row["value"] is None for row in rows)


async def test_an_end_decided_later_was_not_known(api: Api) -> None:
    """S8: the plan was owed when 2022 was reported, and is not once the place has ended before half its first year."""
    await steps.law(api)
    _, _, placement_id = await placed(api, starts_on="2022-08-01")
    before = await read(api.case_officer, "2022-12-31", period="year")
    assert [row["denominator"] for row in before] == [1]
    ok(
        await api.case_officer.post(
            "/v1/decisions", json=steps.end(placement_id, "2023-01-15", decided_on="2023-01-10")
        )
    )
    assert await read(api.case_officer, "2022-12-31", period="year") == before
    after = await read(api.case_officer, "2023-12-31", period="year")
    assert [row["denominator"] for row in after if row["period"] == "2022"] == [0]
