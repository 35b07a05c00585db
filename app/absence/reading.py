"""The batch's body, read piece by piece: JSON, NDJSON or CSV, up to 10 000 items.

The loop is given back after every slice of items, so that others do not wait for a large push. Of NDJSON and CSV no
more than a piece of the body is held at a time. What is wrong with the whole body is a problem; what is wrong with one
item is that item's `Fault`, and the next one is read.
"""

import asyncio
import csv
import re
from collections.abc import AsyncIterator

from fastapi import Request

from app.absence.items import Fault, Item, ItemReader
from app.absence.models import AbsenceItem
from app.absence.problems import TOO_MANY
from app.http.errors import STRICT_JSON, json_fault, malformed, parse_strictly
from app.http.negotiation import CSV, NDJSON
from app.http.problems import VALIDATION

MOST_ITEMS = 10_000
BYTES = 16 * 1024 * 1024
# No well-formed item is longer; a line without an end must not fill the memory.
LONGEST_LINE = 16 * 1024
# Some two milliseconds of work.
SLICE = 200

COLUMNS = tuple(field.alias or name for name, field in AbsenceItem.model_fields.items())
_REQUIRED = ("external_id", "revision", "placement_id", "kind", "from", "to")

_BEGINNING = re.compile(r'[ \t\n\r]*\{[ \t\n\r]*"items"[ \t\n\r]*:[ \t\n\r]*\[[ \t\n\r]*')
_COMMA = re.compile(r"[ \t\n\r]*,[ \t\n\r]*")
_END = re.compile(r"[ \t\n\r]*\][ \t\n\r]*\}[ \t\n\r]*\Z")
_NORWEGIAN_DAY = re.compile(r"([0-9]{2})\.([0-9]{2})\.([0-9]{4})", re.ASCII)
_WHOLE = re.compile(r"0|[1-9][0-9]{0,9}", re.ASCII)
_BLANK = b" \t\r"
_BLANK_TEXT = " \t\r"
_OPEN_QUOTATION = "har ei sitering som ikkje sluttar"

Read = Item | Fault


async def read_items(request: Request, sent_as: str, reader: ItemReader) -> list[Read]:
    """Every item of the body, in its order. Raises 413 and 422 problems for the body as a whole."""
    if sent_as == NDJSON:
        return await _read_lines(request, reader)
    if sent_as == CSV:
        return await _read_csv(request, reader)
    return await _read_json(await request.body(), reader)


class _Collector:
    """The items so far; gives the loop back after every slice."""

    def __init__(self) -> None:
        self.items: list[Read] = []

    async def add(self, item: Read) -> None:
        if len(self.items) >= MOST_ITEMS:
            raise TOO_MANY()
        self.items.append(item)
        if len(self.items) % SLICE == 0:
            await asyncio.sleep(0)

    @property
    def index(self) -> int:
        return len(self.items)


async def _read_json(body: bytes, reader: ItemReader) -> list[Read]:
    """`{"items": […]}`, each item parsed when its turn comes, so that no parse is long."""
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise malformed(error) from None
    begun = _BEGINNING.match(text)
    if begun is None:
        return await _read_parsed(_items_of(parse_strictly(body)), reader)
    found = _Collector()
    position = begun.end()
    if not text.startswith("]", position):
        while True:
            try:
                value, position = STRICT_JSON.raw_decode(text, position)
            except (ValueError, RecursionError) as error:
                raise malformed(error) from None
            await found.add(reader.read(value, found.index))
            comma = _COMMA.match(text, position)
            if comma is None:
                break
            position = comma.end()
    if _END.match(text, position) is None:
        # Something else stands beside the items, or the end is missing: have it said exactly.
        _items_of(parse_strictly(body))
        raise malformed(StopIteration())
    return found.items


async def _read_parsed(values: list[object], reader: ItemReader) -> list[Read]:
    found = _Collector()
    for value in values:
        await found.add(reader.read(value, found.index))
    return found.items


def _items_of(body: object) -> list[object]:
    """The list of an unusually written but valid body. Raises a 422 that points at what is wrong."""
    if not isinstance(body, dict):
        raise VALIDATION("Innhaldet må vere eit objekt med «items».", pointer="#")
    if set(body) - {"items"}:
        raise VALIDATION("Innhaldet har eit ukjent felt.", pointer="#")
    items = body.get("items")
    if not isinstance(items, list):
        raise VALIDATION("items: må vere ei liste.", pointer="#/items")
    return items


