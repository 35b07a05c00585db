"""Nothing but what systems push is stored about somebody who has been erased (G3, GDPR art. 17)."""

from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from app.clock import new_id
from tests.api.privacy.test_restriction import BODIES, CALLERS, NOBODYS, list_examples, name_in, read_held
from tests.conftest import Api
from tests.factories import absences, follow_up, steps
from tests.factories.erasure import erase
from tests.factories.participants import SOLVEIG, patched, upsert, upsert_path
from tests.factories.steps import ok, refused
from tests.factories.world import GLOEDE, build
from tests.http.operations import operations
from tests.security.test_matrix import address, body_ids, path_ids

ACCOUNTS = ("/v1/budgets", "/v1/invoices", "/v1/exports", "/v1/statistics")
# What is pushed is stored without its texts (test_after_erasure.py).
EXCEPTED = {
    "request_erasure",
    "decide_erasure",
    "waive_task",
    "withdraw_task_waiver",
    "push_absences",
    "push_service_hours",
}
NOTE = "Merkjenotat"
ENDED = {"ends_on": "2022-12-31"}


@pytest.fixture
def no_retention(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing need be kept once a place has ended."""
    settings = api.app.state.settings.model_copy(update={"retention_years": 0})
    monkeypatch.setitem(api.app.state._state, "settings", settings)


async def erased_place(api: Api, *items: dict[str, Any]) -> tuple[str, str]:
    """A place that has ended of somebody who is erased, with these absences before; the person and the place."""
    await steps.law(api)
    provider_id = await steps.provider(api, organisation_number=GLOEDE)
    placement_id = await absences.placement(api, provider_id, **ENDED)
    person: str = ok(await api.case_officer.get(f"/v1/placements/{placement_id}"), 200)["participant_id"]
    if items:
        await absences.pushed(api.provider(GLOEDE), [one | {"placement_id": placement_id} for one in items])
    await erase(api, person)
    return person, placement_id


def absence(**changes: Any) -> dict[str, Any]:
    return absences.item(**{"placement_id": "", "first": "2022-10-04", "last": "2022-10-05", **changes})


@pytest.mark.usefixtures("no_retention")
async def test_an_absence_is_not_changed_by_hand(api: Api) -> None:
    _, placement_id = await erased_place(api, absence(note=NOTE))
    (held,) = ok(await api.case_officer.get("/v1/absences", params={"placement_id": placement_id}), 200)["items"]
    path, fresh = f"/v1/absences/{held['id']}", {"If-Match": "*"}
    answer = await api.provider(GLOEDE).patch(path, json={"note": NOTE}, headers=fresh)
    refused(answer, 409, "participant-erased")
    assert ok(await api.case_officer.get(path), 200)["note"] == "Sletta"


@pytest.mark.usefixtures("no_retention")
async def test_a_duty_that_nobody_will_meet_is_waived(api: Api) -> None:
    """M9: it would stand on the work list for ever."""
    person, placement_id = await erased_place(api)
    query = {"placement_id": placement_id, "kind": "plan", "status": "overdue"}
    (task,) = ok(await api.case_officer.get("/v1/tasks", params=query), 200)["items"]
    assert task["participant_id"] == person
    path = f"/v1/tasks/{task['id']}/waiver"
    ok(await api.case_officer.post(path, json={"reason": "Plassen er slutt."}))
    assert ok(await api.case_officer.get("/v1/tasks", params=query), 200)["items"] == []
    assert (await api.case_officer.delete(path)).status_code == 204


@pytest.mark.usefixtures("no_retention")
async def test_no_name_number_or_contact_comes_back(api: Api) -> None:
    """Whom the EPJ sends again is a new record: nothing leads from its id to the erased one."""
    made = await upsert(api, "1", contacts=[{"kind": "guardian", "name": "Torbjørn Lykt"}])
    await erase(api, made["id"])
    attempts: list[dict[str, Any]] = [
        {"given_name": "Solveig"},
        {"national_identity_number": "23849150073"},
        {"contacts": []},
    ]
    for changes in attempts:
        refused(await patched(api, made, **changes), 409, "participant-erased")
    again = ok(await api.epj.put(upsert_path("1"), json=SOLVEIG))
    assert again["id"] != made["id"]
    for kept, gone in ((made["id"], again["id"]), (again["id"], made["id"])):
        merged = await api.case_officer.post(f"/v1/participants/{kept}/merge", json={"duplicate_id": gone})
        assert refused(merged, 409, "participant-erased")["participant_id"] == made["id"]
    refused(await api.case_officer.post("/v1/applications", json=application(made["id"])), 409, "participant-erased")
    ok(await api.case_officer.post("/v1/applications", json=application(again["id"])))
    # It may be asked for again, and changes nothing more.
    await erase(api, made["id"])


def application(person: str) -> dict[str, Any]:
    return {"participant_id": person, "received_on": "2022-01-03", "need": "permanent", "wishes": NOTE}


@pytest.mark.usefixtures("no_retention")
async def test_no_minutes_plan_or_evaluation_are_filed(api: Api) -> None:
    person, placement_id = await erased_place(api)
    days = {"period_from": "2022-01-01", "period_to": "2022-12-31"}
    for path, body in (
        ("/v1/meetings", follow_up.meeting(placement_id, held_on="2022-06-01")),
        ("/v1/plans", follow_up.plan(placement_id, made_on="2022-03-01")),
        ("/v1/evaluations", follow_up.evaluation(placement_id, **days)),
        (f"/v1/participants/{person}/need-changes", {"noticed_on": "2022-03-01", "what": NOTE, "by": "provider"}),
        (f"/v1/participants/{person}/restriction", {"reason": NOTE}),
    ):
        answer = await api.case_officer.post(path, json=body)
        assert refused(answer, 409, "participant-erased")["participant_id"] == person, path
    assert NOTE not in str(await read_held(api, {"participant_id": person}))


async def test_no_operation_writes_about_the_person(api: Api, connection: AsyncConnection) -> None:
    """Every operation that names the person or what is theirs, in the address or the body, by every caller."""
    world = await build(api)
    own, other = world.ids["a"], world.ids["b"]
    await mark_erased(connection, own["participant_id"])
    before = await read_held(api, own)
    stopped: set[str] = set()
    for operation in operations():
        name = operation.details["operationId"]
        kinds = [kind for kind in path_ids(operation) if kind not in NOBODYS and kind in own]
        in_body = [
            kind for kind in body_ids(operation) if kind not in NOBODYS and kind in own.keys() | {"duplicate_id"}
        ]
        if operation.method == "GET" or operation.path.startswith(ACCOUNTS) or not kinds + in_body or name in EXCEPTED:
            continue
        for body in [*list_examples(operation), BODIES.get(name)]:
            for caller in CALLERS:
                headers = {"If-Match": "*"} if operation.method == "PATCH" else {}
                path = address(operation, own if kinds else other)
                answer = await world.callers[caller].request(
                    operation.method, path, json=name_in(body, own), headers=headers
                )
                if is_erased(answer):
                    stopped.add(name)
                else:
                    assert answer.status_code >= 400 or await read_held(api, own) == before, f"{name} as {caller}"
    assert len(stopped) > 15, stopped
    assert await read_held(api, own) == before


def is_erased(answer: httpx.Response) -> bool:
    return answer.status_code == 409 and answer.json()["type"] == "/problems/participant-erased"


async def mark_erased(connection: AsyncConnection, person: str) -> None:
    """As an approval does, of somebody who has a place yet."""
    await connection.execute(text("select set_config('app.roles', 'case_officer', true)"))
    await connection.execute(
        text(
            "insert into erasure_request (id, participant_id, reason, requested_by, approved, decided_by, decided_at)"
            " values (:id, cast(:person as uuid), 'x', 'person:a', true, 'person:b', now())"
        ),
        {"id": new_id(), "person": person},
    )
