"""What the months of a year were settled and invoiced for (C12, C13), as the position shows it."""

from dataclasses import dataclass, field

from sqlalchemy import text

from app.database.queries import CompiledQuery, Queries
from app.rules.money import to_ore

# No line of a placement is read: settlements and invoices carry their own sums by month.
_BY_MONTH = CompiledQuery(
    text(
        """
    select kind, right(month, 2)::integer as month, sum(amount::numeric) as amount
    from (
        select 'settled' as kind, by_month from settlement
        where not exists (
            select from settlement_review where settlement_id = settlement.id and not approved
        )
        union all
        select 'invoiced', by_month from invoice_check where annulled_at is null
    ) as known, jsonb_each_text(by_month) as summed (month, amount)
    where left(month, 4) = :year
    group by 1, 2
    """
    )
)


@dataclass(slots=True)
class SettledAndInvoiced:
    """Øre by month, 1 to 12: `settled` has every closed month and no other."""

    settled: dict[int, int] = field(default_factory=dict)
    invoiced: dict[int, int] = field(default_factory=dict)


async def load_settled_and_invoiced(queries: Queries, year: int) -> SettledAndInvoiced:
    """C12, C13: by month, settlements that were not rejected and checked invoices that are not annulled, credit
    notes negative."""
    sums = SettledAndInvoiced()
    for kind, month, amount in await queries.fetch(_BY_MONTH, year=f"{year:04}"):
        (sums.settled if kind == "settled" else sums.invoiced)[month] = to_ore(amount)
    return sums
