"""Processing times from application to decision, and where people go when a place ends. No personal data."""

from datetime import date
from typing import Any, get_args
from uuid import UUID

from sqlalchemy import Select, and_, func, select, text
from sqlmodel import col

from app.database.queries import CompiledQuery, Queries
from app.placements.statistics_schemas import (
    DestinationMoves,
    Moves,
    MovesOut,
    PeopleCount,
    ProcessingTimeOut,
    YearMoves,
)
from app.placements.tables import Application, Decision, Placement
from app.rates.rates import load_least_count
from app.rules.process import Destination
from app.rules.suppression import show_table, suppress_table

# The last end of each place whose last day has come, and of each person's in a year the last of these.
_MOVES = CompiledQuery(
    text(
        """
        select year, destination, count(*) from (
            select distinct on (participant_id, year) year, destination
            from (
                select distinct on (placement.id)
                    placement.id, placement.participant_id, placement.ends_on, destination,
                    extract(year from placement.ends_on)::int as year
                from placement join decision on decision.placement_id = placement.id and decision.kind = 'end'
                where placement.annulled_on is null and placement.ends_on <= :today
                    -- Unless a correction has taken the end back (D8).
                    and exists (
                        select from decision said where said.placement_id = placement.id
                            and said.act_number >= decision.act_number and said.ends_on = placement.ends_on)
                order by placement.id, decision.act_number desc
            ) as last_end
            order by participant_id, year, ends_on desc, id desc
        ) as last_of_year
        group by year, destination
        """
    )
)


async def load_processing_times(
    queries: Queries, first: date | None, last: date | None, provider_id: UUID | None
) -> list[ProcessingTimeOut]:
    """Days from receipt to decision, by provider and month of decision; a month without decisions has no row.

    A grant that was annulled counts for nothing (D8). **Decided here**: a decision dated before the receipt counts no
    days, and a rejection belongs to no provider.
    """
    days = func.greatest(col(Decision.decided_on) - col(Application.received_on), 0)
    month = func.to_char(col(Decision.decided_on), "YYYY-MM")
    statement: Select[Any] = (
        select(col(Decision.provider_id), month, func.count(), func.avg(days), func.min(days), func.max(days))
        .join(Application, col(Application.id) == col(Decision.application_id))
        .outerjoin(
            Placement, and_(col(Placement.id) == col(Decision.placement_id), col(Placement.annulled_on).is_not(None))
        )
        .where(col(Decision.kind).in_(("grant", "reject")), col(Placement.id).is_(None))
        .group_by(col(Decision.provider_id), month)
        .order_by(month, col(Decision.provider_id).nulls_last())
    )
    if first is not None:
        statement = statement.where(col(Decision.decided_on) >= first)
    if last is not None:
        statement = statement.where(col(Decision.decided_on) <= last)
    if provider_id is not None:
        statement = statement.where(col(Decision.provider_id) == provider_id)
    return [
        ProcessingTimeOut(
            provider_id=provider,
            month=in_month,
            decisions=count,
            average_days=f"{average:.2f}",
            shortest_days=shortest,
            longest_days=longest,
        )
        for provider, in_month, count, average, shortest, longest in await queries.fetch(statement)
    ]


async def load_moves(queries: Queries, today: date, *, is_suppressed: bool) -> Moves:
    """L8: people by the year in which a place ended and the destination that its end names, with all totals.

    Everybody is counted, those with a protected address too; small counts are hidden (S6) if `is_suppressed`.
    **Decided here**: a person whose places ended more than once in a year counts once, by the last of them; an end
    counts when its last day has come, and a place that ran out without a decision not at all.
    """
    async with queries.acting_as("case_officer"):
        people = {(year, destination): count for year, destination, count in await queries.fetch(_MOVES, today=today)}
        least = await load_least_count(queries, today)
    named: tuple[Destination | None, ...] = get_args(Destination)
    destinations = (*named, None) if any(destination is None for _, destination in people) else named
    years = range(min((year for year, _ in people), default=today.year), today.year + 1)
    cells = [[people.get((year, destination), 0) for destination in destinations] for year in years]
    table = suppress_table(cells, least) if is_suppressed else show_table(cells)
    return Moves(
        items=[
            MovesOut(year=year, destination=destination, **_count(people))
            for year, row in zip(years, table.cells, strict=True)
            for destination, people in zip(destinations, row, strict=True)
        ],
        years=[YearMoves(year=year, **_count(people)) for year, people in zip(years, table.row_totals, strict=True)],
        destinations=[
            DestinationMoves(destination=destination, **_count(people))
            for destination, people in zip(destinations, table.column_totals, strict=True)
        ],
        total=PeopleCount(**_count(table.total)),
    )


def _count(people: int | None) -> dict[str, Any]:
    return {"people": people, "suppressed": people is None}
