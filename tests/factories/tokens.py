"""Tokens for tests: good ones for any role, and hostile ones, all signed by hand: no library is in between.

`ISSUERS` is what the service under test trusts: `Settings(issuers=ISSUERS, …)`.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256, SHA384
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from app import clock
from app.issuers import Issuer

AUDIENCE = "https://plass.kommune.example"
MASKINPORTEN = "https://test.maskinporten.example/"
PEOPLE = "https://innlogging.kommune.example"
KID = "test-1"

PROVIDER_A, PROVIDER_B, MUNICIPALITY = "310300403", "310300411", "310200409"

SCOPES = {"provider": "alver:plass/leverandor", "epj": "alver:plass/epj", "finance": "alver:plass/okonomi"}

Claims = dict[str, Any]


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def compact(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


@cache
def rsa_key(name: str = KID, bits: int = 2048) -> RSAPrivateKey:
    """One key per name and test process."""
    return generate_private_key(65537, bits)


def public_jwk(name: str = KID, **changes: Any) -> dict[str, Any]:
    numbers = rsa_key(name).public_key().public_numbers()
    n = numbers.n.to_bytes((numbers.n.bit_length() + 7) // 8)
    return {"kty": "RSA", "kid": name, "use": "sig", "alg": "RS256", "n": b64(n), "e": "AQAB"} | changes


JWKS = {"keys": [public_jwk()]}
ISSUERS = (
    Issuer(issuer=MASKINPORTEN, audience=AUDIENCE, kind="machine", jwks=JWKS),
    Issuer(issuer=PEOPLE, audience=AUDIENCE, kind="person", jwks=JWKS),
)


def rs256(signed: bytes, key: str = KID) -> bytes:
    return rsa_key(key).sign(signed, PKCS1v15(), SHA256())


def assemble(header: bytes, claims: bytes, sign: Callable[[bytes], bytes] = rs256) -> str:
    """A token of two parts as they are, and the signature over them."""
    signed = f"{b64(header)}.{b64(claims)}"
    return f"{signed}.{b64(sign(signed.encode()))}"


def signed(claims: Mapping[str, Any], header: Mapping[str, Any] | None = None, key: str = KID) -> str:
    head = {"alg": "RS256", "typ": "JWT", "kid": key} | dict(header or {})
    return assemble(compact(head), compact(claims), lambda data: rs256(data, key))


def now() -> int:
    """In whole seconds, as claims have it."""
    return int(clock.now().timestamp())


def machine_claims(scope: str = SCOPES["provider"], organisation: str = PROVIDER_A, **changes: Any) -> Claims:
    """As Maskinporten writes them."""
    return {
        "iss": MASKINPORTEN,
        "aud": AUDIENCE,
        "iat": now(),
        "exp": now() + 600,
        "jti": "c7d1a2",
        "client_id": "7ea43b76-6b7d-49e8-af2b-4114ebb66c80",
        "client_amr": "private_key_jwt",
        "token_type": "Bearer",
        "consumer": {"authority": "iso6523-actorid-upis", "ID": f"0192:{organisation}"},
        "scope": scope,
    } | changes


def person_claims(*roles: str, subject: str = "ingrid", **changes: Any) -> Claims:
    """As the municipality's OpenID provider writes them."""
    times = {"iat": now(), "exp": now() + 3600}
    return {"iss": PEOPLE, "aud": AUDIENCE, "sub": subject, "roles": list(roles), **times} | changes


def token(
    role: str, organisation: str | None = None, service_area: str | None = None, subject: str | None = None
) -> str:
    """A good token with one role: a machine's for `provider` and `epj`, or where an organisation is named.

    With a `subject` it is a provider's person.
    """
    if role == "provider" and subject is not None:
        return signed(person_claims(role, subject=subject, organisation=organisation))
    if role in ("provider", "epj") or organisation is not None:
        return signed(
            machine_claims(SCOPES[role], organisation or (PROVIDER_A if role == "provider" else MUNICIPALITY))
        )
    if role == "service":
        return signed(person_claims(role, subject=subject or role, service_area=service_area or "habilitation"))
    return signed(person_claims(role, subject=subject or role))


def bearer(
    role: str, organisation: str | None = None, service_area: str | None = None, subject: str | None = None
) -> dict[str, str]:
    """The header of a request: `client.get(…, headers=bearer("case_officer"))`. Signed once a minute a caller."""
    return {"Authorization": f"Bearer {_token(role, organisation, service_area, subject, now() // 60)}"}


