"""What comes in and goes out for individual resources at a place (L6)."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field as Limits
from pydantic import model_validator

from app.http.schemas import ONCE_EACH, Amount, Day, Prose, Shape, Stored
from app.providers.schemas import FullTimeEquivalents
from app.rates.schemas import MonthlyAmount

Party = Literal["service", "case_office", "provider"]
Agreed = Annotated[list[Party], Limits(max_length=3, examples=[["service", "case_office", "provider"]]), ONCE_EACH]
"""Who agreed. Fewer than all three are refused by the rule, with its own problem (L6)."""


class SupplementIn(Shape):
    """Individual resources beyond 1 employee to 5 places, agreed between three parties (L6)."""

    monthly_amount: Annotated[MonthlyAmount, Limits(examples=["3000.00"])]
    full_time_equivalents: Annotated[
        FullTimeEquivalents, Limits(description="The staff it adds to what the provider must have (P5).")
    ] = Decimal("0.00")
    valid_from: Annotated[Day, Limits(examples=["2022-08-01"])]
    valid_to: Annotated[Day | None, Limits(examples=[None])] = None
    reason: Annotated[Prose, Limits(examples=["Treng ein fast tilsett til stades i arbeidet."])]
    agreed_by: Agreed
    agreed_on: Annotated[
        Day | None,
        Limits(description="A position on an earlier day leaves it out; none, and it counts in every one (C6)."),
    ] = None

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise ValueError("«valid_to» kan ikkje vere før «valid_from»")
        return self


class SupplementEndIn(Shape):
    """A supplement is ended before its own last day or its place's, agreed between the same three parties (L6)."""

    valid_to: Annotated[Day, Limits(description="Its last day, which is paid too.", examples=["2023-03-31"])]
    reason: Annotated[Prose, Limits(examples=["Arbeidet er tilrettelagt på annan måte."])]
    agreed_by: Agreed
    agreed_on: Annotated[
        Day, Limits(description="A position on an earlier day leaves it out (C6).", examples=["2023-03-15"])
    ]


class SupplementEndOut(Shape):
    """An end that was agreed, and the last day that the supplement had before it."""

    valid_to: date
    replaced_valid_to: date | None
    reason: str
    agreed_by: list[Party]
    agreed_on: date


class SupplementOut(Stored):
    """A supplement. It comes on top of the price, whatever the place's share (C4)."""

    placement_id: UUID
    provider_id: UUID
    monthly_amount: Amount
    full_time_equivalents: FullTimeEquivalents
    valid_from: date
    valid_to: Annotated[date | None, Limits(description="The last day known now; none, and it ends with the place.")]
    reason: str
    agreed_by: list[Party]
    agreed_on: date | None
    ends: list[SupplementEndOut]