async def _read_lines(request: Request, reader: ItemReader) -> list[Read]:
    """NDJSON: an item a line; blank lines are none."""
    found = _Collector()
    async for line in _lines(request):
        if line is None:
            await found.add(_line_fault(found, "er for lang"))
        elif line.strip(_BLANK):
            try:
                value = _value_of(line.decode())
            except (ValueError, RecursionError) as error:
                await found.add(_line_fault(found, json_fault(error)))
            else:
                await found.add(reader.read(value, found.index))
    return found.items


def _value_of(line: str) -> object:
    value, end = STRICT_JSON.raw_decode(line, len(line) - len(line.lstrip(_BLANK_TEXT)))
    if line[end:].strip(_BLANK_TEXT):
        raise ValueError("something follows the value")
    return value


async def _lines(request: Request) -> AsyncIterator[bytes | None]:
    """The body's lines without their ends; None for one that is too long."""
    rest = b""
    skipping = False
    async for chunk in request.stream():
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            if skipping:
                skipping = False
            else:
                yield line if len(line) <= LONGEST_LINE else None
        if len(rest) > LONGEST_LINE:
            if not skipping:
                yield None
            skipping, rest = True, b""
        await asyncio.sleep(0)
    if not skipping and rest:
        yield rest if len(rest) <= LONGEST_LINE else None


def _line_fault(found: _Collector, reason: str) -> Fault:
    return Fault(None, VALIDATION(f"Linja {reason}.", pointer=f"#/items/{found.index}"))


async def _read_csv(request: Request, reader: ItemReader) -> list[Read]:
    """CSV (RFC 4180) with a header row; `;` or `,` between, UTF-8 with or without BOM, days also as dd.mm.yyyy."""
    found = _Collector()
    delimiter = ""
    names: list[str] = []
    async for record, fault in _records(request):
        if not fault:
            try:
                row = next(csv.reader([record], delimiter=delimiter or _delimiter(record), strict=True))
            except (csv.Error, StopIteration):
                fault = "er ikkje gyldig CSV"
            else:
                if not delimiter:
                    delimiter, names = _delimiter(record), _names(row)
                    continue
                if len(row) == len(names):
                    await found.add(reader.read(_item(names, row), found.index))
                    continue
                fault = "har ikkje like mange felt som overskrifta"
        if not delimiter:
            raise VALIDATION(f"Overskrifta {fault}.", pointer="#")
        await found.add(_line_fault(found, fault))
    if not delimiter:
        raise VALIDATION("Fila manglar overskrift.", pointer="#")
    return found.items


async def _records(request: Request) -> AsyncIterator[tuple[str, str]]:
    """CSV records, each with what is wrong with it: lines, joined while a quotation is open."""
    pending = ""
    encoding = "utf-8-sig"
    async for line in _lines(request):
        if line is None:
            yield "", "er for lang"
            pending = ""
        elif pending or line.strip(_BLANK):
            try:
                text = line.decode(encoding).removesuffix("\r")
            except UnicodeDecodeError:
                yield "", "er ikkje UTF-8"
                pending = ""
            else:
                pending = f"{pending}\n{text}" if pending else text
                if pending.count('"') % 2 == 0:
                    yield pending, ""
                    pending = ""
                elif len(pending) > LONGEST_LINE:
                    yield "", _OPEN_QUOTATION
                    pending = ""
        encoding = "utf-8"
    if pending:
        yield "", _OPEN_QUOTATION


def _delimiter(header: str) -> str:
    return ";" if header.count(";") > header.count(",") else ","


def _names(header: list[str]) -> list[str]:
    names = [name.strip() for name in header]
    missing = [name for name in _REQUIRED if name not in names]
    if missing:
        raise VALIDATION(f"Overskrifta manglar {', '.join(missing)}.", pointer="#")
    if not set(COLUMNS).issuperset(names) or len(set(names)) < len(names):
        raise VALIDATION(f"Overskrifta kan ha {', '.join(COLUMNS)}, kvar ein gong.", pointer="#")
    return names


def _item(names: list[str], row: list[str]) -> dict[str, object]:
    """A CSV row as the JSON item it stands for; what has no such form stays text, and is refused as that."""
    item: dict[str, object] = {"percent": 100, "note": None, "cancelled": False}
    for name, cell in zip(names, row, strict=True):
        if cell == "" and name not in _REQUIRED:
            continue
        if name in ("from", "to"):
            item[name] = _NORWEGIAN_DAY.sub(r"\3-\2-\1", cell) if len(cell) == 10 else cell
        elif name in ("revision", "percent"):
            item[name] = int(cell) if _WHOLE.fullmatch(cell) else cell
        elif name == "cancelled":
            item[name] = {"true": True, "false": False}.get(cell.lower(), cell)
        else:
            item[name] = cell
    return item
