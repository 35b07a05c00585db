"""Grants and rejections: decisions about applications (D1–D6, L1, L2, L7, P2)."""

import asyncio
from typing import Any

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.api.placements.helpers import count_rows, decide, read_placement
from tests.conftest import Api
from tests.factories import steps
from tests.factories.steps import ok, refused


async def test_grant_creates_placement(api: Api) -> None:
    """D4: the answer names the placement, which begins with the terms of the grant."""
    await steps.law(api)
    provider_id, participant_id = await steps.provider(api), await steps.participant(api)
    body = await steps.ready_to_grant(api, provider_id, participant_id)
    decision = await decide(api, body)
    placement = await read_placement(api, decision["placement_id"])
    history = placement.pop("history")
    assert [(event["step"], event["decision_id"]) for event in history] == [("granted", decision["id"])]
    assert placement | {"created_at": "", "updated_at": "", "id": ""} == {
        "id": "",
        "created_at": "",
        "updated_at": "",
        "participant_id": participant_id,
        "provider_id": provider_id,
        "need": "permanent",
        "terms": "standard",
        "starts_on": "2022-07-01",
        "ends_on": None,
        "share": 100,
        "medication_tasks": False,
        "decided_on": "2022-01-10",
        "monthly_price": None,
        "notice_months": None,
        "places_per_employee": None,
        "annulled_on": None,
        "state": "running",
    }
    application = await api.case_officer.get(f"/v1/applications/{body['application_id']}")
    assert ok(application, 200)["status"] == "granted"


async def test_grant_answers_with_budget(api: Api) -> None:
    """C7: the flag of the placement's first year after the decision."""
    await steps.law(api)
    decision = await decide(api, await steps.ready_to_grant(api, await steps.provider(api)))
    assert decision["budget"] == {
        "year": 2022,
        "flag": "within",
        "forecast": "133902.00",
        "difference": "6800098.00",
    }


async def test_epj_reads_decision_without_money(api: Api) -> None:
    """D2: with its legal basis."""
    await steps.law(api)
    body = await steps.ready_to_grant(api, await steps.provider(api))
    answer = await api.case_officer.post("/v1/decisions", json=body)
    decision = ok(answer)
    read = ok(await api.epj.get(answer.headers["location"]), 200)
    money = {"budget", "monthly_price", "budget_reference"}
    assert read == {key: value for key, value in decision.items() if key not in money}
    assert read["legal_basis"] == steps.LEGAL_BASIS


@pytest.mark.parametrize(
    ("applied", "person", "decided", "code"),
    [
        ({}, {"municipality_number": "4601"}, {}, "not-resident"),
        ({}, {}, {"decided_on": "2021-12-31", "starts_on": "2022-01-01"}, "no-guideline-in-force"),
        ({}, {}, {"starts_on": "2021-12-31"}, "no-guideline-in-force"),
        ({}, {}, {"ends_on": "2022-12-31"}, "permanent-has-no-last-day"),
        ({"need": "temporary"}, {}, {}, "temporary-needs-last-day"),
        ({"medication_tasks": True}, {}, {}, "medication-agreement-missing"),
    ],
)
async def test_grant_is_refused(
    api: Api,
    connection: AsyncConnection,
    applied: dict[str, Any],
    person: dict[str, Any],
    decided: dict[str, Any],
    code: str,
) -> None:
    """D1, D5, L2, L7: each refusal has its own code and leaves nothing behind."""
    await steps.law(api)
    body = await steps.ready_to_grant(api, await steps.provider(api), await steps.participant(api, **person), **applied)
    before = await count_rows(connection)
    refused(await api.case_officer.post("/v1/decisions", json=body | decided), 409, code)
    assert await count_rows(connection) == before


async def test_grant_with_medication_agreement_and_last_day(api: Api) -> None:
    """D5, L7."""
    await steps.law(api)
    provider_id = await steps.provider(api)
    body = await steps.ready_to_grant(api, provider_id, medication_tasks=True, need="temporary")
    body |= {
        "medication_agreement": {"agreed_on": "2022-01-09", "reference": "Avtale 2022/117"},
        "ends_on": "2022-12-31",
    }
    made = ok(await api.case_officer.post("/v1/decisions", json=body))
    assert made["medication_agreement"] == body["medication_agreement"]


