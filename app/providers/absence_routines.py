"""What is agreed with each provider about unexcused absence (P7)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlmodel import col

from app.database.queries import CompiledQuery, Queries
from app.database.unit_of_work import UnitOfWork
from app.http.lookup import find
from app.providers.schemas import AbsenceRoutineIn
from app.providers.tables import AbsenceRoutine, Provider
from app.rules.absence_contacts import ContactRoutine

_ROUTINES = CompiledQuery(
    select(col(AbsenceRoutine.provider_id), col(AbsenceRoutine.agreed_on), col(AbsenceRoutine.contact_after_days))
    .where(col(AbsenceRoutine.agreed_on) <= bindparam("on"))
    .order_by(col(AbsenceRoutine.agreed_on), col(AbsenceRoutine.id))
)


async def record_routine(unit: UnitOfWork, provider_id: UUID, body: AbsenceRoutineIn) -> AbsenceRoutine:
    """P7: a routine holds from its day until the next; of several of one day, the last recorded."""
    provider = await find(unit, Provider, provider_id)
    routine = AbsenceRoutine(**body.model_dump(), provider_id=provider.id)
    unit.session.add(routine)
    await unit.session.flush()
    return routine


async def load_routines(queries: Queries, on: date) -> Mapping[UUID, Sequence[ContactRoutine]]:
    """P7: each provider's routines agreed by a day, sorted by day."""
    found: defaultdict[UUID, list[ContactRoutine]] = defaultdict(list)
    for provider_id, agreed_on, days in await queries.fetch(_ROUTINES, on=on):
        found[provider_id].append(ContactRoutine(agreed_on, days))
    return found
