"""From pydantic's errors to a 422 that points at every field at fault and says what is allowed there."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, get_args

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel

from app.http.names import list_values, name_fields, name_pointer
from app.http.problems import VALIDATION, FieldError, Problem
from app.http.schemas import NAME, PATTERNS, TEXT, FieldFault, is_blank

_SENTENCES = {
    "missing": "manglar",
    "extra_forbidden": "er eit ukjent felt",
    "json_invalid": "er ikkje gyldig JSON",
    "string_type": "må vere tekst",
    "string_unicode": "har teikn som ikkje er gyldig Unicode",
    "string_too_short": "er for kort: minst {min_length} teikn",
    "string_too_long": "er for lang: høgst {max_length} teikn",
    "string_pattern_mismatch": "har feil form",
    "bool_type": "må vere true eller false",
    "list_type": "må vere ei liste",
    "too_short": "har for få element: minst {min_length}",
    "too_long": "har for mange element: høgst {max_length}",
    "greater_than_equal": "er for liten: minst {ge}",
    "less_than_equal": "er for stor: høgst {le}",
    "int_parsing_size": "er for stor",
    "uuid_parsing": "må vere ein id (UUID)",
    "uuid_type": "må vere ein id (UUID)",
    "union_tag_not_found": "manglar; det avgjer kva slag dette er",
    "model_type": "må vere eit objekt",
    "model_attributes_type": "må vere eit objekt",
    "dict_type": "må vere eit objekt",
}
# What a client invented is not repeated to it: an unknown name may hold anything, a person's number too.
FIELD_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,59}", re.ASCII)

_EMPTY = "kan ikkje vere tomt"
# Of what has such a name, which is not told: it stands at what the name is in.
_UNKNOWN_NAME = "har eit felt med eit namn som ikkje er til"
_UNKNOWN_PARAMETER = "har ein parameter med eit namn som ikkje er til"
_QUOTED = re.compile("'([^']*)'")


def list_models(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models of an annotation: one, or each of a union or list."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    else:
        for part in get_args(annotation):
            yield from list_models(part)


def list_fields(shape: Any, path: Sequence[int | str]) -> list[str]:
    """The fields of the object at a path through bodies of a shape; a step of pydantic's may name a union's member."""
    models = list(list_models(shape))
    for step in path:
        fields = [(field.alias or name, field.annotation) for model in models for name, field in _fields(model)]
        if found := [model for name, annotation in fields if name == step for model in list_models(annotation)]:
            models = found
        elif isinstance(step, str):
            models = [m for m in models if any(step in get_args(field.annotation) for _, field in _fields(m))] or models
    return list(dict.fromkeys(field.alias or name for model in models for name, field in _fields(model)))


def _fields(model: type[BaseModel]) -> Any:
    return model.model_fields.items()


def _pointer(location: tuple[int | str, ...], unknown: bool) -> str:
    where, *path = location or ("body",)
    if unknown and path and not FIELD_NAME.fullmatch(str(path[-1])):
        path = path[:-1]
    if where == "body":
        steps = [] if path and isinstance(path[0], int) and len(path) == 1 else path
    else:
        steps = [where, *path[:1]]
    escaped = (str(step).replace("~", "~0").replace("/", "~1") for step in steps)
    return "#" + "".join(f"/{step}" for step in escaped)


def _body_location(location: tuple[int | str, ...], body: object, *, may_lack: bool) -> tuple[int | str, ...]:
    """The steps of a location that lead through the body; pydantic puts names of union members in between."""
    where, *path = location or ("body",)
    if where != "body":
        return location
    kept: list[int | str] = []
    at = body
    for index, step in enumerate(path):
        last = index == len(path) - 1
        if isinstance(at, dict) and isinstance(step, str):
            if step not in at and not (last and may_lack):
                continue
            at = at.get(step)
        elif isinstance(at, list) and isinstance(step, int):
            at = at[step] if step < len(at) else None
        elif isinstance(step, str) and isinstance(at, list):
            continue
        kept.append(step)
    return (where, *kept)


def _describe(error: dict[str, Any], shape: Any) -> str:
    kind, context = error["type"], error.get("ctx", {})
    match kind, context:
        case "value_error", {"error": fault}:
            return str(fault)
        case ("literal_error" | "enum", {"expected": allowed}) | ("union_tag_invalid", {"expected_tags": allowed}):
            return f"er ikkje blant dei tillatne verdiane: {list_values(_QUOTED.findall(allowed))}"
        case "string_pattern_mismatch", {"pattern": pattern}:
            if pattern in (TEXT, NAME) and "\0" in str(error["input"]):
                return "kan ikkje ha NUL-teikn"
            if pattern == TEXT or (pattern == NAME and is_blank(error["input"])):
                return _EMPTY
            return PATTERNS.get(pattern, _SENTENCES[kind])
        case "string_too_short", {"min_length": 1}:
            return _EMPTY
        case "extra_forbidden", _:
            fields = [] if shape is None else list_fields(shape, error["loc"][1:-1])
            sentence = _SENTENCES[kind] if FIELD_NAME.fullmatch(str(error["loc"][-1])) else _UNKNOWN_NAME
            return f"{sentence}; felta her er {', '.join(f'«{name}»' for name in fields)}" if fields else sentence
    numbers = {name: format_number(value) for name, value in context.items() if isinstance(value, int | float)}
    return _SENTENCES.get(kind, "har ugyldig verdi").format_map(numbers)


def format_number(value: float) -> str:
    """A number as people write it: «2 147 483 647», «0,5»."""
    return f"{value:,}".replace(",", " ").replace(".", ",") if abs(value) >= 10_000 else str(value).replace(".", ",")


def field_error(error: dict[str, Any], body: object = None, shape: Any = None) -> FieldError:
    """One error of pydantic's as pointer and sentence. The input itself is never repeated."""
    kind, sentence = error["type"], _describe(error, shape)
    fault = error.get("ctx", {}).get("error")
    location = tuple(error["loc"])
    if kind.startswith("union_tag_"):  # it is the tag that is wrong, not the whole
        location = (*location, error["ctx"]["discriminator"].strip("'"))
    if isinstance(fault, FieldFault):
        location = (*location, fault.field)
    if isinstance(body, dict | list):
        may_lack = kind in {"missing", "union_tag_not_found"} or isinstance(fault, FieldFault)
        location = _body_location(location, body, may_lack=may_lack)
    return FieldError(_pointer(location, kind == "extra_forbidden"), name_fields(sentence))


