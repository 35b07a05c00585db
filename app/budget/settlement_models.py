"""Closed months: what was settled, what differs since, and who said yes (C13)."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field as Limits
from pydantic import StrictBool, WithJsonSchema, model_validator
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

from app.budget.models import Month
from app.db import Row
from app.http.shapes import Amount, Day, Line, Shape, Stored
from app.rules.settlement import Cause, Kind

_MONTH = "extract(day from month) = 1"

Status = Literal["closed", "approved", "rejected"]


class Settlement(Row, table=True):
    """One closing of a month. Never edited: a rejected one is followed by another version of the same month.

    `number` counts the closings of all months: what differs in earlier ones goes into the next (C13). `by_month` is
    what this closing adds to each month, in kroner as text: its own lines, and the differences of earlier months.
    """

    __tablename__ = "settlement"
    __table_args__ = (
        UniqueConstraint("number"),
        UniqueConstraint("month", "version"),
        # What a review names, so that it cannot be its own closer's.
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
    """One placement's month as it was closed, with the inputs that made it. Never edited."""

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
    """What changed in a month that was closed before, settled with a later one. Never edited.

    `line_id` is the closed line, null where the month had none of this place. `divisor` and `parts` are the line as it
    was computed anew, null where there was none any more (`removed`).
    """

    __tablename__ = "settlement_difference"
    __table_args__ = (
        ForeignKeyConstraint(["placement_id", "provider_id"], ["placement.id", "placement.provider_id"]),
        UniqueConstraint("settlement_id", "placement_id", "month", "cause"),
        CheckConstraint(_MONTH, name="month"),
        CheckConstraint("amount <> 0", name="amount"),
        CheckConstraint(
            "cause in ('rate', 'period', 'share', 'supplement', 'legacy_price', 'added', 'removed')", name="cause"
        ),
        CheckConstraint(
            "(cause = 'removed') = (divisor is null) and (divisor is null) = (parts is null)", name="parts"
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
    """Another person's yes or no to a closing, once (C13's four eyes). Never edited."""

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


Price = Annotated[
    str,
    WithJsonSchema({"type": "string", "pattern": r"^(0|[1-9][0-9]*)\.[0-9]{2,6}$", "examples": ["22317.00"]}),
]
"""Exact kroner per month: two decimals, and as many more as a percent of a rate has."""


class PartOut(Shape):
    """Days of the month at one price and share: price x share / 100 x days / the line's divisor, not rounded."""

    kind: Annotated[Kind, Limits(description="Basic funding (C2), a legacy price (L2), or a supplement (L6).")]
    first_day: Day
    last_day: Day
    days: Annotated[int, Limits(description="Counted as the month's proration has it (C3).")]
    share: Annotated[int, Limits(description="Percent; always 100 for a supplement.")]
    price: Annotated[Price, Limits(description="A full place's for a month; NAV's rate with the guideline's percent.")]
    rate_id: UUID | None
    guideline_version_id: UUID | None


class LineOut(Shape):
    """One placement's month. Its amount is the sum of its parts, rounded once, half up (C4).

    `share`, `price`, `rate_id` and `guideline_version_id` are the only part's; null where there are several. A place
    behind a protected address has neither id for whoever may not know it.
    """

    id: UUID
    placement_id: UUID | None
    provider_id: UUID | None
    month: Month
    days: Annotated[int, Limits(description="Counted days with a place (C3).")]
    divisor: Annotated[int, Limits(description="The month's days or weekdays (C3).")]
    share: int | None
    price: Price | None
    rate_id: UUID | None
    guideline_version_id: UUID | None
    amount: Amount
    parts: list[PartOut]


class DifferenceOut(Shape):
    """What one cause makes of a closed month's line (C13)."""

    line_id: Annotated[UUID | None, Limits(description="The closed line; null where the month had none of this place.")]
    placement_id: UUID | None
    provider_id: UUID | None
    month: Annotated[Month, Limits(description="The month it concerns.")]
    amount: Amount
    cause: Annotated[
        Cause, Limits(description="`rate` is NAV's rate or the guideline's parameters; the others are the placement's.")
    ]
    settled_in: Annotated[
        Month | None, Limits(description="The settlement it went into; null while it waits for the next one.")
    ]


class ProviderSumOut(Shape):
    """What one provider is owed by this settlement."""

    provider_id: UUID | None
    lines: Amount
    differences: Amount
    total: Amount


class SettlementHeadOut(Stored):
    """A closing of a month, without its lines."""

    year: int
    month: int
    version: Annotated[int, Limits(description="Counted from 1; a rejected month is closed again as the next.")]
    number: Annotated[int, Limits(description="Counts the closings of all months.")]
    closed_at: datetime
    closed_by: str
    status: Status
    decided_at: datetime | None
    decided_by: str | None
    reason: str | None
    total: Annotated[Amount, Limits(description="Lines, and the differences of earlier months settled with them.")]


class SettlementOut(SettlementHeadOut):
    """A closed month (C13).

    `differences` has those of earlier months that were settled with this one, and those of this month's own lines that
    wait for the next settlement (`settled_in` null): these are derived when asked, and no part of `total`.
    """

    lines: list[LineOut]
    differences: list[DifferenceOut]
    lines_total: Amount
    differences_total: Annotated[Amount, Limits(description="Of those settled with this month.")]
    pending_total: Annotated[Amount, Limits(description="Of those that wait for the next settlement.")]
    providers: list[ProviderSumOut]


class ApprovalIn(Shape):
    """Another person's decision on a closed month: yes, or no with a reason."""

    approved: Annotated[StrictBool, Limits(examples=[True])]
    reason: Annotated[Line | None, Limits(examples=[None])] = None

    @model_validator(mode="before")
    @classmethod
    def _no_has_a_reason(cls, sent: object) -> object:
        if isinstance(sent, Mapping) and sent.get("approved") is False and sent.get("reason") is None:
            raise ValueError("ei avvising må ha ei grunngjeving i «reason»")
        return sent
