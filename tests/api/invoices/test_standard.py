"""What EHF allows is taken, and what contradicts itself is refused with the rule's number (C12)."""

import base64
import re
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncConnection

from app.http.problems import Problem
from app.invoices.ehf import parse_ehf
from tests.conftest import Api
from tests.factories.ehf import BUYER, SUPPLIER, Ehf, EhfCharge, EhfLine, party
from tests.factories.invoices import list_differences, send
from tests.factories.places import place
from tests.factories.settlements import before_may
from tests.factories.steps import ok, refused

OTHER = "310300411"
JANUARY = "<cbc:StartDate>2023-01-01</cbc:StartDate><cbc:EndDate>2023-01-31</cbc:EndDate>"
TAXED = EhfLine(category="S", rate="25")
# A tax in the currency that the supplier accounts for it in (BT-6, BT-111).
IN_EUROS = '<cac:TaxTotal><cbc:TaxAmount currencyID="EUR">0.00</cbc:TaxAmount></cac:TaxTotal>'
ATTACHMENT = (
    "<cac:AdditionalDocumentReference><cbc:ID>1</cbc:ID><cac:Attachment>"
    '<cbc:EmbeddedDocumentBinaryObject mimeCode="application/pdf" filename="a.pdf">{}'
    "</cbc:EmbeddedDocumentBinaryObject></cac:Attachment></cac:AdditionalDocumentReference>"
)


def with_tax(document: Ehf, old: str, new: str) -> Ehf:
    """Another amount in TaxTotal."""
    written = re.search(rb"<cac:TaxTotal>.*</cac:TaxTotal>", document.write())
    assert written is not None
    assert old in written[0].decode()
    return replace(document, tax=written[0].decode().replace(old, new, 1))


def without(document: Ehf, element: str) -> bytes:
    content, count = re.subn(rf"<(c[ab]c:{element})\b.*?</\1>", "", document.write().decode())
    assert count
    return content.encode()


ALLOWED: dict[str, bytes] = {
    "tax in another currency": Ehf(
        head="<cbc:TaxCurrencyCode>EUR</cbc:TaxCurrencyCode>",
        tax='<cac:TaxTotal><cbc:TaxAmount currencyID="NOK">0.00</cbc:TaxAmount></cac:TaxTotal>' + IN_EUROS,
    ).write(),
    "tax in a currency that is not named": Ehf(
        tax='<cac:TaxTotal><cbc:TaxAmount currencyID="NOK">0.00</cbc:TaxAmount></cac:TaxTotal>' + IN_EUROS,
    ).write(),
    "period that says when it is taxed": Ehf(
        period="<cbc:DescriptionCode>35</cbc:DescriptionCode>", lines=[EhfLine(period=JANUARY)]
    ).write(),
    "period with a first day alone": Ehf(period="<cbc:StartDate>2023-01-01</cbc:StartDate>").write(),
    "period with a last day alone": Ehf(period="<cbc:EndDate>2023-01-31</cbc:EndDate>").write(),
    "line's period with a last day alone": Ehf(
        lines=[EhfLine(period="<cbc:EndDate>2023-01-31</cbc:EndDate>")]
    ).write(),
    "number of any kind": Ehf(number="№ 2023/01 (Ørn & Åse) #7+8").write(),
    "long number": Ehf(number="7" * 200).write(),
    "no reference": Ehf(head="").write(),
    "no tax": without(Ehf(), "TaxTotal"),
    "no totals": without(Ehf(), "LegalMonetaryTotal"),
    "no sum of lines": Ehf(totals={"LineExtensionAmount": None}).write(),
    "no sum without tax": Ehf(totals={"TaxExclusiveAmount": None}).write(),
    "no sum with tax": Ehf(totals={"TaxInclusiveAmount": None}).write(),
    "no category of tax on a line": without(Ehf(), "ClassifiedTaxCategory"),
    "no price": without(Ehf(), "Price"),
    "no quantity": without(Ehf(), "InvoicedQuantity"),
    "prepaid in part": Ehf(prepaid="1000.00").write(),
    "rounded": Ehf(rounding="0.40").write(),
    "with tax": Ehf(lines=[TAXED]).write(),
    "tax that is rounded otherwise": with_tax(
        Ehf(lines=[TAXED], totals={"TaxInclusiveAmount": "28732.80", "PayableAmount": "28732.80"}),
        "5746.50",
        "5746.80",
    ).write().replace(b"5746.50", b"5746.80"),
    "price of a hundred": Ehf(lines=[EhfLine(price="2298600", base="100")]).write(),
    "price with more decimals": Ehf(lines=[EhfLine(quantity="31", price="741.4838709677419", unit="DAY")]).write(),
    "numbers as the schema writes them": Ehf().write().replace(b">1<", b">+1.<"),
    "factored": Ehf(code="393").write(),
    "debit note": Ehf(code="80").write(),
    "prepayment": Ehf(code="386").write(),
    "tax invoice": Ehf(code="388").write(),
    "attachment": Ehf(attachments=ATTACHMENT.format(base64.b64encode(bytes(3_500_000)).decode())).write(),
    "supplier with the letters of its VAT number": Ehf(supplier=party(f"NO{SUPPLIER}MVA", address=SUPPLIER)).write(),
    "supplier with blanks": Ehf(supplier=party("NO 310 300 403 MVA", address=SUPPLIER)).write(),
    "supplier without a scheme": Ehf(supplier=party(SUPPLIER, scheme=None)).write(),
    "supplier by its VAT number": Ehf(supplier=party(None, address=OTHER, vat=f"NO{SUPPLIER}MVA")).write(),
    "supplier by the former name of the register": Ehf(
        supplier=party(SUPPLIER, address=OTHER).replace('CompanyID schemeID="0192"', 'CompanyID schemeID="9908"')
    ).write(),
    "supplier by its VAT number without a country": Ehf(
        supplier=party(None, address=OTHER, vat=f"{SUPPLIER} MVA")
    ).write(),
    "supplier with a VAT number of another country": Ehf(supplier=party(SUPPLIER, vat=f"PT{OTHER}")).write(),
    "supplier by its address": Ehf(supplier=party(None, address=SUPPLIER)).write(),
    "supplier by its identifier": Ehf(supplier=party(None, address=OTHER, identifier=SUPPLIER)).write(),
    "supplier behind another's address": Ehf(supplier=party(SUPPLIER, address=OTHER)).write(),
    "buyer behind another's address": Ehf(buyer=party(BUYER, address=OTHER)).write(),
    "buyer of a foreign register": Ehf(
        buyer=party("123", scheme="0088", address=BUYER)
    ).write(),
}  # fmt: skip


