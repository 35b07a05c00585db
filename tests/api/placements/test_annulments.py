"""A placement that never should have been is annulled by a decision, and counts nowhere from then on (D8)."""

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.api.placements.helpers import count_rows, decide, give_notice, list_events, read_latest_event, read_placement
from tests.conftest import Api
from tests.factories import steps
from tests.factories.steps import ok, refused


async def granted(api: Api, provider_id: str, **changes: Any) -> dict[str, Any]:
    """A grant from 1 July 2022."""
    need = "permanent" if changes.get("ends_on") is None else "temporary"
    body = await steps.ready_to_grant(api, provider_id, need=need)
    return await decide(api, body | changes)


async def annul(api: Api, grant: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Annul the placement of a grant, on 15 September 2022 unless `changes` say otherwise."""
    return await decide(api, steps.annul(grant["placement_id"], grant["id"], **changes))


async def test_an_annulled_placement_costs_nothing_from_the_decision_on(api: Api) -> None:
    """D8, C6: a position on an earlier day still has it, on every day it should never have had."""
    await steps.law(api)
    grant = await granted(api, await steps.provider(api))
    made = await annul(api, grant)
    assert made["budget"]["forecast"] == "0.00"
    assert await steps.forecast(api, on="2022-09-15") == "0.00"
    assert await steps.forecast(api, on="2022-12-31") == "0.00"
    assert await steps.forecast(api, on="2022-09-14") == "133902.00"
    costs = ok(await api.finance.get("/v1/budgets/2022/costs", params={"by": "month", "on": "2022-12-31"}), 200)
    assert costs["total"] == "0.00"


async def test_an_annulled_placement_has_its_state_and_history(api: Api) -> None:
    """D6, D8: the wrong step and its mending are both readable."""
    await steps.law(api)
    grant = await granted(api, await steps.provider(api))
    made = await annul(api, grant, found_by="provider", ground="invalid", archive_reference="2022/9-1")
    placement = await read_placement(api, grant["placement_id"])
    assert (placement["state"], placement["annulled_on"]) == ("annulled", "2022-09-15")
    assert [(event["step"], event["decision_id"], event["corrects_id"]) for event in placement["history"]] == [
        ("granted", grant["id"], None),
        ("annulled", made["id"], grant["id"]),
    ]
    decision = ok(await api.case_officer.get(f"/v1/decisions/{made['id']}"), 200)
    assert decision == {name: value for name, value in made.items() if name != "budget"}
    said = ("kind", "corrects_id", "follows_id", "ground", "found_by", "reason", "starts_on", "need")
    assert [decision[name] for name in said] == [
        "annul", grant["id"], grant["id"], "invalid", "provider", "Personen var registrert to gonger.", None, None,
    ]  # fmt: skip


async def test_a_legacy_placement_is_annulled_without_a_decision_to_name(api: Api) -> None:
    """D8, L2."""
    await steps.law(api)
    placement_id = await steps.recorded(api, await steps.provider(api))
    await decide(api, steps.annul(placement_id))
    assert (await read_placement(api, placement_id))["state"] == "annulled"
    assert await steps.forecast(api) == "0.00"
    assert await steps.forecast(api, on="2022-09-14") == "267804.00"


async def test_an_annulled_placement_fills_nothing(api: Api) -> None:
    """D8, P2: its only place is free for another, from the first day."""
    await steps.law(api)
    provider_id = await steps.provider(api, places=1)
    grant = await granted(api, provider_id)
    waiting = await steps.ready_to_grant(api, provider_id)
    refused(await api.case_officer.post("/v1/decisions", json=waiting), 409, "capacity-exceeded")
    await annul(api, grant)
    await decide(api, waiting)


async def test_an_annulled_placement_bars_nothing(api: Api) -> None:
    """D8, L1: neither a place at the same provider on the same days, nor what is recorded as legacy."""
    await steps.law(api)
    provider_id = await steps.provider(api)
    person = await steps.participant(api)
    grant = await decide(api, await steps.ready_to_grant(api, provider_id, person))
    again = await steps.ready_to_grant(api, provider_id, person)
    refused(await api.case_officer.post("/v1/decisions", json=again), 409, "placement-overlap")
    await annul(api, grant)
    await decide(api, again)
    active = ok(await api.case_officer.get("/v1/placements", params={"active_on": "2022-08-01"}), 200)["items"]
    assert [placement["id"] != grant["placement_id"] for placement in active] == [True]


async def test_an_annulled_placement_owes_no_follow_up(api: Api) -> None:
    """D8, M1–M4, L4: its tasks are gone, also the meeting that a notice of it called for."""
    await steps.law(api)
    grant = await granted(api, await steps.provider(api))
    await give_notice(api, grant["placement_id"], "2022-08-01")
    query = {"placement_id": grant["placement_id"], "status": ["open", "overdue", "done"], "limit": "200"}
    before = ok(await api.case_officer.get("/v1/tasks", params=query), 200)["items"]
    assert {"conversation", "notice_meeting", "end_decision"} == {task["kind"] for task in before}
    await annul(api, grant)
    assert ok(await api.case_officer.get("/v1/tasks", params=query), 200)["items"] == []
    report = ok(await api.case_officer.get("/v1/follow-up/2022"), 200)
    assert (report["municipality"]["places"], report["municipality"]["plan"]["due"]) == (0, 0)


async def test_absence_of_an_annulled_placement_counts_for_nothing(api: Api) -> None:
    """D8, A1, A3: none can be recorded, and none is planned, absent or due for review."""
    await steps.law(api)
    grant = await granted(api, await steps.provider(api))
    absence = {"placement_id": grant["placement_id"], "kind": "sick", "percent": 100}
    absence |= {"from": "2022-07-04", "to": "2022-08-31"}
    ok(await api.case_officer.post("/v1/absences", json=absence))
    path, query = f"/v1/placements/{grant['placement_id']}/absence-summary", {"on": "2022-08-31"}
    assert ok(await api.case_officer.get(path, params=query), 200)["review_due"]
    await annul(api, grant)
    summary = ok(await api.case_officer.get(path, params=query), 200)
    assert (summary["planned"], summary["absent"], summary["review_due"]) == ("0.00", "0.00", False)
    refused(
        await api.case_officer.post("/v1/absences", json=absence | {"from": "2022-09-01", "to": "2022-09-02"}),
        409,
        "absence-outside-placement",
    )
    path = f"/v1/providers/{grant['provider_id']}/absence-report"
    report = ok(await api.case_officer.get(path, params={"from": "2022-07-01", "to": "2022-09-30"}), 200)
    assert report["items"] == []


async def test_nothing_more_is_done_with_an_annulled_placement(api: Api) -> None:
    """D8: no decision, notice or supplement."""
    await steps.law(api)
    grant = await granted(api, await steps.provider(api))
    await annul(api, grant)
    id_ = grant["placement_id"]
    for body in (
        steps.change(id_, decided_on="2022-09-20", valid_from="2022-10-01", share=50),
        steps.end(id_, "2022-10-01", decided_on="2022-09-20"),
        steps.annul(id_, grant["id"], decided_on="2022-09-20"),
        steps.correct(id_, grant["id"], decided_on="2022-09-20", share=50),
    ):
        refused(await api.case_officer.post("/v1/decisions", json=body), 409, "placement-annulled")
    notice = steps.notice("2022-09-20")
    refused(await api.case_officer.post(f"/v1/placements/{id_}/notices", json=notice), 409, "placement-annulled")
    supplement = steps.supplement("2022-10-01")
    path = f"/v1/placements/{id_}/supplements"
    refused(await api.case_officer.post(path, json=supplement), 409, "placement-annulled")


async def test_a_supplement_of_an_annulled_placement_costs_nothing(api: Api) -> None:
    """D8, L6: an earlier day still has both."""
    await steps.law(api)
    grant = await granted(api, await steps.provider(api))
    path = f"/v1/placements/{grant['placement_id']}/supplements"
    ok(await api.case_officer.post(path, json=steps.supplement("2022-07-01")))
    assert await steps.forecast(api) == "151902.00"
    await annul(api, grant)
    assert await steps.forecast(api) == "0.00"
    assert await steps.forecast(api, on="2022-09-14") == "151902.00"


async def test_an_annulment_is_an_event_with_the_day_it_holds_from(api: Api, connection: AsyncConnection) -> None:
    """D8: the placement's first day."""
    await steps.law(api)
    grant = await granted(api, await steps.provider(api))
    made = await annul(api, grant)
    assert (await list_events(connection))[-1] == ("placement.annulled", f"/v1/placements/{grant['placement_id']}")
    assert await read_latest_event(connection) == {
        "placement_id": grant["placement_id"],
        "provider_id": grant["provider_id"],
        "decision_id": made["id"],
        "effective_on": "2022-07-01",
    }


@pytest.mark.parametrize(
    ("changes", "status", "where"),
    [
        ({"reason": None}, 422, "#/reason"),
        ({"found_by": "somebody"}, 422, "#/found_by"),
        ({"found_by": None}, 422, "#/found_by"),
        ({"ground": "whim"}, 422, "#/ground"),
        ({"corrects_id": None}, 422, "#/corrects_id"),
        ({"legal_basis": steps.LEGAL_BASIS}, 422, "#/legal_basis"),
        ({"decided_on": "2062-09-15"}, 422, "#/decided_on"),
        ({"starts_on": "2022-08-01"}, 422, "#/starts_on"),
        ({"decided_on": "2022-01-09"}, 409, None),
    ],
)
async def test_a_wrong_annulment_is_refused_and_stores_nothing(
    api: Api, connection: AsyncConnection, changes: dict[str, Any], status: int, where: str | None
) -> None:
    """D3, D8, D9."""
    await steps.law(api)
    grant = await granted(api, await steps.provider(api))
    before = await count_rows(connection)
    body = steps.annul(grant["placement_id"], grant["id"]) | changes
    answer = await api.case_officer.post("/v1/decisions", json=body)
    assert answer.status_code == status, answer.text
    found = answer.json()
    assert found["not_before"] == "2022-01-10" if where is None else where in [e["pointer"] for e in found["errors"]]
    assert await count_rows(connection) == before


async def test_only_a_grant_is_annulled(api: Api) -> None:
    """D8: an end is corrected to none instead, and a legacy record has no decision."""
    await steps.law(api)
    provider_id = await steps.provider(api)
    grant = await granted(api, provider_id)
    end = await decide(api, steps.end(grant["placement_id"], "2022-12-31", decided_on="2022-09-01"))
    for placement_id, named in (
        (grant["placement_id"], end["id"]),
        (await steps.recorded(api, provider_id), end["id"]),
    ):
        answer = await api.case_officer.post("/v1/decisions", json=steps.annul(placement_id, named))
        assert refused(answer, 422, "validation")["errors"][0]["pointer"] == "#/corrects_id"


@pytest.mark.parametrize("role", ["provider", "service", "finance", "epj", "auditor"])
async def test_only_the_case_office_annuls(api: Api, role: str) -> None:
    """D3."""
    await steps.law(api)
    grant = await granted(api, await steps.provider(api))
    client = {
        "provider": api.provider("310300403"),
        "service": api.service("habilitation"),
        "finance": api.finance,
        "epj": api.epj,
        "auditor": api.auditor,
    }[role]
    body = steps.annul(grant["placement_id"], grant["id"])
    assert (await client.post("/v1/decisions", json=body)).status_code == 403


async def test_the_database_itself_lets_an_annulled_placement_overlap(api: Api, connection: AsyncConnection) -> None:
    """L1, D8: its terms are no longer known on any day."""
    await steps.law(api)
    grant = await granted(api, await steps.provider(api))
    await annul(api, grant)
    await connection.execute(text("select set_config('app.roles', 'case_officer', true)"))
    rows = await connection.execute(
        text("select valid_from::text, known_from::text, known_until::text from placement_terms")
    )
    assert [tuple(row) for row in rows] == [("2022-07-01", "2022-01-10", "2022-09-15")]


async def test_a_person_registered_twice_is_one_again(api: Api) -> None:
    """D8, D1: two records, each with a place on the same days: one is annulled, and they are merged."""
    await steps.law(api)
    provider_id = await steps.provider(api)
    kept, twice = await steps.participant(api), await steps.participant(api)
    await decide(api, await steps.ready_to_grant(api, provider_id, kept))
    wrong = await decide(api, await steps.ready_to_grant(api, provider_id, twice))
    path, body = f"/v1/participants/{kept}/merge", {"duplicate_id": twice}
    refused(await api.case_officer.post(path, json=body), 409, "placement-overlap")
    await annul(api, wrong, ground="in_favour")
    ok(await api.case_officer.post(path, json=body), 200)
    placements = ok(await api.case_officer.get("/v1/placements", params={"participant_id": kept}), 200)["items"]
    assert [placement["annulled_on"] for placement in placements] == [None, "2022-09-15"]
    assert await steps.forecast(api) == "133902.00"
