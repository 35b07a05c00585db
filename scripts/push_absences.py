"""Push a register of absences to Vekstplass: python push_absences.py [options] FILE

FILE is CSV (a header row, `;`, `,` or a tabulator between, a row a line, UTF-8, UTF-16 or Windows-1252) or NDJSON
(.ndjson or .jsonl, an item a line), with the fields external_id, revision, placement_id, kind, from, to, percent, note,
cancelled. Its lines are sent as they are, and the service says of each what it is. Push the whole register as often as
you like: what is already there is left as it is. Needs Python 3.11 and httpx, nothing else.

The address is --url or VEKSTPLASS_URL; the Maskinporten token VEKSTPLASS_TOKEN (or --token-file, read
again before every batch, so that it may be renewed meanwhile). Exit status: 0 everything accepted, 1 some rows rejected
(a table says which), 2 nothing more could be sent, or the file has no rows.
"""

import argparse
import codecs
import io
import os
import random
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

BATCH = 1_000
MOST_ROWS = 10_000
ATTEMPTS = 8
LONGEST_WAIT = 60.0
AGAIN = {408, 429, 502, 503, 504}

Result = dict[str, Any]


class PushError(Exception):
    """Why nothing more can be sent, in one sentence."""


@dataclass
class Register:
    """A file's rows as its lines, each with its number in the file, and what stands before them in every call."""

    content_type: str
    head: str
    lines: list[tuple[int, str]]

    def bodies(self, size: int) -> Iterator[tuple[bytes, list[int]]]:
        """What to send, `size` rows a call, and the rows' numbers."""
        for start in range(0, len(self.lines), size):
            part = self.lines[start : start + size]
            text = self.head + "".join(line for _, line in part)
            yield text.encode("utf-8", "surrogateescape"), [number for number, _ in part]


def read(path: Path) -> Register:
    """The file as the service reads it: blank lines are no rows. Raises PushError where it has none."""
    body = path.read_bytes()
    if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            body = body.decode("utf-16").encode()
        except UnicodeDecodeError:
            raise PushError(f"{path.name} is UTF-16, and damaged: save it as UTF-8") from None
    if b"\0" in body[:2]:
        raise PushError(f"{path.name} is UTF-16 without a mark: save it as UTF-8")
    # ZIP (as XLSX is), spreadsheets of the older kind, gzip.
    if body.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\x1f\x8b")):
        raise PushError(f"{path.name} is a spreadsheet, or packed: save it as CSV (UTF-8)")
    if path.suffix.lower() in (".ndjson", ".jsonl"):
        register = Register("application/x-ndjson", "", split(body, "utf-8", "\n", blank=" \t\r\n"))
    else:
        lines = split(body, encoding(body), None, blank=" \t\r\n;,")
        # A first line that says which separator follows, as Excel writes it, and the header.
        heads = 2 if lines and lines[0][1].lower().startswith("sep=") else 1
        head = "".join(line for _, line in lines[:heads])
        # The mark says that it is UTF-8 now.
        register = Register("text/csv", head and f"\ufeff{head}", lines[heads:])
    if not register.lines:
        raise PushError(f"{path.name} has no rows")
    return register


def split(body: bytes, encoding: str, newline: str | None, *, blank: str) -> list[tuple[int, str]]:
    """The lines that have more than `blank` characters. What the encoding does not have goes out as it came."""
    text = io.TextIOWrapper(
        io.BytesIO(body.removeprefix(codecs.BOM_UTF8)), encoding, errors="surrogateescape", newline=newline
    )
    return [(number, line.rstrip("\n") + "\n") for number, line in enumerate(text, 1) if line.strip(blank)]


def encoding(body: bytes) -> str:
    """Windows-1252 where something is no UTF-8, and no line with other letters than ASCII is."""
    lines = io.BytesIO(body)
    if body.startswith(codecs.BOM_UTF8) or is_utf8(body) or any(is_utf8(line) for line in lines if not line.isascii()):
        return "utf-8"
    return "cp1252"


def is_utf8(text: bytes) -> bool:
    """Whether it can be read as that."""
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


