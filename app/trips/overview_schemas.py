"""What goes out of the overview of trips for rotation (T23) and the evaluation of the trial (T24)."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field as Limits

from app.http.schemas import Amount, Day, Shape
from app.rules.trips import TripLength
from app.trips.trip_schemas import TripRejectReason

EvaluationGroup = Literal["year", "need_grade", "length", "service_area"]


class TripRotation(Shape):
    """A person's last trips of a length, as of the end of a year (T23)."""

    participant_id: UUID
    length: TripLength
    last_granted_year: Annotated[int | None, Limits(description="Of a trip that was not cancelled.")]
    last_rejected_year: int | None
    free_from: Annotated[
        int | None, Limits(description="The year from which the person is free (T10); null where none was granted.")
    ]


class TripReasonCount(Shape):
    """How many people were rejected for a reason; null of 1 to 4 people where small counts are hidden (S6)."""

    reason: TripRejectReason
    count: int | None


class TripYearCounts(Shape):
    """People who were granted and rejected a trip in a year (T23)."""

    year: int
    granted: int
    rejected: int
    rejected_by_reason: list[TripReasonCount]


class TripOverviewOut(Shape):
    """Who has had a trip, and who is free for one (T23)."""

    year: int
    people: list[TripRotation]
    years: list[TripYearCounts]


class TripGroupCounts(Shape):
    """Applications of a group (T24). A count of 1 to 4 people is null, and what would tell it (S6)."""

    value: Annotated[str, Limits(description="A year, a grade of need, a length or a service area.", examples=["2022"])]
    applied: int | None
    granted: int | None
    rejected: int | None
    other: Annotated[int | None, Limits(description="Undecided, withdrawn or cancelled.")]


class TripGroup(Shape):
    """The applications of the period by one property (T24)."""

    by: EvaluationGroup
    items: list[TripGroupCounts]


class TripEvaluationOut(Shape):
    """The evaluation of the trial, without names (T24): of the applications for trips of a period.

    Money and hours are those of the settlement, of a trip that is not settled those of its plan; null where fewer than
    five people went (S6).
    """

    from_: Annotated[Day, Limits(alias="from", description="First day of trips.")]
    to: Annotated[Day, Limits(description="Last first day of trips.")]
    applied: int | None
    granted: int | None
    rejected: int | None
    other: Annotated[int | None, Limits(description="Undecided, withdrawn or cancelled.")]
    rejected_by_reason: list[TripReasonCount]
    late: int | None
    within_interval: int | None
    groups: list[TripGroup]
    trips: Annotated[int | None, Limits(description="Granted and not cancelled.")]
    nights: Annotated[int | None, Limits(description="Of these trips.")]
    staff_hours: Annotated[Amount | None, Limits(description="On the trips (T13).", examples=["320.00"])]
    staff_cost: Amount | None
    participants_part: Amount | None
    fund_part: Amount | None
    mean_price: Annotated[
        Amount | None, Limits(description="Of a participant, staff's travel too, half up to the øre.")
    ]
