"""C15: each of several years is what its own what-if gives, whatever is assumed."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from hypothesis import assume, given
from hypothesis import strategies as st

from app.budget.assumptions import (
    AddPlaces,
    Assumption,
    EndPlaces,
    FrameChange,
    RateChange,
    RefundChange,
    ShareChange,
    SupplementChange,
    SupplementPercentChange,
    WhatIfYearsIn,
)
from app.budget.what_if import AssumedChange, apply_changes, assume_year
from app.rules.placement_periods import PeriodColumns
from app.rules.position import Frame, PositionInputs, calculate_position
from app.rules.prices import MAX_MONTHLY_ORE, Rate
from tests.unit.rules.oracle import World
from tests.unit.rules.strategies import SHARES, worlds

NOBODY = "00000000-0000-0000-0000-000000000001"
RECORDED = UUID(int=1)
DAYS = st.dates(date(2021, 1, 1), date(2025, 12, 31)).map(date.isoformat)
AMOUNTS = st.integers(1, 30_000_00).map(lambda ore: f"{Decimal(ore) / 100:.2f}")


@st.composite
def changes(draw: st.DrawFn) -> Assumption:
    day, share, amount = draw(DAYS), draw(SHARES), draw(AMOUNTS)
    made: list[Assumption] = [
        AddPlaces.model_validate({"change": "add_places", "places": draw(st.integers(1, 3)), "from": day}),
        EndPlaces.model_validate({"change": "end_places", "placement_ids": [NOBODY], "on": day}),
        ShareChange.model_validate({"change": "share", "placement_ids": [NOBODY], "share": share, "from": day}),
        RateChange.model_validate({"change": "rate", "monthly_amount": amount, "from": day}),
        SupplementChange.model_validate(
            {"change": "supplement", "placement_ids": [NOBODY], "monthly_amount": amount, "from": day}
        ),
        SupplementPercentChange.model_validate({"change": "supplement_percent", "percent": share, "from": day}),
        FrameChange.model_validate({"change": "frame", "amount": amount}),
        RefundChange.model_validate({"change": "refund", "amount": amount}),
    ]
    return draw(st.sampled_from(made))


def begins_by(year: int, change: Assumption) -> bool:
    if isinstance(change, FrameChange | RefundChange):
        return True
    return (change.on if isinstance(change, EndPlaces) else change.from_).year <= year


def inputs_of(world: World, year: int, periods: PeriodColumns) -> PositionInputs:
    frames = [Frame(None, date(2020, 1, 1), 50_000_00)] if year != 2023 else []
    return PositionInputs(year, world.known_on, periods, world.rates, world.guidelines, frames)


@given(worlds(), st.lists(st.tuples(changes(), st.lists(st.integers(0, 2), max_size=2)), max_size=5))
def test_c15_each_single_year_is_the_single_what_if(world: World, drawn: list[tuple[Assumption, list[int]]]) -> None:
    """C9, C15: from the rows of that year alone, with the changes that have begun by its end."""
    assumed = [
        AssumedChange(change, [], [index for index in chosen if index < world.count]) for change, chosen in drawn
    ]
    asked = WhatIfYearsIn(from_year=2022, to_year=2024)
    every = PeriodColumns.from_rows(world.periods, world.supplements, count=world.count)
    for year in (2022, 2023, 2024):
        first, last = date(year, 1, 1), date(year, 12, 31)
        several = assume_year(inputs_of(world, year, every.overlapping(first, last)), asked, assumed)
        of_year = PeriodColumns.from_rows(
            [row for row in world.periods if row.first_day <= last and (row.last_day or last) >= first],
            [row for row in world.supplements if row.first_day <= last and (row.last_day or last) >= first],
            count=world.count,
        )
        begun = [change for change in assumed if begins_by(year, change.change)]
        single = apply_changes(inputs_of(world, year, of_year), begun)
        assert calculate_position(several) == calculate_position(single)


@given(worlds(), st.integers(0, 1_000))
def test_c15_a_raise_is_a_rate_assumed_each_new_year(world: World, percent_bp: int) -> None:
    """C15: and the frame of one year is a frame assumed for it."""
    percent = f"{Decimal(percent_bp) / 100:.2f}"
    frames = [{"year": 2023, "amount": "1000.00"}]
    body = {"from_year": 2022, "to_year": 2025, "rate_percent_a_year": percent, "frames": frames}
    asked = WhatIfYearsIn.model_validate(body)
    every = PeriodColumns.from_rows(world.periods, world.supplements, count=world.count)
    known = [rate for rate in world.rates if rate.known_from <= world.known_on]
    latest = max(known, key=lambda rate: (rate.valid_from, rate.known_from, rate.monthly_ore))
    assume(latest.monthly_ore * 2 <= MAX_MONTHLY_ORE)
    recorded = [replace(rate, id=RECORDED) for rate in world.rates]
    by_hand, amount = list(world.rates), latest.monthly_ore
    for year in range(latest.valid_from.year + 1, 2026):
        # Half up, in whole øre.
        amount = (amount * (10_000 + percent_bp) * 2 + 10_000) // 20_000
        by_hand.append(Rate(None, date(year, 1, 1), min(world.known_on, latest.known_from), amount))
    for year in range(2022, 2026):
        inputs = inputs_of(world, year, every)
        several = assume_year(replace(inputs, rates=recorded), asked, [])
        own_frames = [Frame(None, world.known_on, 100_000)] if year == 2023 else inputs.frames
        assert calculate_position(several) == calculate_position(replace(inputs, rates=by_hand, frames=own_frames))
