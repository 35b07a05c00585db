"""Every caller x every operation of the OpenAPI x own, another's and absent ids: another's is as absent.

What a caller may not see answers exactly as what does not exist, also where it is named in a body, a filter, an item
of a batch, or behind somebody else's cursor.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from app.clock import new_id
from tests.conftest import Api
from tests.factories import absences
from tests.factories.world import NAMED, NOBODYS, VISIBLE, World, build, told_apart
from tests.http.operations import Operation, bodies, operations, resolved, sample


def path_ids(operation: Operation) -> list[str]:
    """The ids in an operation's path."""
    return [name for name in re.findall(r"\{(\w+)\}", operation.path) if name.endswith("_id")]


def filter_ids(operation: Operation) -> list[str]:
    """The ids it is filtered by."""
    return [one["name"] for one in operation.parameters("query") if one["name"].endswith("_id")]


def body_ids(operation: Operation) -> list[str]:
    """The ids that a JSON body's own fields name."""
    if operation.json_schema is None:
        return []
    return sorted({name for body in _objects(operation) for name in body if name.endswith("_id")})


def _objects(operation: Operation) -> Iterator[dict[str, Any]]:
    assert operation.json_schema is not None
    for schema in _alternatives(operation.json_schema):
        properties = resolved(schema).get("properties", {})
        yield dict.fromkeys(properties)


def _alternatives(schema: Any) -> Iterator[Any]:
    whole = resolved(schema)
    inner = [one for key in ("oneOf", "anyOf") for one in whole.get(key, ())]
    if inner:
        for one in inner:
            yield from _alternatives(one)
    else:
        yield whole


def test_every_kind_of_id_has_its_line() -> None:
    """A new one without a line in `VISIBLE` or `NOBODYS` fails here."""
    named = {name for one in operations() for name in (*path_ids(one), *filter_ids(one), *body_ids(one))}
    assert named <= VISIBLE.keys() | NOBODYS


def address(operation: Operation, ids: dict[str, str]) -> str:
    """The operation's address with these ids."""
    path = operation.path
    for parameter in operation.parameters("path"):
        name = parameter["name"]
        path = path.replace(f"{{{name}}}", ids.get(name) or str(sample(parameter["schema"])))
    return path + (f"?{operation.query}" if operation.query else "")


def knows(caller: str, kind: str, whose: str) -> bool:
    """Whether an id may stand in what the caller is shown."""
    return sees(caller, kind, whose) or kind in NAMED.get(caller, ())


def sees(caller: str, kind: str, whose: str) -> bool:
    """By the table."""
    return whose in VISIBLE[kind].get(caller, "")


async def call(world: World, caller: str, operation: Operation, ids: dict[str, str], body: Any = None) -> Any:
    """The answer, comparable."""
    headers = {"If-Match": '"none"'} if operation.method == "PATCH" else {}
    content = None
    if operation.json_schema is not None:
        sent = body if body is not None else next(iter(bodies(operation.json_schema)))
        content, headers["Content-Type"] = json.dumps(sent), "application/json"
    elif operation.content:
        headers["Content-Type"] = next(iter(operation.content))
    answer = await world.callers[caller].request(
        operation.method, address(operation, ids), content=content, headers=headers
    )
    assert answer.status_code < 500, (caller, operation.name, answer.text)
    return told_apart(answer, *ids.values())


async def test_ids_in_paths(api: Api) -> None:
    world = await build(api)
    compared = seen = 0
    for operation in operations():
        kinds = [kind for kind in path_ids(operation) if kind in VISIBLE]
        for caller in world.callers if kinds else ():
            absent = {kind: str(new_id()) for kind in kinds}
            nothing = await call(world, caller, operation, absent)
            for whose, theirs in world.ids.items():
                if any(kind not in theirs for kind in kinds):
                    continue
                ids = {kind: theirs[kind] for kind in kinds}
                if all(sees(caller, kind, whose) for kind in kinds):
                    if operation.method == "GET" and nothing[0] == 404:
                        found = await call(world, caller, operation, ids)
                        assert found[0] == 200, (caller, operation.name, whose, found)
                        seen += 1
                    continue
                found = await call(world, caller, operation, ids)
                assert found == nothing, (caller, operation.name, whose)
                compared += 1
    assert compared > 200
    assert seen > 60


