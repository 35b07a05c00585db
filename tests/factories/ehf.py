"""EHF invoices and credit notes, made: right by the standard's arithmetic, and as rich as it allows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from xml.sax.saxutils import escape

from app.invoices.ehf import CUSTOMIZATION, PROFILE

SUPPLIER, BUYER = "310300403", "920290922"
_UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
_ORE = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class EhfCharge:
    """A charge, or an allowance, of a line or of the document."""

    amount: str
    is_charge: bool = True
    category: str = "E"
    rate: str = "0"


@dataclass(frozen=True, slots=True)
class EhfLine:
    """`net` is computed unless it is given. `extra` stands before the item, as the line's own period does."""

    quantity: str = "1"
    price: str = "22986.00"
    unit: str = "MON"
    category: str = "E"
    rate: str = "0"
    charges: Sequence[EhfCharge] = ()
    base: str | None = None
    period: str = ""
    extra: str = ""
    name: str = "Plass, grunnfinansiering"
    net: str | None = None

    @property
    def amount(self) -> Decimal:
        if self.net is not None:
            return Decimal(self.net)
        exact = Decimal(self.quantity) * Decimal(self.price) / Decimal(self.base or 1)
        return exact.quantize(_ORE, ROUND_HALF_UP) + sum_of(self.charges)


@dataclass(frozen=True, slots=True)
class Ehf:
    """A document. `totals` replaces amounts of LegalMonetaryTotal; None leaves one out."""

    lines: Sequence[EhfLine] = (EhfLine(),)
    charges: Sequence[EhfCharge] = ()
    is_credit_note: bool = False
    code: str | None = None
    number: str = "F-2023-01"
    period: str = "<cbc:StartDate>2023-01-01</cbc:StartDate><cbc:EndDate>2023-01-31</cbc:EndDate>"
    supplier: str = ""
    buyer: str = ""
    prepaid: str | None = None
    rounding: str | None = None
    totals: Mapping[str, str | None] = field(default_factory=dict)
    tax: str | None = None
    """The whole of TaxTotal; computed unless it is given."""
    head: str = "<cbc:BuyerReference>4631-370</cbc:BuyerReference>"
    attachments: str = ""

    def write(self) -> bytes:
        kind = "CreditNote" if self.is_credit_note else "Invoice"
        code = self.code or ("381" if self.is_credit_note else "380")
        period = f"<cac:InvoicePeriod>{self.period}</cac:InvoicePeriod>" if self.period else ""
        lines = "".join(_write_line(line, number, kind) for number, line in enumerate(self.lines, start=1))
        return (
            f'<?xml version="1.0" encoding="UTF-8"?><{kind} xmlns="{_UBL}{kind}-2"'
            f' xmlns:cac="{_UBL}CommonAggregateComponents-2" xmlns:cbc="{_UBL}CommonBasicComponents-2">'
            f"<cbc:CustomizationID>{CUSTOMIZATION}</cbc:CustomizationID><cbc:ProfileID>{PROFILE}</cbc:ProfileID>"
            f"<cbc:ID>{escape(self.number)}</cbc:ID><cbc:IssueDate>2023-02-01</cbc:IssueDate>"
            f"<cbc:{kind}TypeCode>{code}</cbc:{kind}TypeCode><cbc:DocumentCurrencyCode>NOK</cbc:DocumentCurrencyCode>"
            f"{self.head}{period}{self.attachments}"
            f"<cac:AccountingSupplierParty><cac:Party>{self.supplier or party(SUPPLIER)}</cac:Party>"
            "</cac:AccountingSupplierParty>"
            f"<cac:AccountingCustomerParty><cac:Party>{self.buyer or party(BUYER)}</cac:Party>"
            "</cac:AccountingCustomerParty>"
            f"{''.join(map(_write_charge, self.charges))}{self._write_tax()}{self._write_totals()}{lines}</{kind}>"
        ).encode()

    @property
    def net(self) -> Decimal:
        return sum((line.amount for line in self.lines), Decimal(0))

    def _list_taxes(self) -> list[tuple[str, str, Decimal, Decimal]]:
        """Category, rate, what is taxed, and its tax."""
        taxed: dict[tuple[str, str], Decimal] = {}
        for line in self.lines:
            key = line.category, line.rate
            taxed[key] = taxed.get(key, Decimal(0)) + line.amount
        for charge in self.charges:
            key = charge.category, charge.rate
            taxed[key] = taxed.get(key, Decimal(0)) + sum_of([charge])
        return [
            (category, rate, amount, (amount * Decimal(rate) / 100).quantize(_ORE, ROUND_HALF_UP))
            for (category, rate), amount in taxed.items()
        ]

    def _write_tax(self) -> str:
        if self.tax is not None:
            return self.tax
        taxes = self._list_taxes()
        parts = "".join(
            f"<cac:TaxSubtotal>{_money('TaxableAmount', amount)}{_money('TaxAmount', tax)}"
            f"<cac:TaxCategory>{_category(category, rate)}</cac:TaxCategory></cac:TaxSubtotal>"
            for category, rate, amount, tax in taxes
        )
        return f"<cac:TaxTotal>{_money('TaxAmount', sum((tax for *_, tax in taxes), Decimal(0)))}{parts}</cac:TaxTotal>"

    def _write_totals(self) -> str:
        exclusive = self.net + sum_of(self.charges)
        inclusive = exclusive + sum((tax for *_, tax in self._list_taxes()), Decimal(0))
        payable = inclusive - Decimal(self.prepaid or 0) + Decimal(self.rounding or 0)
        allowances = [charge for charge in self.charges if not charge.is_charge]
        more = [charge for charge in self.charges if charge.is_charge]
        amounts: dict[str, Decimal | str | None] = {
            "LineExtensionAmount": self.net,
            "TaxExclusiveAmount": exclusive,
            "TaxInclusiveAmount": inclusive,
            "AllowanceTotalAmount": -sum_of(allowances) if allowances else None,
            "ChargeTotalAmount": sum_of(more) if more else None,
            "PrepaidAmount": self.prepaid,
            "PayableRoundingAmount": self.rounding,
            "PayableAmount": payable,
        }
        amounts |= self.totals
        written = "".join(_money(name, amount) for name, amount in amounts.items() if amount is not None)
        return f"<cac:LegalMonetaryTotal>{written}</cac:LegalMonetaryTotal>"


