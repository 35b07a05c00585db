"""The command that writes files for other systems."""

import asyncio
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from app import clock
from app.commands.database import load_settings, open_database, prepare_database
from app.commands.refusals import Refusal
from app.database.identity import DatabaseIdentity
from app.http.problems import Problem
from app.integrations.framsikt.export import compute_export
from app.integrations.framsikt.files import FileFormat, render
from app.integrations.framsikt.schemas import FramsiktExport
from app.settings import Settings

cli = typer.Typer()


@cli.command()
def export(
    year: Annotated[int, typer.Option()],
    out: Annotated[Path, typer.Option(help="The file to write.")],
    format: Annotated[FileFormat, typer.Option()] = "xlsx",
    on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day it is seen from; today if left out.")
    ] = None,
    decimal: Annotated[Literal["point", "comma"], typer.Option(help="The decimal mark in CSV.")] = "comma",
) -> None:
    """Write a year for Framsikt to a file."""
    settings = prepare_database(load_settings())
    try:
        rows = asyncio.run(_load_export(settings, year, on.date() if on else clock.today()))
    except Problem as problem:
        raise Refusal(problem.detail) from problem
    out.write_bytes(render(rows, format, decimal))


async def _load_export(settings: Settings, year: int, on: date) -> FramsiktExport:
    async with (
        open_database(settings) as database,
        database.reader(DatabaseIdentity(actor="shell", roles=frozenset({"finance"})), snapshot=True) as reader,
    ):
        return await compute_export(reader, year, on, settings)
