"""A participant, what other systems call them, and who may see what of it (D1)."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field as Limits
from pydantic import Strict, StringConstraints
from sqlalchemy import CheckConstraint, Index, LargeBinary, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from app.db import Row
from app.http.pages import Page
from app.http.shapes import Day, MunicipalityNumber, Name, Shape, Stored


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


ServiceArea = Literal["habilitation", "mental_health", "other"]
ExternalSystem = Annotated[
    str,
    StringConstraints(min_length=1, max_length=50, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$"),
    Limits(description="The other system.", examples=["profil"]),
]
ExternalValue = Annotated[
    str,
    StringConstraints(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]*$"),
    Limits(description="What that system calls the person. Never an identity number.", examples=["10042"]),
]
NationalIdentityNumber = Annotated[str, StringConstraints(min_length=11, max_length=11, pattern=r"^[0-9]{11}$")]
Phone = Annotated[str, StringConstraints(min_length=4, max_length=30, pattern=r"^\+?[0-9][0-9 -]*[0-9]$")]
Email = Annotated[
    str, StringConstraints(min_length=3, max_length=254, pattern="^[^@\x00-\x20\x7f-\xa0]+@[^@\x00-\x20\x7f-\xa0]+$")
]

GivenName = Annotated[Name, Limits(examples=["Solveig"])]
FamilyName = Annotated[Name, Limits(examples=["Testnes"])]
BirthDate = Annotated[Day, Limits(description="Not in the future.", examples=["1991-04-23"])]


class Contact(Shape):
    """Whom to call about a participant: a guardian (verje) or next of kin (pårørande)."""

    kind: Literal["guardian", "next_of_kin"]
    name: Annotated[Name, Limits(examples=["Torbjørn Testnes"])]
    phone: Annotated[Phone | None, Limits(examples=["+47 400 00 000"])] = None
    email: Annotated[Email | None, Limits(examples=["verje@example.no"])] = None


Contacts = Annotated[list[Contact], Limits(max_length=10)]


class ExternalId(Shape):
    """What another system calls a participant."""

    system: str
    value: str


def _left_out() -> Any:
    """Stands for a field that was not sent; it is not in `model_fields_set` and never read."""


def _number(example: str) -> Any:
    description = (
        "National identity number or D-number, synthetic (month + 80) where the service allows it. Write only."
    )
    return Limits(
        default=None, repr=False, description=description, examples=[example], json_schema_extra={"writeOnly": True}
    )


class ParticipantIn(Shape):
    """A new participant."""

    given_name: GivenName
    family_name: FamilyName
    birth_date: BirthDate
    municipality_number: MunicipalityNumber
    service_area: ServiceArea
    contacts: Contacts = []
    address_protection: Annotated[bool, Strict()] = False
    national_identity_number: NationalIdentityNumber | None = _number("23849150073")


class ParticipantUpsert(Shape):
    """A participant as another system knows them.

    Contacts, address protection and the identity number stay as they are when they are left out; a number is never
    taken away by leaving it out or by null (PATCH does that).
    """

    given_name: GivenName
    family_name: FamilyName
    birth_date: BirthDate
    municipality_number: MunicipalityNumber
    service_area: ServiceArea
    contacts: Contacts = Limits(default_factory=_left_out)
    address_protection: Annotated[bool, Strict()] = Limits(default_factory=_left_out)
    national_identity_number: NationalIdentityNumber | None = _number("23849150154")


class ParticipantPatch(Shape):
    """What may change of a participant; a field left out stays as it is. A null identity number takes it away."""

    given_name: GivenName = Limits(default_factory=_left_out)
    family_name: FamilyName = Limits(default_factory=_left_out)
    birth_date: BirthDate = Limits(default_factory=_left_out)
    municipality_number: MunicipalityNumber = Limits(default_factory=_left_out)
    service_area: ServiceArea = Limits(default_factory=_left_out)
    contacts: Contacts = Limits(default_factory=_left_out)
    address_protection: Annotated[bool, Strict()] = Limits(default_factory=_left_out)
    national_identity_number: NationalIdentityNumber | None = _number("23849150073")


class Lookup(Shape):
    """Who has this identity number? In a body, because addresses are logged."""

    national_identity_number: Annotated[
        NationalIdentityNumber, Limits(repr=False, examples=["10915596784"], json_schema_extra={"writeOnly": True})
    ]


class ParticipantOut(Stored):
    """A participant, as the case office and the EPJ see it."""

    given_name: str
    family_name: str
    birth_date: Day
    municipality_number: str
    service_area: ServiceArea
    contacts: list[Contact]
    address_protection: bool
    external_ids: list[ExternalId]


class ParticipantForService(Stored):
    """A participant, as the service of its own area sees it."""

    given_name: str
    family_name: str
    birth_date: Day
    service_area: ServiceArea
    contacts: list[Contact]


class ParticipantForProvider(Stored):
    """A participant, as the provider where they have a place sees it."""

    given_name: str
    family_name: str
    birth_date: Day
    contacts: list[Contact]


class MergeIn(Shape):
    """The record that goes; everything it has becomes the other's."""

    duplicate_id: Annotated[UUID, Limits(examples=["016e0000-0002-7000-8000-00000000001f"])]


ParticipantSeen = ParticipantOut | ParticipantForService | ParticipantForProvider

# Role -> the shape whose fields are all it may see of a participant; a role that is not here sees none. Widest first:
# a caller with several roles gets the first that fits. Which rows there are to see is the database's to say.
SEEN_AS: Mapping[str, type[ParticipantOut] | type[ParticipantForService] | type[ParticipantForProvider]] = {
    "case_officer": ParticipantOut,
    "epj": ParticipantOut,
    "service": ParticipantForService,
    "provider": ParticipantForProvider,
}


class ParticipantPage(Page[ParticipantSeen]):
    """One page of participants, each as the caller may see it."""
