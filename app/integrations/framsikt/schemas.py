"""The export for Framsikt, and snapshots of it (C6)."""

from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field as Limits

from app.http.schemas import Amount, Day, Line, Shape, Stored

RowType = Literal["budsjett", "rekneskap", "prognose"]


class FramsiktRow(Shape):
    """A row for Framsikt. Period 0 is the whole year. Expenses are positive, income is negative."""

    type: RowType
    year: int
    period: int
    responsibility: str
    account: str
    function: str
    project: str
    provider_id: UUID | None
    provider_name: str | None
    organisation_number: str | None
    amount: Amount
    text: str


class PositionFigures(Shape):
    """The position that the rows add up to, and its months from January on (C6–C8, C11)."""

    year: int
    on: Day
    frame: Amount | None
    incurred: Amount
    remaining_to_come: Amount
    forecast: Amount
    difference: Amount | None
    share_used_percent: Decimal | None
    flag: str
    places: int
    average_monthly_cost: Amount
    expected_refund: Amount
    net_forecast: Amount
    incurred_by_month: list[Amount]
    forecast_by_month: list[Amount]


class FramsiktExport(Shape):
    """All rows of a year on one page. `snapshot_id` is null for rows computed now."""

    year: int
    on: Day
    snapshot_id: UUID | None
    figures: PositionFigures
    items: list[FramsiktRow]
    next: str | None = None


class SnapshotIn(Shape):
    """The name of the snapshot and the day it is computed for."""

    name: Annotated[Line, Limits(examples=["2. tertial"])]
    on: Annotated[Day, Limits(examples=["2022-08-31"])]


class SnapshotOut(Stored):
    """A snapshot of a year. Its rows: `GET /v1/exports/framsikt/{year}?snapshot=`."""

    year: int
    name: str
    on: Day
    taken_by: str
    frame: Amount | None
    incurred: Amount
    forecast: Amount
