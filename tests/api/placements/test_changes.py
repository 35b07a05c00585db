"""Changes and ends: decisions about placements that exist (D3, D6, L2, L5, L7)."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from app import clock
from tests.api.placements.helpers import count_rows, decide, read_placement
from tests.conftest import Api
from tests.factories import steps
from tests.factories.steps import ok, refused


async def test_share_changes_from_a_day(api: Api) -> None:
    """C3, C4, D6: the month of the change is both shares by their days, rounded once; an earlier day knows nothing."""
    await steps.law(api)
    placement_id = await steps.placed(api, await steps.provider(api))
    assert await steps.forecast(api) == "133902.00"
    made = await decide(api, steps.change(placement_id, valid_from="2022-09-16", share=60))
    # 3 x 22 317; September 22 317 x (15 + 15 x 0.6) / 30 = 17 853.60; three months at 13 390.20.
    assert await steps.forecast(api) == "102658.20"
    assert made["budget"]["forecast"] == "102658.20"
    assert await steps.forecast(api, on="2022-08-14") == "133902.00"
    assert await steps.forecast(api, on="2022-08-15") == "102658.20"
    costs = ok(await api.finance.get("/v1/budgets/2022/costs", params={"by": "month", "on": "2022-12-31"}), 200)
    by_month = {row["month"]: row["amount"] for row in costs["items"]}
    assert (by_month["2022-08"], by_month["2022-09"], by_month["2022-10"]) == ("22317.00", "17853.60", "13390.20")
    assert (await read_placement(api, placement_id))["share"] == 60


async def test_latest_decision_applies_from_its_day(api: Api) -> None:
    """D6: a later decision takes the place of one that begins after it."""
    await steps.law(api)
    placement_id = await steps.placed(api, await steps.provider(api))
    await decide(api, steps.change(placement_id, valid_from="2022-11-01", share=50))
    await decide(api, steps.change(placement_id, valid_from="2022-10-01", share=80))
    # July to September whole, then three months at 80 %.
    assert await steps.forecast(api) == "120511.80"


async def test_legacy_price_changes_from_a_day(api: Api) -> None:
    """L2."""
    await steps.law(api)
    placement_id = await steps.recorded(api, await steps.provider(api), monthly_price="20000.00")
    await decide(api, steps.change(placement_id, valid_from="2022-07-01", monthly_price="21000.00"))
    assert await steps.forecast(api) == "246000.00"
    assert (await read_placement(api, placement_id))["monthly_price"] == "21000.00"


async def test_standard_placement_has_no_own_price(api: Api) -> None:
    """L2, C2."""
    await steps.law(api)
    placement_id = await steps.placed(api, await steps.provider(api))
    body = steps.change(placement_id, valid_from="2022-09-01", monthly_price="21000.00")
    refused(await api.case_officer.post("/v1/decisions", json=body), 409, "standard-has-no-own-price")


async def test_placement_after_a_legacy_one_is_standard(api: Api) -> None:
    """L2: the legacy price ends with its placement."""
    await steps.law(api)
    provider_id = await steps.provider(api)
    legacy_id = await steps.recorded(api, provider_id, monthly_price="20000.00")
    await decide(api, steps.end(legacy_id, "2022-09-30"))
    participant_id = (await read_placement(api, legacy_id))["participant_id"]
    grant = await steps.ready_to_grant(api, provider_id, participant_id) | {"starts_on": "2022-10-01"}
    placement = await read_placement(api, (await decide(api, grant))["placement_id"])
    assert (placement["terms"], placement["monthly_price"]) == ("standard", None)


async def test_medication_tasks_require_agreement(api: Api) -> None:
    """D5."""
    await steps.law(api)
    placement_id = await steps.placed(api, await steps.provider(api))
    body = steps.change(placement_id, valid_from="2022-09-01", medication_tasks=True)
    refused(await api.case_officer.post("/v1/decisions", json=body), 409, "medication-agreement-missing")
    agreement = {"agreed_on": "2022-08-10", "reference": "Avtale 2022/117"}
    made = await decide(api, body | {"medication_agreement": agreement})
    assert made["medication_agreement"] == agreement
    assert (await read_placement(api, placement_id))["medication_tasks"] is True
    await decide(api, steps.change(placement_id, valid_from="2022-10-01", medication_tasks=False))
    assert (await read_placement(api, placement_id))["medication_tasks"] is False


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        ({"valid_from": "2022-06-30", "share": 60}, "change-outside-place"),
        ({"valid_from": "2022-09-01", "share": 60, "decided_on": "2022-01-09"}, "decision-out-of-order"),
        ({"ends_on": "2022-12-31"}, "permanent-has-no-last-day"),
        ({"kind": "end", "ends_on": "2022-06-30"}, "end-before-start"),
    ],
)
async def test_change_or_end_is_refused(
    api: Api, connection: AsyncConnection, terms: dict[str, Any], code: str
) -> None:
    """L1, L5, L7, D6: each refusal has its own code and leaves nothing behind."""
    await steps.law(api)
    placement_id = await steps.placed(api, await steps.provider(api))
    before = await count_rows(connection)
    refused(await api.case_officer.post("/v1/decisions", json=steps.change(placement_id) | terms), 409, code)
    assert await count_rows(connection) == before


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
async def test_change_states_what_and_from_when(api: Api, fields: dict[str, Any]) -> None:
    await steps.law(api)
    placement_id = await steps.placed(api, await steps.provider(api))
    body = steps.change(placement_id) | fields
    refused(await api.case_officer.post("/v1/decisions", json=body), 422, "validation")


async def test_temporary_placement_is_extended(api: Api) -> None:
    """L7: the forecast goes with it."""
    await steps.law(api)
    placement_id = await steps.placed(api, await steps.provider(api), ends_on="2022-09-30")
    await decide(api, steps.change(placement_id, ends_on="2022-10-31"))
    assert await steps.forecast(api) == "89268.00"


async def test_extension_requires_capacity(api: Api) -> None:
    """L7, P2: up to the day before the next participant's placement."""
    await steps.law(api)
    provider_id = await steps.provider(api, places=1)
    placement_id = await steps.placed(api, provider_id, ends_on="2022-09-30")
    await steps.placed(api, provider_id, starts_on="2023-01-01")
    body = steps.change(placement_id, ends_on="2023-01-31")
    problem = refused(await api.case_officer.post("/v1/decisions", json=body), 409, "capacity-exceeded")
    assert problem["day"] == "2023-01-01"
    await decide(api, body | {"ends_on": "2022-12-31"})


