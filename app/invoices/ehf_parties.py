"""Who sent an EHF invoice, and to whom (C12)."""

import re
from xml.etree.ElementTree import Element

from app.invoices.ehf_elements import NAMESPACES, find_text, incomplete_element
from app.invoices.problems import INVOICE_ARITHMETIC, INVOICE_PARTY
from app.rules.identifiers import is_organisation_number

ORGANISATION_SCHEME = "0192"
# As Peppol named the same register before.
_FORMER_SCHEMES = ("9908", "NO:ORGNR")
# The legal entity says who it is, the VAT number and the identifier say the same; the address is where it is delivered.
_LEGAL_ENTITY = "cac:Party/cac:PartyLegalEntity/cbc:CompanyID"
_IDENTIFIER = "cac:Party/cac:PartyIdentification/cbc:ID"
_ADDRESS = "cac:Party/cbc:EndpointID"
_TAX_SCHEME = "cac:Party/cac:PartyTaxScheme"

# With or without the letters of a Norwegian VAT number.
_NUMBER = re.compile(r"(?:NO)?([0-9]{9})(?:MVA)?", re.ASCII)
_VAT_NUMBER = re.compile(r"(?=NO|.*MVA)(?:NO)?([0-9]{9})(?:MVA)?", re.ASCII)


def parse_organisation_number(root: Element, role: str) -> str:
    """The party's organisation number: its legal entity's (BT-30, BT-47), not its electronic address's (BT-34, BT-49).

    The address may be an accountant's, a factoring company's, or a shared invoice reception's. It counts where nothing
    else says who the party is. 422 for a number that fails its control digit, and for a legal entity, identifier and
    VAT number that contradict each other.
    """
    found: dict[str, str] = {}
    for path in (_LEGAL_ENTITY, _IDENTIFIER):
        for element in root.findall(f"{role}/{path}", NAMESPACES):
            number = _read_number(element, f"{role}/{path}", needs_scheme=path == _IDENTIFIER)
            if number is not None:
                found.setdefault(path, number)
    for scheme in root.findall(f"{role}/{_TAX_SCHEME}", NAMESPACES):
        written = _VAT_NUMBER.fullmatch(_squeeze(find_text(scheme, "cbc:CompanyID") or ""))
        if written is not None and is_organisation_number(written[1]):
            found.setdefault(f"{_TAX_SCHEME}/cbc:CompanyID", written[1])
    if len(set(found.values())) > 1:
        named = ", ".join(f"{path.rsplit('cac:', 1)[-1]}: {number}" for path, number in found.items())
        raise INVOICE_PARTY(f"{role} har fleire organisasjonsnummer ({named}).", pointer=f"#/{role}/{list(found)[-1]}")
    if found:
        return next(iter(found.values()))
    address = root.find(f"{role}/{_ADDRESS}", NAMESPACES)
    number = None if address is None else _read_number(address, f"{role}/{_ADDRESS}", needs_scheme=True)
    if number is None:
        raise incomplete_element(f"{role}/{_LEGAL_ENTITY}")
    return number


def _read_number(element: Element, path: str, *, needs_scheme: bool) -> str | None:
    """The number in an element, None where it is of another scheme. One of the scheme 0192 must be valid."""
    scheme = element.get("schemeID")
    written = _NUMBER.fullmatch(_squeeze(element.text or ""))
    is_valid = written is not None and is_organisation_number(written[1])
    if scheme == ORGANISATION_SCHEME and not is_valid:
        raise INVOICE_ARITHMETIC(
            "Organisasjonsnummeret er ikkje gyldig.", pointer=f"#/{path}", rule="PEPPOL-COMMON-R041"
        )
    if scheme not in (None, "", ORGANISATION_SCHEME, *_FORMER_SCHEMES) or (needs_scheme and not scheme):
        return None
    return written[1] if written is not None and is_valid else None


def _squeeze(text: str) -> str:
    return re.sub(r"\s", "", text).upper()
