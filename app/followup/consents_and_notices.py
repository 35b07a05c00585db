"""What a consent (M6) and a notice (L4) make due while a place lasts."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import col

from app.database.unit_of_work import UnitOfWork
from app.followup.tables import Meeting
from app.followup.task_schemas import About, Task, TaskQuery
from app.participants.consents import ConsentRecord
from app.placements.notices import calling_for_meeting
from app.placements.tables import Placement
from app.rules.follow_up_duties import FollowUpRequirements, calculate_consent_due_day, find_requirements
from app.rules.minutes import Consent


async def consent_tasks(unit: UnitOfWork, query: TaskQuery, asks: Sequence[FollowUpRequirements]) -> list[Task]:
    """M6: each consent that is not withdrawn is to be given anew, while the participant still has the place then."""
    if not query.wants("consent") or not asks:
        return []
    consent = ConsentRecord
    statement = (
        select(
            col(consent.id),
            col(consent.participant_id),
            col(consent.given_on),
            col(consent.services),
            col(consent.valid_to),
            col(Placement.id),
            col(Placement.provider_id),
            col(Placement.starts_on),
            col(Placement.ends_on),
        )
        .join(Placement, col(Placement.participant_id) == col(consent.participant_id))
        .where(
            col(consent.given_on) <= query.on,
            func.coalesce(col(consent.withdrawn_on) > query.on, True),
            col(Placement.starts_on) <= query.on,
        )
    )
    rows = (await unit.session.execute(statement)).all()
    given: defaultdict[UUID, dict[UUID, Consent]] = defaultdict(dict)
    for id_, participant_id, given_on, services, valid_to, *_ in rows:
        given[participant_id][id_] = Consent(given_on, frozenset(services), valid_to)
    found = []
    for id_, participant_id, given_on, _, _, placement_id, provider_id, starts_on, ends_on in rows:
        one = given[participant_id][id_]
        due_on = calculate_consent_due_day(one, find_requirements(asks, given_on).consent_months)
        if starts_on > due_on or (ends_on is not None and ends_on < due_on):
            continue
        others = [other for key, other in given[participant_id].items() if (other.given_on, key) > (given_on, id_)]
        renewed = _covered(one.services, others)
        link = f"/v1/participants/{participant_id}/consents"
        about = About(placement_id, provider_id, participant_id, link)
        found.append(Task.single("consent", due_on, id_, about, done=renewed, on=query.on))
    return found


async def notice_tasks(unit: UnitOfWork, query: TaskQuery) -> list[Task]:
    """L4: a meeting that a notice calls for, from the day it is given; done with a cooperation meeting since that day.

    **Decided here**: it is due on the last day of the place, before which other offers must have been weighed.
    """
    if not query.wants("notice_meeting"):
        return []
    given = [notice for notice in await calling_for_meeting(unit) if notice.given_on <= query.on]
    statement = (
        select(col(Meeting.placement_id), func.max(col(Meeting.held_on)))
        .where(
            col(Meeting.placement_id).in_([notice.placement_id for notice in given]),
            col(Meeting.kind) == "cooperation",
            col(Meeting.counts),
            col(Meeting.held_on) <= query.on,
        )
        .group_by(col(Meeting.placement_id))
    )
    rows = (await unit.session.execute(statement)).all() if given else []
    last_held = {row[0]: row[1] for row in rows}
    found = []
    for notice in given:
        held = last_held.get(notice.placement_id, date.min) >= notice.given_on
        link = f"/v1/placements/{notice.placement_id}/notices"
        about = About(notice.placement_id, notice.provider_id, link=link)
        found.append(Task.single("notice_meeting", notice.ends_on, notice.id, about, done=held, on=query.on))
    return found


def _covered(services: frozenset[str], later: Collection[Consent]) -> bool:
    return services <= {service for consent in later for service in consent.services}
