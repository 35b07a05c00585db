"""EHF (Peppol BIS Billing 3.0, UBL 2.1): parsing of an invoice or credit note in XML (C12).

DTDs, entities and references out of the file are refused; depth, elements and lines are limited during parsing. The
arithmetic rules of the standard are checked, and named in the problem. A problem points at the element by its path,
with its index from 0 if there are several. Identity numbers and names in texts are counted; the texts are not kept.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from fractions import Fraction
from uuid import UUID
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from app.http.problems import Problem
from app.invoices.parsing import FieldPointers, build_line
from app.invoices.problems import (
    INVOICE_ARITHMETIC,
    INVOICE_INCOMPLETE,
    INVOICE_MALFORMED,
    INVOICE_NOT_EHF,
    INVOICE_PERIOD,
    INVOICE_TOO_LARGE,
    INVOICE_UNSAFE,
    MAX_LINES,
)
from app.rules.identifiers import is_organisation_number
from app.rules.invoice_documents import Invoice, QuantityUnit
from app.rules.money import to_ore
from app.rules.text_warnings import count_identity_numbers, count_names

EHF_POINTERS = FieldPointers(
    "#/cac:AccountingCustomerParty", "#/cac:AccountingSupplierParty", "#/cbc:DocumentCurrencyCode", "#"
)
CUSTOMIZATION = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
PROFILE = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
_UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
_NAMESPACES = {"cac": f"{_UBL}CommonAggregateComponents-2", "cbc": f"{_UBL}CommonBasicComponents-2"}
# By root element: the type code, its element, the element of a line, and that of a line's quantity.
_DOCUMENT_TYPES = {
    f"{{{_UBL}Invoice-2}}Invoice": ("380", "cbc:InvoiceTypeCode", "cac:InvoiceLine", "cbc:InvoicedQuantity"),
    f"{{{_UBL}CreditNote-2}}CreditNote": (
        "381",
        "cbc:CreditNoteTypeCode",
        "cac:CreditNoteLine",
        "cbc:CreditedQuantity",
    ),
}
_NET_AMOUNT = "cbc:LineExtensionAmount"
_PERIOD = "cac:InvoicePeriod"
_MAX_DEPTH = 24
_MAX_ELEMENTS = 100_000
_TOLERANCE = Decimal("0.02")
_MAX_WARNINGS = 1_000
# UNTDID 1001, the object that a line is for (BT-128): the placement.
_OBJECT_TYPE_CODE = "130"

# UN/ECE recommendation 20: days and working days; and times that no place is paid by.
_DAYS = frozenset({"DAY", "E49"})
_OTHER_TIMES = frozenset({"SEC", "MIN", "HUR", "WEE", "QAN", "SAN", "ANN"})

_DAY = re.compile(r"(19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}", re.ASCII)
_NUMBER = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,10})?", re.ASCII)
_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z ._/-]{0,49}", re.ASCII)


def parse_ehf(body: bytes) -> Invoice:
    """C12: the invoice in an EHF file. 422 problems that name the rule or the element."""
    root = _parse_xml(body)
    document_type = _DOCUMENT_TYPES.get(str(root.tag))
    if document_type is None:
        raise INVOICE_NOT_EHF("Fila er verken ein UBL-faktura eller ei UBL-kreditnota.", pointer="#")
    code, code_element, line_element, quantity_element = document_type
    for element, wanted in (
        ("cbc:CustomizationID", CUSTOMIZATION),
        ("cbc:ProfileID", PROFILE),
        (code_element, code),
    ):
        if _require_text(root, element) != wanted:
            raise INVOICE_NOT_EHF(f"{element} må vere «{wanted}».", pointer=f"#/{element}", element=element)
    lines = root.findall(line_element, _NAMESPACES)
    if not lines:
        raise _incomplete_element(line_element)
    if len(lines) > MAX_LINES:
        raise INVOICE_TOO_LARGE(pointer=f"#/{line_element}")
    if not (_find_text(root, "cbc:BuyerReference") or _find_text(root, "cac:OrderReference/cbc:ID")):
        raise INVOICE_ARITHMETIC(
            "Fakturaen manglar referanse til kjøparen.", pointer="#/cbc:BuyerReference", rule="PEPPOL-EN16931-R003"
        )
    currency = _require_text(root, "cbc:DocumentCurrencyCode")
    for amount_element in root.iter():
        if amount_element.get("currencyID", currency) != currency:
            raise INVOICE_ARITHMETIC(
                "Alle beløp må vere i fakturaen sin valuta.", pointer=EHF_POINTERS.currency, rule="PEPPOL-EN16931-R051"
            )
    sign = 1 if code == "380" else -1
    header = _parse_period(root)
    read = []
    for index, line in enumerate(lines):
        with _pointing_below(f"{line_element}/{index}"):
            quantity, price, net = _parse_amounts(index + 1, line, quantity_element)
            own = _parse_line_period(index + 1, line, header)
            placement_id = _parse_placement_id(line)
        read.append(
            build_line(
                number=index + 1,
                placement_id=placement_id,
                period=own or header,
                quantity=sign * quantity,
                unit_price=price * 100,
                amount=sign * to_ore(net),
                period_pointer=f"#/{_PERIOD}" if header and not own else f"#/{line_element}/{index}/{_PERIOD}",
                unit=_parse_unit(line, quantity_element),
            )
        )
    charges, amount = _parse_totals(root, sum((_parse_amount(line, _NET_AMOUNT) for line in lines), Decimal(0)))
    texts = list(_find_texts(root, line_element))
    parties = _find_words(root, "cac:AccountingSupplierParty") | _find_words(root, "cac:AccountingCustomerParty")
    number = _require_text(root, "cbc:ID")
    if not _ID.fullmatch(number) or count_identity_numbers([number]):
        raise _incomplete_element("cbc:ID")
    return Invoice(
        kind="invoice" if sign == 1 else "credit_note",
        number=number,
        issued_on=_parse_day(root, "cbc:IssueDate"),
        supplier=_parse_organisation_number(root, "cac:AccountingSupplierParty"),
        buyer=_parse_organisation_number(root, "cac:AccountingCustomerParty"),
        currency=currency,
        lines=tuple(read),
        charges=sign * charges,
        amount=sign * amount,
        identity_numbers=min(count_identity_numbers(texts), _MAX_WARNINGS),
        names=min(sum(count_names(text, parties) for text in texts), _MAX_WARNINGS),
    )


class _LimitedTreeBuilder(TreeBuilder):
    """Refuses a tree that is deeper or larger than any invoice, while it is parsed."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = 0
        self._elements = 0

    def start(self, tag: str, attrs: dict[str, str], /) -> Element:
        self._depth += 1
        self._elements += 1
        if self._depth > _MAX_DEPTH or self._elements > _MAX_ELEMENTS:
            raise INVOICE_TOO_LARGE(pointer="#")
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> Element:
        self._depth -= 1
        return super().end(tag)


