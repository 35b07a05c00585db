"""An issuer's public keys (JWKS, RFC 7517): fetched when first needed, again after a day, and kept while it is down."""

import asyncio
import base64
import json
import re
from collections.abc import Callable, Mapping
from typing import NoReturn

import httpx
import structlog
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers
from prometheus_client import Counter

from app.issuers import Issuer
from app.security.fetching import fetch

RETRY_SECONDS = 30
KEY_BITS = range(2048, 8193)
KEY_ID_LENGTH = 200

_BASE64URL = re.compile(r"[A-Za-z0-9_-]+")

log = structlog.get_logger(__name__)

FETCHES = Counter("vekstplass_key_set_fetches_total", "Fetches of an issuer's keys.", ["outcome"])


class KeySet:
    """The keys of one issuer by `kid`.

    Raises `ValueError` when the settings give it a set of its own in which no key is usable.
    """

    def __init__(
        self, issuer: Issuer, client: httpx.AsyncClient, fetch_timeout: float, monotonic: Callable[[], float]
    ) -> None:
        self.issuer = issuer
        self._client = client
        self._fetch_timeout = fetch_timeout
        self._monotonic = monotonic
        self._keys = {} if issuer.jwks is None else usable_keys(issuer.jwks)
        self._loaded_at: float | None = None
        self._tried_at: float | None = None
        self._lock = asyncio.Lock()

    @property
    def is_empty(self) -> bool:
        """Whether no key is known yet: the issuer has not been reached since the start."""
        return not self._keys

    async def key(self, kid: str) -> RSAPublicKey | None:
        """The key, perhaps after one fetch that every waiting call shares; None when the issuer has no such key."""
        uri, known, fetching = self.issuer.jwks_uri, self._keys.get(kid), self._lock.locked()
        # While another call fetches, only those wait that cannot go on with what is known.
        if uri is None or (known is not None and fetching) or not (fetching or self._is_due(kid)):
            return known
        async with self._lock:
            if self._is_due(kid):
                await self._fetch(uri)
        return self._keys.get(kid)

    def _is_due(self, kid: str) -> bool:
        """Whether the set is old or lacks the key, and the last attempt, good or bad, is half a minute ago."""
        now = self._monotonic()
        if self._tried_at is not None and now - self._tried_at < RETRY_SECONDS:
            return False
        return (
            kid not in self._keys or self._loaded_at is None or now - self._loaded_at >= 60 * self.issuer.jwks_minutes
        )

    async def _fetch(self, uri: str) -> None:
        tried_before, self._tried_at = self._tried_at, self._monotonic()
        try:
            status, body = await fetch(
                self._client,
                "GET",
                uri,
                timeout=self._fetch_timeout,
                accept="application/jwk-set+json, application/json",
            )
            if status != 200:
                raise ValueError(f"answered {status}")
            keys = usable_keys(json_object(body))
        except asyncio.CancelledError:
            self._tried_at = tried_before  # the caller went away; that says nothing about the issuer
            raise
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, ValueError) as error:
            FETCHES.labels("failed").inc()
            log.warning("key_set_fetch_failed", issuer=self.issuer.issuer, error=repr(error)[:200])
            return
        FETCHES.labels("ok").inc()
        self._keys, self._loaded_at = keys, self._tried_at


def usable_keys(key_set: Mapping[str, object]) -> dict[str, RSAPublicKey]:
    """The RSA keys of a set that may verify RS256 signatures, by `kid`. Raises `ValueError` when there is none."""
    entries = key_set.get("keys")
    keys: dict[str, RSAPublicKey] = {}
    for entry in entries if isinstance(entries, list) else []:
        kid = key_id(entry.get("kid")) if isinstance(entry, dict) else None
        if kid is None or kid in keys or entry.get("kty") != "RSA" or "d" in entry:
            continue
        if entry.get("use", "sig") != "sig" or entry.get("alg", "RS256") != "RS256":
            continue
        try:
            modulus = _number(entry.get("n"))
            if modulus.bit_length() in KEY_BITS:
                keys[kid] = RSAPublicNumbers(_number(entry.get("e")), modulus).public_key()
        except ValueError:
            continue
    if not keys:
        raise ValueError("no usable RSA key in the key set")
    return keys


def key_id(value: object) -> str | None:
    """A `kid` as it must be to name a key: text of 1 to 200 characters."""
    return value if isinstance(value, str) and 0 < len(value) <= KEY_ID_LENGTH else None


def unbase64(text: str) -> bytes:
    """The bytes of base64url without padding. Raises `ValueError`, also for a character outside the alphabet."""
    if not _BASE64URL.fullmatch(text):
        raise ValueError("not base64url")
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def json_object(text: bytes) -> dict[str, object]:
    """A JSON object in UTF-8 in which every name stands once. Raises `ValueError`."""
    try:
        value = json.loads(text.decode(), object_pairs_hook=_unique, parse_constant=_not_json)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(value, dict):
        raise ValueError("not an object")
    return value


def _number(value: object) -> int:
    return int.from_bytes(unbase64(value if isinstance(value, str) else ""))


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a name stands twice")
    return members


def _not_json(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")
