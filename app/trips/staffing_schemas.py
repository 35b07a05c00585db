"""A trip's staff as they come in, and hours, cost and prices as they go out (T3, T4, T13–T15, T21, T22)."""

from datetime import date, time, timedelta
from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import ConfigDict, StringConstraints, model_validator
from pydantic import Field as Limits

from app.http.schemas import INTEGER, Amount, Clock, Day, FieldFault, Line, Money, PastDay, Shape, describe_pattern
from app.rules.trip_hours import MINUTES_A_DAY, PartKind, ShiftPart, place_parts
from app.rules.trip_rest import RestWarning
from app.rules.trips import TripLength

MOST_STAFF = 50
MOST_SHIFTS = 100
MOST_PARTICIPANTS = 100
_ANY_DAY = date(2022, 1, 1)

Reference = Annotated[
    str,
    StringConstraints(pattern=describe_pattern("^[A-Za-z0-9ÆØÅæøå-]{1,20}$", "må vere ei tilvising på høgst 20 teikn")),
    Limits(description="Such as an employee number or initials; never a name (T21).", examples=["A1"]),
]


class ShiftPartIn(Shape):
    """A part of a shift by the clock (T13); one that does not end after it begins ends the next day."""

    from_: Annotated[Clock, Limits(alias="from", examples=["08:00"])]
    to: Annotated[Clock, Limits(examples=["21:30"])]
    kind: PartKind = "active"

    def to_part(self) -> ShiftPart:
        """The part as the rules know it."""
        return ShiftPart(time.fromisoformat(self.from_), time.fromisoformat(self.to), self.kind)


class _Counted(Shape):
    """Parts by the clock, in their order and 24 hours at most, or minutes that were counted elsewhere, with the reason
    (T13).
    """

    parts: Annotated[
        list[ShiftPartIn] | None, Limits(min_length=1, max_length=10, examples=[[{"from": "08:00", "to": "21:30"}]])
    ] = None
    counted_minutes: Annotated[
        Annotated[int, Limits(ge=0, le=MINUTES_A_DAY), INTEGER] | None,
        Limits(description="Instead of `parts`; with `reason`.", examples=[None]),
    ] = None
    reason: Annotated[Line | None, Limits(description="Why minutes are counted elsewhere.", examples=[None])] = None

    @model_validator(mode="after")
    def _check_which(self) -> Self:
        if (self.parts is None) == (self.counted_minutes is None):
            raise FieldFault("parts", "må stå, eller «counted_minutes» i staden, og ikkje begge")
        if self.counted_minutes is not None and self.reason is None:
            raise FieldFault("reason", "manglar: minutt som er talde ein annan stad, treng ein grunn")
        if self.parts is not None:
            begins, ends = place_parts(_ANY_DAY, [part.to_part() for part in self.parts])
            if ends - begins > timedelta(days=1):
                raise FieldFault("parts", "overlappar kvarandre, eller varer meir enn 24 timar til saman")
        return self


class TripShiftIn(_Counted):
    """A shift on the trip, by the day on which it begins (T13)."""

    on: Annotated[Day | None, Limits(description="May be left out of an estimate alone.", examples=["2022-06-20"])] = (
        None
    )


class OtherShiftIn(_Counted):
    """Alike shifts at home: of so many staff, on so many days (T13)."""

    staff: Annotated[int, Limits(ge=1, le=100, examples=[2]), INTEGER] = 1
    days: Annotated[int, Limits(ge=1, le=60, examples=[5]), INTEGER] = 1


class StaffLineIn(Shape):
    """Somebody of the staff, and their shifts on the trip (T13, T21)."""

    reference: Reference
    volunteered_on: Annotated[
        PastDay | None,
        Limits(description="When they said that they come along of their own will (T21).", examples=["2022-03-01"]),
    ] = None
    shifts: Annotated[list[TripShiftIn], Limits(max_length=MOST_SHIFTS)]