@cache
def _token(role: str, organisation: str | None, service_area: str | None, subject: str | None, minute: int) -> str:
    return token(role, organisation, service_area, subject)


@dataclass(frozen=True, slots=True)
class Hostile:
    """A call that must be a 401.

    Attributes:
        values: makes the `Authorization` headers' values, when asked (the times in them are relative to now).
        reason: which of `app.security.tokens.REASONS`.
        pyjwt_refuses: whether it is JWT's own rules it breaks, so that PyJWT with strict options refuses it too;
            False where the rule is ours.
    """

    name: str
    reason: str
    values: Callable[[], list[str]]
    pyjwt_refuses: bool = True


def _case(name: str, reason: str, make: Callable[[], str], *, pyjwt_refuses: bool = True) -> Hostile:
    return Hostile(name, reason, lambda: [f"Bearer {make()}"], pyjwt_refuses)


def _claims(name: str, reason: str, *, pyjwt_refuses: bool = True, **changes: Any) -> Hostile:
    def make() -> str:
        return signed(_without(machine_claims(), changes))

    return _case(name, reason, make, pyjwt_refuses=pyjwt_refuses)


def _times(name: str, reason: str, *, pyjwt_refuses: bool = True, **seconds: int) -> Hostile:
    def make() -> str:
        return signed(machine_claims() | {claim: now() + offset for claim, offset in seconds.items()})

    return _case(name, reason, make, pyjwt_refuses=pyjwt_refuses)


def _person(name: str, *, reason: str = "claims", pyjwt_refuses: bool = False, **changes: Any) -> Hostile:
    def make() -> str:
        return signed(_without(person_claims("case_officer"), changes))

    return _case(name, reason, make, pyjwt_refuses=pyjwt_refuses)


def _header(name: str, reason: str, *, pyjwt_refuses: bool = True, **changes: Any) -> Hostile:
    def make() -> str:
        header = _without({"alg": "RS256", "typ": "JWT", "kid": KID}, changes)
        return assemble(compact(header), compact(machine_claims()))

    return _case(name, reason, make, pyjwt_refuses=pyjwt_refuses)


