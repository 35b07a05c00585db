"""Bodies and answers for applications, requests, decisions, placements and notices."""

from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import ConfigDict, StrictBool, model_validator
from pydantic import Field as Limits

from app.http.schemas import ONCE_EACH, Amount, Day, FieldFault, Line, PastDay, Percent, Prose, Shape, Stored
from app.rates.schemas import From1To100, MonthlyAmount, Months
from app.rules.process import LEGAL_BASIS, ApplicationStatus, Destination, Need, PlacementState

Answer = Literal["accepted", "declined"]
DeclineReason = Literal["no_capacity", "cannot_accommodate", "other"]


class ApplicationIn(Shape):
    """An application with the applicant's own wishes (D4)."""

    participant_id: UUID
    received_on: PastDay
    need: Need
    wishes: Annotated[Prose, Limits(examples=["Vil arbeide ute, helst med dyr."])]
    medication_tasks: StrictBool = False


class ApplicationOut(Stored):
    """An application and its status (D4)."""

    participant_id: UUID
    received_on: date
    need: Need
    wishes: str
    medication_tasks: bool
    withdrawn_on: date | None
    status: ApplicationStatus


class ApplicationWithdrawalIn(Shape):
    """The applicant withdraws the application (D4)."""

    withdrawn_on: Annotated[PastDay | None, Limits(description="Default: today.", examples=["2022-08-31"])] = None


class RequestIn(Shape):
    """A request to a provider for a place (D4)."""

    provider_id: UUID
    sent_on: Annotated[PastDay, Limits(examples=["2022-08-31"])]


class RequestOut(Stored):
    """A request to a provider and its answer. `need` and `medication_tasks` are the application's."""

    application_id: UUID
    provider_id: UUID
    sent_on: date
    need: Need
    medication_tasks: bool
    answer: Answer | None
    answered_on: date | None
    reason: DeclineReason | None
    text: str | None


class RequestAnswerIn(Shape):
    """A provider's answer (P3): a refusal has a reason, and `other` also a text."""

    answer: Answer
    reason: DeclineReason | None = None
    text: Annotated[Line | None, Limits(examples=[None])] = None
    answered_on: Annotated[PastDay | None, Limits(description="Default: today.", examples=[None])] = None


class MedicationAgreement(Shape):
    """The separate written agreement that medication tasks require (D5)."""

    agreed_on: PastDay
    reference: Annotated[Line, Limits(examples=["Avtale 2022/117"])]


class _Period(Shape):
    starts_on: Day
    ends_on: Annotated[Day | None, Limits(examples=[None])] = None

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.ends_on is not None and self.ends_on < self.starts_on:
            raise FieldFault("ends_on", "kan ikkje vere før «starts_on»")
        return self


class _Decision(Shape):
    decided_on: PastDay
    legal_basis: Annotated[
        Line,
        Limits(
            description="One of `legal_bases` of the guideline version in force on the day of the decision (D2).",
            examples=[LEGAL_BASIS],
        ),
    ]
    reason: Annotated[Prose | None, Limits(examples=[None])] = None
    archive_reference: Annotated[
        Line | None, Limits(description="The decision's reference in the archive.", examples=["2022/117-4"])
    ] = None


class GrantDecisionIn(_Decision, _Period):
    """A decision that grants a place (D1–D5, L2, L7)."""

    kind: Literal["grant"]
    application_id: UUID
    request_id: UUID
    share: Percent = 100
    medication_agreement: MedicationAgreement | None = None
    budget_reference: Annotated[
        Line | None,
        Limits(
            description="The case that pays where the grant brings the forecast over the frame (C7).", examples=[None]
        ),
    ] = None
    health_and_social_tasks: Annotated[
        list[Line],
        Limits(max_length=20, description="Tasks that the provider does (D7).", examples=[["Hjelp til måltid"]]),
        ONCE_EACH,
    ] = []


class RejectDecisionIn(_Decision):
    """A decision that rejects an application, with its reason (D3)."""

    kind: Literal["reject"]
    application_id: UUID
    reason: Annotated[Prose, Limits(examples=["Ikkje busett i kommunen."])]


class _FollowingDecision(_Decision):
    placement_id: UUID
    follows_id: Annotated[
        UUID | None,
        Limits(
            description="The latest decision of the placement that the caller knows. Refused if there is a later one"
            " (D6).",
            examples=[None],
        ),
    ] = None


