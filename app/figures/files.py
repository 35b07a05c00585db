"""Figures as a file: long rows, CSV or XLSX (S9)."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from uuid import UUID

from app.figures.schemas import FigureOut
from app.http.content_negotiation import CSV
from app.http.spreadsheets import Cell, Column, DecimalMark, csv_file, write_table, xlsx_file
from app.rules.figures import BY_CODE

_COLUMNS = (
    Column("Kode", 22),
    Column("Styringstal", 26),
    Column("Periode", 9),
    Column("Vekstbedrift", 24),
    Column("Organisasjonsnummer", 20),
    Column("Vekstbedrift-id", 38),
    Column("Teneste", 14),
    Column("Teljar", 14),
    Column("Nemnar", 14),
    Column("Verdi", 14),
    Column("Eining", 20),
    Column("For få til å visast", 16),
    Column("Går til", 22),
)


def render(
    figures: Iterable[FigureOut], providers: Mapping[UUID, tuple[str, str]], media_type: str, decimal: DecimalMark
) -> bytes:
    """The rows in their order; `providers` are names and organisation numbers, `decimal` is for CSV."""
    rows = _list_rows(figures, providers)
    if media_type == CSV:
        return csv_file(_COLUMNS, rows, decimal=decimal)
    with xlsx_file() as (workbook, content):
        write_table(workbook, "Styringstal", _COLUMNS, rows)
    return content.getvalue()


def _list_rows(figures: Iterable[FigureOut], providers: Mapping[UUID, tuple[str, str]]) -> Iterator[list[Cell]]:
    for figure in figures:
        definition = BY_CODE[figure.code]
        provider_id = figure.by.provider_id
        name, number = (None, None) if provider_id is None else providers[provider_id]
        yield [
            figure.code,
            definition.label,
            figure.period,
            name,
            number,
            None if provider_id is None else str(provider_id),
            figure.by.service_area,
            _to_cell(figure.numerator),
            _to_cell(figure.denominator),
            _to_cell(figure.value),
            definition.unit,
            figure.suppressed,
            figure.by.destination,
        ]


def _to_cell(number: int | str | None) -> Cell:
    return Decimal(number) if isinstance(number, str) else number
