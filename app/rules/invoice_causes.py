"""C12: why a line of an invoice differs from what is owed."""

from collections.abc import Sequence

from app.rules.invoice_documents import ROUNDING, InvoiceCause, InvoiceLine
from app.rules.invoice_items import OwedItem
from app.rules.prices import BASIS_POINTS, PERCENT
from app.rules.settlement import MonthLine

_SHARE_STEP = 5
# Of a price x share, in øre.
_SCALE = PERCENT * BASIS_POINTS


def find_cause(line: InvoiceLine, amount: int, items: Sequence[OwedItem]) -> InvoiceCause:
    """C12: of the amount that a line asks for these items, which is not theirs.

    The price decides: the right one for another number of days is `other_days`. A part place that was invoiced as a
    whole one, or as another part, is `other_share`. A line with charges or allowances of its own asks for another price
    than it names.
    """
    before = sum(item.invoiced_before for item in items)
    difference = amount - sum(item.amount for item in items)
    if before and difference == before:
        return "already_invoiced"
    places = [item.line for item in items if item.line is not None]
    priced = next((place for place in places if _has_price(line, place)), None)
    if len(places) == 1 and _is_other_share(amount, places[0], has_price=priced is not None):
        return "other_share"
    if priced is None or line.has_charges:
        return "other_price"
    # A day's price is a rounded one: right days differ by less than an øre each.
    days = abs(line.quantity)
    is_right = line.unit == "day" and priced.days > 0 and days % priced.days == 0 and abs(difference) <= days + ROUNDING
    return "other_price" if is_right else "other_days"


def _has_price(line: InvoiceLine, place: MonthLine) -> bool:
    """Whether the line's price is the place's, by the month or by the day: a full place's, or its share of it.

    A month of one price and a supplement may be invoiced as their sum.
    """
    if line.unit == "other":
        return False
    # In whole numbers, as fractions would take longer than all the rest of a comparison.
    price, one = line.unit_price.as_integer_ratio()
    price *= _SCALE
    # A price of parts of an øre is written in whole ones.
    beyond = one * _SCALE
    if line.unit == "day":
        price *= place.divisor
        beyond = beyond * place.divisor + 1
    together = 0
    for part in place.parts:
        shared = part.price_bp * part.share
        if abs(price - one * part.price_bp * PERCENT) < beyond or abs(price - one * shared) < beyond:
            return True
        together += shared
    return abs(price - one * together) < beyond


def _is_other_share(amount: int, place: MonthLine, *, has_price: bool) -> bool:
    shares = set()
    cost = supplements = 0
    for part in place.parts:
        if part.kind == "supplement":
            supplements += part.price_bp * part.share * part.days
        else:
            shares.add(part.share)
            cost += part.price_bp * part.share * part.days
    if len(shares) != 1:
        return False
    (share,) = shares
    if share == PERCENT and has_price:
        return False  # Half a month of a whole place.
    step = _SHARE_STEP * cost // share
    if not step:
        return False
    # The shares whose cost, rounded half up (C4), is the amount.
    divisor = _SCALE * place.divisor
    rest = abs(amount) * divisor - supplements - divisor // 2
    first = -((ROUNDING * divisor - rest) // step)
    last = (rest + (ROUNDING + 1) * divisor - 1) // step
    possible = range(max(first, 1), min(last, PERCENT // _SHARE_STEP) + 1)
    return any(_SHARE_STEP * steps != share for steps in possible)
