"""The tables of supplements, of their ends, and of needs that turn up (L6)."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Numeric, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from app.database.base import Row

# Who agrees has been heard too.
_PARTIES = '["service", "case_office", "provider"]'
_ALL_HEARD = f"heard @> '{_PARTIES}' and heard @> agreed_by"


def _heard_field() -> Any:
    """What was agreed before hearing was recorded on its own had all three."""
    return Field(sa_type=JSONB, sa_column_kwargs={"server_default": text(f"'{_PARTIES}'")})


class PlacementSupplement(Row, table=True):
    """Individual resources beyond one employee to five places, of which three parties were heard (L6).

    A position on a day before `agreed_on` leaves it out; with null it counts in all. `valid_to` is the last day agreed
    at first, and never changes; the last day as known now is the earliest of it and its `SupplementEnd`s.
    """

    __tablename__ = "placement_supplement"
    __table_args__ = (
        ForeignKeyConstraint(["placement_id", "provider_id"], ["placement.id", "placement.provider_id"]),
        CheckConstraint("monthly_amount > 0 and monthly_amount <= 10000000", name="monthly_amount"),
        CheckConstraint("full_time_equivalents >= 0", name="full_time_equivalents"),
        CheckConstraint("valid_to >= valid_from", name="valid_to"),
        CheckConstraint("length(reason) between 1 and 4000", name="reason"),
        CheckConstraint(_ALL_HEARD, name="heard"),
        Index("ix_placement_supplement_placement_id_id", "placement_id", "id"),
    )

    placement_id: UUID
    provider_id: UUID
    monthly_amount: Decimal = Field(sa_type=Numeric(12, 2))
    full_time_equivalents: Decimal = Field(sa_type=Numeric(6, 2))
    valid_from: date
    valid_to: date | None = None
    reason: str
    heard: list[str] = _heard_field()
    agreed_by: list[str] = Field(sa_type=JSONB)
    agreed_on: date | None = None


class SupplementEnd(Row, table=True):
    """A supplement is ended earlier; the same three parties were heard (L6). Only ever added.

    A position on a day before `agreed_on` leaves it out. `replaced_valid_to` is the last day the supplement had.
    """

    __tablename__ = "supplement_end"
    __table_args__ = (
        ForeignKeyConstraint(["placement_id", "provider_id"], ["placement.id", "placement.provider_id"]),
        CheckConstraint("valid_to < replaced_valid_to", name="replaced_valid_to"),
        CheckConstraint("length(reason) between 1 and 4000", name="reason"),
        CheckConstraint(_ALL_HEARD, name="heard"),
        Index("ix_supplement_end_placement_id", "placement_id"),
    )

    supplement_id: UUID = Field(foreign_key="placement_supplement.id", index=True)
    placement_id: UUID
    provider_id: UUID
    valid_to: date
    replaced_valid_to: date | None = None
    reason: str
    heard: list[str] = _heard_field()
    agreed_by: list[str] = Field(sa_type=JSONB)
    agreed_on: date


class NeedChange(Row, table=True):
    """A need beyond one employee to five places that has turned up, also of an applicant, and what came of it (L6)."""

    __tablename__ = "need_change"
    __table_args__ = (
        CheckConstraint("length(what) between 1 and 4000", name="what"),
        CheckConstraint(
            "noticed_by in ('case_office', 'provider', 'participant', 'guardian', 'service', 'other')",
            name="noticed_by",
        ),
        CheckConstraint("outcome in ('no_change', 'supplement', 'another_provider', 'end')", name="outcome"),
        CheckConstraint("(outcome is null) = (closed_on is null)", name="closed_on"),
        Index("ix_need_change_participant_id_id", "participant_id", "id"),
        Index("ix_need_change_open", "noticed_on", postgresql_where=text("closed_on is null")),
    )

    participant_id: UUID = Field(foreign_key="participant.id")
    noticed_on: date
    what: str
    noticed_by: str
    outcome: str | None = None
    closed_on: date | None = None
