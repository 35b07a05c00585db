"""CSV files of absences as the world sends them, and what becomes of their rows: the service's reader and
`scripts/push_absences.py` are held to the same table.
"""

import codecs
import gzip
import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field

HEADER = "external_id;revision;placement_id;kind;from;to;percent;note;cancelled"
CREATED, REJECTED = "created", "rejected"


def row(number: int, note: str = "", **changes: str) -> str:
    """A line as a system writes it, on a day of its own; `{place}` is its placement."""
    cells = {
        "external_id": f"F-{number}",
        "revision": "1",
        "placement_id": "{place}",
        "kind": "sick",
        "from": f"2022-10-{number:02}",
        "to": f"2022-10-{number:02}",
        "percent": "100",
        "note": note,
        "cancelled": "false",
    }
    return ";".join((cells | changes).values())


@dataclass(frozen=True)
class CsvCase:
    """A file of `lines`, and what becomes of each line that is a row; `lines[0]` is the header."""

    name: str
    lines: list[str]
    outcomes: list[str]
    rejected_lines: list[int] = field(default_factory=list)
    """Their numbers in the file, from 1."""
    says: str = ""
    """Stands in what is said of what is refused."""
    encode: Callable[[str], bytes] = str.encode
    line_end: str = "\r\n"

    @property
    def rejected(self) -> int:
        return len(self.rejected_lines)

    def body(self, placement_id: str, ids: str = "F-") -> bytes:
        """The file for this place, whose external ids begin so."""
        return self.encode(self.line_end.join(self.lines).replace("{place}", placement_id).replace("F-", ids))


def latin(text: str) -> bytes:
    """Windows-1252, as Norwegian Excel writes «CSV (semikolondelt)»."""
    return text.encode("cp1252")


def tabbed(line: str, separator: str = "\t") -> str:
    """With this between the cells, of which the note alone may have a `;`."""
    cells = line.split(";")
    return separator.join([*cells[:7], ";".join(cells[7:-1]), cells[-1]])


def big_endian(text: str) -> bytes:
    return codecs.BOM_UTF16_BE + text.encode("utf-16-be")


