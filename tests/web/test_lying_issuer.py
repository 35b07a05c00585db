"""An issuer that lies, in its id token (OpenID Connect Core § 3.1.3.7) or its answer: no session, and why not."""

import json
from typing import Any

import pytest

from tests.factories.openid import CLIENT_ID
from tests.factories.participants import identity_numbers
from tests.factories.tokens import assemble, b64, compact, now
from tests.web.doors import Door, assert_refused


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"nonce": "another"}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"nonce": 7}, "nonce"),
        ({"nonce": "\ud800"}, "nonce"),
        ({"aud": "another-client"}, "audience"),
        ({"aud": None}, "audience"),
        ({"aud": [CLIENT_ID, "another-client"]}, "audience"),
        ({"azp": "another-client"}, "authorized_party"),
        ({"iss": "https://another.example"}, "issuer"),
        ({"iss": None}, "issuer"),
        ({"exp": None}, "claims"),
        ({"exp": "9999999999"}, "claims"),
        ({"iat": None}, "claims"),
        ({"sub": None}, "claims"),
        ({"sub": identity_numbers(1)[0]}, "claims"),
        ({"sub": "æ"}, "claims"),
        ({"roles": 7}, "claims"),
        ({"at_hash": "another-access-token"}, "claims"),
    ],
)
async def test_id_token_that_says_something_else(door: Door, claims: dict[str, Any], reason: str) -> None:
    door.issuer.claims |= claims
    await assert_refused(door, await door.log_in(), reason)


@pytest.mark.parametrize(
    ("name", "seconds", "reason"),
    [("exp", -11, "expired"), ("iat", 600, "not_yet_valid"), ("nbf", 600, "not_yet_valid")],
)
async def test_id_token_of_another_time(door: Door, name: str, seconds: int, reason: str) -> None:
    door.issuer.claims[name] = now() + seconds
    await assert_refused(door, await door.log_in(), reason)


@pytest.mark.parametrize(("name", "seconds"), [("exp", -5), ("iat", 5), ("nbf", 5)])
async def test_issuers_clock_may_differ_a_little(door: Door, name: str, seconds: int) -> None:
    door.issuer.claims[name] = now() + seconds
    assert (await door.log_in()).status_code == 303


@pytest.mark.parametrize("claims", [{"aud": [CLIENT_ID], "azp": CLIENT_ID}, {"at_hash": None}])
async def test_id_token_that_says_it_in_another_form(door: Door, claims: dict[str, Any]) -> None:
    door.issuer.claims |= claims
    assert (await door.log_in()).status_code == 303


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ({"alg": "none"}, "algorithm"),
        ({"alg": "HS256"}, "algorithm"),
        ({"kid": "unknown"}, "key"),
        ({"kid": None}, "key"),
        ({"crit": ["exp"]}, "critical"),
        ({"typ": "at+jwt"}, "type"),
    ],
)
async def test_id_token_with_another_header(door: Door, header: dict[str, Any], reason: str) -> None:
    door.issuer.header = header
    await assert_refused(door, await door.log_in(), reason)


async def test_id_token_without_a_signature(door: Door) -> None:
    claims = {"iss": door.issuer.address, "aud": CLIENT_ID, "sub": "kari", "iat": now(), "exp": now() + 60}
    door.issuer.token = f"{b64(compact({'alg': 'none'}))}.{b64(compact(claims))}."
    await assert_refused(door, await door.log_in(), "malformed")


async def test_id_token_that_somebody_else_signed(door: Door) -> None:
    door.issuer.signs_with, door.issuer.header = "thief", {"kid": "issuer-1"}
    await assert_refused(door, await door.log_in(), "signature")


@pytest.mark.parametrize("token", ["token", "a.b.c", "x" * 9000, assemble(b"[]", b"{}")])
async def test_id_token_that_is_none(door: Door, token: str) -> None:
    door.issuer.token = token
    await assert_refused(door, await door.log_in(), "malformed")


@pytest.mark.parametrize("sent", ["https://another.example", "", None])
async def test_answer_of_another_issuer(door: Door, sent: str | None) -> None:
    """RFC 9207: the issuer says that its answers name it, so one without a name is another's."""
    door.issuer.answer = {"iss": sent}
    await assert_refused(door, await door.log_in(), "answered_by_another")


async def test_issuer_that_does_not_name_itself(door: Door) -> None:
    door.issuer.metadata = {"authorization_response_iss_parameter_supported": None}
    door.issuer.answer = {"iss": None}
    assert (await door.log_in()).status_code == 303


@pytest.mark.parametrize(
    ("error", "reason", "title"),
    [
        ("access_denied", "cancelled", "Innlogginga vart avbroten"),
        ("server_error", "issuer_error", "Pålogginga svarte med ein feil"),
        ("<script>", "issuer_error", "Pålogginga svarte med ein feil"),
    ],
)
async def test_issuer_that_says_no(door: Door, error: str, reason: str, title: str) -> None:
    door.issuer.answer = {"code": None, "error": error, "error_description": "Kari Nordmann"}
    answer = await door.log_in()
    await assert_refused(door, answer, reason, title)
    assert "<script>" not in answer.text + json.dumps(door.lines)
    assert "Kari Nordmann" not in answer.text + json.dumps(door.lines)
