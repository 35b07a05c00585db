"""Decisions about a place that is there: `change` and `end` (D3, D6, L3, L5, L7).

Each follows the placement's latest decision. The placement's row is locked first, so that whoever comes second decides
on what the first one made of it, and is told so when the decision was meant for something else.
"""

from datetime import date
from uuid import UUID

from app.database.unit_of_work import UnitOfWork
from app.http.lookup import find_reference
from app.outbox.events import DecisionEvent
from app.outbox.publish import publish
from app.placements import problems
from app.placements.capacity import demand_room_for
from app.placements.history import Life, life_of
from app.placements.schemas import ChangeIn, EndIn
from app.placements.tables import Decision, Notice, Placement
from app.placements.terms import rewrite
from app.rules.money import to_ore
from app.rules.process import Step, find_next_state
from app.rules.terms import TermsChange
from app.security.tokens import Actor


async def under_decision(unit: UnitOfWork, placement_id: UUID) -> Life[Placement]:
    """The placement that a decision is about, locked, and its life so far."""
    placement = await find_reference(unit, Placement, placement_id, "#/placement_id", lock=True)
    return await life_of(unit, placement)


async def change(unit: UnitOfWork, actor: Actor, life: Life[Placement], body: ChangeIn) -> tuple[Decision, date]:
    """D6: new terms from a day on, another last day, or a notice that is withdrawn; and the first day it touches.

    Raises one of `problems.LIFE`, `MEDICATION_AGREEMENT_MISSING` (D5), `CAPACITY_EXCEEDED` (P2) or `PLACEMENT_OVERLAP`
    (L1) where the place becomes longer, and what L7 asks of last days.
    """
    placement = life.placement
    _demand_latest(life, body)
    demand(life, "change" if body.withdraws_notice_id is None else "withdraw_notice", body.decided_on)
    _demand_terms(life, body)
    if body.withdraws_notice_id is not None:
        ends_on = await _withdrawn(unit, life, body.withdraws_notice_id)
    else:
        ends_on = placement.ends_on if body.ends_on is None else _another_last_day(life, body.ends_on)
    if body.valid_from is not None and not _within(placement.starts_on, body.valid_from, ends_on):
        raise problems.CHANGE_OUTSIDE_PLACE(f"Endringa må gjelde frå {placement.starts_on} eller seinare.")
    first_day = min(day for day in (body.valid_from, body.ends_on, placement.ends_on, ends_on) if day is not None)
    if _longer(placement.ends_on, ends_on):
        await demand_room_for(unit, placement, ends_on)
    placement.ends_on = ends_on
    changes = list(life.changes)
    if body.valid_from is not None:
        price = None if body.monthly_price is None else to_ore(body.monthly_price)
        changes.append(TermsChange(body.valid_from, body.share, price, body.medication_tasks))
    decision = Decision(
        **body.model_dump(exclude={"follows_id", "withdraws_notice_id", "medication_agreement"}),
        medication_agreement=None
        if body.medication_agreement is None
        else body.medication_agreement.model_dump(mode="json"),
        decided_by=actor.name,
        participant_id=placement.participant_id,
        address_protection=placement.address_protection,
        provider_id=placement.provider_id,
        follows_id=life.latest_id,
        notice_id=body.withdraws_notice_id,
    )
    unit.session.add(decision)
    await rewrite(unit, placement, changes, body.decided_on)
    await publish(unit, DecisionEvent("placement.changed", placement.id, placement.provider_id, decision.id))
    return decision, first_day