@pytest.mark.parametrize("name", list(ALLOWED))
async def test_what_the_standard_allows_is_taken(api: Api, connection: AsyncConnection, name: str) -> None:
    """C12: one place in January, and the invoice is for it."""
    await before_may(api, connection, 1)
    body = ok(await send(api.finance, ALLOWED[name]))
    assert (body["result"], body["amount"]) == ("equal", "22986.00"), list_differences(body)


TWO = Ehf(lines=[EhfLine(), EhfLine()], charges=[EhfCharge("59.00"), EhfCharge("19.00", is_charge=False)])
TOTALS = "#/cac:LegalMonetaryTotal/cbc:"
SUBTOTAL = "#/cac:TaxTotal/0/cac:TaxSubtotal/0/cbc:"
CONTRADICTIONS: dict[str, tuple[Ehf, str, str]] = {
    "sum of lines": (replace(TWO, totals={"LineExtensionAmount": "1.00"}), "BR-CO-10", f"{TOTALS}LineExtensionAmount"),
    "allowances": (replace(TWO, totals={"AllowanceTotalAmount": "18.00"}), "BR-CO-11", f"{TOTALS}AllowanceTotalAmount"),
    "charges": (replace(TWO, totals={"ChargeTotalAmount": "60.00"}), "BR-CO-12", f"{TOTALS}ChargeTotalAmount"),
    "without tax": (replace(TWO, totals={"TaxExclusiveAmount": "1.00"}), "BR-CO-13", f"{TOTALS}TaxExclusiveAmount"),
    "sum of taxes": (
        with_tax(Ehf(totals={"TaxInclusiveAmount": "22987.00", "PayableAmount": "22987.00"}), ">0.00<", ">1.00<"),
        "BR-CO-14",
        "#/cac:TaxTotal/0/cbc:TaxAmount",
    ),
    "with tax": (Ehf(totals={"TaxInclusiveAmount": "28732.50"}), "BR-CO-15", f"{TOTALS}TaxInclusiveAmount"),
    "tax that is not added": (
        Ehf(lines=[TAXED], totals={"TaxInclusiveAmount": "22986.00", "PayableAmount": "22986.00"}),
        "BR-CO-15",
        f"{TOTALS}TaxInclusiveAmount",
    ),
    "payable": (Ehf(totals={"PayableAmount": "99999.00"}), "BR-CO-16", f"{TOTALS}PayableAmount"),
    "prepaid": (Ehf(prepaid="10.00", totals={"PayableAmount": "22986.00"}), "BR-CO-16", f"{TOTALS}PayableAmount"),
    "rounding": (Ehf(rounding="0.40", totals={"PayableAmount": "22986.00"}), "BR-CO-16", f"{TOTALS}PayableAmount"),
    "tax of the rate": (
        with_tax(Ehf(lines=[TAXED]), "<cbc:Percent>25<", "<cbc:Percent>15<"), "BR-CO-17", f"{SUBTOTAL}TaxAmount",
    ),
    "what is taxed": (
        with_tax(
            Ehf(lines=[EhfLine(price="100"), EhfLine(category="S", rate="25", price="100")]), ">100.00<", ">101.00<"
        ),
        "BR-E-08",
        f"{SUBTOTAL}TaxableAmount",
    ),
    "what is taxed at a rate": (
        with_tax(Ehf(lines=[TAXED]), '"NOK">22986.00<', '"NOK">22988.00<'), "BR-S-08", f"{SUBTOTAL}TaxableAmount",
    ),
    "what is outside": (
        with_tax(Ehf(lines=[EhfLine(category="O")]), '"NOK">22986.00<', '"NOK">22985.00<'),
        "BR-O-08",
        f"{SUBTOTAL}TaxableAmount",
    ),
    "tax of what is exempt": (
        with_tax(with_tax(
            Ehf(totals={"TaxInclusiveAmount": "22987.00", "PayableAmount": "22987.00"}), ">0.00<", ">1.00<"
        ), ">0.00<", ">1.00<"),
        "BR-E-09",
        f"{SUBTOTAL}TaxAmount",
    ),
    "what is taxed in another currency": (
        with_tax(Ehf(), '"NOK">22986.00<', '"EUR">22986.00<'), "PEPPOL-EN16931-R051", "#/cbc:DocumentCurrencyCode",
    ),
    "line": (
        Ehf(lines=[EhfLine(net="22986.03")]), "PEPPOL-EN16931-R120", "#/cac:InvoiceLine/0/cbc:LineExtensionAmount",
    ),
    "period of a line": (
        Ehf(lines=[EhfLine(period="<cbc:EndDate>2023-02-01</cbc:EndDate>")]),
        "PEPPOL-EN16931-R111",
        "#/cac:InvoiceLine/0/cac:InvoicePeriod",
    ),
    "supplier's number": (
        Ehf(supplier=party("310300404")),
        "PEPPOL-COMMON-R041",
        "#/cac:AccountingSupplierParty/cac:Party/cac:PartyLegalEntity/cbc:CompanyID",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", list(CONTRADICTIONS))
async def test_what_contradicts_itself_is_refused_with_the_rule(api: Api, name: str) -> None:
    document, rule, pointer = CONTRADICTIONS[name]
    code = "invoice-period" if "period" in name else "invoice-arithmetic"
    body = refused(await send(api.finance, document.write()), 422, code)
    assert body["rule"] == rule
    assert [error["pointer"] for error in body["errors"]] == [pointer]


@pytest.mark.parametrize(
    ("line", "rule", "element"),
    [
        (EhfLine(quantity="-1", price="-22986.00"), "BR-27", "PriceAmount"),
        (EhfLine(base="-1"), "PEPPOL-EN16931-R121", "BaseQuantity"),
        (EhfLine(base="0", net="22986.00"), "PEPPOL-EN16931-R121", "BaseQuantity"),
    ],
)
async def test_price_that_the_standard_does_not_allow_is_refused_with_the_rule(
    api: Api, line: EhfLine, rule: str, element: str
) -> None:
    body = refused(await send(api.finance, Ehf(lines=[line]).write()), 422, "invoice-incomplete")
    assert (body["rule"], body["element"]) == (rule, f"cac:Price/cbc:{element}")
    assert [error["pointer"] for error in body["errors"]] == [f"#/cac:InvoiceLine/0/cac:Price/cbc:{element}"]


async def test_line_without_a_quantity_is_for_one(api: Api) -> None:
    """C12: as the official validation reads it."""
    content = without(Ehf(lines=[EhfLine(quantity="2")]), "InvoicedQuantity")
    body = refused(await send(api.finance, content), 422, "invoice-arithmetic")
    assert body["rule"] == "PEPPOL-EN16931-R120"


@pytest.mark.parametrize(
    "one",
    [
        party(SUPPLIER, vat=f"NO{OTHER}MVA"),
        party(SUPPLIER, vat=f"{OTHER} MVA"),
        party(SUPPLIER, identifier=OTHER),
        party(None, identifier=OTHER, vat=f"NO{SUPPLIER}"),
    ],
)
async def test_party_that_is_two_organisations_is_refused_by_name(api: Api, one: str) -> None:
    """C12: both numbers are named, and where they stand."""
    body = refused(await send(api.finance, Ehf(supplier=one).write()), 422, "invoice-party-contradictory")
    assert SUPPLIER in body["detail"]
    assert OTHER in body["detail"]


async def test_address_is_not_the_party(api: Api, connection: AsyncConnection) -> None:
    """C12: the legal entity's places are what it is held to."""
    await before_may(api, connection, 1)
    await place(connection, 3, organisation_number=OTHER)
    body = ok(await send(api.finance, Ehf(supplier=party(SUPPLIER, address=OTHER)).write()))
    assert (body["result"], body["expected"]) == ("equal", "22986.00")


async def test_credit_notes_have_a_series_of_their_own(api: Api, connection: AsyncConnection) -> None:
    """C12: the first credit note may have the first invoice's number; none of the two is checked twice."""
    await before_may(api, connection, 1)
    twice = Ehf(lines=[EhfLine(), EhfLine()], number="1")
    credit = Ehf(is_credit_note=True, number="1")
    assert ok(await send(api.finance, twice.write()))["difference"] == "22986.00"
    assert ok(await send(api.finance, credit.write()))["result"] == "equal"
    for document in (twice, credit):
        refused(await send(api.finance, document.write()), 409, "invoice-already-checked")


async def test_several_months_on_one_invoice(api: Api, connection: AsyncConnection) -> None:
    """C12: each line by its own period, within an invoice's period of months."""
    await before_may(api, connection, 1)
    february = "<cbc:StartDate>2023-02-01</cbc:StartDate><cbc:EndDate>2023-02-28</cbc:EndDate>"
    document = Ehf(
        period="<cbc:StartDate>2023-01-01</cbc:StartDate><cbc:EndDate>2023-03-31</cbc:EndDate>",
        lines=[EhfLine(period=JANUARY), EhfLine(period=february)],
    )
    body = ok(await send(api.finance, document.write()))
    assert (body["result"], body["months"]) == ("equal", ["2023-01", "2023-02"])


CATEGORIES = st.sampled_from([("E", "0"), ("S", "25"), ("S", "15"), ("Z", "0"), ("O", "0")])
AMOUNTS = st.decimals("0.01", 99_999, places=2).map(str)


@st.composite
def charges(draw: st.DrawFn) -> list[EhfCharge]:
    found = draw(st.lists(st.tuples(AMOUNTS, st.booleans(), CATEGORIES), max_size=2))
    return [EhfCharge(amount, is_charge, category, rate) for amount, is_charge, (category, rate) in found]


@st.composite
def documents(draw: st.DrawFn) -> Ehf:
    lines = []
    for _ in range(draw(st.integers(1, 4))):
        category, rate = draw(CATEGORIES)
        quantity = draw(st.decimals(-40, 40, places=draw(st.integers(0, 18)))).normalize()
        lines.append(
            EhfLine(
                quantity=f"{quantity:f}",
                price=str(draw(st.decimals(0, 30_000, places=draw(st.integers(0, 4))))),
                base=draw(st.sampled_from([None, "1", "2", "10"])),
                category=category,
                rate=rate,
                charges=draw(charges()),
            )
        )
    return Ehf(
        lines=lines,
        charges=draw(charges()),
        is_credit_note=draw(st.booleans()),
        prepaid=draw(st.one_of(st.none(), AMOUNTS)),
        rounding=draw(st.sampled_from([None, "0.40", "-0.30"])),
    )


@given(documents())
def test_right_documents_are_read_to_the_ore(document: Ehf) -> None:
    """C12: whatever categories, charges, decimals and payments they have."""
    invoice = parse_ehf(document.write())
    sign = -1 if document.is_credit_note else 1
    assert [line.amount for line in invoice.lines] == [sign * line.amount * 100 for line in document.lines]
    total = document.net + sum(
        (Decimal(one.amount) if one.is_charge else -Decimal(one.amount)) for one in document.charges
    )
    assert invoice.amount == sign * total * 100
    assert invoice.amount == sum(line.amount for line in invoice.lines) + invoice.charges


@given(
    documents(),
    st.sampled_from(["LineExtensionAmount", "TaxExclusiveAmount", "TaxInclusiveAmount", "PayableAmount"]),
    st.decimals("0.01", 100, places=2),
)
def test_total_that_is_moved_is_refused_by_its_own_rule(document: Ehf, name: str, by: Decimal) -> None:
    """C12: by one øre or more."""
    written = document.write().decode()
    stated = re.search(rf'<cac:LegalMonetaryTotal>.*<cbc:{name} currencyID="NOK">([-0-9.]+)<', written)
    assert stated is not None
    moved = replace(document, totals={name: str(Decimal(stated[1]) + by)})
    with pytest.raises(Problem) as refusal:
        parse_ehf(moved.write())
    rules = {"LineExtensionAmount": "10", "TaxExclusiveAmount": "13", "TaxInclusiveAmount": "15", "PayableAmount": "16"}
    assert refusal.value.extensions["rule"] == f"BR-CO-{rules[name]}"
