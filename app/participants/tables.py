"""A participant, what other systems call them, and who may see what of it (D1)."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from app.database.base import Row


class Participant(Row, table=True):
    """A person who has, or applies for, a place (D1). The identity number is stored only sealed and as an index."""

    __tablename__ = "participant"
    __table_args__ = (
        # What a placement's composite key points at, so that area and protection follow the person's.
        UniqueConstraint("id", "service_area", "address_protection"),
        UniqueConstraint("id", "address_protection"),
        UniqueConstraint("identity_number_index"),
        CheckConstraint("length(given_name) between 1 and 200", name="given_name"),
        CheckConstraint("length(family_name) between 1 and 200", name="family_name"),
        CheckConstraint("municipality_number ~ '^[0-9]{4}$'", name="municipality_number"),
        CheckConstraint("service_area in ('habilitation', 'mental_health', 'other')", name="service_area"),
        CheckConstraint(
            "case when jsonb_typeof(contacts) = 'array' then jsonb_array_length(contacts) <= 10 else false end",
            name="contacts",
        ),
        CheckConstraint(
            "num_nulls(identity_number_ciphertext, identity_number_key_id, identity_number_index) in (0, 3)",
            name="identity_number",
        ),
        Index("ix_participant_service_area_id", "service_area", "id"),
    )

    given_name: str
    family_name: str
    birth_date: date
    municipality_number: str
    municipality_since: date = Field(default=None, sa_column_kwargs={"server_default": func.current_date()})
    service_area: str
    contacts: list[dict[str, str | None]] = Field(sa_type=JSONB)
    address_protection: bool
    identity_number_ciphertext: bytes | None = Field(default=None, sa_type=LargeBinary)
    identity_number_key_id: str | None = None
    identity_number_index: bytes | None = Field(default=None, sa_type=LargeBinary)


class ParticipantExternalId(Row, table=True):
    """What another system calls a participant: one present value per system and person, and those of its duplicates."""

    __tablename__ = "participant_external_id"
    __table_args__ = (
        UniqueConstraint("system", "value"),
        Index(
            "uq_participant_external_id_participant_id_system",
            "participant_id",
            "system",
            unique=True,
            postgresql_where=text("current"),
        ),
        CheckConstraint("length(system) between 1 and 50", name="system"),
        CheckConstraint("length(value) between 1 and 100", name="value"),
    )

    participant_id: UUID = Field(foreign_key="participant.id", index=True)
    system: str
    value: str
    current: bool = Field(default=True, sa_column_kwargs={"server_default": text("true")})


class ParticipantMerge(Row, table=True):
    """Two records of one person became one: which is kept, and what the other's id was. Rows are only ever added."""

    __tablename__ = "participant_merge"
    __table_args__ = (UniqueConstraint("duplicate_id"),)

    participant_id: UUID = Field(foreign_key="participant.id", index=True)
    duplicate_id: UUID
    merged_by: str
