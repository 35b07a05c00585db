"""What comes in to and goes out of rounds, applications and their ranking (T)."""

from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BeforeValidator, model_validator
from pydantic import Field as Limits

from app.http.schemas import INTEGER, Day, FieldFault, Line, PastDay, Prose, Shape, Stored, Year
from app.rules.trips import TripLength

NeedGrade = Literal["limited", "moderate", "extensive"]
DocumentingService = Literal["habilitation", "mental_health", "other"]
TripApplicationStatus = Literal["applied", "assessed", "withdrawn"]
RankReason = Literal["first", "late", "within_interval", "scores", "last_granted", "received", "id", "not_assessed"]


def _require_break(value: object) -> object:
    if value != "break":
        raise ValueError(
            "må vere «break», eit avbrekk frå kvardagen: reiser til dåp, bryllaup, gravferd eller sjukdom i næraste"
            " familie er utanfor ordninga og skal kunne gjerast uansett; ta det opp med tenesta som hjelper personen"
        )
    return value


Score = Annotated[int, Limits(ge=0, le=3), INTEGER]


class TripRoundIn(Shape):
    """A call for applications (T12)."""

    year: Annotated[Year, Limits(description="The year of the trips.", examples=[2022])]
    length: Annotated[TripLength, Limits(examples=["short"])]
    opens_on: Annotated[Day, Limits(examples=["2022-05-02"])]
    deadline: Annotated[
        Day, Limits(description="That day is in time. Not later than the notice (T9).", examples=["2022-06-15"])
    ]
    notice_text: Annotated[Prose, Limits(examples=["Det er plass til fleire på helgeturane i haust."])]

    @model_validator(mode="after")
    def _is_open(self) -> Self:
        if self.deadline < self.opens_on:
            raise FieldFault("deadline", "kan ikkje vere før «opens_on»")
        return self


class TripRoundOut(Stored):
    """A round of a year and a length (T12)."""

    year: int
    length: TripLength
    opens_on: Day
    deadline: Day
    notice_text: str
    recorded_by: str


class TripApplicationIn(Shape):
    """An application for a trip with the municipality's staff (T7–T9)."""

    participant_id: UUID
    received_on: Annotated[PastDay, Limits(examples=["2022-01-10"])]
    level: Annotated[
        int,
        Limits(ge=1, le=2, description="2: with the municipality's staff. 1 is refused (T1).", examples=[2]),
        INTEGER,
    ] = 2
    purpose: Annotated[
        Literal["break"],
        BeforeValidator(_require_break),
        Limits(description="A break from everyday life. Family occasions are outside the scheme (T8)."),
    ] = "break"
    wishes: Annotated[Prose, Limits(examples=["Bade og sjå dyr."])]
    length: Annotated[TripLength, Limits(examples=["long"])]
    preferred_from: Annotated[
        Day, Limits(description="First day of the time that suits; its year is the round's.", examples=["2022-06-20"])
    ]
    preferred_to: Annotated[Day, Limits(description="Last day of the time that suits.", examples=["2022-06-26"])]
    need_grade: Annotated[NeedGrade, Limits(description="Never scores of IPLOS (T7).", examples=["extensive"])]
    documented_on: Annotated[PastDay | None, Limits(examples=["2021-12-01"])] = None
    documented_by: Annotated[DocumentingService | None, Limits(examples=["habilitation"])] = None
    last_granted_year: Annotated[
        Year | None,
        Limits(
            description="The year of the last trip of this length that was granted before trips were kept here (T10).",
            examples=[None],
        ),
    ] = None

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if self.preferred_to < self.preferred_from:
            raise FieldFault("preferred_to", "kan ikkje vere før «preferred_from»")
        if (self.documented_on is None) != (self.documented_by is None):
            raise FieldFault(
                "documented_by" if self.documented_by is None else "documented_on", "må vere med når den andre er det"
            )
        if self.last_granted_year is not None and self.last_granted_year > self.preferred_from.year:
            raise FieldFault("last_granted_year", "kan ikkje vere etter året i «preferred_from»")
        return self


