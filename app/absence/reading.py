"""The batch's body, read piece by piece: JSON, NDJSON or CSV, up to 10 000 items.

The loop is given back after every slice of items, so that others do not wait for a large push. Of NDJSON and CSV no
more than a piece of the body is held at a time. What is wrong with the whole body is a problem; what is wrong with one
item is that item's `Fault`, and the next one is read.
"""

import asyncio
import csv
import re
from collections.abc import AsyncIterator
from typing import cast

import msgspec

from app.absence.items import Fault, Item, ItemReader
from app.absence.problems import TOO_MANY
from app.absence.schemas import AbsenceItem
from app.http.content_negotiation import CSV, NDJSON
from app.http.exception_handlers import STRICT_JSON, json_fault, malformed, parse_strictly, validation_problem
from app.http.problems import VALIDATION

MOST_ITEMS = 10_000
BYTES = 16 * 1024 * 1024
# No well-formed item is longer; a line without an end must not fill the memory.
LONGEST_LINE = 16 * 1024
# Some two milliseconds of work.
SLICE = 200

COLUMNS = tuple(field.alias or name for name, field in AbsenceItem.model_fields.items())
_REQUIRED = ("external_id", "revision", "placement_id", "kind", "from", "to")

_BEGINNING = re.compile(rb'[ \t\n\r]*\{[ \t\n\r]*"items"[ \t\n\r]*:[ \t\n\r]*(\[)[ \t\n\r]*')
_END = re.compile(rb"(\])[ \t\n\r]*\}[ \t\n\r]*\Z")
_LONGEST_END = 100
_APART = msgspec.json.Decoder(list[msgspec.Raw])
_COMMA = re.compile(r"[ \t\n\r]*,[ \t\n\r]*")
_REST = re.compile(r"[ \t\n\r]*\][ \t\n\r]*\}[ \t\n\r]*\Z")
_NORWEGIAN_DAY = re.compile(r"[0-9]{2}\.[0-9]{2}\.[0-9]{4}", re.ASCII)
_TRUTH = {"": False, "false": False, "true": True}
_WHOLE = re.compile(r"0|[1-9][0-9]{0,9}", re.ASCII)
_BLANK = b" \t\r"
_PIECE = 65_536
_BLANK_TEXT = " \t\r"
_TOO_LONG = "er for lang"
_OPEN_QUOTATION = "har ei sitering som ikkje sluttar"

Read = Item | Fault


async def read_items(body: bytes, content_type: str, reader: ItemReader) -> list[Read]:
    """Every item of the body, in its order. Raises 413 and 422 problems for the body as a whole."""
    if content_type == NDJSON:
        return await _read_lines(body, reader)
    if content_type == CSV:
        return await _read_csv(body, reader)
    return await _read_json(body, reader)


class _Collector:
    """The items so far, each slice read when it is full."""

    def __init__(self, reader: ItemReader) -> None:
        self.items: list[Read] = []
        self._reader = reader
        self._values: list[object] = []

    async def add(self, value: object) -> None:
        """The next item's value, or its fault."""
        self._values.append(value)
        if len(self.items) + len(self._values) > MOST_ITEMS:
            raise TOO_MANY()
        if len(self._values) == SLICE:
            await self.end()

    async def add_fault(self, reason: str) -> None:
        """The next item is none, for a reason."""
        await self.add(_fault(len(self.items) + len(self._values), reason))

    async def end(self) -> list[Read]:
        """All of them."""
        self.items += self._reader.read_values(self._values, len(self.items))
        self._values.clear()
        await asyncio.sleep(0)
        return self.items


def _fault(index: int, reason: str) -> Fault:
    return Fault(None, VALIDATION(f"Linja {reason}.", pointer=f"#/items/{index}"))


