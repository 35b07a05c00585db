"""S: definitions as data, periods, and what is hidden of figures over time (S1, S6, S9)."""

from datetime import date
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.rules.figure_suppression import find_hidden_in_periods, find_hidden_of_people
from app.rules.figures import (
    DEFINITIONS,
    Period,
    calculate_value,
    format_two_decimals,
    list_every_period,
    list_periods,
)
from app.rules.suppression import Cell, add_totals, find_hidden
from tests.unit.rules.linear import is_determined

COUNTS = st.one_of(st.integers(0, 2), st.integers(0, 12), st.just(0))


def tables(height: int, width: int) -> st.SearchStrategy[list[list[int]]]:
    """Tables of counts of people."""
    return st.lists(st.lists(COUNTS, min_size=width, max_size=width), min_size=height, max_size=height)


def test_every_figure_has_a_definition_of_its_own() -> None:
    """S1."""
    assert len({one.code for one in DEFINITIONS}) == len(DEFINITIONS)
    for one in DEFINITIONS:
        assert one.label
        assert one.formula
        assert one.rule


@pytest.mark.parametrize(
    ("kind", "first", "last", "names"),
    [
        ("month", date(2022, 1, 31), date(2022, 3, 1), ["2022-01", "2022-02", "2022-03"]),
        ("tertial", date(2022, 4, 30), date(2022, 9, 1), ["2022-T1", "2022-T2", "2022-T3"]),
        ("year", date(2021, 12, 31), date(2022, 1, 1), ["2021", "2022"]),
    ],
)
def test_periods_are_those_with_a_day_in_them(kind: str, first: date, last: date, names: list[str]) -> None:
    """S9."""
    found = {"month": list_periods("month", first, last), "tertial": list_periods("tertial", first, last)}
    found["year"] = list_periods("year", first, last)
    assert [period.name for period in found[kind]] == names


def test_a_tertial_is_four_months() -> None:
    tertial = Period(2022, 4, 8)
    assert (tertial.first_day, tertial.last_day) == (date(2022, 5, 1), date(2022, 8, 31))


def test_what_one_place_costs_a_day() -> None:
    """S2: 267 804 kroner on 253 days."""
    assert format_two_decimals(calculate_value(Fraction(267804), Fraction(253)) or Fraction(0)) == "1058.51"
    assert calculate_value(Fraction(0), Fraction(0)) is None


@given(st.tuples(st.integers(1, 4), st.integers(1, 4)).flatmap(lambda size: st.tuples(tables(*size), st.data())))
def test_no_cell_hidden_for_another_reason_is_worked_out(drawn: tuple[list[list[int]], st.DataObject]) -> None:
    """S6: tables up to 4 x 4 of which some cells are hidden beforehand; their sums determine no hidden cell."""
    table, data = drawn
    places = [*product(range(len(table) + 1), range(len(table[0]) + 1))]
    also = data.draw(st.sets(st.sampled_from(places), max_size=3))
    hidden = find_hidden(table, 5, also)
    whole = add_totals(table)
    assert {cell for cell in also if whole[cell[0]][cell[1]]} <= hidden
    assert all(whole[row][column] for row, column in hidden)
    shown = [cell for cell in places if cell not in hidden]
    for cell in hidden:
        assert not is_determined(_sum_of(cell, table), [_sum_of(one, table) for one in shown])


@given(
    st.tuples(st.integers(1, 4), st.integers(1, 4)).flatmap(
        lambda size: st.fixed_dictionaries({name: tables(*size) for one in DEFINITIONS for name in one.people})
    )
)
def test_no_measure_is_worked_out_from_several_figures(counts: dict[str, list[list[int]]]) -> None:
    """S6: what is hidden of places or of decisions is told by no other figures that show the same measure."""
    month, table = Period(2022, 0, 1), counts["places"]
    cells = {*product(range(len(table) + 1), range(len(table[0]) + 1))}
    hidden = {one.people: find_hidden_of_people({month: counts}, one.people)[month] for one in DEFINITIONS}
    for measure, code in (
        ("places", "places_active"),
        ("place_months", "places_active"),
        ("decided", "processing_days"),
    ):
        people = [one.people for one in DEFINITIONS if measure in (one.numerator, one.denominator)]
        least_hidden = hidden[next(one.people for one in DEFINITIONS if one.code == code)]
        shown = set[Cell]().union(*(cells - hidden[one] for one in people))
        known = [_sum_of(cell, table) for cell in shown]
        for cell in least_hidden:
            assert not is_determined(_sum_of(cell, table), known)


@given(
    st.tuples(st.integers(1, 3), st.integers(1, 3)).flatmap(
        lambda size: st.fixed_dictionaries({name: tables(*size) for name in ("places", "with_supplement", "people")})
    )
)
@example({"places": [[7, 0], [12, 0]], "with_supplement": [[1, 0], [7, 0]], "people": [[9, 2], [12, 0]]})
def test_no_measure_of_a_day_is_worked_out_from_its_month(counts: dict[str, list[list[int]]]) -> None:
    """S6: a month's places are those of its last day, and what the month hides may not be what the day does."""
    month, table = Period(2022, 0, 1), counts["places"]
    cells = {*product(range(len(table) + 1), range(len(table[0]) + 1))}
    of_day = {name: counts[name] for name in ("places", "with_supplement")}
    for people in (("places", "people"), ("with_supplement", "places", "people")):
        day = find_hidden_of_people({month: of_day}, people)[month]
        shown = cells - (day & find_hidden_of_people({month: counts}, people)[month])
        for cell in day:
            assert not is_determined(_sum_of(cell, table), [_sum_of(one, table) for one in shown])


def _sum_of(cell: Cell, table: list[list[int]], months: tuple[int, ...] = (0,), all_months: int = 1) -> list[int]:
    """Which inner cells of which months a cell with totals is the sum of, as ones and zeros."""
    height, width = len(table), len(table[0])
    return [
        int(cell[0] in (row, height) and cell[1] in (column, width) and month in months)
        for month in range(all_months)
        for row in range(height)
        for column in range(width)
    ]


@settings(max_examples=25)
@given(st.lists(tables(2, 2), min_size=3, max_size=3))
def test_no_month_is_worked_out_from_the_tertial_and_the_year(months: list[list[list[int]]]) -> None:
    """S6, S9: everything of a year shown at once, in which the rest of the months are empty."""
    empty = [[0, 0], [0, 0]]
    by_month = [*months, *([empty] * 9)]
    every = list_every_period(2022)
    summed = {
        period: [
            [sum(by_month[at][row][column] for at in range(period.begin, period.end)) for column in (0, 1)]
            for row in (0, 1)
        ]
        for period in every
    }
    hidden = find_hidden_in_periods({period: [table] for period, table in summed.items()})
    vectors = {
        (period, cell): _sum_of(cell, empty, tuple(range(period.begin, period.end)), 3)
        for period in every
        for cell in product(range(3), range(3))
    }
    shown = [vector for (period, cell), vector in vectors.items() if cell not in hidden[period]]
    for period, cells in hidden.items():
        for cell in cells:
            if period.end - period.begin == 1:
                assert not is_determined(vectors[period, cell], shown)
