"""Restriction of the processing of a person's data (G1, GDPR art. 18)."""

from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from app import clock
from app.database.unit_of_work import UnitOfWork
from app.http.idempotency import erase_kept_answers
from app.privacy.personal_data import load_duplicate_ids
from app.privacy.problems import ALREADY_RESTRICTED, NOT_RESTRICTED
from app.privacy.tables import Restriction
from app.security.roles import Actor


async def restrict(unit: UnitOfWork, actor: Actor, participant_id: UUID, reason: str) -> Restriction:
    """From now on the person's data is stored alone. The caller holds the participant locked.

    Answers that are kept for `Idempotency-Key` show the person no more. Raises `already-restricted`.
    """
    if await _find_open(unit, participant_id) is not None:
        raise ALREADY_RESTRICTED()
    restriction = Restriction.model_validate(
        {"participant_id": participant_id, "reason": reason, "restricted_by": actor.name}
    )
    unit.session.add(restriction)
    await unit.session.flush()
    await erase_kept_answers(unit, [participant_id, *await load_duplicate_ids(unit, participant_id)])
    return restriction


async def lift(unit: UnitOfWork, actor: Actor, participant_id: UUID, reason: str) -> Restriction:
    """The restriction ends. The caller holds the participant locked. Raises `not-restricted`."""
    restriction = await _find_open(unit, participant_id)
    if restriction is None:
        raise NOT_RESTRICTED()
    restriction.sqlmodel_update({"lifted_by": actor.name, "lifted_at": clock.now(), "lifted_reason": reason})
    await unit.session.flush()
    return restriction


async def _find_open(unit: UnitOfWork, participant_id: UUID) -> Restriction | None:
    statement = select(Restriction).where(
        col(Restriction.participant_id) == participant_id, col(Restriction.lifted_at).is_(None)
    )
    return next(iter(await unit.select(statement)), None)
