"""Quantities, units and prices: the same in JSON as in EHF (C12)."""

import json
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.conftest import Api
from tests.factories.ehf import Ehf, EhfLine
from tests.factories.invoices import CHECKS, invoice_line, list_differences, send
from tests.factories.places import place
from tests.factories.settlements import before_may
from tests.factories.steps import ok

DRY = {"dry_run": "true"}
A_DAY = "741.4838709677419"
Line = tuple[str, str, str, str]
"""Quantity, unit, price and amount."""


def as_json(line: Line) -> dict[str, Any]:
    quantity, unit, price, amount = line
    return invoice_line(quantity=quantity, unit_code=unit, unit_price=price, amount=amount)


def as_ehf(line: Line) -> EhfLine:
    quantity, unit, price, amount = line
    return EhfLine(quantity=quantity, unit=unit, price=price, net=amount)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([("31", "DAY", A_DAY, "22986.00"), ("15", "DAY", A_DAY, "11122.26")], []),
        ([("31", "E49", A_DAY, "22986.00"), ("15", "E49", A_DAY, "11122.26")], []),
        ([("1", "MON", "22986", "22986.00"), ("0.4838709677419355", "MON", "22986.00", "11122.26")], []),
        ([("1", "C62", "22986.00", "22986.00"), ("0.4838709677419355", "H87", "22986.0", "11122.26")], []),
        ([("46", "DAY", A_DAY, "34108.26")], []),
        # Right days at a day's price that is rounded; one day too many of the part place; days read as places.
        (
            [("1", "MON", "22986.00", "22986.00"), ("15", "DAY", "741.50", "11122.50")],
            [(2, "0.24", "other_price")],
        ),
        (
            [("1", "MON", "22986.00", "22986.00"), ("16", "DAY", A_DAY, "11863.74")],
            [(2, "741.48", "other_days")],
        ),
        (
            [("1", "MON", "22986.00", "22986.00"), ("7", "MON", A_DAY, "5190.39")],
            [(2, "-5931.87", "other_price")],
        ),
        # Hours are no place's, whatever their price.
        (
            [("1", "MON", "22986.00", "22986.00"), ("7", "HUR", A_DAY, "5190.39")],
            [(2, "-5931.87", "other_price")],
        ),
    ],
)  # fmt: skip
async def test_json_is_read_as_ehf(
    api: Api, connection: AsyncConnection, lines: list[Line], expected: list[tuple[int, str, str]]
) -> None:
    """A place through January, and one from the 17th: 15 days."""
    await before_may(api, connection, 1)
    await place(connection, 1, "2023-01-17")
    bodies = {
        "application/json": json.dumps({"lines": [as_json(line) for line in lines]}).encode(),
        "application/x-ndjson": "\n".join(json.dumps(as_json(line)) for line in lines).encode(),
        "application/xml": Ehf(lines=[as_ehf(line) for line in lines]).write(),
    }
    for media_type, content in bodies.items():
        answer = await api.finance.post(CHECKS, content=content, params=DRY, headers={"Content-Type": media_type})
        body = ok(answer, 200)
        assert list_differences(body) == expected, media_type
        assert body["result"] == ("different" if expected else "equal")


async def test_unit_is_months_where_it_is_left_out(api: Api, connection: AsyncConnection) -> None:
    """C12: 31 of them are equal by their sum alone; what is said of a wrong sum is of places."""
    await before_may(api, connection, 1)
    line = invoice_line(quantity="31", unit_price=A_DAY, amount="22986.00")
    assert "unit_code" not in line
    assert ok(await send(api.finance, json.dumps({"lines": [line]}).encode(), "application/json"))["result"] == "equal"
    wrong = {**line, "invoice_number": "F-8", "unit_price": "741.50", "amount": "22986.50"}
    body = ok(await api.finance.post(CHECKS, json={"lines": [wrong]}))
    assert list_differences(body) == [(1, "22986.50", "already_invoiced")]
