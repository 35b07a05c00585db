"""Follow-up plans (M1)."""

from datetime import date
from typing import Literal
from uuid import UUID

from app.database.unit_of_work import UnitOfWork
from app.followup.documents import annul_document, create_document, find_unsent, record_sending, require_past
from app.followup.problems import SENT_BEFORE_MADE
from app.followup.schemas import PlanIn, SendingIn
from app.followup.tables import Plan
from app.http.schemas import AnnulmentIn
from app.outbox.events import PlanEvent
from app.outbox.publish import publish
from app.security.roles import Actor


async def create_plan(unit: UnitOfWork, actor: Actor, body: PlanIn, today: date) -> Plan:
    """M1, D5: a follow-up plan. Raises what `create_document` raises, and `sent-before-made`."""
    require_past(today, made_on=body.made_on, sent_on=body.sent_on)
    if body.sent_on is not None:
        _require_made_before(body.made_on, body.sent_on)
    plan = await create_document(unit, actor, Plan, body, today)
    await _publish(unit, plan)
    return plan


async def send_plan(unit: UnitOfWork, actor: Actor, plan_id: UUID, body: SendingIn, today: date) -> Plan:
    """M1: a plan is sent to the case office, once.

    Raises `already-sent`, `not-owner`, `date-in-future`, `sent-before-made`.
    """
    plan = await find_unsent(unit, actor, Plan, plan_id)
    _require_made_before(plan.made_on, body.sent_on or today)
    await record_sending(unit, plan, body, today)
    await _publish(unit, plan)
    return plan


async def annul_plan(unit: UnitOfWork, actor: Actor, plan_id: UUID, body: AnnulmentIn, today: date) -> Plan:
    """D10: a plan that was filed by mistake. Raises what `annul_document` raises."""
    plan = await annul_document(unit, actor, Plan, plan_id, body, today)
    await publish(unit, PlanEvent("plan.annulled", plan.id, plan.placement_id, plan.provider_id))
    return plan


def _require_made_before(made_on: date, sent_on: date) -> None:
    if sent_on < made_on:
        raise SENT_BEFORE_MADE(f"«sent_on» er {sent_on}, før planen vart laga ({made_on}).", pointer="#/sent_on")


async def _publish(unit: UnitOfWork, plan: Plan) -> None:
    type_: Literal["plan.filed", "plan.sent"] = "plan.filed" if plan.sent_on is None else "plan.sent"
    await publish(unit, PlanEvent(type_, plan.id, plan.placement_id, plan.provider_id))
