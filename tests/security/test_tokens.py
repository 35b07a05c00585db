"""Tokens and roles ("Identity" in the contract), with PyJWT as the oracle. No database is needed for any of it."""

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Annotated, Any

import httpx
import jwt as pyjwt
import pytest
from fastapi import APIRouter, FastAPI
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from app.database.connections import Database
from app.database.reader import ReaderDep
from app.http.endpoint import Route
from app.http.problems import Problem
from app.issuers import Issuer
from app.main import create_app
from app.security.roles import ROLE_NAMES, ROLES, Actor, Role, allow
from app.security.tokens import REASONS, REFUSALS, VERIFIED_SECONDS, TokenVerifier
from app.settings import Settings
from tests.factories import tokens
from tests.factories.tokens import (
    AUDIENCE,
    HOSTILE,
    ISSUERS,
    JWKS,
    KID,
    MASKINPORTEN,
    PEOPLE,
    PROVIDER_A,
    Hostile,
    bearer,
    machine_claims,
    person_claims,
    signed,
)

# Fetches nothing: the issuers' keys stand in the settings here (test_key_sets.py has the others).
CLIENT = httpx.AsyncClient()


class Time:
    """A clock that moves when told to, for both of the service's: the wall and the monotonic one."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.started = datetime.fromtimestamp(tokens.now(), UTC)

    def now(self) -> datetime:
        return self.started + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds


def keys_for(issuers: Sequence[Issuer] = ISSUERS, *, time: Time | None = None, **options: Any) -> TokenVerifier:
    clock = time or Time()
    return TokenVerifier(issuers, CLIENT, now=clock.now, monotonic=clock.monotonic, **options)


async def authenticated(token: str, keys: TokenVerifier | None = None) -> Actor:
    return await (keys or keys_for()).authenticate([f"Bearer {token}"])


async def refusal(token: str, keys: TokenVerifier) -> Problem:
    with pytest.raises(Problem) as caught:
        await keys.authenticate([f"Bearer {token}"])
    return caught.value


def oracle_accepts(token: str) -> bool:
    """Whether PyJWT, told to be as strict as it can be, accepts it."""
    try:
        key = pyjwt.PyJWKSet.from_dict(JWKS)[pyjwt.get_unverified_header(token)["kid"]]
        unverified = pyjwt.decode(token, options={"verify_signature": False})
        pyjwt.decode(
            token,
            key,
            algorithms=["RS256"],
            audience=AUDIENCE,
            issuer=[MASKINPORTEN, PEOPLE],
            leeway=10,
            options={"require": ["iss", "aud", "exp", "iat"] + ["sub"] * (unverified.get("iss") == PEOPLE)},
        )
    except (pyjwt.PyJWTError, KeyError, ValueError, TypeError, OverflowError, RecursionError):
        return False
    return True


def refused(reason: str) -> float:
    # This figure alone: all that a whole run has counted take a tenth of a second to go through.
    samples = [sample for metric in REFUSALS.collect() for sample in metric.samples]
    name = "vekstplass_tokens_refused_total"
    return next((one.value for one in samples if (one.name, one.labels) == (name, {"reason": reason})), 0.0)


# Instants are seconds from now, whenever that is: the suite takes minutes.
GOOD: dict[str, dict[str, Any]] = {
    "as it comes": {},
    "aud is a list": {"aud": ["https://arkiv.kommune.example", AUDIENCE]},
    "nbf now": {"nbf": 0},
    "issuer's clock runs ahead": {"iat": 8, "nbf": 8},
    "just expired": {"exp": -2, "iat": -120},
}


@pytest.mark.parametrize("changes", GOOD.values(), ids=GOOD.keys())
async def test_good_tokens_are_accepted_and_pyjwt_agrees(changes: dict[str, Any]) -> None:
    claims = {name: tokens.now() + value if isinstance(value, int) else value for name, value in changes.items()}
    token = signed(machine_claims() | claims)
    keys = TokenVerifier(ISSUERS, CLIENT, skew=300)
    assert (await authenticated(token, keys)).organisation == PROVIDER_A
    assert "exp" in changes or oracle_accepts(token)


@pytest.mark.parametrize("header", [{}, {"typ": "at+jwt"}, {"typ": "application/at+JWT"}, {"typ": "jwt"}, {"x5t": "y"}])
async def test_good_headers_are_accepted_and_pyjwt_agrees(header: dict[str, str]) -> None:
    token = signed(machine_claims(), header)
    assert (await authenticated(token)).kind == "machine"
    assert oracle_accepts(token)


@pytest.mark.parametrize("value", ["bearer {}", "BEARER {}", "Bearer   {}", " Bearer {} "])
async def test_the_scheme_has_no_case(value: str) -> None:
    actor = await keys_for().authenticate([value.format(signed(machine_claims()))])
    assert actor.organisation == PROVIDER_A


# --- hostile tokens --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", HOSTILE, ids=lambda case: case.name)
async def test_hostile_tokens_are_refused(case: Hostile) -> None:
    values, before = case.values(), refused(case.reason)
    keys = keys_for()
    for _ in range(2):  # a refusal is not remembered as anything else
        with pytest.raises(Problem) as caught:
            await keys.authenticate(values)
        problem = caught.value
        assert (problem.type.status, problem.type.code, problem.detail) == (
            401,
            "unauthenticated",
            REASONS[case.reason],
        )
        challenge = "Bearer" if case.reason == "missing" else 'Bearer error="invalid_token"'
        assert problem.headers["WWW-Authenticate"] == challenge
        said = json.dumps([problem.body(), problem.headers])
        assert not any(part in said for value in values for part in value.split(".") if len(part) > 12)
    assert refused(case.reason) == before + 2


@pytest.mark.parametrize("case", HOSTILE, ids=lambda case: case.name)
def test_pyjwt_refuses_what_breaks_the_rules_of_jwt(case: Hostile) -> None:
    values = case.values()
    token = values[0].removeprefix("Bearer ") if values else ""
    assert oracle_accepts(token) is not case.pyjwt_refuses


VALUES: st.SearchStrategy[object] = (
    st.sampled_from(
        [
            None,
            True,
            0,
            2**40,
            2.5,
            "x",
            "1700000000",
            [],
            {},
            [AUDIENCE],
            MASKINPORTEN,
            PEOPLE,
            KID,
            "none",
            "HS256",
            ["exp"],
        ]
    )
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=9)
)
CLAIMS = ("iss", "aud", "exp", "iat", "nbf", "sub", "jti", "scope", "consumer", "supplier", "roles", "at_hash", "other")
HEADERS = ("alg", "typ", "kid", "crit", "b64", "jku", "jwk", "zip", "other")


@given(
    st.booleans(),
    st.dictionaries(st.sampled_from(CLAIMS), VALUES, max_size=2),
    st.dictionaries(st.sampled_from(HEADERS), VALUES, max_size=1),
)
@hypothesis_settings(max_examples=300, deadline=None)
async def test_whatever_is_accepted_pyjwt_accepts(
    machine: bool, changes: dict[str, object], header: dict[str, object]
) -> None:
    token = signed((machine_claims() if machine else person_claims("auditor")) | changes, header)
    try:
        await authenticated(token, TokenVerifier(ISSUERS, CLIENT))
    except Problem:
        return
    assert oracle_accepts(token)


def test_settings_that_would_let_anyone_in_stop_the_start() -> None:
    with pytest.raises(ValueError, match="twice"):
        TokenVerifier([ISSUERS[0], ISSUERS[0]], CLIENT)
    for audience in ("", "unspecified"):
        with pytest.raises(ValueError, match="audience"):
            TokenVerifier([ISSUERS[0].model_copy(update={"audience": audience})], CLIENT)


async def test_people_of_two_issuers_are_not_one_person() -> None:
    """The same `sub` at another issuer is somebody else: in the log, for kept answers, and to four eyes."""
    other = ISSUERS[1].model_copy(update={"issuer": "https://other.example", "name": "other"})
    keys = keys_for([*ISSUERS, other])
    first = await authenticated(signed(person_claims("finance", subject="a@b:c")), keys)
    second = await authenticated(signed(person_claims("finance", subject="a@b:c", iss=other.issuer)), keys)
    assert (first.name, second.name) == ("person:a@b:c", "person@other:a@b:c")
    assert first.identity.actor != second.identity.actor


@pytest.mark.parametrize(
    ("changes", "claims", "reason"),
    [
        ({"acr": ("high", "substantial")}, {}, "level"),
        ({"acr": ("high", "substantial")}, {"acr": "low"}, "level"),
        ({"acr": ("high", "substantial")}, {"acr": ["high"]}, "level"),
        ({"acr": ("high", "substantial")}, {"acr": "high"}, None),
        ({"client_ids": ("page",)}, {}, "client"),
        ({"client_ids": ("page",)}, {"azp": "another"}, "client"),
        ({"client_ids": ("page",)}, {"azp": "another", "client_id": "page"}, "client"),
        ({"client_ids": ("page",)}, {"azp": {"page": 1}}, "client"),
        ({"client_ids": ("page",)}, {"azp": "page"}, None),
        ({"client_ids": ("page",)}, {"client_id": "page"}, None),
        ({}, {"acr": "low", "azp": "another"}, None),
    ],
)
async def test_an_issuers_clients_and_levels(
    changes: dict[str, Any], claims: dict[str, Any], reason: str | None
) -> None:
    keys = keys_for([ISSUERS[1].model_copy(update=changes)])
    token = signed(person_claims("case_officer", **claims))
    if reason is None:
        assert (await authenticated(token, keys)).name == "person:ingrid"
    else:
        assert (await refusal(token, keys)).detail == REASONS[reason]


async def test_a_person_s_token_lives_shorter_than_a_machine_s() -> None:
    keys = keys_for(max_lifetime=7200, max_person_lifetime=3600)
    for seconds in (3600, 7200):
        assert (await authenticated(signed(machine_claims(exp=tokens.now() + seconds)), keys)).kind == "machine"
    await authenticated(signed(person_claims("finance")), keys)
    longer = signed(person_claims("finance", exp=tokens.now() + 3602))
    assert (await refusal(longer, keys)).detail == REASONS["lifetime"]


async def test_a_token_ends_when_it_says_also_when_it_is_remembered() -> None:
    time = Time()
    keys = keys_for(time=time)
    token = signed(machine_claims(exp=tokens.now() + 30))
    await authenticated(token, keys)
    time.seconds = 45
    assert (await refusal(token, keys)).detail == REASONS["expired"]


async def test_a_verified_token_is_remembered_for_a_minute() -> None:
    time, verified = Time(), 0

    def now() -> datetime:  # read once for each verification, and for nothing else
        nonlocal verified
        verified += 1
        return time.now()

    keys = TokenVerifier(ISSUERS, CLIENT, now=now, monotonic=time.monotonic)
    token = signed(machine_claims())
    for seconds, times in ((0, 1), (0, 1), (VERIFIED_SECONDS - 1, 1), (VERIFIED_SECONDS, 2), (VERIFIED_SECONDS + 1, 2)):
        time.seconds = seconds
        await authenticated(token, keys)
        assert verified == times


async def test_what_is_remembered_is_bounded_and_the_oldest_goes_first() -> None:
    keys = keys_for(remembered=3)
    sent = [signed(person_claims("auditor", subject=f"p{n}")) for n in range(5)]
    for token in sent:
        await authenticated(token, keys)
    assert list(keys._verified) == [hashlib.sha256(token.encode()).digest() for token in sent[2:]]


# --- through HTTP ----------------------------------------------------------------------------------------------------


@cache
def service() -> FastAPI:
    """The service over a database that does not answer, with one route more for each role, and one for two."""
    router = APIRouter(route_class=Route)

    def add(role: Role) -> None:
        @router.get(f"/only/{role}")
        async def only(reader: ReaderDep, actor: Annotated[Actor, allow(role)]) -> str:
            return actor.name

    for role in ROLES:
        add(role)

    @router.get("/money")
    async def money(reader: ReaderDep, actor: Annotated[Actor, allow("case_officer", "finance")]) -> str:
        return actor.name

    app = create_app(Settings(issuers=ISSUERS))
    app.include_router(router)
    app.state.authenticator = TokenVerifier(ISSUERS, CLIENT)
    app.state.database = Database("postgresql+asyncpg://nobody@127.0.0.1:1/none")
    return app


def calling(app: FastAPI) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test")


@pytest.mark.parametrize("case", HOSTILE, ids=lambda case: case.name)
async def test_a_hostile_token_is_a_401_that_costs_no_connection(case: Hostile) -> None:
    headers = [("Authorization", value) for value in case.values()]
    async with calling(service()) as client:
        for method, path in (("GET", "/only/provider"), ("GET", "/v1/providers"), ("POST", "/v1/providers?x=1")):
            answer = await client.request(method, path, headers=headers)
            assert (answer.status_code, answer.json()["type"]) == (401, "/problems/unauthenticated")
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")
            assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("wanted", ROLES)
@pytest.mark.parametrize("role", ROLES)
async def test_a_route_is_for_its_roles_alone(role: Role, wanted: Role) -> None:
    async with calling(service()) as client:
        answer = await client.get(f"/only/{wanted}", headers=bearer(role))
    if role == wanted:
        assert answer.status_code == 200
    else:
        assert (answer.status_code, answer.json()["type"]) == (403, "/problems/role-required")
        assert ROLE_NAMES[wanted] in answer.json()["detail"]


async def test_any_of_the_roles_will_do_and_the_refusal_names_them_all() -> None:
    async with calling(service()) as client:
        assert (await client.get("/money", headers=bearer("finance"))).json() == "person:finance"
        assert (await client.get("/money", headers=bearer("finance", PROVIDER_A))).json() == f"org:0192:{PROVIDER_A}"
        refusal = (await client.get("/money", headers=bearer("auditor"))).json()
        assert refusal["detail"] == "Dette kan berre Forvaltningskontoret eller økonomi gjere."
        assert (
            await client.get("/money", headers={"Authorization": f"Bearer {signed(machine_claims(''))}"})
        ).status_code == 403


async def test_a_route_of_another_class_is_guarded_all_the_same() -> None:
    app = FastAPI()

    @app.get("/bare")
    async def bare(actor: Annotated[Actor, allow("auditor")]) -> str:
        return actor.name

    app.state.authenticator = TokenVerifier(ISSUERS, CLIENT)
    async with calling(app) as client:
        assert (await client.get("/bare", headers=bearer("auditor"))).json() == "person:auditor"
        with pytest.raises(Problem, match="unauthenticated"):
            await client.get("/bare")
        with pytest.raises(Problem, match="role-required"):
            await client.get("/bare", headers=bearer("finance"))


def test_roles_are_readable_and_the_operation_documents_its_security() -> None:
    assert allow("auditor", "finance").dependency.roles == {"auditor", "finance"}
    with pytest.raises(ValueError, match="nobody"):
        allow()
    app = FastAPI()

    @app.get("/a")
    async def a(actor: Annotated[Actor, allow("auditor")]) -> str:
        return actor.name

    document = app.openapi()
    assert document["paths"]["/a"]["get"]["security"] == [{"bearer": []}]
    scheme = document["components"]["securitySchemes"]["bearer"]
    assert (scheme["type"], scheme["scheme"], scheme["bearerFormat"]) == ("http", "bearer", "JWT")
    assert "parameters" not in document["paths"]["/a"]["get"]
