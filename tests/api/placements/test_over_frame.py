"""C7: a grant that brings the forecast over the frame, by the guideline's `over_frame`.

A half year of a place costs 133 902.00.
"""

from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.api.placements.helpers import count_rows, decide
from tests.conftest import Api
from tests.factories import steps
from tests.factories.steps import ok, refused

REFERENCE = "Sak 2022/311, budsjettjustering"


async def frame(api: Api, year: int, amount: str) -> None:
    body = {"amount": amount, "adopted_on": "2021-12-16", "reason": "Budsjett"}
    ok(await api.finance.post(f"/v1/budgets/{year}/frames", json=body))


async def ready(api: Api, amount: str, over_frame: str = "confirm", **changes: Any) -> dict[str, Any]:
    """A grant of the second half of 2022, with a frame and a version of the guideline from 5 January."""
    await steps.law(api, frame=amount)
    ok(
        await api.case_officer.post(
            "/v1/guideline-versions", json={"valid_from": "2022-01-05", "over_frame": over_frame}
        )
    )
    need = "permanent" if changes.get("ends_on") is None else "temporary"
    return await steps.ready_to_grant(api, await steps.provider(api), need=need) | changes


async def test_by_default_the_grant_stands_and_is_flagged(api: Api) -> None:
    body = await ready(api, "100000.00", "flag")
    assert (await decide(api, body))["budget"]["flag"] == "overrun"


async def test_a_grant_over_the_frame_needs_the_case_that_pays(api: Api, connection: AsyncConnection) -> None:
    """Refused with the year and the amount, and nothing is stored; with the reference it is made."""
    body = await ready(api, "100000.00")
    before = await count_rows(connection)
    problem = refused(await api.case_officer.post("/v1/decisions", json=body), 409, "over-frame")
    assert (problem["year"], problem["amount"]) == (2022, "33902.00")
    assert "kr\u00a033\u00a0902,00" in problem["detail"]
    assert "«budget_reference»" in problem["detail"]
    assert await count_rows(connection) == before
    made = await decide(api, body | {"budget_reference": REFERENCE})
    assert (made["budget"]["flag"], made["budget_reference"]) == ("overrun", REFERENCE)


async def test_exactly_at_the_frame_is_not_over_it(api: Api) -> None:
    made = await decide(api, await ready(api, "133902.00"))
    assert (made["budget"]["difference"], made["budget_reference"]) == ("0.00", None)


async def test_a_later_year_of_the_place_counts_too(api: Api) -> None:
    """A permanent place from July costs twice as much the year after."""
    body = await ready(api, "6934000.00")
    await frame(api, 2023, "267803.99")
    problem = refused(await api.case_officer.post("/v1/decisions", json=body), 409, "over-frame")
    assert (problem["year"], problem["amount"]) == (2023, "0.01")


async def test_a_year_after_the_place_does_not_count(api: Api) -> None:
    body = await ready(api, "6934000.00", ends_on="2022-12-31")
    await steps.recorded(api, await steps.provider(api, organisation_number="310300411"))
    await frame(api, 2023, "1.00")
    await decide(api, body)


async def test_a_year_without_a_frame_asks_for_nothing(api: Api) -> None:
    await steps.law(api, frame=None)
    version = {"valid_from": "2022-01-05", "over_frame": "confirm"}
    ok(await api.case_officer.post("/v1/guideline-versions", json=version))
    body = await steps.ready_to_grant(api, await steps.provider(api))
    assert (await decide(api, body))["budget"]["flag"] == "no_frame"


async def test_the_version_in_force_on_the_day_of_the_decision_counts(api: Api) -> None:
    body = await ready(api, "100000.00", decided_on="2022-01-04")
    assert (await decide(api, body))["budget"]["flag"] == "overrun"


async def test_a_change_needs_no_case_that_pays(api: Api) -> None:
    """C7 speaks of grants."""
    body = await ready(api, "100000.00", share=50)
    placement_id = (await decide(api, body))["placement_id"]
    made = await decide(api, steps.change(placement_id, valid_from="2022-07-01", share=100))
    assert made["budget"]["flag"] == "overrun"


async def test_the_epj_reads_no_budget_reference(api: Api) -> None:
    made = await decide(api, await ready(api, "100000.00", budget_reference=REFERENCE))
    assert "budget_reference" not in ok(await api.epj.get(f"/v1/decisions/{made['id']}"), 200)
    assert ok(await api.case_officer.get(f"/v1/decisions/{made['id']}"), 200)["budget_reference"] == REFERENCE


@pytest.mark.parametrize("reference", ["", " ", "x" * 501, 311])
async def test_a_budget_reference_is_one_line_of_text(api: Api, reference: object) -> None:
    body = await ready(api, "100000.00", budget_reference=reference)
    [error] = refused(await api.case_officer.post("/v1/decisions", json=body), 422, "validation")["errors"]
    assert error["pointer"] == "#/budget_reference"


async def test_only_a_grant_has_a_budget_reference(api: Api) -> None:
    await steps.law(api)
    body = steps.reject(await steps.application(api, await steps.participant(api)), budget_reference=REFERENCE)
    [error] = refused(await api.case_officer.post("/v1/decisions", json=body), 422, "validation")["errors"]
    assert error["pointer"] == "#/budget_reference"


async def test_over_frame_is_flag_or_confirm(api: Api) -> None:
    version = {"valid_from": "2022-01-01", "over_frame": "refuse"}
    [error] = refused(await api.case_officer.post("/v1/guideline-versions", json=version), 422, "validation")["errors"]
    assert error["pointer"] == "#/over_frame"
    assert "flag" in error["detail"]
    assert "confirm" in error["detail"]
