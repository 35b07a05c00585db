"""How many attempts are let through in a minute, per process."""

import math
import time
from collections.abc import Callable

from app.http.problems import problem_type

TOO_MANY_REQUESTS = problem_type(
    "too-many-requests",
    429,
    title="For mange førespurnader",
    nn="Det har kome for mange førespurnader på kort tid. Prøv igjen om litt; «Retry-After» seier når.",
    en="Too many requests in a short time. Retry later; `Retry-After` says when.",
    headers={"Retry-After": "60"},
)


class Attempts:
    """A window of one minute, and how many attempts it has had.

    Args:
        per_minute: how many a minute lets through.
        monotonic: seconds, never going back.
    """

    def __init__(self, per_minute: int, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.per_minute = per_minute
        self._monotonic = monotonic
        self._began = -math.inf
        self._count = 0

    def count_one(self) -> None:
        """Count an attempt. Raises `TOO_MANY_REQUESTS` where the minute has had them all."""
        now = self._monotonic()
        if now - self._began >= 60:
            self._began, self._count = now, 0
        if self._count >= self.per_minute:
            seconds = math.ceil(self._began + 60 - now)
            raise TOO_MANY_REQUESTS(headers={"Retry-After": str(seconds), "RateLimit": f'"default";r=0;t={seconds}'})
        self._count += 1
