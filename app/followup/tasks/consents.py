"""M6: consents that must be asked for again while the placement lasts."""

from collections import defaultdict
from datetime import date
from uuid import UUID

from sqlalchemy import Date, bindparam, func, select
from sqlmodel import col

from app.database.queries import CompiledQuery, Queries
from app.followup.tasks.task import Task, TaskQuery, TaskRules, TaskSubject
from app.participants.tables import ConsentRecord
from app.placements.tables import Placement
from app.rules.follow_up_duties import calculate_consent_due_day, find_requirements
from app.rules.minutes import Consent

_ON = bindparam("on", type_=Date)
# Of each consent in force on the day, every placement that its participant has had by then.
_CONSENTS = CompiledQuery(
    select(
        col(ConsentRecord.id),
        col(ConsentRecord.participant_id),
        col(ConsentRecord.given_on),
        col(ConsentRecord.services),
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
        col(Placement.starts_on) <= _ON,
    )
)


async def list_tasks(queries: Queries, query: TaskQuery, rules: TaskRules) -> list[Task]:
    """M6: each consent that is not withdrawn, if the participant still has the placement on its due day."""
    if not rules.requirements:
        return []
    rows = await queries.fetch(_CONSENTS, on=query.on)
    consents: defaultdict[UUID, dict[UUID, Consent]] = defaultdict(dict)
    for row in rows:
        consent = Consent(row["given_on"], frozenset(row["services"]), row["valid_to"])
        consents[row["participant_id"]][row["id"]] = consent
    found = []
    for row in rows:
        of_participant = consents[row["participant_id"]]
        consent = of_participant[row["id"]]
        months = find_requirements(rules.requirements, consent.given_on).consent_months
        due_on = calculate_consent_due_day(consent, months)
        if not row["starts_on"] <= due_on <= (row["ends_on"] or date.max):
            continue
        renewed = {
            service
            for id_, later in of_participant.items()
            if (later.given_on, id_) > (consent.given_on, row["id"])
            for service in later.services
        }
        subject = TaskSubject(
            row["placement_id"],
            row["provider_id"],
            row["participant_id"],
            link=f"/v1/participants/{row['participant_id']}/consents",
        )
        recorded = int(consent.services <= renewed)
        found.append(Task.single("consent", due_on, row["id"], subject, on=query.on, recorded=recorded))
    return found
