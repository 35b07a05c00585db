"""T3, T4, T14–T16: what a trip costs and who pays which part (003 § 6, § 8.3). Amounts are whole øre.

Every part adds up to its whole: the participants' part and the fund's to the staff cost, and each participant's to the
participants' part.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from app.rules.money import round_half_up
from app.rules.trip_hours import MINUTES_AN_HOUR

MOST_PERCENT = 50
"""T4: the participants never pay more than half of the staff cost, whatever a version says."""


@dataclass(frozen=True, slots=True)
class StaffRates:
    """What staff cost, in øre: an hour, a day of allowance, and a trip's diet for each of them."""

    hourly: int
    allowance_per_day: int
    diet_per_staff: int


@dataclass(frozen=True, slots=True)
class TripCost:
    """T3: the municipality's extra cost of staff, and what the staff's travel and lodging cost."""

    wage: int
    allowance: int
    diet: int
    staff_travel: int

    @property
    def staff_cost(self) -> int:
        """Wage, allowance and diet: what is divided between the participants and the fund (T4)."""
        return self.wage + self.allowance + self.diet


@dataclass(frozen=True, slots=True)
class TripShares:
    """T4, T15: who pays. The municipality pays administration alone, so nothing is left over.

    Attributes:
        participants: all that the participants pay of the staff cost.
        fund: what the trip fund pays: the rest.
        of_staff_cost: each participant's part, in the order in which their applications were received.
        of_staff_travel: each participant's part of staff's travel and lodging, which they pay in full.
    """

    participants: int
    fund: int
    of_staff_cost: tuple[int, ...]
    of_staff_travel: tuple[int, ...]

    @property
    def of_all(self) -> tuple[int, ...]:
        """What each participant pays."""
        return tuple(one + other for one, other in zip(self.of_staff_cost, self.of_staff_travel, strict=True))


def compute_cost(extra_minutes: Fraction, *, days: int, staff: int, rates: StaffRates, staff_travel: int) -> TripCost:
    """T3, T14: the wage is rounded once, half up; allowance and diet are products.

    `days` are those that the allowance is paid for, by the scheme version: calendar days, or nights.
    """
    wage = extra_minutes * rates.hourly / MINUTES_AN_HOUR
    return TripCost(
        wage=round_half_up(wage.numerator, wage.denominator),
        allowance=rates.allowance_per_day * days * staff,
        diet=rates.diet_per_staff * staff,
        staff_travel=staff_travel,
    )


def divide_cost(cost: TripCost, *, participants: int, percent: int = MOST_PERCENT) -> TripShares:
    """T4, T15: the participants' part is rounded down to the øre, so that they never pay more than their half.

    ValueError without participants, and for a percent outside 0–50.
    """
    if participants < 1:
        raise ValueError("a trip has participants")
    if not 0 <= percent <= MOST_PERCENT:
        raise ValueError("the participants pay at most half")
    part = cost.staff_cost * percent // 100
    return TripShares(
        participants=part,
        fund=cost.staff_cost - part,
        of_staff_cost=divide_equally(part, participants),
        of_staff_travel=divide_equally(cost.staff_travel, participants),
    )


def divide_equally(ore: int, people: int) -> tuple[int, ...]:
    """T15: equal to the øre; what is left over is one øre each of the first."""
    each, over = divmod(ore, people)
    return tuple(each + (number < over) for number in range(people))


def find_dearer(before: Sequence[int], after: Sequence[int]) -> list[int]:
    """T16: the indexes of the participants whose price has risen, who must accept it anew."""
    return [number for number, (was, now) in enumerate(zip(before, after, strict=True)) if now > was]
