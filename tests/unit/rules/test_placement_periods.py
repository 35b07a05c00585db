"""C4, C6: the columns that costs are computed from, and their bounds."""

from datetime import date
from fractions import Fraction

import pytest

from app.rules.placement_periods import (
    OPEN_END,
    STANDARD_PRICE,
    PeriodColumns,
    PlacementPeriod,
    Supplement,
    count_place_months,
    count_places,
)
from app.rules.prices import MAX_MONTHLY_ORE


def test_c4_columns_are_sorted_and_typed() -> None:
    """C4: columns as a database hands them over, in any order."""
    first = date(2022, 1, 1).toordinal()
    columns = PeriodColumns.from_columns(
        [1, 0], [first, first], [OPEN_END, first], [100, 50], [STANDARD_PRICE, 1], count=4
    )
    assert columns.placement.tolist() == [0, 1]
    assert columns.monthly_ore.tolist() == [1, STANDARD_PRICE]
    assert columns.count == 4
    assert PeriodColumns.from_rows([]).count == 0


@pytest.mark.parametrize(
    ("rows", "supplements"),
    [
        ([PlacementPeriod(0, date(2022, 1, 1), share=0)], []),
        ([PlacementPeriod(0, date(2022, 1, 1), share=101)], []),
        ([PlacementPeriod(0, date(2022, 1, 1), monthly_ore=-2)], []),
        ([PlacementPeriod(0, date(2022, 1, 1), monthly_ore=MAX_MONTHLY_ORE + 1)], []),
        ([PlacementPeriod(-1, date(2022, 1, 1))], []),
        ([PlacementPeriod(0, date(2022, 1, 1))], [Supplement(0, date(2022, 1, 1), None, -1)]),
        ([PlacementPeriod(0, date(2022, 1, 1))], [Supplement(0, date(2022, 1, 1), None, MAX_MONTHLY_ORE + 1)]),
        ([PlacementPeriod(1, date(2022, 1, 1))], [Supplement(-1, date(2022, 1, 1), None, 1)]),
    ],
)
def test_c4_periods_outside_the_bounds_are_refused(rows: list[PlacementPeriod], supplements: list[Supplement]) -> None:
    """C4: what could not be summed exactly is never summed."""
    with pytest.raises(ValueError, match="lies from"):
        PeriodColumns.from_rows(rows, supplements)


def test_c4_columns_of_unequal_length_are_refused() -> None:
    """C4."""
    with pytest.raises(ValueError, match="equally long"):
        PeriodColumns.from_columns([0, 0], [1], [1], [100], [1])


def test_c4_rows_out_of_order_are_refused() -> None:
    """C4: where the columns are given ready-made."""
    columns = PeriodColumns.from_columns([0, 1], [1, 1], [1, 1], [100, 100], [1, 1])
    with pytest.raises(ValueError, match="ordered"):
        PeriodColumns(
            2, columns.placement[::-1], columns.first_day, columns.last_day, columns.share, columns.monthly_ore
        )


def test_c4_an_index_past_the_count_is_refused() -> None:
    """C4."""
    with pytest.raises(ValueError, match="index"):
        PeriodColumns.from_columns([0, 1], [1, 1], [1, 1], [100, 100], [1, 1], count=1)


def test_c6_places_and_place_months() -> None:
    """C6: a placement counts once on a day, whatever its share; place-months are days over days of the month."""
    periods = PeriodColumns.from_rows(
        [
            PlacementPeriod(0, date(2022, 1, 1), date(2022, 6, 15), share=50),
            PlacementPeriod(0, date(2022, 6, 16), None),
            PlacementPeriod(1, date(2022, 6, 16), date(2022, 6, 30), share=20),
        ]
    )
    assert [count_places(periods, 2022, date(2022, 6, day)) for day in (15, 16, 30)] == [1, 2, 2]
    assert count_places(periods, 2022, date(2023, 6, 16)) == count_places(periods, 2022, date(2021, 6, 16)) == 1
    assert count_place_months(periods, 2022) == 12 + Fraction(1, 2)
