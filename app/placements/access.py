"""Which participants placements are about, for the access log, and who is shown amounts."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, any_, bindparam, select
from sqlmodel import col

from app.access_log.recorder import record_access
from app.database.queries import CompiledQuery, Queries
from app.placements.tables import Placement
from app.security.roles import Actor

# One array: PostgreSQL takes 32 767 parameters, and an exported register may name more placements.
_PARTICIPANTS = CompiledQuery(
    select(col(Placement.id), col(Placement.participant_id)).where(
        col(Placement.id) == any_(bindparam("ids", type_=ARRAY(Uuid())))
    )
)


async def find_participant_ids(queries: Queries, placement_ids: Iterable[UUID | None]) -> dict[UUID, UUID]:
    """The participant of each of these placements that the caller may see. None stands for no placement."""
    ids = {id_ for id_ in placement_ids if id_ is not None}
    if not ids:
        return {}
    return {row["id"]: row["participant_id"] for row in await queries.fetch(_PARTICIPANTS, ids=list(ids))}


async def record_placement_access(queries: Queries, placement_ids: Iterable[UUID | None]) -> None:
    """Record access to the participants of these placements, whose own data or rows that belong to them go out."""
    record_access(queries, (await find_participant_ids(queries, placement_ids)).values())


def may_see_reasons(actor: Actor, placement: Placement) -> bool:
    """Why a person needs more is for the case office and the service of the person's area; finance pays without it."""
    return "case_officer" in actor.roles or ("service" in actor.roles and placement.service_area == actor.service_area)


def may_see_money(actor: Actor) -> bool:
    """Providers, services and the EPJ never get an amount."""
    return not actor.roles.isdisjoint({"case_officer", "finance"})
