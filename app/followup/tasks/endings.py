"""L5–L7: notices that have run out, and temporary places and supplements that end soon."""

from datetime import timedelta

from sqlalchemy import ColumnElement, Date, Uuid, bindparam, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.database.queries import CompiledQuery, Queries
from app.followup.tasks.placement_queries import PlacementQueries
from app.followup.tasks.task import Task, TaskQuery, TaskRules, TaskSubject
from app.placements.supplement_tables import PlacementSupplement
from app.placements.tables import Placement
from app.placements.terms import SUPPLEMENT_LAST_DAY

_RUN_OUT = PlacementQueries.compile(
    """
    select notice.id, notice.placement_id, notice.provider_id, placement.participant_id, notice.ends_on
    from notice join placement on placement.id = notice.placement_id and placement.ends_on = notice.ends_on
        and placement.annulled_on is null
    where notice.ends_on <= :on and notice.given_on <= :on and notice.annulled_at is null
        and not exists (select from decision where decision.notice_id = notice.id and decision.decided_on <= :on)
        and {asked_for}
    """,
    placement="notice.placement_id",
    provider="notice.provider_id",
)
# Nobody has decided or given notice of the end, and the participant has no place after it.
_TEMPORARY = PlacementQueries.compile(
    """
    select id, provider_id, participant_id, ends_on from placement
    where need = 'temporary' and annulled_on is null and starts_on <= :on and ends_on between :on and :last
        and not exists (select from decision where decision.placement_id = placement.id and decision.kind = 'end'
            and decision.decided_on <= :on)
        and not exists (select from notice where notice.placement_id = placement.id and notice.given_on <= :on
            and notice.annulled_at is null and not exists (select from decision where decision.notice_id = notice.id
                and decision.kind in ('change', 'correct')))
        and not exists (select from placement later where later.participant_id = placement.participant_id
            and later.starts_on > placement.ends_on and later.annulled_on is null)
        and {asked_for}
    """,
    placement="id",
)
_ON, _LAST, _PLACEMENT_ID = (
    bindparam("on", type_=Date),
    bindparam("last", type_=Date),
    bindparam("placement_id", type_=Uuid),
)
_LATER = aliased(PlacementSupplement)


def _compile_supplements(*conditions: ColumnElement[bool]) -> CompiledQuery:
    """Supplements that end soon where the place goes on, and no other supplement follows."""
    return CompiledQuery(
        select(
            col(PlacementSupplement.id),
            col(PlacementSupplement.placement_id),
            col(PlacementSupplement.provider_id),
            col(Placement.participant_id),
            SUPPLEMENT_LAST_DAY.label("last_day"),
        )
        .join(Placement, col(Placement.id) == col(PlacementSupplement.placement_id))
        .where(
            SUPPLEMENT_LAST_DAY.between(_ON, _LAST),
            col(PlacementSupplement.valid_from) <= _ON,
            or_(col(Placement.ends_on).is_(None), col(Placement.ends_on) > SUPPLEMENT_LAST_DAY),
            col(Placement.annulled_on).is_(None),
            ~select(col(_LATER.id))
            .where(
                col(_LATER.placement_id) == col(PlacementSupplement.placement_id),
                col(_LATER.valid_from) > col(PlacementSupplement.valid_from),
            )
            .exists(),
            *conditions,
        )
    )


_SUPPLEMENTS = PlacementQueries(_compile_supplements(), _compile_supplements(col(Placement.id) == _PLACEMENT_ID))


async def list_end_decisions(queries: Queries, query: TaskQuery, rules: TaskRules) -> list[Task]:
    """L5: notices that have run out without an end decision, from the last day of the placement until it is made."""
    return [
        Task.single(
            "end_decision",
            row["ends_on"],
            row["id"],
            TaskSubject(row["placement_id"], row["provider_id"], row["participant_id"]),
            on=query.on,
        )
        for row in await queries.fetch(_RUN_OUT.pick(query.placement_id), **query.parameters)
    ]


async def list_temporary_endings(queries: Queries, query: TaskQuery, rules: TaskRules) -> list[Task]:
    """L7: temporary placements in their last 60 days (a parameter), until it is decided what comes next."""
    last = query.on + timedelta(days=rules.find_parameters(query.on).temporary_ending_days)
    return [
        Task.single(
            "temporary_ending",
            row["ends_on"],
            row["id"],
            TaskSubject(row["id"], row["provider_id"], row["participant_id"]),
            on=query.on,
        )
        for row in await queries.fetch(_TEMPORARY.pick(query.placement_id), last=last, **query.parameters)
    ]


async def list_supplement_endings(queries: Queries, query: TaskQuery, rules: TaskRules) -> list[Task]:
    """L6: supplements in their last 30 days (a parameter), where the placement goes on and no supplement follows."""
    last = query.on + timedelta(days=rules.find_parameters(query.on).supplement_ending_days)
    return [
        Task.single(
            "supplement_ending",
            row["last_day"],
            row["id"],
            TaskSubject(
                row["placement_id"],
                row["provider_id"],
                row["participant_id"],
                link=f"/v1/placements/{row['placement_id']}/supplements",
            ),
            on=query.on,
        )
        for row in await queries.fetch(_SUPPLEMENTS.pick(query.placement_id), last=last, **query.parameters)
    ]
