"""Reads an id token (OpenID Connect Core § 3.1.3.7): who has logged in, and what they are here."""

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.http.identity_numbers import holds_identity_number
from app.issuers import Login
from app.security.jwks import KeySet
from app.security.roles import EXCLUSIVE_ROLES, Actor
from app.security.signatures import (
    TOKEN,
    TOKEN_BYTES,
    TokenRefused,
    check_instants,
    check_signature,
    read_instant,
    read_key_id,
    read_part,
    read_subject,
)
from app.security.tokens import read_organisation

# An access token (`at+jwt`) is none.
_TYPES = frozenset({"jwt"})
_NAME_LENGTH = 100
_IDENTITY_NUMBER = re.compile(r"[0-9]{11}")
_LETTERS = str.maketrans("0123456789", "ghijklmnop")


@dataclass(frozen=True, slots=True)
class Identity:
    """A person who has logged in, what they are called on the page, and by what the issuer is asked of them again."""

    actor: Actor
    name: str
    refresh_token: str | None = None


@dataclass(frozen=True, slots=True)
class Expected:
    """What the id token of one login must say. `now` and `skew` are seconds.

    A token that comes by a refresh token need have no nonce (OpenID Connect Core § 12.2): None.
    """

    nonce: str | None
    now: int
    skew: int


async def verify_id_token(
    token: object, login: Login, keys: KeySet, expected: Expected, access_token: str | None
) -> Mapping[str, object]:
    """The claims of a token that this issuer made for this client and this very login.

    Raises `TokenRefused`: malformed, algorithm, critical, type, key, issuer, audience, authorized_party, claims,
    issuer_down, signature, expired, not_yet_valid, nonce or level.
    """
    if not isinstance(token, str) or len(token) > TOKEN_BYTES or not TOKEN.fullmatch(token):
        # Also one without a signature (`alg` none), whose last part is empty.
        raise TokenRefused("malformed")
    header_part, claims_part, _ = token.split(".")
    kid = read_key_id(read_part(header_part), _TYPES)
    claims = read_part(claims_part)
    if claims.get("iss") != login.issuer:
        raise TokenRefused("issuer")
    _check_audience(claims, login.client_id)
    issued, ends = read_instant(claims, "iat"), read_instant(claims, "exp")
    begins = read_instant(claims, "nbf", optional=True)
    key = await keys.key(kid)
    if key is None:
        raise TokenRefused("issuer_down" if keys.is_empty else "key")
    check_signature(token, key, issuer=login.issuer, audience=login.client_id, access_token=access_token)
    check_instants(issued, begins, ends, expected.now, expected.skew)
    if expected.nonce is not None and claims.get("nonce") != expected.nonce:
        raise TokenRefused("nonce")
    if login.acr and claims.get("acr") not in login.acr:
        raise TokenRefused("level")
    return claims


def _check_audience(claims: Mapping[str, object], client_id: str) -> None:
    """The token is for this client and for no other; where it names who asked for it (`azp`), that is this client."""
    audience = claims.get("aud")
    if audience != client_id and audience != [client_id]:
        raise TokenRefused("audience")
    if claims.get("azp", client_id) != client_id:
        raise TokenRefused("authorized_party")


def read_identity(claims: Mapping[str, object], login: Login, subject_key: bytes) -> Identity:
    """Who has logged in, by verified claims.

    Args:
        subject_key: what a national identity number as subject is digested under: it is not stored.

    Raises `TokenRefused`: claims, no_role, too_many_groups, exclusive_roles, several_areas,
    no_organisation or several_organisations.
    """
    subject = _read_subject(claims, login, subject_key)
    known: dict[str, Any] = {"issuer": login.issuer, "issuer_name": login.issuer_name}
    if login.kind == "provider":
        organisation = _read_authorized_party(claims.get("authorization_details"), login)
        actor = Actor(subject, "person", frozenset({"provider"}), organisation=organisation, **known)
        return Identity(actor, _read_name(claims) or f"Tilsett, org.nr. {organisation}")
    roles, service_area = _read_roles(claims, login)
    actor = Actor(subject, "person", roles, service_area=service_area, **known)
    return Identity(actor, _read_name(claims) or "Tilsett i kommunen")


def _read_subject(claims: Mapping[str, object], login: Login, subject_key: bytes) -> str:
    if login.subject_claim != "pid":
        return read_subject(claims, login.subject_claim)
    number = claims.get("pid")
    if not isinstance(number, str) or not _IDENTITY_NUMBER.fullmatch(number):
        raise TokenRefused("claims")
    # In letters alone: no part of it can be taken for an identity number.
    return f"pid-{hmac.digest(subject_key, number.encode(), 'sha256').hex().translate(_LETTERS)}"


def _read_name(claims: Mapping[str, object]) -> str:
    name = claims.get("name")
    # It stays beside what the person did: an issuer that gives a number for a name gives none.
    if not isinstance(name, str) or not name.isprintable() or holds_identity_number(name):
        return ""
    return " ".join(name.split())[:_NAME_LENGTH]


def _read_roles(claims: Mapping[str, object], login: Login) -> tuple[frozenset[str], str | None]:
    """The roles that the settings give for a person's groups or roles in the directory, and the service area."""
    given = claims.get(login.roles_claim, [])
    if isinstance(given, str):
        given = [given]
    if not isinstance(given, list):
        raise TokenRefused("claims")
    named = {login.roles[value] for value in given if isinstance(value, str) and value in login.roles}
    if not named:
        # Entra ID leaves out the groups of somebody who is in more than 200, and says where to ask for them.
        left_out = claims.get("_claim_names")
        raise TokenRefused(
            "too_many_groups" if isinstance(left_out, dict) and login.roles_claim in left_out else "no_role"
        )
    if named >= EXCLUSIVE_ROLES:
        raise TokenRefused("exclusive_roles")
    areas = [name.removeprefix("service:") for name in named if name.startswith("service:")]
    if len(areas) > 1:
        raise TokenRefused("several_areas")
    return frozenset(name.partition(":")[0] for name in named), areas[0] if areas else None


def _read_authorized_party(details: object, login: Login) -> str:
    """The one organisation that the person has chosen to act for, of those that may have what the login asks for.

    The form is Ansattporten's: `authorization_details` (RFC 9396) of a type and a resource, with `authorized_parties`.
    """
    # A list, since what is looked for in it may be anything that JSON can say.
    asked = [(detail["type"], detail["resource"]) for detail in login.authorization_details]
    parties = [
        party
        for detail in (details if isinstance(details, list) else [])
        if isinstance(detail, dict) and (detail.get("type"), detail.get("resource")) in asked
        for party in _as_list(detail.get("authorized_parties"))
    ]
    numbers = {read_organisation(party.get("orgno") if isinstance(party, dict) else None) for party in parties}
    if len(numbers) > 1:
        raise TokenRefused("several_organisations")
    for number in numbers:
        return number
    raise TokenRefused("no_organisation")


def _as_list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
