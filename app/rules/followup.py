"""What chapter 7 asks for, when, and of whom (M1–M8): the placement's clock, what minutes must hold, what is owed.

The clock of a placement begins on its first day, for a `legacy` one on the guideline's effective date, and counts
placement years. A year that has begun owes what the guideline asks; nothing is stored of it, and nothing depends on
which day it happens to be but whether that day has come.
"""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal, NamedTuple

from app.rules.calendar import add_months, placement_year

Kind = Literal[
    "plan",
    "evaluation",
    "conversation",
    "cooperation_meeting",
    "system_meeting",
    "guideline_evaluation",
    "absence_review",
    "notice_meeting",
    "deviation",
    "consent",
    "moved_out",
]
Status = Literal["open", "overdue", "done"]
Responsible = Literal["provider", "case_office", "service"]
MeetingKind = Literal["conversation", "cooperation", "system", "bilateral"]
AttendeeRole = Literal[
    "participant",
    "guardian",
    "next_of_kin",
    "provider",
    "case_office",
    "habilitation",
    "mental_health",
    "nav",
    "other_service",
]
ServiceRole = Literal["habilitation", "mental_health", "nav", "other_service"]

SERVICES: frozenset[ServiceRole] = frozenset({"habilitation", "mental_health", "nav", "other_service"})
INDIVIDUAL: frozenset[MeetingKind] = frozenset({"conversation", "cooperation"})
JOINT_PARTIES: tuple[AttendeeRole, ...] = ("case_office", "habilitation", "mental_health", "nav")

CONVERSATION_THEMES = ("own_experience", "progress", "changes", "content")
COOPERATION_THEMES = ("functioning", "cooperation", "changes", "another_offer")
SYSTEM_THEMES = ("development", "collaboration", "economy", "other")
CONTENT_AREAS = ("activity", "mastery", "variation", "training", "health")

_MEETING_KIND: Mapping[Kind, MeetingKind] = {"conversation": "conversation", "cooperation_meeting": "cooperation"}

_DAY = timedelta(days=1)
_REMEMBERED_YEARS = 20


# What minutes must hold ------------------------------------------------------------------------------------------


def themes_of(kind: MeetingKind) -> tuple[str, ...]:
    """M3, M4, M7: the themes that a meeting of this kind may have."""
    if kind == "conversation":
        return CONVERSATION_THEMES
    return COOPERATION_THEMES if kind == "cooperation" else SYSTEM_THEMES


def themes_untouched(kind: Kind, touched: Collection[str]) -> list[str]:
    """M3, M4: which of the year's four themes no meeting has had yet; none for other kinds of task."""
    meeting = _MEETING_KIND.get(kind)
    return [] if meeting is None else [theme for theme in themes_of(meeting) if theme not in touched]


def absence_unexplained(kind: MeetingKind, roles: Collection[AttendeeRole], reason: str | None) -> bool:
    """M5: an individual meeting without the participant whose minutes do not hold why."""
    return kind in INDIVIDUAL and "participant" not in roles and reason is None


@dataclass(frozen=True, slots=True)
class Consent:
    """A consent of the participant or guardian to share with these services. `valid_to` is its own last day, if any."""

    given_on: date
    services: frozenset[str]
    valid_to: date | None = None
    withdrawn_on: date | None = None

    def in_force(self, day: date) -> bool:
        """M6. **Decided here**: the day of the withdrawal is the first without it."""
        return (
            self.given_on <= day
            and (self.valid_to is None or day <= self.valid_to)
            and (self.withdrawn_on is None or day < self.withdrawn_on)
        )


def services_without_consent(
    roles: Collection[AttendeeRole], service_area: str, consents: Iterable[Consent], held_on: date
) -> list[ServiceRole]:
    """M6: which services were present though no consent covers them on that day, sorted.

    **Decided here**: the service that follows the participant up takes part by M4 itself; every other is another.
    """
    others = {role for role in SERVICES if role in roles and role != service_area}
    for consent in consents:
        if consent.in_force(held_on):
            others = {role for role in others if role not in consent.services}
    return sorted(others)


