"""What is due as a calendar (M1–M8): RFC 5545, whole days, no names, and so many entries at most."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from app.followup.calendar_file import build_calendar
from app.followup.endpoints import tasks
from app.followup.tasks.task import Task, TaskSubject
from tests.conftest import Api
from tests.factories import steps
from tests.factories.follow_up import NUMBERS, meeting, placed, plan
from tests.factories.steps import ok, refused


async def test_calendar_with_too_many_tasks_refused(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """A client of a calendar cannot ask for the next page: too many are refused, and the days narrow it."""
    await steps.law(api)
    await placed(api)
    provider = api.provider(NUMBERS[0])
    whole = unfold((await provider.get("/v1/tasks.ics", params={"on": "2023-07-01"})).content)
    assert whole.count("BEGIN:VEVENT") == 8
    monkeypatch.setattr(tasks, "MAX_CALENDAR_ENTRIES", 8)
    answer = await provider.get("/v1/tasks.ics", params={"on": "2023-07-01"})
    assert answer.status_code == 200
    monkeypatch.setattr(tasks, "MAX_CALENDAR_ENTRIES", 7)
    refused(await provider.get("/v1/tasks.ics", params={"on": "2023-07-01"}), 409, "too-many-tasks")
    days = {"on": "2023-07-01", "due_from": "2023-06-30", "due_before": "2024-06-30"}
    some = unfold((await provider.get("/v1/tasks.ics", params=days)).content)
    assert {line for line in some if line.startswith("DTSTART")} == {"DTSTART;VALUE=DATE:20230630"}
    assert some.count("BEGIN:VEVENT") == 3
    # What is done is no entry, and counts for nothing.
    monkeypatch.setattr(tasks, "MAX_CALENDAR_ENTRIES", 3)
    assert (await provider.get("/v1/tasks.ics", params={"on": "2022-07-01", "kind": "evaluation"})).status_code == 200


def unfold(content: bytes) -> list[str]:
    """The content lines of a calendar, as RFC 5545 § 3.1 has a reader take them."""
    assert content.endswith(b"\r\n")
    lines = content.split(b"\r\n")
    assert all(len(line) <= 75 and b"\n" not in line for line in lines)
    return content.replace(b"\r\n ", b"").decode().split("\r\n")[:-1]


async def test_calendar_has_stable_all_day_entries_without_names(api: Api) -> None:
    """RFC 5545: CRLF, folded lines, stable UIDs, a whole day each, no names, nothing that is done."""
    await steps.law(api)
    _, _, placement_id = await placed(api)
    provider = api.provider(NUMBERS[0])
    ok(await provider.post("/v1/meetings", json=meeting(placement_id)))
    answer = await provider.get("/v1/tasks.ics", params={"on": "2022-09-30"})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/calendar")
    lines = unfold(answer.content)
    assert lines[:2] == ["BEGIN:VCALENDAR", "VERSION:2.0"]
    assert lines[-1] == "END:VCALENDAR"
    assert [line for line in lines if line.startswith("UID:") and "deviation" not in line] == [
        f"UID:{kind}.{placement_id}.1@vekstplass" for kind in ("plan", "evaluation", "conversation")
    ]
    assert f"SUMMARY:Plan for oppfølging – {placement_id}" in lines
    assert {"DTSTART;VALUE=DATE:20220929", "DTEND;VALUE=DATE:20220930", "CATEGORIES:plan"} <= set(lines)
    assert lines.count("BEGIN:VEVENT") == lines.count("END:VEVENT") == 4
    assert "Hage" not in answer.text
    later = unfold((await provider.get("/v1/tasks.ics", params={"on": "2022-10-01", "kind": "plan"})).content)
    assert [line for line in later if line.startswith("UID:")] == [f"UID:plan.{placement_id}.1@vekstplass"]
    assert sum(line == "BEGIN:VEVENT" for line in unfold((await api.case_officer.get("/v1/tasks.ics")).content)) > 3
    refused(await provider.get("/v1/tasks.ics", headers={"Accept": "application/json"}), 406, "not-acceptable")
    refused(await api.finance.get("/v1/tasks.ics"), 403, "role-required")


async def test_calendar_that_has_not_changed_is_304(api: Api) -> None:
    """The same file at every fetch of a day, so that its tag holds; a task that is done changes it."""
    await steps.law(api)
    _, _, placement_id = await placed(api)
    provider = api.provider(NUMBERS[0])
    query = {"on": "2022-09-30"}
    first, again = [await provider.get("/v1/tasks.ics", params=query) for _ in range(2)]
    assert first.content == again.content
    assert "DTSTAMP:20220929T220000Z" in unfold(first.content)
    headers = {"If-None-Match": first.headers["etag"]}
    unchanged = await provider.get("/v1/tasks.ics", params=query, headers=headers)
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    ok(await provider.post("/v1/plans", json=plan(placement_id)))
    changed = await provider.get("/v1/tasks.ics", params=query, headers=headers)
    assert (changed.status_code, changed.headers["etag"] == first.headers["etag"]) == (200, False)


@pytest.mark.parametrize("text", ["a" * 75, "a" * 76, "ø" * 38, "a" + "ø" * 200, "–" * 100, "a,b;c\\d\ne"])
def test_calendar_texts_are_folded_and_escaped(text: str) -> None:
    """RFC 5545 § 3.1, § 3.3.11: 75 octets a line, never cut inside a character, and a reader gets back what it was."""
    subject = TaskSubject(rule=text)
    task = Task.single("plan", date(2022, 9, 29), UUID(int=1), subject, on=date(2022, 9, 1))
    content = build_calendar([task], datetime(2022, 9, 1, tzinfo=UTC))
    assert all(len(line) <= 75 and line.decode() for line in content.split(b"\r\n")[:-1])
    [described] = [line for line in unfold(content) if line.startswith("DESCRIPTION:")]
    escaped = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")
    assert f"Regel {escaped}. 0 av 1." in described
