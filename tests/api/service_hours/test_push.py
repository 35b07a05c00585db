"""S3: the EPJ pushes hours of services; the highest revision wins, and no hour is counted twice. S5: norms."""

import json
from typing import Any

import pytest

from app.clock import new_id
from tests.conftest import Api
from tests.factories import hours, steps
from tests.factories.hours import BATCH, item, push
from tests.factories.steps import ok
from tests.http.operations import NOBODY

LIST = "/v1/service-hours"


async def listed(api: Api, **query: Any) -> list[dict[str, Any]]:
    """The hours that match, as the case office reads them."""
    found: list[dict[str, Any]] = ok(await api.case_officer.get(LIST, params=query), 200)["items"]
    return found


async def test_hours_are_stored_once_and_read_as_they_were_sent(api: Api) -> None:
    await hours.service_type(api)
    person = await steps.participant(api)
    sent = item(person, external_id="T-1")
    [created] = await push(api, sent)
    [again] = await push(api, sent)
    assert (created["status"], again["status"]) == ("created", "unchanged")
    assert created["service_hours_id"] == again["service_hours_id"]
    [found] = await listed(api, participant_id=person)
    assert {name: found[name] for name in sent} == sent
    assert found["external_system"] == "profil"
    one = ok(await api.epj.get(f"{LIST}/{found['id']}"), 200)
    assert one == found


async def test_the_highest_revision_wins_in_any_order_and_the_earlier_ones_are_kept(api: Api) -> None:
    await hours.service_type(api)
    person = await steps.participant(api)
    first = item(person, external_id="T-1", decided_hours="9.00")
    third = first | {"revision": 3, "decided_hours": "11.00", "to": None}
    late = first | {"revision": 2, "decided_hours": "10.00"}
    assert [result["status"] for result in await push(api, first, third, late)] == ["created", "updated", "unchanged"]
    [changed] = await push(api, first | {"revision": 4, "decided_hours": "12.00"})
    assert changed["status"] == "updated"
    [found] = await listed(api, participant_id=person)
    assert (found["revision"], found["decided_hours"], found["to"]) == (4, "12.00", "2022-12-31")
    earlier = ok(await api.case_officer.get(f"{LIST}/{found['id']}/revisions"), 200)["items"]
    assert [(one["revision"], one["decided_hours"], one["to"]) for one in earlier] == [(3, "11.00", None)]
    assert earlier[0]["recorded_at"] <= found["recorded_at"]
    [conflict] = await push(api, first | {"revision": 4, "decided_hours": "13.00"}, status=207)
    assert conflict["status"] == "conflict"
    assert conflict["problem"]["type"] == "/problems/service-hours-revision-conflict"


async def test_the_case_office_mends_what_the_epj_pushed_and_nobody_else_does(api: Api) -> None:
    """S3: both push and read; finance, management, providers and services do neither."""
    await hours.service_type(api)
    person = await steps.participant(api)
    sent = item(person, external_id="T-1")
    await push(api, sent)
    mended = {"items": [sent | {"revision": 2, "decided_hours": "9.50"}]}
    for client in (api.finance, api.manager, api.auditor, api.service("habilitation"), api.provider("310300403")):
        assert (await client.post(BATCH, json=mended)).status_code == 403
        assert (await client.get(LIST)).status_code == 403
    [result] = ok(await api.case_officer.post(BATCH, json=mended), 200)["items"]
    assert result["status"] == "updated"
    for client in (api.epj, api.case_officer):
        [found] = ok(await client.get(LIST), 200)["items"]
        assert (found["revision"], found["decided_hours"]) == (2, "9.50")


async def test_what_is_cancelled_stays_cancelled_and_gives_its_days_away(api: Api) -> None:
    await hours.service_type(api)
    person = await steps.participant(api)
    first = item(person, external_id="T-1")
    assert [one["status"] for one in await push(api, first, first | {"revision": 2, "cancelled": True})] == [
        "created",
        "cancelled",
    ]
    [again] = await push(api, first | {"revision": 3, "cancelled": False})
    assert again["status"] == "cancelled"
    [other] = await push(api, item(person, external_id="T-2"))
    assert other["status"] == "created"


