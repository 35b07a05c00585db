"""The issuers of the settings: whose tokens open the API, and by whom people log in on the page."""

from typing import Any, Literal, Self

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

_ISSUER_NAME = r"^[a-z0-9-]{0,20}$"


class Issuer(BaseModel):
    """One token issuer that is trusted: Maskinporten for machines, an OpenID provider for people.

    Attributes:
        name: tells the people of this issuer from those of another with the same `sub`: they are `person@<name>:<sub>`
            instead of `person:<sub>`. Of several issuers of people all but one have a name, which never changes.
        client_ids: which clients' tokens are accepted, by `azp` or `client_id`; none named: every client's.
        acr: how a person must have logged in, by `acr`; none named: however.
        subject_claim: which claim is the person, as a `Login`'s.
        jwks_minutes: how long fetched keys are used before they are fetched again (a day, as Digdir advises): a key
            that the issuer withdraws is good for so long at most.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    issuer: str
    audience: str
    kind: Literal["machine", "person"]
    jwks_uri: str | None = None
    jwks: dict[str, Any] | None = None
    name: str = Field(default="", pattern=_ISSUER_NAME)
    client_ids: tuple[str, ...] = ()
    acr: tuple[str, ...] = ()
    subject_claim: Literal["sub", "oid"] = "sub"
    jwks_minutes: int = Field(default=24 * 60, ge=1, le=24 * 60)

    @model_validator(mode="after")
    def _has_one_key_source(self) -> Self:
        if (self.jwks_uri is None) == (self.jwks is None):
            raise ValueError("an issuer has either jwks_uri or jwks")
        return self


def _is_rsa_key(pem: str) -> bool:
    try:
        return isinstance(load_pem_private_key(pem.encode(), password=None), RSAPrivateKey)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return False


class Login(BaseModel):
    """One issuer that people log in by on the page (OpenID Connect): the municipality's directory, or Ansattporten.

    Args:
        name: stands in addresses and logs.
        label: stands on the button.
        client_secret, client_key: how the service proves who it is: a secret, or a private RSA key in PEM, which the
            issuer knows as `client_key_id`.
        issuer_name: as an issuer's `name`.
        acr: levels of assurance that are good enough, the lowest first, which is asked for; none: not looked at.
        subject_claim: which claim is the person; a `pid` is a national identity number, and only its digest is kept.
        roles_claim, roles: of employees: which claim has their roles or groups, and what those are here.
        authorization_details: of providers' people: what they must be allowed to do for their organisation (RFC 9396).
        session_minutes: how long a login lasts, at most.
        renew_minutes: how often the issuer is asked again who somebody is, where it gives refresh tokens.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[a-z0-9-]{1,30}$")
    label: str = Field(min_length=1, max_length=60)
    kind: Literal["employee", "provider"]
    issuer: str = Field(pattern=r"^https?://[!-~]+$")
    client_id: str = Field(min_length=1)
    client_secret: SecretStr | None = None
    client_key: SecretStr | None = None
    client_key_id: str | None = None
    issuer_name: str = Field(default="", pattern=_ISSUER_NAME)
    scope: str = "openid profile"
    acr: tuple[str, ...] = ()
    subject_claim: Literal["sub", "oid", "pid"] = "sub"
    roles_claim: str = "roles"
    roles: dict[
        str,
        Literal[
            "case_officer",
            "finance",
            "auditor",
            "grants_officer",
            "manager",
            "service:habilitation",
            "service:mental_health",
        ],
    ] = {}
    authorization_details: tuple[dict[str, Any], ...] = ()
    session_minutes: int = Field(default=8 * 60, ge=5, le=24 * 60)
    renew_minutes: int = Field(default=10, ge=1, le=24 * 60)

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        if (self.client_secret is None) == (self.client_key is None):
            raise ValueError("a login has either client_secret or client_key")
        if self.client_key is not None and not _is_rsa_key(self.client_key.get_secret_value()):
            raise ValueError("client_key is a private RSA key in PEM")
        if "openid" not in self.scope.split():
            raise ValueError("the scope has openid")
        if self.kind == "employee" and (not self.roles or self.authorization_details):
            raise ValueError("employees have roles, and no authorization_details")
        if self.kind == "provider" and (self.roles or not self.authorization_details):
            raise ValueError("providers' people have authorization_details, and no roles")
        if any(
            not isinstance(detail.get(name), str)
            for detail in self.authorization_details
            for name in ("type", "resource")
        ):
            raise ValueError("authorization_details have a type and a resource")
        return self
