"""T12: rounds of trips through HTTP."""

import asyncio
from typing import Any

import pytest

from tests.conftest import Api
from tests.factories import trips
from tests.factories.steps import ok, refused


async def test_a_round_is_read_by_those_who_plan(api: Api) -> None:
    await trips.record_scheme(api)
    made = await trips.open_round(api)
    assert made.items() >= trips.trip_round().items()
    for client in (api.case_officer, api.grants_officer, api.service("habilitation")):
        assert ok(await client.get(trips.ROUNDS), 200)["items"] == [made]
        assert ok(await client.get(f"{trips.ROUNDS}/{made['id']}"), 200) == made
    for client in (api.finance, api.epj, api.provider("310300403"), api.manager, api.auditor):
        assert (await client.get(trips.ROUNDS)).status_code == 403
    assert (await api.service("habilitation").post(trips.ROUNDS, json=trips.trip_round())).status_code == 403


async def test_one_open_round_of_a_year_and_length(api: Api) -> None:
    """T12: the last day of one is not the first of the next; another length or year is a round of its own."""
    await trips.record_scheme(api)
    await trips.open_round(api)
    overlapping = trips.trip_round(opens_on="2022-02-01", deadline="2022-03-01")
    refused(await api.grants_officer.post(trips.ROUNDS, json=overlapping), 409, "trip-round-open")
    await trips.open_round(api, opens_on="2022-02-02", deadline="2022-03-01")
    await trips.open_round(api, length="short")
    await trips.open_round(api, year=2021, opens_on="2021-01-01", deadline="2021-02-01")
    assert len(ok(await api.grants_officer.get(trips.ROUNDS), 200)["items"]) == 4


async def test_one_of_many_rounds_at_once_is_recorded(committed_api: Api) -> None:
    api = committed_api
    await trips.record_scheme(api)
    answers = await asyncio.gather(*(api.grants_officer.post(trips.ROUNDS, json=trips.trip_round()) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409]


@pytest.mark.parametrize(
    ("length", "deadline", "later"), [("long", "2022-08-31", "2022-09-01"), ("short", "2022-10-31", "2022-11-01")]
)
async def test_the_deadline_is_never_later_than_the_notice(api: Api, length: str, deadline: str, later: str) -> None:
    """T9, T12: of a trip that begins on the last day of the year that has a scheme."""
    await trips.record_scheme(api)
    body = trips.trip_round(length=length, deadline=later)
    problem = refused(await api.grants_officer.post(trips.ROUNDS, json=body), 422, "validation")
    assert [error["pointer"] for error in problem["errors"]] == ["#/deadline"]
    await trips.open_round(api, length=length, deadline=deadline)


async def test_the_deadline_follows_a_scheme_that_ends_within_the_year(api: Api) -> None:
    await trips.record_scheme(api, valid_to="2022-06-30")
    body = trips.trip_round(deadline="2022-03-01")
    problem = refused(await api.grants_officer.post(trips.ROUNDS, json=body), 422, "validation")
    assert [error["pointer"] for error in problem["errors"]] == ["#/deadline"]
    await trips.open_round(api, deadline="2022-02-28")


@pytest.mark.parametrize(
    ("code", "pointer", "changes"),
    [
        ("no-scheme-in-force", "#/year", {"year": 2023}),
        ("no-scheme-in-force", "#/year", {"year": 2020}),
        ("validation", "#/deadline", {"deadline": "2021-10-31"}),
        ("validation", "#/deadline", {"deadline": "2022-02-30"}),
        ("validation", "#/length", {"length": "week"}),
        ("validation", "#/year", {"year": 1899}),
        ("validation", "#/notice_text", {"notice_text": " "}),
        ("validation", "#/places", {"places": 3}),
    ],
)
async def test_a_round_of_bad_input(api: Api, code: str, pointer: str, changes: dict[str, Any]) -> None:
    await trips.record_scheme(api)
    problem = refused(await api.grants_officer.post(trips.ROUNDS, json=trips.trip_round(**changes)), 422, code)
    assert [error["pointer"] for error in problem["errors"]] == [pointer]
    assert ok(await api.grants_officer.get(trips.ROUNDS), 200)["items"] == []
