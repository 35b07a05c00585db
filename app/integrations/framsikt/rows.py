"""What Framsikt fetches: a year's frame, what has incurred and the forecast, by month and provider; and snapshots.

**Decided here**, since Framsikt's own file is agreed with each municipality:

- The frame (`budsjett`) is adopted for the year and for no single provider: one row, period 0, without a provider.
- What has incurred (`rekneskap`) is each month's cost up to and with the day, and the forecast (`prognose`) is each
  month's cost through the whole year, what has incurred included. Each type adds up to the position, to the øre (C6).
- Expenses are positive, as in KOSTRA. A month that costs nothing is left out.
- The account string is the settings', a provider's own where it has one.
- Everyone gets the same rows: what finance may see. Places behind a protected address stand together, without their
  provider.
"""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

import numpy as np
from pydantic import Field as Limits
from pydantic import TypeAdapter
from sqlalchemy import CheckConstraint, SmallInteger, UniqueConstraint, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, col

from app.budget import position as budget
from app.budget.placement_periods import identified_stays
from app.database.base import Row
from app.database.queries import Queries
from app.database.unit_of_work import UnitOfWork
from app.http.exception_handlers import on_constraint
from app.http.problems import problem_type
from app.http.schemas import Amount, Day, Line, Shape, Stored
from app.providers.tables import Provider
from app.rates import rates
from app.rules.cost import calculate_month_costs, sum_by_group
from app.rules.money import from_ore
from app.rules.placement_periods import Column
from app.rules.position import Position
from app.security.tokens import Actor
from app.settings import AccountString, Settings

SNAPSHOT_EXISTS = problem_type(
    "snapshot-exists",
    409,
    title="Augneblinksbiletet finst alt",
    nn="Året har alt eit augneblinksbilete med dette namnet, og det vert aldri endra.",
    en="The year already has a snapshot of this name; a snapshot is never changed.",
)
on_constraint("uq_budget_snapshot_year_name", SNAPSHOT_EXISTS, SNAPSHOT_EXISTS.nn)


class BudgetSnapshot(Row, table=True):
    """A year's rows and position as they were on a day, kept as they were written, for ever."""

    __tablename__ = "budget_snapshot"
    __table_args__ = (
        UniqueConstraint("year", "name"),
        CheckConstraint("year between 1900 and 2099", name="year"),
        CheckConstraint("length(name) between 1 and 500", name="name"),
    )

    year: int = Field(sa_type=SmallInteger)
    name: str
    on: date
    taken_by: str
    rows: list[dict[str, Any]] = Field(sa_type=JSONB)
    figures: dict[str, Any] = Field(sa_type=JSONB)


class ExportRow(Shape):
    """One line for Framsikt. Period 0 is the whole year."""

    type: Literal["budsjett", "rekneskap", "prognose"]
    year: int
    period: int
    responsibility: str
    account: str
    function: str
    project: str
    provider_id: UUID | None
    amount: Amount
    text: str


class Figures(Shape):
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


class Export(Shape):
    """All rows of a year; there is always one page. `snapshot_id` is null for rows computed now."""

    year: int
    on: Day
    snapshot_id: UUID | None
    figures: Figures
    items: list[ExportRow]
    next: None = None


class SnapshotIn(Shape):
    """What the snapshot is called, and the day it is seen from."""

    name: Annotated[Line, Limits(examples=["2. tertial"])]
    on: Annotated[Day, Limits(examples=["2022-08-31"])]


class SnapshotOut(Stored):
    """A snapshot of a year; `GET /v1/exports/framsikt/{year}?snapshot=` gives its rows."""

    year: int
    name: str
    on: Day
    taken_by: str
    frame: Amount | None
    incurred: Amount
    forecast: Amount


_ROWS = TypeAdapter(list[ExportRow])


async def export_of(queries: Queries, year: int, on: date, settings: Settings) -> Export:
    """The year's rows and position as known on the day. 409 `rate-missing` or `guideline-missing`."""
    # Rows are what finance may see, whoever asks.
    async with queries.acting_as("finance", alone=True):
        position = await budget.position_on(queries, year, on)
        known = await identified_stays(queries, year, on, None, None)
        known_rates, guidelines = await rates.load_prices(queries)
        providers = {provider.id: provider for provider in await queries.select(select(Provider))}
    groups, group_of = np.unique(known.provider, return_inverse=True)
    forecast = sum_by_group(
        calculate_month_costs(known.stays, year, known_rates, guidelines, on), group_of, groups.size
    )
    incurred = sum_by_group(
        calculate_month_costs(known.stays, year, known_rates, guidelines, on, on), group_of, groups.size
    )
    sides = [_Side(providers.get(id_), settings) for id_ in (UUID(bytes=group.ljust(16, b"\0")) for group in groups)]
    # By name, and not by id: a file that people read. Equal names keep the ids' order.
    order = sorted(range(len(sides)), key=lambda index: sides[index].name)
    rows = [
        *_frame_rows(position, settings.account_string),
        *_month_rows("rekneskap", year, incurred, sides, order),
        *_month_rows("prognose", year, forecast, sides, order),
    ]
    return Export(year=year, on=on, snapshot_id=None, figures=_figures(position, incurred), items=rows)


