"""Restriction of processing (G1, GDPR art. 18): stored, and neither shown nor changed by any operation."""

import io
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import httpx
import openpyxl
import pytest

from app import clock
from app.access_log.restrictions import UNSTOPPED
from app.http.content_negotiation import CSV, XLSX
from tests.conftest import Api
from tests.factories import absences, follow_up, steps, trust
from tests.factories.participants import SOLVEIG, upsert, upsert_path
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


async def test_what_is_put_is_stored_and_not_shown(api: Api) -> None:
    """Whoever puts a person by an id or a number is told that it was stored, and the EPJ which version it is."""
    contacts = [{"kind": "guardian", "name": "Torbjørn Lykt", "phone": "40000000", "email": None}]
    made = await upsert(api, "1", contacts=contacts, national_identity_number="23849150073")
    await restrict(api, made["id"])
    expected = {"id": made["id"], "given_name": "Avgrensa", "family_name": "handsaming", "restricted": True}
    numbered = SOLVEIG | {"national_identity_number": "23849150073"}
    for client, path in ((api.epj, upsert_path("1")), (api.case_officer, upsert_path("7", "other"))):
        shown = ok(await client.put(path, json=numbered | {"family_name": "Nes"}), 200)
        assert {name: value for name, value in shown.items() if not name.endswith("_at")} == expected
    tag = (await api.epj.put(upsert_path("1"), json=numbered | {"family_name": "Ness"})).headers["etag"]
    again = await api.epj.put(upsert_path("1"), json=numbered | {"family_name": "Nesse"}, headers={"If-Match": tag})
    assert again.status_code == 200, again.text
    ok(await api.case_officer.post(f"{path_of(made['id'])}/lifting", json=LIFTED), 200)
    stored = ok(await api.epj.get(f"/v1/participants/{made['id']}"), 200)
    assert (stored["family_name"], stored["contacts"]) == ("Nesse", contacts)


async def test_a_kept_answer_shows_nobody_who_is_restricted(api: Api) -> None:
    person, headers = await steps.participant(api), {"Idempotency-Key": "samtykke-1"}
    consent = {"given_by": "participant", "given_on": "2022-07-01", "services": ["nav"]}
    path = f"/v1/participants/{person}/consents"
    ok(await api.case_officer.post(path, json=consent, headers=headers))
    await restrict(api, person)
    answer = await api.case_officer.post(path, json=consent, headers=headers)
    assert answer.status_code in (410, 423)
    assert "given_on" not in answer.text


async def test_a_kept_answer_about_a_merged_record_shows_nobody_either(api: Api) -> None:
    """It was about the record that the merge took away."""
    headers = {"Idempotency-Key": "registrering-1"}
    gone = ok(await api.case_officer.post("/v1/participants", json=SOLVEIG, headers=headers))["id"]
    kept = ok(await api.case_officer.post("/v1/participants", json=SOLVEIG))["id"]
    ok(await api.case_officer.post(f"/v1/participants/{kept}/merge", json={"duplicate_id": gone}), 200)
    await restrict(api, kept)
    answer = await api.case_officer.post("/v1/participants", json=SOLVEIG, headers=headers)
    refused(answer, 410, "erased")
    assert SOLVEIG["given_name"] not in answer.text


FILES = ("/v1/absences", "/v1/service-hours", "/v1/tasks.ics")


@pytest.mark.parametrize("path", FILES)
async def test_files_leave_the_person_out_as_lists_do(world: World, api: Api, path: str) -> None:
    """A file of everybody is not refused because of one, and the log has the others."""
    other = world.ids["b"]
    for accept in ("text/calendar",) if path.endswith(".ics") else (CSV, XLSX):
        answer = await api.case_officer.get(path, headers={"Accept": accept})
        assert answer.status_code == 200, answer.text
        shown = read_text(answer.content) if accept == XLSX else answer.text.replace("\r\n ", "")
        assert not [id_ for kind, id_ in world.ids["a"].items() if kind not in NOBODYS and id_ in shown]
        assert any(id_ in shown for id_ in other.values())
        action = ok(await api.auditor.get("/v1/access-log", params={"limit": 1, "outcome": "allowed"}), 200)["items"][0]
        assert (action["route"], action["participant_id"]) == (path, other["participant_id"])


async def test_a_calendar_leaves_the_meeting_on_a_notice_out(api: Api) -> None:
    """L4: it is a task of the place, and the place is the person's."""
    await steps.law(api)
    provider = await steps.provider(api)
    places = [await steps.placed(api, provider) for _ in range(2)]
    for place in places:
        ok(await api.case_officer.post(f"/v1/placements/{place}/notices", json=steps.notice(TODAY)))
    person = ok(await api.case_officer.get(f"/v1/placements/{places[0]}"), 200)["participant_id"]
    await restrict(api, person)
    answer = await api.case_officer.get("/v1/tasks.ics", params={"kind": "notice_meeting"})
    assert answer.status_code == 200, answer.text
    shown = answer.text.replace("\r\n ", "")
    assert [place in shown for place in places] == [False, True]