def _without(whole: dict[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in (whole | dict(changes)).items() if value is not ABSENT}


def _unsigned(alg: str) -> str:
    return assemble(compact({"alg": alg, "typ": "JWT", "kid": KID}), compact(machine_claims()), lambda _: b"")


def _by_public_key(encoding: Encoding) -> str:
    secret = rsa_key().public_key().public_bytes(encoding, PublicFormat.SubjectPublicKeyInfo)
    header = compact({"alg": "HS256", "typ": "JWT", "kid": KID})
    return assemble(header, compact(machine_claims()), lambda data: hmac.digest(secret, data, hashlib.sha256))


def _rs384() -> str:
    header = compact({"alg": "RS384", "typ": "JWT", "kid": KID})
    return assemble(header, compact(machine_claims()), lambda data: rsa_key().sign(data, PKCS1v15(), SHA384()))


def _forged(**header: Any) -> str:
    """Signed with another key than the one its `kid` names."""
    head = {"alg": "RS256", "typ": "JWT", "kid": KID} | header
    return assemble(compact(head), compact(machine_claims()), lambda data: rs256(data, "forger"))


def _tampered() -> str:
    header, _, signature = signed(machine_claims()).split(".")
    return f"{header}.{b64(compact(machine_claims(organisation=PROVIDER_B)))}.{signature}"


def _twice(claim: str, value: object) -> str:
    """A claim that stands twice, the second time as one would like it: readers differ in which of them counts."""
    claims = compact(machine_claims(**{claim: "x"}))[:-1] + b"," + compact(claim) + b":" + compact(value) + b"}"
    return assemble(compact({"alg": "RS256", "kid": KID}), claims)


def _good() -> str:
    return signed(machine_claims())


ABSENT = object()

HOSTILE: tuple[Hostile, ...] = (
    Hostile("no header", "missing", list),
    Hostile("empty header", "missing", lambda: [""]),
    Hostile("scheme alone", "missing", lambda: ["Bearer"]),
    Hostile("token without a scheme", "missing", lambda: [_good()], pyjwt_refuses=False),
    Hostile("basic", "missing", lambda: ["Basic " + b64(b"kari:secret")]),
    Hostile("two headers", "several", lambda: [f"Bearer {_good()}", f"Bearer {_good()}"], pyjwt_refuses=False),
    Hostile("two tokens in one header", "malformed", lambda: [f"Bearer {_good()}, Bearer {_good()}"]),
    _case("not a token", "malformed", lambda: "let-me-in"),
    _case("two parts", "malformed", lambda: _good().rsplit(".", 1)[0]),
    _case("four parts", "malformed", lambda: _good() + ".e30"),
    _case("a character outside base64url", "malformed", lambda: _good() + "!"),
    _case("padding", "malformed", lambda: _good() + "==", pyjwt_refuses=False),
    _case("header is not JSON", "malformed", lambda: assemble(b"{alg:RS256}", compact(machine_claims()))),
    _case("header is a list", "malformed", lambda: assemble(b"[]", compact(machine_claims()))),
    _case("header nested deeply", "malformed", lambda: assemble(b"[" * 3000, compact(machine_claims()))),
    _case("header in UTF-16", "malformed", lambda: assemble('{"alg":"RS256"}'.encode("utf-16"), compact({}))),
    _case("claims are a string", "malformed", lambda: assemble(compact({"alg": "RS256", "kid": KID}), b'"x"')),
    _case("claims hold NaN", "malformed", lambda: signed(machine_claims(x=float("nan"))), pyjwt_refuses=False),
    _case("duplicate exp", "malformed", lambda: _twice("exp", now() + 600), pyjwt_refuses=False),
    _case("duplicate iss", "malformed", lambda: _twice("iss", MASKINPORTEN), pyjwt_refuses=False),
    _case("over 8 KB", "too_large", lambda: signed(machine_claims(padding="x" * 6500)), pyjwt_refuses=False),
    _case("5 MB", "too_large", lambda: "x" * 5_000_000),
    _case("alg none", "malformed", lambda: _unsigned("none")),
    _case("alg none with a signature", "algorithm", lambda: _forged(alg="none")),
    _case("alg None", "algorithm", lambda: _forged(alg="None")),
    _header("alg missing", "algorithm", alg=ABSENT),
    _header("alg is a list", "algorithm", alg=["RS256"]),
    _header("alg in lower case", "algorithm", alg="rs256"),
    _case("HS256 with our public key, PEM", "algorithm", lambda: _by_public_key(Encoding.PEM)),
    _case("HS256 with our public key, DER", "algorithm", lambda: _by_public_key(Encoding.DER)),
    _case("RS384", "algorithm", _rs384),
    _header("crit", "critical", crit=["exp"]),
    _header("crit of our own invention", "critical", crit=["urn:example:half"], **{"urn:example:half": True}),
    _header("empty crit", "critical", crit=[]),
    _header("b64 false", "critical", b64=False),
    _header("an ID token's typ", "type", typ="id+jwt", pyjwt_refuses=False),
    _header("typ is a number", "type", typ=1, pyjwt_refuses=False),
    _header("unknown kid", "key", kid="another"),
    _header("kid is a path", "key", kid="../../../dev/null"),
    _header("kid is SQL", "key", kid="' or 1=1 --"),
    _header("kid is a lone surrogate", "key", kid="\ud800"),
    _header("kid missing", "key", kid=ABSENT),
    _header("kid is a number", "key", kid=1),
    _header("kid empty", "key", kid=""),
    _header("kid of 2 KB", "key", kid="k" * 2048),
    _header("kid of 1 MB", "too_large", kid="k" * 1_000_000),
    _case("another key", "signature", _forged),
    _case("another key, offered in jwk", "signature", lambda: _forged(jwk=public_jwk("forger"))),
    _case("another key, offered by jku", "signature", lambda: _forged(jku="https://forger.example/jwks")),
    _case("another key, offered by x5u", "signature", lambda: _forged(x5u="https://forger.example/x5u")),
    _case("tampered claims", "signature", _tampered),
    _case("signature of another token", "signature", lambda: _good().rsplit(".", 1)[0] + "." + b64(rs256(b"x"))),
    _claims("no exp", "claims", exp=ABSENT),
    _claims("no iat", "claims", iat=ABSENT),
    _claims("no aud", "audience", aud=ABSENT),
    _claims("no iss", "issuer", iss=ABSENT),
    _person("no sub", sub=ABSENT, pyjwt_refuses=True),
    _person("sub is a number", sub=17, pyjwt_refuses=True),
    _person("sub empty", sub=""),
    _person("sub with NUL", sub="ingrid\0"),
    _person("sub of 1 KB", sub="i" * 1024),
    _person("roles is a string", roles="case_officer"),
    _person("case officer and auditor", reason="exclusive_roles", roles=["auditor", "finance", "case_officer"]),
    _person("an ID token's nonce", reason="type", nonce="n-0S6_WzA2Mj"),
    _person("an ID token's c_hash", reason="type", c_hash="LDktKdoQak3Pk0cnXxCltA"),
    _claims("aud unspecified", "audience", aud="unspecified"),
    _claims("another aud", "audience", aud="https://arkiv.kommune.example"),
    _claims("aud is an empty list", "audience", aud=[]),
    _claims("aud is an object", "audience", aud={AUDIENCE: True}),
    _claims("aud that begins like ours", "audience", aud=AUDIENCE + ".evil.example"),
    _claims("aud with something else in its list", "claims", aud=[AUDIENCE, 1]),
    _claims("another iss", "issuer", iss="https://evil.example/"),
    _claims("iss without its slash", "issuer", iss=MASKINPORTEN.rstrip("/")),
    _claims("iss is a list", "issuer", iss=[MASKINPORTEN]),
    _claims("exp is text", "claims", exp=str(2**33), pyjwt_refuses=False),
    _claims("exp is 1e30", "claims", exp=1e30, pyjwt_refuses=False),
    _claims("exp is true", "claims", exp=True),
    _claims("exp is a list", "claims", exp=[1]),
    _claims("exp is null", "claims", exp=None),
    _claims("exp has decimals", "claims", exp=2.0**33 + 0.5, pyjwt_refuses=False),
    _claims("iat is text", "claims", iat="1700000000", pyjwt_refuses=False),
    _claims("nbf is text", "claims", nbf="soon"),
    _claims("jti is a number", "claims", jti=1),
    _times("expired", "expired", iat=-700, exp=-60),
    _times("expired long ago", "expired", iat=-(10**9), exp=-(10**9) + 60),
    _times("iat in the future", "not_yet_valid", iat=60, exp=660),
    _times("nbf in the future", "not_yet_valid", nbf=60),
    _times("lives too long", "lifetime", exp=13 * 3600, pyjwt_refuses=False),
    _times("exp of 10^30", "lifetime", exp=10**30, pyjwt_refuses=False),
    _times("ends before it was issued", "lifetime", iat=5, exp=-5, pyjwt_refuses=False),
    _claims(
        "a system user", "restricted", authorization_details=[{"type": "urn:altinn:systemuser"}], pyjwt_refuses=False
    ),
    _claims("for one person", "restricted", pid="x", pyjwt_refuses=False),
    _claims("bound to a client's key", "restricted", cnf={"jkt": "0ZcOCORZNYy"}, pyjwt_refuses=False),
    _claims("DPoP", "restricted", token_type="DPoP", pyjwt_refuses=False),
    _claims("no consumer", "organisation", consumer=ABSENT, pyjwt_refuses=False),
    _claims("consumer is text", "organisation", consumer=f"0192:{PROVIDER_A}", pyjwt_refuses=False),
    _claims(
        "consumer of another register",
        "organisation",
        pyjwt_refuses=False,
        consumer={"authority": "iso6523-actorid-upis", "ID": f"0088:{PROVIDER_A}"},
    ),
    _claims(
        "consumer of another authority",
        "organisation",
        pyjwt_refuses=False,
        consumer={"authority": "example", "ID": f"0192:{PROVIDER_A}"},
    ),
    _claims(
        "consumer with a wrong check digit",
        "organisation",
        pyjwt_refuses=False,
        consumer={"authority": "iso6523-actorid-upis", "ID": "0192:310300404"},
    ),
    _claims(
        "consumer with more parts",
        "organisation",
        pyjwt_refuses=False,
        consumer={"authority": "iso6523-actorid-upis", "ID": f"0192:{PROVIDER_A}:1"},
    ),
    _claims(
        "consumer with a line break",
        "organisation",
        pyjwt_refuses=False,
        consumer={"authority": "iso6523-actorid-upis", "ID": f"0192:{PROVIDER_A}\n"},
    ),
    _claims("supplier is nobody", "organisation", supplier=None, pyjwt_refuses=False),
    _claims("scope is a list", "claims", scope=[SCOPES["provider"]], pyjwt_refuses=False),
)
