"""HTTP for meetings, plans, evaluations and code lists (M1–M8, D5)."""

from typing import Annotated, TypeVar
from uuid import UUID

from fastapi import APIRouter, Body
from sqlalchemy import Select, select
from sqlmodel import col

from app import clock
from app.database.reader import ReaderDep
from app.database.unit_of_work import UnitOfWork, UnitOfWorkDep
from app.followup import filing, meetings, plans
from app.followup.code_lists import CodeListsOut, code_lists
from app.followup.schemas import (
    CorrectionIn,
    EvaluationIn,
    EvaluationOut,
    GuidelineEvaluationIn,
    GuidelineEvaluationOut,
    MeetingIn,
    MeetingOut,
    MeetingVersionOut,
    PlanIn,
    PlanOut,
    SendingIn,
)
from app.followup.tables import Evaluation, GuidelineEvaluation, Meeting, MeetingVersion, Plan
from app.http.declarations import located_at
from app.http.endpoint import Route
from app.http.lookup import find
from app.http.openapi import refusals
from app.http.pagination import AfterQuery, LimitQuery, Page, list_page, page
from app.placements.people import saw_placements
from app.rules.minutes import MeetingKind
from app.security.identity_numbers import IDENTITY_NUMBER_IN_TEXT
from app.security.tokens import Actor, allow

router = APIRouter(prefix="/v1", route_class=Route)

CaseOfficer = Annotated[Actor, allow("case_officer")]
Filer = Annotated[Actor, allow("case_officer", "provider")]
Reader = Annotated[Actor, allow("case_officer", "provider", "service")]
Anyone = Annotated[Actor, allow("case_officer", "service", "provider", "epj", "finance")]

Row = TypeVar("Row", Meeting, Plan, Evaluation)
Filed = TypeVar("Filed", MeetingOut, PlanOut, EvaluationOut)

ACCEPTED = (
    filing.DATE_IN_FUTURE,
    IDENTITY_NUMBER_IN_TEXT,
    filing.CODE_UNKNOWN,
    meetings.THEME_MISSING,
    meetings.ABSENCE_REASON_MISSING,
    meetings.ATTENDEE_UNKNOWN,
    meetings.CONSENT_MISSING,
)


@router.get("/code-lists", summary="Read the code lists", tags=["follow-up"])
async def list_code_lists(reader: ReaderDep, actor: Anyone) -> CodeListsOut:
    """Themes (M3, M4, M7), content areas (D5), roles and kinds of task, each code with its label in nynorsk."""
    return code_lists()


@router.post(
    "/meetings",
    status_code=201,
    summary="File the minutes of a meeting",
    tags=["meetings"],
    responses=refusals(meetings.MEETING_SUBJECT, *ACCEPTED),
)
async def file_minutes(unit: UnitOfWorkDep, actor: Filer, body: MeetingIn) -> MeetingOut:
    """M3–M7: conversations and cooperation meetings about a placement, joint meetings, bilateral ones.

    Minutes without the participant and without the reason are refused (M5), and so are minutes that name another
    service as present without a consent in force on that day (M6). A joint meeting is the case office's to file.
    """
    meeting = await meetings.file_minutes(unit, actor, body, clock.today())
    return await _shown(unit, meeting, MeetingOut)


@router.get("/meetings", summary="List meetings", tags=["meetings"])
async def list_meetings(
    unit: UnitOfWorkDep,
    actor: Reader,
    kind: MeetingKind | None = None,
    placement_id: UUID | None = None,
    provider_id: UUID | None = None,
    limit: LimitQuery = 50,
    after: AfterQuery = None,
) -> Page[MeetingOut]:
    """M3–M7: a provider sees its own and the joint meetings, a service those of its area and the joint ones."""
    statement = filing.filed(Meeting, placement_id, provider_id)
    if kind is not None:
        statement = statement.where(col(Meeting.kind) == kind)
    return await _listed(unit, statement, MeetingOut, limit=limit, after=after)


@router.get("/meetings/{meeting_id}", summary="Read a meeting", tags=["meetings"])
async def read_meeting(unit: UnitOfWorkDep, actor: Reader, meeting_id: UUID) -> MeetingOut:
    """M3–M7: one meeting with its minutes as they stand now."""
    meeting = await find(unit, Meeting, meeting_id)
    return await _shown(unit, meeting, MeetingOut)


