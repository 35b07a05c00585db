#!/usr/bin/env python3
"""Finds uses of libraries' private parts in app/: scripts/private_parts.py

Private is what begins with one underscore (a module, a name that is imported, an attribute of anything but `self` and
`cls`), and `fastapi.dependencies`, which FastAPI does not document. A library may change them in any release.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
UNDOCUMENTED = ("fastapi.dependencies",)
# Documented, and named so that a field cannot have the name: of named tuples, and of SQLAlchemy's rows.
DOCUMENTED = {"_asdict", "_fields", "_make", "_mapping", "_replace"}


def main() -> int:
    """Answers 1 when there is one."""
    found = [
        f"{path.relative_to(ROOT)}:{line}: {what}"
        for path in sorted((ROOT / "app").rglob("*.py"))
        for line, what in find_private_parts(ast.parse(path.read_text(encoding="utf-8")))
    ]
    print(*found, sep="\n", end="\n" if found else "")
    return 1 if found else 0


def find_private_parts(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """The line and the name of each use in a module. What `app` itself defines is its own affair."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                modules = [name.name for name in names]
            case ast.ImportFrom(module=str(module), level=0, names=names):
                modules = [f"{module}.{name.name}" for name in names]
            case ast.Attribute(attr=name, value=value) if is_private(name) and not is_own(value):
                yield node.lineno, f"{ast.unparse(value)}.{name}"
                continue
            case _:
                continue
        for name in modules:
            private = any(map(is_private, name.split("."))) or name.startswith(UNDOCUMENTED)
            if private and name.partition(".")[0] != "app":
                yield node.lineno, name


def is_private(name: str) -> bool:
    """Whether a name begins with one underscore; two at both ends are Python's own."""
    return name.startswith("_") and not (name.startswith("__") and name.endswith("__")) and name not in DOCUMENTED


def is_own(value: ast.expr) -> bool:
    """Whether an attribute is of the object or class that the code belongs to."""
    match value:
        case ast.Name(id="self" | "cls") | ast.Call(func=ast.Name(id="super")):
            return True
    return False


if __name__ == "__main__":
    sys.exit(main())
