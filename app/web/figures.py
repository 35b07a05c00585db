"""Screen 20, «Styringstal»: six questions of management, and the figures that answer them, over a year (S1, S2, S6)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from fastapi import Response
from fastapi.responses import RedirectResponse

from app.web import svg
from app.web.calls import Refused
from app.web.charts import MONTHS, NBSP
from app.web.fields import Invalid
from app.web.mirror_sections import HIDDEN, load_mirror
from app.web.pages import Page, View
from app.web.render import amount
from app.web.surveys import load_surveys

READERS = ("case_officer", "finance", "manager")
QUESTIONS: Sequence[tuple[str, Sequence[str]]] = (
    ("Speglar vedtaka behovet?", ("waiting", "waiting_days", "declined_no_capacity")),
    ("Korleis kjem behovet fram?", ("granted", "rejected", "processing_days")),
    ("Kva teneste?", ("places_active", "capacity", "occupancy", "follow_up_on_time")),
    (
        "Kva omfang?",
        ("planned_days", "absent_days", "used_days", "used_percent", "changed", "ended", "turnover"),
    ),
    ("Kva tilsette?", ("required_staff", "stated_staff", "supplement_share")),
    ("Kva kostar det?", ("cost", "cost_per_planned_day", "cost_per_used_day")),
)
_COST = frozenset({"cost", "cost_per_planned_day", "cost_per_used_day"})
_WIDE, _NARROW = (300, 34), (110, 34)
# The periods that can stand beside each other, and how many years of them at most.
_KINDS: Mapping[str, tuple[str, str, int]] = {
    "aar": ("year", "År", 5),
    "tertial": ("tertial", "Tertial", 3),
    "maanad": ("month", "Månader", 1),
}
_FIRST_YEAR = 1900


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure of a period: its value, and what it is of what where it is a share; None where there is none yet."""

    period: str
    value: str
    parts: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A figure with its definition, its periods in order, and a line over them; no line of fewer than two."""

    label: str
    formula: str
    source: str
    unit: str
    cells: Sequence[Cell]
    line: str


@dataclass(frozen=True, slots=True)
class Choice:
    """Which periods stand beside each other, from the first year to the page's own."""

    kind: str
    first_year: int
    year: int

    @property
    def period(self) -> str:
        return _KINDS[self.kind][0]

    @property
    def most_years(self) -> int:
        return _KINDS[self.kind][2]

    @property
    def years(self) -> range:
        return range(self.first_year, self.year + 1)

    @property
    def is_of_one(self) -> bool:
        """Whether one year stands alone, with a line over its months."""
        return self.kind == "aar" and self.first_year == self.year


def read_choice(view: View, year: int) -> Choice:
    """What the address asks for; of more years than there is room for, the last ones. Raises `Invalid`."""
    kind = view.query("vis") or "aar"
    if kind not in _KINDS:
        raise Invalid("Vel år, tertial eller månader.")
    typed = view.query("fraa") or f"{year}"
    if not (typed.isascii() and typed.isdigit() and _FIRST_YEAR <= int(typed) <= year):
        raise Invalid(f"Det første året må vere frå {_FIRST_YEAR} til {year}.")
    return Choice(kind, max(int(typed), year - _KINDS[kind][2] + 1), year)


def _make_address(view: View, choice: Choice, step: int = 0, page: str = "") -> str:
    """The page some years later, of as many years, the same periods and seen from the same day; or one below it."""
    kept = {
        "vis": "" if choice.kind == "aar" else choice.kind,
        "fraa": "" if choice.first_year == choice.year else f"{choice.first_year + step}",
        "on": view.query("on"),
    }
    query = urlencode({name: value for name, value in kept.items() if value})
    return f"/styringstal/{choice.year + step}{page}" + (f"?{query}" if query else "")


async def show_this_year(view: View) -> Response:
    """To the year of the page's day."""
    return RedirectResponse(f"/styringstal/{view.on.year}", 303)


async def show_year(view: View) -> Response:
    """The figures of a year, or of several periods beside each other, in all, as known on the page's day."""
    choice = read_choice(view, int(view.request.path_params["year"]))
    definitions = {one["code"]: one for one in (await view.api.get("/v1/figure-definitions"))["items"]}
    found: dict[str, dict[str, Any]] = {}
    lacking = await _load_years(view, choice, found)
    if choice.is_of_one:
        await _add_years(view, choice.years, "month", found)
    periods = sorted({period for rows in found.values() for period in rows if not choice.is_of_one or len(period) == 4})
    named = [(period, _name_period(period)) for period in periods]
    sections = [
        (
            question,
            [
                _build_row(definitions[code], found[code], periods, choice)
                for code in some
                if _has(found, code, periods)
            ],
        )
        for question, some in QUESTIONS
    ]
    return view.render(
        "styringstal.html",
        choice=choice,
        file=_make_address(view, choice, page="/fil"),
        years=[(choice.year + step, _make_address(view, choice, step)) for step in (-1, 1)],
        kinds=[(kind, text) for kind, (_, text, _) in _KINDS.items()],
        first_years=[(f"{year}", f"{year}") for year in range(choice.year, choice.year - 5, -1)],
        periods=named,
        sections=sections,
        lacking=lacking,
        mirror=await load_mirror(view, choice.year, named),
        surveys=await load_surveys(view, choice.year),
    )


