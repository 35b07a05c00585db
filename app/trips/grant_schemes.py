"""Other schemes that may support a trip (T17): information that the office keeps, and everybody reads."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import func, or_, select
from sqlmodel import col

from app.database.queries import Queries
from app.database.unit_of_work import UnitOfWork
from app.http.periods import require_not_before
from app.security.roles import Actor
from app.trips.grant_scheme_schemas import GrantSchemeIn, GrantSchemeOut, GrantSchemePatch, GrantSchemesOut
from app.trips.tables import GrantScheme

LICENCE = "NLOD-2.0"
LICENCE_ADDRESS = "https://data.norge.no/nlod/no/2.0"


async def load_grant_schemes(queries: Queries, on: date) -> GrantSchemesOut:
    """T17: those that are open on a day, by name."""
    is_open = or_(col(GrantScheme.closed_on).is_(None), col(GrantScheme.closed_on) > on)
    rows: Sequence[GrantScheme] = await queries.select(
        select(GrantScheme).where(is_open).order_by(col(GrantScheme.name), col(GrantScheme.id))
    )
    changed: datetime | None = await queries.fetch_value(select(func.max(col(GrantScheme.updated_at))))
    return GrantSchemesOut(
        licence=LICENCE,
        licence_address=LICENCE_ADDRESS,
        updated_at=changed,
        items=[GrantSchemeOut.model_validate(row) for row in rows],
    )


async def record_grant_scheme(unit: UnitOfWork, actor: Actor, body: GrantSchemeIn) -> GrantScheme:
    """T17: a scheme, as it was checked on a day."""
    row = GrantScheme(**body.model_dump(), recorded_by=actor.name)
    unit.session.add(row)
    await unit.session.flush()
    return row


async def change_grant_scheme(unit: UnitOfWork, actor: Actor, row: GrantScheme, body: GrantSchemePatch) -> None:
    """T17: what is otherwise, or that it was checked again. Raises 422 for a day before the last check."""
    changes = body.model_dump(exclude_unset=True)
    require_not_before(changes.get("checked_on"), "checked_on", row.checked_on, "førre gongen")
    row.sqlmodel_update(changes | {"recorded_by": actor.name})
    await unit.session.flush()