def counts(kind: MeetingKind, roles: Collection[AttendeeRole]) -> bool:
    """M3, M4, M7: whether the meeting is one of those that the guideline asks for.

    **Decided here**: a conversation is one with both the provider and the participant there; a cooperation meeting has
    the provider there, and the participant unless the minutes hold the reason (M5). Who called it is recorded and not
    asked for: to call is a duty, and a meeting that somebody else had to call was still held. A joint meeting counts
    whoever came; the year names those who did not.
    """
    if kind == "conversation":
        return "provider" in roles and "participant" in roles
    return kind == "system" or (kind == "cooperation" and "provider" in roles)


def missing_parties(roles: Collection[str]) -> list[AttendeeRole]:
    """M7: which of the joint meeting's parties were not there; the providers are counted one by one elsewhere."""
    return [role for role in JOINT_PARTIES if role not in roles]


# The clock -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asks:
    """What a version of the guideline asks for from a day on: the parameters of M, M1–M4 and of M6's renewal."""

    valid_from: date
    plan_due_days: int = 90
    conversations: int = 2
    cooperation_meetings: int = 1
    evaluations: int = 1
    consent_months: int = 12
    part_year_percent: int = 50
    part_year_conversations: int = 1

    def owed_by_a_year(self, *, everything: bool) -> Mapping[Kind, int]:
        """M2–M4: how many of each; of a part of a year too short for that, one conversation and nothing else."""
        if not everything:
            owed = min(self.part_year_conversations, self.conversations)
            return {"conversation": owed, "cooperation_meeting": 0, "evaluation": 0}
        return {
            "conversation": self.conversations,
            "cooperation_meeting": self.cooperation_meetings,
            "evaluation": self.evaluations,
        }


@dataclass(frozen=True, slots=True)
class PlacementYear:
    """A placement year that has begun, and what it owes by its last day. `last` is the placement's own where it ends
    before the year does.
    """

    n: int
    first: date
    last: date
    owes: Mapping[Kind, int]


@dataclass(frozen=True, slots=True)
class Clock:
    """A placement's years so far, and the day its plan is due (None: it owes none)."""

    years: tuple[PlacementYear, ...]
    firsts: tuple[date, ...]
    plan_due_on: date | None

    def by_year(self, days: Iterable[date]) -> list[int]:
        """How many of the days are in each of the years; a day outside them all is in none."""
        found = [0] * len(self.years)
        if self.years:
            begins, ends = self.firsts[0], self.years[-1].last
            for day in days:
                if begins <= day <= ends:
                    found[bisect_right(self.firsts, day) - 1] += 1
        return found


def clock_start(terms: str, starts_on: date, effective_from: date | None) -> date | None:
    """M, L2: the first day of the first placement year; None while no guideline asks for anything.

    A legacy place that began after the effective date (the guideline was recorded later) counts from its first day.
    """
    if effective_from is None:
        return None
    return max(starts_on, effective_from) if terms == "legacy" else starts_on


def in_force(asks: Sequence[Asks], day: date) -> Asks:
    """The version in force on a day; the first one before it. `asks` is sorted by day and not empty."""
    index = bisect_right(asks, day, key=lambda version: version.valid_from)
    return asks[max(index - 1, 0)]


def clock_of(first: date, ends_on: date | None, on: date, asks: tuple[Asks, ...]) -> Clock:
    """M, M1–M4: the years of a placement that have begun by a day, each by the guideline of its first day.

    **Decided here**: a version that comes inside a year asks from the next one on. Of a year in which the placement
    ends, everything is due on the placement's own last day, and so is a plan that would be due after it: a placement
    that has ended owes nothing afterwards.
    """
    # Places share their first days, and a day's clocks are asked for all day; those of a far future would fill memory.
    counted = _counted_once if on.year - first.year <= _REMEMBERED_YEARS else _counted
    return counted(first, ends_on, on, asks)


def _counted(first: date, ends_on: date | None, on: date, asks: tuple[Asks, ...]) -> Clock:
    years: list[PlacementYear] = []
    plan_due_on = None
    n = 1
    while True:
        begins, ends = placement_year(first, n)
        if begins > on or (ends_on is not None and begins > ends_on):
            break
        version = in_force(asks, begins)
        last = ends if ends_on is None else min(ends, ends_on)
        everything = asks_everything(begins, last, ends, version.part_year_percent)
        if n == 1 and everything:
            plan_due_on = min(begins + version.plan_due_days * _DAY, last)
        years.append(PlacementYear(n, begins, last, version.owed_by_a_year(everything=everything)))
        n += 1
    return Clock(tuple(years), tuple(year.first for year in years), plan_due_on)


