"""P7: rows of planned days with unexcused absence, and the day on which somebody is contacted."""

from collections.abc import Sequence
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.rules.absence_contacts import AbsenceContact, ContactRoutine, PlannedDays, list_absence_contacts
from app.rules.calendar import is_planned_day

MONDAY = date(2022, 10, 3)
DAYS = st.integers(0, 120).map(lambda days: date(2022, 3, 1) + timedelta(days=days))
PERIODS = st.lists(st.tuples(DAYS, st.integers(0, 12)), max_size=8).map(
    lambda pairs: [(first, first + timedelta(days=length)) for first, length in pairs]
)


YEAR_END = date(2022, 12, 31)


def list_contacts(
    *absences: tuple[date, date], days: int = 3, through: date = YEAR_END, routines: Sequence[ContactRoutine] = ()
) -> list[AbsenceContact]:
    calendar = PlannedDays(date(2022, 3, 1), through)
    return list(list_absence_contacts(absences, routines or [ContactRoutine(date(2022, 1, 1), days)], calendar))


def after(days: int) -> date:
    return MONDAY + timedelta(days=days)


def test_third_day_in_a_row_opens_one_contact() -> None:
    assert list_contacts((MONDAY, after(1))) == []
    assert list_contacts((MONDAY, after(2))) == [AbsenceContact(MONDAY, after(2))]
    assert list_contacts((MONDAY, after(11))) == [AbsenceContact(MONDAY, after(2))]


def test_weekend_does_not_break_a_row_and_does_not_count() -> None:
    """Thursday, Friday and Monday; and what was pushed in two parts."""
    thursday = after(3)
    assert list_contacts((thursday, after(4)), (after(7), after(7))) == [AbsenceContact(thursday, after(7))]
    assert list_contacts((after(4), after(6))) == []


def test_public_holiday_does_not_break_a_row() -> None:
    """17 May 2022 was a Tuesday."""
    found = list_contacts((date(2022, 5, 16), date(2022, 5, 16)), (date(2022, 5, 18), date(2022, 5, 19)))
    assert found == [AbsenceContact(date(2022, 5, 16), date(2022, 5, 19))]


def test_day_without_unexcused_absence_breaks_a_row() -> None:
    assert list_contacts((MONDAY, after(1)), (after(3), after(4))) == []


def test_each_row_opens_a_contact_of_its_own() -> None:
    found = list_contacts((MONDAY, after(2)), (after(7), after(9)))
    assert [contact.first_day for contact in found] == [MONDAY, after(7)]


def test_routine_in_force_on_the_day_counts() -> None:
    """None before the first; the days before it count when it comes; a stricter one counts at once."""
    first = ContactRoutine(after(3), 3)
    assert list_contacts((MONDAY, after(2)), routines=[first]) == []
    assert list_contacts((MONDAY, after(4)), routines=[first]) == [AbsenceContact(MONDAY, after(3))]
    routines = [ContactRoutine(date(2022, 1, 1), 5), ContactRoutine(after(1), 2)]
    assert list_contacts((MONDAY, after(4)), routines=routines) == [AbsenceContact(MONDAY, after(1))]


def test_routine_replaced_on_its_own_day_does_not_count() -> None:
    """A mistyped number is mended by another row of the same day."""
    routines = [ContactRoutine(date(2022, 1, 1), 1), ContactRoutine(date(2022, 1, 1), 4)]
    assert list_contacts((MONDAY, after(2)), routines=routines) == []


def test_no_routine_opens_nothing() -> None:
    assert list(list_absence_contacts([(MONDAY, after(30))], [], PlannedDays(MONDAY, YEAR_END))) == []


ROUTINES = st.lists(st.builds(ContactRoutine, DAYS, st.integers(1, 6)), min_size=1, max_size=3).map(
    lambda routines: sorted(routines, key=lambda routine: routine.agreed_on)
)


@given(PERIODS, ROUTINES, DAYS)
def test_contacts_are_those_of_a_plain_count(
    periods: list[tuple[date, date]], routines: list[ContactRoutine], through: date
) -> None:
    """Day by day over the planned days: due on the first on which the row is as long as that day's routine says."""
    expected: list[AbsenceContact] = []
    row: list[date] = []
    is_open = False
    day = date(2022, 3, 1)
    while day <= through:
        if is_planned_day(day):
            row = [*row, day] if any(first <= day <= last for first, last in periods) else []
            is_open = is_open and bool(row)
            known = [routine for routine in routines if routine.agreed_on <= day]
            if row and known and not is_open and len(row) >= known[-1].contact_after_days:
                is_open = True
                expected.append(AbsenceContact(row[0], day))
        day += timedelta(days=1)
    assert list_contacts(*periods, through=through, routines=routines) == expected


@given(PERIODS, st.integers(1, 6), DAYS)
def test_what_is_asked_earlier_is_the_beginning_of_what_is_asked_later(
    periods: list[tuple[date, date]], days: int, through: date
) -> None:
    whole = list_contacts(*periods, days=days)
    assert list_contacts(*periods, days=days, through=through) == [one for one in whole if one.due_on <= through]
