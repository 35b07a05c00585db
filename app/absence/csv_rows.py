"""A batch of absences as CSV: a header row, then an item a line."""

from collections.abc import Iterator
from typing import Any

from msgspec.structs import fields

from app.absence.items import Fault, read_item
from app.absence.schemas import AbsenceItem
from app.http.csv_rows import read_boolean, read_csv_rows, read_day, read_integer
from app.http.problems import Problem

COLUMNS = tuple(field.encode_name for field in fields(AbsenceItem))
_REQUIRED = tuple(field.encode_name for field in fields(AbsenceItem) if field.required)


def read_csv(body: bytes, relaxed: bool) -> Iterator[AbsenceItem | Fault]:
    """The items as `read_csv_rows` has them, days also as dd.mm.yyyy. Raises `VALIDATION` for the file as a whole."""
    for index, row in enumerate(read_csv_rows(body, COLUMNS, _REQUIRED)):
        if isinstance(row, Problem):
            yield Fault(None, row)
        else:
            yield read_item(_row_as_json(row), index, relaxed=relaxed)


def _row_as_json(cells: dict[str, str]) -> dict[str, Any]:
    """A CSV row as the JSON item it stands for; what has no such form stays text, and is refused as that."""
    item: dict[str, Any] = {**cells}
    for name in ("from", "to"):
        item[name] = read_day(cells[name])
    for name in ("revision", "percent"):
        if name in cells:
            item[name] = read_integer(cells[name])
    if not cells.get("percent"):
        item["percent"] = 100
    item["note"] = cells.get("note") or None
    item["cancelled"] = read_boolean(cells.get("cancelled", ""))
    if cells.get("provider_id") == "":
        del item["provider_id"]
    return item