async def test_hours_of_one_person_and_service_never_overlap(api: Api) -> None:
    await hours.service_type(api)
    await hours.service_type(api, "respite", name="Avlasting")
    person = await steps.participant(api)
    autumn = item(person, external_id="T-1")
    [_, overlapping, other_service, after] = await push(
        api,
        autumn,
        item(person, external_id="T-2", **{"from": "2022-12-31", "to": None}),
        item(person, external_id="T-3", service_type="respite"),
        item(person, external_id="T-4", **{"from": "2023-01-01", "to": None}),
        status=207,
    )
    assert overlapping["status"] == "rejected"
    assert overlapping["problem"]["type"] == "/problems/service-hours-overlap"
    assert overlapping["problem"]["errors"][0]["pointer"] == "#/items/1/from"
    assert (other_service["status"], after["status"]) == ("created", "created")
    # One gives up days that the other takes, in the same push.
    shorter = autumn | {"revision": 2, "to": "2022-10-31"}
    longer = item(person, external_id="T-4", revision=2, **{"from": "2022-11-01", "to": None})
    assert [one["status"] for one in await push(api, shorter, longer)] == ["updated", "updated"]


WRONG: tuple[tuple[str, Any, str, str], ...] = (
    ("assessed_hours", "-0.50", "validation", "assessed_hours"),
    ("decided_hours", "168.01", "validation", "decided_hours"),
    ("delivered_hours", "1000.00", "validation", "delivered_hours"),
    ("delivered_hours", 9, "validation", "delivered_hours"),
    ("decided_hours", "9.5", "validation", "decided_hours"),
    ("decided_hours", "NaN", "validation", "decided_hours"),
    ("to", "2022-08-31", "validation", "to"),
    ("from", "2022-02-30", "validation", "from"),
    ("need_grade", "4", "validation", "need_grade"),
    ("service_type", "unknown_service", "service-type-unknown", "service_type"),
    ("service_type", "Home Help", "validation", "service_type"),
    ("participant_id", str(NOBODY), "not-found", "participant_id"),
    ("participant_id", "somebody", "validation", "participant_id"),
    ("revision", -1, "validation", "revision"),
    ("external_id", "", "validation", "external_id"),
    ("external_id", "15817000190", "identity-number-in-text", "external_id"),
    ("tool", "IPLOS 15817000190", "identity-number-in-text", "tool"),
    ("assessed_on", "2099-01-01", "validation", "assessed_on"),
    ("cancelled", "no", "validation", "cancelled"),
    ("score", 3, "validation", "score"),
)


@pytest.mark.parametrize(("field", "value", "problem", "pointer"), WRONG)
async def test_a_wrong_item_is_refused_by_itself(api: Api, field: str, value: Any, problem: str, pointer: str) -> None:
    await hours.service_type(api)
    person = await steps.participant(api)
    refused, stored = await push(
        api, item(person, external_id="T-1") | {field: value}, item(person, external_id="T-2"), status=207
    )
    assert refused["status"] == "rejected"
    assert refused["problem"]["type"] == f"/problems/{problem}"
    assert refused["problem"]["errors"][0]["pointer"] == f"#/items/0/{pointer}"
    assert stored["status"] == "created"
    assert [one["external_id"] for one in await listed(api, participant_id=person)] == ["T-2"]


async def test_an_item_without_hours_or_grade_says_nothing(api: Api) -> None:
    await hours.service_type(api)
    person = await steps.participant(api)
    empty = item(person, assessed_hours=None, decided_hours=None, delivered_hours=None, need_grade=None)
    [refused] = await push(api, empty, status=207)
    assert refused["problem"]["errors"][0]["pointer"] == "#/items/0/assessed_hours"
    [graded] = await push(api, empty | {"need_grade": "extensive"})
    assert graded["status"] == "created"


