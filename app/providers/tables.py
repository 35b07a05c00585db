"""A provider, its capacity over time (P1, P2) and its competence statements (P4, P5)."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Numeric, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from app.database.base import Row


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
    """How many places a provider has from a day on, until the next row (P2).

    Of several rows of one first day the last recorded counts.
    """

    __tablename__ = "provider_capacity"
    __table_args__ = (CheckConstraint("places >= 0", name="places"),)

    provider_id: UUID = Field(foreign_key="provider.id")
    valid_from: date
    places: int


class CompetenceStatement(Row, table=True):
    """What a provider states about its staff on a day (P4, P5): numbers only, never a name. Rows are only added."""

    __tablename__ = "competence_statement"
    __table_args__ = (
        CheckConstraint("police_certificates between 0 and employees", name="police_certificates"),
        CheckConstraint("full_time_equivalents >= 0", name="full_time_equivalents"),
        CheckConstraint("jsonb_typeof(areas) = 'array'", name="areas"),
        Index("ix_competence_statement_provider_id_id", "provider_id", "id"),
    )

    provider_id: UUID = Field(foreign_key="provider.id")
    stated_on: date
    employees: int
    police_certificates: int
    full_time_equivalents: Decimal = Field(sa_type=Numeric(6, 2))
    areas: list[str] = Field(sa_type=JSONB)
