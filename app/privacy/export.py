"""What is held about a person, table by table."""

from uuid import UUID

from pydantic import JsonValue
from pydantic_core import to_jsonable_python
from sqlalchemy import select

from app.database.unit_of_work import UnitOfWork
from app.privacy.personal_data import PERSONAL_DATA


async def load_personal_data(unit: UnitOfWork, participant_id: UUID) -> dict[str, list[dict[str, JsonValue]]]:
    """Every row about a person, table by table, all columns but the encrypted ones."""
    rows: dict[str, list[dict[str, JsonValue]]] = {}
    for entry in PERSONAL_DATA:
        statement = (
            select(*entry.exported_columns)
            .where(entry.of_person(entry.table, participant_id))
            .order_by(*entry.table.primary_key)
        )
        found = (await unit.session.execute(statement)).mappings()
        rows[entry.name] = [to_jsonable_python(dict(row)) for row in found]
    return rows
