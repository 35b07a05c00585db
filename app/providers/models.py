"""A provider and its capacity over time (P1, P2)."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field as Limits
from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field

from app.db import Row
from app.http.shapes import Count, Day, MunicipalityNumber, Name, OrganisationNumber, Shape, Stored


class Provider(Row, table=True):
    """A sheltered enterprise in the municipality (P1)."""

    __tablename__ = "provider"
    __table_args__ = (
        UniqueConstraint("organisation_number"),
        CheckConstraint("organisation_number ~ '^[0-9]{9}$'", name="organisation_number"),
        CheckConstraint("length(name) between 1 and 200", name="name"),
    )

    name: str
    organisation_number: str
    municipality_number: str


class ProviderCapacity(Row, table=True):
    """How many places a provider has from a day on, until the next row (P2)."""

    __tablename__ = "provider_capacity"
    __table_args__ = (
        UniqueConstraint("provider_id", "valid_from"),
        CheckConstraint("places >= 0", name="places"),
    )

    provider_id: UUID = Field(foreign_key="provider.id")
    valid_from: date
    places: int


class ProviderIn(Shape):
    """A new provider."""

    name: Annotated[Name, Limits(examples=["Gløde AS"])]
    organisation_number: OrganisationNumber
    municipality_number: MunicipalityNumber


class ProviderPatch(Shape):
    """What may change of a provider; a field left out stays as it is. The organisation number is its identity."""

    name: Annotated[Name, Limits(examples=["Gløde AS"])] = Limits(default_factory=str)
    municipality_number: MunicipalityNumber = Limits(default_factory=str)


class ProviderOut(Stored):
    """A provider."""

    name: str
    organisation_number: str
    municipality_number: str


class CapacityIn(Shape):
    """A capacity from a day on."""

    valid_from: Day
    places: Annotated[Count, Limits(examples=[12])]


class CapacityOut(Stored):
    """A capacity from a day on, until the next."""

    provider_id: UUID
    valid_from: Day
    places: int
