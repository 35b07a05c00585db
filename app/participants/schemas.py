"""Participants and their consents as they come in and go out, and which role sees which fields (D1, M6)."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import Field as Limits
from pydantic import Strict, StringConstraints, ValidationInfo, field_validator, model_validator

from app.http.pagination import Page
from app.http.schemas import (
    Annullable,
    Day,
    FieldFault,
    Line,
    MunicipalityNumber,
    Name,
    Prose,
    Shape,
    Stored,
    describe_pattern,
)
from app.rules.minutes import ServiceRole

_SYSTEM = describe_pattern(
    r"^[A-Za-z0-9][A-Za-z0-9._-]*$", "må vere bokstavar frå a til z, siffer og «.», «_» eller «-»"
)
_EXTERNAL_VALUE = describe_pattern(
    r"^[A-Za-z0-9][A-Za-z0-9._:-]*$",
    "må vere bokstavar frå a til z, siffer og «.», «:», «_» eller «-»",
)
_ELEVEN_DIGITS = describe_pattern(r"^[0-9]{11}$", "må vere elleve siffer utan mellomrom")
_PHONE = describe_pattern(
    r"^\+?[0-9][0-9 -]*[0-9]$", "må vere siffer, eventuelt med + framfor og mellomrom, til dømes «+47 56 00 00 00»"
)
_EMAIL = describe_pattern(
    "^[^@\x00-\x20\x7f-\xa0]+@[^@\x00-\x20\x7f-\xa0]+$", "må vere ei e-postadresse, til dømes «namn@eksempel.no»"
)
ServiceArea = Literal["habilitation", "mental_health", "other"]
ExternalSystem = Annotated[
    str,
    StringConstraints(min_length=1, max_length=50, pattern=_SYSTEM),
    Limits(description="The name of the other system.", examples=["profil"]),
]
ExternalValue = Annotated[
    str,
    StringConstraints(min_length=1, max_length=100, pattern=_EXTERNAL_VALUE),
    Limits(description="The participant's id in that system. Never an identity number.", examples=["10042"]),
]
NationalIdentityNumber = Annotated[str, StringConstraints(min_length=11, max_length=11, pattern=_ELEVEN_DIGITS)]
Phone = Annotated[str, StringConstraints(min_length=4, max_length=30, pattern=_PHONE)]
Email = Annotated[str, StringConstraints(min_length=3, max_length=254, pattern=_EMAIL)]
GivenName = Annotated[Name, Limits(examples=["Solveig"])]
FamilyName = Annotated[Name, Limits(examples=["Testnes"])]
ResidenceNumber = Annotated[
    MunicipalityNumber,
    Limits(
        description="The municipality where the person is registered as resident. Who has moved abroad has none: `9999`"
        ", Statistics Norway's code for an unspecified municipality."
    ),
]
BirthDate = Annotated[Day, Limits(description="Not in the future.", examples=["1991-04-23"])]


class Contact(Shape):
    """A contact of a participant: a guardian (verje) or next of kin (pårørande)."""

    kind: Literal["guardian", "next_of_kin"]
    name: Annotated[Name, Limits(examples=["Torbjørn Testnes"])]
    phone: Annotated[Phone | None, Limits(examples=["+47 400 00 000"])] = None
    email: Annotated[Email | None, Limits(examples=["verje@example.no"])] = None


Contacts = Annotated[list[Contact], Limits(max_length=10)]


class ExternalId(Shape):
    """The id of a participant in another system."""

    system: str
    value: str


def _not_sent() -> Any:
    """The default of a field that was not sent; it is not in `model_fields_set` and never read."""


def _identity_number(example: str) -> Any:
    description = (
        "National identity number or D-number, synthetic (month + 80) where the service allows it. Write only."
    )
    return Limits(
        default=None, repr=False, description=description, examples=[example], json_schema_extra={"writeOnly": True}
    )


class ParticipantIn(Shape):
    """A participant to register."""

    given_name: GivenName
    family_name: FamilyName
    birth_date: BirthDate
    municipality_number: ResidenceNumber
    service_area: ServiceArea
    contacts: Contacts = []
    address_protection: Annotated[bool, Strict()] = False
    national_identity_number: NationalIdentityNumber | None = _identity_number("23849150073")


class ParticipantUpsert(Shape):
    """A participant as another system knows it.

    Contacts, address protection and the identity number are unchanged when left out. An identity number is removed
    only by PATCH.
    """

    given_name: GivenName
    family_name: FamilyName
    birth_date: BirthDate
    municipality_number: ResidenceNumber
    service_area: ServiceArea
    contacts: Contacts = Limits(default_factory=_not_sent)
    address_protection: Annotated[bool, Strict()] = Limits(default_factory=_not_sent)
    national_identity_number: NationalIdentityNumber | None = _identity_number("23849150154")


class ParticipantPatch(Shape):
    """Changes to a participant; a field left out is unchanged. A null identity number removes it."""

    given_name: GivenName = Limits(default_factory=_not_sent)
    family_name: FamilyName = Limits(default_factory=_not_sent)
    birth_date: BirthDate = Limits(default_factory=_not_sent)
    municipality_number: ResidenceNumber = Limits(default_factory=_not_sent)
    service_area: ServiceArea = Limits(default_factory=_not_sent)
    contacts: Contacts = Limits(default_factory=_not_sent)
    address_protection: Annotated[bool, Strict()] = Limits(default_factory=_not_sent)
    national_identity_number: NationalIdentityNumber | None = _identity_number("23849150073")


class ParticipantLookup(Shape):
    """The identity number to look up. It is sent in a body because addresses are logged."""

    national_identity_number: Annotated[
        NationalIdentityNumber, Limits(repr=False, examples=["10915596784"], json_schema_extra={"writeOnly": True})
    ]


class ParticipantOut(Stored):
    """A participant as the case office and the EPJ see it."""

    given_name: str
    family_name: str
    birth_date: Day
    municipality_number: str
    service_area: ServiceArea
    contacts: list[Contact]
    address_protection: bool
    restricted: Annotated[
        Literal[False], Limits(description="Of somebody whose processing is restricted nothing is shown.")
    ] = False
    external_ids: list[ExternalId]


class RegisteredParticipant(ParticipantOut):
    """A new participant, and who may be the same person, for the case office alone."""

    possible_duplicates: Annotated[
        list[UUID], Limits(description="Participants with the same name and birth date; merge them if they are one.")
    ]
    possible_protected_duplicate: Annotated[
        bool, Limits(description="One more has the same name and birth date, and a protected address.")
    ]


class ParticipantForService(Stored):
    """A participant as the service of its area sees it."""

    given_name: str
    family_name: str
    birth_date: Day
    service_area: ServiceArea
    contacts: list[Contact]
    address_protection: Annotated[bool, Limits(description="Nobody else may learn where the person is.")]


class ParticipantForProvider(Stored):
    """A participant as a provider sees it."""

    given_name: str
    family_name: str
    birth_date: Day
    contacts: list[Contact]
    address_protection: Annotated[bool, Limits(description="Nobody else may learn where the person is.")]


class ParticipantForAuditor(Stored):
    """A participant as the auditor sees it, to find the person's id."""

    given_name: str
    family_name: str
    birth_date: Day


