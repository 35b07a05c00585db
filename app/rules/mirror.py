"""S4: whether decisions mirror the need, as counts and sums of people's hours; and what of it is shown (S6).

Hours are hours a week, averaged over the days of the period, exact.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal, get_args

from app.rules.calendar import add_months
from app.rules.people_by_day import count_people_by_day, has_few
from app.rules.suppression import LEAST, suppress_cells, suppress_parts

LOWER_PERCENT, UPPER_PERCENT = 90, 110
"""Between these, both included, a decision is within what is needed."""
REASSESSMENT_MONTHS = 12

Group = Literal["below", "within", "above", "without_need", "without_decision", "without_hours"]
GROUPS: tuple[Group, ...] = get_args(Group)
_PERCENT = 100
_NOTHING = Fraction(0)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The parameters of the table: percent of the need, and months until somebody is assessed again."""

    lower_percent: int = LOWER_PERCENT
    upper_percent: int = UPPER_PERCENT
    reassessment_months: int = REASSESSMENT_MONTHS


@dataclass(frozen=True, slots=True)
class WeeklyHours:
    """Hours a week of a person and service from one day to another. None is not recorded."""

    person: Hashable
    service_type: str
    first_day: date
    last_day: date
    assessed: Fraction | None
    decided: Fraction | None
    delivered: Fraction | None
    assessed_on: date | None = None


@dataclass(slots=True)
class HoursSum:
    """Sums of hours, and what was recorded of them."""

    need: Fraction = _NOTHING
    decided: Fraction = _NOTHING
    delivered: Fraction = _NOTHING
    decided_where_delivered: Fraction = _NOTHING
    delivered_where_decided: Fraction = _NOTHING
    has_need: bool = False
    has_decision: bool = False
    has_delivery: bool = False
    lacks_need: bool = False
    """Some of what is decided has no recorded need."""
    lacks_decision: bool = False
    """Some of the need has no decision."""
    lacks_delivery: bool = False
    """Of some of what is decided, it is not recorded what was delivered."""
    lacks_decision_of_delivery: bool = False
    has_both: bool = False
    """Of something it is recorded what was decided and what was delivered."""
    assessed_on: date | None = None

    def add(self, row: WeeklyHours, part: Fraction, last_day: date) -> None:
        """A row that holds for a part of the period's days."""
        if row.assessed is not None:
            self.need += row.assessed * part
            self.has_need = True
            self.lacks_decision |= row.decided is None
        if row.decided is not None:
            self.decided += row.decided * part
            self.has_decision = True
            self.lacks_need |= row.assessed is None
            self.lacks_delivery |= row.delivered is None
        if row.delivered is not None:
            self.delivered += row.delivered * part
            self.has_delivery = True
            self.lacks_decision_of_delivery |= row.decided is None
        if row.decided is not None and row.delivered is not None:
            self.has_both = True
            self.decided_where_delivered += row.decided * part
            self.delivered_where_decided += row.delivered * part
        if row.assessed_on is not None and row.assessed_on <= last_day:
            self.assessed_on = max(row.assessed_on, self.assessed_on or row.assessed_on)


def sum_hours(
    rows: Iterable[WeeklyHours], first_day: date, last_day: date, *, by_service: bool
) -> dict[tuple[Hashable, str], HoursSum]:
    """The hours of each person in a period, by service or in all (then the service is empty).

    Who has no day in it is not there.
    """
    days = (last_day - first_day).days + 1
    found: dict[tuple[Hashable, str], HoursSum] = {}
    for row in rows:
        covered = (min(row.last_day, last_day) - max(row.first_day, first_day)).days + 1
        if covered > 0:
            key = (row.person, row.service_type if by_service else "")
            found.setdefault(key, HoursSum()).add(row, Fraction(covered, days), last_day)
    return found


def classify(person: HoursSum, thresholds: Thresholds) -> Group:
    """S4: below, within or above the need; a person of whom a need or a decision is not recorded is counted apart."""
    if person.lacks_need:
        return "without_need"
    if person.lacks_decision:
        return "without_decision"
    if not person.has_need:
        return "without_hours"
    if person.decided * _PERCENT < person.need * thresholds.lower_percent:
        return "below"
    return "above" if person.decided * _PERCENT > person.need * thresholds.upper_percent else "within"


@dataclass(frozen=True, slots=True)
class Mirror:
    """A period's table before anything is hidden: sums of hours a week, and counts of people."""

    need: Fraction
    decided: Fraction
    decided_where_delivered: Fraction
    delivered_where_decided: Fraction
    groups: Mapping[Group, int]
    with_need: int
    with_decision: int
    with_both: int
    """Of whom it is recorded what was decided and what was delivered of something."""
    with_delivery: int
    """And of everything that is decided."""
    without_delivery: int
    assessed_lately: int
    assessed_long_ago: int
    never_assessed: int

    @property
    def people(self) -> int:
        """Everybody with hours in the period."""
        return sum(self.groups.values())


