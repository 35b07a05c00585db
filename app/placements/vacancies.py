"""Free places at the providers (P2)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from app.database.queries import Queries
from app.placements.applications import select_standing
from app.placements.capacity import load_occupancies_by_provider
from app.placements.tables import Application, Decision, Request
from app.providers.providers import load_capacities_by_provider
from app.rates.rates import load_share_counting
from app.rules.capacity import Occupancy, Vacancy, calculate_vacancy


async def load_vacancies(queries: Queries, provider_ids: Sequence[UUID], on: date) -> Mapping[UUID, Vacancy]:
    """P2: capacity, active, promised and free places of each provider on a day.

    Read with the case office's rights: a place of a protected participant fills one like any other.
    """
    async with queries.acting_as("case_officer"):
        capacities = await load_capacities_by_provider(queries)
        active = await load_occupancies_by_provider(queries)
        promised = await _load_promised_by_provider(queries)
        counting = await load_share_counting(queries)
    return {
        id_: calculate_vacancy(capacities.get(id_, ()), active.get(id_, ()), promised.get(id_, ()), on, counting)
        for id_ in provider_ids
    }


async def _load_promised_by_provider(queries: Queries) -> dict[UUID, list[Occupancy]]:
    """What providers have accepted, that stands (D4), and that nobody has decided.

    **Decided here**: such a place is kept free from the day it was asked for, and on every day where none was named.
    """
    decided = select(col(Decision.id)).where(
        col(Decision.application_id) == col(Application.id), col(Decision.kind).in_(("grant", "reject"))
    )
    rows = await queries.fetch(
        select(col(Request.provider_id), col(Request.starts_from), col(Request.share))
        .join(Application, col(Application.id) == col(Request.application_id))
        .where(
            select_standing(),
            col(Application.withdrawn_on).is_(None),
            col(Application.annulled_at).is_(None),
            ~decided.exists(),
        )
    )
    promised: defaultdict[UUID, list[Occupancy]] = defaultdict(list)
    for provider_id, starts_from, share in rows:
        promised[provider_id].append(Occupancy(starts_from or date.min, None, share))
    return promised
