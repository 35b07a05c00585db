"""HTTP for steering figures: their definitions, and long rows for Framsikt and Power BI (S1, S9)."""

from datetime import date
from itertools import permutations
from typing import Annotated

from fastapi import APIRouter, Query, Response
from sqlalchemy import select
from sqlmodel import col
from starlette.concurrency import run_in_threadpool

from app import clock
from app.budget.problems import GUIDELINE_MISSING, RATE_MISSING
from app.database.reader import ReaderDep, SnapshotReaderDep
from app.figures.figures import FiguresQuery, load_figures
from app.figures.files import render
from app.figures.schemas import FigureDefinitionOut, FigureDefinitions, Figures
from app.http.content_negotiation import CSV, JSON, XLSX
from app.http.declarations import REVALIDATED, produces
from app.http.endpoint import Route
from app.http.names import list_values
from app.http.openapi import refusals
from app.http.periods import require_in_order
from app.http.problems import VALIDATION
from app.http.schemas import Day, describe_pattern
from app.http.spreadsheets import DecimalQuery, attachment
from app.providers.tables import Provider
from app.rules.figures import CELL_KEYS, DEFINITIONS, KEYS, FigureCode, Key, PeriodKind
from app.security.roles import Actor, allow

router = APIRouter(prefix="/v1", tags=["figures"], route_class=Route)

FiguresReader = Annotated[Actor, allow("case_officer", "finance", "manager")]
MOST_YEARS = 10
MOST_DAYS = 31
_BY: dict[str, frozenset[Key]] = {
    ",".join(some): frozenset(some) for count in range(1, len(CELL_KEYS) + 1) for some in permutations(CELL_KEYS, count)
} | {"destination": frozenset({"destination"})}
_BY_PATTERN = describe_pattern(
    f"^({'|'.join(_BY)})$",
    f"må vere éin eller fleire av {list_values(CELL_KEYS)}, kvar ein gong og med komma mellom, eller destination"
    " åleine",
)


@router.get("/figure-definitions", summary="List the definitions of figures")
async def list_figure_definitions(reader: ReaderDep, actor: FiguresReader) -> FigureDefinitions:
    """What each figure is, in words: its label, formula, unit, source and rule (S1)."""
    return FigureDefinitions(
        items=[
            FigureDefinitionOut.model_validate(
                {
                    "code": one.code,
                    "label": one.label,
                    "formula": one.formula,
                    "unit": one.unit,
                    "source": one.source,
                    "rule": one.rule,
                    "by": [key for key in KEYS if key in one.by],
                    "periods": one.periods,
                }
            )
            for one in DEFINITIONS
        ]
    )


@router.get(
    "/figures",
    dependencies=[REVALIDATED],
    summary="List figures",
    response_model=Figures,
    response_model_exclude_unset=True,
    responses={
        200: {
            "description": "The rows.",
            "content": {
                CSV: {"schema": {"type": "string"}},
                XLSX: {"schema": {"type": "string", "format": "binary"}},
            },
        },
        304: {"description": "Nothing has changed since `If-None-Match`."},
        **refusals(RATE_MISSING, GUIDELINE_MISSING),
    },
)
async def list_figures(
    reader: SnapshotReaderDep,
    actor: FiguresReader,
    media_type: Annotated[str, produces(JSON, CSV, XLSX)],
    code: Annotated[
        list[FigureCode] | None, Query(max_length=len(DEFINITIONS), description="Only these figures.")
    ] = None,
    from_: Annotated[
        Day | None,
        Query(alias="from", description="The first day. Default: 1 January of the year of `on`, and `on` for days."),
    ] = None,
    to: Annotated[
        Day | None,
        Query(description="The last day. Default: `on`, or `from` where that is later, and `from` for days."),
    ] = None,
    period: Annotated[PeriodKind, Query(description="What a row is for.")] = "month",
    by: Annotated[
        str | None,
        Query(
            pattern=_BY_PATTERN,
            description="Grouping: `provider`, `service_area`, both with a comma, or `destination`. Default: none.",
        ),
    ] = None,
    on: Annotated[Day | None, Query(description="The day the figures are as known on. Default: today.")] = None,
    decimal: DecimalQuery = "comma",
) -> Figures | Response:
    """Every period that has a day from `from` to `to`, as known on a day (S2, S8, S9), ten years or 31 days at most.

    A figure that cannot be grouped by what is asked for is left out (`by` in its definition), and so is one that is not
    of a day where days are asked for (`periods`), and a figure of what has happened where the period begins after `on`;
    in the period of `on` that counts to and with the day. A month's `places_active` is its last day's.

    Small counts, and what would tell them, are null for others than the case office (S6), and places of people with a
    protected address have no provider for them; ends by destination are shown to them of years alone.

    `Accept` selects JSON, CSV (`;`, UTF-8 with BOM) or XLSX. With `If-None-Match` the answer is 304 while nothing has
    changed.
    """
    day = on or clock.today()
    first = from_ or (day if period == "day" else date(day.year, 1, 1))
    last = to or (first if period == "day" else max(day, first))
    require_in_order(first, last)
    if period == "day" and (last - first).days >= MOST_DAYS:
        raise VALIDATION(f"Styringstal kan hentast for høgst {MOST_DAYS} dagar om gongen.", pointer="#/query/to")
    if last.year - first.year >= MOST_YEARS:
        raise VALIDATION(f"Styringstal kan hentast for høgst {MOST_YEARS} år om gongen.", pointer="#/query/to")
    query = FiguresQuery(
        codes=[one.code for one in DEFINITIONS] if code is None else [*code],
        period=period,
        first_day=first,
        last_day=last,
        by=frozenset() if by is None else _BY[by],
        on=day,
        is_suppressed="case_officer" not in actor.roles,
    )
    figures = await load_figures(reader, query)
    if media_type == JSON:
        return Figures(items=figures, next=None)
    statement = select(col(Provider.id), col(Provider.name), col(Provider.organisation_number))
    providers = {id_: (name, number) for id_, name, number in await reader.fetch(statement)}
    # In a thread: a workbook of thousands of rows would hold up other requests.
    content = await run_in_threadpool(render, figures, providers, media_type, decimal)
    return attachment(content, media_type, f"styringstal-{day}.{'xlsx' if media_type == XLSX else 'csv'}")
