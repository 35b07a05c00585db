"""Decisions that mend mistakes, `correct` and `annul` (D8): nothing is edited, and what was wrong stays readable.

A correction says what a decision should have said, and the placement follows from all its decisions anew. Money,
capacity, overlap and tasks go by the placement's own row and its terms, which are closed and replaced as by any other
decision: a position on an earlier day still has what was known then (C6). **Decided here**: an application whose grant
is annulled stays decided; a new place begins with a new application.
"""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from app import clock
from app.database.unit_of_work import UnitOfWork
from app.http.problems import VALIDATION, Problem
from app.outbox.events import MendingEvent
from app.outbox.publish import publish
from app.placements import problems
from app.placements.capacity import require_room_for
from app.placements.changes import follow, require_order, require_step
from app.placements.decision_schemas import AnnulDecisionIn, CorrectDecisionIn
from app.placements.decisions import require_near_start
from app.placements.history import PlacementHistory
from app.placements.tables import Decision, Placement
from app.placements.terms import make_terms, replace_terms
from app.rates import rates
from app.rules.placement_course import (
    HistoryEvent,
    PlacementCourse,
    apply_corrections,
    find_corrected_decision,
    follow_events,
)
from app.rules.process import Need
from app.rules.terms import build_segments, find_first_difference
from app.security.roles import Actor

# What a decision of each step says that a correction may set right.
_FIELDS = {
    "granted": ("starts_on", "ends_on", "share", "need"),
    "changed": ("starts_on", "ends_on", "share"),
    "end_decided": ("ends_on",),
}


async def annul_placement(
    unit: UnitOfWork, actor: Actor, placement: Placement, history: PlacementHistory, body: AnnulDecisionIn
) -> tuple[Decision, date]:
    """D8: there never was a placement; and its first day.

    Raises `PLACEMENT_ANNULLED` or `DECISION_OUT_OF_ORDER`, and 422 where `corrects_id` is not its grant.
    """
    require_step(history, "annul", body.decided_on)
    require_order(history, body.decided_on)
    _require_grant(history, body.corrects_id)
    placement.annulled_on = body.decided_on
    decision = follow(actor, placement, history, body.model_dump(), notice_id=None)
    unit.session.add(decision)
    await replace_terms(unit, placement, (), body.decided_on)
    await publish(
        unit,
        MendingEvent(
            "placement.annulled", placement.id, placement.provider_id, decision.id, effective_on=placement.starts_on
        ),
    )
    return decision, placement.starts_on


async def correct_placement(
    unit: UnitOfWork, actor: Actor, placement: Placement, history: PlacementHistory, body: CorrectDecisionIn
) -> tuple[Decision, date]:
    """D8: what a decision of the placement should have said; and the first day that is otherwise for it.

    Raises `PLACEMENT_ANNULLED`, `DECISION_OUT_OF_ORDER`, 422 for what the decision says nothing about, and what the
    placement as corrected would be refused with: `CAPACITY_EXCEEDED` or `PLACEMENT_OVERLAP` with the first such day,
    `END_BEFORE_START`, `END_AFTER_LAST_DAY`, `CHANGE_OUTSIDE_PLACE`, `TEMPORARY_NEEDS_LAST_DAY`,
    `PERMANENT_HAS_NO_LAST_DAY` or `NO_GUIDELINE_IN_FORCE`.
    """
    require_step(history, "correct", body.decided_on)
    require_order(history, body.decided_on)
    corrected = find_corrected_decision(history.events, body.corrects_id)
    if corrected is None:
        raise _refuse_decision("ei tildeling, ei endring, eit opphør eller ei retting av eit slikt vedtak")
    stated = _select_stated(corrected, body)
    known = next(one for one in apply_corrections(history.events) if one.decision_id == corrected.decision_id)
    said = {"starts_on": known.valid_from, "ends_on": known.ends_on, "share": known.share, **stated}
    need: Need = body.need or ("temporary" if placement.need == "temporary" else "permanent")
    correction = HistoryEvent(
        "corrected",
        body.decided_on,
        decision_id=clock.new_id(),
        corrects_id=body.corrects_id,
        notice_id=_find_withdrawn_notice(history, corrected, said),
        valid_from=said["starts_on"],
        ends_on=said["ends_on"],
        share=said["share"],
    )
    course = follow_events([*history.events, correction], need)
    _require_last_day(history, corrected, correction, course, need)
    if corrected.step == "granted" and body.starts_on is not None:
        await _require_first_day(unit, body.decided_on, body.starts_on)
    before = history.build_segments()
    first = make_terms(course.share, placement.monthly_price, placement.medication_tasks)
    after = build_segments(course.starts_on, course.ends_on, first, course.changes)
    await require_room_for(unit, placement, after)
    placement.starts_on, placement.ends_on = course.starts_on, course.ends_on
    placement.share, placement.need = course.share, need
    fields = body.model_dump() | said | {"need": need if corrected.step == "granted" else None}
    if corrected.step in ("changed", "end_decided") and course.end_decided:
        fields["destination"] = course.destination
    decision = follow(actor, placement, history, fields, notice_id=correction.notice_id)
    unit.session.add(decision)
    await replace_terms(unit, placement, course.changes, body.decided_on)
    first_day = find_first_difference(before, after) or course.starts_on
    await publish(
        unit,
        MendingEvent("placement.corrected", placement.id, placement.provider_id, decision.id, effective_on=first_day),
    )
    return decision, first_day


