"""Which roles may call which operation: `roles.json`, as people decided it.

    python -m tests.http.roles

adds a row for every operation that has none, with the roles its route names now, and drops rows of operations that are
gone. Read what it added before you commit it: the test holds the service to the table, not the other way round.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from app.main import ROUTERS
from app.security.roles import ROLES, Allowed
from tests.http.operations import operations

FILE = Path(__file__).with_suffix(".json")
Table = dict[str, list[str]]


def table() -> Table:
    """Operation -> roles allowed; an empty list is for anybody, without a token."""
    rows: Table = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
    return rows


def completed(rows: Table) -> Table:
    """The table with a row for each operation, in the document's order."""
    named = _named_by_routes()
    return {operation.name: rows.get(operation.name, named[operation.name]) for operation in operations()}


def _named_by_routes() -> Table:
    return {
        f"{method} {route.path}": [role for role in ROLES if role in _guarded(route.dependant)]
        for router in ROUTERS
        for route in router.routes
        if isinstance(route, APIRoute)
        for method in route.methods or ()
    }


def _guarded(dependant: Dependant) -> set[str]:
    return {role for call in _calls(dependant) if isinstance(call, Allowed) for role in call.roles}


def _calls(dependant: Dependant) -> Iterator[object]:
    yield dependant.call
    for sub in dependant.dependencies:
        yield from _calls(sub)


def main() -> None:
    """Write the completed table, a row a line."""
    rows = completed(table())
    lines = [f"  {json.dumps(name)}: {json.dumps(roles)}" for name, roles in rows.items()]
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