async def take_snapshot(
    unit: UnitOfWork, actor: Actor, year: int, body: SnapshotIn, settings: Settings
) -> BudgetSnapshot:
    """The year as it is known on the day, kept for ever. 409 `snapshot-exists` for a name that is taken."""
    export = await export_of(unit, year, body.on, settings)
    snapshot = BudgetSnapshot.model_validate(
        {
            **body.model_dump(),
            "year": year,
            "taken_by": actor.name,
            "rows": _ROWS.dump_python(export.items, mode="json"),
            "figures": export.figures.model_dump(mode="json"),
        }
    )
    unit.session.add(snapshot)
    await unit.session.flush()
    return snapshot


def exported(snapshot: BudgetSnapshot) -> Export:
    """A snapshot's rows and position, exactly as they were."""
    return Export(
        year=snapshot.year,
        on=snapshot.on,
        snapshot_id=snapshot.id,
        figures=Figures.model_validate(_decimals(snapshot.figures)),
        items=[ExportRow.model_validate(_decimals(row) | {"provider_id": _uuid(row)}) for row in snapshot.rows],
    )


def shown(snapshot: BudgetSnapshot) -> SnapshotOut:
    """A snapshot as it goes out in lists: without its rows."""
    return SnapshotOut.model_validate(
        snapshot.model_dump(exclude={"rows", "figures"})
        | {name: _decimals(snapshot.figures)[name] for name in ("frame", "incurred", "forecast")}
    )


async def snapshot_of(queries: Queries, year: int, snapshot_id: UUID) -> BudgetSnapshot | None:
    """The year's snapshot with this id."""
    statement = select(BudgetSnapshot).where(col(BudgetSnapshot.id) == snapshot_id, col(BudgetSnapshot.year) == year)
    found = await queries.select(statement)
    return found[0] if found else None


class _Side:
    """One provider's name and account string; no provider stands for the protected places together."""

    def __init__(self, provider: Provider | None, settings: Settings) -> None:
        self.id = None if provider is None else provider.id
        self.name = "Skjerma plassar" if provider is None else provider.name
        self.account = settings.account_of(None if provider is None else provider.organisation_number)


def _frame_rows(position: Position, account: AccountString) -> list[ExportRow]:
    if position.frame is None:
        return []
    return [_row("budsjett", position.year, 0, account, None, position.frame, f"Ramme {position.year}")]


def _month_rows(
    type_: Literal["rekneskap", "prognose"], year: int, sums: Column, sides: list[_Side], order: list[int]
) -> list[ExportRow]:
    word = "Påløpt" if type_ == "rekneskap" else "Prognose"
    return [
        _row(type_, year, month, side.account, side.id, int(amount), f"{word} {side.name} {year:04}-{month:02}")
        for month, of_month in enumerate(sums, start=1)
        for side, amount in ((sides[index], of_month[index]) for index in order)
        if amount
    ]


def _row(
    type_: Literal["budsjett", "rekneskap", "prognose"],
    year: int,
    period: int,
    account: AccountString,
    provider_id: UUID | None,
    ore: int,
    said: str,
) -> ExportRow:
    return ExportRow(
        type=type_,
        year=year,
        period=period,
        **account.model_dump(),
        provider_id=provider_id,
        amount=from_ore(ore),
        text=said,
    )


def _figures(position: Position, incurred: Column) -> Figures:
    return Figures(
        year=position.year,
        on=position.on,
        frame=None if position.frame is None else from_ore(position.frame),
        incurred=from_ore(position.incurred),
        remaining_to_come=from_ore(position.remaining_to_come),
        forecast=from_ore(position.forecast),
        difference=None if position.difference is None else from_ore(position.difference),
        share_used_percent=position.share_used_percent,
        flag=position.flag,
        places=position.places,
        average_monthly_cost=from_ore(position.average_monthly_cost),
        expected_refund=from_ore(position.expected_refund),
        net_forecast=from_ore(position.net_forecast),
        incurred_by_month=[from_ore(int(amount)) for amount in incurred.sum(axis=1)],
        forecast_by_month=[from_ore(amount) for amount in position.forecast_by_month],
    )


_AMOUNTS = frozenset(Figures.model_fields) - {"year", "on", "flag", "places"} | {"amount"}


def _decimals(stored: dict[str, Any]) -> dict[str, Any]:
    """What JSON keeps as text, as amounts again."""
    return {name: _decimal(value) if name in _AMOUNTS else value for name, value in stored.items()}


def _decimal(value: Any) -> Any:
    if isinstance(value, list):
        return [Decimal(one) for one in value]
    return None if value is None else Decimal(value)


def _uuid(row: dict[str, Any]) -> UUID | None:
    return None if row["provider_id"] is None else UUID(row["provider_id"])
