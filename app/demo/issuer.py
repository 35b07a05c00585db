"""The demo's own token issuer: it stands in for Maskinporten and for the municipality's OpenID provider.

Its key is made at the first start and stays in the data directory, so tokens outlive a restart. Production never
loads this: it trusts the issuers of its settings alone.
"""

import base64
import fcntl
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from jose import jwt

from app import clock
from app.issuers import Issuer
from app.rules.identifiers import is_organisation_number
from app.security.roles import EMPLOYEE_ROLES, ROLES, SCOPES, SERVICE_AREAS
from app.security.signatures import ALGORITHM

AUDIENCE = "https://vekstplass.demo.invalid"
NAMES: Mapping[Literal["machine", "person"], str] = {
    "machine": "https://maskinporten.demo.invalid/",
    "person": "https://innlogging.demo.invalid",
}
# The municipality itself, for machines that are its own; synthetic, like every number of the demo.
MUNICIPALITY = "310200409"
LIFETIME = timedelta(hours=8)

_KEY_FILE = "issuer.pem"
_LOCK_FILE = "issuer.lock"
_SCOPE_OF: Mapping[str, str] = {role: scope for scope, role in SCOPES.items()}


@dataclass(frozen=True, slots=True)
class DemoIssuer:
    """Both issuers of the demo, which share one key."""

    pem: str = field(repr=False)
    kid: str
    jwks: dict[str, Any]

    def issuer_for(self, kind: Literal["machine", "person"]) -> str:
        """The `iss` of the tokens for machines or for people."""
        return NAMES[kind]

    @property
    def issuers(self) -> tuple[Issuer, ...]:
        """What `Settings.issuers` is in the demo."""
        return tuple(Issuer(issuer=NAMES[kind], audience=AUDIENCE, kind=kind, jwks=self.jwks) for kind in NAMES)

    def mint(
        self,
        role: str,
        organisation: str | None = None,
        service_area: str | None = None,
        subject: str | None = None,
        lifetime: timedelta = LIFETIME,
    ) -> str:
        """A token with one role: a machine's where the role has a scope and no subject is named, else a person's.

        Raises:
            ValueError: an unknown role, or what the role needs is missing (an organisation for `provider`, a service
                area for `service`) or cannot belong to it; the message says which.
        """
        if role not in ROLES:
            raise ValueError(f"unknown role {role}: one of {', '.join(ROLES)}")
        if role in _SCOPE_OF and subject is None:
            claims = _machine_claims(role, organisation)
            kind: Literal["machine", "person"] = "machine"
        else:
            claims = _person_claims(role, organisation, service_area, subject)
            kind = "person"
        issued = int(clock.now().timestamp())
        claims |= {"iss": NAMES[kind], "aud": AUDIENCE, "iat": issued, "exp": issued + int(lifetime.total_seconds())}
        return jwt.encode({**claims, "jti": str(uuid4())}, self.pem, ALGORITHM, headers={"kid": self.kid})


def load_or_create(data_dir: Path) -> DemoIssuer:
    """The issuer whose key lies in `data_dir`, made at the first call; processes that start at once get the same one.

    Raises `OSError` when the directory cannot be written, `ValueError` when the file there is not an RSA key.
    """
    path = data_dir / _KEY_FILE
    if not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        with (data_dir / _LOCK_FILE).open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not path.exists():
                _write_key(path)
    pem = path.read_bytes()
    key = load_pem_private_key(pem, password=None)
    if not isinstance(key, RSAPrivateKey):
        raise ValueError(f"{path} is not an RSA key")
    numbers = key.public_key().public_numbers()
    public = {"e": _base64url(numbers.e), "kty": "RSA", "n": _base64url(numbers.n)}
    # RFC 7638: the key's own fingerprint, so a new key is never taken for the old one.
    thumbprint = hashlib.sha256(json.dumps(public, separators=(",", ":"), sort_keys=True).encode()).digest()
    kid = base64.urlsafe_b64encode(thumbprint).rstrip(b"=").decode()
    return DemoIssuer(pem.decode(), kid, {"keys": [{**public, "kid": kid, "use": "sig", "alg": ALGORITHM}]})


def _write_key(path: Path) -> None:
    """A new key, there whole or not at all, readable by its owner alone."""
    pem = generate_private_key(65537, 2048).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)  # left by a start that was killed
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def _machine_claims(role: str, organisation: str | None) -> dict[str, Any]:
    if organisation is None and role == "provider":
        raise ValueError("the role provider needs an organisation")
    number = organisation or MUNICIPALITY
    if not is_organisation_number(number):
        raise ValueError(f"{number} is not a valid organisation number")
    return {
        "consumer": {"authority": "iso6523-actorid-upis", "ID": f"0192:{number}"},
        "scope": _SCOPE_OF[role],
        "client_id": "demo",
        "token_type": "Bearer",
    }


def _person_claims(
    role: str, organisation: str | None, service_area: str | None, subject: str | None
) -> dict[str, Any]:
    if role == "provider":
        if organisation is None or not is_organisation_number(organisation):
            raise ValueError("the role provider needs a valid organisation number")
        return {"sub": subject, "roles": [role], "organisation": organisation}
    if role not in EMPLOYEE_ROLES:
        raise ValueError(f"the role {role} belongs to machines")
    if organisation is not None:
        raise ValueError(f"the role {role} belongs to the municipality's own people and has no organisation")
    if (service_area not in SERVICE_AREAS) if role == "service" else (service_area is not None):
        raise ValueError(f"a service area ({', '.join(sorted(SERVICE_AREAS))}) goes with the role service, and only it")
    area = {"service_area": service_area} if service_area else {}
    return {"sub": subject or f"demo-{role.replace('_', '-')}", "roles": [role], **area}


def _base64url(number: int) -> str:
    octets = number.to_bytes((number.bit_length() + 7) // 8)
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()