def read_text(content: bytes) -> str:
    """Every cell of a spreadsheet."""
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert sheet is not None
    return " ".join(str(cell) for row in sheet.values for cell in row)


async def test_a_calendar_that_is_followed_leaves_the_person_out(world: World, api: Api) -> None:
    """Its entries have no names: it has as many as the list."""
    address = ok(await api.case_officer.post("/v1/calendar-subscriptions", json={}))["url"]
    entries = (await api.anonymous.get(address)).text.count("BEGIN:VEVENT")
    assert entries == len(ok(await api.case_officer.get("/v1/tasks", params={"limit": 200}), 200)["items"]) > 0
    ok(await api.case_officer.post(f"{path_of(world.ids['a']['participant_id'])}/lifting", json=LIFTED), 200)
    assert (await api.anonymous.get(address)).text.count("BEGIN:VEVENT") > entries


async def test_the_others_share_what_is_left(api: Api) -> None:
    """R8: nobody's share waits for a restriction to be lifted, and the person has none meanwhile."""
    await trust.open_year(api, "9000.00")
    one, other = await steps.participant(api), await steps.participant(api)
    applied = [await trust.apply(api, "6000.00", person) for person in (one, other)]
    path = "/v1/trust/years/2020/shares"
    both = ok(await api.grants_officer.post(path), 200)
    assert {row["application_id"] for row in both["by_percent"]} == set(applied)
    await restrict(api, one)
    alone = ok(await api.grants_officer.post(path), 200)
    assert (alone["asked"], alone["short"]) == ("6000.00", "0.00")
    for shares in (alone["by_percent"], alone["by_ceiling"]):
        assert shares == [{"application_id": applied[1], "amount": "6000.00"}]


async def test_a_refusal_that_rests_on_the_data_is_the_restriction(world: World, api: Api) -> None:
    """G1: whatever the code of the refusal, and where a list names the person: its sentence would tell of the data."""
    own, other = world.ids["a"], world.ids["b"]
    trip = {"starts_on": "2022-06-24", "ends_on": "2022-06-28", "application_ids": [own["trip_application_id"]]}
    early = {"decided_on": "1999-01-01"}
    tag = (await api.grants_officer.get(f"/v1/trips/{other['trip_id']}")).headers["etag"]
    both = {"application_ids": [other["trip_application_id"], own["trip_application_id"]]}
    asked: tuple[tuple[str, str, Any], ...] = (
        # On another trip those days; after the trip; before the application; before the decision that it ends.
        ("POST", "/v1/trips", trip),
        ("PATCH", f"/v1/trips/{other['trip_id']}", both),
        ("POST", f"/v1/trust/applications/{own['trust_application_id']}/decision", trust.reject(**early)),
        ("POST", "/v1/decisions", steps.grant(own["application_id"], own["request_id"], **early)),
        ("POST", "/v1/decisions", steps.end(own["placement_id"], "1999-01-01", **early)),
    )
    faults = []
    for method, path, body in asked:
        answer = await api.case_officer.request(method, path, json=body, headers={"If-Match": tag})
        if answer.status_code != 423 or answer.json()["participant_id"] != own["participant_id"]:
            faults.append(f"{method} {path}: {answer.text}")
    assert faults == []
    # The other person's is told as before.
    trip |= {"application_ids": [other["trip_application_id"]]}
    refused(await api.grants_officer.post("/v1/trips", json=trip), 422, "validation")


@pytest.mark.parametrize("headers", [{"X-Access-Reason": "nysgjerrig"}, {"X-Access-Reference": "2022/1"}])
async def test_what_is_asked_in_a_wrong_form_tells_of_nobody(api: Api, headers: dict[str, str]) -> None:
    """A reason that is none is refused alike, whoever has the number; asked rightly, the restriction is told."""
    numbers = "23849150073", "10915596784"
    people = [await steps.participant(api, national_identity_number=number) for number in numbers]
    await restrict(api, people[0])
    told = []
    for number in numbers:
        body = {"national_identity_number": number}
        answer = await api.case_officer.post("/v1/participants/lookup", json=body, headers=headers)
        problem = refused(answer, 422, "validation")
        told.append({name: value for name, value in problem.items() if name != "request_id"})
    assert told[0] == told[1]
    for asked in ({}, {"X-Access-Reason": "case"}):
        body = {"national_identity_number": numbers[0]}
        answer = await api.case_officer.post("/v1/participants/lookup", json=body, headers=asked)
        assert refused(answer, 423, "restricted")["participant_id"] == people[0]
