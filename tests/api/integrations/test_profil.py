"""In step with the EPJ: decisions by external id, FHIR's Patient, and who moved out."""

from datetime import datetime, timedelta
from uuid import UUID

from app import clock
from app.database.identity import DatabaseIdentity
from app.placements.relocations import find_relocated_placements
from tests.conftest import Api
from tests.factories import steps
from tests.factories.participants import (
    D_NUMBER,
    NUMBER,
    batch_item,
    push_batch,
    upsert,
)
from tests.factories.steps import ok, refused

FHIR = {"Accept": "application/fhir+json"}


async def test_decisions_and_placements_by_external_id_and_time(api: Api) -> None:
    await steps.law(api)
    provider = await steps.provider(api)
    one, other = (await upsert(api, "1"))["id"], (await upsert(api, "2"))["id"]
    made = ok(await api.case_officer.post("/v1/decisions", json=await steps.ready_to_grant(api, provider, one)))
    await steps.ready_to_grant(api, provider, other)
    for path, id_ in (("/v1/decisions", made["id"]), ("/v1/placements", made["placement_id"])):
        query = {"external_system": "profil", "external_value": "1"}
        assert [row["id"] for row in ok(await api.epj.get(path, params=query), 200)["items"]] == [id_]
        assert ok(await api.epj.get(path, params=query | {"external_value": "2"}), 200)["items"] == []
        instant = clock.now()
        for after, count in ((instant - timedelta(hours=1), 1), (instant + timedelta(hours=1), 0)):
            written = after.isoformat()
            assert len(ok(await api.epj.get(path, params={"updated_after": written}), 200)["items"]) == count
            zulu = written.replace("+00:00", "Z")
            assert len(ok(await api.epj.get(path, params={"updated_after": zulu}), 200)["items"]) == count
        for bad in ("2022-01-01", "2022-01-01T00:00:00", "0001-01-01T00:00:00+23:59", "1", "2022-02-30T00:00:00Z"):
            refused(await api.epj.get(path, params={"updated_after": bad}), 422, "validation")
    for client in (api.finance, api.provider("310300403"), api.service("habilitation")):
        refused(await client.get("/v1/placements", params={"external_value": "1"}), 403, "role-required")


async def test_participant_as_fhir_patient(api: Api) -> None:
    """no-basis-Patient: the running number of Profil is there, an identity number is told of and never shown."""
    contacts = [{"kind": "guardian", "name": "Torbjørn Testnes", "phone": "+47 400 00 000", "email": None}]
    person = await upsert(api, "10042", national_identity_number=NUMBER, contacts=contacts, given_name="Solveig Anna")
    path = f"/v1/participants/{person['id']}"
    answer = await api.epj.get(path, headers=FHIR)
    assert answer.headers["content-type"] == "application/fhir+json"
    assert NUMBER not in answer.text
    assert answer.json() == {
        "resourceType": "Patient",
        "id": person["id"],
        "meta": {
            "profile": ["http://hl7.no/fhir/StructureDefinition/no-basis-Patient"],
            "lastUpdated": datetime.fromisoformat(person["updated_at"]).isoformat(),
        },
        "identifier": [
            {"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{person['id']}"},
            {"system": "http://profil.visma.no/lopenummer", "value": "10042"},
            {
                "use": "official",
                "system": "urn:oid:2.16.578.1.12.4.1.4.1",
                "_value": {
                    "extension": [
                        {
                            "url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason",
                            "valueCode": "masked",
                        }
                    ]
                },
            },
        ],
        "name": [{"use": "official", "family": "Testnes", "given": ["Solveig", "Anna"]}],
        "birthDate": "1991-04-23",
        "address": [
            {
                "use": "home",
                "_district": {
                    "extension": [
                        {
                            "url": "http://hl7.no/fhir/StructureDefinition/no-basis-municipalitycode",
                            "valueCoding": {"system": "urn:oid:2.16.578.1.12.4.1.1.3402", "code": "4631"},
                        }
                    ]
                },
            }
        ],
        "contact": [
            {
                "relationship": [
                    {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-RoleCode", "code": "GUARD"}]}
                ],
                "name": {"text": "Torbjørn Testnes"},
                "telecom": [{"system": "phone", "value": "+47 400 00 000"}],
            }
        ],
    }
    plain = await api.epj.get(path)
    assert plain.headers["etag"] != answer.headers["etag"]
    same = await api.epj.get(path, headers=FHIR | {"If-None-Match": answer.headers["etag"]})
    assert (same.status_code, same.content) == (304, b"")
    # Each form has its own tag: what a cache has of one says nothing of the other.
    for accept, other in ((FHIR, plain), ({}, answer)):
        whole = await api.epj.get(path, headers=accept | {"If-None-Match": other.headers["etag"]})
        assert whole.status_code == 200
    d_number = await upsert(api, "2", national_identity_number=D_NUMBER)
    patient = (await api.epj.get(f"/v1/participants/{d_number['id']}", headers=FHIR)).json()
    assert patient["identifier"][-1]["system"] == "urn:oid:2.16.578.1.12.4.1.4.2"
    # A service sees what it may see, in this form too.
    seen = (await api.service("habilitation").get(path, headers=FHIR)).json()
    assert [one["system"] for one in seen["identifier"]] == ["urn:ietf:rfc:3986"]
    assert "address" not in seen


async def test_relocated_participant_keeps_the_placement(committed_api: Api) -> None:
    """D1: it shows, from the day we know, and nothing ends by itself."""
    api = committed_api
    await steps.law(api)
    provider = await steps.provider(api)
    person = (await upsert(api, "1"))["id"]
    made = ok(await api.case_officer.post("/v1/decisions", json=await steps.ready_to_grant(api, provider, person)))
    today = clock.today()

    async def moved() -> list[UUID]:
        async with api.app.state.database.unit_of_work(DatabaseIdentity("test", frozenset({"case_officer"}))) as unit:
            found = await find_relocated_placements(unit, "4631", today)
        assert all(abs((one.since - today).days) <= 1 for one in found)
        return [one.placement_id for one in found]

    assert await moved() == []
    await upsert(api, "1", municipality_number="4601")
    assert await moved() == [UUID(made["placement_id"])]
    place = ok(await api.case_officer.get(f"/v1/placements/{made['placement_id']}"), 200)
    assert place["ends_on"] is None
    for client, count in ((api.case_officer, 1), (api.provider("310300403"), 0), (api.service("habilitation"), 0)):
        tasks = ok(await client.get("/v1/tasks", params={"kind": "moved_out"}), 200)["items"]
        assert [task["placement_id"] for task in tasks] == [made["placement_id"]] * count
    [task] = ok(await api.case_officer.get("/v1/tasks", params={"kind": "moved_out"}), 200)["items"]
    assert (task["rule"], task["responsible"], task["status"]) == ("D1", "case_office", "open")
    await push_batch(api, batch_item("1"))
    assert await moved() == []
