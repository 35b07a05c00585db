"""C12: a provider's invoice against what is owed, line by line: equal, or the difference and its cause.

Amounts are whole øre, a credit note's negative. Lines that name a placement are held to it. The others are one pool:
equal when its sum is what is left, else matched so that the least is left over (see `app.rules.invoice_matching`). What
each line says is counted for its own month and for the place that it names, whatever it was found to be: so what is
owed next is what is owed less all that was invoiced (see `app.rules.invoice_items`).
"""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import combinations
from typing import NamedTuple
from uuid import UUID

from app.rules.invoice_causes import find_cause
from app.rules.invoice_documents import Invoice, InvoiceCause, InvoiceLine
from app.rules.invoice_items import MonthAccount, OwedItem, list_items
from app.rules.invoice_matching import Claim, Match, divide_into_claims, match_claims

_MAX_OF_PLACE = 8


class LineComparison(NamedTuple):
    """One line's result, or (`number` None) what the invoice lacks or adds as a whole. `cause` is None where equal."""

    number: int | None
    placement: UUID | None
    month: date
    invoiced: int
    expected: int
    cause: InvoiceCause | None


class InvoicedAmount(NamedTuple):
    """An entry of the ledger of what was invoiced: for a place that a line names, for none, or `unowed` for nothing."""

    placement: UUID | None
    month: date
    amount: int
    unowed: bool = False


@dataclass(slots=True)
class InvoiceComparison:
    """All results, and the entries that they make in the ledger of what was invoiced."""

    rows: list[LineComparison] = field(default_factory=list)
    invoiced: list[InvoicedAmount] = field(default_factory=list)

    @property
    def expected(self) -> int:
        """The amount that would have been right."""
        return sum(row.expected for row in self.rows)

    @property
    def is_equal(self) -> bool:
        """C12: every line says what is owed, and nothing is missing."""
        return all(row.invoiced == row.expected for row in self.rows)


def compare_invoice(invoice: Invoice, accounts: Iterable[MonthAccount]) -> InvoiceComparison:
    """C12: every line of an invoice, then what is owed and not on it.

    A credit note is held to what it names, and to what was invoiced too much: it need not credit anything else.

    Args:
        accounts: the provider's, of every month with a line, and of those that are carried.
    """
    by_month = {month: MonthAccount(month) for month in {line.month for line in invoice.lines}}
    by_month |= {account.month: account for account in accounts}
    lines = sorted(invoice.lines, key=_order)
    named: dict[date, dict[UUID, list[InvoiceLine]]] = defaultdict(lambda: defaultdict(list))
    for line in lines:
        if line.placement is not None:
            named[line.month][line.placement].append(line)
    items: list[OwedItem] = []
    of_place: dict[date, dict[UUID | None, list[OwedItem]]] = {}
    for month, account in sorted(by_month.items()):
        found = list_items(account, named[month])
        items += found
        of_place[month] = defaultdict(list)
        for item in found:
            of_place[month][item.placement].append(item)
    comparison = InvoiceComparison()
    carried = [month for month, account in by_month.items() if account.carried]
    taken: set[OwedItem] = set()
    unknown: list[InvoiceLine] = []
    for month, account in sorted(by_month.items()):
        known = {*account.named, *(row.placement for row in account.owed)} if named[month] else set()
        owed = {row.placement for row in account.owed if row.amount > 0} if named[month] else set()
        for placement, of_line in sorted(named[month].items(), key=lambda entry: entry[0].int):
            if placement not in known:
                unknown += of_line
                continue
            others = [item for of in carried for item in of_place[of][placement] if item not in taken]
            own, is_owed = of_place[month][placement], placement in owed
            taken.update(_compare_place(comparison, of_line, own, others, items, is_owed=is_owed))
    _remove(items, taken)
    _compare_unknown(comparison, sorted(unknown, key=_order), items)
    charges = _compare_charges(comparison, invoice, items)
    _compare_pool(comparison, invoice, [line for line in lines if line.placement is None], items, by_month)
    _add_missing(comparison, items, is_credit=invoice.kind == "credit_note")
    comparison.rows.sort(key=lambda row: (row.number is None, row.number or 0, row.month))
    comparison.rows += charges
    return comparison