class ParticipantName(Stored):
    """A participant as Fagutvikling sees it, to find the person's id."""

    given_name: str
    family_name: str


class ProtectedParticipant(Stored):
    """A participant with a protected address as the case office sees it where no reason to open it was stated."""

    given_name: Literal["Verna"] = "Verna"
    family_name: Literal["adresse"] = "adresse"
    address_protection: Literal[True] = True


class RestrictedParticipant(Stored):
    """A participant whose processing is restricted (GDPR art. 18), as a list shows it: that it is, and nothing more."""

    given_name: Literal["Avgrensa"] = "Avgrensa"
    family_name: Literal["handsaming"] = "handsaming"
    restricted: Literal[True] = True


class ParticipantMergeIn(Shape):
    """The duplicate record, which is merged into the participant in the path."""

    duplicate_id: Annotated[UUID, Limits(examples=["016e0000-0002-7000-8000-00000000001f"])]


WholeParticipant = ParticipantOut | ParticipantForService | ParticipantForProvider | ParticipantForAuditor
ParticipantView = WholeParticipant | ParticipantName
# Role -> the fields that it may see of a participant; a role that is not here sees none. Widest first: a caller with
# several roles gets the first. Which participants there are to see is decided in the database.
VIEWS_BY_ROLE: Mapping[
    str,
    type[ParticipantOut]
    | type[ParticipantForService]
    | type[ParticipantForProvider]
    | type[ParticipantForAuditor]
    | type[ParticipantName],
] = {
    "case_officer": ParticipantOut,
    "epj": ParticipantOut,
    "service": ParticipantForService,
    "provider": ParticipantForProvider,
    "auditor": ParticipantForAuditor,
    "grants_officer": ParticipantName,
}
# Who may search by name or birth date.
SEARCHERS = frozenset({"case_officer", "service", "auditor", "grants_officer"})


