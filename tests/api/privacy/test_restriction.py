"""Restriction of processing (G1, GDPR art. 18): stored, and neither shown nor changed by any operation."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import httpx
import pytest

from app import clock
from app.access_log.restrictions import UNSTOPPED
from tests.conftest import Api
from tests.factories import absences, follow_up, steps
from tests.factories.steps import ok, refused
from tests.factories.world import GLOEDE, World, build
from tests.http.operations import Operation, bodies, operations
from tests.security.test_matrix import address, body_ids, path_ids

REASON = {"reason": "Personen meiner at opplysningane er feil."}
LIFTED = {"reason": "Opplysningane er retta."}
CALLERS = ("officer", "provider_a", "habilitation", "epj", "grants_officer")
# Ids of what is about one person, and not the enterprise.
NOBODYS = {"provider_id"}
ACCOUNTS = ("/v1/budgets", "/v1/invoices", "/v1/exports", "/v1/statistics")
# Ids alone, of the fund those of trips: whoever follows one up meets the restriction.
THIN = {"list_events", "stream_events", "list_trip_fund_entries"}
TODAY = clock.today().isoformat()
# Where the document's own example is refused for something else first: `name_in` fills in the ids.
BODIES = {
    "record_legacy_placement": steps.legacy("", "", ends_on="2021-12-31"),
    "create_decision": steps.change("", decided_on=TODAY, valid_from=TODAY, share=50),
    "compute_decision_effect": steps.change("", decided_on=TODAY, valid_from=TODAY, share=50),
    "create_meeting": follow_up.meeting(""),
}


def looks_at_data(answer: httpx.Response) -> bool:
    """Whether an answer tells something of what is stored: a success, or a rule that what is stored breaks."""
    if answer.status_code < 400 or answer.status_code in (409, 412) or answer.status_code >= 500:
        return True
    return answer.status_code == 422 and answer.json()["type"] != "/problems/validation"


def path_of(person: str) -> str:
    return f"/v1/participants/{person}/restriction"


def list_examples(operation: Operation) -> list[Any]:
    """A body of each form that the operation takes, else none."""
    return [None] if operation.json_schema is None else list(bodies(operation.json_schema))


def name_in(body: Any, ids: Mapping[str, str]) -> Any:
    """The body with these ids in each field that is one's."""
    if isinstance(body, list):
        return [name_in(part, ids) for part in body]
    if not isinstance(body, dict):
        return body
    known = {**ids, "duplicate_id": ids["participant_id"]}
    return {field: known.get(field, name_in(value, ids)) for field, value in body.items()}


async def read_held(api: Api, ids: Mapping[str, str]) -> Any:
    """Everything that is stored about the person."""
    return ok(await api.case_officer.get(f"/v1/participants/{ids['participant_id']}/export"), 200)["held"]


async def restrict(api: Api, person: str) -> dict[str, Any]:
    made: dict[str, Any] = ok(await api.person("case_officer", "kari").post(path_of(person), json=REASON))
    return made


@pytest.fixture
async def world(api: Api) -> World:
    """Two people, the first of whom is restricted."""
    built = await build(api)
    await restrict(api, built.ids["a"]["participant_id"])
    return built


async def test_set_and_lifted_with_reasons(api: Api) -> None:
    person = await steps.participant(api)
    path = f"/v1/participants/{person}"
    made = await restrict(api, person)
    assert (made["reason"], made["restricted_by"], made["lifted_at"]) == (REASON["reason"], "person:kari", None)
    refused(await api.case_officer.post(path_of(person), json=REASON), 409, "already-restricted")
    problem = refused(await api.case_officer.get(path), 423, "restricted")
    assert problem["participant_id"] == person
    (listed,) = ok(await api.case_officer.get("/v1/participants"), 200)["items"]
    assert (listed["id"], listed["restricted"], listed["given_name"]) == (person, True, "Avgrensa")
    assert "birth_date" not in listed
    lifted = ok(await api.case_officer.post(f"{path_of(person)}/lifting", json=LIFTED), 200)
    assert (lifted["lifted_reason"], lifted["lifted_by"]) == (LIFTED["reason"], "person:case_officer")
    refused(await api.case_officer.post(f"{path_of(person)}/lifting", json=LIFTED), 409, "not-restricted")
    shown = ok(await api.case_officer.get(path), 200)
    assert (shown["restricted"], shown["given_name"]) == (False, "Sprek")
    await restrict(api, person)
    assert len(ok(await api.case_officer.get(f"{path}/restrictions"), 200)["items"]) == 2


