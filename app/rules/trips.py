"""T2, T6, T8–T11, T18: when a trip may be made, who comes first, and what the fund has left (003 § 3, § 7, § 8)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from app.rules.calendar import add_months

TripLength = Literal["long", "short"]
TripOutcome = Literal["carried_out", "granted", "rejected", "cancelled"]
IntervalMode = Literal["rank_last", "refuse"]
TripObstacle = Literal["no-night", "longer-needs-reason", "working-time-not-settled"]
FundEntryKind = Literal["allocation", "gift", "reserve", "release", "settle"]

_COUNTS: frozenset[TripOutcome] = frozenset({"carried_out", "granted"})


@dataclass(frozen=True, slots=True)
class TripNorms:
    """T2, T6: what a scheme version says of length, notice and interval. Norms and no walls; the trial's values."""

    most_nights: int = 6
    long_from_nights: int = 4
    notice_months_long: int = 4
    notice_months_short: int = 2
    interval_years: int = 2

    def find_length(self, nights: int) -> TripLength | None:
        """T10: long or short; None for a day out, which is no trip (T8)."""
        if nights < 1:
            return None
        return "long" if nights >= self.long_from_nights else "short"

    def find_last_notice_day(self, starts_on: date, length: TripLength) -> date:
        """T9: the last day on which an application is in time: the same day number, or the month's last."""
        months = self.notice_months_long if length == "long" else self.notice_months_short
        return add_months(starts_on, -months)

    def find_obstacle(
        self, starts_on: date, ends_on: date, *, longer_reason: str | None, working_time_agreed_on: date | None
    ) -> TripObstacle | None:
        """T8: what keeps a trip from being planned on these days, or None."""
        nights = (ends_on - starts_on).days
        if nights < 1:
            return "no-night"
        if nights <= self.most_nights:
            return None
        if longer_reason is None:
            return "longer-needs-reason"
        return "working-time-not-settled" if working_time_agreed_on is None else None

    def find_free_from(self, earlier: Iterable["EarlierTrip"], length: TripLength) -> int | None:
        """T10: the year from which a person is free for a trip of this length; None without one that counts.

        Long and short are apart. What was rejected or cancelled starts no interval.
        """
        years = [trip.year for trip in earlier if trip.length == length and trip.outcome in _COUNTS]
        return max(years) + self.interval_years if years else None


@dataclass(frozen=True, slots=True)
class EarlierTrip:
    """A trip that a person has had, or has been granted or refused."""

    year: int
    length: TripLength
    outcome: TripOutcome


@dataclass(frozen=True, slots=True)
class TripScores:
    """T11: 0–3 each, set by a person; None where nobody has."""

    benefit: int | None
    resource: int | None
    severity: int | None
    mastery: int | None

    @property
    def total(self) -> int | None:
        """Unweighted; None where one is missing, which is never zero."""
        scores = (self.benefit, self.resource, self.severity, self.mastery)
        return None if None in scores else sum(score for score in scores if score is not None)


@dataclass(frozen=True, slots=True)
class RankedApplication:
    """What an application is ranked by."""

    id: str
    received_on: date
    scores: TripScores
    late: bool = False
    within_interval: bool = False
    last_granted_year: int | None = None


@dataclass(frozen=True, slots=True)
class Ranking:
    """T11: a proposal, of which a person decides each (GDPR art. 22).

    Attributes:
        proposed: those that there is room for, in order.
        waiting: the others, in order.
        not_assessed: those with a missing score, who are not ranked.
    """

    proposed: tuple[RankedApplication, ...]
    waiting: tuple[RankedApplication, ...]
    not_assessed: tuple[RankedApplication, ...]


def rank_applications(applications: Iterable[RankedApplication], places: int) -> Ranking:
    """T11: by late, within the interval, the sum of the scores, longest since the last granted trip, received, id.

    **Decided here**: the four scores weigh the same, and who has never been granted a trip comes before who has.
    """
    ordered = sorted(applications, key=_order)
    ranked = [one for one in ordered if one.scores.total is not None]
    return Ranking(
        proposed=tuple(ranked[:places]),
        waiting=tuple(ranked[places:]),
        not_assessed=tuple(one for one in ordered if one.scores.total is None),
    )


def _order(one: RankedApplication) -> tuple[bool, bool, int, int, date, str]:
    last = 0 if one.last_granted_year is None else one.last_granted_year
    return one.late, one.within_interval, -(one.scores.total or 0), last, one.received_on, one.id


def explain_rank(one: RankedApplication, before: RankedApplication | None) -> str:
    """T11: why an application stands after the one before it; the first thing that tells them apart."""
    if before is None:
        return "first"
    reasons: Sequence[tuple[str, object, object]] = (
        ("late", one.late, before.late),
        ("within_interval", one.within_interval, before.within_interval),
        ("scores", one.scores.total, before.scores.total),
        ("last_granted", one.last_granted_year, before.last_granted_year),
        ("received", one.received_on, before.received_on),
    )
    return next((name for name, mine, theirs in reasons if mine != theirs), "id")


@dataclass(frozen=True, slots=True)
class TripFund:
    """T18: what the trip fund has, and what of it is promised. Øre."""

    balance: int = 0
    reserved: int = 0

    @property
    def available(self) -> int:
        """What a grant may still reserve; a settlement above its reservation may leave it below zero."""
        return self.balance - self.reserved

    def find_missing(self, ore: int) -> int:
        """How much is missing for a reservation; 0 where it fits."""
        return max(ore - self.available, 0)

    def enter(self, kind: FundEntryKind, ore: int, *, reserved: int = 0) -> "TripFund":
        """The fund after an entry; `reserved` is what was reserved for what is settled.

        ValueError for a reservation that does not fit: there is nothing else to pay with.
        """
        if kind == "reserve" and self.find_missing(ore):
            raise ValueError("a reservation above what is available")
        return self.add(kind, ore, reserved=reserved)

    def add(self, kind: FundEntryKind, ore: int, *, reserved: int = 0) -> "TripFund":
        """The fund after an entry that has been recorded, whatever is available."""
        balance = {"allocation": ore, "gift": ore, "settle": -ore}.get(kind, 0)
        held = {"reserve": ore, "release": -ore, "settle": -reserved}.get(kind, 0)
        return TripFund(self.balance + balance, self.reserved + held)
