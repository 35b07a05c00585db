"""What comes in to and goes out of the trip fund (T18)."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field as Limits

from app.http.schemas import Amount, Annullable, Day, Line, Money, PastDay, PositiveMoney, Shape, Year
from app.rules.trips import FundEntryKind


class TripFundEntryIn(Shape):
    """What comes into the fund: set aside by the municipality, or given by others. Trips make the other entries."""

    year: Annotated[
        Year | None, Limits(description="The year of the fund. Null: the year of `on`.", examples=[2022])
    ] = None
    kind: Annotated[Literal["allocation", "gift"], Limits(examples=["allocation"])]
    amount: Annotated[PositiveMoney, Limits(examples=["200000.00"])]
    on: Annotated[PastDay, Limits(description="When it was adopted, or received.", examples=["2022-01-20"])]
    reason: Annotated[
        Line, Limits(description="By which case it was adopted, or what for.", examples=["Budsjett 2022"])
    ]


class TripFundEntryOut(Annullable):
    """An entry of the fund. One that is annulled counts for nothing (D10)."""

    year: int
    kind: FundEntryKind
    amount: Money
    on: Day
    reserved: Annotated[Money | None, Limits(description="What a settlement frees of its trip's reservation.")]
    trip_id: Annotated[UUID | None, Limits(description="The trip that made the entry; null for what comes in.")]
    trip_starts_on: Annotated[Day | None, Limits(description="The trip's first day.")]
    trip_ends_on: Annotated[Day | None, Limits(description="The trip's last day.")]
    reason: str | None
    recorded_by: str


class TripFundYearOut(Shape):
    """A year of the fund (T18)."""

    year: int
    carries_over: Annotated[
        bool, Limits(description="Whether it takes over what the year before left, by the scheme in force (T6).")
    ]
    carried: Annotated[Amount, Limits(description="What the year before left.")]
    allocated: Amount
    gifts: Amount
    settled: Annotated[Amount, Limits(description="What trips that have been made have cost the fund.")]
    balance: Annotated[Amount, Limits(description="`carried` + `allocated` + `gifts` − `settled`.")]
    reserved: Annotated[Amount, Limits(description="What is promised to granted trips that are not settled.")]
    available: Annotated[
        Amount,
        Limits(
            description="What a grant of the year may still reserve: `balance` − `reserved`, less what a later year has"
            " reserved of what it takes over. Below zero only after a settlement above its reservation."
        ),
    ]
