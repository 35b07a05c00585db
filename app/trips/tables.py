"""The trip scheme (T6), rounds (T12), applications with their assessment (T7, T11), and the trip fund (T18)."""

from datetime import date
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Numeric, SmallInteger, String, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB, ExcludeConstraint
from sqlmodel import Field

from app.database.base import ANNULLED_TOGETHER, AnnullableRow, Row
from app.rules.trip_course import TripDecisionKind
from app.rules.trips import FundEntryKind, IntervalMode, TripLength

AllowanceDays = Literal["calendar_days", "nights"]
AcceptedBy = Literal["participant", "guardian"]
PlanKind = Literal["estimate", "actual"]


class TripScheme(Row, table=True):
    """The scheme's parameters from a day on, until its last day or the next version (T6). Rows are only added."""

    __tablename__ = "trip_scheme"
    __table_args__ = (
        UniqueConstraint("valid_from"),
        CheckConstraint("valid_to >= valid_from", name="valid_to"),
        CheckConstraint("most_nights between 1 and 60", name="most_nights"),
        CheckConstraint("long_from_nights between 1 and 60", name="long_from_nights"),
        CheckConstraint("notice_months_long between 0 and 24", name="notice_months_long"),
        CheckConstraint("notice_months_short between 0 and 24", name="notice_months_short"),
        CheckConstraint("interval_years between 0 and 10", name="interval_years"),
        CheckConstraint("interval_mode in ('rank_last', 'refuse')", name="interval_mode"),
        CheckConstraint("participant_percent between 0 and 50", name="participant_percent"),
        CheckConstraint("travel_weight ~ '^[0-9]{1,2}/[1-9][0-9]?$'", name="travel_weight"),
        CheckConstraint("passive_night_weight ~ '^[0-9]{1,2}/[1-9][0-9]?$'", name="passive_night_weight"),
        CheckConstraint("passive_night_from ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'", name="passive_night_from"),
        CheckConstraint("passive_night_to ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'", name="passive_night_to"),
        CheckConstraint(
            "least(daily_rest_minutes, agreed_rest_minutes, weekly_rest_minutes, longest_shift_minutes) >= 0"
            " and greatest(daily_rest_minutes, agreed_rest_minutes, weekly_rest_minutes,"
            " longest_shift_minutes) <= 10080",
            name="working_time",
        ),
        CheckConstraint("allowance_days in ('calendar_days', 'nights')", name="allowance_days"),
        CheckConstraint("length(source) between 1 and 500", name="source"),
    )

    valid_from: date
    valid_to: date | None = None
    most_nights: int = Field(sa_type=SmallInteger)
    long_from_nights: int = Field(sa_type=SmallInteger)
    notice_months_long: int = Field(sa_type=SmallInteger)
    notice_months_short: int = Field(sa_type=SmallInteger)
    participant_percent: int = Field(sa_type=SmallInteger)
    travel_weight: str
    passive_night_weight: str
    passive_night_from: str = "23:00"
    passive_night_to: str = "07:00"
    daily_rest_minutes: int = Field(default=660, sa_type=SmallInteger)
    agreed_rest_minutes: int = Field(default=480, sa_type=SmallInteger)
    weekly_rest_minutes: int = Field(default=2100, sa_type=SmallInteger)
    longest_shift_minutes: int = Field(default=750, sa_type=SmallInteger)
    allowance_days: AllowanceDays = Field(sa_type=String)
    fund_carries_over: bool = True
    source: str
    appeal_text: str = "Det er ikkje klagerett etter denne ordninga."
    interval_years: int = Field(default=2, sa_type=SmallInteger, sa_column_kwargs={"server_default": "2"})
    interval_mode: IntervalMode = Field(
        default="rank_last", sa_type=String, sa_column_kwargs={"server_default": "rank_last"}
    )


