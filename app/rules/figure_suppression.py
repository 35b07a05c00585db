"""S6: what is hidden of figures over a year's periods, and of figures that tell the same people."""

from collections.abc import Mapping, Sequence

from app.rules.figures import DEFINITIONS, Period
from app.rules.suppression import LEAST, Cell, find_hidden


def find_hidden_in_periods(
    tables: Mapping[Period, Sequence[Sequence[Sequence[int]]]],
    least: int = LEAST,
    also: Mapping[Period, set[Cell]] | None = None,
) -> dict[Period, set[Cell]]:
    """S6: what is hidden of each of a year's periods, of which some add up to others.

    Of each period there are tables of people, all of one size, that a figure tells; what is hidden of one is hidden of
    all. What is hidden in a month is hidden in the tertial and the year too: so these tell nothing that the months do
    not, and no sum over time gives a hidden cell away, whichever periods are asked for. `also` is hidden for another
    reason.
    """
    hidden: dict[Period, set[Cell]] = {}
    for period in sorted(tables, key=lambda period: period.end - period.begin):
        parts = [cells for part, cells in hidden.items() if period.begin <= part.begin and part.end <= period.end]
        found = set[Cell]().union(*parts, (also or {}).get(period, ()))
        before = None
        while before != found:
            before = found
            found = found.union(*(find_hidden(table, least, found) for table in tables[period]))
        hidden[period] = found
    return hidden


def find_hidden_of_people(
    counts: Mapping[Period, Mapping[str, Sequence[Sequence[int]]]], people: Sequence[str], least: int = LEAST
) -> dict[Period, set[Cell]]:
    """S6: what is hidden of each of a year's periods of a figure that tells these counts of `people`.

    What is hidden of a figure that tells fewer of them is hidden of this one too: else the two, each with another cell
    hidden beside a small one, would together tell a measure that both show. A count that is not given is left out.
    """
    also: dict[Period, set[Cell]] = {period: set() for period in counts}
    for fewer in {one.people for one in DEFINITIONS if set(one.people) < set(people)}:
        for period, cells in find_hidden_of_people(counts, fewer, least).items():
            also[period] |= cells
    tables = {period: [named[name] for name in people if name in named] for period, named in counts.items()}
    return find_hidden_in_periods(tables, least, also)
