"""Notice of a placement (L3, L4, L7).

**Decided here**: a notice sets the placement's last day the day it is given, since that is known from then on (L7): it
counts at once in the forecast, in the provider's capacity, and for the participant's next placement. The end itself is
the case office's decision (L5), on that same day; until then a decision may withdraw the notice, if the provider still
has capacity.
"""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, bindparam, select
from sqlmodel import col

from app import clock
from app.database.queries import CompiledQuery, Queries, models
from app.database.unit_of_work import UnitOfWork
from app.http.lookup import find
from app.http.problems import ANNULLED, NOT_FOUND, ROLE_REQUIRED
from app.http.schemas import AnnulmentIn
from app.outbox.events import NoticeEvent
from app.outbox.publish import publish
from app.placements import problems
from app.placements.capacity import require_room_for
from app.placements.changes import require_step
from app.placements.history import load_history
from app.placements.queries import is_ended_by_death
from app.placements.schemas import NoticeIn, NoticeOut
from app.placements.tables import Decision, Notice, Placement
from app.placements.terms import make_terms, replace_terms
from app.rates import rates
from app.rules.notice import (
    MEETING_REASONS,
    AgreedEndAfterNotice,
    AgreedEndBeforeNotice,
    AgreedEndLacksParty,
    calculate_notice_end,
    is_meeting_required,
    require_agreed_end,
)
from app.rules.process import find_next_state
from app.rules.terms import build_segments
from app.security.roles import Actor


def _compile_requiring_meeting(*conditions: ColumnElement[bool]) -> CompiledQuery:
    withdrawn = select(col(Decision.id)).where(
        col(Decision.notice_id) == col(Notice.id), col(Decision.kind).in_(("change", "correct"))
    )
    return CompiledQuery(
        select(Notice)
        .join(Placement, col(Placement.id) == col(Notice.placement_id))
        .where(
            col(Notice.reason).in_(sorted(MEETING_REASONS)),
            col(Notice.annulled_at).is_(None),
            ~withdrawn.exists(),
            ~is_ended_by_death(),
            col(Placement.annulled_on).is_(None),
            *conditions,
        )
        .order_by(col(Notice.id))
    )


_REQUIRING_MEETING = _compile_requiring_meeting()
_REQUIRING_MEETING_OF_ONE = _compile_requiring_meeting(
    col(Placement.id) == bindparam("placement_id", type_=Uuid, required=False)
)


async def give_notice(unit: UnitOfWork, actor: Actor, placement_id: UUID, body: NoticeIn) -> tuple[Placement, Notice]:
    """L3: either side gives notice, and the placement's last day is known: by its own notice period where it has one.

    A notice never extends a temporary placement (L7). A provider gives it on its own behalf only, and cannot state that
    the municipality has agreed to an earlier end (403). Raises one of `problems.STEP_REFUSALS`, `NOTICE_INCOMPLETE`,
    `AGREED_END_INCOMPLETE` or `AGREED_END_OUTSIDE_NOTICE`.
    """
    placement = await find(unit, Placement, placement_id, lock=True)
    _require_right_party(actor, body)
    history = await load_history(unit, placement.id)
    require_step(history, "notice", body.given_on)
    months = placement.notice_months
    if months is None:
        months = await rates.load_notice_months(unit, body.given_on)
    ends_on = _calculate_last_day(body, months)
    if placement.ends_on is not None:
        ends_on = min(ends_on, placement.ends_on)
    if ends_on < placement.starts_on:
        raise problems.END_BEFORE_START()
    notice = Notice(
        **body.model_dump(),
        placement_id=placement.id,
        provider_id=placement.provider_id,
        ends_on=ends_on,
        replaced_ends_on=placement.ends_on,
    )
    unit.session.add(notice)
    placement.ends_on = ends_on
    # A notice recorded late counts as known no earlier than what was decided meanwhile.
    known_from = max(body.given_on, history.find_latest_day(clock.today()) or body.given_on)
    await replace_terms(unit, placement, history.course.changes, known_from)
    await publish(unit, NoticeEvent("placement.noticed", placement.id, placement.provider_id, notice.id))
    return placement, notice


