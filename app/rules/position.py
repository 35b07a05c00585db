"""C5-C8, C10, C11: where a year stands against its frame.

A position is computed from its `PositionInputs` alone; what-if (C9) replaces some of them. Every amount is whole øre.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate
from typing import Literal
from uuid import UUID

from app.rules.calendar import get_month_range
from app.rules.cost import YearTotals, calculate_year_totals
from app.rules.money import from_ore, round_half_up
from app.rules.placement_periods import PeriodColumns
from app.rules.prices import (
    BASIS_POINTS,
    Guideline,
    GuidelineMissing,
    Rate,
    find_guideline,
    rank_by_recording,
)

Flag = Literal["no_frame", "within", "watch", "overrun"]

OverFrame = Literal["flag", "confirm"]
"""C7: a grant that brings the forecast over the frame is flagged, or needs the case that pays for it."""

_RANKS: dict[Flag, int] = {"no_frame": 0, "within": 0, "watch": 1, "overrun": 2}


@dataclass(frozen=True, slots=True)
class Frame:
    """C5: one revision of a year's budget frame. `id` is None for an assumed frame (C9), which wins over its equals."""

    id: UUID | None
    adopted_on: date
    amount: int


@dataclass(frozen=True, slots=True)
class Overrun:
    """C7: how far over the frame, and the first month (`2022-12`) whose cumulative forecast passes it."""

    amount: int
    first_month: str


@dataclass(frozen=True, slots=True)
class VtaComparison:
    """C10: the least the same places would cost the municipality as state-financed VTA."""

    minimum_share_percent: Decimal
    municipal_cost: int


@dataclass(frozen=True, slots=True)
class IncurredBreakdown:
    """C12, C13: what has incurred, by what became of it, in øre: settled + differing + open is the position's incurred.

    `settled` is what closed months cost as they were settled, `differing` what they cost otherwise by what was known on
    the position's day, `open` what no month is closed for. `invoiced` stands beside them.
    """

    settled: int
    differing: int
    open: int
    invoiced: int


@dataclass(frozen=True, slots=True)
class Position:
    """C6-C8, C10, C11, with the contract's names. `None` where there is no frame or no overrun."""

    year: int
    on: date
    frame: int | None
    incurred: int
    remaining_to_come: int
    forecast: int
    forecast_by_month: tuple[int, ...]
    difference: int | None
    share_used_percent: Decimal | None
    flag: Flag
    overrun: Overrun | None
    places: int
    average_monthly_cost: int
    room_for_standard_places: int
    room_from: date
    expected_refund: int
    net_forecast: int
    vta_comparison: VtaComparison


@dataclass(frozen=True, slots=True)
class PositionInputs:
    """Everything a position is computed from: the year's periods, all rates, versions and frames, and the position's
    day.

    `room_from` is the day asked for (C8), or None for the default; it lies in the year.
    """

    year: int
    on: date
    periods: PeriodColumns
    rates: Sequence[Rate]
    guidelines: Sequence[Guideline]
    frames: Sequence[Frame]
    expected_refund: int = 0
    room_from: date | None = None


def calculate_position(inputs: PositionInputs) -> Position:
    """C6: the position of a year on a day. RateMissing or GuidelineMissing when a day with a place has no price: a
    place at its own price costs the same without one, but is compared with what the rate is (C10).
    """
    year, on, rates, guidelines = inputs.year, inputs.on, inputs.rates, inputs.guidelines
    frame = find_latest_frame(inputs.frames, on)
    room_from = choose_room_day(year, on, inputs.room_from)
    parameters = find_position_parameters(guidelines, year, on)
    return build_position(
        year,
        on,
        frame=None if frame is None else frame.amount,
        totals=calculate_year_totals(inputs.periods, year, rates, guidelines, on, on, room_from),
        parameters=parameters,
        room_from=room_from,
        expected_refund=inputs.expected_refund,
    )


def build_position(
    year: int,
    on: date,
    *,
    frame: int | None,
    totals: YearTotals,
    parameters: Guideline,
    room_from: date,
    expected_refund: int = 0,
) -> Position:
    """C6-C8, C10, C11 from sums already made, one more place from `room_from` included. ValueError: negative frame."""
    if frame is not None and frame < 0:
        raise ValueError("a frame is never negative")
    forecast, incurred = sum(totals.forecast_by_month), sum(totals.incurred_by_month)
    return Position(
        year=year,
        on=on,
        frame=frame,
        incurred=incurred,
        remaining_to_come=forecast - incurred,
        forecast=forecast,
        forecast_by_month=totals.forecast_by_month,
        difference=None if frame is None else frame - forecast,
        share_used_percent=calculate_share_used(forecast, frame),
        flag=determine_flag(forecast, frame, parameters.watch_bp),
        overrun=_find_overrun(year, totals.forecast_by_month, frame),
        places=totals.places,
        average_monthly_cost=_calculate_average(forecast, totals.place_months),
        room_for_standard_places=count_room(forecast, frame, totals.standard_place_cost),
        room_from=room_from,
        expected_refund=expected_refund,
        net_forecast=forecast - expected_refund,
        vta_comparison=VtaComparison(from_ore(parameters.vta_share_bp), totals.vta_cost),
    )


