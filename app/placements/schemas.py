"""What comes in and goes out for applications, requests, decisions and placements."""

from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import ConfigDict, StrictBool, model_validator
from pydantic import Field as Limits

from app.http.schemas import ONCE_EACH, Amount, Day, Line, Percent, Prose, Shape, Stored
from app.rates.schemas import MonthlyAmount
from app.rules.process import ApplicationStatus, Need, PlacementState

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
    withdrawn_on: date | None
    status: ApplicationStatus


class WithdrawalIn(Shape):
    """The applicant withdraws the application."""

    withdrawn_on: Annotated[Day | None, Limits(description="Today where left out.", examples=["2022-01-20"])] = None


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


class _Following(Shape):
    decided_on: Day
    legal_basis: Annotated[Line, Limits(examples=[LEGAL_BASIS])]
    placement_id: UUID
    follows_id: Annotated[
        UUID | None,
        Limits(
            description="The placement's latest decision, as you know it: refused when there is a later one (D6).",
            examples=[None],
        ),
    ] = None
    reason: Annotated[Prose | None, Limits(examples=[None])] = None


class ChangeIn(_Following):
    """A decision that changes a place (D6): its terms from a day on, a last day, or a notice that is withdrawn."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "kind": "change",
                    "decided_on": "2023-06-12",
                    "legal_basis": LEGAL_BASIS,
                    "placement_id": "016e0000-0005-7000-8000-000000000001",
                    "valid_from": "2023-08-01",
                    "share": 60,
                }
            ]
        }
    )

    kind: Literal["change"]
    valid_from: Annotated[
        Day | None, Limits(description="The first day of the new terms.", examples=["2022-08-01"])
    ] = None
    share: Annotated[Percent | None, Limits(examples=[60])] = None
    monthly_price: Annotated[
        MonthlyAmount | None, Limits(description="Of a legacy place alone (L2).", examples=[None])
    ] = None
    medication_tasks: Annotated[StrictBool | None, Limits(description="True needs an agreement (D5).")] = None
    medication_agreement: MedicationAgreement | None = None
    ends_on: Annotated[
        Day | None, Limits(description="Of a temporary place, or of one whose end is decided (L7).", examples=[None])
    ] = None
    withdraws_notice_id: Annotated[
        UUID | None, Limits(description="A notice that is withdrawn before the place's last day.", examples=[None])
    ] = None

    @model_validator(mode="after")
    def _changes_something_from_a_day(self) -> Self:
        terms = (self.share, self.monthly_price, self.medication_tasks)
        if any(value is not None for value in terms):
            if self.valid_from is None:
                raise ValueError("nye vilkår må ha ein første dag («valid_from»)")
            if self.withdraws_notice_id is not None:
                raise ValueError("ei oppseiing vert trekt i eit vedtak for seg")
        elif self.ends_on is None and self.withdraws_notice_id is None:
            raise ValueError("eit endringsvedtak må endre noko")
        elif self.ends_on is not None and self.withdraws_notice_id is not None:
            raise ValueError("ei oppseiing vert trekt i eit vedtak for seg")
        if self.medication_agreement is not None and self.medication_tasks is not True:
            raise ValueError("ein avtale om medisinering høyrer til «medication_tasks»: true")
        return self


class EndIn(_Following):
    """A decision that ends a place (L5): after a notice on the notice's own day, else on the day it says."""

    kind: Literal["end"]
    ends_on: Annotated[Day, Limits(description="The last day, which is paid too (L3).", examples=["2022-09-30"])]


DecisionIn = Annotated[GrantIn | RejectIn | ChangeIn | EndIn, Limits(discriminator="kind")]


class DecisionOut(Stored):
    """A decision, without money. Never edited (D6)."""

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
    valid_from: date | None
    medication_tasks: bool | None
    medication_agreement: MedicationAgreement | None
    notice_id: Annotated[
        UUID | None, Limits(description="The notice that an `end` follows (L5), or that a `change` withdraws.")
    ]


class PricedDecisionOut(DecisionOut):
    """A decision with the legacy price that it sets."""

    monthly_price: Amount | None


