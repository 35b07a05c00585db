"""Push a register of absences to Vekstplass: python push_absences.py [options] FILE

FILE is CSV (a header row, `;` or `,` between) or NDJSON (an item a line), with the fields external_id, revision,
placement_id, kind, from, to, percent, note, cancelled. Push the whole register as often as you like: what is already
there is left as it is. Needs Python 3.11 and httpx, nothing else.

The address is --url or VEKSTPLASS_URL, the Maskinporten token VEKSTPLASS_TOKEN (or --token-file, read again before
every batch, so that it may be renewed meanwhile). Exit status: 0 everything accepted, 1 some rows rejected (a table
says which), 2 nothing more could be sent.
"""

import argparse
import csv
import json
import os
import random
import sys
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import httpx

BATCH = 1_000
MOST_ROWS = 10_000
ATTEMPTS = 8
LONGEST_WAIT = 60.0
AGAIN = {408, 429, 502, 503, 504}

Row = dict[str, Any]


class PushError(Exception):
    """Why nothing more can be sent, in one sentence."""


def read(path: Path) -> Iterator[Row]:
    """The file's rows as JSON items. A cell that should be a number and is not stays text: the service says so."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        if path.suffix.lower() in (".ndjson", ".jsonl"):
            for number, line in enumerate(file, 1):
                if line.strip():
                    try:
                        yield json.loads(line)
                    except ValueError:
                        raise PushError(f"{path.name}, line {number}: not JSON") from None
            return
        header = file.readline()
        file.seek(0)
        reader = csv.DictReader(file, delimiter=";" if header.count(";") > header.count(",") else ",")
        for cells in reader:
            if None in cells or None in cells.values():
                raise PushError(f"{path.name}, line {reader.line_num}: another number of cells than the header")
            yield {name: value(name, cell) for name, cell in cells.items() if cell or name == "external_id"}


def value(name: str, cell: str) -> str | int | bool:
    """A CSV cell as JSON has it."""
    if name in ("revision", "percent") and cell.isascii() and cell.isdigit():
        return int(cell)
    if name == "cancelled" and cell.lower() in ("true", "false"):
        return cell.lower() == "true"
    if name in ("from", "to") and len(cell) == 10 and cell[2] == cell[5] == ".":
        return f"{cell[6:]}-{cell[3:5]}-{cell[:2]}"
    return cell


def batches(rows: Iterator[Row], size: int) -> Iterator[list[Row]]:
    """Rows in lists of `size`."""
    while batch := list(islice(rows, size)):
        yield batch


def push(client: httpx.Client, token: Callable[[], str], items: list[Row], wait: Callable[[float], None]) -> list[Row]:
    """The answer for each item. Broken connections and "not now" are tried again: a batch is safe to repeat.

    Raises PushError when the service refuses the call itself, or is away for too long.
    """
    problem = ""
    for attempt in range(ATTEMPTS):
        pause = min(LONGEST_WAIT, 2**attempt) * random.uniform(0.5, 1)
        try:
            answer = client.post(
                "/v1/absences/batch", json={"items": items}, headers={"Authorization": f"Bearer {token()}"}
            )
        except httpx.TransportError as error:
            problem = type(error).__name__
        else:
            if answer.status_code in (200, 207):
                found: list[Row] = answer.json()["items"]
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


def table(rejected: list[tuple[int, Row]]) -> None:
    """What was rejected: the row's number in the file (from 1, the header not counted), its id, and why."""
    if not rejected:
        return
    rows = [("row", "external_id", "code", "why")]
    for number, result in rejected:
        problem = result["problem"]
        fields = ", ".join(error["pointer"].rpartition("/")[2] for error in problem.get("errors", ()))
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
    rejected: list[tuple[int, Row]] = []
    done, failure = 0, ""
    try:
        rows = list(read(asked.file))
        with httpx.Client(base_url=asked.url, timeout=httpx.Timeout(60, connect=5)) as client:
            for items in batches(iter(rows), asked.batch):
                for result in push(client, token, items, time.sleep):
                    counts[result["status"]] = counts.get(result["status"], 0) + 1
                    if result["problem"] is not None:
                        rejected.append((done + result["index"] + 1, result))
                done += len(items)
                progress(done, len(rejected), len(rows))
    except (PushError, OSError, UnicodeDecodeError) as error:
        failure = str(error)
    table(rejected)
    print(", ".join(f"{count} {status}" for status, count in sorted(counts.items())) or "nothing sent")
    if failure:
        print(f"stopped after {done} rows: {failure}", file=sys.stderr)
        return 2
    return 1 if rejected else 0


if __name__ == "__main__":
    sys.exit(main())
