"""Who accessed whose data is logged in the same transaction, and nothing is answered without it."""

from collections import Counter
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

import postgres
from app.database.driver import plain_dsn
from tests.conftest import Api
from tests.factories import steps
from tests.factories.absences import item, pushed, statuses


async def read_log(api: Api, **filters: str) -> list[dict[str, Any]]:
    """The log as the auditor reads it, the oldest first, without what reading it adds."""
    answer = await api.auditor.get("/v1/access-log", params={"limit": "200", **filters})
    assert answer.status_code == 200, answer.text
    return [row for row in reversed(answer.json()["items"]) if "access_log" not in row["action"]]


def fields_of(row: dict[str, Any]) -> tuple[Any, ...]:
    """The fields that the tests compare."""
    return row["actor"], row["action"], row["participant_id"], row["object_id"], row["outcome"], row["purpose"]


async def create_placement(api: Api) -> tuple[str, str, str]:
    """A participant, a provider, a legacy place."""
    provider_id, participant_id = await steps.provider(api), await steps.participant(api)
    place = await api.case_officer.post("/v1/placements", json=steps.legacy(participant_id, provider_id))
    return participant_id, provider_id, steps.ok(place)["id"]


async def test_each_access_and_each_person_is_a_line(api: Api) -> None:
    await steps.law(api)
    first, _, place = await create_placement(api)
    second = await steps.participant(api, given_name="Anna")
    provider = api.provider("310300403")
    assert (await provider.get(f"/v1/placements/{place}")).status_code == 200
    assert (await api.finance.get("/v1/placements")).status_code == 200
    assert (await api.case_officer.get("/v1/participants")).status_code == 200
    rows = [fields_of(row) for row in await read_log(api)]
    assert rows[:3] == [
        ("person:case_officer", "register_participant", first, None, "allowed", "case_handling"),
        ("person:case_officer", "record_legacy_placement", first, None, "allowed", "case_handling"),
        ("person:case_officer", "register_participant", second, None, "allowed", "case_handling"),
    ]
    assert rows[3:5] == [
        ("org:0192:310300403", "read_placement", first, None, "allowed", "provision"),
        ("person:finance", "list_placements", first, None, "allowed", "accounting"),
    ]
    listed = {(row[1], row[2]) for row in rows[5:]}
    assert listed == {("list_participants", first), ("list_participants", second)}


async def test_a_line_says_who_for_whom_why_and_how(api: Api) -> None:
    await steps.law(api)
    participant_id, _, place = await create_placement(api)
    asked = await api.provider("310300403").get(f"/v1/placements/{place}", headers={"X-Request-ID": "spor-12345678"})
    assert asked.status_code == 200
    [row] = await read_log(api, actor="org:0192:310300403")
    assert UUID(row.pop("id")).version == 7
    assert row.pop("at")
    assert row == {
        "actor": "org:0192:310300403",
        "organisation": "310300403",
        "supplier": None,
        "participant_id": participant_id,
        "object_id": None,
        "more_denied": 0,
        "reason": None,
        "reference": None,
        "action": "read_placement",
        "method": "GET",
        "route": "/v1/placements/{placement_id}",
        "purpose": "provision",
        "legal_basis": "Helse- og omsorgstenestelova §§ 3-1 og 3-3 (avtale med kommunen)",
        "outcome": "allowed",
        "request_id": "spor-12345678",
    }


