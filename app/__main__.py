"""python -m app serve | migrate | roles | demo | token | export | openapi | rekey | seal- | verify-access-log"""

import argparse
import asyncio
import json
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import ExitStack
from datetime import date
from functools import partial
from pathlib import Path
from types import FrameType
from typing import NoReturn

import asyncpg
import uvicorn
from fastapi import FastAPI
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError

from app import clock, embedded, logging
from app.access_log import seals, verification
from app.budget import position as budget
from app.database import startup
from app.db import Database, Identity
from app.demo import example_year, issuer
from app.http.problems import Problem
from app.integrations.framsikt import files
from app.integrations.framsikt import rows as framsikt
from app.main import create_app
from app.outbox import endpoints
from app.participants import key_rotation
from app.settings import Addresses, Settings

ROOT = Path(__file__).parent.parent
OPENAPI = ROOT / "openapi" / "openapi.json"


class Refused(Exception):
    """Why a command stops, in one sentence for whoever typed it."""


def main() -> None:
    """Run one command; a refusal is one sentence on standard error and exit code 1."""
    arguments = _parser().parse_args()
    command: Callable[[argparse.Namespace], None] = arguments.command
    try:
        command(arguments)
    except (Refused, embedded.EmbeddedError, startup.UnfitDatabase) as refusal:
        _stop(str(refusal))
    except ValidationError as error:
        _stop(
            "; ".join(f"{'.'.join(map(str, fault['loc'])) or 'settings'}: {fault['msg']}" for fault in error.errors())
        )
    except (asyncpg.PostgresError, asyncpg.InterfaceError, DBAPIError) as error:
        _stop(f"The database refused: {_first_words(error)}.")
    except OSError as error:
        _stop(f"{error.strerror or type(error).__name__}{f': {error.filename}' if error.filename else ''}.")


def _stop(sentence: str) -> NoReturn:
    print(sentence, file=sys.stderr)
    sys.exit(1)


def _first_words(error: BaseException) -> str:
    """What PostgreSQL says first. What follows repeats the row, and SQLAlchemy the statement and its values."""
    cause = error.orig.__cause__ if isinstance(error, DBAPIError) and error.orig is not None else error
    said = cause.args[0] if isinstance(cause, asyncpg.PostgresError | asyncpg.InterfaceError) and cause.args else ""
    return str(said).partition("\n")[0].rstrip(".") or type(cause or error).__name__


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m app", description=__doc__)
    commands = parser.add_subparsers(required=True)

    def add(name: str, command: Callable[[argparse.Namespace], None]) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=command.__doc__, description=command.__doc__)
        sub.set_defaults(command=command)
        return sub

    serving = add("serve", serve)
    serving.add_argument("--demo", action="store_true", help="load Alver's example year and print a token per role")
    serving.add_argument("--host", default="127.0.0.1")
    serving.add_argument("--port", type=int, default=8000)
    serving.add_argument("--data", type=Path, help="where the embedded PostgreSQL and the demo's key are kept")
    add("migrate", migrate)
    add("roles", roles)
    add("demo", load_demo).add_argument("--data", type=Path)
    token = add("token", print_token)
    token.add_argument("--role", required=True)
    token.add_argument("--organisation", help="nine digits, for the role provider")
    token.add_argument("--service-area", help="habilitation or mental_health, for the role service")
    token.add_argument("--subject", help="a person of another name, to be somebody else")
    token.add_argument("--data", type=Path)
    add("rekey", rekey).add_argument("--batch", type=_rows, default=500, help="rows in one transaction")
    add("seal-access-log", seal_access_log).add_argument("--data", type=Path)
    verifying = add("verify-access-log", verify_access_log)
    verifying.add_argument("--keep", type=Path, help="write the last range's digest to this file, to be kept elsewhere")
    verifying.add_argument("--against", type=Path, help="compare with such a file, or with the service's log")
    verifying.add_argument("--data", type=Path, help="where the embedded PostgreSQL is kept, if no DATABASE_URL is set")
    exporting = add("export", export)
    exporting.add_argument("--year", type=int, required=True)
    exporting.add_argument("--format", choices=files.FORMATS, default="xlsx")
    exporting.add_argument("--out", type=Path, required=True, help="the file to write")
    exporting.add_argument("--on", type=_day, help="the day it is seen from (YYYY-MM-DD); today if left out")
    exporting.add_argument("--decimal", choices=["point", "comma"], default="point", help="the decimal mark in CSV")
    exporting.add_argument("--data", type=Path)
    add("openapi", write_openapi).add_argument("--check", action="store_true", help="fail when the file is not current")
    return parser


def serve(arguments: argparse.Namespace) -> None:
    """serve the API"""
    settings = _settings(arguments)
    logging.configure(settings.log_level)
    listener = _listen(arguments.host, arguments.port)
    with listener, ExitStack() as stack:
        settings = _with_database(settings, stack)
        if arguments.demo:
            settings = _as_demo(settings)
            asyncio.run(_load(settings))
            _welcome(settings, listener)
        asyncio.run(startup.demand_fit(settings.database_url, role=settings.database_role))
        app = create_app(settings)
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            http="httptools",
            timeout_graceful_shutdown=25,
            h11_max_incomplete_event_size=64 * 1024,
        )
        Server(config, app, settings.drain_seconds).run(sockets=[listener])


