"""What comes in and goes out for applications, requests, decisions and placements."""

from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field as Limits
from pydantic import StrictBool, model_validator

from app.http.shapes import Amount, Day, Line, Percent, Prose, Shape, Stored
from app.rates.models import MonthlyAmount
from app.rules.process import ApplicationStatus, Need

LEGAL_BASIS = "Helse- og omsorgstenestelova § 3-3"

Answer = Literal["accepted", "declined"]
DeclineReason = Literal["no_capacity", "cannot_accommodate", "other"]


class ApplicationIn(Shape):
    """An application, with the applicant's own wishes (D4)."""

    participant_id: UUID
    received_on: Day
    need: Need
    wishes: Annotated[Prose, Limits(examples=["Vil arbeide ute, helst med dyr."])]
    medication_tasks: StrictBool = False


class ApplicationOut(Stored):
    """An application and how far it has come."""

    participant_id: UUID
    received_on: date
    need: Need
    wishes: str
    medication_tasks: bool
    status: ApplicationStatus


class RequestIn(Shape):
    """A request to a provider for a place."""

    provider_id: UUID
    sent_on: Day


class RequestOut(Stored):
    """A request and its answer. `need` and `medication_tasks` are the application's."""

    application_id: UUID
    provider_id: UUID
    sent_on: date
    need: Need
    medication_tasks: bool
    answer: Answer | None
    answered_on: date | None
    reason: DeclineReason | None
    text: str | None


class AnswerIn(Shape):
    """A provider's answer (P3): a refusal has a reason, and `other` a text."""

    answer: Answer
    reason: DeclineReason | None = None
    text: Annotated[Line | None, Limits(examples=[None])] = None
    answered_on: Annotated[Day | None, Limits(description="Today where left out.", examples=[None])] = None


class MedicationAgreement(Shape):
    """The separate written agreement that medication tasks need (D5)."""

    agreed_on: Day
    reference: Annotated[Line, Limits(examples=["Avtale 2022/117"])]


class _Period(Shape):
    starts_on: Day
    ends_on: Annotated[Day | None, Limits(examples=[None])] = None

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.ends_on is not None and self.ends_on < self.starts_on:
            raise ValueError("«ends_on» kan ikkje vere før «starts_on»")
        return self


class GrantIn(_Period):
    """A decision that grants a place (D1–D5, L2, L7)."""

    kind: Literal["grant"]
    decided_on: Day
    legal_basis: Annotated[Line, Limits(examples=[LEGAL_BASIS])]
    application_id: UUID
    request_id: UUID
    share: Percent = 100
    medication_agreement: MedicationAgreement | None = None


class RejectIn(Shape):
    """A decision that rejects an application."""

    kind: Literal["reject"]
    decided_on: Day
    legal_basis: Annotated[Line, Limits(examples=[LEGAL_BASIS])]
    application_id: UUID
    reason: Annotated[Prose | None, Limits(examples=["Ikkje busett i kommunen."])] = None


DecisionIn = Annotated[GrantIn | RejectIn, Limits(discriminator="kind")]


class DecisionOut(Stored):
    """A decision. Never edited (D6)."""

    kind: Literal["grant", "reject", "change", "end"]
    decided_on: date
    decided_by: str
    legal_basis: str
    reason: str | None
    participant_id: UUID
    application_id: UUID | None
    request_id: UUID | None
    provider_id: UUID | None
    placement_id: UUID | None
    follows_id: UUID | None
    starts_on: date | None
    ends_on: date | None
    share: int | None
    medication_agreement: MedicationAgreement | None


class LegacyPlacementIn(_Period):
    """A place from before the guideline, with its own monthly price (L2)."""

    participant_id: UUID
    provider_id: UUID
    terms: Literal["legacy"]
    share: Percent = 100
    monthly_price: MonthlyAmount


class PlacementOut(Stored):
    """A placement as everyone who may see it sees it: without money."""

    participant_id: UUID
    provider_id: UUID
    terms: Literal["standard", "legacy"]
    starts_on: date
    ends_on: date | None
    share: int
    decided_on: date | None


class PricedPlacementOut(PlacementOut):
    """A placement with its legacy price; null for standard terms, whose price is the rate's (C2)."""

    monthly_price: Amount | None