class TripRound(Row, table=True):
    """A call for applications for long or short trips of a year (T12). Rows are only added."""

    __tablename__ = "trip_round"
    __table_args__ = (
        CheckConstraint("year between 1900 and 2099", name="year"),
        CheckConstraint("length in ('long', 'short')", name="length"),
        CheckConstraint("deadline >= opens_on", name="deadline"),
        CheckConstraint("length(notice_text) between 1 and 4000", name="notice_text"),
        ExcludeConstraint(
            ("year", "="),
            ("length", "="),
            (text("daterange(opens_on, deadline, '[]')"), "&&"),
            name="ex_trip_round_open",
            using="gist",
        ),
    )

    year: int = Field(sa_type=SmallInteger)
    length: TripLength = Field(sa_type=String)
    opens_on: date
    deadline: date
    notice_text: str
    recorded_by: str


class TripApplication(Row, table=True):
    """A person's application for a trip, and its assessment (T7, T11): four scores, each with a sentence of reason."""

    __tablename__ = "trip_application"
    __table_args__ = (
        CheckConstraint("length(wishes) between 1 and 4000", name="wishes"),
        CheckConstraint("length in ('long', 'short')", name="length"),
        CheckConstraint("preferred_to > preferred_from", name="preferred_to"),
        CheckConstraint("need_grade in ('limited', 'moderate', 'extensive')", name="need_grade"),
        CheckConstraint("documented_by in ('habilitation', 'mental_health', 'other')", name="documented_by"),
        CheckConstraint("(documented_on is null) = (documented_by is null)", name="documented"),
        CheckConstraint("last_granted_year between 1900 and 2099", name="last_granted_year"),
        CheckConstraint(
            "benefit between 0 and 3 and resource between 0 and 3 and severity between 0 and 3"
            " and mastery between 0 and 3",
            name="scores",
        ),
        CheckConstraint(
            "(benefit is null) = (benefit_reason is null) and (resource is null) = (resource_reason is null)"
            " and (severity is null) = (severity_reason is null) and (mastery is null) = (mastery_reason is null)",
            name="score_reasons",
        ),
        CheckConstraint("(assessed_on is null) = (assessed_by is null)", name="assessed_by"),
        CheckConstraint("withdrawn_on >= received_on", name="withdrawn_on"),
        Index("ix_trip_application_participant_id_id", "participant_id", "id"),
        Index("ix_trip_application_preferred_from", "preferred_from"),
    )

    participant_id: UUID = Field(foreign_key="participant.id")
    received_on: date
    wishes: str
    length: TripLength = Field(sa_type=String)
    preferred_from: date
    preferred_to: date
    need_grade: str
    documented_on: date | None = None
    documented_by: str | None = None
    last_granted_year: int | None = Field(default=None, sa_type=SmallInteger)
    municipality_number: str
    benefit: int | None = Field(default=None, sa_type=SmallInteger)
    benefit_reason: str | None = None
    resource: int | None = Field(default=None, sa_type=SmallInteger)
    resource_reason: str | None = None
    severity: int | None = Field(default=None, sa_type=SmallInteger)
    severity_reason: str | None = None
    mastery: int | None = Field(default=None, sa_type=SmallInteger)
    mastery_reason: str | None = None
    assessed_on: date | None = None
    assessed_by: str | None = None
    withdrawn_on: date | None = None
    recorded_by: str


class TripFundEntry(AnnullableRow, table=True):
    """What comes into the trip fund by hand, and what trips reserve, release and cost (T18). What came in by
    mistake is annulled, and otherwise rows are only added.

    `reserved` is what a settlement frees of its trip's reservation.
    """

    __tablename__ = "trip_fund_entry"
    __table_args__ = (
        CheckConstraint("year between 1900 and 2099", name="year"),
        CheckConstraint("kind in ('allocation', 'gift', 'reserve', 'release', 'settle')", name="kind"),
        CheckConstraint("amount >= 0", name="amount"),
        CheckConstraint(ANNULLED_TOGETHER, name="annulled"),
        CheckConstraint("(kind in ('allocation', 'gift')) = (trip_id is null)", name="trip_id"),
        CheckConstraint("(kind = 'settle') = (reserved is not null)", name="reserved"),
        CheckConstraint("length(reason) between 1 and 500", name="reason"),
        Index("ix_trip_fund_entry_year_id", "year", "id"),
        Index(
            "uq_trip_fund_entry_trip_id_kind",
            "trip_id",
            "kind",
            unique=True,
            postgresql_where=text("trip_id is not null"),
        ),
    )

    year: int = Field(sa_type=SmallInteger)
    kind: FundEntryKind = Field(sa_type=String)
    entered_on: date
    amount: Decimal = Field(sa_type=Numeric(12, 2))
    reserved: Decimal | None = Field(default=None, sa_type=Numeric(12, 2))
    trip_id: UUID | None = Field(default=None, foreign_key="trip.id")
    reason: str | None = None
    recorded_by: str


