"""A caller with two roles sees at most what it sees with the one and what it sees with the other."""

from itertools import combinations, product

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from app.security.tokens import ROLES
from tests.conftest import Api
from tests.factories import steps
from tests.factories.world import GLOEDE, KIM, World, add_person, build

AREAS = ("habilitation", "mental_health")


async def build_with_protected(api: Api) -> World:
    """As `build`, and at each provider somebody more, whose address is protected."""
    world = await build(api)
    ids = dict(world.ids)
    for name, beside, number, area in (("c", "a", GLOEDE, AREAS[0]), ("d", "b", KIM, AREAS[1])):
        provider_id = world.ids[beside]["provider_id"]
        ids[name] = await add_person(api, number, provider_id, area, "Dulgt", absence="F-2")
        path = f"/v1/participants/{ids[name]['participant_id']}"
        etag = (await api.case_officer.get(path)).headers["etag"]
        protected = await api.case_officer.patch(path, json={"address_protection": True}, headers={"If-Match": etag})
        steps.ok(protected, 200)
    return World(ids, world.callers)


@pytest.mark.parametrize("area", AREAS)
@pytest.mark.parametrize("organisation", [GLOEDE, KIM])
async def test_policies_add_up_and_no_more(api: Api, connection: AsyncConnection, organisation: str, area: str) -> None:
    """Every table, as every pair of roles there is, PostgreSQL being told both."""
    await build_with_protected(api)
    tables = await connection.scalars(
        text(
            "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')"
            " and relrowsecurity and has_table_privilege(oid, 'select')"
        )
    )
    names = tables.all()
    seen: dict[tuple[str, str], set[str]] = {}
    for roles in (*ROLES, *(",".join(pair) for pair in combinations(ROLES, 2))):
        caller = {"actor": "test", "roles": roles, "organisation": organisation, "area": area}
        await connection.execute(text("select set_caller(:actor, :roles, :organisation, :area, '')"), caller)
        for name in names:
            seen[name, roles] = set(await connection.scalars(text(f"select ctid::text from {name}")))
    shared = 0
    for name, (one, other) in product(names, combinations(ROLES, 2)):
        assert seen[name, f"{one},{other}"] == seen[name, one] | seen[name, other], (name, one, other)
        shared += bool(seen[name, one] and seen[name, other])
    assert shared > 50
