"""Tasks as an iCalendar file (RFC 5545): all-day entries without names."""

import hmac
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from uuid import UUID

from icalendar import Calendar, Event

from app.followup.code_lists import TASK_KINDS, TASK_STATUSES
from app.followup.tasks.task import RULE, Task

MEDIA_TYPE = "text/calendar"


def build_calendar(tasks: Iterable[Task], stamp: datetime) -> bytes:
    """The file's bytes. `stamp` is every DTSTAMP: of the day, so that what has not changed is the same file."""
    return _write(_build_event(task, stamp, f"{task.id}@vekstplass", _find_subject(task)) for task in tasks)


def build_nameless_calendar(tasks: Iterable[Task], key: bytes, stamp: datetime) -> bytes:
    """The file's bytes, without names or ids: a UID is an HMAC of the task's under `key`. `stamp` is every DTSTAMP."""
    return _write(
        _build_event(task, stamp, f"{hmac.digest(key, task.id.encode(), 'sha256').hex()}@vekstplass", None)
        for task in tasks
    )


def _write(events: Iterable[Event]) -> bytes:
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", "-//Alver kommune//Vekstplass//NN")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("x-wr-calname", "Vekstplass")
    for event in events:
        calendar.add_component(event)
    content: bytes = calendar.to_ical()
    return content


def _find_subject(task: Task) -> UUID | None:
    return task.subject.placement_id or task.subject.provider_id


def _build_event(task: Task, stamp: datetime, uid: str, subject_id: UUID | None) -> Event:
    kind = TASK_KINDS[task.kind]
    event = Event()
    event.add("uid", uid)
    event.add("dtstamp", stamp.astimezone(UTC).replace(microsecond=0))
    event.add("dtstart", task.due_on)
    event.add("dtend", task.due_on + timedelta(days=1))
    event.add("summary", kind if subject_id is None else f"{kind} – {subject_id}")
    rule = task.subject.rule or RULE[task.kind]
    event.add("description", f"{TASK_STATUSES[task.status]}. Regel {rule}. {task.recorded} av {task.required}.")
    event.add("categories", [task.kind])
    event.add("transp", "TRANSPARENT")
    return event
