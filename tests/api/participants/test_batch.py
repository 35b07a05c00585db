"""Batches of participants from another system (D1)."""

import json
from typing import Any

from app.participants.batch import MAX_ITEMS
from tests.conftest import Api
from tests.factories.participants import (
    BATCH,
    NDJSON,
    NUMBER,
    SECOND,
    SOLVEIG,
    batch_item,
    identity_numbers,
    push_batch,
    statuses,
    upsert,
)
from tests.factories.steps import ok, refused


async def test_batch_answers_per_line(api: Api) -> None:
    """D1: as PUT would, line by line; a bad one stops no other."""
    await upsert(api, "1", given_name="Gamal")
    await upsert(api, "2", national_identity_number=NUMBER)
    lines = [
        batch_item("1"),
        batch_item("2", national_identity_number=NUMBER),
        batch_item("3", national_identity_number=SECOND),
        "{not json",
        batch_item("4", birth_date="2098-01-01"),
        batch_item("5", national_identity_number="12345678901"),
        batch_item("6", national_identity_number=NUMBER),
        batch_item("7", surprise=1),
        batch_item("3", given_name="Andre", national_identity_number=SECOND),
        batch_item("8", external_system="anna", national_identity_number=NUMBER),
        batch_item("23849150073"),
        "",
    ]
    answer = await push_batch(api, *lines, status=207)
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
    again = await push_batch(
        api, *(line for line, one in zip(lines, answer["items"], strict=False) if not one["problem"])
    )
    assert statuses(again) == ["unchanged", "unchanged", "updated", "updated", "unchanged"]


async def test_batch_in_json_is_the_same(api: Api) -> None:
    """As NDJSON, item by item; pointers are from the body's root."""
    items = [
        batch_item("1"),
        batch_item("2", national_identity_number=NUMBER),
        batch_item("3", surprise=1),
        5,
        [],
        None,
    ]
    lines = await push_batch(api, *(json.dumps(item) for item in items), status=207, mode="each")
    for one in lines["items"][:2]:
        one["status"] = "unchanged"
    assert ok(await api.epj.post(BATCH, json={"items": items}), 207) == lines
    assert ok(await api.epj.post(BATCH, json={"items": []}), 200) == {"accepted": 0, "rejected": 0, "items": []}
    problem = refused(await api.epj.post(BATCH, json={"items": items}, params={"mode": "atomic"}), 422, "batch-refused")
    assert problem["errors"][0]["pointer"] == "#/items/2/surprise"


async def test_json_that_is_no_batch_is_refused(api: Api) -> None:
    bodies: list[Any] = [{}, [], {"items": {}}, {"items": [], "mode": "atomic"}, {"items": None}]
    for body in bodies:
        refused(await api.epj.post(BATCH, json=body), 422, "validation")
    headers = {"Content-Type": "application/json"}
    for text in ("{", '{"items": [], "items": []}', '{"items": [NaN]}', '{"items": [{"a": 1, "a": 2}]}'):
        refused(await api.epj.post(BATCH, content=text, headers=headers), 422, "validation")
    many: dict[str, Any] = {"items": [{}] * (MAX_ITEMS + 1)}
    refused(await api.epj.post(BATCH, json=many), 413, "too-many-participants")


async def test_batch_points_at_the_field_at_fault(api: Api) -> None:
    """D1: the external id wherever it could be read, and a pointer from the body's root to each field at fault."""
    await upsert(api, "2", national_identity_number=NUMBER)
    lines = [
        batch_item("1", birth_date="1991-02-30", service_area="anna"),
        batch_item("2", birth_date="2098-01-01"),
        batch_item("3", national_identity_number="12345678901"),
        batch_item("4", surprise=1),
        batch_item("5 5"),
        batch_item("23849150073", birth_date=None),
        batch_item("23849150073"),
        "{not json",
        '{"external_value": "6", "external_value": "6"}',
        "[]",
        batch_item("7", contacts=[{"kind": "guardian"}]),
        batch_item("8", national_identity_number=NUMBER),
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
    found = (await push_batch(api, *lines, status=207))["items"]
    pointers = [[error["pointer"] for error in one["problem"].get("errors", [])] for one in found]
    assert list(zip((one["external_id"] for one in found), pointers, strict=True)) == expected
    body = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines).encode()
    problem = refused(await api.epj.post(f"{BATCH}?mode=atomic", content=body, headers=NDJSON), 422, "batch-refused")
    every = [pointer for place, (_, these) in enumerate(expected) for pointer in these or [f"#/items/{place}"]]
    assert [error["pointer"] for error in problem["errors"]] == every


