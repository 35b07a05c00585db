"""C12: whatever is invoiced, in whatever order, what is owed next is what is owed less what was invoiced."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, field, replace
from datetime import date
from fractions import Fraction
from typing import get_args
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.invoice_documents import Invoice, InvoiceKind, InvoiceLine, QuantityUnit
from app.rules.invoice_items import AmountOwed, MonthAccount, list_items
from app.rules.invoicing import InvoiceComparison, InvoicedAmount, compare_invoice
from app.rules.settlement import LinePart, MonthLine

JANUARY, FEBRUARY = date(2023, 1, 1), date(2023, 2, 1)
MONTHS = {JANUARY: 31, FEBRUARY: 28}
PLACES = [UUID(int=number) for number in range(4)]
STRANGE = UUID(int=99)
FULL = 2_231_700
PRICES = st.sampled_from([FULL, 2_350_050, 1_000_000, 100])


def month_line(
    month: date, *, days: int | None = None, share: int = 100, price: int = FULL, supplement: int = 0
) -> MonthLine:
    """A place from a day to the month's end."""
    length = MONTHS[month]
    days = days or length
    first, last = month.replace(day=length - days + 1), month.replace(day=length)
    parts = [LinePart("base", first, last, days, share, price * 10_000)]
    if supplement:
        parts.append(LinePart("supplement", first, last, days, 100, supplement * 10_000))
    return MonthLine(length, tuple(parts))


def owed(placement: UUID, month: date = JANUARY, **changes: int) -> AmountOwed:
    line = month_line(month, **changes)
    return AmountOwed(placement, month, line.amount, line)


def line(
    quantity: int | str | Fraction,
    price: int | Fraction = FULL,
    placement: UUID | None = None,
    *,
    amount: int | None = None,
    unit: QuantityUnit = "month",
    of: date = JANUARY,
) -> InvoiceLine:
    """At a price in øre."""
    exact = Fraction(quantity)
    amount = round(exact * price) if amount is None else amount
    return InvoiceLine(1, placement, of, of.replace(day=MONTHS[of]), exact, Fraction(price), amount, unit)


def make_invoice(*lines: InvoiceLine, kind: InvoiceKind = "invoice", charges: int = 0) -> Invoice:
    """An invoice of these lines, numbered; those of a credit note are negated."""
    sign = 1 if kind == "invoice" else -1
    numbered = tuple(
        replace(one, number=number, quantity=sign * one.quantity, amount=sign * one.amount)
        for number, one in enumerate(lines, start=1)
    )
    total = sum(one.amount for one in numbered) + charges
    return Invoice(kind, "F-1", FEBRUARY, "310300403", "920290922", "NOK", numbered, charges, total)


@dataclass
class Books:
    """Both ledgers of a provider, kept as the service keeps them."""

    owed: list[AmountOwed]
    entries: list[InvoicedAmount] = field(default_factory=list)

    def accounts(self, months: Iterable[date] = (JANUARY, FEBRUARY)) -> list[MonthAccount]:
        found = []
        for month in months:
            own = [entry for entry in self.entries if entry.month == month]
            named = Counter[UUID]()
            for entry in own:
                if entry.placement is not None:
                    named[entry.placement] += entry.amount
            nameless = [entry for entry in own if entry.placement is None]
            found.append(
                MonthAccount(
                    month,
                    [row for row in self.owed if row.month == month],
                    dict(named),
                    [entry.amount for entry in nameless if not entry.unowed],
                    sum(entry.amount for entry in nameless if entry.unowed),
                )
            )
        return found

    def check(self, invoice: Invoice) -> InvoiceComparison:
        """Compare, and keep what was invoiced."""
        found = compare_invoice(invoice, self.accounts({one.month for one in invoice.lines}))
        self.entries += found.invoiced
        return found

    @property
    def left(self) -> int:
        return sum(row.amount for row in self.owed) - sum(entry.amount for entry in self.entries)