def party(
    legal: str | None, *, address: str | None = None, scheme: str | None = "0192", vat: str = "", identifier: str = ""
) -> str:
    """What identifies a party: its legal entity, its electronic address (the same unless given), and more."""
    attribute = f' schemeID="{scheme}"' if scheme else ""
    endpoint = address or legal or ""
    tax = f"<cac:PartyTaxScheme><cbc:CompanyID>{vat}</cbc:CompanyID>{_VAT}</cac:PartyTaxScheme>" if vat else ""
    own = f"<cbc:CompanyID{attribute}>{legal}</cbc:CompanyID>" if legal else ""
    known = f'<cac:PartyIdentification><cbc:ID schemeID="0192">{identifier}</cbc:ID></cac:PartyIdentification>'
    return (
        f'<cbc:EndpointID schemeID="0192">{endpoint}</cbc:EndpointID>{known if identifier else ""}{tax}'
        f"<cac:PartyLegalEntity><cbc:RegistrationName>Gløde AS</cbc:RegistrationName>{own}</cac:PartyLegalEntity>"
    )


def sum_of(charges: Sequence[EhfCharge]) -> Decimal:
    """Charges less allowances."""
    return sum((Decimal(one.amount) * (1 if one.is_charge else -1) for one in charges), Decimal(0))


_VAT = "<cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme>"


def _write_line(line: EhfLine, number: int, kind: str) -> str:
    quantity = "CreditedQuantity" if kind == "CreditNote" else "InvoicedQuantity"
    base = f'<cbc:BaseQuantity unitCode="{line.unit}">{line.base}</cbc:BaseQuantity>' if line.base else ""
    period = f"<cac:InvoicePeriod>{line.period}</cac:InvoicePeriod>" if line.period else ""
    return (
        f"<cac:{kind}Line><cbc:ID>{number}</cbc:ID>"
        f'<cbc:{quantity} unitCode="{line.unit}">{line.quantity}</cbc:{quantity}>'
        f"{_money('LineExtensionAmount', line.amount)}{period}{line.extra}"
        f"{''.join(_write_charge(charge, with_tax=False) for charge in line.charges)}"
        f"<cac:Item><cbc:Name>{escape(line.name)}</cbc:Name>"
        f"<cac:ClassifiedTaxCategory>{_category(line.category, line.rate)}</cac:ClassifiedTaxCategory></cac:Item>"
        f"<cac:Price>{_money('PriceAmount', line.price)}{base}</cac:Price></cac:{kind}Line>"
    )


def _write_charge(charge: EhfCharge, *, with_tax: bool = True) -> str:
    tax = f"<cac:TaxCategory>{_category(charge.category, charge.rate)}</cac:TaxCategory>" if with_tax else ""
    return (
        f"<cac:AllowanceCharge><cbc:ChargeIndicator>{'true' if charge.is_charge else 'false'}</cbc:ChargeIndicator>"
        f"{_money('Amount', charge.amount)}{tax}</cac:AllowanceCharge>"
    )


def _category(category: str, rate: str) -> str:
    percent = "" if category == "O" else f"<cbc:Percent>{rate}</cbc:Percent>"
    return f"<cbc:ID>{category}</cbc:ID>{percent}{_VAT}"


def _money(name: str, amount: Decimal | str) -> str:
    return f'<cbc:{name} currencyID="NOK">{amount}</cbc:{name}>'