def _compare_place(
    comparison: InvoiceComparison,
    lines: Sequence[InvoiceLine],
    own: list[OwedItem],
    carried: list[OwedItem],
    items: list[OwedItem],
    *,
    is_owed: bool,
) -> list[OwedItem]:
    """The lines for one place's month: each is right that is for some of the place's items by its amount.

    The others are held to the items that they are nearest to; what differs stands on the last.

    Args:
        own: what is left of the place's month.
        carried: what is left of the place's months that are carried.
        items: everything that is left, of which a credit may take what was invoiced too much for no place.
        is_owed: something is owed of the place's month, whether or not it is left.

    Returns:
        The items of the place that the lines are for.
    """
    placement = lines[0].placement
    left = own + carried
    groups: list[tuple[Sequence[InvoiceLine], Sequence[OwedItem]]] = []
    rest: list[InvoiceLine] = []
    total = sum(line.amount for line in lines)
    for choice in (own, left):
        if total == sum(item.amount for item in choice):
            groups = [(lines, choice)]
            break
    else:
        for line in lines:
            equal = _find_equal(left, line.amount)
            if equal:
                groups.append(([line], equal))
                left = [item for item in left if item not in equal]
            else:
                rest.append(line)
    if rest:
        near = _find_nearest([item for item in left if item in own], sum(line.amount for line in rest))
        groups.append((rest, near))
    for found, taken in groups:
        expected = sum(item.amount for item in taken)
        difference = sum(line.amount for line in found) - expected
        *others, last = found
        if difference < 0 and expected <= 0:
            difference += _take_surplus(items, last.month, -difference)
        _add_equal(comparison, others, placement)
        cause: InvoiceCause | None = None
        if difference:
            if taken:
                cause = find_cause(last, last.amount, taken)
            else:
                cause = _explain_excess(1 if is_owed else 0)(Claim(last, difference))
        comparison.rows.append(
            LineComparison(last.number, placement, last.month, last.amount, last.amount - difference, cause)
        )
        _record(comparison, placement, found, taken)
    return [item for _, taken in groups for item in taken]


def _compare_unknown(comparison: InvoiceComparison, lines: Sequence[InvoiceLine], items: list[OwedItem]) -> None:
    """Lines for places that the provider has not: nothing is owed but what was invoiced for such before."""
    for month, found in _by_month(lines).items():
        surplus = [item for item in items if item.month == month and item.kind == "surplus"]
        claims = [Claim(line, line.amount) for line in found]
        matched = match_claims(claims, surplus)
        _remove(items, (item for match in matched.matches for item in match.items))
        _add_claims(comparison, found, matched.matches, matched.claims, _explain_excess(0))
        comparison.invoiced += [InvoicedAmount(None, month, line.amount, unowed=True) for line in found]


def _compare_charges(comparison: InvoiceComparison, invoice: Invoice, items: list[OwedItem]) -> list[LineComparison]:
    """Charges of the whole document, for which nothing is owed; an allowance may give back what was too much."""
    if not invoice.charges:
        return []
    month = max((line.month for line in invoice.lines), default=invoice.issued_on.replace(day=1))
    right = -_take_surplus(items, month, -invoice.charges)
    comparison.invoiced.append(InvoicedAmount(None, month, invoice.charges, unowed=True))
    cause: InvoiceCause | None = None if right == invoice.charges else "document_charge"
    return [LineComparison(None, None, month, invoice.charges, right, cause)]


