"""C12: lines that name no place are matched with what is owed, so that the least is left over.

A line for several places is as many claims, each of one place's price. A claim is matched with

1. a place without supplements that is equal to it, or one together with its supplements, else any equal item;
2. items that add up to it, or an item that it adds up to with others (the largest, up to the bounds of `find_parts`);
3. an item within a krone of it;
4. an item that is near, so that the sum of all differences and of all that is not matched is the least: from the
   greatest to the smallest, each is matched with the last of the other kind that was passed;
5. a match that is more right with it than without.

Of claims and items that are matched one to one, this leaves the least possible, but for what 3. gives up to be near.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import zip_longest
from typing import Literal, TypeVar

from app.rules.invoice_documents import InvoiceLine
from app.rules.invoice_items import MAX_SEARCHES, OwedItem, find_parts

MAX_CLAIMS = 2_000
"""Lines that are for more places than this are not divided: each line is one claim."""
KRONE = 100
"""In øre."""


@dataclass(frozen=True, slots=True, eq=False)
class Claim:
    """What a line asks for one place, or the rest of it, in øre. Equal to itself alone.

    Beside the places that a line is for, its `days` are what is no whole place, and its `charges` what its own charges
    and allowances come to.
    """

    line: InvoiceLine
    amount: int
    kind: Literal["place", "days", "charges"] = "place"

    @property
    def order(self) -> tuple[date, date, int, int, int, object, object]:
        """So that nothing depends on the order of lines; alike are those whose results may be exchanged.

        Of claims that are equal those of small lines come first: so what is too much is of few lines.
        """
        line = self.line
        price, quantity = line.unit_price.as_integer_ratio(), line.quantity.as_integer_ratio()
        return line.first_day, line.last_day, -self.amount, abs(line.amount), line.amount, price, quantity


@dataclass(frozen=True, slots=True)
class Match:
    """Claims and the items that they are for. What differs is the last claim's."""

    claims: tuple[Claim, ...]
    items: tuple[OwedItem, ...]

    @property
    def difference(self) -> int:
        """Invoiced less owed."""
        return sum(claim.amount for claim in self.claims) - sum(item.amount for item in self.items)


@dataclass(frozen=True, slots=True)
class Matching:
    """Every match, and the claims and items that have none."""

    matches: list[Match]
    claims: list[Claim]
    items: list[OwedItem]


T = TypeVar("T", Claim, OwedItem)


def divide_into_claims(lines: Sequence[InvoiceLine], days: int) -> list[Claim]:
    """A claim for every place that a line is for by its quantity, and one for what is no whole place.

    A line for several places that has charges of its own has a claim for those too.

    Args:
        days: how many the month has where places are paid by the day (C3).
    """
    divided = [_divide(line, days) for line in lines]
    if sum(len(claims) for claims in divided) > max(MAX_CLAIMS, len(lines)):
        divided = [[Claim(line, line.amount)] for line in lines]
    return sorted((claim for claims in divided for claim in claims), key=lambda claim: claim.order)


def match_claims(claims: Iterable[Claim], items: Iterable[OwedItem], carried: Iterable[OwedItem] = ()) -> Matching:
    """C12: claims of one month and its items; and those carried from other months, which match what is equal alone."""
    found = Matching([], list(claims), sorted(items, key=lambda item: item.order))
    _match_places(found)
    _match_sums(found)
    others = sorted(carried, key=lambda item: item.order)
    _match_equal(found, others)
    _match_within_a_krone(found)
    for sign in (1, -1):
        _match_nearest(found, sign)
    _match_rest(found)
    found.matches.sort(key=lambda match: match.claims[0].order)
    return Matching(found.matches, found.claims, found.items + others)


