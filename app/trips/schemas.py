"""What comes in to and goes out of the trip scheme (T6)."""

from fractions import Fraction
from typing import Annotated, Self

from pydantic import Field as Limits
from pydantic import StrictBool, StringConstraints, model_validator

from app.http.schemas import INTEGER, Clock, Day, FieldFault, Line, Shape, Stored, describe_pattern
from app.rules.trips import IntervalMode
from app.trips.tables import AllowanceDays

Nights = Annotated[int, Limits(ge=1, le=60), INTEGER]
NoticeMonths = Annotated[int, Limits(ge=0, le=24), INTEGER]
Weight = Annotated[
    str,
    StringConstraints(pattern=describe_pattern("^[0-9]{1,2}/[1-9][0-9]?$", "må vere ein brøk, til dømes «1/3»")),
]

RestMinutes = Annotated[int, Limits(ge=0, le=10_080), INTEGER]


class TripSchemeIn(Shape):
    """A version of the scheme (T6); the values that are left out are the trial's."""

    valid_from: Annotated[Day, Limits(examples=["2023-01-01"])]
    valid_to: Annotated[Day | None, Limits(description="Its last day. Null: until the next version.")] = None
    most_nights: Nights = 6
    long_from_nights: Nights = 4
    notice_months_long: NoticeMonths = 4
    notice_months_short: NoticeMonths = 2
    interval_years: Annotated[
        int,
        Limits(ge=0, le=10, description="From the year of a granted trip to the next of that length (T10)."),
        INTEGER,
    ] = 2
    interval_mode: Annotated[
        IntervalMode, Limits(description="Within the interval one is ranked last, or refused (T10).")
    ] = "rank_last"
    participant_percent: Annotated[
        int, Limits(ge=0, le=50, description="What the participants pay of the staff cost (T4)."), INTEGER
    ] = 50
    travel_weight: Weight = "1/2"
    passive_night_weight: Weight = "1/3"
    passive_night_from: Annotated[
        Clock, Limits(description="The night that somebody sleeps beside; a passive part outside it is warned of.")
    ] = "23:00"
    passive_night_to: Clock = "07:00"
    daily_rest_minutes: Annotated[
        RestMinutes, Limits(description="A shorter rest is warned of (T22): arbeidsmiljølova § 10-8 (1).")
    ] = 660
    agreed_rest_minutes: Annotated[
        RestMinutes, Limits(description="What may be agreed on: arbeidsmiljølova § 10-8 (3).")
    ] = 480
    weekly_rest_minutes: Annotated[RestMinutes, Limits(description="Arbeidsmiljølova § 10-8 (2).")] = 2100
    longest_shift_minutes: Annotated[
        RestMinutes, Limits(description="A longer shift is warned of: arbeidsmiljølova § 10-5 (2).")
    ] = 750
    allowance_days: Annotated[AllowanceDays, Limits(description="The days that allowance is paid for (T14).")] = (
        "calendar_days"
    )
    fund_carries_over: Annotated[
        StrictBool,
        Limits(description="A year of the fund takes over what the year before left (T18).", examples=[True]),
    ] = True
    appeal_text: Annotated[Line, Limits(description="What a decision says of appeals (T19).")] = (
        "Det er ikkje klagerett etter denne ordninga."
    )
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
    interval_years: int
    interval_mode: IntervalMode
    participant_percent: int
    travel_weight: str
    passive_night_weight: str
    passive_night_from: str
    passive_night_to: str
    daily_rest_minutes: int
    agreed_rest_minutes: int
    weekly_rest_minutes: int
    longest_shift_minutes: int
    allowance_days: AllowanceDays
    fund_carries_over: bool
    appeal_text: str
    source: str
