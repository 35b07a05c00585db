"""Plans (M1), evaluation reports (M2), and the guideline's own evaluation (M8)."""

from datetime import date
from typing import Literal
from uuid import UUID

from app.database.unit_of_work import UnitOfWork
from app.followup.filing import (
    ALREADY_SENT,
    SENT_BEFORE_MADE,
    own_for_change,
    party_of,
    placement_of,
    require_areas,
    require_no_identity_number,
    require_past,
)
from app.followup.schemas import EvaluationIn, GuidelineEvaluationIn, PlanIn, SendingIn
from app.followup.tables import Evaluation, GuidelineEvaluation, Plan
from app.outbox.events import EvaluationEvent, GuidelineEvaluationEvent, PlanEvent
from app.outbox.publish import publish
from app.security.tokens import Actor


async def file_plan(unit: UnitOfWork, actor: Actor, body: PlanIn, today: date) -> Plan:
    """M1, D5: a follow-up plan. Raises `date-in-future`, `sent-before-made`, `code-unknown`,
    `identity-number-in-text`.
    """
    require_past(today, made_on=body.made_on, sent_on=body.sent_on)
    _require_order(body.made_on, body.sent_on)
    require_no_identity_number(today, {"text": body.text})
    areas = require_areas(body.content_areas)
    placement = await placement_of(unit, body.placement_id)
    plan = Plan.model_validate(
        body.model_dump() | {"content_areas": areas, "provider_id": placement.provider_id, "filed_by": party_of(actor)}
    )
    unit.session.add(plan)
    await unit.session.flush()
    type_: Literal["plan.filed", "plan.sent"] = "plan.filed" if plan.sent_on is None else "plan.sent"
    await publish(unit, PlanEvent(type_, plan.id, plan.placement_id, plan.provider_id))
    return plan


async def file_evaluation(unit: UnitOfWork, actor: Actor, body: EvaluationIn, today: date) -> Evaluation:
    """M2: an evaluation report. Raises `date-in-future`, `code-unknown`, `identity-number-in-text`."""
    require_past(today, period_from=body.period_from, sent_on=body.sent_on)
    require_no_identity_number(today, {"text": body.text})
    areas = require_areas(body.content_areas)
    placement = await placement_of(unit, body.placement_id)
    evaluation = Evaluation.model_validate(
        body.model_dump() | {"content_areas": areas, "provider_id": placement.provider_id, "filed_by": party_of(actor)}
    )
    unit.session.add(evaluation)
    await unit.session.flush()
    type_: Literal["evaluation.filed", "evaluation.sent"] = (
        "evaluation.filed" if evaluation.sent_on is None else "evaluation.sent"
    )
    await publish(unit, EvaluationEvent(type_, evaluation.id, evaluation.placement_id, evaluation.provider_id))
    return evaluation


async def send_plan(unit: UnitOfWork, actor: Actor, plan_id: UUID, body: SendingIn, today: date) -> Plan:
    """M1: a plan is sent to the case office, once. Raises `already-sent`, `another-partys`, `date-in-future`."""
    plan = await own_for_change(unit, actor, Plan, plan_id)
    sent_on = _sending(plan, body, today)
    _require_order(plan.made_on, sent_on)
    plan.sent_on = sent_on
    await unit.session.flush()
    await publish(unit, PlanEvent("plan.sent", plan.id, plan.placement_id, plan.provider_id))
    return plan


async def send_evaluation(
    unit: UnitOfWork, actor: Actor, evaluation_id: UUID, body: SendingIn, today: date
) -> Evaluation:
    """M2: a report is sent to the case office, once. Raises `already-sent`, `another-partys`, `date-in-future`."""
    evaluation = await own_for_change(unit, actor, Evaluation, evaluation_id)
    evaluation.sent_on = _sending(evaluation, body, today)
    await unit.session.flush()
    await publish(
        unit, EvaluationEvent("evaluation.sent", evaluation.id, evaluation.placement_id, evaluation.provider_id)
    )
    return evaluation


async def record_guideline_evaluation(
    unit: UnitOfWork, body: GuidelineEvaluationIn, today: date
) -> GuidelineEvaluation:
    """M8: the guideline itself was evaluated. Raises `date-in-future`, `identity-number-in-text`."""
    require_past(today, evaluated_on=body.evaluated_on)
    require_no_identity_number(today, {"text": body.text})
    evaluation = GuidelineEvaluation.model_validate(body.model_dump())
    unit.session.add(evaluation)
    await unit.session.flush()
    await publish(unit, GuidelineEvaluationEvent("guideline.evaluated", evaluation.id, evaluation.year))
    return evaluation


def _sending(row: Plan | Evaluation, body: SendingIn, today: date) -> date:
    if row.sent_on is not None:
        raise ALREADY_SENT()
    require_past(today, sent_on=body.sent_on)
    return body.sent_on or today


def _require_order(made_on: date, sent_on: date | None) -> None:
    if sent_on is not None and sent_on < made_on:
        raise SENT_BEFORE_MADE(pointer="#/sent_on")
