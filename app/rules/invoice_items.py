"""C12: the two ledgers of a provider's month, what is owed and what was invoiced, and what is left between them.

A month owes each place, and each of its supplements beside it, as items. What was invoiced is the sum of what the
lines say: of a place where the line names one, else of none. An item is taken away once it was invoiced, by name
before by amount; what was invoiced beyond the items is an item of its own, negative, until a credit gives it back.
So the items of a month always add up to what is owed less what was invoiced, in whatever order that came.

Amounts are whole øre.
"""

from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import combinations
from typing import Literal, NamedTuple
from uuid import UUID

from app.rules.settlement import LinePart, MonthLine

ItemKind = Literal["place", "supplement", "surplus"]

# A search for parts of a sum stops here, and finds none.
_MAX_SUMS = 1_000
_MAX_VALUES = 200
_MAX_OF_PLACE = 6
MAX_SEARCHES = 10
"""So many amounts of a month, the largest, are looked for as sums of others."""


class AmountOwed(NamedTuple):
    """What a placement's month costs: as it was settled, or as it is computed. `line` is what the amount is made of."""

    placement: UUID
    month: date
    amount: int
    line: MonthLine | None = None


@dataclass(frozen=True, slots=True)
class MonthAccount:
    """Both ledgers of one month of a provider.

    `named` is the sum of earlier lines by the place they name, `unnamed` the amount of each earlier line that names
    none, and `unowed` the sum of what can be no place's: charges, and lines for places that the provider has not.
    A `carried` month is no line's: what was settled of it is owed with the invoice's months (C13).
    """

    month: date
    owed: Sequence[AmountOwed] = ()
    named: Mapping[UUID, int] = field(default_factory=dict)
    unnamed: Sequence[int] = ()
    unowed: int = 0
    carried: bool = False

    @property
    def invoiced(self) -> int:
        """All that was invoiced before, less credits."""
        return sum(self.named.values()) + sum(self.unnamed) + self.unowed


@dataclass(frozen=True, slots=True, eq=False)
class OwedItem:
    """One amount that is left. `invoiced_before` is what was taken away from the amount that it was at first.

    Equal to itself alone: a place may owe two supplements that are alike.
    """

    placement: UUID | None
    month: date
    amount: int
    kind: ItemKind
    line: MonthLine | None = None
    invoiced_before: int = 0

    @property
    def order(self) -> tuple[date, int, int, str]:
        """So that nothing depends on the order in which items or lines come."""
        return self.month, 0 if self.placement is None else self.placement.int, -self.amount, self.kind


def list_items(account: MonthAccount, named_now: Collection[UUID] = ()) -> list[OwedItem]:
    """C12: what is left of a month. They add up to what is owed less what was invoiced.

    Args:
        named_now: places that the invoice at hand names. What earlier lines did not name is laid against others first.
    """
    by_place: dict[UUID, list[OwedItem]] = {row.placement: _split(row) for row in account.owed}
    for placement, invoiced in account.named.items():
        by_place[placement] = _deduct_named(by_place.get(placement, []), invoiced, placement, account.month)
    items = [item for found in by_place.values() for item in found if item.amount]
    if account.unowed:
        items.append(OwedItem(None, account.month, -account.unowed, "surplus"))
    items.sort(key=lambda item: item.order)
    if not account.unnamed:
        return items
    if sum(account.unnamed) == sum(item.amount for item in items):
        return []
    amounts = _net(account.unnamed)
    items.sort(key=lambda item: (item.placement in named_now, item.order))
    left = _reopen(items, amounts, account) if amounts and amounts[0] < 0 else _cover(items, amounts, account.month)
    return sorted(left, key=lambda item: item.order)


def find_parts(values: Sequence[int], target: int) -> list[int] | None:
    """The indices of two or more of the values that add up to the target; None if there are none, or too many to try.

    All are of one sign. Exact for up to 200 values, of a value no more than the target holds, and 1 000 different sums.
    """
    wanted = abs(target)
    copies: dict[int, int] = defaultdict(int)
    possible = []
    for index, value in enumerate(map(abs, values)):
        if 0 < value < wanted and copies[value] < wanted // value:
            copies[value] += 1
            possible.append((index, value))
    if len(possible) > _MAX_VALUES:
        return None
    sums = {0: (0, -1)}
    ordered = [0]
    for index, value in possible:
        reached = [total + value for total in ordered[: bisect_right(ordered, wanted - value)]]
        for following in reached:
            if following not in sums:
                sums[following] = following - value, index
                insort(ordered, following)
        if wanted in sums or len(sums) > _MAX_SUMS:
            break
    if not wanted or wanted not in sums:
        return None
    found = []
    while wanted:
        wanted, index = sums[wanted]
        found.append(index)
    return sorted(found)


