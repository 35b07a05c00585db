"""What an EHF file's texts and sizes are held to before it is checked (C12)."""

import threading

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from app.invoices import endpoints
from app.invoices.ehf import parse_ehf
from app.rules.invoice_documents import Invoice
from tests.api.invoices.test_standard import ATTACHMENT, OTHER
from tests.conftest import Api
from tests.factories.ehf import Ehf, EhfLine, party
from tests.factories.invoices import send
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
