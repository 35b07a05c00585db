"""The kinds of event there are. Thin: ids, days and states; no amounts and no personal data.

The fields of an event but for `type` are its `data`; `SUBJECT` is the path of what it is about, made of them.
"""

from datetime import date
from typing import Any, ClassVar, Literal
from uuid import UUID

import msgspec


class DomainEvent(msgspec.Struct, frozen=True):
    """One thing that happened, as `publish` takes it."""

    SUBJECT: ClassVar[str]

    type: str

    def to_row(self) -> dict[str, Any]:
        """Type, subject and data, with values as JSON has them."""
        # The driver's UUIDs are its own.
        data = msgspec.to_builtins(self, enc_hook=str)
        type_ = data.pop("type")
        return {"type": type_, "subject": self.SUBJECT.format_map(data), "data": data}


class ApplicationEvent(DomainEvent, frozen=True):
    SUBJECT = "/v1/applications/{application_id}"

    type: Literal["application.withdrawn", "application.annulled"]
    application_id: UUID


class ApplicationRejectedEvent(DomainEvent, frozen=True):
    SUBJECT = "/v1/applications/{application_id}"

    type: Literal["application.rejected"]
    application_id: UUID
    decision_id: UUID


class RequestEvent(DomainEvent, frozen=True):
    """Names the participant too: by it the wall knows who may not be told of the provider."""

    SUBJECT = "/v1/requests/{request_id}"

    type: Literal["request.sent", "request.accepted", "request.declined", "request.recalled", "request.retracted"]
    request_id: UUID
    provider_id: UUID
    participant_id: UUID


class PlacementEvent(DomainEvent, frozen=True):
    SUBJECT = "/v1/placements/{placement_id}"

    type: Literal["placement.recorded", "absence.review_due", "absence.reviewed"]
    placement_id: UUID
    provider_id: UUID


class DecisionEvent(DomainEvent, frozen=True):
    SUBJECT = "/v1/placements/{placement_id}"

    type: Literal["placement.granted", "placement.changed", "placement.ended"]
    placement_id: UUID
    provider_id: UUID
    decision_id: UUID


class MendingEvent(DomainEvent, frozen=True):
    """D8: `effective_on` is the first day on which something is otherwise than it was."""

    SUBJECT = "/v1/placements/{placement_id}"

    type: Literal["placement.corrected", "placement.annulled"]
    placement_id: UUID
    provider_id: UUID
    decision_id: UUID
    effective_on: date


class NoticeEvent(DomainEvent, frozen=True):
    SUBJECT = "/v1/placements/{placement_id}"

    type: Literal["placement.noticed", "placement.notice_annulled"]
    placement_id: UUID
    provider_id: UUID
    notice_id: UUID


class SupplementEvent(DomainEvent, frozen=True):
    SUBJECT = "/v1/placements/{placement_id}"

    type: Literal["placement.supplemented", "placement.supplement_ended"]
    placement_id: UUID
    provider_id: UUID
    supplement_id: UUID


class PlanEvent(DomainEvent, frozen=True):
    SUBJECT = "/v1/plans/{plan_id}"

    type: Literal["plan.filed", "plan.sent", "plan.annulled"]
    plan_id: UUID
    placement_id: UUID
    provider_id: UUID


class EvaluationEvent(DomainEvent, frozen=True):
    SUBJECT = "/v1/evaluations/{evaluation_id}"

    type: Literal["evaluation.filed", "evaluation.sent", "evaluation.annulled"]
    evaluation_id: UUID
    placement_id: UUID
    provider_id: UUID


class GuidelineEvaluationEvent(DomainEvent, frozen=True):
    SUBJECT = "/v1/guideline-evaluations/{guideline_evaluation_id}"

    type: Literal["guideline.evaluated"]
    guideline_evaluation_id: UUID
    year: int


class MeetingEvent(DomainEvent, frozen=True):
    """A system meeting (M7) is about no placement, and has no one provider."""

    SUBJECT = "/v1/meetings/{meeting_id}"

    type: Literal["meeting.filed", "meeting.corrected", "meeting.annulled"]
    meeting_id: UUID
    kind: str
    placement_id: UUID | None
    provider_id: UUID | None


class ConsentEvent(DomainEvent, frozen=True):
    SUBJECT = "/v1/participants/{participant_id}/consents"

    type: Literal["consent.given", "consent.withdrawn", "consent.annulled"]
    consent_id: UUID
    participant_id: UUID


class NeedChangeEvent(DomainEvent, frozen=True):
    SUBJECT = "/v1/participants/{participant_id}/need-changes"

    type: Literal["need_change.recorded", "need_change.closed"]
    participant_id: UUID
    need_change_id: UUID


class MergeEvent(DomainEvent, frozen=True):
    SUBJECT = "/v1/participants/{participant_id}"

    type: Literal["participant.merged"]
    participant_id: UUID
    duplicate_id: UUID


class ErasureEvent(DomainEvent, frozen=True):
    SUBJECT = "/v1/participants/{participant_id}"

    type: Literal["participant.erased"]
    participant_id: UUID


class SettlementEvent(DomainEvent, frozen=True):
    SUBJECT = "/v1/budgets/{year}/settlements/{month}"

    type: Literal["budget.settled", "budget.reopened"]
    year: int
    month: int


class BudgetFlagEvent(DomainEvent, frozen=True):
    """C7: a year's flag rose. Without amounts: the EPJ follows the events, and gets no money."""

    SUBJECT = "/v1/budgets/{year}/position"

    type: Literal["budget.watch", "budget.overrun"]
    year: int
    on: date
    flag: str
    first_month: str | None


class ServiceHoursEvent(DomainEvent, frozen=True):
    """S3: hours were pushed, and some of them were new or changed. Whose they are is asked for with the list."""

    SUBJECT = "/v1/service-hours"

    type: Literal["service_hours.pushed"]
    created: int
    updated: int
    cancelled: int


class TrustEvent(DomainEvent, frozen=True):
    """R: an application to the trust was decided, or the decision annulled."""

    SUBJECT = "/v1/trust/applications/{application_id}"

    type: Literal["trust.granted", "trust.rejected", "trust.decision_annulled"]
    application_id: UUID


class TripApplicationEvent(DomainEvent, frozen=True):
    """T7: somebody applied for a trip."""

    SUBJECT = "/v1/trip-applications/{application_id}"

    type: Literal["trip.applied"]
    application_id: UUID


class TripEvent(DomainEvent, frozen=True):
    """T19, T20: a trip was decided, cancelled or settled."""

    SUBJECT = "/v1/trips/{trip_id}"

    type: Literal["trip.granted", "trip.rejected", "trip.cancelled", "trip.settled"]
    trip_id: UUID


class TripFundEvent(DomainEvent, frozen=True):
    """T18: a trip has cost more than was reserved for it and available."""

    SUBJECT = "/v1/trip-fund/{year}"

    type: Literal["trip_fund.short"]
    year: int
    trip_id: UUID


class TrustYearEvent(DomainEvent, frozen=True):
    """R4: the trust's sum of a year was raised."""

    SUBJECT = "/v1/trust/years/{year}/sums"

    type: Literal["trust.raised"]
    year: int