def _divide(line: InvoiceLine, days: int) -> list[Claim]:
    # In whole numbers, as fractions would take longer than the rest of it.
    quantity, one = line.quantity.as_integer_ratio()
    one *= 1 if line.unit == "month" else days
    if line.unit == "other" or not one < abs(quantity) < (MAX_CLAIMS + 1) * one:
        return [Claim(line, line.amount)]
    whole, rest = divmod(abs(quantity), one)
    total = round(line.quantity * line.unit_price) if line.has_charges else line.amount
    sign = 1 if total > 0 else -1
    amount = sign * round(line.unit_price if line.unit == "month" else line.unit_price * days)
    count = whole if rest else whole - 1
    claims = [
        *(Claim(line, amount) for _ in range(count)),
        Claim(line, total - count * amount, "days" if rest else "place"),
    ]
    if total != line.amount:
        claims.append(Claim(line, line.amount - total, "charges"))
    return claims


def _match_equal(found: Matching, items: list[OwedItem]) -> None:
    by_amount: dict[int, list[OwedItem]] = defaultdict(list)
    for item in reversed(items):
        by_amount[item.amount].append(item)
    left = []
    taken = set()
    for claim in found.claims:
        if by_amount.get(claim.amount):
            item = by_amount[claim.amount].pop()
            taken.add(item)
            found.matches.append(Match((claim,), (item,)))
        else:
            left.append(claim)
    found.claims[:] = left
    items[:] = [item for item in items if item not in taken]


def _match_places(found: Matching) -> None:
    """Claims that are equal to a place without supplements, or to one with all of its own; then to any item."""
    of_place: dict[object, list[OwedItem]] = defaultdict(list)
    for item in found.items:
        of_place[item if item.placement is None else item.placement].append(item)
    single = [items[0] for items in of_place.values() if len(items) == 1]
    _match_equal(found, single)
    together: dict[int, list[list[OwedItem]]] = defaultdict(list)
    for items in of_place.values():
        if len(items) > 1:
            together[sum(item.amount for item in items)].append(items)
    left = []
    for claim in found.claims:
        if together[claim.amount]:
            found.matches.append(Match((claim,), tuple(together[claim.amount].pop(0))))
        else:
            left.append(claim)
    found.claims[:] = left
    matched = {item for match in found.matches for item in match.items}
    found.items[:] = [item for item in found.items if item not in matched]
    _match_equal(found, found.items)


def _match_sums(found: Matching) -> None:
    """Claims that items add up to, and items that claims add up to."""
    for sign in (1, -1):
        items = _of_sign(found.items, sign)
        # Amounts that nothing adds up to, of what is left.
        tried: set[int] = set()
        for claim in _of_sign(found.claims, sign)[:MAX_SEARCHES]:
            parts = _find_new_parts([item.amount for item in items], claim.amount, tried)
            if parts is not None:
                _take_sum(found, [claim], [items[index] for index in parts])
                items = _of_sign(found.items, sign)
        claims = _of_sign(found.claims, sign)
        tried = set()
        for item in items[:MAX_SEARCHES]:
            parts = _find_new_parts([claim.amount for claim in claims], item.amount, tried)
            if parts is not None:
                _take_sum(found, [claims[index] for index in parts], [item])
                claims = _of_sign(found.claims, sign)


def _find_new_parts(values: list[int], target: int, tried: set[int]) -> list[int] | None:
    """As `find_parts`; None for a target that was tried since the values changed."""
    if target in tried:
        return None
    parts = find_parts(values, target)
    if parts is None:
        tried.add(target)
    else:
        tried.clear()
    return parts


def _take_sum(found: Matching, claims: list[Claim], items: list[OwedItem]) -> None:
    """Match what adds up, unless the rest then leaves more than it would with them."""
    other_claims = [claim for claim in found.claims if claim not in claims]
    other_items = [item for item in found.items if item not in items]
    if _count_left_over(other_claims, other_items) <= _count_left_over(found.claims, found.items):
        _add_matches(found, [Match(tuple(claims), tuple(items))])


