"""The trust's yearly sums (R1, R4), applications (R5, R6) and what came of each (R2, R3, R7)."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Numeric, SmallInteger, text
from sqlmodel import Field

from app.database.base import ANNULLED_TOGETHER, AnnullableRow, Row

DECISIONS = frozenset({"grant", "reject"})
"""The kinds of entries of which one holds of each application."""


class TrustYearSum(Row, table=True):
    """The whole sum of a year from the day it was decided, the first or a raise (R1, R4). Rows are only added."""

    __tablename__ = "trust_year_sum"
    __table_args__ = (
        CheckConstraint("year between 1900 and 2099", name="year"),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("person_limit > 0", name="person_limit"),
        CheckConstraint("decided_by in ('board', 'municipality')", name="decided_by"),
        CheckConstraint("length(reason) between 1 and 500", name="reason"),
        CheckConstraint("extract(year from deadline_on) = year", name="deadline_on"),
        Index("uq_trust_year_sum_year_amount", "year", "amount", unique=True),
    )

    year: int = Field(sa_type=SmallInteger)
    amount: Decimal = Field(sa_type=Numeric(12, 2))
    person_limit: Decimal = Field(sa_type=Numeric(12, 2))
    decided_on: date
    decided_by: str
    reason: str
    deadline_on: date | None = None
    recorded_by: str


class TrustApplication(Row, table=True):
    """A person's application to the trust (R5, R6). The documentation itself is never stored."""

    __tablename__ = "trust_application"
    __table_args__ = (
        CheckConstraint("purpose in ('respite', 'escort')", name="purpose"),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("length(belonging_reason) between 1 and 500", name="belonging_reason"),
        CheckConstraint(
            "(documentation_seen_on is null) = (documentation_seen_by is null)", name="documentation_seen_by"
        ),
        Index("ix_trust_application_participant_id_id", "participant_id", "id"),
        Index("ix_trust_application_received_on", "received_on"),
    )

    participant_id: UUID = Field(foreign_key="participant.id")
    received_on: date
    purpose: str
    amount: Decimal = Field(sa_type=Numeric(12, 2))
    municipality_number: str
    belonging_reason: str | None = None
    documentation_seen_on: date | None = None
    documentation_seen_by: str | None = None


class TrustEntry(AnnullableRow, table=True):
    """What came of an application: one decision, and of a grant its payments and repayments (R7). What was recorded by
    mistake is annulled (D10), and otherwise rows are only added.

    `reason` of a rejection is a code.
    """

    __tablename__ = "trust_entry"
    __table_args__ = (
        CheckConstraint("kind in ('grant', 'reject', 'payment', 'repayment')", name="kind"),
        CheckConstraint("(kind = 'reject') = (amount is null)", name="amount"),
        CheckConstraint("amount > 0", name="positive"),
        CheckConstraint("kind <> 'reject' or reason is not null", name="reason"),
        CheckConstraint(ANNULLED_TOGETHER, name="annulled"),
        CheckConstraint("kind <> 'payment' or voucher_seen_on <= entered_on", name="voucher_seen_on"),
        Index(
            "uq_trust_entry_application_id",
            "application_id",
            unique=True,
            postgresql_where=text("kind in ('grant', 'reject') and annulled_at is null"),
        ),
        Index("ix_trust_entry_application_id_id", "application_id", "id"),
    )

    application_id: UUID = Field(foreign_key="trust_application.id")
    kind: str
    entered_on: date
    amount: Decimal | None = Field(default=None, sa_type=Numeric(12, 2))
    reason: str | None = None
    voucher_seen_on: date | None = None
    recorded_by: str


class TrustReport(Row, table=True):
    """The report of a year, as sent to the board (R10). Rows are only added: a corrected one is sent again."""

    __tablename__ = "trust_report"
    __table_args__ = (
        CheckConstraint("year between 1900 and 2099", name="year"),
        CheckConstraint("sent_on >= make_date(year, 12, 31)", name="sent_on"),
        Index("ix_trust_report_year_id", "year", "id"),
    )

    year: int = Field(sa_type=SmallInteger)
    sent_on: date
    recorded_by: str
