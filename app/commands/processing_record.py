"""The command that writes the record of processing activities."""

from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from app.commands.refusals import Refusal
from app.privacy.processing_record import write_processing_record
from app.settings import Settings

# The record names tables of every room, and the service alone imports them all.
import_module("app.main")

PROCESSING_RECORD = Path(__file__).parents[2] / "docs" / "processing-record.md"

cli = typer.Typer()


@cli.command()
def processing_record(
    check: Annotated[bool, typer.Option("--check", help="Fail when docs/processing-record.md is not current.")] = False,
    write: Annotated[bool, typer.Option("--write", help="Write docs/processing-record.md.")] = False,
) -> None:
    """Print the record of processing activities (GDPR art. 30); needs no database."""
    if not check and not write:
        print(write_processing_record(Settings()), end="")
        return
    # The copy says what holds where nothing is set.
    text = write_processing_record(Settings.model_construct())
    if write:
        PROCESSING_RECORD.write_text(text, encoding="utf-8")
    elif not PROCESSING_RECORD.exists() or PROCESSING_RECORD.read_text(encoding="utf-8") != text:
        raise Refusal("docs/processing-record.md is not current: run «./scripts/check --fix».")
