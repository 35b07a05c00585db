"""A year's export for Framsikt: the frame, the incurred cost and the forecast, by month and provider.

**Decided here**, since Framsikt's own file is agreed with each municipality:

- The frame (`budsjett`) is adopted for the year and for no single provider: one row, period 0, without a provider.
- The incurred cost (`rekneskap`) is each month's cost up to and including the day; the forecast (`prognose`) is each
  month's cost of the whole year, the incurred cost included. The months add up to the position, to the øre (C6).
- The expected refund (C11) is income of the forecast: one row, period 0, without a provider, on an account string of
  its own. So the rows of the forecast add up to the net forecast, and those with a provider or a month to the forecast.
- Expenses are positive and income is negative, as in KOSTRA. A month without cost is left out.
- The account string is that of the settings, with the provider's own where there is one.
- Everyone gets the same rows: what finance may see. Places of people with a protected address are one sum, without
  their provider.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

import numpy as np
from sqlalchemy import select

from app.budget.placement_periods import load_identified_periods
from app.budget.position import load_position
from app.database.queries import Queries
from app.integrations.framsikt.schemas import FramsiktExport, FramsiktRow, PositionFigures, RowType
from app.providers.tables import Provider
from app.rates import rates
from app.rules.cost import calculate_month_costs, sum_by_group
from app.rules.money import from_ore
from app.rules.placement_periods import Column
from app.rules.position import Position
from app.settings import AccountString, Settings


@dataclass(frozen=True, slots=True)
class _Group:
    """Whose costs are summed in rows of their own: a provider's, or (`provider_id` None) those of protected places."""

    provider_id: UUID | None
    name: str
    organisation_number: str | None
    account: AccountString


async def compute_export(queries: Queries, year: int, on: date, settings: Settings) -> FramsiktExport:
    """The year's rows and figures as known on the day. 409 `rate-missing` or `guideline-missing`."""
    # The rows are what finance may see, for every caller.
    async with queries.acting_as("finance", alone=True):
        position = await load_position(queries, year, on)
        known = await load_identified_periods(queries, year, on)
        known_rates, guidelines = await rates.load_prices(queries)
        providers = {provider.id: provider for provider in await queries.select(select(Provider))}
    keys, group_of = np.unique(known.provider, return_inverse=True)
    forecast = sum_by_group(
        calculate_month_costs(known.periods, year, known_rates, guidelines, on), group_of, keys.size
    )
    incurred = sum_by_group(
        calculate_month_costs(known.periods, year, known_rates, guidelines, on, on), group_of, keys.size
    )
    groups = [_build_group(providers.get(UUID(bytes=key.ljust(16, b"\0"))), settings) for key in keys]
    # By name and not by id, since people read the file. Groups of the same name are in the order of their ids.
    order = sorted(range(len(groups)), key=lambda index: groups[index].name)
    rows = [
        *_build_frame_rows(position, settings.account_string),
        *_build_month_rows("rekneskap", year, incurred, groups, order),
        *_build_month_rows("prognose", year, forecast, groups, order),
        *_build_refund_rows(position, settings.refund_account),
    ]
    return FramsiktExport(year=year, on=on, snapshot_id=None, figures=_build_figures(position, incurred), items=rows)


def _build_group(provider: Provider | None, settings: Settings) -> _Group:
    if provider is None:
        return _Group(None, "Skjerma plassar", None, settings.account_of(None))
    number = provider.organisation_number
    return _Group(provider.id, provider.name, number, settings.account_of(number))


def _build_frame_rows(position: Position, account: AccountString) -> list[FramsiktRow]:
    if position.frame is None:
        return []
    return [_build_row("budsjett", position.year, 0, account, position.frame, f"Ramme {position.year}")]


def _build_refund_rows(position: Position, account: AccountString) -> list[FramsiktRow]:
    if not position.expected_refund:
        return []
    text = f"Venta refusjon ressurskrevjande tenester {position.year}"
    return [_build_row("prognose", position.year, 0, account, -position.expected_refund, text)]


def _build_month_rows(
    type_: RowType, year: int, sums: Column, groups: list[_Group], order: list[int]
) -> list[FramsiktRow]:
    word = "Påløpt" if type_ == "rekneskap" else "Prognose"
    return [
        _build_row(type_, year, month, group.account, int(amount), f"{word} {group.name} {year}-{month:02}", group)
        for month, of_month in enumerate(sums, start=1)
        for group, amount in ((groups[index], of_month[index]) for index in order)
        if amount
    ]


def _build_row(
    type_: RowType,
    year: int,
    period: int,
    account: AccountString,
    ore: int,
    text: str,
    group: _Group | None = None,
) -> FramsiktRow:
    provider = None if group is None or group.provider_id is None else group
    return FramsiktRow(
        type=type_,
        year=year,
        period=period,
        **account.model_dump(),
        provider_id=None if provider is None else provider.provider_id,
        provider_name=None if provider is None else provider.name,
        organisation_number=None if provider is None else provider.organisation_number,
        amount=from_ore(ore),
        text=text,
    )


def _build_figures(position: Position, incurred: Column) -> PositionFigures:
    return PositionFigures(
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