def _parse_xml(body: bytes) -> Element:
    parser = DefusedXMLParser(target=_LimitedTreeBuilder(), forbid_dtd=True, forbid_entities=True, forbid_external=True)
    try:
        parser.feed(body)
        root = parser.close()
    except DefusedXmlException as error:
        raise INVOICE_UNSAFE(pointer="#") from error
    # An unknown encoding raises LookupError or ValueError.
    except (ParseError, ValueError, LookupError) as error:
        raise INVOICE_MALFORMED(pointer="#") from error
    if not isinstance(root, Element):
        raise INVOICE_MALFORMED(pointer="#")
    return root


@contextmanager
def _pointing_below(steps: str) -> Iterator[None]:
    """Problems raised within it point below these steps."""
    try:
        yield
    except Problem as problem:
        raise problem.within(steps) from None


def _parse_line_period(number: int, line: Element, header: tuple[date, date] | None) -> tuple[date, date] | None:
    """The line's own period. It must be within the invoice's."""
    own = _parse_period(line)
    if own is not None and header is not None and not header[0] <= own[0] <= own[1] <= header[1]:
        raise INVOICE_PERIOD(
            f"Perioden til linje {number} ligg utanfor fakturaen sin.",
            pointer=f"#/{_PERIOD}",
            rule="PEPPOL-EN16931-R110",
        )
    return own


def _parse_amounts(number: int, line: Element, quantity_element: str) -> tuple[Fraction, Fraction, Decimal]:
    """A line's quantity, its unit price and its amount in kroner, which must follow from the two."""
    quantity, net = _parse_number(line, quantity_element), _parse_amount(line, _NET_AMOUNT)
    price = _parse_number(line, "cac:Price/cbc:PriceAmount")
    base = (
        _parse_number(line, "cac:Price/cbc:BaseQuantity")
        if line.find("cac:Price/cbc:BaseQuantity", _NAMESPACES) is not None
        else Decimal(1)
    )
    if base <= 0 or price < 0:
        raise _incomplete_element("cac:Price")
    exact = Fraction(quantity) * Fraction(price) / Fraction(base) + Fraction(_sum_charges(line))
    if abs(exact - Fraction(net)) > Fraction(_TOLERANCE):
        raise INVOICE_ARITHMETIC(
            f"Linje {number}: mengd gonger pris er ikkje beløpet.",
            pointer=f"#/{_NET_AMOUNT}",
            rule="PEPPOL-EN16931-R120",
            line=number,
        )
    return Fraction(quantity), Fraction(price) / Fraction(base), net


def _parse_unit(line: Element, quantity_element: str) -> QuantityUnit:
    """BT-130: days, other times, or anything that places are counted in."""
    quantity = line.find(quantity_element, _NAMESPACES)
    code = "" if quantity is None else quantity.get("unitCode", "")
    return "day" if code in _DAYS else "other" if code in _OTHER_TIMES else "month"


