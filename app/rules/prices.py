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
from fractions import Fraction
from typing import Literal
from uuid import UUID

from app.rules.calendar import month_range

Proration = Literal["calendar_days", "weekdays"]

BASIS_POINTS = 10_000
MAX_SUPPLEMENT_BP = 2 * BASIS_POINTS

MAX_MONTHLY_ORE = 1_000_000_000
"""No monthly price, rate or supplement is over 10 000 000.00 NOK. The bound keeps every sum exact in 64 bits."""

_UUID_BITS = 128


class RateMissing(LookupError):
    """C1: a standard place on `day`, for which no rate is known: it has no price, and that is never zero."""

    def __init__(self, day: date) -> None:
        super().__init__(f"no rate is known for {day}")
        self.day = day


class GuidelineMissing(LookupError):
    """C2: a standard place on `day`, on which no guideline version is in force."""

    def __init__(self, day: date) -> None:
        super().__init__(f"no guideline version is in force on {day}")
        self.day = day


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


def rate_on(rates: Sequence[Rate], day: date, known_on: date) -> Rate:
    """C1: the rate of a day by what was known on another. RateMissing when there is none."""
    for rate in reversed(known_rates(rates, known_on)):
        if rate.valid_from <= day:
            return rate
    raise RateMissing(day)


def guideline_on(guidelines: Sequence[Guideline], day: date) -> Guideline:
    """The guideline version in force on a day: the latest `valid_from` by then. GuidelineMissing when there is none."""
    for guideline in reversed(guidelines_in_order(guidelines)):
        if guideline.valid_from <= day:
            return guideline
    raise GuidelineMissing(day)


def base_price_on(rates: Sequence[Rate], guidelines: Sequence[Guideline], day: date, known_on: date) -> Fraction:
    """C2: basic funding of a full standard place on a day, in exact øre per month. RateMissing, GuidelineMissing."""
    rate = rate_on(rates, day, known_on)
    return Fraction(rate.monthly_ore * (BASIS_POINTS + guideline_on(guidelines, day).supplement_bp), BASIS_POINTS)


def proration_of(guidelines: Sequence[Guideline], year: int, month: int) -> Proration:
    """C3: how a part of this month is counted, for every placement alike."""
    first, last = month_range(year, month)
    for day in (first, last):
        in_force = [version for version in guidelines_in_order(guidelines) if version.valid_from <= day]
        if in_force:
            opening = in_force[-1] if day == first else next(iter(in_force))
            return opening.proration
    return "calendar_days"


def known_rates(rates: Sequence[Rate], known_on: date) -> list[Rate]:
    """C1: what was known on a day, in the order in which one row writes over another, whatever order they came in."""
    return sorted(
        (rate for rate in rates if rate.known_from <= known_on),
        key=lambda rate: (rate.valid_from, rate.known_from, recorded_order(rate.id), rate.monthly_ore),
    )


def guidelines_in_order(guidelines: Sequence[Guideline]) -> list[Guideline]:
    """Guideline versions by their first day, whatever order they came in."""
    return sorted(
        guidelines,
        key=lambda version: (
            version.valid_from, recorded_order(version.id), version.supplement_bp, version.proration, version.vta_share_bp,
            version.watch_bp,
        ),
    )  # fmt: skip


def recorded_order(row: UUID | None) -> int:
    """Which of two equal rows was recorded last: ids rise with time (UUIDv7), and what is assumed (C9) comes last."""
    return 1 << _UUID_BITS if row is None else row.int
