"""The faults that are tried: processes, database, network, and what others do in the database."""

import asyncio
import itertools
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tests.faults.stand import Stand
from tests.scripts.test_postgres import restart

_BACKENDS = "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'vekstplass_service'"


@dataclass(frozen=True)
class Fault:
    """What is done to the stand, once.

    Attributes:
        runs: how often in the whole matrix.
        processes: of the service.
    """

    title: str
    disturb: Callable[[Stand], Awaitable[None]]
    runs: int
    processes: int = 2


async def _nothing(stand: Stand) -> None:
    await asyncio.sleep(1)


def _in_turn(how: signal.Signals) -> Callable[[Stand], Awaitable[None]]:
    """End one process after the other, each of which comes again."""
    turn = itertools.count()

    async def end(stand: Stand) -> None:
        process = stand.processes[next(turn) % len(stand.processes)]
        await process.end(how)
        await process.start()

    return end


def _restart(how: signal.Signals) -> Callable[[Stand], Awaitable[None]]:
    async def end(stand: Stand) -> None:
        await asyncio.to_thread(restart, stand.cluster, how)

    return end


async def _end_backends(stand: Stand) -> None:
    async with stand.superuser() as database:
        for _ in range(10):
            await database.execute(_BACKENDS)
            await asyncio.sleep(0.03)


async def _reset(stand: Stand) -> None:
    for _ in range(5):
        stand.gate.reset()
        await asyncio.sleep(0.05)


async def _lose_commits(stand: Stand) -> None:
    stand.gate.drops = 5
    async with asyncio.timeout(60):
        while stand.gate.drops:
            await asyncio.sleep(0.02)


def _away(seconds: float) -> Callable[[Stand], Awaitable[None]]:
    async def leave(stand: Stand) -> None:
        async with stand.gate.away():
            await asyncio.sleep(seconds)

    return leave


def _silent(seconds: float) -> Callable[[Stand], Awaitable[None]]:
    async def swallow(stand: Stand) -> None:
        async with stand.gate.silent():
            await asyncio.sleep(seconds)

    return swallow


def _slow(seconds: float) -> Callable[[Stand], Awaitable[None]]:
    async def delay(stand: Stand) -> None:
        stand.gate.delay = 0.1
        await asyncio.sleep(seconds)
        stand.gate.delay = 0.0

    return delay


def _locked(seconds: float) -> Callable[[Stand], Awaitable[None]]:
    async def lock(stand: Stand) -> None:
        async with stand.superuser() as database, database.transaction():
            await database.execute("lock table participant, placement, absence in access exclusive mode")
            await asyncio.sleep(seconds)

    return lock


def _open_transaction(seconds: float) -> Callable[[Stand], Awaitable[None]]:
    async def hold(stand: Stand) -> None:
        async with stand.superuser() as database, database.transaction():
            await database.execute("select pg_current_xact_id()")
            await asyncio.sleep(seconds)

    return hold


def _frozen(seconds: float) -> Callable[[Stand], Awaitable[None]]:
    async def freeze(stand: Stand) -> None:
        stand.processes[0].signal(signal.SIGSTOP)
        try:
            await asyncio.sleep(seconds)
        finally:
            stand.processes[0].signal(signal.SIGCONT)

    return freeze


async def _read_only(stand: Stand) -> None:
    async with stand.superuser() as database:
        await database.execute("alter system set default_transaction_read_only = on")
        await database.execute("select pg_reload_conf()")
        await asyncio.sleep(3)
        await database.execute("set default_transaction_read_only = off")
        await database.execute("alter system reset default_transaction_read_only")
        await database.execute("select pg_reload_conf()")


async def _no_connections(stand: Stand) -> None:
    async with stand.superuser() as database:
        await database.execute("alter database vekstplass connection limit 0")
        await database.execute(_BACKENDS)
        await asyncio.sleep(3)
        await database.execute("alter database vekstplass connection limit -1")


MATRIX = {
    "none": Fault("none", _nothing, 5),
    "kill": Fault("kill -9 of one of two processes in turn", _in_turn(signal.SIGKILL), 10),
    "kill-four": Fault("kill -9 of one of four processes in turn", _in_turn(signal.SIGKILL), 10, processes=4),
    "kill-one": Fault("kill -9 of the only process", _in_turn(signal.SIGKILL), 10, processes=1),
    "term": Fault("SIGTERM of one of two processes in turn (a release)", _in_turn(signal.SIGTERM), 10),
    "frozen": Fault("SIGSTOP of one of two processes, 5 s", _frozen(5), 4),
    "backends": Fault("all backends terminated, ten times at once", _end_backends, 15),
    "fast": Fault("PostgreSQL restarted (fast)", _restart(signal.SIGINT), 8),
    "immediate": Fault("PostgreSQL restarted (immediate)", _restart(signal.SIGQUIT), 6),
    "postmaster": Fault("kill -9 of the postmaster", _restart(signal.SIGKILL), 6),
    "away": Fault("no way to PostgreSQL, 13 s", _away(13), 2),
    "silent-3": Fault("a black hole, 3 s", _silent(3), 4),
    "silent-30": Fault("a black hole, 30 s", _silent(30), 1),
    "slow": Fault("100 ms more for each answer of PostgreSQL's, 10 s", _slow(10), 2),
    "reset": Fault("every connection reset, five times at once", _reset, 12),
    "commit": Fault("cut between COMMIT and its answer, five at once", _lose_commits, 12),
    "locked": Fault("three tables locked, 8 s", _locked(8), 2),
    "open": Fault("another's transaction open, 8 s", _open_transaction(8), 2),
    "read-only": Fault("a database that takes no changes, 3 s", _read_only, 3),
    "full": Fault("no connection allowed, 3 s", _no_connections, 3),
}
