"""C12: a provider's invoice against what is owed, line by line: equal, or the difference and its cause.

Amounts are whole øre, a credit note's negative. A line may name the placement it is for; the others are one pool, which
is equal when its sum is, and is otherwise compared with what no line named, one line after the other.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Literal
from uuid import UUID

from app.rules.identifiers import contains_identity_number
from app.rules.prices import BASIS_POINTS, PERCENT
from app.rules.settlement import MonthLine

InvoiceKind = Literal["invoice", "credit_note"]
InvoiceCause = Literal[
    "no_such_placement", "other_days", "other_price", "not_invoiced", "already_invoiced", "document_charge"
]


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """A line of an invoice. `quantity` is place-months and `unit_price` øre, both exact; `number` counts from 1."""

    number: int
    placement: UUID | None
    first_day: date
    last_day: date
    quantity: Fraction
    unit_price: Fraction
    amount: int

    @property
    def month(self) -> date:
        """The first day of the month it is for."""
        return self.first_day.replace(day=1)


@dataclass(frozen=True, slots=True)
class Invoice:
    """An invoice or credit note as it arrived, whatever its form. `charges` are the document's own, less allowances."""

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


@dataclass(frozen=True, slots=True)
class AmountOwed:
    """What is still owed for one placement's month: what was settled, less what was invoiced before."""

    placement: UUID
    month: date
    amount: int
    line: MonthLine | None = None
    invoiced_before: bool = False


@dataclass(frozen=True, slots=True)
class LineComparison:
    """One line's result, or (`number` None) what the invoice lacks or adds as a whole. `cause` is None where equal."""

    number: int | None
    placement: UUID | None
    month: date
    invoiced: int
    expected: int
    cause: InvoiceCause | None


@dataclass(slots=True)
class InvoiceComparison:
    """All results; and what the invoice covers of each placement's month, None for what is nobody's."""

    rows: list[LineComparison] = field(default_factory=list)
    covered: dict[tuple[UUID | None, date], int] = field(default_factory=dict)

    @property
    def expected(self) -> int:
        """The amount that would have been right."""
        return sum(row.expected for row in self.rows)

    @property
    def is_equal(self) -> bool:
        """C12: every line says what is owed, and nothing is missing."""
        return all(row.invoiced == row.expected for row in self.rows)

    def add_covered(self, placement: UUID | None, month: date, amount: int) -> None:
        """Count an amount of the invoice as this placement's and month's."""
        if amount:
            self.covered[placement, month] = self.covered.get((placement, month), 0) + amount


def compare_invoice(invoice: Invoice, owed: Iterable[AmountOwed]) -> InvoiceComparison:
    """C12: every line of an invoice, then what is owed and not on it.

    A credit note is held to what it names, and to what was invoiced too much: it need not credit anything else.
    """
    remaining = {(row.placement, row.month): row for row in owed}
    comparison = InvoiceComparison()
    named: dict[tuple[UUID, date], list[InvoiceLine]] = {}
    pool: list[InvoiceLine] = []
    for line in invoice.lines:
        if line.placement is None:
            pool.append(line)
        else:
            named.setdefault((line.placement, line.month), []).append(line)
    for key, lines in named.items():
        _compare_named(comparison, key, lines, remaining.pop(key, None))
    rest = [remaining[key] for key in sorted(remaining, key=lambda key: (key[1], key[0].int))]
    if invoice.kind == "credit_note":
        rest = [row for row in rest if row.amount < 0]
    _compare_pool(comparison, pool, rest)
    comparison.rows.sort(key=lambda row: (row.number is None, row.number or 0, row.month))
    if invoice.charges:
        month = max((line.month for line in invoice.lines), default=invoice.issued_on.replace(day=1))
        comparison.rows.append(LineComparison(None, None, month, invoice.charges, 0, "document_charge"))
        comparison.add_covered(None, month, invoice.charges)
    return comparison


def _compare_named(
    comparison: InvoiceComparison, key: tuple[UUID, date], lines: Sequence[InvoiceLine], owed: AmountOwed | None
) -> None:
    """Several lines for one placement's month are held to it together; what differs stands on the last."""
    placement, month = key
    expected = 0 if owed is None else owed.amount
    others = sum(line.amount for line in lines[:-1])
    for line in lines:
        right = expected - others if line is lines[-1] else line.amount
        cause = None if line.amount == right else _find_cause(line, owed)
        known = None if owed is None else placement
        comparison.rows.append(LineComparison(line.number, known, month, line.amount, right, cause))
        comparison.add_covered(known, month, line.amount)


