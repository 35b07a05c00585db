"""Notice of a place (L3, L4, L7).

**Decided here**: a notice sets the place's last day the day it is given, since that is known from then on (L7): the
forecast, the provider's capacity and the participant's next place all count with it at once. The end itself is the case
office's decision (L5), on that same day; a decision may withdraw the notice before it, where there is still room.
"""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from app.database.queries import Queries
from app.database.unit_of_work import UnitOfWork
from app.http.lookup import find
from app.http.problems import ROLE_REQUIRED
from app.outbox.events import NoticeEvent
from app.outbox.publish import publish
from app.placements import problems
from app.placements.changes import demand
from app.placements.history import life_of
from app.placements.schemas import NoticeIn, NoticeOut
from app.placements.tables import Decision, Notice, Placement
from app.placements.terms import rewrite
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
from app.security.tokens import Actor


async def give(unit: UnitOfWork, actor: Actor, placement_id: UUID, body: NoticeIn) -> tuple[Placement, Notice]:
    """L3: either side gives notice, and the place's last day is known.

    A notice never lengthens a temporary place (L7). A provider gives it for its own part alone, and cannot say that the
    municipality has agreed to an earlier end (403). Raises one of `problems.LIFE`, `NOTICE_INCOMPLETE`,
    `AGREED_END_INCOMPLETE` or `AGREED_END_OUTSIDE_NOTICE`.
    """
    placement = await find(unit, Placement, placement_id, lock=True)
    _demand_right_party(actor, body)
    life = await life_of(unit, placement)
    demand(life, "notice", body.given_on)
    months = await rates.load_notice_months(unit, body.given_on)
    ends_on = _last_day(body, months)
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
    # A notice that is recorded late is not known before what was decided meanwhile.
    await rewrite(unit, placement, life.changes, max(body.given_on, life.known or body.given_on))
    await publish(unit, NoticeEvent("placement.noticed", placement.id, placement.provider_id, notice.id))
    return placement, notice


async def shown(unit: UnitOfWork, notices: Sequence[Notice]) -> list[NoticeOut]:
    """Notices as they go out, with what became of them."""
    decisions = await unit.session.execute(
        select(col(Decision.notice_id), col(Decision.id), col(Decision.kind))
        .where(col(Decision.notice_id).in_([notice.id for notice in notices]))
        .order_by(col(Decision.act_number))
    )
    # The last one counts: a notice whose end was decided may still be withdrawn.
    became = {notice_id: (id_, kind) for notice_id, id_, kind in decisions}
    out = []
    for notice in notices:
        decision_id, kind = became.get(notice.id, (None, None))
        status = "open" if kind is None else "decided" if kind == "end" else "withdrawn"
        out.append(
            NoticeOut.model_validate(
                notice.model_dump(exclude={"replaced_ends_on", "act_number"})
                | {
                    "status": status,
                    "decision_id": decision_id,
                    "meeting_required": is_meeting_required(notice.reason),
                }
            )
        )
    return out


async def calling_for_meeting(queries: Queries) -> list[Notice]:
    """L4: notices that no decision has withdrawn and for which a meeting must be called, from the day they were
    given.
    """
    withdrawn = select(col(Decision.notice_id)).where(
        col(Decision.kind) == "change", col(Decision.notice_id).is_not(None)
    )
    return await queries.select(
        select(Notice)
        .where(col(Notice.reason).in_(sorted(MEETING_REASONS)), col(Notice.id).not_in(withdrawn))
        .order_by(col(Notice.id))
    )


def _demand_right_party(actor: Actor, body: NoticeIn) -> None:
    if "case_officer" in actor.roles:
        return
    if body.given_by != "provider":
        raise ROLE_REQUIRED("Ei vekstbedrift seier opp på eigne vegner («given_by»: «provider»); elles «case_officer».")
    if body.agreed_end_on is not None:
        raise ROLE_REQUIRED("Ein avtalt tidlegare slutt vert registrert av Forvaltningskontoret («case_officer»).")


def _last_day(body: NoticeIn, months: int) -> date:
    if body.reason == "other" and body.text is None:
        raise problems.NOTICE_INCOMPLETE(pointer="#/text")
    if body.agreed_end_on is None:
        return calculate_notice_end(body.given_on, months)
    try:
        return require_agreed_end(body.given_on, body.agreed_end_on, body.agreed_by, months)
    except AgreedEndLacksParty as error:
        raise problems.AGREED_END_INCOMPLETE(pointer="#/agreed_by") from error
    except (AgreedEndBeforeNotice, AgreedEndAfterNotice) as error:
        raise problems.AGREED_END_OUTSIDE_NOTICE(pointer="#/agreed_end_on") from error
