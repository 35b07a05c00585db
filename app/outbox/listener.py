"""Waiting for events: one connection per process that listens, for any number of clients that wait.

PostgreSQL sends NOTIFY when the act that brought an event commits. The listening connection is none of the pool's, is
opened when a client first waits, and is opened again when it breaks. A notification is only a hint to query: clients
query now and then anyway, more often while nothing listens, so that a lost one costs time and no event.
"""

import asyncio
import contextlib
import logging

import asyncpg

from app.database.driver import connect
from app.settings import Settings

CHANNEL = "vekstplass_event"

# How long a waiting client goes without a query: while the connection listens, and while it is broken.
LISTENING_SECONDS = 5.0
BROKEN_SECONDS = 1.0
# An event is held back by a slower transaction, whose end is not notified.
HELD_BACK_SECONDS = 0.1

_CONNECT_SECONDS = 5.0
_ALIVE_SECONDS = 10.0
_LONGEST_PAUSE = 15.0

log = logging.getLogger("vekstplass.events")


class Listener:
    """What the clients of one process wait on.

    `reading` bounds how many of them query at once: when all wake up together, the pool still has room for others.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._wakeup = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.listening = False
        self.closed = False
        self.reading = asyncio.Semaphore(2)

    def next_wakeup(self) -> asyncio.Event:
        """Set at the next notification. Taken before the query, so that none is lost between the query and the wait."""
        # Behind a pooler in transaction mode nobody can listen.
        if self._task is None and not self.closed and self._settings.prepared_statements:
            self._task = asyncio.create_task(self._listen())
        return self._wakeup

    async def wait(self, wakeup: asyncio.Event, seconds: float, *, held_back: bool) -> None:
        """Until the wakeup is set, it is time to query anyway, or so many seconds have passed."""
        longest = HELD_BACK_SECONDS if held_back else LISTENING_SECONDS if self.listening else BROKEN_SECONDS
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(wakeup.wait(), max(min(longest, seconds), 0))

    def stop_waiting(self) -> None:
        """The process shuts down: waiting clients are answered, and none waits any more."""
        self.closed = True
        self._notify()

    async def close(self) -> None:
        """Stop waiting and listening."""
        self.stop_waiting()
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    def _notify(self) -> None:
        wakeup, self._wakeup = self._wakeup, asyncio.Event()
        wakeup.set()

    async def _listen(self) -> None:
        pause = 0.5
        while True:
            try:
                await self._listen_once()
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError) as error:
                log.warning("not listening for events: %s", type(error).__name__)
            # A connection that was good for a while is worth an early try.
            pause = 0.5 if self.listening else min(pause * 2, _LONGEST_PAUSE)
            self.listening = False
            self._notify()
            await asyncio.sleep(pause)

    async def _listen_once(self) -> None:
        """Listen until the connection breaks."""
        connection = await connect(
            self._settings.database_url, timeout=_CONNECT_SECONDS, command_timeout=_CONNECT_SECONDS
        )
        broken = asyncio.Event()
        connection.add_termination_listener(lambda _: broken.set())
        try:
            await connection.add_listener(CHANNEL, lambda *_: self._notify())
            self.listening = True
            # What was notified before it listened.
            self._notify()
            while not broken.is_set():
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(broken.wait(), _ALIVE_SECONDS)
                # A network that drops every packet breaks no connection: only a query finds out.
                await connection.execute("select 1")
        finally:
            connection.terminate()
