"""C1, C2: NAV's rates, the guideline's versions, and the price of a day.

Of the rates with `known_from` by the position's day and `valid_from` by the day itself, the greatest (valid_from,
known_from) counts. **Decided here**: a rate is valid until the next `valid_from`, among equal ones the later known
wins, and the last is carried on (C6). Basic funding = rate x (1 + supplement), not rounded before the month is (C4).

Which days a month is divided by (C3). **Decided here**: the proration of a whole month is that of the guideline
version in force on its first day, else of the first to come into force within it, else `calendar_days`: so the parts
of a month always add up to it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from operator import mul
from typing import Literal
from uuid import UUID

from app.rules.calendar import count_days_in_year, get_month_range, is_weekday

Proration = Literal["calendar_days", "weekdays"]

PERCENT = 100
BASIS_POINTS = 10_000
MAX_SUPPLEMENT_BP = 2 * BASIS_POINTS

MAX_MONTHLY_ORE = 1_000_000_000
"""No monthly price, rate or supplement is over 10 000 000.00 NOK. The bound keeps every sum exact in 64 bits."""

_UUID_BITS = 128


class PriceMissing(LookupError):
    """A standard place on `day`, which has no price: an error that names the day, never zero (C1)."""

    def __init__(self, day: date) -> None:
        super().__init__(f"a standard place has no price on {day}")
        self.day = day


class RateMissing(PriceMissing):
    """C1: no rate is known for `day`."""


class GuidelineMissing(PriceMissing):
    """C2: no guideline version is in force on `day`."""


@dataclass(frozen=True, slots=True)
class Rate:
    """C1: NAV's rate per place per month in øre. `id` is None for an assumed rate (C9), which wins over its equals."""

    id: UUID | None
    valid_from: date
    known_from: date
    monthly_ore: int

    def __post_init__(self) -> None:
        if not 0 <= self.monthly_ore <= MAX_MONTHLY_ORE:
            raise ValueError(f"a rate lies from 0 to {MAX_MONTHLY_ORE} øre")


@dataclass(frozen=True, slots=True)
class Guideline:
    """A guideline version's parameters, in basis points (50 % = 5000): C2, C3, C7 and C10. `id` is None when assumed
    (C9).
    """

    id: UUID | None
    valid_from: date
    supplement_bp: int = 5000
    proration: Proration = "calendar_days"
    watch_bp: int = 9500
    vta_share_bp: int = 2500

    def __post_init__(self) -> None:
        if not 0 <= self.supplement_bp <= MAX_SUPPLEMENT_BP:
            raise ValueError(f"a supplement lies from 0 to {MAX_SUPPLEMENT_BP} basis points")
        if not (0 <= self.watch_bp <= BASIS_POINTS and 0 <= self.vta_share_bp <= BASIS_POINTS):
            raise ValueError(f"a share lies from 0 to {BASIS_POINTS} basis points")


def find_guideline(guidelines: Sequence[Guideline], day: date) -> Guideline:
    """The guideline version in force on a day: the latest `valid_from` by then. GuidelineMissing when there is none."""
    for guideline in reversed(_sort_guidelines(guidelines)):
        if guideline.valid_from <= day:
            return guideline
    raise GuidelineMissing(day)


def find_proration(guidelines: Sequence[Guideline], year: int, month: int) -> Proration:
    """C3: how a part of this month is counted, for every placement alike."""
    first, last = get_month_range(year, month)
    ordered = _sort_guidelines(guidelines)
    by_first = [version for version in ordered if version.valid_from <= first]
    if by_first:
        return by_first[-1].proration
    return next((version.proration for version in ordered if version.valid_from <= last), "calendar_days")


@dataclass(frozen=True, slots=True)
class YearPrices:
    """The standard place's price on each day of a year: lists with one entry per day from 1 January.

    `rates` and `guidelines` are what holds that day (C1, C2), None where there is none. `base` is basic funding per
    month in øre x 10 000 (C2) and `vta` the municipal share of the rate likewise (C10). `counted` is 0 on days that
    their month's proration leaves out (C3), else 1. Before day `rate_from` there is no rate, before `guideline_from` no
    guideline version: the prices there mean nothing.
    """

    year: int
    rates: list[Rate | None]
    guidelines: list[Guideline | None]
    base: list[int]
    vta: list[int]
    counted: list[int]
    rate_from: int
    guideline_from: int

    @classmethod
    def from_rows(
        cls, year: int, rates: Sequence[Rate], guidelines: Sequence[Guideline], known_on: date
    ) -> "YearPrices":
        start = date(year, 1, 1).toordinal()
        days = count_days_in_year(year)
        rate_of_day: list[Rate | None] = [None] * days
        guideline_of_day: list[Guideline | None] = [None] * days
        rate, base_bp, vta_bp = [0] * days, [0] * days, [0] * days
        rate_from = guideline_from = days
        # In order, so that each row writes over the one it follows, from its own first day on.
        for row in sort_known_rates(rates, known_on):
            first = max(row.valid_from.toordinal() - start, 0)
            rate_of_day[first:] = [row] * (days - first)
            rate[first:] = [row.monthly_ore] * (days - first)
            rate_from = min(rate_from, first)
        for version in _sort_guidelines(guidelines):
            first = max(version.valid_from.toordinal() - start, 0)
            guideline_of_day[first:] = [version] * (days - first)
            base_bp[first:] = [BASIS_POINTS + version.supplement_bp] * (days - first)
            vta_bp[first:] = [version.vta_share_bp] * (days - first)
            guideline_from = min(guideline_from, first)

        by_weekday = [find_proration(guidelines, year, month) == "weekdays" for month in range(1, 13)]
        counted = [
            int(not by_weekday[day.month - 1] or is_weekday(day))
            for day in map(date.fromordinal, range(start, start + days))
        ]
        return cls(
            year=year,
            rates=rate_of_day,
            guidelines=guideline_of_day,
            base=list(map(mul, rate, base_bp)),
            vta=list(map(mul, rate, vta_bp)),
            counted=counted,
            rate_from=rate_from,
            guideline_from=guideline_from,
        )


def rank_by_recording(row: UUID | None) -> int:
    """Which of two equal rows was recorded last: ids rise with time (UUIDv7), and what is assumed (C9) comes last."""
    return 1 << _UUID_BITS if row is None else row.int


def sort_known_rates(rates: Sequence[Rate], known_on: date) -> list[Rate]:
    """C1: what was known on a day, in the order in which one row writes over another, whatever order they came in."""
    return sorted(
        (rate for rate in rates if rate.known_from <= known_on),
        key=lambda rate: (rate.valid_from, rate.known_from, rank_by_recording(rate.id), rate.monthly_ore),
    )


def _sort_guidelines(guidelines: Sequence[Guideline]) -> list[Guideline]:
    return sorted(
        guidelines,
        key=lambda version: (
            version.valid_from,
            rank_by_recording(version.id),
            version.supplement_bp,
            version.proration,
            version.watch_bp,
            version.vta_share_bp,
        ),
    )
