"""What a check finds is told in sentences, and summed by cause, before the lines (C12)."""

from decimal import Decimal
from typing import get_args

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from app.invoices.sentences import describe_invoice, describe_line
from app.rules.invoice_documents import InvoiceCause, InvoiceKind
from tests.conftest import Api
from tests.factories.invoices import CHECKS, invoice_line, read_file, send, three_places
from tests.factories.places import got
from tests.factories.steps import ok

THREE_HUNDRED = "kr\N{NO-BREAK SPACE}300,00"


@pytest.mark.parametrize("cause", get_args(InvoiceCause))
@pytest.mark.parametrize("kind", get_args(InvoiceKind))
def test_every_cause_has_a_sentence_with_its_amount(cause: InvoiceCause, kind: InvoiceKind) -> None:
    for difference in (Decimal("300.00"), Decimal("-300.00")):
        sentence = describe_line(cause, kind, difference)
        assert THREE_HUNDRED in sentence
        assert sentence.endswith(".")


@pytest.mark.parametrize(
    ("kind", "difference", "lines", "sentence"),
    [
        ("invoice", "0.00", 0, "Fakturaen er lik det vekstbedrifta har krav på."),
        ("invoice", "0.00", 2, "Summen stemmer, men 2 linjer avvik."),
        ("invoice", "300.00", 1, f"Fakturaen er {THREE_HUNDRED} for høg (1 linje). Be om ei kreditnota."),
        ("invoice", "-300.00", 2, f"Fakturaen er {THREE_HUNDRED} for låg (2 linjer). Vekstbedrifta kan krevje meir."),
        ("credit_note", "-300.00", 1, f"Kreditnotaen avvik med {THREE_HUNDRED} (1 linje). Be om ei ny."),
    ],
)
def test_answer_says_what_to_do(kind: InvoiceKind, difference: str, lines: int, sentence: str) -> None:
    assert describe_invoice(kind, Decimal(difference), lines) == sentence


@pytest.mark.parametrize(
    ("cause", "kind", "difference", "end"),
    [
        ("other_price", "invoice", "300.00", "for mykje."),
        ("other_price", "invoice", "-300.00", "for lite."),
        ("credited_too_much", "credit_note", "-300.00", "for mykje."),
        ("other_days", "credit_note", "300.00", "for lite."),
        ("not_invoiced", "invoice", "300.00", f"ikkje kreditert: {THREE_HUNDRED}."),
    ],
)
def test_sentence_says_which_way(cause: InvoiceCause, kind: InvoiceKind, difference: str, end: str) -> None:
    assert describe_line(cause, kind, Decimal(difference)).endswith(end)


async def test_check_tells_its_sums_by_cause_first(api: Api, connection: AsyncConnection) -> None:
    places = await three_places(api, connection)
    made = ok(await send(api.finance, read_file("other-price-as-a-whole", places)))
    assert made["text"].startswith("Fakturaen er kr\N{NO-BREAK SPACE}10\N{NO-BREAK SPACE}093,26 for låg (2 linjer).")
    assert made["causes"] == [
        {"cause": "not_invoiced", "lines": 1, "difference": "-11122.26"},
        {"cause": "other_price", "lines": 1, "difference": "1029.00"},
    ]
    assert sum(Decimal(one["difference"]) for one in made["causes"]) == Decimal(made["difference"])
    assert made["lines"][0]["text"] == (
        "Fakturert med ein annan pris enn den som gjeld: kr\N{NO-BREAK SPACE}1\N{NO-BREAK SPACE}029,00 for mykje."
    )
    assert await got(api.finance, f"/v1/invoices/{made['id']}") == made


async def test_equal_check_has_no_sums_of_causes(api: Api, connection: AsyncConnection) -> None:
    places = await three_places(api, connection)
    content = read_file("equal-by-placement", places)
    body = ok(
        await api.finance.post(f"{CHECKS}?dry_run=true", content=content, headers={"Content-Type": "text/xml"}), 200
    )
    assert (body["causes"], body["text"]) == ([], "Fakturaen er lik det vekstbedrifta har krav på.")
    assert {line["text"] for line in body["lines"]} == {"Lik det som er venta."}
    twice = ok(await api.finance.post(CHECKS, json={"lines": [invoice_line()]}))
    assert [one["cause"] for one in twice["causes"]] == ["not_invoiced"]