@router.post(
    "/meetings/{meeting_id}/corrections",
    dependencies=[located_at("/v1/meetings/{meeting_id}/versions")],
    status_code=201,
    summary="Correct the minutes of a meeting",
    tags=["meetings"],
    responses=refusals(filing.ANOTHER_PARTYS, *ACCEPTED),
)
async def correct(
    unit: UnitOfWorkDep,
    actor: Filer,
    meeting_id: UUID,
    body: CorrectionIn,
) -> MeetingOut:
    """M5, M6: a new version of the minutes, by the party that filed them; the versions before are kept."""
    meeting = await meetings.correct(unit, actor, meeting_id, body, clock.today())
    return await _shown(unit, meeting, MeetingOut)


@router.get("/meetings/{meeting_id}/versions", summary="List the versions of a meeting's minutes", tags=["meetings"])
async def list_versions(
    unit: UnitOfWorkDep,
    actor: Reader,
    meeting_id: UUID,
    limit: LimitQuery = 50,
    after: AfterQuery = None,
) -> Page[MeetingVersionOut]:
    """M5, M6: every version of the minutes as it stood, the first and each correction with its reason."""
    meeting = await find(unit, Meeting, meeting_id)
    await saw_placements(unit, [meeting.placement_id])
    statement = select(MeetingVersion).where(col(MeetingVersion.meeting_id) == meeting_id)
    rows, following = await page(unit, statement, col(MeetingVersion.id), limit=limit, after=after)
    return Page(items=[meetings.shown_version(row) for row in rows], next=following)


@router.post(
    "/plans",
    status_code=201,
    summary="File a follow-up plan",
    tags=["plans"],
    responses=refusals(filing.DATE_IN_FUTURE, filing.SENT_BEFORE_MADE, filing.CODE_UNKNOWN, IDENTITY_NUMBER_IN_TEXT),
)
async def file_plan(unit: UnitOfWorkDep, actor: Filer, body: PlanIn) -> PlanOut:
    """M1, D5: a plan made with the participant. What M1 asks for is done on the day it is sent to the case office."""
    plan = await plans.file_plan(unit, actor, body, clock.today())
    return await _shown(unit, plan, PlanOut)


@router.get("/plans", summary="List follow-up plans", tags=["plans"])
async def list_plans(
    unit: UnitOfWorkDep,
    actor: Reader,
    placement_id: UUID | None = None,
    provider_id: UUID | None = None,
    limit: LimitQuery = 50,
    after: AfterQuery = None,
) -> Page[PlanOut]:
    """M1: in the order in which they were filed; the last of a placement is the one that holds."""
    statement = filing.filed(Plan, placement_id, provider_id)
    return await _listed(unit, statement, PlanOut, limit=limit, after=after)


@router.get("/plans/{plan_id}", summary="Read a follow-up plan", tags=["plans"])
async def read_plan(unit: UnitOfWorkDep, actor: Reader, plan_id: UUID) -> PlanOut:
    """M1: one plan."""
    plan = await find(unit, Plan, plan_id)
    return await _shown(unit, plan, PlanOut)


@router.post(
    "/plans/{plan_id}/sending",
    summary="Send a plan to the case office",
    tags=["plans"],
    responses=refusals(filing.ALREADY_SENT, filing.ANOTHER_PARTYS, filing.DATE_IN_FUTURE, filing.SENT_BEFORE_MADE),
)
async def send_plan(
    unit: UnitOfWorkDep,
    actor: Filer,
    plan_id: UUID,
    body: Annotated[SendingIn, Body(default_factory=SendingIn)],
) -> PlanOut:
    """M1: a plan that was filed before it was sent."""
    plan = await plans.send_plan(unit, actor, plan_id, body, clock.today())
    return await _shown(unit, plan, PlanOut)


@router.post(
    "/evaluations",
    status_code=201,
    summary="File an evaluation report",
    tags=["evaluations"],
    responses=refusals(filing.DATE_IN_FUTURE, filing.CODE_UNKNOWN, IDENTITY_NUMBER_IN_TEXT),
)
async def file_evaluation(unit: UnitOfWorkDep, actor: Filer, body: EvaluationIn) -> EvaluationOut:
    """M2, D5: a report on a period; it is the report of the placement year that holds the period's middle day."""
    evaluation = await plans.file_evaluation(unit, actor, body, clock.today())
    return await _shown(unit, evaluation, EvaluationOut)


