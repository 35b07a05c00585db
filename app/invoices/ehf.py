"""EHF (Peppol BIS Billing 3.0, UBL 2.1): an invoice or credit note as XML, read strictly and without its texts (C12).

No DTD, no entity, no address outside the file is ever followed; depth, elements and lines are bounded while they are
read. The rules that are held to are the standard's own, by their names: what contradicts itself is refused before it is
compared with anything. A refusal points at the element by its path, at one of several by its number from 0. Texts are
looked through for identity numbers and names, counted, and left behind.
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
from app.invoices.checks import Pointers, line_of
from app.invoices.problems import (
    INVOICE_ARITHMETIC,
    INVOICE_INCOMPLETE,
    INVOICE_MALFORMED,
    INVOICE_NOT_EHF,
    INVOICE_PERIOD,
    INVOICE_TOO_LARGE,
    INVOICE_UNSAFE,
    MOST_LINES,
)
from app.rules.identifiers import is_organisation_number
from app.rules.invoicing import Invoice, count_identity_numbers, count_names
from app.rules.money import to_ore

IN_XML = Pointers("#/cac:AccountingCustomerParty", "#/cac:AccountingSupplierParty", "#/cbc:DocumentCurrencyCode", "#")
CUSTOMIZATION = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
PROFILE = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
_UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
_NAMES = {"cac": f"{_UBL}CommonAggregateComponents-2", "cbc": f"{_UBL}CommonBasicComponents-2"}
# Root -> type code, its element, a line's element and quantity.
_FORMS = {
    f"{{{_UBL}Invoice-2}}Invoice": ("380", "cbc:InvoiceTypeCode", "cac:InvoiceLine", "cbc:InvoicedQuantity"),
    f"{{{_UBL}CreditNote-2}}CreditNote": (
        "381",
        "cbc:CreditNoteTypeCode",
        "cac:CreditNoteLine",
        "cbc:CreditedQuantity",
    ),
}
_NET = "cbc:LineExtensionAmount"
_PERIOD = "cac:InvoicePeriod"
_DEEPEST = 24
_MOST_ELEMENTS = 100_000
_TOLERANCE = Decimal("0.02")
_MOST_WARNINGS = 1_000
# UNTDID 1001: the object that a line is for (BT-128). Here, the placement.
_OBJECT = "130"

_DAY = re.compile(r"(19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}", re.ASCII)
_NUMBER = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,10})?", re.ASCII)
_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z ._/-]{0,49}", re.ASCII)


def read_invoice(body: bytes) -> Invoice:
    """C12: the invoice in an EHF file. 422 problems, each with the rule or the element that is wrong."""
    root = _parsed(body)
    form = _FORMS.get(str(root.tag))
    if form is None:
        raise INVOICE_NOT_EHF("Fila er verken ein UBL-faktura eller ei UBL-kreditnota.", pointer="#")
    code, code_element, line_element, quantity_element = form
    for element, wanted in (
        ("cbc:CustomizationID", CUSTOMIZATION),
        ("cbc:ProfileID", PROFILE),
        (code_element, code),
    ):
        if _text(root, element) != wanted:
            raise INVOICE_NOT_EHF(f"{element} må vere «{wanted}».", pointer=f"#/{element}", element=element)
    lines = root.findall(line_element, _NAMES)
    if not lines:
        raise _incomplete(line_element)
    if len(lines) > MOST_LINES:
        raise INVOICE_TOO_LARGE(pointer=f"#/{line_element}")
    if not (_text_or_none(root, "cbc:BuyerReference") or _text_or_none(root, "cac:OrderReference/cbc:ID")):
        raise INVOICE_ARITHMETIC(
            "Fakturaen manglar referanse til kjøparen.", pointer="#/cbc:BuyerReference", rule="PEPPOL-EN16931-R003"
        )
    currency = _text(root, "cbc:DocumentCurrencyCode")
    for amount_element in root.iter():
        if amount_element.get("currencyID", currency) != currency:
            raise INVOICE_ARITHMETIC(
                "Alle beløp må vere i fakturaen sin valuta.", pointer=IN_XML.currency, rule="PEPPOL-EN16931-R051"
            )
    sign = 1 if code == "380" else -1
    header = _period(root)
    read = []
    for index, line in enumerate(lines):
        with _within(f"{line_element}/{index}"):
            quantity, price, net = _amounts(index + 1, line, quantity_element)
            own = _period_of_line(index + 1, line, header)
            placement = _placement(line)
        read.append(
            line_of(
                number=index + 1,
                placement=placement,
                period=own or header,
                quantity=sign * quantity,
                unit_price=price * 100,
                amount=sign * to_ore(net),
                period_at=f"#/{_PERIOD}" if header and not own else f"#/{line_element}/{index}/{_PERIOD}",
            )
        )
    charges, amount = _totals(root, sum((_money(line, _NET) for line in lines), Decimal(0)))
    texts = list(_texts(root, line_element))
    parties = _words(root, "cac:AccountingSupplierParty") | _words(root, "cac:AccountingCustomerParty")
    number = _text(root, "cbc:ID")
    if not _ID.fullmatch(number) or count_identity_numbers([number]):
        raise _incomplete("cbc:ID")
    return Invoice(
        kind="invoice" if sign == 1 else "credit_note",
        number=number,
        issued_on=_day(root, "cbc:IssueDate"),
        supplier=_party(root, "cac:AccountingSupplierParty"),
        buyer=_party(root, "cac:AccountingCustomerParty"),
        currency=currency,
        lines=tuple(read),
        charges=sign * charges,
        amount=sign * amount,
        identity_numbers=min(count_identity_numbers(texts), _MOST_WARNINGS),
        names=min(sum(count_names(text, parties) for text in texts), _MOST_WARNINGS),
    )


class _Bounded(TreeBuilder):
    """Builds the tree as long as it is no deeper and no larger than any invoice."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = 0
        self._elements = 0

    def start(self, tag: str, attrs: dict[str, str], /) -> Element:
        self._depth += 1
        self._elements += 1
        if self._depth > _DEEPEST or self._elements > _MOST_ELEMENTS:
            raise INVOICE_TOO_LARGE(pointer="#")
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> Element:
        self._depth -= 1
        return super().end(tag)