def _compare_pool(
    comparison: InvoiceComparison,
    invoice: Invoice,
    lines: Sequence[InvoiceLine],
    items: list[OwedItem],
    accounts: Mapping[date, MonthAccount],
) -> None:
    """Lines that name no place: equal by their sum with what is carried, or by a month's, else matched."""
    if not lines:
        return
    may_match = [item for item in items if invoice.kind == "invoice" or item.amount < 0]
    carried = [item for item in may_match if accounts[item.month].carried]
    months = _by_month(lines)
    together = carried + [item for item in may_match if item.month in months]
    if carried and sum(line.amount for line in lines) == sum(item.amount for item in together):
        _add_equal(comparison, lines, None)
        _record(comparison, None, lines, together)
        _remove(items, together)
        return
    for month, found in months.items():
        of_month = [item for item in may_match if item.month == month]
        if sum(line.amount for line in found) == sum(item.amount for item in of_month):
            _add_equal(comparison, found, None)
            _record(comparison, None, found, ())
            _remove(items, of_month)
            continue
        divisor = next((row.line.divisor for row in accounts[month].owed if row.line), None)
        claims = divide_into_claims(found, divisor or monthrange(month.year, month.month)[1])
        matched = match_claims(claims, of_month, [item for item in carried if item in items])
        _remove(items, (item for match in matched.matches for item in match.items))
        explain = _explain_excess(accounts[month].invoiced)
        _add_claims(comparison, found, matched.matches, matched.claims, explain)
        _record_claims(comparison, found, matched.matches)


def _add_missing(comparison: InvoiceComparison, items: Sequence[OwedItem], *, is_credit: bool) -> None:
    """What is left of each place, and what was invoiced too much and is not credited."""
    left: dict[tuple[date, UUID | None], list[OwedItem]] = defaultdict(list)
    for item in items:
        if item.amount < 0 or not is_credit:
            left[item.month, item.placement].append(item)
    for (month, placement), found in left.items():
        expected = sum(item.amount for item in found)
        is_supplement = all(item.kind == "supplement" for item in found)
        cause: InvoiceCause = "missing_supplement" if is_supplement else "not_invoiced"
        if expected:
            comparison.rows.append(LineComparison(None, placement, month, 0, expected, cause))


def _add_equal(comparison: InvoiceComparison, lines: Iterable[InvoiceLine], placement: UUID | None) -> None:
    comparison.rows += [
        LineComparison(line.number, placement, line.month, line.amount, line.amount, None) for line in lines
    ]


def _add_claims(
    comparison: InvoiceComparison,
    lines: Sequence[InvoiceLine],
    matches: Iterable[Match],
    unmatched: Sequence[Claim],
    explain: Callable[[Claim], InvoiceCause],
) -> None:
    """The result of each line from those of its claims; the cause is that of its largest difference."""
    expected: dict[int, int] = defaultdict(int)
    faults: dict[int, list[tuple[int, InvoiceCause]]] = defaultdict(list)
    for match in matches:
        for claim in match.claims:
            expected[claim.line.number] += claim.amount
        last = match.claims[-1]
        if difference := match.difference:
            expected[last.line.number] -= difference
            faults[last.line.number].append((abs(difference), find_cause(last.line, last.amount, match.items)))
    for claim, back in _net_claims(unmatched):
        expected[claim.line.number] += back
        if back != claim.amount:
            faults[claim.line.number].append((abs(claim.amount - back), explain(claim)))
    for line in lines:
        right = expected[line.number]
        # Two differences of a line may make each other up.
        cause = max(faults[line.number])[1] if right != line.amount else None
        comparison.rows.append(LineComparison(line.number, None, line.month, line.amount, right, cause))


def _net_claims(claims: Sequence[Claim]) -> list[tuple[Claim, int]]:
    """Claims that nothing is owed for, each with what of it another of the same invoice takes back."""
    found: list[tuple[Claim, int]] = []
    positive = sorted((claim for claim in claims if claim.amount >= 0), key=lambda claim: claim.order)
    negative = sorted((claim for claim in claims if claim.amount < 0), key=lambda claim: claim.order)
    back = min(sum(claim.amount for claim in positive), -sum(claim.amount for claim in negative))
    for sign, of_sign in ((1, positive), (-1, negative)):
        left = back
        for claim in of_sign:
            given = min(abs(claim.amount), left)
            left -= given
            found.append((claim, sign * given))
    return found


