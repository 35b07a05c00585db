"""C1-C4 and C10 a second time, the slow way: day by day, in exact fractions, with only the row shapes of the core.

It shares no code with `app.rules.cost`, so a fault would have to be made twice.
"""

from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from math import floor

from app.rules.placement_periods import PlacementPeriod, Supplement
from app.rules.prices import Guideline, Rate


@dataclass(frozen=True)
class Missing(Exception):
    """No rate or no guideline version on a day."""

    what: str
    day: date


@dataclass(frozen=True)
class World:
    """What a cost is computed from."""

    periods: Sequence[PlacementPeriod]
    supplements: Sequence[Supplement]
    rates: Sequence[Rate]
    guidelines: Sequence[Guideline]
    known_on: date
    count: int


def days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += timedelta(days=1)


def days_of_month(year: int, month: int) -> list[date]:
    return list(days(date(year, month, 1), date(year, month, monthrange(year, month)[1])))


def rate_of(world: World, day: date) -> int:
    best: Rate | None = None
    for rate in world.rates:
        if (
            rate.known_from <= world.known_on
            and rate.valid_from <= day
            and (best is None or (rate.valid_from, rate.known_from) > (best.valid_from, best.known_from))
        ):
            best = rate
    if best is None:
        raise Missing("rate", day)
    return best.monthly_ore


def guideline_of(world: World, day: date) -> Guideline:
    in_force = [version for version in world.guidelines if version.valid_from <= day]
    if not in_force:
        raise Missing("guideline", day)
    return max(in_force, key=lambda version: version.valid_from)


def counted_days(world: World, year: int, month: int) -> list[date]:
    """The days a month is divided by."""
    whole = days_of_month(year, month)
    for day in whole:
        try:
            proration = guideline_of(world, day).proration
        except Missing:
            continue
        return [day for day in whole if day.isoweekday() <= 5] if proration == "weekdays" else whole
    return whole


def covers(first: date, last: date | None, day: date) -> bool:
    return first <= day and (last is None or day <= last)


def price_of(world: World, period: PlacementPeriod, day: date) -> Fraction:
    if period.monthly_ore is not None:
        return Fraction(period.monthly_ore)
    rate = rate_of(world, day)
    return rate * (1 + Fraction(guideline_of(world, day).supplement_bp, 10_000))


def exact_month(world: World, placement: int, year: int, month: int, through: date = date.max) -> Fraction:
    """One placement's month before it is rounded."""
    counted = counted_days(world, year, month)
    mine = [period for period in world.periods if period.placement == placement]
    cost = Fraction(0)
    for day in days_of_month(year, month):
        if day > through:
            continue
        weight = Fraction(int(day in counted), len(counted))
        for period in mine:
            if covers(period.first_day, period.last_day, day):
                cost += price_of(world, period, day) * period.share / 100 * weight
        placed = any(period.first_day <= day for period in mine) and any(
            period.last_day is None or day <= period.last_day for period in mine
        )
        for extra in world.supplements:
            if extra.placement == placement and placed and covers(extra.first_day, extra.last_day, day):
                cost += extra.monthly_ore * weight
    return cost


def rounded(amount: Fraction) -> int:
    return floor(amount + Fraction(1, 2))


def year_costs(world: World, year: int, through: date = date.max) -> list[list[int]]:
    """Twelve lists with one amount per placement."""
    return [
        [rounded(exact_month(world, placement, year, month, through)) for placement in range(world.count)]
        for month in range(1, 13)
    ]


def vta_cost(world: World, year: int) -> int | None:
    total = 0
    try:
        for month in range(1, 13):
            counted = counted_days(world, year, month)
            for placement in range(world.count):
                cost = Fraction(0)
                for period in world.periods:
                    if period.placement != placement:
                        continue
                    for day in days_of_month(year, month):
                        if covers(period.first_day, period.last_day, day):
                            share = Fraction(period.share * guideline_of(world, day).vta_share_bp, 1_000_000)
                            cost += rate_of(world, day) * share * int(day in counted) / len(counted)
                total += rounded(cost)
    except Missing:
        return None
    return total


def place_months(world: World, year: int) -> Fraction:
    total = Fraction(0)
    for month in range(1, 13):
        whole = days_of_month(year, month)
        for period in world.periods:
            total += Fraction(sum(covers(period.first_day, period.last_day, day) for day in whole), len(whole))
    return total


def first_missing(world: World, year: int) -> Missing | None:
    """The first day of the year on which a standard period has no price."""
    for day in days(date(year, 1, 1), date(year, 12, 31)):
        for period in world.periods:
            if period.monthly_ore is None and covers(period.first_day, period.last_day, day):
                try:
                    price_of(world, period, day)
                except Missing as missing:
                    return missing
    return None
