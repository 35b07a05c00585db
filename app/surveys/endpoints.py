"""HTTP for surveys of the next of kin (S7)."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response
from sqlalchemy import select
from sqlmodel import col

from app import clock
from app.database.reader import ReaderDep
from app.database.unit_of_work import UnitOfWorkDep
from app.http.declarations import located_at
from app.http.endpoint import Route
from app.http.lookup import find
from app.http.openapi import refusals
from app.http.pagination import AfterQuery, LimitQuery, Page, list_page
from app.security.roles import Actor, allow
from app.surveys import problems, surveys
from app.surveys.schemas import SurveyIn, SurveyOut, SurveyResultIn, SurveyResultOut
from app.surveys.tables import Survey, SurveyResult

router = APIRouter(prefix="/v1/surveys", tags=["figures"], route_class=Route)

CaseOfficer = Annotated[Actor, allow("case_officer")]
FiguresReader = Annotated[Actor, allow("case_officer", "finance", "manager")]


@router.post(
    "",
    dependencies=[located_at("/v1/surveys/{id}")],
    status_code=201,
    summary="Record a survey",
    responses=refusals(problems.SURVEY_EXISTS),
)
async def record_survey(unit: UnitOfWorkDep, actor: CaseOfficer, body: SurveyIn) -> SurveyOut:
    """A survey of the next of kin and the days it was open (S7). Its results are imported question by question."""
    return SurveyOut.model_validate(await surveys.record_survey(unit, body))


@router.get("", summary="List surveys")
async def list_surveys(
    reader: ReaderDep, actor: FiguresReader, limit: LimitQuery = 50, after: AfterQuery = None
) -> Page[SurveyOut]:
    """All of them, in the order they were recorded (S7)."""
    return await list_page(reader, select(Survey), SurveyOut, limit=limit, after=after)


@router.get("/{survey_id}", summary="Get a survey")
async def get_survey(reader: ReaderDep, actor: FiguresReader, survey_id: UUID) -> SurveyOut:
    """One survey (S7)."""
    return SurveyOut.model_validate(await find(reader, Survey, survey_id))


@router.post(
    "/{survey_id}/results",
    dependencies=[located_at("/v1/surveys/{survey_id}")],
    status_code=201,
    summary="Record the answers to a question of a survey",
    responses={
        200: {"model": SurveyResultOut, "description": "It is in the place of what was recorded before."},
        **refusals(problems.TOO_FEW_ANSWERS, problems.ANSWERS_EXCEED_ANSWERED),
    },
)
async def record_survey_result(
    response: Response, unit: UnitOfWorkDep, actor: CaseOfficer, survey_id: UUID, body: SurveyResultIn
) -> SurveyResultOut:
    """Aggregates alone: how many gave each answer, of a service area or of all (S7). No free text.

    Fewer answers than the guideline's least count (5) are refused: what is not stored cannot leak.
    """
    survey = await find(unit, Survey, survey_id, lock=True)
    result, is_new = await surveys.record_result(unit, survey, body, clock.today())
    if not is_new:
        response.status_code = 200
    [shown] = await surveys.show_results(unit, [result], clock.today(), is_suppressed=False)
    return shown


@router.get("/{survey_id}/results", summary="List the results of a survey")
async def list_survey_results(reader: ReaderDep, actor: FiguresReader, survey_id: UUID) -> Page[SurveyResultOut]:
    """Every question, in the order they were recorded, all on one page (S7). Small counts, and what would tell them,
    are null for others than the case office (S6).
    """
    await find(reader, Survey, survey_id)
    rows = await reader.select(
        select(SurveyResult).where(col(SurveyResult.survey_id) == survey_id).order_by(col(SurveyResult.id))
    )
    shown = await surveys.show_results(reader, rows, clock.today(), is_suppressed="case_officer" not in actor.roles)
    return Page(items=shown, next=None)
