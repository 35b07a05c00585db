"""What is held about a person, table by table."""

from datetime import datetime
from uuid import UUID

from pydantic import JsonValue
from pydantic_core import to_jsonable_python
from sqlalchemy import select

from app.database.unit_of_work import UnitOfWork
from app.participants.tables import Participant
from app.privacy.personal_data import PERSONAL_DATA
from app.privacy.schemas import ExportOut
from app.security.identity_numbers import Sealed, decrypt
from app.settings import Settings


async def make_export(unit: UnitOfWork, participant: Participant, now: datetime) -> ExportOut:
    """Everything that is held about a person; of an identity number only that there is one."""
    return ExportOut(
        participant_id=participant.id,
        exported_at=now,
        identity_number_held=participant.identity_number_index is not None,
        held=await load_personal_data(unit, participant.id),
        access_log=f"/v1/participants/{participant.id}/access-log",
    )


def open_identity_number(participant: Participant, settings: Settings) -> str | None:
    """The person's identity number in the clear, for the copy that is theirs by GDPR art. 15 alone; None without one.

    Raises `IdentityNumberUnreadable` where the settings lack the key.
    """
    ciphertext, key_id = participant.identity_number_ciphertext, participant.identity_number_key_id
    if ciphertext is None or key_id is None:
        return None
    return decrypt(Sealed(ciphertext, key_id), participant.id, settings)


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
