"""Invoices that are refused, each with a problem of its own, and of which nothing is stored (C12)."""

import json
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.conftest import Api
from tests.factories.ehf import Ehf
from tests.factories.invoices import CHECKS, FILES, invoice_line, read_file, send, three_places
from tests.factories.places import got
from tests.factories.steps import ok, refused


@pytest.mark.parametrize(
    ("changes", "code", "pointer"),
    [
        ({"amount": "22986.03"}, "invoice-arithmetic", "#/lines/0/amount"),
        ({"amount": 22986}, "validation", "#/lines/0/amount"),
        ({"quantity": "NaN"}, "validation", "#/lines/0/quantity"),
        ({"quantity": "1e5"}, "validation", "#/lines/0/quantity"),
        ({"quantity": f"0.{'3' * 31}"}, "validation", "#/lines/0/quantity"),
        ({"unit_price": "22986."}, "validation", "#/lines/0/unit_price"),
        ({"unit_price": "22986,00"}, "validation", "#/lines/0/unit_price"),
        ({"unit_price": "2.2986e4"}, "validation", "#/lines/0/unit_price"),
        ({"unit_price": "022986.00"}, "validation", "#/lines/0/unit_price"),
        ({"unit_price": f"22986.{'0' * 31}"}, "validation", "#/lines/0/unit_price"),
        ({"unit_price": 22986}, "validation", "#/lines/0/unit_price"),
        ({"unit_price": "22985.97"}, "invoice-arithmetic", "#/lines/0/amount"),
        ({"unit_code": ""}, "validation", "#/lines/0/unit_code"),
        ({"unit_code": "day"}, "validation", "#/lines/0/unit_code"),
        ({"unit_code": "DAYS"}, "validation", "#/lines/0/unit_code"),
        ({"unit_code": "ØRE"}, "validation", "#/lines/0/unit_code"),
        ({"unit_code": "MON\n"}, "validation", "#/lines/0/unit_code"),
        ({"unit_code": None}, "validation", "#/lines/0/unit_code"),
        ({"unit_code": 1}, "validation", "#/lines/0/unit_code"),
        ({"period_to": "2023-02-01"}, "invoice-period", "#/lines/0/period_to"),
        ({"period_to": "2024-01-01"}, "invoice-period-over-new-year", "#/lines/0/period_to"),
        ({"period_to": "2022-12-31"}, "invoice-period-over-new-year", "#/lines/0/period_to"),
        ({"period_to": "2023-02-30"}, "validation", "#/lines/0/period_to"),
        ({"currency": "SEK"}, "invoice-currency", "#/lines/0/currency"),
        ({"buyer": "310200409"}, "invoice-buyer-other", "#/lines/0/buyer"),
        ({"supplier": "310300454"}, "invoice-supplier-unknown", "#/lines/0/supplier"),
        ({"invoice_number": "15817000190"}, "invoice-incomplete", "#/lines/0/invoice_number"),
        ({"invoice_number": "Kari\u0000"}, "validation", "#/lines/0/invoice_number"),
        ({"text": "Kari"}, "validation", "#/lines/0/text"),
    ],
)
async def test_invalid_line_is_refused(
    api: Api, connection: AsyncConnection, changes: dict[str, Any], code: str, pointer: str
) -> None:
    await three_places(api, connection)
    body = refused(await api.finance.post(CHECKS, json={"lines": [invoice_line(**changes)]}), 422, code)
    assert [error["pointer"] for error in body["errors"]] == [pointer]
    assert (await got(api.finance, "/v1/invoices"))["items"] == []


@pytest.mark.parametrize(
    ("content", "media_type", "status"),
    [
        (b"", "application/json", 422),
        (b"[]", "application/json", 422),
        (b'{"lines": []}', "application/json", 422),
        (b'{"lines": 1, "lines": 2}', "application/json", 422),
        (b"\n \n", "application/x-ndjson", 422),
        (b"{}\n{", "application/x-ndjson", 422),
        (b"\xff", "application/x-ndjson", 422),
        (json.dumps({"lines": [invoice_line()] * 1001}).encode(), "application/json", 422),
        (b"{}\n" * 10_000, "application/x-ndjson", 422),
        (b"", "application/xml", 422),
        (b"<Invoice/>", "text/csv", 415),
        (b"<Invoice/>", "application/xml; charset=latin1", 415),
        (b" " * (16 * 1024 * 1024 + 1), "application/xml", 413),
        (b" " * (2 * 1024 * 1024 + 1), "application/json", 413),
    ],
)
async def test_invalid_body_is_refused(api: Api, content: bytes, media_type: str, status: int) -> None:
    answer = await send(api.finance, content, media_type)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert status != 422 or answer.json()["errors"][0]["pointer"].startswith("#")