async def test_denied_requests_are_logged_under_the_id_that_was_asked_for(api: Api) -> None:
    await steps.law(api)
    participant_id, _, place = await create_placement(api)
    unknown = str(uuid4())
    other = api.provider("310300411")
    assert (await other.get(f"/v1/placements/{place}")).status_code == 404
    assert (await other.get(f"/v1/participants/{unknown}")).status_code == 404
    assert (await api.finance.get(f"/v1/participants/{participant_id}")).status_code == 403
    body = {"participant_id": participant_id, "received_on": "2022-01-03", "need": "permanent", "wishes": "Ute."}
    assert (await other.post("/v1/applications", json=body)).status_code == 403
    assert (await other.get("/v1/applications", params={"participant_id": participant_id})).status_code == 403
    found = await api.epj.post("/v1/participants/lookup", json={"national_identity_number": "23849150073"})
    assert found.status_code == 404
    # Of two in one millisecond either may come first.
    assert Counter(fields_of(row)[1:4] for row in await read_log(api, outcome="denied")) == Counter(
        [
            ("read_placement", None, place),
            ("read_participant", unknown, None),
            ("read_participant", participant_id, None),
            ("record_application", participant_id, None),
            ("list_applications", participant_id, None),
            ("look_up_participant", None, None),
        ]
    )
    # Nobody is asked for by a provider's id, and nobody at all without a token.
    assert (await other.get(f"/v1/providers/{unknown}")).status_code == 404
    assert (await api.anonymous.get(f"/v1/participants/{participant_id}")).status_code == 401
    assert len(await read_log(api, outcome="denied")) == 6


async def test_a_rolled_back_request_logs_nothing(api: Api) -> None:
    await steps.law(api)
    participant_id, provider_id, _ = await create_placement(api)
    before = len(await read_log(api))
    again = await api.case_officer.post("/v1/placements", json=steps.legacy(participant_id, provider_id))
    assert again.status_code == 409
    assert len(await read_log(api)) == before


async def test_a_replayed_answer_is_logged_as_well(api: Api) -> None:
    await steps.law(api)
    provider_id, participant_id = await steps.provider(api), await steps.participant(api)
    for _ in range(2):
        place = await api.case_officer.post(
            "/v1/placements", json=steps.legacy(participant_id, provider_id), headers={"Idempotency-Key": "k1"}
        )
        assert place.status_code == 201
    rows = await read_log(api, participant_id=participant_id)
    assert [row["action"] for row in rows].count("record_legacy_placement") == 2


async def test_an_unchanged_absence_is_shown_and_that_is_logged(api: Api) -> None:
    """A2: to push the same by hand stores nothing, and answers with the whole absence."""
    await steps.law(api)
    participant_id, _, place = await create_placement(api)
    body = {"placement_id": place, "kind": "sick", "from": "2022-09-01", "to": "2022-09-02", "external_id": "F-9"}
    for status in (201, 200):
        steps.ok(await api.case_officer.post("/v1/absences", json=body), status)
    rows = await read_log(api, participant_id=participant_id)
    assert [fields_of(row)[:3] for row in rows[-2:]] == [("person:case_officer", "create_absence", participant_id)] * 2


async def test_the_cost_of_a_placement_is_an_access_to_its_participant(api: Api) -> None:
    """C4, C9: by place, of one place, and what the year would be without it; the sums of all are about nobody."""
    await steps.law(api)
    first, provider_id, place = await create_placement(api)
    second = await steps.participant(api, given_name="Anna")
    steps.ok(await api.case_officer.post("/v1/placements", json=steps.legacy(second, provider_id)))
    path = "/v1/budgets/2022/costs"
    shown: list[set[str]] = []
    for params in (
        {"by": "month"},
        {"by": "provider,placement"},
        {"by": "placement", "limit": "1"},
        {"by": "month", "placement_id": place},
        {"by": "placement", "placement_id": str(uuid4())},
    ):
        before = len(await read_log(api, actor="person:finance"))
        answer = steps.ok(await api.finance.get(path, params={"on": "2022-12-31", **params}), 200)
        rows = (await read_log(api, actor="person:finance"))[before:]
        assert {row["action"] for row in rows} <= {"list_costs"}
        shown.append({row["participant_id"] for row in rows})
        if params.get("limit") == "1":
            [item] = answer["items"]
            assert shown[-1] == ({first} if item["placement_id"] == place else {second})
    assert shown[:2] + shown[3:] == [set(), {first, second}, {first}, set()]
    asked = {"changes": [{"change": "end_places", "placement_ids": [place], "on": "2022-06-30"}]}
    steps.ok(await api.finance.post("/v1/budgets/2022/what-if", json=asked), 200)
    assert fields_of((await read_log(api))[-1])[:3] == ("person:finance", "compute_what_if", first)


