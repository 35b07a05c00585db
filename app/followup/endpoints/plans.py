"""HTTP for follow-up plans (M1)."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body

from app import clock
from app.database.reader import ReaderDep
from app.database.unit_of_work import UnitOfWorkDep
from app.followup import documents, plans, problems
from app.followup.endpoints.roles import FilingParty, FollowUpParty
from app.followup.schemas import PlanIn, PlanOut, SendingIn
from app.followup.tables import Plan
from app.http.endpoint import Route
from app.http.lookup import find
from app.http.openapi import refusals
from app.http.pagination import AfterQuery, LimitQuery, Page
from app.http.problems import ANNULLED
from app.http.schemas import AnnulmentIn

router = APIRouter(prefix="/v1/plans", tags=["plans"], route_class=Route)


@router.post(
    "",
    status_code=201,
    summary="File a follow-up plan",
    responses=refusals(problems.DATE_IN_FUTURE, problems.SENT_BEFORE_MADE, problems.CODE_UNKNOWN),
)
async def create_plan(unit: UnitOfWorkDep, actor: FilingParty, body: PlanIn) -> PlanOut:
    """A plan made with the participant (M1, D5).

    The task of M1 is done on the day the plan is sent to the case office.
    """
    plan = await plans.create_plan(unit, actor, body, clock.today())
    return await documents.to_response(unit, plan, PlanOut)


@router.get("", summary="List follow-up plans")
async def list_plans(
    reader: ReaderDep,
    actor: FollowUpParty,
    placement_id: UUID | None = None,
    participant_id: documents.ParticipantQuery = None,
    provider_id: UUID | None = None,
    limit: LimitQuery = 50,
    after: AfterQuery = None,
) -> Page[PlanOut]:
    """In the order they were filed; the last plan of a placement is the one in force (M1)."""
    filters = {"placement_id": placement_id, "provider_id": provider_id}
    return await documents.list_documents(
        reader, Plan, PlanOut, filters, participant_id=participant_id, limit=limit, after=after
    )


@router.get("/{plan_id}", summary="Read a follow-up plan")
async def read_plan(reader: ReaderDep, actor: FollowUpParty, plan_id: UUID) -> PlanOut:
    """One plan (M1)."""
    return await documents.to_response(reader, await find(reader, Plan, plan_id), PlanOut)


@router.post(
    "/{plan_id}/sending",
    summary="Record that a plan was sent",
    responses=refusals(problems.ALREADY_SENT, problems.NOT_OWNER, problems.DATE_IN_FUTURE, problems.SENT_BEFORE_MADE),
)
async def send_plan(
    unit: UnitOfWorkDep,
    actor: FilingParty,
    plan_id: UUID,
    body: Annotated[SendingIn, Body(default_factory=SendingIn)],
) -> PlanOut:
    """The plan was sent to the case office after it was filed (M1)."""
    plan = await plans.send_plan(unit, actor, plan_id, body, clock.today())
    return await documents.to_response(unit, plan, PlanOut)


@router.post(
    "/{plan_id}/annulment",
    summary="Annul a follow-up plan",
    responses=refusals(ANNULLED, problems.NOT_OWNER),
)
async def annul_plan(unit: UnitOfWorkDep, actor: FilingParty, plan_id: UUID, body: AnnulmentIn) -> PlanOut:
    """It was filed by mistake (D10): annulled by the case office, or by the party that filed it.

    It stays readable for the case office, and counts for nothing from now on.
    """
    plan = await plans.annul_plan(unit, actor, plan_id, body, clock.today())
    return await documents.to_response(unit, plan, PlanOut)
