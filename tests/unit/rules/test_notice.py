"""L3: notice, and an earlier end agreed on by both."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.calendar import add_months
from app.rules.notice import (
    AgreedEndAfterNotice,
    AgreedEndBeforeNotice,
    AgreedEndLacksParty,
    calculate_notice_end,
    require_agreed_end,
)

BOTH = ["municipality", "provider"]


@pytest.mark.parametrize(
    ("given_on", "ends_on"),
    [
        (date(2022, 1, 15), date(2022, 4, 15)),
        (date(2022, 11, 30), date(2023, 2, 28)),
        (date(2023, 11, 30), date(2024, 2, 29)),
        (date(2022, 12, 31), date(2023, 3, 31)),
        (date(2022, 3, 31), date(2022, 6, 30)),
        (date(2024, 2, 29), date(2024, 5, 29)),
        (date(2023, 11, 29), date(2024, 2, 29)),
        (date(2022, 11, 29), date(2023, 2, 28)),
        (date(2024, 12, 31), date(2025, 3, 31)),
        (date(2024, 8, 31), date(2024, 11, 30)),
    ],
)
def test_l3_a_place_ends_three_months_on(given_on: date, ends_on: date) -> None:
    """L3: the same day number, or the last day of a month that has no such day."""
    assert calculate_notice_end(given_on) == ends_on


@given(st.dates(date(1990, 1, 1), date(2099, 12, 31)), st.integers(-200, 200))
def test_l3_both_may_agree_on_an_earlier_day(given_on: date, offset: int) -> None:
    """L3: from the day of notice to the notice's own end, and never later."""
    agreed = given_on + timedelta(days=offset)
    if agreed < given_on:
        with pytest.raises(AgreedEndBeforeNotice):
            require_agreed_end(given_on, agreed, BOTH)
    elif agreed > calculate_notice_end(given_on):
        with pytest.raises(AgreedEndAfterNotice):
            require_agreed_end(given_on, agreed, BOTH)
    else:
        assert require_agreed_end(given_on, agreed, BOTH) == agreed


@pytest.mark.parametrize("parties", [[], ["municipality"], ["provider", "provider"], ["provider", "participant"]])
def test_l3_an_agreement_names_both_parties(parties: list[str]) -> None:
    """L3."""
    with pytest.raises(AgreedEndLacksParty):
        require_agreed_end(date(2022, 1, 15), date(2022, 2, 1), parties)


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.integers(0, 24))
def test_l3_notice_ends_on_the_same_day_number_or_the_months_last(given_on: date, months: int) -> None:
    """L3: 29 February, the 31st, the year's end."""
    ends_on = calculate_notice_end(given_on, months)
    assert (ends_on.year * 12 + ends_on.month) - (given_on.year * 12 + given_on.month) == months
    tomorrow = ends_on + timedelta(days=1)
    assert ends_on.day == given_on.day or (ends_on.day < given_on.day and tomorrow.day == 1)
    assert ends_on == add_months(given_on, months)
