"""What a trip would cost, from its staffing plan, without storing anything (T3, T4, T13–T15, T22)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from fractions import Fraction

from app.database.queries import Queries
from app.http.problems import VALIDATION, Problem
from app.rules.money import from_ore, to_ore
from app.rules.trip_costs import StaffRates, compute_cost, divide_cost
from app.rules.trip_hours import (
    MINUTES_A_DAY,
    ExtraHours,
    Shift,
    ShiftPart,
    Weights,
    count_minutes,
    find_overlap,
    measure_rests,
    to_hundredths,
)
from app.rules.trips import TripObstacle
from app.trips.problems import LONGER_NEEDS_REASON, NO_NIGHT, SUM_DIFFERS, WORKING_TIME_NOT_SETTLED
from app.trips.schemas import (
    OtherShiftIn,
    ParticipantPriceOut,
    ShiftPartIn,
    TripCostOut,
    TripEstimateIn,
    TripEstimateOut,
    TripHoursOut,
    TripShiftIn,
    WorkingTimeOut,
)
from app.trips.schemes import find_scheme, read_norms, read_weights
from app.trips.tables import TripScheme

_OBSTACLES: dict[TripObstacle, Problem] = {
    "no-night": NO_NIGHT(pointer="#/ends_on"),
    "longer-needs-reason": LONGER_NEEDS_REASON(pointer="#/longer_reason"),
    "working-time-not-settled": WORKING_TIME_NOT_SETTLED(pointer="#/working_time_agreed_on"),
}


async def estimate_trip(queries: Queries, body: TripEstimateIn) -> TripEstimateOut:
    """The estimate by the version in force on the first day.

    Raises `NO_SCHEME_IN_FORCE`, `NO_NIGHT`, `LONGER_NEEDS_REASON`, `WORKING_TIME_NOT_SETTLED`, `SUM_DIFFERS`, and
    `VALIDATION` for a shift outside the trip's days, shifts of one person that overlap, and more than a day in a day.
    """
    if body.ends_on < body.starts_on:
        raise VALIDATION("Siste dag («ends_on») er før første dag («starts_on»).", pointer="#/ends_on")
    scheme = await find_scheme(queries, body.starts_on, "#/starts_on")
    norms = read_norms(scheme)
    obstacle = norms.find_obstacle(
        body.starts_on,
        body.ends_on,
        longer_reason=body.longer_reason,
        working_time_agreed_on=body.working_time_agreed_on,
    )
    if obstacle is not None:
        raise _OBSTACLES[obstacle]
    nights = (body.ends_on - body.starts_on).days
    length = norms.find_length(nights)
    assert length is not None
    weights = read_weights(scheme)
    hours = _count_hours(body, weights)
    working_time = _check_shifts(body, weights)
    staff = len({shift.staff for shift in body.trip})
    cost, prices = _divide(body, scheme, hours, staff, nights)
    return TripEstimateOut(
        scheme_valid_from=scheme.valid_from,
        nights=nights,
        days=nights + 1,
        length=length,
        last_notice_on=norms.find_last_notice_day(body.starts_on, length),
        staff=staff,
        hours=TripHoursOut(
            trip=from_ore(to_hundredths(hours.trip)),
            home=from_ore(to_hundredths(hours.home)),
            ordinary=from_ore(to_hundredths(hours.ordinary)),
            extra=from_ore(to_hundredths(hours.extra)),
            extra_minutes=str(hours.extra),
        ),
        cost=cost,
        participants=prices,
        working_time=working_time,
    )


def _count_hours(body: TripEstimateIn, weights: Weights) -> ExtraHours:
    """T13: the sums of the parts; a stated total that differs is refused with both."""
    sums = {
        "trip": sum((_count(shift, weights) for shift in body.trip), Fraction(0)),
        "home": _sum_alike(body.home, weights),
        "ordinary": _sum_alike(body.ordinary, weights),
    }
    stated = body.stated_minutes.model_dump() if body.stated_minutes else {}
    for name, minutes in stated.items():
        if minutes is not None and minutes != sums[name]:
            raise SUM_DIFFERS(
                f"Oppgjeve er {minutes} minutt, og delane er {sums[name]} minutt til saman.",
                pointer=f"#/stated_minutes/{name}",
                stated=minutes,
                sum=str(sums[name]),
            )
    return ExtraHours(**sums)


def _sum_alike(shifts: Iterable[OtherShiftIn], weights: Weights) -> Fraction:
    return sum((_count(shift, weights) * shift.staff * shift.days for shift in shifts), Fraction(0))


def _count(shift: TripShiftIn | OtherShiftIn, weights: Weights) -> Fraction:
    if shift.parts is None:
        return Fraction(shift.counted_minutes or 0)
    return count_minutes(_read_parts(shift.parts), weights)


def _read_parts(parts: Sequence[ShiftPartIn]) -> list[ShiftPart]:
    return [part.to_part() for part in parts]


def _check_shifts(body: TripEstimateIn, weights: Weights) -> list[WorkingTimeOut]:
    """T13, T22: shifts begin on a day of the trip, none of one person overlap, and nobody has more than 24 h a day."""
    by_staff: dict[str, list[tuple[int, Shift | None]]] = defaultdict(list)
    counted: dict[tuple[str, object], Fraction] = defaultdict(Fraction)
    for number, row in enumerate(body.trip):
        if not body.starts_on <= row.day <= body.ends_on:
            raise VALIDATION(f"Vakta {row.day} er utanfor dagane til turen.", pointer=f"#/trip/{number}/day")
        counted[row.staff, row.day] += _count(row, weights)
        if counted[row.staff, row.day] > MINUTES_A_DAY:
            raise VALIDATION(f"{row.staff} har meir enn 24 timar {row.day}.", pointer=f"#/trip/{number}")
        by_staff[row.staff].append((number, _place_shift(row)))
    found = []
    for staff, rows in by_staff.items():
        shifts = [shift for _, shift in rows if shift is not None]
        overlap = find_overlap(shifts)
        if overlap is not None:
            numbers = [number for number, shift in rows if shift is not None]
            raise VALIDATION(f"Vaktene til {staff} overlappar kvarandre.", pointer=f"#/trip/{numbers[overlap]}")
        if len(shifts) == len(rows):
            found.append(_describe_rests(staff, shifts))
    return found


def _place_shift(row: TripShiftIn) -> Shift | None:
    """The shift in time: each part begins at its clock time next after the part before it has ended."""
    if row.parts is None:
        return None
    parts = _read_parts(row.parts)
    begins = ends = datetime.combine(row.day, parts[0].begins)
    for part in parts:
        starts = datetime.combine(ends.date(), part.begins)
        ends = (starts if starts >= ends else starts + timedelta(days=1)) + timedelta(minutes=part.minutes)
    return Shift(begins, ends, Fraction(0))


def _describe_rests(staff: str, shifts: Sequence[Shift]) -> WorkingTimeOut:
    rests = measure_rests(shifts)
    warning = None
    if rests.below_daily:
        warning = (
            f"{rests.below_daily} kvileperiodar er kortare enn 11 timar, {rests.below_agreed} kortare enn 8"
            " (arbeidsmiljølova § 10-8). Sjå om avtalen opnar for det."
        )
    return WorkingTimeOut(
        staff=staff,
        rests_hours=[from_ore(to_hundredths(Fraction(rest))) for rest in rests.minutes],
        rests_below_11_hours=rests.below_daily,
        rests_below_8_hours=rests.below_agreed,
        longest_shift_hours=from_ore(to_hundredths(Fraction(rests.longest_shift))),
        longest_rest_hours=None
        if rests.longest_rest is None
        else from_ore(to_hundredths(Fraction(rests.longest_rest))),
        warning=warning,
    )


def _divide(
    body: TripEstimateIn, scheme: TripScheme, hours: ExtraHours, staff: int, nights: int
) -> tuple[TripCostOut, list[ParticipantPriceOut]]:
    rates = StaffRates(to_ore(body.hourly_rate), to_ore(body.allowance_per_day), to_ore(body.diet_per_staff))
    cost = compute_cost(
        hours.extra,
        days=nights + 1 if scheme.allowance_days == "calendar_days" else nights,
        staff=staff,
        rates=rates,
        staff_travel=to_ore(body.staff_travel_and_lodging),
    )
    shares = divide_cost(cost, participants=body.participants, percent=scheme.participant_percent)
    out = TripCostOut(
        wage=from_ore(cost.wage),
        allowance=from_ore(cost.allowance),
        diet=from_ore(cost.diet),
        staff_cost=from_ore(cost.staff_cost),
        staff_travel_and_lodging=from_ore(cost.staff_travel),
        participants_part=from_ore(shares.participants),
        fund_part=from_ore(shares.fund),
    )
    prices = zip(shares.of_staff_cost, shares.of_staff_travel, shares.of_all, strict=True)
    return out, [
        ParticipantPriceOut(
            of_staff_cost=from_ore(one), of_staff_travel_and_lodging=from_ore(travel), price=from_ore(price)
        )
        for one, travel, price in prices
    ]
