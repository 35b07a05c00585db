"""HTTP for a stair's steps (K1) and services (K2)."""

from uuid import UUID

from fastapi import APIRouter, Request
from sqlalchemy import select
from sqlmodel import col

from app.database.reader import ReaderDep
from app.database.unit_of_work import UnitOfWorkDep
from app.http.declarations import located_at
from app.http.endpoint import Route
from app.http.etag import require_match
from app.http.openapi import refusals
from app.http.pagination import AfterQuery, LimitQuery, Page, list_page
from app.stairs import stairs
from app.stairs.endpoints.roles import CaseOfficer, StairPath, StairReader
from app.stairs.problems import SHELTERED_ENTERPRISE_ON_STAIR, STEP_NUMBER_TAKEN
from app.stairs.schemas import ReviewIn, ReviewOut, ServiceIn, ServiceOut, ServicePatch, StepIn, StepOut, StepPatch
from app.stairs.tables import StairReview, StairService, StairStep

router = APIRouter(prefix="/v1/stairs/{stair}", tags=["stairs"], route_class=Route)
reviews_router = APIRouter(prefix="/v1/stair-reviews", tags=["stairs"], route_class=Route)


@router.post("/steps", status_code=201, summary="Add a step to a stair", responses=refusals(STEP_NUMBER_TAKEN))
async def add_stair_step(unit: UnitOfWorkDep, actor: CaseOfficer, stair: StairPath, body: StepIn) -> StepOut:
    """A step with its number in the order of the stair; one of the activity stair is of a category (K1)."""
    return StepOut.model_validate(await stairs.record_step(unit, stair, body))


@router.get("/steps", summary="List a stair's steps")
async def list_stair_steps(
    reader: ReaderDep, actor: StairReader, stair: StairPath, limit: LimitQuery = 50, after: AfterQuery = None
) -> Page[StepOut]:
    """The steps, in the order they were recorded; `number` says where on the stair each is (K1)."""
    statement = select(StairStep).where(col(StairStep.stair) == stair)
    return await list_page(reader, statement, StepOut, limit=limit, after=after)


@router.get("/steps/{step_id}", summary="Read a step of a stair")
async def read_stair_step(reader: ReaderDep, actor: StairReader, stair: StairPath, step_id: UUID) -> StepOut:
    """One step (K1)."""
    return StepOut.model_validate(await stairs.find_step(reader, stair, step_id))


@router.patch("/steps/{step_id}", summary="Change a step of a stair", responses=refusals(STEP_NUMBER_TAKEN))
async def change_stair_step(
    request: Request, unit: UnitOfWorkDep, actor: CaseOfficer, stair: StairPath, step_id: UUID, body: StepPatch
) -> StepOut:
    """Changes its number, name or description (K1). Requires `If-Match`."""
    step = await stairs.find_step(unit, stair, step_id, lock=True)
    require_match(request, StepOut.model_validate(step))
    await stairs.change_row(unit, step, body)
    return StepOut.model_validate(step)


@router.post(
    "/services",
    status_code=201,
    summary="Add a service to a stair",
    responses=refusals(SHELTERED_ENTERPRISE_ON_STAIR),
)
async def add_stair_service(unit: UnitOfWorkDep, actor: CaseOfficer, stair: StairPath, body: ServiceIn) -> ServiceOut:
    """A service on a step of this stair, from a day on (K2)."""
    return ServiceOut.model_validate(await stairs.record_service(unit, stair, body))


@router.get("/services", summary="List a stair's services")
async def list_stair_services(
    reader: ReaderDep, actor: StairReader, stair: StairPath, limit: LimitQuery = 50, after: AfterQuery = None
) -> Page[ServiceOut]:
    """All services of the stair, also those that have ended or not begun, in the order they were recorded (K2)."""
    statement = stairs.select_of_stair(StairService, stair)
    return await list_page(reader, statement, ServiceOut, limit=limit, after=after)


@router.get("/services/{service_id}", summary="Read a service of a stair")
async def read_stair_service(reader: ReaderDep, actor: StairReader, stair: StairPath, service_id: UUID) -> ServiceOut:
    """One service (K2)."""
    return ServiceOut.model_validate(await stairs.find_row(reader, StairService, stair, service_id))


@router.patch("/services/{service_id}", summary="Change a service of a stair")
async def change_stair_service(
    request: Request, unit: UnitOfWorkDep, actor: CaseOfficer, stair: StairPath, service_id: UUID, body: ServicePatch
) -> ServiceOut:
    """Changes what is said of it, or the days it is offered; its step and kind stay (K2). Requires `If-Match`."""
    service = await stairs.find_row(unit, StairService, stair, service_id, lock=True)
    require_match(request, ServiceOut.model_validate(service))
    await stairs.change_service(unit, service, body)
    return ServiceOut.model_validate(service)


@reviews_router.post(
    "", status_code=201, dependencies=[located_at("/v1/stair-reviews")], summary="Record a review of the stairs"
)
async def record_stair_review(unit: UnitOfWorkDep, actor: CaseOfficer, body: ReviewIn) -> ReviewOut:
    """That somebody has gone through what both stairs say (K2). The next task `stair_review` is due a year later."""
    return ReviewOut.model_validate(await stairs.record_review(unit, body))


@reviews_router.get("", summary="List reviews of the stairs")
async def list_stair_reviews(
    reader: ReaderDep, actor: StairReader, limit: LimitQuery = 50, after: AfterQuery = None
) -> Page[ReviewOut]:
    """Every review, in the order they were recorded (K2)."""
    return await list_page(reader, select(StairReview), ReviewOut, limit=limit, after=after)
