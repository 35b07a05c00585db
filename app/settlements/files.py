"""A settlement as a table, for CSV and XLSX (C13)."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from uuid import UUID

from fastapi import Response

from app.http.content_negotiation import CSV
from app.http.spreadsheets import Cell, Column, DecimalMark, attachment, csv_file, write_table, xlsx_file
from app.providers.tables import Provider
from app.settlements.schemas import SettlementDifferenceOut, SettlementLineOut, SettlementOut, SettlementPartOut

COLUMNS = (
    Column("Type"),
    Column("Månad"),
    Column("Vekstbedrift", 24),
    Column("Organisasjonsnummer", 20),
    Column("Plass", 36),
    Column("Slag", 17),
    Column("Første dag"),
    Column("Siste dag"),
    Column("Dagar", 8),
    Column("Delt på", 8),
    Column("Prosent", 9),
    Column("Pris per månad", 16),
    Column("Årsak", 14),
    Column("Gjort opp i"),
    Column("Beløp", 16),
)
_PROTECTED = "Skjerma plassar"
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


def to_file(
    settlement: SettlementOut, providers: Mapping[UUID, Provider], media_type: str, decimal: DecimalMark
) -> Response:
    """The settlement as a CSV or XLSX attachment; `decimal` is for CSV."""
    name = f"oppgjer-{settlement.year}-{settlement.month:02}"
    rows = list(_to_rows(settlement, providers))
    if media_type == CSV:
        return attachment(csv_file(COLUMNS, rows, decimal=decimal), media_type, f"{name}.csv")
    with xlsx_file() as (workbook, content):
        write_table(workbook, name, COLUMNS, rows)
    return attachment(content.getvalue(), media_type, f"{name}.xlsx")


def _to_rows(settlement: SettlementOut, providers: Mapping[UUID, Provider]) -> Iterator[tuple[Cell, ...]]:
    """Rows in the order of COLUMNS. Their amounts add up to `total` + `pending_total`.

    A line with several parts is followed by a row for each, without an amount: only the line is rounded (C4).
    """
    for line in settlement.lines:
        place = _place_cells(line, providers)
        if len(line.parts) == 1:
            yield "linje", *place, *_part_cells(line, line.parts[0]), None, None, line.amount
            continue
        yield "linje", *place, None, None, None, line.days, line.divisor, *[None] * 4, line.amount
        for part in line.parts:
            yield "del", *place, *_part_cells(line, part), None, None, None
    for difference in settlement.differences:
        place, cause = _place_cells(difference, providers), _CAUSES[difference.cause]
        yield "differanse", *place, *[None] * 7, cause, difference.settled_in, difference.amount


def _part_cells(line: SettlementLineOut, part: SettlementPartOut) -> tuple[Cell, ...]:
    days = (part.first_day, part.last_day, part.days, line.divisor)
    return _KINDS[part.kind], *days, part.share, Decimal(part.price)


def _place_cells(
    row: SettlementLineOut | SettlementDifferenceOut, providers: Mapping[UUID, Provider]
) -> tuple[Cell, ...]:
    if row.provider_id is None or row.placement_id is None:
        return row.month, _PROTECTED, None, None
    provider = providers[row.provider_id]
    return row.month, provider.name, provider.organisation_number, str(row.placement_id)
