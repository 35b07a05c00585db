"""A year's frames (C5), expected refunds (C11) and flag (C7)."""

from datetime import date
from decimal import Decimal

from sqlalchemy import CheckConstraint, Index, Numeric, SmallInteger, String
from sqlmodel import Field, SQLModel

from app.database.base import Row
from app.rules.position import Flag


class BudgetFrame(Row, table=True):
    """A revision of a year's frame; the latest adopted by a day counts on that day (C5). Never changed."""

    __tablename__ = "budget_frame"
    __table_args__ = (
        CheckConstraint("year between 1900 and 2099", name="year"),
        CheckConstraint("amount >= 0", name="amount"),
        CheckConstraint("length(reason) between 1 and 500", name="reason"),
        Index("ix_budget_frame_year_id", "year", "id"),
    )

    year: int = Field(sa_type=SmallInteger)
    amount: Decimal = Field(sa_type=Numeric(12, 2))
    adopted_on: date
    reason: str


class ExpectedRefund(Row, table=True):
    """What a year's refund for resource-demanding services is expected to be (C11). Never changed."""

    __tablename__ = "expected_refund"
    __table_args__ = (
        CheckConstraint("year between 1900 and 2099", name="year"),
        CheckConstraint("amount >= 0", name="amount"),
        CheckConstraint("length(reason) between 1 and 500", name="reason"),
        Index("ix_expected_refund_year_id", "year", "id"),
    )

    year: int = Field(sa_type=SmallInteger)
    amount: Decimal = Field(sa_type=Numeric(12, 2))
    recorded_on: date
    reason: str


class BudgetFlag(SQLModel, table=True):
    """The flag of a year after the last change that affected it: a rise is a rise over this (C7)."""

    __tablename__ = "budget_flag"
    __table_args__ = (
        CheckConstraint("year between 1900 and 2099", name="year"),
        CheckConstraint("flag in ('no_frame', 'within', 'watch', 'overrun')", name="flag"),
    )

    year: int = Field(sa_type=SmallInteger, primary_key=True)
    flag: Flag = Field(sa_type=String)