def _parse_totals(root: Element, summed: Decimal) -> tuple[int, int]:
    """The document's own charges less allowances, and the amount without tax, in øre."""
    totals = "cac:LegalMonetaryTotal/cbc:"
    if summed != _parse_amount(root, f"{totals}LineExtensionAmount"):
        raise INVOICE_ARITHMETIC(
            "Linjene summerer seg ikkje til LineExtensionAmount.",
            pointer=f"#/{totals}LineExtensionAmount",
            rule="BR-CO-10",
        )
    charges = _sum_charges(root)
    amount = _parse_amount(root, f"{totals}TaxExclusiveAmount")
    if summed + charges != amount:
        raise INVOICE_ARITHMETIC(
            "Linjer, tillegg og frådrag summerer seg ikkje til TaxExclusiveAmount.",
            pointer=f"#/{totals}TaxExclusiveAmount",
            rule="BR-CO-13",
        )
    return to_ore(charges), to_ore(amount)


def _sum_charges(parent: Element) -> Decimal:
    charges = Decimal(0)
    for index, charge in enumerate(parent.findall("cac:AllowanceCharge", _NAMESPACES)):
        with _pointing_below(f"cac:AllowanceCharge/{index}"):
            sign = {"true": 1, "false": -1}.get(_require_text(charge, "cbc:ChargeIndicator"))
            if sign is None:
                raise _incomplete_element("cbc:ChargeIndicator")
            charges += sign * _parse_amount(charge, "cbc:Amount")
    return charges


def _parse_placement_id(line: Element) -> UUID | None:
    """The first UUID of BT-128, the object the line is for, and the seller's number of the item."""
    given = [
        _find_text(reference, "cbc:ID")
        for reference in line.findall("cac:DocumentReference", _NAMESPACES)
        if _find_text(reference, "cbc:DocumentTypeCode") == _OBJECT_TYPE_CODE
    ]
    given.append(_find_text(line, "cac:Item/cac:SellersItemIdentification/cbc:ID"))
    for text in given:
        try:
            return UUID(text or "")
        except ValueError:
            continue
    return None


def _parse_organisation_number(root: Element, role: str) -> str:
    """The party's organisation number: from its Peppol address, otherwise from its legal entity."""
    for path in ("cac:Party/cbc:EndpointID", "cac:Party/cac:PartyLegalEntity/cbc:CompanyID"):
        element = root.find(f"{role}/{path}", _NAMESPACES)
        if element is not None and element.get("schemeID") == "0192":
            number = (element.text or "").strip()
            if not is_organisation_number(number):
                raise INVOICE_ARITHMETIC(
                    f"Organisasjonsnummeret i {role} er ikkje gyldig.",
                    pointer=f"#/{role}/{path}",
                    rule="PEPPOL-COMMON-R041",
                )
            return number
    raise _incomplete_element(f"{role}/cac:Party/cbc:EndpointID")


def _parse_period(parent: Element) -> tuple[date, date] | None:
    period = parent.find(_PERIOD, _NAMESPACES)
    if period is None:
        return None
    with _pointing_below(_PERIOD):
        first, last = _parse_day(period, "cbc:StartDate"), _parse_day(period, "cbc:EndDate")
        if last < first:
            raise INVOICE_PERIOD("Perioden sluttar før han byrjar.", pointer="#/cbc:EndDate", rule="BR-29")
    return first, last


def _find_texts(root: Element, line_element: str) -> Iterator[str]:
    paths = ["cbc:Note", f"{line_element}/cbc:Note"]
    item = f"{line_element}/cac:Item"
    paths += [f"{item}/cbc:Name", f"{item}/cbc:Description", f"{item}/cac:AdditionalItemProperty/cbc:Value"]
    for path in paths:
        for element in root.findall(path, _NAMESPACES):
            yield element.text or ""


def _find_words(root: Element, role: str) -> frozenset[str]:
    party = root.find(role, _NAMESPACES)
    texts = [] if party is None else [element.text or "" for element in party.iter() if element.text]
    return frozenset(word.lower() for text in texts for word in re.findall(r"\w+", text))


def _find_text(parent: Element, path: str) -> str | None:
    return (parent.findtext(path, None, _NAMESPACES) or "").strip() or None


def _require_text(parent: Element, path: str) -> str:
    found = _find_text(parent, path)
    if found is None:
        raise _incomplete_element(path)
    return found


def _parse_day(parent: Element, path: str) -> date:
    text = _require_text(parent, path)
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise _incomplete_element(path)


def _parse_number(parent: Element, path: str) -> Decimal:
    text = _require_text(parent, path)
    if not _NUMBER.fullmatch(text):
        raise _incomplete_element(path)
    return Decimal(text)


def _parse_amount(parent: Element, path: str) -> Decimal:
    """An amount of at most two decimals, of a size the database can hold."""
    amount = _parse_number(parent, path)
    if amount != round(amount, 2) or abs(amount) >= 10**10:
        raise _incomplete_element(path)
    return amount


def _incomplete_element(element: str) -> Problem:
    return INVOICE_INCOMPLETE(f"{element} manglar eller har feil form.", pointer=f"#/{element}", element=element)
