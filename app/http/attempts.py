"""How many attempts are let through in a minute, per process."""

import math
import time
from collections import Counter
from collections.abc import Callable

import prometheus_client as metrics

from app.http.problems import problem_type

TOO_MANY_REQUESTS = problem_type(
    "too-many-requests",
    429,
    title="For mange førespurnader",
    nn="Det har kome for mange førespurnader på kort tid. Prøv igjen om litt; «Retry-After» seier når.",
    en="Too many requests in a short time. Retry later; `Retry-After` says when.",
    headers={"Retry-After": "60"},
)
REFUSALS = metrics.Counter("vekstplass_attempts_refused_total", "Attempts beyond a limit per minute.", ["limit"])


class Attempts:
    """A window of one minute, and how many attempts each caller has made in it.

    Args:
        per_minute: how many a minute lets through for each caller; 0 lets all through.
        what: of which limit refusals are counted, in the metrics.
        monotonic: seconds, never going back.
    """

    def __init__(self, per_minute: int, what: str = "other", monotonic: Callable[[], float] = time.monotonic) -> None:
        self.per_minute = per_minute
        self._refusals = REFUSALS.labels(what)
        self._monotonic = monotonic
        self._began = -math.inf
        self._counts: Counter[str] = Counter()

    def count_one(self, caller: str = "") -> None:
        """Count an attempt. Raises `TOO_MANY_REQUESTS` where the caller has had all of this minute."""
        if self.per_minute == 0:
            return
        now = self._monotonic()
        if now - self._began >= 60:
            self._began = now
            self._counts.clear()
        if self._counts[caller] >= self.per_minute:
            self._refusals.inc()
            seconds = math.ceil(self._began + 60 - now)
            raise TOO_MANY_REQUESTS(headers={"Retry-After": str(seconds), "RateLimit": f'"default";r=0;t={seconds}'})
        self._counts[caller] += 1
