"""Bodies and answers for supplements, individual resources at a placement, and for needs that turn up (L6)."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field as Limits
from pydantic import model_validator

from app.http.schemas import ONCE_EACH, Amount, Day, FieldFault, PastDay, Prose, Shape, Stored
from app.providers.schemas import FullTimeEquivalents
from app.rates.schemas import MonthlyAmount
from app.rules.process import FoundBy, NeedChangeOutcome

Party = Literal["service", "case_office", "provider"]
AgreedBy = Annotated[list[Party], Limits(max_length=3, examples=[["service", "case_office", "provider"]]), ONCE_EACH]
"""Who agreed; each of them was heard (L6)."""
Heard = Annotated[
    list[Party],
    Limits(
        max_length=3, description="Who was heard besides those who agreed. Fewer than three in all are refused (L6)."
    ),
    ONCE_EACH,
]


Reason = Annotated[str | None, Limits(description="Null for finance: it may tell of health.")]


class SupplementIn(Shape):
    """Resources beyond 1 employee to 5 places, discussed with three parties (L6)."""

    monthly_amount: Annotated[MonthlyAmount, Limits(examples=["3000.00"])]
    full_time_equivalents: Annotated[
        FullTimeEquivalents, Limits(description="The staff it adds to what the provider must have (P5).")
    ] = Decimal("0.00")
    valid_from: Annotated[Day, Limits(examples=["2022-08-01"])]
    valid_to: Annotated[Day | None, Limits(examples=[None])] = None
    reason: Annotated[Prose, Limits(examples=["Treng ein fast tilsett til stades i arbeidet."])]
    heard: Heard = []
    agreed_by: AgreedBy
    agreed_on: Annotated[
        PastDay | None,
        Limits(
            description="Day of the agreement. Positions on earlier days leave the supplement out; without a day it"
            " counts in all (C6)."
        ),
    ] = None

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise FieldFault("valid_to", "kan ikkje vere før «valid_from»")
        return self


class SupplementEndIn(Shape):
    """An earlier last day of a supplement, discussed with the same three parties (L6)."""

    valid_to: Annotated[Day, Limits(description="Last day, inclusive; it is paid.", examples=["2022-04-30"])]
    reason: Annotated[Prose, Limits(examples=["Arbeidet er tilrettelagt på annan måte."])]
    heard: Heard = []
    agreed_by: AgreedBy
    agreed_on: Annotated[
        PastDay, Limits(description="Positions on earlier days leave the end out (C6).", examples=["2022-04-20"])
    ]


class SupplementEndOut(Shape):
    """An agreed end, and the last day before it was agreed."""

    valid_to: date
    replaced_valid_to: date | None
    reason: Reason
    heard: list[Party]
    agreed_by: list[Party]
    agreed_on: date


class SupplementWithoutAmountOut(Stored):
    """A supplement as the service that has agreed to it sees it (L6, M7)."""

    placement_id: UUID
    provider_id: UUID
    full_time_equivalents: FullTimeEquivalents
    valid_from: date
    valid_to: Annotated[date | None, Limits(description="Last day as known today; null if it ends with the placement.")]
    reason: Reason
    heard: list[Party]
    agreed_by: list[Party]
    agreed_on: date | None
    ends: list[SupplementEndOut]


class SupplementOut(SupplementWithoutAmountOut):
    """A supplement, added to the price whatever the placement's share (C4)."""

    monthly_amount: Amount


class NeedChangeIn(Shape):
    """A need beyond 1 employee to 5 places that has turned up (L6)."""

    noticed_on: Annotated[PastDay, Limits(examples=["2022-08-22"])]
    what: Annotated[Prose, Limits(examples=["Treng ein til to ved måltida."])]
    by: Annotated[FoundBy, Limits(description="Who noticed it.", examples=["provider"])]


class NeedChangeOutcomeIn(Shape):
    """What came of the discussion (L6)."""

    outcome: Annotated[NeedChangeOutcome, Limits(examples=["supplement"])]
    closed_on: Annotated[PastDay | None, Limits(description="Default: today.", examples=[None])] = None


class NeedChangeOut(Stored):
    """A need that has turned up, and its outcome (L6)."""

    participant_id: UUID
    noticed_on: date
    what: str
    by: FoundBy
    outcome: NeedChangeOutcome | None
    closed_on: date | None