def split_incurred(position: Position, settled: Mapping[int, int], invoiced: Mapping[int, int]) -> IncurredBreakdown:
    """C12, C13: what became of what has incurred; by month of the position's year (1 to 12), what was settled, for each
    closed month, and what was invoiced.

    **Decided here**: months that are past on the position's day count, by the ledger as it is when asked.
    """
    year = position.year
    past = [month for month in range(1, 13) if get_month_range(year, month)[1] <= position.on]
    closed = [month for month in past if month in settled]
    settled_amount = sum(settled[month] for month in closed)
    recomputed = sum(position.forecast_by_month[month - 1] for month in closed)
    return IncurredBreakdown(
        settled=settled_amount,
        differing=recomputed - settled_amount,
        open=position.incurred - recomputed,
        invoiced=sum(invoiced.get(month, 0) for month in past),
    )


def find_latest_frame(frames: Sequence[Frame], on: date) -> Frame | None:
    """C5: the frame on a day: the latest adopted by then; of those adopted on one day, the last recorded."""
    adopted = (frame for frame in frames if frame.adopted_on <= on)
    return max(adopted, key=lambda frame: (frame.adopted_on, rank_by_recording(frame.id), frame.amount), default=None)


def find_position_parameters(guidelines: Sequence[Guideline], year: int, on: date) -> Guideline:
    """Whose `watch_bp` and `vta_share_bp` a position shows. **Decided here**: the version in force on the position's
    day, or on the day of the year nearest to it; before the first version, the first; with no version at all, the
    defaults.
    """
    day = min(max(on, date(year, 1, 1)), date(year, 12, 31))
    try:
        return find_guideline(guidelines, day)
    except GuidelineMissing:
        return min(guidelines, key=lambda version: version.valid_from, default=Guideline(None, day))


def determine_flag(forecast: int, frame: int | None, watch_bp: int) -> Flag:
    """C7: `overrun` over the frame (exactly at it is not over), `watch` from `watch_bp` of it, else `within`."""
    if frame is None:
        return "no_frame"
    if forecast > frame:
        return "overrun"
    return "watch" if forecast * BASIS_POINTS >= frame * watch_bp else "within"


def rank_flag(flag: Flag) -> int:
    """C7: orders the flags, a rise being `rank_flag(after) > rank_flag(before)`; `no_frame` ranks with `within`."""
    return _RANKS[flag]


def calculate_share_used(forecast: int, frame: int | None) -> Decimal | None:
    """C6: forecast / frame in percent, two decimals, half up; over 100 in an overrun. None without a frame, or of
    zero. **Decided here**: it is the forecast's share, as the flag's is, and not what has incurred so far.
    """
    # Hundredths of a percent are written as hundredths of a krone are.
    return from_ore(round_half_up(forecast * BASIS_POINTS, frame)) if frame else None


def choose_room_day(year: int, on: date, requested: date | None = None) -> date:
    """C8: the requested day, else the day after the position's where that lies in the year, else the year's first.

    ValueError when the requested day lies outside the year.
    """
    if requested is not None:
        if requested.year != year:
            raise ValueError("room is asked for from a day of the year")
        return requested
    if on.year == year and on < date(year, 12, 31):
        return on + timedelta(days=1)
    return date(year, 1, 1)


def count_room(forecast: int, frame: int | None, standard_place_cost: int | None) -> int:
    """C8: how many more standard places fit in what is left of the frame.

    **Decided here**: 0 without a frame, over it, where a place has no price, and where it costs nothing (a weekend at
    the year's end under `weekdays`): no room is promised that cannot be counted.
    """
    if frame is None or forecast > frame or not standard_place_cost:
        return 0
    return (frame - forecast) // standard_place_cost


def _find_overrun(year: int, forecast_by_month: Sequence[int], frame: int | None) -> Overrun | None:
    if frame is None or sum(forecast_by_month) <= frame:
        return None
    month = next(month for month, so_far in enumerate(accumulate(forecast_by_month), start=1) if so_far > frame)
    return Overrun(sum(forecast_by_month) - frame, f"{year:04}-{month:02}")


def _calculate_average(forecast: int, place_months: Fraction) -> int:
    """C6: forecast / place-months, rounded half up; 0 for a year without places."""
    if not place_months:
        return 0
    return round_half_up(forecast * place_months.denominator, place_months.numerator)
