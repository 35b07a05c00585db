"""T18: the trip fund by year, from its entries (003 § 8.3 c). Amounts are whole øre."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from app.rules.trips import FundEntryKind, TripFund


@dataclass(frozen=True, slots=True)
class FundEntry:
    """An entry of a year; `reserved` is what a settlement frees of its trip's reservation."""

    year: int
    kind: FundEntryKind
    ore: int
    reserved: int = 0


@dataclass(frozen=True, slots=True)
class FundYear:
    """A year of the fund.

    Attributes:
        carried: the balance that the year before left, where the fund carries over.
        allocated: what the municipality has set aside.
        gifts: what others have given.
        settled: what trips that have been made have cost.
        balance: carried + allocated + gifts − settled.
        reserved: what is promised to trips that are not settled.
        available: what a grant of the year may still reserve; below zero only after a settlement above its reservation.
    """

    year: int
    carried: int
    allocated: int
    gifts: int
    settled: int
    balance: int
    reserved: int
    available: int

    def find_missing(self, ore: int) -> int:
        """How much is missing for a reservation; 0 where it fits."""
        return max(ore - self.available, 0)


def compute_fund_year(entries: Iterable[FundEntry], year: int, carries_over: Callable[[int], bool]) -> FundYear:
    """The year's position; `carries_over` says of a year whether it takes over what the year before left.

    **Decided here**: a reservation carries over with the balance, and what a later year has reserved of a balance that
    carries over is not available to an earlier one: `available` is the least of the years that share the balance.
    """
    known: dict[int, list[FundEntry]] = {}
    for entry in entries:
        known.setdefault(entry.year, []).append(entry)
    first = last = year
    while carries_over(first) and any(other < first for other in known):
        first -= 1
    while any(other > last for other in known) and carries_over(last + 1):
        last += 1
    fund = carried = at_year = TripFund()
    available: list[int] = []
    for one in range(first, last + 1):
        if one == year:
            carried = fund
        for entry in known.get(one, ()):
            fund = fund.add(entry.kind, entry.ore, reserved=entry.reserved)
        if one == year:
            at_year = fund
        if one >= year:
            available.append(fund.available)

    def sum_kind(kind: FundEntryKind) -> int:
        return sum(entry.ore for entry in known.get(year, ()) if entry.kind == kind)

    return FundYear(
        year=year,
        carried=carried.balance,
        allocated=sum_kind("allocation"),
        gifts=sum_kind("gift"),
        settled=sum_kind("settle"),
        balance=at_year.balance,
        reserved=at_year.reserved,
        available=min(available),
    )
