"""The demo's answers as the OpenAPI document shows them: short, and the same whenever they are written.

`app/http/demo_answers.json` is: operation id -> media type -> answer.
"""

import json
import re
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

FILE = Path(__file__).parents[2] / "app" / "http" / "demo_answers.json"
Answers = dict[str, dict[str, Any]]

# As many of a list as show what the next ones are like.
MOST_ITEMS = 2
MOST_ROWS = 3
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
_DEMO_ID = "016e0000-"
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{8,15}(Z|[+-][0-9]{2}:[0-9]{2})")
# As files write them: iCalendar's stamp, a time in a cell.
_STAMP = re.compile(r"(?<=DTSTAMP:)[0-9]{8}T[0-9]{6}Z")
_CELL = re.compile(r"(?<=[;\n])[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}(?=;)")
_SECRET = re.compile(r"(?<=/v1/calendars/)[A-Za-z0-9_-]{43}")
SECRET = "demo-calendar-of-the-case-office-0123456789"
RECORDED_AT = "2022-08-31T08:00:00Z"


class Stabiliser:
    """Makes of one answer what it would be at any other time: new ids are numbered, and the real clock stands still."""

    def __init__(self) -> None:
        self.numbers = count(1)
        self.ids: dict[str, str] = {}

    def shorten(self, value: Any) -> Any:
        """A JSON value with the first items of its lists."""
        match value:
            case dict():
                return {name: self.shorten(member) for name, member in value.items()}
            case list():
                return [self.shorten(member) for member in value[:MOST_ITEMS]]
            case str():
                return self.settle(value)
        return value

    def settle(self, text: str) -> str:
        """A text with what differs from one time to the next replaced."""
        text = _SECRET.sub(SECRET, text)
        text = _CELL.sub("2022-08-31 10:00", _STAMP.sub("20220831T080000Z", text))
        return _ID.sub(self._number, _INSTANT.sub(_stop_clock, text))

    def _number(self, found: re.Match[str]) -> str:
        if found[0].startswith(_DEMO_ID):
            return found[0]
        return self.ids.setdefault(found[0], f"{_DEMO_ID}00ff-7000-8000-{next(self.numbers):012x}")


def _stop_clock(found: re.Match[str]) -> str:
    # Nothing of the demo's own happened after its day.
    return RECORDED_AT if datetime.fromisoformat(found[0]).year > 2022 else found[0]


def describe(content: bytes, media_type: str) -> Any:
    """An answer as it is shown: JSON shortened, CSV with its first rows, a calendar with its first entry."""
    if "json" in media_type:
        return Stabiliser().shorten(json.loads(content))
    lines = content.decode("utf-8-sig").splitlines()
    if media_type == "text/csv":
        lines = lines[: MOST_ROWS + 1]
    if media_type == "text/calendar" and "END:VEVENT" in lines:
        lines = [*lines[: lines.index("END:VEVENT") + 1], lines[-1]]
    return Stabiliser().settle("\n".join(lines) + "\n")


def read() -> Answers:
    """What the document shows."""
    found: Answers = json.loads(FILE.read_text(encoding="utf-8"))
    return found


def write(answers: Answers) -> None:
    """Let the document show these."""
    FILE.write_text(json.dumps(answers, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def list_differences(shown: Any, given: Any, where: str = "") -> list[str]:
    """Where what is shown is not of the form that is given: a field that is not there, a value of another type.

    What is given beside it is nobody's fault, and a value that is null at one of them says nothing of the other. Of a
    text the first line has as many columns.
    """
    if shown is None or given is None:
        return []
    if type(shown) is not type(given):
        return [where or "the whole"]
    if isinstance(shown, dict):
        missing = [f"{where}/{name}" for name in shown.keys() - given.keys()]
        common = sorted(shown.keys() & given.keys())
        faults = [list_differences(shown[name], given[name], f"{where}/{name}") for name in common]
        return missing + [fault for found in faults for fault in found]
    if isinstance(shown, list) and shown:
        return list_differences(shown[0], given[0], f"{where}/0") if given else [f"{where}/0"]
    if isinstance(shown, str) and "\n" in shown:
        columns = [text.splitlines()[0].count(";") for text in (shown, given)]
        return [] if columns[0] == columns[1] else [f"{where} line 1"]
    return []
