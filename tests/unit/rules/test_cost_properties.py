"""C1-C4, C6, C10: the columns against the naive oracle, and what must hold of any cost."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules import cost
from app.rules.cost import calculate_month_costs, calculate_year_totals, sum_by_group
from app.rules.placement_periods import Column, PeriodColumns, PlacementPeriod, count_place_months
from app.rules.prices import PriceMissing, RateMissing
from tests.unit.rules import oracle
from tests.unit.rules.oracle import World
from tests.unit.rules.strategies import DAYS, YEARS, worlds


def columns(world: World) -> PeriodColumns:
    return PeriodColumns.from_rows(world.periods, world.supplements, count=world.count)


def costs_of(world: World, year: int, through: date | None = None) -> Column:
    return calculate_month_costs(columns(world), year, world.rates, world.guidelines, world.known_on, through)


@pytest.fixture(autouse=True, scope="module")
def small_blocks() -> Iterator[None]:
    """Everything here holds however the rows are cut into blocks, so they are cut small."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cost, "_BLOCK", 2)
        yield


@given(worlds(), YEARS, DAYS)
def test_c3_c4_every_month_of_every_placement_is_the_oracles(world: World, year: int, through: date) -> None:
    """C3, C4, L6: to the øre, with both prorations, segments, shares, supplements and prices that change on any day."""
    assert costs_of(world, year).tolist() == oracle.year_costs(world, year)
    assert costs_of(world, year, through).tolist() == oracle.year_costs(world, year, through)


@given(worlds(priced=False), YEARS)
def test_c1_a_day_without_a_price_is_named(world: World, year: int) -> None:
    """C1: the first day on which a standard period has no rate or no guideline version, else the oracle's costs."""
    missing = oracle.first_missing(world, year)
    if missing is None:
        assert costs_of(world, year).tolist() == oracle.year_costs(world, year)
        return
    with pytest.raises(PriceMissing) as refused:
        costs_of(world, year)
    assert isinstance(refused.value, RateMissing) == (missing.what == "rate")
    assert refused.value.day == missing.day


@given(worlds(), YEARS, DAYS)
def test_c6_c10_totals_are_the_sums_of_months(world: World, year: int, on: date) -> None:
    """C6: the year equals the sum of its months, incurred is what every place ended on that day would cost; C10."""
    totals = calculate_year_totals(columns(world), year, world.rates, world.guidelines, world.known_on, on)
    assert list(totals.forecast_by_month) == costs_of(world, year).sum(axis=1).tolist()
    assert list(totals.incurred_by_month) == costs_of(world, year, on).sum(axis=1).tolist()
    assert sum(totals.incurred_by_month) <= sum(totals.forecast_by_month)
    assert totals.place_months == count_place_months(columns(world), year) == oracle.place_months(world, year)
    day = on if on.year == year else date(year, 12, 31)
    assert totals.places == sum(oracle.covers(period.first_day, period.last_day, day) for period in world.periods)
    assert totals.vta_cost == oracle.vta_cost(world, year)


@given(worlds(priced=False), YEARS)
def test_c10_no_comparison_where_a_day_has_no_rate(world: World, year: int) -> None:
    """C10: places at their own price cost something without a rate, but have nothing to be compared with."""
    legacy = replace(world, periods=[replace(period, monthly_ore=period.monthly_ore or 0) for period in world.periods])
    asked = columns(legacy), year, world.rates, world.guidelines, world.known_on, world.known_on
    expected = oracle.vta_cost(legacy, year)
    if expected is None:
        assert costs_of(legacy, year).tolist() == oracle.year_costs(legacy, year)
        with pytest.raises(PriceMissing):
            calculate_year_totals(*asked)
    else:
        assert calculate_year_totals(*asked).vta_cost == expected


@given(worlds(), YEARS, st.data())
def test_c3_c4_parts_of_a_month_add_up_whatever_the_cuts(world: World, year: int, data: st.DataObject) -> None:
    """C3, C4: a period cut into segments costs what it did whole, since one placement's month is rounded once."""
    pieces: list[PlacementPeriod] = []
    for period in world.periods:
        first, last = period.first_day, period.last_day or period.first_day + timedelta(days=1_000)
        for cut in sorted(data.draw(st.sets(st.dates(first, last), max_size=4))):
            if first < cut:
                pieces.append(replace(period, first_day=first, last_day=cut - timedelta(days=1)))
                first = cut
        pieces.append(replace(period, first_day=first, last_day=period.last_day))
    assert costs_of(replace(world, periods=pieces), year).tolist() == costs_of(world, year).tolist()


@given(worlds(), YEARS, st.integers(1, 3), st.data())
def test_c4_by_provider_equals_by_month(world: World, year: int, providers: int, data: st.DataObject) -> None:
    """C4: summed by provider, by placement or by month, every total is the same."""
    costs = costs_of(world, year)
    of = data.draw(st.lists(st.integers(0, providers - 1), min_size=world.count, max_size=world.count))
    by_provider = sum_by_group(costs, np.array(of), providers)
    assert by_provider.sum(axis=1).tolist() == costs.sum(axis=1).tolist()
    for provider in range(providers):
        mine = [placement for placement in range(world.count) if of[placement] == provider]
        assert by_provider[:, provider].tolist() == costs[:, mine].sum(axis=1).tolist()


@given(worlds(), YEARS, st.integers(0, 400), st.integers(0, 400))
def test_c3_a_longer_stay_never_costs_less(world: World, year: int, earlier: int, later: int) -> None:
    """C3: neither in the year nor in any of its months."""
    for period in world.periods:
        last = period.last_day and period.last_day + timedelta(days=later)
        longer = replace(period, placement=0, first_day=period.first_day - timedelta(days=earlier), last_day=last)
        alone = replace(world, periods=[replace(period, placement=0)], count=1, supplements=[])
        assert (costs_of(replace(alone, periods=[longer]), year) >= costs_of(alone, year)).all()


@given(worlds(), YEARS, st.randoms(use_true_random=False))
def test_c1_c4_no_order_of_the_rows_changes_a_result(world: World, year: int, random: Random) -> None:
    """C1, C4: periods, supplements, rates and guideline versions may come in any order."""
    shuffled = World(
        periods=random.sample(world.periods, len(world.periods)),
        supplements=random.sample(world.supplements, len(world.supplements)),
        rates=random.sample(world.rates, len(world.rates)),
        guidelines=random.sample(world.guidelines, len(world.guidelines)),
        known_on=world.known_on,
        count=world.count,
    )
    assert costs_of(shuffled, year).tolist() == costs_of(world, year).tolist()
    assert calculate_year_totals(
        columns(shuffled), year, shuffled.rates, shuffled.guidelines, world.known_on, world.known_on
    ) == calculate_year_totals(columns(world), year, world.rates, world.guidelines, world.known_on, world.known_on)