async def test_extension_into_the_next_placement_is_refused(api: Api) -> None:
    """L7, L1: the participant's own, at another provider."""
    await steps.law(api)
    placement_id = await steps.placed(api, await steps.provider(api), ends_on="2022-12-31")
    other = await steps.provider(api, organisation_number="310300411", name="KIM AS")
    participant_id = (await read_placement(api, placement_id))["participant_id"]
    await decide(api, await steps.ready_to_grant(api, other, participant_id) | {"starts_on": "2023-02-01"})
    body = steps.change(placement_id, ends_on="2023-02-01")
    refused(await api.case_officer.post("/v1/decisions", json=body), 409, "placement-overlap")


async def test_end_never_extends_a_placement(api: Api) -> None:
    """L5, L7."""
    await steps.law(api)
    placement_id = await steps.placed(api, await steps.provider(api), ends_on="2022-12-31")
    body = steps.end(placement_id, "2023-01-31")
    refused(await api.case_officer.post("/v1/decisions", json=body), 409, "end-after-last-day")


async def test_end_frees_capacity_and_budget_the_day_after(api: Api) -> None:
    """L3, P2, C6: paid to and with the last day."""
    await steps.law(api)
    provider_id = await steps.provider(api, places=1)
    placement_id = await steps.placed(api, provider_id)
    waiting = await steps.ready_to_grant(api, provider_id)
    await decide(api, steps.end(placement_id, "2022-09-30"))
    assert await steps.forecast(api) == "66951.00"
    early = waiting | {"starts_on": "2022-09-30"}
    assert refused(await api.case_officer.post("/v1/decisions", json=early), 409, "capacity-exceeded")["day"] == (
        "2022-09-30"
    )
    await decide(api, waiting | {"starts_on": "2022-10-01"})
    position = ok(await api.finance.get("/v1/budgets/2022/position", params={"on": "2022-10-01"}), 200)
    assert (position["places"], position["forecast"]) == (1, "133902.00")


async def test_decided_end_refuses_another_end_and_notice(api: Api) -> None:
    """L5, D6."""
    await steps.law(api)
    placement_id = await steps.placed(api, await steps.provider(api))
    body = steps.end(placement_id, "2022-09-30")
    await decide(api, body)
    refused(await api.case_officer.post("/v1/decisions", json=body), 409, "end-already-decided")
    path = f"/v1/placements/{placement_id}/notices"
    refused(await api.case_officer.post(path, json=steps.notice("2022-09-01")), 409, "end-already-decided")


async def test_ended_placement_refuses_every_step(api: Api) -> None:
    """L5, D6: before its day another last day may be decided; once it has passed nothing may."""
    await steps.law(api)
    placement_id = await steps.placed(api, await steps.provider(api))
    await decide(api, steps.end(placement_id, "2022-09-30"))
    await decide(api, steps.change(placement_id, ends_on="2022-10-31", decided_on="2022-09-01"))
    for body in (
        steps.change(placement_id, valid_from="2022-09-01", share=60),
        steps.end(placement_id, "2022-10-30"),
    ):
        late = body | {"decided_on": "2022-11-01"}
        refused(await api.case_officer.post("/v1/decisions", json=late), 409, "place-ended")
    path = f"/v1/placements/{placement_id}/notices"
    refused(await api.case_officer.post(path, json=steps.notice("2022-11-01")), 409, "place-ended")


