"""What an EHF file's texts and sizes are held to before it is checked (C12)."""

import threading
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from app.invoices import checks, endpoints
from app.invoices.ehf import parse_ehf
from app.rules.invoice_documents import Invoice
from app.rules.invoicing import InvoiceComparison, compare_invoice
from tests.api.invoices.test_standard import ATTACHMENT, OTHER
from tests.conftest import Api
from tests.factories import steps
from tests.factories.ehf import Ehf, EhfLine, party
from tests.factories.invoices import send
from tests.factories.places import posted
from tests.factories.settlements import before_may
from tests.factories.steps import ok, refused


@pytest.mark.parametrize(
    ("document", "found"),
    [
        (Ehf(head="<cbc:BuyerReference>01859000270</cbc:BuyerReference>"), 1),
        (
            Ehf(
                lines=[
                    EhfLine(
                        extra="<cac:DocumentReference><cbc:ID>01859000270</cbc:ID>"
                        "<cbc:DocumentTypeCode>130</cbc:DocumentTypeCode></cac:DocumentReference>"
                    )
                ]
            ),
            1,
        ),
        (Ehf(lines=[EhfLine(name="Plass 01859000270")]), 1),
        (Ehf(attachments=ATTACHMENT.format("01859000270")), 0),
        (Ehf(attachments=ATTACHMENT.format("").replace("a.pdf", "Plass 01859000270.pdf")), 1),
        (
            Ehf(
                attachments="<cac:PaymentMeans><cac:PayeeFinancialAccount><cbc:ID>01859000270</cbc:ID>"
                "</cac:PayeeFinancialAccount></cac:PaymentMeans>"
            ),
            0,
        ),
    ],
)
async def test_identity_numbers_are_looked_for_in_every_text(
    api: Api, connection: AsyncConnection, document: Ehf, found: int
) -> None:
    """C12: but for accounts and attachments."""
    await before_may(api, connection, 1)
    assert ok(await send(api.finance, document.write()))["warnings"]["identity_numbers"] == found


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        ("7" * 201, "er lengre enn 200 teikn"),
        ("F-1\u202e", "kan ikkje ha"),
        ("Plass 01859000270", "inneheld eit fødselsnummer"),
    ],
)
async def test_number_that_is_refused_is_told_why(api: Api, number: str, reason: str) -> None:
    """C12: whatever the supplier numbers its invoices by, but for what cannot be kept."""
    body = refused(await send(api.finance, Ehf(number=number).write()), 422, "invoice-incomplete")
    assert body["detail"].startswith(f"Fakturanummeret {reason}")
    assert (body["element"], [error["pointer"] for error in body["errors"]]) == ("cbc:ID", ["#/cbc:ID"])


async def test_text_is_limited_apart_from_attachments(api: Api) -> None:
    refused(
        await send(api.finance, Ehf(head=f"<cbc:Note>{'a' * 2_100_000}</cbc:Note>").write()), 422, "invoice-too-large"
    )
    huge = Ehf(attachments=ATTACHMENT.format("A" * (17 * 1024 * 1024))).write()
    assert (await send(api.finance, huge)).status_code == 413


async def test_others_are_answered_while_an_invoice_is_read(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """C12: no file that is taken holds the process."""
    readers: list[threading.Thread] = []

    def read(body: bytes) -> Invoice:
        readers.append(threading.current_thread())
        return parse_ehf(body)

    monkeypatch.setattr(endpoints, "parse_ehf", read)
    refused(await send(api.finance, Ehf(supplier=party(OTHER)).write()), 422, "invoice-supplier-unknown")
    assert len(readers) == 1
    assert readers[0] is not threading.current_thread()


async def test_others_are_answered_while_an_invoice_is_compared(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """C12: a thousand lines of which none is right take half a second."""
    comparers: list[threading.Thread] = []

    def compare(*arguments: Any) -> InvoiceComparison:
        comparers.append(threading.current_thread())
        return compare_invoice(*arguments)

    await posted(api.case_officer, "/v1/guideline-versions", {"valid_from": "2022-01-01"})
    await steps.provider(api)
    monkeypatch.setattr(checks, "compare_invoice", compare)
    ok(await send(api.finance, Ehf().write()))
    assert len(comparers) == 1
    assert comparers[0] is not threading.current_thread()


ENVELOPE = (
    '<?xml version="1.0" encoding="UTF-8"?><StandardBusinessDocument'
    ' xmlns="http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader"><StandardBusinessDocumentHeader>'
    '<HeaderVersion>1.0</HeaderVersion><Sender><Identifier Authority="iso6523-actorid-upis">0192:310300411</Identifier>'
    "</Sender></StandardBusinessDocumentHeader>{}</StandardBusinessDocument>"
)


def enveloped(*documents: bytes) -> bytes:
    """As an access point hands them over."""
    return ENVELOPE.format("".join(one.decode().partition("?>")[2] for one in documents)).encode()


async def test_an_access_points_envelope_is_opened(api: Api, connection: AsyncConnection) -> None:
    """C12: the same result as without, whoever the envelope says has sent it; errors point into the invoice."""
    await before_may(api, connection, 1)
    document = Ehf()
    path, dry = "/v1/invoices/checks", {"dry_run": "true"}
    headers = {"Content-Type": "application/xml"}
    bare = ok(await api.finance.post(path, params=dry, content=document.write(), headers=headers), 200)
    found = await api.finance.post(path, params=dry, content=enveloped(document.write()), headers=headers)
    assert ok(found, 200) == bare
    wrong = Ehf(lines=[EhfLine(), EhfLine(net="1.00")]).write()
    pointers = [
        refused(await send(api.finance, body), 422, "invoice-arithmetic")["errors"]
        for body in (wrong, enveloped(wrong))
    ]
    assert pointers[0] == pointers[1]
    ok(await send(api.finance, enveloped(document.write())))
    refused(await send(api.finance, document.write()), 409, "invoice-already-checked")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (enveloped(), "invoice-not-ehf"),
        (enveloped(Ehf().write(), Ehf(number="F-2").write()), "invoice-not-ehf"),
        (enveloped(enveloped(Ehf().write())), "invoice-not-ehf"),
        (enveloped(b"<?xml version='1.0'?><a/>"), "invoice-not-ehf"),
        (enveloped(b"<?xml version='1.0'?>" + b"<a>" * 40 + b"</a>" * 40), "invoice-too-large"),
        (ENVELOPE.format("&b;").replace("?>", '?><!DOCTYPE a [<!ENTITY b "c">]>', 1).encode(), "invoice-unsafe"),
    ],
)
async def test_an_envelope_with_anything_else_is_refused(api: Api, body: bytes, code: str) -> None:
    refused(await send(api.finance, body), 422, code)
