"""Tasks as an iCalendar file (RFC 5545): a day each, with the placement's id and the kind, and nobody's name."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from app.followup.code_lists import KINDS, STATUSES
from app.followup.task_models import RULE, Task

MEDIA_TYPE = "text/calendar"

_OCTETS = 75


def calendar(tasks: Iterable[Task], now: datetime) -> str:
    """The whole file; lines end in CRLF and are folded at 75 octets (§ 3.1)."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Alver kommune//Vekstplass//NN",
        "CALSCALE:GREGORIAN",
        "X-WR-CALNAME:Vekstplass",
    ]
    for task in tasks:
        lines += _event(task, now)
    lines.append("END:VCALENDAR")
    return "".join(f"{folded}\r\n" for line in lines for folded in fold(line))


def fold(line: str) -> list[str]:
    """A content line as lines of at most 75 octets, never cut inside a character; those after the first begin with a
    space (§ 3.1).
    """
    if len(line) <= _OCTETS and len(line.encode()) <= _OCTETS:
        return [line]
    folded, size = [""], 0
    for character in line:
        octets = len(character.encode())
        if size + octets > _OCTETS:
            folded.append(" ")
            size = 1
        folded[-1] += character
        size += octets
    return folded


def escape(value: str) -> str:
    """A TEXT value (§ 3.3.11)."""
    return value.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _event(task: Task, now: datetime) -> list[str]:
    about = task.about
    whose = about.placement_id or about.provider_id
    summary = KINDS[task.kind] if whose is None else f"{KINDS[task.kind]} – {whose}"
    rule = about.rule or RULE[task.kind]
    return [
        "BEGIN:VEVENT",
        f"UID:{task.id}@vekstplass",
        f"DTSTAMP:{now:%Y%m%dT%H%M%SZ}",
        f"DTSTART;VALUE=DATE:{task.due_on:%Y%m%d}",
        f"DTEND;VALUE=DATE:{task.due_on + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{escape(summary)}",
        f"DESCRIPTION:{escape(f'{STATUSES[task.status]}. Regel {rule}. {task.recorded} av {task.required}.')}",
        f"CATEGORIES:{task.kind}",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    ]
