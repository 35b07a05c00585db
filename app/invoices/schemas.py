"""Checked invoices: what arrived, what was right, and what was covered by it (C12). None of their texts is kept."""

import re
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BeforeValidator, StringConstraints, WithJsonSchema
from pydantic import Field as Limits

from app.budget.schemas import Month
from app.http.schemas import Amount, Day, OrganisationNumber, Shape, Stored
from app.invoices.problems import MOST_LINES
from app.rules.invoicing import InvoiceCause, InvoiceKind

Result = Literal["equal", "different"]
Basis = Literal["settlement", "computed"]
_QUANTITY = re.compile(r"-?[0-9]{1,6}(\.[0-9]{1,10})?", re.ASCII)
_SIGNED = re.compile(r"-?(0|[1-9][0-9]{0,7})\.[0-9]{2}", re.ASCII)


def _decimal(pattern: re.Pattern[str], said: str) -> BeforeValidator:
    def read(value: object) -> Decimal:
        if isinstance(value, str) and pattern.fullmatch(value):
            return Decimal(value)
        raise ValueError(said)

    return BeforeValidator(read)


Quantity = Annotated[
    Decimal,
    _decimal(_QUANTITY, "må vere eit tal som tekst, til dømes «0.54839»"),
    WithJsonSchema({"type": "string", "pattern": f"^{_QUANTITY.pattern}$", "examples": ["1"]}),
]
SignedMoney = Annotated[
    Decimal,
    _decimal(_SIGNED, "må vere eit beløp som tekst med to desimalar, til dømes «22317.00»"),
    WithJsonSchema({"type": "string", "pattern": f"^{_SIGNED.pattern}$", "examples": ["22317.00"]}),
]
InvoiceNumber = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z ._/-]{0,49}$", max_length=50),
    Limits(examples=["F-2001"]),
]


class InvoiceLineIn(Shape):
    """A line of an invoice with the invoice's own fields, which are the same in each. A credit note's are positive."""

    invoice_number: InvoiceNumber
    kind: InvoiceKind = "invoice"
    issued_on: Annotated[Day, Limits(examples=["2022-03-01"])]
    supplier: Annotated[OrganisationNumber, Limits(examples=["310300403"])]
    buyer: Annotated[OrganisationNumber, Limits(examples=["920290922"])]
    currency: Annotated[str, StringConstraints(pattern="^[A-Z]{3}$"), Limits(examples=["NOK"])] = "NOK"
    placement_id: Annotated[UUID | None, Limits(examples=[None])] = None
    period_from: Annotated[Day, Limits(examples=["2022-02-01"])]
    period_to: Annotated[Day, Limits(examples=["2022-02-28"])]
    quantity: Annotated[Quantity, Limits(description="Place-months.", examples=["10"])]
    unit_price: Annotated[SignedMoney, Limits(examples=["22317.00"])]
    amount: Annotated[SignedMoney, Limits(examples=["223170.00"])]


class InvoiceLinesIn(Shape):
    """One invoice as its lines."""

    lines: Annotated[list[InvoiceLineIn], Limits(min_length=1, max_length=MOST_LINES)]


class CheckedLineOut(Shape):
    """A line's result; `line` is null for what is owed and not invoiced, and for the document's own charges."""

    line: Annotated[int | None, Limits(description="Its place in the invoice, from 1.")]
    placement_id: Annotated[
        UUID | None, Limits(description="Where the line names one of the provider's that the caller may know.")
    ]
    month: Month
    invoiced: Amount
    expected: Amount
    difference: Annotated[Amount, Limits(description="Invoiced − expected.")]
    cause: Annotated[InvoiceCause | None, Limits(description="Null where they are equal.")]


class WarningsOut(Shape):
    """What texts of the invoice hold that they should not; the texts themselves are not kept."""

    identity_numbers: int
    names: int


class InvoiceHeadOut(Stored):
    """A checked invoice, without its lines. A credit note's amounts are negative."""

    provider_id: UUID
    invoice_number: str
    kind: InvoiceKind
    issued_on: Day
    months: list[Month]
    amount: Annotated[Amount, Limits(description="`TaxExclusiveAmount`.")]
    expected: Amount
    difference: Annotated[Amount, Limits(description="Amount − expected.")]
    result: Result
    basis: Annotated[
        Basis, Limits(description="Against closed months, or (where one is open) what it costs by what is known.")
    ]
    warnings: WarningsOut
    checked_by: str


class InvoiceOut(InvoiceHeadOut):
    """A checked invoice, line by line (C12)."""

    lines: list[CheckedLineOut]
