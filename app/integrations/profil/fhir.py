"""A participant as FHIR `Patient` (release 4), by the profile no-basis-Patient of HL7 Norway.

**Decided here**: identity numbers never leave the service. If one is stored, the identifier's system says of which kind
it is, and `data-absent-reason: masked` that the value is withheld. Profil's running number and our own id are there for
matching. A caller gets only the fields that its role may see.
"""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.participants.schemas import Contact, ParticipantForAuditor, ParticipantOut, WholeParticipant
from app.participants.tables import Participant
from app.rules.identifiers import classify_identity_number
from app.security.identity_numbers import IdentityNumberUnreadable, Sealed, decrypt
from app.settings import Settings

PROFILE = "http://hl7.no/fhir/StructureDefinition/no-basis-Patient"
NATIONAL_NUMBER = "urn:oid:2.16.578.1.12.4.1.4.1"
D_NUMBER = "urn:oid:2.16.578.1.12.4.1.4.2"
MUNICIPALITY = "http://hl7.no/fhir/StructureDefinition/no-basis-municipalitycode"
MUNICIPALITIES = "urn:oid:2.16.578.1.12.4.1.1.3402"
MASKED = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
_RELATIONS = {
    "guardian": ("http://terminology.hl7.org/CodeSystem/v3-RoleCode", "GUARD"),
    "next_of_kin": ("http://terminology.hl7.org/CodeSystem/v2-0131", "N"),
}
_CONFIDENTIALITY = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"

Element = dict[str, Any]


class Patient(BaseModel):
    """The elements of the resource that the service has data for."""

    model_config = ConfigDict(frozen=True)

    resource_type: Literal["Patient"] = Field(default="Patient", serialization_alias="resourceType")
    id: str
    meta: Element
    identifier: list[Element]
    name: list[Element]
    birth_date: str = Field(serialization_alias="birthDate")
    address: list[Element] | None
    contact: list[Element] | None


def to_patient(participant: WholeParticipant, number_system: str | None, settings: Settings) -> Patient:
    """A participant as the caller may see it, as `Patient`. `number_system` is None if no identity number is stored."""
    meta: Element = {"profile": [PROFILE], "lastUpdated": participant.updated_at.isoformat()}
    identifiers: list[Element] = [{"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{participant.id}"}]
    address = None
    contacts = [] if isinstance(participant, ParticipantForAuditor) else participant.contacts
    if isinstance(participant, ParticipantOut):
        identifiers += [
            {"system": settings.fhir_identifier_systems[external_id.system], "value": external_id.value}
            for external_id in participant.external_ids
            if external_id.system in settings.fhir_identifier_systems
        ]
        if number_system is not None:
            masked = {"extension": [{"url": MASKED, "valueCode": "masked"}]}
            identifiers.append({"use": "official", "system": number_system, "_value": masked})
        code = {"system": MUNICIPALITIES, "code": participant.municipality_number}
        address = [{"use": "home", "_district": {"extension": [{"url": MUNICIPALITY, "valueCoding": code}]}}]
        if participant.address_protection:
            meta["security"] = [{"system": _CONFIDENTIALITY, "code": "R"}]
    return Patient(
        id=str(participant.id),
        meta=meta,
        identifier=identifiers,
        name=[{"use": "official", "family": participant.family_name, "given": participant.given_name.split()}],
        birth_date=participant.birth_date.isoformat(),
        address=address,
        contact=[_to_contact(contact) for contact in contacts] or None,
    )


def find_number_system(participant: Participant, settings: Settings) -> str | None:
    """The FHIR system of the stored identity number; None if none is stored or it cannot be decrypted."""
    if participant.identity_number_ciphertext is None or participant.identity_number_key_id is None:
        return None
    sealed = Sealed(participant.identity_number_ciphertext, participant.identity_number_key_id)
    try:
        # Relaxed: it was checked when it was stored.
        found = classify_identity_number(decrypt(sealed, participant.id, settings), relaxed=True)
    except IdentityNumberUnreadable:
        return None
    return D_NUMBER if found is not None and found.kind == "d_number" else NATIONAL_NUMBER


def _to_contact(contact: Contact) -> Element:
    system, code = _RELATIONS[contact.kind]
    telecom = [
        {"system": kind, "value": value}
        for kind, value in (("phone", contact.phone), ("email", contact.email))
        if value is not None
    ]
    return {
        "relationship": [{"coding": [{"system": system, "code": code}]}],
        "name": {"text": contact.name},
    } | ({"telecom": telecom} if telecom else {})
