"""What comes in and goes out for meetings, plans and evaluations (M1–M5, M7, M8)."""

from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field as Limits
from pydantic import StringConstraints, model_validator

from app.http.schemas import Day, Line, Name, Shape, Stored, Year, text
from app.rules.minutes import AttendeeRole, MeetingKind

Party = Literal["provider", "case_office"]
LongText = Annotated[str, text(20_000)]
Code = Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=r"^[a-z_]+$")]
Areas = Annotated[
    list[Code],
    Limits(
        min_length=1,
        max_length=5,
        description="Of the code list `content_areas` (D5).",
        examples=[["activity", "mastery"]],
    ),
]


class Attendee(Shape):
    """Who was there: in which role and, where it is not plain, from which organisation; never a person's name."""

    role: AttendeeRole
    organisation: Annotated[
        Name | None,
        Limits(description="For a provider at a joint meeting: its organisation number or name.", examples=[None]),
    ] = None


Attendees = Annotated[
    list[Attendee],
    Limits(min_length=1, max_length=50, examples=[[{"role": "participant"}, {"role": "provider"}]]),
]


class Minutes(Shape):
    """What the minutes of a meeting say."""

    held_on: Annotated[Day, Limits(description="Not after today.", examples=["2022-09-15"])]
    called_by: Annotated[AttendeeRole, Limits(examples=["provider"])]
    attendees: Attendees
    themes: Annotated[list[Code], Limits(max_length=10)] = Limits(
        default_factory=list,
        description="Of the code list of the meeting's kind; a conversation and a cooperation meeting have one at least"
        " (M3, M4).",
        examples=[["functioning"]],
    )
    participant_absence_reason: Annotated[
        Line | None, Limits(description="Why the participant was not there (M5).", examples=[None])
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


class CorrectionIn(Minutes):
    """The minutes as they should have read, all of them, and what was wrong with the version before."""

    correction: Annotated[Line, Limits(examples=["Feil dato i første utgåve."])]


class MeetingOut(Stored):
    """A meeting with its minutes as they stand now."""

    kind: MeetingKind
    placement_id: UUID | None
    provider_id: UUID | None
    held_on: date
    called_by: AttendeeRole
    attendees: list[Attendee]
    participant_present: bool
    themes: list[str]
    participant_absence_reason: str | None
    minutes: str
    filed_by: Party
    version: int


class MeetingVersionOut(Stored):
    """The minutes as they stood in one version."""

    meeting_id: UUID
    version: int
    correction: str | None
    held_on: date
    called_by: AttendeeRole
    attendees: list[Attendee]
    participant_present: bool
    themes: list[str]
    participant_absence_reason: str | None
    minutes: str


SentOn = Annotated[
    Day | None,
    Limits(description="The day it was sent to the case office; not sent yet where left out.", examples=["2022-09-20"]),
]


class PlanIn(Shape):
    """A follow-up plan, made with the participant (M1, D5)."""

    placement_id: UUID
    made_on: Annotated[Day, Limits(description="Not after today.", examples=["2022-09-15"])]
    sent_on: SentOn = None
    content_areas: Areas
    text: Annotated[LongText, Limits(examples=["Mål: trygg i gartneriet. Tiltak: fast kontaktperson."])]


class PlanOut(Stored):
    """A follow-up plan."""

    placement_id: UUID
    provider_id: UUID
    made_on: date
    sent_on: date | None
    content_areas: list[str]
    text: str
    filed_by: Party


class EvaluationIn(Shape):
    """An evaluation report on a period (M2)."""

    placement_id: UUID
    period_from: Annotated[Day, Limits(examples=["2022-07-01"])]
    period_to: Annotated[Day, Limits(examples=["2023-06-30"])]
    sent_on: Annotated[SentOn, Limits(examples=["2023-06-20"])] = None
    content_areas: Areas
    text: Annotated[LongText, Limits(examples=["Har nådd måla for meistring og auka sjølvstende."])]

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.period_to < self.period_from:
            raise ValueError("«period_to» kan ikkje vere før «period_from»")
        return self


class EvaluationOut(Stored):
    """An evaluation report."""

    placement_id: UUID
    provider_id: UUID
    period_from: date
    period_to: date
    sent_on: date | None
    content_areas: list[str]
    text: str
    filed_by: Party


class SendingIn(Shape):
    """A plan or report that was filed before it was sent is now sent to the case office."""

    sent_on: Annotated[Day | None, Limits(description="Today where left out.", examples=["2022-09-20"])] = None


class GuidelineEvaluationIn(Shape):
    """The guideline itself was evaluated for a year (M8)."""

    year: Annotated[Year, Limits(examples=[2022])]
    evaluated_on: Annotated[Day, Limits(description="Not after today.", examples=["2022-12-01"])]
    text: Annotated[LongText, Limits(examples=["Retningslinja verkar etter føremålet."])]


class GuidelineEvaluationOut(Stored):
    """An evaluation of the guideline."""

    year: int
    evaluated_on: date
    text: str
