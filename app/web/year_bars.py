"""The chart of several years: one bar a year against its frame (C15). Drawn as the others are."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.web import svg
from app.web.charts import kr


@dataclass(frozen=True, slots=True)
class ComparedYear:
    """One year of several: the forecast against the frame; None where none is adopted or assumed."""

    year: int
    forecast: Decimal
    frame: Decimal | None

    @property
    def is_over(self) -> bool:
        """Whether the forecast is over the frame (C7)."""
        return self.frame is not None and self.forecast > self.frame


def several_years(years: Sequence[ComparedYear], *, narrow: bool, uid: str, title: str) -> str:
    """One bar a year with its frame as a line across; what is over the frame stands out."""
    w, h, left, top, bottom = (358, 240, 4, 34, 40) if narrow else (1040, 270, 4, 36, 44)
    base = float(h - bottom)
    highest = max(Decimal(1), *(one.forecast for one in years), *(one.frame or Decimal(0) for one in years))
    slot = (w - 2 * left) / len(years)
    width = slot * (0.62 if narrow else 0.46)

    def y(amount: Decimal) -> float:
        return top + (base - top) * (1 - float(amount / (highest * Decimal("1.04"))))

    out = []
    for i, one in enumerate(years):
        middle = left + slot * (i + 0.5)
        start = middle - width / 2
        out.append(svg.draw_rect("year", start, y(one.forecast), width, base - y(one.forecast)))
        if one.frame is not None:
            if one.is_over:
                out.append(svg.draw_rect("beyond", start, y(one.forecast), width, y(one.frame) - y(one.forecast)))
            out.append(
                svg.draw_line("frame", start - slot * 0.1, y(one.frame), start + width + slot * 0.1, y(one.frame))
            )
        million = f"{one.forecast / 1_000_000:.2f}".replace(".", ",")
        above = y(max(one.forecast, one.frame or Decimal(0))) - 9
        out.append(svg.draw_text(middle, above, million, f"label strong{' over' if one.is_over else ''}", "middle"))
        kind = "axis axis-over" if one.is_over else "axis"
        name = f"{one.year % 100:02}" if narrow and len(years) > 6 else str(one.year)
        out.append(svg.draw_text(middle, base + 20, name, kind, "middle"))
        if not narrow and len(years) <= 6:
            rest = "inga ramme" if one.frame is None else kr(one.frame - one.forecast, sign=True)
            out.append(svg.draw_text(middle, base + 37, rest, "axis small", "middle"))
    out.append(svg.draw_line("base", 0, base, w, base))
    out.append(svg.draw_text(left, 12, "mill. kroner", "axis"))
    return svg.draw_svg("narrow" if narrow else "wide", w, h, uid, title, out)
