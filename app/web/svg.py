"""The parts of a drawing: SVG elements as text, with coordinates of one decimal."""

from collections.abc import Sequence
from html import escape

Point = tuple[float, float]


def write_number(value: float) -> str:
    """`12.5`, `12`."""
    return f"{value:.1f}".removesuffix(".0")


def write_points(points: Sequence[Point]) -> str:
    """The `points` of a line or an area."""
    return " ".join(f"{write_number(x)},{write_number(y)}" for x, y in points)


def draw_text(x: float, y: float, words: str, kind: str = "label", anchor: str = "") -> str:
    """Words at a place; `anchor` says which end of them stands there."""
    at = f' text-anchor="{anchor}"' if anchor else ""
    return f'<text class="{kind}" x="{write_number(x)}" y="{write_number(y)}"{at}>{escape(words)}</text>'


def draw_line(kind: str, x1: float, y1: float, x2: float, y2: float) -> str:
    """A straight line."""
    start = f'x1="{write_number(x1)}" y1="{write_number(y1)}"'
    return f'<line class="{kind}" {start} x2="{write_number(x2)}" y2="{write_number(y2)}"/>'


def draw_rect(kind: str, x: float, y: float, w: float, h: float, extra: str = "") -> str:
    """A rectangle from its upper left corner; never narrower or lower than nothing."""
    place = f'x="{write_number(x)}" y="{write_number(y)}"'
    return f'<rect class="{kind}" {place} width="{write_number(max(w, 0))}" height="{write_number(max(h, 0))}"{extra}/>'


def draw_circle(kind: str, x: float, y: float, radius: float) -> str:
    """A circle around a place."""
    return f'<circle class="{kind}" cx="{write_number(x)}" cy="{write_number(y)}" r="{write_number(radius)}"/>'


def draw_area(kind: str, points: Sequence[Point], base: float, extra: str = "") -> str:
    """The area between a line and the base."""
    closed = [*points, (points[-1][0], base), (points[0][0], base)]
    return f'<polygon class="area {kind}"{extra} points="{write_points(closed)}"/>'


def draw_hatch(uid: str) -> str:
    """The pattern that `url(#{uid}-h)` fills with."""
    return (
        f'<defs><pattern id="{uid}-h" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        '<rect class="hatch-ground" width="7" height="7"/><line class="hatch" x1="0" y1="0" x2="0" y2="7"/>'
        "</pattern></defs>"
    )


def draw_svg(kind: str, w: float, h: float, uid: str, title: str, parts: Sequence[str], extra: str = "") -> str:
    """A chart of its parts; `uid` makes its ids unique on the page, and the title says its point."""
    uid = escape(uid, quote=True)
    box = f"0 0 {write_number(w)} {write_number(h)}"
    return (
        f'<svg class="chart {kind}" viewBox="{box}" role="img" aria-labelledby="{uid}-t"{extra}>'
        f'<title id="{uid}-t">{escape(title)}</title>{"".join(parts)}</svg>'
    )
