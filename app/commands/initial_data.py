"""The command that stores what a new database begins with."""

import asyncio
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from app import initial_data
from app.commands.database import load_settings, open_database
from app.commands.refusals import Refusal
from app.http.problems import Problem

# Foreign keys of the tables that are imported here lead to its tables.
import_module("app.participants.tables")

cli = typer.Typer()


@cli.command()
def initialise(
    providers: Annotated[
        Path | None,
        typer.Option(
            help="A JSON list of {name, organisation_number, municipality_number, places, valid_from}; see the manual."
        ),
    ] = None,
) -> None:
    """Store what a new database begins with: the guideline of 2022, published rates and stairs, and a file's
    providers.
    """
    settings = load_settings()
    listed = initial_data.PROVIDER_LIST.validate_json(providers.read_bytes()) if providers else []

    async def store() -> initial_data.Initialised:
        async with open_database(settings) as database:
            return await initial_data.initialise(database, settings, listed)

    try:
        stored = asyncio.run(store())
    except Problem as problem:
        raise Refusal(problem.detail) from problem
    print(
        f"New: {stored.guideline_versions} versions of the guideline, {stored.rates} rates,"
        f" {stored.providers} providers, {stored.stair_steps} steps of stairs."
    )
