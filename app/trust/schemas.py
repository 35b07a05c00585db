"""What comes in to and goes out of the trust (R)."""

from datetime import date
from typing import Annotated, Literal, Self, get_args
from uuid import UUID

from pydantic import Field as Limits
from pydantic import model_validator

from app.http.schemas import Amount, Annullable, Day, FieldFault, Line, Money, PastDay, PositiveMoney, Shape, Stored

Purpose = Literal["respite", "escort"]
RejectReason = Literal[
    "late", "not_resident", "documentation_missing", "outside_purpose", "trust_sum_exhausted", "person_limit",
    "withdrawn", "other",
]  # fmt: skip
REJECT_REASONS: tuple[RejectReason, ...] = get_args(RejectReason)
PURPOSES: tuple[Purpose, ...] = get_args(Purpose)
TrustStatus = Literal["undecided", "granted", "rejected"]


class TrustSumIn(Shape):
    """A year's whole sum, the first or a raise (R1, R4)."""

    amount: Annotated[PositiveMoney, Limits(description="The whole new sum.", examples=["156000.00"])]
    decided_on: Annotated[PastDay, Limits(examples=["2022-08-30"])]
    decided_by: Annotated[Literal["board", "municipality"], Limits(examples=["municipality"])]
    reason: Annotated[Line, Limits(examples=["Éin søknad for mykje"])]
    deadline_on: Annotated[
        Day | None,
        Limits(description="The year's deadline for applications (R5). Null: as before.", examples=[None]),
    ] = None
    person_limit: Annotated[
        PositiveMoney | None,
        Limits(
            description="What a person may be paid in the year (R2). Null: as before, 6000.00 at first.",
            examples=[None],
        ),
    ] = None


class TrustSumOut(Stored):
    """A year's whole sum from the day it was decided (R1, R4)."""

    year: int
    amount: Money
    person_limit: Money
    decided_on: Day
    decided_by: Literal["board", "municipality"]
    reason: str
    deadline_on: Day | None
    recorded_by: Annotated[str, Limits(description="Who recorded it.")]


class TrustApplicationIn(Shape):
    """An application to the trust (R5, R6)."""

    participant_id: UUID
    received_on: Annotated[PastDay, Limits(description="Its year is the year of the sum.", examples=["2022-08-12"])]
    purpose: Annotated[Purpose, Limits(description="Respite, or company on a holiday trip (R1).", examples=["escort"])]
    amount: Annotated[
        PositiveMoney, Limits(description="At most the limit of a person and year (R2).", examples=["4000.00"])
    ]
    documentation_seen_on: Annotated[
        PastDay | None,
        Limits(
            description="When the documentation of the health situation was seen; it is never stored.",
            examples=["2022-08-12"],
        ),
    ] = None
    belonging_reason: Annotated[
        Line | None,
        Limits(
            description="Why somebody who is not registered in the municipality belongs there (R6).", examples=[None]
        ),
    ] = None


class TrustApplicationPatch(Shape):
    """What was missing of an application (R6). Only the fields that are sent are changed."""

    documentation_seen_on: PastDay = Limits(default_factory=lambda: date.min, examples=["2022-08-30"])
    belonging_reason: Line = Limits(default_factory=str, examples=["Har budd i Alver heile livet."])


class TrustRejectionIn(Shape):
    """A rejection, with its reason (R10)."""

    kind: Literal["reject"]
    decided_on: Annotated[PastDay, Limits(examples=["2022-08-31"])]
    amount: Annotated[None, Limits(description="A rejection has none.", examples=[None])] = None
    reason: Annotated[RejectReason, Limits(examples=["trust_sum_exhausted"])]


class TrustGrantIn(Shape):
    """A grant, whole or not at all (R3)."""

    kind: Literal["grant"]
    decided_on: Annotated[PastDay, Limits(examples=["2022-08-31"])]
    amount: Annotated[
        PositiveMoney, Limits(description="At most what was applied for; less is a grant too.", examples=["6000.00"])
    ]
    reason: Annotated[Line | None, Limits(description="What one wants to say of it.", examples=[None])] = None


TrustDecisionIn = Annotated[TrustRejectionIn | TrustGrantIn, Limits(discriminator="kind")]


class TrustPaymentIn(Shape):
    """A payment against a voucher (R7)."""

    amount: Annotated[PositiveMoney, Limits(examples=["6000.00"])]
    on: Annotated[PastDay, Limits(examples=["2022-08-31"])]
    voucher_seen_on: Annotated[PastDay, Limits(description="Not after the payment.", examples=["2022-08-31"])]

    @model_validator(mode="after")
    def _is_paid_against_a_voucher(self) -> Self:
        if self.voucher_seen_on > self.on:
            raise FieldFault("voucher_seen_on", "kan ikkje vere etter «on»")
        return self


