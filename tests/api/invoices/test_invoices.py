"""Invoices in EHF and as lines, checked against what is owed (C12)."""

import json
from decimal import Decimal
from typing import Any
from xml.etree.ElementTree import Element, ParseError

import pytest
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from app.rules.identifiers import is_organisation_number
from tests.conftest import Api
from tests.factories.invoices import (
    CHECKS,
    FILE_IDS,
    FILES,
    NAMES,
    UBL,
    UNKNOWN_ID,
    invoice_line,
    list_differences,
    read_file,
    send,
    three_places,
)
from tests.factories.places import got, posted
from tests.factories.settlements import RAISED, SETTLEMENTS, change, close
from tests.factories.steps import ok, refused


@pytest.mark.parametrize("media_type", ["application/xml", "text/xml; charset=utf-8"])
async def test_invoice_equals_the_closed_month(api: Api, connection: AsyncConnection, media_type: str) -> None:
    """C12: line by line, against the closed month."""
    places = await three_places(api, connection)
    await close(api.finance, 1)
    answer = await send(api.finance, read_file("equal-by-placement", places), media_type)
    body = ok(answer)
    assert (body["result"], body["basis"], body["difference"]) == ("equal", "settlement", "0.00")
    assert (body["amount"], body["expected"], body["months"]) == ("57094.26", "57094.26", ["2023-01"])
    assert [row["placement_id"] for row in body["lines"]] == list(places.values())
    assert body["warnings"] == {"identity_numbers": 0, "names": 0}
    assert (await got(api.finance, answer.headers["location"])) == body
    head = {name: value for name, value in body.items() if name not in ("lines", "text", "causes")}
    assert (await got(api.finance, "/v1/invoices")) == {"items": [head], "next": None}


@pytest.mark.parametrize("name", ["equal-as-a-whole", "equal-by-line-periods"])
async def test_invoice_equals_the_computed_month(api: Api, connection: AsyncConnection, name: str) -> None:
    """C12: lines that name nobody, lines with periods of their own; an open month as it is computed now."""
    places = await three_places(api, connection)
    body = ok(await send(api.case_officer, read_file(name, places)))
    assert (body["result"], body["basis"], body["difference"]) == ("equal", "computed", "0.00")


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("other-price", [(2, "514.50", "other_price")]),
        ("other-days", [(3, "11863.74", "other_days")]),
        ("no-such-placement", [(4, "22986.00", "no_such_placement")]),
        ("not-invoiced", [(None, "-11122.26", "not_invoiced")]),
        ("charge", [(None, "59.00", "document_charge")]),
        ("other-days-as-a-whole", [(1, "11863.74", "other_days")]),
        ("other-price-as-a-whole", [(1, "1029.00", "other_price"), (None, "-11122.26", "not_invoiced")]),
    ],
)
async def test_difference_has_an_amount_and_a_cause(
    api: Api, connection: AsyncConnection, name: str, found: list[tuple[int | None, str, str]]
) -> None:
    """C12: to the øre, and the lines' differences are the invoice's."""
    places = await three_places(api, connection)
    await close(api.finance, 1)
    body = ok(await send(api.finance, read_file(name, places)))
    assert body["result"] == "different"
    assert list_differences(body) == found
    assert Decimal(body["difference"]) == sum(Decimal(difference) for _, difference, _ in found)
    assert Decimal(body["amount"]) - Decimal(body["expected"]) == Decimal(body["difference"])
    assert UNKNOWN_ID not in json.dumps(body)


async def test_invoice_number_is_checked_once(api: Api, connection: AsyncConnection) -> None:
    """C12: the problem names the first check."""
    places = await three_places(api, connection)
    content = read_file("equal-by-placement", places)
    first = ok(await send(api.finance, content))
    again = refused(await send(api.case_officer, content), 409, "invoice-already-checked")
    assert again["invoice_id"] == first["id"]


async def test_invoice_under_another_number_is_already_invoiced(api: Api, connection: AsyncConnection) -> None:
    """C12: all of it, line by line."""
    places = await three_places(api, connection)
    await close(api.finance, 1)
    content = read_file("equal-by-placement", places)
    ok(await send(api.finance, content))
    body = ok(await send(api.finance, content.replace(b"F-2023-01", b"F-2023-99")))
    assert {row["cause"] for row in body["lines"]} == {"already_invoiced"}
    assert body["difference"] == body["amount"] == "57094.26"


async def test_sum_under_another_number_is_different(api: Api, connection: AsyncConnection) -> None:
    """C12: lines that name no placement are compared with what is left."""
    places = await three_places(api, connection)
    await close(api.finance, 1)
    ok(await send(api.finance, read_file("equal-by-placement", places)))
    content = read_file("equal-as-a-whole", places).replace(b"F-2023-01", b"F-2023-98")
    assert ok(await send(api.finance, content))["result"] == "different"


