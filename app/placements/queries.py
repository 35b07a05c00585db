"""The queries of placements that are asked most, compiled once. Their rows are read by name."""

from functools import cache
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Exists, Select, Uuid, and_, any_, bindparam, or_, select, text
from sqlmodel import col

from app.database.queries import CompiledQuery
from app.placements.tables import Decision, Placement

# A placement and its events (D6): one row per event, in the order they were stored, each with the placement's columns.
# Terms that have always been known are those that a legacy placement was recorded with (L2).
PLACEMENT_HISTORY = CompiledQuery(
    text("""
        select placement.id, placement.created_at, placement.updated_at, placement.participant_id,
            placement.provider_id, placement.need, placement.terms, placement.starts_on, placement.ends_on,
            placement.share, placement.monthly_price, placement.medication_tasks, placement.decided_on,
            placement.notice_months, placement.places_per_employee, placement.annulled_on, event.*
        from placement
        left join lateral (
            select
                act_number as event_number,
                case kind
                    when 'grant' then 'granted'
                    when 'end' then 'end_decided'
                    when 'correct' then 'corrected'
                    when 'annul' then 'annulled'
                    else case when notice_id is null then 'changed' else 'notice_withdrawn' end
                end as step,
                decided_on as event_on,
                id as decision_id,
                follows_id,
                corrects_id,
                notice_id,
                coalesce(decision.starts_on, valid_from) as valid_from,
                ends_on as event_ends_on,
                null::date as replaced_ends_on,
                share as event_share,
                decision.need as event_need,
                case kind when 'grant' then placement.medication_tasks else medication_tasks end
                    as event_medication_tasks,
                monthly_price as event_monthly_price,
                destination
            from decision where placement_id = placement.id
            union all
            select act_number, 'notice_given', given_on, null, null, null, id, null, ends_on, replaced_ends_on,
                null, null, null, null, null
            from notice where placement_id = placement.id and annulled_at is null
            union all
            select 0, 'recorded', null, null, null, null, null, valid_from, valid_to, null,
                share, null, medication_tasks, monthly_price, null
            from placement_terms where placement_id = placement.id and known_from is null
        ) event on true
        where placement.id = :placement_id
        order by event.event_number
    """)
)


def is_ended_by_death() -> Exists:
    """L8: whether a statement's placement has the day of a death as its last day, also a corrected one (D8)."""
    return (
        select(col(Decision.id))
        .where(
            col(Decision.placement_id) == col(Placement.id),
            col(Decision.destination) == "died",
            col(Decision.ends_on) == col(Placement.ends_on),
        )
        .correlate(Placement)
        .exists()
    )


_FILTERS = {
    "provider_id": col(Placement.provider_id) == bindparam("provider_id"),
    "ids": col(Placement.id) == any_(bindparam("ids", type_=ARRAY(Uuid()))),
    "participant_ids": col(Placement.participant_id) == any_(bindparam("participant_ids", type_=ARRAY(Uuid()))),
    "active_on": and_(
        col(Placement.starts_on) <= bindparam("active_on"),
        or_(col(Placement.ends_on).is_(None), col(Placement.ends_on) >= bindparam("active_on")),
        col(Placement.annulled_on).is_(None),
    ),
    "after": col(Placement.id) > bindparam("after"),
}


@cache
def compile_placement_list(filters: frozenset[str]) -> CompiledQuery:
    """Placements by some of the filters `ids`, `provider_id`, `participant_ids`, `active_on`, `after`; at most `limit`.

    Each filter is a parameter of its own name, and so is `limit`. `after` is the id of the placement before.
    """
    return CompiledQuery(select_placements(filters))


def select_placements(filters: frozenset[str], *conditions: ColumnElement[bool]) -> Select[Any]:
    """As `compile_placement_list`, with further conditions."""
    filtered = (condition for name, condition in _FILTERS.items() if name in filters)
    return select(Placement).where(*filtered, *conditions).order_by(col(Placement.id)).limit(bindparam("limit"))
