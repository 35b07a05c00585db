"""Participants, their external ids, merges of two records, and consents (D1, M6)."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index, LargeBinary, String, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel

from app.database.base import ANNULLED_TOGETHER, AnnullableRow, Row

# In the order of its code points, whatever the database's own collation: an index serves a prefix as a range.
_PLAIN_TEXT: Any = String(collation="C")


class Participant(Row, table=True):
    """A person who has or applies for a place (D1). The identity number is stored encrypted and as a blind index."""

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
            "case when jsonb_typeof(contacts) = 'array' then jsonb_array_length(contacts) <= 40 else false end",
            name="contacts",
        ),
        CheckConstraint(
            "num_nulls(identity_number_ciphertext, identity_number_key_id, identity_number_index) in (0, 3)",
            name="identity_number",
        ),
        CheckConstraint("address_protection or protection_questioned_on is null", name="protection_questioned_on"),
        CheckConstraint(
            "protection_questioned_on is not null or protection_confirmed_on is null", name="protection_confirmed_on"
        ),
        Index("ix_participant_service_area_id", "service_area", "id"),
        Index("ix_participant_questioned", "id", postgresql_where=text("protection_questioned_on is not null")),
    )

    given_name: str
    family_name: str
    birth_date: date
    municipality_number: str
    municipality_since: date = Field(default=None, sa_column_kwargs={"server_default": func.current_date()})
    service_area: str
    contacts: list[dict[str, str | None]] = Field(sa_type=JSONB)
    address_protection: bool
    # Since when another system says that there is none, and when a case officer said that there is.
    protection_questioned_on: date | None = None
    protection_confirmed_on: date | None = None
    identity_number_ciphertext: bytes | None = Field(default=None, sa_type=LargeBinary)
    identity_number_key_id: str | None = None
    identity_number_index: bytes | None = Field(default=None, sa_type=LargeBinary)


class ParticipantExternalId(Row, table=True):
    """The id of a participant in another system: one current value per system, and those of merged duplicates."""

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


class ParticipantNameWord(SQLModel, table=True):
    """A folded word of a participant's name, kept by a trigger; what `name=` searches. `prefix` is its first two.

    `service_area` is the participant's, by which a service searches its own people alone.
    """

    __tablename__ = "participant_name_word"
    __table_args__ = (
        # Each holds all that the search and the policies ask for: it is read in the order of the page, up to its end.
        Index("ix_participant_name_word_prefix", "prefix", "participant_id", "word", "service_area"),
        # A service's own: of a small area among many people the other would be read in vain.
        Index("ix_participant_name_word_service_area", "service_area", "prefix", "participant_id", "word"),
    )

    participant_id: UUID = Field(foreign_key="participant.id", primary_key=True)
    word: str = Field(sa_type=_PLAIN_TEXT, primary_key=True)
    prefix: str = Field(sa_type=_PLAIN_TEXT)
    service_area: str


class ParticipantFormerNumber(SQLModel, table=True):
    """An identity number that a participant had before, by its blind index alone: it still finds the person.

    A trigger keeps it when a number is replaced or taken away; a merge keeps the duplicate's. Whoever has a number now
    is found before one who had it.
    """

    __tablename__ = "participant_former_number"

    identity_number_index: bytes = Field(primary_key=True, sa_type=LargeBinary)
    participant_id: UUID = Field(foreign_key="participant.id", index=True)


class ParticipantMerge(Row, table=True):
    """A merge of two records of one person: which is kept, and what the other's id was. Rows are never changed."""

    __tablename__ = "participant_merge"
    __table_args__ = (UniqueConstraint("duplicate_id"),)

    participant_id: UUID = Field(foreign_key="participant.id", index=True)
    duplicate_id: UUID
    merged_by: str


class ConsentRecord(AnnullableRow, table=True):
    """A consent to share information with other services (M6). Only its withdrawal is ever added to it.

    `recorded_by` is null where it was recorded before that was kept (GDPR art. 7(1)).
    """

    __tablename__ = "consent"
    __table_args__ = (
        CheckConstraint("given_by in ('participant', 'guardian')", name="given_by"),
        CheckConstraint(
            "cardinality(services) <= 4 and cardinality(services) + cardinality(organisations) > 0", name="services"
        ),
        CheckConstraint(ANNULLED_TOGETHER, name="annulled"),
        CheckConstraint("valid_to >= given_on", name="valid_to"),
        CheckConstraint("withdrawn_on >= given_on", name="withdrawn_on"),
        CheckConstraint("withdrawn_on is not null or withdrawn_by is null", name="withdrawn_by"),
        CheckConstraint("method in ('written', 'oral', 'electronic')", name="method"),
        CheckConstraint("length(wording) between 1 and 4000", name="wording"),
        CheckConstraint("length(reference) between 1 and 500", name="reference"),
        Index("ix_consent_participant_id_id", "participant_id", "id"),
    )

    participant_id: UUID = Field(foreign_key="participant.id")
    given_by: str
    given_on: date
    valid_to: date | None = None
    services: list[str] = Field(sa_column=Column(ARRAY(String), nullable=False))
    organisations: list[str] = Field(
        default_factory=list, sa_column=Column(ARRAY(String), server_default="{}", nullable=False)
    )
    method: str | None = None
    wording: str | None = None
    reference: str | None = None
    recorded_by: str | None = None
    withdrawn_on: date | None = None
    withdrawn_by: str | None = None
