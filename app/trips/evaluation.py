"""The evaluation of the trial (T24): applications and what came of them, hours and cost, without names (S6)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, get_args
from uuid import UUID

from sqlalchemy import Date, bindparam, select, text
from sqlmodel import col

from app.database.queries import CompiledQuery, Queries
from app.participants.tables import Participant
from app.rules.money import from_ore, to_ore
from app.rules.suppression import LEAST
from app.rules.trip_evaluation import suppress_evaluation
from app.trips.applications import measure_timeliness
from app.trips.overview import load_decided
from app.trips.overview_schemas import (
    EvaluationGroup,
    TripEvaluationOut,
    TripGroup,
    TripGroupCounts,
    TripReasonCount,
)
from app.trips.tables import TripApplication
from app.trips.trip_schemas import TripRejectReason

_OUTCOMES = ("granted", "rejected", "other")
_REASONS: tuple[TripRejectReason, ...] = get_args(TripRejectReason)
_GROUPS: Mapping[EvaluationGroup, tuple[str, ...]] = {
    "year": (),
    "need_grade": ("limited", "moderate", "extensive"),
    "length": ("long", "short"),
    "service_area": ("habilitation", "mental_health", "other"),
}
# Of a trip that is settled the actual hours and cost, of another those of its last plan.
_TRIPS = CompiledQuery(
    text(
        """
        select trip.ends_on - trip.starts_on as nights, plan.computed ->> 'trip_hours' as hours, plan.staff_cost,
            plan.staff_travel, plan.participants_part, plan.fund_part,
            (select count(*) from trip_participant where trip_id = trip.id and active) as people
        from trip
        join lateral (
            select * from staffing_plan where trip_id = trip.id order by kind = 'actual' desc, version desc limit 1
        ) as plan on true
        where trip.decision = 'grant' and trip.cancelled_on is null and trip.starts_on between :first and :last
        """
    ).bindparams(bindparam("first", type_=Date), bindparam("last", type_=Date))
)


@dataclass(frozen=True, slots=True)
class _Case:
    """An application as it is counted."""

    application: TripApplication
    service_area: str
    outcome: str
    reason: str | None
    late: bool
    within_interval: bool

    def describe(self, by: EvaluationGroup) -> str:
        """What it has of a property."""
        values = {
            "year": str(self.application.preferred_from.year),
            "need_grade": self.application.need_grade,
            "length": self.application.length,
            "service_area": self.service_area,
        }
        return values[by]


async def build_evaluation(queries: Queries, first: date, last: date) -> TripEvaluationOut:
    """T24: of the applications for trips in a period (by the first day that suits), and of the trips that begin in it.

    Everybody gets the same evaluation, with small counts hidden (S6): it goes to a political committee.
    """
    async with queries.acting_as("case_officer"):
        cases = await _load_cases(queries, first, last)
        trips = await queries.fetch(_TRIPS, first=first, last=last)
    shown = _count_cases(cases)
    people = sum(row["people"] for row in trips)

    def show(value: Decimal | int) -> Decimal | int | None:
        return None if 0 < people < LEAST else value

    def add(name: str) -> Decimal:
        return sum((Decimal(row[name]) for row in trips), Decimal("0.00"))

    prices = to_ore(add("participants_part") + add("staff_travel"))
    return TripEvaluationOut.model_validate(
        {
            "from": first,
            "to": last,
            **shown,
            "trips": show(len(trips)),
            "nights": show(sum(row["nights"] for row in trips)),
            "staff_hours": show(add("hours")),
            "staff_cost": show(add("staff_cost")),
            "participants_part": show(add("participants_part")),
            "fund_part": show(add("fund_part")),
            # Beside their sum it would tell how many they are.
            "mean_price": None
            if not people or shown["granted"] is None
            else show(from_ore((2 * prices + people) // (2 * people))),
        }
    )


async def _load_cases(queries: Queries, first: date, last: date) -> list[_Case]:
    applications = await queries.select(
        select(TripApplication).where(col(TripApplication.preferred_from).between(first, last))
    )
    timeliness = await measure_timeliness(queries, applications)
    # One that was rejected once and granted later is granted.
    decided = sorted(await load_decided(queries, date.min, date.max), key=lambda one: one.reason is None)
    reasons = {one.application_id: one.reason for one in decided}
    statement = select(col(Participant.id), col(Participant.service_area)).where(
        col(Participant.id).in_({application.participant_id for application in applications})
    )
    areas: dict[UUID, str] = {row["id"]: row["service_area"] for row in await queries.fetch(statement)}
    return [
        _Case(
            application=application,
            service_area=areas[application.participant_id],
            outcome="other"
            if application.id not in reasons
            else "granted"
            if reasons[application.id] is None
            else "rejected",
            reason=reasons.get(application.id),
            late=timeliness[application.id].late,
            within_interval=timeliness[application.id].within_interval,
        )
        for application in applications
    ]


def _count_cases(cases: Sequence[_Case]) -> dict[str, Any]:
    """How many there are, of each outcome, reason, mark and property."""
    values = {by: known or tuple(sorted({case.describe(by) for case in cases})) for by, known in _GROUPS.items()}
    shown = suppress_evaluation(
        _count_outcomes(cases),
        [sum(case.reason == reason for case in cases) for reason in _REASONS],
        [sum(case.late for case in cases), sum(case.within_interval for case in cases)],
        {
            by: [_count_outcomes([case for case in cases if case.describe(by) == value]) for value in values[by]]
            for by in _GROUPS
        },
        rejected=_OUTCOMES.index("rejected"),
    )
    return {
        "applied": shown.applied,
        **dict(zip(_OUTCOMES, shown.outcomes, strict=True)),
        "rejected_by_reason": _list_reasons(shown.reasons),
        **dict(zip(("late", "within_interval"), shown.marked, strict=True)),
        "groups": [
            TripGroup(
                by=by,
                items=[
                    TripGroupCounts(value=value, applied=applied, **dict(zip(_OUTCOMES, row, strict=True)))
                    for value, applied, row in zip(values[by], group.applied, group.outcomes, strict=True)
                ],
            )
            for by, group in shown.groups.items()
        ],
    }


def _count_outcomes(cases: Sequence[_Case]) -> list[int]:
    return [sum(case.outcome == outcome for case in cases) for outcome in _OUTCOMES]


def _list_reasons(counts: Sequence[int | None]) -> list[TripReasonCount]:
    """Those that were given; none where nothing of them is shown, since it would tell how many there are at least."""
    if all(count is None for count in counts):
        return []
    return [
        TripReasonCount(reason=reason, count=count)
        for reason, count in zip(_REASONS, counts, strict=True)
        if count != 0
    ]
