"""What a provider must have in order (P4, P5)."""

from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from app.rules.capacity import Occupancy
from app.rules.competence import (
    AREAS,
    Deviation,
    Period,
    StaffedPlace,
    Staffing,
    Statement,
    calculate_average_staff,
    calculate_required_staff,
    find_deviations,
)
from tests.unit.rules.oracle import covers

DAY = date(2022, 1, 1)
DAYS = st.integers(0, 60).map(lambda days: DAY + timedelta(days=days))


def stated(
    on: date, employees: int = 5, certificates: int = 5, fte: str = "5", areas: tuple[str, ...] = AREAS
) -> Statement:
    return Statement(on, employees, certificates, Fraction(fte), frozenset(areas))


def staffed(*periods: Period, share: int = 100, places_per_employee: int | None = None) -> list[StaffedPlace]:
    return [StaffedPlace(Occupancy(first, last, share), places_per_employee) for first, last in periods]


def test_required_staff_is_exact() -> None:
    """P5: places / 5 and what agreements add, not rounded."""
    assert calculate_required_staff(700) + Fraction("0.25") == Fraction("1.65")


def test_a_missing_area_and_certificate_show_until_mended() -> None:
    """P4."""
    found = find_deviations(
        [
            stated(date(2022, 1, 10), certificates=4, areas=AREAS[1:]),
            stated(date(2022, 2, 1), areas=AREAS[1:]),
            stated(date(2022, 3, 1)),
        ],
        [], [], date(2022, 12, 31),
    )  # fmt: skip
    assert found == [
        Deviation("area", "facilitation", date(2022, 1, 10), date(2022, 3, 1)),
        Deviation("police_certificate", None, date(2022, 1, 10), date(2022, 2, 1), Fraction(5), Fraction(4)),
    ]


def test_staff_follows_the_places_and_the_agreements() -> None:
    """P5: from the first day of the eleventh place to the day after it ends."""
    places: list[Period] = [(DAY, None)] * 10 + [(date(2022, 2, 1), date(2022, 2, 28))]
    statements = [stated(DAY, fte="2")]
    short = Deviation("staffing", None, date(2022, 2, 1), date(2022, 3, 1), Fraction("2.2"), Fraction(2))
    assert find_deviations(statements, staffed(*places), [], date(2022, 12, 31)) == [short]
    extra = [((date(2022, 5, 1), date(2022, 5, 31)), Fraction("0.5"))]
    more = Deviation("staffing", None, date(2022, 5, 1), None, Fraction("2.5"), Fraction(2))
    assert find_deviations(statements, staffed(*places), extra, date(2022, 5, 31)) == [short, more]


def test_places_without_a_statement() -> None:
    """P4: the statement itself is what is missing, and nothing else is held against the provider yet."""
    assert find_deviations([], [], [], DAY) == []
    assert find_deviations([stated(date(2022, 2, 1))], staffed((DAY, None)), [], date(2022, 3, 1)) == [
        Deviation("statement", None, DAY, date(2022, 2, 1))
    ]


def test_part_places_count_by_share_or_as_people() -> None:
    """P5: ten half places need one employee by shares, and two where each counts as a person."""
    places = staffed(*[(DAY, None)] * 10, share=50)
    assert find_deviations([stated(DAY, fte="1")], places, [], DAY) == []
    by_people = [Staffing(date.min, 5, "shares"), Staffing(date(2022, 2, 1), 5, "people")]
    short = Deviation("staffing", None, date(2022, 2, 1), None, Fraction(2), Fraction(1))
    assert find_deviations([stated(DAY, fte="1")], places, [], date(2022, 3, 1), by_people) == [short]


def test_legacy_places_carry_their_own_staffing() -> None:
    """P5: four places at one to two and five at one to five need three employees."""
    places = staffed(*[(DAY, None)] * 4, places_per_employee=2) + staffed(*[(DAY, None)] * 5)
    assert find_deviations([stated(DAY, fte="3")], places, [], DAY) == []
    [short] = find_deviations([stated(DAY, fte="2.99")], places, [], DAY)
    assert short.required == 3