async def test_grant_requires_accepted_request(api: Api) -> None:
    """D4: not open, not declined, not another application's."""
    await steps.law(api)
    provider_id = await steps.provider(api)
    for answer in (None, "declined"):
        applied = await steps.application(api, await steps.participant(api))
        body = steps.grant(applied, await steps.request(api, applied, provider_id, answer=answer))
        refused(await api.case_officer.post("/v1/decisions", json=body), 409, "request-not-accepted")
    mine, other = await steps.ready_to_grant(api, provider_id), await steps.ready_to_grant(api, provider_id)
    stolen = mine | {"request_id": other["request_id"]}
    refused(await api.case_officer.post("/v1/decisions", json=stolen), 409, "request-not-accepted")


async def test_decided_application_is_closed(api: Api) -> None:
    """D6: final, whether granted or rejected."""
    await steps.law(api)
    provider_id = await steps.provider(api)
    body = await steps.ready_to_grant(api, provider_id)
    reject = steps.reject(body["application_id"])
    rejected = await decide(api, reject)
    assert (rejected["placement_id"], rejected["budget"]) == (None, None)
    request = {"provider_id": provider_id, "sent_on": "2022-01-12"}
    for path, again in (
        ("/v1/decisions", body),
        ("/v1/decisions", reject),
        (f"/v1/applications/{body['application_id']}/requests", request),
    ):
        refused(await api.case_officer.post(path, json=again), 409, "application-closed")


async def test_decision_has_no_editing_method(api: Api) -> None:
    """D6."""
    await steps.law(api)
    decision = await decide(api, await steps.ready_to_grant(api, await steps.provider(api)))
    for method in ("PUT", "PATCH", "DELETE"):
        answer = await api.case_officer.request(method, f"/v1/decisions/{decision['id']}", json={})
        assert answer.status_code == 405


async def test_decision_requires_legal_basis(api: Api) -> None:
    """D2: recorded on every decision, and shown with it."""
    await steps.law(api)
    body = await steps.ready_to_grant(api, await steps.provider(api))
    for missing in ({key: value for key, value in body.items() if key != "legal_basis"}, body | {"legal_basis": " "}):
        problem = refused(await api.case_officer.post("/v1/decisions", json=missing), 422, "validation")
        assert problem["errors"][0]["pointer"] == "#/legal_basis"
    made = ok(await api.case_officer.post("/v1/decisions", json=body))
    assert ok(await api.case_officer.get(f"/v1/decisions/{made['id']}"), 200)["legal_basis"] == steps.LEGAL_BASIS


async def test_only_case_officer_decides_applications(api: Api) -> None:
    """D3."""
    body = steps.grant(steps.LEGAL_BASIS, "")
    for client in (api.epj, api.finance, api.auditor, api.service("habilitation"), api.provider("310300403")):
        assert (await client.post("/v1/decisions", json=body)).status_code == 403


async def test_overlapping_placement_is_refused(api: Api, connection: AsyncConnection) -> None:
    """L1: the last day of one and the first of the next are neighbours, not the same."""
    await steps.law(api)
    provider_id = await steps.provider(api)
    person = await steps.participant(api)
    old = steps.legacy(person, provider_id, ends_on="2022-06-30")
    ok(await api.case_officer.post("/v1/placements", json=old))
    body = await steps.ready_to_grant(api, provider_id, person)
    before = await count_rows(connection)
    overlapping = body | {"starts_on": "2022-06-30"}
    refused(await api.case_officer.post("/v1/decisions", json=overlapping), 409, "placement-overlap")
    assert await count_rows(connection) == before
    ok(await api.case_officer.post("/v1/decisions", json=body))


async def test_capacity_is_required_on_every_day(api: Api) -> None:
    """P2: the first day without room is named; a later, larger capacity gives room."""
    await steps.law(api)
    provider_id = await steps.provider(api, places=1)
    ok(await api.case_officer.post("/v1/placements", json=steps.legacy(await steps.participant(api), provider_id)))
    body = await steps.ready_to_grant(api, provider_id)
    problem = refused(await api.case_officer.post("/v1/decisions", json=body), 409, "capacity-exceeded")
    assert problem["day"] == "2022-07-01"
    path = f"/v1/providers/{provider_id}/capacities"
    ok(await api.case_officer.post(path, json={"valid_from": "2022-07-01", "places": 2}))
    ok(await api.case_officer.post("/v1/decisions", json=body))
    lowered = await api.case_officer.post(path, json={"valid_from": "2022-12-01", "places": 1})
    assert refused(lowered, 409, "capacity-in-use")["day"] == "2022-12-01"
    assert len(ok(await api.case_officer.get(path), 200)["items"]) == 2


