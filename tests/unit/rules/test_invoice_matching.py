"""C12: claims and items are matched so that the least is left over."""

from datetime import date
from fractions import Fraction
from itertools import combinations, permutations
from typing import get_args
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from app.rules.invoice_documents import InvoiceLine, QuantityUnit
from app.rules.invoice_items import OwedItem, find_parts
from app.rules.invoice_matching import KRONE, MAX_CLAIMS, Claim, divide_into_claims, match_claims

JANUARY = date(2023, 1, 1)
AMOUNTS = st.lists(st.integers(-40, 400).filter(bool).map(lambda n: n * 1_000), max_size=5)


def claim(amount: int, number: int) -> Claim:
    return Claim(InvoiceLine(number, None, JANUARY, JANUARY, Fraction(1), Fraction(amount), amount), amount)


def item(amount: int, number: int) -> OwedItem:
    return OwedItem(UUID(int=number), JANUARY, amount, "place")


def count_left_over(claims: list[int], items: list[int]) -> int:
    """The least that any one-to-one matching leaves, by trying them all."""
    size = min(len(claims), len(items))
    best = sum(map(abs, claims)) + sum(map(abs, items))
    for count in range(size + 1):
        for some in combinations(range(len(claims)), count):
            for others in permutations(range(len(items)), count):
                left = sum(abs(claims[a] - items[b]) for a, b in zip(some, others, strict=True))
                left += sum(abs(amount) for index, amount in enumerate(claims) if index not in some)
                left += sum(abs(amount) for index, amount in enumerate(items) if index not in others)
                best = min(best, left)
    return best


@given(AMOUNTS, AMOUNTS)
def test_no_matching_one_to_one_leaves_less(claims: list[int], items: list[int]) -> None:
    """Amounts here are whole tens of kroner, so that nothing is within a krone of another."""
    found = match_claims(
        [claim(amount, number) for number, amount in enumerate(claims)],
        [item(amount, number) for number, amount in enumerate(items)],
    )
    left = sum(abs(match.difference) for match in found.matches)
    left += sum(abs(one.amount) for one in found.claims) + sum(abs(one.amount) for one in found.items)
    assert left <= count_left_over(claims, items)
    assert sorted([c.amount for m in found.matches for c in m.claims] + [c.amount for c in found.claims]) == sorted(
        claims
    )
    assert sorted([i.amount for m in found.matches for i in m.items] + [i.amount for i in found.items]) == sorted(items)


@given(st.lists(st.integers(1, 3_000_000), min_size=1, max_size=6), st.data())
def test_near_amounts_find_each_other(amounts: list[int], data: st.DataObject) -> None:
    """Within half a krone, and none of them is for another place."""
    spread = [sum(amounts[: index + 1]) + 3 * KRONE * (index + 1) for index in range(len(amounts))]
    moved = [amount + data.draw(st.integers(-KRONE // 2, KRONE // 2)) for amount in spread]
    found = match_claims(
        [claim(amount, number) for number, amount in enumerate(moved)],
        [item(amount, number) for number, amount in enumerate(spread)],
    )
    assert sum(abs(match.difference) for match in found.matches) <= len(amounts) * KRONE
    assert not found.claims
    assert not found.items


@given(st.lists(st.integers(1, 50), max_size=8), st.data())
def test_parts_of_a_sum_are_found(values: list[int], data: st.DataObject) -> None:
    some = data.draw(st.sets(st.sampled_from(range(len(values))), min_size=2)) if len(values) > 1 else set()
    target = sum(values[index] for index in some)
    for sign in (1, -1):
        parts = find_parts([sign * value for value in values], sign * target)
        assert (parts is None) is (not some)
        if parts is not None:
            assert sum(values[index] for index in parts) == target
            assert len(parts) == len(set(parts))


@given(
    st.integers(0, 5_000),
    st.integers(0, 31),
    st.integers(1, 3_000_000),
    st.sampled_from(get_args(QuantityUnit)),
    st.sampled_from([1, -1]),
)
def test_claims_of_a_line_add_up_to_it(whole: int, part: int, price: int, unit: QuantityUnit, sign: int) -> None:
    quantity = sign * (whole + Fraction(part, 31))
    amount = round(quantity * price)
    line = InvoiceLine(1, None, JANUARY, JANUARY, quantity, Fraction(price), amount, unit)
    claims = divide_into_claims([line], 31)
    assert sum(one.amount for one in claims) == amount
    assert len(claims) <= MAX_CLAIMS + 1
