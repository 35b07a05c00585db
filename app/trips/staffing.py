"""Hours, cost and prices of a trip from its staff (T3, T4, T13–T15, T22): of an estimate, a plan and a settlement."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from fractions import Fraction

from app.http.names import format_amount
from app.http.problems import VALIDATION
from app.rules.money import from_ore, to_ore
from app.rules.trip_costs import StaffRates, TripCost, TripShares, compute_cost, divide_cost
from app.rules.trip_hours import (
    MINUTES_A_DAY,
    MINUTES_AN_HOUR,
    ExtraHours,
    Shift,
    Weights,
    count_minutes,
    find_overlap,
    from_hundredths,
    place_parts,
    to_hundredths,
)
from app.rules.trip_rest import RestNorms, Rests, RestWarning, is_within_night, measure_rests
from app.trips.problems import SUM_DIFFERS
from app.trips.schemes import read_rest_norms, read_weights
from app.trips.staffing_schemas import (
    OtherShiftIn,
    StaffingIn,
    StaffingOut,
    StaffLineIn,
    TripShiftIn,
    TripWarning,
    WorkingTimeOut,
)
from app.trips.tables import TripScheme

_MOST_ORE = 9_999_999_999


@dataclass(frozen=True, slots=True)
class TripDays:
    """The days of a trip, and the version in force on the first of them (T6)."""

    starts_on: date
    ends_on: date
    scheme: TripScheme

    @property
    def nights(self) -> int:
        return (self.ends_on - self.starts_on).days

    @property
    def days(self) -> int:
        return self.nights + 1


@dataclass(frozen=True, slots=True)
class Staffing:
    """What the staff of a trip cost, who pays, and what it goes out as."""

    cost: TripCost
    shares: TripShares
    out: StaffingOut


def compute_staffing(body: StaffingIn, trip: TripDays, participants: int, *, needs_days: bool = False) -> Staffing:
    """From shifts and rates to what each pays. `needs_days`: every shift on the trip must say its day, as in a plan.

    Raises `SUM_DIFFERS`, and `VALIDATION` for a shift outside the trip's days or without one, shifts of one person that
    overlap, more than 24 hours a day, and a cost of more than eight digits.
    """
    weights = read_weights(trip.scheme)
    lines = body.staff or []
    if needs_days:
        _require_days(lines)
    _require_same_days(body, trip)
    hours = _count_hours(body, trip, weights)
    shifts = {line.reference: _check_shifts(number, line, trip, weights) for number, line in enumerate(lines)}
    staff = len(lines) or body.staff_count or 0
    counted = trip.days if trip.scheme.allowance_days == "calendar_days" else trip.nights
    days = counted if body.allowance_days is None else body.allowance_days
    cost = compute_cost(
        hours.extra,
        days=days,
        staff=staff,
        rates=StaffRates(to_ore(body.hourly_rate), to_ore(body.allowance_per_day), to_ore(body.diet_per_staff)),
        staff_travel=to_ore(body.staff_travel_and_lodging),
    )
    _require_amounts(cost)
    shares = divide_cost(cost, participants=participants, percent=trip.scheme.participant_percent)
    norms = read_rest_norms(trip.scheme)
    rests = {name: measure_rests(found, norms) for name, found in shifts.items() if found is not None}
    out = StaffingOut(
        nights=trip.nights,
        days=trip.days,
        staff_count=staff,
        allowance_days=days,
        trip_hours=_to_hours(hours.trip),
        home_hours=_to_hours(hours.home),
        ordinary_hours=_to_hours(hours.ordinary),
        extra_hours=_to_hours(hours.extra),
        extra_minutes=str(hours.extra),
        wage=from_ore(cost.wage),
        allowance=from_ore(cost.allowance),
        diet=from_ore(cost.diet),
        staff_cost=from_ore(cost.staff_cost),
        staff_travel_and_lodging=from_ore(cost.staff_travel),
        participants_part=from_ore(shares.participants),
        fund_part=from_ore(shares.fund),
        each_of_staff_cost=[from_ore(ore) for ore in shares.of_staff_cost],
        each_of_staff_travel=[from_ore(ore) for ore in shares.of_staff_travel],
        each_in_all=[from_ore(ore) for ore in shares.of_all],
        working_time=[_describe_rests(name, found) for name, found in rests.items()],
        warnings=[
            *(_warn(code, name, norms) for name, found in rests.items() for code in found.list_warnings(norms)),
            *_warn_of_nights(lines, trip.scheme, norms),
        ],
    )
    return Staffing(cost, shares, out)


def _require_days(lines: Sequence[StaffLineIn]) -> None:
    for number, line in enumerate(lines):
        for row, shift in enumerate(line.shifts):
            if shift.on is None:
                raise VALIDATION("Dagen manglar.", pointer=f"#/staff/{number}/shifts/{row}/on")


def _require_same_days(body: StaffingIn, trip: TripDays) -> None:
    """T13: the shifts at home and the ordinary ones are of the trip's days."""
    for name, shifts in (("home_shifts", body.home_shifts), ("ordinary_shifts", body.ordinary_shifts)):
        for row, shift in enumerate(shifts):
            if shift.days > trip.days:
                raise VALIDATION(f"Turen varer i {trip.days} dagar.", pointer=f"#/{name}/{row}/days")