async def test_malformed_ndjson_line_is_pointed_at(api: Api) -> None:
    body = refused(await send(api.finance, b"{}\n{", "application/x-ndjson"), 422, "validation")
    assert body["errors"] == [{"pointer": "#/lines/1", "detail": "Linje 2 er ikkje gyldig JSON."}]


async def test_amounts_too_large_to_store_are_refused(api: Api, connection: AsyncConnection) -> None:
    """Each is within its limits, and their sum is not; whether of one sign or of both."""
    await three_places(api, connection)
    much = invoice_line(quantity="1", unit_price="99999999.99", amount="99999999.99")
    back = invoice_line(quantity="-1", unit_price="99999999.99", amount="-99999999.99")
    for lines in ([much] * 1000, [much, back] * 500, [much] * 11):
        refused(await api.finance.post(CHECKS, json={"lines": lines}), 422, "invoice-too-large")
    body = ok(await api.finance.post(CHECKS, json={"lines": [much] * 5 + [back] * 4}))
    assert body["amount"] == "99999999.99"


async def test_warnings_are_counted_up_to_a_limit(api: Api, connection: AsyncConnection) -> None:
    """C12: at 1 000."""
    places = await three_places(api, connection)
    flood = "Kari Nordmann. 15817000190, " * 40_000
    content = read_file("equal-by-placement", places).replace(b"Plass, grunnfinansiering", flood.encode(), 1)
    assert ok(await send(api.finance, content))["warnings"] == {"identity_numbers": 1, "names": 1000}


@pytest.mark.parametrize(
    ("document", "rule", "said"),
    [
        (
            Ehf(code="384"),
            "PEPPOL-EN16931-P0112",
            "Send ei kreditnota (381) for det som var feil, og ein ny faktura (380)",
        ),
        (Ehf(code="326"), "PEPPOL-EN16931-P0112", "delfakturaar (326)"),
        (Ehf(code="389"), "PEPPOL-EN16931-P0100", "kan ikkje vere «389». Det vanlege er 380."),
        (Ehf(code="381"), "PEPPOL-EN16931-P0100", "cbc:InvoiceTypeCode kan ikkje vere «381»"),
        (Ehf(code="9" * 500), "PEPPOL-EN16931-P0100", f"«{'9' * 20}»"),
        (Ehf(code="384", is_credit_note=True), "PEPPOL-EN16931-P0101", "cbc:CreditNoteTypeCode kan ikkje vere «384»"),
        (Ehf(code="261", is_credit_note=True), "PEPPOL-EN16931-P0101", "Det vanlege er 381."),
    ],
)
async def test_document_type_that_the_profile_does_not_allow_is_refused(
    api: Api, document: Ehf, rule: str, said: str
) -> None:
    """C12: by the standard's own rule, and with what to send."""
    problem = refused(await send(api.finance, document.write()), 422, "invoice-not-ehf")
    kind = "CreditNote" if document.is_credit_note else "Invoice"
    assert problem["errors"][0]["pointer"] == f"#/cbc:{kind}TypeCode"
    assert problem["rule"] == rule
    assert said in problem["detail"]


async def test_lines_of_two_invoices_are_refused(api: Api) -> None:
    body = {"lines": [invoice_line(), invoice_line(invoice_number="F-8", issued_on="2023-02-02")]}
    problem = refused(await api.finance.post(CHECKS, json=body), 422, "invoice-arithmetic")
    assert problem["rule"] == "one-invoice"
    assert [error["pointer"] for error in problem["errors"]] == ["#/lines/1/invoice_number", "#/lines/1/issued_on"]


