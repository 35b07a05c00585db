"""What an export holds about a person, and what an erasure did."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field as Limits
from pydantic import JsonValue, Strict

from app.http.schemas import Line, Shape, Stored


class ExportOut(Shape):
    """Everything that is held about one person, table by table; an identity number is mentioned, never shown."""

    participant_id: UUID
    exported_at: datetime
    identity_number_held: bool
    held: Annotated[
        dict[str, list[dict[str, JsonValue]]],
        Limits(examples=[{"applications": [{"received_on": "2022-01-03", "wishes": "Vil arbeide ute."}]}]),
    ]
    access_log: Annotated[str, Limits(description="Path of the access log for this person.")]


class AccessCopyOut(ExportOut):
    """The copy that one person has a right to: everything that is held, and the identity number in the clear."""

    identity_number: Annotated[
        str | None, Limits(repr=False, description="Null where none is held.", examples=["23849150073"])
    ]


class Erased(Shape):
    """What was done to one kind of rows."""

    held: Annotated[str, Limits(examples=["applications"])]
    rows: int
    replaced: Annotated[list[str], Limits(examples=[["wishes"]])]
    deleted: bool


class ErasureIn(Shape):
    """Why a person is to be erased. The reason stays: name nobody in it."""

    reason: Annotated[Line, Limits(examples=["Lagringstida er over."])]


class ErasureApprovalIn(Shape):
    """Whether the erasure is carried out."""

    approved: Annotated[bool, Strict(), Limits(examples=[True])]


class ErasureRequestOut(Stored):
    """A request to erase a person, which another case officer decides."""

    participant_id: UUID
    reason: str
    requested_by: Annotated[str, Limits(examples=["person:test-case_officer"])]
    approved: bool | None
    decided_by: str | None
    decided_at: datetime | None


class ErasureOut(ErasureRequestOut):
    """A decided request, and what was done. Amounts, dates and the provider are kept for the accounts."""

    erased_on: Annotated[date | None, Limits(description="Null where the erasure was declined.")]
    held: Annotated[list[Erased], Limits(description="None where the erasure was declined.")]


class RetentionOut(Shape):
    """A person whose data need not be kept any longer."""

    participant_id: UUID
    last_day: Annotated[date, Limits(description="The last day of the case: of a place, a decision or an application.")]
    erasable_from: date
    erasure_requested: Annotated[bool, Limits(description="A case officer has asked for it, and nobody has decided.")]


class RestrictionIn(Shape):
    """Why the processing of a person's data is restricted."""

    reason: Annotated[Line, Limits(examples=["Personen meiner at opplysningane er feil."])]


class RestrictionLiftingIn(Shape):
    """Why the restriction is lifted. The person is told before (GDPR art. 18(3))."""

    reason: Annotated[Line, Limits(examples=["Opplysningane er retta, og personen har fått beskjed."])]


class RestrictionOut(Stored):
    """A restriction of the processing of a person's data, from `created_at` until it is lifted."""

    participant_id: UUID
    reason: str
    restricted_by: Annotated[str, Limits(examples=["person:test-case_officer"])]
    lifted_at: datetime | None
    lifted_by: str | None
    lifted_reason: str | None
