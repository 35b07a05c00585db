"""The export as a file: JSON, CSV, or XLSX with the position and a chart on the second sheet."""

from decimal import Decimal
from itertools import accumulate
from typing import Literal

from xlsxwriter.workbook import Workbook

from app.http.spreadsheets import Cell, Column, DecimalMark, csv_file, write_rows, write_table, xlsx_file
from app.integrations.framsikt.schemas import FramsiktExport, FramsiktRow, PositionFigures

FileFormat = Literal["json", "csv", "xlsx"]

COLUMNS = (
    Column("Type", 11),
    Column("År", 6),
    Column("Periode", 8),
    Column("Ansvar", 10),
    Column("Art", 7),
    Column("Funksjon", 9),
    Column("Prosjekt", 10),
    Column("Vekstbedrift", 24),
    Column("Organisasjonsnummer", 20),
    Column("Beløp", 16),
    Column("Tekst", 40),
)
_MONTHS = ("jan", "feb", "mars", "april", "mai", "juni", "juli", "aug", "sep", "okt", "nov", "des")
_FLAGS = {"no_frame": "inga ramme", "within": "innanfor", "watch": "nær ramma", "overrun": "meirforbruk"}
_POSITION = "Posisjon"


def render(export: FramsiktExport, file_format: FileFormat, decimal: DecimalMark) -> bytes:
    """The export in one of the formats; `decimal` is for CSV."""
    if file_format == "json":
        return export.model_dump_json().encode()
    rows = [_to_cells(row) for row in export.items]
    if file_format == "csv":
        return csv_file(COLUMNS, rows, decimal=decimal)
    with xlsx_file() as (workbook, content):
        write_table(workbook, "Framsikt", COLUMNS, rows)
        _write_position(workbook, export.figures)
    return content.getvalue()


def _to_cells(row: FramsiktRow) -> list[Cell]:
    return [
        row.type,
        row.year,
        row.period,
        row.responsibility,
        row.account,
        row.function,
        row.project,
        row.provider_name,
        row.organisation_number,
        row.amount,
        row.text,
    ]


def _write_position(workbook: Workbook, figures: PositionFigures) -> None:
    """The cumulative incurred cost and forecast of each month beside the frame, then the position's figures."""
    columns = (Column("Månad", 32), Column("Påløpt", 16), Column("Prognose", 16), Column("Ramme", 16))
    incurred_so_far, forecast_so_far = accumulate(figures.incurred_by_month), accumulate(figures.forecast_by_month)
    months: list[list[Cell]] = [
        [name, incurred, forecast, figures.frame]
        for name, incurred, forecast in zip(_MONTHS, incurred_so_far, forecast_so_far, strict=True)
    ]
    sheet = write_table(workbook, _POSITION, columns, months)
    write_rows(workbook, sheet, len(months) + 2, _list_figures(figures))
    chart = workbook.add_chart({"type": "line"})
    assert chart is not None  # None is for an unknown type of chart
    for index, column in enumerate(columns[1:], start=1):
        if column.header == "Ramme" and figures.frame is None:
            continue
        chart.add_series(
            {
                "name": [_POSITION, 0, index],
                "categories": [_POSITION, 1, 0, len(months), 0],
                "values": [_POSITION, 1, index, len(months), index],
            }
        )
    chart.set_title({"name": f"Plassar i vekstbedrift {figures.year}, sett frå {figures.on}"})
    chart.set_y_axis({"name": "Kroner", "num_format": "#,##0"})
    chart.set_size({"width": 720, "height": 380})
    sheet.insert_chart("F2", chart)


def _list_figures(figures: PositionFigures) -> list[list[Cell]]:
    share = figures.share_used_percent
    return [
        ["År", figures.year],
        ["Sett frå", figures.on],
        ["Ramme", figures.frame],
        ["Påløpt", figures.incurred],
        ["Står att å kome", figures.remaining_to_come],
        ["Prognose", figures.forecast],
        ["Ramme − prognose", figures.difference],
        ["Brukt av ramma (%)", None if share is None else Decimal(share)],
        ["Vurdering", _FLAGS[figures.flag]],
        ["Plassar", figures.places],
        ["Snitt per plass og månad", figures.average_monthly_cost],
        ["Venta refusjon", figures.expected_refund],
        ["Prognose netto", figures.net_forecast],
    ]
