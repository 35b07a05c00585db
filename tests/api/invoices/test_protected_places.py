"""Where a person with a protected address is does not show in what finance is told about an invoice (C12)."""

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.conftest import Api
from tests.factories.invoices import CHECKS, FILE_IDS, UNKNOWN_ID, invoice_line, read_file, send, three_places
from tests.factories.places import got
from tests.factories.settlements import act, close
from tests.factories.steps import ok

FULL, REST = "22986.00", "11122.26"
PROTECTED = "22986.00"


async def protect_first(connection: AsyncConnection, places: dict[str, str]) -> str:
    """The first place's person has a protected address; the place's id."""
    id_ = places[FILE_IDS[0]]
    await act(
        connection,
        "update participant set address_protection = true"
        f" where id = (select participant_id from placement where id = '{id_}')",
    )
    return id_


async def check(api: Api, *lines: dict[str, Any], client: str = "finance") -> dict[str, Any]:
    return ok(await getattr(api, client).post(CHECKS, json={"lines": list(lines)}))


@pytest.mark.parametrize("closed", [True, False])
async def test_invented_line_tells_finance_no_more_than_the_costs(
    api: Api, connection: AsyncConnection, closed: bool
) -> None:
    """One line of a krone for each provider would otherwise count and price its protected places."""
    places = await three_places(api, connection)
    await protect_first(connection, places)
    if closed:
        await close(api.finance, 1)
    body = await check(api, invoice_line(unit_price="1.00", amount="1.00"))
    costs = (await got(api.finance, "/v1/budgets/2023/costs", by="month,provider", on="2023-01-31"))["items"]
    of_january = {row["provider_id"]: row["amount"] for row in costs if row["month"] == "2023-01"}
    assert body["expected"] == of_january[body["provider_id"]]
    assert body["protected_amount"] == of_january[None] == PROTECTED
    named = {row["placement_id"] for row in body["lines"] if row["line"] is None}
    assert named <= {places[FILE_IDS[1]], places[FILE_IDS[2]]}
    assert sum(Decimal(row["expected"]) for row in body["lines"]) == Decimal(body["expected"])


@pytest.mark.parametrize("before", [[], ["other"], ["same"]], ids=["first", "after another", "after the same"])
async def test_protected_place_answers_as_one_that_is_not_there(
    api: Api, connection: AsyncConnection, before: list[str]
) -> None:
    """Also where an earlier invoice was for the place."""
    places = await three_places(api, connection)
    protected = await protect_first(connection, places)
    for what in before:
        await check(api, invoice_line(invoice_number="E-1", placement_id=protected if what == "same" else None))
    shown = []
    for id_ in (protected, UNKNOWN_ID):
        line = invoice_line(placement_id=id_, unit_price="500.00", amount="500.00")
        body = ok(await api.finance.post(f"{CHECKS}?dry_run=true", json={"lines": [line]}), 200)
        first = {"placement_id": None, "cause": "no_such_placement", "expected": "0.00"}
        assert first.items() <= body["lines"][0].items()
        body["lines"].sort(key=lambda row: str(row["placement_id"]))
        shown.append({name: body[name] for name in ("expected", "difference", "result", "lines", "protected_amount")})
    assert shown[0] == shown[1]


@pytest.mark.parametrize("checks", ["case_officer", "finance"])
async def test_case_office_and_finance_each_read_their_own_comparison(
    api: Api, connection: AsyncConnection, checks: str
) -> None:
    """Whoever of the two checked it. The provider's own invoice is right, and the case office sees that it is."""
    places = await three_places(api, connection)
    protected = await protect_first(connection, places)
    await close(api.finance, 1)
    made = ok(await send(getattr(api, checks), read_file("equal-by-placement", places)))
    path = f"/v1/invoices/{made['id']}"
    officers, finances = await got(api.case_officer, path), await got(api.finance, path)
    assert made == (officers if checks == "case_officer" else finances)
    assert (officers["result"], officers["difference"]) == ("equal", "0.00")
    assert officers["lines"][0]["placement_id"] == protected
    assert (finances["result"], finances["difference"]) == ("different", PROTECTED)
    assert [row["cause"] for row in finances["lines"]] == ["no_such_placement", None, None]
    assert finances["protected_amount"] == officers["protected_amount"] == PROTECTED
    for client, body in ((api.case_officer, officers), (api.finance, finances)):
        listed = await got(client, "/v1/invoices", result=body["result"])
        assert [row["id"] for row in listed["items"]] == [made["id"]]
        other = "equal" if body["result"] == "different" else "different"
        assert (await got(client, "/v1/invoices", result=other))["items"] == []


async def test_what_was_covered_does_not_tell_of_a_protected_place(api: Api, connection: AsyncConnection) -> None:
    """A line that names nobody may pay for the protected place; finance's next comparison must not show that."""
    places = await three_places(api, connection)
    await protect_first(connection, places)
    await close(api.finance, 1)
    await check(api, invoice_line(invoice_number="F-1"))
    again = await check(api, invoice_line(invoice_number="F-2"))
    # To finance one place of this price is there, and it was invoiced.
    assert (again["lines"][0]["expected"], again["expected"]) == (REST, REST)
    officers = await got(api.case_officer, f"/v1/invoices/{again['id']}")
    assert officers["lines"][0]["expected"] == FULL


async def test_wall_keeps_the_case_office_s_comparison_from_finance(api: Api, connection: AsyncConnection) -> None:
    """Also one that names no placement: its sums would tell."""
    places = await three_places(api, connection)
    await protect_first(connection, places)
    await check(api, invoice_line(unit_price="1.00", amount="1.00"), client="case_officer")
    await connection.execute(text("select set_config('app.roles', 'finance', true)"))
    for table in ("invoice_check_line", "invoice_cover"):
        found = await connection.scalars(text(f"select distinct audience from {table}"))
        assert list(found) == ["finance"], table


async def test_invoice_without_protected_places_is_stored_once(api: Api, connection: AsyncConnection) -> None:
    places = await three_places(api, connection)
    body = ok(await send(api.finance, read_file("equal-by-placement", places)))
    assert body["protected_amount"] == "0.00"
    assert body == await got(api.case_officer, f"/v1/invoices/{body['id']}")
