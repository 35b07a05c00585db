"""Invoices as lines in JSON, and the result of a check (C12)."""

import re
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BeforeValidator, StringConstraints, WithJsonSchema
from pydantic import Field as Limits

from app.budget.schemas import Month
from app.http.schemas import Amount, Annullable, Day, Name, OrganisationNumber, Shape, describe_pattern
from app.invoices.problems import MAX_LINES
from app.rules.invoice_documents import InvoiceCause, InvoiceKind

CheckResult = Literal["equal", "different"]
CheckBasis = Literal["settlement", "computed"]
# As exact as EHF's: a part of a month as a program computes it, a price per day.
_QUANTITY = re.compile(r"-?[0-9]{1,6}(\.[0-9]{1,30})?", re.ASCII)
_UNIT_PRICE = re.compile(r"-?(0|[1-9][0-9]{0,7})(\.[0-9]{1,30})?", re.ASCII)
_SIGNED_AMOUNT = re.compile(r"-?(0|[1-9][0-9]{0,7})\.[0-9]{2}", re.ASCII)


def _decimal_text(pattern: re.Pattern[str], message: str) -> BeforeValidator:
    def parse(value: object) -> Decimal:
        if isinstance(value, str) and pattern.fullmatch(value):
            return Decimal(value)
        raise ValueError(message)

    return BeforeValidator(parse)


Quantity = Annotated[
    Decimal,
    _decimal_text(_QUANTITY, "må vere eit tal som tekst, til dømes «0.54839»"),
    WithJsonSchema({"type": "string", "pattern": f"^{_QUANTITY.pattern}$", "examples": ["1"]}),
]
SignedMoney = Annotated[
    Decimal,
    _decimal_text(_SIGNED_AMOUNT, "må vere eit beløp som tekst med to desimalar, til dømes «22317.00»"),
    WithJsonSchema({"type": "string", "pattern": f"^{_SIGNED_AMOUNT.pattern}$", "examples": ["22317.00"]}),
]
UnitPrice = Annotated[
    Decimal,
    _decimal_text(_UNIT_PRICE, "må vere ein pris i kroner som tekst, til dømes «741.48387»"),
    WithJsonSchema({"type": "string", "pattern": f"^{_UNIT_PRICE.pattern}$", "examples": ["22317.00"]}),
]
_CURRENCY = describe_pattern("^[A-Z]{3}$", "må vere tre store bokstavar, til dømes «NOK»")
InvoiceNumber = Annotated[Name, Limits(examples=["F-2001"])]


class InvoiceLineIn(Shape):
    """A line of an invoice, with the fields of the invoice repeated. Amounts of a credit note are positive."""

    invoice_number: InvoiceNumber
    kind: InvoiceKind = "invoice"
    issued_on: Annotated[Day, Limits(examples=["2022-03-01"])]
    supplier: Annotated[OrganisationNumber, Limits(examples=["310300403"])]
    buyer: Annotated[OrganisationNumber, Limits(examples=["920290922"])]
    currency: Annotated[
        str,
        StringConstraints(pattern=describe_pattern("^[A-Z]{3}$", "må vere tre store bokstavar, til dømes «NOK»")),
        Limits(examples=["NOK"]),
    ] = "NOK"
    placement_id: Annotated[UUID | None, Limits(examples=[None])] = None
    period_from: Annotated[Day, Limits(examples=["2022-02-01"])]
    period_to: Annotated[Day, Limits(examples=["2022-02-28"])]
    quantity: Annotated[Quantity, Limits(description="Places by the month, or what `unit_code` says.", examples=["10"])]
    unit_code: Annotated[
        str,
        StringConstraints(pattern=describe_pattern("^[A-Z0-9]{2,3}$", "må vere ein kode som «MON», «DAY» eller «C62»")),
        Limits(
            description="UN/ECE recommendation 20, as in EHF (BT-130): `DAY` for days, `E49` for working days. No place"
            " is paid by the hour, the week or another time. Any other code counts places by the month."
        ),
    ] = "MON"
    unit_price: Annotated[UnitPrice, Limits(description="Kroner for one `unit_code`, exact.", examples=["22317.00"])]
    amount: Annotated[SignedMoney, Limits(examples=["223170.00"])]


class InvoiceLinesIn(Shape):
    """One invoice as lines."""

    lines: Annotated[list[InvoiceLineIn], Limits(min_length=1, max_length=MAX_LINES)]


class InvoiceLineOut(Shape):
    """The result for one line.

    `line` is null for what is owed and not invoiced, and for charges of the whole document.
    """

    line: Annotated[int | None, Limits(description="Position of the line in the invoice, from 1.")]
    placement_id: Annotated[
        UUID | None,
        Limits(description="The placement that the line names, if it is the provider's and the caller may see it."),
    ]
    month: Month
    invoiced: Amount
    expected: Amount
    difference: Annotated[Amount, Limits(description="Invoiced − expected.")]
    cause: Annotated[InvoiceCause | None, Limits(description="Null if the amounts are equal.")]
    text: Annotated[str, Limits(description="The result as a sentence in nynorsk.")]


class InvoiceCauseOut(Shape):
    """All results of one cause together."""

    cause: InvoiceCause
    lines: Annotated[int, Limits(description="How many results have it.")]
    difference: Annotated[Amount, Limits(description="The sum of their differences.")]


class InvoiceWarningsOut(Shape):
    """Personal data found in the invoice's texts; the texts are not stored."""

    identity_numbers: int
    names: int


class InvoiceResult(Shape):
    """What an invoice says, and what a check of it finds. Amounts of a credit note are negative."""

    provider_id: UUID
    invoice_number: str
    kind: InvoiceKind
    issued_on: Day
    months: list[Month]
    amount: Annotated[Amount, Limits(description="Amount without VAT (EHF `TaxExclusiveAmount`).")]
    expected: Amount
    difference: Annotated[Amount, Limits(description="Amount − expected.")]
    result: CheckResult
    protected_amount: Annotated[
        Amount | None,
        Limits(
            description="What all places of people with a protected address, at any provider, cost in these months."
            " Finance's comparison is without them. Null for invoices that were checked before this was told."
        ),
    ]
    basis: Annotated[
        CheckBasis,
        Limits(
            description="`settlement`: compared with closed months. `computed`: a month is open, and was compared as it"
            " is computed now."
        ),
    ]
    warnings: InvoiceWarningsOut
    checked_by: str


class InvoiceSummaryOut(InvoiceResult, Annullable):
    """A checked invoice without its lines. One that is annulled counts for nothing (D10)."""


class InvoiceResults(Shape):
    """What a check finds: the answer first, then the sums by cause, then each line."""

    text: Annotated[
        str, Limits(description="The answer as a sentence in nynorsk: whether it can be paid, or what to ask for.")
    ]
    causes: Annotated[list[InvoiceCauseOut], Limits(description="They add up to `difference`; empty if all is equal.")]
    lines: list[InvoiceLineOut]


class InvoiceOut(InvoiceSummaryOut, InvoiceResults):
    """A checked invoice with the result of each line (C12)."""


class InvoiceDryRunOut(InvoiceResult, InvoiceResults):
    """What a check would find now, with the result of each line (C12). Nothing of it is stored, so it has no id."""

    dry_run: Literal[True]
