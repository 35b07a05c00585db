"""Bodies and answers of decisions (D2, D3, D6, D8)."""

from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BeforeValidator, ConfigDict, StrictBool, model_validator
from pydantic import Field as Limits
from pydantic.json_schema import SkipJsonSchema

from app.http.schemas import ONCE_EACH, Amount, Day, FieldFault, Line, PastDay, Percent, Prose, Shape, Stored
from app.placements.schemas import Period
from app.rates.schemas import MonthlyAmount
from app.rules.process import (
    CORRECTION_BASIS,
    LEGAL_BASIS,
    DecisionKind,
    Destination,
    FoundBy,
    MendingGround,
    Need,
)


class MedicationAgreement(Shape):
    """The separate written agreement that medication tasks require (D5)."""

    agreed_on: PastDay
    reference: Annotated[Line, Limits(examples=["Avtale 2022/117"])]


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


class GrantDecisionIn(_Decision, Period):
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


class _MendingDecision(_Decision):
    legal_basis: Annotated[
        Line,
        Limits(
            description="One of `legal_bases` of the guideline version in force on the day of the decision (D2).",
            examples=[CORRECTION_BASIS],
        ),
    ]
    reason: Annotated[Prose, Limits(examples=["Året vart skrive feil."])]
    placement_id: UUID
    ground: Annotated[
        MendingGround,
        Limits(
            description="`not_notified`: forvaltningslova § 35 b; `invalid`: § 35 c; `in_favour`: nobody is worse off."
        ),
    ] = "clerical_error"
    found_by: Annotated[FoundBy, Limits(description="Who found the mistake.")]


def _refuse_null(value: object) -> object:
    if value is None:
        raise ValueError("kan ikkje vere null; utelat feltet der det ikkje skal rettast")
    return value


class CorrectDecisionIn(_MendingDecision):
    """A decision that sets right what a grant, a change or an end said (D8). What it leaves out stays as it was."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "kind": "correct",
                    "decided_on": "2022-08-31",
                    "legal_basis": CORRECTION_BASIS,
                    "placement_id": "016e0000-0005-7000-8000-000000000018",
                    "corrects_id": "016e0000-0006-7000-8000-000000000001",
                    "reason": "Siste dag vart skriven feil.",
                    "found_by": "provider",
                    "ends_on": "2022-11-30",
                }
            ]
        }
    )

    kind: Literal["correct"]
    corrects_id: Annotated[
        UUID, Limits(description="The decision that is corrected; a correction of it may be named as well.")
    ]
    starts_on: Annotated[
        Day | SkipJsonSchema[None],
        BeforeValidator(_refuse_null),
        Limits(description="First day of the placement, or of the new terms of a change.", examples=["2022-09-01"]),
    ] = None
    ends_on: Annotated[
        Day | None,
        Limits(
            description="Last day. Null is none: an end, and the notice that it rested on, are taken back, and so is a"
            " change of the last day.",
            examples=[None],
        ),
    ] = None
    share: Annotated[Percent | SkipJsonSchema[None], BeforeValidator(_refuse_null), Limits(examples=[100])] = None
    need: Annotated[
        Need | SkipJsonSchema[None], BeforeValidator(_refuse_null), Limits(description="Only of a grant.")
    ] = None

    @model_validator(mode="after")
    def _corrects_something(self) -> Self:
        stated = self.model_fields_set
        if not stated & {"starts_on", "ends_on", "share", "need"}:
            raise ValueError("treng «starts_on», «ends_on», «share» eller «need»")
        if self.starts_on is not None and self.ends_on is not None and self.ends_on < self.starts_on:
            raise FieldFault("ends_on", "kan ikkje vere før «starts_on»")
        return self


class AnnulDecisionIn(_MendingDecision):
    """A decision that takes a placement away from its first day (D8)."""

    kind: Literal["annul"]
    corrects_id: Annotated[
        UUID | None,
        Limits(description="The grant; left out for a placement that was recorded as `legacy`."),
    ] = None


DecisionIn = Annotated[
    GrantDecisionIn | RejectDecisionIn | ChangeDecisionIn | EndDecisionIn | CorrectDecisionIn | AnnulDecisionIn,
    Limits(discriminator="kind"),
]


class DecisionOut(Stored):
    """A decision without amounts (D6)."""

    kind: DecisionKind
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
        UUID | None,
        Limits(description="The notice that an `end` follows (L5), or that a `change` or a `correct` withdraws."),
    ]
    destination: Annotated[Destination | None, Limits(description="Where an `end` sends the person (L8).")]
    health_and_social_tasks: Annotated[
        list[str] | None, Limits(description="Tasks that a `grant` names (D7); null for another kind.")
    ]
    corrects_id: Annotated[UUID | None, Limits(description="The decision that it corrects or annuls (D8).")]
    ground: MendingGround | None
    found_by: FoundBy | None
    need: Annotated[Need | None, Limits(description="By a correction of a grant (D8).")]


class PricedDecisionOut(DecisionOut):
    """A decision with the legacy price it sets, and the case that pays for it."""

    monthly_price: Amount | None
    budget_reference: Annotated[str | None, Limits(description="The case that pays for a `grant` (C7).")]
