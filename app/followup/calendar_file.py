"""Tasks as an iCalendar file (RFC 5545): a day each, with the placement's id and the kind, and nobody's name."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from icalendar import Calendar, Event

from app.followup.code_lists import KINDS, STATUSES
from app.followup.task_schemas import RULE, Task

MEDIA_TYPE = "text/calendar"


def build_calendar(tasks: Iterable[Task], now: datetime) -> bytes:
    """The whole file. `now` is the moment that every entry's DTSTAMP names, in UTC."""
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
    about = task.about
    subject = about.placement_id or about.provider_id
    event = Event()
    event.add("uid", f"{task.id}@vekstplass")
    event.add("dtstamp", now.replace(microsecond=0))
    event.add("dtstart", task.due_on)
    event.add("dtend", task.due_on + timedelta(days=1))
    event.add("summary", KINDS[task.kind] if subject is None else f"{KINDS[task.kind]} – {subject}")
    rule = about.rule or RULE[task.kind]
    event.add("description", f"{STATUSES[task.status]}. Regel {rule}. {task.recorded} av {task.required}.")
    event.add("categories", [task.kind])
    event.add("transp", "TRANSPARENT")
    return event
