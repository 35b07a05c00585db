"""Processing times from application to decision. No personal data."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlmodel import col

from app.database.queries import Queries
from app.placements.schemas import ProcessingTimeOut
from app.placements.tables import Application, Decision


async def load_processing_times(
    queries: Queries, first: date | None, last: date | None, provider_id: UUID | None
) -> list[ProcessingTimeOut]:
    """Days from receipt to decision, by provider and month of decision; a month without decisions has no row.

    **Decided here**: a decision dated before the receipt counts no days, and a rejection belongs to no provider.
    """
    days = func.greatest(col(Decision.decided_on) - col(Application.received_on), 0)
    month = func.to_char(col(Decision.decided_on), "YYYY-MM")
    statement: Select[Any] = (
        select(col(Decision.provider_id), month, func.count(), func.avg(days), func.min(days), func.max(days))
        .join(Application, col(Application.id) == col(Decision.application_id))
        .where(col(Decision.kind).in_(("grant", "reject")))
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
