"""HTTP for the access log and the person's rights: to know who looked, to have it all, to be erased."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlmodel import col

from app import clock
from app.audit import AccessLog, saw
from app.db import SessionDep
from app.http.endpoint import Route
from app.http.lookup import find
from app.http.openapi import refusals
from app.http.pagination import AfterQuery, LimitQuery, Page, link_next
from app.http.periods import demand_in_order
from app.http.schemas import Day
from app.oversight import service
from app.oversight.models import AccessLogOut, ErasureOut, ExportOut, Outcome
from app.participants.tables import Participant
from app.security.tokens import Actor, allow

router = APIRouter(prefix="/v1", tags=["access log"], route_class=Route)

Auditor = Annotated[Actor, allow("auditor")]
CaseOfficer = Annotated[Actor, allow("case_officer")]
Informant = Annotated[Actor, allow("case_officer", "auditor")]


@router.get("/access-log", summary="Read the access log")
async def list_access_log(
    request: Request,
    response: Response,
    session: SessionDep,
    actor: Auditor,
    participant_id: UUID | None = None,
    object_id: Annotated[UUID | None, Query(description="What a refused caller asked for.")] = None,
    caller: Annotated[
        str | None,
        Query(alias="actor", max_length=300, pattern=r"^[ -~]+$", description="As `actor` in the log."),
    ] = None,
    from_: Annotated[Day | None, Query(alias="from", description="First day, Europe/Oslo.")] = None,
    to: Annotated[Day | None, Query(description="Last day, Europe/Oslo.")] = None,
    outcome: Outcome | None = None,
    limit: LimitQuery = 50,
    after: AfterQuery = None,
) -> Page[AccessLogOut]:
    """Who saw or changed whose data, and who was refused; the newest first. Reading it is logged as well.

    With `participant_id` a refused look by the id of the person's place, decision or other record is there too.
    """
    demand_in_order(from_, to)
    conditions = service.between(from_, to)
    for column, value in (
        (AccessLog.object_id, object_id),
        (AccessLog.actor, caller),
        (AccessLog.outcome, outcome),
    ):
        if value is not None:
            conditions.append(col(column) == value)
    if participant_id is not None:
        saw(session, [participant_id])
        conditions.append(await service.about_person(session, participant_id))
    items, following = await service.log_page(session, conditions, limit=limit, after=after)
    link_next(request, response, following)
    return Page(items=items, next=following)


@router.get("/participants/{participant_id}/access-log", summary="Tell a person who has seen their data")
async def read_access_log_of_participant(
    request: Request,
    response: Response,
    session: SessionDep,
    actor: Informant,
    participant_id: UUID,
    limit: LimitQuery = 50,
    after: AfterQuery = None,
) -> Page[AccessLogOut]:
    """The person's right to know: every look, also the refused ones, the newest first. Reading it is logged as well."""
    if "case_officer" in actor.roles:  # an auditor sees the log and no participants
        await find(session, Participant, participant_id)
    saw(session, [participant_id])
    about = await service.about_person(session, participant_id)
    items, following = await service.log_page(session, [about], limit=limit, after=after)
    link_next(request, response, following)
    return Page(items=items, next=following)


@router.get("/participants/{participant_id}/export", summary="Export everything held about a person")
async def export_participant(
    request: Request, session: SessionDep, actor: CaseOfficer, participant_id: UUID
) -> ExportOut:
    """The person's right to have it all (GDPR art. 15 and 20). An identity number is told of and never shown."""
    participant = await find(session, Participant, participant_id)
    saw(session, [participant_id])
    return ExportOut(
        participant_id=participant_id,
        exported_at=clock.now(),
        identity_number_held=participant.identity_number_index is not None,
        held=await service.held_about(session, participant_id),
        access_log=f"/v1/participants/{participant_id}/access-log",
    )


@router.post(
    "/participants/{participant_id}/erasure",
    summary="Erase a person",
    responses=refusals(service.PLACEMENT_ACTIVE, service.RETENTION_NOT_OVER),
)
async def erase_participant(
    request: Request, session: SessionDep, actor: CaseOfficer, participant_id: UUID
) -> ErasureOut:
    """Replace names, numbers, contacts and free texts once retention is over, and say what was done.

    Amounts and dates stay, for the accounts. Refused while a place is active. What `Idempotency-Key` keeps goes by
    itself within a day, backups with their own retention.
    """
    participant = await find(session, Participant, participant_id, lock=True)
    saw(session, [participant_id])
    return await service.erase(session, participant, request.app.state.settings.retention_years, clock.today())
