"""Who is calling, as PostgreSQL takes it, for its row-level security."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Self

from app import clock

# Roles, organisation, area and actor of the caller, and today, for this transaction alone; answers the provider's
# id, if any.
SET_CALLER = "select set_caller($1, $2, $3, $4, $5, $6)"
SET_ROLES = "select set_config('app.roles', $1, true)"


@dataclass(frozen=True, slots=True)
class DatabaseIdentity:
    """The caller of a transaction: who, in which roles, for which organisation or service area."""

    actor: str
    roles: frozenset[str] = field(default_factory=frozenset)
    organisation: str | None = None
    service_area: str | None = None

    def limited_to(self, roles: frozenset[str]) -> Self:
        """The caller with only those of its roles that an operation is for."""
        return replace(self, roles=self.roles & roles)

    def settings(self, provider_ids: Mapping[str, str]) -> tuple[str, str, str, str, str, str]:
        """The parameters of `SET_CALLER`, given the providers' ids by organisation number as far as they are known."""
        organisation = self.organisation or ""
        provider_id = provider_ids.get(organisation, "") if "provider" in self.roles else ""
        today = clock.today().isoformat()
        return self.actor, role_setting(self.roles), organisation, self.service_area or "", provider_id, today


NOBODY = DatabaseIdentity(actor="nobody")
"""A caller to whom no policy shows a row."""


def role_setting(roles: frozenset[str]) -> str:
    """Roles as the setting `app.roles` has them."""
    return ",".join(sorted(roles))