@pytest.mark.parametrize("body", [{}, {"reason": ""}, {"reason": " "}, {"reason": "x" * 501}, {"reason": 1}])
async def test_a_reason_is_asked_for(api: Api, body: dict[str, Any]) -> None:
    person = await steps.participant(api)
    refused(await api.case_officer.post(path_of(person), json=body), 422, "validation")
    await restrict(api, person)
    refused(await api.case_officer.post(f"{path_of(person)}/lifting", json=body), 422, "validation")
    refused(await api.case_officer.get(f"/v1/participants/{person}"), 423, "restricted")


async def test_the_case_office_alone_sets_it(api: Api) -> None:
    person = await steps.participant(api)
    for client in (api.epj, api.finance, api.auditor, api.provider(GLOEDE), api.service("habilitation")):
        refused(await client.post(path_of(person), json=REASON), 403, "role-required")
    refused(await api.case_officer.post(path_of(str(uuid4())), json=REASON), 404, "not-found")
    assert ok(await api.case_officer.get(f"/v1/participants/{person}"), 200)["restricted"] is False


async def test_no_operation_shows_the_person(world: World) -> None:
    """Neither alone nor in a list; the other person is in the lists as before."""
    own, other = world.ids["a"], world.ids["b"]
    marks = {"Aslaug", *(id_ for kind, id_ in own.items() if kind not in NOBODYS)}
    faults: list[str] = []
    seen = 0
    for operation in operations():
        if operation.method != "GET" or not operation.path.startswith("/v1/"):
            continue
        if operation.details["operationId"] in UNSTOPPED.keys() | THIN or operation.path.startswith(ACCOUNTS):
            continue
        named = [kind for kind in path_ids(operation) if kind not in NOBODYS and kind in own]
        for caller in CALLERS:
            answer = await world.callers[caller].get(address(operation, own))
            where = f"{operation.name} as {caller}: {answer.status_code}"
            if answer.status_code >= 500 or (named and answer.is_success):
                faults.append(where)
            elif answer.is_success and (shown := [mark for mark in marks if mark in answer.text]):
                faults.append(f"{where} shows {shown}")
            elif answer.status_code == 423 and not named:
                faults.append(f"{where} for others too")
            seen += answer.is_success and not named and any(id_ in answer.text for id_ in other.values())
    assert faults == [], "\n".join(faults)
    assert seen > 5


async def test_no_operation_changes_the_person(world: World, api: Api) -> None:
    own = world.ids["a"]
    before = await read_held(api, own)
    faults: list[str] = []
    stopped = 0
    for operation in operations():
        named = [kind for kind in path_ids(operation) if kind not in NOBODYS and kind in own]
        if operation.method == "GET" or not named or operation.details["operationId"] in UNSTOPPED:
            continue
        for body in list_examples(operation):
            for caller in CALLERS:
                headers = {"If-Match": '"x"'} if operation.method == "PATCH" else {}
                answer = await world.callers[caller].request(
                    operation.method, address(operation, own), json=body, headers=headers
                )
                stopped += answer.status_code == 423
                if looks_at_data(answer):
                    faults.append(f"{operation.name} as {caller}: {answer.status_code} {answer.text[:200]}")
    assert faults == [], "\n".join(faults)
    assert stopped > 5
    assert await read_held(api, own) == before


