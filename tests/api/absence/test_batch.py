"""Pushed absences (A1, A2) through HTTP on real PostgreSQL: what each item answers, and what is stored after it."""

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.conftest import Api
from tests.factories import steps
from tests.factories.absences import BATCH, ORGANISATION, item, lines, placement, pushed, statuses
from tests.factories.steps import ok, refused


async def rows(connection: AsyncConnection, table: str = "absence") -> list[Any]:
    """What is stored, as the case office sees it."""
    await connection.execute(text("select set_config('app.roles', 'case_officer', true)"))
    order = "external_id, revision, created_at"
    return list((await connection.execute(text(f"select * from {table} order by {order}"))).mappings())


async def test_push_again_changes_nothing(api: Api, connection: AsyncConnection) -> None:
    """A2: created once; the same again changes nothing and writes nothing."""
    place = await placement(api, await steps.provider(api))
    client = api.provider(ORGANISATION)
    items = [item(place), item(place, external_id="F-2", first="2022-10-05", last="2022-10-05", note="Ringde sjølv.")]
    first = await pushed(client, items)
    assert statuses(first) == ["created", "created"]
    before = await rows(connection)
    again = await pushed(client, items)
    assert statuses(again) == ["unchanged", "unchanged"]
    assert [one["absence_id"] for one in again] == [one["absence_id"] for one in first]
    assert await rows(connection) == before
    assert [(row["external_id"], row["note"], str(row["id"])) for row in before] == [
        ("F-1", None, first[0]["absence_id"]),
        ("F-2", "Ringde sjølv.", first[1]["absence_id"]),
    ]


async def test_push_revisions_in_any_order(api: Api, connection: AsyncConnection) -> None:
    """A2: the highest wins, an older one changes nothing, an equal one with other content is a conflict."""
    place = await placement(api, await steps.provider(api))
    client = api.provider(ORGANISATION)
    assert statuses(await pushed(client, [item(place, revision=3, percent=60)])) == ["created"]
    assert statuses(await pushed(client, [item(place, revision=2, percent=20)])) == ["unchanged"]
    assert statuses(await pushed(client, [item(place, revision=3, percent=61)], 207)) == ["absence-revision-conflict"]
    assert statuses(await pushed(client, [item(place, revision=4, percent=70)])) == ["updated"]
    [row] = await rows(connection)
    assert (row["revision"], row["percent"]) == (4, 70)
    [before] = await rows(connection, "absence_revision")
    assert (before["revision"], before["percent"], before["recorded_at"]) == (3, 60, row["created_at"])
    found = await pushed(client, [item(place, revision=n, percent=n) for n in (6, 5, 7, 7)] + [item(place)], 200)
    assert statuses(found) == ["updated", "unchanged", "updated", "unchanged", "unchanged"]


async def test_push_of_a_cancelled_absence_keeps_it_cancelled(api: Api, connection: AsyncConnection) -> None:
    """A2: whichever revision cancelled it, and whenever that one arrives."""
    place = await placement(api, await steps.provider(api))
    client = api.provider(ORGANISATION)
    one, two, three = item(place), item(place, revision=2, cancelled=True), item(place, revision=3, percent=50)
    assert statuses(await pushed(client, [one])) == ["created"]
    assert statuses(await pushed(client, [two])) == ["cancelled"]
    assert statuses(await pushed(client, [three])) == ["cancelled"]
    assert statuses(await pushed(client, [one, two, three])) == ["unchanged"] * 3
    late = [{**each, "external_id": "F-2"} for each in (three, two, one)]
    assert statuses(await pushed(client, late)) == ["created", "cancelled", "unchanged"]
    first, second = await rows(connection)
    same = ("revision", "percent", "cancelled", "revision_cancels")
    assert [first[name] for name in same] == [second[name] for name in same] == [3, 50, True, False]
    back = {**two, "cancelled": False, "revision": 3, "percent": 50}
    assert statuses(await pushed(client, [back, {**back, "cancelled": True}], 207)) == [
        "unchanged",
        "absence-revision-conflict",
    ]


