"""HTTP for evaluation reports (M2), and evaluations of the guideline itself (M8)."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body
from sqlalchemy import select
from sqlmodel import col

from app import clock
from app.database.reader import ReaderDep
from app.database.unit_of_work import UnitOfWorkDep
from app.followup import documents, evaluations, problems
from app.followup.endpoints.roles import CaseOfficer, FilingParty, FollowUpParty
from app.followup.schemas import (
    EvaluationIn,
    EvaluationOut,
    GuidelineEvaluationIn,
    GuidelineEvaluationOut,
    SendingIn,
)
from app.followup.tables import Evaluation, GuidelineEvaluation
from app.http.endpoint import Route
from app.http.lookup import find
from app.http.openapi import refusals
from app.http.pagination import AfterQuery, LimitQuery, Page, fetch_page
from app.http.problems import ANNULLED
from app.http.schemas import AnnulmentIn

router = APIRouter(prefix="/v1", tags=["evaluations"], route_class=Route)


@router.post(
    "/evaluations",
    status_code=201,
    summary="File an evaluation report",
    responses=refusals(problems.DATE_IN_FUTURE, problems.CODE_UNKNOWN),
)
async def create_evaluation(unit: UnitOfWorkDep, actor: FilingParty, body: EvaluationIn) -> EvaluationOut:
    """A report on a period (M2, D5).

    It belongs to the placement year that contains the middle day of the period.
    """
    evaluation = await evaluations.create_evaluation(unit, actor, body, clock.today())
    return await documents.to_response(unit, evaluation, EvaluationOut)


@router.get("/evaluations", summary="List evaluation reports")
async def list_evaluations(
    reader: ReaderDep,
    actor: FollowUpParty,
    placement_id: UUID | None = None,
    participant_id: documents.ParticipantQuery = None,
    provider_id: UUID | None = None,
    limit: LimitQuery = 50,
    after: AfterQuery = None,
) -> Page[EvaluationOut]:
    """In the order they were filed (M2)."""
    filters = {"placement_id": placement_id, "provider_id": provider_id}
    return await documents.list_documents(
        reader, Evaluation, EvaluationOut, filters, participant_id=participant_id, limit=limit, after=after
    )


@router.get("/evaluations/{evaluation_id}", summary="Read an evaluation report")
async def read_evaluation(reader: ReaderDep, actor: FollowUpParty, evaluation_id: UUID) -> EvaluationOut:
    """One report (M2)."""
    return await documents.to_response(reader, await find(reader, Evaluation, evaluation_id), EvaluationOut)


@router.post(
    "/evaluations/{evaluation_id}/sending",
    summary="Record that an evaluation report was sent",
    responses=refusals(problems.ALREADY_SENT, problems.NOT_OWNER, problems.DATE_IN_FUTURE),
)
async def send_evaluation(
    unit: UnitOfWorkDep,
    actor: FilingParty,
    evaluation_id: UUID,
    body: Annotated[SendingIn, Body(default_factory=SendingIn)],
) -> EvaluationOut:
    """The report was sent to the case office after it was filed (M2)."""
    evaluation = await evaluations.send_evaluation(unit, actor, evaluation_id, body, clock.today())
    return await documents.to_response(unit, evaluation, EvaluationOut)


@router.post(
    "/evaluations/{evaluation_id}/annulment",
    summary="Annul an evaluation report",
    responses=refusals(ANNULLED, problems.NOT_OWNER),
)
async def annul_evaluation(
    unit: UnitOfWorkDep, actor: FilingParty, evaluation_id: UUID, body: AnnulmentIn
) -> EvaluationOut:
    """It was filed by mistake (D10): annulled by the case office, or by the party that filed it.

    It stays readable for the case office, and counts for nothing from now on.
    """
    evaluation = await evaluations.annul_evaluation(unit, actor, evaluation_id, body, clock.today())
    return await documents.to_response(unit, evaluation, EvaluationOut)


@router.post(
    "/guideline-evaluations",
    status_code=201,
    summary="Record an evaluation of the guideline",
    responses=refusals(problems.DATE_IN_FUTURE),
)
async def record_guideline_evaluation(
    unit: UnitOfWorkDep, actor: CaseOfficer, body: GuidelineEvaluationIn
) -> GuidelineEvaluationOut:
    """The guideline itself is evaluated once a year (M8)."""
    evaluation = await evaluations.record_guideline_evaluation(unit, body, clock.today())
    [out] = await evaluations.to_guideline_responses(unit, [evaluation])
    return out


@router.get("/guideline-evaluations", summary="List evaluations of the guideline")
async def list_guideline_evaluations(
    reader: ReaderDep, actor: CaseOfficer, limit: LimitQuery = 50, after: AfterQuery = None
) -> Page[GuidelineEvaluationOut]:
    """All evaluations of the guideline itself, in the order they were recorded (M8)."""
    statement = select(GuidelineEvaluation)
    rows, following = await fetch_page(reader, statement, col(GuidelineEvaluation.id), limit=limit, after=after)
    return Page(items=await evaluations.to_guideline_responses(reader, rows), next=following)


@router.get("/guideline-evaluations/{guideline_evaluation_id}", summary="Read an evaluation of the guideline")
async def read_guideline_evaluation(
    reader: ReaderDep, actor: CaseOfficer, guideline_evaluation_id: UUID
) -> GuidelineEvaluationOut:
    """One evaluation of the guideline itself, with the joint and bilateral meetings of its year (M8)."""
    found = await find(reader, GuidelineEvaluation, guideline_evaluation_id)
    [out] = await evaluations.to_guideline_responses(reader, [found])
    return out
