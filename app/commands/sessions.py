"""The command that ends sessions of the page."""

import asyncio
from typing import Annotated

import typer

from app.commands.database import load_settings, open_database
from app.web import sessions

cli = typer.Typer()


@cli.command()
def end_sessions(subject: Annotated[str, typer.Option(help="The person's subject at the log-in.")]) -> None:
    """Log a person out of the page, wherever they are logged in."""
    settings = load_settings()

    async def end() -> int:
        async with open_database(settings) as database:
            return await sessions.end_sessions(database, subject)

    print(f"{asyncio.run(end())} sessions were ended.")
