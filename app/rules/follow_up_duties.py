"""What chapter 7 asks for, when, and of whom (M1–M8): a placement's clock and the duties that follow from it.

The clock of a placement begins on its first day, for a `legacy` one on the guideline's effective date, and counts
placement years. A year that has begun owes what the guideline asks. Nothing of this is stored: it is computed from
what is on record, for the day that is asked about.
"""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal, NamedTuple

from app.rules.calendar import add_months, find_placement_year_start, get_placement_year
from app.rules.minutes import Consent, MeetingKind, list_themes

TaskKind = Literal[
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
    "request_to_send",
    "request_unanswered",
    "decision_to_make",
    "end_decision",
    "temporary_ending",
    "supplement_ending",
    "rate_missing",
    "absence_contact",
    "staffing_discussion",
    "protection_to_check",
    "trust_report",
    "stair_review",
    "reassessment",
    "trip_assessment",
    "trip_acceptance",
    "trip_settlement",
    "trial_evaluation",
    "information_stale",
]
TaskStatus = Literal["open", "overdue", "done", "waived"]
ResponsibleParty = Literal["provider", "case_office", "service", "grants_office"]

WAIVABLE_KINDS: frozenset[TaskKind] = frozenset(
    {"plan", "evaluation", "conversation", "cooperation_meeting", "notice_meeting", "absence_contact"}
)
"""M9: what may be waived. Everything else goes away by what is decided or recorded."""

_MEETING_KINDS: Mapping[TaskKind, MeetingKind] = {"conversation": "conversation", "cooperation_meeting": "cooperation"}

_DAY = timedelta(days=1)
_CACHED_YEARS = 20


class FollowUpRequirements(NamedTuple):
    """What a version of the guideline asks for from a day on: the parameters of M, M1–M4, of M6's renewal, and how long
    before or after a day something is a task (D4, L6, L7).
    """

    valid_from: date
    plan_due_days: int = 90
    conversations: int = 2
    cooperation_meetings: int = 1
    evaluations: int = 1
    consent_months: int = 12
    part_year_percent: int = 50
    part_year_conversations: int = 1
    request_answer_days: int = 14
    temporary_ending_days: int = 60
    supplement_ending_days: int = 30
    plan_renewal_days: int = 90
    reassessment_months: int = 12

    def list_yearly_counts(self, *, everything: bool) -> Mapping[TaskKind, int]:
        """M2–M4: how many of each; of a part of a year too short for that, one conversation and nothing else."""
        if not everything:
            conversations = min(self.part_year_conversations, self.conversations)
            return {"conversation": conversations, "cooperation_meeting": 0, "evaluation": 0}
        return {
            "conversation": self.conversations,
            "cooperation_meeting": self.cooperation_meetings,
            "evaluation": self.evaluations,
        }


@dataclass(frozen=True, slots=True)
class PlacementYear:
    """A placement year that has begun, and what is required by its last day. `last` is the placement's own last day
    where it ends before the year does.
    """

    n: int
    first: date
    last: date
    required: Mapping[TaskKind, int]


@dataclass(frozen=True, slots=True)
class PlacementClock:
    """A placement's years so far, and the day its plan is due (None: it owes none)."""

    years: tuple[PlacementYear, ...]
    firsts: tuple[date, ...]
    plan_due_on: date | None

    def count_by_year(self, days: Iterable[date], begins: date, ends: date) -> list[int]:
        """How many of the days between two are in each of the years. The two are days of the years themselves."""
        found = [0] * len(self.years)
        for day in days:
            if begins <= day <= ends:
                found[bisect_right(self.firsts, day) - 1] += 1
        return found


def find_clock_start(terms: str, starts_on: date, effective_from: date | None) -> date | None:
    """M, L2: the first day of the first placement year; None while there is no guideline.

    A legacy place that began after the effective date (the guideline was recorded later) counts from its first day.
    """
    if effective_from is None:
        return None
    return max(starts_on, effective_from) if terms == "legacy" else starts_on


def find_requirements(requirements: Sequence[FollowUpRequirements], day: date) -> FollowUpRequirements:
    """The version in force on a day; the first one before it. `requirements` is sorted by day and not empty."""
    index = bisect_right(requirements, day, key=lambda version: version.valid_from)
    return requirements[max(index - 1, 0)]


