"""Snapshots of a year's export (C6)."""

from datetime import date
from typing import Any

from sqlalchemy import CheckConstraint, SmallInteger, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from app.database.base import Row


class BudgetSnapshot(Row, table=True):
    """The rows and figures of a year's export on a day, as JSON. Never edited."""

    __tablename__ = "budget_snapshot"
    __table_args__ = (
        UniqueConstraint("year", "name"),
        CheckConstraint("year between 1900 and 2099", name="year"),
        CheckConstraint("length(name) between 1 and 500", name="name"),
    )

    year: int = Field(sa_type=SmallInteger)
    name: str
    on: date
    taken_by: str
    rows: list[dict[str, Any]] = Field(sa_type=JSONB)
    figures: dict[str, Any] = Field(sa_type=JSONB)

    @property
    def frame(self) -> str | None:
        """Kroner as text, of the figures."""
        frame: str | None = self.figures["frame"]
        return frame

    @property
    def incurred(self) -> str:
        """Kroner as text, of the figures."""
        return str(self.figures["incurred"])

    @property
    def forecast(self) -> str:
        """Kroner as text, of the figures."""
        return str(self.figures["forecast"])