async def _read_json(body: bytes, reader: ItemReader) -> list[Read]:
    """`{"items": […]}`, told apart into items at once and read a slice at a time."""
    written = _written_items(body)
    if written is None:
        return await _read_unusual_json(body, reader)
    if len(written) > MOST_ITEMS:
        raise TOO_MANY()
    items: list[Read] = []
    try:
        for start in range(0, len(written), SLICE):
            slice_ = [bytes(one) for one in written[start : start + SLICE]]
            items += reader.read_json(slice_, start, _strictly)
            await asyncio.sleep(0)
    except (ValueError, RecursionError):
        return await _read_unusual_json(body, reader)
    return items


def _written_items(body: bytes) -> list[msgspec.Raw] | None:
    """Each item as it is written; None where the body has another form, or is no JSON."""
    begun = _BEGINNING.match(body)
    ended = _END.search(body, max(len(body) - _LONGEST_END, 0))
    if begun is None or ended is None:
        return None
    try:
        return _APART.decode(memoryview(body)[begun.start(1) : ended.end(1)])
    except (ValueError, RecursionError):
        return None


def _strictly(written: bytes, index: int) -> object:
    return STRICT_JSON.decode(written.decode())


async def _read_unusual_json(body: bytes, reader: ItemReader) -> list[Read]:
    """A body with something in it that is unusual or wrong, each item parsed when its turn comes."""
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise malformed(error) from None
    found = _Collector(reader)
    begun = _BEGINNING.match(body)
    if begun is None:
        for value in _items_of(parse_strictly(body)):
            await found.add(value)
        return await found.end()
    position = begun.end()  # all ASCII so far
    if not text.startswith("]", position):
        while True:
            try:
                value, position = STRICT_JSON.raw_decode(text, position)
            except (ValueError, RecursionError) as error:
                raise malformed(error) from None
            await found.add(value)
            comma = _COMMA.match(text, position)
            if comma is None:
                break
            position = comma.end()
    if _REST.match(text, position) is None:
        # Something else stands beside the items, or the end is missing: have it said exactly.
        _items_of(parse_strictly(body))
        raise malformed(StopIteration())
    return await found.end()


def _items_of(body: object) -> list[object]:
    """The list of an unusually written but valid body. Raises a 422 that points at everything that is wrong."""
    if not isinstance(body, dict):
        raise VALIDATION("Innhaldet må vere eit objekt med «items».", pointer="#")
    items = body.get("items")
    wrong = [] if isinstance(items, list) else [("list_type" if "items" in body else "missing", "items")]
    wrong += [("extra_forbidden", name) for name in body if name != "items"]
    if wrong:
        raise validation_problem([{"type": kind, "loc": ("body", name)} for kind, name in wrong])
    return cast(list[object], items)


async def _read_lines(body: bytes, reader: ItemReader) -> list[Read]:
    """NDJSON: an item a line; blank lines are none."""
    items: list[Read] = []
    async for lines in _lines(body):
        written = [b"" if line is None else line for line in lines if line is None or line.strip(_BLANK)]
        for start in range(0, len(written), SLICE):
            items += reader.read_json(written[start : start + SLICE], len(items), _line)
            if len(items) > MOST_ITEMS:
                raise TOO_MANY()
            await asyncio.sleep(0)
    return items


def _line(written: bytes, index: int) -> object:
    """The value of a line that is strict JSON, else its fault."""
    if not written:
        return _fault(index, _TOO_LONG)
    try:
        text = written.decode()
        value, end = STRICT_JSON.raw_decode(text, len(text) - len(text.lstrip(_BLANK_TEXT)))
    except (ValueError, RecursionError) as error:
        return _fault(index, json_fault(error))
    return _fault(index, "er ikkje gyldig JSON") if text[end:].strip(_BLANK_TEXT) else value


async def _lines(body: bytes) -> AsyncIterator[list[bytes | None]]:
    """The body's lines without their ends, as many as have come; None for one that is too long."""
    rest = b""
    skipping = False
    for start in range(0, len(body), _PIECE):
        chunk = body[start : start + _PIECE]
        *whole, rest = (rest + chunk).split(b"\n")
        found: list[bytes | None] = [line if len(line) <= LONGEST_LINE else None for line in whole]
        if skipping and found:
            del found[0]
            skipping = False
        if len(rest) > LONGEST_LINE:
            if not skipping:
                found.append(None)
            skipping, rest = True, b""
        yield found
        await asyncio.sleep(0)
    if not skipping and rest:
        yield [rest]


