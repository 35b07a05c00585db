"""Changes and ends: the terms of a place over time, its history, and decisions on what has been seen (D6, L2, L5)."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from app import clock
from tests.api.placements.test_placements import counted
from tests.conftest import Api
from tests.factories import steps
from tests.factories.steps import ok, refused


async def decided(api: Api, body: dict[str, Any]) -> dict[str, Any]:
    return ok(await api.case_officer.post("/v1/decisions", json=body))


async def shown(api: Api, placement_id: str) -> dict[str, Any]:
    return ok(await api.case_officer.get(f"/v1/placements/{placement_id}"), 200)


async def test_a_share_changes_from_a_day(api: Api) -> None:
    """C3, C4, D6: the month of the change is both shares by their days, rounded once; an earlier day knows nothing."""
    await steps.law(api)
    placement_id = await steps.placed(api, await steps.provider(api))
    assert await steps.forecast(api) == "133902.00"
    made = await decided(api, steps.change(placement_id, valid_from="2022-09-16", share=60))
    # 3 x 22 317; September 22 317 x (15 + 15 x 0.6) / 30 = 17 853.60; three months at 13 390.20.
    assert await steps.forecast(api) == "102658.20"
    assert made["budget"]["forecast"] == "102658.20"
    assert await steps.forecast(api, on="2022-08-14") == "133902.00"
    assert await steps.forecast(api, on="2022-08-15") == "102658.20"
    costs = ok(await api.finance.get("/v1/budgets/2022/costs", params={"by": "month", "on": "2022-12-31"}), 200)
    by_month = {row["month"]: row["amount"] for row in costs["items"]}
    assert (by_month["2022-08"], by_month["2022-09"], by_month["2022-10"]) == ("22317.00", "17853.60", "13390.20")
    assert (await shown(api, placement_id))["share"] == 60


async def test_each_act_on_a_place_is_a_later_version_of_it(committed_api: Api) -> None:
    """Who keeps up by `updated_at` sees a change of terms, a notice and an end, also where the last day stays."""
    await steps.law(committed_api)
    placement_id = await steps.placed(committed_api, await steps.provider(committed_api))
    seen = [(await shown(committed_api, placement_id))["updated_at"]]
    client, path = committed_api.case_officer, f"/v1/placements/{placement_id}/notices"
    agreed = steps.notice("2022-09-01", agreed_end_on="2022-10-31")
    for address, body in (
        ("/v1/decisions", steps.change(placement_id, valid_from="2022-09-16", share=60)),
        (path, agreed),
        ("/v1/decisions", steps.end(placement_id, "2022-10-31", decided_on="2022-09-01")),
    ):
        ok(await client.post(address, json=body))
        since = ok(await client.get("/v1/placements", params={"updated_after": seen[-1]}), 200)["items"]
        assert [row["id"] for row in since] == [placement_id]
        seen.append((await shown(committed_api, placement_id))["updated_at"])
    assert seen == sorted(set(seen))


async def test_the_last_decision_holds_from_its_day(api: Api) -> None:
    """D6: a later decision takes the place of one that begins after it."""
    await steps.law(api)
    placement_id = await steps.placed(api, await steps.provider(api))
    await decided(api, steps.change(placement_id, valid_from="2022-11-01", share=50))
    await decided(api, steps.change(placement_id, valid_from="2022-10-01", share=80))
    # July to September whole, then three months at 80 %.
    assert await steps.forecast(api) == "120511.80"


async def test_a_legacy_price_changes_from_a_day_and_a_standard_one_has_none(api: Api) -> None:
    """L2: the price is the legacy place's own, and its person's next place is standard."""
    await steps.law(api)
    provider_id = await steps.provider(api)
    legacy_id = await steps.recorded(api, provider_id, monthly_price="20000.00")
    await decided(api, steps.change(legacy_id, valid_from="2022-07-01", monthly_price="21000.00"))
    assert await steps.forecast(api) == "246000.00"
    assert (await shown(api, legacy_id))["monthly_price"] == "21000.00"
    standard_id = await steps.placed(api, provider_id)
    body = steps.change(standard_id, valid_from="2022-09-01", monthly_price="21000.00")
    refused(await api.case_officer.post("/v1/decisions", json=body), 409, "standard-has-no-own-price")

    await decided(api, steps.end(legacy_id, "2022-09-30"))
    person = (await shown(api, legacy_id))["participant_id"]
    again = await steps.ready_to_grant(api, provider_id, person) | {"starts_on": "2022-10-01"}
    place = await shown(api, (await decided(api, again))["placement_id"])
    assert (place["terms"], place["monthly_price"]) == ("standard", None)


async def test_medication_tasks_begin_with_an_agreement(api: Api) -> None:
    """D5."""
    await steps.law(api)
    placement_id = await steps.placed(api, await steps.provider(api))
    body = steps.change(placement_id, valid_from="2022-09-01", medication_tasks=True)
    refused(await api.case_officer.post("/v1/decisions", json=body), 409, "medication-agreement-missing")
    agreement = {"agreed_on": "2022-08-10", "reference": "Avtale 2022/117"}
    made = await decided(api, body | {"medication_agreement": agreement})
    assert made["medication_agreement"] == agreement
    assert (await shown(api, placement_id))["medication_tasks"] is True
    await decided(api, steps.change(placement_id, valid_from="2022-10-01", medication_tasks=False))
    assert (await shown(api, placement_id))["medication_tasks"] is False


async def test_tells_the_whole_history_in_order(api: Api) -> None:
    """D6: each step with the decision it was, naming the one it followed; without money for those who get none."""
    await steps.law(api)
    placement_id = await steps.placed(api, await steps.provider(api))
    changed = await decided(api, steps.change(placement_id, valid_from="2022-09-01", share=60))
    path = f"/v1/placements/{placement_id}"
    given = ok(await api.case_officer.post(f"{path}/notices", json=steps.notice("2022-08-20")))
    withdrawn = await decided(api, steps.change(placement_id, decided_on="2022-09-01", withdraws_notice_id=given["id"]))
    again = ok(await api.case_officer.post(f"{path}/notices", json=steps.notice("2022-09-15")))
    ended = await decided(api, steps.end(placement_id, "2022-12-15", decided_on="2022-09-20"))
    place = await shown(api, placement_id)
    history = place["history"]
    granted = history[0]["decision_id"]
    assert [(step["step"], step["on"], step["decision_id"], step["follows_id"]) for step in history] == [
        ("granted", "2022-01-10", granted, None),
        ("changed", "2022-08-15", changed["id"], granted),
        ("notice_given", "2022-08-20", None, None),
        ("notice_withdrawn", "2022-09-01", withdrawn["id"], changed["id"]),
        ("notice_given", "2022-09-15", None, None),
        ("end_decided", "2022-09-20", ended["id"], withdrawn["id"]),
    ]
    assert [step["ends_on"] for step in history] == [None, None, "2022-11-20", None, "2022-12-15", "2022-12-15"]
    assert [step["notice_id"] for step in history[2:]] == [given["id"], given["id"], again["id"], again["id"]]
    assert (place["ends_on"], place["state"], place["share"]) == ("2022-12-15", "ended", 60)
    for client, money in (
        (api.finance, True),
        (api.epj, False),
        (api.provider("310300403"), False),
        (api.service("habilitation"), False),
    ):
        told = ok(await client.get(path), 200)
        assert [step["decision_id"] for step in told["history"]] == [step["decision_id"] for step in history]
        assert all(("monthly_price" in step) == money for step in [told, *told["history"]])


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        ({"valid_from": "2022-06-30", "share": 60}, "change-outside-place"),
        ({"valid_from": "2022-09-01", "share": 60, "decided_on": "2022-01-09"}, "decision-out-of-order"),
        ({"ends_on": "2022-12-31"}, "permanent-has-no-last-day"),
        ({"kind": "end", "ends_on": "2022-06-30"}, "end-before-start"),
    ],
)
async def test_refuses_a_decision(api: Api, connection: AsyncConnection, terms: dict[str, Any], code: str) -> None:
    """L1, L5, L7, D6: each refusal has its own code and leaves nothing behind."""
    await steps.law(api)
    placement_id = await steps.placed(api, await steps.provider(api))
    before = await counted(connection)
    refused(await api.case_officer.post("/v1/decisions", json=steps.change(placement_id) | terms), 409, code)
    assert await counted(connection) == before


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"share": 60},
        {"share": 101, "valid_from": "2022-09-01"},
        {"medication_agreement": {"agreed_on": "2022-08-01", "reference": "A"}},
        {"ends_on": "2022-12-31", "withdraws_notice_id": "01901f2e-0000-7000-8000-000000000000"},
    ],
)
async def test_a_change_says_what_and_from_when(api: Api, fields: dict[str, Any]) -> None:
    await steps.law(api)
    placement_id = await steps.placed(api, await steps.provider(api))
    body = steps.change(placement_id) | fields
    refused(await api.case_officer.post("/v1/decisions", json=body), 422, "validation")


async def test_a_temporary_place_is_lengthened_while_there_is_room(api: Api) -> None:
    """L7, P2, L1: another last day is a change; capacity and the person's next place stand in the way."""
    await steps.law(api)
    provider_id = await steps.provider(api, places=1)
    placement_id = await steps.placed(api, provider_id, ends_on="2022-09-30")
    await decided(api, steps.change(placement_id, ends_on="2022-10-31"))
    assert await steps.forecast(api) == "89268.00"
    await steps.placed(api, provider_id, starts_on="2023-01-01")
    body = steps.change(placement_id, ends_on="2023-01-31")
    assert refused(await api.case_officer.post("/v1/decisions", json=body), 409, "capacity-exceeded")["day"] == (
        "2023-01-01"
    )
    await decided(api, body | {"ends_on": "2022-12-31"})
    other = await steps.provider(api, organisation_number="310300411", name="KIM AS")
    person = (await shown(api, placement_id))["participant_id"]
    await decided(api, await steps.ready_to_grant(api, other, person) | {"starts_on": "2023-02-01"})
    ok(
        await api.case_officer.post(
            f"/v1/providers/{provider_id}/capacities", json={"valid_from": "2023-01-01", "places": 2}
        )
    )
    body["ends_on"] = "2023-02-01"
    refused(await api.case_officer.post("/v1/decisions", json=body), 409, "placement-overlap")
    body = steps.end(placement_id, "2023-01-31")
    refused(await api.case_officer.post("/v1/decisions", json=body), 409, "end-after-last-day")


