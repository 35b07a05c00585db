"""C12: why a line of an invoice differs from what is owed."""

from collections.abc import Sequence
from fractions import Fraction

from app.rules.cost import calculate_cost
from app.rules.invoice_documents import InvoiceCause, InvoiceLine
from app.rules.invoice_items import OwedItem
from app.rules.prices import BASIS_POINTS, PERCENT
from app.rules.settlement import MonthLine

_SHARES = range(5, PERCENT + 1, 5)
# In øre: what rounding may make of an amount.
_ROUNDING = 2


def find_cause(line: InvoiceLine, amount: int, items: Sequence[OwedItem]) -> InvoiceCause:
    """C12: of the amount that a line asks for these items, which is not theirs.

    The price decides: the right one for another number of days is `other_days`. A part place that was invoiced as a
    whole one, or as another part, is `other_share`.
    """
    before = sum(item.invoiced_before for item in items)
    if before and amount - sum(item.amount for item in items) == before:
        return "already_invoiced"
    places = [item.line for item in items if item.line is not None]
    if any(_is_other_share(line, amount, place) for place in places if len(places) == 1):
        return "other_share"
    for place in places:
        if _has_price(line, place):
            # A day's price is a rounded one, and right for days that are right.
            is_right = line.unit == "day" and place.days > 0 and abs(line.quantity) % place.days == 0
            return "other_price" if is_right else "other_days"
    return "other_price"


def list_prices(line: MonthLine) -> set[Fraction]:
    """Øre per month that a line may rightly be invoiced at: a full place's price, or its share of it."""
    full = {Fraction(part.price_bp, BASIS_POINTS) for part in line.parts}
    shared = {Fraction(part.price_bp * part.share, BASIS_POINTS * PERCENT) for part in line.parts}
    # A month of one price and a supplement may be invoiced as their sum.
    together = sum(part.price_bp * part.share for part in line.parts)
    return full | shared | {Fraction(together, BASIS_POINTS * PERCENT)}


def _has_price(line: InvoiceLine, place: MonthLine) -> bool:
    """Whether the line's price is the place's, by the month or by the day."""
    if line.unit == "day":
        return any(abs(line.unit_price - price / place.divisor) <= 1 for price in list_prices(place))
    # A price of parts of an øre is written in whole ones.
    return line.unit == "month" and any(abs(line.unit_price - price) < 1 for price in list_prices(place))


def _is_other_share(line: InvoiceLine, amount: int, place: MonthLine) -> bool:
    shares = {part.share for part in place.parts if part.kind != "supplement"}
    if len(shares) != 1:
        return False
    (share,) = shares
    if share == PERCENT and _has_price(line, place):
        return False  # Half a month of a whole place.
    per_percent = _sum_parts(place, is_supplement=False) // share
    supplements = _sum_parts(place, is_supplement=True)
    return any(
        abs(calculate_cost(per_percent * other + supplements, place.divisor) - abs(amount)) <= _ROUNDING
        for other in _SHARES
        if other != share
    )


def _sum_parts(place: MonthLine, *, is_supplement: bool) -> int:
    """Price x share x days of the place's parts, or of its supplements' (C4)."""
    return sum(
        part.price_bp * part.share * part.days for part in place.parts if (part.kind == "supplement") is is_supplement
    )
