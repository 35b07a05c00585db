"""Absences as files: CSV for programs, with the columns of the JSON, and XLSX for people, with headings in nynorsk."""

import csv
import io
from collections.abc import Callable, Iterable
from datetime import date

from app.absence.tables import Absence
from app.http.names import FIELD_NAMES, VALUE_NAMES
from app.http.spreadsheets import Cell, Column, write_table, xlsx_file

MAX_ROWS = 50_000
_WIDTH = 14

COLUMNS: dict[str, Callable[[Absence], Cell]] = {
    "id": lambda row: str(row.id),
    "provider_id": lambda row: str(row.provider_id),
    "external_id": lambda row: row.external_id,
    "placement_id": lambda row: str(row.placement_id),
    "revision": lambda row: row.revision,
    "kind": lambda row: row.kind,
    "from": lambda row: row.starts_on,
    "to": lambda row: row.ends_on,
    "percent": lambda row: row.percent,
    "note": lambda row: row.note,
    "cancelled": lambda row: row.cancelled,
    "created_at": lambda row: row.created_at,
    "updated_at": lambda row: row.updated_at,
}

# A cell that begins with one of these is a formula to a spreadsheet.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_csv(absences: Iterable[Absence]) -> bytes:
    """RFC 4180, UTF-8, comma between."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    for absence in absences:
        writer.writerow([_csv_cell(value(absence)) for value in COLUMNS.values()])
    return file.getvalue().encode()


def _csv_cell(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case bool():
            return "true" if cell else "false"
        case date():  # an instant is one too
            return cell.isoformat()
        case str() if cell.startswith(_FORMULA):
            return f"'{cell}"
    return str(cell)


def write_xlsx(absences: Iterable[Absence]) -> bytes:
    """One sheet, with each cell as what it is."""
    with xlsx_file() as (workbook, made):
        columns = [Column(FIELD_NAMES[name].capitalize(), _WIDTH) for name in COLUMNS]
        people_read = COLUMNS | {"kind": lambda row: VALUE_NAMES[row.kind]}
        rows = ([value(absence) for value in people_read.values()] for absence in absences)
        write_table(workbook, "Fråvær", columns, rows)
    return made.getvalue()
