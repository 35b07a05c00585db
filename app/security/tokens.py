"""Verifies bearer tokens: one becomes an `Actor`, or the call is refused.

    Authorization header -> one RS256 token of a trusted issuer -> Actor -> allow(roles) in the route's signature

What holds for every signed token stands in `signatures`.
"""

import hashlib
import re
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import httpx
from prometheus_client import Counter

from app import clock
from app.http.problems import UNAUTHENTICATED, UNAVAILABLE, Problem
from app.issuers import Issuer
from app.rules.identifiers import is_organisation_number
from app.security.jwks import RETRY_SECONDS, KeySet
from app.security.roles import EMPLOYEE_ROLES, EXCLUSIVE_ROLES, SCOPES, SERVICE_AREAS, Actor
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

TOKEN_TYPES = frozenset({"jwt", "at+jwt", "application/at+jwt"})
# Claims of OpenID Connect's ID tokens alone: they tell a client who logged in, and open nothing.
ID_TOKEN_CLAIMS = frozenset({"nonce", "at_hash", "c_hash", "s_hash"})
# Claims that make a machine's token worth less than its scopes say: a system user's, or one for a single person.
RESTRICTIONS = frozenset({"authorization_details", "pid"})

VERIFIED_SECONDS = 60

_ORGANISATION = re.compile(r"0192:([0-9]{9})")

REFUSALS = Counter("vekstplass_tokens_refused_total", "Calls refused for want of a valid token.", ["reason"])

REASONS: Mapping[str, str] = {
    "missing": "Kallet manglar tilgangsbevis; send «Authorization: Bearer …».",
    "several": "Kallet har fleire «Authorization»-felt; send nøyaktig eitt.",
    "too_large": "Tilgangsbeviset er større enn 8 KB.",
    "malformed": "Tilgangsbeviset er ikkje eit velforma JWT.",
    "algorithm": "Tilgangsbeviset må vere signert med RS256.",
    "critical": "Tilgangsbeviset krev utvidingar som tenesta ikkje kjenner.",
    "type": "Dette er eit anna slag bevis enn eit tilgangsbevis.",
    "issuer": "Tilgangsbeviset er utferda av nokon tenesta ikkje lit på.",
    "key": "Tilgangsbeviset er signert med ein ukjend nøkkel.",
    "signature": "Signaturen på tilgangsbeviset stemmer ikkje.",
    "audience": "Tilgangsbeviset er meint for ei anna teneste.",
    "claims": "Tilgangsbeviset manglar opplysningar, eller dei har feil form.",
    "expired": "Tilgangsbeviset har gått ut; hent eit nytt.",
    "not_yet_valid": "Tilgangsbeviset gjeld ikkje enno.",
    "lifetime": "Tilgangsbeviset gjeld lenger enn tenesta godtek.",
    "restricted": "Tilgangsbeviset har ei avgrensing som tenesta ikkje støttar (systembrukar, person eller nøkkel).",
    "organisation": "Tilgangsbeviset seier ikkje kva verksemd som kallar, med gyldig organisasjonsnummer.",
    "client": "Tilgangsbeviset er utferda til ein klient som tenesta ikkje kjenner.",
    "level": "Innlogginga er ikkje på eit nivå som tenesta godtek.",
    "exclusive_roles": "Same person kan ikkje vere både sakshandsamar og revisor.",
    "issuer_down": "Tenesta får ikkje henta nøklane til den som utferda tilgangsbeviset. Prøv igjen om litt.",
}