async def test_an_end_that_passes_frees_capacity_and_budget_the_day_after(api: Api) -> None:
    """L3, P2, C6: paid to and with the last day."""
    await steps.law(api)
    provider_id = await steps.provider(api, places=1)
    placement_id = await steps.placed(api, provider_id)
    waiting = await steps.ready_to_grant(api, provider_id)
    await decided(api, steps.end(placement_id, "2022-09-30"))
    assert await steps.forecast(api) == "66951.00"
    early = waiting | {"starts_on": "2022-09-30"}
    assert refused(await api.case_officer.post("/v1/decisions", json=early), 409, "capacity-exceeded")["day"] == (
        "2022-09-30"
    )
    await decided(api, waiting | {"starts_on": "2022-10-01"})
    position = ok(await api.finance.get("/v1/budgets/2022/position", params={"on": "2022-10-01"}), 200)
    assert (position["places"], position["forecast"]) == (1, "133902.00")


async def test_nothing_follows_an_end_that_has_passed(api: Api) -> None:
    """L5, D6: the end is final; before its day another day may be decided, once it has passed nothing may."""
    await steps.law(api)
    placement_id = await steps.placed(api, await steps.provider(api))
    await decided(api, steps.end(placement_id, "2022-09-30"))
    again = steps.end(placement_id, "2022-09-30")
    refused(await api.case_officer.post("/v1/decisions", json=again), 409, "end-already-decided")
    path = f"/v1/placements/{placement_id}/notices"
    refused(await api.case_officer.post(path, json=steps.notice("2022-09-01")), 409, "end-already-decided")
    await decided(api, steps.change(placement_id, ends_on="2022-10-31", decided_on="2022-09-01"))
    for body in (
        steps.change(placement_id, valid_from="2022-09-01", share=60),
        steps.end(placement_id, "2022-10-30"),
    ):
        late = body | {"decided_on": "2022-11-01"}
        refused(await api.case_officer.post("/v1/decisions", json=late), 409, "place-ended")
    refused(await api.case_officer.post(path, json=steps.notice("2022-11-01")), 409, "place-ended")