_counted_once = lru_cache(maxsize=8192)(_counted)


def asks_everything(first: date, last: date, year_last: date, percent: int = 50) -> bool:
    """M: whether the days from `first` to `last` are at least this much (half) of the year that would have gone to
    `year_last`.
    """
    return 100 * ((last - first).days + 1) >= percent * ((year_last - first).days + 1)


def status_of(due_on: date, *, done: bool, on: date) -> Status:
    """M: open to and with the due day, overdue from the day after, done whenever it was done."""
    if done:
        return "done"
    return "open" if on <= due_on else "overdue"


def reported_day(period_from: date, period_to: date, first: date, ends_on: date | None) -> date | None:
    """M2: the day that says which placement year an evaluation reports on; None for none of them.

    **Decided here**: the middle day of that part of its period which lies in the placement, so that a report that is
    written after the year, or on a calendar year, belongs to the year it mostly speaks of.
    """
    begins = max(period_from, first)
    ends = period_to if ends_on is None else min(period_to, ends_on)
    return None if ends < begins else begins + (ends - begins) // 2


def consent_due_on(consent: Consent, months: int) -> date:
    """M6: the day by which a consent must be asked for again.

    **Decided here**: its own last day, or so many months after it was given (a parameter; 12).
    """
    return add_months(consent.given_on, months) if consent.valid_to is None else consent.valid_to


# What is owed ----------------------------------------------------------------------------------------------------


class Owed(NamedTuple):
    """One thing that is due: by which day, how much of it, how much there is."""

    kind: Kind
    n: int
    due_on: date
    status: Status
    required: int
    recorded: int


@dataclass(frozen=True, slots=True)
class Record:
    """What a placement has on record by the day that is asked about.

    The days of meetings that count, the periods of evaluations that were sent, and whether a plan was.
    """

    plan_sent: bool = False
    conversations: Iterable[date] = ()
    cooperation_meetings: Iterable[date] = ()
    evaluations: Iterable[tuple[date, date]] = ()


def owed_by(
    first: date,
    ends_on: date | None,
    record: Record,
    *,
    on: date,
    asks: tuple[Asks, ...],
    kinds: Collection[Kind],
    due_from: date = date.min,
    due_to: date = date.max,
) -> Iterator[Owed]:
    """M1–M4: everything a placement has come to owe by a day, done or not, that is due between the other two.

    `first` is the first day of its clock.
    """
    clock = clock_of(first, ends_on, on, asks)
    plan_due_on = clock.plan_due_on
    if plan_due_on is not None and "plan" in kinds and due_from <= plan_due_on <= due_to:
        status = status_of(plan_due_on, done=record.plan_sent, on=on)
        yield Owed("plan", 1, plan_due_on, status, 1, int(record.plan_sent))
    years = [(index, year) for index, year in enumerate(clock.years) if due_from <= year.last <= due_to]
    if not years:
        return
    on_record: list[tuple[Kind, Iterable[date]]] = [
        ("conversation", record.conversations),
        ("cooperation_meeting", record.cooperation_meetings),
        ("evaluation", _reported_days(record.evaluations, first, ends_on)),
    ]
    for kind, days in on_record:
        if kind in kinds:
            counted = clock.by_year(days)
            for index, year in years:
                required = year.owes[kind]
                if required:
                    recorded = counted[index]
                    status = "done" if recorded >= required else "open" if on <= year.last else "overdue"
                    yield Owed(kind, year.n, year.last, status, required, recorded)


def _reported_days(periods: Iterable[tuple[date, date]], first: date, ends_on: date | None) -> Iterator[date]:
    for period_from, period_to in periods:
        day = reported_day(period_from, period_to, first, ends_on)
        if day is not None:
            yield day


def calendar_years_owed(effective_from: date | None, on: date) -> range:
    """M7, M8: the calendar years that owe a joint meeting and an evaluation of the guideline itself, so far.

    **Decided here**: the guideline's own evaluation follows the calendar year too, and both are due on its last day,
    from the year in which the guideline took effect.
    """
    return range(0) if effective_from is None else range(effective_from.year, on.year + 1)
