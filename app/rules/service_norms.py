"""S5, S8: hours become staff and cost by the norms of a kind of service, each from the day it holds.

Hours are hours a week, staff are averages over the days of the period; all of it is exact.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from app.rules.mirror import WeeklyHours

_DAYS_A_WEEK = 7


@dataclass(frozen=True, slots=True)
class Norm:
    """What a kind of service counts as from a day until the next norm. None is not stated."""

    valid_from: date
    hours_per_full_time_equivalent: Fraction | None
    cost_per_hour: Fraction | None


@dataclass(frozen=True, slots=True)
class NormDays:
    """Days of a period, the first and the last counted, that one norm holds on; None before the first norm."""

    first_day: date
    last_day: date
    norm: Norm | None


def cut_by_norms(norms: Iterable[Norm], first_day: date, last_day: date) -> list[NormDays]:
    """S8: the days of a period in order, cut where a norm begins; there is one norm of each day it begins on."""
    found: list[NormDays] = []
    norm: Norm | None = None
    begin = first_day
    for following in sorted(norms, key=lambda one: one.valid_from):
        if following.valid_from > last_day:
            break
        if following.valid_from > begin:
            found.append(NormDays(begin, following.valid_from - timedelta(days=1), norm))
            begin = following.valid_from
        norm = following
    if begin <= last_day:
        found.append(NormDays(begin, last_day, norm))
    return found


@dataclass(frozen=True, slots=True)
class StaffAndCost:
    """What decided hours come to in a period: full-time equivalents and kroner. None where a norm is not stated."""

    staff: Fraction | None
    cost: Fraction | None


def weigh_decisions(rows: Iterable[WeeklyHours], days: Sequence[NormDays]) -> StaffAndCost:
    """S5: the decided hours of rows of one kind of service, each day's by its own norm.

    Staff are the sum of hours x days / norm over the days of the period, cost the sum of hours x days / 7 x cost per
    hour. Each is None where decided hours stand on a day without that norm, or no day of the period has it.
    """
    every = [*rows]
    hours = [_count_hour_days(every, part) for part in days]
    norms = [part.norm for part in days]
    inverse = [None if norm is None else _invert(norm.hours_per_full_time_equivalent) for norm in norms]
    price = [None if norm is None else norm.cost_per_hour for norm in norms]
    count = sum((part.last_day - part.first_day).days + 1 for part in days)
    return StaffAndCost(_weigh(hours, inverse, count), _weigh(hours, price, _DAYS_A_WEEK))


def _count_hour_days(rows: Iterable[WeeklyHours], part: NormDays) -> Fraction:
    """Decided hours a week times the days that they hold on."""
    return sum(
        (
            row.decided * ((min(row.last_day, part.last_day) - max(row.first_day, part.first_day)).days + 1)
            for row in rows
            if row.decided is not None and row.first_day <= part.last_day and row.last_day >= part.first_day
        ),
        Fraction(0),
    )


def _invert(hours: Fraction | None) -> Fraction | None:
    return None if hours is None else 1 / hours


def _weigh(hours: Sequence[Fraction], weights: Sequence[Fraction | None], divisor: int) -> Fraction | None:
    parts = [*zip(hours, weights, strict=True)]
    if all(weight is None for weight in weights) or any(amount and weight is None for amount, weight in parts):
        return None
    return sum((amount * weight for amount, weight in parts if weight is not None), Fraction(0)) / divisor
