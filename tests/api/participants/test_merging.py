"""Two records of one person become one: nothing of either is lost, and nothing else is opened for it (L1, D1)."""

import json
from uuid import UUID, uuid4

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.conftest import Api
from tests.factories import steps
from tests.factories.participants import D_NUMBER, NUMBER, SECOND, upsert
from tests.factories.steps import ok, refused


async def test_merging_keeps_everything(api: Api, connection: AsyncConnection) -> None:
    """L1: places, applications, decisions, consents and external ids of both are the survivor's."""
    await steps.law(api)
    provider = await steps.provider(api)
    kept = (await upsert(api, "K", service_area="mental_health"))["id"]
    gone = (await upsert(api, "G", national_identity_number=NUMBER))["id"]
    old = ok(await api.case_officer.post("/v1/placements", json=steps.legacy(gone, provider, ends_on="2022-03-31")))
    consent = {"given_by": "participant", "given_on": "2022-01-01", "services": ["habilitation"]}
    given = ok(await api.case_officer.post(f"/v1/participants/{gone}/consents", json=consent))
    granted = ok(await api.case_officer.post("/v1/decisions", json=await steps.ready_to_grant(api, provider, kept)))
    applied = await steps.application(api, gone)
    answer = await api.case_officer.post(f"/v1/participants/{kept}/merge", json={"duplicate_id": gone})
    merged = ok(answer, 200)
    assert merged["external_ids"] == [{"system": "profil", "value": "K"}, {"system": "profil", "value": "G"}]
    assert answer.headers["etag"] == (await api.epj.get(f"/v1/participants/{kept}")).headers["etag"]
    assert (await api.epj.get(f"/v1/participants/{gone}")).status_code == 404
    query = {"participant_id": kept}
    places = ok(await api.case_officer.get("/v1/placements", params=query), 200)["items"]
    assert {place["id"] for place in places} == {old["id"], granted["placement_id"]}
    applications = ok(await api.case_officer.get("/v1/applications", params=query), 200)["items"]
    assert applied in {application["id"] for application in applications}
    consents = ok(await api.case_officer.get(f"/v1/participants/{kept}/consents"), 200)["items"]
    assert [one["id"] for one in consents] == [given["id"]]
    # The place follows the person's service now, and the service sees both.
    seen = ok(await api.service("mental_health").get("/v1/placements"), 200)["items"]
    assert {place["id"] for place in seen} == {old["id"], granted["placement_id"]}
    # Both names lead to the one who is left, and so does the number.
    assert (await upsert(api, "G"))["id"] == (await upsert(api, "K"))["id"] == kept
    found = await api.epj.post("/v1/participants/lookup", json={"national_identity_number": NUMBER})
    assert found.json()["id"] == kept
    assert (await upsert(api, "K", national_identity_number=NUMBER))["id"] == kept
    events = await connection.execute(text("select type, data from event where type = 'participant.merged'"))
    assert [tuple(event) for event in events] == [
        ("participant.merged", {"participant_id": kept, "duplicate_id": gone})
    ]
    again = await api.case_officer.post(f"/v1/participants/{kept}/merge", json={"duplicate_id": gone})
    assert again.status_code == 200


async def test_both_numbers_of_a_person(api: Api) -> None:
    """A D-number is followed by a national number: the survivor's stands."""
    kept = (await upsert(api, "K", national_identity_number=NUMBER))["id"]
    gone = (await upsert(api, "G", national_identity_number=D_NUMBER))["id"]
    ok(await api.case_officer.post(f"/v1/participants/{kept}/merge", json={"duplicate_id": gone}), 200)
    found = await api.epj.post("/v1/participants/lookup", json={"national_identity_number": NUMBER})
    assert found.json()["id"] == kept


async def test_a_protected_address_stays_protected(api: Api) -> None:
    await steps.law(api)
    provider = await steps.provider(api)
    kept, gone = await steps.participant(api), await steps.participant(api, address_protection=True)
    ok(await api.case_officer.post("/v1/placements", json=steps.legacy(gone, provider)))
    merged = ok(await api.case_officer.post(f"/v1/participants/{kept}/merge", json={"duplicate_id": gone}), 200)
    assert merged["address_protection"] is True
    assert ok(await api.finance.get("/v1/placements"), 200)["items"] == []


async def test_the_log_follows_the_person(api: Api) -> None:
    """What was seen under the duplicate's id is told of as well."""
    kept, gone = await steps.participant(api), await steps.participant(api)
    ok(await api.epj.get(f"/v1/participants/{gone}"), 200)
    ok(await api.case_officer.post(f"/v1/participants/{kept}/merge", json={"duplicate_id": gone}), 200)
    for client in (api.case_officer, api.auditor):
        log = ok(await client.get(f"/v1/participants/{kept}/access-log"), 200)["items"]
        assert gone in json.dumps(log)


