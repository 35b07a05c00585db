"""«Styringstal»: whether decisions mirror the need, and what they come to in staff and cost (S4, S5)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.web.pages import View
from app.web.render import NBSP, amount

HIDDEN = "for få til å visast"


@dataclass(frozen=True, slots=True)
class MirrorRow:
    """A line of the mirror table: what it is of what, in words, and of how many it is not recorded."""

    label: str
    formula: str
    numerator: str
    denominator: str
    value: str
    people: str
    missing: str


@dataclass(frozen=True, slots=True)
class MirrorCell:
    """A line of the mirror table in one of several periods: its value, and what it is of what where that is shown."""

    period: str
    value: str
    parts: str


@dataclass(frozen=True, slots=True)
class MirrorSeries:
    """A line of the mirror table over periods in order, in words."""

    label: str
    formula: str
    cells: Sequence[MirrorCell]


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """A kind of service, or all of them, from need to cost."""

    name: str
    count: str
    assessed: str
    decided: str
    delivered: str
    days: str
    staff: str
    cost: str


async def load_mirror(view: View, year: int, periods: Sequence[tuple[str, str]]) -> Mapping[str, Any]:
    """The mirror table as known on the page's day: of one period whole, of several (id and name) beside each other.

    And the services of the page's year from need to cost.
    """
    asked = [period for period, _ in periods]
    tables = (await view.api.get("/v1/mirror/periods", period=asked, on=view.on))["items"] if asked else []
    services = await view.api.get("/v1/mirror/services", period=f"{year}", on=view.on)
    rows = [*services["items"], *([services["total"]] if len(services["items"]) > 1 else [])]
    return {
        "tables": tables,
        "is_empty": all(table["people"] == 0 for table in tables),
        "rows": [_build_line(line) for line in tables[-1]["lines"]] if tables else [],
        "series": _build_series(tables, [name for _, name in periods]),
        "services": [_build_service(row) for row in rows],
    }


def _build_line(line: Mapping[str, Any]) -> MirrorRow:
    return MirrorRow(
        label=line["label"],
        formula=line["formula"],
        numerator=_write(line["numerator"]),
        denominator=_write(line["denominator"]),
        value=_write_percent(line),
        people=_write(line["people"]),
        missing=_write(line["missing"]),
    )


def _build_series(tables: Sequence[Mapping[str, Any]], names: Sequence[str]) -> Sequence[MirrorSeries]:
    """A row for each line of the tables, with a dash in a period that does not have it."""
    lines = {line["code"]: line for table in tables for line in table["lines"]}
    of_period = [{line["code"]: line for line in table["lines"]} for table in tables]
    return [
        MirrorSeries(
            line["label"],
            line["formula"],
            [_build_cell(name, found.get(code)) for name, found in zip(names, of_period, strict=True)],
        )
        for code, line in lines.items()
    ]


def _build_cell(period: str, line: Mapping[str, Any] | None) -> MirrorCell:
    if line is None:
        return MirrorCell(period, "–", "")
    has_parts = line["value"] is not None and None not in (line["numerator"], line["denominator"])
    parts = f"{_write(line['numerator'])} /{NBSP}{_write(line['denominator'])}" if has_parts else ""
    return MirrorCell(period, _write_percent(line), parts)


def _write_percent(line: Mapping[str, Any]) -> str:
    is_part_hidden = line["value"] is None and line["denominator"] is None
    if line["suppressed"] or is_part_hidden:
        return HIDDEN
    return "–" if line["value"] is None else f"{amount(line['value'])}{NBSP}%"


def _build_service(row: Mapping[str, Any]) -> ServiceRow:
    return ServiceRow(
        name=row["name"] or "Alle slag",
        count=HIDDEN if row["suppressed"] else _write(row["count"]),
        assessed=_write(row["assessed_hours"]),
        decided=_write(row["decided_hours"]),
        delivered=_write(row["delivered_hours"]),
        days=_write_days(row),
        staff=_write(row["full_time_equivalents"]),
        cost=_write(row["cost"]),
    )


def _write_days(row: Mapping[str, Any]) -> str:
    if row["planned_days"] is None:
        return "–"
    return f"{amount(row['used_days'])} av {amount(row['planned_days'])}"


def _write(value: int | str | None) -> str:
    return "–" if value is None else amount(str(value))
