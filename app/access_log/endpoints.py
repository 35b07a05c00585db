"""HTTP for the access log: the auditor's, and a person's right to know who has accessed their data."""

from dataclasses import replace
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from app.access_log.queries import LogFilter, load_log_page
from app.access_log.recorder import record_access
from app.access_log.schemas import AccessLogOut, Outcome
from app.database.queries import Queries
from app.database.reader import ReaderDep
from app.http.endpoint import Route
from app.http.lookup import find
from app.http.pagination import AfterQuery, LimitQuery, Page
from app.http.periods import require_in_order
from app.http.schemas import Day, describe_pattern
from app.participants.tables import Participant
from app.privacy.personal_data import load_duplicate_ids, load_record_ids
from app.security.roles import Actor, allow

router = APIRouter(prefix="/v1", tags=["access log"], route_class=Route)

Auditor = Annotated[Actor, allow("auditor")]
CaseOfficerOrAuditor = Annotated[Actor, allow("case_officer", "auditor")]


@router.get("/access-log", summary="List the access log")
async def list_access_log(
    reader: ReaderDep,
    actor: Auditor,
    participant_id: UUID | None = None,
    object_id: Annotated[UUID | None, Query(description="What a denied caller asked for.")] = None,
    caller: Annotated[
        str | None,
        Query(
            alias="actor",
            max_length=300,
            pattern=describe_pattern(r"^[ -~]+$", "må vere skriven som i loggen, til dømes «person:test-case_officer»"),
            description="Only entries of this caller, as `actor` in the log.",
        ),
    ] = None,
    from_: Annotated[Day | None, Query(alias="from", description="First day, Europe/Oslo.")] = None,
    to: Annotated[Day | None, Query(description="Last day, Europe/Oslo.")] = None,
    outcome: Outcome | None = None,
    limit: LimitQuery = 50,
    after: AfterQuery = None,
) -> Page[AccessLogOut]:
    """Who read or changed whose data, and who was denied, newest first. This request is logged too.

    With `participant_id`, denied requests for the person's placements, decisions and other records are included.
    """
    require_in_order(from_, to)
    wanted = LogFilter(actor=caller, outcome=outcome, first_day=from_, last_day=to)
    if participant_id is not None:
        wanted = await _about_person(reader, participant_id, wanted)
    if object_id is not None:
        found = wanted.participant_ids is None or object_id in wanted.object_ids
        wanted = replace(wanted, participant_ids=[], object_ids=[object_id] if found else [])
    items, following = await load_log_page(reader, wanted, limit=limit, after=after)
    return Page(items=items, next=following)


@router.get("/participants/{participant_id}/access-log", summary="List who has accessed a participant's data")
async def read_access_log_of_participant(
    reader: ReaderDep,
    actor: CaseOfficerOrAuditor,
    participant_id: UUID,
    limit: LimitQuery = 50,
    after: AfterQuery = None,
) -> Page[AccessLogOut]:
    """The person's right of access: every request about the person, denied ones too, newest first. It is logged too."""
    if "case_officer" in actor.roles:  # an auditor sees the log and no participants
        await find(reader, Participant, participant_id)
    wanted = await _about_person(reader, participant_id, LogFilter())
    items, following = await load_log_page(reader, wanted, limit=limit, after=after)
    return Page(items=items, next=following)


async def _about_person(queries: Queries, participant_id: UUID, wanted: LogFilter) -> LogFilter:
    """Limits a filter to a person: what was accessed, and denied requests for any of the person's records.

    What was accessed under the id of a duplicate, before the two were merged, is about the same person.
    """
    record_access(queries, [participant_id])
    return replace(
        wanted,
        participant_ids=[participant_id, *await load_duplicate_ids(queries, participant_id)],
        object_ids=await load_record_ids(queries, participant_id),
    )
