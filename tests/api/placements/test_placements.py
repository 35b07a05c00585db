"""From application to a granted place, and every refusal on the way (D1–D6, L1, L2, L7, P2, P3)."""

import asyncio
from typing import Any

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from app.http.pagination import Page
from app.placements.schemas import PlacementOut, PricedPlacementOut
from tests.conftest import Api
from tests.factories import steps
from tests.factories.steps import ok, refused

TABLES = ("application", "request", "decision", "placement", "event", "budget_flag")


async def counted(connection: AsyncConnection) -> dict[str, int]:
    """Rows per table, as a case officer sees them."""
    await connection.execute(text("select set_config('app.roles', 'case_officer', true)"))
    return {table: await connection.scalar(text(f"select count(*) from {table}")) or 0 for table in TABLES}


async def test_takes_an_application_to_a_granted_place(api: Api) -> None:
    """D4: application, request, the provider's own yes, decision; the budget's flag comes with it (C7)."""
    await steps.law(api)
    provider_id = await steps.provider(api)
    participant_id = await steps.participant(api)
    application_id = await steps.application(api, participant_id)
    request_id = await steps.request(api, application_id, provider_id, answer=None)
    glode = api.provider("310300403")
    [waiting] = ok(await glode.get("/v1/requests", params={"answer": "none"}), 200)["items"]
    assert (waiting["id"], waiting["need"], waiting["medication_tasks"]) == (request_id, "permanent", False)
    answered = ok(await glode.post(f"/v1/requests/{request_id}/answer", json={"answer": "accepted"}), 200)
    assert answered["answer"] == "accepted"
    assert ok(await api.case_officer.get(f"/v1/applications/{application_id}"), 200)["status"] == "accepted"

    answer = await api.case_officer.post("/v1/decisions", json=steps.grant(application_id, request_id))
    decision = ok(answer)
    assert decision["budget"] == {
        "year": 2022,
        "flag": "within",
        "forecast": "133902.00",
        "difference": "6800098.00",
    }
    placement = ok(await api.case_officer.get(f"/v1/placements/{decision['placement_id']}"), 200)
    history = placement.pop("history")
    assert [(step["step"], step["decision_id"]) for step in history] == [("granted", decision["id"])]
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
        "state": "running",
    }
    assert ok(await api.case_officer.get(f"/v1/applications/{application_id}"), 200)["status"] == "granted"
    read = ok(await api.epj.get(answer.headers["location"]), 200)
    assert read == {key: value for key, value in decision.items() if key not in ("budget", "monthly_price")}
    assert read["legal_basis"] == steps.LEGAL_BASIS


async def test_money_is_shown_to_those_who_pay_alone(api: Api) -> None:
    """The contract's roles: no amounts for providers, services and the EPJ."""
    provider_id = await steps.provider(api)
    ok(await api.case_officer.post("/v1/placements", json=steps.legacy(await steps.participant(api), provider_id)))
    for client, sees in (
        (api.case_officer, True),
        (api.finance, True),
        (api.epj, False),
        (api.service("habilitation"), False),
        (api.provider("310300403"), False),
    ):
        [row] = ok(await client.get("/v1/placements"), 200)["items"]
        one = ok(await client.get(f"/v1/placements/{row['id']}"), 200)
        assert ("monthly_price" in row, "monthly_price" in one) == (sees, sees)
    assert ok(await api.service("mental_health").get("/v1/placements"), 200)["items"] == []


async def test_a_list_says_what_its_models_would(api: Api) -> None:
    """To the byte, with a page to follow and without, with and without money, for terms that have changed since."""
    await steps.law(api)
    provider_id = await steps.provider(api)
    await steps.placed(api, provider_id, ends_on="2022-12-31")
    changed = await steps.recorded(api, provider_id)
    change = steps.change(changed, valid_from="2022-09-01", share=50, monthly_price="9000.50")
    ok(await api.case_officer.post("/v1/decisions", json=change))
    for client, shape in ((api.case_officer, PricedPlacementOut), (api.provider("310300403"), PlacementOut)):
        for query in ({}, {"limit": 1}):
            answer = await client.get("/v1/placements", params=query)
            read = Page[shape].model_validate_json(answer.content)  # type: ignore[valid-type]  # either of the two
            assert answer.text == read.model_dump_json()
            assert (read.next is None) == (not query)


async def test_a_provider_sees_its_own_places_and_participants_alone(api: Api) -> None:
    mine, others = await steps.provider(api), await steps.provider(api, organisation_number="310300411", name="KIM AS")
    rows = {}
    for provider_id in (mine, others):
        participant_id = await steps.participant(api)
        body = steps.legacy(participant_id, provider_id)
        rows[provider_id] = (ok(await api.case_officer.post("/v1/placements", json=body))["id"], participant_id)
    client = api.provider("310300403")
    assert [row["id"] for row in ok(await client.get("/v1/placements"), 200)["items"]] == [rows[mine][0]]
    assert (await client.get(f"/v1/placements/{rows[others][0]}")).status_code == 404
    assert (await client.get(f"/v1/participants/{rows[mine][1]}")).status_code == 200
    assert (await client.get(f"/v1/participants/{rows[others][1]}")).status_code == 404
    assert ok(await client.get("/v1/placements", params={"provider_id": others}), 200)["items"] == []
    application_id = await steps.application(api, rows[mine][1])
    theirs = await steps.request(api, application_id, others, answer=None)
    assert (await client.get(f"/v1/requests/{theirs}")).status_code == 404
    assert (await client.post(f"/v1/requests/{theirs}/answer", json={"answer": "accepted"})).status_code == 404


