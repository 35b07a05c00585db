"""Who has been erased, and what stands where their texts stood (G3): also of what a system sends again afterwards."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, bindparam, text

from app.database.queries import CompiledQuery, Queries

ERASED = "Sletta"
_FIND_ERASED = CompiledQuery(
    text("select participant_id from find_erased(:ids)").bindparams(bindparam("ids", type_=ARRAY(Uuid())))
)


async def find_erased(queries: Queries, participant_ids: Collection[UUID]) -> set[UUID]:
    """Those of these people who have been erased."""
    if not participant_ids:
        return set()
    return {row["participant_id"] for row in await queries.fetch(_FIND_ERASED, ids=list(participant_ids))}
