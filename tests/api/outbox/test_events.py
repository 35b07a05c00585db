"""Who is told of the budget, and how others follow along (C7): real commits, since an event shows after its act."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.conftest import Api
from tests.factories import steps as way
from tests.factories.places import adopt, got, place, posted, prices

RATE = {"valid_from": "2022-01-01", "known_from": "2022-02-01", "monthly_amount": "20000.00", "source": "NAV"}


@asynccontextmanager
async def begun(api: Api) -> AsyncIterator[AsyncConnection]:
    """A connection of the service, committed at the end."""
    async with api.app.state.database.engine.begin() as connection:
        yield connection


async def told(client: httpx.AsyncClient, **query: str | int) -> list[dict[str, Any]]:
    """Everything a follower reads, page by page."""
    events: list[dict[str, Any]] = []
    page = await got(client, "/v1/events", limit=2, **query)
    while True:
        events += page["items"]
        if page["next"] is None:
            return events
        page = await got(client, "/v1/events", limit=2, after=page["next"], **query)


async def test_a_rise_is_told_of_once(quiet_api: Api) -> None:
    """C7: by frames and rates alike, again only after the flag has fallen."""
    api = quiet_api
    await prices(api)
    async with begun(api) as connection:
        await place(connection, 24)
    steps = [
        ("6934000.00", []),
        ("6700000.00", ["budget.watch"]),
        ("6650000.00", []),
        ("6427295.99", ["budget.overrun"]),
        ("6427295.98", []),
        ("6500000.00", []),
        ("6427295.97", ["budget.overrun"]),
        ("9000000.00", []),
        ("1.00", ["budget.overrun"]),
        ("9000000.00", []),
    ]
    expected: list[str] = []
    for amount, types in steps:
        await adopt(api, amount)
        expected += types
        assert [event["type"] for event in await told(api.epj)] == expected, amount
    await posted(api.finance, "/v1/rates", RATE | {"valid_from": "2023-01-01"})
    assert [event["type"] for event in await told(api.epj)] == expected
    await posted(api.finance, "/v1/rates", RATE | {"monthly_amount": "21000.00"})
    assert [event["type"] for event in await told(api.epj)] == [*expected, "budget.overrun"]
    await posted(api.case_officer, "/v1/guideline-versions", {"valid_from": "2022-01-02", "supplement_percent": "0.00"})
    await posted(api.case_officer, "/v1/guideline-versions", {"valid_from": "2022-01-03"})
    assert [event["type"] for event in await told(api.epj)] == [*expected, "budget.overrun", "budget.overrun"]


async def test_an_event_as_cloudevents_has_it(quiet_api: Api) -> None:
    api = quiet_api
    await prices(api)
    async with begun(api) as connection:
        await place(connection, 26)
    await adopt(api)
    page = await got(api.finance, "/v1/events")
    [event] = page["items"]
    assert set(event) == {
        "specversion", "id", "source", "type", "subject", "time", "datacontenttype", "data"
    }  # fmt: skip
    assert (event["specversion"], event["source"], event["type"]) == ("1.0", "/vekstplass", "budget.overrun")
    assert (event["subject"], event["datacontenttype"]) == ("/v1/budgets/2022/position", "application/json")
    assert {name: value for name, value in event["data"].items() if name != "on"} == {
        "year": 2022,
        "flag": "overrun",
        "first_month": "2022-12",
    }
    assert page["next"] is None
    later = await got(api.finance, "/v1/events", after=page["last"])
    assert later == {"items": [], "next": None, "last": page["last"]}
    await adopt(api, "9000000.00")
    await adopt(api)
    [again] = (await got(api.finance, "/v1/events", after=page["last"]))["items"]
    assert again["id"] != event["id"]


async def test_a_year_without_its_rate_is_passed_by(quiet_api: Api) -> None:
    """C1, C7: a frame is adopted whether or not its position can be computed."""
    api = quiet_api
    async with begun(api) as connection:
        await place(connection, 26)
    await adopt(api)
    await adopt(api, year=2023)
    assert await told(api.case_officer) == []
    await prices(api)
    assert {event["data"]["year"] for event in await told(api.case_officer)} == {2022, 2023}


async def test_two_acts_at_once_tell_of_one_rise(quiet_api: Api) -> None:
    """C7: whoever moves the same year waits for whoever came first."""
    api = quiet_api
    await prices(api)
    async with begun(api) as connection:
        await place(connection, 26)
    await asyncio.gather(*(adopt(api, f"69340{index:02}.00") for index in range(6)))
    assert [event["type"] for event in await told(api.epj)] == ["budget.overrun"]


async def test_an_event_waits_for_every_earlier_transaction(quiet_api: Api) -> None:
    """A reader that has gone past a slow transaction would never see what it brings."""
    api = quiet_api
    await prices(api)
    async with begun(api) as connection:
        await place(connection, 26)
    async with begun(api) as slow:
        await slow.execute(text("select set_config('app.roles', 'case_officer', true)"))
        await slow.execute(
            text(
                "insert into event (id, type, subject, data)"
                " values (gen_random_uuid(), 'budget.settled', '/v1/budgets/2021/position', '{}')"
            )
        )
        await adopt(api)
        assert await told(api.epj) == []
    assert [event["type"] for event in await told(api.epj)] == ["budget.settled", "budget.overrun"]


async def test_chooses_types(quiet_api: Api) -> None:
    api = quiet_api
    async with begun(api) as connection:
        await connection.execute(
            text(
                "insert into event (id, type, subject, data) select gen_random_uuid(), type, '/x', '{}'"
                " from unnest(cast(:types as text[])) as type"
            ),
            {"types": ["placement.granted", "budget.watch", "budget.overrun", "placement.granted"]},
        )
    for types, count in (("placement.granted", 2), ("budget.watch,budget.overrun", 2), ("budget.settled", 0)):
        assert len(await told(api.epj, types=types)) == count
    assert len(await told(api.epj)) == len(await told(api.case_officer)) == 4
    # Finance follows the budget alone.
    assert [event["type"] for event in await told(api.finance)] == ["budget.watch", "budget.overrun"]
    assert await told(api.finance, types="placement.granted") == []


async def test_a_protected_place_is_not_told_of(quiet_api: Api) -> None:
    """An event names the provider: whoever may not see where a person is does not follow it either."""
    api = quiet_api
    await way.law(api)
    provider_id = await way.provider(api)
    places = [await way.recorded(api, provider_id) for _ in range(2)]
    for one in places:
        await posted(api.case_officer, f"/v1/placements/{one}/notices", way.notice("2022-03-01"))
    path = f"/v1/participants/{(await got(api.case_officer, f'/v1/placements/{places[1]}'))['participant_id']}"
    tag = (await api.case_officer.get(path)).headers["etag"]
    answer = await api.case_officer.patch(path, json={"address_protection": True}, headers={"If-Match": tag})
    assert answer.status_code == 200
    for client, seen in ((api.case_officer, places), (api.epj, places[:1])):
        events = await told(client, types="placement.recorded,placement.noticed")
        assert [event["data"]["placement_id"] for event in events] == [*seen, *seen]


async def test_a_request_about_a_protected_person_is_not_told_of(quiet_api: Api) -> None:
    """Nor one about somebody who was protected later, or merged: it names the provider as much as a place does."""
    api = quiet_api
    await way.law(api)
    provider_id = await way.provider(api)
    people = [await way.participant(api, address_protection=index == 0) for index in range(4)]
    requests = []
    for person, said in zip(people, ("accepted", "declined", "accepted", "declined"), strict=True):
        applied = await way.application(api, person)
        requests.append(await way.request(api, applied, provider_id, said))
    for client, request_id in ((api.provider("310300403"), requests[0]), (api.case_officer, requests[2])):
        way.ok(await client.post(f"/v1/requests/{request_id}/retraction", json={"reason": "Feil."}), 200)
    path = f"/v1/participants/{people[1]}"
    tag = (await api.case_officer.get(path)).headers["etag"]
    answer = await api.case_officer.patch(path, json={"address_protection": True}, headers={"If-Match": tag})
    assert answer.status_code == 200
    merged = await way.participant(api)
    way.ok(await api.case_officer.post(f"/v1/participants/{merged}/merge", json={"duplicate_id": people[3]}), 200)
    for client, seen in ((api.case_officer, requests), (api.epj, requests[2:])):
        events = [event for event in await told(client) if event["type"].startswith("request.")]
        assert {event["data"]["request_id"] for event in events} == set(seen)
        assert {event["data"]["participant_id"] for event in events} <= set(people)
    assert [event["type"] for event in await told(api.epj) if event["data"].get("provider_id")] == [
        "request.sent",
        "request.accepted",
        "request.sent",
        "request.declined",
        "request.retracted",
    ]


async def test_events_are_for_those_who_follow(api: Api) -> None:
    for client in (api.provider("310300403"), api.service("habilitation"), api.auditor):
        assert (await client.get("/v1/events")).status_code == 403


@pytest.mark.parametrize("query", ["types=", "types=x", "types=a.b,", "types=%00", "after=x", "limit=0", "type=a.b"])
async def test_refuses_a_malformed_question(api: Api, query: str) -> None:
    answer = await api.epj.get(f"/v1/events?{query}")
    assert answer.status_code == 422


async def test_any_cursor_of_the_right_length_is_answered(api: Api) -> None:
    for after in ("A" * 22, "_" * 21 + "w", "_" * 22):
        assert (await api.epj.get("/v1/events", params={"after": after})).status_code in {409, 422}


async def test_another_lists_cursor_is_refused(api: Api) -> None:
    """Nothing would ever come after it."""
    for _ in range(2):
        await way.participant(api)
    other = (await got(api.case_officer, "/v1/participants", limit=1))["next"]
    for headers in ({}, {"Accept": "text/event-stream"}):
        answer = await api.case_officer.get("/v1/events", params={"after": other}, headers=headers)
        problem = way.refused(answer, 422, "validation")
        assert [error["pointer"] for error in problem["errors"]] == ["#/query/after"]
