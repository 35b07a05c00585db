"""What every table has: naming of constraints, an id, and when a row was made and last changed."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import DateTime, MetaData, func
from sqlmodel import Field, SQLModel

from app.clock import new_id

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
metadata: MetaData = SQLModel.metadata

NIL_UUID = UUID(int=0)
"""RFC 9562, 5.9: stands for no row."""


def instant(*, on_update: bool = False) -> Any:
    """A `timestamptz` column that the database fills with the transaction's time."""
    times: dict[str, Any] = {"server_default": func.now()}
    if on_update:
        times["onupdate"] = func.now()
    return Field(default=None, sa_type=DateTime(timezone=True), sa_column_kwargs=times, nullable=False)


class Row(SQLModel):
    """The columns of every table: a version 7 UUID, and two instants."""

    # RETURNING on update as well: a lazily fetched `updated_at` would be a hidden query.
    __mapper_args__: ClassVar[dict[str, Any]] = {"eager_defaults": True}

    id: UUID = Field(default_factory=new_id, primary_key=True)
    created_at: datetime = instant()
    updated_at: datetime = instant(on_update=True)


class AnnullableRow(Row):
    """A row that is annulled with a reason when it was recorded by mistake; it stays, and counts for nothing (D10)."""

    annulled_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    annulled_reason: str | None = None


ANNULLED_TOGETHER = "(annulled_at is null) = (annulled_reason is null)"
"""The check of a table of annullable rows."""