@pytest.mark.parametrize(
    ("name", "code", "rule", "pointer"),
    [
        ("period-over-new-year", "invoice-period-over-new-year", None, "#/cac:InvoicePeriod"),
        ("two-months-in-a-line", "invoice-period", None, "#/cac:InvoicePeriod"),
        ("no-period", "invoice-period", None, "#/cac:InvoiceLine/0/cac:InvoicePeriod"),
        ("line-outside-the-period", "invoice-period", "PEPPOL-EN16931-R111", "#/cac:InvoiceLine/1/cac:InvoicePeriod"),
        ("other-currency", "invoice-currency", None, "#/cbc:DocumentCurrencyCode"),
        ("other-buyer", "invoice-buyer-other", None, "#/cac:AccountingCustomerParty"),
        ("unknown-supplier", "invoice-supplier-unknown", None, "#/cac:AccountingSupplierParty"),
        (
            "wrong-organisation-number",
            "invoice-arithmetic",
            "PEPPOL-COMMON-R041",
            "#/cac:AccountingSupplierParty/cac:Party/cac:PartyLegalEntity/cbc:CompanyID",
        ),
        ("wrong-sum", "invoice-arithmetic", "BR-CO-10", "#/cac:LegalMonetaryTotal/cbc:LineExtensionAmount"),
        ("wrong-total", "invoice-arithmetic", "BR-CO-13", "#/cac:LegalMonetaryTotal/cbc:TaxExclusiveAmount"),
        ("wrong-line", "invoice-arithmetic", "PEPPOL-EN16931-R120", "#/cac:InvoiceLine/0/cbc:LineExtensionAmount"),
        ("corrective", "invoice-not-ehf", "PEPPOL-EN16931-P0112", "#/cbc:InvoiceTypeCode"),
        ("other-customization", "invoice-not-ehf", None, "#/cbc:CustomizationID"),
        ("wrong-namespace", "invoice-not-ehf", None, "#"),
        ("entity-bomb", "invoice-unsafe", None, "#"),
        ("external-entity", "invoice-unsafe", None, "#"),
        ("external-dtd", "invoice-unsafe", None, "#"),
        ("broken", "invoice-malformed", None, "#"),
    ],
)
async def test_invalid_file_is_refused(
    api: Api, connection: AsyncConnection, name: str, code: str, rule: str | None, pointer: str
) -> None:
    """C12: with the problem's own code and a pointer to the element; nothing is stored."""
    places = await three_places(api, connection)
    body = refused(await send(api.finance, read_file(name, places)), 422, code)
    assert body.get("rule") == rule
    assert [error["pointer"] for error in body["errors"]] == [pointer]
    assert (await got(api.finance, "/v1/invoices"))["items"] == []


def hostile_files() -> dict[str, tuple[bytes, str]]:
    """Deep, large and strange files with the code of their problem; generated, since they would be large."""
    good = (FILES / "equal-by-placement.xml").read_text(encoding="utf-8")
    line = good[good.index("  <cac:InvoiceLine>") : good.index("</cac:InvoiceLine>") + len("</cac:InvoiceLine>\n")]
    small = "<cac:InvoiceLine><cbc:ID>1</cbc:ID></cac:InvoiceLine>"
    deep = "<cac:Item>" * 10_000 + "</cac:Item>" * 10_000
    return {
        "1 001 lines": (good.replace(line, line * 1001).encode(), "invoice-too-large"),
        "10 000 lines": (good.replace(line, small * 10_000).encode(), "invoice-too-large"),
        "100 000 elements": (good.replace(line, "<cbc:Note/>" * 100_000).encode(), "invoice-too-large"),
        "deep": (good.replace(line, deep).encode(), "invoice-too-large"),
        "10 000 attributes": (
            good.replace("<cbc:ID>", "<cbc:ID " + " ".join(f"a{n}='1'" for n in range(10_000)) + ">", 1).encode(),
            "",
        ),
        "utf-16": (good.replace('encoding="UTF-8"', 'encoding="UTF-16"').encode("utf-16"), ""),
        "unknown encoding": (good.replace('encoding="UTF-8"', 'encoding="x-none"').encode(), "invoice-malformed"),
        "utf-7": (good.replace('encoding="UTF-8"', 'encoding="utf-7"').encode(), "invoice-malformed"),
        "not utf-8": (good.encode("latin-1"), "invoice-malformed"),
        "nul": (good.replace("F-2023-01", "F\x00").encode(), "invoice-malformed"),
        "zip": (b"PK\x03\x04" + b"\x00" * 100, "invoice-malformed"),
        "amount of many digits": (good.replace(">22986.00<", f">{'9' * 4000}<").encode(), "invoice-incomplete"),
        "amount in other digits": (good.replace(">22986.00<", ">٢٢٩٨٦<").encode(), "invoice-incomplete"),
        "three decimals": (good.replace(">22986.00<", ">22986.001<").encode(), "invoice-incomplete"),
        "number of 201": (good.replace("F-2023-01", "F" * 201).encode(), "invoice-incomplete"),
        "number that turns the line": (good.replace("F-2023-01", "F\u202e1").encode(), "invoice-incomplete"),
        "no day": (
            good.replace("<cbc:IssueDate>2023-02-01", "<cbc:IssueDate>2023-02-30").encode(),
            "invoice-incomplete",
        ),
        "base of nothing": (
            good.replace("</cbc:PriceAmount>", "</cbc:PriceAmount><cbc:BaseQuantity>0</cbc:BaseQuantity>").encode(),
            "invoice-incomplete",
        ),
    }


@pytest.mark.parametrize("name", list(hostile_files()))
async def test_hostile_file_is_refused_or_read(api: Api, name: str) -> None:
    """C12: never a 5xx; an odd but valid form goes as far as a supplier that is not there."""
    content, code = hostile_files()[name]
    answer = await send(api.finance, content)
    refused(answer, 422, code or "invoice-supplier-unknown")