def _count_left_over(claims: Iterable[Claim], items: Iterable[OwedItem]) -> int:
    """The least that can be left of a one-to-one matching: the greatest with the greatest, of each sign."""
    left = 0
    for sign in (1, -1):
        pairs = zip_longest(
            sorted((abs(claim.amount) for claim in _of_sign(claims, sign)), reverse=True),
            sorted((abs(item.amount) for item in _of_sign(items, sign)), reverse=True),
            fillvalue=0,
        )
        left += sum(abs(claimed - owed) for claimed, owed in pairs)
    return left


def _match_within_a_krone(found: Matching) -> None:
    """The nearest first. A price per day is rounded, and so is a part of a month."""
    by_amount: dict[int, list[OwedItem]] = defaultdict(list)
    for item in reversed(found.items):
        by_amount[item.amount].append(item)
    amounts = sorted(by_amount)
    pairs = []
    for index, claim in enumerate(found.claims):
        first, last = bisect_left(amounts, claim.amount - KRONE), bisect_right(amounts, claim.amount + KRONE)
        pairs += [
            (abs(amount - claim.amount), index, amount) for amount in amounts[first:last] if amount * claim.amount > 0
        ]
    taken: dict[int, Match] = {}
    for _, index, amount in sorted(pairs):
        if index not in taken and by_amount[amount]:
            taken[index] = Match((found.claims[index],), (by_amount[amount].pop(),))
    _add_matches(found, taken.values())


def _match_nearest(found: Matching, sign: int) -> None:
    passed: list[Claim | OwedItem] = []
    pairs: list[tuple[Claim, OwedItem]] = []
    points: list[Claim | OwedItem] = [*_of_sign(found.claims, sign), *_of_sign(found.items, sign)]
    for point in sorted(points, key=lambda point: (-abs(point.amount), isinstance(point, OwedItem))):
        other = passed[-1] if passed else None
        if isinstance(point, Claim) and isinstance(other, OwedItem):
            pairs.append((point, other))
            passed.pop()
        elif isinstance(point, OwedItem) and isinstance(other, Claim):
            pairs.append((other, point))
            passed.pop()
        else:
            passed.append(point)
    _add_matches(found, [Match((claim,), (item,)) for claim, item in pairs])


def _match_rest(found: Matching) -> None:
    """Claims and items without a match go to the match that they make more right, the greatest first."""
    for claim in sorted(found.claims, key=lambda claim: (-abs(claim.amount), claim.order)):
        index = _find_smallest(found.matches, claim.amount, claim.line.month)
        if index is not None:
            match = found.matches[index]
            claims = tuple(sorted([*match.claims, claim], key=lambda claim: claim.order))
            found.matches[index] = replace(match, claims=claims)
            found.claims.remove(claim)
    for item in sorted(found.items, key=lambda item: (-abs(item.amount), item.order)):
        index = _find_smallest(found.matches, -item.amount, item.month)
        if index is not None:
            match = found.matches[index]
            found.matches[index] = replace(match, items=(*match.items, item))
            found.items.remove(item)


def _find_smallest(matches: Sequence[Match], amount: int, month: date) -> int | None:
    """The match that this amount leaves with the smallest difference.

    It must be smaller than the match's own, and than half the amount: a higher price does not pay for another place.
    """
    best: tuple[int, int] | None = None
    for index, match in enumerate(matches):
        difference = match.difference
        if not difference or match.items[0].month != month:
            continue
        left = abs(difference + amount)
        if left < abs(difference) and 2 * left < abs(amount) and (best is None or left < best[0]):
            best = left, index
    return None if best is None else best[1]


def _add_matches(found: Matching, matches: Collection[Match]) -> None:
    found.matches.extend(matches)
    claims = {claim for match in matches for claim in match.claims}
    items = {item for match in matches for item in match.items}
    found.claims[:] = [claim for claim in found.claims if claim not in claims]
    found.items[:] = [item for item in found.items if item not in items]


def _of_sign(points: Iterable[T], sign: int) -> list[T]:
    return [point for point in points if point.amount * sign > 0]