def _compare_pool(comparison: InvoiceComparison, pool: Sequence[InvoiceLine], owed: Sequence[AmountOwed]) -> None:
    """Equal by its sum over everything or by a month's; else each line takes the placements whose price it has."""
    unmatched = list(owed)
    if pool and sum(line.amount for line in pool) == sum(row.amount for row in unmatched):
        _match_total(comparison, pool, unmatched)
        return
    for month in sorted({line.month for line in pool}):
        lines = [line for line in pool if line.month == month]
        of_month = [row for row in unmatched if row.month == month]
        unmatched = [row for row in unmatched if row.month != month]
        if sum(line.amount for line in lines) == sum(row.amount for row in of_month):
            _match_total(comparison, lines, of_month)
            continue
        for line in lines:
            of_month = _match_by_price(comparison, line, of_month)
        unmatched += of_month
    for row in unmatched:
        if row.amount:
            comparison.rows.append(LineComparison(None, row.placement, row.month, 0, row.amount, "not_invoiced"))


def _match_total(comparison: InvoiceComparison, lines: Sequence[InvoiceLine], owed: Sequence[AmountOwed]) -> None:
    for line in lines:
        comparison.rows.append(LineComparison(line.number, None, line.month, line.amount, line.amount, None))
    for row in owed:
        comparison.add_covered(row.placement, row.month, row.amount)


def _match_by_price(comparison: InvoiceComparison, line: InvoiceLine, owed: list[AmountOwed]) -> list[AmountOwed]:
    """Match one line with as many placements as its quantity says, and return the others."""
    priced = [row for row in owed if row.amount and line.unit_price in _list_prices(row.line)]
    candidates = priced or [row for row in owed if row.amount]
    taken: list[AmountOwed] = []
    months = Fraction(0)
    for row in sorted(candidates, key=lambda row: -abs(row.amount)):
        if months >= abs(line.quantity):
            break
        taken.append(row)
        months += _count_place_months(row.line)
    expected = sum(row.amount for row in taken)
    cause: InvoiceCause | None = None
    if expected != line.amount:
        if taken:
            cause = "other_days" if priced else "other_price"
        else:
            cause = "already_invoiced" if any(row.invoiced_before for row in owed) else "no_such_placement"
    comparison.rows.append(LineComparison(line.number, None, line.month, line.amount, expected, cause))
    rest = line.amount
    for row in taken:
        part = row.amount if abs(row.amount) <= abs(rest) else rest
        comparison.add_covered(row.placement, row.month, part)
        rest -= part
    comparison.add_covered(None, line.month, rest)
    return [row for row in owed if row not in taken]


def _find_cause(line: InvoiceLine, owed: AmountOwed | None) -> InvoiceCause:
    if owed is None:
        return "no_such_placement"
    if owed.amount == 0 and owed.invoiced_before:
        return "already_invoiced"
    if owed.line is not None and line.unit_price not in _list_prices(owed.line):
        return "other_price"
    return "other_days"


def _list_prices(line: MonthLine | None) -> set[Fraction]:
    """Øre per month that a line may rightly be invoiced at: a full place's price, or its share of it."""
    if line is None:
        return set()
    full = {Fraction(part.price_bp, BASIS_POINTS) for part in line.parts}
    shared = {Fraction(part.price_bp * part.share, BASIS_POINTS * PERCENT) for part in line.parts}
    # A month of one price and a supplement may be invoiced as their sum.
    together = sum(part.price_bp * part.share for part in line.parts)
    return full | shared | {Fraction(together, BASIS_POINTS * PERCENT)}


def _count_place_months(line: MonthLine | None) -> Fraction:
    """Place-months of a line, a part of a place counted as a part."""
    if line is None:
        return Fraction(1)
    counted = sum(part.days * part.share for part in line.parts if part.kind != "supplement")
    return Fraction(counted, PERCENT * line.divisor)


_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
# Written with a capital letter, and nobody's name.
_CAPITALISED_WORDS = frozenset(
    """
    januar februar mars april mai juni juli august september oktober november desember
    jan feb mar apr jun jul aug sep okt nov des kvartal uke veke månad måned periode
    plass plassar plasser plassen grunnfinansiering arbeidsplass tilrettelagt arbeid aktivitet oppgåve pris sats tillegg
    etterbetaling kreditering faktura kreditnota differanse oppgjer oppgjør kontrakt avtale ref kommune alver
    for til og i av per gjeld gjelder
    """.split()
)


def count_names(text: str, known: frozenset[str] = frozenset()) -> int:
    """How many times two or more words in a row look like a person's name, other than those that are known.

    A guess, good enough for a warning: words that begin with one capital letter, with nothing but space between.
    """
    names, run, end = 0, 0, 0
    for word in _WORD.finditer(text):
        written = word.group()
        is_name = (
            written[:1].isupper()
            and not written.isupper()
            and written.lower() not in _CAPITALISED_WORDS
            and written.lower() not in known
        )
        follows = text[end : word.start()].strip(" \u00a0") == ""
        run = (run + 1 if follows else 1) if is_name else 0
        names += run == 2
        end = word.end()
    return names


def count_identity_numbers(texts: Iterable[str]) -> int:
    """How many texts hold a national identity number."""
    return sum(contains_identity_number(text, relaxed=True) for text in texts)
