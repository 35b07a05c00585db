"""A closed month as a table, for CSV and XLSX (C13)."""

from collections.abc import Iterator
from decimal import Decimal
from uuid import UUID

from fastapi import Response

from app.http.content_negotiation import CSV, XLSX
from app.http.spreadsheets import Cell, Column, csv_file, write_table, xlsx_file
from app.settlements.schemas import DifferenceOut, LineOut, PartOut, SettlementOut

_ID = 36
COLUMNS = (
    Column("type"),
    Column("månad"),
    Column("leverandør", _ID),
    Column("plass", _ID),
    Column("slag"),
    Column("første dag"),
    Column("siste dag"),
    Column("dagar"),
    Column("delt på"),
    Column("prosent"),
    Column("pris per månad", 16),
    Column("sats", _ID),
    Column("retningslinje", _ID),
    Column("årsak"),
    Column("gjort opp i"),
    Column("beløp", 16),
)
_KINDS = {"base": "grunnfinansiering", "legacy": "eigen pris", "supplement": "tillegg"}
_CAUSES = {
    "rate": "sats",
    "period": "periode",
    "share": "prosent",
    "supplement": "tillegg",
    "legacy_price": "eigen pris",
    "added": "ny",
    "removed": "fallen bort",
}


def settlement_file(settlement: SettlementOut, media_type: str) -> Response:
    """The closed month as a CSV or XLSX attachment."""
    name = f"oppgjer-{settlement.year}-{settlement.month:02}"
    rows = [*rows_of(settlement)]
    if media_type == CSV:
        return _attachment(csv_file(COLUMNS, rows), f"{CSV}; charset=utf-8", f"{name}.csv")
    with xlsx_file() as (workbook, made):
        write_table(workbook, name, COLUMNS, rows)
    return _attachment(made.getvalue(), XLSX, f"{name}.xlsx")


def rows_of(settlement: SettlementOut) -> Iterator[tuple[Cell, ...]]:
    """Rows in the order of COLUMNS. Their amounts add up to the total and what waits.

    A line with several parts is followed by a row for each, without an amount: the line alone is rounded.
    """
    for line in settlement.lines:
        if len(line.parts) == 1:
            yield _priced("linje", line, line.parts[0], line.amount)
            continue
        yield "linje", *_whose(line), None, None, None, line.days, line.divisor, *[None] * 6, line.amount
        for part in line.parts:
            yield _priced("del", line, part, None)
    for difference in settlement.differences:
        cause = _CAUSES[difference.cause]
        yield "differanse", *_whose(difference), *[None] * 9, cause, difference.settled_in, difference.amount


def _priced(kind: str, line: LineOut, part: PartOut, amount: Decimal | None) -> tuple[Cell, ...]:
    days = (part.first_day, part.last_day, part.days, line.divisor)
    price = (part.share, Decimal(part.price), _text(part.rate_id), _text(part.guideline_version_id))
    return kind, *_whose(line), _KINDS[part.kind], *days, *price, None, None, amount


def _whose(row: LineOut | DifferenceOut) -> tuple[Cell, ...]:
    return row.month, _text(row.provider_id), _text(row.placement_id)


def _text(id_: UUID | None) -> str | None:
    return None if id_ is None else str(id_)


def _attachment(content: bytes, media_type: str, name: str) -> Response:
    headers = {"Content-Type": media_type, "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, headers=headers)
