"""NAV's rates (C1) and the guideline's versions with their parameters (C2, C3, C7, C10, D2, D11, L3, P5, A3, M).

Rows are never changed."""

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, Column, Numeric, SmallInteger, String, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from app.database.base import Row
from app.rules.capacity import ShareCounts
from app.rules.position import OverFrame
from app.rules.prices import Proration


class Rate(Row, table=True):
    """NAV's rate per place per month, from the day it applies, known from a day that may be later (C1).

    Of several rows of the same two days the last recorded counts.
    """

    __tablename__ = "rate"
    __table_args__ = (
        CheckConstraint("monthly_amount > 0 and monthly_amount <= 10000000", name="monthly_amount"),
        CheckConstraint("length(source) between 1 and 500", name="source"),
    )

    valid_from: date
    known_from: date
    monthly_amount: Decimal = Field(sa_type=Numeric(12, 2))
    source: str


class GuidelineVersion(Row, table=True):
    """The guideline's parameters from a day on, until the next version."""

    __tablename__ = "guideline_version"
    __table_args__ = (
        UniqueConstraint("valid_from"),
        CheckConstraint("supplement_percent between 0 and 200", name="supplement_percent"),
        CheckConstraint("proration in ('calendar_days', 'weekdays')", name="proration"),
        CheckConstraint("watch_percent between 0 and 100", name="watch_percent"),
        CheckConstraint("vta_share_percent between 0 and 100", name="vta_share_percent"),
        CheckConstraint("notice_months between 0 and 24", name="notice_months"),
        CheckConstraint("absence_window_days between 1 and 366", name="absence_window_days"),
        CheckConstraint("absence_threshold_percent between 1 and 100", name="absence_threshold_percent"),
        CheckConstraint("plan_due_days between 0 and 366", name="plan_due_days"),
        CheckConstraint(
            "conversations_per_year between 0 and 52 and cooperation_meetings_per_year between 0 and 52"
            " and evaluations_per_year between 0 and 52",
            name="per_year",
        ),
        CheckConstraint("consent_months between 1 and 120", name="consent_months"),
        CheckConstraint("places_per_employee between 1 and 100", name="places_per_employee"),
        CheckConstraint("share_counts in ('shares', 'people')", name="share_counts"),
        CheckConstraint(
            "absence_uncounted_kinds <@ array['sick', 'holiday', 'leave', 'unexcused', 'other']::varchar[]",
            name="absence_uncounted_kinds",
        ),
        CheckConstraint("part_year_percent between 1 and 100", name="part_year_percent"),
        CheckConstraint("part_year_conversations between 0 and 52", name="part_year_conversations"),
        CheckConstraint("most_months_ahead between 1 and 120", name="most_months_ahead"),
        CheckConstraint("request_answer_days between 0 and 366", name="request_answer_days"),
        CheckConstraint("open_requests between 1 and 100", name="open_requests"),
        CheckConstraint("temporary_ending_days between 0 and 366", name="temporary_ending_days"),
        CheckConstraint("supplement_ending_days between 0 and 366", name="supplement_ending_days"),
        CheckConstraint("plan_renewal_days between 0 and 366", name="plan_renewal_days"),
        CheckConstraint("follow_up_months between 0 and 24", name="follow_up_months"),
        CheckConstraint("least_count between 1 and 100", name="least_count"),
        CheckConstraint("mirror_lower_percent between 1 and 100", name="mirror_lower_percent"),
        CheckConstraint("mirror_upper_percent between 100 and 1000", name="mirror_upper_percent"),
        CheckConstraint("reassessment_months between 1 and 120", name="reassessment_months"),
        CheckConstraint("jsonb_typeof(legal_bases) = 'object'", name="legal_bases"),
        CheckConstraint("jsonb_typeof(letter_texts) = 'object'", name="letter_texts"),
        CheckConstraint("over_frame in ('flag', 'confirm')", name="over_frame"),
    )

    valid_from: date
    supplement_percent: Decimal = Field(sa_type=Numeric(5, 2))
    proration: Proration = Field(sa_type=String)
    watch_percent: Decimal = Field(sa_type=Numeric(5, 2))
    vta_share_percent: Decimal = Field(sa_type=Numeric(5, 2))
    notice_months: int = Field(sa_type=SmallInteger)
    absence_window_days: int = Field(sa_type=SmallInteger)
    absence_threshold_percent: int = Field(sa_type=SmallInteger)
    plan_due_days: int = Field(sa_type=SmallInteger)
    conversations_per_year: int = Field(sa_type=SmallInteger)
    cooperation_meetings_per_year: int = Field(sa_type=SmallInteger)
    evaluations_per_year: int = Field(sa_type=SmallInteger)
    consent_months: int = Field(default=12, sa_type=SmallInteger)
    places_per_employee: int = Field(default=5, sa_type=SmallInteger)
    share_counts: ShareCounts = Field(default="shares", sa_type=String, sa_column_kwargs={"server_default": "shares"})
    absence_uncounted_kinds: list[str] = Field(
        default_factory=lambda: ["holiday"], sa_column=Column(ARRAY(String), nullable=False)
    )
    part_year_percent: int = Field(default=50, sa_type=SmallInteger)
    part_year_conversations: int = Field(default=1, sa_type=SmallInteger)
    most_months_ahead: int = Field(default=24, sa_type=SmallInteger)
    request_answer_days: int = Field(default=14, sa_type=SmallInteger, sa_column_kwargs={"server_default": "14"})
    open_requests: int = Field(default=1, sa_type=SmallInteger, sa_column_kwargs={"server_default": "1"})
    temporary_ending_days: int = Field(default=60, sa_type=SmallInteger, sa_column_kwargs={"server_default": "60"})
    supplement_ending_days: int = Field(default=30, sa_type=SmallInteger, sa_column_kwargs={"server_default": "30"})
    plan_renewal_days: int = Field(default=90, sa_type=SmallInteger, sa_column_kwargs={"server_default": "90"})
    follow_up_months: int = Field(default=3, sa_type=SmallInteger, sa_column_kwargs={"server_default": "3"})
    least_count: int = Field(default=5, sa_type=SmallInteger, sa_column_kwargs={"server_default": "5"})
    mirror_lower_percent: int = Field(default=90, sa_type=SmallInteger, sa_column_kwargs={"server_default": "90"})
    mirror_upper_percent: int = Field(default=110, sa_type=SmallInteger, sa_column_kwargs={"server_default": "110"})
    reassessment_months: int = Field(default=12, sa_type=SmallInteger, sa_column_kwargs={"server_default": "12"})
    legal_bases: dict[str, list[str]] = Field(sa_type=JSONB)
    over_frame: OverFrame = Field(default="flag", sa_type=String, sa_column_kwargs={"server_default": "flag"})
    letter_texts: dict[str, Any] = Field(sa_type=JSONB)
