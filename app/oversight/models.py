"""What goes out: rows of the access log, what is held about a person, what an erasure did."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field as Limits
from pydantic import JsonValue

from app.http.schemas import Shape

Outcome = Literal["allowed", "denied"]


class AccessLogOut(Shape):
    """One look at, or change of, one person's data, or a refused one.

    Of a refused look, `participant_id` or `object_id` is what was asked for, whether it exists or not.
    """

    id: UUID
    at: datetime
    actor: Annotated[str, Limits(examples=["org:0192:310300403"])]
    organisation: str | None
    supplier: Annotated[str | None, Limits(description="Who called for the organisation, by Maskinporten.")]
    participant_id: UUID | None
    object_id: UUID | None
    action: Annotated[str, Limits(examples=["read_placement"])]
    method: str
    route: Annotated[str, Limits(examples=["/v1/placements/{placement_id}"])]
    purpose: Annotated[str, Limits(examples=["provision"])]
    legal_basis: str
    outcome: Outcome
    request_id: str


class ExportOut(Shape):
    """Everything that is held about one person, table by table; an identity number is told of, never shown."""

    participant_id: UUID
    exported_at: datetime
    identity_number_held: bool
    held: Annotated[
        dict[str, list[dict[str, JsonValue]]],
        Limits(examples=[{"applications": [{"received_on": "2022-01-03", "wishes": "Vil arbeide ute."}]}]),
    ]
    access_log: Annotated[str, Limits(description="Where it says who has seen this.")]


class Erased(Shape):
    """What was done to one kind of rows."""

    held: Annotated[str, Limits(examples=["applications"])]
    rows: int
    replaced: Annotated[list[str], Limits(examples=[["wishes"]])]
    deleted: bool


class ErasureOut(Shape):
    """What an erasure did. Amounts, dates and what enterprise it was stay, for the accounts."""

    participant_id: UUID
    erased_on: date
    held: list[Erased]