async def test_ids_in_filters(api: Api) -> None:
    world = await build(api)
    compared = 0
    for operation in operations():
        for kind in filter_ids(operation):
            if kind not in VISIBLE or operation.method != "GET":
                continue
            for caller, client in world.callers.items():
                absent = str(new_id())
                base = address(operation, {})
                glue = "&" if "?" in base else "?"
                nothing = told_apart(await client.get(f"{base}{glue}{kind}={absent}"), absent)
                for whose, theirs in world.ids.items():
                    if knows(caller, kind, whose):
                        continue
                    found = told_apart(await client.get(f"{base}{glue}{kind}={theirs[kind]}"), theirs[kind])
                    assert found == nothing, (caller, operation.name, kind, whose)
                    compared += 1
    assert compared > 40


async def test_ids_in_bodies(api: Api) -> None:
    world = await build(api)
    compared = 0
    for operation in operations():
        kinds = [kind for kind in body_ids(operation) if kind in VISIBLE]
        for example in bodies(operation.json_schema) if kinds and operation.json_schema is not None else ():
            for kind in (kind for kind in kinds if kind in example):
                for caller in world.callers:
                    absent = str(new_id())
                    # Whatever else is named is the caller's own, as far as it has any.
                    own = world.ids["b" if caller in ("provider_b", "mental_health") else "a"]
                    rest = {name: own[name] for name in example if name in VISIBLE and example[name] is not None}
                    nothing = await call(world, caller, operation, own | {"": absent}, example | rest | {kind: absent})
                    for whose, theirs in world.ids.items():
                        if sees(caller, kind, whose):
                            continue
                        sent = example | rest | {kind: theirs[kind]}
                        found = await call(world, caller, operation, own | {"": theirs[kind]}, sent)
                        assert found == nothing, (caller, operation.name, kind, whose)
                        compared += 1
    assert compared > 30


async def test_items_of_a_batch(api: Api) -> None:
    world = await build(api)
    for caller, other in (("provider_a", "b"), ("provider_b", "a")):
        for mode in ("", "?mode=atomic"):
            answers = []
            for place in (world.ids[other]["placement_id"], str(new_id())):
                items = [absences.item(place, external_id="F-9")]
                answer = await world.callers[caller].post(f"{absences.BATCH}{mode}", json={"items": items})
                answers.append(told_apart(answer, place))
            assert answers[0] == answers[1]
    # And nothing came of it.
    listed = (await api.case_officer.get("/v1/absences")).json()["items"]
    assert {one["external_id"] for one in listed} == {"F-1"}


async def test_another_callers_cursor_shows_ones_own_alone(api: Api) -> None:
    world = await build(api)
    paged = [
        operation
        for operation in operations()
        if operation.method == "GET" and any(one["name"] == "after" for one in operation.parameters("query"))
    ]
    assert len(paged) > 15
    for operation in paged:
        if path_ids(operation) or not operation.path.startswith("/v1/") or "access-log" in operation.path:
            continue
        base = address(operation, {})
        glue = "&" if "?" in base else "?"
        first = await api.case_officer.get(f"{base}{glue}limit=1")
        cursor = first.json().get("next") if first.status_code == 200 else None
        if cursor is None:
            continue
        for caller, whose in (("provider_a", "b"), ("provider_b", "a"), ("habilitation", "b"), ("mental_health", "a")):
            answer = await world.callers[caller].get(f"{base}{glue}after={cursor}")
            for kind, id_ in world.ids[whose].items():
                assert knows(caller, kind, whose) or id_ not in answer.text, (caller, operation.name, kind)


@pytest.mark.parametrize("caller", ["provider_a", "provider_b", "habilitation", "mental_health", "epj", "finance"])
async def test_no_list_shows_anothers_ids(api: Api, caller: str) -> None:
    world = await build(api)
    for operation in operations():
        if operation.method != "GET" or path_ids(operation):
            continue
        answer = await world.callers[caller].get(address(operation, {}))
        for whose, theirs in world.ids.items():
            for kind, id_ in theirs.items():
                assert knows(caller, kind, whose) or id_ not in answer.text, (operation.name, kind, whose)