async def test_all_or_nothing_stores_nothing_when_one_is_refused(api: Api) -> None:
    await hours.service_type(api)
    person = await steps.participant(api)
    items = [item(person, external_id="T-1"), item(person, external_id="T-2", decided_hours="169.00")]
    answer = await api.epj.post(BATCH, params={"mode": "atomic"}, json={"items": items})
    assert answer.status_code == 422
    assert answer.json()["type"] == "/problems/batch-refused"
    assert answer.json()["errors"][0]["pointer"] == "#/items/1/decided_hours"
    assert await listed(api, participant_id=person) == []


async def test_ndjson_and_csv_say_the_same(api: Api) -> None:
    await hours.service_type(api)
    one, two = await steps.participant(api), await steps.participant(api, given_name="Grøn")
    lines = "\n".join([json.dumps(item(one, external_id="T-1")), "{", json.dumps(item(two, external_id="T-2"))])
    answer = await api.epj.post(BATCH, content=lines, headers={"Content-Type": "application/x-ndjson"})
    assert [result["status"] for result in ok(answer, 207)["items"]] == ["created", "rejected", "created"]
    table = (
        "external_id;revision;participant_id;service_type;from;to;assessed_hours;decided_hours;cancelled\r\n"
        f"T-3;1;{one};home_help;01.01.2023;;8,00;7,50;\r\n"
        f"T-4;1;{one};home_help;31.12.2022\r\n"
        f"T-5;1;{two};home_help;01.01.2023;31.12.2022;8,00;7,50;false\r\n"
    )
    answer = await api.epj.post(BATCH, content=table.encode(), headers={"Content-Type": "text/csv"})
    found = ok(answer, 207)["items"]
    assert [result["status"] for result in found] == ["created", "rejected", "rejected"]
    assert found[2]["problem"]["errors"][0]["pointer"] == "#/items/2/to"
    [stored] = [one for one in await listed(api, participant_id=one) if one["external_id"] == "T-3"]
    assert (stored["from"], stored["to"]) == ("2023-01-01", None)
    assert (stored["assessed_hours"], stored["decided_hours"], stored["delivered_hours"]) == ("8.00", "7.50", None)


async def test_lists_are_filtered_and_are_files_too(api: Api) -> None:
    await hours.service_type(api)
    await hours.service_type(api, "respite", name="Avlasting")
    person = await steps.participant(api)
    await push(
        api,
        item(person, external_id="T-1"),
        item(person, external_id="T-2", **{"from": "2023-01-01", "to": None}),
        item(person, external_id="T-3", service_type="respite"),
    )
    assert [one["external_id"] for one in await listed(api, service_type="respite")] == ["T-3"]
    assert [one["external_id"] for one in await listed(api, **{"from": "2023-06-01"})] == ["T-2"]
    assert {one["external_id"] for one in await listed(api, to="2022-12-31")} == {"T-1", "T-3"}
    table = await api.case_officer.get(LIST, headers={"Accept": "text/csv"})
    rows = table.content.decode("utf-8-sig").splitlines()
    assert rows[0].startswith("Fagsystem;Ekstern id;Revisjon")
    assert sorted(row.split(";")[1] for row in rows[1:]) == ["T-1", "T-2", "T-3"]
    assert (await api.case_officer.get(LIST, params={"from": "2023-01-01", "to": "2022-01-01"})).status_code == 422


async def test_a_push_is_an_event_and_is_in_the_access_log(quiet_api: Api) -> None:
    api = quiet_api
    await hours.service_type(api)
    person = await steps.participant(api)
    await push(api, item(person, external_id="T-1"), item(str(new_id())), status=207)
    await push(api, item(person, external_id="T-1"))
    events = ok(await api.case_officer.get("/v1/events", params={"limit": 200}), 200)["items"]
    [pushed] = [one for one in events if one["type"].endswith("service_hours.pushed")]
    assert pushed["data"] == {"created": 1, "updated": 0, "cancelled": 0}
    assert person not in json.dumps(pushed)
    log = ok(await api.auditor.get("/v1/access-log", params={"participant_id": person}), 200)["items"]
    assert "push_service_hours" in {line["action"] for line in log}


