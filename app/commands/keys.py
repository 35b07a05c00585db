"""The command that changes the key of identity numbers."""

import asyncio
from collections.abc import Callable
from typing import Annotated

import typer

from app.commands.database import load_settings, open_database
from app.commands.progress import show_progress
from app.commands.refusals import Refusal
from app.participants import key_rotation

cli = typer.Typer()


@cli.command()
def rotate_keys(
    batch: Annotated[int, typer.Option(min=1, help="Rows in one transaction.")] = 500,
) -> None:
    """Encrypt every identity number under the current key; may be killed and run again."""
    settings = load_settings()

    async def rotate(report: Callable[[int], None]) -> int:
        async with open_database(settings) as database:
            return await key_rotation.rotate_keys(database, settings, batch=batch, report=report)

    try:
        with show_progress("identity numbers read") as report:
            done = asyncio.run(rotate(report))
    except key_rotation.KeyRotationError as error:
        raise Refusal(str(error)) from error
    print(f"{done} identity numbers were encrypted again under key «{settings.identity_number_key_id}».")
