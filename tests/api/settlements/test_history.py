"""What changes between closings, whatever it is, and who closes at once (C11–C13)."""

import asyncio
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.conftest import Api
from tests.factories.places import got, place, posted
from tests.factories.settlements import RAISED, SETTLEMENTS, before_may, change, close, total
from tests.factories.steps import ok


async def test_the_position_says_what_became_of_the_incurred(api: Api, connection: AsyncConnection) -> None:
    """C11, C12, C13: settled + differing + open = incurred, on any day; gross, refund and net."""
    await before_may(api, connection)
    await close(api.finance, 1, 2, 3, 4, 5)
    refund = {"amount": "300000.00", "recorded_on": "2023-01-31", "reason": "Rekna ut"}
    await posted(api.finance, "/v1/budgets/2023/expected-refunds", refund)
    line = {"invoice_number": "F-1", "issued_on": "2023-02-01", "supplier": "310300403", "buyer": "920290922"}
    line |= {"period_from": "2023-01-01", "period_to": "2023-01-31", "quantity": "24", "unit_price": "22986.00"}
    ok(await api.finance.post("/v1/invoices/checks", json={"lines": [line | {"amount": "551664.00"}]}))
    path = "/v1/budgets/2023/position"
    closed = await got(api.finance, path, on="2023-06-15")
    assert closed["of_incurred"] == {
        "settled": "2758320.00",
        "differing": "0.00",
        "open": "275832.00",
        "invoiced": "551664.00",
    }
    await posted(api.finance, "/v1/rates", RAISED)
    raised = await got(api.finance, path, on="2023-06-15")
    assert raised["of_incurred"]["differing"] == "61740.00"
    assert raised["sums"] == {"gross": raised["forecast"], "refund": "300000.00", "net": raised["net_forecast"]}
    await close(api.finance, 6)
    for on in ("2022-12-31", "2023-01-30", "2023-01-31", "2023-05-10", "2023-05-11", "2023-06-30"):
        position = await got(api.finance, path, on=on)
        became = {name: Decimal(amount) for name, amount in position["of_incurred"].items()}
        assert became["settled"] + became["differing"] + became["open"] == Decimal(position["incurred"]), on
        assert became["invoiced"] == (Decimal(0) if on < "2023-01-31" else Decimal("551664.00"))
    after = await got(api.finance, path, on="2024-01-01")
    assert (after["of_incurred"]["settled"], after["of_incurred"]["differing"]) == ("3384072.00", "0.00")
    what_if = await api.finance.post("/v1/budgets/2023/what-if?on=2024-01-01", json={"changes": []})
    assert ok(what_if, 200)["after"]["of_incurred"] == after["of_incurred"]


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
async def test_closed_lines_and_differences_are_the_months_anew_whatever_happens(
    api: Api, connection: AsyncConnection, history: list[tuple[str, date | None, int]]
) -> None:
    """C13: after every step of any history, to the øre, and equal to what the year's costs say."""
    async with connection.begin_nested() as savepoint:
        await before_may(api, connection, 2)
        await place(connection, 1, "2020-01-01", monthly_price="19999.99")
        for number, (what, day, value) in enumerate([*history, ("close", None, 12)]):
            await step(api, connection, number, what, day, value)
            await assert_the_books_are_right(api)
        await savepoint.rollback()


async def step(api: Api, connection: AsyncConnection, number: int, what: str, day: date | None, value: int) -> None:
    """One thing that happens."""
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


async def assert_the_books_are_right(api: Api) -> None:
    """Closed lines + differences, settled or waiting, = the costs; what was settled adds up to the totals."""
    heads = (await got(api.finance, SETTLEMENTS))["items"]
    standing = [head for head in heads if head["status"] != "rejected"]
    seen = [await got(api.finance, f"{SETTLEMENTS}/{head['month']}") for head in standing]
    found: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for settlement in seen:
        settled = [row for row in settlement["differences"] if row["settled_in"]]
        assert total(settlement["lines"]) + total(settled) == Decimal(settlement["total"])
        for row in settlement["lines"] + settlement["differences"]:
            found[row["month"], row["placement_id"]] += Decimal(row["amount"])
    costs = await got(api.finance, "/v1/budgets/2023/costs", by="month,placement", limit=200)
    assert costs["next"] is None
    closed = {f"2023-{head['month']:02}" for head in standing}
    anew = {(row["month"], row["placement_id"]): Decimal(row["amount"]) for row in costs["items"]}
    assert {key: amount for key, amount in found.items() if amount and key[0] in closed} == {
        key: amount for key, amount in anew.items() if key[0] in closed
    }


