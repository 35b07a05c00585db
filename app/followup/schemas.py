"""Shapes of meetings, plans, evaluations, code lists and the year's report (M1–M5, M7, M8, D5)."""

from datetime import date, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field as Limits
from pydantic import StrictBool, StringConstraints, model_validator

from app.http.schemas import Annullable, Day, FieldFault, Line, Name, Shape, Stored, Year, describe_pattern, text
from app.rules.minutes import AttendeeRole, MeetingKind

Party = Literal["provider", "case_office", "service"]
Maker = Literal["participant", "guardian", "next_of_kin"]
LongText = Annotated[str, text(20_000)]
_CODE = describe_pattern(r"^[a-z_]+$", "må vere ein kode frå kodelista (GET /v1/code-lists)")
Code = Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=_CODE)]
Areas = Annotated[
    list[Code],
    Limits(
        min_length=1,
        max_length=5,
        description="Codes from the list `content_areas` (D5).",
        examples=[["activity", "mastery"]],
    ),
]


class Attendee(Shape):
    """Who was present: the role and, where needed, the organisation. Never a person's name."""

    role: AttendeeRole
    organisation: Annotated[
        Name | None,
        Limits(
            description="Required for a provider at a system meeting: its organisation number or name.", examples=[None]
        ),
    ] = None


Attendees = Annotated[
    list[Attendee],
    Limits(min_length=1, max_length=50, examples=[[{"role": "participant"}, {"role": "provider"}]]),
]


class Minutes(Shape):
    """The content of a meeting's minutes."""

    held_on: Annotated[Day, Limits(description="Not after today.", examples=["2022-08-25"])]
    called_by: Annotated[AttendeeRole, Limits(examples=["provider"])]
    attendees: Attendees
    themes: Annotated[list[Code], Limits(max_length=10)] = Limits(
        default_factory=list,
        description="Codes from the list for the meeting's kind. A cooperation meeting has at least one (M4); a"
        " conversation should (M3).",
        examples=[["functioning"]],
    )
    participant_absence_reason: Annotated[
        Line | None, Limits(description="Why the participant was not present (M5).", examples=[None])
    ] = None
    without_consent_reason: Annotated[
        Line | None,
        Limits(
            description="Why another service was present without a consent in force, where that happened all the same."
            " The minutes are then stored, and a deviation shows (M6).",
            examples=[None],
        ),
    ] = None
    minutes: Annotated[LongText, Limits(examples=["Trivst godt ute. Vil prøve kantina ein dag i veka."])]


class MeetingIn(Minutes):
    """The minutes of a meeting (M3–M7)."""

    kind: Annotated[MeetingKind, Limits(examples=["cooperation"])]
    placement_id: Annotated[
        UUID | None,
        Limits(
            description="For a conversation or a cooperation meeting.",
            examples=["016e0000-0005-7000-8000-000000000001"],
        ),
    ] = None
    provider_id: Annotated[
        UUID | None, Limits(description="For a bilateral meeting that concerns no placement.", examples=[None])
    ] = None


class MeetingCorrectionIn(Minutes):
    """The complete corrected minutes, and what was wrong with the previous version."""

    correction: Annotated[Line, Limits(examples=["Feil dato i første utgåve."])]


class MeetingOut(Annullable):
    """A meeting with the current version of its minutes."""

    kind: MeetingKind
    placement_id: UUID | None
    provider_id: UUID | None
    held_on: date
    called_by: AttendeeRole
    attendees: list[Attendee]
    participant_present: bool
    themes: list[str]
    participant_absence_reason: str | None
    services_without_consent: Annotated[
        list[str], Limits(description="Services that were present without a consent in force (M6).")
    ]
    without_consent_reason: str | None
    minutes: str
    filed_by: Party
    version: int


class MeetingVersionOut(Stored):
    """One version of a meeting's minutes."""

    meeting_id: UUID
    version: int
    correction: str | None
    held_on: date
    called_by: AttendeeRole
    attendees: list[Attendee]
    participant_present: bool
    themes: list[str]
    participant_absence_reason: str | None
    services_without_consent: Annotated[
        list[str], Limits(description="Services that were present without a consent in force (M6).")
    ]
    without_consent_reason: str | None
    minutes: str


SentOn = Annotated[
    Day | None,
    Limits(
        description="The day it was sent to the case office; left out if it is not sent yet.", examples=["2022-08-30"]
    ),
]


MadeWith = Annotated[
    list[Maker],
    Limits(
        max_length=3,
        default_factory=list,
        description="Who took part in making it; left out: not stated (M1, M2).",
        examples=[["participant", "next_of_kin"]],
    ),
]


class PlanIn(Shape):
    """A follow-up plan made with the participant (M1, D5)."""

    placement_id: UUID
    made_on: Annotated[Day, Limits(description="Not after today.", examples=["2022-08-25"])]
    made_with: MadeWith
    sent_on: SentOn = None
    content_areas: Areas
    text: Annotated[LongText, Limits(examples=["Mål: trygg i gartneriet. Tiltak: fast kontaktperson."])]


class PlanOut(Annullable):
    """A follow-up plan (M1)."""

    placement_id: UUID
    provider_id: UUID
    made_on: date
    made_with: list[Maker]
    sent_on: date | None
    missing: Annotated[list[Literal["sent"]], Limits(description="`sent` while it is not sent (M1).")]
    content_areas: list[str]
    text: str
    filed_by: Party