def _parsed(body: bytes) -> Element:
    parser = DefusedXMLParser(target=_Bounded(), forbid_dtd=True, forbid_entities=True, forbid_external=True)
    try:
        parser.feed(body)
        root = parser.close()
    except DefusedXmlException as error:
        raise INVOICE_UNSAFE(pointer="#") from error
    # An unknown encoding is a LookupError or a ValueError.
    except (ParseError, ValueError, LookupError) as error:
        raise INVOICE_MALFORMED(pointer="#") from error
    if not isinstance(root, Element):
        raise INVOICE_MALFORMED(pointer="#")
    return root


@contextmanager
def _within(steps: str) -> Iterator[None]:
    """What is wrong in an element is pointed at from the one that holds it."""
    try:
        yield
    except Problem as problem:
        raise problem.within(steps) from None


def _period_of_line(number: int, line: Element, header: tuple[date, date] | None) -> tuple[date, date] | None:
    """The line's own period, which lies in the invoice's."""
    own = _period(line)
    if own is not None and header is not None and not header[0] <= own[0] <= own[1] <= header[1]:
        raise INVOICE_PERIOD(
            f"Perioden til linje {number} ligg utanfor fakturaen sin.",
            pointer=f"#/{_PERIOD}",
            rule="PEPPOL-EN16931-R110",
        )
    return own


def _amounts(number: int, line: Element, quantity_element: str) -> tuple[Fraction, Fraction, Decimal]:
    """A line's quantity, the price of one in kroner, and its amount, which follows from them."""
    quantity, net = _number(line, quantity_element), _money(line, _NET)
    price = _number(line, "cac:Price/cbc:PriceAmount")
    base = _number(line, "cac:Price/cbc:BaseQuantity") if _has(line, "cac:Price/cbc:BaseQuantity") else Decimal(1)
    if base <= 0 or price < 0:
        raise _incomplete("cac:Price")
    exact = Fraction(quantity) * Fraction(price) / Fraction(base) + Fraction(_charges(line))
    if abs(exact - Fraction(net)) > Fraction(_TOLERANCE):
        raise INVOICE_ARITHMETIC(
            f"Linje {number}: mengd gonger pris er ikkje beløpet.",
            pointer=f"#/{_NET}",
            rule="PEPPOL-EN16931-R120",
            line=number,
        )
    return Fraction(quantity), Fraction(price) / Fraction(base), net


