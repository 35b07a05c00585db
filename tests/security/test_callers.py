"""Whom a good token stands for: organisation, roles and service area ("Identity" in the contract)."""

import httpx
import pytest

from app.database.identity import DatabaseIdentity
from app.security.roles import Actor
from app.security.tokens import TokenVerifier
from tests.factories.tokens import (
    ISSUERS,
    MASKINPORTEN,
    PEOPLE,
    PROVIDER_A,
    PROVIDER_B,
    SCOPES,
    machine_claims,
    person_claims,
    signed,
)

CLIENT = httpx.AsyncClient()


async def authenticated(token: str) -> Actor:
    return await TokenVerifier(ISSUERS, CLIENT).authenticate([f"Bearer {token}"])


@pytest.mark.parametrize(("role", "scope"), SCOPES.items())
async def test_a_machine_is_the_consumer_with_the_role_of_its_scope(role: str, scope: str) -> None:
    actor = await authenticated(signed(machine_claims(f"openid {scope} alver:plass/ukjend")))
    expected = Actor(f"0192:{PROVIDER_A}", "machine", frozenset({role}), PROVIDER_A, issuer=MASKINPORTEN)
    assert actor == expected
    assert actor.name == f"org:0192:{PROVIDER_A}"
    assert actor.identity == DatabaseIdentity(actor.name, frozenset({role}), PROVIDER_A, None)


async def test_a_person_has_the_roles_of_the_directory() -> None:
    actor = await authenticated(signed(person_claims("case_officer", "finance", "janitor")))
    assert actor == Actor("ingrid", "person", frozenset({"case_officer", "finance"}), issuer=PEOPLE)
    assert actor.name == "person:ingrid"
    assert actor.identity == DatabaseIdentity("person:ingrid", frozenset({"case_officer", "finance"}), None, None)


async def test_supplier_is_kept_beside_the_consumer() -> None:
    supplier = {"authority": "iso6523-actorid-upis", "ID": f"0192:{PROVIDER_B}"}
    actor = await authenticated(signed(machine_claims(supplier=supplier)))
    assert (actor.organisation, actor.supplier) == (PROVIDER_A, PROVIDER_B)


@pytest.mark.parametrize("scope", ["", "openid", "alver:plass/leverandor.read", "ALVER:PLASS/EPJ", "alver:plass/epj,x"])
async def test_a_machine_without_a_known_scope_has_no_role(scope: str) -> None:
    assert (await authenticated(signed(machine_claims(scope)))).roles == frozenset()


async def test_a_machine_has_no_role_from_roles_and_a_person_none_from_scopes() -> None:
    machine = await authenticated(signed(machine_claims("", roles=["case_officer"], sub="ingrid")))
    person = await authenticated(signed(person_claims(scope=SCOPES["finance"], consumer={"ID": f"0192:{PROVIDER_A}"})))
    assert (machine.roles, machine.kind) == (frozenset(), "machine")
    assert (person.roles, person.organisation) == (frozenset(), None)


async def test_machine_roles_are_not_for_people() -> None:
    assert (await authenticated(signed(person_claims("epj", organisation=PROVIDER_A)))).roles == frozenset()


async def test_a_person_of_a_provider_acts_for_its_organisation() -> None:
    actor = await authenticated(signed(person_claims("provider", organisation=PROVIDER_A)))
    assert actor == Actor("ingrid", "person", frozenset({"provider"}), PROVIDER_A, issuer=PEOPLE)
    assert actor.identity == DatabaseIdentity("person:ingrid", frozenset({"provider"}), PROVIDER_A, None)


@pytest.mark.parametrize("organisation", [None, "", "123456789", "0192:310300403", 310300403, ["310300403"]])
async def test_a_person_of_no_known_organisation_is_no_provider(organisation: object) -> None:
    actor = await authenticated(signed(person_claims("provider", organisation=organisation)))
    assert (actor.roles, actor.organisation) == (frozenset(), None)


async def test_the_role_of_a_provider_does_not_go_with_another() -> None:
    """Who decides at the municipality does not also answer for an enterprise."""
    actor = await authenticated(signed(person_claims("provider", "case_officer", organisation=PROVIDER_A)))
    assert (actor.roles, actor.organisation) == (frozenset({"case_officer"}), None)


@pytest.mark.parametrize("area", ["habilitation", "mental_health"])
async def test_service_counts_with_its_area(area: str) -> None:
    actor = await authenticated(signed(person_claims("service", service_area=area)))
    assert (actor.roles, actor.identity.service_area) == (frozenset({"service"}), area)


@pytest.mark.parametrize("area", [None, "other", "", ["habilitation"], {"habilitation": True}])
async def test_service_without_a_known_area_is_dropped(area: object) -> None:
    actor = await authenticated(signed(person_claims("service", "finance", service_area=area)))
    assert (actor.roles, actor.service_area) == (frozenset({"finance"}), None)
    actor = await authenticated(signed(person_claims("finance", service_area="habilitation")))
    assert actor.service_area is None, "an area without the role is not told to the database"
