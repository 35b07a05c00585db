"""Applications, requests to providers, decisions and placements as PostgreSQL keeps them."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Numeric, SmallInteger, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB, ExcludeConstraint
from sqlmodel import Field

from app.db import Row


class Application(Row, table=True):
    """A person's application for a place, with the person's own wishes (D4)."""

    __tablename__ = "application"
    __table_args__ = (
        CheckConstraint("need in ('permanent', 'temporary')", name="need"),
        CheckConstraint("length(wishes) between 1 and 4000", name="wishes"),
    )

    participant_id: UUID = Field(foreign_key="participant.id", index=True)
    received_on: date
    need: str
    wishes: str
    medication_tasks: bool
    withdrawn_on: date | None = None


class Request(Row, table=True):
    """The municipality asks a provider for a place; several over time, one open at a time (D4, P3)."""

    __tablename__ = "request"
    __table_args__ = (
        # One open request per application, whatever two case officers do at once.
        Index("uq_request_open", "application_id", unique=True, postgresql_where=text("answer is null")),
        UniqueConstraint("id", "application_id", "provider_id"),
        CheckConstraint("answer in ('accepted', 'declined')", name="answer"),
        CheckConstraint("(answer is null) = (answered_on is null)", name="answered_on"),
        CheckConstraint("(answer is not distinct from 'declined') = (reason is not null)", name="reason"),
        CheckConstraint("reason in ('no_capacity', 'cannot_accommodate', 'other')", name="reason_code"),
        CheckConstraint("reason is distinct from 'other' or text is not null", name="text"),
    )

    application_id: UUID = Field(foreign_key="application.id", index=True)
    provider_id: UUID = Field(foreign_key="provider.id", index=True)
    sent_on: date
    answer: str | None = None
    answered_on: date | None = None
    reason: str | None = None
    text: str | None = None


class Placement(Row, table=True):
    """One participant at one provider in one period (L1).

    `decided_on` is the day of the decision that granted it, null for a legacy place: a position on an earlier day
    leaves out what was decided later. `service_area` and `address_protection` follow the participant's by a cascading
    key: policies go by them, also for those who may not see the participant.
    """

    __tablename__ = "placement"
    __table_args__ = (
        ForeignKeyConstraint(
            ["participant_id", "service_area", "address_protection"],
            ["participant.id", "participant.service_area", "participant.address_protection"],
            name="fk_placement_participant_id",
            onupdate="CASCADE",
        ),
        # What a provider writes about a placement names both, so that it cannot name another's.
        UniqueConstraint("id", "provider_id"),
        ExcludeConstraint(
            ("participant_id", "="),
            (text("daterange(starts_on, ends_on, '[]')"), "&&"),
            name="ex_placement_overlap",
            using="gist",
        ),
        CheckConstraint("terms in ('standard', 'legacy')", name="terms"),
        CheckConstraint("(terms = 'legacy') = (monthly_price is not null)", name="monthly_price"),
        CheckConstraint("(terms = 'standard') = (decided_on is not null)", name="decided_on"),
        CheckConstraint("monthly_price > 0 and monthly_price <= 10000000", name="monthly_price_range"),
        CheckConstraint("share between 1 and 100", name="share"),
        CheckConstraint("ends_on >= starts_on", name="ends_on"),
        Index("ix_placement_provider_id_id", "provider_id", "id"),
        Index("ix_placement_participant_id_id", "participant_id", "id"),
        Index("ix_placement_protected", "id", postgresql_where=text("address_protection")),
    )

    participant_id: UUID
    provider_id: UUID = Field(foreign_key="provider.id")
    service_area: str
    address_protection: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    terms: str
    starts_on: date
    ends_on: date | None = None
    share: int = Field(sa_type=SmallInteger)
    monthly_price: Decimal | None = Field(default=None, sa_type=Numeric(12, 2))
    decided_on: date | None = None


class Decision(Row, table=True):
    """A decision by the case office (D3). Never edited: a change is a new decision that names this one (D6)."""

    __tablename__ = "decision"
    __table_args__ = (
        ForeignKeyConstraint(
            ["request_id", "application_id", "provider_id"],
            ["request.id", "request.application_id", "request.provider_id"],
        ),
        ForeignKeyConstraint(["placement_id", "provider_id"], ["placement.id", "placement.provider_id"]),
        ForeignKeyConstraint(
            ["participant_id", "address_protection"],
            ["participant.id", "participant.address_protection"],
            name="fk_decision_participant_id",
            onupdate="CASCADE",
        ),
        # An application is decided once.
        Index(
            "uq_decision_application_id",
            "application_id",
            unique=True,
            postgresql_where=text("kind in ('grant', 'reject')"),
        ),
        UniqueConstraint("follows_id"),
        CheckConstraint("kind in ('grant', 'reject', 'change', 'end')", name="kind"),
        CheckConstraint("length(legal_basis) between 1 and 500", name="legal_basis"),
        CheckConstraint("(kind = 'reject') = (placement_id is null)", name="placement_id"),
        CheckConstraint("kind in ('change', 'end') or application_id is not null", name="application_id"),
        CheckConstraint("kind <> 'grant' or (request_id is not null and starts_on is not null)", name="grant"),
        Index("ix_decision_placement_id", "placement_id"),
        Index("ix_decision_participant_id_id", "participant_id", "id"),
    )

    kind: str
    decided_on: date
    decided_by: str
    legal_basis: str
    reason: str | None = None
    participant_id: UUID
    address_protection: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    application_id: UUID | None = Field(default=None, foreign_key="application.id")
    request_id: UUID | None = None
    provider_id: UUID | None = Field(default=None, foreign_key="provider.id")
    placement_id: UUID | None = None
    follows_id: UUID | None = Field(default=None, foreign_key="decision.id")
    starts_on: date | None = None
    ends_on: date | None = None
    share: int | None = Field(default=None, sa_type=SmallInteger)
    medication_agreement: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
