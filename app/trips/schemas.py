"""What comes in to and goes out of the trip scheme and its estimate (T)."""

from datetime import date, time
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Self

from pydantic import ConfigDict, StringConstraints, model_validator
from pydantic import Field as Limits

from app.http.schemas import INTEGER, Amount, Day, FieldFault, Line, Money, Shape, Stored, describe_pattern
from app.rules.trip_hours import MINUTES_A_DAY, PartKind, ShiftPart
from app.rules.trips import TripLength
from app.trips.tables import AllowanceDays

MOST_ROWS = 200
MOST_PARTICIPANTS = 100

Nights = Annotated[int, Limits(ge=1, le=60), INTEGER]
NoticeMonths = Annotated[int, Limits(ge=0, le=24), INTEGER]
Weight = Annotated[
    str,
    StringConstraints(pattern=describe_pattern("^[0-9]{1,2}/[1-9][0-9]?$", "må vere ein brøk, til dømes «1/3»")),
]
Clock = Annotated[
    str,
    StringConstraints(
        pattern=describe_pattern("^([01][0-9]|2[0-3]):[0-5][0-9]$", "må vere eit klokkeslett på forma TT:MM")
    ),
]
Staff = Annotated[
    str,
    StringConstraints(pattern=describe_pattern("^[A-Za-z0-9ÆØÅæøå-]{1,20}$", "må vere ei tilvising på høgst 20 teikn")),
    Limits(description="A reference, such as an employee number; never a name (T21).", examples=["A1"]),
]
Minutes = Annotated[int, Limits(ge=0, le=MOST_ROWS * 20 * MINUTES_A_DAY), INTEGER]


class TripSchemeIn(Shape):
    """A version of the scheme (T6); the values that are left out are the trial's."""

    valid_from: Annotated[Day, Limits(examples=["2023-01-01"])]
    valid_to: Annotated[Day | None, Limits(description="Its last day. Null: until the next version.")] = None
    most_nights: Nights = 6
    long_from_nights: Nights = 4
    notice_months_long: NoticeMonths = 4
    notice_months_short: NoticeMonths = 2
    participant_percent: Annotated[
        int, Limits(ge=0, le=50, description="What the participants pay of the staff cost (T4)."), INTEGER
    ] = 50
    travel_weight: Weight = "1/2"
    passive_night_weight: Weight = "1/3"
    allowance_days: Annotated[AllowanceDays, Limits(description="The days that allowance is paid for (T14).")] = (
        "calendar_days"
    )
    fund_carries_over: Annotated[
        bool, Limits(description="A year of the fund takes over what the year before left (T18).", examples=[True])
    ] = True
    source: Annotated[Line, Limits(examples=["Kommunestyret, sak 22/148"])]

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise FieldFault("valid_to", "kan ikkje vere før «valid_from»")
        for name in ("travel_weight", "passive_night_weight"):
            if Fraction(getattr(self, name)) > 1:
                raise FieldFault(name, "kan ikkje vere meir enn 1")
        return self


class TripSchemeOut(Stored):
    """A version of the scheme (T6)."""

    valid_from: Day
    valid_to: Day | None
    most_nights: int
    long_from_nights: int
    notice_months_long: int
    notice_months_short: int
    participant_percent: int
    travel_weight: str
    passive_night_weight: str
    allowance_days: AllowanceDays
    fund_carries_over: bool
    source: str


class ShiftPartIn(Shape):
    """A part of a shift by the clock (T13); one that does not end after it begins ends the next day."""

    from_: Annotated[Clock, Limits(alias="from", examples=["08:00"])]
    to: Annotated[Clock, Limits(examples=["21:30"])]
    kind: PartKind = "active"

    def to_part(self) -> ShiftPart:
        """The part as the rules know it."""
        return ShiftPart(time.fromisoformat(self.from_), time.fromisoformat(self.to), self.kind)


class _Counted(Shape):
    """Parts by the clock, or minutes that were counted elsewhere, with the reason (T13)."""

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
        return self


class TripShiftIn(_Counted):
    """A shift of one staff member on the trip, by the day on which it begins (T13)."""

    staff: Staff
    day: Annotated[Day, Limits(examples=["2022-06-20"])]


class OtherShiftIn(_Counted):
    """Alike shifts at home: of so many staff, on so many days (T13)."""

    staff: Annotated[int, Limits(ge=1, le=100, examples=[2]), INTEGER]
    days: Annotated[int, Limits(ge=1, le=60, examples=[5]), INTEGER]


class StatedMinutes(Shape):
    """Totals that were counted elsewhere, held against the sums of the parts (T13)."""

    trip: Minutes | None = None
    home: Minutes | None = None
    ordinary: Minutes | None = None


