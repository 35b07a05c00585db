"""EHF (Peppol BIS Billing 3.0, UBL 2.1): an invoice or credit note in XML (C12).

What contradicts itself is refused with the number of the rule (see `app.invoices.ehf_arithmetic`); what the standard
allows is taken. Identity numbers and names in texts are counted; the texts are not kept.
"""

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID
from xml.etree.ElementTree import Element

from app.http.schemas import NAME, PATTERNS
from app.invoices.ehf_arithmetic import parse_line_amounts, parse_totals
from app.invoices.ehf_elements import (
    NAMESPACES,
    UBL,
    find_text,
    has_element,
    incomplete_element,
    parse_day,
    parse_xml,
    pointing_below,
    require_text,
)
from app.invoices.ehf_parties import parse_organisation_number
from app.invoices.parsing import FieldPointers, build_line, parse_unit
from app.invoices.problems import (
    INVOICE_ARITHMETIC,
    INVOICE_INCOMPLETE,
    INVOICE_NOT_EHF,
    INVOICE_PERIOD,
    INVOICE_TOO_LARGE,
    MAX_LINES,
    MAX_NUMBER,
)
from app.rules.invoice_documents import Invoice
from app.rules.money import to_ore
from app.rules.text_warnings import count_identity_numbers, count_names

SUPPLIER, CUSTOMER = "cac:AccountingSupplierParty", "cac:AccountingCustomerParty"
EHF_POINTERS = FieldPointers(f"#/{CUSTOMER}", f"#/{SUPPLIER}", "#/cbc:DocumentCurrencyCode", "#")
CUSTOMIZATION = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
PROFILE = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
_PERIOD = "cac:InvoicePeriod"
_MAX_WARNINGS = 1_000
# What access points hand an invoice over in (UN/CEFACT's Standard Business Document).
_ENVELOPE = "http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader"
# UNTDID 1001, the object that a line is for (BT-128): the placement.
_OBJECT_TYPE_CODE = "130"
# Account numbers and payment references have eleven digits too, and are nobody's.
_PAYMENT = f"{{{NAMESPACES['cac']}}}PaymentMeans"


@dataclass(frozen=True, slots=True)
class _DocumentType:
    """What an invoice and a credit note name differently. The first of `codes` is the usual one."""

    codes: tuple[str, ...]
    code_rule: str
    code_element: str
    line: str
    quantity: str
    sign: int


# Every type that the profile allows claims money, or gives it back, and is counted alike.
_DOCUMENT_TYPES = {
    f"{{{UBL}Invoice-2}}Invoice": _DocumentType(
        tuple("380 71 80 82 84 102 218 219 331 382 383 386 388 393 395 553 575 623 780 817 870 875 876 877".split()),
        "PEPPOL-EN16931-P0100",
        "cbc:InvoiceTypeCode",
        "cac:InvoiceLine",
        "cbc:InvoicedQuantity",
        1,
    ),
    f"{{{UBL}CreditNote-2}}CreditNote": _DocumentType(
        ("381", "81", "83", "396", "532"),
        "PEPPOL-EN16931-P0101",
        "cbc:CreditNoteTypeCode",
        "cac:CreditNoteLine",
        "cbc:CreditedQuantity",
        -1,
    ),
}
# Partial and corrected invoices are for sellers and buyers in Germany alone (PEPPOL-EN16931-P0112).
_GERMAN_TYPES = frozenset({"326", "384"})