def build_clock(
    first: date, ends_on: date | None, on: date, requirements: tuple[FollowUpRequirements, ...]
) -> PlacementClock:
    """M, M1–M4: the years of a placement that have begun by a day, each by the guideline of its first day.

    **Decided here**: a version that comes inside a year holds from the next one on. Of a year in which the placement
    ends, everything is due on the placement's own last day, and so is a plan that would be due after it: a placement
    that has ended owes nothing afterwards.
    """
    # Many places share a first day, and the same clocks are asked for all day; far futures would fill the cache.
    build = _build_cached_clock if on.year - first.year <= _CACHED_YEARS else _build_clock
    return build(first, ends_on, on, requirements)


def _build_clock(
    first: date, ends_on: date | None, on: date, requirements: tuple[FollowUpRequirements, ...]
) -> PlacementClock:
    years: list[PlacementYear] = []
    plan_due_on = None
    n = 1
    while True:
        begins, ends = get_placement_year(first, n)
        if begins > on or (ends_on is not None and begins > ends_on):
            break
        version = find_requirements(requirements, begins)
        last = ends if ends_on is None else min(ends, ends_on)
        everything = owes_full_year(begins, last, ends, version.part_year_percent)
        if n == 1 and everything:
            plan_due_on = min(begins + version.plan_due_days * _DAY, last)
        years.append(PlacementYear(n, begins, last, version.list_yearly_counts(everything=everything)))
        n += 1
    return PlacementClock(tuple(years), tuple(year.first for year in years), plan_due_on)


_build_cached_clock = lru_cache(maxsize=8192)(_build_clock)


def owes_full_year(first: date, last: date, year_last: date, percent: int = 50) -> bool:
    """M: whether the days from `first` to `last` are at least this much (half) of the year that would have gone to
    `year_last`.
    """
    return 100 * ((last - first).days + 1) >= percent * ((year_last - first).days + 1)


def determine_status(due_on: date, *, done: bool, on: date) -> TaskStatus:
    """M: open to and with the due day, overdue from the day after, done whenever it was done."""
    if done:
        return "done"
    return "open" if on <= due_on else "overdue"


def find_reported_day(period_from: date, period_to: date, first: date, ends_on: date | None) -> date | None:
    """M2: the day that says which placement year an evaluation reports on; None for none of them.

    **Decided here**: the middle day of that part of its period which lies in the placement, so that a report that is
    written after the year, or on a calendar year, belongs to the year it mostly speaks of.
    """
    begins = max(period_from, first)
    ends = period_to if ends_on is None else min(period_to, ends_on)
    return None if ends < begins else begins + (ends - begins) // 2


def calculate_consent_due_day(consent: Consent, months: int) -> date:
    """M6: the day by which a consent must be asked for again.

    **Decided here**: its own last day, or so many months after it was given (a parameter; 12).
    """
    return add_months(consent.given_on, months) if consent.valid_to is None else consent.valid_to


class Duty(NamedTuple):
    """One thing that is due: by which day, how much of it, how much there is; a new plan counts from `made_since`."""

    kind: TaskKind
    n: int
    due_on: date
    status: TaskStatus
    required: int
    recorded: int
    made_since: date = date.min


class Verdict(NamedTuple):
    """M2: what a report that was sent says of the plan."""

    period_from: date
    period_to: date
    sent_on: date
    plan_stands: bool


class FollowUpRecord(NamedTuple):
    """What a placement has on record by the day that is asked about.

    The days on which the plans that were sent were made, the days of meetings that count, the periods of evaluations
    that were sent, and what those say of the plan, in the order in which they were sent.
    """

    plans: Sequence[date] = ()
    conversations: Iterable[date] = ()
    cooperation_meetings: Iterable[date] = ()
    evaluations: Iterable[tuple[date, date]] = ()
    verdicts: Sequence[Verdict] = ()


