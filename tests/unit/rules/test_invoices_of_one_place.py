"""C12, C13: what is credited, charged beside the lines, or carried from a month that was closed."""

from app.rules.invoice_items import AmountOwed, MonthAccount
from app.rules.invoicing import LineComparison, compare_invoice
from tests.unit.rules.test_invoicing import (
    FEBRUARY,
    FULL,
    JANUARY,
    NAMED,
    PLACES,
    Books,
    differences,
    line,
    make_invoice,
    owed,
)


def test_c12_credit_note_that_credits_what_is_right_is_told() -> None:
    books = Books([owed(NAMED)])
    books.check(make_invoice(line(1, FULL, NAMED)))
    credit = books.check(make_invoice(line(1, FULL, NAMED), kind="credit_note"))
    assert differences(credit) == [(1, -FULL, "credited_too_much")]
    assert books.check(make_invoice(line(1))).is_equal


def test_c12_charge_is_given_back_by_an_allowance() -> None:
    books = Books([owed(NAMED)])
    charged = books.check(make_invoice(line(1, FULL, NAMED), charges=5_900))
    assert differences(charged) == [(None, 5_900, "document_charge")]
    assert compare_invoice(
        make_invoice(line(0, 0), kind="credit_note", charges=-5_900), books.accounts([JANUARY])
    ).is_equal


def test_c12_carried_differences_are_owed_with_the_invoice() -> None:
    """C13: of a month that is no line's, as an item of its own or within a line of the place."""
    carried = MonthAccount(JANUARY, [AmountOwed(NAMED, JANUARY, 118_350)], carried=True)
    february = [owed(NAMED, FEBRUARY), owed(PLACES[1], FEBRUARY)]
    for lines in (
        [line(2, of=FEBRUARY), line(1, 118_350, of=FEBRUARY)],
        [line(1, 2 * FULL + 118_350, of=FEBRUARY)],
        [line(1, FULL + 118_350, NAMED, of=FEBRUARY), line(1, FULL, of=FEBRUARY)],
    ):
        found = compare_invoice(make_invoice(*lines), [carried, MonthAccount(FEBRUARY, february)])
        assert found.is_equal, found.rows
        assert sum(entry.amount for entry in found.invoiced if entry.month == JANUARY) == 118_350
    found = compare_invoice(make_invoice(line(2, of=FEBRUARY)), [carried, MonthAccount(FEBRUARY, february)])
    assert [row for row in found.rows if row.cause] == [
        LineComparison(None, NAMED, JANUARY, 0, 118_350, "not_invoiced")
    ]