def parse_ehf(body: bytes) -> Invoice:
    """C12: the invoice in an EHF file, in an access point's envelope or not.

    422 problems that name the rule or the element, by its path in the invoice.
    """
    root = _unwrap(parse_xml(body))
    kind = _parse_type(root)
    lines = root.findall(kind.line, NAMESPACES)
    if not lines:
        raise incomplete_element(kind.line)
    if len(lines) > MAX_LINES:
        raise INVOICE_TOO_LARGE(pointer=f"#/{kind.line}")
    currency = _parse_currency(root)
    header = _parse_period(root, "BR-29")
    read = []
    for index, line in enumerate(lines):
        with pointing_below(f"{kind.line}/{index}"):
            quantity, price, net = parse_line_amounts(index + 1, line, kind.quantity)
            own = _parse_period(line, "BR-30")
            _check_within(index + 1, own, header)
            placement_id = _parse_placement_id(line)
        period = own or header
        counted = line.find(kind.quantity, NAMESPACES)
        read.append(
            build_line(
                number=index + 1,
                placement_id=placement_id,
                period=None if period is None else period.complete(),
                quantity=kind.sign * quantity,
                unit_price=price * 100,
                amount=kind.sign * to_ore(net),
                period_pointer=f"#/{_PERIOD}" if header and not own else f"#/{kind.line}/{index}/{_PERIOD}",
                unit=parse_unit("" if counted is None else counted.get("unitCode", "")),
            )
        )
    charges, amount = parse_totals(root, lines, currency)
    number = _parse_invoice_number(root)
    known = _find_words(root, SUPPLIER) | _find_words(root, CUSTOMER)
    names = sum(count_names(text, known) for text in _find_texts(root, kind.line))
    return Invoice(
        kind="invoice" if kind.sign == 1 else "credit_note",
        number=number,
        issued_on=parse_day(root, "cbc:IssueDate"),
        supplier=parse_organisation_number(root, SUPPLIER),
        buyer=parse_organisation_number(root, CUSTOMER),
        currency=currency,
        lines=tuple(read),
        charges=kind.sign * to_ore(charges),
        amount=kind.sign * to_ore(amount),
        identity_numbers=min(count_identity_numbers(_find_all_texts(root)), _MAX_WARNINGS),
        names=min(names, _MAX_WARNINGS),
    )


def _unwrap(root: Element) -> Element:
    """The document in the envelope. What the header says of sender and receiver is the transport's, and is not read."""
    if root.tag != f"{{{_ENVELOPE}}}StandardBusinessDocument":
        return root
    documents = [child for child in root if child.tag != f"{{{_ENVELOPE}}}StandardBusinessDocumentHeader"]
    if len(documents) != 1:
        raise INVOICE_NOT_EHF("Konvolutten (SBDH) må ha éin faktura eller éi kreditnota i seg.", pointer="#")
    return documents[0]


def _parse_type(root: Element) -> _DocumentType:
    kind = _DOCUMENT_TYPES.get(str(root.tag))
    if kind is None:
        raise INVOICE_NOT_EHF("Fila er verken ein UBL-faktura eller ei UBL-kreditnota.", pointer="#")
    for element, wanted in (("cbc:CustomizationID", CUSTOMIZATION), ("cbc:ProfileID", PROFILE)):
        if require_text(root, element) != wanted:
            raise INVOICE_NOT_EHF(f"{element} må vere «{wanted}».", pointer=f"#/{element}", element=element)
    code = require_text(root, kind.code_element)
    if code in kind.codes:
        return kind
    detail, rule = f"{kind.code_element} kan ikkje vere «{code[:20]}». Det vanlege er {kind.codes[0]}.", kind.code_rule
    if kind.sign == 1 and code in _GERMAN_TYPES:
        rule = "PEPPOL-EN16931-P0112"
        detail = (
            "Korrigerte fakturaar (384) og delfakturaar (326) er berre tillatne mellom tyske partar. Send ei kreditnota"
            " (381) for det som var feil, og ein ny faktura (380)."
        )
    raise INVOICE_NOT_EHF(detail, pointer=f"#/{kind.code_element}", element=kind.code_element, rule=rule)


def _parse_currency(root: Element) -> str:
    """BT-5. All amounts are in it, but for the tax in the currency that the supplier accounts for it in (BT-111), which
    is of no category.
    """
    currency = require_text(root, "cbc:DocumentCurrencyCode")
    excepted = {
        amount
        for total in root.findall("cac:TaxTotal", NAMESPACES)
        if not has_element(total, "cac:TaxSubtotal")
        for amount in total.findall("cbc:TaxAmount", NAMESPACES)
    }
    for element in root.iter():
        if element.get("currencyID", currency) != currency and element not in excepted:
            raise INVOICE_ARITHMETIC(
                "Alle beløp må vere i fakturaen sin valuta.", pointer=EHF_POINTERS.currency, rule="PEPPOL-EN16931-R051"
            )
    return currency


