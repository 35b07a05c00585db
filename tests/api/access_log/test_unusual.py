"""Unusual looks: outside office hours, far above one's own median, and at somebody with one's own family name."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import asyncpg
from hypothesis import given
from hypothesis import strategies as st

from app.access_log.unusual import HISTORY, LEAST_DAYS, find_median
from tests.conftest import Api
from tests.factories import steps
from tests.factories.access_log import ACTOR, look

PATH = "/v1/access-log/unusual"
MARCH = {"from": "2022-03-01", "to": "2022-03-31"}


async def find(api: Api, **params: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = steps.ok(await api.auditor.get(PATH, params=MARCH | params), 200)["items"]
    return items


async def test_looks_outside_office_hours_in_oslo(committed_api: Api, behind: asyncpg.Connection) -> None:
    """7 to 17 on workdays; 28 March 2022 is in summer time, two hours before UTC."""
    one = str(uuid4())
    for at in ("2022-03-02T06:00", "2022-03-02T15:59", "2022-03-28T05:00", "2022-03-28T14:59"):
        await look(behind, datetime.fromisoformat(at).replace(tzinfo=UTC), [one])
    assert await find(committed_api) == []
    for at in ("2022-03-02T05:59", "2022-03-02T16:00", "2022-03-28T15:00", "2022-03-05T11:00"):
        await look(behind, datetime.fromisoformat(at).replace(tzinfo=UTC), [one])
    await look(behind, datetime(2022, 3, 6, 11, tzinfo=UTC), [one], actor="org:0192:310300403")
    found = await find(committed_api)
    assert [(row["kind"], row["day"], row["requests"], row["people"]) for row in found] == [
        ("outside_office_hours", "2022-03-02", 2, 1),
        ("outside_office_hours", "2022-03-05", 1, 1),
        ("outside_office_hours", "2022-03-28", 1, 1),
    ]


async def test_looks_far_above_ones_own_median(committed_api: Api, behind: asyncpg.Connection) -> None:
    noon = datetime(2022, 3, 21, 11, tzinfo=UTC)
    for days in range(3, 10):
        if (noon - timedelta(days=days)).isoweekday() < 6:
            await look(behind, noon - timedelta(days=days), [str(uuid4()) for _ in range(7)])
    await look(behind, noon, [str(uuid4()) for _ in range(20)])
    assert await find(committed_api) == []
    await look(behind, noon, [str(uuid4())])
    [row] = await find(committed_api)
    assert (row["kind"], row["day"], row["actor"]) == ("far_above_median", "2022-03-21", ACTOR)
    assert (row["requests"], row["people"], row["median_people"]) == (2, 21, 7)
    # For somebody new there is no median yet.
    await look(behind, noon, [str(uuid4()) for _ in range(50)], actor="person:ny")
    assert len(await find(committed_api)) == 1


async def test_looks_at_a_namesake(committed_api: Api, behind: asyncpg.Connection) -> None:
    api = committed_api
    namesake = await steps.participant(api, family_name="Vik Lykt")
    other = await steps.participant(api, family_name="Hage")
    await behind.execute(
        "insert into web_person (actor, name) values ($1, 'Kari Bø-Lykt') on conflict do nothing", ACTOR
    )
    await look(behind, datetime(2022, 3, 2, 11, tzinfo=UTC), [namesake, other])
    [row] = await find(api)
    assert (row["kind"], row["people"], row["participant_ids"]) == ("same_family_name", 1, [namesake])
    # Whom the answer names has been looked at.
    log = (await api.auditor.get("/v1/access-log", params={"action": "list_unusual_access"})).json()["items"]
    assert {one["participant_id"] for one in log} == {namesake}


async def test_unusual_looks_are_the_auditors(api: Api) -> None:
    for client in (api.case_officer, api.finance, api.provider("310300403")):
        steps.refused(await client.get(PATH), 403, "role-required")
    steps.refused(await api.auditor.get(PATH, params={"from": "2020-01-01", "to": "2022-01-01"}), 422, "validation")


@given(st.dictionaries(st.dates(date(2022, 1, 1), date(2022, 12, 31)), st.integers(1, 500), max_size=40))
def test_median_is_of_the_days_before(counts: dict[date, int]) -> None:
    day = date(2022, 7, 1)
    before = sorted(count for one, count in counts.items() if day - HISTORY <= one < day)
    found = find_median(sorted(counts.items()), day)
    if len(before) < LEAST_DAYS:
        assert found is None
    else:
        assert found is not None
        assert before[0] <= found <= before[-1]
        assert sum(count < found for count in before) <= len(before) / 2 >= sum(count > found for count in before)
