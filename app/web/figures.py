"""Screen 20, «Styringstal»: six questions of management, and the figures that answer them, over a year (S1, S2, S6)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from fastapi import Response
from fastapi.responses import RedirectResponse

from app.web import svg
from app.web.calls import Refused
from app.web.charts import MONTHS
from app.web.pages import Page, View
from app.web.render import amount

READERS = ("case_officer", "finance", "manager")
HIDDEN = "for få til å visast"
QUESTIONS: Sequence[tuple[str, Sequence[str]]] = (
    ("Speglar vedtaka behovet?", ("waiting", "waiting_days", "declined_no_capacity")),
    ("Korleis kjem behovet fram?", ("granted", "rejected", "processing_days")),
    ("Kva teneste?", ("places_active", "capacity", "occupancy")),
    (
        "Kva omfang?",
        ("planned_days", "absent_days", "used_days", "used_percent", "changed", "ended", "turnover"),
    ),
    ("Kva tilsette?", ("required_staff", "stated_staff", "supplement_share")),
    ("Kva kostar det?", ("cost", "cost_per_planned_day", "cost_per_used_day")),
)
_COST = frozenset({"cost", "cost_per_planned_day", "cost_per_used_day"})
_SIZE = 240, 56


@dataclass(frozen=True, slots=True)
class Row:
    """A figure of the year with its definition, and its line over the months; no line of fewer than two months."""

    label: str
    formula: str
    source: str
    unit: str
    numerator: str
    denominator: str
    value: str
    line: str


async def show_this_year(view: View) -> Response:
    """To the year of the page's day."""
    return RedirectResponse(f"/styringstal/{view.on.year}", 303)


async def show_year(view: View) -> Response:
    """The figures of a year, in all, as known on the page's day."""
    year = int(view.request.path_params["year"])
    definitions = {one["code"]: one for one in (await view.api.get("/v1/figure-definitions"))["items"]}
    codes = [code for _, some in QUESTIONS for code in some]
    try:
        found = await _load(view, year, codes)
    except Refused as refused:
        # A year that no rate is known of has all but its costs.
        if refused.status != 409:
            raise
        found = await _load(view, year, [code for code in codes if code not in _COST])
    sections = [
        (question, [_build_row(definitions[code], found[code]) for code in some if f"{year}" in found.get(code, {})])
        for question, some in QUESTIONS
    ]
    return view.render("styringstal.html", year=year, sections=sections, lacks_cost="cost" not in found)


async def _load(view: View, year: int, codes: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
    """The rows by code and period, of the year and its months."""
    found: dict[str, dict[str, Any]] = {}
    for period in ("year", "month"):
        answer = await view.api.get(
            "/v1/figures", code=codes, period=period, **{"from": f"{year}-01-01"}, to=f"{year}-12-31", on=view.on
        )
        for row in answer["items"]:
            found.setdefault(row["code"], {})[row["period"]] = row
    return found


def _build_row(definition: Mapping[str, Any], rows: Mapping[str, Any]) -> Row:
    year = next(row for period, row in rows.items() if len(period) == 4)
    values = [rows.get(f"{year['period']}-{month:02}", {}).get("value") for month in range(1, 13)]
    return Row(
        label=definition["label"],
        formula=definition["formula"],
        source=definition["source"],
        unit=definition["unit"],
        numerator=_show(year, _write(year["numerator"])),
        denominator=_show(year, _write(year["denominator"])),
        value=_show(year, _write(year["value"])),
        line=_draw_line(
            [None if value is None else Decimal(value) for value in values], definition["code"], definition["label"]
        ),
    )


def _show(row: Mapping[str, Any], written: str) -> str:
    return HIDDEN if row["suppressed"] else written


def _write(value: int | str | None) -> str:
    return "–" if value is None else amount(str(value))


def _draw_line(values: Sequence[Decimal | None], code: str, label: str) -> str:
    """A small line over twelve months, broken where a month is not shown."""
    known = [(month, value) for month, value in enumerate(values) if value is not None]
    if len(known) < 2:
        return ""
    w, h = _SIZE
    highest = max(value for _, value in known) or Decimal(1)
    points = {month: (6 + (w - 12) * month / 11, 6 + (h - 14) * (1 - float(value / highest))) for month, value in known}
    parts = [svg.draw_line("base", 0, h - 4, w, h - 4)]
    run: list[svg.Point] = []
    for month in range(13):
        if month in points:
            run.append(points[month])
            continue
        if len(run) > 1:
            parts.append(f'<polyline class="line" points="{svg.write_points(run)}"/>')
        elif run:
            parts.append(svg.draw_circle("dot", *run[0], 3))
        run = []
    (first, start), (last, end) = known[0], known[-1]
    title = f"{label}: frå {_write(str(start))} i {MONTHS[first]} til {_write(str(end))} i {MONTHS[last]}"
    return svg.draw_svg("month-bars", w, h, f"line-{code.replace('_', '-')}", title, parts)


PAGES = (
    Page("/styringstal", show_this_year, *READERS, name="show_figures_of_this_year"),
    Page("/styringstal/{year:int}", show_year, *READERS, name="show_figures"),
)