class LegacyPlacementIn(_Period):
    """A place from before the guideline, with its own monthly price (L2)."""

    participant_id: UUID
    provider_id: UUID
    terms: Literal["legacy"]
    share: Percent = 100
    monthly_price: MonthlyAmount
    decided_on: Annotated[
        Day | None,
        Limits(description="Where it was decided before the guideline and begins after it.", examples=["2021-11-15"]),
    ] = None


class PlacementOut(Stored):
    """A placement as everyone who may see it sees it: without money.

    `share` and `medication_tasks` are those of today: the first ones before it begins, the last ones after its end.
    """

    participant_id: UUID
    provider_id: UUID
    need: Need
    terms: Literal["standard", "legacy"]
    starts_on: date
    ends_on: Annotated[date | None, Limits(description="The last day known now (L3, L5, L7).")]
    share: int
    medication_tasks: bool
    decided_on: date | None


class PricedPlacementOut(PlacementOut):
    """A placement with today's legacy price; null for standard terms, whose price is the rate's (C2)."""

    monthly_price: Amount | None


StepName = Literal["granted", "recorded", "changed", "notice_given", "notice_withdrawn", "end_decided"]


class HistoryStep(Shape):
    """One step in a placement's life, and the decision or notice it was. A field is null where it was not touched."""

    step: StepName
    on: Annotated[date | None, Limits(description="The day it was decided or given; null for a recorded place.")]
    decision_id: UUID | None
    follows_id: Annotated[UUID | None, Limits(description="The decision it follows (D6).")]
    notice_id: UUID | None
    valid_from: Annotated[date | None, Limits(description="The first day of what it says.")]
    ends_on: Annotated[date | None, Limits(description="The last day by it.")]
    share: int | None
    medication_tasks: bool | None


class PricedHistoryStep(HistoryStep):
    """A step with the legacy price that it sets."""

    monthly_price: Amount | None


class PlacementTold(PlacementOut):
    """A placement and its whole history, in order (D6)."""

    state: Annotated[PlacementState, Limits(description="Where it stands today (L3, L5, L7).")]
    history: list[HistoryStep]


class PricedPlacementTold(PricedPlacementOut):
    """A placement and its whole history, in order (D6), with money."""

    state: Annotated[PlacementState, Limits(description="Where it stands today (L3, L5, L7).")]
    history: list[PricedHistoryStep]


GivenBy = Literal["participant", "guardian", "municipality", "provider"]
NoticeReason = Literal["changed_needs", "cannot_accommodate", "extensive_absence", "other"]


class NoticeIn(Shape):
    """One side gives notice of a place (L3)."""

    given_by: GivenBy
    given_on: Annotated[Day, Limits(examples=["2022-03-15"])]
    reason: NoticeReason
    text: Annotated[Prose | None, Limits(description="Needed for `other`.", examples=[None])] = None
    agreed_end_on: Annotated[
        Day | None, Limits(description="An earlier day that both sides agreed on in writing.", examples=[None])
    ] = None
    agreed_by: Annotated[list[Literal["municipality", "provider"]], Limits(max_length=2), ONCE_EACH] = []


class NoticeOut(Stored):
    """A notice, and the last day by it."""

    placement_id: UUID
    provider_id: UUID
    given_by: GivenBy
    given_on: date
    reason: NoticeReason
    text: str | None
    agreed_end_on: date | None
    agreed_by: list[Literal["municipality", "provider"]]
    ends_on: Annotated[date, Limits(description="The place's last day, which is paid too (L3).")]
    meeting_required: Annotated[bool, Limits(description="A meeting must be called at once (L4).")]
    status: Annotated[
        Literal["open", "decided", "withdrawn"],
        Limits(description="`decided`: the end is decided (L5)."),
    ]
    decision_id: Annotated[UUID | None, Limits(description="The decision that ended or withdrew it.")]


class ProcessingTimeOut(Shape):
    """How long applications took from receipt to decision, for one provider and month of decision."""

    provider_id: Annotated[UUID | None, Limits(description="Null for rejections, which name no provider.")]
    month: Annotated[str, Limits(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$", examples=["2022-01"])]
    decisions: int
    average_days: Annotated[str, Limits(pattern=r"^[0-9]+\.[0-9]{2}$", examples=["7.00"])]
    shortest_days: int
    longest_days: int


class ProcessingTimes(Shape):
    """Every provider and month in which something was decided. It is one page: `next` is always null."""

    items: list[ProcessingTimeOut]
    next: None = None