async def test_no_operation_takes_a_body_that_names_the_person(world: World, api: Api) -> None:
    """G1: also where the address names nobody, or another person. Every such operation is stopped as such."""
    own, other = world.ids["a"], world.ids["b"]
    before = await read_held(api, own)
    faults: list[str] = []
    stopped: set[str] = set()
    asked: set[str] = set()
    for operation in operations():
        kinds = [kind for kind in body_ids(operation) if kind not in NOBODYS and kind in own.keys() | {"duplicate_id"}]
        if operation.path.startswith(ACCOUNTS) or operation.details["operationId"] in UNSTOPPED or not kinds:
            continue
        asked.add(operation.name)
        for body in [*list_examples(operation), BODIES.get(operation.details["operationId"])]:
            named = name_in(body, own)
            if named == body:
                # Another form of it, which is of nobody.
                continue
            for caller in CALLERS:
                answer = await world.callers[caller].request(operation.method, address(operation, other), json=named)
                if looks_at_data(answer):
                    faults.append(f"{operation.name} as {caller}: {answer.status_code} {answer.text[:200]}")
                if answer.status_code == 423:
                    assert answer.json()["participant_id"] == own["participant_id"]
                    stopped.add(operation.name)
    assert faults == [], "\n".join(faults)
    assert asked == stopped
    assert await read_held(api, own) == before


async def test_nobody_is_merged_with_the_person(api: Api) -> None:
    """G1: neither as the one that stays nor as the duplicate."""
    one, other = await steps.participant(api), await steps.participant(api)
    await restrict(api, one)
    for kept, gone in ((one, other), (other, one)):
        merged = await api.case_officer.post(f"/v1/participants/{kept}/merge", json={"duplicate_id": gone})
        assert refused(merged, 423, "restricted")["participant_id"] == one
    ok(await api.case_officer.get(f"/v1/participants/{other}"), 200)


async def test_the_persons_own_rights_the_auditor_and_the_accounts_go_on(world: World, api: Api) -> None:
    own = world.ids["a"]
    path = f"/v1/participants/{own['participant_id']}"
    for end in ("export", "access-copy", "access-log", "restrictions"):
        ok(await api.case_officer.get(f"{path}/{end}"), 200)
    entries = ok(await api.auditor.get("/v1/access-log", params={"participant_id": own["participant_id"]}), 200)[
        "items"
    ]
    assert {"restrict_participant", "export_participant"} <= {entry["action"] for entry in entries}
    (found,) = ok(await api.auditor.get("/v1/participants", params={"name": "Aslaug"}), 200)["items"]
    assert found["id"] == own["participant_id"]
    costs = ok(await api.finance.get("/v1/budgets/2022/costs", params={"by": "placement"}), 200)
    assert own["placement_id"] in {row["placement_id"] for row in costs["items"]}
    # A refusal is in the log, as of one who asked.
    refused(await api.case_officer.get(path), 423, "restricted")
    latest = ok(await api.auditor.get("/v1/access-log", params={"outcome": "denied"}), 200)["items"][0]
    assert (latest["action"], latest["participant_id"]) == ("read_participant", own["participant_id"])


async def test_what_a_system_sends_is_stored(world: World, api: Api) -> None:
    """Nothing that is sent meanwhile is lost: it is there when the restriction is lifted."""
    own = world.ids["a"]
    item = absences.item(own["placement_id"], external_id="F-9", **{"from": "2022-09-05", "to": "2022-09-05"})
    pushed = await api.provider(GLOEDE).post("/v1/absences/batch", json={"items": [item]})
    assert ok(pushed, 200)["accepted"] == 1
    ok(await api.case_officer.post(f"{path_of(own['participant_id'])}/lifting", json=LIFTED), 200)
    held = ok(await api.case_officer.get("/v1/absences", params={"placement_id": own["placement_id"]}), 200)["items"]
    assert "F-9" in {one["external_id"] for one in held}


async def test_a_kept_answer_shows_nobody_who_is_restricted(api: Api) -> None:
    person, headers = await steps.participant(api), {"Idempotency-Key": "samtykke-1"}
    consent = {"given_by": "participant", "given_on": "2022-07-01", "services": ["nav"]}
    path = f"/v1/participants/{person}/consents"
    ok(await api.case_officer.post(path, json=consent, headers=headers))
    await restrict(api, person)
    answer = await api.case_officer.post(path, json=consent, headers=headers)
    assert answer.status_code in (410, 423)
    assert "given_on" not in answer.text