async def test_unknown_reference_is_not_found(api: Api) -> None:
    nowhere = "01901f2e-0000-7000-8000-000000000000"
    provider_id, person = await steps.provider(api), await steps.participant(api)
    application_id = await steps.application(api, person)
    for path, body, pointer in (
        ("/v1/placements", steps.legacy(nowhere, provider_id), "#/participant_id"),
        ("/v1/placements", steps.legacy(person, nowhere), "#/provider_id"),
        ("/v1/decisions", steps.grant(nowhere, nowhere), "#/application_id"),
        ("/v1/decisions", steps.grant(application_id, nowhere), "#/request_id"),
        (
            f"/v1/applications/{application_id}/requests",
            {"provider_id": nowhere, "sent_on": "2022-01-01"},
            "#/provider_id",
        ),
    ):
        problem = refused(await api.case_officer.post(path, json=body), 404, "not-found")
        assert problem["errors"][0]["pointer"] == pointer


async def test_concurrent_grants_for_the_last_place(committed_api: Api) -> None:
    """P2: one succeeds, and each of the others is refused."""
    api = committed_api
    await steps.law(api)
    provider_id = await steps.provider(api, places=1)
    bodies = [await steps.ready_to_grant(api, provider_id) for _ in range(6)]
    answers = await asyncio.gather(*(api.case_officer.post("/v1/decisions", json=body) for body in bodies))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 5
    for answer in answers:
        if answer.status_code == 409:
            refused(answer, 409, "capacity-exceeded")
    assert len(ok(await api.case_officer.get("/v1/placements"), 200)["items"]) == 1


async def test_concurrent_overlapping_grants(committed_api: Api) -> None:
    """L1: the database itself refuses, at different providers too."""
    api = committed_api
    await steps.law(api)
    person = await steps.participant(api)
    bodies = []
    for number in ("310300403", "310300411"):
        provider_id = await steps.provider(api, organisation_number=number)
        bodies.append(await steps.ready_to_grant(api, provider_id, person))
    answers = await asyncio.gather(*(api.case_officer.post("/v1/decisions", json=body) for body in bodies))
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    refused(next(answer for answer in answers if answer.status_code == 409), 409, "placement-overlap")


async def test_service_role_cannot_edit_decisions(committed_api: Api) -> None:
    """D6: the service's own role has no right to."""
    database = committed_api.app.state.settings.database_url.replace("+asyncpg", "")
    connection = await asyncpg.connect(database)
    try:
        for statement in ("update decision set legal_basis = 'x'", "delete from decision", "truncate decision"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(statement)
    finally:
        await connection.close()


async def test_pointer_omits_the_kind_of_decision(api: Api) -> None:
    """The kind of decision is no step on the way to its fields."""
    answer = await api.case_officer.post("/v1/decisions", json={"kind": "grant", "share": 0, "colour": "red"})
    pointers = {error["pointer"] for error in refused(answer, 422, "validation")["errors"]}
    assert pointers >= {"#/starts_on", "#/share", "#/colour"}
    bad = steps.grant("x", "y", medication_agreement={"agreed_on": "2022-02-30"})
    pointers = {error["pointer"] for error in (await api.case_officer.post("/v1/decisions", json=bad)).json()["errors"]}
    assert pointers >= {"#/application_id", "#/medication_agreement/agreed_on", "#/medication_agreement/reference"}


async def test_lists_take_several_participants(api: Api) -> None:
    """A page names the people it shows, and is told of no others."""
    provider_id = await steps.provider(api)
    people = [await steps.participant(api) for _ in range(3)]
    for person in people:
        ok(await api.case_officer.post("/v1/placements", json=steps.legacy(person, provider_id)))
        await steps.application(api, person)
    for path in ("/v1/placements", "/v1/applications"):
        found = ok(await api.case_officer.get(path, params={"participant_id": people[:2]}), 200)["items"]
        assert {one["participant_id"] for one in found} == set(people[:2]), path
