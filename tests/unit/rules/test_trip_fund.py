"""T18: the fund by year, and what one year takes from another."""

from itertools import accumulate

from hypothesis import given
from hypothesis import strategies as st

from app.rules.trip_fund import FundEntry, compute_fund_year

CARRIED = [
    FundEntry(2021, "allocation", 100_000),
    FundEntry(2021, "settle", 30_000, reserved=40_000),
    FundEntry(2021, "reserve", 40_000),
    FundEntry(2022, "gift", 5_000),
    FundEntry(2022, "reserve", 20_000),
    FundEntry(2022, "release", 20_000),
    FundEntry(2022, "reserve", 60_000),
]
YEARS = st.integers(2020, 2024)


def test_t18_year_takes_over_what_is_left() -> None:
    year = compute_fund_year(CARRIED, 2022, lambda _: True)
    assert (year.carried, year.allocated, year.gifts, year.settled) == (70_000, 0, 5_000, 0)
    assert (year.balance, year.reserved, year.available) == (75_000, 60_000, 15_000)
    assert (year.find_missing(15_000), year.find_missing(15_001)) == (0, 1)


def test_t18_what_a_later_year_has_reserved_is_not_available_before() -> None:
    """2021 has 70 000 left, of which 2022 needs 55 000."""
    year = compute_fund_year(CARRIED, 2021, lambda _: True)
    assert (year.balance, year.reserved, year.available) == (70_000, 0, 15_000)


def test_t18_year_that_takes_over_nothing() -> None:
    earlier, later = (compute_fund_year(CARRIED, year, lambda _: False) for year in (2021, 2022))
    assert (earlier.available, later.carried, later.balance, later.available) == (70_000, 0, 5_000, -55_000)


def test_t18_empty_year() -> None:
    year = compute_fund_year([], 2022, lambda _: True)
    assert (year.balance, year.reserved, year.available, year.find_missing(1)) == (0, 0, 0, 1)


@given(
    st.lists(st.tuples(YEARS, st.booleans(), st.integers(0, 10**8)), max_size=30),
    st.frozensets(YEARS),
)
def test_t18_no_reservation_takes_any_year_below_zero(
    wishes: list[tuple[int, bool, int]], carrying: frozenset[int]
) -> None:
    """Whatever years take over what is left, and in whatever order one asks."""
    entries: list[FundEntry] = []
    for year, comes_in, ore in wishes:
        if comes_in:
            entries.append(FundEntry(year, "allocation", ore))
        elif not compute_fund_year(entries, year, carrying.__contains__).find_missing(ore):
            entries.append(FundEntry(year, "reserve", ore))
    for year in range(2019, 2026):
        assert compute_fund_year(entries, year, carrying.__contains__).available >= 0


@given(st.lists(st.tuples(YEARS, st.integers(0, 10**8)), max_size=20))
def test_t18_balance_is_all_that_has_come_in(sums: list[tuple[int, int]]) -> None:
    entries = [FundEntry(year, "gift", ore) for year, ore in sums]
    balances = [compute_fund_year(entries, year, lambda _: True).balance for year in range(2020, 2025)]
    assert balances == list(accumulate(sum(ore for one, ore in sums if one == year) for year in range(2020, 2025)))
