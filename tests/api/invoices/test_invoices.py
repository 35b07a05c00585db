"""Invoices in EHF and as lines, checked against what is owed (C12)."""

import json
from decimal import Decimal
from xml.etree.ElementTree import Element, ParseError

import pytest
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from app.rules.identifiers import is_organisation_number
from tests.conftest import Api
from tests.factories.invoices import (
    CALLED,
    CHECKS,
    FILES,
    NAMES,
    NOBODYS,
    UBL,
    differing,
    row,
    send,
    three_places,
    written,
)
from tests.factories.places import got, posted
from tests.factories.settlements import RAISED, SETTLEMENTS, act, change, close
from tests.factories.steps import ok, refused


@pytest.mark.parametrize("media_type", ["application/xml", "text/xml; charset=utf-8"])
async def test_an_invoice_that_says_what_is_owed(api: Api, connection: AsyncConnection, media_type: str) -> None:
    """C12: line by line, against the closed month."""
    places = await three_places(api, connection)
    await close(api.finance, 1)
    answer = await send(api.finance, written("equal-by-placement", places), media_type)
    body = ok(answer)
    assert (body["result"], body["basis"], body["difference"]) == ("equal", "settlement", "0.00")
    assert (body["amount"], body["expected"], body["months"]) == ("57094.26", "57094.26", ["2023-01"])
    assert [row["placement_id"] for row in body["lines"]] == list(places.values())
    assert body["warnings"] == {"identity_numbers": 0, "names": 0}
    assert (await got(api.finance, answer.headers["location"])) == body
    head = {name: value for name, value in body.items() if name != "lines"}
    assert (await got(api.finance, "/v1/invoices")) == {"items": [head], "next": None}


@pytest.mark.parametrize("name", ["equal-as-a-whole", "equal-by-line-periods"])
async def test_other_ways_to_say_the_same(api: Api, connection: AsyncConnection, name: str) -> None:
    """C12: lines that name nobody, lines with periods of their own; an open month as it is computed now."""
    places = await three_places(api, connection)
    body = ok(await send(api.case_officer, written(name, places)))
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
async def test_a_difference_has_an_amount_and_a_cause(
    api: Api, connection: AsyncConnection, name: str, found: list[tuple[int | None, str, str]]
) -> None:
    """C12: to the øre, and the lines' differences are the invoice's."""
    places = await three_places(api, connection)
    await close(api.finance, 1)
    body = ok(await send(api.finance, written(name, places)))
    assert body["result"] == "different"
    assert differing(body) == found
    assert Decimal(body["difference"]) == sum(Decimal(difference) for _, difference, _ in found)
    assert Decimal(body["amount"]) - Decimal(body["expected"]) == Decimal(body["difference"])
    assert NOBODYS not in json.dumps(body)


async def test_the_same_invoice_twice(api: Api, connection: AsyncConnection) -> None:
    """C12: by its number it is refused, under another number it says that all of it was invoiced already."""
    places = await three_places(api, connection)
    await close(api.finance, 1)
    content = written("equal-by-placement", places)
    first = ok(await send(api.finance, content))
    again = refused(await send(api.case_officer, content), 409, "invoice-already-checked")
    assert again["invoice_id"] == first["id"]
    other = ok(await send(api.finance, content.replace(b"F-2023-01", b"F-2023-99")))
    assert {row["cause"] for row in other["lines"]} == {"already_invoiced"}
    assert other["difference"] == other["amount"] == "57094.26"
    as_a_whole = written("equal-as-a-whole", places).replace(b"F-2023-01", b"F-2023-98")
    body = ok(await send(api.finance, as_a_whole))
    assert body["result"] == "different"


async def test_a_credit_note_mends_what_was_too_much(api: Api, connection: AsyncConnection) -> None:
    """C12: 381 has amounts of its own sign; after it the month is what it should be."""
    places = await three_places(api, connection)
    await close(api.finance, 1)
    assert ok(await send(api.finance, written("other-days", places)))["result"] == "different"
    body = ok(await send(api.finance, written("credit-note", places)))
    assert (body["kind"], body["amount"], body["expected"]) == ("credit_note", "-11863.74", "-11863.74")
    assert body["result"] == "equal"


async def test_a_rate_raised_backwards(api: Api, connection: AsyncConnection) -> None:
    """C12, C13: the next month's invoice owes what was settled with it, whether or not January's was checked here."""
    places = await three_places(api, connection)
    await close(api.finance, 1)
    ok(await send(api.finance, written("equal-by-placement", places)))
    await posted(api.finance, "/v1/rates", RAISED)
    (february,) = await close(api.finance, 2)
    assert february["differences_total"] == "1277.95"
    body = ok(await send(api.finance, written("rate-raised-backwards", places)))
    assert differing(body) == []
    assert (body["result"], body["amount"], body["months"]) == ("equal", february["total"], ["2023-01", "2023-02"])


async def test_a_later_invoice_owes_only_what_was_settled_with_its_month(api: Api, connection: AsyncConnection) -> None:
    """C12: January was paid before invoices were checked here."""
    await three_places(api, connection)
    await close(api.finance, 1)
    await posted(api.finance, "/v1/rates", RAISED)
    (february,) = await close(api.finance, 2)
    line = row(period_from="2023-02-01", period_to="2023-02-28", quantity="3", unit_price="23500.50")
    february_alone = ok(await api.finance.post(CHECKS, json={"lines": [line | {"amount": "70501.50"}]}))
    assert february_alone["expected"] == february["total"]
    assert {(cause, month["month"]) for month in february_alone["lines"] if (cause := month["cause"])} == {
        ("not_invoiced", "2023-01")
    }