async def test_push_outside_the_placement_is_refused(api: Api) -> None:
    """A1: first and last day of the place belong to it; a cancelled absence documents nothing."""
    place = await placement(api, await steps.provider(api), ends_on="2022-10-31")
    client = api.provider(ORGANISATION)
    items = [
        item(place, first="2020-12-31", last="2021-01-01"),
        item(place, first="2022-10-31", last="2022-11-01"),
        item(place, first="2021-01-01", last="2022-10-31"),
        item(place, external_id="F-2", first="2022-11-05", last="2022-11-05", cancelled=True),
    ]
    found = await pushed(client, items, 207)
    assert statuses(found) == ["absence-outside-placement", "absence-outside-placement", "created", "cancelled"]
    assert [one["problem"] and one["problem"]["errors"][0]["pointer"] for one in found] == [
        "#/items/0/from",
        "#/items/1/to",
        None,
        None,
    ]
    assert [one["absence_id"] is None for one in found] == [True, True, False, False]


async def test_push_over_a_full_day_is_refused(api: Api) -> None:
    """A2: what was stored first stands, whatever the batch; moving away makes room."""
    place = await placement(api, await steps.provider(api))
    client = api.provider(ORGANISATION)
    half = [item(place, external_id=f"H-{n}", percent=50, first="2022-10-04") for n in range(3)]
    assert statuses(await pushed(client, half, 207)) == ["created", "created", "absence-over-full-day"]
    assert statuses(await pushed(client, [item(place)], 207)) == ["absence-over-full-day"]
    assert statuses(await pushed(client, [{**half[0], "revision": 2, "percent": 51}], 207)) == ["absence-over-full-day"]
    # One moves away and another takes its room, in one batch and in either order.
    moved = {**half[0], "revision": 2, "from": "2022-10-06", "to": "2022-10-06"}
    assert statuses(await pushed(client, [half[2], moved])) == ["created", "updated"]
    gone = [{**one, "revision": 3, "cancelled": True} for one in half]
    assert statuses(await pushed(client, [*gone, item(place)])) == ["cancelled"] * 3 + ["created"]
    mixed = [item(place, external_id="M", last="2022-10-03", percent=1), item(place, revision=2, percent=99)]
    assert statuses(await pushed(client, mixed)) == ["created", "updated"]
    late = [item(place, external_id="N", percent=1), item(place, revision=3, percent=98)]
    assert statuses(await pushed(client, late)) == ["created", "updated"]
    over = [
        item(place, external_id="O", percent=1, first="2022-10-04"),
        item(place, revision=4, percent=99),
        item("0" * 8),
    ]
    assert statuses(await pushed(client, over, 207)) == ["created", "absence-over-full-day", "validation"]


async def test_push_rejects_a_bad_item_alone(api: Api) -> None:
    """Every fault is said of its own item, with its place in the body, and nothing of the input is repeated."""
    place = await placement(api, await steps.provider(api))
    secret = "hemmeleg"
    bad: list[Any] = [
        item(place, kind=secret),
        item(place, percent=0),
        item(place, percent=101),
        item(place, percent=True),
        item(place, revision=-1),
        item(place, revision="1"),
        item(place, first="2022-10-05"),
        item(place, first="05.10.2022"),
        item(place, first="2022-02-30"),
        item(place, note="x" * 501),
        item(place, note=" "),
        item(place, note="a\x00b"),
        item(place, external_id=""),
        item(place, external_id=None),
        item(place, cancelled="false"),
        item(secret),
        item(place) | {"unknown": 1},
        {},
        5,
        [],
    ]
    answer = await api.provider(ORGANISATION).post(BATCH, json={"items": [*bad, item(place)]})
    assert answer.status_code == 207
    assert secret not in answer.text
    found = answer.json()["items"]
    assert statuses(found) == ["validation"] * len(bad) + ["created"]
    for index, one in enumerate(found[:-1]):
        assert one["problem"]["status"] == 422
        assert all(error["pointer"].startswith(f"#/items/{index}") for error in one["problem"]["errors"]), one
    assert found[0]["problem"]["errors"][0]["pointer"] == "#/items/0/kind"


@pytest.mark.parametrize("note", ["Gjeld 57912075186.", "579120 75186 ringde"])
async def test_push_rejects_an_identity_number_in_a_text(api: Api, note: str) -> None:
    place = await placement(api, await steps.provider(api))
    items = [item(place, note=note), item(place, external_id=f"F {note}", note=None)]
    found = await pushed(api.provider(ORGANISATION), items, 207)
    assert statuses(found) == ["identity-number-in-text"] * 2
    assert [one["external_id"] for one in found] == ["F-1", None]
    wrong = [item(place, external_id="57912075186", kind="x"), item(place, kind="x")]
    found = await pushed(api.provider(ORGANISATION), wrong, 207)
    assert [one["external_id"] for one in found] == [None, "F-1"]