@router.get("/evaluations", summary="List evaluation reports", tags=["evaluations"])
async def list_evaluations(
    unit: UnitOfWorkDep,
    actor: Reader,
    placement_id: UUID | None = None,
    provider_id: UUID | None = None,
    limit: LimitQuery = 50,
    after: AfterQuery = None,
) -> Page[EvaluationOut]:
    """M2: in the order in which they were filed."""
    statement = filing.filed(Evaluation, placement_id, provider_id)
    return await _listed(unit, statement, EvaluationOut, limit=limit, after=after)


@router.get("/evaluations/{evaluation_id}", summary="Read an evaluation report", tags=["evaluations"])
async def read_evaluation(unit: UnitOfWorkDep, actor: Reader, evaluation_id: UUID) -> EvaluationOut:
    """M2: one report."""
    evaluation = await find(unit, Evaluation, evaluation_id)
    return await _shown(unit, evaluation, EvaluationOut)


@router.post(
    "/evaluations/{evaluation_id}/sending",
    summary="Send an evaluation report to the case office",
    tags=["evaluations"],
    responses=refusals(filing.ALREADY_SENT, filing.ANOTHER_PARTYS, filing.DATE_IN_FUTURE),
)
async def send_evaluation(
    unit: UnitOfWorkDep,
    actor: Filer,
    evaluation_id: UUID,
    body: Annotated[SendingIn, Body(default_factory=SendingIn)],
) -> EvaluationOut:
    """M2: a report that was filed before it was sent."""
    evaluation = await plans.send_evaluation(unit, actor, evaluation_id, body, clock.today())
    return await _shown(unit, evaluation, EvaluationOut)


@router.post(
    "/guideline-evaluations",
    status_code=201,
    summary="Record an evaluation of the guideline",
    tags=["evaluations"],
    responses=refusals(filing.DATE_IN_FUTURE, IDENTITY_NUMBER_IN_TEXT),
)
async def record_guideline_evaluation(
    unit: UnitOfWorkDep, actor: CaseOfficer, body: GuidelineEvaluationIn
) -> GuidelineEvaluationOut:
    """M8: the guideline itself is evaluated once a year."""
    evaluation = await plans.record_guideline_evaluation(unit, body, clock.today())
    out = GuidelineEvaluationOut.model_validate(evaluation)
    return out


@router.get("/guideline-evaluations", summary="List evaluations of the guideline", tags=["evaluations"])
async def list_guideline_evaluations(
    unit: UnitOfWorkDep,
    actor: CaseOfficer,
    limit: LimitQuery = 50,
    after: AfterQuery = None,
) -> Page[GuidelineEvaluationOut]:
    """M8: every evaluation of the guideline, in the order in which they were recorded."""
    statement = select(GuidelineEvaluation)
    return await list_page(unit, statement, GuidelineEvaluationOut, limit=limit, after=after)


@router.get(
    "/guideline-evaluations/{guideline_evaluation_id}",
    summary="Read an evaluation of the guideline",
    tags=["evaluations"],
)
async def read_guideline_evaluation(
    unit: UnitOfWorkDep, actor: CaseOfficer, guideline_evaluation_id: UUID
) -> GuidelineEvaluationOut:
    """M8: one evaluation of the guideline."""
    out = GuidelineEvaluationOut.model_validate(await find(unit, GuidelineEvaluation, guideline_evaluation_id))
    return out


async def _shown(unit: UnitOfWork, row: Meeting | Plan | Evaluation, shape: type[Filed]) -> Filed:
    """One that was filed, as it goes out."""
    await saw_placements(unit, [row.placement_id])
    out = shape.model_validate(row)
    return out


async def _listed(
    unit: UnitOfWork,
    statement: Select[Row],
    shape: type[Filed],
    *,
    limit: int,
    after: str | None,
) -> Page[Filed]:
    """One page of what was filed, those whom it is about told to the access log."""
    shown = await list_page(unit, statement, shape, limit=limit, after=after)
    await saw_placements(unit, [item.placement_id for item in shown.items])
    return shown