async def test_reading_a_persons_log_is_logged_too(api: Api) -> None:
    await steps.law(api)
    participant_id, _, place = await create_placement(api)
    assert (await api.provider("310300411").get(f"/v1/placements/{place}")).status_code == 404
    path = f"/v1/participants/{participant_id}/access-log"
    rows = (await api.case_officer.get(path)).json()["items"]
    # The refused look at the person's place is the person's to know of.
    assert [row["action"] for row in rows] == ["read_placement", "record_legacy_placement", "register_participant"]
    again = (await api.case_officer.get(path)).json()["items"]
    assert again[0]["action"] == "read_access_log_of_participant"
    assert (await api.auditor.get(path)).json()["items"][0]["actor"] == "person:case_officer"
    await api.auditor.get("/v1/access-log", params={"participant_id": participant_id})
    assert (await api.case_officer.get(path)).json()["items"][0]["action"] == "list_access_log"
    assert (await api.case_officer.get(f"/v1/participants/{uuid4()}/access-log")).status_code == 404
    for client in (api.finance, api.epj, api.provider("310300403"), api.service("habilitation")):
        steps.refused(await client.get(path), 403, "role-required")
        steps.refused(await client.get("/v1/access-log"), 403, "role-required")
    steps.refused(await api.case_officer.get("/v1/access-log"), 403, "role-required")


async def test_a_person_may_know_of_a_denied_request_for_any_of_their_records(api: Api) -> None:
    """By place and by decision, for whoever asks on the person's behalf; and the refused one learns nothing of it."""
    await steps.law(api)
    provider_id = await steps.provider(api)
    participant_id = await steps.participant(api, address_protection=True)
    body = await steps.ready_to_grant(api, provider_id, participant_id)
    decision = steps.ok(await api.case_officer.post("/v1/decisions", json=body))
    unknown = str(uuid4())
    other, epj = api.provider("310300411"), api.epj
    told = []
    for id_ in (decision["placement_id"], unknown):
        told.append(await other.get(f"/v1/placements/{id_}/absence-summary"))
        told.append(await api.finance.get(f"/v1/placements/{id_}"))
    assert [answer.status_code for answer in told] == [404] * 4
    assert told[0].json()["detail"] == told[2].json()["detail"]
    steps.refused(await other.get(f"/v1/decisions/{decision['id']}"), 403, "role-required")
    assert (await epj.get(f"/v1/decisions/{unknown}")).status_code == 404
    expected = [
        ("read_decision", decision["id"]),
        ("read_placement", decision["placement_id"]),
        ("get_absence_summary", decision["placement_id"]),
    ]
    for asked in (api.auditor, api.case_officer):
        headers = {"X-Access-Reason": "complaint"}
        answer = await asked.get(f"/v1/participants/{participant_id}/access-log", headers=headers)
        rows = steps.ok(answer, 200)["items"]
        assert [(row["action"], row["object_id"]) for row in rows if row["outcome"] == "denied"] == expected
    by_person = await read_log(api, participant_id=participant_id, outcome="denied")
    assert [(row["action"], row["object_id"]) for row in reversed(by_person)] == expected
    # An auditor's sight ends with the question: people and places are still none of its.
    for path in (f"/v1/participants/{participant_id}", f"/v1/placements/{decision['placement_id']}"):
        steps.refused(await api.auditor.get(path), 403, "role-required")