async def test_the_same_as_lines_in_json(api: Api, connection: AsyncConnection) -> None:
    """C12: JSON, and a line each in NDJSON."""
    places = list((await three_places(api, connection)).values())
    lines = [
        row(placement_id=places[0]),
        row(placement_id=places[1]),
        row(placement_id=places[2], quantity="0.483871", amount="11122.26", period_from="2023-01-17"),
    ]
    first = ok(await api.finance.post(CHECKS, json={"lines": lines}))
    assert (first["result"], first["amount"]) == ("equal", "57094.26")
    content = "\n".join(json.dumps(line | {"invoice_number": "F-8"}) for line in lines) + "\n\n"
    second = ok(await send(api.finance, content.encode(), "application/x-ndjson"))
    assert {line["cause"] for line in second["lines"]} == {"already_invoiced"}
    credit = [line | {"invoice_number": "K-8", "kind": "credit_note"} for line in lines]
    assert ok(await api.finance.post(CHECKS, json={"lines": credit}))["result"] == "equal"


async def test_names_and_identity_numbers_are_counted_and_left_behind(api: Api, connection: AsyncConnection) -> None:
    """C12: a warning; no text is kept, shown, or told."""
    places = await three_places(api, connection)
    answer = await send(api.finance, written("names-and-identity-numbers", places))
    body = ok(answer)
    assert body["result"] == "equal"
    assert body["warnings"] == {"identity_numbers": 1, "names": 3}
    await connection.execute(text("select set_config('app.roles', 'case_officer,finance', true)"))
    kept = answer.text
    for table in ("invoice_check", "invoice_check_line", "invoice_cover", "event"):
        kept += " ".join(str(found) for found in await connection.scalars(text(f"select t::text from {table} t")))
    for private in ("Sprek", "Hage", "Blid", "Fjell", "15817", "00190"):
        assert private not in kept


async def test_a_protected_place_is_checked_and_not_shown(api: Api, connection: AsyncConnection) -> None:
    """C12 and the wall: finance sees its amounts, and no id."""
    places = await three_places(api, connection)
    await act(
        connection,
        "update participant set address_protection = true"
        f" where id = (select participant_id from placement where id = '{places[CALLED[0]]}')",
    )
    body = ok(await send(api.finance, written("equal-by-placement", places)))
    assert [line["placement_id"] for line in body["lines"]] == [None, places[CALLED[1]], places[CALLED[2]]]
    assert body["result"] == "equal"
    officers = await got(api.case_officer, f"/v1/invoices/{body['id']}")
    assert officers["lines"][0]["placement_id"] == places[CALLED[0]]


async def test_lists_by_provider_month_and_result(api: Api, connection: AsyncConnection) -> None:
    """C12."""
    places = await three_places(api, connection)
    first = ok(await send(api.finance, written("equal-by-placement", places)))
    second = ok(await api.finance.post(CHECKS, json={"lines": [row()]}))
    for query, found in (
        ({}, [first, second]),
        ({"provider_id": first["provider_id"]}, [first, second]),
        ({"provider_id": first["id"]}, []),
        ({"month": "2023-01"}, [first, second]),
        ({"month": "2023-02"}, []),
        ({"result": "equal"}, [first]),
        ({"result": "different", "month": "2023-01"}, [second]),
    ):
        items = (await got(api.finance, "/v1/invoices", **query))["items"]
        assert [item["id"] for item in items] == [made["id"] for made in found], query
    page = await got(api.finance, "/v1/invoices", limit=1)
    assert [item["id"] for item in (await got(api.finance, "/v1/invoices", after=page["next"]))["items"]] == [
        second["id"]
    ]
    for malformed in ("month=2023-13", "month=2023", "result=other", "provider_id=x"):
        assert (await api.finance.get(f"/v1/invoices?{malformed}")).status_code == 422


async def test_invoices_are_for_the_case_office_and_finance(api: Api) -> None:
    for client in (api.epj, api.auditor, api.provider("310300403"), api.service("habilitation")):
        assert (await client.get("/v1/invoices")).status_code == 403
        assert (await client.get(f"/v1/invoices/{NOBODYS}")).status_code == 403
        assert (await send(client, b"<Invoice/>")).status_code == 403
    assert (await api.finance.get(f"/v1/invoices/{NOBODYS}")).status_code == 404


async def test_the_month_changes_between_two_invoices(api: Api, connection: AsyncConnection) -> None:
    """C12, C13: a place ends backwards; February's settlement carries it, and a credit note for January is right."""
    places = await three_places(api, connection)
    await close(api.finance, 1)
    await change(connection, f"placement_id = '{places[CALLED[2]]}'", valid_to="date '2023-01-20'")
    await close(api.finance, 2)
    settled = await got(api.finance, f"{SETTLEMENTS}/2")
    assert [(found["cause"], found["amount"]) for found in settled["differences"]] == [("period", "-8156.32")]
    credit = row(kind="credit_note", placement_id=places[CALLED[2]], unit_price="8156.32", amount="8156.32")
    body = ok(await api.finance.post(CHECKS, json={"lines": [credit]}))
    assert (body["result"], body["amount"]) == ("equal", "-8156.32")


def amount(parent: Element, path: str) -> Decimal:
    return sum((Decimal(found.text or "") for found in parent.findall(path, UBL)), Decimal(0))


@pytest.mark.parametrize("name", NAMES)
def test_our_files_are_what_they_say(name: str) -> None:
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
        "no-reference": bool(root.findtext("cbc:BuyerReference", "", UBL)),
        "wrong-organisation-number": all(
            is_organisation_number(found.text or "") for found in root.iter(f"{{{UBL['cbc']}}}EndpointID")
        ),
    }
    assert [rule for rule, holds in held.items() if not holds] == [name for name in [name] if name in held]
    assert amount(root, f"{totals}PayableAmount") == exclusive
