"""What holds for every signed token (JWT, RFC 7519): its form, its header, its instants and its signature.

python-jose verifies the signature, and only here. It accepts more than we do (a token without `exp` or `aud`, an
unknown `crit`, any `kid`), so what it leaves open is refused around it: nothing in a token chooses its own key or
algorithm, and no claim is taken for granted.
"""

import re
from collections.abc import Mapping, Set

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jose import jwt
from jose.backends.cryptography_backend import CryptographyRSAKey
from jose.exceptions import JOSEError, JWTClaimsError

from app.http.identity_numbers import holds_identity_number
from app.security.jwks import json_object, key_id, unbase64

ALGORITHM = "RS256"
TOKEN_BYTES = 8 * 1024
TOKEN = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")

_SUBJECT = re.compile(r"[ -~]{1,255}")


class TokenRefused(Exception):
    """A token that is not accepted, and the reason as one word. It never carries any part of the token."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def read_part(part: str) -> dict[str, object]:
    """The header or the claims. Raises `TokenRefused`: malformed."""
    try:
        return json_object(unbase64(part))
    except ValueError:
        raise TokenRefused("malformed") from None


def read_key_id(header: Mapping[str, object], types: Set[str]) -> str:
    """The `kid` of an acceptable header; `types` are those of `typ`, in lower case.

    `jku`, `x5u` and `jwk` are not looked at: keys come from the issuer alone. Raises `TokenRefused`: algorithm,
    critical, type or key.
    """
    if header.get("alg") != ALGORITHM:
        raise TokenRefused("algorithm")
    if "crit" in header or "b64" in header:
        raise TokenRefused("critical")
    kind = header.get("typ", "JWT")
    if not isinstance(kind, str) or kind.lower() not in types:
        raise TokenRefused("type")
    kid = key_id(header.get("kid"))
    if kid is None:
        raise TokenRefused("key")
    return kid


def read_subject(claims: Mapping[str, object], name: str) -> str:
    """The person that a claim names, in printable ASCII (OpenID Connect § 2): PostgreSQL takes no NUL.

    The subject stands in rows and logs, so it must not be the person's identity number. Raises `TokenRefused`: claims.
    """
    subject = claims.get(name)
    if not isinstance(subject, str) or not _SUBJECT.fullmatch(subject) or holds_identity_number(subject):
        raise TokenRefused("claims")
    return subject


def read_instant(claims: Mapping[str, object], name: str, *, optional: bool = False) -> int:
    """A NumericDate in whole seconds: `True`, `"1700000000"` and 1e30 are not. Raises `TokenRefused`: claims."""
    value = claims.get(name)
    if optional and name not in claims:
        return 0
    if type(value) is not int:
        raise TokenRefused("claims")
    return value


def check_instants(issued: int, begins: int, ends: int, now: int, skew: int) -> None:
    """The token is valid at `now`, give or take `skew` seconds. Raises `TokenRefused`: expired or not_yet_valid."""
    if ends <= now - skew:
        raise TokenRefused("expired")
    if max(issued, begins) > now + skew:
        raise TokenRefused("not_yet_valid")


def check_signature(
    token: str, key: RSAPublicKey, *, issuer: str, audience: str, access_token: str | None = None
) -> None:
    """The token is signed by this key, for this audience. Raises `TokenRefused`: claims or signature.

    Args:
        access_token: the one that came with an id token, whose `at_hash` is then compared.
    """
    # python-jose would read the wall clock for `exp` and `nbf`; we have one reader of the clock, so that is ours.
    options = {
        "verify_exp": False,
        "verify_nbf": False,
        "verify_at_hash": access_token is not None,
        "require_iss": True,
        "require_aud": True,
    }
    try:
        jwt.decode(
            token,
            CryptographyRSAKey(key, ALGORITHM),
            algorithms=[ALGORITHM],
            audience=audience,
            issuer=issuer,
            options=options,
            access_token=access_token,
        )
    except JWTClaimsError:
        raise TokenRefused("claims") from None
    except (JOSEError, RecursionError):
        raise TokenRefused("signature") from None
