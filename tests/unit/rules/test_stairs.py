"""K3–K7: the cases of the paper's table, and properties of its totals, of gaps and of coverage."""

import json
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.stairs import (
    Gap,
    StatedCapacity,
    Total,
    add_up_capacities,
    add_up_table,
    compute_people_per_place,
    find_capacities,
    find_last_tertial_end,
)

CASES: dict[str, Any] = json.loads((Path(__file__).parents[2] / "cases" / "stairs.json").read_text(encoding="utf-8"))
CELLS = {(row["code"], place): number for row in CASES["rows"] for place, number in row["cells"].items()}
PRINTED_ROWS = {row["code"]: row["stated_total"] for row in CASES["rows"]}
PRINTED_PLACES = {column["area"]: column["stated_total"] for column in CASES["columns"]}
TABLE = add_up_table(CELLS, PRINTED_ROWS, PRINTED_PLACES, CASES["totals"]["stated"])

NUMBERS = st.integers(0, 1000)
TABLES = st.dictionaries(st.tuples(st.sampled_from("abcd"), st.sampled_from("wxyz")), NUMBERS, max_size=16)
DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))
STATED = st.builds(StatedCapacity, st.sampled_from("abc"), st.sampled_from("xyz"), DAYS, NUMBERS)


@pytest.mark.parametrize("row", CASES["rows"], ids=lambda row: row["code"])
def test_sum_stands_beside_the_printed_total_of_each_row(row: dict[str, Any]) -> None:
    """K6."""
    total = TABLE.rows[row["code"]]
    assert total == Total(row["sum"], row["stated_total"])
    assert (total.difference == 0) is row["agrees"]


@pytest.mark.parametrize("column", CASES["columns"], ids=lambda column: column["area"])
def test_sum_stands_beside_the_printed_total_of_each_place(column: dict[str, Any]) -> None:
    """K6."""
    total = TABLE.places[column["area"]]
    assert total == Total(column["sum"], column["stated_total"])
    assert (total.difference == 0) is column["agrees"]


def test_grand_total_stands_beside_three_that_differ() -> None:
    """K6: 319 by the cells, 323 printed, 324 by the printed rows, 325 by the printed columns."""
    totals = CASES["totals"]
    assert TABLE.total == Total(totals["sum_of_cells"], totals["stated"])
    assert TABLE.total.difference == 4
    assert TABLE.sum_of_printed_rows == totals["sum_of_stated_row_totals"]
    assert TABLE.sum_of_printed_places == totals["sum_of_stated_column_totals"]


@given(TABLES)
def test_rows_and_places_add_up_to_the_same_whole(cells: dict[tuple[str, str], int]) -> None:
    """K3, whatever is printed."""
    table = add_up_table(cells, {}, {}, None)
    assert sum(total.sum for total in table.rows.values()) == sum(cells.values()) == table.total.sum
    assert sum(total.sum for total in table.places.values()) == table.total.sum
    assert table.total.difference is None
    assert (table.sum_of_printed_rows, table.sum_of_printed_places) == (None, None)


@given(TABLES, st.dictionaries(st.sampled_from("abcd"), NUMBERS), st.dictionaries(st.sampled_from("wxyz"), NUMBERS))
def test_printed_total_moves_no_sum(
    cells: dict[tuple[str, str], int], rows: dict[str, int], places: dict[str, int]
) -> None:
    """K3: the cells are used, and the difference is what printed and sum differ by."""
    with_printed, without = add_up_table(cells, rows, places, 7), add_up_table(cells, {}, {}, None)
    for name, total in with_printed.rows.items():
        assert total.sum == (without.rows[name].sum if name in without.rows else 0)
        assert total.difference == (rows[name] - total.sum if name in rows else None)
    for name, total in with_printed.places.items():
        assert total.sum == (without.places[name].sum if name in without.places else 0)
        assert total.difference == (places[name] - total.sum if name in places else None)
    assert with_printed.total == Total(sum(cells.values()), 7)


