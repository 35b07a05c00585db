"""«Styringstal»: whether decisions mirror the need, from need to cost, and what the next of kin say (S4, S5, S7)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.web.pages import View
from app.web.render import amount
from app.web.words import WORDS

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
    staff: str
    cost: str


@dataclass(frozen=True, slots=True)
class SurveyTable:
    """A survey's answers to one question: a column for each answer and for those who gave none, a row for each area."""

    question: str
    values: Sequence[str]
    rows: Sequence[tuple[str, Sequence[str], str, str]]


@dataclass(frozen=True, slots=True)
class SurveySection:
    """A survey with its questions."""

    name: str
    first_day: str
    last_day: str
    source: str
    questions: Sequence[SurveyTable]


async def load_mirror(view: View, year: int, periods: Sequence[tuple[str, str]]) -> Mapping[str, Any]:
    """The mirror table as known on the page's day: of one period whole, of several (id and name) beside each other.

    And the services of the page's year from need to cost.
    """
    tables = [await view.api.get("/v1/mirror", period=period, on=view.on) for period, _ in periods]
    services = await view.api.get("/v1/mirror/services", period=f"{year}", on=view.on)
    rows = [*services["items"], *([services["total"]] if len(services["items"]) > 1 else [])]
    return {
        "tables": tables,
        "is_empty": all(table["people"] == 0 for table in tables),
        "rows": [_build_line(line) for line in tables[-1]["lines"]] if tables else [],
        "series": _build_series(tables, [name for _, name in periods]),
        "services": [_build_service(row) for row in rows],
    }


async def load_surveys(view: View, year: int) -> Sequence[SurveySection]:
    """The surveys that were open on a day of the year or of the year before, each with its questions."""
    found = (await view.api.get("/v1/surveys", limit=200))["items"]
    return [
        SurveySection(
            name=survey["name"],
            first_day=survey["from"],
            last_day=survey["to"],
            source=survey["source"],
            questions=_group_questions((await view.api.get(f"/v1/surveys/{survey['id']}/results"))["items"]),
        )
        for survey in found
        if int(survey["from"][:4]) <= year and int(survey["to"][:4]) >= year - 1
    ]


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
    parts = f"{_write(line['numerator'])} / {_write(line['denominator'])}" if has_parts else ""
    return MirrorCell(period, _write_percent(line), parts)


def _write_percent(line: Mapping[str, Any]) -> str:
    is_part_hidden = line["value"] is None and line["denominator"] is None
    if line["suppressed"] or is_part_hidden:
        return HIDDEN
    return "–" if line["value"] is None else f"{amount(line['value'])} %"


def _build_service(row: Mapping[str, Any]) -> ServiceRow:
    return ServiceRow(
        name=row["name"] or "Alle slag",
        count=HIDDEN if row["suppressed"] else _write(row["count"]),
        assessed=_write(row["assessed_hours"]),
        decided=_write(row["decided_hours"]),
        delivered=_write(row["delivered_hours"]),
        staff=_write(row["full_time_equivalents"]),
        cost=_write(row["cost"]),
    )


def _group_questions(results: Sequence[Mapping[str, Any]]) -> Sequence[SurveyTable]:
    together: dict[str, list[Mapping[str, Any]]] = {}
    for result in results:
        together.setdefault(result["question"], []).append(result)
    return [_build_question(question, same) for question, same in together.items()]


def _build_question(question: str, results: Sequence[Mapping[str, Any]]) -> SurveyTable:
    values = list(dict.fromkeys(answer["value"] for result in results for answer in result["answers"]))
    rows = []
    for result in results:
        counts = {answer["value"]: _write(answer["count"], HIDDEN) for answer in result["answers"]}
        area = result["service_area"]
        rows.append(
            (
                "Alle tenestene" if area is None else WORDS["service_area"][area],
                [counts.get(value, "–") for value in values],
                _write(result["answered"], HIDDEN),
                _write(result["invited"], HIDDEN),
            )
        )
    return SurveyTable(question, values, rows)


def _write(value: int | str | None, nothing: str = "–") -> str:
    return nothing if value is None else amount(str(value))
