"""Logging people in by OpenID Connect: authorization code flow with PKCE (OpenID Connect Core § 3.1, RFC 7636).

    begin a login -> browser to the issuer -> browser back with a code -> id token by the code -> Identity

What an issuer says of itself (OpenID Connect Discovery) and its keys are fetched when first needed and kept a day.
"""

import asyncio
import base64
import hashlib
import json
import re
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import quote, urlencode, urlsplit

import httpx
import structlog
from jose import jwt
from prometheus_client import Counter

from app import clock
from app.issuers import Issuer, Login
from app.security.fetching import fetch
from app.security.id_tokens import Expected, Identity, read_identity, verify_id_token
from app.security.jwks import RETRY_SECONDS, KeySet, json_object
from app.security.signatures import ALGORITHM, TokenRefused
from app.settings import Settings

ASSERTION_SECONDS = 60
METADATA_SECONDS = 24 * 3600
CALLBACK = "/logg-inn/svar"
AFTER_LOGOUT = "/logg-ut"

_ERROR = re.compile(r"[a-z_]{1,40}")

log = structlog.get_logger(__name__)

REFUSALS = Counter("vekstplass_logins_refused_total", "Logins that did not become a session.", ["reason"])


class LoginRefused(Exception):
    """A login that ends without a session, and the reason as one word; never any part of a token or code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Secrets:
    """What ties an issuer's answer to the login that asked: one of each, made for one login and used once."""

    state: str
    nonce: str
    verifier: str

    @property
    def challenge(self) -> str:
        """The verifier as the issuer is told of it (RFC 7636 § 4.2, S256)."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def make_secrets() -> Secrets:
    """Fresh ones, 256 bits each."""
    return Secrets(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(32))


@dataclass(frozen=True, slots=True)
class Metadata:
    """What an issuer says of itself, as far as it is used."""

    authorization_endpoint: str
    token_endpoint: str
    keys: KeySet
    end_session_endpoint: str | None
    names_itself: bool
    """Whether every answer has `iss` (RFC 9207)."""


class LoginIssuer:
    """One issuer that people log in by.

    Args:
        page_address: where the page is, `https://host`.
        subject_key: what a national identity number as subject is digested under.
        skew: seconds by which the issuer's clock may differ from ours.
        fetch_timeout: seconds for one request to the issuer, all in all.
    """

    def __init__(
        self,
        login: Login,
        client: httpx.AsyncClient,
        *,
        page_address: str,
        subject_key: bytes,
        skew: int = 10,
        fetch_timeout: float = 5.0,
        now: Callable[[], datetime] = clock.now,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.login = login
        self._client = client
        self._page_address = page_address
        self._subject_key = subject_key
        self._skew = skew
        self._fetch_timeout = fetch_timeout
        self._now = now
        self._monotonic = monotonic
        self._metadata: Metadata | None = None
        self._loaded_at = self._tried_at = -float("inf")
        self._lock = asyncio.Lock()

    async def authorization_address(self, attempt: Secrets) -> str:
        """Where the browser goes to log in. Raises `LoginRefused`: issuer_down."""
        metadata = await self._load_metadata()
        query = {
            "response_type": "code",
            "client_id": self.login.client_id,
            "redirect_uri": self._redirect_uri,
            "scope": self.login.scope,
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": attempt.challenge,
            "code_challenge_method": "S256",
            "ui_locales": "nn nb",
        }
        if self.login.acr:
            query["acr_values"] = self.login.acr[0]
        if self.login.authorization_details:
            query["authorization_details"] = json.dumps(self.login.authorization_details, separators=(",", ":"))
        return _with_query(metadata.authorization_endpoint, query)

    async def identify(self, answer: Mapping[str, str], attempt: Secrets) -> Identity:
        """The person behind the issuer's answer, which came with the state of this attempt.

        Raises `LoginRefused`, for one of the reasons that the page has words for.
        """
        metadata = await self._load_metadata()
        # Before anything else of the answer is believed: another issuer's answer must not reach this one (RFC 9207).
        if answer.get("iss", None if metadata.names_itself else self.login.issuer) != self.login.issuer:
            raise LoginRefused("answered_by_another")
        if "error" in answer:
            raise LoginRefused(self._describe_error(answer["error"]))
        if not answer.get("code"):
            raise LoginRefused("no_code")
        form = {
            "grant_type": "authorization_code",
            "code": answer["code"],
            "redirect_uri": self._redirect_uri,
            "code_verifier": attempt.verifier,
        }
        return await self._read_tokens(metadata, await self._fetch_tokens(metadata, form), attempt.nonce)

    async def renew(self, identity: Identity) -> Identity:
        """The same person, as the issuer knows them now (OpenID Connect Core § 12).

        Raises `LoginRefused`: issuer_down or issuer_error, which say nothing about the person, or another reason.
        """
        metadata = await self._load_metadata()
        form = {"grant_type": "refresh_token", "refresh_token": identity.refresh_token or ""}
        renewed = await self._read_tokens(metadata, await self._fetch_tokens(metadata, form), None)
        if renewed.actor.subject != identity.actor.subject:
            raise LoginRefused("subject")
        return replace(renewed, refresh_token=renewed.refresh_token or identity.refresh_token)

    async def _read_tokens(self, metadata: Metadata, tokens: Mapping[str, object], nonce: str | None) -> Identity:
        access_token, refresh_token = tokens.get("access_token"), tokens.get("refresh_token")
        expected = Expected(nonce, int(self._now().timestamp()), self._skew)
        try:
            claims = await verify_id_token(
                tokens.get("id_token"),
                self.login,
                metadata.keys,
                expected,
                access_token if isinstance(access_token, str) else None,
            )
            identity = read_identity(claims, self.login, self._subject_key)
        except TokenRefused as refusal:
            raise LoginRefused(refusal.reason) from None
        return replace(identity, refresh_token=refresh_token if isinstance(refresh_token, str) else None)

    async def logout_address(self) -> str | None:
        """Where the browser goes to log out of the issuer too (OpenID Connect RP-Initiated Logout); None: nowhere."""
        try:
            metadata = await self._load_metadata()
        except LoginRefused:
            return None
        if metadata.end_session_endpoint is None:
            return None
        query = {
            "client_id": self.login.client_id,
            "post_logout_redirect_uri": f"{self._page_address}{AFTER_LOGOUT}",
        }
        return _with_query(metadata.end_session_endpoint, query)

    @property
    def _redirect_uri(self) -> str:
        return f"{self._page_address}{CALLBACK}"

    def _describe_error(self, error: str) -> str:
        if error == "access_denied":
            return "cancelled"
        log.warning("login_issuer_error", login=self.login.name, error=error if _ERROR.fullmatch(error) else "other")
        return "issuer_error"

    async def _fetch_tokens(self, metadata: Metadata, form: dict[str, str]) -> Mapping[str, object]:
        """The tokens for a code or a refresh token (RFC 6749 § 4.1.3 and 6)."""
        authorization = None
        if self.login.client_secret is not None:
            # Both are encoded as in a form first (RFC 6749 § 2.3.1).
            authorization = (
                quote(self.login.client_id, safe=""),
                quote(self.login.client_secret.get_secret_value(), safe=""),
            )
        else:
            form |= {
                "client_id": self.login.client_id,
                "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                "client_assertion": self._sign_assertion(),
            }
        try:
            status, body = await fetch(
                self._client,
                "POST",
                metadata.token_endpoint,
                timeout=self._fetch_timeout,
                form=form,
                authorization=authorization,
            )
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, ValueError) as error:
            log.warning("login_issuer_unreachable", login=self.login.name, error=type(error).__name__)
            raise LoginRefused("issuer_down") from None
        try:
            tokens = json_object(body)
        except ValueError:
            tokens = {}
        if status == 200:
            return tokens
        # The description may repeat the code or token, or name the person.
        error_code = tokens.get("error")
        known = error_code if isinstance(error_code, str) and _ERROR.fullmatch(error_code) else "other"
        log.warning("login_tokens_refused", login=self.login.name, status=status, error=known)
        raise LoginRefused("code" if known == "invalid_grant" else "issuer_error")

    def _sign_assertion(self) -> str:
        """Who the service is, signed by its own key (RFC 7523 § 2.2)."""
        assert self.login.client_key is not None
        issued = int(self._now().timestamp())
        claims = {
            "iss": self.login.client_id,
            "sub": self.login.client_id,
            "aud": self.login.issuer,
            "jti": secrets.token_urlsafe(16),
            "iat": issued,
            "exp": issued + ASSERTION_SECONDS,
        }
        headers = {"kid": self.login.client_key_id} if self.login.client_key_id else None
        return jwt.encode(claims, self.login.client_key.get_secret_value(), ALGORITHM, headers=headers)

    async def _load_metadata(self) -> Metadata:
        """What the issuer says of itself; the old is kept on while the issuer is down."""
        async with self._lock:
            now = self._monotonic()
            is_old = now - self._loaded_at >= METADATA_SECONDS
            if is_old and now - self._tried_at >= RETRY_SECONDS:
                await self._fetch_metadata()
            if self._metadata is None:
                raise LoginRefused("issuer_down")
            return self._metadata

    async def _fetch_metadata(self) -> None:
        tried_before, self._tried_at = self._tried_at, self._monotonic()
        uri = f"{self.login.issuer.rstrip('/')}/.well-known/openid-configuration"
        try:
            status, body = await fetch(self._client, "GET", uri, timeout=self._fetch_timeout)
            if status != 200:
                raise ValueError(f"answered {status}")
            self._metadata = self._read_metadata(json_object(body))
        except asyncio.CancelledError:
            self._tried_at = tried_before  # the browser went away; that says nothing about the issuer
            raise
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, ValueError) as error:
            log.warning("login_metadata_fetch_failed", login=self.login.name, error=repr(error)[:200])
            return
        self._loaded_at = self._tried_at

    def _read_metadata(self, said: Mapping[str, object]) -> Metadata:
        if said.get("issuer") != self.login.issuer:
            raise ValueError("the metadata are another issuer's")
        jwks_uri = self._read_address(said, "jwks_uri")
        keys = None if self._metadata is None else self._metadata.keys
        if keys is None or keys.issuer.jwks_uri != jwks_uri:
            issuer = Issuer(issuer=self.login.issuer, audience=self.login.client_id, kind="person", jwks_uri=jwks_uri)
            keys = KeySet(issuer, self._client, self._fetch_timeout, self._monotonic)
        return Metadata(
            authorization_endpoint=self._read_address(said, "authorization_endpoint"),
            token_endpoint=self._read_address(said, "token_endpoint"),
            keys=keys,
            end_session_endpoint=self._read_address(said, "end_session_endpoint")
            if "end_session_endpoint" in said
            else None,
            names_itself=said.get("authorization_response_iss_parameter_supported") is True,
        )

    def _read_address(self, said: Mapping[str, object], name: str) -> str:
        """An endpoint, as safe as the issuer's own address."""
        address = said.get(name)
        scheme = urlsplit(self.login.issuer).scheme
        if not isinstance(address, str) or not address.startswith(f"{scheme}://"):
            raise ValueError(f"no usable {name}")
        return address


def open_logins(settings: Settings, client: httpx.AsyncClient) -> Mapping[str, LoginIssuer]:
    """The issuers of the settings by name; nothing is fetched before somebody logs in."""
    return {
        login.name: LoginIssuer(
            login,
            client,
            page_address=settings.page_address,
            subject_key=settings.subject_key,
            skew=settings.clock_skew_seconds,
        )
        for login in settings.logins
    }


def _with_query(address: str, query: Mapping[str, str]) -> str:
    return f"{address}{'&' if '?' in address else '?'}{urlencode(query)}"
