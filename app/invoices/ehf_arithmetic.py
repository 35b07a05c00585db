"""The arithmetic of EHF: amounts of an invoice that contradict each other are refused, with the rule's number (C12).

EN 16931's BR-CO-10 to BR-CO-17 and BR-S-08 to BR-O-09, and Peppol's R040, R046 and R120, with the tolerances of the
official validation. Only arithmetic is judged: where a group or an amount is missing, there is nothing to contradict.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from xml.etree.ElementTree import Element

from app.http.problems import Problem
from app.invoices.ehf_elements import (
    NAMESPACES,
    find_amount,
    find_text,
    has_element,
    incomplete_element,
    parse_amount,
    parse_number,
    pointing_below,
    require_text,
)
from app.invoices.problems import INVOICE_ARITHMETIC, INVOICE_INCOMPLETE

NET_AMOUNT = "cbc:LineExtensionAmount"
_TOTALS = "cac:LegalMonetaryTotal"
_CHARGE = "cac:AllowanceCharge"
_LINE_TAX = "cac:Item/cac:ClassifiedTaxCategory"
_TOLERANCE = Fraction(2, 100)
# VAT category code (BT-118) -> what its rules are named by; those with a rate of their own allow for rounding.
_CATEGORIES = {"S": "S", "L": "AF", "M": "AG", "Z": "Z", "E": "E", "O": "O", "AE": "AE", "K": "IC", "G": "G"}
_RATED = ("S", "L", "M")


@dataclass(frozen=True, slots=True)
class _Taxed:
    """What lines, charges and allowances come to, by the code of their category, and by its code and rate."""

    by_code: dict[str, Decimal]
    by_rate: dict[tuple[str, Decimal], Decimal]
    without_rate: set[str]

    def find(self, code: str, rate: Decimal | None) -> Decimal | None:
        """The sum of a category at a rate, or at all of them; None where one of it does not say its rate."""
        if rate is None:
            return self.by_code.get(code, Decimal(0))
        return None if code in self.without_rate else self.by_rate.get((code, rate), Decimal(0))


def parse_line_amounts(number: int, line: Element, quantity_element: str) -> tuple[Fraction, Fraction, Decimal]:
    """A line's quantity, its price for one, and its amount in kroner, which must follow from the two (R120).

    A line without a price costs what its amount says, and one without a quantity is for one.
    """
    quantity, net = Fraction(1), parse_amount(line, NET_AMOUNT)
    if has_element(line, quantity_element):
        quantity = Fraction(parse_number(line, quantity_element))
    charges = sum_charges(line)
    if not has_element(line, "cac:Price"):
        return quantity, Fraction(net) / quantity if quantity else Fraction(net), net
    price = parse_number(line, "cac:Price/cbc:PriceAmount")
    base = Decimal(1)
    if has_element(line, "cac:Price/cbc:BaseQuantity"):
        base = parse_number(line, "cac:Price/cbc:BaseQuantity")
    if price < 0:
        raise _refuse_price("BR-27", "PriceAmount", "Prisen kan ikkje vere negativ: trekk frå med negativ mengd.")
    if base <= 0:
        raise _refuse_price("PEPPOL-EN16931-R121", "BaseQuantity", "Mengda som prisen er for, må vere over null.")
    reduction = f"cac:Price/{_CHARGE}"
    if has_element(line, f"{reduction}/cbc:BaseAmount"):
        gross, less = parse_number(line, f"{reduction}/cbc:BaseAmount"), parse_number(line, f"{reduction}/cbc:Amount")
        if price != gross - less:
            raise _contradiction(
                "PEPPOL-EN16931-R046",
                "#/cac:Price/cbc:PriceAmount",
                f"Linje {number}: prisen er ikkje bruttoprisen med frådraget trekt frå.",
            )
    exact = quantity * Fraction(price) / Fraction(base) + Fraction(charges)
    if abs(exact - Fraction(net)) > _TOLERANCE:
        raise INVOICE_ARITHMETIC(
            f"Linje {number}: mengd gonger pris er ikkje beløpet.",
            pointer=f"#/{NET_AMOUNT}",
            rule="PEPPOL-EN16931-R120",
            line=number,
        )
    return quantity, Fraction(price) / Fraction(base), net


def _refuse_price(rule: str, name: str, detail: str) -> Problem:
    element = f"cac:Price/cbc:{name}"
    return INVOICE_INCOMPLETE(detail, pointer=f"#/{element}", element=element, rule=rule)


def parse_totals(root: Element, lines: Iterable[Element], currency: str) -> tuple[Decimal, Decimal]:
    """The document's own charges less allowances, and the amount without tax, in kroner. 422 for contradictions."""
    lines = list(lines)
    net = sum((parse_amount(line, NET_AMOUNT) for line in lines), Decimal(0))
    charges = sum_charges(root)
    amount = net + charges
    if has_element(root, _TOTALS):
        amount = _check_totals(root, net, charges, currency)
    taxed = _sum_categories(root, lines) if has_element(root, "cac:TaxTotal/cac:TaxSubtotal") else None
    for index, total in enumerate(root.findall("cac:TaxTotal", NAMESPACES)):
        with pointing_below(f"cac:TaxTotal/{index}"):
            _check_tax(total, taxed)
    return charges, amount