async def test_batch_equals_as_many_puts(committed_api: Api) -> None:
    """The same answers and the same people, one way or the other."""
    api = committed_api
    changes: list[tuple[str, dict[str, Any]]] = [
        ("1", {}),
        ("1", {"municipality_number": "4601", "contacts": [{"kind": "guardian", "name": "Torbjørn"}]}),
        ("2", {"national_identity_number": NUMBER, "address_protection": True}),
        ("3", {"national_identity_number": NUMBER}),
        ("2", {"national_identity_number": SECOND}),
        ("3", {"national_identity_number": NUMBER}),
        ("1", {"given_name": "Anna"}),
    ]
    one_by_one = []
    for value, sent in changes:
        answer = await api.epj.put(f"/v1/participants/by-external-id/profil/{value}", json={**SOLVEIG, **sent})
        one_by_one.append(answer.status_code)
    in_one = await push_batch(
        api, *(batch_item(f"b{value}", **sent) for value, sent in _other_numbers(changes)), status=207
    )
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
    others = {NUMBER: "10915596784", SECOND: "20914695016"}
    return [
        (value, {name: others.get(one, one) if isinstance(one, str) else one for name, one in sent.items()})
        for value, sent in changes
    ]


async def test_identity_number_changes_owner_within_a_batch(api: Api) -> None:
    """D1: whose it is goes by the lines' order, whoever of them is new, is known, or comes first."""
    first, second, third, fourth = identity_numbers(4)
    await push_batch(api, batch_item("1", national_identity_number=first))
    to_a_new_one = [batch_item("1", national_identity_number=second), batch_item("2", national_identity_number=first)]
    assert statuses(await push_batch(api, *to_a_new_one)) == ["updated", "created"]
    # The one who takes it is changed before the one who gives it up.
    between_known = [
        batch_item("1", given_name="Ny"),
        batch_item("2", national_identity_number=third),
        batch_item("1", national_identity_number=first),
    ]
    assert statuses(await push_batch(api, *between_known)) == ["updated", "updated", "updated"]
    swapped = [
        batch_item("1", national_identity_number=fourth),
        batch_item("2", national_identity_number=first),
        batch_item("1", national_identity_number=third),
    ]
    assert statuses(await push_batch(api, *swapped)) == ["updated", "updated", "updated"]
    # The second was the first person's before the batches that swapped it.
    assert [await _external_value(api, number) for number in (first, second, third, fourth)] == ["2", "1", "1", None]


async def test_taken_identity_number_is_a_conflict_of_its_line(api: Api) -> None:
    """D1: what a later line gives up is not free before it."""
    first, second, third = identity_numbers(3)
    await push_batch(
        api, batch_item("1", national_identity_number=first), batch_item("2", national_identity_number=second)
    )
    lines = [
        batch_item("2", given_name="Ny", national_identity_number=first),
        batch_item("3", national_identity_number=second),
        batch_item("1", national_identity_number=third),
        batch_item("4", national_identity_number=first),
    ]
    answer = await push_batch(api, *lines, status=207)
    assert statuses(answer) == ["conflict", "conflict", "updated", "created"]
    assert {one["problem"]["type"].rsplit("/", 1)[1] for one in answer["items"][:2]} == {"identity-number-taken"}
    assert [await _external_value(api, number) for number in (first, second, third)] == ["4", "2", "1"]


async def _external_value(api: Api, number: str) -> str | None:
    """The external id of the participant with the number; None if nobody has it."""
    answer = await api.epj.post("/v1/participants/lookup", json={"national_identity_number": number})
    return None if answer.status_code == 404 else str(ok(answer, 200)["external_ids"][0]["value"])


async def test_atomic_batch_stores_all_or_nothing(api: Api) -> None:
    answer = await api.epj.post(
        f"{BATCH}?mode=atomic",
        content="\n".join(
            json.dumps(line) for line in (batch_item("1"), batch_item("2", birth_date="2098-01-01"))
        ).encode(),
        headers=NDJSON,
    )
    problem = refused(answer, 422, "batch-refused")
    assert [error["pointer"] for error in problem["errors"]] == ["#/items/1/birth_date"]
    assert ok(await api.epj.get("/v1/participants"), 200)["items"] == []
    assert statuses(await push_batch(api, batch_item("1"), batch_item("2"), mode="atomic")) == ["created", "created"]


async def test_largest_batch_is_stored_and_a_larger_one_refused(committed_api: Api) -> None:
    """Whole, again without a row written, and one more is refused."""
    api = committed_api
    sealed = identity_numbers(MAX_ITEMS)
    lines = [batch_item(str(index), national_identity_number=sealed[index]) for index in range(MAX_ITEMS)]
    assert (await push_batch(api, *lines))["accepted"] == MAX_ITEMS
    assert set(statuses(await push_batch(api, *lines))) == {"unchanged"}
    changed = [{**line, "given_name": "Ny"} for line in lines]
    assert set(statuses(await push_batch(api, *changed))) == {"updated"}
    refused(
        await api.epj.post(BATCH, content=("{}\n" * (MAX_ITEMS + 1)).encode(), headers=NDJSON),
        413,
        "too-many-participants",
    )


async def test_white_space_around_a_name_is_removed(api: Api) -> None:
    """One way or the other; so the same name again is no change."""
    guardian = {"contacts": [{"kind": "guardian", "name": " Torbjørn Testnes "}]}
    person = await upsert(api, "1", given_name=" Solveig", family_name="Testnes \t", **guardian)
    assert (person["given_name"], person["family_name"]) == ("Solveig", "Testnes")
    assert person["contacts"][0]["name"] == "Torbjørn Testnes"
    assert statuses(await push_batch(api, batch_item("1", given_name="Solveig  ", **guardian))) == ["unchanged"]
