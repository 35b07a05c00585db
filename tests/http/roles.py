"""Which roles may call which operation: `roles.json`, as people decided it.

    python -m tests.http.roles

adds a row for every operation that has none, with the roles its route names now, and drops rows of operations that are
gone. Read what it added before you commit it: the test holds the service to the table, not the other way round.
"""

import json
from pathlib import Path

from app.http.endpoint import Route
from app.main import ROUTERS
from app.security.roles import ROLES
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
        f"{method} {route.path}": [role for role in ROLES if role in route.operation.roles]
        for router in ROUTERS
        for route in router.routes
        if isinstance(route, Route)
        for method in route.methods or ()
    }


def main() -> None:
    """Write the completed table, a row a line."""
    rows = completed(table())
    lines = [f"  {json.dumps(name)}: {json.dumps(roles)}" for name, roles in rows.items()]
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
