"""The charts as strings: every point inside the box, a line that never falls, marks where the API has them."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from app.web import charts, year_bars

AMOUNTS = st.decimals(0, 10_000_000, places=2)
YEARS = st.builds(
    charts.Year,
    st.just(2022),
    st.lists(AMOUNTS, min_size=12, max_size=12),
    st.integers(0, 12),
    st.dates(date(2021, 6, 1), date(2023, 6, 30)),
    AMOUNTS,
    st.lists(st.builds(charts.Frame, st.dates(date(2022, 1, 1), date(2022, 12, 31)), AMOUNTS), max_size=3),
    st.integers(50, 100),
    st.one_of(st.none(), st.integers(1, 12)),
)
NARROW = st.booleans()


def parsed(svg: str) -> ElementTree.Element:
    """The drawing: well-formed, with a title and without a style."""
    root = ElementTree.fromstring(svg)
    assert root.get("role") == "img"
    assert root.find("title") is not None
    assert "style=" not in svg
    return root


def points(root: ElementTree.Element) -> Iterator[tuple[float, float]]:
    """Where its shapes and words are."""
    hidden = {id(below) for one in root.iter() if one.get("class") == "pointer" for below in one.iter()}
    for element in root.iter():
        if id(element) in hidden or "pattern" in element.tag or element.get("width") == "7":
            continue
        for x, y in (("x", "y"), ("x1", "y1"), ("x2", "y2"), ("cx", "cy")):
            if element.get(x) is not None and element.get(y) is not None:
                yield float(element.get(x) or 0), float(element.get(y) or 0)
        if element.tag.endswith("rect"):
            left, top, width, height = (float(element.get(name) or 0) for name in ("x", "y", "width", "height"))
            yield left + width, top + height
        for pair in (element.get("points") or "").split():
            first, second = pair.split(",")
            yield float(first), float(second)


def assert_inside(root: ElementTree.Element, slack: float = 0.5) -> None:
    _, _, width, height = (float(part) for part in (root.get("viewBox") or "").split())
    outside = [(x, y) for x, y in points(root) if not (-slack <= x <= width + slack and -slack <= y <= height + slack)]
    assert outside == []


@given(YEARS, NARROW)
def test_line_through_the_year_stays_in_its_box(year: charts.Year, narrow: bool) -> None:
    root = parsed(charts.cumulative(year, narrow=narrow, uid="a", title="Året <2022>"))
    assert_inside(root)


@given(YEARS, NARROW)
def test_line_through_the_year_never_falls(year: charts.Year, narrow: bool) -> None:
    """Higher amounts have smaller y."""
    svg = charts.cumulative(year, narrow=narrow, uid="a", title="Året")
    at = re.search(r'data-points="([^"]*)"', svg)
    assert at is not None
    heights = [float(pair.split(",")[1]) for pair in at[1].split(";")]
    assert len(heights) == 12
    assert heights == sorted(heights, reverse=True)


@given(st.integers(1, 12), NARROW)
def test_the_first_month_over_is_marked(month: int, narrow: bool) -> None:
    frame = charts.Frame(date(2022, 1, 1), Decimal(1))
    year = charts.Year(2022, [Decimal(100)] * 12, 0, date(2022, 8, 31), Decimal(800), [frame], 95, month)
    svg = charts.cumulative(year, narrow=narrow, uid="a", title="Året")
    [marked] = re.findall(r'<text class="axis axis-over[^>]*>([^<]*)</text>', svg)
    assert marked in (charts.SHORT[month - 1], charts.SHORT[month - 1][0].upper())
    [ring] = re.findall(r'<circle class="ring" cx="([^"]*)" cy="([^"]*)"', svg)
    [stops] = re.findall(r'data-points="([^"]*)"', svg)
    assert ",".join(ring) == stops.split(";")[month - 1]


@given(st.decimals(0, 20_000_000, places=2), st.decimals(1, 10_000_000, places=2), st.integers(50, 100), NARROW)
def test_close_up_stays_in_its_box(forecast: Decimal, frame: Decimal, watch: int, narrow: bool) -> None:
    if forecast > frame * 50:
        return
    assert_inside(parsed(charts.close_up(forecast, frame, watch_percent=watch, narrow=narrow, uid="a")))


@given(st.lists(AMOUNTS, min_size=12, max_size=12), st.integers(0, 12))
def test_month_bars_stay_in_their_box(months: list[Decimal], closed: int) -> None:
    assert_inside(parsed(charts.month_bars(months, closed=closed, top=max(months), uid="a", name="A & B")))


@given(st.integers(0, 40), st.integers(0, 40), st.integers(0, 40))
def test_a_square_is_a_place(taken: int, promised: int, free: int) -> None:
    capacity = taken + promised + free
    root = parsed(charts.places(taken, capacity, promised=promised, uid="a", name="Gløde AS"))
    assert_inside(root)
    kinds = [one.get("class") for one in root.iter() if one.tag.endswith("rect")]
    assert kinds == ["place"] * taken + ["place promised"] * promised + ["place free"] * free


def test_more_places_than_anybody_counts_are_not_drawn() -> None:
    assert charts.places(7, charts.MOST_SQUARES, uid="a", name="Gløde AS")
    assert charts.places(7, charts.MOST_SQUARES + 1, uid="a", name="Gløde AS") == ""


@given(st.integers(0, 100), st.integers(0, 100), st.integers(0, 100))
def test_share_bar_stays_in_its_box(done: int, late: int, more: int) -> None:
    total = done + late + more
    assert_inside(parsed(charts.share_bar(done, late, total, uid="a", title="Gjort", limit=Decimal(total) / 2)))


@given(
    st.lists(
        st.builds(year_bars.ComparedYear, st.integers(1900, 2099), AMOUNTS, st.none() | AMOUNTS),
        min_size=1,
        max_size=10,
    ),
    NARROW,
)
def test_a_bar_is_a_year(years: list[year_bars.ComparedYear], narrow: bool) -> None:
    """Each with its frame where there is one, and what is over it."""
    root = parsed(year_bars.several_years(years, narrow=narrow, uid="a", title="Åra"))
    assert_inside(root)
    kinds = [one.get("class") for one in root.iter()]
    assert kinds.count("year") == len(years)
    assert kinds.count("frame") == sum(one.frame is not None for one in years)
    assert kinds.count("beyond") == sum(one.is_over for one in years)


@given(st.decimals(0, 10**10, places=2), NARROW)
def test_any_amount_leaves_ten_lines_of_the_grid_at_most(highest: Decimal, narrow: bool) -> None:
    year = charts.Year(
        2022, [Decimal(0)] * 12, 0, date(2022, 8, 31), Decimal(0), [charts.Frame(date(2022, 1, 1), highest)]
    )
    assert charts.cumulative(year, narrow=narrow, uid="a", title="Året").count('class="grid"') <= 10


def test_names_are_escaped() -> None:
    svg = charts.places(1, 2, uid='x"><script>', name="<b>Gløde</b> & co")
    assert "<script>" not in svg
    assert "<b>" not in svg
    parsed(svg)
