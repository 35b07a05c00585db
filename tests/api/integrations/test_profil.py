"""In step with the EPJ: batches, conditions, decisions by external id, FHIR's Patient, and who moved out."""

import json
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from app import clock
from app.database.identity import DatabaseIdentity
from app.participants.batch import MAX_ITEMS
from app.placements.relocations import find_relocated_placements
from app.rules.identifiers import classify_identity_number
from tests.conftest import Api
from tests.factories import steps
from tests.factories.steps import ok, refused

BATCH = "/v1/participants/batch"
NDJSON = {"Content-Type": "application/x-ndjson"}
PERSON = {
    "given_name": "Solveig",
    "family_name": "Testnes",
    "birth_date": "1991-04-23",
    "municipality_number": "4631",
    "service_area": "habilitation",
}
FIRST, SECOND, D_NUMBER = "23849150073", "23849150154", "41819010186"
FHIR = {"Accept": "application/fhir+json"}


def item(value: str, **changes: Any) -> dict[str, Any]:
    return {"external_system": "profil", "external_value": value, **PERSON, **changes}


async def push(api: Api, *items: Any, status: int = 200, **query: str) -> dict[str, Any]:
    """The answer to a batch; a string is a line as it stands."""
    body = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in items)
    return ok(await api.epj.post(BATCH, content=body.encode(), params=query, headers=NDJSON), status)


def statuses(answer: dict[str, Any]) -> list[str]:
    return [one["status"] for one in answer["items"]]


async def upserted(api: Api, value: str, **changes: Any) -> dict[str, Any]:
    answer = await api.epj.put(f"/v1/participants/by-external-id/profil/{value}", json={**PERSON, **changes})
    assert answer.status_code in {200, 201}, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def test_a_batch_says_of_each_line_what_became_of_it(api: Api) -> None:
    """D1: as PUT would, line by line; a bad one stops no other."""
    await upserted(api, "1", given_name="Gamal")
    await upserted(api, "2", national_identity_number=FIRST)
    lines = [
        item("1"),
        item("2", national_identity_number=FIRST),
        item("3", national_identity_number=SECOND),
        "{not json",
        item("4", birth_date="2098-01-01"),
        item("5", national_identity_number="12345678901"),
        item("6", national_identity_number=FIRST),
        item("7", surprise=1),
        item("3", given_name="Andre", national_identity_number=SECOND),
        item("8", external_system="anna", national_identity_number=FIRST),
        item("23849150073"),
        "",
    ]
    answer = await push(api, *lines, status=207)
    assert statuses(answer) == [
        "updated", "unchanged", "created", "rejected", "rejected", "rejected", "conflict", "rejected", "updated",
        "updated", "rejected",
    ]  # fmt: skip
    assert (answer["accepted"], answer["rejected"]) == (5, 6)
    assert [one["index"] for one in answer["items"]] == list(range(11))
    codes = [one["problem"] and one["problem"]["type"].rsplit("/", 1)[1] for one in answer["items"]]
    assert codes == [
        None, None, None, "validation", "birth-date-in-future", "identity-number-invalid", "identity-number-taken",
        "validation", None, None, "external-id-invalid",
    ]  # fmt: skip
    assert "23849150073" not in json.dumps(answer)
    assert answer["items"][6]["external_id"] == "6"
    third = ok(await api.epj.get(f"/v1/participants/{answer['items'][2]['participant_id']}"), 200)
    assert third["given_name"] == "Andre"
    both = ok(await api.epj.get(f"/v1/participants/{answer['items'][1]['participant_id']}"), 200)
    assert both["external_ids"] == [{"system": "anna", "value": "8"}, {"system": "profil", "value": "2"}]
    again = await push(api, *(line for line, one in zip(lines, answer["items"], strict=False) if not one["problem"]))
    assert statuses(again) == ["unchanged", "unchanged", "updated", "updated", "unchanged"]