class Trip(Row, table=True):
    """A trip of one or more participants with the municipality's staff (T20); its state follows from what is recorded.

    `service_area` is the service that plans its staff; null where the case office or Fagutvikling alone does.
    """

    __tablename__ = "trip"
    __table_args__ = (
        CheckConstraint("ends_on > starts_on", name="ends_on"),
        CheckConstraint("length(longer_reason) between 1 and 500", name="longer_reason"),
        CheckConstraint("service_area in ('habilitation', 'mental_health')", name="service_area"),
        CheckConstraint("decision in ('grant', 'reject', 'withdraw')", name="decision"),
        CheckConstraint("(decision is null) = (decided_on is null)", name="decided_on"),
        CheckConstraint("(cancelled_on is null) = (cancelled_reason is null)", name="cancelled"),
        CheckConstraint("length(cancelled_reason) between 1 and 500", name="cancelled_reason"),
        CheckConstraint("settled_on > ends_on", name="settled_on"),
        Index("ix_trip_starts_on_id", "starts_on", "id"),
    )

    starts_on: date
    ends_on: date
    longer_reason: str | None = None
    working_time_agreed_on: date | None = None
    service_area: str | None = None
    decision: TripDecisionKind | None = Field(default=None, sa_type=String)
    decided_on: date | None = None
    cancelled_on: date | None = None
    cancelled_reason: str | None = None
    settled_on: date | None = None
    recorded_by: str


class TripParticipant(Row, table=True):
    """Who goes on a trip, by their application, with the price as it is and as it was accepted (T15, T16).

    The days are the trip's, so that nobody is on two trips on one day. Not `active`: the person has left, or the trip
    was rejected, withdrawn or cancelled.
    """

    __tablename__ = "trip_participant"
    __table_args__ = (
        CheckConstraint("(of_staff_cost is null) = (of_staff_travel is null)", name="price"),
        CheckConstraint(
            "(accepted_price is null) = (accepted_on is null) and (accepted_price is null) = (accepted_by is null)",
            name="accepted",
        ),
        CheckConstraint("accepted_by in ('participant', 'guardian')", name="accepted_by"),
        CheckConstraint("not active or left_on is null", name="left_on"),
        ExcludeConstraint(
            ("participant_id", "="),
            (text("daterange(starts_on, ends_on, '[]')"), "&&"),
            name="ex_trip_participant_days",
            using="gist",
            where=text("active"),
        ),
        Index(
            "uq_trip_participant_application_id",
            "application_id",
            unique=True,
            postgresql_where=text("active"),
        ),
        Index("ix_trip_participant_trip_id_id", "trip_id", "id"),
        Index("ix_trip_participant_participant_id_id", "participant_id", "id"),
    )

    trip_id: UUID = Field(foreign_key="trip.id")
    application_id: UUID = Field(foreign_key="trip_application.id")
    participant_id: UUID = Field(foreign_key="participant.id")
    received_on: date
    starts_on: date
    ends_on: date
    active: bool = True
    left_on: date | None = None
    of_staff_cost: Decimal | None = Field(default=None, sa_type=Numeric(12, 2))
    of_staff_travel: Decimal | None = Field(default=None, sa_type=Numeric(12, 2))
    accepted_price: Decimal | None = Field(default=None, sa_type=Numeric(12, 2))
    accepted_on: date | None = None
    accepted_by: AcceptedBy | None = Field(default=None, sa_type=String)

    @property
    def price(self) -> Decimal | None:
        """What the person pays; None before there is a plan."""
        if self.of_staff_cost is None or self.of_staff_travel is None:
            return None
        return self.of_staff_cost + self.of_staff_travel


