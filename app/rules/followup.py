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
from typing import Generic, Literal, NamedTuple, TypeVar

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
P = TypeVar("P")


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
    the provider there, and the participant unless the minutes hold the reason (M5).
    """
    if kind == "conversation":
        return "provider" in roles and "participant" in roles
    return kind == "system" or (kind == "cooperation" and "provider" in roles)


def missing_parties(roles: Collection[AttendeeRole]) -> list[AttendeeRole]:
    """M7: which of the joint meeting's parties were not there; the providers are counted one by one elsewhere."""
    return [role for role in JOINT_PARTIES if role not in roles]


# The clock -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asks:
    """What a version of the guideline asks for from a day on: the parameters of M1–M4 and of M6's renewal."""

    valid_from: date
    plan_due_days: int = 90
    conversations: int = 2
    cooperation_meetings: int = 1
    evaluations: int = 1
    consent_months: int = 12


@dataclass(frozen=True, slots=True)
class PlacementYear:
    """A placement year that has begun, and what it owes by its last day. `last` is the placement's own where it ends
    before the year does.
    """

    n: int
    first: date
    last: date
    conversations: int
    cooperation_meetings: int
    evaluations: int


@dataclass(frozen=True, slots=True)
class Clock:
    """A placement's years so far, and the day its plan is due (None: it owes none)."""

    years: tuple[PlacementYear, ...]
    firsts: tuple[date, ...]
    plan_due_on: date | None

    def year_of(self, day: date) -> int | None:
        """The index in `years` of the year that the day is in; None outside them all."""
        index = bisect_right(self.firsts, day) - 1
        return index if index >= 0 and day <= self.years[index].last else None


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


@lru_cache(maxsize=16_384)
def clock_of(first: date, ends_on: date | None, on: date, asks: tuple[Asks, ...]) -> Clock:
    """M, M1–M4: the years of a placement that have begun by a day, each by the guideline of its first day.

    **Decided here**: of a year in which the placement ends, everything is due on the placement's own last day, and so
    is a plan that would be due after it: a placement that has ended owes nothing afterwards.
    """
    years: list[PlacementYear] = []
    plan_due_on = None
    n = 1
    while True:
        begins, ends = placement_year(first, n)
        if begins > on or (ends_on is not None and begins > ends_on):
            break
        version = in_force(asks, begins)
        last = ends if ends_on is None else min(ends, ends_on)
        if asks_everything(begins, last, ends):
            owed = (version.conversations, version.cooperation_meetings, version.evaluations)
        else:
            owed = (min(1, version.conversations), 0, 0)
        if n == 1 and asks_everything(begins, last, ends):
            plan_due_on = min(begins + version.plan_due_days * _DAY, last)
        years.append(PlacementYear(n, begins, last, *owed))
        n += 1
    return Clock(tuple(years), tuple(year.first for year in years), plan_due_on)


def asks_everything(first: date, last: date, year_last: date) -> bool:
    """M: whether the days from `first` to `last` are at least half of the year that would have gone to `year_last`."""
    return 2 * ((last - first).days + 1) >= (year_last - first).days + 1


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


class Owed(NamedTuple, Generic[P]):
    """One thing that is due: by which day, how much of it, how much there is. `of` is whose it is, as it was given."""

    kind: Kind
    n: int
    due_on: date
    status: Status
    required: int
    recorded: int
    of: P


@dataclass(frozen=True, slots=True)
class Record:
    """What a placement has on record by the day that is asked about.

    The days of meetings that count, the periods of evaluations that were sent, and whether a plan was.
    """

    plan_sent: bool = False
    conversations: Sequence[date] = ()
    cooperation_meetings: Sequence[date] = ()
    evaluations: Sequence[tuple[date, date]] = ()


NOTHING = Record()


def owed_by(
    placement: P,
    first: date,
    ends_on: date | None,
    record: Record,
    *,
    on: date,
    asks: tuple[Asks, ...],
    kinds: Collection[Kind],
) -> Iterator[Owed[P]]:
    """M1–M4: everything a placement has come to owe by a day, done or not. `first` is its clock's first day."""
    clock = clock_of(first, ends_on, on, asks)
    if "plan" in kinds and clock.plan_due_on is not None:
        status = status_of(clock.plan_due_on, done=record.plan_sent, on=on)
        yield Owed("plan", 1, clock.plan_due_on, status, 1, int(record.plan_sent), placement)
    if "conversation" in kinds:
        held = _by_year(clock, record.conversations)
        for year, recorded in zip(clock.years, held, strict=True):
            if year.conversations:
                yield _yearly("conversation", year, year.conversations, recorded, on, placement)
    if "cooperation_meeting" in kinds:
        held = _by_year(clock, record.cooperation_meetings)
        for year, recorded in zip(clock.years, held, strict=True):
            if year.cooperation_meetings:
                yield _yearly("cooperation_meeting", year, year.cooperation_meetings, recorded, on, placement)
    if "evaluation" in kinds:
        days = (reported_day(begins, ends, first, ends_on) for begins, ends in record.evaluations)
        sent = _by_year(clock, [day for day in days if day is not None])
        for year, recorded in zip(clock.years, sent, strict=True):
            if year.evaluations:
                yield _yearly("evaluation", year, year.evaluations, recorded, on, placement)


def _yearly(kind: Kind, year: PlacementYear, required: int, recorded: int, on: date, placement: P) -> Owed[P]:
    done = recorded >= required
    status: Status = "done" if done else "open" if on <= year.last else "overdue"
    return Owed(kind, year.n, year.last, status, required, recorded, placement)


def _by_year(clock: Clock, days: Sequence[date]) -> list[int]:
    found = [0] * len(clock.years)
    for day in days:
        index = clock.year_of(day)
        if index is not None:
            found[index] += 1
    return found


def calendar_years_owed(effective_from: date | None, on: date) -> range:
    """M7, M8: the calendar years that owe a joint meeting and an evaluation of the guideline itself, so far.

    **Decided here**: the guideline's own evaluation follows the calendar year too, and both are due on its last day,
    from the year in which the guideline took effect.
    """
    return range(0) if effective_from is None else range(effective_from.year, on.year + 1)
