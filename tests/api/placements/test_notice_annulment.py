"""Notices that were recorded by mistake (D10)."""

from decimal import Decimal
from typing import Any

import httpx
import pytest

from tests.conftest import Api
from tests.factories import steps
from tests.factories.steps import ok, refused

REASON = {"reason": "Ført på feil plass."}


async def give(api: Api, placement_id: str, **changes: Any) -> dict[str, Any]:
    """A notice that requires a meeting."""
    body = steps.notice("2022-07-15", reason="changed_needs") | changes
    return ok(await api.case_officer.post(f"/v1/placements/{placement_id}/notices", json=body))


async def annul(client: httpx.AsyncClient, notice: dict[str, Any]) -> httpx.Response:
    path = f"/v1/placements/{notice['placement_id']}/notices/{notice['id']}/annulment"
    return await client.post(path, json=REASON)


async def list_kinds(api: Api, placement_id: str) -> set[str]:
    query = {"on": "2022-11-30", "placement_id": placement_id}
    return {task["kind"] for task in ok(await api.case_officer.get("/v1/tasks", params=query), 200)["items"]}


@pytest.mark.parametrize("ends_on", [None, "2022-12-31"])
async def test_annulled_notice_was_never_given(api: Api, ends_on: str | None) -> None:
    """D10: the last day before it holds again, and the meeting (L4) and the end decision (L5) are no tasks."""
    await steps.law(api)
    placement_id = await steps.placed(api, await steps.provider(api), ends_on=ends_on)
    path = f"/v1/placements/{placement_id}"
    notice = await give(api, placement_id)
    assert {"notice_meeting", "end_decision"} <= await list_kinds(api, placement_id)
    annulled = ok(await annul(api.case_officer, notice), 200)
    assert (annulled["status"], annulled["annulled_reason"]) == ("annulled", REASON["reason"])
    placement = ok(await api.case_officer.get(path), 200)
    assert placement["ends_on"] == ends_on
    assert [step["step"] for step in placement["history"]] == ["granted"]
    assert not {"notice_meeting", "end_decision"} & await list_kinds(api, placement_id)
    refused(await annul(api.case_officer, notice), 409, "annulled")
    # The right one follows.
    assert (await give(api, placement_id, given_on="2022-08-01"))["ends_on"] == "2022-11-01"


async def test_annulled_notice_costs_nothing_less_from_today(api: Api) -> None:
    """D10, C6: the forecast is that of the placement without it; an earlier day still has it."""
    await steps.law(api)
    placement_id = await steps.placed(api, await steps.provider(api))

    async def forecast(**query: str) -> str:
        position = ok(await api.finance.get("/v1/budgets/2022/position", params=query), 200)
        found: str = position["forecast"]
        return found

    before = await forecast()
    notice = await give(api, placement_id)
    with_notice = await forecast()
    assert Decimal(with_notice) < Decimal(before)
    ok(await annul(api.case_officer, notice), 200)
    assert await forecast() == before
    assert await forecast(on="2022-12-31") == with_notice


async def test_provider_no_longer_sees_an_annulled_notice(api: Api) -> None:
    await steps.law(api)
    placement_id = await steps.placed(api, await steps.provider(api))
    notice = await give(api, placement_id)
    ok(await annul(api.case_officer, notice), 200)
    path = f"/v1/placements/{placement_id}/notices"
    provider = api.provider("310300403")
    assert ok(await provider.get(path), 200)["items"] == []
    assert (await provider.get(f"{path}/{notice['id']}")).status_code == 404
    [kept] = ok(await api.case_officer.get(path), 200)["items"]
    assert kept["status"] == "annulled"
    refused(await annul(provider, notice), 403, "role-required")


async def test_notice_whose_end_is_decided_is_mended_by_a_correction(api: Api) -> None:
    """D8."""
    await steps.law(api)
    placement_id = await steps.placed(api, await steps.provider(api))
    notice = await give(api, placement_id)
    end = steps.end(placement_id, notice["ends_on"], decided_on="2022-08-01")
    ok(await api.case_officer.post("/v1/decisions", json=end))
    refused(await annul(api.case_officer, notice), 409, "notice-not-open")


async def test_place_that_is_anothers_meanwhile_is_not_given_back(api: Api) -> None:
    """P2."""
    await steps.law(api)
    provider_id = await steps.provider(api, places=1)
    placement_id = await steps.placed(api, provider_id)
    notice = await give(api, placement_id)
    await steps.placed(api, provider_id, starts_on="2022-10-16")
    refused(await annul(api.case_officer, notice), 409, "capacity-exceeded")
    kept = ok(await api.case_officer.get(f"/v1/placements/{placement_id}/notices/{notice['id']}"), 200)
    assert (kept["status"], kept["annulled_at"]) == ("open", None)


@pytest.mark.parametrize(("body", "code"), [({}, "validation"), ({"reason": "23849150073"}, "identity-number-in-text")])
async def test_annulment_of_a_notice_needs_a_reason(api: Api, body: dict[str, str], code: str) -> None:
    await steps.law(api)
    notice = await give(api, await steps.placed(api, await steps.provider(api)))
    path = f"/v1/placements/{notice['placement_id']}/notices/{notice['id']}/annulment"
    assert refused(await api.case_officer.post(path, json=body), 422, code)["errors"][0]["pointer"] == "#/reason"