async def test_denied_requests_are_found_among_very_many_records(
    committed_api: Api, behind: asyncpg.Connection
) -> None:
    """More of them than a statement has parameters; a refused look by any is still found."""
    api = committed_api
    await steps.law(api)
    participant_id, provider_id, place = await create_placement(api)
    await behind.execute(
        """
        insert into absence (id, provider_id, external_id, placement_id, revision, kind, starts_on, ends_on, percent,
            cancelled, revision_cancels)
        select gen_random_uuid(), $1, 'F-' || number, $2, 1, 'sick', '2021-01-04', '2021-01-04', 1, true, true
        from generate_series(1, 32768) as number
        """,
        UUID(provider_id),
        UUID(place),
    )
    one = str(await behind.fetchval("select id from absence where external_id = 'F-32768'"))
    steps.refused(await api.provider("310300411").get(f"/v1/absences/{one}"), 404, "not-found")
    for path in (f"/v1/participants/{participant_id}/access-log", f"/v1/access-log?participant_id={participant_id}"):
        rows = steps.ok(await api.auditor.get(path), 200)["items"]
        assert [row["object_id"] for row in rows if row["outcome"] == "denied"] == [one]


async def test_the_log_is_paged_and_filtered(api: Api) -> None:
    for name in ("A", "B", "C"):
        await steps.participant(api, given_name=name)
    seen: list[str] = []
    params = {"limit": "2", "outcome": "allowed", "actor": "person:case_officer", "from": "2020-01-01"}
    while True:
        body = (await api.auditor.get("/v1/access-log", params=params)).json()
        seen += [row["id"] for row in body["items"]]
        if body["next"] is None:
            break
        params["after"] = body["next"]
    assert len(seen) == len(set(seen)) == 3
    assert seen == sorted(seen, reverse=True)
    assert await read_log(api, to="2020-01-01") == []


async def test_lines_of_one_request_are_filtered_one_by_one(api: Api) -> None:
    """A batch that is allowed for one person's place, and denied for another's and for one that is nobody's."""
    await steps.law(api)
    participant_id, _, place = await create_placement(api)
    other_id = await steps.participant(api, given_name="Anna")
    body = steps.legacy(other_id, await steps.provider(api, organisation_number="310300411"))
    others = steps.ok(await api.case_officer.post("/v1/placements", json=body))["id"]
    unknown = str(uuid4())
    items = [item(id_, external_id=f"F-{number}") for number, id_ in enumerate((place, others, unknown))]
    assert statuses(await pushed(api.provider("310300403"), items, 207)) == ["created", "not-found", "not-found"]
    actor = {"actor": "org:0192:310300403"}
    allowed, denied = (participant_id, None, "allowed"), [(None, id_, "denied") for id_ in (others, unknown)]
    for params, expected in (
        ({}, {allowed, *denied}),
        ({"outcome": "allowed"}, {allowed}),
        ({"outcome": "denied"}, {*denied}),
        ({"object_id": unknown}, {denied[1]}),
        ({"object_id": unknown, "outcome": "allowed"}, set()),
        ({"object_id": place}, set()),
        ({"participant_id": participant_id}, {allowed}),
        ({"participant_id": participant_id, "outcome": "denied"}, set()),
        ({"participant_id": other_id}, {denied[0]}),
        ({"participant_id": other_id, "object_id": others}, {denied[0]}),
        ({"participant_id": other_id, "object_id": unknown}, set()),
    ):
        lines = await read_log(api, **actor, **params)
        assert {fields_of(line)[2:5] for line in lines} == expected, params
        assert len(lines) == len(expected)


async def test_first_hundred_denied_ids_of_a_request_are_logged_and_the_others_counted(api: Api) -> None:
    """Nobody can delete a line: a batch of invented ids must not fill the log."""
    await steps.provider(api)
    items = [item(str(UUID(int=number)), external_id=f"F-{number}") for number in range(1, 351)]
    # Each counts once.
    items += [item(str(UUID(int=1)), external_id="again")]
    await pushed(api.provider("310300403"), items, 207)
    lines = await read_log(api, outcome="denied")
    assert {line["object_id"] for line in lines} == {str(UUID(int=number)) for number in range(1, 101)}
    assert {line["more_denied"] for line in lines} == {250}
    assert len(lines) == 100