def differences(found: InvoiceComparison) -> list[tuple[int | None, int, str | None]]:
    return [(row.number, row.invoiced - row.expected, row.cause) for row in found.rows if row.cause]


@st.composite
def owed_rows(draw: st.DrawFn) -> list[AmountOwed]:
    keys = draw(st.lists(st.tuples(st.sampled_from(PLACES), st.sampled_from([JANUARY, FEBRUARY])), unique=True))
    rows = []
    for placement, month in keys:
        row = owed(
            placement,
            month,
            days=draw(st.integers(1, 28)),
            share=draw(st.integers(1, 100)),
            price=draw(PRICES),
            supplement=draw(st.sampled_from([0, 0, 300_000])),
        )
        rows.append(row._replace(amount=draw(st.sampled_from([row.amount, row.amount, 0, -row.amount]))))
    return rows


@st.composite
def invoices(draw: st.DrawFn) -> Invoice:
    kind: InvoiceKind = draw(st.sampled_from(["invoice", "invoice", "credit_note"]))
    lines = []
    for _ in range(draw(st.integers(1, 5))):
        month, price = draw(st.sampled_from([JANUARY, FEBRUARY])), draw(PRICES)
        quantity = Fraction(draw(st.integers(-3, 60)), draw(st.sampled_from([1, 28, 31])))
        placement = draw(st.one_of(st.none(), st.sampled_from([*PLACES, STRANGE])))
        amount = draw(st.one_of(st.just(round(quantity * price)), st.integers(-100, 9_000_000)))
        unit: QuantityUnit = draw(st.sampled_from(get_args(QuantityUnit)))
        lines.append(line(quantity, price, placement, amount=amount, unit=unit, of=month))
    sign = 1 if kind == "invoice" else -1
    return make_invoice(*lines, kind=kind, charges=sign * draw(st.sampled_from([0, 0, 5_900, -5_900])))


@given(st.lists(invoices(), max_size=5), owed_rows())
def test_c12_everything_adds_up(sequence: list[Invoice], rows: list[AmountOwed]) -> None:
    """C12: after any sequence, what is invoiced is their sum, and what is expected next is what is owed less that."""
    books = Books(rows)
    for invoice in sequence:
        known = {one.month for one in invoice.lines}
        left = sum(row.amount for row in rows if row.month in known) - sum(
            entry.amount for entry in books.entries if entry.month in known
        )
        found = books.check(invoice)
        numbers = [row.number for row in found.rows if row.number is not None]
        assert numbers == [one.number for one in invoice.lines]
        assert [row.invoiced for row in found.rows if row.number] == [one.amount for one in invoice.lines]
        assert sum(row.invoiced for row in found.rows) == invoice.amount
        assert sum(entry.amount for entry in found.invoiced) == invoice.amount
        assert all((row.cause is None) == (row.invoiced == row.expected) for row in found.rows)
        places = {(row.placement, row.month) for row in rows}
        assert {(entry.placement, entry.month) for entry in found.invoiced if entry.placement} <= places
        if invoice.kind == "invoice":
            assert found.expected == left
    assert sum(entry.amount for entry in books.entries) == sum(invoice.amount for invoice in sequence)
    items = [item for account in books.accounts() for item in list_items(account)]
    assert sum(item.amount for item in items) == books.left


@given(
    st.lists(invoices(), min_size=2, max_size=5).flatmap(
        lambda found: st.tuples(st.just(found), st.permutations(found))
    ),
    owed_rows(),
)
def test_c12_order_of_invoices_does_not_matter(
    sequences: tuple[list[Invoice], list[Invoice]], rows: list[AmountOwed]
) -> None:
    """C12: the same invoices and credits in another order end in the same items, for each month."""
    ends = []
    for sequence in sequences:
        books = Books(rows)
        for invoice in sequence:
            books.check(invoice)
        ends.append([[astuple(item) for item in list_items(account)] for account in books.accounts()])
    assert ends[0] == ends[1]


