"""Finding one row by id, as the caller may see it."""

from functools import cache
from typing import TypeVar
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlmodel import col

from app.database.base import Row
from app.database.queries import CompiledSelect, Queries
from app.http.problems import NOT_FOUND, Problem

R = TypeVar("R", bound=Row)


async def find(queries: Queries, kind: type[R], id_: UUID, *, lock: bool = False) -> R:
    """The row, locked against other writers if asked. Raises `NOT_FOUND` when absent or not the caller's to see."""
    rows: list[R] = await queries.select(_by_id(kind, lock), id=id_)
    if not rows:
        raise NOT_FOUND()
    return rows[0]


async def find_reference(queries: Queries, kind: type[R], id_: UUID, pointer: str, *, lock: bool = False) -> R:
    """The row that a field of the body names. Raises `NOT_FOUND` pointing at the field, also for what is another's."""
    try:
        return await find(queries, kind, id_, lock=lock)
    except Problem as problem:
        raise NOT_FOUND(
            "Det feltet viser til finst ikkje, eller du har ikkje tilgang til det.", pointer=pointer
        ) from problem


@cache
def _by_id(kind: type[R], lock: bool) -> CompiledSelect[R]:
    statement = select(kind).where(col(kind.id) == bindparam("id"))
    return CompiledSelect(statement.with_for_update() if lock else statement)