class ParticipantPage(Page[ParticipantView | ProtectedParticipant | RestrictedParticipant]):
    """One page of participants, each with the fields the caller may see."""


UpsertStatus = Literal["created", "updated", "unchanged", "conflict", "rejected"]


class ParticipantBatchItem(ParticipantUpsert):
    """One item of a batch: a participant with its id in another system."""

    external_system: ExternalSystem
    external_value: ExternalValue


class ParticipantBatchItemOut(Shape):
    """The result of one item. `index` is its position in the body, from 0."""

    index: int
    external_id: Annotated[str | None, Limits(description="The item's `external_value`; null if it could not be read.")]
    status: UpsertStatus
    participant_id: UUID | None
    problem: Annotated[
        dict[str, Any] | None,
        Limits(description="Problem details (RFC 9457) of a `conflict` or `rejected`, otherwise null."),
    ]


class ParticipantBatchOut(Shape):
    """The result of a batch. `accepted` counts `created`, `updated` and `unchanged`."""

    accepted: int
    rejected: int
    items: list[ParticipantBatchItemOut]


ConsentMethod = Literal["written", "oral", "electronic"]


class ConsentIn(Shape):
    """A consent given by the participant or the guardian (M6)."""

    given_by: Literal["participant", "guardian"]
    given_on: Annotated[Day, Limits(description="Not after today.", examples=["2022-07-01"])]
    services: Annotated[
        list[ServiceRole],
        Limits(
            max_length=4, description="Kinds of service; none where `organisations` names them.", examples=[["nav"]]
        ),
    ]
    organisations: Annotated[
        list[Name],
        Limits(
            max_length=20,
            default_factory=list,
            validate_default=True,
            description="Single services to share with, by name. With names, `other_service` is those alone.",
            examples=[["Fysioterapi, Knarvik"]],
        ),
    ]
    valid_to: Annotated[
        Day | None, Limits(description="Last day of the consent, if it was given for a limited time.", examples=[None])
    ] = None

    method: Annotated[ConsentMethod | None, Limits(description="How it was given.", examples=["written"])] = None
    wording: Annotated[
        Prose | None,
        Limits(
            description="What was agreed to, word for word.",
            examples=["Eg samtykkjer i at vekstbedrifta og NAV kan snakke saman om arbeidet mitt."],
        ),
    ] = None
    reference: Annotated[
        Line | None, Limits(description="Where the document is kept.", examples=["Sak 2022/114-7"])
    ] = None

    @field_validator("organisations")
    @classmethod
    def _names_a_service(cls, organisations: list[str], info: ValidationInfo) -> list[str]:
        if not organisations and info.data.get("services") == []:
            raise ValueError("må nemne minst éi teneste når «services» er tom")
        return organisations

    @model_validator(mode="after")
    def _lasts_at_least_a_day(self) -> Self:
        if self.valid_to is not None and self.valid_to < self.given_on:
            raise FieldFault("valid_to", "kan ikkje vere før «given_on»")
        return self


class ConsentWithdrawalIn(Shape):
    """The withdrawal of a consent. Its day is the first day without the consent (M6)."""

    withdrawn_on: Annotated[Day | None, Limits(description="Today if left out.", examples=["2022-08-31"])] = None


class ConsentOut(Annullable):
    """A consent and the day it was withdrawn, if it was (M6)."""

    participant_id: UUID
    given_by: Literal["participant", "guardian"]
    given_on: date
    valid_to: date | None
    services: list[ServiceRole]
    organisations: list[str]
    method: ConsentMethod | None
    wording: str | None
    reference: str | None
    recorded_by: Annotated[
        str | None,
        Limits(
            description="The caller who recorded it; null if that was not kept then.",
            examples=["person:test-case_officer"],
        ),
    ]
    withdrawn_on: date | None
    withdrawn_by: Annotated[str | None, Limits(description="The caller who recorded the withdrawal.")]
