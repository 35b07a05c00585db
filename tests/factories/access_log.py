"""Rows of the access log from another time, past the service: for what is computed from a long log."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

import asyncpg

ACTOR = "person:kari"


async def look(behind: asyncpg.Connection, at: datetime, people: Sequence[str], actor: str = ACTOR) -> None:
    """A row of the log from then."""
    await behind.execute(
        "insert into access_log (id, transaction_number, at, actor, action, method, route, purpose, outcome,"
        " request_id, participant_ids, denied_ids) values ($1, 1, $2, $3, 'read_participant', 'GET', '/',"
        " 'case_handling', 'allowed', 'r', $4, '{}')",
        UUID(int=uuid4().int >> 24 << 24),
        at,
        actor,
        [UUID(one) for one in people],
    )
