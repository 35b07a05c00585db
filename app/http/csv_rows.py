"""CSV as other systems push it: a header row, then an item a line.

A cell never spans lines: RFC 4180 lets a quoted one do so, and then one stray quotation mark takes the rows after it.
Here each line is read by itself, so that whatever stands in it costs that row alone.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from app.http.problems import VALIDATION, Problem

_NORWEGIAN_DAY = re.compile(r"[0-9]{2}\.[0-9]{2}\.[0-9]{4}", re.ASCII)
# The last two as Norwegian spreadsheets write them.
_BOOLEANS = {"": False, "false": False, "true": True, "usann": False, "sann": True}
_INTEGER = re.compile(r"0|[1-9][0-9]{0,9}", re.ASCII)
# How Excel writes and takes which separator follows.
_SEPARATOR_LINE = re.compile(r"sep=([,;\t])\n?", re.IGNORECASE)
# What "surrogateescape" makes of bytes that the encoding has no character for.
_UNDECODED = re.compile("[\udc80-\udcff]")
# What a spreadsheet writes for a row without content.
_SEPARATORS = " \t\r\n;,"
# How ZIP (as XLSX is), spreadsheets of the older kind, and gzip begin.
_OTHER_FILES = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\x1f\x8b")


def read_csv_rows(body: bytes, columns: Sequence[str], required: Sequence[str]) -> Iterator[dict[str, str] | Problem]:
    """Each row by the header's names, or why it is none. CSV with `;`, `,` or a tabulator between, as its first line
    says (`sep=;`) or else its header; UTF-8 with or without BOM, UTF-16 with one (Excel's «Unicode text») or
    Windows-1252.

    Lines of white space and separators alone are none, and neither are columns without a name and content at the end,
    as spreadsheets write them. Raises `VALIDATION` for what is no such file, for a header that is none, and where no
    row follows it.
    """
    text = _open_text(body)
    lines = (line for line in text if line.strip(_SEPARATORS))
    header = next(lines, None)
    separator = header and _SEPARATOR_LINE.fullmatch(header)
    if separator:
        header = next(lines, None)
    if header is None:
        raise VALIDATION("Fila manglar overskrift.", pointer="#")
    delimiter = separator[1] if separator else max((",", ";", "\t"), key=header.count)
    names, width = _read_header(header, delimiter, columns, required)
    named = len(names)
    index = -1
    for index, line in enumerate(lines):
        if not line.isascii() and _UNDECODED.search(line):
            yield _row_fault(index, "har teikn som ikkje er UTF-8; lagre fila som «CSV UTF-8»")
            continue
        try:
            row = _read_cells(line, delimiter)
        except csv.Error:
            yield _row_fault(index, _explain_fault(line))
            continue
        if len(row) != width:
            cells = "éi celle" if len(row) == 1 else f"{len(row)} celler"
            yield _row_fault(index, f"har {cells}, og overskrifta {width}")
        elif width > named and any(map(str.strip, row[named:])):
            yield _row_fault(index, "har noko i ei kolonne som ikkje har noko namn")
        else:
            yield dict(zip(names, row[:named], strict=True))
    if index < 0:
        raise VALIDATION("Fila har inga rad under overskrifta.", pointer="#")


def number_lines(body: bytes) -> list[int]:
    """The number in the file, from 1, of the line of each row that `read_csv_rows` answers."""
    lines = [(number, line) for number, line in enumerate(_open_text(body), 1) if line.strip(_SEPARATORS)]
    heads = 2 if lines and _SEPARATOR_LINE.fullmatch(lines[0][1]) else 1
    return [number for number, _ in lines[heads:]]


def _open_text(body: bytes) -> io.TextIOWrapper:
    """The file's lines, each with what its encoding does not have as it came. Raises `VALIDATION` for no such file."""
    if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        body = _reencode_utf16(body)
    if b"\0" in body[:2]:
        raise VALIDATION("Fila er UTF-16 utan merke for det. Lagre ho som «CSV UTF-8».", pointer="#")
    if body.startswith(_OTHER_FILES):
        raise VALIDATION("Fila er eit rekneark, eller ho er pakka. Lagre ho som «CSV UTF-8».", pointer="#")
    return io.TextIOWrapper(
        io.BytesIO(body.removeprefix(codecs.BOM_UTF8)), recognise_encoding(body), errors="surrogateescape"
    )


def recognise_encoding(body: bytes) -> Literal["utf-8", "cp1252"]:
    """Windows-1252, as Norwegian Excel writes «CSV», where something is no UTF-8 and no line with æ, ø or å is.

    A file has one encoding: in one that is UTF-8 elsewhere, a line that is not costs itself alone.
    """
    if body.isascii() or body.startswith(codecs.BOM_UTF8) or _is_utf8(body):
        return "utf-8"
    lines = io.BytesIO(body)
    return "utf-8" if any(not line.isascii() and _is_utf8(line) for line in lines) else "cp1252"


def _reencode_utf16(body: bytes) -> bytes:
    """As UTF-8. Raises `VALIDATION`."""
    try:
        return body.decode("utf-16").encode()
    except UnicodeDecodeError:
        raise VALIDATION("Fila er UTF-16, og skadd. Lagre ho som «CSV UTF-8».", pointer="#") from None


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


def _read_cells(line: str, delimiter: str) -> list[str]:
    """The cells of one line (RFC 4180). Raises `csv.Error`, also where a quotation does not end in it."""
    return next(csv.reader([line], delimiter=delimiter, strict=True))


def _read_header(line: str, delimiter: str, columns: Sequence[str], required: Sequence[str]) -> tuple[list[str], int]:
    """The columns' names, and how many columns there are with those at the end that have none. Raises `VALIDATION`."""
    try:
        names = [name.strip() for name in _read_cells(line, delimiter)]
    except csv.Error:
        raise VALIDATION("Overskrifta er ikkje gyldig CSV.", pointer="#") from None
    width = len(names)
    while names and not names[-1]:
        names.pop()
    missing = [name for name in required if name not in names]
    if missing:
        raise VALIDATION(f"Overskrifta manglar {_quote(missing)}.", pointer="#")
    if not set(columns).issuperset(names) or len(set(names)) < len(names):
        raise VALIDATION(f"Overskrifta kan ha {_quote(columns)}, kvar ein gong.", pointer="#")
    return names, width


def _quote(names: Iterable[str]) -> str:
    return ", ".join(f"«{name}»" for name in names)


def _row_fault(index: int, reason: str) -> Problem:
    return VALIDATION(f"Linja {reason}.", pointer=f"#/items/{index}")


def _explain_fault(line: str) -> str:
    if len(line) > csv.field_size_limit():
        return "er for lang"
    if line.count('"') % 2:
        return "har eit hermeteikn som ikkje vert avslutta; ei celle kan ikkje gå over fleire linjer"
    return "er ikkje gyldig CSV: skriv hermeteikn inne i ei celle dobbelt"


def read_day(cell: str) -> str:
    """A day as JSON has it: `dd.mm.yyyy` is turned round, anything else stays as it is."""
    return f"{cell[6:]}-{cell[3:5]}-{cell[:2]}" if _NORWEGIAN_DAY.fullmatch(cell) else cell


def read_integer(cell: str) -> int | str:
    """A whole number; what is none stays text, and is refused as that."""
    return int(cell) if _INTEGER.fullmatch(cell) else cell


def read_boolean(cell: str) -> bool | str:
    """`true`, `false`, or nothing, which is false; anything else stays text, and is refused as that."""
    return _BOOLEANS.get(cell.lower(), cell)