def test_printed_rows_have_no_sum_while_one_lacks_its_total() -> None:
    """A sum of some of them would be compared with the whole."""
    table = add_up_table({("a", "x"): 1, ("b", "x"): 2}, {"a": 1}, {"x": 3}, None)
    assert (table.sum_of_printed_rows, table.sum_of_printed_places) == (None, 3)


@pytest.mark.parametrize("case", CASES["gap"], ids=lambda case: case["name"][:20])
def test_gap_is_need_less_capacity(case: dict[str, Any]) -> None:
    """K4."""
    gap = Gap(case["capacity"], case["need"])
    assert (gap.gap, gap.state) == (case["gap"], case["state"])


@given(st.none() | NUMBERS, st.none() | NUMBERS)
def test_gap_is_unknown_exactly_where_need_or_capacity_is(capacity: int | None, need: int | None) -> None:
    """K4: unknown, never zero."""
    gap = Gap(capacity, need)
    assert (gap.state == "unknown") == (capacity is None or need is None) == (gap.gap is None)
    if gap.gap is not None:
        assert gap.capacity is not None
        assert gap.capacity + gap.gap == gap.need
        assert gap.state == ("short" if gap.gap > 0 else "enough")


@pytest.mark.parametrize("case", CASES["coverage"], ids=lambda case: str(case["places"]))
def test_people_per_nursing_home_place(case: dict[str, Any]) -> None:
    """K7."""
    found = compute_people_per_place(case["people_80_plus"], case["places"])
    assert (found if found is None else f"{found:.2f}") == case["people_per_place"]


@given(st.integers(0, 100_000), st.integers(1, 10_000))
def test_people_per_place_is_rounded_half_up(people: int, places: int) -> None:
    """K7: within half a hundredth of the exact ratio, and up where it lies between two."""
    found = compute_people_per_place(people, places)
    assert found is not None
    excess = Fraction(found) - Fraction(people, places)
    assert Fraction(-1, 200) < excess <= Fraction(1, 200)
    assert found == found.quantize(Decimal("0.01"))


def test_nursing_homes_have_176_places() -> None:
    """K7: 38 short and 138 long."""
    stated = [
        StatedCapacity(code, place, date(2022, 6, 1), number)
        for (code, place), number in CELLS.items()
        if code.startswith("nursing_")
    ]
    sums = add_up_capacities(find_capacities(stated, date(2022, 8, 31)))
    assert sums == {"nursing_short": 38, "nursing_long": 138}


@given(st.lists(STATED, unique_by=lambda one: (one.row, one.place, one.as_of)), DAYS)
def test_last_count_of_each_place_is_in_force(stated: list[StatedCapacity[str]], on: date) -> None:
    """K3: nothing counted later than the day, one a row and place, none of them with a later one in time."""
    found = find_capacities(stated, on)
    assert len({(one.row, one.place) for one in found}) == len(found)
    for one in stated:
        kept = [other for other in found if (other.row, other.place) == (one.row, one.place)]
        assert (one.as_of <= on) <= bool(kept)
        assert all(one.as_of <= other.as_of <= on for other in kept if one.as_of <= on)
    assert sum(add_up_capacities(found).values()) == sum(one.number for one in found)


@pytest.mark.parametrize(
    ("today", "end"),
    [
        ("2022-08-31", "2022-04-30"),
        ("2022-09-01", "2022-08-31"),
        ("2022-12-31", "2022-08-31"),
        ("2023-01-01", "2022-12-31"),
        ("2023-04-30", "2022-12-31"),
        ("2023-05-01", "2023-04-30"),
    ],
)
def test_last_tertial_is_over_before_the_day(today: str, end: str) -> None:
    """K5."""
    assert find_last_tertial_end(date.fromisoformat(today)) == date.fromisoformat(end)


@given(DAYS)
def test_tertials_follow_each_other(today: date) -> None:
    """K5: the end is in the past by four months at most, and tomorrow's is the same or one that ended today."""
    end = find_last_tertial_end(today)
    assert end < today <= end + timedelta(days=123)
    assert end.month in (4, 8, 12)
    assert find_last_tertial_end(today + timedelta(days=1)) in (end, today)
