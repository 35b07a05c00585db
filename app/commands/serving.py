"""The command that serves."""

import asyncio
import socket
from contextlib import ExitStack
from datetime import datetime
from typing import Annotated

import structlog
import typer

from app import logging, server
from app.commands.database import load_settings, prepare_database
from app.commands.demo import as_demo, list_demo_people, load_example_year, print_welcome
from app.commands.refusals import Refusal
from app.database import startup
from app.database.driver import ConnectionNotMadeError
from app.main import create_app
from app.settings import Settings

log = structlog.get_logger("vekstplass")

cli = typer.Typer()


@cli.command()
def serve(
    demo: Annotated[bool, typer.Option("--demo", help="Load Alver's example year and print a token per role.")] = False,
    today: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="The demo's day, 2022-08-31 or later; with --demo."),
    ] = None,
    host: str = "127.0.0.1",
    port: int = 8000,
) -> None:
    """Serve the API."""
    if today is not None and not demo:
        raise Refusal("--today is the demo's day: use it with --demo.")
    settings = load_settings()
    logging.configure(settings.log_level)
    with ExitStack() as open_sockets:
        ports = [port] if settings.metrics_port is None else [port, settings.metrics_port]
        listeners = [open_sockets.enter_context(_listen(host, number)) for number in ports]
        settings = prepare_database(settings)
        if demo:
            settings = as_demo(settings, today.date() if today else None)
            asyncio.run(load_example_year(settings))
            print_welcome(settings, listeners[0])
        _demand_fit(settings)
        server.run(create_app(settings, list_demo_people() if demo else ()), listeners, settings.drain_seconds)


def _demand_fit(settings: Settings) -> None:
    """Refuse a database that is not fit. One that is away may come: until then the service is not ready."""
    try:
        asyncio.run(startup.demand_fit(settings.database_url, role=settings.database_role))
    except ConnectionNotMadeError as error:
        if not error.passing:
            raise
        log.warning("the database is away: %s", error)


def _listen(host: str, port: int) -> socket.socket:
    try:
        return server.listen(host, port)
    except (OSError, OverflowError) as error:
        raise Refusal(f"Port {port} on {host} cannot be used ({error}); choose another with --port.") from error