async def end(unit: UnitOfWork, actor: Actor, life: Life[Placement], body: EndIn) -> tuple[Decision, date]:
    """L5: the end is a decision; and the place's last day by it.

    After a notice it is the notice's day. **Decided here**: an end without a notice is the case office's to answer for
    (the person has moved, a temporary place is cut short); it never lengthens a place.
    """
    placement = life.placement
    _demand_latest(life, body)
    demand(life, "end", body.decided_on)
    if life.notice_open and body.ends_on != placement.ends_on:
        raise problems.END_DIFFERS_FROM_NOTICE(
            f"Plassen er sagt opp til {placement.ends_on}, og vedtaket må ha same dag.", ends_on=f"{placement.ends_on}"
        )
    if body.ends_on < placement.starts_on:
        raise problems.END_BEFORE_START()
    if placement.ends_on is not None and body.ends_on > placement.ends_on:
        raise problems.END_AFTER_LAST_DAY(f"Plassen sin siste dag er {placement.ends_on}.")
    placement.ends_on = body.ends_on
    decision = Decision(
        **body.model_dump(exclude={"follows_id"}),
        decided_by=actor.name,
        participant_id=placement.participant_id,
        address_protection=placement.address_protection,
        provider_id=placement.provider_id,
        follows_id=life.latest_id,
        notice_id=life.notice.id if life.notice is not None else None,
    )
    unit.session.add(decision)
    await rewrite(unit, placement, life.changes, body.decided_on)
    await publish(unit, DecisionEvent("placement.ended", placement.id, placement.provider_id, decision.id))
    return decision, body.ends_on


def demand(life: Life[Placement], step: Step, on: date) -> None:
    """The step may be taken where the placement stands on the day (`app/rules/process.py`), or what stands in the way.

    Raises one of `problems.LIFE`.
    """
    state = life.state(on)
    if find_next_state(state, step) is not None:
        return
    if state == "lapsed":
        raise problems.NOTICE_HAS_RUN_OUT()
    if state == "ended":
        raise problems.PLACE_ENDED(f"Plassen var slutt {life.placement.ends_on}.")
    if step == "withdraw_notice":
        raise problems.NOTICE_NOT_OPEN()
    raise problems.NOTICE_ALREADY_OPEN() if state == "noticed" else problems.END_ALREADY_DECIDED()


def _demand_latest(life: Life[Placement], body: ChangeIn | EndIn) -> None:
    if body.follows_id is not None and body.follows_id != life.latest_id:
        raise problems.DECISION_STALE(latest_id=None if life.latest_id is None else str(life.latest_id))
    if life.known is not None and body.decided_on < life.known:
        raise problems.DECISION_OUT_OF_ORDER(
            f"Vedtaket kan ikkje vere datert før {life.known}.", not_before=life.known.isoformat()
        )


def _demand_terms(life: Life[Placement], body: ChangeIn) -> None:
    if body.monthly_price is not None and life.placement.terms != "legacy":
        raise problems.STANDARD_HAS_NO_OWN_PRICE()
    if body.medication_tasks and body.medication_agreement is None:
        raise problems.MEDICATION_AGREEMENT_MISSING()


async def _withdrawn(unit: UnitOfWork, life: Life[Placement], notice_id: UUID) -> date | None:
    """The last day that a withdrawal brings back."""
    await find_reference(unit, Notice, notice_id, "#/withdraws_notice_id")
    if life.notice is None or life.notice.id != notice_id:
        raise problems.NOTICE_NOT_OPEN()
    return life.notice.replaced_ends_on


def _another_last_day(life: Life[Placement], ends_on: date) -> date:
    """L7: a temporary place's last day moves by a change; anyone's does once its end is decided."""
    if life.notice_open:
        raise problems.NOTICE_ALREADY_OPEN()
    if life.placement.need == "permanent" and not life.end_decided:
        raise problems.PERMANENT_HAS_NO_LAST_DAY()
    if ends_on < life.placement.starts_on:
        raise problems.END_BEFORE_START()
    return ends_on


def _within(first: date, day: date, last: date | None) -> bool:
    return first <= day and (last is None or day <= last)


def _longer(before: date | None, after_it: date | None) -> bool:
    return before is not None and (after_it is None or after_it > before)