def list_duties(
    first: date,
    ends_on: date | None,
    record: FollowUpRecord,
    *,
    on: date,
    requirements: tuple[FollowUpRequirements, ...],
    kinds: Collection[TaskKind],
    due_from: date = date.min,
    due_to: date = date.max,
    died: bool = False,
    includes_done: bool = True,
) -> Iterator[Duty]:
    """M1–M4: everything a placement has come to owe by a day that is due between the other two, without what is done
    unless `includes_done`.

    `first` is the first day of its clock. Where `died` says that a death ended the placement, nothing is owed of the
    placement year in which it did (L8).
    """
    if died and ends_on is not None:
        due_to = min(due_to, find_placement_year_start(first, ends_on) - _DAY)
    clock = build_clock(first, ends_on, on, requirements)
    plan_due_on = clock.plan_due_on
    if plan_due_on is not None and "plan" in kinds and due_from <= plan_due_on <= due_to:
        status = determine_status(plan_due_on, done=bool(record.plans), on=on)
        if includes_done or status != "done":
            yield Duty("plan", 1, plan_due_on, status, 1, int(bool(record.plans)))
    if record.verdicts and clock.years and "plan" in kinds:
        for duty in list_plan_renewals(clock, ends_on, record, on=on, requirements=requirements):
            if due_from <= duty.due_on <= due_to and (includes_done or duty.status != "done"):
                yield duty
    years = [(index, year) for index, year in enumerate(clock.years) if due_from <= year.last <= due_to]
    if not years:
        return
    on_record: list[tuple[TaskKind, Iterable[date]]] = [
        ("conversation", record.conversations),
        ("cooperation_meeting", record.cooperation_meetings),
        ("evaluation", _list_reported_days(record.evaluations, first, ends_on)),
    ]
    for kind, days in on_record:
        if kind in kinds:
            counted = clock.count_by_year(days, years[0][1].first, years[-1][1].last)
            for index, year in years:
                required, recorded = year.required[kind], counted[index]
                if required and (includes_done or recorded < required):
                    status = "done" if recorded >= required else "open" if on <= year.last else "overdue"
                    yield Duty(kind, year.n, year.last, status, required, recorded)


def list_plan_renewals(
    clock: PlacementClock,
    ends_on: date | None,
    record: FollowUpRecord,
    *,
    on: date,
    requirements: Sequence[FollowUpRequirements],
) -> Iterator[Duty]:
    """M2: a new plan for each placement year whose report says that the plan does not stand.

    It is due so many days after the report was sent (a parameter; 90). **Decided here**: at the latest on the
    placement's own last day; a report sent after that asks for none, and nor does one whose plan would be due in a last
    year that is too short for it (M). Of several reports on a year the one sent last counts. A plan made since the
    report's period ended, or since it was sent, is the new one. Its `n` is the year's number and one: the first plan is
    1.
    """
    by_year: dict[int, Verdict] = {}
    for verdict in record.verdicts:
        reported = find_reported_day(verdict.period_from, verdict.period_to, clock.firsts[0], ends_on)
        if reported is not None and reported <= clock.years[-1].last:
            by_year[bisect_right(clock.firsts, reported)] = verdict
    for n, verdict in sorted(by_year.items()):
        if verdict.plan_stands or (ends_on is not None and ends_on < verdict.sent_on):
            continue
        days = find_requirements(requirements, verdict.sent_on).plan_renewal_days
        due_on = min(verdict.sent_on + days * _DAY, ends_on or date.max)
        if not _owes_full_year_of(clock.firsts[0], due_on, ends_on, requirements):
            continue
        made_since = min(verdict.period_to, verdict.sent_on)
        renewed = any(made_on >= made_since for made_on in record.plans)
        status = determine_status(due_on, done=renewed, on=on)
        yield Duty("plan", n + 1, due_on, status, 1, int(renewed), made_since)


def _owes_full_year_of(
    first: date, day: date, ends_on: date | None, requirements: Sequence[FollowUpRequirements]
) -> bool:
    """M: whether the placement year that a day lies in owes everything."""
    begins = find_placement_year_start(first, day)
    _, ends = get_placement_year(first, begins.year - first.year + 1)
    last = ends if ends_on is None else min(ends, ends_on)
    return owes_full_year(begins, last, ends, find_requirements(requirements, begins).part_year_percent)


def _list_reported_days(periods: Iterable[tuple[date, date]], first: date, ends_on: date | None) -> Iterator[date]:
    for period_from, period_to in periods:
        day = find_reported_day(period_from, period_to, first, ends_on)
        if day is not None:
            yield day


def list_calendar_years_owed(effective_from: date | None, on: date) -> range:
    """M7, M8: the calendar years that owe a system meeting and an evaluation of the guideline itself, so far.

    **Decided here**: the guideline's own evaluation follows the calendar year too, and both are due on its last day,
    from the year in which the guideline took effect.
    """
    return range(0) if effective_from is None else range(effective_from.year, on.year + 1)


def list_rate_years_owed(effective_from: date, on: date) -> range:
    """C1: the years whose rate must be known: the year of the day, and from 1 December the next one.

    **Decided here**: none before the year in which the guideline took effect.
    """
    return range(max(on.year, effective_from.year), on.year + (on.month == 12) + 1)


def find_untouched_themes(kind: TaskKind, touched: Collection[str]) -> list[str]:
    """M3, M4: which of the year's four themes no meeting has had yet; none for other kinds of task."""
    meeting = _MEETING_KINDS.get(kind)
    return [] if meeting is None else [theme for theme in list_themes(meeting) if theme not in touched]
