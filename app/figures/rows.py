"""A figure of a period and a group as it goes out: its numbers as they are shown, or hidden (S1, S6)."""

from fractions import Fraction

from app.figures.schemas import FigureBy, FigureOut
from app.rules.figures import COUNTS, Definition, Measure, Period, calculate_value, format_two_decimals


def build_figure(
    definition: Definition,
    period: Period,
    by: FigureBy,
    numerator: Fraction,
    denominator: Fraction | None,
    *,
    is_hidden: bool,
) -> FigureOut:
    """The row of a group; null and `suppressed` if it is hidden."""
    if is_hidden:
        return FigureOut(
            code=definition.code,
            period=period.name,
            by=by,
            numerator=None,
            denominator=None,
            value=None,
            suppressed=True,
        )
    shown = _show(numerator, definition.numerator)
    if definition.denominator is None or denominator is None:
        value: int | str | None = shown
    else:
        calculated = calculate_value(numerator, denominator, definition.scale)
        value = None if calculated is None else format_two_decimals(calculated)
    return FigureOut(
        code=definition.code,
        period=period.name,
        by=by,
        numerator=shown,
        denominator=1
        if denominator is None or definition.denominator is None
        else _show(denominator, definition.denominator),
        value=value,
        suppressed=False,
    )


def _show(amount: Fraction, measure: Measure) -> int | str:
    return int(amount) if measure in COUNTS else format_two_decimals(amount)
