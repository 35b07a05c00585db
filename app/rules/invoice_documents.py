"""An invoice or credit note as it arrived, whatever its form (C12). Amounts are whole øre, a credit note's negative."""

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Literal
from uuid import UUID

ROUNDING = 2
"""In øre: what rounding may make of an amount."""

InvoiceKind = Literal["invoice", "credit_note"]
QuantityUnit = Literal["month", "day", "other"]
InvoiceCause = Literal[
    "no_such_placement",
    "other_days",
    "other_price",
    "other_share",
    "missing_supplement",
    "not_invoiced",
    "already_invoiced",
    "credited_too_much",
    "document_charge",
]


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """A line of an invoice. `unit_price` is øre per `unit` of the `quantity`, both exact; `number` counts from 1.

    `month` is the first day of the month it is for.
    """

    number: int
    placement: UUID | None
    first_day: date
    last_day: date
    quantity: Fraction
    unit_price: Fraction
    amount: int
    unit: QuantityUnit = "month"
    month: date = field(init=False)

    def __post_init__(self) -> None:
        # Asked for more often than anything else of a line.
        object.__setattr__(self, "month", self.first_day.replace(day=1))

    @property
    def has_charges(self) -> bool:
        """Whether the amount is not the quantity at the price: the line has charges or allowances of its own."""
        # In whole numbers, as fractions would take longer than the rest of a comparison.
        price, of_price = self.unit_price.as_integer_ratio()
        quantity, of_quantity = self.quantity.as_integer_ratio()
        one = of_price * of_quantity
        return abs(quantity * price - self.amount * one) > ROUNDING * one


@dataclass(frozen=True, slots=True)
class Invoice:
    """The whole document. `charges` are its own, less allowances."""

    kind: InvoiceKind
    number: str
    issued_on: date
    supplier: str
    buyer: str
    currency: str
    lines: tuple[InvoiceLine, ...]
    charges: int
    amount: int
    identity_numbers: int = 0
    names: int = 0
