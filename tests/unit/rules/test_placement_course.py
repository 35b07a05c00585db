"""D6, D8: a placement follows from its decisions, and a correction is as if the decision had said it from the start."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from app.rules.placement_course import (
    HistoryEvent,
    PlacementCourse,
    apply_corrections,
    find_corrected_decision,
    follow_events,
)
from app.rules.process import Need
from app.rules.terms import Terms, build_segments, find_first_difference

FIRST = date(2022, 7, 1)
DAYS = st.dates(date(2022, 6, 1), date(2023, 3, 31))
SHARES = st.integers(1, 100)
NEEDS: st.SearchStrategy[Need] = st.sampled_from(["permanent", "temporary"])


@st.composite
def histories(draw: st.DrawFn, need: Need) -> list[HistoryEvent]:
    """A grant, and then notices, withdrawals, ends and changes in an order in which each may be taken."""
    ends_on = draw(DAYS) if need == "temporary" else None
    events = [HistoryEvent("granted", FIRST, UUID(int=1), valid_from=draw(DAYS), ends_on=ends_on, share=draw(SHARES))]
    for number in range(2, 2 + draw(st.integers(0, 6))):
        id_, course = UUID(int=number), follow_events(events, need)
        steps = ["changed"] if course.end_decided else ["changed", "end_decided"]
        steps += ["notice_withdrawn"] if course.notice is not None else []
        steps += ["notice_given"] if course.notice is None and not course.end_decided else []
        step = draw(st.sampled_from(steps))
        if step == "notice_given":
            events.append(HistoryEvent("notice_given", FIRST, notice_id=id_, ends_on=draw(DAYS)))
        elif step == "notice_withdrawn" and course.notice is not None:
            events.append(HistoryEvent("notice_withdrawn", FIRST, id_, notice_id=course.notice.notice_id))
        elif step == "end_decided":
            notice_id = None if course.notice is None else course.notice.notice_id
            events.append(HistoryEvent("end_decided", FIRST, id_, notice_id=notice_id, ends_on=draw(DAYS)))
        else:
            last = draw(DAYS) if draw(st.booleans()) else None
            events.append(HistoryEvent("changed", FIRST, id_, valid_from=draw(DAYS), ends_on=last, share=draw(SHARES)))
    return events


CASES = NEEDS.flatmap(lambda need: st.tuples(st.just(need), histories(need)))


def correct(number: int, corrected: HistoryEvent, says: HistoryEvent, notice_id: UUID | None = None) -> HistoryEvent:
    """A correction, after which the decision says what another does."""
    return HistoryEvent(
        "corrected",
        FIRST,
        UUID(int=1000 + number),
        corrects_id=corrected.decision_id,
        notice_id=notice_id,
        valid_from=says.valid_from,
        ends_on=says.ends_on,
        share=says.share,
    )


def strip(course: PlacementCourse) -> PlacementCourse:
    """Without what the notice is remembered by."""
    notice = course.notice
    return replace(course, notice=None if notice is None else replace(notice, replaced_ends_on=None))


@given(CASES, st.data())
def test_a_correction_is_as_if_the_decision_had_said_it(
    case: tuple[Need, list[HistoryEvent]], data: st.DataObject
) -> None:
    """Of any decisions, several times and in any order: the last of each counts."""
    need, events = case
    right = list(events)
    corrections: list[HistoryEvent] = []
    for number in range(data.draw(st.integers(0, 5))):
        place = data.draw(st.sampled_from([i for i, one in enumerate(events) if one.step != "notice_given"]))
        if events[place].step == "notice_withdrawn":
            continue
        says = replace(events[place], ends_on=data.draw(DAYS) if events[place].ends_on else None)
        if events[place].step != "end_decided":
            says = replace(says, valid_from=data.draw(DAYS), share=data.draw(SHARES))
        right[place] = says
        # It names the decision, or any correction of it.
        named = data.draw(
            st.sampled_from([events[place]] + [one for one in corrections if _root(events, corrections, one) == place])
        )
        corrections.append(correct(number, named, says))
    assert follow_events([*events, *corrections], need) == follow_events(right, need)
    assert apply_corrections([*events, *corrections])[: len(events)] == right


def _root(events: list[HistoryEvent], corrections: list[HistoryEvent], one: HistoryEvent) -> int:
    assert one.decision_id is not None
    found = find_corrected_decision([*events, *corrections], one.decision_id)
    return next(
        place for place, event in enumerate(events) if found is not None and event.decision_id == found.decision_id
    )


@given(CASES)
def test_an_end_corrected_to_none_never_was(case: tuple[Need, list[HistoryEvent]]) -> None:
    """D8: nor the notice that it rested on."""
    need, events = case
    course = follow_events(events, need)
    ends = [one for one in events if one.step == "end_decided"]
    if not ends or not course.end_decided:
        return
    none = correct(1, ends[-1], replace(ends[-1], ends_on=None, valid_from=None, share=None), ends[-1].notice_id)
    never = [
        one
        for one in events
        if one is not ends[-1] and (one.step, one.notice_id) != ("notice_given", ends[-1].notice_id)
    ]
    found = follow_events([*events, none], need)
    assert strip(found) == strip(follow_events(never, need))
    assert not found.end_decided
    assert need == "temporary" or found.ends_on is None


@given(CASES)
def test_what_is_not_corrected_is_read_as_it_stands(case: tuple[Need, list[HistoryEvent]]) -> None:
    """D6: a permanent place has a last day by notice or end alone (L7), and the changes keep their order."""
    need, events = case
    course = follow_events(events, need)
    assert apply_corrections(events) == events
    assert course.starts_on == events[0].valid_from
    assert need == "temporary" or (course.ends_on is None) == (course.notice is None and not course.end_decided)
    assert [change.valid_from for change in course.changes] == [
        one.valid_from for one in events if one.step == "changed"
    ]


@given(CASES, CASES)
def test_the_first_day_that_is_otherwise_is_the_first(
    one: tuple[Need, list[HistoryEvent]], other: tuple[Need, list[HistoryEvent]]
) -> None:
    """D8: `effective_on`, against day by day."""
    segments = []
    for need, events in (one, other):
        course = follow_events(events, need)
        first = Terms(course.share, None, False)
        segments.append(build_segments(course.starts_on, course.ends_on, first, course.changes))
    by_day = [
        {
            day: segment.terms
            for segment in found
            for day in _list_days(segment.first_day, segment.last_day or date(2023, 12, 31))
        }
        for found in segments
    ]
    days = sorted(by_day[0].keys() | by_day[1].keys())
    expected = next((day for day in days if by_day[0].get(day) != by_day[1].get(day)), None)
    found = find_first_difference(*segments)
    assert (found if found is None or found <= date(2023, 12, 31) else None) == expected


def _list_days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def test_only_a_grant_a_change_or_an_end_is_corrected() -> None:
    """D8: not a notice, a withdrawal or an annulment, and no decision of another placement."""
    events = [
        HistoryEvent("granted", FIRST, UUID(int=1), valid_from=FIRST),
        HistoryEvent("notice_given", FIRST, notice_id=UUID(int=2), ends_on=FIRST),
        HistoryEvent("notice_withdrawn", FIRST, UUID(int=3), notice_id=UUID(int=2)),
        HistoryEvent("annulled", FIRST, UUID(int=4), corrects_id=UUID(int=1)),
    ]
    assert find_corrected_decision(events, UUID(int=1)) is events[0]
    assert [find_corrected_decision(events, UUID(int=number)) for number in (2, 3, 4, 5)] == [None] * 4
