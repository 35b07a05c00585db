"""Statements that are asked of every placement, or of one alone: two plans, where one that fits both uses no index."""

from typing import NamedTuple, Self
from uuid import UUID

from sqlalchemy import text

from app.database.queries import CompiledQuery


class PlacementQueries(NamedTuple):
    """One statement for all placements of a provider or of everybody, and one for a single placement."""

    of_all: CompiledQuery
    of_one: CompiledQuery

    @classmethod
    def compile(cls, sql: str, *, placement: str = "placement_id", provider: str = "provider_id") -> Self:
        """Of SQL with `{asked_for}` among its conditions, and the columns of the placement and its provider."""
        of_provider = f"(cast(:provider_id as uuid) is null or {provider} = :provider_id)"
        of_one = f"{placement} = :placement_id and {of_provider}"
        return cls(
            CompiledQuery(text(sql.format(asked_for=of_provider))), CompiledQuery(text(sql.format(asked_for=of_one)))
        )

    def pick(self, placement_id: UUID | None) -> CompiledQuery:
        """The statement for what is asked."""
        return self.of_all if placement_id is None else self.of_one
