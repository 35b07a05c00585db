"""What the OpenAPI document says the service can do: every operation, and requests made from its own examples."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from app.main import create_app
from app.settings import Settings

Schema = Mapping[str, Any]

# Of version 7, and nobody's.
NOBODY = UUID(int=7 << 76 | 2 << 62)
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
JSON_TYPES = ("application/json", "application/merge-patch+json")


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one address, as documented."""

    method: str
    path: str
    details: Mapping[str, Any]

    @property
    def name(self) -> str:
        """As tables and test ids name it."""
        return f"{self.method} {self.path}"

    @property
    def secured(self) -> bool:
        return bool(self.details["security"])

    @property
    def address(self) -> str:
        """The path with an example in the place of each parameter."""
        path = self.path
        for parameter in self.parameters("path"):
            path = path.replace(f"{{{parameter['name']}}}", str(sample(parameter["schema"])))
        return path

    def parameters(self, where: str) -> list[Mapping[str, Any]]:
        return [parameter for parameter in self.details.get("parameters", ()) if parameter["in"] == where]

    @property
    def query(self) -> str:
        """The query parameters that must be there."""
        required = [parameter for parameter in self.parameters("query") if parameter.get("required")]
        return "&".join(f"{parameter['name']}={sample(parameter['schema'])}" for parameter in required)

    @property
    def target(self) -> str:
        return f"{self.address}?{self.query}" if self.query else self.address

    @property
    def content(self) -> Mapping[str, Mapping[str, Any]]:
        """Media type -> what is said of a body of it."""
        body: Mapping[str, Mapping[str, Any]] = self.details.get("requestBody", {}).get("content", {})
        return body

    @property
    def json_schema(self) -> Schema | None:
        """What a JSON body must be, None where the operation takes none."""
        found: Schema | None = next((self.content[name]["schema"] for name in JSON_TYPES if name in self.content), None)
        return found


@cache
def document() -> dict[str, Any]:
    """The document itself, from an application that is connected to nothing."""
    return create_app(Settings(environment="development")).openapi()


@cache
def operations() -> tuple[Operation, ...]:
    """Every operation, in the document's order."""
    return tuple(
        Operation(method.upper(), path, details)
        for path, methods in document()["paths"].items()
        for method, details in methods.items()
        if method in METHODS
    )


def names(chosen: tuple[Operation, ...] | list[Operation]) -> list[str]:
    """The ids of a parametrised test."""
    return [operation.name for operation in chosen]


def resolved(schema: Schema) -> Schema:
    """The schema that a `$ref` stands for."""
    while "$ref" in schema:
        schema = document()["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    return schema


def alternatives(schema: Schema) -> list[Schema]:
    """The schemas of which one must hold."""
    schema = resolved(schema)
    choices = schema.get("anyOf") or schema.get("oneOf")
    return [found for choice in choices for found in alternatives(choice)] if choices else [schema]


def sample(schema: Schema) -> Any:
    """A value made of the schema's own examples. Raises `LookupError` where the document gives none."""
    whole = resolved(schema)
    for known in (schema, whole):
        if known.get("examples"):
            return known["examples"][0]
        if "const" in known:
            return known["const"]
        if "default" in known:
            return known["default"]
    first = alternatives(whole)[0]
    if first is not whole:
        return sample(first)
    if "enum" in whole:
        return whole["enum"][0]
    if whole.get("format") == "uuid":
        return str(NOBODY)
    match whole.get("type"):
        case "object":
            properties = whole.get("properties", {})
            return {name: sample(properties[name]) for name in whole.get("required", ())}
        case "array":
            return [sample(whole["items"])] if whole.get("minItems", 0) else []
        case "boolean":
            return False
    raise LookupError(f"no example: {whole}")


def bodies(schema: Schema) -> Iterator[Any]:
    """A sample of each alternative."""
    whole = resolved(schema)
    if whole.get("examples"):
        yield from whole["examples"]
    else:
        for choice in alternatives(whole):
            yield sample(choice)