_EXAMPLE: dict[str, Any] = {
    "starts_on": "2022-06-20",
    "ends_on": "2022-06-26",
    "participants": 5,
    "hourly_rate": "400.00",
    "allowance_per_day": "440.00",
    "diet_per_staff": "3427.00",
    "trip": [
        {
            "staff": "A1" if day % 2 else "A2",
            "day": f"2022-06-{19 + day}",
            "parts": [{"from": "09:00", "to": "21:30"}],
        }
        for day in range(1, 8)
    ],
    "ordinary": [{"staff": 2, "days": 5, "parts": [{"from": "08:00", "to": "15:30"}]}],
}


class TripEstimateIn(Shape):
    """A trip that nobody has been granted: its days, its staffing and its rates (T13–T15)."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    starts_on: Annotated[Day, Limits(examples=["2022-06-20"])]
    ends_on: Annotated[Day, Limits(examples=["2022-06-22"])]
    longer_reason: Annotated[Line | None, Limits(examples=[None])] = None
    working_time_agreed_on: Annotated[Day | None, Limits(examples=[None])] = None
    participants: Annotated[int, Limits(ge=1, le=MOST_PARTICIPANTS, examples=[3]), INTEGER]
    hourly_rate: Annotated[Money, Limits(examples=["400.00"])]
    allowance_per_day: Annotated[Money, Limits(examples=["440.00"])]
    diet_per_staff: Annotated[Money, Limits(description="For the whole trip.", examples=["3427.00"])]
    staff_travel_and_lodging: Annotated[
        Money, Limits(description="The participants pay all of it (T4).", examples=["0.00"])
    ] = Decimal("0.00")
    trip: Annotated[list[TripShiftIn], Limits(min_length=1, max_length=MOST_ROWS)]
    home: Annotated[
        list[OtherShiftIn], Limits(max_length=MOST_ROWS, description="Shifts at home meanwhile.", examples=[[]])
    ] = []
    ordinary: Annotated[
        list[OtherShiftIn],
        Limits(max_length=MOST_ROWS, description="Shifts of the same days that would be worked anyway.", examples=[[]]),
    ] = []
    stated_minutes: Annotated[StatedMinutes | None, Limits(examples=[None])] = None


class TripHoursOut(Shape):
    """Hours with two decimals, each rounded once from exact minutes (T13)."""

    trip: Amount
    home: Amount
    ordinary: Amount
    extra: Annotated[Amount, Limits(description="Trip + home − ordinary, never below zero (T3).")]
    extra_minutes: Annotated[str, Limits(description="Exact: a whole number or a fraction.", examples=["11100"])]


class TripCostOut(Shape):
    """What the staff cost, and who pays (T3, T4). The municipality pays administration alone."""

    wage: Amount
    allowance: Amount
    diet: Amount
    staff_cost: Annotated[Amount, Limits(description="Wage + allowance + diet.")]
    staff_travel_and_lodging: Amount
    participants_part: Annotated[Amount, Limits(description="Of `staff_cost`, rounded down to the øre (T15).")]
    fund_part: Annotated[Amount, Limits(description="The rest of `staff_cost`.")]


class ParticipantPriceOut(Shape):
    """What one participant pays, in the order in which applications were received (T15)."""

    of_staff_cost: Amount
    of_staff_travel_and_lodging: Amount
    price: Amount


class WorkingTimeOut(Shape):
    """The rests of one staff member between shifts, as warnings (T22)."""

    staff: str
    rests_hours: list[Amount]
    rests_below_11_hours: int
    rests_below_8_hours: int
    longest_shift_hours: Amount
    longest_rest_hours: Amount | None
    warning: Annotated[str | None, Limits(description="What to look at, in nynorsk; null where nothing is.")]


class TripEstimateOut(Shape):
    """What a trip would cost and each participant's price (T3, T4, T14, T15). Nothing is stored."""

    scheme_valid_from: Annotated[Day, Limits(description="The version in force on the trip's first day (T6).")]
    nights: int
    days: int
    length: TripLength
    last_notice_on: Annotated[date, Limits(description="An application by this day is in time (T9).")]
    staff: int
    hours: TripHoursOut
    cost: TripCostOut
    participants: list[ParticipantPriceOut]
    working_time: Annotated[
        list[WorkingTimeOut], Limits(description="Of the staff all of whose shifts are by the clock.")
    ]


EXAMPLES: dict[str, Any] = {
    "six_nights_two_staff": {
        "summary": "Six nights, five participants, two staff who take turns",
        "value": _EXAMPLE,
    },
}
