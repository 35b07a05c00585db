"""What every domain's batch has in common: the refusal of a whole one, and the figures of what became of its items."""

import collections
from collections.abc import Iterable

from prometheus_client import Counter

from app.http.problems import problem_type

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


def count_batch(batch: str, statuses: Iterable[str]) -> None:
    """Count what became of a batch's items; `batch` is the plural of what they are."""
    for status, items in collections.Counter(statuses).items():
        _BATCH_ITEMS.labels(batch, status).inc(items)
