"""Evaluation reports (M2), and evaluations of the guideline itself (M8)."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Literal
from uuid import UUID

from sqlalchemy import Date, bindparam, func, select, text
from sqlmodel import col

from app.database.queries import CompiledQuery, Queries
from app.database.unit_of_work import UnitOfWork
from app.followup.documents import (
    annul_document,
    create_document,
    find_unsent,
    record_sending,
    require_past,
)
from app.followup.schemas import (
    EvaluationIn,
    GuidelineEvaluationIn,
    GuidelineEvaluationOut,
    SendingIn,
    YearlyMeetingOut,
)
from app.followup.tables import Evaluation, GuidelineEvaluation
from app.http.schemas import AnnulmentIn
from app.outbox.events import EvaluationEvent, GuidelineEvaluationEvent
from app.outbox.publish import publish
from app.security.roles import Actor

_EVALUATIONS_BY_YEAR = CompiledQuery(
    select(col(GuidelineEvaluation.year), func.count().label("evaluations"))
    .where(col(GuidelineEvaluation.evaluated_on) <= bindparam("on", type_=Date))
    .group_by(col(GuidelineEvaluation.year))
)
_YEARLY_MEETINGS = CompiledQuery(
    text(
        "select id, kind, held_on, provider_id, themes from meeting where kind in ('system', 'bilateral')"
        " and annulled_at is null and extract(year from held_on) = any(cast(:years as int[])) order by held_on, id"
    )
)


async def create_evaluation(unit: UnitOfWork, actor: Actor, body: EvaluationIn, today: date) -> Evaluation:
    """M2: an evaluation report. Raises what `create_document` raises."""
    require_past(today, period_from=body.period_from)
    evaluation = await create_document(unit, actor, Evaluation, body, today)
    await _publish(unit, evaluation)
    return evaluation


async def send_evaluation(
    unit: UnitOfWork, actor: Actor, evaluation_id: UUID, body: SendingIn, today: date
) -> Evaluation:
    """M2: a report is sent to the case office, once. Raises `already-sent`, `not-owner`, `date-in-future`."""
    evaluation = await find_unsent(unit, actor, Evaluation, evaluation_id)
    await record_sending(unit, evaluation, body, today)
    await _publish(unit, evaluation)
    return evaluation


async def annul_evaluation(
    unit: UnitOfWork, actor: Actor, evaluation_id: UUID, body: AnnulmentIn, today: date
) -> Evaluation:
    """D10: a report that was filed by mistake. Raises what `annul_document` raises."""
    evaluation = await annul_document(unit, actor, Evaluation, evaluation_id, body, today)
    await publish(
        unit, EvaluationEvent("evaluation.annulled", evaluation.id, evaluation.placement_id, evaluation.provider_id)
    )
    return evaluation


async def record_guideline_evaluation(
    unit: UnitOfWork, body: GuidelineEvaluationIn, today: date
) -> GuidelineEvaluation:
    """M8: the guideline itself was evaluated. Raises `date-in-future`, `identity-number-in-text`."""
    require_past(today, evaluated_on=body.evaluated_on)
    evaluation = GuidelineEvaluation.model_validate(body.model_dump())
    unit.session.add(evaluation)
    await unit.session.flush()
    await publish(unit, GuidelineEvaluationEvent("guideline.evaluated", evaluation.id, evaluation.year))
    return evaluation


async def count_guideline_evaluations(queries: Queries, on: date) -> dict[int, int]:
    """M8: how many evaluations of the guideline each year has by a day."""
    return {row["year"]: row["evaluations"] for row in await queries.fetch(_EVALUATIONS_BY_YEAR, on=on)}


async def to_guideline_responses(
    queries: Queries, evaluations: Sequence[GuidelineEvaluation]
) -> list[GuidelineEvaluationOut]:
    """M8: evaluations of the guideline, each with the joint and bilateral meetings of its year and their themes."""
    if not evaluations:
        return []
    meetings: defaultdict[int, list[YearlyMeetingOut]] = defaultdict(list)
    for row in await queries.fetch(_YEARLY_MEETINGS, years=[evaluation.year for evaluation in evaluations]):
        meetings[row["held_on"].year].append(YearlyMeetingOut.model_validate(dict(row)))
    return [
        GuidelineEvaluationOut.model_validate(evaluation.model_dump() | {"meetings": meetings[evaluation.year]})
        for evaluation in evaluations
    ]


async def _publish(unit: UnitOfWork, evaluation: Evaluation) -> None:
    sent = evaluation.sent_on is not None
    type_: Literal["evaluation.filed", "evaluation.sent"] = "evaluation.sent" if sent else "evaluation.filed"
    await publish(unit, EvaluationEvent(type_, evaluation.id, evaluation.placement_id, evaluation.provider_id))