async def test_a_batch_says_whose_line_is_wrong_and_where(api: Api) -> None:
    """D1: the external id wherever it could be read, and a pointer from the body's root to each field at fault."""
    await upserted(api, "2", national_identity_number=FIRST)
    lines = [
        item("1", birth_date="1991-02-30", service_area="anna"),
        item("2", birth_date="2098-01-01"),
        item("3", national_identity_number="12345678901"),
        item("4", surprise=1),
        item("5 5"),
        item("23849150073", birth_date=None),
        item("23849150073"),
        "{not json",
        '{"external_value": "6", "external_value": "6"}',
        "[]",
        item("7", contacts=[{"kind": "guardian"}]),
        item("8", national_identity_number=FIRST),
    ]
    expected: list[tuple[str | None, list[str]]] = [
        ("1", ["#/items/0/birth_date", "#/items/0/service_area"]),
        ("2", ["#/items/1/birth_date"]),
        ("3", ["#/items/2/national_identity_number"]),
        ("4", ["#/items/3/surprise"]),
        (None, ["#/items/4/external_value"]),
        (None, ["#/items/5/birth_date"]),
        (None, ["#/items/6/external_value"]),
        (None, ["#/items/7"]),
        (None, ["#/items/8"]),
        (None, ["#/items/9"]),
        ("7", ["#/items/10/contacts/0/name"]),
        ("8", []),
    ]
    found = (await push(api, *lines, status=207))["items"]
    pointers = [[error["pointer"] for error in one["problem"].get("errors", [])] for one in found]
    assert list(zip((one["external_id"] for one in found), pointers, strict=True)) == expected
    body = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines).encode()
    problem = refused(await api.epj.post(f"{BATCH}?mode=atomic", content=body, headers=NDJSON), 422, "batch-refused")
    every = [pointer for place, (_, these) in enumerate(expected) for pointer in these or [f"#/items/{place}"]]
    assert [error["pointer"] for error in problem["errors"]] == every


async def test_a_batch_does_what_as_many_puts_do(committed_api: Api) -> None:
    """The same answers and the same people, one way or the other."""
    api = committed_api
    changes: list[tuple[str, dict[str, Any]]] = [
        ("1", {}),
        ("1", {"municipality_number": "4601", "contacts": [{"kind": "guardian", "name": "Torbjørn"}]}),
        ("2", {"national_identity_number": FIRST, "address_protection": True}),
        ("3", {"national_identity_number": FIRST}),
        ("2", {"national_identity_number": SECOND}),
        ("3", {"national_identity_number": FIRST}),
        ("1", {"given_name": "Anna"}),
    ]
    one_by_one = []
    for value, sent in changes:
        answer = await api.epj.put(f"/v1/participants/by-external-id/profil/{value}", json={**PERSON, **sent})
        one_by_one.append(answer.status_code)
    in_one = await push(api, *(item(f"b{value}", **sent) for value, sent in _other_numbers(changes)), status=207)
    expected = {201: "created", 200: "updated", 409: "conflict"}
    assert statuses(in_one) == [expected[status] for status in one_by_one]
    people = ok(await api.epj.get("/v1/participants"), 200)["items"]
    shown = [
        {name: value for name, value in person.items() if name not in {"id", "created_at", "updated_at"}}
        | {"external_ids": [name["value"].lstrip("b") for name in person["external_ids"]]}
        for person in people
    ]
    key = json.dumps
    assert sorted(map(key, shown[:3])) == sorted(map(key, shown[3:]))


def _other_numbers(changes: list[tuple[str, dict[str, Any]]]) -> list[tuple[str, dict[str, Any]]]:
    others = {FIRST: "10915596784", SECOND: "20914695016"}
    return [
        (value, {name: others.get(one, one) if isinstance(one, str) else one for name, one in sent.items()})
        for value, sent in changes
    ]


