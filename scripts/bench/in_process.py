"""The application in this process, as benches ask it, and the medians of interleaved rounds."""

import gc
import os
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, redirect_stdout
from pathlib import Path

import httpx
from fastapi import FastAPI

from app import logging
from app.database.connections import Database
from app.main import create_app
from app.security.tokens import TokenVerifier
from app.settings import Settings
from app.web.login import DemoPerson
from tests.factories.tokens import ISSUERS


@asynccontextmanager
async def application(url: str, people: tuple[DemoPerson, ...] = ()) -> AsyncIterator[FastAPI]:
    """The whole application on one connection a door, without limits of requests. `people` may log in to the page.

    Its log has the service's own form, since a line of it is a part of every request, and goes nowhere.
    """
    settings = Settings(environment="demo", database_url=url, issuers=ISSUERS, allow_synthetic_identity_numbers=True)
    app = create_app(settings, people)
    app.state.database = Database(url, role="vekstplass_service", pool_size=1)
    app.state.authenticator = TokenVerifier(settings.issuers, httpx.AsyncClient())
    app.state.draining = False
    with Path(os.devnull).open("w") as nowhere:
        with redirect_stdout(nowhere):
            logging.configure("info")
        yield app
    await app.state.database.close()


def client(app: FastAPI, headers: Mapping[str, str]) -> httpx.AsyncClient:
    """A client of the application that sends these headers."""
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app), base_url="https://bench.test", headers=dict(headers), timeout=600
    )


async def measure_rounds(
    rounds: int, ways: Mapping[str, Callable[[], Awaitable[object]]], clock: Callable[[], float] = time.perf_counter
) -> dict[str, list[float]]:
    """The seconds that each took by this clock, in interleaved rounds."""
    # As `main` leaves a process when it has started.
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, ask in ways.items():
            began = clock()
            await ask()
            seconds[name].append(clock() - began)
    return seconds


def medians(seconds: Mapping[str, list[float]]) -> dict[str, float]:
    """The median of each."""
    return {name: statistics.median(times) for name, times in seconds.items()}