def sum_charges(parent: Element) -> Decimal:
    """Charges less allowances of a line or of the document, in kroner; each is its percent of its base (R040)."""
    charges = Decimal(0)
    for index, charge in enumerate(parent.findall(_CHARGE, NAMESPACES)):
        with pointing_below(f"{_CHARGE}/{index}"):
            amount = parse_amount(charge, "cbc:Amount")
            charges += _find_sign(charge) * amount
            if has_element(charge, "cbc:MultiplierFactorNumeric") and has_element(charge, "cbc:BaseAmount"):
                percent = Fraction(parse_number(charge, "cbc:MultiplierFactorNumeric"))
                base = Fraction(parse_amount(charge, "cbc:BaseAmount"))
                if abs(base * percent / 100 - Fraction(amount)) > _TOLERANCE:
                    raise _contradiction(
                        "PEPPOL-EN16931-R040", "#/cbc:Amount", "Beløpet er ikkje prosenten av grunnlaget."
                    )
    return charges


def _find_sign(charge: Element) -> int:
    sign = {"true": 1, "1": 1, "false": -1, "0": -1}.get(require_text(charge, "cbc:ChargeIndicator"))
    if sign is None:
        raise incomplete_element("cbc:ChargeIndicator")
    return sign


def _check_totals(root: Element, net: Decimal, charges: Decimal, currency: str) -> Decimal:
    """BR-CO-10 to BR-CO-13, BR-CO-15 and BR-CO-16; the amount without tax."""

    def find(name: str) -> Decimal | None:
        return find_amount(root, f"{_TOTALS}/cbc:{name}")

    def require(rule: str, name: str, stated: Decimal | None, right: Decimal | None, detail: str) -> None:
        if stated is not None and right is not None and stated != right:
            raise _contradiction(rule, f"#/{_TOTALS}/cbc:{name}", detail)

    of_sign = {sign: Decimal(0) for sign in (1, -1)}
    for charge in root.findall(_CHARGE, NAMESPACES):
        of_sign[_find_sign(charge)] += parse_amount(charge, "cbc:Amount")
    require(
        "BR-CO-10",
        "LineExtensionAmount",
        find("LineExtensionAmount"),
        net,
        "Linjene summerer seg ikkje til LineExtensionAmount.",
    )
    require(
        "BR-CO-11",
        "AllowanceTotalAmount",
        find("AllowanceTotalAmount"),
        of_sign[-1],
        "Frådraga summerer seg ikkje til AllowanceTotalAmount.",
    )
    require(
        "BR-CO-12",
        "ChargeTotalAmount",
        find("ChargeTotalAmount"),
        of_sign[1],
        "Tillegga summerer seg ikkje til ChargeTotalAmount.",
    )
    exclusive = find("TaxExclusiveAmount")
    require(
        "BR-CO-13",
        "TaxExclusiveAmount",
        exclusive,
        net + charges,
        "Linjer, tillegg og frådrag summerer seg ikkje til TaxExclusiveAmount.",
    )
    without_tax = net + charges
    taxes = [
        parse_amount(total, "cbc:TaxAmount")
        for total in root.findall("cac:TaxTotal", NAMESPACES)
        if _is_in(total, currency)
    ]
    inclusive = find("TaxInclusiveAmount")
    require(
        "BR-CO-15",
        "TaxInclusiveAmount",
        inclusive,
        without_tax + taxes[0] if len(taxes) == 1 else None,
        "Beløpet utan meirverdiavgift og avgifta summerer seg ikkje til TaxInclusiveAmount.",
    )
    prepaid, rounding = find("PrepaidAmount") or Decimal(0), find("PayableRoundingAmount") or Decimal(0)
    require(
        "BR-CO-16",
        "PayableAmount",
        find("PayableAmount"),
        None if inclusive is None else inclusive - prepaid + rounding,
        "Det som skal betalast, er ikkje beløpet med avgift, mindre det som er betalt.",
    )
    return without_tax


