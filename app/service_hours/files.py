"""Hours as files that people open in a spreadsheet: CSV and XLSX with the same columns, in nynorsk."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from app.http.content_negotiation import CSV
from app.http.field_names import FIELD_NAMES
from app.http.spreadsheets import Cell, Column, csv_file, write_table, xlsx_file
from app.http.value_names import VALUE_NAMES
from app.service_hours.tables import ServiceHours

MAX_ROWS = 50_000
_ID_WIDTH = 36

_COLUMNS: Mapping[str, tuple[int, Callable[[ServiceHours], Cell]]] = {
    "external_system": (12, lambda row: row.external_system),
    "external_id": (16, lambda row: row.external_id),
    "revision": (10, lambda row: row.revision),
    "participant_id": (_ID_WIDTH, lambda row: str(row.participant_id)),
    "service_type": (18, lambda row: row.service_type),
    "from": (12, lambda row: row.starts_on),
    "to": (12, lambda row: row.ends_on),
    "assessed_hours": (14, lambda row: row.assessed_hours),
    "decided_hours": (14, lambda row: row.decided_hours),
    "delivered_hours": (14, lambda row: row.delivered_hours),
    "need_grade": (14, lambda row: None if row.need_grade is None else VALUE_NAMES[row.need_grade]),
    "tool": (20, lambda row: row.tool),
    "assessed_on": (12, lambda row: row.assessed_on),
    "cancelled": (16, lambda row: row.cancelled),
    "service_hours_id": (_ID_WIDTH, lambda row: str(row.id)),
}


def render(hours: Iterable[ServiceHours], media_type: str) -> bytes:
    """The rows in their order."""
    columns = [Column(FIELD_NAMES[name].capitalize(), width) for name, (width, _) in _COLUMNS.items()]
    if media_type == CSV:
        return csv_file(columns, _build_rows(hours))
    with xlsx_file() as (workbook, content):
        write_table(workbook, "Tenestetimar", columns, _build_rows(hours))
    return content.getvalue()


def _build_rows(hours: Iterable[ServiceHours]) -> Iterator[list[Cell]]:
    for row in hours:
        yield [read(row) for _, read in _COLUMNS.values()]
