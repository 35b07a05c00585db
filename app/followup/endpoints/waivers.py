"""HTTP for waivers of tasks (M9)."""

from typing import Annotated

from fastapi import APIRouter, Path, Request

from app.database.reader import ReaderDep
from app.database.unit_of_work import UnitOfWorkDep
from app.followup import waivers
from app.followup.endpoints.roles import CaseOfficer
from app.followup.problems import ALREADY_WAIVED, NOT_WAIVABLE, TASK_DONE
from app.followup.schemas import WaiverIn, WaiverOut
from app.http.declarations import located_at
from app.http.endpoint import Route
from app.http.openapi import refusals
from app.http.schemas import describe_pattern
from app.placements.access import record_placement_access

router = APIRouter(prefix="/v1/tasks", tags=["follow-up"], route_class=Route)

TaskIdPath = Annotated[
    str,
    Path(
        max_length=86,
        pattern=describe_pattern(
            r"^[a-z_]{1,40}\.([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|-)\.[0-9]{1,8}$", "må vere id-en til ei oppgåve"
        ),
        description="The task's `id`.",
        examples=["evaluation.016e0000-0005-7000-8000-000000000012.1"],
    ),
]


@router.post(
    "/{task_id}/waiver",
    dependencies=[located_at("/v1/tasks/{task_id}/waiver")],
    status_code=201,
    summary="Waive a task",
    responses=refusals(NOT_WAIVABLE, TASK_DONE, ALREADY_WAIVED),
)
async def waive_task(
    request: Request, unit: UnitOfWorkDep, actor: CaseOfficer, task_id: TaskIdPath, body: WaiverIn
) -> WaiverOut:
    """Of what is due and will never be done, with a reason (M9): plans, evaluations, conversations and cooperation
    meetings (M1–M4), the meeting that a notice calls for (L4), and contacts after absence (P7).

    The task's status is `waived`, whatever day is asked about, unless the thing is done after all. It leaves the
    default list, and is counted in the year's report.
    """
    municipality_number = request.app.state.settings.municipality_number
    waiver = await waivers.waive_task(unit, actor, task_id, body, municipality_number)
    await record_placement_access(unit, {waiver.placement_id})
    return WaiverOut.model_validate(waiver)


@router.get("/{task_id}/waiver", summary="Get a task's waiver", responses=refusals(NOT_WAIVABLE))
async def read_task_waiver(reader: ReaderDep, actor: CaseOfficer, task_id: TaskIdPath) -> WaiverOut:
    """Why the task was waived, and by whom (M9)."""
    waiver = await waivers.find_waiver(reader, task_id)
    await record_placement_access(reader, {waiver.placement_id})
    return WaiverOut.model_validate(waiver)


@router.delete(
    "/{task_id}/waiver", status_code=204, summary="Take a task's waiver back", responses=refusals(NOT_WAIVABLE)
)
async def withdraw_task_waiver(unit: UnitOfWorkDep, actor: CaseOfficer, task_id: TaskIdPath) -> None:
    """The task is due again (M9). The waiver stays in the person's export."""
    waiver = await waivers.withdraw_waiver(unit, actor, task_id)
    await record_placement_access(unit, {waiver.placement_id})