def zipped(text: str) -> bytes:
    """As a part of a ZIP file, which XLSX is."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        file.writestr("xl/worksheets/sheet1.xml", text)
    return content.getvalue()


def with_damage(text: str) -> bytes:
    """UTF-8, but for what stands as `¤`: a byte that is none there."""
    return text.encode().replace("¤".encode(), b"\xf8")


GOOD = [row(3), row(4), row(5)]
ROWS = [
    CsvCase("plain", [HEADER, *GOOD, ""], [CREATED] * 3),
    CsvCase("line feeds", [HEADER, *GOOD], [CREATED] * 3, line_end="\n"),
    CsvCase("carriage returns", [HEADER, *GOOD], [CREATED] * 3, line_end="\r"),
    CsvCase("byte order mark", [HEADER, *GOOD], [CREATED] * 3, encode=lambda text: codecs.BOM_UTF8 + text.encode()),
    CsvCase("blanks in the header", [HEADER.replace(";", " ; "), *GOOD], [CREATED] * 3),
    CsvCase("rows of separators", [";;", HEADER, GOOD[0], ";;;;;;;;", " ", ",,", GOOD[1], "   ", ";"], [CREATED] * 2),
    CsvCase("Norwegian days", [HEADER, row(3, **{"from": "03.10.2022", "to": "03.10.2022"})], [CREATED]),
    CsvCase("defaults", [HEADER, row(3, percent="", cancelled="")], [CREATED]),
    CsvCase("quoted separator and doubled quotation marks", [HEADER, row(3, '"sjuk; ""influensa"""')], [CREATED]),
    CsvCase("quotation mark in an unquoted cell", [HEADER, row(3, '5" skrue'), *GOOD[1:]], [CREATED] * 3),
    CsvCase(
        "quotation mark after a quoted cell",
        [HEADER, GOOD[0], row(4, '"5" skrue"'), GOOD[2]],
        [CREATED, REJECTED, CREATED],
        [3],
        "hermeteikn",
    ),
    CsvCase(
        "doubled quotation mark that is missing",
        [HEADER, GOOD[0], row(4, '"5" og 6" skrue"'), GOOD[2]],
        [CREATED, REJECTED, CREATED],
        [3],
        "hermeteikn",
    ),
    CsvCase(
        "quotation that never ends",
        [HEADER, row(3, '"open'), *GOOD[1:]],
        [REJECTED, CREATED, CREATED],
        [2],
        "ei celle kan ikkje gå over fleire linjer",
    ),
    CsvCase(
        "quoted line break",
        [HEADER, row(3, '"to\nlinjer"'), *GOOD[1:]],
        [REJECTED, REJECTED, CREATED, CREATED],
        [2, 3],
        "Linja har",
    ),
    CsvCase("only a quotation mark", [HEADER, '"', *GOOD], [REJECTED, *[CREATED] * 3], [2], "hermeteikn"),
    CsvCase(
        "another number of cells",
        [HEADER, "a;b", GOOD[0] + ";x", GOOD[1]],
        [REJECTED, REJECTED, CREATED],
        [2, 3],
        "og overskrifta 9",
    ),
    CsvCase("fault in a cell", [HEADER, row(3, kind="vacation"), *GOOD[1:]], [REJECTED, CREATED, CREATED], [2]),
    CsvCase(
        "very long cell", [HEADER, row(3, "x" * 200_000), *GOOD[1:]], [REJECTED, CREATED, CREATED], [2], "er for lang"
    ),
    CsvCase(
        "columns without a name",
        [f"{HEADER};;", f"{GOOD[0]};;", f"{GOOD[1]};x;", f"{GOOD[2]}; ;", ";" * 10],
        [CREATED, REJECTED, CREATED],
        [3],
        "ikkje har noko namn",
    ),
    CsvCase(
        "truth values of a Norwegian spreadsheet",
        [HEADER, row(3, cancelled="USANN"), row(4, cancelled="SANN")],
        [CREATED, "cancelled"],
    ),
    CsvCase("NUL", [HEADER, row(3, "a\x00b"), *GOOD[1:]], [REJECTED, CREATED, CREATED], [2]),
    CsvCase("Windows-1252", [HEADER, row(3, "«sjølv» – på veg"), row(4, "Åse")], [CREATED] * 2, encode=latin),
    CsvCase(
        "no character of Windows-1252",
        [HEADER, row(3, "sjølv"), row(4, "¤"), row(5)],
        [CREATED, REJECTED, CREATED],
        [3],
        "UTF-8",
        encode=lambda text: latin(text).replace(b"\xa4", b"\x81"),
    ),
    CsvCase("Excel's line with the separator", ["sep=;", HEADER, *GOOD], [CREATED] * 3),
    CsvCase(
        "a separator that the header has less of",
        ["SEP=,", tabbed(HEADER, ","), tabbed(row(3), ","), row(4)],
        [CREATED, REJECTED],
        [4],
        "celle",
    ),
    CsvCase("tabulators", [tabbed(HEADER), tabbed(row(3, "ringde; kjem, truleg")), ""], [CREATED]),
    CsvCase(
        "Excel's «Unicode text»",
        [tabbed(HEADER), tabbed(row(3, "sjølv 🙂"))],
        [CREATED],
        encode=lambda text: text.encode("utf-16"),
    ),
    CsvCase("UTF-16 with the high byte first", [HEADER, GOOD[0]], [CREATED], encode=big_endian),
    CsvCase(
        "one damaged line of UTF-8",
        [HEADER, row(3, "sjølv"), row(4, "sj¤lv"), row(5)],
        [CREATED, REJECTED, CREATED],
        [3],
        "UTF-8",
        encode=with_damage,
    ),
]

WITHOUT_ROWS = [
    CsvCase("nothing", [], [], says="overskrift"),
    CsvCase("blank lines", ["", ";;", " "], [], says="overskrift"),
    CsvCase("a header only", [HEADER, ""], [], says="rad"),
    CsvCase("a header and rows of separators", [HEADER, ";;;;;;;;", ""], [], says="rad"),
    CsvCase("UTF-16, damaged", [HEADER, GOOD[0]], [], says="UTF-16", encode=lambda text: text.encode("utf-16") + b"x"),
    CsvCase("a separator alone", ["sep=;"], [], says="overskrift"),
    CsvCase("a separator and a header", ["sep=;", HEADER], [], says="rad"),
    CsvCase("a separator that is none", ["sep=|", HEADER.replace(";", "|"), GOOD[0]], [], says="manglar"),
    CsvCase(
        "UTF-16 without a mark", [HEADER, GOOD[0]], [], says="UTF-16", encode=lambda text: text.encode("utf-16-be")
    ),
    CsvCase("gzip", [HEADER, GOOD[0]], [], says="pakka", encode=lambda text: gzip.compress(text.encode())),
    CsvCase("XLSX", [HEADER, GOOD[0]], [], says="rekneark", encode=zipped),
]