class StaffingPlan(Row, table=True):
    """A trip's staff as planned, and as it was when it is settled (T13, T16). Rows are only added.

    `content` is what was sent, `computed` what went out.
    """

    __tablename__ = "staffing_plan"
    __table_args__ = (
        CheckConstraint("kind in ('estimate', 'actual')", name="kind"),
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint("least(staff_cost, staff_travel, participants_part, fund_part) >= 0", name="amounts"),
        CheckConstraint("participants_part + fund_part = staff_cost", name="parts"),
        CheckConstraint("participants_part <= fund_part", name="participants_part"),
        UniqueConstraint("trip_id", "kind", "version"),
    )

    trip_id: UUID = Field(foreign_key="trip.id")
    kind: PlanKind = Field(sa_type=String)
    version: int = Field(sa_type=SmallInteger)
    content: dict[str, Any] = Field(sa_type=JSONB)
    computed: dict[str, Any] = Field(sa_type=JSONB)
    staff_cost: Decimal = Field(sa_type=Numeric(12, 2))
    staff_travel: Decimal = Field(sa_type=Numeric(12, 2))
    participants_part: Decimal = Field(sa_type=Numeric(12, 2))
    fund_part: Decimal = Field(sa_type=Numeric(12, 2))
    recorded_by: str


class TripDecision(Row, table=True):
    """The one decision of a trip (T19). `reason` of a rejection is a code."""

    __tablename__ = "trip_decision"
    __table_args__ = (
        UniqueConstraint("trip_id"),
        CheckConstraint("kind in ('grant', 'reject', 'withdraw')", name="kind"),
        CheckConstraint("(kind = 'reject') = (reason is not null)", name="reason"),
        CheckConstraint("(kind = 'grant') = (reserved is not null)", name="reserved"),
        CheckConstraint("length(late_reason) between 1 and 500", name="late_reason"),
        CheckConstraint("length(text) between 1 and 4000", name="text"),
    )

    trip_id: UUID = Field(foreign_key="trip.id")
    kind: TripDecisionKind = Field(sa_type=String)
    decided_on: date
    late_reason: str | None = None
    reason: str | None = None
    text: str | None = None
    reserved: Decimal | None = Field(default=None, sa_type=Numeric(12, 2))
    recorded_by: str


class TripSettlementLine(Row, table=True):
    """What a participant owes (above zero) or gets back after a trip (T16)."""

    __tablename__ = "trip_settlement_line"
    __table_args__ = (
        CheckConstraint("difference = actual - estimated", name="difference"),
        UniqueConstraint("trip_id", "participant_id"),
        Index("ix_trip_settlement_line_participant_id_id", "participant_id", "id"),
    )

    trip_id: UUID = Field(foreign_key="trip.id")
    participant_id: UUID = Field(foreign_key="participant.id")
    estimated: Decimal = Field(sa_type=Numeric(12, 2))
    actual: Decimal = Field(sa_type=Numeric(12, 2))
    difference: Decimal = Field(sa_type=Numeric(12, 2))


class GrantScheme(Row, table=True):
    """A scheme of somebody else that may support a trip, as information (T17)."""

    __tablename__ = "grant_scheme"
    __table_args__ = (
        CheckConstraint("length(name) between 1 and 200", name="name"),
        CheckConstraint("length(for_whom) between 1 and 4000", name="for_whom"),
        CheckConstraint("length(address) between 12 and 500", name="address"),
    )

    name: str
    for_whom: str
    address: str
    checked_on: date
    closed_on: date | None = None
    recorded_by: str
