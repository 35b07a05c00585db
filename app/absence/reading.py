"""The batch's body: JSON, NDJSON or CSV, up to 10 000 items.

What is wrong with the whole body is a problem; what is wrong with one item is that item's `Fault`, and the next one is
read. The loop is given back after every slice of items, so that others do not wait for a large push.
"""

import asyncio
import codecs
import io
from collections.abc import Iterator
from itertools import islice

import msgspec

from app.absence.csv_rows import read_csv
from app.absence.items import Fault, read_json_item
from app.absence.problems import TOO_MANY
from app.absence.schemas import AbsenceItem
from app.http.batches import require_items
from app.http.content_negotiation import CSV, JSON, NDJSON
from app.http.problems import VALIDATION
from app.http.strict_json import malformed_body, parse_strictly

MAX_ITEMS = 10_000
MAX_BYTES = 16 * 1024 * 1024
# A quarter of a millisecond of work; some three where every item is at fault.
_SLICE = 50

_BLANK = b" \t\r\n"


async def read_items(body: bytes, content_type: str, *, relaxed: bool) -> list[AbsenceItem | Fault]:
    """Every item of the body, in its order. Raises 413 and 422 problems for the body as a whole.

    Args:
        relaxed: as `read_json_item` has it.
    """
    found = _READERS[content_type](body, relaxed)
    items: list[AbsenceItem | Fault] = []
    await asyncio.sleep(0)
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
        require_items(parse_strictly(body))
        raise malformed_body(StopIteration()) from None
    # What is around the items is read strictly, as any other body.
    start = body.rindex(items)
    require_items(parse_strictly(body[:start] + b"[]" + body[start + len(items) :]))
    for index, text in enumerate(texts):
        yield read_json_item(text, index, relaxed=relaxed)


def _read_ndjson(body: bytes, relaxed: bool) -> Iterator[AbsenceItem | Fault]:
    """An item a line; blank lines are none. Raises `VALIDATION` where no line is left."""
    lines = (line for line in io.BytesIO(body.removeprefix(codecs.BOM_UTF8)) if line.strip(_BLANK))
    index = -1
    for index, line in enumerate(lines):
        yield read_json_item(line, index, relaxed=relaxed)
    if index < 0:
        raise VALIDATION("Fila har inga linje.", pointer="#")


_READERS = {JSON: _read_json, NDJSON: _read_ndjson, CSV: read_csv}
