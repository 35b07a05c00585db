"""What comes in to and goes out of trips, their plans, decisions and settlements (T16, T19–T22)."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import ConfigDict
from pydantic import Field as Limits

from app.http.schemas import Amount, Day, Line, Money, PastDay, Prose, Shape, Stored
from app.rules.trip_course import TripAct, TripStatus
from app.rules.trips import TripLength
from app.trips.staffing_schemas import (
    MOST_PARTICIPANTS,
    STAFFING_EXAMPLE,
    WEEKEND_EXAMPLE,
    OtherShiftIn,
    StaffingIn,
    StaffingOut,
    StaffLineIn,
)
from app.trips.tables import AcceptedBy

PlanningArea = Literal["habilitation", "mental_health"]
TripRejectReason = Literal[
    "late", "within_interval", "not_in_group", "not_resident", "not_documented", "outside_purpose", "lower_rank",
    "fund_exhausted", "no_staff", "other",
]  # fmt: skip

ApplicationIds = Annotated[list[UUID], Limits(min_length=1, max_length=MOST_PARTICIPANTS)]


class TripIn(Shape):
    """A trip of the people who applied (T20)."""

    starts_on: Annotated[Day, Limits(examples=["2022-09-16"])]
    ends_on: Annotated[Day, Limits(examples=["2022-09-18"])]
    application_ids: Annotated[ApplicationIds, Limits(description="One of each participant.")]
    longer_reason: Annotated[
        Line | None, Limits(description="Why it has more nights than the main rule (T8).", examples=[None])
    ] = None
    working_time_agreed_on: Annotated[
        PastDay | None, Limits(description="When the working time of a longer trip was agreed on.", examples=[None])
    ] = None
    service_area: Annotated[
        PlanningArea | None,
        Limits(
            description="Who plans the staff. Null: the participants' area, where all have the same.", examples=[None]
        ),
    ] = None


class TripPatch(Shape):
    """What is changed of a trip before its decision; after a grant a participant may leave, and no more (T16)."""

    starts_on: Day = Limits(default_factory=lambda: date.min, examples=["2022-09-16"])
    ends_on: Day = Limits(default_factory=lambda: date.min, examples=["2022-09-18"])
    application_ids: ApplicationIds = Limits(default_factory=list)
    longer_reason: Line | None = None
    working_time_agreed_on: PastDay | None = None
    service_area: PlanningArea | None = None


class TripParticipantOut(Shape):
    """A participant, in the order in which applications were received (T15, T16)."""

    application_id: UUID
    participant_id: UUID
    received_on: Day
    of_staff_cost: Money | None
    of_staff_travel: Money | None
    price: Annotated[Money | None, Limits(description="What the person pays; null before there is a plan.")]
    accepted_price: Money | None
    accepted_on: Day | None
    accepted_by: AcceptedBy | None
    must_accept: Annotated[bool, Limits(description="The price is not accepted, or has risen since it was.")]
    left_on: Annotated[Day | None, Limits(description="When the person left before departure.")]


class TripDecisionOut(Stored):
    """The decision of a trip (T19)."""

    trip_id: UUID
    kind: Literal["grant", "reject", "withdraw"]
    decided_on: Day
    late_reason: str | None
    reason: TripRejectReason | None
    text: str | None
    reserved: Annotated[Money | None, Limits(description="What the fund has reserved for a granted trip.")]
    appeal_text: Annotated[str, Limits(description="What the scheme's version says of appeals.")]
    recorded_by: str


class TripOut(Stored):
    """A trip (T20)."""

    status: TripStatus
    acts: Annotated[list[TripAct], Limits(description="What may be done to it in this state, by those who may.")]
    starts_on: Day
    ends_on: Day
    nights: int
    days: int
    length: TripLength
    longer_reason: str | None
    working_time_agreed_on: Day | None
    service_area: PlanningArea | None
    scheme_valid_from: Annotated[Day | None, Limits(description="Of the version in force on the first day (T6).")]
    last_notice_on: Day
    late: Annotated[bool, Limits(description="An application of it came after the last day of notice (T9).")]
    plan_version: Annotated[int | None, Limits(description="Of the staffing plan; null without one.")]
    staff_cost: Money | None
    participants_part: Money | None
    fund_part: Money | None
    participants: list[TripParticipantOut]
    decision: Literal["grant", "reject", "withdraw"] | None
    decided_on: Day | None
    cancelled_on: Day | None
    cancelled_reason: str | None
    settled_on: Day | None
    recorded_by: str


class StaffingPlanIn(StaffingIn):
    """A trip's staffing plan (T13, T21). It replaces the one before it."""

    model_config = ConfigDict(json_schema_extra={"examples": [WEEKEND_EXAMPLE]})