def _require_amounts(cost: TripCost) -> None:
    """Each amount that comes of a cost has eight digits before the point at most, as every amount of the contract."""
    ore = 0
    for field, part in (
        ("hourly_rate", cost.wage),
        ("allowance_per_day", cost.allowance),
        ("diet_per_staff", cost.diet),
        ("staff_travel_and_lodging", cost.staff_travel),
    ):
        ore += part
        if ore > _MOST_ORE:
            most = format_amount(from_ore(_MOST_ORE))
            raise VALIDATION(f"Turen ville kosta meir enn {most}. Sjå over timar og satsar.", pointer=f"#/{field}")


def _count_hours(body: StaffingIn, trip: TripDays, weights: Weights) -> ExtraHours:
    """T13: the sums of the parts; a stated total that differs is refused with both."""
    by_staff = None
    if body.staff is not None:
        shifts = [shift for line in body.staff for shift in line.shifts]
        by_staff = sum((_count(shift, weights) for shift in shifts), Fraction(0))
    elif body.trip_hours is not None and body.staff_count is not None:
        most = 24 * (trip.days) * body.staff_count
        if body.trip_hours > most:
            raise VALIDATION(f"Det er meir enn {most} timar, 24 i døgnet for kvar.", pointer="#/trip_hours")
    return ExtraHours(
        trip=_choose("trip_hours", by_staff, body.trip_hours),
        home=_choose("home_hours", _sum_alike(body.home_shifts, weights), body.home_hours),
        ordinary=_choose("ordinary_hours", _sum_alike(body.ordinary_shifts, weights), body.ordinary_hours),
    )


def _choose(field: str, parts: Fraction | None, stated: Decimal | None) -> Fraction:
    if parts is None:
        return Fraction(0) if stated is None else from_hundredths(to_ore(stated))
    if stated is not None and to_ore(stated) != to_hundredths(parts):
        total = _to_hours(parts)
        raise SUM_DIFFERS(
            f"Oppgjeve er {stated} timar, og vaktene er {total} timar til saman.",
            pointer=f"#/{field}",
            stated=f"{stated}",
            sum=f"{total}",
        )
    return parts


def _sum_alike(shifts: Sequence[OtherShiftIn], weights: Weights) -> Fraction | None:
    if not shifts:
        return None
    return sum((_count(shift, weights) * shift.staff * shift.days for shift in shifts), Fraction(0))


def _count(shift: TripShiftIn | OtherShiftIn, weights: Weights) -> Fraction:
    if shift.parts is None:
        return Fraction(shift.counted_minutes or 0)
    return count_minutes([part.to_part() for part in shift.parts], weights)