def _totals(root: Element, summed: Decimal) -> tuple[int, int]:
    """The document's own charges less allowances, and the amount without tax, in øre."""
    totals = "cac:LegalMonetaryTotal/cbc:"
    if summed != _money(root, f"{totals}LineExtensionAmount"):
        raise INVOICE_ARITHMETIC(
            "Linjene summerer seg ikkje til LineExtensionAmount.",
            pointer=f"#/{totals}LineExtensionAmount",
            rule="BR-CO-10",
        )
    charges = _charges(root)
    amount = _money(root, f"{totals}TaxExclusiveAmount")
    if summed + charges != amount:
        raise INVOICE_ARITHMETIC(
            "Linjer, tillegg og frådrag summerer seg ikkje til TaxExclusiveAmount.",
            pointer=f"#/{totals}TaxExclusiveAmount",
            rule="BR-CO-13",
        )
    return to_ore(charges), to_ore(amount)


def _charges(parent: Element) -> Decimal:
    charges = Decimal(0)
    for index, charge in enumerate(parent.findall("cac:AllowanceCharge", _NAMES)):
        with _within(f"cac:AllowanceCharge/{index}"):
            sign = {"true": 1, "false": -1}.get(_text(charge, "cbc:ChargeIndicator"))
            if sign is None:
                raise _incomplete("cbc:ChargeIndicator")
            charges += sign * _money(charge, "cbc:Amount")
    return charges


def _placement(line: Element) -> UUID | None:
    """BT-128, the object the line is for, else the seller's own number of the item: where it is one of our ids."""
    given = [
        _text_or_none(reference, "cbc:ID")
        for reference in line.findall("cac:DocumentReference", _NAMES)
        if _text_or_none(reference, "cbc:DocumentTypeCode") == _OBJECT
    ]
    given.append(_text_or_none(line, "cac:Item/cac:SellersItemIdentification/cbc:ID"))
    for text in given:
        try:
            return UUID(text or "")
        except ValueError:
            continue
    return None


def _party(root: Element, role: str) -> str:
    """The party's organisation number: its address in the network, else its legal entity's."""
    for path in ("cac:Party/cbc:EndpointID", "cac:Party/cac:PartyLegalEntity/cbc:CompanyID"):
        element = root.find(f"{role}/{path}", _NAMES)
        if element is not None and element.get("schemeID") == "0192":
            number = (element.text or "").strip()
            if not is_organisation_number(number):
                raise INVOICE_ARITHMETIC(
                    f"Organisasjonsnummeret i {role} er ikkje gyldig.",
                    pointer=f"#/{role}/{path}",
                    rule="PEPPOL-COMMON-R041",
                )
            return number
    raise _incomplete(f"{role}/cac:Party/cbc:EndpointID")


def _period(parent: Element) -> tuple[date, date] | None:
    period = parent.find(_PERIOD, _NAMES)
    if period is None:
        return None
    with _within(_PERIOD):
        first, last = _day(period, "cbc:StartDate"), _day(period, "cbc:EndDate")
        if last < first:
            raise INVOICE_PERIOD("Perioden sluttar før han byrjar.", pointer="#/cbc:EndDate", rule="BR-29")
    return first, last


def _texts(root: Element, line_element: str) -> Iterator[str]:
    paths = ["cbc:Note", f"{line_element}/cbc:Note"]
    item = f"{line_element}/cac:Item"
    paths += [f"{item}/cbc:Name", f"{item}/cbc:Description", f"{item}/cac:AdditionalItemProperty/cbc:Value"]
    for path in paths:
        for element in root.findall(path, _NAMES):
            yield element.text or ""


def _words(root: Element, role: str) -> frozenset[str]:
    party = root.find(role, _NAMES)
    texts = [] if party is None else [element.text or "" for element in party.iter() if element.text]
    return frozenset(word.lower() for text in texts for word in re.findall(r"\w+", text))


def _has(parent: Element, path: str) -> bool:
    return parent.find(path, _NAMES) is not None


def _text_or_none(parent: Element, path: str) -> str | None:
    return (parent.findtext(path, None, _NAMES) or "").strip() or None


def _text(parent: Element, path: str) -> str:
    found = _text_or_none(parent, path)
    if found is None:
        raise _incomplete(path)
    return found


def _day(parent: Element, path: str) -> date:
    text = _text(parent, path)
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise _incomplete(path)


def _number(parent: Element, path: str) -> Decimal:
    text = _text(parent, path)
    if not _NUMBER.fullmatch(text):
        raise _incomplete(path)
    return Decimal(text)


def _money(parent: Element, path: str) -> Decimal:
    """An amount of at most two decimals, of a size the database can hold."""
    amount = _number(parent, path)
    if amount != round(amount, 2) or abs(amount) >= 10**10:
        raise _incomplete(path)
    return amount


def _incomplete(element: str) -> Problem:
    return INVOICE_INCOMPLETE(f"{element} manglar eller har feil form.", pointer=f"#/{element}", element=element)