async def test_lines_are_for_an_auditor_and_a_case_officer_alone(committed_api: Api) -> None:
    """The function that finds them by an index runs as the owner, and asks for the role itself."""
    await steps.participant(committed_api)
    service = await asyncpg.connect(service_dsn(committed_api))
    statement = "select count(*) from read_access_log(null, '{}', null, null, null, null, null, null, null, 10)"
    try:
        for role in ("case_officer", "auditor"):
            await service.execute("select set_config('app.roles', $1, false)", role)
            assert await service.fetchval(statement) == 1
        for role in ("", "provider", "service", "epj", "finance"):
            await service.execute("select set_config('app.roles', $1, false)", role)
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await service.fetchval(statement)
    finally:
        await service.close()


async def test_without_a_log_row_there_is_no_answer(committed_api: Api, cluster: postgres.Cluster) -> None:
    api = committed_api
    participant_id = await steps.participant(api)
    owner = await asyncpg.connect(superuser_dsn(api, cluster))
    try:
        await owner.execute("revoke insert on access_log from vekstplass_service")
        columns = (
            "id, actor, organisation, supplier, action, method, route, purpose, outcome, request_id, participant_ids,"
            " denied_ids, more_denied"
        )
        await owner.execute(f"revoke insert ({columns}) on access_log from vekstplass_service")
        for path in (f"/v1/participants/{participant_id}", "/v1/participants"):
            answer = await api.case_officer.get(path)
            assert answer.status_code in (404, 500, 503)
            assert "Hage" not in answer.text
    finally:
        await owner.close()


async def test_rows_can_only_be_added(committed_api: Api, cluster: postgres.Cluster) -> None:
    await steps.participant(committed_api)
    service = await asyncpg.connect(service_dsn(committed_api))
    try:
        await service.execute("select set_config('app.roles', 'auditor,case_officer', false)")
        for statement in (
            "update access_log set actor = 'x'",
            "delete from access_log",
            "truncate access_log",
            "update access_log_seal set range_number = 0",
            "delete from access_log_seal",
            "insert into access_log_seal (range_number) values (1)",
            "insert into access_log (id, transaction_number) values (gen_random_uuid(), 1)",
            "insert into access_log (id, at) values (gen_random_uuid(), '2020-01-01')",
            # Nor past the table's policies, by a partition.
            "select from access_log_partition.other",
            "insert into access_log_partition.other (id) values (gen_random_uuid())",
            # And never in another's name.
            "insert into access_log (id, actor, action, method, route, purpose, outcome, request_id, participant_ids,"
            " denied_ids) values ('016e0000-0000-7000-8000-000000000000', 'person:somebody', 'a', 'GET', '/', 'p',"
            " 'denied', 'r', '{}', '{null}')",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await service.execute(statement)
    finally:
        await service.close()
    owner = await asyncpg.connect(superuser_dsn(committed_api, cluster))
    try:
        await owner.execute("select create_access_log_partitions()")
        partitions = await owner.fetch(
            "select inhrelid::regclass::text from pg_inherits where inhparent = 'access_log'::regclass"
        )
        assert len(partitions) == 3
        for table in ("access_log", "access_log_seal", *(row[0] for row in partitions)):
            for statement in (
                f"update {table} set digest = ''" if table == "access_log_seal" else f"update {table} set actor = 'x'",
                f"delete from {table}",
                f"truncate {table}",
            ):
                with pytest.raises(asyncpg.InsufficientPrivilegeError, match="never changed"):
                    await owner.execute(statement)
    finally:
        await owner.close()


def service_dsn(api: Api) -> str:
    return plain_dsn(api.app.state.settings.database_url)


def superuser_dsn(api: Api, cluster: postgres.Cluster) -> str:
    return cluster.dsn("postgres", service_dsn(api).partition("?")[0].rsplit("/", 1)[1])
