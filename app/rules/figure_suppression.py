"""S6: what is hidden of figures over a year's periods, and of figures that tell the same people."""

from collections.abc import Collection, Mapping, Sequence
from itertools import product

from app.rules.figures import DEFINITIONS, STATES, Period
from app.rules.suppression import LEAST, Cell, find_hidden

MEASURES_OF_MOVES = frozenset({"ended", "left"})
"""The counts that `GET /v1/statistics/moves` tells by year (L8)."""


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
    counts: Mapping[Period, Mapping[str, Sequence[Sequence[int]]]],
    people: Sequence[str],
    least: int = LEAST,
    others: Mapping[Period, set[Cell]] | None = None,
) -> dict[Period, set[Cell]]:
    """S6: what is hidden of each of a year's periods of a figure that tells these counts of `people`.

    What is hidden of a figure that tells fewer of them is hidden of this one too: else the two, each with another cell
    hidden beside a small one, would together tell a measure that both show. So is what is hidden of the period's last
    day, if the figure may be of a day: the two are the same. A count that is not given is left out. `others` are cells
    that are hidden for another reason.
    """
    also: dict[Period, set[Cell]] = {period: {*(others or {}).get(period, ())} for period in counts}
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


def find_hidden_of_ends(
    counts: Mapping[Period, Mapping[str, Sequence[Sequence[int]]]],
    people: Sequence[str],
    total: Cell,
    least: int = LEAST,
    *,
    is_year_hidden: bool = False,
) -> dict[Period, set[Cell]]:
    """S6: the same of ends, of which another answer tells how many there were in the year, or hides it.

    In that year the months are parts of a shown total: hidden ones are two or more and `least` or more together, and if
    there are not so many nothing is shown of any month. A year that is hidden there is hidden here, and so are its
    months. `total` is where the total of everything is in the tables; of a period in which it is hidden nothing is
    shown, zeros neither.
    """
    months = [period for period in counts if period.end - period.begin == 1]
    others: dict[Period, set[Cell]] = {period: {total} if is_year_hidden else set() for period in counts}
    while True:
        hidden = find_hidden_of_people(counts, people, least, others)
        known = {at for at, month in enumerate(months) if total in hidden[month]}
        found = set[int]().union(
            *(
                find_hidden_parts([sum(map(sum, counts[month][name])) for month in months], known, least)
                for name in MEASURES_OF_MOVES
                if all(name in counts[month] for month in months)
            )
        )
        if found <= known:
            every = {*product(range(total[0] + 1), range(total[1] + 1))}
            return {period: every if total in cells else cells for period, cells in hidden.items()}
        for at in found:
            others[months[at]].add(total)


def find_hidden_parts(parts: Sequence[int], known: Collection[int], least: int = LEAST) -> set[int]:
    """S6: which parts of a total that is shown elsewhere are hidden beside those that are hidden already.

    All of them, zeros too, where the total would have to be hidden: with it, five parts that are five together would be
    told to be one each. A total that is small is hidden elsewhere too.
    """
    found = {column for row, column in find_hidden([parts], least, {(0, at) for at in known}) if row == 0}
    if len(parts) not in found:
        return found
    return {*range(len(parts))} if sum(parts) >= least else found - {len(parts)}


def find_hidden_destinations(ends: Sequence[int], known: Collection[int], least: int = LEAST) -> set[int]:
    """S6: which destinations are hidden of a year's ends, whose total is shown: those in `known`, and what tells them.

    **Decided here**: of shorter periods nothing is shown, since another answer has the year's.
    """
    return find_hidden_parts(ends, known, least) | {*known}
