"""The command that writes the API's description."""

import json
from pathlib import Path
from typing import Annotated

import typer

from app.commands.refusals import Refusal
from app.main import create_app
from app.settings import Settings

OPENAPI = Path(__file__).parents[2] / "openapi" / "openapi.json"

cli = typer.Typer()


@cli.command()
def openapi(
    check: Annotated[bool, typer.Option("--check", help="Fail when the file is not current.")] = False,
) -> None:
    """Write openapi/openapi.json."""
    text = json.dumps(create_app(Settings()).openapi(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    if not check:
        OPENAPI.parent.mkdir(exist_ok=True)
        OPENAPI.write_text(text, encoding="utf-8")
    elif not OPENAPI.exists() or OPENAPI.read_text(encoding="utf-8") != text:
        raise Refusal("openapi/openapi.json is not current: run «./scripts/check --fix».")
