"""The command that writes the API's description."""

import json
from typing import Annotated

import typer

from app.commands.refusals import Refusal
from app.http.openapi import DOCUMENT
from app.main import create_app
from app.settings import Settings

cli = typer.Typer()


@cli.command()
def openapi(
    check: Annotated[bool, typer.Option("--check", help="Fail when the file is not current.")] = False,
) -> None:
    """Write openapi/openapi.json."""
    text = json.dumps(create_app(Settings()).openapi(), ensure_ascii=False, indent=1) + "\n"
    if not check:
        DOCUMENT.parent.mkdir(exist_ok=True)
        DOCUMENT.write_text(text, encoding="utf-8")
    elif not DOCUMENT.exists() or DOCUMENT.read_text(encoding="utf-8") != text:
        raise Refusal("openapi/openapi.json is not current: run «./scripts/check --fix».")
