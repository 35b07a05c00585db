"""A push's body: JSON, NDJSON or CSV, up to 5 000 items, each read by itself (S3)."""

import asyncio
from typing import Any

from pydantic import TypeAdapter, ValidationError

from app.http.batches import split_items
from app.http.content_negotiation import CSV
from app.http.csv_rows import read_boolean, read_csv_rows, read_day, read_integer
from app.http.identity_numbers import find_identity_numbers
from app.http.problems import VALIDATION, Problem
from app.http.strict_json import STRICT_JSON, json_fault
from app.http.validation import validation_problem
from app.participants.schemas import ExternalValue
from app.rules.identifiers import contains_identity_number
from app.service_hours.problems import TOO_MANY_HOURS
from app.service_hours.schemas import ServiceHoursItem

MAX_ITEMS = 5_000
MAX_BYTES = 8 * 1024 * 1024
COLUMNS = tuple(field.alias or name for name, field in ServiceHoursItem.model_fields.items())
_REQUIRED = tuple(field.alias or name for name, field in ServiceHoursItem.model_fields.items() if field.is_required())
# Some two milliseconds of work, after which other requests get the event loop.
_SLICE = 100
_EXTERNAL_ID: TypeAdapter[str] = TypeAdapter(ExternalValue)

ReadItem = tuple[ServiceHoursItem | Problem, str | None]
"""An item or why it is none, its pointers from the item's root; and its external id, where that may be repeated."""


async def read_items(body: bytes, content_type: str) -> list[ReadItem]:
    """Every item in its order. Raises `too-many-service-hours`, and 422 for what is no batch."""
    sent: list[Any] = (
        [_row_as_json(row) for row in read_csv_rows(body, COLUMNS, _REQUIRED)]
        if content_type == CSV
        else split_items(body, content_type)
    )
    if len(sent) > MAX_ITEMS:
        raise TOO_MANY_HOURS()
    read: list[ReadItem] = []
    for one in sent:
        read.append(_read_item(one))
        if len(read) % _SLICE == 0:
            await asyncio.sleep(0)
    return read


def _read_item(sent: object) -> ReadItem:
    if isinstance(sent, Problem):
        return VALIDATION(sent.errors[0].detail, pointer="#"), None
    if isinstance(sent, bytes):
        try:
            return _validate(STRICT_JSON.decode(sent.decode()))
        except (RecursionError, ValueError) as error:
            return VALIDATION(f"Linja {json_fault(error)}.", pointer="#"), None
    return _validate(sent)


def _validate(raw: object) -> ReadItem:
    external_id = _find_external_id(raw)
    found = find_identity_numbers(raw)
    if found is not None:
        return found, external_id
    try:
        return ServiceHoursItem.model_validate(raw), external_id
    except ValidationError as error:
        faults = [{**fault, "loc": ("body", *fault["loc"])} for fault in error.errors(include_url=False)]
        return validation_problem(faults, shape=ServiceHoursItem), external_id


def _find_external_id(raw: object) -> str | None:
    """The item's external id, if it is one and does not contain an identity number."""
    sent = raw.get("external_id") if isinstance(raw, dict) else None
    try:
        value = _EXTERNAL_ID.validate_python(sent)
    except ValidationError:
        return None
    return None if contains_identity_number(value, relaxed=True) else value


def _row_as_json(cells: dict[str, str] | Problem) -> dict[str, Any] | Problem:
    """A CSV row as the JSON item it stands for: an empty cell is left out, a decimal comma is a point."""
    if isinstance(cells, Problem):
        return cells
    item: dict[str, Any] = {name: cell for name, cell in cells.items() if cell}
    for name in ("from", "to", "assessed_on"):
        if name in item:
            item[name] = read_day(item[name])
    for name in ("assessed_hours", "decided_hours", "delivered_hours"):
        if name in item:
            item[name] = item[name].replace(",", ".")
    if "revision" in item:
        item["revision"] = read_integer(item["revision"])
    item["cancelled"] = read_boolean(cells.get("cancelled", ""))
    return item