class StaffingIn(Shape):
    """Shifts and rates; hours that were counted elsewhere stand in place of shifts, with two decimals (T13)."""

    staff: Annotated[
        list[StaffLineIn] | None,
        Limits(min_length=1, max_length=MOST_STAFF, description="Null: `trip_hours` and `staff_count` stand instead."),
    ] = None
    trip_hours: Annotated[
        Money | None, Limits(description="Beside `staff` it must be what the shifts add up to.", examples=[None])
    ] = None
    staff_count: Annotated[
        Annotated[int, Limits(ge=1, le=MOST_STAFF), INTEGER] | None,
        Limits(description="Beside `staff` it must be the number listed.", examples=[None]),
    ] = None
    home_shifts: Annotated[
        list[OtherShiftIn], Limits(max_length=MOST_SHIFTS, description="Shifts at home meanwhile.", examples=[[]])
    ] = []
    home_hours: Annotated[
        Money | None, Limits(description="Without shifts, or what they add up to.", examples=[None])
    ] = None
    ordinary_shifts: Annotated[
        list[OtherShiftIn],
        Limits(
            max_length=MOST_SHIFTS, description="Shifts of the same days that would be worked anyway.", examples=[[]]
        ),
    ] = []
    ordinary_hours: Annotated[
        Money | None, Limits(description="Without shifts, or what they add up to.", examples=["75.00"])
    ] = None
    hourly_rate: Annotated[Money, Limits(examples=["400.00"])]
    allowance_per_day: Annotated[Money, Limits(examples=["440.00"])]
    allowance_days: Annotated[
        Annotated[int, Limits(ge=0, le=60), INTEGER] | None,
        Limits(description="Null: counted by the scheme (T14).", examples=[None]),
    ] = None
    diet_per_staff: Annotated[Money, Limits(description="For the whole trip.", examples=["3427.00"])]
    staff_travel_and_lodging: Annotated[
        Money, Limits(description="The participants pay all of it (T4).", examples=["0.00"])
    ] = Decimal("0.00")

    @model_validator(mode="after")
    def _check_staff(self) -> Self:
        if self.staff is None:
            if self.trip_hours is None:
                raise FieldFault("staff", "manglar: skriv kven som er med, eller «trip_hours» og «staff_count»")
            if self.staff_count is None:
                raise FieldFault("staff_count", "manglar: timane treng kor mange tilsette dei er fordelte på")
            return self
        if self.staff_count not in (None, len(self.staff)):
            raise FieldFault("staff_count", f"er {self.staff_count}, og {len(self.staff)} er førte opp")
        if len({line.reference for line in self.staff}) < len(self.staff):
            raise FieldFault("staff", "har same tilvising på to linjer")
        if not any(line.shifts for line in self.staff):
            raise FieldFault("staff", "har ingen vakter")
        return self


_SHIFTS_OF_TWO = [
    {
        "reference": f"A{number}",
        "volunteered_on": "2022-03-01",
        "shifts": [
            {"on": f"2022-06-{day}", "parts": [{"from": "09:00", "to": "21:30"}]} for day in range(19 + number, 27, 2)
        ],
    }
    for number in (1, 2)
]
STAFFING_EXAMPLE: dict[str, Any] = {
    "staff": _SHIFTS_OF_TWO,
    "ordinary_shifts": [{"staff": 2, "days": 5, "parts": [{"from": "08:00", "to": "15:30"}]}],
    "hourly_rate": "400.00",
    "allowance_per_day": "440.00",
    "diet_per_staff": "3427.00",
    "staff_travel_and_lodging": "0.00",
}
WEEKEND_EXAMPLE: dict[str, Any] = STAFFING_EXAMPLE | {
    "staff": [
        {
            "reference": "A1",
            "volunteered_on": "2022-08-01",
            "shifts": [{"on": f"2022-09-{day}", "parts": [{"from": "09:00", "to": "21:30"}]} for day in (16, 17, 18)],
        }
    ],
    "ordinary_shifts": [],
}
ESTIMATE_EXAMPLE: dict[str, Any] = {
    "starts_on": "2022-06-20", "ends_on": "2022-06-26", "participants": 5,
} | STAFFING_EXAMPLE  # fmt: skip


