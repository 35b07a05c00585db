"""A year's costs by month, provider and placement through HTTP: every grouping adds up to the position (C4, C6)."""

from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.conftest import Api
from tests.factories.places import got, place, prices

PATH = "/v1/budgets/2022/costs"
KEYS = {"month": "month", "provider": "provider_id", "placement": "placement_id"}
GROUPINGS = [",".join(some) for count in (1, 2, 3) for some in permutations(KEYS, count)]


async def a_varied_year(api: Api, connection: AsyncConnection) -> None:
    """Places that begin and end inside months, part places, and two at a price of their own, at two providers."""
    await prices(api)
    await place(connection, 2)
    await place(connection, 1, "2022-03-15", "2022-11-09", share=37)
    await place(connection, 2, "2019-05-02", "2022-02-28", monthly_price="21999.99", organisation_number="310300411")
    await place(connection, 2, "2022-12-31", share=1, organisation_number="310300411")
    await place(connection, 1, "2023-01-01")


async def all_rows(api: Api, limit: int = 200, **query: str) -> tuple[list[dict[str, Any]], str]:
    """Every page's rows, and the total that every page states."""
    rows: list[dict[str, Any]] = []
    page = await got(api.finance, PATH, limit=limit, **query)
    total = page["total"]
    while True:
        assert page["total"] == total
        rows += page["items"]
        if page["next"] is None:
            return rows, total
        assert len(page["items"]) == limit
        page = await got(api.finance, PATH, limit=limit, after=page["next"], **query)


@pytest.mark.parametrize("by", GROUPINGS)
async def test_every_grouping_adds_up_to_the_position(api: Api, connection: AsyncConnection, by: str) -> None:
    """C4, C6: to the øre, in order, whatever the page."""
    await a_varied_year(api, connection)
    forecast = (await got(api.finance, "/v1/budgets/2022/position", on="2022-12-31"))["forecast"]
    rows, total = await all_rows(api, by=by, on="2022-12-31")
    names = [name for key, name in KEYS.items() if key in by.split(",")]
    assert all(set(row) == {*names, "amount"} for row in rows)
    keys = [tuple(row[name] for name in names) for row in rows]
    assert keys == sorted(set(keys))
    assert sum(Decimal(row["amount"]) for row in rows) == Decimal(total) == Decimal(forecast)
    assert (await all_rows(api, limit=3, by=by, on="2022-12-31")) == (rows, total)


async def test_twelve_months_stand_even_where_nothing_is_spent(api: Api, connection: AsyncConnection) -> None:
    await prices(api)
    await place(connection, 1, "2022-03-15", "2022-03-31")
    items = (await got(api.finance, PATH, on="2022-12-31"))["items"]
    assert [item["month"] for item in items] == [f"2022-{month:02}" for month in range(1, 13)]
    assert {"month": "2022-03", "amount": "12238.35"} in items
    assert sum(item["amount"] == "0.00" for item in items) == 11


async def test_filters_choose_whose_costs(api: Api, connection: AsyncConnection) -> None:
    await a_varied_year(api, connection)
    rows, total = await all_rows(api, by="provider,placement", on="2022-12-31")
    by_provider, _ = await all_rows(api, by="provider", on="2022-12-31")
    assert len(by_provider) == 2
    for provider in by_provider:
        mine, of_provider = await all_rows(
            api, by="provider,placement", on="2022-12-31", provider_id=provider["provider_id"]
        )
        assert mine == [row for row in rows if row["provider_id"] == provider["provider_id"]]
        assert of_provider == provider["amount"]
    for row in rows:
        one = await got(api.finance, PATH, by="placement", on="2022-12-31", placement_id=row["placement_id"])
        assert one["items"] == [{"placement_id": row["placement_id"], "amount": row["amount"]}]
        assert one["total"] == row["amount"]
    unknown = await got(api.finance, PATH, by="placement", provider_id="01234567-89ab-7def-8123-456789abcdef")
    assert unknown == {"items": [], "next": None, "total": "0.00"}
    assert Decimal(total) > 0


async def test_pages_are_linked(api: Api, connection: AsyncConnection) -> None:
    await a_varied_year(api, connection)
    answer = await api.finance.get(PATH, params={"by": "month,placement", "limit": 1, "on": "2022-12-31"})
    link = answer.headers["link"]
    assert link.endswith('>; rel="next"')
    following = await api.finance.get(link[1:].split(">")[0])
    assert following.json()["items"][0] != answer.json()["items"][0]
    for made_up in ("A" * 44, "_" * 44):
        assert (await api.finance.get(PATH, params={"after": made_up})).status_code == 200
