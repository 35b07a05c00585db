"""Differences of closed months: their causes, when they wait, and the settlement that they go into (C13)."""

from decimal import Decimal
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from tests.conftest import Api
from tests.factories.places import got, place, posted
from tests.factories.settlements import RAISED, SETTLEMENTS, before_may, change, close, total
from tests.factories.steps import ok


async def test_the_2023_case_waits_as_61_740(api: Api, connection: AsyncConnection) -> None:
    """C13: 24 places, January to May closed at 15 324; 15 667 becomes known in May, and no total changes."""
    await before_may(api, connection)
    closed = await close(api.finance, 1, 2, 3, 4, 5)
    assert {settlement["total"] for settlement in closed} == {"551664.00"}
    assert all(settlement["differences"] == [] for settlement in closed)
    await posted(api.finance, "/v1/rates", RAISED)
    now = [await got(api.finance, f"{SETTLEMENTS}/{month}") for month in range(1, 6)]
    assert {settlement["total"] for settlement in now} == {"551664.00"}
    assert {settlement["pending_total"] for settlement in now} == {"12348.00"}
    pending = [difference for settlement in now for difference in settlement["differences"]]
    assert (len(pending), total(pending)) == (120, Decimal("61740.00"))
    assert {(row["cause"], row["amount"], row["settled_in"]) for row in pending} == {("rate", "514.50", None)}
    lines = {line["id"]: line for settlement in closed for line in settlement["lines"]}
    for row in pending:
        line = lines[row["line_id"]]
        assert {line[name] == row[name] for name in ("placement_id", "month", "provider_id")} == {True}


async def test_the_2023_case_is_settled_once(api: Api, connection: AsyncConnection) -> None:
    """C13: the five months' differences go into June's settlement, and none of them twice."""
    await before_may(api, connection)
    await close(api.finance, 1, 2, 3, 4, 5)
    await posted(api.finance, "/v1/rates", RAISED)
    (june,) = await close(api.finance, 6)
    sums = {"lines": "564012.00", "differences": "61740.00", "total": "625752.00"}
    assert (june["lines_total"], june["differences_total"], june["total"]) == tuple(sums.values())
    assert {row["settled_in"] for row in june["differences"]} == {"2023-06"}
    assert {row["month"] for row in june["differences"]} == {f"2023-{month:02}" for month in range(1, 6)}
    assert june["providers"] == [{"provider_id": june["lines"][0]["provider_id"], **sums}]
    now = [await got(api.finance, f"{SETTLEMENTS}/{month}") for month in range(1, 7)]
    settled = sum((total(month["lines"]) + total(month["differences"]) for month in now), Decimal(0))
    assert settled == Decimal("564012.00") * 6
    assert [month["differences"] for month in now[:5]] == [[]] * 5
    assert now[5] == june


async def changed_places(api: Api, connection: AsyncConnection) -> None:
    """January and February closed; then a start, a price and an end are corrected, and a place is added."""
    await before_may(api, connection, 2)
    await place(connection, 1, "2023-01-01", share=60)
    await place(connection, 2, "2020-01-01", "2023-03-31", monthly_price="20000.00")
    await close(api.finance, 1, 2)
    first = "(select min(placement_id::text)::uuid from placement_terms where monthly_price is null and share = 100)"
    await change(connection, "share = 60", valid_from="date '2023-02-15'")
    await change(connection, "monthly_price is not null", monthly_price="21000")
    await change(connection, f"placement_id = {first}", valid_to="date '2023-01-31'")
    await place(connection, 1, "2023-02-01", "2023-02-28", share=10)


async def test_differences_have_their_causes(api: Api, connection: AsyncConnection) -> None:
    """C13: to the øre; an added line has no closed one."""
    await changed_places(api, connection)
    now = [await got(api.finance, f"{SETTLEMENTS}/{month}") for month in (1, 2)]
    differences = [(row["month"], row["cause"], row["amount"]) for month in now for row in month["differences"]]
    assert sorted(differences) == [
        ("2023-01", "legacy_price", "1000.00"),
        ("2023-01", "legacy_price", "1000.00"),
        ("2023-01", "removed", "-13791.60"),
        ("2023-02", "added", "2298.60"),
        ("2023-02", "legacy_price", "1000.00"),
        ("2023-02", "legacy_price", "1000.00"),
        ("2023-02", "period", "-6895.80"),
        ("2023-02", "removed", "-22986.00"),
    ]
    assert [row["line_id"] for row in now[1]["differences"] if row["cause"] == "added"] == [None]
    (march,) = await close(api.finance, 3)
    assert march["differences_total"] == "-37374.80"


async def test_removed_line_that_comes_back_is_added(api: Api, connection: AsyncConnection) -> None:
    """C13: the ledger is where it was, and the difference names the line that was closed."""
    await changed_places(api, connection)
    await close(api.finance, 3)
    await change(connection, "share = 60", valid_from="date '2023-01-01'")
    january = await got(api.finance, f"{SETTLEMENTS}/1")
    assert [(row["cause"], row["amount"]) for row in january["differences"]] == [("added", "13791.60")]
    assert january["differences"][0]["line_id"] is not None


def supplement(**changes: Any) -> dict[str, Any]:
    """The body of a supplement of 3 100 kroner per month, agreed by the three parties (L6)."""
    body = {
        "monthly_amount": "3100.00",
        "valid_from": "2023-01-01",
        "reason": "Treng tettare oppfølging",
        "agreed_by": ["service", "case_office", "provider"],
    }
    return body | changes


async def test_supplement_agreed_afterwards(api: Api, connection: AsyncConnection) -> None:
    """L6, C13: from the middle of a closed month; the next line has a part for it."""
    await before_may(api, connection, 1)
    (january,) = await close(api.finance, 1)
    placement = january["lines"][0]["placement_id"]
    body = supplement(valid_from="2023-01-22", full_time_equivalents="0.20")
    ok(await api.case_officer.post(f"/v1/placements/{placement}/supplements", json=body))
    (february,) = await close(api.finance, 2)
    assert [(row["cause"], row["amount"]) for row in february["differences"]] == [("supplement", "1000.00")]
    (line,) = february["lines"]
    assert (line["amount"], line["price"]) == ("26086.00", None)
    assert [(part["kind"], part["price"]) for part in line["parts"]] == [
        ("base", "22986.00"),
        ("supplement", "3100.00"),
    ]


async def test_supplement_ended_afterwards(api: Api, connection: AsyncConnection) -> None:
    """L6, C13: an end inside a closed month is a difference of it, and the closed line stays."""
    await before_may(api, connection, 1)
    placement = (await got(api.case_officer, "/v1/placements"))["items"][0]["id"]
    path = f"/v1/placements/{placement}/supplements"
    agreed = ok(await api.case_officer.post(path, json=supplement()))
    await close(api.finance, 1)
    end = {"valid_to": "2023-01-21", "reason": "Ikkje lenger naudsynt", "agreed_on": "2023-01-20"}
    body = end | {"agreed_by": ["service", "case_office", "provider"]}
    ok(await api.case_officer.post(f"{path}/{agreed['id']}/end", json=body), 200)
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
