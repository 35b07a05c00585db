"""C12: the cause of a difference, against the rule said plainly: every share and price tried, in exact fractions."""

from datetime import date
from fractions import Fraction
from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from app.rules.cost import calculate_cost
from app.rules.invoice_causes import find_cause
from app.rules.invoice_documents import InvoiceCause, InvoiceLine, QuantityUnit
from app.rules.invoice_items import OwedItem
from app.rules.settlement import LinePart, MonthLine

FIRST, LAST = date(2023, 1, 1), date(2023, 1, 31)
DIVISOR = 31


@st.composite
def places(draw: st.DrawFn) -> MonthLine:
    price_bp = draw(st.sampled_from([2_231_700, 1_000_000, 100])) * 10_000 + draw(st.sampled_from([0, 1, 9_999]))
    share = draw(st.sampled_from([100, 100, 80, 50, 37]))
    parts = [LinePart("base", FIRST, LAST, draw(st.integers(1, DIVISOR)), share, price_bp)]
    if draw(st.booleans()):
        parts.append(LinePart("supplement", FIRST, LAST, parts[0].days, 100, 300_000 * 10_000))
    return MonthLine(DIVISOR, tuple(parts))


def cost_of(place: MonthLine, share: int) -> int:
    """What the place would cost at another share of it."""
    costs = [part.price_bp * (100 if part.kind == "supplement" else share) * part.days for part in place.parts]
    return calculate_cost(sum(costs), DIVISOR)


def find_plainly(line: InvoiceLine, place: MonthLine) -> InvoiceCause:
    """The cause as the rule says it, for one place of which nothing was invoiced before."""
    full = {Fraction(part.price_bp, 10_000) for part in place.parts}
    shared = {Fraction(part.price_bp * part.share, 1_000_000) for part in place.parts}
    prices = full | shared | {sum(shared, Fraction(0))}
    has_price = (line.unit == "month" and any(abs(line.unit_price - price) < 1 for price in prices)) or (
        line.unit == "day" and any(abs(line.unit_price - price / DIVISOR) <= 1 for price in prices)
    )
    own = place.parts[0].share
    others = [share for share in range(5, 101, 5) if share != own]
    if not (own == 100 and has_price) and any(abs(cost_of(place, share) - abs(line.amount)) <= 2 for share in others):
        return "other_share"
    has_days = line.quantity % place.days == 0 and abs(line.amount - place.amount) <= line.quantity + 2
    has_charges = abs(line.quantity * line.unit_price - line.amount) > 2
    if not has_price or has_charges or (line.unit == "day" and has_days):
        return "other_price"
    return "other_days"


@given(places(), st.data())
def test_c12_cause_is_as_the_rule_says_it(place: MonthLine, data: st.DataObject) -> None:
    base = place.parts[0]
    price = Fraction(base.price_bp, 10_000)
    given_price = data.draw(
        st.sampled_from([price, price * base.share / 100, price / DIVISOR, Fraction(round(price / DIVISOR))])
    ) + data.draw(st.sampled_from([Fraction(0), Fraction(1, 2), Fraction(1), Fraction(-1)]))
    amount = data.draw(
        st.one_of(
            st.integers(1, 3_000_000),
            st.integers(1, 20).map(lambda steps: cost_of(place, 5 * steps)),
            st.just(place.amount),
        )
    ) + data.draw(st.integers(-3, 3))
    unit: QuantityUnit = data.draw(st.sampled_from(get_args(QuantityUnit)))
    quantity = Fraction(data.draw(st.sampled_from([1, base.days, 2 * base.days])))
    follows = data.draw(st.sampled_from(["amount", "quantity", None]))
    if follows == "amount":
        amount = round(quantity * given_price)
    elif follows == "quantity":
        quantity = amount / given_price
    line = InvoiceLine(1, None, FIRST, LAST, quantity, given_price, amount, unit)
    item = OwedItem(None, FIRST, place.amount, "place", place)
    assert find_cause(line, amount, [item]) == find_plainly(line, place)
