"""How days, amounts and shares are written for people, and read from what they type."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.web import render
from app.web.fields import Invalid, parse_date

NBSP = "\u00a0"
MINUS = "\u2212"


@pytest.mark.parametrize(
    ("value", "written"),
    [("6934000.00", "6 934 000"), ("12238.35", "12 238,35"), ("-28904.00", "−28 904"), ("-0.50", "−0,50")],
)  # fmt: skip
def test_amounts(value: str, written: str) -> None:
    assert render.amount(value) == written.replace(" ", NBSP).replace("−", MINUS)


@given(st.decimals(-(10**9), 10**9, places=2))
def test_amounts_keep_every_ore(value: Decimal) -> None:
    written = render.amount(value).replace(NBSP, "").replace(MINUS, "-").replace(",", ".")
    assert Decimal(written) == value


def test_days() -> None:
    day = date(2022, 8, 31)
    assert render.long_date(day) == f"31.{NBSP}august 2022"
    assert render.short_date("2022-08-31") == f"31.{NBSP}aug. 2022"
    assert render.short_date("2022-05-17") == f"17.{NBSP}mai 2022"
    assert render.typed_date(day) == "31.08.2022"
    assert render.moment("2022-08-31T12:05:00+00:00") == f"31.{NBSP}aug. 2022 kl.{NBSP}14.05"


@pytest.mark.parametrize(
    ("day", "written"),
    [("2022-08-31", "i dag"), ("2022-09-01", "om 1 dag"), ("2022-04-01", "152 dagar over"),
     ("2021-01-01", "20 månader over")],
)  # fmt: skip
def test_distance_of_a_day(day: str, written: str) -> None:
    assert render.from_day(day, date(2022, 8, 31)) == written


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)))
def test_a_day_is_read_as_it_is_written(day: date) -> None:
    assert (
        parse_date(render.typed_date(day))
        == parse_date(day.isoformat())
        == parse_date(f"{day.day}.{day.month}.{day.year}")
    )


@pytest.mark.parametrize("typed", ["31.8.22", " 31.08.2022 ", "31. 8. 2022"])
def test_other_ways_to_type_a_day(typed: str) -> None:
    assert parse_date(typed) == date(2022, 8, 31)


@pytest.mark.parametrize("typed", ["", "31/8/2022", "31.02.2022", "1.1.1899", "٣١.٠٨.٢٠٢٢", "2022-8-1", "20220831T10"])
def test_what_is_no_day_is_refused(typed: str) -> None:
    with pytest.raises(Invalid):
        parse_date(typed)
