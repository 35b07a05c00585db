"""L5–L7: notices that have run out, and temporary places and supplements that end soon."""

from datetime import timedelta

from sqlalchemy import Date, bindparam, or_, select, text
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.database.queries import CompiledQuery, Queries
from app.followup.tasks.task import Task, TaskQuery, TaskRules, TaskSubject
from app.placements.supplement_tables import PlacementSupplement
from app.placements.tables import Placement
from app.placements.terms import SUPPLEMENT_LAST_DAY

_RUN_OUT = CompiledQuery(
    text(
        """
        select notice.id, notice.placement_id, notice.provider_id, placement.participant_id, notice.ends_on
        from notice join placement on placement.id = notice.placement_id and placement.ends_on = notice.ends_on
            and placement.annulled_on is null
        where notice.ends_on <= :on and notice.given_on <= :on and notice.annulled_at is null
            and not exists (select from decision where decision.notice_id = notice.id and decision.decided_on <= :on)
        """
    )
)
# Nobody has decided or given notice of the end, and the participant has no place after it.
_TEMPORARY = CompiledQuery(
    text(
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
        """
    )
)
_ON, _LAST = bindparam("on", type_=Date), bindparam("last", type_=Date)
_LATER = aliased(PlacementSupplement)
# The place goes on, and no other supplement follows.
_SUPPLEMENTS = CompiledQuery(
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
    )
)


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
        for row in await queries.fetch(_RUN_OUT, on=query.on)
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
        for row in await queries.fetch(_TEMPORARY, on=query.on, last=last)
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
        for row in await queries.fetch(_SUPPLEMENTS, on=query.on, last=last)
    ]