async def test_push_to_another_providers_placement_is_not_found(api: Api, connection: AsyncConnection) -> None:
    """The wall: neither its place, nor its absences, nor its external ids."""
    mine, theirs = await steps.provider(api), await steps.provider(api, organisation_number="310300411", name="KIM AS")
    places = await placement(api, mine), await placement(api, theirs)
    client, other = api.provider(ORGANISATION), api.provider("310300411")
    assert statuses(await pushed(other, [item(places[1])])) == ["created"]
    assert statuses(await pushed(client, [item(places[1]), item(places[0])], 207)) == ["not-found", "created"]
    assert statuses(await pushed(client, [item(places[0], provider_id=theirs)], 207)) == ["not-found"]
    assert statuses(await pushed(client, [item(places[0], provider_id=mine)])) == ["unchanged"]
    assert [row["provider_id"] for row in await rows(connection)].count(None) == 0
    stored = {(str(row["provider_id"]), str(row["placement_id"])) for row in await rows(connection)}
    assert stored == {(mine, places[0]), (theirs, places[1])}


async def test_push_by_the_case_office_names_the_provider(api: Api) -> None:
    """One batch for several providers."""
    first, second = await steps.provider(api), await steps.provider(api, organisation_number="310300411", name="KIM AS")
    places = await placement(api, first), await placement(api, second)
    items = [
        item(places[0], provider_id=first),
        item(places[1], provider_id=second),
        item(places[0], provider_id=second),
        item(places[0]),
    ]
    found = await pushed(api.case_officer, items, 207)
    assert statuses(found) == ["created", "created", "not-found", "validation"]
    assert found[0]["absence_id"] != found[1]["absence_id"]


async def test_push_roles(api: Api) -> None:
    for client in (api.finance, api.epj, api.auditor, api.service("habilitation")):
        refused(await client.post(BATCH, json={"items": []}), 403, "role-required")
    refused(await api.anonymous.post(BATCH, json={"items": []}), 401, "unauthenticated")
    refused(await api.provider("310200409").post(BATCH, json={"items": []}), 409, "provider-unknown")
    assert await pushed(api.case_officer, []) == []


async def test_push_atomic_stores_all_or_nothing(api: Api, connection: AsyncConnection) -> None:
    place = await placement(api, await steps.provider(api))
    client = api.provider(ORGANISATION)
    items = [item(place), item(place, external_id="F-2"), item(place, external_id="F-3", kind="x")]
    answer = await client.post(BATCH, json={"items": items}, params={"mode": "atomic"})
    problem = refused(answer, 422, "batch-refused")
    assert [one["index"] for one in problem["items"]] == [1, 2]
    assert [error["pointer"] for error in problem["errors"]] == ["#/items/1/percent", "#/items/2/kind"]
    assert await rows(connection) == []
    assert statuses(await pushed(client, items[:1], mode="atomic")) == ["created"]


async def test_push_dry_run_stores_nothing(api: Api, connection: AsyncConnection) -> None:
    place = await placement(api, await steps.provider(api))
    client = api.provider(ORGANISATION)
    items = [item(place), item(place, external_id="F-2"), item(place, revision=2, percent=50)]
    tried = await pushed(client, items, 207, dry_run="true")
    assert await rows(connection) == []
    done = await pushed(client, items, 207)
    assert statuses(tried) == statuses(done)
    assert [one["absence_id"] for one in tried] == [None] * 3
    assert statuses(await pushed(client, [items[0]], dry_run="true")) == ["unchanged"]


async def test_push_with_idempotency_key(api: Api) -> None:
    """The same bytes get the same answer again."""
    place = await placement(api, await steps.provider(api))
    client = api.provider(ORGANISATION)
    body = lines([item(place)])
    headers = {"Content-Type": "application/x-ndjson", "Idempotency-Key": "natt-1"}
    first = await client.post(BATCH, content=body, headers=headers)
    again = await client.post(BATCH, content=body, headers=headers)
    assert ok(first, 200) == ok(again, 200)
    assert again.headers["idempotency-replayed"] == "true"
    other = await client.post(BATCH, content=body + "\n", headers=headers)
    problem = refused(other, 422, "idempotency-key-reused")
    assert [error["pointer"] for error in problem["errors"]] == ["#/header/idempotency-key"]
    fresh = await client.post(BATCH, content=body, headers={**headers, "Idempotency-Key": "natt-2"})
    assert statuses(ok(fresh, 200)["items"]) == ["unchanged"]