def build_mirror(
    rows: Sequence[WeeklyHours], first_day: date, last_day: date, thresholds: Thresholds | None = None
) -> Mirror:
    """S4: the table of a period. An assessment is long ago when its months are over before the period's last day."""
    limits = thresholds or Thresholds()
    people = [*sum_hours(rows, first_day, last_day, by_service=False).values()]
    groups = [classify(person, limits) for person in people]
    assessed = [person.assessed_on for person in people if person.assessed_on is not None]
    long_ago = sum(add_months(day, limits.reassessment_months) < last_day for day in assessed)
    return Mirror(
        need=sum((person.need for person in people), _NOTHING),
        decided=sum((person.decided for person in people), _NOTHING),
        decided_where_delivered=sum((person.decided_where_delivered for person in people), _NOTHING),
        delivered_where_decided=sum((person.delivered_where_decided for person in people), _NOTHING),
        groups={group: groups.count(group) for group in GROUPS},
        with_need=sum(person.has_need for person in people),
        with_decision=sum(person.has_decision for person in people),
        with_both=sum(person.has_both for person in people),
        with_delivery=sum(person.has_both and not person.lacks_delivery for person in people),
        without_delivery=sum(person.lacks_delivery for person in people),
        assessed_lately=len(assessed) - long_ago,
        assessed_long_ago=long_ago,
        never_assessed=len(people) - len(assessed),
    )


def calculate_percent(part: Fraction, whole: Fraction) -> Fraction | None:
    """None of nothing."""
    return part * _PERCENT / whole if whole else None


@dataclass(frozen=True, slots=True)
class ShownMirror:
    """Which of a table's numbers are shown (S6): counts are None where they are hidden."""

    people: int | None
    groups: Mapping[Group, int | None]
    shows_need: bool
    shows_delivery: bool
    with_delivery: int | None
    without_delivery: int | None
    assessed_lately: int | None
    assessed_long_ago: int | None
    never_assessed: int | None


@dataclass(frozen=True, slots=True)
class FewPeople:
    """Whether on a day of the period few people have what the sums of hours are made of (S6)."""

    need: bool = False
    delivery: bool = False


def find_few_people(rows: Iterable[WeeklyHours], first_day: date, last_day: date, least: int = LEAST) -> FewPeople:
    """S6: on each day by itself. Sums are asked for to and with any day, and two of them tell the days between."""
    every = [*rows]

    def has_few_of(holds: Callable[[WeeklyHours], bool]) -> bool:
        spans = [(row.person, row.first_day, row.last_day) for row in every if holds(row)]
        return has_few(count_people_by_day(spans, first_day, last_day), least)

    of_decision = has_few_of(lambda row: row.decided is not None)
    return FewPeople(
        need=of_decision or has_few_of(lambda row: row.assessed is not None),
        delivery=of_decision
        or has_few_of(lambda row: row.decided is not None and row.delivered is not None)
        or has_few_of(lambda row: row.decided is not None and row.delivered is None),
    )


def show_mirror(mirror: Mirror, few: FewPeople, least: int = LEAST) -> ShownMirror:
    """S6: what is shown to those who see no names.

    Counts are hidden as the parts of their sums; sums of hours where a number of fewer people could be worked out from
    them, in the period or on a day of it: days add up to months and these to longer periods, so what is hidden in one
    is hidden in all. **Decided here**: what is told of deliveries counts nobody where a group is hidden, since the two
    overlap.
    """
    cells, people = suppress_cells([mirror.groups[group] for group in GROUPS], least)
    assessed = suppress_parts([mirror.assessed_lately, mirror.assessed_long_ago, mirror.never_assessed], people, least)
    of_delivery = mirror.with_delivery, mirror.without_delivery, mirror.people - mirror.with_decision
    is_counted = None not in cells and not _is_small(least, *of_delivery)
    return ShownMirror(
        people=people,
        groups=dict(zip(GROUPS, cells, strict=True)),
        shows_need=not (few.need or _is_small(least, mirror.with_need, mirror.with_decision)),
        shows_delivery=not (
            few.delivery or _is_small(least, mirror.with_both, mirror.without_delivery, mirror.with_decision)
        ),
        with_delivery=mirror.with_delivery if is_counted else None,
        without_delivery=mirror.without_delivery if is_counted else None,
        assessed_lately=assessed[0],
        assessed_long_ago=assessed[1],
        never_assessed=assessed[2],
    )


def reveal_mirror(mirror: Mirror) -> ShownMirror:
    """The same with nothing hidden, for those who see names."""
    return ShownMirror(
        people=mirror.people,
        groups=mirror.groups,
        shows_need=True,
        shows_delivery=True,
        with_delivery=mirror.with_delivery,
        without_delivery=mirror.without_delivery,
        assessed_lately=mirror.assessed_lately,
        assessed_long_ago=mirror.assessed_long_ago,
        never_assessed=mirror.never_assessed,
    )


def _is_small(least: int, *counts: int) -> bool:
    return any(0 < count < least for count in counts)
