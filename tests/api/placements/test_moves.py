"""L8, S6: where people go when a place ends, and that small counts are for those who see names."""

from collections import Counter
from typing import Any

import pytest

from app import clock
from tests.conftest import Api
from tests.factories import steps
from tests.factories.steps import ok

PATH = "/v1/statistics/moves"


@pytest.fixture
async def provider_id(api: Api) -> str:
    await steps.law(api)
    return await steps.provider(api, places=40)


async def end(api: Api, provider_id: str, destination: str | None, ends_on: str = "2022-09-30", **grant: Any) -> str:
    """A place that was granted and has ended; its id."""
    placement_id = await steps.placed(api, provider_id, **grant)
    body = steps.end(placement_id, ends_on, destination=destination)
    ok(await api.case_officer.post("/v1/decisions", json=body))
    return placement_id


def counted(rows: list[dict[str, Any]]) -> Counter[tuple[int, str | None]]:
    """(year, destination) -> people, without the zeros."""
    return Counter({(row["year"], row["destination"]): row["people"] for row in rows if row["people"]})


async def test_no_ends_are_no_moves(api: Api) -> None:
    moves = ok(await api.case_officer.get(PATH), 200)
    assert counted(moves["items"]) == {}
    assert moves["years"] == [{"year": clock.today().year, "people": 0, "suppressed": False}]
    assert {row["people"] for row in moves["destinations"]} == {0}
    assert moves["total"] == {"people": 0, "suppressed": False}


async def test_a_case_officer_sees_every_count(api: Api, provider_id: str) -> None:
    for destination, ends_on in (
        ("vta", "2022-09-30"),
        ("vta", "2022-12-31"),
        ("moved", "2023-01-01"),
        (None, "2022-08-01"),
    ):
        await end(api, provider_id, destination, ends_on)
    moves = ok(await api.case_officer.get(PATH), 200)
    assert counted(moves["items"]) == {(2022, "vta"): 2, (2023, "moved"): 1, (2022, None): 1}
    assert {row["year"]: row["people"] for row in moves["years"] if row["people"]} == {2022: 3, 2023: 1}
    assert {row["destination"]: row["people"] for row in moves["destinations"] if row["people"]} == {
        "vta": 2, "moved": 1, None: 1,
    }  # fmt: skip
    assert moves["total"] == {"people": 4, "suppressed": False}
    assert not any(row["suppressed"] for row in moves["items"])


async def test_finance_sees_no_small_count_and_cannot_work_it_out(api: Api, provider_id: str) -> None:
    """3 to VTA, 5 to ordinary work, 7 elsewhere: the 3 takes the 5 with it, and the year's total stays."""
    for destination, people in (("vta", 3), ("ordinary_work", 5), ("other_offer", 7)):
        for _ in range(people):
            await end(api, provider_id, destination)
    moves = ok(await api.finance.get(PATH), 200)
    shown = {row["destination"]: (row["people"], row["suppressed"]) for row in moves["items"] if row["year"] == 2022}
    assert shown["vta"] == shown["ordinary_work"] == (None, True)
    assert shown["other_offer"] == (7, False)
    assert shown["education"] == (0, False)
    assert moves["years"][0] == {"year": 2022, "people": 15, "suppressed": False}
    totals = {row["destination"]: row["people"] for row in moves["destinations"]}
    assert (totals["vta"], totals["ordinary_work"], totals["other_offer"]) == (None, None, 7)


async def test_the_smallest_count_that_is_shown_is_the_guidelines(api: Api, provider_id: str) -> None:
    """S6: the version in force today."""
    for _ in range(3):
        await end(api, provider_id, "vta")
    assert ok(await api.finance.get(PATH), 200)["total"]["people"] is None
    version = steps.GUIDELINE | {"valid_from": "2023-01-01", "least_count": 3}
    ok(await api.case_officer.post("/v1/guideline-versions", json=version))
    assert ok(await api.finance.get(PATH), 200)["total"]["people"] == 3


async def test_a_protected_person_is_counted_for_finance(api: Api, provider_id: str) -> None:
    for protected in (True, False, False, False, False):
        participant_id = await steps.participant(api, address_protection=protected)
        body = await steps.ready_to_grant(api, provider_id, participant_id)
        placement_id = ok(await api.case_officer.post("/v1/decisions", json=body))["placement_id"]
        ok(
            await api.case_officer.post(
                "/v1/decisions", json=steps.end(placement_id, "2022-09-30", destination="moved")
            )
        )
    assert ok(await api.finance.get(PATH), 200)["total"] == {"people": 5, "suppressed": False}


async def test_a_person_counts_once_a_year_by_the_last_end(api: Api, provider_id: str) -> None:
    other = await steps.provider(api, organisation_number="310300411", name="Aufera AS")
    participant_id = await steps.participant(api)
    for where, destination, starts_on, ends_on in (
        (provider_id, "other_offer", "2022-07-01", "2022-08-31"),
        (other, "ordinary_work", "2022-09-01", "2022-11-30"),
    ):
        body = await steps.ready_to_grant(api, where, participant_id) | {"starts_on": starts_on}
        placement_id = ok(await api.case_officer.post("/v1/decisions", json=body))["placement_id"]
        ok(await api.case_officer.post("/v1/decisions", json=steps.end(placement_id, ends_on, destination=destination)))
    moves = ok(await api.case_officer.get(PATH), 200)
    assert counted(moves["items"]) == {(2022, "ordinary_work"): 1}


async def test_an_end_counts_when_its_last_day_has_come(api: Api, provider_id: str) -> None:
    await end(api, provider_id, "education", "2030-12-31")
    assert ok(await api.case_officer.get(PATH), 200)["total"]["people"] == 0


async def test_it_has_no_filter_that_would_tell_a_difference(api: Api) -> None:
    answer = await api.finance.get(PATH, params={"year": 2022})
    steps.refused(answer, 422, "validation")
