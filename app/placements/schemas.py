"""Bodies and answers for applications, requests, placements and notices."""

from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field as Limits
from pydantic import StrictBool, model_validator

from app.http.schemas import (
    ONCE_EACH,
    Amount,
    Annullable,
    Day,
    FieldFault,
    Line,
    PastDay,
    Percent,
    Prose,
    Shape,
    Stored,
)
from app.participants.schemas import ServiceArea
from app.rates.schemas import From1To100, MonthlyAmount, Months
from app.rules.placement_course import HistoryStep
from app.rules.process import ApplicationStatus, Need, PlacementState
from app.rules.requests import Answer

DeclineReason = Literal["no_capacity", "cannot_accommodate", "other"]


class ServiceView(Shape):
    """What the service that knows the applicant thinks of it (D4)."""

    area: ServiceArea
    given_on: Annotated[PastDay, Limits(examples=["2022-08-31"])]
    text: Annotated[Prose, Limits(examples=["Treng ein fast rettleiar den første tida."])]


class ApplicationIn(Shape):
    """An application with the applicant's own wishes (D4)."""

    participant_id: UUID
    received_on: PastDay
    need: Need
    wishes: Annotated[Prose, Limits(examples=["Vil arbeide ute, helst med dyr."])]
    medication_tasks: StrictBool = False
    service_view: Annotated[
        ServiceView | None, Limits(description="May be recorded later; the work list says where it is missing (D4).")
    ] = None


class ApplicationOut(Annullable):
    """An application and its status (D4, D10)."""

    participant_id: UUID
    received_on: date
    need: Need
    wishes: str
    medication_tasks: bool
    service_view: ServiceView | None
    withdrawn_on: date | None
    status: ApplicationStatus
    open_applications: Annotated[
        list[UUID],
        Limits(description="The person's other applications that are neither decided, withdrawn nor annulled (D4)."),
    ]


class ApplicationWithdrawalIn(Shape):
    """The applicant withdraws the application (D4)."""

    withdrawn_on: Annotated[PastDay | None, Limits(description="Default: today.", examples=["2022-08-31"])] = None


class RequestIn(Shape):
    """A request to a provider for a place (D4)."""

    provider_id: UUID
    sent_on: Annotated[PastDay, Limits(examples=["2022-08-31"])]
    share: Annotated[Percent, Limits(description="Percent of a full place that is asked for.")] = 100
    starts_from: Annotated[
        Day | None, Limits(description="The first day on which the place is wanted.", examples=["2022-10-01"])
    ] = None


class RequestOut(Stored):
    """A request to a provider and its answer, with what the provider must know of the application (P3)."""

    application_id: UUID
    provider_id: UUID
    sent_on: date
    share: int
    starts_from: date | None
    need: Need
    wishes: Annotated[
        str | None,
        Limits(
            description="The applicant's own wishes. Null for the provider once it has declined or retracted, the"
            " request is recalled, the application withdrawn or rejected, or the place another's."
        ),
    ]
    age_band: Annotated[
        str | None, Limits(description="The ten years of the applicant's age today; null as `wishes` is.")
    ]
    medication_tasks: bool
    answer: Answer | None
    answered_on: date | None
    reason: DeclineReason | None
    text: str | None
    premises_suitable: bool | None
    granted: Annotated[bool, Limits(description="Whether a place rests on it, which is not annulled.")]
    recalled_on: date | None
    recall_reason: str | None
    retracted_on: date | None
    retraction_reason: str | None


class RequestAnswerIn(Shape):
    """A provider's answer (P3): a refusal has a reason, and `other` also a text."""

    answer: Answer
    reason: DeclineReason | None = None
    text: Annotated[Line | None, Limits(examples=[None])] = None
    answered_on: Annotated[PastDay | None, Limits(description="Default: today.", examples=[None])] = None
    premises_suitable: Annotated[
        StrictBool | None,
        Limits(
            description="Whether the provider's premises suit this person (P6); an acceptance cannot say no.",
            examples=[True],
        ),
    ] = None


class RequestRecallIn(Shape):
    """Why the case office recalls a request that is not answered (D4)."""

    reason: Annotated[Line, Limits(examples=["Send til feil vekstbedrift."])]


class RequestRetractionIn(Shape):
    """Why a provider takes an acceptance back before the decision (D4)."""

    reason: Annotated[Line, Limits(examples=["Rettleiaren har slutta."])]


class Period(Shape):
    starts_on: Day
    ends_on: Annotated[Day | None, Limits(examples=[None])] = None

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.ends_on is not None and self.ends_on < self.starts_on:
            raise FieldFault("ends_on", "kan ikkje vere før «starts_on»")
        return self


class LegacyPlacementIn(Period):
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
    annulled_on: Annotated[
        date | None, Limits(description="The day of the decision that annulled it: there never was a placement (D8).")
    ]


class PricedPlacementOut(PlacementOut):
    """A placement with today's legacy price; null for standard terms, whose price follows the rate (C2)."""

    monthly_price: Amount | None


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
    corrects_id: Annotated[UUID | None, Limits(description="The decision that it corrects or annuls (D8).")]
    notice_id: UUID | None
    valid_from: Annotated[date | None, Limits(description="First day of the placement, or of the new terms.")]
    ends_on: Annotated[date | None, Limits(description="The placement's last day after the event.")]
    share: int | None
    need: Annotated[Need | None, Limits(description="By a correction of the grant (D8).")]
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


class NoticeOut(Annullable):
    """A notice and the last day it gives (L3, D10)."""

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
        Literal["open", "decided", "withdrawn", "annulled"],
        Limits(description="`decided`: the end is decided (L5); `annulled`: it was never given (D10)."),
    ]
    decision_id: Annotated[
        UUID | None, Limits(description="The decision that ended the placement or withdrew the notice.")
    ]
