"""Decisions about placements that exist, `change` and `end` (D3, D6, L3, L5, L7, L8).

Each follows the placement's latest decision. The placement's row is locked first, so that the second of two at once
decides on the result of the first, or is refused when it names an earlier decision.
"""

from datetime import date
from typing import Any
from uuid import UUID

from app import clock
from app.database.unit_of_work import UnitOfWork
from app.http.lookup import find_reference
from app.outbox.events import DecisionEvent
from app.outbox.publish import publish
from app.placements import problems
from app.placements.capacity import require_room_for
from app.placements.decision_schemas import ChangeDecisionIn, EndDecisionIn
from app.placements.history import PlacementHistory, load_history
from app.placements.tables import Decision, Notice, Placement
from app.placements.terms import make_terms, replace_terms
from app.rules.money import to_ore
from app.rules.process import Step, find_next_state
from app.rules.terms import TermsChange, build_segments
from app.security.roles import Actor


async def lock_for_decision(unit: UnitOfWork, placement_id: UUID) -> tuple[Placement, PlacementHistory]:
    """The placement that a decision is about, locked, and its history. Raises `NOT_FOUND`."""
    placement = await find_reference(unit, Placement, placement_id, "#/placement_id", lock=True)
    return placement, await load_history(unit, placement.id)


async def change_placement(
    unit: UnitOfWork, actor: Actor, placement: Placement, history: PlacementHistory, body: ChangeDecisionIn
) -> tuple[Decision, date]:
    """D6: new terms from a day on, another last day, or a withdrawn notice; and the first day it affects.

    Raises one of `problems.STEP_REFUSALS`, `MEDICATION_AGREEMENT_MISSING` (D5), `PERMANENT_HAS_NO_LAST_DAY` (L7), or
    `CAPACITY_EXCEEDED` (P2) or `PLACEMENT_OVERLAP` (L1) if the placement is extended or its share rises.
    """
    _require_latest(history, body)
    require_step(history, "change" if body.withdraws_notice_id is None else "withdraw_notice", body.decided_on)
    _require_legal_terms(placement, body)
    if body.withdraws_notice_id is not None:
        ends_on = await _find_replaced_last_day(unit, history, body.withdraws_notice_id)
    else:
        ends_on = placement.ends_on if body.ends_on is None else _require_last_day(placement, history, body.ends_on)
    if body.valid_from is not None and not _is_within(placement.starts_on, body.valid_from, ends_on):
        raise problems.CHANGE_OUTSIDE_PLACE(f"Endringa må gjelde frå {placement.starts_on} eller seinare.")
    first_day = min(day for day in (body.valid_from, body.ends_on, placement.ends_on, ends_on) if day is not None)
    is_extended = placement.ends_on is not None and (ends_on is None or ends_on > placement.ends_on)
    changes = list(history.course.changes)
    if body.valid_from is not None:
        price = None if body.monthly_price is None else to_ore(body.monthly_price)
        changes.append(TermsChange(body.valid_from, body.share, price, body.medication_tasks))
    if is_extended or body.share is not None:
        first = make_terms(placement.share, placement.monthly_price, placement.medication_tasks)
        await require_room_for(unit, placement, build_segments(placement.starts_on, ends_on, first, changes))
    placement.ends_on = ends_on
    agreement = body.medication_agreement
    decision = follow(
        actor,
        placement,
        history,
        body.model_dump(exclude={"follows_id", "withdraws_notice_id", "medication_agreement"}),
        notice_id=body.withdraws_notice_id,
        medication_agreement=None if agreement is None else agreement.model_dump(mode="json"),
    )
    unit.session.add(decision)
    await replace_terms(unit, placement, changes, body.decided_on)
    await publish(unit, DecisionEvent("placement.changed", placement.id, placement.provider_id, decision.id))
    return decision, first_day


