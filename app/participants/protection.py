"""Protection of an address (D1): another system may raise it and never lower it."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Date, bindparam, select
from sqlmodel import col

from app.database.queries import CompiledQuery, Queries
from app.participants.tables import Participant

_FIELD = "address_protection"
NO_QUESTION: dict[str, Any] = {"protection_questioned_on": None, "protection_confirmed_on": None}
_QUESTIONED = CompiledQuery(
    select(
        col(Participant.id), col(Participant.protection_questioned_on), col(Participant.protection_confirmed_on)
    ).where(col(Participant.protection_questioned_on) <= bindparam("on", type_=Date))
)


def guard_protection(
    current: Mapping[str, Any], sent: Mapping[str, Any], today: date, *, by_case_officer: bool
) -> dict[str, Any]:
    """What is stored of the fields that were sent about a participant.

    A case officer's word stands, and answers the question that another system's raised: «not protected» from another
    system leaves the address protected and is a question to the case office, until that system says otherwise.
    """
    if _FIELD not in sent:
        return dict(sent)
    if by_case_officer:
        is_confirmed = sent[_FIELD] and current["protection_questioned_on"] is not None
        return {**sent, **({"protection_confirmed_on": today} if is_confirmed else NO_QUESTION)}
    if current[_FIELD] and not sent[_FIELD]:
        return {**sent, _FIELD: True, "protection_questioned_on": current["protection_questioned_on"] or today}
    return {**sent, **NO_QUESTION}


async def load_questioned(queries: Queries, on: date) -> list[tuple[Any, date, date | None]]:
    """Participants whose protection another system had questioned by a day: id, since when, when it was confirmed."""
    return [(row[0], row[1], row[2]) for row in await queries.fetch(_QUESTIONED, on=on)]


async def find_concealed(queries: Queries, participant_ids: Collection[UUID]) -> set[UUID]:
    """Whose place nobody but the case office may learn: those of the participants whom the caller does not see (X3)."""
    ids = set(participant_ids)
    if not ids:
        return set()
    rows = await queries.fetch(select(col(Participant.id)).where(col(Participant.id).in_(ids)))
    return ids - {row["id"] for row in rows}
