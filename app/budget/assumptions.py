"""What a what-if may assume: the bodies of its changes and its answers (C9, C15)."""

from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import Field as Limits
from pydantic import model_validator

from app.budget.schemas import Month, PositionOut
from app.http.schemas import INTEGER, Amount, Day, FieldFault, Money, Percent, Shape
from app.rates.schemas import MonthlyAmount, PercentTo100

MOST_YEARS = 10

From = Annotated[Day, Limits(alias="from", examples=["2022-08-01"])]
To = Annotated[Day | None, Limits(description="Last day, inclusive (L7).", examples=["2022-12-31"])]
PlacementIds = Annotated[list[UUID], Limits(min_length=1, max_length=200)]
Places = Annotated[int, Limits(ge=1, le=1000, examples=[3]), INTEGER]


class _FromTo(Shape):
    from_: From
    to: To = None

    @model_validator(mode="after")
    def _check_days(self) -> Self:
        if self.to is not None and self.to < self.from_:
            raise FieldFault("to", "«to» kan ikkje vere før «from»")
        return self


class _OfPlaces(Shape):
    """Placements by their ids, or so many of a provider's."""

    placement_ids: PlacementIds | None = None
    provider_id: Annotated[
        UUID | None,
        Limits(description="Instead of `placement_ids`: `places` of this provider's, those that began last."),
    ] = None
    places: Places | None = None

    @model_validator(mode="after")
    def _check_which(self) -> Self:
        if self.placement_ids is not None:
            for name, value in (("provider_id", self.provider_id), ("places", self.places)):
                if value is not None:
                    raise FieldFault(name, "kan ikkje stå saman med «placement_ids»")
        elif self.provider_id is None and self.places is None:
            raise FieldFault("placement_ids", "manglar; nemn dei, eller «provider_id» og «places»")
        elif self.provider_id is None:
            raise FieldFault("provider_id", "manglar; «places» seier kor mange hos ei vekstbedrift")
        elif self.places is None:
            raise FieldFault("places", "manglar; det seier kor mange hos «provider_id»")
        return self


class AddPlaces(_FromTo):
    """A number of further standard places from a day on: whole places without an end, unless it says otherwise."""

    change: Literal["add_places"]
    places: Places
    share: Annotated[Percent, Limits(examples=[100])] = 100


class EndPlaces(_OfPlaces):
    """A last day for placements; of a provider's, those that are active that day and go on after it."""

    change: Literal["end_places"]
    on: Annotated[Day, Limits(description="Last day, inclusive; it is paid (L3).", examples=["2022-12-31"])]


class RateChange(Shape):
    """Another rate per place and month from a day on (C1)."""

    change: Literal["rate"]
    monthly_amount: MonthlyAmount
    from_: From


class SupplementChange(_OfPlaces, _FromTo):
    """A monthly amount on top of the price of each of these places, while it lasts (L6); of a provider's, those that
    are active on the first day.
    """

    change: Literal["supplement"]
    monthly_amount: Annotated[MonthlyAmount, Limits(examples=["3000.00"])]


class SupplementPercentChange(Shape):
    """Another supplement in percent of the rate from a day on (C2)."""

    change: Literal["supplement_percent"]
    percent: Annotated[int, Limits(ge=0, le=200, examples=[40]), INTEGER]
    from_: From


class FrameChange(Shape):
    """Another frame for the year, or for each of several (C5)."""

    change: Literal["frame"]
    amount: Annotated[Money, Limits(examples=["6434000.00"])]


class RefundChange(Shape):
    """Another expected refund for the year, or for each of several (C11)."""

    change: Literal["refund"]
    amount: Annotated[Money, Limits(examples=["310000.00"])]


class ShareChange(Shape):
    """Another share for these placements from a day on."""

    change: Literal["share"]
    placement_ids: PlacementIds
    share: Annotated[Percent, Limits(examples=[50])]
    from_: From


Assumption = Annotated[
    AddPlaces
    | EndPlaces
    | RateChange
    | SupplementChange
    | SupplementPercentChange
    | FrameChange
    | RefundChange
    | ShareChange,
    Limits(discriminator="change"),
]
Changes = Annotated[list[Assumption], Limits(max_length=50)]


class WhatIfIn(Shape):
    """The assumed changes, in the order they are applied (C9)."""

    changes: Changes


class WhatIfMonth(Shape):
    """A month's forecast before and after; `difference` = after − before."""

    month: Month
    before: Amount
    after: Amount
    difference: Amount


class WhatIfOut(Shape):
    """The year's position before and after the changes, and the difference per month (C9)."""

    before: PositionOut
    after: PositionOut
    months: list[WhatIfMonth]