def _is_in(total: Element, currency: str) -> bool:
    amount = total.find("cbc:TaxAmount", NAMESPACES)
    return amount is not None and amount.get("currencyID", currency) == currency


def _check_tax(total: Element, taxed: _Taxed | None) -> None:
    """BR-CO-14, BR-CO-17, and of each category what is taxed and its tax."""
    parts = total.findall("cac:TaxSubtotal", NAMESPACES)
    if not parts:
        return
    taxes = [find_amount(part, "cbc:TaxAmount") for part in parts]
    stated = find_amount(total, "cbc:TaxAmount")
    if stated is not None and None not in taxes and stated != sum(tax for tax in taxes if tax is not None):
        raise _contradiction("BR-CO-14", "#/cbc:TaxAmount", "Avgiftene summerer seg ikkje til TaxAmount.")
    for index, part in enumerate(parts):
        with pointing_below(f"cac:TaxSubtotal/{index}"):
            _check_category(part, taxed)


def _check_category(part: Element, taxed: _Taxed | None) -> None:
    code = find_text(part, "cac:TaxCategory/cbc:ID")
    taxable, tax = find_amount(part, "cbc:TaxableAmount"), find_amount(part, "cbc:TaxAmount")
    rate = (
        parse_number(part, "cac:TaxCategory/cbc:Percent") if has_element(part, "cac:TaxCategory/cbc:Percent") else None
    )
    if code in _CATEGORIES and code not in _RATED and tax:
        raise _contradiction(f"BR-{_CATEGORIES[code]}-09", "#/cbc:TaxAmount", f"Kategorien {code} har inga avgift.")
    if taxable is not None and tax is not None and rate is not None and not _follows(tax, taxable, rate):
        raise _contradiction(
            "BR-CO-17", "#/cbc:TaxAmount", f"Avgifta er ikkje {rate.normalize():f} prosent av grunnlaget."
        )
    if taxed is None or code not in _CATEGORIES or taxable is None:
        return
    summed = taxed.find(code, rate if code in _RATED else None)
    if summed is None:
        return
    differs = abs(taxable - summed) >= 1 if code in _RATED else taxable != summed
    if differs:
        raise _contradiction(
            f"BR-{_CATEGORIES[code]}-08",
            "#/cbc:TaxableAmount",
            f"Linjer, tillegg og frådrag i kategorien {code} summerer seg ikkje til TaxableAmount.",
        )


def _follows(tax: Decimal, taxable: Decimal, rate: Decimal) -> bool:
    """BR-CO-17, within a krone as the official validation has it."""
    if not round(rate):
        return not round(tax)
    exact = (abs(taxable) * rate / 100).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return abs(abs(tax) - exact) < 1


def _sum_categories(root: Element, lines: list[Element]) -> _Taxed | None:
    """None where a line, charge or allowance has no category."""
    taxed = _Taxed({}, {}, set())
    parts = [(line, _LINE_TAX, 1, NET_AMOUNT) for line in lines]
    parts += [
        (charge, "cac:TaxCategory", _find_sign(charge), "cbc:Amount") for charge in root.findall(_CHARGE, NAMESPACES)
    ]
    for element, category, sign, amount in parts:
        code = find_text(element, f"{category}/cbc:ID")
        if code is None:
            return None
        signed = sign * parse_amount(element, amount)
        taxed.by_code[code] = taxed.by_code.get(code, Decimal(0)) + signed
        if code not in _RATED:
            continue
        if has_element(element, f"{category}/cbc:Percent"):
            key = code, parse_number(element, f"{category}/cbc:Percent")
            taxed.by_rate[key] = taxed.by_rate.get(key, Decimal(0)) + signed
        else:
            taxed.without_rate.add(code)
    return taxed


def _contradiction(rule: str, pointer: str, detail: str) -> Problem:
    return INVOICE_ARITHMETIC(detail, pointer=pointer, rule=rule)
