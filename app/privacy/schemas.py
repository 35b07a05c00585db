"""What an export holds about a person, and what an erasure did."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field as Limits
from pydantic import JsonValue

from app.http.schemas import Shape


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


class Erased(Shape):
    """What was done to one kind of rows."""

    held: Annotated[str, Limits(examples=["applications"])]
    rows: int
    replaced: Annotated[list[str], Limits(examples=[["wishes"]])]
    deleted: bool


class ErasureOut(Shape):
    """The result of an erasure. Amounts, dates and the provider are kept for the accounts."""

    participant_id: UUID
    erased_on: date
    held: list[Erased]