BodyYear = Annotated[int, Limits(ge=1900, le=2099, examples=[2022]), INTEGER]


class YearFrame(Shape):
    """The frame assumed for one of the years (C5)."""

    year: BodyYear
    amount: Annotated[Money, Limits(examples=["6934000.00"])]


class WhatIfYearsIn(Shape):
    """Consecutive years, and what is assumed of them (C15)."""

    from_year: BodyYear
    to_year: Annotated[BodyYear, Limits(description=f"Inclusive; {MOST_YEARS} years at most.", examples=[2026])]
    changes: Annotated[
        Changes,
        Limits(
            description="As for one year. Each holds in its own year and every later one; `frame` and `refund` in all."
        ),
    ] = []
    rate_percent_a_year: Annotated[
        PercentTo100 | None,
        Limits(
            description="The rate is raised by this on each 1 January after the last known rate, unless an assumed rate"
            " begins on that day. Null: the last rate is carried on (C6).",
            examples=["3.60"],
        ),
    ] = None
    frames: Annotated[
        list[YearFrame],
        Limits(max_length=MOST_YEARS, description="Frames of single years, whatever is recorded or changed for all."),
    ] = []

    @model_validator(mode="after")
    def _check_years(self) -> Self:
        if self.to_year < self.from_year:
            raise FieldFault("to_year", f"er {self.to_year}, før «from_year» ({self.from_year})")
        latest = self.from_year + MOST_YEARS - 1
        if self.to_year > latest:
            raise FieldFault("to_year", f"er {self.to_year}; frå {self.from_year} kan det høgst vere {latest}")
        return self


class WhatIfYearsOut(Shape):
    """Each year's position with all that is assumed, and the first year that is over its frame (C15)."""

    years: list[PositionOut]
    first_overrun_year: Annotated[
        int | None, Limits(description="Null where no year is over; one without a frame never is.", examples=[2024])
    ]


EXAMPLES: dict[str, Any] = {
    "three_more_places": {
        "summary": "3 more places from August",
        "value": {"changes": [{"change": "add_places", "places": 3, "from": "2022-08-01"}]},
    },
    "next_years_rate": {
        "summary": "The rate + 4 % from July",
        "value": {"changes": [{"change": "rate", "monthly_amount": "15473.12", "from": "2022-07-01"}]},
    },
    "another_supplement": {
        "summary": "Supplement 40 %",
        "value": {"changes": [{"change": "supplement_percent", "percent": 40, "from": "2022-01-01"}]},
    },
    "two_places_end": {
        "summary": "Two places end at New Year",
        "value": {
            "changes": [
                {
                    "change": "end_places",
                    "placement_ids": ["016e0000-0005-7000-8000-000000000001", "016e0000-0005-7000-8000-000000000002"],
                    "on": "2022-12-31",
                }
            ]
        },
    },
    "a_smaller_frame": {
        "summary": "The frame cut by half a million",
        "value": {"changes": [{"change": "frame", "amount": "6434000.00"}]},
    },
    "three_of_a_provider_end": {
        "summary": "Three places of a provider end",
        "value": {
            "changes": [
                {
                    "change": "end_places",
                    "provider_id": "016e0000-0000-7000-8000-000000000001",
                    "places": 3,
                    "on": "2022-09-30",
                }
            ]
        },
    },
    "a_supplement": {
        "summary": "3 000 a month on top of a place",
        "value": {
            "changes": [
                {
                    "change": "supplement",
                    "placement_ids": ["016e0000-0005-7000-8000-000000000001"],
                    "monthly_amount": "3000.00",
                    "from": "2022-08-01",
                }
            ]
        },
    },
    "another_refund": {
        "summary": "A refund of 1.7 million",
        "value": {"changes": [{"change": "refund", "amount": "1700000.00"}]},
    },
}
YEARS_EXAMPLES: dict[str, Any] = {
    "two_more_places_and_a_raise": {
        "summary": "Two more places from 2024, the rate raised by 3.6 % a year",
        "value": {
            "from_year": 2023,
            "to_year": 2027,
            "changes": [{"change": "add_places", "places": 2, "from": "2024-01-01"}],
            "rate_percent_a_year": "3.60",
            "frames": [{"year": 2024, "amount": "7564000.00"}, {"year": 2025, "amount": "7852000.00"}],
        },
    },
    "one_frame_for_ever": {
        "summary": "Nothing changes, and the frame is never adjusted",
        "value": {
            "from_year": 2022,
            "to_year": 2026,
            "changes": [{"change": "frame", "amount": "6934000.00"}],
            "rate_percent_a_year": None,
            "frames": [],
        },
    },
}