class EvaluationIn(Shape):
    """An evaluation report on a period (M2)."""

    placement_id: UUID
    period_from: Annotated[Day, Limits(examples=["2022-01-01"])]
    period_to: Annotated[Day, Limits(examples=["2022-07-31"])]
    sent_on: Annotated[SentOn, Limits(examples=["2022-08-20"])] = None
    made_with: MadeWith
    plan_stands: Annotated[
        StrictBool | None,
        Limits(
            description="Whether the plan stands; `false`: a new one is due within 90 days of `sent_on` (M2).",
            examples=[True],
        ),
    ] = None
    content_areas: Areas
    text: Annotated[LongText, Limits(examples=["Har nådd måla for meistring og auka sjølvstende."])]

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.period_to < self.period_from:
            raise FieldFault("period_to", "kan ikkje vere før «period_from»")
        return self


class EvaluationOut(Annullable):
    """An evaluation report (M2)."""

    placement_id: UUID
    provider_id: UUID
    period_from: date
    period_to: date
    sent_on: date | None
    made_with: list[Maker]
    plan_stands: bool | None
    content_areas: list[str]
    text: str
    filed_by: Party


class SendingIn(Shape):
    """The day a plan or report that was filed earlier was sent to the case office."""

    sent_on: Annotated[Day | None, Limits(description="Default: today.", examples=["2022-08-30"])] = None


class GuidelineEvaluationIn(Shape):
    """An evaluation of the guideline itself for a year (M8)."""

    year: Annotated[Year, Limits(examples=[2022])]
    evaluated_on: Annotated[Day, Limits(description="Not after today.", examples=["2022-08-30"])]
    text: Annotated[LongText, Limits(examples=["Retningslinja verkar etter føremålet."])]


class YearlyMeetingOut(Shape):
    """A joint or bilateral meeting of a year, and its themes (M7, M8)."""

    id: UUID
    kind: Literal["system", "bilateral"]
    held_on: date
    provider_id: Annotated[UUID | None, Limits(description="The provider that a bilateral meeting was with.")]
    themes: list[str]


class GuidelineEvaluationOut(Stored):
    """An evaluation of the guideline itself, with the year's joint and bilateral meetings as of today (M8)."""

    year: int
    evaluated_on: date
    text: str
    meetings: list[YearlyMeetingOut]


class CodeOut(Shape):
    """A code and its Nynorsk label."""

    code: Annotated[str, Limits(examples=["functioning"])]
    label: Annotated[str, Limits(examples=["Deltakaren si fungering og trivsel"])]


class CodeListOut(Shape):
    """One list of codes, in the guideline's order."""

    name: Annotated[str, Limits(examples=["cooperation_themes"])]
    codes: list[CodeOut]


class CodeListsOut(Shape):
    """All code lists on one page; `next` is always null."""

    items: list[CodeListOut]
    next: str | None = None


class DueCount(Shape):
    """How many placements had something due in the year, how many of them have it, and how many never will (M9)."""

    due: int
    done: int
    overdue: int
    waived: int


class FollowUpFigures(Shape):
    """The year's figures for the municipality."""

    places: Annotated[int, Limits(description="Placements active on some day of the year.")]
    plan: DueCount
    conversation: DueCount
    cooperation_meeting: DueCount
    evaluation: DueCount
    notice_meeting: Annotated[DueCount, Limits(description="Meetings that notices call for (L4).")]
    absence_contact: Annotated[DueCount, Limits(description="Contacts after unexcused absence (P7).")]
    meetings: Annotated[int, Limits(description="Conversations and cooperation meetings held in the year.")]
    meetings_with_participant: int
    participants_who_took_part: Annotated[
        int, Limits(description="Participants who took part in at least one of those meetings.")
    ]


class ProviderFigures(FollowUpFigures):
    """The year's figures for one provider."""

    provider_id: UUID
    name: str
    organisation_number: str


class MissingParty(Shape):
    """A role or a provider that was at none of the year's system meetings."""

    role: str
    provider_id: UUID | None
    name: str | None


class SystemMeetingsOut(Shape):
    """The year's system meetings (M7). `missing` is empty until there has been one."""

    due_on: date
    held: int
    missing: list[MissingParty]


class FollowUpOut(Shape):
    """The year's report on chapter 7 of the guideline."""

    year: int
    on: date
    municipality: FollowUpFigures
    providers: list[ProviderFigures]
    system_meeting: SystemMeetingsOut
    guideline_evaluations: Annotated[int, Limits(description="Evaluations of the guideline itself (M8).")]


class FollowUpCounts(Shape):
    """The year's compliance with chapter 7 in numbers, for the municipality as a whole."""

    year: int
    on: date
    municipality: FollowUpFigures
    system_meetings: Annotated[int, Limits(description="System meetings held (M7).")]
    guideline_evaluations: Annotated[int, Limits(description="Evaluations of the guideline itself (M8).")]


class WaiverIn(Shape):
    """Why something that is due will never be done (M9)."""

    reason: Annotated[Line, Limits(examples=["Året før tenesta vart teken i bruk."])]


class WaiverOut(Stored):
    """The waiver of a task (M9)."""

    task_id: str
    status: Annotated[Literal["waived"], Limits(description="The status that the task has by it.")] = "waived"
    reason: str
    waived_by: str


class CalendarSubscriptionIn(Shape):
    """Nothing is asked for."""


class NewCalendarSubscription(Shape):
    """A subscription with its address, which is shown this once."""

    id: UUID
    url: Annotated[
        str | None,
        Limits(
            description="Secret path below the service's own address. Null where a repeated `Idempotency-Key` is"
            " answered: it is not kept."
        ),
    ]


class CalendarSubscriptionOut(Stored):
    """A subscription in force. `roles` are those of its owner that it shows the tasks of."""

    roles: list[str]
    last_seen_at: Annotated[datetime, Limits(description="The owner's last call that was noted.")]