def _parse_invoice_number(root: Element) -> str:
    """BT-1: whatever the supplier numbers its invoices by."""
    number = " ".join(require_text(root, "cbc:ID").split())
    reason = None
    if len(number) > MAX_NUMBER:
        reason = f"er lengre enn {MAX_NUMBER} teikn"
    elif not re.fullmatch(NAME, number):
        reason = PATTERNS[NAME]
    elif count_identity_numbers([number]):
        reason = "inneheld eit fødselsnummer"
    if reason is not None:
        raise INVOICE_INCOMPLETE(f"Fakturanummeret {reason}.", pointer="#/cbc:ID", element="cbc:ID")
    return number


def _parse_placement_id(line: Element) -> UUID | None:
    """The first UUID of BT-128, the object the line is for, and the seller's number of the item."""
    given = [
        find_text(reference, "cbc:ID")
        for reference in line.findall("cac:DocumentReference", NAMESPACES)
        if find_text(reference, "cbc:DocumentTypeCode") == _OBJECT_TYPE_CODE
    ]
    given.append(find_text(line, "cac:Item/cac:SellersItemIdentification/cbc:ID"))
    for text in given:
        try:
            return UUID(text or "")
        except ValueError:
            continue
    return None


@dataclass(frozen=True, slots=True)
class _Period:
    """A period as it is given: one of its ends may be left out."""

    first: date | None
    last: date | None

    def complete(self) -> tuple[date, date] | None:
        """What is left out is the beginning or the end of the other's month."""
        if self.first is None:
            return None if self.last is None else (self.last.replace(day=1), self.last)
        if self.last is None:
            return self.first, self.first.replace(day=monthrange(self.first.year, self.first.month)[1])
        return self.first, self.last


def _parse_period(parent: Element, rule: str) -> _Period | None:
    """BG-14 or BG-26; None where there is none, or one that only says what the tax's day is (BT-8)."""
    period = parent.find(_PERIOD, NAMESPACES)
    if period is None:
        return None
    with pointing_below(_PERIOD):
        first, last = (
            parse_day(period, element) if has_element(period, element) else None
            for element in ("cbc:StartDate", "cbc:EndDate")
        )
        if first is not None and last is not None and last < first:
            raise INVOICE_PERIOD("Perioden sluttar før han byrjar.", pointer="#/cbc:EndDate", rule=rule)
    return None if first is None and last is None else _Period(first, last)


def _check_within(number: int, own: _Period | None, header: _Period | None) -> None:
    """A line's own period must be within the invoice's, as far as both are given (R110, R111)."""
    if own is None or header is None:
        return
    begins_before = own.first is not None and header.first is not None and own.first < header.first
    ends_after = own.last is not None and header.last is not None and own.last > header.last
    if begins_before or ends_after:
        raise INVOICE_PERIOD(
            f"Perioden til linje {number} ligg utanfor fakturaen sin.",
            pointer=f"#/{_PERIOD}",
            rule="PEPPOL-EN16931-R110" if begins_before else "PEPPOL-EN16931-R111",
        )


def _find_texts(root: Element, line_element: str) -> Iterator[str]:
    """Where names of people may be, and others seldom are."""
    paths = ["cbc:Note", f"{line_element}/cbc:Note"]
    item = f"{line_element}/cac:Item"
    paths += [f"{item}/cbc:Name", f"{item}/cbc:Description", f"{item}/cac:AdditionalItemProperty/cbc:Value"]
    for path in paths:
        for element in root.findall(path, NAMESPACES):
            yield element.text or ""


def _find_all_texts(element: Element) -> Iterator[str]:
    for child in element:
        if child.tag != _PAYMENT:
            yield child.text or ""
            yield from child.attrib.values()
            yield from _find_all_texts(child)


def _find_words(root: Element, role: str) -> frozenset[str]:
    party = root.find(role, NAMESPACES)
    texts = [] if party is None else [element.text or "" for element in party.iter() if element.text]
    return frozenset(word.lower() for text in texts for word in re.findall(r"\w+", text))