async def test_who_decides_on_what_another_has_changed_is_told(api: Api) -> None:
    """D6: by the decision they name, or the version they have seen."""
    await steps.law(api)
    placement_id = await steps.placed(api, await steps.provider(api))
    seen = await api.case_officer.get(f"/v1/placements/{placement_id}")
    granted = seen.json()["history"][0]["decision_id"]
    first = steps.change(placement_id, valid_from="2022-09-01", share=60, follows_id=granted)
    made = await decided(api, first)
    assert made["follows_id"] == granted
    problem = refused(await api.case_officer.post("/v1/decisions", json=first), 409, "decision-stale")
    assert problem["latest_id"] == made["id"]
    second = steps.change(placement_id, valid_from="2022-10-01", share=70)
    stale = {"If-Match": seen.headers["etag"]}
    answer = await api.case_officer.post("/v1/decisions", json=second, headers=stale)
    refused(answer, 412, "precondition-failed")
    fresh = (await api.case_officer.get(f"/v1/placements/{placement_id}")).headers["etag"]
    ok(await api.case_officer.post("/v1/decisions", json=second, headers={"If-Match": fresh}))


async def test_acts_come_in_the_order_they_were_stored(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """D6: also where a clock is set back between them, or the second is by a process whose clock is behind."""
    await steps.law(api)
    placement_id = await steps.placed(api, await steps.provider(api))
    real = clock.now
    made = [await decided(api, steps.change(placement_id, valid_from="2022-09-01", share=80))]
    with monkeypatch.context() as behind:
        behind.setattr(clock, "now", lambda: real() - timedelta(hours=2))
        made.append(await decided(api, steps.change(placement_id, valid_from="2022-09-01", share=60)))
    assert made[1]["id"] < made[0]["id"]
    place = await shown(api, placement_id)
    assert (place["share"], [step["share"] for step in place["history"]]) == (60, [100, 80, 60])
    made.append(await decided(api, steps.change(placement_id, valid_from="2022-10-01", share=40)))
    made.append(await decided(api, steps.end(placement_id, "2022-12-31")))
    assert [one["follows_id"] for one in made[1:]] == [one["id"] for one in made[:-1]]
    history = (await shown(api, placement_id))["history"]
    assert [step["decision_id"] for step in history[1:]] == [one["id"] for one in made]


async def test_a_decision_on_a_notice_comes_after_it(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """L3, D6: whichever of the two has the clock that is behind."""
    await steps.law(api)
    placement_id = await steps.placed(api, await steps.provider(api))
    path = f"/v1/placements/{placement_id}/notices"
    real = clock.now
    ok(await api.case_officer.post("/v1/decisions", json=steps.change(placement_id, valid_from="2022-09-01", share=80)))
    for seconds_behind in (5, 10):
        with monkeypatch.context() as behind:
            behind.setattr(clock, "now", lambda late=timedelta(seconds=seconds_behind): real() - late)
            given = ok(await api.case_officer.post(path, json=steps.notice("2022-08-15")))
            behind.setattr(clock, "now", lambda late=timedelta(seconds=2 * seconds_behind): real() - late)
            await decided(api, steps.change(placement_id, withdraws_notice_id=given["id"]))
        place = await shown(api, placement_id)
        assert (place["state"], place["ends_on"]) == ("running", None)
        assert [step["step"] for step in place["history"][-2:]] == ["notice_given", "notice_withdrawn"]
    last = ok(await api.case_officer.post(path, json=steps.notice("2022-08-15")))
    ended = await decided(api, steps.end(placement_id, last["ends_on"]))
    with monkeypatch.context() as behind:
        behind.setattr(clock, "now", lambda: real() - timedelta(hours=1))
        withdrawn = await decided(api, steps.change(placement_id, withdraws_notice_id=last["id"]))
    assert withdrawn["follows_id"] == ended["id"]
    [told] = [row for row in ok(await api.case_officer.get(path), 200)["items"] if row["id"] == last["id"]]
    assert (told["status"], told["decision_id"]) == ("withdrawn", withdrawn["id"])


async def test_only_the_case_office_changes_and_ends(api: Api) -> None:
    """D3."""
    body = steps.end("01901f2e-0000-7000-8000-000000000000", "2022-09-30")
    for client in (api.epj, api.finance, api.auditor, api.service("habilitation"), api.provider("310300403")):
        refused(await client.post("/v1/decisions", json=body), 403, "role-required")
    refused(await api.case_officer.post("/v1/decisions", json=body), 404, "not-found")


@pytest.mark.parametrize("by", ["follows_id", "If-Match", "nothing"])
async def test_twenty_decide_at_once(committed_api: Api, by: str) -> None:
    """D6: one of them is heard, and each of the others is told; nothing is lost."""
    api = committed_api
    await steps.law(api)
    placement_id = await steps.placed(api, await steps.provider(api))
    seen = await api.case_officer.get(f"/v1/placements/{placement_id}")
    headers = {"If-Match": seen.headers["etag"]} if by == "If-Match" else {}
    known = {"follows_id": seen.json()["history"][0]["decision_id"]} if by == "follows_id" else {}
    bodies: list[dict[str, Any]] = [
        steps.end(placement_id, f"2022-09-{day:02}")
        if by == "nothing"
        else steps.change(placement_id, valid_from="2022-09-01", share=day, **known)
        for day in range(1, 21)
    ]
    answers = await asyncio.gather(
        *(api.case_officer.post("/v1/decisions", json=body, headers=headers) for body in bodies)
    )
    assert sorted(answer.status_code for answer in answers) == [201] + [412 if by == "If-Match" else 409] * 19
    [won] = [answer.json() for answer in answers if answer.status_code == 201]
    place = await shown(api, placement_id)
    assert len(place["history"]) == 2
    assert place["history"][1]["decision_id"] == won["id"]
    assert (place["share"], place["ends_on"]) == (won["share"] or 100, won["ends_on"])


async def test_a_bounded_number_of_terms_in_a_year(api: Api) -> None:
    """C4: so that every sum stays exact in 64 bits."""
    await steps.law(api)
    placement_id = await steps.placed(api, await steps.provider(api))
    path = f"/v1/placements/{placement_id}/supplements"
    for _ in range(39):
        ok(await api.case_officer.post(path, json=steps.supplement("2022-07-01", monthly_amount="10000000.00")))
    more = steps.supplement("2022-12-31")
    refused(await api.case_officer.post(path, json=more), 409, "too-many-terms")
    ok(await api.case_officer.get("/v1/budgets/2022/position"), 200)
