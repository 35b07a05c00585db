"""A year's frames (C5), expected refunds (C11), position (C6–C8, C10–C13) and costs (C4)."""

from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, WithJsonSchema
from pydantic import Field as Limits
from pydantic.config import JsonDict

from app.http.schemas import TWO_DECIMALS, Amount, Day, Line, Money, Shape, Stored
from app.rules.position import Flag

Share = Annotated[
    Decimal,
    TWO_DECIMALS,
    WithJsonSchema({"type": "string", "pattern": r"^(0|[1-9][0-9]*)\.[0-9]{2}$", "examples": ["100.42"]}),
]
"""A percent with two decimals; over 100 when a frame is exceeded."""
Month = Annotated[
    str, WithJsonSchema({"type": "string", "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])$", "examples": ["2022-08"]})
]


class FrameIn(Shape):
    """A revision of the year's budget frame (C5)."""

    amount: Annotated[Money, Limits(examples=["7250000.00"])]
    adopted_on: Annotated[Day, Limits(examples=["2022-06-16"])]
    reason: Annotated[Line, Limits(examples=["Revidert budsjett, sak 61/22"])]


class FrameOut(Stored):
    """A revision of a year's budget frame (C5)."""

    year: int
    amount: Money
    adopted_on: Day
    reason: str


class ExpectedRefundIn(Shape):
    """The refund now expected for the year; it replaces the one expected before (C11)."""

    amount: Annotated[Money, Limits(examples=["310000.00"])]
    recorded_on: Annotated[Day, Limits(examples=["2022-06-30"])]
    reason: Annotated[Line, Limits(examples=["Rekna ut av lønskontoret"])]


class ExpectedRefundOut(Stored):
    """An expected refund of a year (C11)."""

    year: int
    amount: Money
    recorded_on: Day
    reason: str


class OverrunOut(Shape):
    """How much the forecast exceeds the frame, and the first month whose cumulative forecast exceeds it (C7)."""

    amount: Amount
    first_month: Month


class VtaComparisonOut(Shape):
    """The least the same places would cost the municipality as state-financed VTA places (C10)."""

    minimum_share_percent: Share
    municipal_cost: Amount


_EXAMPLE: JsonDict = {
    "year": 2022,
    "on": "2022-12-31",
    "frame": "6934000.00",
    "incurred": "6962904.00",
    "remaining_to_come": "0.00",
    "forecast": "6962904.00",
    "difference": "-28904.00",
    "share_used_percent": "100.42",
    "flag": "overrun",
    "overrun": {"amount": "28904.00", "first_month": "2022-12"},
    "places": 26,
    "average_monthly_cost": "22317.00",
    "room_for_standard_places": 0,
    "room_from": "2022-01-01",
    "expected_refund": "0.00",
    "net_forecast": "6962904.00",
    "vta_comparison": {"minimum_share_percent": "25.00", "municipal_cost": "1160484.00"},
    "sums": {"gross": "6962904.00", "refund": "0.00", "net": "6962904.00"},
    "of_incurred": {"settled": "0.00", "differing": "0.00", "open": "6962904.00", "invoiced": "0.00"},
}


class PositionSums(Shape):
    """The forecast, gross and net (C11)."""

    gross: Annotated[Amount, Limits(description="Forecast.")]
    refund: Annotated[Amount, Limits(description="Expected refund, as recorded by the day.")]
    net: Annotated[Amount, Limits(description="Gross − refund.")]


class IncurredBreakdownOut(Shape):
    """The incurred cost by status: settled + differing + open = `incurred` (C12, C13)."""

    settled: Annotated[Amount, Limits(description="Closed months that are over on the day, as settled.")]
    differing: Annotated[Amount, Limits(description="Cost of those months as known on the day, less `settled`.")]
    open: Annotated[Amount, Limits(description="Months that are not closed.")]
    invoiced: Annotated[Amount, Limits(description="Checked invoices for months that are over on the day.")]


class PositionOut(Shape):
    """A year's budget position on a day (C6–C8, C10–C13)."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    year: int
    on: Day
    frame: Annotated[Amount | None, Limits(description="The latest adopted by the day; null while there is none (C5).")]
    incurred: Annotated[
        Amount, Limits(description="Cost to and including the day, as if every placement ended then (C6).")
    ]
    remaining_to_come: Annotated[Amount, Limits(description="Forecast − incurred (C6).")]
    forecast: Annotated[Amount, Limits(description="Cost of the whole year for every placement known on the day (C6).")]
    difference: Annotated[Amount | None, Limits(description="Frame − forecast; null without a frame (C6).")]
    share_used_percent: Annotated[
        Share | None,
        Limits(description="Forecast as percent of the frame; null without a frame or if it is 0.00 (C6)."),
    ]
    flag: Annotated[
        Flag,
        Limits(
            description="`overrun` if the forecast exceeds the frame, `watch` from the guideline's percent of it,"
            " `within`, or `no_frame` (C7)."
        ),
    ]
    overrun: Annotated[OverrunOut | None, Limits(description="Null unless the flag is `overrun` (C7).")]
    places: Annotated[
        int, Limits(description="Placements active on the day, or on the year's last day if that is earlier (C6).")
    ]
    average_monthly_cost: Annotated[Amount, Limits(description="Forecast per place-month (C6).")]
    room_for_standard_places: Annotated[int, Limits(description="How many more fit from `room_from` on (C8).")]
    room_from: Day
    expected_refund: Annotated[
        Amount, Limits(description="Expected refund recorded by the day; 0.00 if there is none (C11).")
    ]
    net_forecast: Annotated[Amount, Limits(description="Forecast − expected refund (C11).")]
    vta_comparison: VtaComparisonOut
    sums: PositionSums
    of_incurred: IncurredBreakdownOut


class CostOut(Shape):
    """The cost of one group; it has the keys it is grouped by and no others."""

    month: Month | None = None
    provider_id: UUID | None = None
    placement_id: UUID | None = None
    amount: Amount


class CostsOut(Shape):
    """One page of a year's costs, and the total of all pages."""

    items: list[CostOut]
    next: str | None
    total: Amount


class DecisionBudget(Shape):
    """The year's position after the decision (C7)."""

    year: int
    flag: Flag
    forecast: Amount
    difference: Annotated[Amount | None, Limits(description="Frame − forecast; null without a frame.")]
