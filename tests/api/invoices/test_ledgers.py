"""What is owed and what was invoiced are two ledgers, through HTTP (C12)."""

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.conftest import Api
from tests.factories.invoices import CHECKS, FILE_IDS, invoice_line, list_differences, three_places
from tests.factories.places import place
from tests.factories.settlements import before_may
from tests.factories.steps import ok

PRICE = Decimal("22986.00")
# 15 of January's 31 days.
PART = {"quantity": "0.4838709677", "amount": "11122.26"}


async def check(api: Api, number: str, *lines: dict[str, Any], kind: str = "invoice") -> dict[str, Any]:
    """Check an invoice of these lines, each January's at the full price unless it says otherwise."""
    sent = [invoice_line(invoice_number=number, kind=kind) | line for line in lines]
    return ok(await api.finance.post(CHECKS, json={"lines": sent}))


def places(quantity: int, **changes: Any) -> dict[str, Any]:
    return {"quantity": str(quantity), "amount": str(quantity * PRICE)} | changes


async def two_places(api: Api, connection: AsyncConnection) -> list[str]:
    await before_may(api, connection, 2)
    return list(await connection.scalars(text("select id::text from placement order by id")))


async def test_credit_note_gives_back_what_was_invoiced_too_much(api: Api, connection: AsyncConnection) -> None:
    """Whether or not it names what it credits."""
    ids = await two_places(api, connection)
    first = await check(api, "F-1", places(3))
    assert list_differences(first) == [(1, "22986.00", "no_such_placement")]
    credit = await check(api, "K-1", places(1, placement_id=ids[0]), kind="credit_note")
    assert (credit["result"], credit["expected"]) == ("equal", "-22986.00")


@pytest.mark.parametrize("quantity", [2, 3])
async def test_month_that_was_credited_is_invoiced_again(api: Api, connection: AsyncConnection, quantity: int) -> None:
    """C12: the net is what is owed."""
    await two_places(api, connection)
    await check(api, "F-1", places(quantity))
    await check(api, "K-1", places(quantity), kind="credit_note")
    again = await check(api, "F-2", places(2))
    assert (again["result"], again["expected"]) == ("equal", "45972.00")


async def test_negative_line_gives_back_what_an_earlier_line_named(api: Api, connection: AsyncConnection) -> None:
    ids = await two_places(api, connection)
    await check(api, "F-1", places(1, placement_id=ids[0]), places(1, placement_id=ids[1]), places(1))
    corrected = await check(api, "F-2", places(-1))
    assert (corrected["result"], corrected["expected"]) == ("equal", "-22986.00")


@pytest.mark.parametrize("order", [1, -1])
async def test_unnamed_part_is_matched_with_the_place_that_it_is_for(
    api: Api, connection: AsyncConnection, order: int
) -> None:
    """C12: one whole place is missing, and the other lines are right, in whatever order they stand."""
    await three_places(api, connection)
    body = await check(api, "F-1", *[places(1), PART][::order])
    assert list_differences(body) == [(None, "-22986.00", "not_invoiced")]


async def test_part_place_that_is_invoiced_as_a_whole_one(api: Api, connection: AsyncConnection) -> None:
    await before_may(api, connection, 1)
    await place(connection, 1, share=50)
    body = await check(api, "F-1", places(1), places(1))
    assert list_differences(body) == [(2, "11493.00", "other_share")]


async def test_supplement_is_an_item_of_its_own(api: Api, connection: AsyncConnection) -> None:
    ids = await two_places(api, connection)
    supplement = {
        "monthly_amount": "3000.00",
        "valid_from": "2023-01-01",
        "reason": "Hjelp.",
        "agreed_by": ["service", "case_office", "provider"],
    }
    ok(await api.case_officer.post(f"/v1/placements/{ids[0]}/supplements", json=supplement))
    body = await check(api, "F-1", places(1, placement_id=ids[0]), places(1))
    assert list_differences(body) == [(None, "-3000.00", "missing_supplement")]
    rest = await check(api, "F-2", {"quantity": "1", "unit_price": "3000.00", "amount": "3000.00"})
    assert rest["result"] == "equal"


async def test_credit_of_what_is_right_is_told(api: Api, connection: AsyncConnection) -> None:
    ids = await three_places(api, connection)
    await check(api, "F-1", places(1, placement_id=ids[FILE_IDS[0]]))
    body = await check(api, "K-1", places(1, placement_id=ids[FILE_IDS[0]]), kind="credit_note")
    assert list_differences(body) == [(1, "-22986.00", "credited_too_much")]
