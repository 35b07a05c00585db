"""Øre and the one rounding (C4).

Inside the rules an amount is an `int` of øre (1 NOK = 100 øre); `Decimal` lives only at the edge: JSON and the
database.
"""

from decimal import ROUND_HALF_UP, Context, Decimal, DecimalException, Inexact, InvalidOperation

_ORE = Decimal("0.01")
# 40 digits are far beyond any amount, and a refusal (not a rounding) is what happens past them.
_EXACT = Context(prec=40, rounding=ROUND_HALF_UP, traps=[InvalidOperation, Inexact])


def to_ore(amount: Decimal) -> int:
    """Kroner to øre, exactly. ValueError when the amount has a part of an øre, is not finite, or is absurdly large."""
    try:
        # A quiet NaN passes through quantize, and int refuses it with a ValueError of its own.
        return int(amount.quantize(_ORE, context=_EXACT).scaleb(2, context=_EXACT))
    except (DecimalException, ValueError):
        raise ValueError("an amount is finite kroner with at most two decimals") from None


def from_ore(ore: int) -> Decimal:
    """Øre to kroner with two decimals: 2_231_700 -> Decimal("22317.00")."""
    return Decimal(f"{ore}e-2")


def round_half_up(numerator: int, denominator: int) -> int:
    """The one rounding (C4): the fraction to a whole number, a half away from zero.

    Away from zero, as `ROUND_HALF_UP` and PostgreSQL's `round(numeric)` do it, so that a credit is the exact mirror
    of its charge: round(-x) == -round(x). ValueError unless the denominator is positive.
    """
    if denominator <= 0:
        raise ValueError("the denominator must be positive")
    rounded = (2 * abs(numerator) + denominator) // (2 * denominator)
    return rounded if numerator >= 0 else -rounded