async def test_overlapping_places_are_not_merged(api: Api) -> None:
    """L1: nothing of it is stored."""
    await steps.law(api)
    provider = await steps.provider(api)
    kept, gone = await steps.participant(api), await steps.participant(api)
    for person in (kept, gone):
        ok(await api.case_officer.post("/v1/placements", json=steps.legacy(person, provider)))
    refused(
        await api.case_officer.post(f"/v1/participants/{kept}/merge", json={"duplicate_id": gone}),
        409,
        "placement-overlap",
    )
    assert (await api.epj.get(f"/v1/participants/{gone}")).status_code == 200


async def test_refused_merges(api: Api) -> None:
    person = await steps.participant(api)
    path = f"/v1/participants/{person}/merge"
    refused(await api.case_officer.post(path, json={"duplicate_id": person}), 422, "merge-with-itself")
    refused(await api.case_officer.post(path, json={"duplicate_id": str(uuid4())}), 404, "not-found")
    missing = await api.case_officer.post(f"/v1/participants/{uuid4()}/merge", json={"duplicate_id": person})
    refused(missing, 404, "not-found")
    for client in (api.epj, api.provider("310300403"), api.service("habilitation"), api.finance, api.auditor):
        assert (await client.post(path, json={"duplicate_id": person})).status_code == 403


async def test_every_table_that_names_a_participant_is_covered(owner: asyncpg.Connection) -> None:
    """A new key to a participant needs the policy `owner_merges` on its table, or the merge would lose its rows."""
    tables = await owner.fetch(
        "select conrelid::regclass::text as name from pg_constraint"
        " where confrelid = 'participant'::regclass and contype = 'f'"
    )
    covered = await owner.fetch(
        "select polrelid::regclass::text as name from pg_policy join pg_roles on pg_roles.oid = any (polroles)"
        " where polname = 'owner_merges' and polcmd = '*' and rolname = 'vekstplass_owner'"
    )
    assert {row["name"] for row in covered} == {row["name"] for row in tables} | {"participant"}
    # And every column that holds a participant's id is such a key.
    columns = await owner.fetch(
        "select attrelid::regclass::text as name from pg_attribute join pg_class on pg_class.oid = attrelid"
        " where attname = 'participant_id' and relkind = 'r' and relnamespace = 'public'::regnamespace"
    )
    assert {row["name"] for row in columns} - {row["name"] for row in tables} == set()


async def test_the_merging_function_opens_nothing_else(api: Api, connection: AsyncConnection) -> None:
    """It is for those who may merge, and the service can change a decision by no other way."""
    kept, gone = await steps.participant(api), await steps.participant(api)
    for role in ("epj", "finance", "provider", "service"):
        savepoint = await connection.begin_nested()
        await connection.execute(text("select set_config('app.roles', :role, true)"), {"role": role})
        with pytest.raises(Exception, match="insufficient_privilege"):
            await connection.execute(
                text("select merge_participant(:kept, :gone)"), {"kept": UUID(kept), "gone": UUID(gone)}
            )
        await savepoint.rollback()


async def test_merging_keeps_the_contacts_of_both(api: Api) -> None:
    """D1: guardian and next of kin of either are not lost; what both have is kept once."""
    guardian = {"kind": "guardian", "name": "Torbjørn Testnes", "phone": "+47 400 00 000", "email": None}
    sister = {"kind": "next_of_kin", "name": "Synnøve Testnes", "phone": None, "email": None}
    kept = (await upsert(api, "K", contacts=[guardian]))["id"]
    gone = (await upsert(api, "G", contacts=[guardian, sister]))["id"]
    merged = ok(await api.case_officer.post(f"/v1/participants/{kept}/merge", json={"duplicate_id": gone}), 200)
    assert merged["contacts"] == [guardian, sister]


async def test_two_national_numbers_are_two_people(api: Api) -> None:
    """D1: nothing is merged."""
    kept = (await upsert(api, "K", national_identity_number=NUMBER))["id"]
    gone = (await upsert(api, "G", national_identity_number=SECOND))["id"]
    answer = await api.case_officer.post(f"/v1/participants/{kept}/merge", json={"duplicate_id": gone})
    refused(answer, 409, "not-the-same-person")
    assert (await api.case_officer.get(f"/v1/participants/{gone}")).status_code == 200


async def test_two_birth_dates_are_two_people(api: Api) -> None:
    kept = (await upsert(api, "K"))["id"]
    gone = (await upsert(api, "G", birth_date="1991-04-24"))["id"]
    answer = await api.case_officer.post(f"/v1/participants/{kept}/merge", json={"duplicate_id": gone})
    refused(answer, 409, "not-the-same-person")