class ChangeDecisionIn(_FollowingDecision):
    """A decision that changes a placement (D6): its terms from a day on, its last day, or a withdrawn notice."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "kind": "change",
                    "decided_on": "2022-06-13",
                    "legal_basis": LEGAL_BASIS,
                    "placement_id": "016e0000-0005-7000-8000-000000000001",
                    "valid_from": "2022-08-01",
                    "share": 60,
                }
            ]
        }
    )

    kind: Literal["change"]
    valid_from: Annotated[Day | None, Limits(description="First day of the new terms.", examples=["2022-08-01"])] = None
    share: Annotated[Percent | None, Limits(examples=[60])] = None
    monthly_price: Annotated[
        MonthlyAmount | None, Limits(description="Only for a legacy placement (L2).", examples=[None])
    ] = None
    medication_tasks: Annotated[StrictBool | None, Limits(description="True requires `medication_agreement` (D5).")] = (
        None
    )
    medication_agreement: MedicationAgreement | None = None
    ends_on: Annotated[
        Day | None,
        Limits(
            description="New last day. Only for a temporary placement, or one whose end is decided (L7).",
            examples=[None],
        ),
    ] = None
    withdraws_notice_id: Annotated[
        UUID | None,
        Limits(description="The notice that is withdrawn, before the placement's last day.", examples=[None]),
    ] = None

    @model_validator(mode="after")
    def _changes_something_from_a_day(self) -> Self:
        terms = (self.share, self.monthly_price, self.medication_tasks)
        if any(value is not None for value in terms):
            if self.valid_from is None:
                raise FieldFault("valid_from", "manglar; nye vilkår må ha ein første dag")
            if self.withdraws_notice_id is not None:
                raise FieldFault("withdraws_notice_id", "må stå i eit vedtak for seg, utan andre endringar")
        elif self.ends_on is None and self.withdraws_notice_id is None:
            raise ValueError(
                "treng «share», «monthly_price», «medication_tasks», «ends_on» eller «withdraws_notice_id»"
            )
        elif self.ends_on is not None and self.withdraws_notice_id is not None:
            raise FieldFault("withdraws_notice_id", "må stå i eit vedtak for seg, utan andre endringar")
        if self.medication_agreement is not None and self.medication_tasks is not True:
            raise FieldFault("medication_agreement", "kan berre stå der «medication_tasks» er true")
        return self


class EndDecisionIn(_FollowingDecision):
    """A decision that ends a placement (L5): on the day of the notice, or without a notice on the day it states.

    A death ends the placement on its own day, also under notice or after another end is decided (L8).
    """

    kind: Literal["end"]
    ends_on: Annotated[Day, Limits(description="Last day, inclusive; it is paid (L3).", examples=["2022-09-30"])]
    destination: Annotated[
        Destination | None, Limits(description="Where the person goes from here (L8).", examples=["ordinary_work"])
    ] = None

    @model_validator(mode="after")
    def _died_before_the_decision(self) -> Self:
        if self.destination == "died" and self.ends_on > self.decided_on:
            raise FieldFault(
                "ends_on",
                f"er {self.ends_on}, etter vedtaksdatoen ({self.decided_on}): eit dødsfall kan ikkje liggje fram i tid",
            )
        return self


DecisionIn = Annotated[
    GrantDecisionIn | RejectDecisionIn | ChangeDecisionIn | EndDecisionIn, Limits(discriminator="kind")
]


class DecisionOut(Stored):
    """A decision without amounts (D6)."""

    kind: Literal["grant", "reject", "change", "end"]
    decided_on: date
    decided_by: str
    legal_basis: str
    reason: str | None
    archive_reference: str | None
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
    destination: Annotated[Destination | None, Limits(description="Where an `end` sends the person (L8).")]
    health_and_social_tasks: Annotated[
        list[str] | None, Limits(description="Tasks that a `grant` names (D7); null for another kind.")
    ]


class PricedDecisionOut(DecisionOut):
    """A decision with the legacy price it sets, and the case that pays for it."""

    monthly_price: Amount | None
    budget_reference: Annotated[str | None, Limits(description="The case that pays for a `grant` (C7).")]


class LegacyPlacementIn(_Period):
    """A placement from before the guideline, with its own monthly price (L2)."""

    participant_id: UUID
    provider_id: UUID
    terms: Literal["legacy"]
    share: Percent = 100
    monthly_price: MonthlyAmount
    notice_months: Annotated[
        Months | None,
        Limits(description="Its own notice period in months; null is the guideline's (L3).", examples=[None]),
    ] = None
    places_per_employee: Annotated[
        From1To100 | None,
        Limits(description="Its own staffing; null is the guideline's places per employee (P5).", examples=[None]),
    ] = None
    decided_on: Annotated[
        PastDay | None,
        Limits(
            description="The day it was decided, if it was decided before the guideline took effect and begins later"
            " (L2).",
            examples=["2021-11-15"],
        ),
    ] = None


class PlacementOut(Stored):
    """A placement without amounts.

    `share` and `medication_tasks` are today's: before the first day those of the first day, after the last day those of
    the last.
    """

    participant_id: UUID
    provider_id: UUID
    need: Need
    terms: Literal["standard", "legacy"]
    starts_on: date
    ends_on: Annotated[date | None, Limits(description="Last day as known today (L3, L5, L7).")]
    share: int
    medication_tasks: bool
    decided_on: date | None
    notice_months: Annotated[
        int | None, Limits(description="A legacy placement's own notice period; null is the guideline's (L3).")
    ]
    places_per_employee: Annotated[
        int | None, Limits(description="A legacy placement's own staffing; null is the guideline's (P5).")
    ]


class PricedPlacementOut(PlacementOut):
    """A placement with today's legacy price; null for standard terms, whose price follows the rate (C2)."""

    monthly_price: Amount | None