class TripEstimateIn(StaffingIn):
    """A trip that nobody has been granted: its days, its staff and their rates (T13–T15)."""

    model_config = ConfigDict(json_schema_extra={"examples": [ESTIMATE_EXAMPLE]})

    starts_on: Annotated[Day, Limits(examples=["2022-06-20"])]
    ends_on: Annotated[Day, Limits(examples=["2022-06-26"])]
    longer_reason: Annotated[Line | None, Limits(examples=[None])] = None
    working_time_agreed_on: Annotated[Day | None, Limits(examples=[None])] = None
    participants: Annotated[int, Limits(ge=1, le=MOST_PARTICIPANTS, examples=[5]), INTEGER]


class WorkingTimeOut(Shape):
    """The rests of one staff member between shifts (T22)."""

    reference: str
    rests_hours: list[Amount]
    rests_below_11_hours: Annotated[int, Limits(description="Below the scheme's daily rest.")]
    rests_below_8_hours: Annotated[int, Limits(description="Below the scheme's rest that may be agreed on.")]
    longest_shift_hours: Amount
    longest_rest_hours: Amount | None
    shortest_week_rest_hours: Annotated[
        Amount | None, Limits(description="Of the weeks with a shift the one with the shortest longest rest.")
    ]


class TripWarning(Shape):
    """What to look at before the trip; it refuses nothing (T22)."""

    code: RestWarning
    reference: Annotated[str, Limits(description="Of the staff member.")]
    paragraph: Annotated[str | None, Limits(description="Where the law has it.")]
    text: Annotated[str, Limits(description="In nynorsk.")]


class StaffingOut(Shape):
    """Hours with two decimals, each rounded once from exact minutes; cost, and who pays (T3, T4, T13–T15, T22).

    The municipality pays administration alone.
    """

    nights: int
    days: int
    staff_count: int
    allowance_days: int
    trip_hours: Amount
    home_hours: Amount
    ordinary_hours: Amount
    extra_hours: Annotated[Amount, Limits(description="Trip + home − ordinary, never below zero (T3).")]
    extra_minutes: Annotated[str, Limits(description="Exact: a whole number or a fraction.", examples=["11100"])]
    wage: Amount
    allowance: Amount
    diet: Amount
    staff_cost: Annotated[Amount, Limits(description="Wage + allowance + diet.")]
    staff_travel_and_lodging: Amount
    participants_part: Annotated[Amount, Limits(description="Of `staff_cost`, rounded down to the øre (T15).")]
    fund_part: Annotated[Amount, Limits(description="The rest of `staff_cost`.")]
    each_of_staff_cost: Annotated[
        list[Amount], Limits(description="Each participant's part, in the order applications were received (T15).")
    ]
    each_of_staff_travel: list[Amount]
    each_in_all: Annotated[list[Amount], Limits(description="What each participant pays.")]
    working_time: Annotated[
        list[WorkingTimeOut], Limits(description="Of the staff all of whose shifts have a day and are by the clock.")
    ]
    warnings: list[TripWarning]


class TripEstimateOut(StaffingOut):
    """What a trip would cost and each participant's price. Nothing is stored."""

    scheme_valid_from: Annotated[Day, Limits(description="The version in force on the trip's first day (T6).")]
    length: TripLength
    last_notice_on: Annotated[Day, Limits(description="An application by this day is in time (T9).")]


EXAMPLES: dict[str, Any] = {
    "six_nights_two_staff": {
        "summary": "Six nights, five participants, two staff who take turns",
        "value": ESTIMATE_EXAMPLE,
    },
}
