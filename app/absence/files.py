"""Absences as files that people open in a spreadsheet: CSV and XLSX with the same columns, in nynorsk."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from uuid import UUID

from app.absence.tables import Absence
from app.http.field_names import FIELD_NAMES
from app.http.spreadsheets import Cell, Column, csv_file, write_table, xlsx_file
from app.http.value_names import VALUE_NAMES
from app.providers.tables import Provider

MAX_ROWS = 50_000
_ID_WIDTH = 36

COLUMNS: dict[str, tuple[int, Callable[[Absence, Provider], Cell]]] = {
    "provider_id": (24, lambda _, provider: provider.name),
    "organisation_number": (20, lambda _, provider: provider.organisation_number),
    "external_id": (16, lambda row, _: row.external_id),
    "placement_id": (_ID_WIDTH, lambda row, _: str(row.placement_id)),
    "revision": (10, lambda row, _: row.revision),
    "kind": (12, lambda row, _: VALUE_NAMES[row.kind]),
    "from": (12, lambda row, _: row.starts_on),
    "to": (12, lambda row, _: row.ends_on),
    "percent": (10, lambda row, _: row.percent),
    "note": (40, lambda row, _: row.note),
    "cancelled": (16, lambda row, _: row.cancelled),
    "created_at": (16, lambda row, _: row.created_at),
    "updated_at": (16, lambda row, _: row.updated_at),
    "absence_id": (_ID_WIDTH, lambda row, _: str(row.id)),
}
"""Field of the API -> width, and what stands in the cell."""


def write_csv(absences: Iterable[Absence], providers: Mapping[UUID, Provider]) -> bytes:
    """As every CSV file: see `csv_file`."""
    return csv_file(_list_columns(), _build_rows(absences, providers))


def write_xlsx(absences: Iterable[Absence], providers: Mapping[UUID, Provider]) -> bytes:
    """One sheet, with each cell as what it is."""
    with xlsx_file() as (workbook, made):
        write_table(workbook, "Fråvær", _list_columns(), _build_rows(absences, providers))
    return made.getvalue()


def _list_columns() -> Sequence[Column]:
    return [Column(FIELD_NAMES[name].capitalize(), width) for name, (width, _) in COLUMNS.items()]


def _build_rows(absences: Iterable[Absence], providers: Mapping[UUID, Provider]) -> Iterator[list[Cell]]:
    for absence in absences:
        yield [read(absence, providers[absence.provider_id]) for _, read in COLUMNS.values()]
