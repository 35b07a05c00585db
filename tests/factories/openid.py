"""An OpenID provider on a loopback port: it does what a real one does, and lies where a test tells it to.

It checks the service's side as strictly as a real one: client authentication, redirect address, PKCE, each code once.
"""

import base64
import hashlib
import secrets
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote_plus, urlencode

import httpx
import jwt
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse

from app.issuers import Login
from tests.factories.participants import identity_numbers
from tests.factories.server import serving
from tests.factories.tokens import PROVIDER_A, assemble, b64, compact, now, public_jwk, rs256, rsa_key

# The loopback needs no certificates, and reading them takes longer than the rest of a test.
PLAIN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
PAGE_ADDRESS = "https://vekstplass.test"
CLIENT_ID = "vekstplass-page"
CLIENT_SECRET = "kjeks & kaffi: +%/"
CLIENT_KEY = "client-1"
RESOURCE = {"type": "ansattporten:altinn:resource", "resource": "urn:altinn:resource:alver-vekstplass"}
ROLES = {
    "Vekstplass.Sakshandsamar": "case_officer",
    "Vekstplass.Okonomi": "finance",
    "Vekstplass.Revisor": "auditor",
    "Vekstplass.Fagutvikling": "grants_officer",
    "Vekstplass.Leiing": "manager",
    "Vekstplass.Habilitering": "service:habilitation",
    "Vekstplass.PsykiskHelse": "service:mental_health",
}


def authorized(*numbers: str, **changes: Any) -> list[dict[str, Any]]:
    """`authorization_details` as Ansattporten writes them, for these organisations."""
    parties = [
        {"orgno": {"authority": "iso6523-actorid-upis", "ID": f"0192:{number}"}, "unit_type": "AS"}
        for number in numbers
    ]
    return [{**RESOURCE, "resource_name": "Vekstplass", "authorized_parties": parties} | changes]


@dataclass
class FakeIssuer:
    """What it says of itself and of the person who logs in; `claims`, `header` and `answer` are changed by tests.

    A value None in `claims`, `answer` or `metadata` takes the name away.
    """

    address: str = ""
    page_address: str = PAGE_ADDRESS
    claims: dict[str, Any] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=dict)
    answer: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    keys: tuple[str, ...] = ("issuer-1",)
    signs_with: str = "issuer-1"
    token: str | None = None
    """In place of the id token."""
    token_status: int = 200
    codes_work_twice: bool = False
    discoveries: int = 0
    key_fetches: int = 0
    renewals: int = 0
    requests: list[dict[str, str]] = field(default_factory=list)
    issued: list[str] = field(default_factory=list)
    """Every code and token that was given out: none may stand in a log."""
    _grants: dict[str, dict[str, str]] = field(default_factory=dict)

    def reset(self) -> None:
        """Tell the truth again."""
        vars(self).update(vars(FakeIssuer(self.address)))

    async def discover(self) -> Response:
        self.discoveries += 1
        said = {
            "issuer": self.address,
            "authorization_endpoint": f"{self.address}/authorize",
            "token_endpoint": f"{self.address}/token",
            "jwks_uri": f"{self.address}/keys",
            "end_session_endpoint": f"{self.address}/logout",
            "authorization_response_iss_parameter_supported": True,
        }
        return JSONResponse(_without_none(said | self.metadata))

    async def show_keys(self) -> Response:
        self.key_fetches += 1
        return JSONResponse({"keys": [public_jwk(name) for name in self.keys]})

    async def authorize(self, request: Request) -> Response:
        """The person has logged in at once."""
        asked = dict(request.query_params)
        self.requests.append(asked)
        if asked.get("client_id") != CLIENT_ID or asked.get("redirect_uri") != f"{self.page_address}/logg-inn/svar":
            return Response("unknown client or address", 400)
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(24)
        self._grants[code] = asked
        self.issued.append(code)
        answer = _without_none({"code": code, "state": asked["state"], "iss": self.address} | self.answer)
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(answer)}", 302)

    async def log_out(self, request: Request) -> Response:
        asked = dict(request.query_params)
        self.requests.append(asked)
        if asked != {"client_id": CLIENT_ID, "post_logout_redirect_uri": f"{self.page_address}/logg-ut"}:
            return Response("unknown client or address", 400)
        return RedirectResponse(asked["post_logout_redirect_uri"], 302)

    async def give_tokens(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode(), strict_parsing=True))
        if not self._knows_client(request, form):
            return JSONResponse({"error": "invalid_client"}, 401)
        if self.token_status != 200:
            return JSONResponse({"error": "temporarily_unavailable"}, self.token_status)
        asked = self._find_grant(form)
        if asked is None:
            return JSONResponse({"error": "invalid_grant", "error_description": " ".join(form.values())}, 400)
        access_token = secrets.token_urlsafe(24)
        id_token = self.token or self._sign(asked, access_token)
        self.issued += [access_token, id_token]
        answer = {"access_token": access_token, "token_type": "Bearer", "id_token": id_token}
        if "offline_access" in asked["scope"].split():
            answer["refresh_token"] = secrets.token_urlsafe(24)
            self._grants[answer["refresh_token"]] = {"scope": asked["scope"]}
            self.issued.append(answer["refresh_token"])
        return JSONResponse(answer)

    def _find_grant(self, form: Mapping[str, str]) -> dict[str, str] | None:
        """What was asked for with a code or a refresh token, each of which is used once."""
        if form["grant_type"] == "refresh_token":
            self.renewals += 1
            return self._grants.pop(form["refresh_token"], None)
        asked = self._grants.get(form["code"]) if self.codes_work_twice else self._grants.pop(form["code"], None)
        challenge = b64(hashlib.sha256(form["code_verifier"].encode()).digest())
        if asked is None or (form["redirect_uri"], challenge) != (asked["redirect_uri"], asked["code_challenge"]):
            return None
        return asked

    def _sign(self, asked: Mapping[str, str], access_token: str) -> str:
        claims = {
            "iss": self.address,
            "aud": CLIENT_ID,
            "sub": "kari-8f3a",
            "iat": now(),
            "exp": now() + 120,
            "nonce": asked.get("nonce"),
            "at_hash": b64(hashlib.sha256(access_token.encode()).digest()[:16]),
        }
        header = {"alg": "RS256", "typ": "JWT", "kid": self.signs_with} | self.header
        return assemble(
            compact(header),
            compact(_without_none(claims | self.claims)),
            lambda data: rs256(data, self.signs_with),
        )

    def _knows_client(self, request: Request, form: Mapping[str, str]) -> bool:
        if "client_assertion" in form:
            assertion = jwt.decode(
                form["client_assertion"], rsa_key(CLIENT_KEY).public_key(), ["RS256"], audience=self.address
            )
            assert jwt.get_unverified_header(form["client_assertion"])["kid"] == CLIENT_KEY
            self.issued.append(form["client_assertion"])
            return {assertion["iss"], assertion["sub"], form["client_id"]} == {CLIENT_ID}
        scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
        name, _, secret = base64.b64decode(credentials).decode().partition(":")
        return (scheme, unquote_plus(name), unquote_plus(secret)) == ("Basic", CLIENT_ID, CLIENT_SECRET)