@given(
    invoices().flatmap(lambda found: st.tuples(st.just(found), st.permutations(found.lines))),
    st.lists(invoices(), max_size=2),
    owed_rows(),
)
def test_c12_order_of_lines_does_not_matter(
    both: tuple[Invoice, Sequence[InvoiceLine]], before: list[Invoice], rows: list[AmountOwed]
) -> None:
    """C12: each line has the same result wherever it stands; lines that say the same may exchange theirs."""
    invoice, lines = both
    other = replace(invoice, lines=tuple(replace(one, number=number) for number, one in enumerate(lines, start=1)))
    books = Books(rows)
    for earlier in before:
        books.check(earlier)
    results = []
    for one in (invoice, other):
        found = compare_invoice(one, books.accounts())
        by_line = {row.number: row for row in found.rows if row.number is not None}
        results.append(
            (
                Counter((replace(said, number=0), by_line[said.number]._replace(number=0)) for said in one.lines),
                [row for row in found.rows if row.number is None],
            )
        )
    assert results[0] == results[1]


@given(owed_rows())
def test_c12_what_is_owed_is_equal(rows: list[AmountOwed]) -> None:
    """C12: line by line, by place and supplement, or as one sum a month."""
    months = sorted({row.month for row in rows})

    def of_month(month: date, amount: int, placement: UUID | None = None) -> InvoiceLine:
        return line(1, amount, placement, amount=amount, of=month)

    named = [of_month(row.month, row.amount, row.placement) for row in rows]
    unnamed = [replace(one, placement=None) for one in named]
    pooled = [of_month(month, sum(row.amount for row in rows if row.month == month)) for month in months]
    items = [
        of_month(item.month, item.amount, item.placement)
        for month in months
        for item in list_items(MonthAccount(month, [row for row in rows if row.month == month]))
    ]
    for lines in (named, unnamed, pooled, items):
        found = Books(rows).check(make_invoice(*lines))
        assert found.is_equal, found.rows
        assert found.expected == sum(row.amount for row in rows)


@given(owed_rows().filter(bool), st.data())
def test_c12_right_lines_are_not_blamed_for_one_that_is_missing(rows: list[AmountOwed], data: st.DataObject) -> None:
    """C12: places and supplements together or each by itself; nothing is left over but what is missing."""
    rows = [row._replace(amount=row.line.amount) for row in rows if row.line is not None and row.month == JANUARY]
    lines = []
    for row in rows[1:]:
        items = list_items(MonthAccount(JANUARY, [row]))
        if data.draw(st.booleans()):
            lines.append(line(1, row.amount))
        else:
            lines += [line(1, item.amount) for item in items]
    found = Books(rows).check(make_invoice(*lines))
    assert sum(abs(row.invoiced - row.expected) for row in found.rows) <= sum(row.amount for row in rows[:1])


def test_c12_what_was_invoiced_too_much_is_given_back() -> None:
    """Three unnamed places are invoiced where two are owed."""
    two = [owed(PLACES[0]), owed(PLACES[1])]
    books = Books(two)
    assert differences(books.check(make_invoice(line(3)))) == [(1, FULL, "no_such_placement")]
    credit = books.check(make_invoice(line(1), kind="credit_note"))
    assert (credit.is_equal, credit.expected) == (True, -FULL)


@pytest.mark.parametrize(
    "sequence",
    [
        [("invoice", 2), ("credit_note", 2), ("invoice", 2)],
        [("invoice", 3), ("credit_note", 3), ("invoice", 2)],
        [("invoice", 1), ("credit_note", 1), ("invoice", 1), ("invoice", 1)],
    ],
)
def test_c12_month_that_was_credited_may_be_invoiced_again(sequence: list[tuple[InvoiceKind, int]]) -> None:
    books = Books([owed(PLACES[0]), owed(PLACES[1])])
    for kind, quantity in sequence[:-1]:
        books.check(make_invoice(line(quantity), kind=kind))
    kind, quantity = sequence[-1]
    assert books.check(make_invoice(line(quantity), kind=kind)).is_equal


