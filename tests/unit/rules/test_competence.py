"""What a provider must have in order (P4, P5)."""

from datetime import date, timedelta
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from app.rules.competence import AREAS, Deviation, Period, Statement, calculate_required_staff, find_deviations
from tests.unit.rules.oracle import covers

DAY = date(2022, 1, 1)
DAYS = st.integers(0, 60).map(lambda days: DAY + timedelta(days=days))


def stated(
    on: date, employees: int = 5, certificates: int = 5, fte: str = "5", areas: tuple[str, ...] = AREAS
) -> Statement:
    return Statement(on, employees, certificates, Fraction(fte), frozenset(areas))


def test_required_staff_is_exact() -> None:
    """P5: places / 5 and what agreements add, not rounded."""
    assert calculate_required_staff(7, Fraction("0.25")) == Fraction("1.65")


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
    assert find_deviations(statements, places, [], date(2022, 12, 31)) == [short]
    extra = [((date(2022, 5, 1), date(2022, 5, 31)), Fraction("0.5"))]
    more = Deviation("staffing", None, date(2022, 5, 1), None, Fraction("2.5"), Fraction(2))
    assert find_deviations(statements, places, extra, date(2022, 5, 31)) == [short, more]


def test_places_without_a_statement() -> None:
    """P4: the statement itself is what is missing, and nothing else is held against the provider yet."""
    assert find_deviations([], [], [], DAY) == []
    assert find_deviations([stated(date(2022, 2, 1))], [(DAY, None)], [], date(2022, 3, 1)) == [
        Deviation("statement", None, DAY, date(2022, 2, 1))
    ]


@given(
    st.lists(st.builds(stated, DAYS, fte=st.sampled_from(["0", "0.2", "0.4", "1"]), areas=st.just(AREAS)), max_size=3),
    st.lists(st.tuples(DAYS, st.one_of(st.none(), DAYS)), max_size=6),
    DAYS,
)
def test_day_by_day(statements: list[Statement], places: list[Period], through: date) -> None:
    """P5: a day lies in a deviation exactly when the staff stated for it is too small for its places."""
    found = [one for one in find_deviations(statements, places, [], through) if one.kind == "staffing"]
    for offset in range((through - DAY).days + 1):
        day = DAY + timedelta(days=offset)
        known = [one for one in sorted(statements, key=lambda one: one.stated_on) if one.stated_on <= day]
        active = sum(covers(first, last, day) for first, last in places)
        short = bool(known) and known[-1].full_time_equivalents * 5 < active
        assert short == any(one.since <= day and (one.mended_on is None or day < one.mended_on) for one in found)