async def test_hours_of_a_merged_person_follow_to_the_other(api: Api) -> None:
    await hours.service_type(api)
    kept, twice = await steps.participant(api), await steps.participant(api)
    await push(api, item(twice, external_id="T-1"))
    await push(api, item(twice, external_id="T-1", revision=2, decided_hours="1.00"))
    ok(await api.case_officer.post(f"/v1/participants/{kept}/merge", json={"duplicate_id": twice}), 200)
    [found] = await listed(api, participant_id=kept)
    assert found["participant_id"] == kept
    # The EPJ goes on to name the one that it knows.
    [result] = await push(api, item(twice, external_id="T-2", **{"from": "2023-01-01"}, to=None))
    assert result["status"] == "created"
    assert {one["external_id"] for one in await listed(api, participant_id=kept)} == {"T-1", "T-2"}


async def test_two_with_hours_on_one_day_are_not_merged(api: Api) -> None:
    await hours.service_type(api)
    kept, twice = await steps.participant(api), await steps.participant(api)
    await push(api, item(twice, external_id="T-1"), item(kept, external_id="T-2"))
    answer = await api.case_officer.post(f"/v1/participants/{kept}/merge", json={"duplicate_id": twice})
    assert answer.status_code == 409
    assert answer.json()["type"] == "/problems/service-hours-overlap"


async def test_a_restriction_hides_hours_and_lets_a_push_through(api: Api) -> None:
    await hours.service_type(api)
    person = await steps.participant(api)
    await push(api, item(person, external_id="T-1"))
    reason = {"reason": "Er usamd i opplysningane."}
    ok(await api.case_officer.post(f"/v1/participants/{person}/restriction", json=reason))
    assert await listed(api) == []
    [result] = await push(api, item(person, external_id="T-1", revision=2, decided_hours="1.00"))
    assert result["status"] == "updated"


async def test_the_export_and_the_erasure_of_a_person_hold_the_hours(api: Api) -> None:
    await hours.service_type(api)
    person = await steps.participant(api)
    await push(api, item(person, external_id="T-1", **{"from": "1990-01-01", "to": "1990-12-31"}))
    await push(api, item(person, external_id="T-1", revision=2, **{"from": "1990-01-01", "to": "1990-06-30"}))
    export = ok(await api.case_officer.get(f"/v1/participants/{person}/export"), 200)
    assert [row["ends_on"] for row in export["held"]["service_hours"]] == ["1990-06-30"]
    assert [row["ends_on"] for row in export["held"]["service_hours_revisions"]] == ["1990-12-31"]


async def test_kinds_of_service_have_norms_with_their_source(api: Api) -> None:
    path = "/v1/service-types"
    body = {"code": "home_help", "name": "Heimehjelp", "hours_per_full_time_equivalent": "35.50"}
    bare = await api.case_officer.post(path, json=body)
    assert bare.json()["type"] == "/problems/norm-without-source"
    assert bare.json()["errors"][0]["pointer"] == "#/norm_source"
    made = ok(await api.case_officer.post(path, json=body | {"norm_source": "Avtalen"}))
    assert made["cost_per_hour"] is None
    again = await api.case_officer.post(path, json=body | {"norm_source": "Avtalen"})
    assert again.json()["type"] == "/problems/service-type-exists"
    one = f"{path}/{made['id']}"
    fresh = {"If-Match": "*"}
    cost = {"cost_per_hour": "450.00", "cost_source": "Budsjett 2022"}
    changed = ok(await api.case_officer.patch(one, json=cost, headers=fresh), 200)
    assert (changed["hours_per_full_time_equivalent"], changed["cost_per_hour"]) == ("35.50", "450.00")
    halved = await api.case_officer.patch(one, json={"norm_source": None}, headers=fresh)
    assert halved.json()["type"] == "/problems/norm-without-source"
    [listed_type] = ok(await api.manager.get(path), 200)["items"]
    assert listed_type["cost_source"] == "Budsjett 2022"