def _record(
    comparison: InvoiceComparison, placement: UUID | None, lines: Sequence[InvoiceLine], taken: Sequence[OwedItem]
) -> None:
    """The lines in the ledger of what was invoiced, in the months of the items that they are for."""
    months = {line.month for line in lines}
    # Equal by their sum where an item is of another month: so the items are what was invoiced.
    entries = lines if all(item.month in months for item in taken) else taken
    comparison.invoiced += [InvoicedAmount(placement, entry.month, entry.amount) for entry in entries]


def _record_claims(comparison: InvoiceComparison, lines: Sequence[InvoiceLine], matches: Iterable[Match]) -> None:
    elsewhere: dict[int, int] = defaultdict(int)
    for match in matches:
        line, item = match.claims[0].line, match.items[0]
        if item.month != line.month:
            elsewhere[line.number] += match.claims[0].amount
            comparison.invoiced.append(InvoicedAmount(None, item.month, match.claims[0].amount))
    comparison.invoiced += [
        InvoicedAmount(None, line.month, line.amount - elsewhere[line.number])
        for line in lines
        if line.amount != elsewhere[line.number]
    ]


def _explain_excess(invoiced_before: int) -> Callable[[Claim], InvoiceCause]:
    """The cause of claims that nothing is owed for, one after the other: first those that were invoiced before."""
    left = invoiced_before

    def explain(claim: Claim) -> InvoiceCause:
        nonlocal left
        if claim.kind == "charges":
            return "other_price"
        if claim.amount < 0:
            return "credited_too_much"
        if left <= 0:
            return "other_days" if claim.kind == "days" else "no_such_placement"
        left -= claim.amount
        return "already_invoiced"

    return explain


def _find_equal(items: Sequence[OwedItem], amount: int) -> tuple[OwedItem, ...]:
    """The fewest of a place's items that make up an amount; nothing where none do."""
    for size in range(1, min(len(items), _MAX_OF_PLACE) + 1):
        for taken in combinations(items, size):
            if sum(item.amount for item in taken) == amount:
                return taken
    return ()


def _find_nearest(items: Sequence[OwedItem], amount: int) -> tuple[OwedItem, ...]:
    """Those of a place's items that an amount is nearest to, one at least if there are any of its sign."""
    of_sign = [item for item in items if (item.amount < 0) == (amount < 0)][:_MAX_OF_PLACE]
    if len(of_sign) < 2:
        return tuple(of_sign)
    choices = [taken for size in range(1, len(of_sign) + 1) for taken in combinations(of_sign, size)]
    return min(choices, key=lambda taken: abs(sum(item.amount for item in taken) - amount), default=())


def _take_surplus(items: list[OwedItem], month: date, amount: int) -> int:
    """Take up to an amount, which is positive, from what was invoiced too much for no place; how much it was."""
    taken = 0
    for item in [item for item in items if item.month == month and item.kind == "surplus" and item.amount < 0]:
        part = min(-item.amount, amount - taken)
        if part <= 0:
            break
        items.remove(item)
        taken += part
        if item.amount + part:
            items.append(replace(item, amount=item.amount + part))
    return taken


def _remove(items: list[OwedItem], taken: Iterable[OwedItem]) -> None:
    gone = set(taken)
    items[:] = [item for item in items if item not in gone]


def _by_month(lines: Iterable[InvoiceLine]) -> dict[date, list[InvoiceLine]]:
    found: dict[date, list[InvoiceLine]] = defaultdict(list)
    for line in lines:
        found[line.month].append(line)
    return dict(sorted(found.items()))


def _order(line: InvoiceLine) -> tuple[object, ...]:
    """So that nothing depends on the order of lines; alike are those whose results may be exchanged."""
    id_ = 0 if line.placement is None else line.placement.int
    price, quantity = line.unit_price.as_integer_ratio(), line.quantity.as_integer_ratio()
    return line.first_day, line.last_day, id_, -line.amount, price, quantity, line.unit, line.number