async def test_a_number_changes_hands_within_a_batch(api: Api) -> None:
    """D1: whose it is goes by the lines' order, whoever of them is new, is known, or comes first."""
    first, second, third, fourth = numbers(4)
    await push(api, item("1", national_identity_number=first))
    to_a_new_one = [item("1", national_identity_number=second), item("2", national_identity_number=first)]
    assert statuses(await push(api, *to_a_new_one)) == ["updated", "created"]
    # The one who takes it is changed before the one who gives it up.
    between_known = [
        item("1", given_name="Ny"),
        item("2", national_identity_number=third),
        item("1", national_identity_number=first),
    ]
    assert statuses(await push(api, *between_known)) == ["updated", "updated", "updated"]
    swapped = [
        item("1", national_identity_number=fourth),
        item("2", national_identity_number=first),
        item("1", national_identity_number=third),
    ]
    assert statuses(await push(api, *swapped)) == ["updated", "updated", "updated"]
    assert [await _named(api, number) for number in (first, second, third, fourth)] == ["2", None, "1", None]


async def test_a_number_that_is_still_somebodys_stops_its_line_alone(api: Api) -> None:
    """D1: what a later line gives up is not free before it."""
    first, second, third = numbers(3)
    await push(api, item("1", national_identity_number=first), item("2", national_identity_number=second))
    lines = [
        item("2", given_name="Ny", national_identity_number=first),
        item("3", national_identity_number=second),
        item("1", national_identity_number=third),
        item("4", national_identity_number=first),
    ]
    answer = await push(api, *lines, status=207)
    assert statuses(answer) == ["conflict", "conflict", "updated", "created"]
    assert {one["problem"]["type"].rsplit("/", 1)[1] for one in answer["items"][:2]} == {"identity-number-taken"}
    assert [await _named(api, number) for number in (first, second, third)] == ["4", "2", "1"]


async def _named(api: Api, number: str) -> str | None:
    """What the EPJ calls the one with the number; None where nobody has it."""
    answer = await api.epj.post("/v1/participants/lookup", json={"national_identity_number": number})
    return None if answer.status_code == 404 else str(ok(answer, 200)["external_ids"][0]["value"])


async def test_all_or_nothing(api: Api) -> None:
    answer = await api.epj.post(
        f"{BATCH}?mode=atomic",
        content="\n".join(json.dumps(line) for line in (item("1"), item("2", birth_date="2098-01-01"))).encode(),
        headers=NDJSON,
    )
    problem = refused(answer, 422, "batch-refused")
    assert [error["pointer"] for error in problem["errors"]] == ["#/items/1/birth_date"]
    assert ok(await api.epj.get("/v1/participants"), 200)["items"] == []
    assert statuses(await push(api, item("1"), item("2"), mode="atomic")) == ["created", "created"]


async def test_five_thousand_at_once(committed_api: Api) -> None:
    """Whole, again without a row written, and one more is refused."""
    api = committed_api
    sealed = numbers(MAX_ITEMS)
    lines = [item(str(index), national_identity_number=sealed[index]) for index in range(MAX_ITEMS)]
    assert (await push(api, *lines))["accepted"] == MAX_ITEMS
    assert set(statuses(await push(api, *lines))) == {"unchanged"}
    changed = [{**line, "given_name": "Ny"} for line in lines]
    assert set(statuses(await push(api, *changed))) == {"updated"}
    refused(
        await api.epj.post(BATCH, content=("{}\n" * (MAX_ITEMS + 1)).encode(), headers=NDJSON),
        413,
        "too-many-participants",
    )


def numbers(count: int) -> list[str]:
    """So many synthetic identity numbers."""
    found: list[str] = []
    for day in range(1, 29):
        for rest in range(100_000):
            number = f"{day:02}8490{rest:05}"
            if classify_identity_number(number) is not None:
                found.append(number)
                if len(found) == count:
                    return found
    raise AssertionError("too few")


async def test_white_space_around_a_persons_name_is_not_kept(api: Api) -> None:
    """One way or the other; so the same name again is no change."""
    guardian = {"contacts": [{"kind": "guardian", "name": " Torbjørn Testnes "}]}
    person = await upserted(api, "1", given_name=" Solveig", family_name="Testnes \t", **guardian)
    assert (person["given_name"], person["family_name"]) == ("Solveig", "Testnes")
    assert person["contacts"][0]["name"] == "Torbjørn Testnes"
    assert statuses(await push(api, item("1", given_name="Solveig  ", **guardian))) == ["unchanged"]