async def _read_csv(body: bytes, reader: ItemReader) -> list[Read]:
    """CSV (RFC 4180) with a header row; `;` or `,` between, UTF-8 with or without BOM, days also as dd.mm.yyyy."""
    found = _Collector(reader)
    delimiter = ""
    names: list[str] = []
    async for records in _records(body):
        for record, fault in records:
            if not delimiter:
                delimiter = _delimiter(record)
                names = _names(_row(record, delimiter), fault)
                continue
            row = [] if fault else _row(record, delimiter)
            if len(row) == len(names):
                await found.add(_item(names, row))
            elif row:
                await found.add_fault("har ikkje like mange felt som overskrifta")
            else:
                await found.add_fault(fault or "er ikkje gyldig CSV")
    if not delimiter:
        raise VALIDATION("Fila manglar overskrift.", pointer="#")
    return await found.end()


def _row(record: str, delimiter: str) -> list[str]:
    """The record's cells; none where it is not valid CSV."""
    try:
        return next(csv.reader([record], delimiter=delimiter, strict=True), [])
    except csv.Error:
        return []


async def _records(body: bytes) -> AsyncIterator[list[tuple[str, str]]]:
    """CSV records, each with what is wrong with it: lines, joined while a quotation is open."""
    pending = ""
    encoding = "utf-8-sig"
    async for lines in _lines(body):
        found: list[tuple[str, str]] = []
        for line in lines:
            if line is None:
                found.append(("", _TOO_LONG))
                pending = ""
                continue
            if not pending and not line.strip(_BLANK):
                continue
            try:
                text = line.decode(encoding).removesuffix("\r")
            except UnicodeDecodeError:
                found.append(("", "er ikkje UTF-8"))
                pending = ""
                continue
            finally:
                encoding = "utf-8"
            pending = f"{pending}\n{text}" if pending else text
            if pending.count('"') % 2 == 0:
                found.append((pending, ""))
                pending = ""
            elif len(pending) > LONGEST_LINE:
                found.append(("", _OPEN_QUOTATION))
                pending = ""
        yield found
    if pending:
        yield [("", _OPEN_QUOTATION)]


def _delimiter(header: str) -> str:
    return ";" if header.count(";") > header.count(",") else ","


def _names(header: list[str], fault: str) -> list[str]:
    names = [name.strip() for name in header]
    if fault or not names:
        raise VALIDATION(f"Overskrifta {fault or 'er ikkje gyldig CSV'}.", pointer="#")
    missing = [name for name in _REQUIRED if name not in names]
    if missing:
        raise VALIDATION(f"Overskrifta manglar {', '.join(missing)}.", pointer="#")
    if not set(COLUMNS).issuperset(names) or len(set(names)) < len(names):
        raise VALIDATION(f"Overskrifta kan ha {', '.join(COLUMNS)}, kvar ein gong.", pointer="#")
    return names


def _item(names: list[str], row: list[str]) -> dict[str, object]:
    """A CSV row as the JSON item it stands for; what has no such form stays text, and is refused as that."""
    cells = dict(zip(names, row, strict=True))
    item: dict[str, object] = {**cells}
    for name in ("from", "to"):
        day = cells[name]
        if day[2:3] == "." and _NORWEGIAN_DAY.fullmatch(day):
            item[name] = f"{day[6:]}-{day[3:5]}-{day[:2]}"
    for name in ("revision", "percent"):
        number = cells.get(name, "")
        if _WHOLE.fullmatch(number):
            item[name] = int(number)
    if not cells.get("percent"):
        item["percent"] = 100
    item["note"] = cells.get("note") or None
    cancelled = cells.get("cancelled", "")
    item["cancelled"] = _TRUTH.get(cancelled.lower(), cancelled)
    if cells.get("provider_id") == "":
        del item["provider_id"]
    return item