async def test_credit_note_corrects_an_invoice(api: Api, connection: AsyncConnection) -> None:
    """C12: 381 has amounts of its own sign; after it the month is what it should be."""
    places = await three_places(api, connection)
    await close(api.finance, 1)
    assert ok(await send(api.finance, read_file("other-days", places)))["result"] == "different"
    body = ok(await send(api.finance, read_file("credit-note", places)))
    assert (body["kind"], body["amount"], body["expected"]) == ("credit_note", "-11863.74", "-11863.74")
    assert body["result"] == "equal"


async def test_next_invoice_owes_the_differences_settled_with_its_month(api: Api, connection: AsyncConnection) -> None:
    """C12, C13: the next month's invoice owes what was settled with it, whether or not January's was checked here."""
    places = await three_places(api, connection)
    await close(api.finance, 1)
    ok(await send(api.finance, read_file("equal-by-placement", places)))
    await posted(api.finance, "/v1/rates", RAISED)
    (february,) = await close(api.finance, 2)
    assert february["differences_total"] == "1277.95"
    body = ok(await send(api.finance, read_file("rate-raised-backwards", places)))
    assert list_differences(body) == []
    assert (body["result"], body["amount"], body["months"]) == ("equal", february["total"], ["2023-01", "2023-02"])


async def test_month_before_the_first_check_owes_only_its_differences(api: Api, connection: AsyncConnection) -> None:
    """C12: January was paid before invoices were checked here."""
    await three_places(api, connection)
    await close(api.finance, 1)
    await posted(api.finance, "/v1/rates", RAISED)
    (february,) = await close(api.finance, 2)
    line = invoice_line(period_from="2023-02-01", period_to="2023-02-28", quantity="3", unit_price="23500.50")
    february_alone = ok(await api.finance.post(CHECKS, json={"lines": [line | {"amount": "70501.50"}]}))
    assert february_alone["expected"] == february["total"]
    assert {(cause, month["month"]) for month in february_alone["lines"] if (cause := month["cause"])} == {
        ("not_invoiced", "2023-01")
    }


def three_lines(places: dict[str, str], **changes: str) -> list[dict[str, Any]]:
    """January of the three places as lines in JSON."""
    first, second, third = places.values()
    part = {"quantity": "0.483871", "amount": "11122.26", "period_from": "2023-01-17"}
    lines = [{"placement_id": first}, {"placement_id": second}, {"placement_id": third, **part}]
    return [invoice_line(**line, **changes) for line in lines]


async def test_json_lines_equal_the_month(api: Api, connection: AsyncConnection) -> None:
    """C12."""
    places = await three_places(api, connection)
    body = ok(await api.finance.post(CHECKS, json={"lines": three_lines(places)}))
    assert (body["result"], body["amount"]) == ("equal", "57094.26")


async def test_ndjson_lines_equal_the_month(api: Api, connection: AsyncConnection) -> None:
    """C12: a line each, and empty lines are skipped."""
    places = await three_places(api, connection)
    content = "\n".join(json.dumps(line) for line in three_lines(places)) + "\n\n"
    body = ok(await send(api.finance, content.encode(), "application/x-ndjson"))
    assert (body["result"], body["amount"]) == ("equal", "57094.26")


async def test_credit_note_in_json_corrects_a_double_invoice(api: Api, connection: AsyncConnection) -> None:
    """C12: the month was invoiced twice, and a credit note takes one of them back."""
    places = await three_places(api, connection)
    ok(await api.finance.post(CHECKS, json={"lines": three_lines(places)}))
    again = ok(await api.finance.post(CHECKS, json={"lines": three_lines(places, invoice_number="F-8")}))
    assert {line["cause"] for line in again["lines"]} == {"already_invoiced"}
    credit = three_lines(places, invoice_number="K-8", kind="credit_note")
    assert ok(await api.finance.post(CHECKS, json={"lines": credit}))["result"] == "equal"


async def test_names_and_identity_numbers_are_counted_and_not_stored(api: Api, connection: AsyncConnection) -> None:
    """C12: a warning; no text is kept, shown, or told."""
    places = await three_places(api, connection)
    answer = await send(api.finance, read_file("names-and-identity-numbers", places))
    body = ok(answer)
    assert body["result"] == "equal"
    assert body["warnings"] == {"identity_numbers": 1, "names": 3}
    await connection.execute(text("select set_config('app.roles', 'case_officer,finance', true)"))
    kept = answer.text
    for table in ("invoice_check", "invoice_check_line", "invoice_cover", "event"):
        kept += " ".join(str(found) for found in await connection.scalars(text(f"select t::text from {table} t")))
    for private in ("Sprek", "Hage", "Blid", "Fjell", "15817", "00190"):
        assert private not in kept