class Server(uvicorn.Server):
    """uvicorn, which on SIGTERM first says that it is not ready, and keeps serving until a balancer has noticed.

    Then the port is closed, whoever waits for events is answered, what is under way is finished, and the pool closes.
    A second signal, or Ctrl-C, does not wait.
    """

    def __init__(self, config: uvicorn.Config, app: FastAPI, drain_seconds: float) -> None:
        super().__init__(config)
        self._app = app
        self._drain_seconds = drain_seconds
        self._loop: asyncio.AbstractEventLoop | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        draining, self._app.state.draining = getattr(self._app.state, "draining", True), True
        if sig == signal.SIGTERM and not draining and self._loop is not None:
            leave = partial(super().handle_exit, sig, frame)
            self._loop.call_soon_threadsafe(self._loop.call_later, self._drain_seconds, leave)
        else:
            super().handle_exit(sig, frame)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        endpoints.listener_of(self._app).stop_waiting()
        await super().shutdown(sockets)


def migrate(arguments: argparse.Namespace) -> None:
    """bring the schema to head, as the owner role (OWNER_DATABASE_URL, else DATABASE_URL)"""
    url = Addresses().owners
    if not url:
        raise Refused("Set OWNER_DATABASE_URL to the owner role's address.")
    startup.upgrade(url)


def roles(arguments: argparse.Namespace) -> None:
    """make the three database roles (OWNER_DATABASE_URL, of someone who may create roles)"""
    url = Addresses().owners
    if not url:
        raise Refused("Set OWNER_DATABASE_URL to the address of a role that may create roles.")
    asyncio.run(startup.create_roles(url))


def load_demo(arguments: argparse.Namespace) -> None:
    """load Alver's example year; a second time changes nothing"""
    with ExitStack() as stack:
        settings = _as_demo(_with_database(_settings(arguments), stack))
        print("Loaded." if asyncio.run(_load(settings)) else "Already loaded; nothing was changed.")


def print_token(arguments: argparse.Namespace) -> None:
    """print a token for a running demo"""
    settings = _settings(arguments)
    if settings.in_production:
        raise Refused("In production tokens come from the issuers, not from here.")
    try:
        minted = issuer.load_or_create(settings.data_dir).mint(
            arguments.role, arguments.organisation, arguments.service_area, arguments.subject
        )
    except ValueError as error:
        raise Refused(f"{error}.") from error
    print(minted)


def rekey(arguments: argparse.Namespace) -> None:
    """seal every identity number under the current key; may be killed and run again"""
    settings = Settings()
    if not settings.database_url:
        raise Refused("Set DATABASE_URL to the service's address.")
    try:
        done = asyncio.run(_rekey(settings, arguments.batch))
    except key_rotation.CannotRekey as reason:
        raise Refused(str(reason)) from reason
    print(f"{done} identity numbers were sealed anew under key «{settings.identity_number_key_id}».")


async def _rekey(settings: Settings, batch: int) -> int:
    database = Database(settings.database_url, role=settings.database_role, pool_size=1)
    try:
        return await key_rotation.rekey(database, settings, batch=batch)
    finally:
        await database.close()


def seal_access_log(arguments: argparse.Namespace) -> None:
    """seal what the access log holds, up to the oldest running transaction"""
    with ExitStack() as stack:
        settings = _settings(arguments)
        if not settings.database_url:
            settings = _with_database(settings, stack)
        logging.configure(settings.log_level)
        sealed = asyncio.run(_seal(settings))
    print(f"{sum(one.rows for one in sealed)} rows were sealed in {len(sealed)} ranges.")


async def _seal(settings: Settings) -> list[seals.SealedRange]:
    database = Database(settings.database_url, role=settings.database_role, pool_size=1)
    try:
        return await seals.seal_log(database, settings.access_log_key_bytes)
    finally:
        await database.close()


def verify_access_log(arguments: argparse.Namespace) -> None:
    """check that no row of the access log was altered, removed or put in; exit code 1 names the first"""
    heads = verification.parse_heads(arguments.against.read_text()) if arguments.against else []
    if arguments.against and not heads:
        raise Refused(f"{arguments.against} holds no digest of a range.")
    with ExitStack() as stack:
        settings = _settings(arguments)
        # A given database is looked at as it is: a check migrates nothing.
        if not settings.database_url:
            settings = _with_database(settings, stack)
        verdict = asyncio.run(_verify(settings, heads))
    if verdict.fault is not None:
        raise Refused(verdict.fault)
    if arguments.keep and verdict.head is not None:
        arguments.keep.write_text(verdict.head.model_dump_json() + "\n")
    ranges = verdict.head.range if verdict.head is not None else 0
    print(f"{verdict.rows} rows in {ranges} ranges, none altered; {verdict.unsealed} not sealed yet.")


