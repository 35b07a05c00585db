"""Settlements: the lines of a closed month, the differences since then, and the approval (C13)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field as Limits
from pydantic import StrictBool, WithJsonSchema, model_validator

from app.budget.schemas import Month
from app.http.schemas import Amount, Day, FieldFault, Line, Shape, Stored
from app.rules.settlement import DifferenceCause, PartKind

SettlementStatus = Literal["closed", "approved", "rejected"]
Price = Annotated[
    str,
    WithJsonSchema({"type": "string", "pattern": r"^(0|[1-9][0-9]*)\.[0-9]{2,6}$", "examples": ["22317.00"]}),
]
"""Exact kroner per month: two decimals, and as many more as a percent of a rate has."""


class SettlementPartOut(Shape):
    """Days of the month with one price and one share.

    Amount = price x share / 100 x days / the line's divisor, not rounded.
    """

    kind: Annotated[PartKind, Limits(description="Basic funding (C2), a legacy price (L2), or a supplement (L6).")]
    first_day: Day
    last_day: Day
    days: Annotated[int, Limits(description="Days counted as the line's `divisor` is (C3).")]
    share: Annotated[int, Limits(description="Percent; always 100 for a supplement.")]
    price: Annotated[
        Price, Limits(description="Price of a full place per month, the guideline's supplement percent included (C2).")
    ]
    rate_id: UUID | None
    guideline_version_id: UUID | None


class SettlementLineOut(Shape):
    """One placement's month. The amount is the sum of its parts, rounded once, half up (C4).

    `share`, `price`, `rate_id` and `guideline_version_id` are those of the only part, or null if there are several. For
    a person with a protected address, ids are left out for callers who may not see them.
    """

    id: UUID
    placement_id: UUID | None
    provider_id: UUID | None
    month: Month
    days: Annotated[int, Limits(description="Days of the month with a placement, counted as `divisor` is (C3).")]
    divisor: Annotated[int, Limits(description="Days or weekdays of the month (C3).")]
    share: int | None
    price: Price | None
    rate_id: UUID | None
    guideline_version_id: UUID | None
    amount: Amount
    parts: list[SettlementPartOut]


class SettlementDifferenceOut(Shape):
    """The part of a closed line's change that has one cause (C13)."""

    line_id: Annotated[
        UUID | None, Limits(description="The closed line; null if the closed month had no line for this placement.")
    ]
    placement_id: UUID | None
    provider_id: UUID | None
    month: Annotated[Month, Limits(description="The closed month that changed.")]
    amount: Amount
    cause: Annotated[
        DifferenceCause,
        Limits(
            description="`rate`: NAV's rate or the guideline's parameters changed; `correction`: a decision was"
            " corrected or annulled (D8); the other causes are changes of the placement."
        ),
    ]
    settled_in: Annotated[
        Month | None, Limits(description="The settlement that includes it; null until it is settled.")
    ]


class ProviderSumOut(Shape):
    """What one provider is owed by the settlement."""

    provider_id: UUID | None
    lines: Amount
    differences: Amount
    total: Amount


class SettlementSummaryOut(Stored):
    """A settlement of a month without its lines."""

    year: int
    month: int
    version: Annotated[
        int,
        Limits(
            description="Version of the month's settlement, from 1. A rejected month gets the next version when it is"
            " closed again."
        ),
    ]
    number: Annotated[int, Limits(description="Running number of the settlement, across all months.")]
    closed_at: datetime
    closed_by: str
    status: SettlementStatus
    decided_at: datetime | None
    decided_by: str | None
    reason: str | None
    total: Annotated[
        Amount, Limits(description="The lines, and the differences of earlier months settled with them. Never changes.")
    ]


class SettlementOut(SettlementSummaryOut):
    """A closed month (C13).

    `differences` contains those of earlier months that were settled with this one, and those of this month's own lines
    that wait for the next settlement (`settled_in` null); the latter are computed on request and not part of `total`.
    """

    lines: list[SettlementLineOut]
    differences: list[SettlementDifferenceOut]
    lines_total: Amount
    differences_total: Annotated[Amount, Limits(description="Sum of the differences settled with this month.")]
    pending_total: Annotated[Amount, Limits(description="Sum of the differences that wait for the next settlement.")]
    providers: list[ProviderSumOut]


class SettlementApprovalIn(Shape):
    """Another person's approval of a closed month, or its rejection with a reason (C13)."""

    approved: Annotated[StrictBool, Limits(examples=[True])]
    reason: Annotated[Line | None, Limits(examples=[None])] = None

    @model_validator(mode="before")
    @classmethod
    def _require_reason(cls, sent: object) -> object:
        if isinstance(sent, Mapping) and sent.get("approved") is False and sent.get("reason") is None:
            raise FieldFault("reason", "manglar; ei avvising må ha ei grunngjeving")
        return sent
