"""An invoice as lines in JSON or NDJSON (C12)."""

from fractions import Fraction
from operator import attrgetter

from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from app.http.content_negotiation import NDJSON
from app.http.problems import VALIDATION, FieldError
from app.http.strict_json import STRICT_JSON, json_fault, parse_strictly
from app.invoices.parsing import FieldPointers, build_line, parse_unit
from app.invoices.problems import INVOICE_ARITHMETIC, INVOICE_INCOMPLETE, INVOICE_TOO_LARGE, MAX_LINES
from app.invoices.schemas import InvoiceLineIn, InvoiceLinesIn
from app.rules.invoice_documents import Invoice
from app.rules.money import to_ore
from app.rules.text_warnings import count_identity_numbers

JSON_POINTERS = FieldPointers("#/lines/0/buyer", "#/lines/0/supplier", "#/lines/0/currency", "#/lines")

# The fields of a line that are the invoice's, and so the same in every line.
_INVOICE_FIELDS = ("invoice_number", "kind", "issued_on", "supplier", "buyer", "currency")
_read_header = attrgetter(*_INVOICE_FIELDS)
# In øre, between quantity x price and the amount.
_TOLERANCE = Fraction(2)
_MAX_ERRORS = 100


def parse_json(body: bytes, content_type: str) -> Invoice:
    """C12: the invoice in a JSON or NDJSON body. 422 problems that point at the line and field."""
    if content_type == NDJSON:
        texts = [line for line in body.splitlines() if line.strip()]
        if len(texts) > MAX_LINES:
            raise INVOICE_TOO_LARGE(pointer="#/lines")
        sent: object = {"lines": [_parse_line(text, index) for index, text in enumerate(texts)]}
    else:
        sent = parse_strictly(body)
        if isinstance(sent, dict) and isinstance(sent.get("lines"), list) and len(sent["lines"]) > MAX_LINES:
            raise INVOICE_TOO_LARGE(pointer="#/lines")
    try:
        lines = InvoiceLinesIn.model_validate(sent).lines
    except ValidationError as error:
        raise RequestValidationError(
            [{**fault, "loc": ("body", *fault["loc"])} for fault in error.errors(include_url=False)]
        ) from None
    return build_invoice(lines)


def build_invoice(rows: list[InvoiceLineIn]) -> Invoice:
    """The invoice that the lines make up. 422 if they are of several invoices, or an amount is not price x quantity."""
    first = rows[0]
    header = _read_header(first)
    others = [
        FieldError(f"#/lines/{index}/{name}", "er ikkje som i den første linja")
        for index, row in enumerate(rows)
        for name, value, wanted in zip(_INVOICE_FIELDS, _read_header(row), header, strict=True)
        if value != wanted
    ]
    if others:
        raise INVOICE_ARITHMETIC("Linjene er ikkje av same faktura.", errors=others[:_MAX_ERRORS], rule="one-invoice")
    if count_identity_numbers([first.invoice_number]):
        raise INVOICE_INCOMPLETE(
            "Fakturanummeret inneheld eit fødselsnummer.", pointer="#/lines/0/invoice_number", element="invoice_number"
        )
    sign = 1 if first.kind == "invoice" else -1
    lines = []
    for number, row in enumerate(rows, start=1):
        amount, price, quantity = to_ore(row.amount), Fraction(row.unit_price) * 100, Fraction(row.quantity)
        if abs(quantity * price - amount) > _TOLERANCE:
            raise INVOICE_ARITHMETIC(
                f"Linje {number}: mengd gonger pris er ikkje beløpet.",
                pointer=f"#/lines/{number - 1}/amount",
                rule="PEPPOL-EN16931-R120",
                line=number,
            )
        lines.append(
            build_line(
                number=number,
                placement_id=row.placement_id,
                period=(row.period_from, row.period_to),
                quantity=sign * quantity,
                unit_price=price,
                amount=sign * amount,
                period_pointer=f"#/lines/{number - 1}/period_to",
                unit=parse_unit(row.unit_code),
            )
        )
    return Invoice(
        kind=first.kind,
        number=first.invoice_number,
        issued_on=first.issued_on,
        supplier=first.supplier,
        buyer=first.buyer,
        currency=first.currency,
        lines=tuple(lines),
        charges=0,
        amount=sum(line.amount for line in lines),
    )


def _parse_line(text: bytes, index: int) -> object:
    try:
        return STRICT_JSON.decode(text.decode())
    except (RecursionError, ValueError) as error:
        raise VALIDATION(f"Linje {index + 1} {json_fault(error)}.", pointer=f"#/lines/{index}") from None
