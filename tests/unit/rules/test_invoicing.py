"""C12: whatever is invoiced, the results and what is covered add up to it; and what looks like a name."""

from datetime import date
from fractions import Fraction
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.invoicing import (
    AmountOwed,
    Invoice,
    InvoiceKind,
    InvoiceLine,
    compare_invoice,
    count_identity_numbers,
    count_names,
)
from app.rules.settlement import LinePart, MonthLine

JANUARY, FEBRUARY = date(2023, 1, 1), date(2023, 2, 1)
PLACES = [UUID(int=number) for number in range(4)]
PRICES = st.sampled_from([2_298_600, 2_350_050, 1_000_000, 1])


@st.composite
def owed_rows(draw: st.DrawFn) -> list[AmountOwed]:
    keys = draw(st.lists(st.tuples(st.sampled_from(PLACES), st.sampled_from([JANUARY, FEBRUARY])), unique=True))
    rows = []
    for placement, month in keys:
        days = draw(st.integers(1, 28))
        part = LinePart("base", month, month.replace(day=days), days, draw(st.integers(1, 100)), draw(PRICES) * 10_000)
        line = MonthLine(28, (part,))
        amount = draw(st.sampled_from([line.amount, 0, -line.amount]))
        rows.append(AmountOwed(placement, month, amount, line, draw(st.booleans())))
    return rows


@st.composite
def invoices(draw: st.DrawFn) -> Invoice:
    kind: InvoiceKind = draw(st.sampled_from(["invoice", "credit_note"]))
    sign = 1 if kind == "invoice" else -1
    lines = []
    for number in range(1, draw(st.integers(1, 6)) + 1):
        month, price = draw(st.sampled_from([JANUARY, FEBRUARY])), draw(PRICES)
        quantity = Fraction(draw(st.integers(1, 60)), draw(st.sampled_from([1, 28, 31])))
        placement = draw(st.one_of(st.none(), st.sampled_from([*PLACES, UUID(int=99)])))
        amount = sign * draw(st.one_of(st.just(round(quantity * price)), st.integers(0, 9_000_000)))
        lines.append(InvoiceLine(number, placement, month, month, sign * quantity, Fraction(price), amount))
    charges = sign * draw(st.sampled_from([0, 5_900]))
    total = sum(line.amount for line in lines) + charges
    return Invoice(kind, "F-1", FEBRUARY, "310300403", "920290922", "NOK", tuple(lines), charges, total)


@given(invoices(), owed_rows())
def test_c12_everything_adds_up(invoice: Invoice, owed: list[AmountOwed]) -> None:
    """C12: each line once; differences are the invoice's amount less what was right; all of it covers something."""
    found = compare_invoice(invoice, owed)
    numbers = [row.number for row in found.rows if row.number is not None]
    assert numbers == [line.number for line in invoice.lines]
    assert sum(row.invoiced for row in found.rows) == invoice.amount
    assert sum(found.covered.values()) == invoice.amount
    assert all((row.cause is None) == (row.invoiced == row.expected) for row in found.rows)
    known = {(row.placement, row.month) for row in owed}
    assert {key for key in found.covered if key[0] is not None} <= known
    if invoice.kind == "invoice":
        assert found.expected == sum(row.amount for row in owed)


@given(owed_rows())
def test_c12_what_is_owed_is_equal(owed: list[AmountOwed]) -> None:
    """C12: line by line, or as one sum a month."""
    months = {row.month for row in owed}
    named = [
        InvoiceLine(number, row.placement, row.month, row.month, Fraction(1), Fraction(row.amount), row.amount)
        for number, row in enumerate(owed, start=1)
    ]
    pooled = [
        InvoiceLine(
            number, None, month, month, Fraction(1), Fraction(1), sum(r.amount for r in owed if r.month == month)
        )
        for number, month in enumerate(sorted(months), start=1)
    ]
    for lines in (named, pooled):
        total = sum(line.amount for line in lines)
        invoice = Invoice("invoice", "F-1", FEBRUARY, "310300403", "920290922", "NOK", tuple(lines), 0, total)
        found = compare_invoice(invoice, owed)
        assert found.is_equal
        assert found.expected == total


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Plass, grunnfinansiering januar", 0),
        ("Grunnfinansiering Januar 2023", 0),
        ("Gjeld Kari Nordmann", 1),
        ("Kari Anne Nordmann-Li og Ola Åsen", 2),
        ("KARI NORDMANN", 0),
        ("Kari", 0),
        ("Kari. Nordmann", 0),
        ("Knarvik Industri og Miljø", 0),
        ("", 0),
    ],
)
def test_what_looks_like_a_name(text: str, names: int) -> None:
    """C12: a guess: words of the supplier's own name are none."""
    assert count_names(text, frozenset({"knarvik", "industri", "miljø"})) == names


def test_identity_numbers_are_found_as_people_write_them() -> None:
    assert count_identity_numbers(["f. 158170 00190", "15817000190", "15817000191", "konto 12345678903"]) == 2
