"""What takes two people takes two, though one person has a name at each issuer (C13, GDPR art. 17)."""

from collections.abc import Callable, Iterator

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from app.issuers import Issuer
from app.security.roles import Actor
from app.security.tokens import TokenVerifier
from tests.conftest import Api
from tests.factories import steps
from tests.factories.erasure import REASON
from tests.factories.settlements import SETTLEMENTS, before_may, close
from tests.factories.steps import ok, refused
from tests.factories.tokens import ISSUERS, person_claims, signed

OTHER = ISSUERS[1].model_copy(update={"issuer": "https://other.example", "name": "other"})
APPROVAL = {"approved": True}
Client = Callable[..., httpx.AsyncClient]


@pytest.fixture
def caller(api: Api) -> Iterator[Client]:
    """A client of somebody whom one of two issuers knows."""
    before = api.app.state.authenticator
    api.app.state.authenticator = TokenVerifier([*ISSUERS, OTHER], httpx.AsyncClient())

    def make(role: str, subject: str, issuer: Issuer = ISSUERS[1]) -> httpx.AsyncClient:
        token = signed(person_claims(role, subject=subject, iss=issuer.issuer))
        return api.client({"Authorization": f"Bearer {token}"})

    yield make
    api.app.state.authenticator = before


@pytest.mark.parametrize("approved", [True, False])
async def test_erasure_is_not_decided_through_another_door(api: Api, caller: Client, approved: bool) -> None:
    person = await steps.participant(api)
    path = f"/v1/participants/{person}/erasure"
    asked = ok(await caller("case_officer", "0e8c", OTHER).post(path, json=REASON), 202)
    assert asked["requested_by"] == "person@other:0e8c"
    problem = refused(
        await caller("case_officer", "kari").post(f"{path}/approval", json={"approved": approved}), 409, "own-erasure"
    )
    assert "ei anna teneste" in problem["detail"]
    assert ok(await api.case_officer.get(f"/v1/participants/{person}"), 200)["given_name"] == "Sprek"
    # A second person of the same issuer is known to be another.
    ok(await caller("case_officer", "1f9d", OTHER).post(f"{path}/approval", json=APPROVAL), 200)


async def test_settlement_is_not_approved_through_another_door(
    api: Api, caller: Client, connection: AsyncConnection
) -> None:
    await before_may(api, connection, 0)
    await close(caller("finance", "kari"), 1)
    path = f"{SETTLEMENTS}/1/approval"
    problem = refused(await caller("finance", "0e8c", OTHER).post(path, json=APPROVAL), 409, "own-settlement")
    assert "ei anna teneste" in problem["detail"]
    ok(await caller("finance", "ola").post(path, json=APPROVAL), 200)


@pytest.mark.parametrize(
    ("name", "is_another"),
    [
        ("person:kari", False),
        ("person:ola", True),
        ("person@other:kari", False),
        ("person@other:ola", False),
        ("org:0192:920290922", True),
    ],
)
def test_who_is_known_to_be_another(name: str, is_another: bool) -> None:
    assert Actor("kari", "person", frozenset({"finance"})).is_another_person_than(name) is is_another


def test_a_name_with_a_colon_is_read_to_the_first() -> None:
    actor = Actor("a:b", "person", frozenset({"finance"}), issuer_name="other")
    assert actor.is_another_person_than("person@other:a:c")
    assert not actor.is_another_person_than("person:other:a:c")
