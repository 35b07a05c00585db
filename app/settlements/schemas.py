"""Closed months: what was settled, what differs since, and who said yes (C13)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field as Limits
from pydantic import StrictBool, WithJsonSchema, model_validator

from app.budget.schemas import Month
from app.http.schemas import Amount, Day, Line, Shape, Stored
from app.rules.settlement import DifferenceCause, PartKind

Status = Literal["closed", "approved", "rejected"]
Price = Annotated[
    str,
    WithJsonSchema({"type": "string", "pattern": r"^(0|[1-9][0-9]*)\.[0-9]{2,6}$", "examples": ["22317.00"]}),
]
"""Exact kroner per month: two decimals, and as many more as a percent of a rate has."""


class PartOut(Shape):
    """Days of the month at one price and share: price x share / 100 x days / the line's divisor, not rounded."""

    kind: Annotated[PartKind, Limits(description="Basic funding (C2), a legacy price (L2), or a supplement (L6).")]
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
        DifferenceCause,
        Limits(description="`rate` is NAV's rate or the guideline's parameters; the others are the placement's."),
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
