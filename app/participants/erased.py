"""Who has been erased, and what stands where their texts stood (G3): also of what a system sends again afterwards."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, bindparam, text

from app.database.queries import CompiledQuery, Queries

ERASED = "Sletta"
_FIND_ERASED = CompiledQuery(
    text("select participant_id, erased_at from find_erased(:ids)").bindparams(bindparam("ids", type_=ARRAY(Uuid())))
)


async def find_erased(queries: Queries, participant_ids: Collection[UUID]) -> dict[UUID, datetime]:
    """When each of these people was last erased, of those who were."""
    if not participant_ids:
        return {}
    rows = await queries.fetch(_FIND_ERASED, ids=list(participant_ids))
    return {row["participant_id"]: row["erased_at"] for row in rows}
