"""What everybody may read of the stairs (K8)."""

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel
from pydantic import Field as Limits

from app.http.schemas import Day
from app.rules.stairs import Area, Stair
from app.stairs.schemas import TotalOut


class OpenService(BaseModel):
    """A service as everybody may read of it (K2, K8); of places at sheltered enterprises their number too (K5)."""

    name: str
    for_whom: str
    provided_by: str
    requires_decision: bool
    place: Annotated[Area | None, Limits(description="Null: in all of the municipality.")]
    how_to_apply: str | None
    address: str | None
    valid_from: Day
    capacity: Annotated[int | None, Limits(description="Places at sheltered enterprises today; null for others.")]
    active_places: Annotated[
        int | None, Limits(description="Those in use on `active_on`; null where it is few people.")
    ]
    active_on: Annotated[date | None, Limits(description="The last day of the last tertial; null for other services.")]
    suppressed: Annotated[bool, Limits(description="The number of people is too small to be shown (S6).")]


class OpenCapacity(BaseModel):
    """The last count of places in a place (K3)."""

    service: Annotated[str | None, Limits(description="The service that has the places; null: the step.")]
    place: Area
    number: int
    as_of: Day
    source: str


class OpenStep(BaseModel):
    """A step with what is offered on it today (K1, K2)."""

    number: int
    category: int | None
    name: str
    description: str | None
    services: list[OpenService]
    capacities: list[OpenCapacity]


class OpenPrintedTotal(TotalOut):
    """A total of a published table, beside what its cells add up to: of a row, of a place, or of all (K6)."""

    row: str | None
    place: Area | None
    as_of: Day
    source: str


class OpenStair(BaseModel):
    """A stair with its steps in order."""

    stair: Stair
    steps: list[OpenStep]
    printed_totals: Annotated[
        list[OpenPrintedTotal], Limits(description="Kept beside the cells, which count; never among `capacities`.")
    ]


class OpenStairs(BaseModel):
    """Both stairs as open data (K8)."""

    licence: Annotated[str, Limits(description="The licence, by its SPDX identifier.")]
    licence_address: str
    updated_at: Annotated[datetime | None, Limits(description="When anything of it last changed; null: it is empty.")]
    stairs: list[OpenStair]
