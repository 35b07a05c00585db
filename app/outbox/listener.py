"""Waiting for events: one connection per process that listens, for any number of clients that wait.

PostgreSQL tells of new events by NOTIFY when the act that brought them commits. The listening connection is none of the
pool's, is opened when somebody first waits, and is opened again when it breaks. A notification is only a hint to look:
whoever waits looks now and then anyway, more often while nobody listens, so that a lost one costs time and no event.
"""

import asyncio
import contextlib
import logging

import asyncpg

from app.database.startup import plain_dsn
from app.settings import Settings

CHANNEL = "vekstplass_event"

# How long a client that waits goes without looking: while PostgreSQL tells us, and while it does not.
LISTENING_SECONDS = 5.0
BROKEN_SECONDS = 1.0
# An event is there and held back by a slower transaction, whose end nobody tells us of.
HELD_BACK_SECONDS = 0.1

_CONNECT_SECONDS = 5.0
_ALIVE_SECONDS = 10.0
_LONGEST_PAUSE = 15.0

log = logging.getLogger("vekstplass.events")


class Listener:
    """What the clients of one process wait on.

    `reading` bounds how many of them look at once: when all are woken together, the pool still has room for others.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._bell = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.listening = False
        self.closed = False
        self.reading = asyncio.Semaphore(2)

    def bell(self) -> asyncio.Event:
        """What rings next. Fetched before looking, so that nothing can happen unheard between the look and the wait."""
        # Behind a pooler in transaction mode nobody can listen.
        if self._task is None and not self.closed and self._settings.prepared_statements:
            self._task = asyncio.create_task(self._listen())
        return self._bell

    async def wait(self, bell: asyncio.Event, seconds: float, *, held_back: bool) -> None:
        """Until the bell rings, it is time to look anyway, or so many seconds have passed."""
        look = HELD_BACK_SECONDS if held_back else LISTENING_SECONDS if self.listening else BROKEN_SECONDS
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(bell.wait(), max(min(look, seconds), 0))

    def stop_waiting(self) -> None:
        """The process is going down: whoever waits gets what there is, and nobody waits any more."""
        self.closed = True
        self._ring()

    async def close(self) -> None:
        """Stop waiting and listening."""
        self.stop_waiting()
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    def _ring(self) -> None:
        rung, self._bell = self._bell, asyncio.Event()
        rung.set()

    async def _listen(self) -> None:
        pause = 0.5
        while True:
            try:
                await self._listen_once()
            except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                log.warning("not listening for events: %s", type(error).__name__)
            # A connection that was good for a while is worth an early try.
            pause = 0.5 if self.listening else min(pause * 2, _LONGEST_PAUSE)
            self.listening = False
            self._ring()
            await asyncio.sleep(pause)

    async def _listen_once(self) -> None:
        """Listen until the connection breaks."""
        connection = await asyncpg.connect(
            plain_dsn(self._settings.database_url), timeout=_CONNECT_SECONDS, command_timeout=_CONNECT_SECONDS
        )
        broken = asyncio.Event()
        connection.add_termination_listener(lambda _: broken.set())
        try:
            await connection.add_listener(CHANNEL, lambda *_: self._ring())
            self.listening = True
            # What was told of while nobody listened.
            self._ring()
            while not broken.is_set():
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(broken.wait(), _ALIVE_SECONDS)
                # A network that swallows everything breaks no connection: it has to be asked.
                await connection.execute("select 1")
        finally:
            connection.terminate()