def _require_grant(history: PlacementHistory, corrects_id: UUID | None) -> None:
    """A grant is named by the decision or a correction of it; a legacy record by no decision."""
    is_granted = any(event.step == "granted" for event in history.events)
    if corrects_id is None:
        if is_granted:
            raise _refuse_decision("tildelinga, sidan plassen er tildelt i eit vedtak")
        return
    corrected = find_corrected_decision(history.events, corrects_id)
    if not is_granted:
        raise VALIDATION(
            "«corrects_id» må utelatast: plassen er registrert som vidareført, utan eit vedtak.",
            pointer="#/corrects_id",
        )
    if corrected is None or corrected.step != "granted":
        raise _refuse_decision("tildelinga; eit opphør eller ei endring vert retta («correct»)")


def _refuse_decision(allowed: str) -> Problem:
    return VALIDATION(f"«corrects_id» må vere {allowed}, for denne plassen.", pointer="#/corrects_id")


def _select_stated(corrected: HistoryEvent, body: CorrectDecisionIn) -> dict[str, Any]:
    """What the correction states; 422 at a field that the corrected decision says nothing about."""
    allowed: tuple[str, ...] = _FIELDS[corrected.step]
    if corrected.step == "changed" and corrected.valid_from is None:
        allowed = ("ends_on",)
    stated = body.model_dump(include={"starts_on", "ends_on", "share", "need"}, exclude_unset=True)
    for name in stated:
        if name not in allowed:
            named = ", ".join(f"«{one}»" for one in allowed)
            raise VALIDATION(
                f"Vedtaket som vert retta, seier ikkje noko om «{name}»; det som kan rettast, er {named}.",
                pointer=f"#/{name}",
            )
    return stated


def _find_withdrawn_notice(history: PlacementHistory, corrected: HistoryEvent, said: dict[str, Any]) -> UUID | None:
    """The notice that an end rested on, where the correction leaves no end and the notice still stands."""
    if corrected.step != "end_decided" or said["ends_on"] is not None:
        return None
    notice = history.course.notice
    return corrected.notice_id if notice is not None and notice.notice_id == corrected.notice_id else None


async def _require_first_day(unit: UnitOfWork, decided_on: date, starts_on: date) -> None:
    """L2, D9: a standard place begins no earlier than the guideline, and not too long after the decision."""
    effective_from = await rates.load_effective_date(unit)
    if effective_from is None or starts_on < effective_from:
        raise problems.NO_GUIDELINE_IN_FORCE()
    await require_near_start(unit, decided_on, starts_on)


def _require_last_day(
    history: PlacementHistory, corrected: HistoryEvent, correction: HistoryEvent, course: PlacementCourse, need: Need
) -> None:
    """L1, L5, L7: the last day as corrected is one that the decision may set, and new terms begin within the place."""
    ends_on = correction.ends_on
    if corrected.step == "granted" and need == "temporary" and ends_on is None:
        raise problems.TEMPORARY_NEEDS_LAST_DAY()
    if corrected.step == "granted" and need == "permanent" and ends_on is not None:
        raise problems.PERMANENT_HAS_NO_LAST_DAY("Ein varig plass har ingen siste dag; set «ends_on» til null.")
    if corrected.step == "changed" and need == "permanent" and ends_on is not None and not course.end_decided:
        raise problems.PERMANENT_HAS_NO_LAST_DAY()
    if corrected.step == "end_decided" and ends_on is not None:
        without_end = replace(correction, ends_on=None, notice_id=corrected.notice_id)
        last_day = follow_events([*history.events, without_end], need).ends_on
        if last_day is not None and ends_on > last_day:
            raise problems.END_AFTER_LAST_DAY(f"Plassen sin siste dag er {last_day}.")
    if course.ends_on is not None and course.ends_on < course.starts_on:
        raise problems.END_BEFORE_START(f"Første dag er {course.starts_on}, og siste dag {course.ends_on}.")
    if corrected.step == "changed" and correction.valid_from is not None:
        if not course.starts_on <= correction.valid_from <= (course.ends_on or date.max):
            raise problems.CHANGE_OUTSIDE_PLACE(f"Endringa må gjelde frå {course.starts_on} eller seinare.")
