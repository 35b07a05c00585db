"""Something that costs, computed at most so often, however many ask."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Recent(Generic[T]):
    """A value that is computed when it is asked for, and then kept for a moment. One computation runs at a time.

    Args:
        compute: makes the value. What it raises, everybody is raised who waited for it.
        keep_seconds: how long the value is answered before it is computed again.
        monotonic: seconds, never going back.
    """

    def __init__(
        self,
        compute: Callable[[], Coroutine[Any, Any, T]],
        keep_seconds: float = 1.0,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._compute = compute
        self.keep_seconds = keep_seconds
        self._monotonic = monotonic
        self._task: asyncio.Task[T] | None = None
        self._done_at = 0.0

    async def get(self) -> T:
        """The value: the one that is kept, the one under way, or a new one."""
        task = self._task
        if task is None or (task.done() and self._monotonic() - self._done_at >= self.keep_seconds):
            task = self._task = asyncio.create_task(self._compute())
            task.add_done_callback(self._note_end)
        # Whoever goes away takes nobody's value along.
        return await asyncio.shield(task)

    def _note_end(self, _: asyncio.Task[T]) -> None:
        self._done_at = self._monotonic()
