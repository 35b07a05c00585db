"""C4: øre at the edge, and the one rounding."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.money import from_ore, round_half_up, to_ore


@given(st.integers(-(10**30), 10**30))
def test_c4_ore_and_kroner_are_the_same_amount(ore: int) -> None:
    """C4: exact both ways, with two decimals."""
    kroner = from_ore(ore)
    assert kroner.as_tuple().exponent == -2
    assert kroner * 100 == ore or abs(ore) >= 10**26
    assert to_ore(kroner) == ore


@pytest.mark.parametrize(
    ("kroner", "ore"),
    [("22317.00", 2_231_700), ("0.1", 10), ("-0.01", -1), ("1E+3", 100_000), ("1.500", 150), ("-0", 0)],
)
def test_c4_every_way_to_write_an_amount(kroner: str, ore: int) -> None:
    """C4: trailing zeros and exponents change nothing."""
    assert to_ore(Decimal(kroner)) == ore


@pytest.mark.parametrize(
    "kroner", ["0.001", "1.005", "NaN", "sNaN", "Infinity", "-Infinity", "1E+1000", "1E-1000", "1E+999999"]
)
def test_c4_what_is_no_amount_is_refused(kroner: str) -> None:
    """C4: a part of an øre is never rounded away."""
    with pytest.raises(ValueError, match="two decimals"):
        to_ore(Decimal(kroner))


@given(st.integers(-(10**20), 10**20), st.integers(1, 10**9))
def test_c4_rounding_is_decimals_half_up(numerator: int, denominator: int) -> None:
    """C4: within half an øre; a credit mirrors its charge."""
    rounded = round_half_up(numerator, denominator)
    assert abs(rounded - Fraction(numerator, denominator)) <= Fraction(1, 2)
    assert round_half_up(-numerator, denominator) == -rounded
    assert round_half_up(numerator, 2) == int((Decimal(numerator) / 2).quantize(Decimal(1), ROUND_HALF_UP))


@pytest.mark.parametrize(("numerator", "rounded"), [(1, 1), (3, 2), (-1, -1), (-3, -2), (0, 0), (2, 1)])
def test_c4_a_half_goes_away_from_zero(numerator: int, rounded: int) -> None:
    """C4: as PostgreSQL's round(numeric)."""
    assert round_half_up(numerator, 2) == rounded


@pytest.mark.parametrize("denominator", [0, -1])
def test_c4_a_denominator_is_positive(denominator: int) -> None:
    """C4: anything else is a fault of the caller's."""
    with pytest.raises(ValueError, match="positive"):
        round_half_up(1, denominator)