class TripApplicationPatch(Shape):
    """What was missing of an application, or wrong (T7). Only the fields that are sent are changed."""

    wishes: Prose = Limits(default_factory=str, examples=["Bade og sjå dyr."])
    need_grade: NeedGrade = Limits(default="limited", examples=["extensive"])
    documented_on: PastDay = Limits(default_factory=lambda: date.min, examples=["2022-02-01"])
    documented_by: DocumentingService = Limits(default="other", examples=["habilitation"])

    @model_validator(mode="after")
    def _is_documented_by_somebody(self) -> Self:
        lacking = {"documented_on", "documented_by"} - self.model_fields_set
        if len(lacking) == 1:
            raise FieldFault(lacking.pop(), "må vere med når den andre er det")
        return self


class Criterion(Shape):
    """One score of an assessment (T11)."""

    score: Annotated[Score, Limits(examples=[2])]
    reason: Annotated[Line, Limits(examples=["Reisa gjev ny kontakt med andre."])]


class TripAssessmentIn(Shape):
    """The assessment by a person (T11). A criterion that is null is not assessed yet, and is never a zero."""

    assessed_on: Annotated[PastDay, Limits(examples=["2022-03-10"])]
    benefit: Annotated[Criterion | None, Limits(description="Benefit (nytte).")] = None
    resource: Annotated[Criterion | None, Limits(description="Resource (ressurs).")] = None
    severity: Annotated[Criterion | None, Limits(description="Severity (alvorlegheit).")] = None
    mastery: Annotated[Criterion | None, Limits(description="Mastery (meistring).")] = None


class TripWithdrawalIn(Shape):
    """When the applicant withdrew the application."""

    withdrawn_on: Annotated[PastDay, Limits(examples=["2022-03-15"])]


class TripApplicationOut(Stored):
    """An application for a trip (T7–T11)."""

    participant_id: UUID
    round_id: Annotated[
        UUID | None, Limits(description="The round that it belongs to (T12); null where none is recorded.")
    ]
    status: TripApplicationStatus
    received_on: Day
    wishes: str
    length: TripLength
    preferred_from: Day
    preferred_to: Day
    last_notice_on: Annotated[Day, Limits(description="The last day in time for `preferred_from` (T9).")]
    late: Annotated[bool, Limits(description="Received after the last day of notice or the round's deadline (T9).")]
    within_interval: Annotated[bool, Limits(description="A trip of this length was granted too lately (T10).")]
    need_grade: NeedGrade
    documented_on: Day | None
    documented_by: DocumentingService | None
    last_granted_year: int | None
    municipality_number: Annotated[
        str | None,
        Limits(
            description="Where the person was registered when the application was recorded; null of one with a"
            " protected address, but to the case office."
        ),
    ]
    benefit: Criterion | None
    resource: Criterion | None
    severity: Criterion | None
    mastery: Criterion | None
    assessed_on: Day | None
    assessed_by: str | None
    withdrawn_on: Day | None
    recorded_by: str


class RankedTripApplication(Shape):
    """Where an application stands, and why (T11)."""

    rank: Annotated[int | None, Limits(description="From 1; null of one that is not assessed.")]
    application_id: UUID
    participant_id: UUID
    total: Annotated[int | None, Limits(description="The sum of the four scores, 0–12; null where one is missing.")]
    late: bool
    within_interval: bool
    last_granted_year: int | None
    received_on: Day
    reason: Annotated[RankReason, Limits(description="The first thing that tells it from the one before it.")]
    explanation: Annotated[str, Limits(description="The reason as a sentence in nynorsk.")]
    decision: Annotated[
        Literal["grant", "reject"] | None,
        Limits(description="What has been decided of its trip; it stays in the ranking, on which that rests."),
    ]


class TripRankingOut(Shape):
    """A proposal: a person decides each application (T11, GDPR art. 22). Nothing is stored."""

    round_id: UUID
    places: int
    proposed: list[RankedTripApplication]
    waiting: list[RankedTripApplication]
    not_assessed: Annotated[
        list[RankedTripApplication], Limits(description="At least one score is missing, which is never zero.")
    ]
