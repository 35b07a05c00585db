"""Who may call what: the roles, the caller who has them, and the guard in a route's signature."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Literal, get_args

from fastapi import Depends, Request
from fastapi.openapi.models import HTTPBearer
from fastapi.security.base import SecurityBase

from app.database.identity import DatabaseIdentity
from app.http.declarations import RoleGuard
from app.http.endpoint import Authenticator
from app.http.names import join_alternatives
from app.http.problems import ROLE_REQUIRED

Role = Literal["case_officer", "service", "provider", "epj", "finance", "auditor", "grants_officer", "manager"]
ROLES: tuple[Role, ...] = get_args(Role)

# A machine's roles come from scopes that the municipality grants in Maskinporten, its own people's from its directory;
# neither can bring a role of the other. An enterprise's people have its role, and no other.
SCOPES: Mapping[str, Role] = {
    "alver:plass/leverandor": "provider",
    "alver:plass/epj": "epj",
    "alver:plass/okonomi": "finance",
}
EMPLOYEE_ROLES: frozenset[Role] = frozenset(
    {"case_officer", "service", "finance", "auditor", "grants_officer", "manager"}
)
# Who checks the log is none of those whose looks are in it.
EXCLUSIVE_ROLES: frozenset[Role] = frozenset({"case_officer", "auditor"})
SERVICE_AREAS = frozenset({"habilitation", "mental_health"})

ROLE_NAMES: Mapping[Role, str] = {
    "case_officer": "Forvaltningskontoret",
    "service": "utøvande teneste",
    "provider": "vekstbedrifta",
    "epj": "EPJ",
    "finance": "økonomi",
    "auditor": "revisoren",
    "grants_officer": "Fagutvikling",
    "manager": "leiinga",
}
"""The roles as people say them, in nynorsk."""


OTHER_LOGIN = (
    "Den andre er logga inn gjennom ei anna teneste, og då er det ikkje sikkert at de er to personar. Ein som loggar"
    " inn same stad som den andre, må avgjere."
)
"""Why an act that takes two people is refused where they are known by two issuers."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who is calling, as a trusted issuer says it. `organisation` and `supplier` are nine digits.

    `issuer_name` is empty for the issuer of people that has none in the settings, and `token_ends_at` in seconds since
    1970, None for a caller without a token.
    """

    subject: str
    kind: Literal["machine", "person"]
    roles: frozenset[str]
    organisation: str | None = None
    supplier: str | None = None
    service_area: str | None = None
    issuer: str = ""
    issuer_name: str = ""
    token_ends_at: int | None = field(default=None, compare=False)

    @property
    def name(self) -> str:
        """How logs and rows name the caller: `org:0192:<number>`, `person:<sub>` or `person@<issuer's name>:<sub>`."""
        if self.kind == "machine":
            return f"org:{self.subject}"
        return f"person{'@' if self.issuer_name else ''}{self.issuer_name}:{self.subject}"

    def is_another_person_than(self, name: str) -> bool:
        """Whether this person is known not to be the one who is named so in a row.

        Known by two issuers, one person has two names: only of one issuer's are two names two people. An act that takes
        two people asks this, and not whether the names differ. A system's name is no person's.
        """
        issuer, _, _ = self.name.partition(":")
        other, _, _ = name.partition(":")
        return name != self.name and (other == issuer or other == "org")

    def limited_to(self, roles: frozenset[str]) -> "Actor":
        """The caller with only those of its roles that an operation is for."""
        return self if self.roles <= roles else replace(self, roles=self.roles & roles)

    @property
    def identity(self) -> DatabaseIdentity:
        """What PostgreSQL is given, for its row-level security."""
        return DatabaseIdentity(
            actor=self.name, roles=self.roles, organisation=self.organisation, service_area=self.service_area
        )


class Allowed(RoleGuard, SecurityBase):
    """The dependency behind a role alias: the actor when one of `roles` is theirs, else 403 `role-required`.

    For OpenAPI it is the bearer scheme itself, so every operation that has it documents its security.
    """

    model = HTTPBearer(
        bearerFormat="JWT", description="Bearer token (JWT, RS256) from Maskinporten or the municipality."
    )
    scheme_name = "bearer"

    def __init__(self, roles: frozenset[Role]) -> None:
        super().__init__(frozenset(roles))

    async def __call__(self, request: Request) -> Actor:
        actor = request.scope.get("state", {}).get("actor")
        if actor is None:  # a route of another class than ours: it may cost time, never the wall
            authenticator: Authenticator = request.app.state.authenticator
            actor = await authenticator.authenticate(request.headers.getlist("authorization"))
        assert isinstance(actor, Actor)
        if self.roles.isdisjoint(actor.roles):
            names = [name for role, name in ROLE_NAMES.items() if role in self.roles]
            raise ROLE_REQUIRED(f"Dette kan berre {join_alternatives(names)} gjere.")
        return actor


def allow(*roles: Role) -> Any:
    """For a route's signature: `actor: Annotated[Actor, allow("case_officer", "finance")]`. Any one of them will do."""
    if not roles:
        raise ValueError("a route that nobody may call")
    return Depends(Allowed(frozenset(roles)))


Epj = Annotated[Actor, allow("case_officer", "epj")]
