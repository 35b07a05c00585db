"""A caller with two roles sees at most what it sees with the one and what it sees with the other."""

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from itertools import combinations, product

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

import postgres
from app.security.roles import EMPLOYEE_ROLES, EXCLUSIVE_ROLES, ROLES, SCOPES
from app.settings import Settings
from tests.conftest import Api, committing
from tests.factories import steps
from tests.factories.tokens import PROVIDER_A, PROVIDER_B, machine_claims, person_claims, signed
from tests.factories.world import GLOEDE, KIM, VISIBLE, World, add_person, build
from tests.http.operations import Operation, operations
from tests.http.roles import table
from tests.security.test_matrix import address, path_ids

AREAS = ("habilitation", "mental_health")
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
TABLE = table()
# Each request adds rows, and a page holds the newest: what each role sees is asked for before and after.
GROWING = ("/v1/access-log", "/v1/participants/{participant_id}/access-log")


@dataclass(frozen=True, slots=True)
class Caller:
    """A token's roles, and the organisation or service area in it."""

    roles: frozenset[str]
    organisation: str | None = None
    service_area: str | None = None

    def __str__(self) -> str:
        return "+".join([*sorted(self.roles), *filter(None, (self.organisation, self.service_area))])

    def alone(self) -> Iterator["Caller"]:
        """The same caller with one of its roles at a time."""
        for role in sorted(self.roles):
            yield Caller(frozenset({role}), self.organisation, self.service_area)

    def client(self, api: Api) -> httpx.AsyncClient:
        """A client with such a token. An organisation is a machine's."""
        if self.organisation is None:
            claims = person_claims(*sorted(self.roles), service_area=self.service_area)
        else:
            scopes = (scope for scope, role in SCOPES.items() if role in self.roles)
            claims = machine_claims(" ".join(scopes), self.organisation)
        return api.client({"Authorization": f"Bearer {signed(claims)}"})


def token_pairs() -> list[Caller]:
    """Every pair of roles that a token can have: a person's roles, which the auditor shares with no case officer, or a
    machine's.
    """
    people = [
        Caller(frozenset(pair))
        for pair in combinations(sorted(EMPLOYEE_ROLES), 2)
        if "service" not in pair and not EXCLUSIVE_ROLES.issubset(pair)
    ]
    serving = [
        Caller(frozenset({"service", role}), service_area=area)
        for role, area in product(sorted(EMPLOYEE_ROLES - {"service"}), AREAS)
    ]
    machines = [
        Caller(frozenset(pair), organisation)
        for pair, organisation in product(combinations(sorted(SCOPES.values()), 2), (PROVIDER_A, PROVIDER_B))
    ]
    return [*people, *serving, *machines]


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


@pytest.fixture(scope="module")
async def stand(cluster: postgres.Cluster, settings: Settings) -> AsyncIterator[tuple[Api, World]]:
    """An application on a database of its own, with everybody in it: for tests that only read."""
    async with committing(cluster, settings) as api:
        yield api, await build_with_protected(api)


def test_every_pair_of_a_tokens_roles_is_here() -> None:
    pairs = {pair.roles for pair in token_pairs()}
    assert pairs == {
        frozenset(pair) for kind in (EMPLOYEE_ROLES, SCOPES.values()) for pair in combinations(sorted(kind), 2)
    } - {EXCLUSIVE_ROLES}


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


def requests(world: World) -> Iterator[tuple[Operation, str, set[str]]]:
    """Every read, with ids of two people in its path: its address, and the ids in that."""
    for operation in operations():
        if operation.method != "GET" or not operation.secured:
            continue
        kinds = [kind for kind in path_ids(operation) if kind in VISIBLE]
        if not kinds:
            yield operation, address(operation, {}), set()
        # One is own and one foreign to each provider and area, and one is protected.
        for theirs in (world.ids["b"], world.ids["c"]) if kinds else ():
            if all(kind in theirs for kind in kinds):
                ids = {kind: theirs[kind] for kind in kinds}
                yield operation, address(operation, ids), set(ids.values())


async def find_ids(api: Api, caller: Caller, target: str) -> set[str]:
    """The ids in an answer, none where it is refused."""
    answer = await caller.client(api).get(target)
    assert answer.status_code < 500, (str(caller), target, answer.text)
    return set(UUID.findall(answer.text)) if answer.status_code == 200 else set()


@pytest.mark.parametrize("pair", token_pairs(), ids=str)
async def test_two_roles_see_at_most_what_each_sees(stand: tuple[Api, World], pair: Caller) -> None:
    api, world = stand
    compared = 0
    for operation, target, named in requests(world):
        if not pair.roles & set(TABLE[operation.name]):
            continue
        each = [await find_ids(api, one, target) for one in pair.alone()] if operation.path in GROWING else []
        both = await find_ids(api, pair, target)
        each += [await find_ids(api, one, target) for one in pair.alone()]
        assert both <= set.union(named, *each), target
        compared += bool(both)
    assert compared
