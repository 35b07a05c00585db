"""The trip scheme (T6), rounds (T12), applications with their assessment (T7, T11), and the trip fund (T18)."""

from datetime import date
from decimal import Decimal
from typing import Literal
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Numeric, SmallInteger, String, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlmodel import Field

from app.database.base import Row
from app.rules.trips import FundEntryKind, IntervalMode, TripLength

AllowanceDays = Literal["calendar_days", "nights"]


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


class TripFundEntry(Row, table=True):
    """What comes into the trip fund by hand, and what trips reserve, release and cost (T18). Rows are only added.

    `reserved` is what a settlement frees of its trip's reservation.
    """

    __tablename__ = "trip_fund_entry"
    __table_args__ = (
        CheckConstraint("year between 1900 and 2099", name="year"),
        CheckConstraint("kind in ('allocation', 'gift', 'reserve', 'release', 'settle')", name="kind"),
        CheckConstraint("amount >= 0", name="amount"),
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
    trip_id: UUID | None = None
    reason: str | None = None
    recorded_by: str
