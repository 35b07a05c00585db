"""A settlement as a table, for CSV and XLSX (C13)."""

from collections.abc import Iterator
from decimal import Decimal
from uuid import UUID

from fastapi import Response

from app.http.content_negotiation import CSV
from app.http.spreadsheets import Cell, Column, attachment, csv_file, write_table, xlsx_file
from app.settlements.schemas import SettlementDifferenceOut, SettlementLineOut, SettlementOut, SettlementPartOut

_ID_WIDTH = 36
COLUMNS = (
    Column("type"),
    Column("månad"),
    Column("vekstbedrift", _ID_WIDTH),
    Column("plass", _ID_WIDTH),
    Column("slag"),
    Column("første dag"),
    Column("siste dag"),
    Column("dagar"),
    Column("delt på"),
    Column("prosent"),
    Column("pris per månad", 16),
    Column("sats", _ID_WIDTH),
    Column("retningslinje", _ID_WIDTH),
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
    "correction": "retta vedtak",
}


def to_file(settlement: SettlementOut, media_type: str) -> Response:
    """The settlement as a CSV or XLSX attachment."""
    name = f"oppgjer-{settlement.year}-{settlement.month:02}"
    rows = list(_to_rows(settlement))
    if media_type == CSV:
        return attachment(csv_file(COLUMNS, rows), media_type, f"{name}.csv")
    with xlsx_file() as (workbook, content):
        write_table(workbook, name, COLUMNS, rows)
    return attachment(content.getvalue(), media_type, f"{name}.xlsx")


def _to_rows(settlement: SettlementOut) -> Iterator[tuple[Cell, ...]]:
    """Rows in the order of COLUMNS. Their amounts add up to `total` + `pending_total`.

    A line with several parts is followed by a row for each, without an amount: only the line is rounded (C4).
    """
    for line in settlement.lines:
        if len(line.parts) == 1:
            yield _to_part_row("linje", line, line.parts[0], line.amount)
            continue
        yield "linje", *_id_cells(line), None, None, None, line.days, line.divisor, *[None] * 6, line.amount
        for part in line.parts:
            yield _to_part_row("del", line, part, None)
    for difference in settlement.differences:
        cause = _CAUSES[difference.cause]
        yield "differanse", *_id_cells(difference), *[None] * 9, cause, difference.settled_in, difference.amount


def _to_part_row(
    type_: str, line: SettlementLineOut, part: SettlementPartOut, amount: Decimal | None
) -> tuple[Cell, ...]:
    days = (part.first_day, part.last_day, part.days, line.divisor)
    price = (part.share, Decimal(part.price), _text(part.rate_id), _text(part.guideline_version_id))
    return type_, *_id_cells(line), _KINDS[part.kind], *days, *price, None, None, amount


def _id_cells(row: SettlementLineOut | SettlementDifferenceOut) -> tuple[Cell, ...]:
    return row.month, _text(row.provider_id), _text(row.placement_id)


def _text(id_: UUID | None) -> str | None:
    return None if id_ is None else str(id_)
