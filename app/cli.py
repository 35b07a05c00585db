"""The command line: python -m app COMMAND. A refusal is one sentence on standard error and exit code 1."""

import gc
import sys
from collections.abc import Iterable
from importlib import import_module

import asyncpg
import typer
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError

from app.commands.refusals import Refusal
from app.database.driver import ConnectionNotMadeError
from app.database.startup import UnfitDatabase

# Each command's module of `app.commands`, in the order of --help. Imported when the command is asked for: a look at the
# database need not wait for the whole service to be imported, which takes more than a second.
COMMANDS = {
    "serve": "serving",
    "migrate": "schema",
    "create-roles": "schema",
    "initialise": "initial_data",
    "load-demo": "demo",
    "token": "tokens",
    "rotate-keys": "keys",
    "seal-access-log": "access_log",
    "verify-access-log": "access_log",
    "retire-access-log": "access_log",
    "end-sessions": "sessions",
    "export": "exports",
    "openapi": "openapi",
    "processing-record": "processing_record",
}


def main() -> None:
    """Run one command."""
    # As `app.main` has it: what is imported stays, and the collector would walk it again and again.
    gc.set_threshold(20_000, 20, 50)
    # The options of the command line itself ask for nothing, or for all.
    asked = COMMANDS.get(sys.argv[1]) if len(sys.argv) > 1 else None
    try:
        assemble([asked] if asked else COMMANDS.values())(prog_name="python -m app")
    except (Refusal, UnfitDatabase) as refusal:
        sys.exit(str(refusal))
    except ValidationError as error:
        sys.exit(
            "; ".join(f"{'.'.join(map(str, fault['loc'])) or 'settings'}: {fault['msg']}" for fault in error.errors())
        )
    except ConnectionNotMadeError as error:
        sys.exit(f"The database refused: {error}.")
    except (asyncpg.PostgresError, asyncpg.InterfaceError, DBAPIError) as error:
        sys.exit(f"The database refused: {_first_line(error)}.")
    except OSError as error:
        sys.exit(f"{error.strerror or type(error).__name__}{f': {error.filename}' if error.filename else ''}.")


def assemble(modules: Iterable[str]) -> typer.Typer:
    """The command line of the commands of these modules, each of which has a `cli` of its own."""
    cli = typer.Typer(
        help="Vekstplass: places at sheltered enterprises.",
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
    # Even a single command is called by its name.
    cli.callback()(lambda: None)
    for module in dict.fromkeys(modules):
        cli.add_typer(import_module(f"app.commands.{module}").cli)
    return cli


def _first_line(error: BaseException) -> str:
    """What PostgreSQL says first. What follows repeats the row, and SQLAlchemy the statement and its values."""
    cause = error.orig.__cause__ if isinstance(error, DBAPIError) and error.orig is not None else error
    said = cause.args[0] if isinstance(cause, asyncpg.PostgresError | asyncpg.InterfaceError) and cause.args else ""
    return str(said).partition("\n")[0].rstrip(".") or type(cause or error).__name__