async def download_year(view: View) -> Response:
    """The same figures as a file for a spreadsheet; without the costs where no rate is known."""
    choice = read_choice(view, int(view.request.path_params["year"]))
    codes = [code for _, some in QUESTIONS for code in some]
    asked: dict[str, str | date] = {
        "period": choice.period,
        "from": f"{choice.first_year}-01-01",
        "to": f"{choice.year}-12-31",
        "on": view.on,
    }
    try:
        return await view.download("/v1/figures", code=codes, **asked)
    except Refused as refused:
        if refused.status != 409:
            raise
        return await view.download("/v1/figures", code=[code for code in codes if code not in _COST], **asked)


def _has(found: Mapping[str, Mapping[str, Any]], code: str, periods: Sequence[str]) -> bool:
    return not found.get(code, {}).keys().isdisjoint(periods)


async def _load_years(view: View, choice: Choice, found: dict[str, dict[str, Any]]) -> Sequence[int]:
    """Put the rows of the periods below their codes. Answers the years without costs, since no rate is known."""
    if await _add_years(view, choice.years, choice.period, found):
        return []
    if choice.first_year == choice.year:
        return choice.years
    return [
        year
        for year in choice.years
        if not await _add_rows(view, range(year, year + 1), choice.period, sorted(_COST), found)
    ]


async def _add_years(view: View, years: range, period: str, found: dict[str, dict[str, Any]]) -> bool:
    """Put the rows of years' periods below their codes. False where the costs are missing, since no rate is known."""
    codes = [code for _, some in QUESTIONS for code in some]
    if await _add_rows(view, years, period, codes, found):
        return True
    await _add_rows(view, years, period, [code for code in codes if code not in _COST], found)
    return False


async def _add_rows(
    view: View, years: range, period: str, codes: Sequence[str], found: dict[str, dict[str, Any]]
) -> bool:
    """Put these rows of years' periods below their codes. False where the API has none, since no rate is known."""
    asked: dict[str, str | date] = {"period": period, "from": f"{years[0]}-01-01", "to": f"{years[-1]}-12-31"}
    try:
        answer = await view.api.get("/v1/figures", code=codes, on=view.on, **asked)
    except Refused as refused:
        if refused.status != 409:
            raise
        return False
    for row in answer["items"]:
        found.setdefault(row["code"], {})[row["period"]] = row
    return True


def _build_row(definition: Mapping[str, Any], rows: Mapping[str, Any], periods: Sequence[str], choice: Choice) -> Row:
    months = [f"{choice.year}-{month:02}" for month in range(1, 13)]
    over = months if choice.is_of_one else periods
    values = [rows.get(period, {}).get("value") for period in over]
    return Row(
        label=definition["label"],
        formula=definition["formula"],
        source=definition["source"],
        unit=definition["unit"],
        cells=[_build_cell(period, rows.get(period)) for period in periods],
        line=_draw_line(
            [None if value is None else Decimal(value) for value in values],
            [_name_period(period) for period in over],
            definition["code"],
            definition["label"],
            _WIDE if choice.is_of_one else _NARROW,
        ),
    )


def _build_cell(period: str, row: Mapping[str, Any] | None) -> Cell:
    name = _name_period(period)
    if row is None:
        return Cell(name, "–")
    if row["suppressed"]:
        return Cell(name, HIDDEN)
    is_count = row["denominator"] == 1 and row["numerator"] == row["value"]
    parts = "" if is_count else f"{_write(row['numerator'])} /{NBSP}{_write(row['denominator'])}"
    return Cell(name, _write(row["value"]), parts)


def _write(value: int | str | None) -> str:
    return "–" if value is None else amount(str(value))


def _name_period(period: str) -> str:
    """`2022`, `1. tertial 2022`, `januar 2022`."""
    year, _, part = period.partition("-")
    if not part:
        return year
    return f"{part[1:]}.{NBSP}tertial {year}" if part.startswith("T") else f"{MONTHS[int(part) - 1]} {year}"


def _draw_line(
    values: Sequence[Decimal | None], names: Sequence[str], code: str, label: str, size: tuple[int, int]
) -> str:
    """A small line over periods, broken where one is not shown."""
    known = [(at, value) for at, value in enumerate(values) if value is not None]
    if len(known) < 2:
        return ""
    w, h = size
    highest = max(value for _, value in known) or Decimal(1)
    step = (w - 8) / (len(values) - 1)
    points = {at: (4 + step * at, 4 + (h - 8) * (1 - float(value / highest))) for at, value in known}
    parts = [svg.draw_line("base", 0, h - 2, w, h - 2)]
    run: list[svg.Point] = []
    for at in range(len(values) + 1):
        if at in points:
            run.append(points[at])
            continue
        if len(run) > 1:
            parts.append(f'<polyline class="line" points="{svg.write_points(run)}"/>')
        elif run:
            parts.append(svg.draw_circle("dot", *run[0], 2))
        run = []
    (first, start), (last, end) = known[0], known[-1]
    title = f"{label}: frå {_write(str(start))} i {names[first]} til {_write(str(end))} i {names[last]}"
    return svg.draw_svg("spark", w, h, f"line-{code.replace('_', '-')}", title, parts)


PAGES = (
    Page("/styringstal", show_this_year, *READERS, name="show_figures_of_this_year"),
    Page("/styringstal/{year:int}", show_year, *READERS, name="show_figures"),
    Page("/styringstal/{year:int}/fil", download_year, *READERS, name="download_figures"),
)