THREE = [owed(PLACES[0]), owed(PLACES[1]), owed(PLACES[2], days=17)]
PART = THREE[2].amount
NAMED = PLACES[0]


@pytest.mark.parametrize(
    ("rows", "lines", "expected"),
    [
        # One whole place is missing, and not the part of one.
        (THREE, [line(1), line(Fraction(17, 31))], [(None, -FULL, "not_invoiced")]),
        (THREE, [line(Fraction(17, 31)), line(1)], [(None, -FULL, "not_invoiced")]),
        # 17 days at a day's price are not 17 places.
        (THREE, [line(17, 71_990, unit="day"), line(2)], [(1, 17 * 71_990 - PART, "other_price")]),
        (THREE, [line(2), line(17, 71_990, unit="day")], [(2, 17 * 71_990 - PART, "other_price")]),
        (THREE, [line(18, 71_990, unit="day"), line(2)], [(1, 18 * 71_990 - PART, "other_days")]),
        (THREE, [line(3)], [(1, FULL - PART, "other_days")]),
        (THREE, [line(2, 2_350_050)], [(1, 2 * 118_350, "other_price"), (None, -PART, "not_invoiced")]),
        # 62 days are two places of 31.
        (THREE[:2], [line(62, 71_990, unit="day")], [(1, 62 * 71_990 - 2 * FULL, "other_price")]),
        # Two lines for the halves of one place's month, beside a place that is missing.
        (THREE[:2], [line(Fraction(15, 31)), line(Fraction(16, 31))], [(None, -FULL, "not_invoiced")]),
        # A lump for two places beside one that is wrong.
        (THREE, [line(1, 2 * FULL), line(1, PART + 7)], [(2, 7, "other_price")]),
        (THREE[:2], [line(2), line(1, 500)], [(2, 500, "no_such_placement")]),
        (THREE[:2], [line(3), line("-1")], []),
        (THREE[:2], [line(2), line("-1", 500)], [(2, -500, "credited_too_much")]),
        # A line that names a place.
        (THREE[:1], [line(1, 2_350_050, NAMED)], [(1, 118_350, "other_price")]),
        (THREE[:1], [line(Fraction(30, 31), FULL, NAMED)], [(1, round(FULL * Fraction(30, 31)) - FULL, "other_days")]),
        (THREE[:1], [line(1, FULL, STRANGE)], [(1, FULL, "no_such_placement"), (None, -FULL, "not_invoiced")]),
        (THREE[:1], [line(1, FULL, NAMED), line(1, FULL, NAMED)], [(2, FULL, "already_invoiced")]),
        ([owed(NAMED, share=50)], [line(1, FULL, NAMED)], [(1, FULL // 2, "other_share")]),
        ([owed(NAMED, share=50)], [line(1)], [(1, FULL // 2, "other_share")]),
        ([owed(NAMED)], [line(1, FULL * 8 // 10, NAMED)], [(1, -FULL // 5, "other_share")]),
        ([owed(NAMED)], [line("0.5", FULL, NAMED)], [(1, -FULL // 2, "other_days")]),
        # Charges and allowances of the line itself are another price for the same days.
        ([owed(NAMED)], [line(1, FULL, NAMED, amount=FULL + 5_900)], [(1, 5_900, "other_price")]),
        ([owed(NAMED)], [line(1, FULL, NAMED, amount=FULL * 9 // 10)], [(1, -FULL // 10, "other_price")]),
        (THREE[:2], [line(2, amount=2 * FULL - 100_000)], [(1, -100_000, "other_price")]),
        (THREE, [line(3, amount=2 * FULL + PART)], []),
        (THREE[:2], [line(2, amount=2 * FULL + 5_900)], [(1, 5_900, "other_price")]),
        (THREE[:2], [line(3, amount=3 * FULL - 5_900)], [(1, FULL - 5_900, "no_such_placement")]),
        # Twice the days of a place that had one.
        (
            [owed(PLACES[0], days=1), THREE[1]],
            [line(2, Fraction(FULL, 31), unit="day"), line(1)],
            [(1, round(Fraction(2 * FULL, 31)) - round(Fraction(FULL, 31)), "other_days")],
        ),
        # A day more than the month has, and half a place that is not.
        (THREE[:1], [line(32, Fraction(FULL, 31), unit="day")], [(1, round(Fraction(FULL, 31)), "other_days")]),
        (THREE[:1], [line("1.5")], [(1, FULL // 2, "other_days")]),
        # What is too much is of as few lines as may be.
        (
            [owed(place) for place in PLACES],
            [line(3), line(31, Fraction(FULL, 31), unit="day"), line(3)],
            [(3, 3 * FULL, "no_such_placement")],
        ),
        (THREE[:2], [line(62, 71_990, unit="day", amount=2 * FULL + 5_900)], [(1, 5_900, "other_price")]),
        # A place and its supplement are two items, which a line may be for one or both of.
        ([owed(NAMED, supplement=300_000)], [line(1, FULL, NAMED)], [(None, -300_000, "missing_supplement")]),
        ([owed(NAMED, supplement=300_000)], [line(1, FULL)], [(None, -300_000, "missing_supplement")]),
        ([owed(NAMED, supplement=300_000)], [line(1, 300_000, NAMED)], [(None, -FULL, "not_invoiced")]),
        ([owed(NAMED, supplement=300_000), THREE[1]], [line(1, FULL + 300_000)], [(None, -FULL, "not_invoiced")]),
        ([owed(NAMED, supplement=300_000)], [line(1, FULL, NAMED), line(1, 300_000)], []),
        (
            [owed(NAMED, supplement=300_000), THREE[1], THREE[2]],
            [line(1), line(1, FULL + 300_000)],
            [(None, -PART, "not_invoiced")],
        ),
        ([owed(NAMED, supplement=300_000)], [line(1, FULL + 300_007, NAMED)], [(1, 7, "other_price")]),
    ],
)  # fmt: skip
def test_c12_cause_is_the_true_one(
    rows: list[AmountOwed], lines: list[InvoiceLine], expected: list[tuple[int | None, int, str]]
) -> None:
    assert differences(Books(rows).check(make_invoice(*lines))) == expected


@pytest.mark.parametrize(
    ("earlier", "now", "expected"),
    [
        (
            [line(1, FULL, NAMED)],
            [line(1, FULL, NAMED)],
            [(1, FULL, "already_invoiced"), (None, -FULL, "not_invoiced")],
        ),
        # An unnamed line was for the other place, as long as there is one.
        ([line(1)], [line(1, FULL, NAMED)], []),
        ([line(2)], [line(1, FULL, NAMED)], [(1, FULL, "already_invoiced")]),
        ([line(2)], [line(1)], [(1, FULL, "already_invoiced")]),
        ([line("0.5", FULL, NAMED)], [line(1, FULL, NAMED), line(1)], [(1, FULL // 2, "already_invoiced")]),
        # What was invoiced for nothing is nobody's, and is given back by a credit for the same.
        ([line(1, FULL, STRANGE)], [line(2), line("-1", FULL, STRANGE)], []),
    ],
)
def test_c12_what_was_invoiced_before_is_said(
    earlier: list[InvoiceLine], now: list[InvoiceLine], expected: list[tuple[int | None, int, str]]
) -> None:
    books = Books([owed(PLACES[0]), owed(PLACES[1])])
    books.check(make_invoice(*earlier))
    assert differences(books.check(make_invoice(*now))) == expected