async def test_filters_placements_by_day(api: Api) -> None:
    """L7: first and last day belong to the place."""
    provider_id = await steps.provider(api)
    body = steps.legacy(await steps.participant(api), provider_id, ends_on="2021-06-30")
    ok(await api.case_officer.post("/v1/placements", json=body))
    for day, found in (("2020-12-31", 0), ("2021-01-01", 1), ("2021-06-30", 1), ("2021-07-01", 0)):
        items = ok(await api.case_officer.get("/v1/placements", params={"active_on": day}), 200)["items"]
        assert len(items) == found, day


async def test_asks_one_provider_at_a_time(api: Api) -> None:
    """D4, P3: several requests over time, one open, one answer each."""
    first, second = await steps.provider(api), await steps.provider(api, organisation_number="310300411", name="KIM AS")
    application_id = await steps.application(api, await steps.participant(api))
    declined = await steps.request(api, application_id, first, answer=None)
    path = f"/v1/applications/{application_id}/requests"
    another = {"provider_id": second, "sent_on": "2022-01-05"}
    refused(await api.case_officer.post(path, json=another), 409, "request-already-open")
    answer = f"/v1/requests/{declined}/answer"
    for body in (
        {"answer": "declined"},
        {"answer": "declined", "reason": "other"},
        {"answer": "accepted", "reason": "no_capacity"},
    ):
        refused(await api.case_officer.post(answer, json=body), 422, "answer-incomplete")
    said = {"answer": "declined", "reason": "other", "text": "Ombygging.", "answered_on": "2022-01-06"}
    early = await api.case_officer.post(answer, json=said | {"answered_on": "2022-01-03"})
    assert refused(early, 422, "validation")["errors"][0]["pointer"] == "#/answered_on"
    assert ok(await api.case_officer.post(answer, json=said), 200) | said == ok(
        await api.case_officer.get(f"/v1/requests/{declined}"), 200
    )
    refused(await api.case_officer.post(answer, json={"answer": "accepted"}), 409, "request-already-answered")
    ok(await api.case_officer.post(path, json=another))
    assert len(ok(await api.case_officer.get(path), 200)["items"]) == 2


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
async def test_refuses_a_grant(
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
    before = await counted(connection)
    refused(await api.case_officer.post("/v1/decisions", json=body | decided), 409, code)
    assert await counted(connection) == before


async def test_grants_medication_tasks_with_an_agreement_and_a_temporary_place_with_a_last_day(api: Api) -> None:
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


async def test_a_grant_needs_an_accepted_request_of_this_application(api: Api) -> None:
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


async def test_decides_an_application_once(api: Api) -> None:
    """D6: final, whether granted or rejected."""
    await steps.law(api)
    provider_id = await steps.provider(api)
    body = await steps.ready_to_grant(api, provider_id)
    reject = {
        "kind": "reject",
        "decided_on": "2022-01-11",
        "legal_basis": steps.LEGAL_BASIS,
        "application_id": body["application_id"],
        "reason": "Trekt.",
    }
    made = ok(await api.case_officer.post("/v1/decisions", json=reject))
    assert (made["placement_id"], made["budget"]) == (None, None)
    refused(await api.case_officer.post("/v1/decisions", json=body), 409, "application-closed")
    refused(await api.case_officer.post("/v1/decisions", json=reject), 409, "application-closed")
    more = {"provider_id": provider_id, "sent_on": "2022-01-12"}
    path = f"/v1/applications/{body['application_id']}/requests"
    refused(await api.case_officer.post(path, json=more), 409, "application-closed")
    path = f"/v1/decisions/{made['id']}"
    for method in ("PUT", "PATCH", "DELETE"):
        assert (await api.case_officer.request(method, path, json={})).status_code == 405


async def test_a_decision_names_its_legal_basis(api: Api) -> None:
    """D2: recorded on every decision, and shown with it."""
    await steps.law(api)
    body = await steps.ready_to_grant(api, await steps.provider(api))
    for missing in ({key: value for key, value in body.items() if key != "legal_basis"}, body | {"legal_basis": " "}):
        problem = refused(await api.case_officer.post("/v1/decisions", json=missing), 422, "validation")
        assert problem["errors"][0]["pointer"] == "#/legal_basis"
    made = ok(await api.case_officer.post("/v1/decisions", json=body))
    assert ok(await api.case_officer.get(f"/v1/decisions/{made['id']}"), 200)["legal_basis"] == steps.LEGAL_BASIS


async def test_only_the_case_office_decides(api: Api) -> None:
    """D3."""
    body = steps.grant(steps.LEGAL_BASIS, "")
    for client in (api.epj, api.finance, api.auditor, api.service("habilitation"), api.provider("310300403")):
        assert (await client.post("/v1/decisions", json=body)).status_code == 403


async def test_two_places_of_one_person_do_not_overlap(api: Api, connection: AsyncConnection) -> None:
    """L1: the last day of one and the first of the next are neighbours, not the same."""
    await steps.law(api)
    provider_id = await steps.provider(api)
    person = await steps.participant(api)
    old = steps.legacy(person, provider_id, ends_on="2022-06-30")
    ok(await api.case_officer.post("/v1/placements", json=old))
    body = await steps.ready_to_grant(api, provider_id, person)
    before = await counted(connection)
    overlapping = body | {"starts_on": "2022-06-30"}
    refused(await api.case_officer.post("/v1/decisions", json=overlapping), 409, "placement-overlap")
    assert await counted(connection) == before
    ok(await api.case_officer.post("/v1/decisions", json=body))


async def test_capacity_holds_on_every_day(api: Api) -> None:
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


async def test_legacy_terms_are_for_places_from_before_the_guideline(api: Api) -> None:
    """L2."""
    provider_id = await steps.provider(api)
    ok(await api.case_officer.post("/v1/guideline-versions", json=steps.GUIDELINE))
    body = steps.legacy(await steps.participant(api), provider_id)
    late = body | {"starts_on": "2022-01-01"}
    refused(await api.case_officer.post("/v1/placements", json=late), 409, "legacy-after-guideline")
    ok(await api.case_officer.post("/v1/placements", json=body | {"starts_on": "2021-12-31"}))
    backwards = body | {"ends_on": "2020-12-31"}
    refused(await api.case_officer.post("/v1/placements", json=backwards), 422, "validation")
    refused(await api.case_officer.post("/v1/placements", json=body | {"terms": "standard"}), 422, "validation")


async def test_a_place_decided_before_the_guideline_is_legacy_though_it_begins_after_it(api: Api) -> None:
    """L2: such a grant is refused, and the place is recorded as `legacy`; its clock begins on its first day (M)."""
    await steps.law(api)
    provider_id = await steps.provider(api)
    days = {"decided_on": "2021-12-31", "starts_on": "2022-02-01"}
    grant = await steps.ready_to_grant(api, provider_id) | days
    refused(await api.case_officer.post("/v1/decisions", json=grant), 409, "no-guideline-in-force")
    body = steps.legacy(await steps.participant(api), provider_id, monthly_price="20000.00")
    for late in ({"starts_on": "2022-02-01"}, days | {"decided_on": "2022-01-01"}):
        refused(await api.case_officer.post("/v1/placements", json=body | late), 409, "legacy-after-guideline")
    made = ok(await api.case_officer.post("/v1/placements", json=body | days))
    assert (made["terms"], made["decided_on"], made["monthly_price"]) == ("legacy", "2021-12-31", "20000.00")
    assert [(step["step"], step["on"]) for step in made["history"]] == [("recorded", None)]
    assert ok(await api.case_officer.get(f"/v1/placements/{made['id']}"), 200) == made
    assert await steps.forecast(api) == "220000.00"
    tasks = {"on": "2022-12-31", "placement_id": made["id"], "kind": "evaluation"}
    [task] = ok(await api.case_officer.get("/v1/tasks", params=tasks), 200)["items"]
    assert task["due_on"] == "2023-01-31"


async def test_what_a_body_names_must_be_there(api: Api) -> None:
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


async def test_two_grants_for_the_last_place(committed_api: Api) -> None:
    """P2: whoever comes second is told, however close they come."""
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


async def test_overlapping_grants_at_once(committed_api: Api) -> None:
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


async def test_a_decision_cannot_be_edited_behind_the_service(committed_api: Api) -> None:
    """D6: the service's own role has no right to."""
    database = committed_api.app.state.settings.database_url.replace("+asyncpg", "")
    connection = await asyncpg.connect(database)
    try:
        for statement in ("update decision set legal_basis = 'x'", "delete from decision", "truncate decision"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(statement)
    finally:
        await connection.close()


async def test_a_pointer_leads_through_the_body_alone(api: Api) -> None:
    """The kind of decision is no step on the way to its fields."""
    answer = await api.case_officer.post("/v1/decisions", json={"kind": "grant", "share": 0, "colour": "red"})
    pointers = {error["pointer"] for error in refused(answer, 422, "validation")["errors"]}
    assert pointers >= {"#/starts_on", "#/share", "#/colour"}
    bad = steps.grant("x", "y", medication_agreement={"agreed_on": "2022-02-30"})
    pointers = {error["pointer"] for error in (await api.case_officer.post("/v1/decisions", json=bad)).json()["errors"]}
    assert pointers >= {"#/application_id", "#/medication_agreement/agreed_on", "#/medication_agreement/reference"}
