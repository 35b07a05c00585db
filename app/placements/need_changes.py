"""Needs beyond one employee to five places that turn up, and what came of each (L6)."""

from datetime import date
from uuid import UUID

from app.database.unit_of_work import UnitOfWork
from app.http.lookup import find
from app.http.periods import require_not_before
from app.http.problems import NOT_FOUND
from app.outbox.events import NeedChangeEvent
from app.outbox.publish import publish
from app.participants.tables import Participant
from app.placements.problems import NEED_CHANGE_CLOSED
from app.placements.supplement_schemas import NeedChangeIn, NeedChangeOut, NeedChangeOutcomeIn
from app.placements.supplement_tables import NeedChange


async def record_need_change(unit: UnitOfWork, participant_id: UUID, body: NeedChangeIn, today: date) -> NeedChange:
    """L6: it opens `staffing_discussion`. Raises `NOT_FOUND`."""
    await find(unit, Participant, participant_id)
    change = NeedChange(participant_id=participant_id, noticed_on=body.noticed_on, what=body.what, noticed_by=body.by)
    unit.session.add(change)
    await unit.session.flush()
    await publish(unit, NeedChangeEvent("need_change.recorded", participant_id, change.id))
    return change


async def close_need_change(
    unit: UnitOfWork, participant_id: UUID, need_change_id: UUID, body: NeedChangeOutcomeIn, today: date
) -> NeedChange:
    """L6: what the discussion came to, once. Raises `NOT_FOUND`, `NEED_CHANGE_CLOSED`; 422 before it was noticed."""
    change = await find(unit, NeedChange, need_change_id, lock=True)
    if change.participant_id != participant_id:
        raise NOT_FOUND()
    require_not_before(body.closed_on, "closed_on", change.noticed_on, "behovet vart oppdaga")
    if change.closed_on is not None:
        raise NEED_CHANGE_CLOSED()
    change.outcome, change.closed_on = body.outcome, body.closed_on or today
    await unit.session.flush()
    await publish(unit, NeedChangeEvent("need_change.closed", participant_id, change.id))
    return change


def to_response(change: NeedChange) -> NeedChangeOut:
    """A need and its outcome."""
    return NeedChangeOut.model_validate(change.model_dump(exclude={"noticed_by"}) | {"by": change.noticed_by})