async def test_a_supplement_agreed_afterwards(api: Api, connection: AsyncConnection) -> None:
    """L6, C13: from the middle of a closed month; the line as it is anew has a part for it."""
    await before_may(api, connection, 1)
    (january,) = await close(api.finance, 1)
    supplement = {
        "monthly_amount": "3100.00",
        "valid_from": "2023-01-22",
        "reason": "Treng tettare oppfølging",
        "agreed_by": ["service", "case_office", "provider"],
        "full_time_equivalents": "0.20",
    }
    placement = january["lines"][0]["placement_id"]
    ok(await api.case_officer.post(f"/v1/placements/{placement}/supplements", json=supplement))
    (february,) = await close(api.finance, 2)
    assert [(row["cause"], row["amount"]) for row in february["differences"]] == [("supplement", "1000.00")]
    (line,) = february["lines"]
    assert (line["amount"], line["price"]) == ("26086.00", None)
    assert [(part["kind"], part["price"]) for part in line["parts"]] == [
        ("base", "22986.00"),
        ("supplement", "3100.00"),
    ]


async def test_a_supplement_ended_afterwards(api: Api, connection: AsyncConnection) -> None:
    """L6, C13: an end inside a closed month is a difference of it, and the closed line stands."""
    await before_may(api, connection, 1)
    terms = {"monthly_amount": "3100.00", "valid_from": "2023-01-01", "reason": "Treng tettare oppfølging"}
    parties = {"agreed_by": ["service", "case_office", "provider"]}
    placement = (await got(api.case_officer, "/v1/placements"))["items"][0]["id"]
    path = f"/v1/placements/{placement}/supplements"
    made = ok(await api.case_officer.post(path, json=terms | parties))
    (january,) = await close(api.finance, 1)
    ends = {"valid_to": "2023-01-21", "reason": "Ikkje lenger naudsynt", "agreed_on": "2023-01-20"}
    ok(await api.case_officer.post(f"{path}/{made['id']}/end", json=ends | parties), 200)
    (february,) = await close(api.finance, 2)
    assert [(row["cause"], row["amount"]) for row in february["differences"]] == [("supplement", "-1000.00")]
    assert february["lines"][0]["amount"] == "22986.00"


async def test_last_years_differences_go_into_this_years_first_month(api: Api, connection: AsyncConnection) -> None:
    """C13: the next month that is closed, whichever year it is of; the position counts them in the month's own year."""
    await before_may(api, connection, 0)
    await place(connection, 1, "2022-12-01")
    await close(api.finance, 12, path="/v1/budgets/2022/settlements")
    await posted(api.finance, "/v1/rates", RAISED | {"valid_from": "2022-12-01", "monthly_amount": "14978.00"})
    (january,) = await close(api.finance, 1)
    assert [(row["month"], row["amount"]) for row in january["differences"]] == [("2022-12", "150.00")]
    for year, settled in ((2022, "22467.00"), (2023, "22986.00")):
        position = await got(api.finance, f"/v1/budgets/{year}/position")
        assert position["of_incurred"]["settled"] == settled
        assert position["of_incurred"]["differing"] == "0.00"


async def test_two_who_close_at_once(committed_api: Api) -> None:
    """C13: one closes, the other is told; of two who decide as well."""
    api = committed_api
    await posted(api.case_officer, "/v1/guideline-versions", {"valid_from": "2022-01-01"})
    answers = await asyncio.gather(*(api.person("finance", name).post(f"{SETTLEMENTS}/1") for name in ("a", "b", "c")))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    path = f"{SETTLEMENTS}/1/approval"
    bodies = [{"approved": True}, {"approved": False, "reason": "Nei"}]
    answers = await asyncio.gather(*(api.person("finance", "d").post(path, json=body) for body in bodies))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