async def test_invoices_are_filtered_by_provider_month_and_result(api: Api, connection: AsyncConnection) -> None:
    """C12."""
    places = await three_places(api, connection)
    first = ok(await send(api.finance, read_file("equal-by-placement", places)))
    second = ok(await api.finance.post(CHECKS, json={"lines": [invoice_line()]}))
    for query, expected in (
        ({}, [first, second]),
        ({"provider_id": first["provider_id"]}, [first, second]),
        ({"provider_id": first["id"]}, []),
        ({"month": "2023-01"}, [first, second]),
        ({"month": "2023-02"}, []),
        ({"result": "equal"}, [first]),
        ({"result": "different", "month": "2023-01"}, [second]),
    ):
        items = (await got(api.finance, "/v1/invoices", **query))["items"]
        assert [item["id"] for item in items] == [invoice["id"] for invoice in expected], query


async def test_invoices_are_listed_in_pages(api: Api, connection: AsyncConnection) -> None:
    """C12: in the order they were checked."""
    await three_places(api, connection)
    checked = [
        ok(await api.finance.post(CHECKS, json={"lines": [invoice_line(invoice_number=number)]}))["id"]
        for number in ("F-2", "F-1")
    ]
    first = await got(api.finance, "/v1/invoices", limit=1)
    second = await got(api.finance, "/v1/invoices", limit=1, after=first["next"])
    assert [item["id"] for item in first["items"] + second["items"]] == checked
    assert second["next"] is None


@pytest.mark.parametrize("query", ["month=2023-13", "month=2023", "result=other", "provider_id=x"])
async def test_malformed_filter_is_refused(api: Api, query: str) -> None:
    refused(await api.finance.get(f"/v1/invoices?{query}"), 422, "validation")


async def test_invoices_are_for_case_office_and_finance(api: Api) -> None:
    for client in (api.epj, api.auditor, api.provider("310300403"), api.service("habilitation")):
        assert (await client.get("/v1/invoices")).status_code == 403
        assert (await client.get(f"/v1/invoices/{UNKNOWN_ID}")).status_code == 403
        assert (await send(client, b"<Invoice/>")).status_code == 403


async def test_unknown_invoice_is_not_found(api: Api) -> None:
    refused(await api.finance.get(f"/v1/invoices/{UNKNOWN_ID}"), 404, "not-found")


async def test_credit_note_owes_a_reduction_settled_later(api: Api, connection: AsyncConnection) -> None:
    """C12, C13: a place ends backwards; February's settlement carries it, and a credit note for January is right."""
    places = await three_places(api, connection)
    await close(api.finance, 1)
    await change(connection, f"placement_id = '{places[FILE_IDS[2]]}'", valid_to="date '2023-01-20'")
    await close(api.finance, 2)
    settled = await got(api.finance, f"{SETTLEMENTS}/2")
    assert [(found["cause"], found["amount"]) for found in settled["differences"]] == [("period", "-8156.32")]
    credit = invoice_line(kind="credit_note", placement_id=places[FILE_IDS[2]], unit_price="8156.32", amount="8156.32")
    body = ok(await api.finance.post(CHECKS, json={"lines": [credit]}))
    assert (body["result"], body["amount"]) == ("equal", "-8156.32")


def amount(parent: Element, path: str) -> Decimal:
    return sum((Decimal(found.text or "") for found in parent.findall(path, UBL)), Decimal(0))


@pytest.mark.parametrize("name", NAMES)
def test_files_follow_the_standards_arithmetic(name: str) -> None:
    """Well-formed, and right by the standard's arithmetic unless that is the case they are for."""
    content = (FILES / f"{name}.xml").read_bytes()
    if name == "broken":
        with pytest.raises(ParseError):
            fromstring(content)
        return
    if name in ("entity-bomb", "external-entity", "external-dtd"):
        with pytest.raises(DefusedXmlException):
            fromstring(content, forbid_dtd=True)
        return
    root = fromstring(content)
    kind = root.tag.rsplit("}", 1)[1]
    lines = root.findall(f"cac:{kind}Line", UBL)
    quantity = {"Invoice": "cbc:InvoicedQuantity", "CreditNote": "cbc:CreditedQuantity"}[kind]
    price, own = "cac:Price/cbc:PriceAmount", "cbc:LineExtensionAmount"
    off = [amount(line, quantity) * amount(line, price) - amount(line, own) for line in lines]
    totals = "cac:LegalMonetaryTotal/cbc:"
    net, exclusive = amount(root, f"{totals}LineExtensionAmount"), amount(root, f"{totals}TaxExclusiveAmount")
    held = {
        "wrong-line": all(abs(by) <= Decimal("0.02") for by in off),
        "wrong-sum": net == sum(amount(line, own) for line in lines),
        "wrong-total": exclusive == net + amount(root, "cac:AllowanceCharge/cbc:Amount"),
        "wrong-organisation-number": all(
            is_organisation_number(found.text or "") for found in root.iter(f"{{{UBL['cbc']}}}EndpointID")
        ),
    }
    assert [rule for rule, holds in held.items() if not holds] == [name for name in [name] if name in held]
    assert amount(root, f"{totals}PayableAmount") == exclusive