def validation_problem(errors: list[dict[str, Any]], body: object = None, shape: Any = None) -> Problem:
    """A 422 that points at every field at fault.

    Args:
        body: what was sent; with it, a pointer names nothing but what is in it.
        shape: what the body should have been; with it, an unknown field is told which there are.
    """
    faults = [field_error(error, body, shape) for error in errors[:100]]
    return VALIDATION(f"{name_pointer(faults[0].pointer)} {faults[0].detail}.", errors=faults)


def _describe_unknown(name: str, known: Iterable[str]) -> str:
    names = ", ".join(f"«{name}»" for name in known)
    said = "er ein ukjend parameter" if FIELD_NAME.fullmatch(name) else _UNKNOWN_PARAMETER
    return f"{said}; her finst {names or 'ingen'}"


def refuse_unknown_query(request: Request, known: Mapping[str, bool]) -> None:
    """Raises `RequestValidationError` for a parameter that is not known, or not known to be repeatable and repeated."""
    if not request.scope["query_string"]:
        return
    names = [name for name, _ in request.query_params.multi_items()]
    faults = [
        (name, _describe_unknown(name, known) if name not in known else "står meir enn ein gong")
        for name in dict.fromkeys(names)
        if name not in known or (names.count(name) > 1 and not known[name])
    ]
    if faults:
        raise RequestValidationError(
            [
                {
                    "type": "value_error",
                    "loc": ("query", name) if FIELD_NAME.fullmatch(name) else ("query",),
                    "msg": sentence,
                    "input": None,
                    "ctx": {"error": sentence},
                }
                for name, sentence in faults
            ]
        )