def _split(row: AmountOwed) -> list[OwedItem]:
    """A place and its supplements as items; one of them where the amount is another than the line's."""
    item = OwedItem(row.placement, row.month, row.amount, "place", row.line)
    groups = [] if row.line is None else _group_supplements(row.line.parts)
    if row.line is None or not groups or row.amount != row.line.amount:
        return [item] if item.amount else []
    supplements = [MonthLine(row.line.divisor, tuple(parts)).amount for parts in groups]
    # Rounded once (C4): a part of an øre is the place's.
    place = replace(item, amount=row.amount - sum(supplements))
    found = [place, *(replace(item, amount=amount, kind="supplement") for amount in supplements)]
    return [one for one in found if one.amount]


def _group_supplements(parts: Iterable[LinePart]) -> list[list[LinePart]]:
    """The parts of each supplement: of one price, one after the other."""
    groups: list[list[LinePart]] = []
    for part in parts:
        if part.kind != "supplement":
            continue
        for group in groups:
            if group[-1].price_bp == part.price_bp and group[-1].last_day < part.first_day:
                group.append(part)
                break
        else:
            groups.append([part])
    return groups


def _deduct_named(items: list[OwedItem], invoiced: int, placement: UUID, month: date) -> list[OwedItem]:
    """A place's items less what lines for it came to: whole items where they make it up, else one of the rest."""
    if not invoiced:
        return items
    for size in range(1, min(len(items), _MAX_OF_PLACE) + 1):
        for taken in combinations(items, size):
            if sum(item.amount for item in taken) == invoiced:
                return [item for item in items if item not in taken]
    rest = sum(item.amount for item in items) - invoiced
    line = items[0].line if items else None
    return [OwedItem(placement, month, rest, "place", line, invoiced)]


def _net(amounts: Iterable[int]) -> list[int]:
    """The amounts less their credits, all of one sign, largest first."""
    positive = sorted((amount for amount in amounts if amount > 0), reverse=True)
    negative = sorted(amount for amount in amounts if amount < 0)
    for credit in list(negative):
        if -credit in positive:
            positive.remove(-credit)
            negative.remove(credit)
    while positive and negative:
        rest = positive.pop(0) + negative.pop(0)
        if rest > 0:
            positive = sorted([rest, *positive], reverse=True)
        elif rest < 0:
            negative = sorted([rest, *negative])
    return positive or negative


def _cover(items: list[OwedItem], amounts: list[int], month: date) -> list[OwedItem]:
    """The items less amounts that name none: what is equal first, then what adds up, then what is nearest."""
    fixed = [item for item in items if item.amount < 0]
    left = [item for item in items if item.amount > 0]
    by_amount: dict[int, list[OwedItem]] = defaultdict(list)
    for item in left:
        by_amount[item.amount].append(item)
    rest = []
    for amount in amounts:
        if by_amount[amount]:
            by_amount[amount].pop(0)
        else:
            rest.append(amount)
    left = [item for item in left if item in by_amount[item.amount]]
    surplus = 0
    for number, amount in enumerate(rest):
        parts = find_parts([item.amount for item in left], amount) if number < MAX_SEARCHES else None
        if parts is not None:
            left = [item for index, item in enumerate(left) if index not in parts]
            continue
        while amount and left:
            nearest = min(left, key=lambda item: abs(item.amount - amount))
            taken = min(nearest.amount, amount)
            left[left.index(nearest)] = replace(
                nearest, amount=nearest.amount - taken, invoiced_before=nearest.invoiced_before + taken
            )
            left = [item for item in left if item.amount]
            amount -= taken
        surplus += amount
    if surplus:
        fixed.append(OwedItem(None, month, -surplus, "surplus"))
    return fixed + left


def _reopen(items: list[OwedItem], credits: list[int], account: MonthAccount) -> list[OwedItem]:
    """The items with credits that name none: they give back what was invoiced too much, then what places were named."""
    too_much = [item for item in items if item.amount < 0]
    left = [item for item in items if item.amount > 0]
    owed = {row.placement: row for row in account.owed}
    named = {placement: amount for placement, amount in account.named.items() if amount > 0}
    for credit in credits:
        rest = -credit
        while rest and too_much:
            item = min(too_much, key=lambda item: abs(item.amount + rest))
            given = min(-item.amount, rest)
            too_much[too_much.index(item)] = replace(item, amount=item.amount + given)
            too_much = [item for item in too_much if item.amount]
            rest -= given
        while rest and named:
            placement = min(named, key=lambda placement: (abs(named[placement] - rest), placement.int))
            given = min(named[placement], rest)
            row = owed.get(placement)
            left.append(OwedItem(placement, account.month, given, "place", row.line if row else None))
            named[placement] -= given
            named = {placement: amount for placement, amount in named.items() if amount}
            rest -= given
        if rest:
            left.append(OwedItem(None, account.month, rest, "surplus"))
    return too_much + left
