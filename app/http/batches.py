"""What every domain's batch has in common: its form in JSON, the refusal of a whole one, and the figures of what became
of its items.
"""

import collections
from collections.abc import Iterable, Sequence
from typing import Any

from prometheus_client import Counter

from app.http.content_negotiation import JSON
from app.http.problems import VALIDATION, FieldError, Problem, problem_type
from app.http.schemas import Shape
from app.http.strict_json import parse_strictly
from app.http.validation import validation_problem

BATCH_REFUSED = problem_type(
    "batch-refused",
    422,
    title="Ingenting er lagra",
    nn="Ein eller fleire av delane vart ikkje godtekne, og kallet bad om alt eller ingenting.",
    en="`mode=atomic`, and one or more items were not accepted; `items` holds those. Nothing was stored.",
)
MAX_SHOWN = 100
"""As many of an atomic batch's refused items as a person will look at."""

# No label is about a person or a provider.
_BATCH_ITEMS = Counter("vekstplass_batch_items_total", "What became of the items of batches.", ["batch", "status"])


class _ItemsOnly(Shape):
    """A batch's whole body in JSON."""

    items: list[Any]


def require_items(batch: object) -> list[Any]:
    """The items of a batch, `{"items": […]}` and nothing else. Raises a 422 that points at everything around them."""
    if not isinstance(batch, dict):
        raise VALIDATION("Innhaldet må vere eit objekt med «items».", pointer="#")
    items = batch.get("items")
    wrong = [] if isinstance(items, list) else [("list_type" if "items" in batch else "missing", "items")]
    wrong += [("extra_forbidden", name) for name in batch if name != "items"]
    if wrong or not isinstance(items, list):
        raise validation_problem([{"type": kind, "loc": ("body", name)} for kind, name in wrong], shape=_ItemsOnly)
    return items


def split_items(body: bytes, content_type: str) -> list[Any]:
    """What stands between the items of a body: values of JSON, or lines of NDJSON as they are, the blank left out."""
    if content_type == JSON:
        return require_items(parse_strictly(body))
    return [line for line in body.split(b"\n") if line.strip(b" \t\r")]


def refuse_batch(refused: Sequence[dict[str, Any]], total: int, noun: str) -> Problem:
    """The refusal of a whole batch for its items that were not accepted, as their results say; `noun` is in plural."""
    shown = refused[:MAX_SHOWN]
    errors = [
        FieldError(error["pointer"], error["detail"])
        for item in shown
        for error in item["problem"].get("errors") or [{"pointer": f"#/items/{item['index']}", **item["problem"]}]
    ]
    return BATCH_REFUSED(
        f"{len(refused)} av {total} {noun} vart ikkje godtekne; ingenting er lagra.",
        errors=errors,
        rejected=len(refused),
        items=list(shown),
    )


def describe_items(item: dict[str, Any], most: int) -> dict[str, Any]:
    """The JSON Schema of a batch's body: at most so many items of this schema."""
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["items"],
        "properties": {"items": {"type": "array", "maxItems": most, "items": item}},
    }


def count_batch(batch: str, statuses: Iterable[str]) -> None:
    """Count what became of a batch's items; `batch` is the plural of what they are."""
    for status, items in collections.Counter(statuses).items():
        _BATCH_ITEMS.labels(batch, status).inc(items)
