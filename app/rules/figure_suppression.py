"""S6: what is hidden of figures over a year's periods, and of figures that tell the same people."""

from collections.abc import Collection, Mapping, Sequence

from app.rules.figures import DEFINITIONS, STATES, Period
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
    hidden beside a small one, would together tell a measure that both show. So is what is hidden of the period's last
    day, if the figure may be of a day: the two are the same. A count that is not given is left out.
    """
    also: dict[Period, set[Cell]] = {period: set() for period in counts}
    alike = [one for one in DEFINITIONS if one.people == people]
    for fewer in {one.people for one in DEFINITIONS if set(one.people) < set(people)}:
        for period, cells in find_hidden_of_people(counts, fewer, least).items():
            also[period] |= cells
    for period, named in counts.items():
        of_day: dict[str, Sequence[Sequence[int]]] = {name: table for name, table in named.items() if name in STATES}
        if len(of_day) < len(named) and any("day" in one.periods for one in alike):
            also[period] |= find_hidden_of_people({period: of_day}, people, least)[period]
    tables = {period: [named[name] for name in people if name in named] for period, named in counts.items()}
    return find_hidden_in_periods(tables, least, also)


def find_hidden_destinations(
    ends: Mapping[Period, Sequence[int]], totals: Collection[Period], least: int = LEAST
) -> dict[Period, set[int]]:
    """S6: which destinations are hidden of each of a year's periods, of the places that ended by where people go.

    Their total is shown by another figure, which hides it of the periods `totals`. Of these, and where it would have to
    be hidden here, nothing is shown: with it, five who went to five places would be told to be one each.
    """
    hidden = find_hidden_in_periods({period: [[counts]] for period, counts in ends.items()}, least)
    return {
        period: {*range(len(counts))}
        if period in totals or (0, len(counts)) in hidden[period]
        else {column for _, column in hidden[period]}
        for period, counts in ends.items()
    }