async def end_placement(
    unit: UnitOfWork, actor: Actor, placement: Placement, history: PlacementHistory, body: EndDecisionIn
) -> tuple[Decision, date]:
    """L5: the end is a decision; and the placement's last day by it.

    After a notice it is the day of the notice. **Decided here**: an end without a notice is the case office's
    responsibility (the person has moved, a temporary placement is cut short); it never extends a placement. A death
    ends it on its own day, also under notice or once another end is decided (L8).
    """
    died = body.destination == "died"
    _require_latest(history, body)
    require_step(history, "end_by_death" if died else "end", body.decided_on)
    if history.course.notice_open and not died and body.ends_on != placement.ends_on:
        raise problems.END_DIFFERS_FROM_NOTICE(
            f"Plassen er sagt opp til {placement.ends_on}, og vedtaket må ha same dag.", ends_on=f"{placement.ends_on}"
        )
    if body.ends_on < placement.starts_on:
        raise problems.END_BEFORE_START()
    if placement.ends_on is not None and body.ends_on > placement.ends_on:
        raise problems.END_AFTER_LAST_DAY(f"Plassen sin siste dag er {placement.ends_on}.")
    placement.ends_on = body.ends_on
    # The notice is followed by an end once.
    notice = history.course.notice
    notice_id = None if notice is None or history.course.end_decided else notice.notice_id
    decision = follow(actor, placement, history, body.model_dump(exclude={"follows_id"}), notice_id=notice_id)
    unit.session.add(decision)
    await replace_terms(unit, placement, history.course.changes, body.decided_on)
    await publish(unit, DecisionEvent("placement.ended", placement.id, placement.provider_id, decision.id))
    return decision, body.ends_on


def require_step(history: PlacementHistory, step: Step, on: date) -> None:
    """The step is allowed in the placement's state on the day (`app/rules/process.py`).

    Raises one of `problems.STEP_REFUSALS`.
    """
    state = history.determine_state(on)
    if find_next_state(state, step) is not None:
        return
    if state == "annulled":
        raise problems.PLACEMENT_ANNULLED(f"Plassen vart oppheva {history.placement['annulled_on']}.")
    if state == "lapsed":
        raise problems.NOTICE_HAS_RUN_OUT()
    if state == "ended":
        raise problems.PLACE_ENDED(f"Plassen var slutt {history.placement['ends_on']}.")
    if step == "withdraw_notice":
        raise problems.NOTICE_NOT_OPEN()
    raise problems.NOTICE_ALREADY_OPEN() if state == "noticed" else problems.END_ALREADY_DECIDED()


def follow(
    actor: Actor,
    placement: Placement,
    history: PlacementHistory,
    fields: dict[str, Any],
    *,
    notice_id: UUID | None,
    medication_agreement: dict[str, Any] | None = None,
) -> Decision:
    """A decision of these fields about the placement, after its latest one."""
    return Decision(
        **fields,
        medication_agreement=medication_agreement,
        decided_by=actor.name,
        participant_id=placement.participant_id,
        address_protection=placement.address_protection,
        provider_id=placement.provider_id,
        follows_id=history.latest_id,
        notice_id=notice_id,
    )


def _require_latest(history: PlacementHistory, body: ChangeDecisionIn | EndDecisionIn) -> None:
    if body.follows_id is not None and body.follows_id != history.latest_id:
        raise problems.DECISION_STALE(latest_id=None if history.latest_id is None else str(history.latest_id))
    require_order(history, body.decided_on)


def require_order(history: PlacementHistory, decided_on: date) -> None:
    """D6: the decision is dated no earlier than what came before it. Raises `DECISION_OUT_OF_ORDER`."""
    latest_day = history.find_latest_day(clock.today())
    if latest_day is not None and decided_on < latest_day:
        raise problems.DECISION_OUT_OF_ORDER(
            f"Vedtaket kan ikkje vere datert før {latest_day}.", not_before=latest_day.isoformat()
        )


def _require_legal_terms(placement: Placement, body: ChangeDecisionIn) -> None:
    if body.monthly_price is not None and placement.terms != "legacy":
        raise problems.STANDARD_HAS_NO_OWN_PRICE()
    if body.medication_tasks and body.medication_agreement is None:
        raise problems.MEDICATION_AGREEMENT_MISSING()


async def _find_replaced_last_day(unit: UnitOfWork, history: PlacementHistory, notice_id: UUID) -> date | None:
    """The last day that a withdrawal of the notice restores. Raises `NOTICE_NOT_OPEN`."""
    await find_reference(unit, Notice, notice_id, "#/withdraws_notice_id")
    notice = history.course.notice
    if notice is None or notice.notice_id != notice_id:
        raise problems.NOTICE_NOT_OPEN()
    return notice.replaced_ends_on


def _require_last_day(placement: Placement, history: PlacementHistory, ends_on: date) -> date:
    """L7: a temporary placement's last day is moved by a change; a permanent one's only once its end is decided."""
    if history.course.notice_open:
        raise problems.NOTICE_ALREADY_OPEN()
    if placement.need == "permanent" and not history.course.end_decided:
        raise problems.PERMANENT_HAS_NO_LAST_DAY()
    if ends_on < placement.starts_on:
        raise problems.END_BEFORE_START()
    return ends_on


def _is_within(first: date, day: date, last: date | None) -> bool:
    return first <= day and (last is None or day <= last)
