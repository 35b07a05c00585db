"""Tasks as an iCalendar file (RFC 5545): all-day entries with the kind and the placement's id, without names."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from icalendar import Calendar, Event

from app.followup.code_lists import TASK_KINDS, TASK_STATUSES
from app.followup.tasks.task import RULE, Task

MEDIA_TYPE = "text/calendar"


def build_calendar(tasks: Iterable[Task], now: datetime) -> bytes:
    """The file's bytes. `now`, in UTC, is the DTSTAMP of every entry."""
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", "-//Alver kommune//Vekstplass//NN")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("x-wr-calname", "Vekstplass")
    for task in tasks:
        calendar.add_component(_build_event(task, now))
    content: bytes = calendar.to_ical()
    return content


def _build_event(task: Task, now: datetime) -> Event:
    kind = TASK_KINDS[task.kind]
    subject_id = task.subject.placement_id or task.subject.provider_id
    event = Event()
    event.add("uid", f"{task.id}@vekstplass")
    event.add("dtstamp", now.replace(microsecond=0))
    event.add("dtstart", task.due_on)
    event.add("dtend", task.due_on + timedelta(days=1))
    event.add("summary", kind if subject_id is None else f"{kind} – {subject_id}")
    rule = task.subject.rule or RULE[task.kind]
    event.add("description", f"{TASK_STATUSES[task.status]}. Regel {rule}. {task.recorded} av {task.required}.")
    event.add("categories", [task.kind])
    event.add("transp", "TRANSPARENT")
    return event
