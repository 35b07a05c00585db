"""The import-linter contract that holds the direction of imports (pyproject.toml): which module may import which.

import-linter's own layers cannot name a package and parts of it on different levels, and here a room's tables lie below
all services and its endpoints above them. So each line is one layer, from the top down: patterns of modules with the
most specific match deciding. Modules of one pattern may import each other; those of two patterns in one line may where
`:` stands between them, and may not where `|` does. Every module must match, so that a new one is given its place.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import cast

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


@dataclass(frozen=True, slots=True)
class Place:
    """Where a pattern stands: `level` counts from the top."""

    pattern: str
    level: int
    neighbours_known: bool

    def matches(self, module: str) -> bool:
        return fnmatchcase(module, self.pattern) or fnmatchcase(module, f"{self.pattern}.*")

    @property
    def precision(self) -> int:
        """How much of a name the pattern spells out; a `*` spells out nothing, but asks for a step more."""
        return len(self.pattern.replace("*", "").split(".")) * 1000 + len(self.pattern.replace("*", ""))


class DirectionContract(Contract):
    """`layers`: the lines, from the top down. `root`: the package whose modules must all have a place."""

    type_name = "direction"

    root = fields.StringField()
    layers = fields.ListField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        places = list(_places(cast(list[str], self.layers)))  # on an instance a field is its value
        root = str(self.root)
        modules = sorted(name for name in graph.modules if name == root or name.startswith(f"{root}."))
        placed = {
            module: max((place for place in places if place.matches(module)), key=lambda place: place.precision)
            for module in modules
            if any(place.matches(module) for place in places)
        }
        # A package that only holds others has no imports and no place of its own.
        homeless = [m for m in modules if m not in placed and not graph.find_children(m)]
        empty = [place.pattern for place in places if place not in placed.values()]
        upward = [
            (importer, imported)
            for importer in placed
            for imported in sorted(graph.find_modules_directly_imported_by(importer))
            if imported in placed and not _may_import(placed[importer], placed[imported])
        ]
        return ContractCheck(
            kept=not (homeless or empty or upward),
            metadata={"homeless": homeless, "empty": empty, "upward": upward},
        )

    def render_broken_contract(self, check: ContractCheck) -> None:
        for module in check.metadata["homeless"]:
            output.print_error(f"{module} has no place in the layers.")
        for pattern in check.metadata["empty"]:
            output.print_error(f"{pattern} is a place for no module.")
        for importer, imported in check.metadata["upward"]:
            output.print_error(f"{importer} must not import {imported}.")


def _places(lines: list[str]) -> Iterator[Place]:
    for level, line in enumerate(lines):
        separator = "|" if "|" in line else ":"
        for pattern in line.split(separator):
            yield Place(pattern.strip(), level, separator == ":")


def _may_import(importer: Place, imported: Place) -> bool:
    if importer.level != imported.level:
        return importer.level < imported.level
    return importer.pattern == imported.pattern or importer.neighbours_known