async def test_a_put_heeds_its_conditions(api: Api) -> None:
    """RFC 9110 § 13: an ETag on every answer, and no change that somebody has not seen where they ask for that."""
    path = "/v1/participants/by-external-id/profil/1"
    absent = await api.epj.put(path, json=PERSON, headers={"If-Match": '"x"'})
    refused(absent, 412, "precondition-failed")
    made = await api.epj.put(path, json=PERSON, headers={"If-None-Match": "*"})
    assert made.status_code == 201
    read = await api.epj.get(made.headers["location"])
    assert made.headers["etag"] == read.headers["etag"]
    refused(await api.epj.put(path, json=PERSON, headers={"If-None-Match": "*"}), 412, "precondition-failed")
    changed = await api.epj.put(path, json=PERSON | {"given_name": "Ny"}, headers={"If-Match": made.headers["etag"]})
    assert (changed.status_code, changed.json()["given_name"]) == (200, "Ny")
    stale = await api.epj.put(path, json=PERSON, headers={"If-Match": made.headers["etag"]})
    refused(stale, 412, "precondition-failed")
    assert changed.headers["etag"] != made.headers["etag"]


async def test_decisions_and_places_by_external_id_and_time(api: Api) -> None:
    await steps.law(api)
    provider = await steps.provider(api)
    one, other = (await upserted(api, "1"))["id"], (await upserted(api, "2"))["id"]
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


async def test_as_a_fhir_patient(api: Api) -> None:
    """no-basis-Patient: the running number of Profil is there, an identity number is told of and never shown."""
    contacts = [{"kind": "guardian", "name": "Torbjørn Testnes", "phone": "+47 400 00 000", "email": None}]
    person = await upserted(api, "10042", national_identity_number=FIRST, contacts=contacts, given_name="Solveig Anna")
    path = f"/v1/participants/{person['id']}"
    answer = await api.epj.get(path, headers=FHIR)
    assert answer.headers["content-type"] == "application/fhir+json"
    assert FIRST not in answer.text
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
    d_number = await upserted(api, "2", national_identity_number=D_NUMBER)
    patient = (await api.epj.get(f"/v1/participants/{d_number['id']}", headers=FHIR)).json()
    assert patient["identifier"][-1]["system"] == "urn:oid:2.16.578.1.12.4.1.4.2"
    # A service sees what it may see, in this form too.
    seen = (await api.service("habilitation").get(path, headers=FHIR)).json()
    assert [one["system"] for one in seen["identifier"]] == ["urn:ietf:rfc:3986"]
    assert "address" not in seen


async def test_whoever_moves_out_keeps_the_place_until_somebody_decides(committed_api: Api) -> None:
    """D1: it shows, from the day we know, and nothing ends by itself."""
    api = committed_api
    await steps.law(api)
    provider = await steps.provider(api)
    person = (await upserted(api, "1"))["id"]
    made = ok(await api.case_officer.post("/v1/decisions", json=await steps.ready_to_grant(api, provider, person)))
    today = clock.today()

    async def moved() -> list[UUID]:
        async with api.app.state.database.unit_of_work(DatabaseIdentity("test", frozenset({"case_officer"}))) as unit:
            found = await find_relocated_placements(unit, "4631", today)
        assert all(abs((one.since - today).days) <= 1 for one in found)
        return [one.placement_id for one in found]

    assert await moved() == []
    await upserted(api, "1", municipality_number="4601")
    assert await moved() == [UUID(made["placement_id"])]
    place = ok(await api.case_officer.get(f"/v1/placements/{made['placement_id']}"), 200)
    assert place["ends_on"] is None
    for client, count in ((api.case_officer, 1), (api.provider("310300403"), 0), (api.service("habilitation"), 0)):
        tasks = ok(await client.get("/v1/tasks", params={"kind": "moved_out"}), 200)["items"]
        assert [task["placement_id"] for task in tasks] == [made["placement_id"]] * count
    [task] = ok(await api.case_officer.get("/v1/tasks", params={"kind": "moved_out"}), 200)["items"]
    assert (task["rule"], task["responsible"], task["status"]) == ("D1", "case_office", "open")
    await push(api, item("1"))
    assert await moved() == []
