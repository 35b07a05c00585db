"""The demo's own issuer: its key, and that the service accepts what it mints and nothing else of it."""

import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import httpx
import pytest

from app.demo.issuer import AUDIENCE, MUNICIPALITY, DemoIssuer, load_or_create
from app.http.problems import Problem
from app.security.roles import ROLES
from app.security.tokens import REASONS, TokenVerifier
from tests.factories.tokens import ISSUERS, PROVIDER_A

CLIENT = httpx.AsyncClient()


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> DemoIssuer:
    return load_or_create(tmp_path_factory.mktemp("demo"))


@pytest.fixture
def keys(demo: DemoIssuer) -> TokenVerifier:
    return TokenVerifier(demo.issuers, CLIENT)


@pytest.mark.parametrize("role", ROLES)
async def test_each_role_can_be_minted(role: str, demo: DemoIssuer, keys: TokenVerifier) -> None:
    token = demo.mint(
        role,
        organisation=PROVIDER_A if role == "provider" else None,
        service_area="mental_health" if role == "service" else None,
    )
    actor = await keys.authenticate([f"Bearer {token}"])
    assert actor.roles == frozenset({role})
    expected = {"provider": PROVIDER_A, "epj": MUNICIPALITY, "finance": MUNICIPALITY}.get(role)
    assert (actor.organisation, actor.kind) == (expected, "machine" if expected else "person")
    assert actor.issuer == demo.issuer_for(actor.kind)
    assert actor.service_area == ("mental_health" if role == "service" else None)


async def test_a_subject_makes_it_a_person(demo: DemoIssuer, keys: TokenVerifier) -> None:
    actor = await keys.authenticate([f"Bearer {demo.mint('finance', subject='solveig')}"])
    assert (actor.name, actor.roles) == ("person:solveig", frozenset({"finance"}))


async def test_a_providers_person_has_its_organisation(demo: DemoIssuer, keys: TokenVerifier) -> None:
    actor = await keys.authenticate([f"Bearer {demo.mint('provider', PROVIDER_A, subject='kari')}"])
    assert (actor.name, actor.organisation, actor.roles) == ("person:kari", PROVIDER_A, frozenset({"provider"}))


async def test_a_token_of_the_demo_ends(demo: DemoIssuer, keys: TokenVerifier) -> None:
    with pytest.raises(Problem) as caught:
        await keys.authenticate([f"Bearer {demo.mint('auditor', lifetime=timedelta(seconds=-60))}"])
    assert caught.value.detail == REASONS["expired"]


async def test_a_service_that_is_not_the_demo_does_not_trust_it(demo: DemoIssuer) -> None:
    with pytest.raises(Problem) as caught:
        await TokenVerifier(ISSUERS, CLIENT).authenticate([f"Bearer {demo.mint('case_officer')}"])
    assert caught.value.detail == REASONS["issuer"]


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ({"role": "king"}, "unknown role king: one of case_officer"),
        ({"role": "provider"}, "needs an organisation"),
        ({"role": "provider", "organisation": "123456789"}, "not a valid organisation number"),
        ({"role": "provider", "subject": "kari"}, "needs a valid organisation number"),
        ({"role": "epj", "subject": "kari"}, "belongs to machines"),
        ({"role": "service"}, "goes with the role service"),
        ({"role": "service", "service_area": "other"}, "goes with the role service"),
        ({"role": "auditor", "service_area": "habilitation"}, "goes with the role service"),
        ({"role": "case_officer", "organisation": PROVIDER_A}, "has no organisation"),
    ],
)
def test_what_cannot_be_minted_is_said(wanted: dict[str, Any], message: str, demo: DemoIssuer) -> None:
    with pytest.raises(ValueError, match=message):
        demo.mint(**wanted)


def test_the_key_is_kept_for_its_owner_alone(tmp_path: Path) -> None:
    directory = tmp_path / "new" / "data"
    made, again = load_or_create(directory), load_or_create(directory)
    assert made == again
    assert stat.S_IMODE((directory / "issuer.pem").stat().st_mode) == 0o600
    assert "PRIVATE" not in repr(made)
    assert set(made.jwks["keys"][0]) == {"kty", "n", "e", "kid", "use", "alg"}
    assert {issuer.audience for issuer in made.issuers} == {AUDIENCE}


def test_a_start_that_was_killed_midway_is_made_good(tmp_path: Path) -> None:
    (tmp_path / "issuer.new").write_bytes(b"-----BEGIN")
    assert load_or_create(tmp_path).mint("auditor")


def test_what_is_not_a_key_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "issuer.pem").write_bytes(b"something of mine")
    with pytest.raises(ValueError, match="."):
        load_or_create(tmp_path)
    assert (tmp_path / "issuer.pem").read_bytes() == b"something of mine"


def test_starts_at_once_make_one_key(tmp_path: Path) -> None:
    together = Barrier(8)

    def start(_: int) -> str:
        together.wait()
        return load_or_create(tmp_path).kid

    # The lock belongs to the open file, so for it threads are as good as processes.
    with ThreadPoolExecutor(8) as starters:
        assert len(set(starters.map(start, range(8)))) == 1