HistoryStep = Literal["granted", "recorded", "changed", "notice_given", "notice_withdrawn", "end_decided"]


class HistoryEventOut(Shape):
    """One event in a placement's history, with its decision or notice.

    A field is null if the event did not change it.
    """

    step: HistoryStep
    on: Annotated[
        date | None, Limits(description="The day it was decided or given; null for a legacy placement's first event.")
    ]
    decision_id: UUID | None
    follows_id: Annotated[UUID | None, Limits(description="The decision it follows (D6).")]
    notice_id: UUID | None
    valid_from: Annotated[date | None, Limits(description="First day of the new terms.")]
    ends_on: Annotated[date | None, Limits(description="The placement's last day after the event.")]
    share: int | None
    medication_tasks: bool | None


class PricedHistoryEventOut(HistoryEventOut):
    """An event in a placement's history, with the legacy price it sets."""

    monthly_price: Amount | None


class PlacementDetail(PlacementOut):
    """A placement with its history in order (D6)."""

    state: Annotated[PlacementState, Limits(description="Status today (L3, L5, L7).")]
    history: list[HistoryEventOut]


class PricedPlacementDetail(PricedPlacementOut):
    """A placement with its history and its legacy prices (D6)."""

    state: Annotated[PlacementState, Limits(description="Status today (L3, L5, L7).")]
    history: list[PricedHistoryEventOut]


GivenBy = Literal["participant", "guardian", "municipality", "provider"]
NoticeReason = Literal["changed_needs", "cannot_accommodate", "extensive_absence", "other"]


class NoticeIn(Shape):
    """Notice of a placement from one side (L3)."""

    given_by: GivenBy
    given_on: Annotated[PastDay, Limits(examples=["2022-03-15"])]
    reason: NoticeReason
    text: Annotated[Prose | None, Limits(description="Required for the reason `other`.", examples=[None])] = None
    agreed_end_on: Annotated[
        Day | None, Limits(description="An earlier day that both sides agreed on in writing.", examples=[None])
    ] = None
    agreed_by: Annotated[list[Literal["municipality", "provider"]], Limits(max_length=2), ONCE_EACH] = []


class NoticeOut(Stored):
    """A notice and the last day it gives (L3)."""

    placement_id: UUID
    provider_id: UUID
    given_by: GivenBy
    given_on: date
    reason: NoticeReason
    text: str | None
    agreed_end_on: date | None
    agreed_by: list[Literal["municipality", "provider"]]
    ends_on: Annotated[date, Limits(description="The placement's last day, inclusive; it is paid (L3).")]
    meeting_required: Annotated[bool, Limits(description="A meeting must be called at once (L4).")]
    status: Annotated[
        Literal["open", "decided", "withdrawn"],
        Limits(description="`decided`: the end is decided (L5)."),
    ]
    decision_id: Annotated[
        UUID | None, Limits(description="The decision that ended the placement or withdrew the notice.")
    ]