class TokenVerifier:
    """The issuers that are trusted, their keys, and the tokens verified within the last minute.

    Args:
        issuers: each with its own `iss`; raises `ValueError` for two with the same, or an `aud` that names nobody.
        client: fetches key sets; nothing is fetched before the first token asks for it.
        max_lifetime: seconds from `iat` to `exp`, at most.
        max_person_lifetime: of a person's token; None: as of any.
        skew: seconds by which an issuer's clock may differ from ours.
        fetch_timeout: seconds for one key set, all in all.
        remembered: how many verified tokens are kept.
    """

    def __init__(
        self,
        issuers: Sequence[Issuer],
        client: httpx.AsyncClient,
        *,
        max_lifetime: int = 12 * 3600,
        max_person_lifetime: int | None = None,
        skew: int = 10,
        fetch_timeout: float = 2.0,
        remembered: int = 10_000,
        now: Callable[[], datetime] = clock.now,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._key_sets = {issuer.issuer: KeySet(issuer, client, fetch_timeout, monotonic) for issuer in issuers}
        if len(self._key_sets) != len(issuers):
            raise ValueError("an issuer is configured twice")
        if any(issuer.audience in ("", "unspecified") for issuer in issuers):
            raise ValueError("an issuer's audience must name this service")
        self._max_lifetime = {"machine": max_lifetime, "person": max_person_lifetime or max_lifetime}
        self._skew = skew
        self._remembered = remembered
        self._now = now
        self._monotonic = monotonic
        self._verified: OrderedDict[bytes, tuple[Actor, float]] = OrderedDict()

    async def authenticate(self, authorization_headers: Sequence[str]) -> Actor:
        """The caller behind a request's `Authorization` headers.

        Raises:
            Problem: 401 `unauthenticated`, or 503 `unavailable` when the issuer has not been reached yet.
        """
        try:
            token = _bearer(authorization_headers)
            digest = hashlib.sha256(token).digest()
            known = self._verified.get(digest)
            if known is not None and self._monotonic() < known[1]:
                return known[0]
            actor, seconds_left = await self._verify(token.decode())
        except TokenRefused as refusal:
            REFUSALS.labels(refusal.reason).inc()
            raise _problem(refusal.reason) from None
        self._remember(digest, actor, seconds_left)
        return actor

    def _remember(self, digest: bytes, actor: Actor, seconds_left: int) -> None:
        self._verified.pop(digest, None)
        if seconds_left <= 0:
            return
        self._verified[digest] = actor, self._monotonic() + min(VERIFIED_SECONDS, seconds_left)
        while len(self._verified) > self._remembered:
            self._verified.popitem(last=False)

    async def _verify(self, token: str) -> tuple[Actor, int]:
        header_part, claims_part, _ = token.split(".")
        kid = read_key_id(read_part(header_part), TOKEN_TYPES)
        claims = read_part(claims_part)
        named = claims.get("iss")
        keys = self._key_sets.get(named) if isinstance(named, str) else None
        if keys is None:
            raise TokenRefused("issuer")
        audience = claims.get("aud")
        if keys.issuer.audience not in (audience if isinstance(audience, list) else [audience]):
            raise TokenRefused("audience")
        issued, ends = read_instant(claims, "iat"), read_instant(claims, "exp")
        begins = read_instant(claims, "nbf", optional=True)
        key = await keys.key(kid)
        if key is None:
            raise TokenRefused("issuer_down" if keys.is_empty else "key")
        check_signature(token, key, issuer=keys.issuer.issuer, audience=keys.issuer.audience)
        seconds_left = self._check_time(issued, begins, ends, self._max_lifetime[keys.issuer.kind])
        if "cnf" in claims:  # bound to a key that the caller would have to prove (DPoP, mutual TLS), and did not
            raise TokenRefused("restricted")
        _check_client(claims, keys.issuer)
        read = _machine if keys.issuer.kind == "machine" else _person
        return replace(read(claims, keys.issuer), token_ends_at=ends), seconds_left

    def _check_time(self, issued: int, begins: int, ends: int, max_lifetime: int) -> int:
        now = int(self._now().timestamp())
        check_instants(issued, begins, ends, now, self._skew)
        if not 0 < ends - issued <= max_lifetime:
            raise TokenRefused("lifetime")
        return ends - now


def _problem(reason: str) -> Problem:
    """The answer: 401 with a challenge (RFC 6750 § 3), or 503 while no key of the issuer is known."""
    if reason == "issuer_down":
        return UNAVAILABLE(REASONS[reason], headers={"Retry-After": str(RETRY_SECONDS)})
    challenge = "Bearer" if reason == "missing" else 'Bearer error="invalid_token"'
    return UNAUTHENTICATED(REASONS[reason], headers={"WWW-Authenticate": challenge})


def _bearer(headers: Sequence[str]) -> bytes:
    """The one token, within 8 KB and of three base64url parts; nothing of it is decoded before that."""
    if not headers:
        raise TokenRefused("missing")
    if len(headers) > 1:
        raise TokenRefused("several")
    if len(headers[0]) > TOKEN_BYTES + len("Bearer "):
        raise TokenRefused("too_large")
    scheme, _, token = headers[0].strip(" ").partition(" ")
    token = token.lstrip(" ")
    if scheme.lower() != "bearer" or not token:
        raise TokenRefused("missing")
    if not TOKEN.fullmatch(token):
        raise TokenRefused("malformed")
    return token.encode()


def _check_client(claims: Mapping[str, object], issuer: Issuer) -> None:
    """Who asked for the token, where the settings name its clients. `azp` counts before `client_id` (RFC 9068)."""
    if issuer.client_ids and claims.get("azp", claims.get("client_id")) not in issuer.client_ids:
        raise TokenRefused("client")


def _machine(claims: Mapping[str, object], issuer: Issuer) -> Actor:
    """A Maskinporten token: the caller is the consumer, never the client. A scope we do not know gives no role."""
    token_type = claims.get("token_type", "Bearer")
    if RESTRICTIONS & claims.keys() or not isinstance(token_type, str) or token_type.lower() != "bearer":
        raise TokenRefused("restricted")
    scope = claims.get("scope", "")
    if not isinstance(scope, str):
        raise TokenRefused("claims")
    organisation = read_organisation(claims.get("consumer"))
    return Actor(
        subject=f"0192:{organisation}",
        kind="machine",
        roles=frozenset(SCOPES[name] for name in scope.split(" ") if name in SCOPES),
        organisation=organisation,
        supplier=read_organisation(claims["supplier"]) if "supplier" in claims else None,
        issuer=issuer.issuer,
    )


def read_organisation(party: object) -> str:
    """The organisation number of a `consumer` or `supplier`, its check digit controlled."""
    if isinstance(party, dict) and party.get("authority") == "iso6523-actorid-upis":
        written = party.get("ID")
        match = _ORGANISATION.fullmatch(written) if isinstance(written, str) else None
        if match and is_organisation_number(match[1]):
            return match[1]
    raise TokenRefused("organisation")


def _person(claims: Mapping[str, object], issuer: Issuer) -> Actor:
    """An employee of the municipality, or of a provider, which the claim `organisation` names (nine digits).

    The role `service` counts only together with a known service area; `provider` only with an organisation, and alone.
    """
    subject, given = read_subject(claims, issuer.subject_claim), claims.get("roles", [])
    if not isinstance(given, list):
        raise TokenRefused("claims")
    if ID_TOKEN_CLAIMS & claims.keys():
        raise TokenRefused("type")
    if issuer.acr and claims.get("acr") not in issuer.acr:
        raise TokenRefused("level")
    if EXCLUSIVE_ROLES.issubset(role for role in given if isinstance(role, str)):
        raise TokenRefused("exclusive_roles")
    known: dict[str, Any] = {"issuer": issuer.issuer, "issuer_name": issuer.name}
    area = claims.get("service_area")
    service_area = area if isinstance(area, str) and area in SERVICE_AREAS and "service" in given else None
    number = claims.get("organisation")
    if given == ["provider"] and isinstance(number, str) and is_organisation_number(number):
        return Actor(subject, "person", frozenset(given), organisation=number, **known)
    roles = frozenset[str](role for role in EMPLOYEE_ROLES if role in given and (role != "service" or service_area))
    return Actor(subject, "person", roles, service_area=service_area, **known)