class TrustRepaymentIn(Shape):
    """What a person has paid back (R7)."""

    amount: Annotated[PositiveMoney, Limits(examples=["1000.00"])]
    on: Annotated[PastDay, Limits(examples=["2022-08-31"])]
    voucher_seen_on: Annotated[PastDay | None, Limits(examples=[None])] = None


class TrustEntryOut(Annullable):
    """A decision, payment or repayment (R7). What is annulled counts for nothing (D10)."""

    kind: Literal["grant", "reject", "payment", "repayment"]
    on: Annotated[Day, Limits(description="The day of the decision or payment.")]
    amount: Money | None
    reason: str | None
    voucher_seen_on: Day | None
    recorded_by: str


class TrustApplicationOut(Stored):
    """An application to the trust, and what came of it (R5–R7)."""

    participant_id: UUID
    year: int
    received_on: Day
    late: Annotated[bool, Limits(description="It came after the year's deadline (R5).")]
    purpose: Purpose
    amount: Money
    municipality_number: Annotated[
        str | None,
        Limits(
            description="Where the person was registered when the application was recorded; null of one with a"
            " protected address, but to the case office."
        ),
    ]
    belonging_reason: str | None
    documentation_seen_on: Day | None
    documentation_seen_by: Annotated[str | None, Limits(description="The role that saw it.")]
    status: TrustStatus
    granted: Annotated[Amount | None, Limits(description="Null without a grant.")]
    paid: Amount
    repaid: Amount
    lapsed: Annotated[Amount, Limits(description="What was not used by the year's last day (R7).")]
    entries: list[TrustEntryOut]


class TrustDecisionOut(Shape):
    """A decision, and what is left after it (R2, R3)."""

    id: UUID
    application_id: UUID
    kind: Literal["grant", "reject"]
    decided_on: Day
    amount: Money | None
    reason: str | None
    left: Annotated[Amount | None, Limits(description="Of the year's sum on the decision's day; null without a sum.")]
    person_left: Annotated[Amount | None, Limits(description="Of the person's limit on that day.")]


class TrustYearOut(Shape):
    """A year of the trust on a day (R1–R4).

    Null for finance where it is about one to four people, or can be worked out of what is (S6).
    """

    year: int
    on: Day
    sum: Annotated[Amount, Limits(description="The whole sum.")]
    raised: Annotated[Amount, Limits(description="How much of it are raises (R4).")]
    granted: Amount | None
    paid: Amount | None
    left: Amount | None
    applications: Annotated[int | None, Limits(description="Received by the day.")]
    undecided: Annotated[int | None, Limits(description="Of these, without a decision.")]
    deadline_on: Day | None
    person_limit: Amount


class TrustShare(Shape):
    """What an application would get."""

    application_id: UUID
    amount: Amount


class TrustSharesOut(Shape):
    """What too many applications come to (R8). Nothing is stored: a person decides."""

    asked: Amount
    left: Amount
    short: Annotated[Amount, Limits(description="The raise that would be needed for all.")]
    by_percent: Annotated[list[TrustShare], Limits(description="The same percent for all.")]
    by_ceiling: Annotated[list[TrustShare], Limits(description="The same ceiling for all.")]


class TrustRaise(Shape):
    """A raise of the year's sum (R4)."""

    decided_on: Day
    decided_by: Literal["board", "municipality"]
    amount: Annotated[Amount, Limits(description="By how much.")]
    reason: str


class TrustReasonCount(Shape):
    """How many were rejected for a reason."""

    reason: RejectReason
    count: int | None


class TrustPurposeCount(Shape):
    """How much was granted for a purpose."""

    purpose: Purpose
    count: int | None
    granted: Amount | None


class TrustReportOut(Shape):
    """The report of a year to the trust's board (R10): no names, and null for one to four people (S6)."""

    year: int
    on: Day
    sum: Amount
    raises: list[TrustRaise]
    applications: int | None
    undecided: int | None
    granted: int | None
    rejected: int | None
    rejected_by_reason: list[TrustReasonCount]
    by_purpose: list[TrustPurposeCount]
    granted_amount: Amount | None
    paid: Amount | None
    lapsed: Amount | None
    repaid: Amount | None
    average: Annotated[Amount | None, Limits(description="Of what was granted; null without a grant.")]
    left: Amount | None
    sent_on: Annotated[Day | None, Limits(description="When it was last sent to the board; null if it was not.")]


class TrustReportSendingIn(Shape):
    """When the report of a year was sent to the board (R10)."""

    sent_on: Annotated[PastDay, Limits(description="Not before the year's last day.", examples=["2022-01-24"])]


class TrustReportSendingOut(Stored):
    """A report that was sent to the board (R10)."""

    year: int
    sent_on: Day
    recorded_by: str
