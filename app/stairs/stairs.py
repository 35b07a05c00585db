"""Steps and services of the stairs (K1, K2)."""

from collections.abc import Sequence
from datetime import date
from typing import TypeVar
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import BindParameter, Select, String, bindparam, select
from sqlmodel import col

from app.database.base import Row
from app.database.queries import CompiledQuery, Queries, models
from app.database.unit_of_work import UnitOfWork
from app.http.lookup import find, find_reference
from app.http.problems import NOT_FOUND, VALIDATION
from app.rules.stairs import Stair
from app.stairs.schemas import ReviewIn, ServiceIn, ServicePatch, StepIn
from app.stairs.tables import StairCapacity, StairNeed, StairReview, StairService, StairStep

R = TypeVar("R", StairService, StairCapacity, StairNeed)

MASTERY = 2
"""004 § 4.1.2: the category of mastery in work, housing and activity."""


def select_of_stair(kind: type[R], stair: Stair | BindParameter[str]) -> Select[R]:
    """The rows of a table whose step is of the stair."""
    return select(kind).where(col(kind.step_id).in_(select(col(StairStep.id)).where(col(StairStep.stair) == stair)))


OF_STAIR = bindparam("stair", type_=String)
"""The stair of a query that is compiled once: everybody may ask for the stairs, and compiling costs the most of it."""
_STEPS = CompiledQuery(select(StairStep).where(col(StairStep.stair) == OF_STAIR).order_by(col(StairStep.number)))
_SERVICES = CompiledQuery(
    select_of_stair(StairService, OF_STAIR).order_by(col(StairService.name), col(StairService.id))
)


async def record_step(unit: UnitOfWork, stair: Stair, body: StepIn) -> StairStep:
    """K1: a step of the activity stair has a category, and one of the housing stair has none."""
    if stair == "activity" and body.category is None:
        raise VALIDATION("Eit trinn på aktivitetstrappa høyrer til ein av kategoriane 1–4.", pointer="#/category")
    if stair == "housing" and body.category is not None:
        raise VALIDATION("Eit trinn på bustadtrappa har ingen kategori.", pointer="#/category")
    step = StairStep.model_validate({**body.model_dump(), "stair": stair})
    unit.session.add(step)
    await unit.session.flush()
    return step


async def find_step(queries: Queries, stair: Stair, step_id: UUID, *, lock: bool = False) -> StairStep:
    """A step of this stair. Raises `NOT_FOUND`, also for one of the other."""
    step = await find(queries, StairStep, step_id, lock=lock)
    if step.stair != stair:
        raise NOT_FOUND()
    return step


async def find_named_step(queries: Queries, stair: Stair, step_id: UUID, pointer: str = "#/step_id") -> StairStep:
    """The step that a field of the body names. Raises `NOT_FOUND` pointing at the field."""
    step = await find_reference(queries, StairStep, step_id, pointer)
    if step.stair != stair:
        raise NOT_FOUND("Trinnet står på den andre trappa.", pointer=pointer)
    return step


async def find_named_service(
    queries: Queries, step: StairStep, service_id: UUID | None, pointer: str = "#/service_id"
) -> StairService | None:
    """The service of the step that a field of the body names, if it does. Raises `NOT_FOUND` pointing at the field."""
    if service_id is None:
        return None
    service = await find_reference(queries, StairService, service_id, pointer)
    if service.step_id != step.id:
        raise NOT_FOUND("Tenesta står på eit anna trinn.", pointer=pointer)
    return service


async def record_service(unit: UnitOfWork, stair: Stair, body: ServiceIn) -> StairService:
    """K2, K5, K7: a service on a step of the stair, of a kind that belongs there."""
    step = await find_named_step(unit, stair, body.step_id)
    if body.kind == "nursing_home" and stair != "housing":
        raise VALIDATION("Sjukeheimar står på bustadtrappa.", pointer="#/kind")
    if body.kind == "sheltered_enterprise" and step.category != MASTERY:
        raise VALIDATION(
            f"Vekstbedriftene står på aktivitetstrappa, på eit trinn i kategori {MASTERY}.", pointer="#/kind"
        )
    service = StairService.model_validate(body.model_dump())
    unit.session.add(service)
    await unit.session.flush()
    return service


async def find_row(queries: Queries, kind: type[R], stair: Stair, row_id: UUID, *, lock: bool = False) -> R:
    """A service, capacity or need of this stair. Raises `NOT_FOUND`, also for one of the other."""
    row = await find(queries, kind, row_id, lock=lock)
    await find_step(queries, stair, row.step_id)
    return row


async def change_row(unit: UnitOfWork, row: Row, patch: BaseModel) -> None:
    """Store the fields that are in a patch, in a row that is locked already."""
    row.sqlmodel_update(patch.model_dump(exclude_unset=True))
    await unit.session.flush()


async def change_service(unit: UnitOfWork, service: StairService, patch: ServicePatch) -> None:
    """Change a service that is locked already. 422 that points at the last day where it is before the first."""
    changes = patch.model_dump(exclude_unset=True)
    first: date = changes.get("valid_from", service.valid_from)
    last: date | None = changes.get("valid_to", service.valid_to)
    if last is not None and last < first:
        raise VALIDATION("«valid_to» er før «valid_from».", pointer="#/valid_to")
    await change_row(unit, service, patch)


async def record_review(unit: UnitOfWork, body: ReviewIn) -> StairReview:
    """K2: both stairs have been gone through on a day."""
    review = StairReview.model_validate(body.model_dump())
    unit.session.add(review)
    await unit.session.flush()
    return review


async def list_steps(queries: Queries, stair: Stair) -> Sequence[StairStep]:
    """The steps of a stair in their order (K1)."""
    return models(StairStep, await queries.fetch(_STEPS, stair=stair))


async def list_services(queries: Queries, stair: Stair, on: date | None = None) -> Sequence[StairService]:
    """The services of a stair by name; with a day, those that are offered then (K2)."""
    services = models(StairService, await queries.fetch(_SERVICES, stair=stair))
    return [one for one in services if on is None or is_offered(one, on)]


def is_offered(service: StairService, on: date) -> bool:
    """Whether the service is offered on a day (K2)."""
    return service.valid_from <= on and (service.valid_to is None or on <= service.valid_to)
