"""The batch's body: JSON, NDJSON or CSV, up to 10 000 items.

What is wrong with the whole body is a problem; what is wrong with one item is that item's `Fault`, and the next one is
read. The loop is given back after every slice of items, so that others do not wait for a large push.
"""

import asyncio
import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import Any

import msgspec
from msgspec.structs import fields

from app.absence.items import Fault, read_item, read_json_item
from app.absence.problems import TOO_MANY
from app.absence.schemas import AbsenceItem
from app.http.content_negotiation import CSV, JSON, NDJSON
from app.http.problems import VALIDATION
from app.http.schemas import Shape
from app.http.strict_json import malformed_body, parse_strictly
from app.http.validation import validation_problem

MAX_ITEMS = 10_000
MAX_BYTES = 16 * 1024 * 1024
# Less than a millisecond of work; ten where every item is at fault.
_SLICE = 200

COLUMNS = tuple(field.encode_name for field in fields(AbsenceItem))
_REQUIRED = tuple(field.encode_name for field in fields(AbsenceItem) if field.required)

_NORWEGIAN_DAY = re.compile(r"[0-9]{2}\.[0-9]{2}\.[0-9]{4}", re.ASCII)
_BOOLEANS = {"": False, "false": False, "true": True}
_INTEGER = re.compile(r"0|[1-9][0-9]{0,9}", re.ASCII)
_BLANK = b" \t\r\n"


async def read_items(body: bytes, content_type: str, *, relaxed: bool) -> list[AbsenceItem | Fault]:
    """Every item of the body, in its order. Raises 413 and 422 problems for the body as a whole.

    Args:
        relaxed: as `read_json_item` has it.
    """
    found = _READERS[content_type](body, relaxed)
    items: list[AbsenceItem | Fault] = []
    while part := list(islice(found, _SLICE)):
        items += part
        if len(items) > MAX_ITEMS:
            raise TOO_MANY()
        await asyncio.sleep(0)
    return items


class _Batch(msgspec.Struct):
    """The body in JSON, with the text of its items."""

    items: msgspec.Raw


_BATCH = msgspec.json.Decoder(_Batch)
_TEXTS = msgspec.json.Decoder(list[msgspec.Raw])


def _read_json(body: bytes, relaxed: bool) -> Iterator[AbsenceItem | Fault]:
    """`{"items": […]}`. Raises a 422 that points at everything that is wrong around the items."""
    try:
        body.decode()
        items = bytes(_BATCH.decode(body).items)
        texts = _TEXTS.decode(items)
    except (ValueError, RecursionError):
        _require_items_only(parse_strictly(body))
        raise malformed_body(StopIteration()) from None
    # What is around the items is read strictly, as any other body.
    start = body.rindex(items)
    _require_items_only(parse_strictly(body[:start] + b"[]" + body[start + len(items) :]))
    for index, text in enumerate(texts):
        yield read_json_item(text, index, relaxed=relaxed)


class _ItemsOnly(Shape):
    """A batch's whole body in JSON."""

    items: list[Any]


def _require_items_only(batch: object) -> None:
    if not isinstance(batch, dict):
        raise VALIDATION("Innhaldet må vere eit objekt med «items».", pointer="#")
    items = batch.get("items")
    wrong = [] if isinstance(items, list) else [("list_type" if "items" in batch else "missing", "items")]
    wrong += [("extra_forbidden", name) for name in batch if name != "items"]
    if wrong:
        raise validation_problem([{"type": kind, "loc": ("body", name)} for kind, name in wrong], shape=_ItemsOnly)


def _read_ndjson(body: bytes, relaxed: bool) -> Iterator[AbsenceItem | Fault]:
    """An item a line; blank lines are none."""
    lines = (line for line in io.BytesIO(body) if line.strip(_BLANK))
    for index, line in enumerate(lines):
        yield read_json_item(line, index, relaxed=relaxed)


def _read_csv(body: bytes, relaxed: bool) -> Iterator[AbsenceItem | Fault]:
    """CSV (RFC 4180) with a header row; `;` or `,` between, UTF-8 with or without BOM, days also as dd.mm.yyyy."""
    # What is no UTF-8 becomes unpaired surrogates, which no field accepts: it costs its row and not the file.
    lines = (line.decode("utf-8", "surrogateescape") for line in io.BytesIO(body.removeprefix(codecs.BOM_UTF8)))
    header = next((line for line in lines if line.strip()), None)
    if header is None:
        raise VALIDATION("Fila manglar overskrift.", pointer="#")
    delimiter = ";" if header.count(";") > header.count(",") else ","
    rows = _rows(csv.reader(chain([header], lines), delimiter=delimiter, strict=True))
    names = _check_header(next(rows))
    for index, row in enumerate(rows):
        if row is None:
            yield _row_fault(index, "er ikkje gyldig CSV")
        elif len(row) != len(names):
            yield _row_fault(index, "har ikkje like mange felt som overskrifta")
        else:
            yield read_item(_row_as_json(dict(zip(names, row, strict=True))), index, relaxed=relaxed)


def _row_fault(index: int, reason: str) -> Fault:
    return Fault(None, VALIDATION(f"Linja {reason}.", pointer=f"#/items/{index}"))


def _rows(reader: Iterator[list[str]]) -> Iterator[list[str] | None]:
    """The cells of each record, None for one that is no CSV; blank lines are none."""
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield None
            continue
        if row and (len(row) > 1 or row[0].strip()):
            yield row


def _check_header(header: list[str] | None) -> list[str]:
    """The columns' names. Raises `VALIDATION`."""
    if header is None:
        raise VALIDATION("Overskrifta er ikkje gyldig CSV.", pointer="#")
    names = [name.strip() for name in header]
    missing = [name for name in _REQUIRED if name not in names]
    if missing:
        raise VALIDATION(f"Overskrifta manglar {_quote(missing)}.", pointer="#")
    if not set(COLUMNS).issuperset(names) or len(set(names)) < len(names):
        raise VALIDATION(f"Overskrifta kan ha {_quote(COLUMNS)}, kvar ein gong.", pointer="#")
    return names


def _quote(names: Iterable[str]) -> str:
    return ", ".join(f"«{name}»" for name in names)


def _row_as_json(cells: dict[str, str]) -> dict[str, Any]:
    """A CSV row as the JSON item it stands for; what has no such form stays text, and is refused as that."""
    item: dict[str, Any] = {**cells}
    for name in ("from", "to"):
        day = cells[name]
        if _NORWEGIAN_DAY.fullmatch(day):
            item[name] = f"{day[6:]}-{day[3:5]}-{day[:2]}"
    for name in ("revision", "percent"):
        number = cells.get(name, "")
        if _INTEGER.fullmatch(number):
            item[name] = int(number)
    if not cells.get("percent"):
        item["percent"] = 100
    item["note"] = cells.get("note") or None
    cancelled = cells.get("cancelled", "")
    item["cancelled"] = _BOOLEANS.get(cancelled.lower(), cancelled)
    if cells.get("provider_id") == "":
        del item["provider_id"]
    return item


_READERS = {JSON: _read_json, NDJSON: _read_ndjson, CSV: _read_csv}