class StaffingPlanOut(StaffingOut):
    """A staffing plan, and what comes of it (T13–T15, T21, T22)."""

    trip_id: UUID
    version: int
    staff: list[StaffLineIn] | None
    home_shifts: list[OtherShiftIn]
    ordinary_shifts: list[OtherShiftIn]
    hourly_rate: Money
    allowance_per_day: Money
    diet_per_staff: Money
    not_voluntary: Annotated[
        list[str], Limits(description="Of the staff those who have not said that they come of their own will (T21).")
    ]
    recorded_by: str


class TripAcceptanceIn(Shape):
    """A participant, or the guardian, accepts the price in writing (T16)."""

    participant_id: Annotated[UUID, Limits(examples=["016e0000-0002-7000-8000-00000000000e"])]
    accepted_on: Annotated[PastDay, Limits(examples=["2022-08-01"])]
    accepted_by: Annotated[AcceptedBy, Limits(examples=["guardian"])]
    price: Annotated[
        Money | None, Limits(description="The price that was shown, if it is to be checked.", examples=[None])
    ] = None


class TripGrantIn(Shape):
    """A grant, which reserves the fund's part (T18, T19)."""

    kind: Literal["grant"]
    decided_on: Annotated[PastDay, Limits(examples=["2022-08-15"])]
    late_reason: Annotated[
        Line | None, Limits(description="Why a late application is granted all the same (T9).", examples=[None])
    ] = None
    text: Annotated[Prose | None, Limits(examples=[None])] = None


class TripRejectionIn(Shape):
    """A rejection with its reason (T19)."""

    kind: Literal["reject"]
    decided_on: Annotated[PastDay, Limits(examples=["2022-08-15"])]
    reason: Annotated[TripRejectReason, Limits(examples=["lower_rank"])]
    text: Annotated[Prose, Limits(examples=["Det var fleire søkjarar enn fondet rekk til."])]


class TripWithdrawIn(Shape):
    """The participants have withdrawn before a decision (T19)."""

    kind: Literal["withdraw"]
    decided_on: Annotated[PastDay, Limits(examples=["2022-08-15"])]
    text: Annotated[Prose | None, Limits(examples=[None])] = None


TripDecisionIn = Annotated[TripRejectionIn | TripGrantIn | TripWithdrawIn, Limits(discriminator="kind")]


class TripCancellationIn(Shape):
    """Why a trip is not made after all (T20)."""

    cancelled_on: Annotated[PastDay, Limits(examples=["2022-08-20"])]
    reason: Annotated[Line, Limits(examples=["Sjukdom blant dei tilsette."])]


SETTLEMENT_EXAMPLE: dict[str, Any] = {"settled_on": "2022-07-18"} | STAFFING_EXAMPLE


class TripSettlementIn(StaffingIn):
    """The actual hours, and amounts by vouchers, after the trip (T16)."""

    model_config = ConfigDict(json_schema_extra={"examples": [SETTLEMENT_EXAMPLE]})

    settled_on: Annotated[PastDay, Limits(description="After the trip's last day.", examples=["2022-07-18"])]


class TripSettlementLineOut(Shape):
    """What a participant owes, above zero, or gets back, below it (T16)."""

    participant_id: UUID
    estimated: Money
    actual: Money
    difference: Amount


class TripSettlementOut(StaffingOut):
    """A trip that has been made, by its actual hours and vouchers, against its estimate (T16, T18)."""

    trip_id: UUID
    settled_on: Day
    hourly_rate: Money
    allowance_per_day: Money
    diet_per_staff: Money
    lines: list[TripSettlementLineOut]
    reserved: Annotated[Money, Limits(description="What the fund had reserved.")]
    fund_difference: Annotated[Amount, Limits(description="What the fund pays above it, or below.")]
    fund_short: Annotated[
        Money, Limits(description="What is missing in the fund; above zero the trip was made all the same.")
    ]
