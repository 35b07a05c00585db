"""A participant, what other systems call them, and who may see what of it (D1)."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field as Limits
from pydantic import Strict, StringConstraints

from app.http.pagination import Page
from app.http.schemas import Day, MunicipalityNumber, Name, Shape, Stored

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