def _check_shifts(number: int, line: StaffLineIn, trip: TripDays, weights: Weights) -> list[Shift] | None:
    """T13: shifts begin on a day of the trip, none overlap, and nobody has more than 24 h a day.

    The shifts in time, or None where the time of one is not known.
    """
    counted: dict[date, Fraction] = defaultdict(Fraction)
    in_all, most = Fraction(0), 24 * trip.days
    placed: list[tuple[int, Shift]] = []
    for row, shift in enumerate(line.shifts):
        pointer = f"#/staff/{number}/shifts/{row}"
        minutes = _count(shift, weights)
        in_all += minutes
        if in_all > most * MINUTES_AN_HOUR:
            raise VALIDATION(f"{line.reference} har meir enn {most} timar, 24 i døgnet.", pointer=pointer)
        if shift.on is None:
            continue
        if not trip.starts_on <= shift.on <= trip.ends_on:
            raise VALIDATION(f"Vakta {shift.on} er utanfor dagane til turen.", pointer=f"{pointer}/on")
        counted[shift.on] += minutes
        if counted[shift.on] > MINUTES_A_DAY:
            raise VALIDATION(f"{line.reference} har meir enn 24 timar {shift.on}.", pointer=pointer)
        if shift.parts is not None:
            begins, ends = place_parts(shift.on, [part.to_part() for part in shift.parts])
            placed.append((row, Shift(begins, ends, minutes)))
    shifts = [shift for _, shift in placed]
    overlap = find_overlap(shifts)
    if overlap is not None:
        raise VALIDATION(
            f"Vaktene til {line.reference} overlappar kvarandre.",
            pointer=f"#/staff/{number}/shifts/{placed[overlap][0]}",
        )
    return shifts if len(placed) == len(line.shifts) else None


def _describe_rests(reference: str, rests: Rests) -> WorkingTimeOut:
    return WorkingTimeOut(
        reference=reference,
        rests_hours=[_to_hours(rest) for rest in rests.minutes],
        rests_below_11_hours=rests.below_daily,
        rests_below_8_hours=rests.below_agreed,
        longest_shift_hours=_to_hours(rests.longest_shift),
        longest_rest_hours=None if rests.longest_rest is None else _to_hours(rests.longest_rest),
        shortest_week_rest_hours=_to_hours(min(rests.week_rests)) if rests.week_rests else None,
    )


def _warn(code: RestWarning, reference: str, norms: RestNorms) -> TripWarning:
    paragraphs: dict[RestWarning, str | None] = {
        "rest_below_daily": "arbeidsmiljølova § 10-8 (1)",
        "rest_below_agreed": "arbeidsmiljølova § 10-8 (3)",
        "week_rest_below": "arbeidsmiljølova § 10-8 (2)",
        "shift_above": "arbeidsmiljølova § 10-5 (2)",
        "passive_by_day": None,
    }
    texts: dict[RestWarning, str] = {
        "rest_below_daily": f"Kviler mindre enn {_format(norms.daily)} mellom to vakter.",
        "rest_below_agreed": f"Kviler mindre enn {_format(norms.agreed)} mellom to vakter, som er det ein kan avtale.",
        "week_rest_below": f"Har ikkje {_format(norms.weekly)} samanhengande fri i veka.",
        "shift_above": f"Har ei vakt på meir enn {_format(norms.longest_shift)}.",
        "passive_by_day": "Har kvilande vakt utanom natta.",
    }
    return TripWarning(code=code, reference=reference, paragraph=paragraphs[code], text=texts[code])


def _warn_of_nights(lines: Sequence[StaffLineIn], scheme: TripScheme, norms: RestNorms) -> Iterable[TripWarning]:
    begins, ends = time.fromisoformat(scheme.passive_night_from), time.fromisoformat(scheme.passive_night_to)
    for line in lines:
        parts = [part.to_part() for shift in line.shifts for part in shift.parts or ()]
        if any(part.kind == "passive" and not is_within_night(part, begins, ends) for part in parts):
            yield _warn("passive_by_day", line.reference, norms)


def _format(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    return f"{hours} timar" if not rest else f"{hours} timar og {rest} minutt"


def _to_hours(minutes: Fraction | int) -> Decimal:
    return from_ore(to_hundredths(Fraction(minutes)))