def client_key() -> str:
    """The service's own key, in PEM."""
    return rsa_key(CLIENT_KEY).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def employees(issuer: FakeIssuer, **changes: Any) -> Login:
    """The municipality's directory."""
    values = {
        "name": "kommunen",
        "label": "Tilsett i kommunen",
        "kind": "employee",
        "issuer": issuer.address,
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "roles": ROLES,
    }
    return Login.model_validate(values | changes)


def providers(issuer: FakeIssuer, **changes: Any) -> Login:
    """Ansattporten."""
    values = {
        "name": "ansattporten",
        "label": "Tilsett i ei vekstbedrift",
        "kind": "provider",
        "issuer": issuer.address,
        "client_id": CLIENT_ID,
        "client_key": client_key(),
        "client_key_id": CLIENT_KEY,
        "scope": "openid",
        "acr": ["idporten-loa-substantial", "idporten-loa-high"],
        "subject_claim": "pid",
        "authorization_details": [RESOURCE],
        "session_minutes": 120,
    }
    return Login.model_validate(values | changes)


EMPLOYEE = {"roles": ["Vekstplass.Sakshandsamar"], "name": "Kari Nordmann"}
PROVIDERS_PERSON = {
    "acr": "idporten-loa-high",
    "pid": identity_numbers(1)[0],
    "authorization_details": authorized(PROVIDER_A),
}


@asynccontextmanager
async def fake_issuer() -> AsyncIterator[FakeIssuer]:
    """A running one."""
    issuer = FakeIssuer()
    app = FastAPI(openapi_url=None)
    app.add_api_route("/.well-known/openid-configuration", issuer.discover)
    app.add_api_route("/keys", issuer.show_keys)
    app.add_api_route("/authorize", issuer.authorize)
    app.add_api_route("/logout", issuer.log_out)
    app.add_api_route("/token", issuer.give_tokens, methods=["POST"])
    async with serving(app) as address:
        issuer.address = str(address).rstrip("/")
        yield issuer


async def follow_to_issuer(address: str) -> httpx.URL:
    """What the browser does at the issuer: there, and where it is sent back to."""
    async with httpx.AsyncClient(trust_env=False, verify=PLAIN) as client:
        answer = await client.get(address)
    assert answer.status_code == 302, answer.text
    return httpx.URL(answer.headers["location"])


def _without_none(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