async def test_stale_follows_id_is_refused(api: Api) -> None:
    """D6: the problem names the latest decision."""
    await steps.law(api)
    placement_id = await steps.placed(api, await steps.provider(api))
    granted = (await read_placement(api, placement_id))["history"][0]["decision_id"]
    body = steps.change(placement_id, valid_from="2022-09-01", share=60, follows_id=granted)
    changed = await decide(api, body)
    assert changed["follows_id"] == granted
    problem = refused(await api.case_officer.post("/v1/decisions", json=body), 409, "decision-stale")
    assert problem["latest_id"] == changed["id"]


async def test_stale_etag_is_refused(api: Api) -> None:
    """D6: the `ETag` of the placement as it was read."""
    await steps.law(api)
    placement_id = await steps.placed(api, await steps.provider(api))
    path = f"/v1/placements/{placement_id}"
    stale = (await api.case_officer.get(path)).headers["etag"]
    await decide(api, steps.change(placement_id, valid_from="2022-09-01", share=60))
    body = steps.change(placement_id, valid_from="2022-10-01", share=70)
    answer = await api.case_officer.post("/v1/decisions", json=body, headers={"If-Match": stale})
    refused(answer, 412, "precondition-failed")
    fresh = (await api.case_officer.get(path)).headers["etag"]
    ok(await api.case_officer.post("/v1/decisions", json=body, headers={"If-Match": fresh}))


async def test_events_keep_the_order_they_were_stored_in(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """D6: also where a clock is set back between them, or the second is by a process whose clock is behind."""
    await steps.law(api)
    placement_id = await steps.placed(api, await steps.provider(api))
    real = clock.now
    made = [await decide(api, steps.change(placement_id, valid_from="2022-09-01", share=80))]
    with monkeypatch.context() as behind:
        behind.setattr(clock, "now", lambda: real() - timedelta(hours=2))
        made.append(await decide(api, steps.change(placement_id, valid_from="2022-09-01", share=60)))
    assert made[1]["id"] < made[0]["id"]
    place = await read_placement(api, placement_id)
    assert (place["share"], [step["share"] for step in place["history"]]) == (60, [100, 80, 60])
    made.append(await decide(api, steps.change(placement_id, valid_from="2022-10-01", share=40)))
    made.append(await decide(api, steps.end(placement_id, "2022-12-31")))
    assert [one["follows_id"] for one in made[1:]] == [one["id"] for one in made[:-1]]
    history = (await read_placement(api, placement_id))["history"]
    assert [step["decision_id"] for step in history[1:]] == [one["id"] for one in made]


async def test_decision_on_a_notice_comes_after_it(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
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
            await decide(api, steps.change(placement_id, withdraws_notice_id=given["id"]))
        place = await read_placement(api, placement_id)
        assert (place["state"], place["ends_on"]) == ("running", None)
        assert [step["step"] for step in place["history"][-2:]] == ["notice_given", "notice_withdrawn"]
    last = ok(await api.case_officer.post(path, json=steps.notice("2022-08-15")))
    ended = await decide(api, steps.end(placement_id, last["ends_on"]))
    with monkeypatch.context() as behind:
        behind.setattr(clock, "now", lambda: real() - timedelta(hours=1))
        withdrawn = await decide(api, steps.change(placement_id, withdraws_notice_id=last["id"]))
    assert withdrawn["follows_id"] == ended["id"]
    [read] = [row for row in ok(await api.case_officer.get(path), 200)["items"] if row["id"] == last["id"]]
    assert (read["status"], read["decision_id"]) == ("withdrawn", withdrawn["id"])


async def test_only_case_officer_changes_and_ends(api: Api) -> None:
    """D3."""
    body = steps.end("01901f2e-0000-7000-8000-000000000000", "2022-09-30")
    for client in (api.epj, api.finance, api.auditor, api.service("habilitation"), api.provider("310300403")):
        refused(await client.post("/v1/decisions", json=body), 403, "role-required")
    refused(await api.case_officer.post("/v1/decisions", json=body), 404, "not-found")


@pytest.mark.parametrize("by", ["follows_id", "If-Match", "nothing"])
async def test_one_of_twenty_concurrent_decisions_succeeds(committed_api: Api, by: str) -> None:
    """D6: one succeeds, and each of the others is refused; nothing is lost."""
    api = committed_api
    await steps.law(api)
    placement_id = await steps.placed(api, await steps.provider(api))
    answer = await api.case_officer.get(f"/v1/placements/{placement_id}")
    headers = {"If-Match": answer.headers["etag"]} if by == "If-Match" else {}
    known = {"follows_id": answer.json()["history"][0]["decision_id"]} if by == "follows_id" else {}
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
    place = await read_placement(api, placement_id)
    assert len(place["history"]) == 2
    assert place["history"][1]["decision_id"] == won["id"]
    assert (place["share"], place["ends_on"]) == (won["share"] or 100, won["ends_on"])
