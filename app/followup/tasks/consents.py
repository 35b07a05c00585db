"""M6: consents that must be asked for again while the placement lasts, and meetings where one was missing."""

from collections import defaultdict
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Uuid, bindparam, func, literal_column, select
from sqlmodel import col

from app.database.queries import CompiledQuery, Queries
from app.followup.tables import Meeting
from app.followup.tasks.placement_queries import PlacementQueries
from app.followup.tasks.task import Task, TaskQuery, TaskRules, TaskSubject
from app.participants.consents import load_consents, make_consent
from app.participants.tables import ConsentRecord
from app.placements.queries import is_ended_by_death
from app.placements.tables import Placement
from app.rules.follow_up_duties import calculate_consent_due_day, find_requirements
from app.rules.minutes import Consent, is_consent_mended

_ON, _PLACEMENT_ID = bindparam("on", type_=Date), bindparam("placement_id", type_=Uuid)


def _compile_consents(*conditions: ColumnElement[bool]) -> CompiledQuery:
    """Of each consent in force on the day, every placement that its participant has had by then."""
    return CompiledQuery(
        select(
            col(ConsentRecord.id),
            col(ConsentRecord.participant_id),
            col(ConsentRecord.given_on),
            col(ConsentRecord.services),
            col(ConsentRecord.organisations),
            col(ConsentRecord.valid_to),
            col(Placement.id).label("placement_id"),
            col(Placement.provider_id),
            col(Placement.starts_on),
            col(Placement.ends_on),
        )
        .join(Placement, col(Placement.participant_id) == col(ConsentRecord.participant_id))
        .where(
            col(ConsentRecord.given_on) <= _ON,
            func.coalesce(col(ConsentRecord.withdrawn_on) > _ON, True),
            col(ConsentRecord.annulled_at).is_(None),
            col(Placement.starts_on) <= _ON,
            col(Placement.annulled_on).is_(None),
            ~is_ended_by_death(),
            *conditions,
        )
    )


_CONSENTS = PlacementQueries(_compile_consents(), _compile_consents(col(Placement.id) == _PLACEMENT_ID))


def _compile_meetings(*conditions: ColumnElement[bool]) -> CompiledQuery:
    """Meetings by the day where a service was present without consent."""
    return CompiledQuery(
        select(
            col(Meeting.id),
            col(Meeting.placement_id),
            col(Meeting.provider_id),
            col(Meeting.held_on),
            col(Meeting.attendees),
            col(Meeting.services_without_consent),
            col(Placement.participant_id),
        )
        .join(Placement, col(Placement.id) == col(Meeting.placement_id))
        .where(
            # No parameter: the index is of those above nought.
            func.cardinality(col(Meeting.services_without_consent)) > literal_column("0"),
            col(Meeting.annulled_at).is_(None),
            col(Placement.annulled_on).is_(None),
            col(Meeting.held_on) <= _ON,
            *conditions,
        )
    )


_MEETINGS_WITHOUT_CONSENT = PlacementQueries(_compile_meetings(), _compile_meetings(col(Placement.id) == _PLACEMENT_ID))


async def list_tasks(queries: Queries, query: TaskQuery, rules: TaskRules) -> list[Task]:
    """M6: each consent that is not withdrawn, if the participant still has the placement on its due day."""
    if not rules.requirements:
        return []
    rows = await queries.fetch(_CONSENTS.pick(query.placement_id), **query.parameters)
    consents: defaultdict[UUID, dict[UUID, Consent]] = defaultdict(dict)
    for row in rows:
        consent = make_consent(row["given_on"], row["services"], row["organisations"], row["valid_to"])
        consents[row["participant_id"]][row["id"]] = consent
    found = []
    for row in rows:
        of_participant = consents[row["participant_id"]]
        consent = of_participant[row["id"]]
        months = find_requirements(rules.requirements, consent.given_on).consent_months
        due_on = calculate_consent_due_day(consent, months)
        if not row["starts_on"] <= due_on <= (row["ends_on"] or date.max):
            continue
        later = [
            other for id_, other in of_participant.items() if (other.given_on, id_) > (consent.given_on, row["id"])
        ]
        renewed = {service for other in later for service in other.services}
        renewed_names = {name for other in later for name in other.organisations}
        subject = TaskSubject(
            row["placement_id"],
            row["provider_id"],
            row["participant_id"],
            link=f"/v1/participants/{row['participant_id']}/consents",
        )
        recorded = int(consent.services <= renewed and consent.organisations <= renewed_names)
        found.append(Task.single("consent", due_on, row["id"], subject, on=query.on, recorded=recorded))
    return found


async def list_deviations(queries: Queries, query: TaskQuery, rules: TaskRules) -> list[Task]:
    """M6: each meeting where a service was present without consent, due on its day; done when a consent mends it."""
    rows = await queries.fetch(_MEETINGS_WITHOUT_CONSENT.pick(query.placement_id), **query.parameters)
    if not rows:
        return []
    consents = await load_consents(queries, {row["participant_id"] for row in rows})
    found = []
    for row in rows:
        attendees = [(attendee["role"], attendee["organisation"]) for attendee in row["attendees"]]
        services, given = row["services_without_consent"], consents[row["participant_id"]]
        is_mended = is_consent_mended(attendees, services, given, row["held_on"], query.on)
        subject = TaskSubject(
            row["placement_id"],
            row["provider_id"],
            row["participant_id"],
            link=f"/v1/meetings/{row['id']}",
            rule="M6",
            missing=tuple(services),
        )
        found.append(Task.single("deviation", row["held_on"], row["id"], subject, on=query.on, recorded=int(is_mended)))
    return found
