"""Waiting for what comes in its own time, on however busy a machine."""

import asyncio
from collections.abc import Awaitable, Callable
from inspect import isawaitable


async def until(condition: Callable[[], Awaitable[object] | object], seconds: float = 60) -> None:
    """Ask until it is so. `TimeoutError` where it never comes: a test that hangs says less than one that fails."""
    async with asyncio.timeout(seconds):
        while True:
            answer = condition()
            if await answer if isawaitable(answer) else answer:
                return
            await asyncio.sleep(0.01)
