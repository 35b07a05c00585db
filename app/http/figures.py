"""Figures that several domains count in. No label is about a person or a provider."""

import collections
from collections.abc import Iterable

from prometheus_client import Counter

_BATCH_ITEMS = Counter("vekstplass_batch_items_total", "What became of the items of batches.", ["batch", "status"])


def count_batch(batch: str, statuses: Iterable[str]) -> None:
    """Count what became of a batch's items; `batch` is the plural of what they are."""
    for status, items in collections.Counter(statuses).items():
        _BATCH_ITEMS.labels(batch, status).inc(items)
