"""Settlements of closed months, their lines, the differences settled later, and their approval (C13)."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Integer,
    Numeric,
    SmallInteger,
    String,
    UniqueConstraint,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from app.database.base import Row

_MONTH = "extract(day from month) = 1"


class Settlement(Row, table=True):
    """A settlement of a month. Never edited: a rejected one is followed by another version of the same month.

    `number` runs across all months: the differences of earlier months go into the next settlement (C13). `by_month` is
    what this settlement adds to each month, in kroner as text: its own lines, and the differences of earlier months.
    """

    __tablename__ = "settlement"
    __table_args__ = (
        UniqueConstraint("number"),
        UniqueConstraint("month", "version"),
        # For the review's foreign key, by which nobody reviews their own settlement.
        UniqueConstraint("id", "closed_by"),
        CheckConstraint(_MONTH, name="month"),
        CheckConstraint("number > 0 and version > 0", name="number"),
    )

    month: date
    version: int = Field(sa_type=SmallInteger)
    number: int = Field(sa_type=Integer)
    closed_at: datetime = Field(
        default=None,
        sa_type=DateTime(timezone=True),
        sa_column_kwargs={"server_default": func.now()},
        nullable=False,
    )
    closed_by: str
    by_month: dict[str, str] = Field(sa_type=JSONB)


class SettlementLine(Row, table=True):
    """One placement's month as it was closed, with the inputs that explain the amount. Never edited."""

    __tablename__ = "settlement_line"
    __table_args__ = (
        ForeignKeyConstraint(["placement_id", "provider_id"], ["placement.id", "placement.provider_id"]),
        UniqueConstraint("settlement_id", "placement_id"),
        CheckConstraint(_MONTH, name="month"),
        CheckConstraint("divisor between 1 and 31 and days between 0 and divisor", name="days"),
        CheckConstraint("amount >= 0", name="amount"),
        Index("ix_settlement_line_placement_id", "placement_id"),
    )

    settlement_id: UUID = Field(foreign_key="settlement.id")
    placement_id: UUID
    provider_id: UUID
    month: date
    days: int = Field(sa_type=SmallInteger)
    divisor: int = Field(sa_type=SmallInteger)
    amount: Decimal = Field(sa_type=Numeric(12, 2))
    parts: list[dict[str, Any]] = Field(sa_type=JSONB)


class SettlementDifference(Row, table=True):
    """What changed in a month that was closed earlier, settled with a later one. Never edited.

    `line_id` is the closed line, null if the month had none for this placement. `divisor` and `parts` are the line as
    it was recomputed, null if there was none any more (`removed`, or a `correction`).
    """

    __tablename__ = "settlement_difference"
    __table_args__ = (
        ForeignKeyConstraint(["placement_id", "provider_id"], ["placement.id", "placement.provider_id"]),
        UniqueConstraint("settlement_id", "placement_id", "month", "cause"),
        CheckConstraint(_MONTH, name="month"),
        CheckConstraint("amount <> 0", name="amount"),
        CheckConstraint(
            "cause in ('rate', 'period', 'share', 'supplement', 'legacy_price', 'added', 'removed', 'correction')",
            name="cause",
        ),
        CheckConstraint(
            "(cause <> 'removed' or divisor is null) and (cause in ('removed', 'correction') or divisor is not null)"
            " and (divisor is null) = (parts is null)",
            name="parts",
        ),
        Index("ix_settlement_difference_placement_id_month", "placement_id", "month"),
        Index("ix_settlement_difference_line_id", "line_id"),
    )

    settlement_id: UUID = Field(foreign_key="settlement.id")
    line_id: UUID | None = Field(default=None, foreign_key="settlement_line.id")
    placement_id: UUID
    provider_id: UUID
    month: date
    cause: str
    amount: Decimal = Field(sa_type=Numeric(12, 2))
    divisor: int | None = Field(default=None, sa_type=SmallInteger)
    parts: list[dict[str, Any]] | None = Field(default=None, sa_type=JSONB(none_as_null=True))


class SettlementReview(Row, table=True):
    """Another person's approval or rejection of a settlement, once (C13). Never edited."""

    __tablename__ = "settlement_review"
    __table_args__ = (
        ForeignKeyConstraint(["settlement_id", "closed_by"], ["settlement.id", "settlement.closed_by"]),
        UniqueConstraint("settlement_id"),
        CheckConstraint("decided_by <> closed_by", name="four_eyes"),
        CheckConstraint("approved or reason is not null", name="reason"),
        CheckConstraint("length(reason) between 1 and 500", name="reason_length"),
    )

    settlement_id: UUID
    closed_by: str
    decided_by: str
    approved: bool
    reason: str | None = Field(default=None, sa_type=String)
