"""Files that people open in a spreadsheet: CSV as Norwegian Excel reads it, and XLSX with typed cells.

The same rows give the same bytes, so that a file that is fetched again can be compared.
"""

import csv
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Annotated, Literal

import xlsxwriter
from fastapi import Query, Response
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from app import clock

Cell = str | int | bool | Decimal | date | datetime | None
DecimalMark = Literal["point", "comma"]
DecimalQuery = Annotated[
    DecimalMark,
    Query(description="Decimal mark of amounts in CSV: `comma` for Norwegian spreadsheets, `point` for programs."),
]

# What a spreadsheet would take for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_CREATED_AT = datetime(2022, 1, 1, tzinfo=UTC)
_MONEY = "#,##0.00"
_A4 = 9
# Of the width of bold text.
_POINTS_A_CHARACTER = 6.5


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its header in nynorsk, and how wide it is in characters.

    The header of a narrow column that has many beside it stands upright.
    """

    header: str
    width: int = 12
    upright: bool = False


def csv_file(columns: Sequence[Column], rows: Iterable[Sequence[Cell]], *, decimal: DecimalMark = "comma") -> bytes:
    """UTF-8 with a BOM, `;` between, CRLF. Text that looks like a formula gets an apostrophe before it.

    A line break in a text becomes a blank: a row is a line. Instants are in Europe/Oslo.
    """
    buffer = StringIO()
    writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    writer.writerow([column.header for column in columns])
    writer.writerows([_text(cell, decimal) for cell in row] for row in rows)
    return buffer.getvalue().encode("utf-8-sig")


def _text(cell: Cell, decimal: DecimalMark) -> str:
    if cell is None:
        return ""
    if isinstance(cell, Decimal):
        number = f"{cell:f}"
        return number.replace(".", ",") if decimal == "comma" else number
    if isinstance(cell, str):
        line = " ".join(cell.splitlines())
        return f"'{line}" if line.startswith(_FORMULA) else line
    if isinstance(cell, bool):
        return "ja" if cell else "nei"
    if isinstance(cell, datetime):
        return f"{cell.astimezone(clock.OSLO):%Y-%m-%d %H:%M}"
    return str(cell)


@contextmanager
def xlsx_file() -> Iterator[tuple[Workbook, BytesIO]]:
    """A workbook to write sheets into, and where its bytes are once it is closed.

    Rows go to a temporary file as they are written, where the machine has room for one; so a sheet's cells are written
    from the top down. Where it has none everything is in memory: 170 MB for fifty thousand absences.
    """
    buffer = BytesIO()
    try:
        storage = {"constant_memory": True, "tmpdir": tempfile.gettempdir()}
    except FileNotFoundError:  # a container with a read-only file system
        storage = {"in_memory": True}
    # No text becomes a formula, a link or a number: cells are what their types say.
    typed = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(buffer, {**storage, **typed}) as workbook:
        workbook.set_properties({"created": _CREATED_AT.replace(tzinfo=None)})
        yield workbook, buffer


def write_table(workbook: Workbook, name: str, columns: Sequence[Column], rows: Iterable[Sequence[Cell]]) -> Worksheet:
    """A sheet with a frozen bold header and one row per row: amounts and dates as such, not as text.

    Printed it is as wide as an A4 page, and its header stands on each.
    """
    sheet = workbook.add_worksheet(name)
    bold = workbook.add_format({"bold": True, "text_wrap": True})
    upright = workbook.add_format({"bold": True, "rotation": 90})
    sheet.freeze_panes(1, 0)
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.set_footer("&L&A&RSide &P av &N")
    for index, column in enumerate(columns):
        sheet.set_column(index, index, column.width)
    lengths = [len(column.header) for column in columns if column.upright]
    if lengths:
        sheet.set_row(0, _POINTS_A_CHARACTER * max(lengths))
    for index, column in enumerate(columns):
        sheet.write_string(0, index, column.header, upright if column.upright else bold)
    last_row = write_rows(workbook, sheet, 1, rows)
    sheet.autofilter(0, 0, last_row, len(columns) - 1)
    return sheet


def write_rows(workbook: Workbook, sheet: Worksheet, first_row: int, rows: Iterable[Sequence[Cell]]) -> int:
    """Rows from a row on, each cell by its type; None leaves it empty. 15 digits of an amount are exact.

    Answers the last row that was written, or the one before the first.

    An instant is written as in Europe/Oslo, since a spreadsheet knows no zones.
    """
    money = workbook.add_format({"num_format": _MONEY})
    day = workbook.add_format({"num_format": "yyyy-mm-dd"})
    instant = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    number = first_row - 1
    for number, row in enumerate(rows, start=first_row):
        for index, cell in enumerate(row):
            if isinstance(cell, Decimal):
                sheet.write_number(number, index, float(cell), money)
            elif isinstance(cell, bool):  # an int too
                sheet.write_boolean(number, index, cell)
            elif isinstance(cell, int):
                sheet.write_number(number, index, cell)
            elif isinstance(cell, datetime):  # a date too
                sheet.write_datetime(number, index, cell.astimezone(clock.OSLO).replace(tzinfo=None), instant)
            elif isinstance(cell, date):
                sheet.write_datetime(number, index, datetime.combine(cell, time.min), day)
            elif cell is not None:
                sheet.write_string(number, index, "\n".join(cell.splitlines()))
    return number


def attachment(content: bytes, media_type: str, filename: str) -> Response:
    """A file to be saved under this name."""
    headers = {"Content-Disposition": f'attachment; filename="{filename}"'}
    return Response(content, media_type=media_type, headers=headers)