@given(
    st.lists(st.builds(stated, DAYS, fte=st.sampled_from(["0", "0.2", "0.4", "1"]), areas=st.just(AREAS)), max_size=3),
    st.lists(st.tuples(DAYS, st.one_of(st.none(), DAYS)), max_size=6),
    DAYS,
)
def test_day_by_day(statements: list[Statement], places: list[Period], through: date) -> None:
    """P5: a day lies in a deviation exactly when the staff stated for it is too small for its places."""
    found = [one for one in find_deviations(statements, staffed(*places), [], through) if one.kind == "staffing"]
    for offset in range((through - DAY).days + 1):
        day = DAY + timedelta(days=offset)
        known = [one for one in sorted(statements, key=lambda one: one.stated_on) if one.stated_on <= day]
        active = sum(covers(first, last, day) for first, last in places)
        short = bool(known) and known[-1].full_time_equivalents * 5 < active
        assert short == any(one.since <= day and (one.mended_on is None or day < one.mended_on) for one in found)


@given(
    st.lists(st.builds(stated, DAYS, areas=st.sampled_from([AREAS, AREAS[:3]])), max_size=3),
    st.lists(st.tuples(DAYS, st.one_of(st.none(), DAYS), st.booleans()), max_size=5),
    DAYS,
)
def test_tasks_of_a_grant_need_their_area_day_by_day(
    statements: list[Statement], places: list[tuple[date, date | None, bool]], through: date
) -> None:
    """D7, P4: without a statement on the days of such places, with one on the days on which it lacks the area."""
    staff = [StaffedPlace(Occupancy(first, last, 100), None, has_tasks) for first, last, has_tasks in places]
    found = [one for one in find_deviations(statements, staff, [], through) if one.area == "health_and_social_tasks"]
    for offset in range((through - DAY).days + 1):
        day = DAY + timedelta(days=offset)
        known = [one for one in sorted(statements, key=lambda one: one.stated_on) if one.stated_on <= day]
        named = any(has_tasks and covers(first, last, day) for first, last, has_tasks in places)
        lacking = "health_and_social_tasks" not in known[-1].areas if known else named
        assert lacking == any(one.since <= day and (one.mended_on is None or day < one.mended_on) for one in found)


def test_average_staff_by_hand() -> None:
    """P5, L6, S5: January: 31 days of a half place, and what an agreement adds of the last 10."""
    [half] = staffed((DAY, None), share=50)
    january = DAY, date(2022, 1, 31)
    assert calculate_average_staff([half], [], *january) == Fraction(1, 10)
    extra = [((date(2022, 1, 22), None), Fraction("0.31"))]
    assert calculate_average_staff([half], extra, *january) == Fraction(1, 10) + Fraction(1, 10)
    versions = [Staffing(DAY, 5), Staffing(date(2022, 1, 31), 4, "people")]
    assert calculate_average_staff([half], [], *january, versions) == (30 * Fraction(1, 10) + Fraction(1, 4)) / 31
    [own] = staffed((date(2022, 1, 31), None), places_per_employee=2)
    assert calculate_average_staff([own], extra, *january, versions) == (Fraction(1, 2) + Fraction("0.31")) / 31


@given(
    st.lists(st.integers(0, 40), min_size=2, max_size=6, unique=True),
    st.integers(1, 100),
    st.sampled_from([None, 2]),
    st.lists(st.tuples(st.tuples(DAYS, st.none() | DAYS), st.integers(1, 100).map(lambda n: Fraction(n, 100)))),
    DAYS,
    st.integers(0, 40),
    DAYS,
)
def test_average_staff_is_the_mean_of_each_day(
    bounds: list[int],
    share: int,
    own: int | None,
    extra: list[tuple[Period, Fraction]],
    first: date,
    length: int,
    change: date,
) -> None:
    """P5, L6: counted day by day."""
    days = [DAY + timedelta(days=bound) for bound in sorted(bounds)]
    periods = [(begin, after - timedelta(days=1)) for begin, after in pairwise(days)][::2]
    versions = [Staffing(DAY, 5), Staffing(change, 3, "people")]
    expected = Fraction(0)
    window = [first + timedelta(days=step) for step in range(length + 1)]
    for day in window:
        if any(covers(*period, day) for period in periods):
            per_employee, percent = (5, share) if day < change else (3, 100)
            expected += Fraction(percent, 100 * (own or per_employee))
            expected += sum(amount for period, amount in extra if covers(*period, day))
    places = staffed(*periods, share=share, places_per_employee=own)
    assert calculate_average_staff(places, extra, window[0], window[-1], versions) == expected / len(window)
