"""Lists: every row once, whatever happens between the pages, and a cursor that opens nothing."""

import re
from itertools import count

import asyncpg
import httpx
import pytest
from sqlalchemy import insert

from app.clock import new_id
from app.database.identity import DatabaseIdentity
from app.providers.tables import Provider
from tests.conftest import Api

PROVIDERS = "/v1/providers"
OFFICER = DatabaseIdentity(actor="test", roles=frozenset({"case_officer"}))
numbers = count(100_000_000)


async def make(api: Api, how_many: int, **values: str) -> list[str]:
    """So many providers, made in the same milliseconds, with numbers that only the database checks."""
    made = []
    async with api.app.state.database.unit_of_work(OFFICER) as unit:
        for _ in range(how_many):
            row = {"name": "X AS", "organisation_number": str(next(numbers)), "municipality_number": "4631"} | values
            made.append(new_id())
            await unit.session.execute(insert(Provider).values(id=made[-1], **row))
    return [str(id_) for id_ in made]


async def get(client: httpx.AsyncClient, target: str) -> tuple[list[str], str | None, str | None]:
    """The ids of a page, its cursor, and where its Link header leads."""
    answer = await client.get(target)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert set(body) == {"items", "next"}
    link = answer.headers.get("link")
    match = re.fullmatch(r'<([^<>]+)>; rel="next"', link) if link else None
    assert (body["next"] is None) == (match is None)
    return [row["id"] for row in body["items"]], body["next"], match[1] if match else None


async def test_three_hundred_rows_by_seven_come_once_each(api: Api) -> None:
    made = await make(api, 300)
    seen: list[str] = []
    target: str | None = f"{PROVIDERS}?limit=7"
    sizes = []
    while target is not None:
        ids, _, target = await get(api.case_officer, target)
        sizes.append(len(ids))
        seen += ids
    assert seen == sorted(made)
    assert sizes == [7] * 42 + [6]


async def test_rows_that_come_and_go_between_pages_disturb_nobody(
    committed_api: Api, behind: asyncpg.Connection
) -> None:
    """No row twice, none lost that was there all the time, also when the cursor's own row is gone."""
    there = set(await make(committed_api, 60))
    seen: list[str] = []
    after = ""
    while True:
        ids, following, _ = await get(committed_api.case_officer, f"{PROVIDERS}?limit=7{after}")
        seen += ids
        if following is None:
            break
        after = f"&after={following}"
        unseen = sorted(there - set(seen))
        gone = [ids[-1], ids[0], *unseen[1:2]]
        await behind.execute("delete from provider where id = any($1::text[]::uuid[])", gone)
        there -= set(gone)
        if len(seen) < 50:
            await make(committed_api, 3)
    assert len(seen) == len(set(seen))
    assert there <= set(seen)


@pytest.mark.parametrize(
    ("rows", "limit", "sizes"), [(0, 1, [0]), (1, 1, [1]), (14, 7, [7, 7]), (8, 7, [7, 1]), (3, 200, [3])]
)
async def test_next_is_null_on_the_last_page_and_only_there(api: Api, rows: int, limit: int, sizes: list[int]) -> None:
    await make(api, rows)
    target: str | None = f"{PROVIDERS}?limit={limit}"
    found = []
    while target is not None:
        ids, _, target = await get(api.case_officer, target)
        found.append(len(ids))
    assert found == sizes


async def test_fifty_unless_asked_and_two_hundred_at_most(api: Api) -> None:
    await make(api, 201)
    for query, size in (("", 50), ("?limit=200", 200), ("?limit=1", 1)):
        ids, _, _ = await get(api.case_officer, PROVIDERS + query)
        assert len(ids) == size


async def test_the_link_is_the_cursor_with_everything_else_that_was_asked(api: Api) -> None:
    await make(api, 5)
    _, following, link = await get(api.case_officer, f"{PROVIDERS}?limit=2")
    assert link == f"{PROVIDERS}?limit=2&after={following}"
    _, last, link = await get(api.case_officer, f"{PROVIDERS}?after={following}&limit=2")
    assert link == f"{PROVIDERS}?limit=2&after={last}"
    head = await api.case_officer.head(f"{PROVIDERS}?limit=2")
    assert head.headers["link"].endswith(f'after={following}>; rel="next"')


async def test_a_cursor_is_a_place_in_the_order_and_opens_nothing(api: Api) -> None:
    """Whoever brings another's cursor, or one of another list, sees what they may see from there on."""
    made = sorted(await make(api, 5))
    _, following, _ = await get(api.case_officer, f"{PROVIDERS}?limit=2")
    assert following is not None
    assert re.fullmatch(r"[A-Za-z0-9_-]{22}", following)
    (own,) = await make(api, 1, organisation_number="310300403")
    mine, _, _ = await get(api.provider("310300403"), f"{PROVIDERS}?after={following}")
    assert mine == [own]
    elsewhere, _, _ = await get(api.case_officer, f"{PROVIDERS}/{made[0]}/capacities?after={following}")
    assert elsewhere == []
    for end, expected in (("_" * 21 + "w", []), ("A" * 22, made)):
        ids, _, _ = await get(api.case_officer, f"{PROVIDERS}?after={end}")
        assert ids[:5] == expected