def push(
    client: httpx.Client, token: Callable[[], str], content_type: str, body: bytes, wait: Callable[[float], None]
) -> list[Result]:
    """The answer for each row. Broken connections and "not now" are tried again: a batch is safe to repeat.

    Raises PushError when the service refuses the call itself, or is away for too long.
    """
    problem = ""
    for attempt in range(ATTEMPTS):
        pause = min(LONGEST_WAIT, 2**attempt) * random.uniform(0.5, 1)
        try:
            answer = client.post(
                "/v1/absences/batch",
                content=body,
                headers={"Authorization": f"Bearer {token()}", "Content-Type": content_type},
            )
        except httpx.TransportError as error:
            problem = f"{type(error).__name__} at {client.base_url}"
        else:
            if answer.status_code in (200, 207):
                found: list[Result] = answer.json()["items"]
                return found
            problem = explain(answer)
            if answer.status_code not in AGAIN:
                raise PushError(problem)
            named = answer.headers.get("Retry-After", "")
            pause = max(pause, min(LONGEST_WAIT, float(named) if named.isdecimal() else 0))
        if attempt + 1 < ATTEMPTS:
            wait(pause)
    raise PushError(f"gave up after {ATTEMPTS} attempts: {problem}")


def explain(answer: httpx.Response) -> str:
    """The problem's own sentence, where there is one."""
    try:
        return f"{answer.status_code}: {answer.json()['detail']}"
    except (ValueError, KeyError, TypeError):
        return f"{answer.status_code} {answer.reason_phrase}"


def progress(done: int, rejected: int, everything: int) -> None:
    """One line that is written over, on a terminal only."""
    if sys.stderr.isatty():
        full = 30 * done // max(everything, 1)
        bar = "█" * full + "·" * (30 - full)
        end = "\n" if done == everything else ""
        print(f"\r{bar} {done}/{everything}, {rejected} rejected", end=end, file=sys.stderr, flush=True)


def table(rejected: list[tuple[int, Result]]) -> None:
    """What was rejected: the line's number in the file (from 1), its id, and why."""
    if not rejected:
        return
    rows = [("line", "external_id", "code", "why")]
    for number, result in rejected:
        problem = result["problem"]
        names = (error["pointer"].rpartition("/")[2] for error in problem.get("errors", ()))
        fields = ", ".join(name for name in names if not name.isdecimal())
        code = problem["type"].rpartition("/")[2]
        rows.append((str(number), result["external_id"] or "-", code, problem["detail"] + (fields and f" ({fields})")))
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=False)) + f"  {row[3]}")


def rows_a_call(written: str) -> int:
    """As many rows as the service takes in one call."""
    rows = int(written)
    if not 1 <= rows <= MOST_ROWS:
        raise argparse.ArgumentTypeError(f"from 1 to {MOST_ROWS}")
    return rows


def main(arguments: list[str] | None = None) -> int:
    """Answers the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--url", default=os.environ.get("VEKSTPLASS_URL", "http://127.0.0.1:8000"))
    parser.add_argument("--token-file", type=Path)
    parser.add_argument("--batch", type=rows_a_call, default=BATCH, help=f"rows a call, up to 10 000 ({BATCH})")
    asked = parser.parse_args(arguments)

    def token() -> str:
        found = asked.token_file.read_text() if asked.token_file else os.environ.get("VEKSTPLASS_TOKEN", "")
        if not found.strip():
            raise PushError("no token: set VEKSTPLASS_TOKEN or --token-file")
        return str(found.strip())

    counts: dict[str, int] = {}
    rejected: list[tuple[int, Result]] = []
    done, failure = 0, ""
    try:
        register = read(asked.file)
        # As the API's addresses are written; the path of the call has it already.
        address = asked.url.rstrip("/").removesuffix("/v1")
        with httpx.Client(base_url=address, timeout=httpx.Timeout(60, connect=5)) as client:
            for body, numbers in register.bodies(asked.batch):
                results = push(client, token, register.content_type, body, time.sleep)
                for number, result in zip(numbers, results, strict=True):
                    counts[result["status"]] = counts.get(result["status"], 0) + 1
                    if result["problem"] is not None:
                        rejected.append((number, result))
                done += len(numbers)
                progress(done, len(rejected), len(register.lines))
    except (PushError, OSError) as error:
        failure = str(error)
    table(rejected)
    print(", ".join(f"{count} {status}" for status, count in sorted(counts.items())) or "nothing sent")
    if failure:
        print(f"stopped after {done} rows: {failure}", file=sys.stderr)
        return 2
    return 1 if rejected else 0


if __name__ == "__main__":
    sys.exit(main())
