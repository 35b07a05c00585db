"""Any history of changes between closings, and closings at the same time (C13)."""

import asyncio
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.conftest import Api
from tests.factories.places import got, place, posted
from tests.factories.settlements import RAISED, SETTLEMENTS, before_may, change, total

STEPS = st.one_of(
    st.tuples(st.just("rate"), st.dates(date(2023, 1, 1), date(2023, 6, 30)), st.integers(1, 3_000_000)),
    st.tuples(st.just("starts_on"), st.dates(date(2022, 12, 1), date(2023, 6, 30)), st.integers(0, 2)),
    st.tuples(st.just("ends_on"), st.dates(date(2023, 7, 1), date(2023, 12, 31)), st.integers(0, 2)),
    st.tuples(st.just("share"), st.none(), st.integers(1, 100)),
    st.tuples(st.just("price"), st.none(), st.integers(1, 3_000_000)),
    st.tuples(st.just("place"), st.dates(date(2023, 1, 1), date(2023, 12, 31)), st.integers(1, 100)),
    st.tuples(st.just("close"), st.none(), st.integers(1, 4)),
    st.tuples(st.just("reject"), st.none(), st.integers(1, 12)),
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(STEPS, min_size=3, max_size=14))
async def test_closed_lines_and_differences_add_up_to_the_costs_after_any_history(
    api: Api, connection: AsyncConnection, history: list[tuple[str, date | None, int]]
) -> None:
    """C13: after every step of any history, to the øre, and equal to what the year's costs say."""
    async with connection.begin_nested() as savepoint:
        await before_may(api, connection, 2)
        await place(connection, 1, "2020-01-01", monthly_price="19999.99")
        for number, (what, day, value) in enumerate([*history, ("close", None, 12)]):
            await step(api, connection, number, what, day, value)
            await assert_ledger_equals_costs(api)
        await savepoint.rollback()


async def step(api: Api, connection: AsyncConnection, number: int, what: str, day: date | None, value: int) -> None:
    """One change, closing or rejection."""
    standard = "select distinct placement_id from placement_terms where monthly_price is null"
    pick = f"placement_id = ({standard} order by placement_id offset {value} limit 1)"
    if what == "rate":
        known = date(2023, 7, 1) + timedelta(days=number)
        amount = f"{value // 100}.{value % 100:02}"
        days = {"valid_from": f"{day}", "known_from": f"{known}"}
        await posted(api.finance, "/v1/rates", RAISED | days | {"monthly_amount": amount})
    elif what == "place":
        await place(connection, 1, f"{day}", "2023-12-31", share=value)
    elif what == "starts_on":
        await change(connection, pick, valid_from=f"least(valid_to, date '{day}')")
    elif what == "ends_on":
        await change(connection, pick, valid_to=f"greatest(valid_from, date '{day}')")
    elif what == "share":
        await change(connection, "monthly_price is null", share=f"{value}")
    elif what == "price":
        await change(connection, "monthly_price is not null", monthly_price=f"{value}::numeric / 100")
    elif what == "reject":
        path = f"{SETTLEMENTS}/{value}/approval"
        answer = await api.person("finance", "ola").post(path, json={"approved": False, "reason": "Nei"})
        assert answer.status_code in (200, 404, 409)
    else:
        for month in range(1, 13):
            answer = await api.finance.post(f"{SETTLEMENTS}/{month}")
            if answer.status_code != 201:
                assert answer.json()["type"] in ("/problems/month-already-settled", "/problems/earlier-month-open")
            value -= answer.status_code == 201
            if value == 0:
                return


async def assert_ledger_equals_costs(api: Api) -> None:
    """Closed lines + differences, settled or pending, = the costs; lines + settled differences = the totals."""
    listed = (await got(api.finance, SETTLEMENTS))["items"]
    months = [row["month"] for row in listed if row["status"] != "rejected"]
    settlements = [await got(api.finance, f"{SETTLEMENTS}/{month}") for month in months]
    found: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for settlement in settlements:
        settled = [row for row in settlement["differences"] if row["settled_in"]]
        assert total(settlement["lines"]) + total(settled) == Decimal(settlement["total"])
        for row in settlement["lines"] + settlement["differences"]:
            found[row["month"], row["placement_id"]] += Decimal(row["amount"])
    costs = await got(api.finance, "/v1/budgets/2023/costs", by="month,placement", limit=200)
    assert costs["next"] is None
    closed = {f"2023-{month:02}" for month in months}
    recomputed = {(row["month"], row["placement_id"]): Decimal(row["amount"]) for row in costs["items"]}
    assert {key: amount for key, amount in found.items() if amount and key[0] in closed} == {
        key: amount for key, amount in recomputed.items() if key[0] in closed
    }


async def test_month_is_closed_and_decided_once_by_several_at_once(committed_api: Api) -> None:
    """C13: one closes and the others are refused; so it is for two who decide."""
    api = committed_api
    await posted(api.case_officer, "/v1/guideline-versions", {"valid_from": "2022-01-01"})
    answers = await asyncio.gather(*(api.person("finance", name).post(f"{SETTLEMENTS}/1") for name in ("a", "b", "c")))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    path = f"{SETTLEMENTS}/1/approval"
    bodies = [{"approved": True}, {"approved": False, "reason": "Nei"}]
    answers = await asyncio.gather(*(api.person("finance", "d").post(path, json=body) for body in bodies))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