async def _verify(settings: Settings, heads: list[verification.Head]) -> verification.Verdict:
    database = Database(settings.database_url, role=settings.database_role, pool_size=1)
    try:
        return await verification.verify_log(database, settings.access_log_key_bytes, heads)
    finally:
        await database.close()


def export(arguments: argparse.Namespace) -> None:
    """write a year for Framsikt to a file"""
    with ExitStack() as stack:
        settings = _with_database(_settings(arguments), stack)
        try:
            made = asyncio.run(_exported(settings, arguments))
        except Problem as problem:
            raise Refused(problem.detail) from problem
    arguments.out.write_bytes(made)


async def _exported(settings: Settings, arguments: argparse.Namespace) -> bytes:
    database = Database(settings.database_url, role=settings.database_role, pool_size=1)
    on = arguments.on or clock.today()
    try:
        async with database.transaction(Identity(actor="shell", roles=frozenset({"finance"}))) as session:
            await budget.at_one_instant(session)
            found = await framsikt.export_of(session, arguments.year, on, settings)
    finally:
        await database.close()
    return files.written(found, arguments.format, arguments.decimal)


def _day(written: str) -> date:
    return date.fromisoformat(written)


def _rows(written: str) -> int:
    rows = int(written)
    if rows < 1:
        raise argparse.ArgumentTypeError("at least one")
    return rows


def write_openapi(arguments: argparse.Namespace) -> None:
    """write openapi/openapi.json"""
    text = json.dumps(create_app(Settings()).openapi(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    if not arguments.check:
        OPENAPI.parent.mkdir(exist_ok=True)
        OPENAPI.write_text(text, encoding="utf-8")
    elif not OPENAPI.exists() or OPENAPI.read_text(encoding="utf-8") != text:
        raise Refused("openapi/openapi.json is not current: run «./scripts/check --fix».")


def _settings(arguments: argparse.Namespace) -> Settings:
    settings = Settings()
    data = getattr(arguments, "data", None)
    chosen = data if data is not None else settings.data_dir if "data_dir" in settings.model_fields_set else None
    return settings.model_copy(update={"data_dir": (chosen or ROOT / ".data").resolve()})


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        # A second server on the port is told so, even though both may reuse the address.
        listener.listen(2048)
    except (OSError, OverflowError) as error:
        listener.close()
        raise Refused(f"Port {port} on {host} cannot be used ({error}); choose another with --port.") from error
    return listener


def _with_database(settings: Settings, stack: ExitStack) -> Settings:
    """Settings with a database that is there: the one that is given, else the embedded one, migrated."""
    if settings.database_url:
        return settings if settings.in_production else settings.model_copy(update=_prepare_given(settings))
    if settings.in_production:
        raise Refused("Set DATABASE_URL: production runs on a PostgreSQL of its own.")
    cluster = stack.enter_context(embedded.start(settings.data_dir, say=_say))
    asyncio.run(startup.create_roles(cluster.dsn("postgres")))
    startup.upgrade(cluster.url("vekstplass_owner"))
    return settings.model_copy(update={"database_url": cluster.url("vekstplass_service")})


def _prepare_given(settings: Settings) -> dict[str, object]:
    """Outside production a given database may be one's own: migrate it, and work as the service's role in it."""
    if asyncio.run(startup.may_migrate(settings.owners)):
        startup.upgrade(settings.owners)
    if settings.database_role is None and asyncio.run(startup.is_privileged(settings.database_url)):
        return {"database_role": "vekstplass_service"}
    return {}


def _as_demo(settings: Settings) -> Settings:
    if settings.in_production:
        raise Refused("The demo's people and tokens do not belong in production.")
    issuers = issuer.load_or_create(settings.data_dir).issuers
    return settings.model_copy(
        update={"environment": "demo", "issuers": issuers, "allow_synthetic_identity_numbers": True}
    )


async def _load(settings: Settings) -> bool:
    database = Database(settings.database_url, role=settings.database_role, pool_size=1)
    try:
        return await example_year.load(database, settings)
    finally:
        await database.close()


def _welcome(settings: Settings, listener: socket.socket) -> None:
    host, port = listener.getsockname()[:2]
    address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    mint = issuer.load_or_create(settings.data_dir).mint
    tokens = {
        "case_officer": mint("case_officer"),
        "finance": mint("finance"),
        "finance (a person, who approves months)": mint("finance", subject="finance"),
        "epj": mint("epj"),
        "auditor": mint("auditor"),
        "service (habilitation)": mint("service", service_area="habilitation"),
        "service (mental_health)": mint("service", service_area="mental_health"),
        **{
            f"provider ({example.name})": mint("provider", example.organisation_number)
            for example in example_year.PROVIDERS
        },
    }
    print(f"\nVekstplass, Alver's example year: {address}\nSwagger UI: {address}/docs\n", flush=True)
    for role, token in tokens.items():
        print(f"{role}\n  {token}\n")
    print("A fresh token: ./scripts/token --role case_officer    Stop: Ctrl-C\n", flush=True)


def _say(progress: str) -> None:
    print(progress, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