async def annul_notice(
    unit: UnitOfWork, placement_id: UUID, notice_id: UUID, body: AnnulmentIn, today: date
) -> tuple[Placement, Notice]:
    """D10: a notice that was recorded by mistake is as if it had never been given; the last day before it holds again.

    Positions on earlier days still have it (C6). Raises `ANNULLED` the second time, `NOTICE_NOT_OPEN` once it is
    withdrawn or the end decided (D8 mends that), `PLACEMENT_ANNULLED`, or `CAPACITY_EXCEEDED` or `PLACEMENT_OVERLAP`
    where the place is meanwhile another's.
    """
    placement = await find(unit, Placement, placement_id, lock=True)
    notice = await find(unit, Notice, notice_id)
    if notice.placement_id != placement.id:
        raise NOT_FOUND()
    if notice.annulled_at is not None:
        raise ANNULLED()
    history = await load_history(unit, placement.id)
    state, known = history.determine_state(today), history.course.notice
    if state == "annulled":
        raise problems.PLACEMENT_ANNULLED()
    if find_next_state(state, "annul_notice") is None or known is None or known.notice_id != notice.id:
        raise problems.NOTICE_NOT_OPEN(
            "Oppseiinga er alt trekt, eller opphøret er vedteke: rett då vedtaket om opphør («correct»)."
        )
    notice.annulled_at, notice.annulled_reason = clock.now(), body.reason
    await unit.session.flush()
    course = (await load_history(unit, placement.id)).course
    first = make_terms(placement.share, placement.monthly_price, placement.medication_tasks)
    await require_room_for(unit, placement, build_segments(placement.starts_on, course.ends_on, first, course.changes))
    placement.ends_on = course.ends_on
    await replace_terms(unit, placement, course.changes, today)
    await publish(unit, NoticeEvent("placement.notice_annulled", placement.id, placement.provider_id, notice.id))
    return placement, notice


async def to_response(queries: Queries, notices: Sequence[Notice]) -> list[NoticeOut]:
    """Notices with their status."""
    decisions = await queries.fetch(
        select(col(Decision.notice_id), col(Decision.id), col(Decision.kind))
        .where(col(Decision.notice_id).in_([notice.id for notice in notices]))
        .order_by(col(Decision.act_number))
    )
    # The last one counts: a notice whose end was decided may still be withdrawn.
    latest = {notice_id: (id_, kind) for notice_id, id_, kind in decisions}
    out = []
    for notice in notices:
        decision_id, kind = latest.get(notice.id, (None, None))
        status = "open" if kind is None else "decided" if kind == "end" else "withdrawn"
        values = {
            "status": status if notice.annulled_at is None else "annulled",
            "decision_id": decision_id,
            "meeting_required": is_meeting_required(notice.reason),
        }
        out.append(NoticeOut.model_validate(notice.model_dump(exclude={"replaced_ends_on", "act_number"}) | values))
    return out


async def find_notices_requiring_meeting(queries: Queries, placement_id: UUID | None = None) -> list[Notice]:
    """L4: notices that hold and whose reason requires a meeting, from the day they were given; of one placement if it
    is named.

    After a death none is required (L8), and none of a placement that is annulled (D8).
    """
    query = _REQUIRING_MEETING if placement_id is None else _REQUIRING_MEETING_OF_ONE
    return models(Notice, await queries.fetch(query, placement_id=placement_id))


def _require_right_party(actor: Actor, body: NoticeIn) -> None:
    if "case_officer" in actor.roles:
        return
    if body.given_by != "provider":
        raise ROLE_REQUIRED(
            "Ei vekstbedrift kan berre seie opp på eigne vegner, med «provider» som «given_by». Alle andre oppseiingar"
            " registrerer Forvaltningskontoret."
        )
    if body.agreed_end_on is not None:
        raise ROLE_REQUIRED("Ein avtalt tidlegare slutt vert registrert av Forvaltningskontoret.")


def _calculate_last_day(body: NoticeIn, months: int) -> date:
    if body.reason == "other" and body.text is None:
        raise problems.NOTICE_INCOMPLETE(pointer="#/text")
    if body.agreed_end_on is None:
        return calculate_notice_end(body.given_on, months)
    try:
        return require_agreed_end(body.given_on, body.agreed_end_on, body.agreed_by, months)
    except AgreedEndLacksParty as error:
        raise problems.AGREED_END_INCOMPLETE(pointer="#/agreed_by") from error
    except (AgreedEndBeforeNotice, AgreedEndAfterNotice) as error:
        last = calculate_notice_end(body.given_on, months)
        raise problems.AGREED_END_OUTSIDE_NOTICE(
            f"«agreed_end_on» er {body.agreed_end_on}, men må vere frå {body.given_on}, då plassen vart sagd opp, til"
            f" {last}, siste dag av oppseiingstida.",
            pointer="#/agreed_end_on",
        ) from error
