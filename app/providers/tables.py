"""A provider, its capacity over time (P1, P2) and its competence statements (P4, P5)."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Numeric, SmallInteger, UniqueConstraint
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
        CheckConstraint(
            "police_certificates_not_required between 0 and employees", name="police_certificates_not_required"
        ),
        CheckConstraint("jsonb_typeof(premises) = 'object'", name="premises"),
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
    police_certificates_not_required: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    premises: dict[str, str] | None = Field(default=None, sa_type=JSONB(none_as_null=True))


class AbsenceRoutine(Row, table=True):
    """What is agreed with a provider about unexcused absence (P7), until the next row. Rows are only added."""

    __tablename__ = "absence_routine"
    __table_args__ = (
        CheckConstraint("contact_after_days between 1 and 60", name="contact_after_days"),
        CheckConstraint("length(contact) between 1 and 500", name="contact"),
        CheckConstraint("length(reference) between 1 and 500", name="reference"),
        Index("ix_absence_routine_provider_id_id", "provider_id", "id"),
    )

    provider_id: UUID = Field(foreign_key="provider.id")
    agreed_on: date
    contact_after_days: int = Field(sa_type=SmallInteger)
    contact: str
    reference: str
