"""What a provider must have in order (P4–P7, D7): what is missing, since when, and when it was put right.

A statement holds from the day it is stated on until the next. **Decided here**: a provider with places and no statement
lacks the statement, and nothing else is held against it before there is one, but for the area of health and social
tasks where a grant names such (D7); staff is counted against the places that
are active on a day, a part place as its share or as one (`share_counts`, P2).
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Literal, NamedTuple, get_args

from app.rules.capacity import WHOLE, Occupancy, ShareCounts

Area = Literal["facilitation", "guidance", "health_and_care_act", "health_and_social_tasks"]
AREAS: tuple[Area, ...] = get_args(Area)
DeviationKind = Literal["statement", "area", "police_certificate", "staffing", "premises", "absence_routine"]
UniversalDesign = Literal["yes", "partly", "no"]

Period = tuple[date, date | None]

_DAY = timedelta(days=1)


class Staffing(NamedTuple):
    """P5: the places that one employee is for by a version of the guideline, and what a part place counts as."""

    valid_from: date
    places_per_employee: int
    share_counts: ShareCounts = "shares"


class StaffedPlace(NamedTuple):
    """P5: a place, and how many such places one employee is for: None is the guideline's, a legacy place has one.

    `has_tasks` says that its grant names health and social tasks (D7).
    """

    occupancy: Occupancy
    places_per_employee: int | None = None
    has_tasks: bool = False


DEFAULT_STAFFING: tuple[Staffing, ...] = (Staffing(date.min, 5),)


@dataclass(frozen=True, slots=True)
class Statement:
    """P4–P6: what was stated on a day, in the order recorded where two share the day.

    `certificates_not_required` are employees without one whom the law does not ask for it.
    """

    stated_on: date
    employees: int
    police_certificates: int
    full_time_equivalents: Fraction
    areas: frozenset[str]
    certificates_not_required: int = 0
    universal_design: UniversalDesign | None = None


@dataclass(frozen=True, slots=True)
class Deviation:
    """Missing from `since` until the day before `mended_on`, None while it is. `required` and `stated` are numbers of
    certificates or full-time equivalents on its last day; None where there is nothing to count.
    """

    kind: DeviationKind
    area: Area | None
    since: date
    mended_on: date | None
    required: Fraction | None = None
    stated: Fraction | None = None


_Shortfall = tuple[Fraction | None, Fraction | None]
"""What is required and what was stated, None where there is nothing to count."""


class _DayFacts(NamedTuple):
    statement: Statement | None
    has_places: bool
    has_tasks: bool


@dataclass(slots=True)
class _Staffed:
    """How many places share a staffing of their own (None: the guideline's), and how much of whole ones they are."""

    places: int = 0
    percent: int = 0
    with_tasks: int = 0

    def add(self, place: StaffedPlace, places: int) -> None:
        """One more such place, or (-1) one less."""
        self.places += places
        self.percent += places * place.occupancy.share
        self.with_tasks += places * place.has_tasks


_Check = Callable[[_DayFacts], _Shortfall | None]


def find_deviations(
    statements: Sequence[Statement],
    places: Sequence[StaffedPlace],
    extra: Sequence[tuple[Period, Fraction]],
    through: date,
    staffing: Sequence[Staffing] = DEFAULT_STAFFING,
) -> list[Deviation]:
    """P4–P6: every deviation that began by a day, in the order in which they began.

    `places` are the provider's placements by their terms, `extra` the full-time equivalents that individual agreements
    add in a period. `staffing` is sorted by day; the first also holds before its own. Nothing after `through` is looked
    at.
    """
    changes, shortfalls = _list_day_facts(statements, places, extra, through, staffing or DEFAULT_STAFFING)
    found = _join_days("staffing", None, shortfalls)
    for kind, area, check in _list_checks():
        found += _join_days(kind, area, [(day, check(facts)) for day, facts in changes])
    return sorted(found, key=lambda deviation: (deviation.since, deviation.kind, deviation.area or ""))


def find_missing_routine(routines: Sequence[date], places: Sequence[StaffedPlace], through: date) -> list[Deviation]:
    """P7: when the provider had places and no absence routine, by the days on which routines were agreed."""
    agreed_on = min(routines, default=None)
    before = date.max if agreed_on is None else agreed_on
    steps = _list_steps(places)
    shortfalls: list[tuple[date, _Shortfall | None]] = []
    active = 0
    for day in sorted(day for day in steps if day <= through and day < before):
        active += sum(number for number, _ in steps[day])
        shortfalls.append((day, (None, None) if active else None))
    if agreed_on is not None and agreed_on <= through:
        shortfalls.append((agreed_on, None))
    return _join_days("absence_routine", None, shortfalls)


def calculate_required_staff(percent: int, places_per_employee: int = 5) -> Fraction:
    """P5: one employee per so many whole places (five), of places in percent of a whole one: exact, not rounded."""
    return Fraction(percent, WHOLE * places_per_employee)


def calculate_average_staff(
    places: Sequence[StaffedPlace],
    extra: Sequence[tuple[Period, Fraction]],
    first_day: date,
    last_day: date,
    staffing: Sequence[Staffing] = DEFAULT_STAFFING,
) -> Fraction:
    """P5, L6: the staff that places require, averaged over the days of a period: exact, not rounded.

    Each day by the version that is in force, and what agreements add on the days that there is a place. The places are
    one placement's, which share no day; `staffing` is sorted by day, and the first also holds before its own.
    """
    versions = [*(staffing or DEFAULT_STAFFING)]
    bounds = [date.min, *(version.valid_from for version in versions[1:]), None]
    total = Fraction(0)
    for place in places:
        held = _intersect((place.occupancy.first_day, place.occupancy.last_day), (first_day, last_day))
        for version, begin, after in zip(versions, bounds, bounds[1:], strict=False):
            assert begin is not None
            days = _count_days(_intersect(held, (begin, None if after is None else after - _DAY)))
            percent = place.occupancy.share if version.share_counts == "shares" else WHOLE
            total += days * calculate_required_staff(percent, place.places_per_employee or version.places_per_employee)
        total += sum((_count_days(_intersect(held, period)) * amount for period, amount in extra), Fraction(0))
    return total / ((last_day - first_day).days + 1)


def _list_checks() -> list[tuple[DeviationKind, Area | None, _Check]]:
    def check_area(area: Area) -> _Check:
        def check(day: _DayFacts) -> _Shortfall | None:
            if day.statement is None:
                # D7: a grant that names such tasks does not wait for a statement.
                return (None, None) if day.has_tasks and area == "health_and_social_tasks" else None
            return None if area in day.statement.areas else (None, None)

        return check

    return [
        ("statement", None, _check_statement),
        ("police_certificate", None, _check_certificates),
        ("premises", None, _check_premises),
        *(("area", area, check_area(area)) for area in AREAS),
    ]  # fmt: skip


def _check_statement(day: _DayFacts) -> _Shortfall | None:
    return (None, None) if day.has_places and day.statement is None else None


def _check_certificates(day: _DayFacts) -> _Shortfall | None:
    if day.statement is None:
        return None
    required = day.statement.employees - day.statement.certificates_not_required
    held = day.statement.police_certificates
    return None if held >= required else (Fraction(required), Fraction(held))


def _check_premises(day: _DayFacts) -> _Shortfall | None:
    return (None, None) if day.statement and day.statement.universal_design == "no" else None


def _check_staff(statement: Statement, required: Fraction) -> _Shortfall | None:
    stated = statement.full_time_equivalents
    return None if stated >= required else (required, stated)


def _list_steps(places: Sequence[StaffedPlace]) -> Mapping[date, Sequence[tuple[int, StaffedPlace]]]:
    """The places that begin (1) or have ended (-1) on a day."""
    steps: defaultdict[date, list[tuple[int, StaffedPlace]]] = defaultdict(list)
    for place in places:
        first, last, _ = place.occupancy
        if last is None or first <= last:
            steps[first].append((1, place))
            if last is not None and last < date.max:
                steps[last + _DAY].append((-1, place))
    return steps


def _list_day_facts(
    statements: Sequence[Statement],
    places: Sequence[StaffedPlace],
    extra: Sequence[tuple[Period, Fraction]],
    through: date,
    staffing: Sequence[Staffing],
) -> tuple[list[tuple[date, _DayFacts]], list[tuple[date, _Shortfall | None]]]:
    """The facts from each day on which one of them changes, and of staff what is short from each day on which that may.

    What is required of staff is compared with a statement alone: before the first it is not computed.
    """
    steps = _list_steps(places)
    ordered = sorted(statements, key=lambda statement: statement.stated_on)
    stated_days = [statement.stated_on for statement in ordered]
    version_days = [version.valid_from for version in staffing]
    days = {*steps, *stated_days, *version_days[1:]}
    for (first, last), _ in extra:
        days.add(first)
        if last is not None and last < date.max:
            days.add(last + _DAY)
    staffed: defaultdict[int | None, _Staffed] = defaultdict(_Staffed)
    changes: list[tuple[date, _DayFacts]] = []
    shortfalls: list[tuple[date, _Shortfall | None]] = []
    facts = _DayFacts(None, has_places=False, has_tasks=False)
    for day in sorted(day for day in days if day <= through):
        for number, place in steps.get(day, ()):
            staffed[place.places_per_employee].add(place, number)
        groups = staffed.values()
        stated = bisect_right(stated_days, day)
        before, facts = (
            facts,
            _DayFacts(
                ordered[stated - 1] if stated else None,
                any(group.places for group in groups),
                any(group.with_tasks for group in groups),
            ),
        )
        if facts != before:
            changes.append((day, facts))
        if facts.statement is not None:
            version = staffing[max(bisect_right(version_days, day) - 1, 0)]
            required = sum((amount for period, amount in extra if _is_within(period, day)), Fraction(0))
            for own, group in staffed.items():
                percent = group.percent if version.share_counts == "shares" else WHOLE * group.places
                required += calculate_required_staff(percent, own or version.places_per_employee)
            shortfalls.append((day, _check_staff(facts.statement, required)))
    return changes, shortfalls


def _join_days(
    kind: DeviationKind, area: Area | None, shortfalls: Sequence[tuple[date, _Shortfall | None]]
) -> list[Deviation]:
    """Neighbouring days on which something is missing are one deviation, with the numbers of its last."""
    deviations: list[Deviation] = []
    since: date | None = None
    numbers: _Shortfall = (None, None)
    for day, shortfall in shortfalls:
        if shortfall is None:
            if since is not None:
                deviations.append(Deviation(kind, area, since, day, *numbers))
            since = None
        else:
            since = since or day
            numbers = shortfall
    if since is not None:
        deviations.append(Deviation(kind, area, since, None, *numbers))
    return deviations


def _is_within(period: Period, day: date) -> bool:
    first, last = period
    return first <= day and (last is None or day <= last)


def _intersect(period: Period, other: Period) -> Period:
    """The days that are in both; the last before the first where none is."""
    ends = [last for _, last in (period, other) if last is not None]
    return max(period[0], other[0]), min(ends, default=None)


def _count_days(period: Period) -> int:
    first, last = period
    assert last is not None
    return max((last - first).days + 1, 0)
