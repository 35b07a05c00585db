"""What EHF and JSON have in common when an invoice is read (C12)."""

from datetime import date
from fractions import Fraction
from typing import NamedTuple
from uuid import UUID

from app.invoices.problems import INVOICE_OVER_NEW_YEAR, INVOICE_PERIOD
from app.rules.invoice_documents import InvoiceLine, QuantityUnit

# UN/ECE recommendation 20: days and working days; and times that no place is paid by.
_DAYS = frozenset({"DAY", "E49"})
_OTHER_TIMES = frozenset({"SEC", "MIN", "HUR", "WEE", "QAN", "SAN", "ANN"})


class FieldPointers(NamedTuple):
    """Where an invoice of one format has the fields that are checked after parsing, for a problem's `errors`."""

    buyer: str
    supplier: str
    currency: str
    lines: str


def parse_unit(code: str) -> QuantityUnit:
    """What a unit of UN/ECE recommendation 20 counts: days, other times, or places (BT-130)."""
    return "day" if code in _DAYS else "other" if code in _OTHER_TIMES else "month"


def build_line(
    *,
    number: int,
    placement_id: UUID | None,
    period: tuple[date, date] | None,
    quantity: Fraction,
    unit_price: Fraction,
    amount: int,
    period_pointer: str,
    unit: QuantityUnit = "month",
) -> InvoiceLine:
    """A line whose period is in one calendar month; prices and amounts in øre.

    422 `invoice-period`, `invoice-period-over-new-year`, pointing at `period_pointer`.
    """
    if period is None:
        raise INVOICE_PERIOD(
            f"Linje {number} har ingen periode, og fakturaen heller ikkje.", pointer=period_pointer, line=number
        )
    first, last = period
    if first.year != last.year:
        raise INVOICE_OVER_NEW_YEAR(pointer=period_pointer, line=number)
    if last < first or first.month != last.month:
        raise INVOICE_PERIOD(
            f"Perioden til linje {number} er ikkje i éin kalendermånad.", pointer=period_pointer, line=number
        )
    return InvoiceLine(number, placement_id, first, last, quantity, unit_price, amount, unit)
