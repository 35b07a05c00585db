"""S6: people on each day, and what two sums would tell of the days between them."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.rules.people_by_day import Span, count_people_by_day, has_few

FIRST = date(2022, 7, 1)
DAYS = st.integers(-5, 40).map(lambda days: FIRST + timedelta(days=days))
SPANS = st.lists(st.tuples(st.sampled_from("abcdef"), DAYS, DAYS), max_size=12)


@given(SPANS, st.integers(-1, 35))
def test_people_are_counted_once_a_day(spans: list[Span], length: int) -> None:
    last = FIRST + timedelta(days=length - 1)
    expected = [
        len({person for person, begin, end in spans if begin <= FIRST + timedelta(days=day) <= end})
        for day in range(length)
    ]
    assert count_people_by_day(spans, FIRST, last) == expected


@given(SPANS, st.integers(2, 5))
def test_no_days_between_have_few_people_where_no_day_has(spans: list[Span], least: int) -> None:
    """S6: whichever two days sums are known to, nobody among few is told by their difference."""
    last = FIRST + timedelta(days=30)
    if has_few(count_people_by_day(spans, FIRST, last), least):
        return
    days = [FIRST + timedelta(days=day) for day in range(31)]
    for at, begin in enumerate(days):
        for end in days[at:]:
            between = {person for person, first, last in spans if max(first, begin) <= min(last, end)}
            assert not 0 < len(between) < least
