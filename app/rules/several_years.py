"""C15: consecutive years at once: the rate raised by a percent a year, and the first year over its frame."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from app.rules.money import round_half_up
from app.rules.position import Position
from app.rules.prices import BASIS_POINTS, Rate, sort_known_rates


def raise_rates(rates: Sequence[Rate], percent_bp: int, known_on: date, last_year: int) -> list[Rate]:
    """C15: the rates, and one more for each 1 January after the last recorded rate, through the last year.

    Each is the rate of the day before raised by `percent_bp` and rounded to whole øre, half up, so that one can
    calculate it from the year before. **Decided here**: an assumed rate (C9) is raised from the next 1 January on, and
    one that begins on a 1 January takes that year's raise away. ValueError when a raised rate is too large to be one.
    """
    known = sort_known_rates(rates, known_on)
    recorded = [rate for rate in known if rate.id is not None]
    if not known:
        return list(rates)
    # Where nothing is recorded, or every recorded rate is assumed away, the first assumed one is raised.
    last = recorded[-1] if recorded else known[0]
    raised: list[Rate] = []
    for year in range(last.valid_from.year + 1, last_year + 1):
        day = date(year, 1, 1)
        if all(rate.valid_from != day for rate in known):
            # Of those from one day, the one that counts stands last among what is known.
            earlier = (rate for rate in [*raised, *reversed(known)] if rate.valid_from < day)
            before = max(earlier, key=lambda rate: rate.valid_from)
            amount = round_half_up(before.monthly_ore * (BASIS_POINTS + percent_bp), BASIS_POINTS)
            raised.append(replace(before, id=None, valid_from=day, monthly_ore=amount))
    return [*rates, *raised]


def find_first_overrun_year(positions: Iterable[Position]) -> int | None:
    """C15: the first of the years that passes its frame; a year without a frame never does."""
    return next((position.year for position in positions if position.flag == "overrun"), None)
