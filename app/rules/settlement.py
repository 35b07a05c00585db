"""C13: a month's lines, with the inputs that made them, and what differs once they are recomputed.

A line is one placement's month (C4). Its parts are consecutive days at one price and share, and beside them
the supplements (L6); it is rounded once:

    amount = calculate_cost(sum of price x share x days over the parts, divisor)

A line that is recomputed and comes out otherwise is explained cause by cause: from the closed line to the new one
the inputs are changed one kind at a time, in a fixed order, and each change is one difference. Every step is rounded
as a line is, so the differences add up to the new line minus the closed one, to the øre.

Prices are exact: whole øre per month x 10 000 (`price_bp`), as a rate with a percent on top may have parts of an øre.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal
from uuid import UUID

from app.rules.calendar import is_weekday
from app.rules.cost import calculate_cost, cut_month
from app.rules.placement_periods import PeriodColumns
from app.rules.prices import PERCENT, Guideline, Rate, YearPrices

PartKind = Literal["base", "legacy", "supplement"]
DifferenceCause = Literal[
    "rate", "period", "share", "supplement", "legacy_price", "added", "removed", "correction"
]  # fmt: skip

_DAY = timedelta(days=1)
_PRICE_CAUSES: dict[PartKind, DifferenceCause] = {"base": "rate", "legacy": "legacy_price", "supplement": "supplement"}
# What a corrected decision says otherwise (D8).
_CORRECTED_CAUSES = frozenset({"period", "share", "added", "removed"})
# No month has so many weekdays, and none has fewer days: a line's divisor tells its proration.
_SHORTEST_MONTH = 28


@dataclass(frozen=True, slots=True)
class LinePart:
    """Consecutive days of one month at one price and share.

    `days` are those that the month's proration counts (C3). `price_bp` is what a full place costs a month; a
    supplement's is never scaled, its share is 100 (L6). `rate_id` and `guideline_version_id` name the rows behind a
    `base` price (C1, C2), and are None for the others.
    """

    kind: PartKind
    first_day: date
    last_day: date
    days: int
    share: int
    price_bp: int
    rate_id: UUID | None = None
    guideline_version_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class MonthLine:
    """One placement's month. `divisor` is the month's days or weekdays (C3)."""

    divisor: int
    parts: tuple[LinePart, ...]

    @property
    def days(self) -> int:
        """The counted days on which there was a place."""
        return sum(part.days for part in self.parts if part.kind != "supplement")

    @property
    def amount(self) -> int:
        """C4: in øre, rounded once."""
        return calculate_cost(sum(part.price_bp * part.share * part.days for part in self.parts), self.divisor)


@dataclass(frozen=True, slots=True)
class Difference:
    """What one cause makes of the difference between a line and the same line recomputed, in øre.

    `rate` is NAV's rate or the guideline's own parameters, `correction` a decision that was corrected or annulled.
    `line` is the recomputed line, None where there is none.
    """

    cause: DifferenceCause
    amount: int
    line: MonthLine | None


@dataclass(frozen=True, slots=True)
class _Day:
    """What makes one day's cost: the place's kind, price and share, and the supplements on top."""

    kind: PartKind
    price_bp: int
    share: int
    supplement_bp: int


def calculate_month_lines(
    periods: PeriodColumns, month: date, rates: Sequence[Rate], guidelines: Sequence[Guideline], known_on: date
) -> dict[int, MonthLine]:
    """C1-C4: every placement's line of a month (its first day), by the placement's index.

    A placement without a counted day has no line. RateMissing or GuidelineMissing names the first day of the month on
    which a standard place has no price.
    """
    prices = YearPrices.from_rows(month.year, rates, guidelines, known_on)
    cut = cut_month(periods, month.month, prices)
    start = date(month.year, 1, 1).toordinal()
    columns = (cut.placement, cut.begin, cut.end, cut.days, cut.share, cut.price_bp, cut.is_standard, cut.is_supplement)
    parts: dict[int, list[LinePart]] = {}
    for placement, begin, end, days, share, price_bp, is_standard, is_supplement in zip(
        *(column.tolist() for column in columns), strict=True
    ):
        if is_supplement and not days:
            continue
        rate, guideline = (prices.rates[begin], prices.guidelines[begin]) if is_standard else (None, None)
        parts.setdefault(placement, []).append(
            LinePart(
                "supplement" if is_supplement else "base" if is_standard else "legacy",
                date.fromordinal(start + begin),
                date.fromordinal(start + end - 1),
                days,
                share,
                price_bp,
                None if rate is None else rate.id,
                None if guideline is None else guideline.id,
            )
        )
    return {
        placement: MonthLine(cut.counted_days, tuple(sorted(found, key=_sort_key)))
        for placement, found in parts.items()
        if any(part.days for part in found)
    }


def find_differences(closed: MonthLine | None, recomputed: MonthLine | None) -> list[Difference]:
    """C13: why a line recomputed costs something else than it did; nothing where it costs the same."""
    before = 0 if closed is None else closed.amount
    after = 0 if recomputed is None else recomputed.amount
    if before == after:
        return []
    if closed is None:
        return [Difference("added", after, recomputed)]
    if recomputed is None:
        return [Difference("removed", -before, None)]
    single_cause = _find_single_cause(closed, recomputed)
    if single_cause is not None:
        return [Difference(single_cause, after - before, recomputed)]
    differences = []
    previous = before
    for cause, amount in _calculate_steps(closed, recomputed):
        if amount != previous:
            differences.append(Difference(cause, amount - previous, recomputed))
            previous = amount
    return differences


def find_pending_differences(
    closed: Mapping[tuple[UUID, date], MonthLine],
    recomputed: Mapping[tuple[UUID, date], MonthLine],
    corrected: Collection[UUID] = (),
) -> dict[tuple[UUID, date], list[Difference]]:
    """C13: the differences of every placement and month, in their order, between the closed lines and the same months
    recomputed. `corrected` are the placements with a decision that was corrected or annulled since (D8).
    """
    keys = sorted(closed.keys() | recomputed.keys(), key=lambda key: (key[1], key[0].int))
    by_key = {key: find_differences(closed.get(key), recomputed.get(key)) for key in keys}
    for key in by_key:
        if key[0] in corrected:
            by_key[key] = _name_correction(by_key[key])
    return {key: differences for key, differences in by_key.items() if differences}


def _name_correction(differences: list[Difference]) -> list[Difference]:
    """D8, C13: what the decisions say otherwise is one difference, of the correction."""
    mended = [difference for difference in differences if difference.cause in _CORRECTED_CAUSES]
    amount = sum(difference.amount for difference in mended)
    others = [difference for difference in differences if difference.cause not in _CORRECTED_CAUSES]
    return [Difference("correction", amount, mended[0].line), *others] if amount else others


def _sort_key(part: LinePart) -> tuple[bool, date, date, int]:
    return part.kind == "supplement", part.first_day, part.last_day, part.price_bp


def _find_single_cause(closed: MonthLine, recomputed: MonthLine) -> DifferenceCause | None:
    """The cause where the prices of one kind are all that differs, as when a rate is raised for everyone: found without
    going through the days.
    """
    if closed.divisor != recomputed.divisor or len(closed.parts) != len(recomputed.parts):
        return None
    kinds: set[PartKind] = set()
    for was, now in zip(closed.parts, recomputed.parts, strict=True):
        if (was.kind, was.first_day, was.last_day, was.share) != (now.kind, now.first_day, now.last_day, now.share):
            return None
        if was.price_bp != now.price_bp:
            kinds.add(now.kind)
    return _PRICE_CAUSES[kinds.pop()] if len(kinds) == 1 else None


def _calculate_steps(closed: MonthLine, recomputed: MonthLine) -> Iterator[tuple[DifferenceCause, int]]:
    """The line's amount after each kind of change, the last being the new line's own."""
    was, now = _split_into_days(closed), _split_into_days(recomputed)
    days = {day: was.get(day, then) for day, then in now.items()}
    yield "period", _calculate_amount(days, closed)
    days = {day: replace(known, share=now[day].share) for day, known in days.items()}
    yield "share", _calculate_amount(days, closed)
    days = {
        day: replace(known, kind=now[day].kind, price_bp=now[day].price_bp)
        if "legacy" in (known.kind, now[day].kind)
        else known
        for day, known in days.items()
    }
    yield "legacy_price", _calculate_amount(days, closed)
    days = {day: replace(now[day], supplement_bp=known.supplement_bp) for day, known in days.items()}
    # Another proration is the guideline's as well.
    yield "rate", _calculate_amount(days, recomputed)
    yield "supplement", recomputed.amount


def _split_into_days(line: MonthLine) -> dict[date, _Day]:
    days: dict[date, _Day] = {}
    for part in line.parts:
        for day in _list_days(part):
            if part.kind != "supplement":
                days[day] = _Day(part.kind, part.price_bp, part.share, 0)
            elif day in days:
                days[day] = replace(days[day], supplement_bp=days[day].supplement_bp + part.price_bp)
            else:
                # Between two periods of one placement (L6): a supplement and nothing else.
                days[day] = _Day("supplement", 0, PERCENT, part.price_bp)
    return days


def _list_days(part: LinePart) -> Iterator[date]:
    day = part.first_day
    while day <= part.last_day:
        yield day
        day += _DAY


def _calculate_amount(days: Mapping[date, _Day], line: MonthLine) -> int:
    """C4: what these days cost, counted and divided as the line's are."""
    every_day = line.divisor >= _SHORTEST_MONTH
    summed = sum(
        known.price_bp * known.share + known.supplement_bp * PERCENT
        for day, known in days.items()
        if every_day or is_weekday(day)
    )
    return calculate_cost(summed, line.divisor)
