"""JSON as RFC 8259 has it: UTF-8 without BOM, finite numbers, no name twice in one object."""

import json
import math
from typing import Any

from fastapi.exceptions import RequestValidationError

# Each unknown one would become an error of its own, and a megabyte of them holds the loop for a second.
MAX_FIELDS = 1000


class NotStrictJSON(ValueError):
    """JSON that Python reads and RFC 8259 does not allow."""


def _build_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(pairs) > MAX_FIELDS:
        raise NotStrictJSON("har for mange felt")
    members = dict(pairs)
    if len(members) < len(pairs):
        raise NotStrictJSON("har same feltet to gonger")
    return members


def _parse_finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise NotStrictJSON("har eit tal som er for stort eller ikkje er eit tal i JSON")
    return number


STRICT_JSON = json.JSONDecoder(object_pairs_hook=_build_object, parse_constant=_parse_finite, parse_float=_parse_finite)
"""RFC 8259 to the letter: finite numbers, no name twice in one object. `json_fault` describes what it raises."""


def json_fault(error: BaseException) -> str:
    """What is wrong with a text that `STRICT_JSON` did not take, or that was no UTF-8, in nynorsk."""
    match error:
        case RecursionError():
            return "er for djupt nøsta"
        case UnicodeDecodeError():
            return "er ikkje UTF-8"
        case NotStrictJSON():
            return str(error)
        case json.JSONDecodeError() | StopIteration():
            return "er ikkje gyldig JSON"
    return "har eit tal som er for langt"


def malformed_body(error: BaseException) -> RequestValidationError:
    """The refusal of a whole body that is no strict JSON."""
    reason = json_fault(error)
    return RequestValidationError(
        [{"type": "value_error", "loc": ("body",), "msg": reason, "input": None, "ctx": {"error": reason}}]
    )


def parse_strictly(body: bytes) -> Any:
    """JSON as RFC 8259 has it: UTF-8 without BOM, finite numbers, no name twice in one object.

    Raises `RequestValidationError`.
    """
    try:
        return STRICT_JSON.decode(body.decode("utf-8"))
    except (RecursionError, ValueError) as error:
        raise malformed_body(error) from None
