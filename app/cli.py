"""The command line: python -m app COMMAND. A refusal is one sentence on standard error and exit code 1."""

import asyncio
import json
import socket
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import asyncpg
import structlog
import typer
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError

from app import clock, initial_data, logging, server
from app.access_log import retirement, seals, verification
from app.database import startup
from app.database.connections import Database
from app.database.driver import ConnectionNotMadeError
from app.database.identity import DatabaseIdentity
from app.demo import example_year, issuer
from app.http.problems import Problem
from app.integrations.framsikt.export import compute_export
from app.integrations.framsikt.files import FileFormat, render
from app.integrations.framsikt.schemas import FramsiktExport
from app.main import create_app
from app.participants import key_rotation
from app.privacy.processing_record import write_processing_record
from app.security.roles import Actor
from app.settings import Addresses, Settings
from app.web import sessions
from app.web.login import DemoPerson

log = structlog.get_logger("vekstplass")

OPENAPI = Path(__file__).parent.parent / "openapi" / "openapi.json"
PROCESSING_RECORD = Path(__file__).parent.parent / "docs" / "processing-record.md"

cli = typer.Typer(
    help="Vekstplass: places at sheltered enterprises.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


class Refusal(Exception):
    """Why a command stops, in one sentence."""


def main() -> None:
    """Run one command."""
    try:
        cli(prog_name="python -m app")
    except (Refusal, startup.UnfitDatabase, key_rotation.KeyRotationError, retirement.RetirementError) as refusal:
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
    settings = _load_settings()
    logging.configure(settings.log_level)
    with ExitStack() as open_sockets:
        ports = [port] if settings.metrics_port is None else [port, settings.metrics_port]
        listeners = [open_sockets.enter_context(_listen(host, number)) for number in ports]
        settings = _prepare_database(settings)
        if demo:
            settings = _as_demo(settings, today.date() if today else None)
            asyncio.run(_load_example_year(settings))
            _print_welcome(settings, listeners[0])
        _demand_fit(settings)
        server.run(create_app(settings, _demo_people() if demo else ()), listeners, settings.drain_seconds)


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


@cli.command()
def migrate() -> None:
    """Bring the schema to head, as the owner's role (OWNER_DATABASE_URL, else DATABASE_URL)."""
    url = Addresses().owners
    if not url:
        raise Refusal("Set OWNER_DATABASE_URL to the owner role's address.")
    startup.upgrade(url)


@cli.command()
def create_roles() -> None:
    """Create the three database roles (OWNER_DATABASE_URL, of a role that may)."""
    url = Addresses().owners
    if not url:
        raise Refusal("Set OWNER_DATABASE_URL to the address of a role that may create roles.")
    asyncio.run(startup.create_roles(url))


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
    settings = _load_settings()
    listed = initial_data.PROVIDER_LIST.validate_json(providers.read_bytes()) if providers else []

    async def store() -> initial_data.Initialised:
        async with _open_database(settings) as database:
            return await initial_data.initialise(database, settings, listed)

    try:
        stored = asyncio.run(store())
    except Problem as problem:
        raise Refusal(problem.detail) from problem
    print(
        f"New: {stored.guideline_versions} versions of the guideline, {stored.rates} rates,"
        f" {stored.providers} providers, {stored.stair_steps} steps of stairs."
    )


@cli.command()
def load_demo() -> None:
    """Load Alver's example year; a second time changes nothing."""
    settings = _as_demo(_prepare_database(_load_settings()))
    loaded = asyncio.run(_load_example_year(settings))
    print("Loaded." if loaded else "Already loaded; nothing was changed.")


@cli.command()
def token(
    role: Annotated[str, typer.Option()],
    organisation: Annotated[str | None, typer.Option(help="Nine digits, for the role provider.")] = None,
    service_area: Annotated[
        str | None, typer.Option(help="habilitation or mental_health, for the role service.")
    ] = None,
    subject: Annotated[str | None, typer.Option(help="Another person's name, to be somebody else.")] = None,
) -> None:
    """Print a token for a running demo."""
    settings = Settings()
    if settings.in_production:
        raise Refusal("In production tokens come from the issuers, not from here.")
    try:
        print(issuer.load_or_create(settings.data_dir).mint(role, organisation, service_area, subject))
    except ValueError as error:
        raise Refusal(f"{error}.") from error


@cli.command()
def rotate_keys(
    batch: Annotated[int, typer.Option(min=1, help="Rows in one transaction.")] = 500,
) -> None:
    """Encrypt every identity number under the current key; may be killed and run again."""
    settings = _load_settings()

    async def rotate(report: Callable[[int], None]) -> int:
        async with _open_database(settings) as database:
            return await key_rotation.rotate_keys(database, settings, batch=batch, report=report)

    with _show_progress("identity numbers read") as report:
        done = asyncio.run(rotate(report))
    print(f"{done} identity numbers were encrypted again under key «{settings.identity_number_key_id}».")


@cli.command()
def seal_access_log() -> None:
    """Seal the rows of the access log that no running transaction can precede."""
    settings = _load_settings()
    logging.configure(settings.log_level)

    async def seal() -> list[seals.SealedRange]:
        async with _open_database(settings) as database:
            return await seals.seal_log(database, settings.access_log_key_bytes)

    sealed = asyncio.run(seal())
    print(f"{sum(one.rows for one in sealed)} rows were sealed in {len(sealed)} ranges.")


@cli.command()
def verify_access_log(
    keep: Annotated[Path | None, typer.Option(help="Write the last digest to this file, to be kept elsewhere.")] = None,
    against: Annotated[Path | None, typer.Option(help="Compare with such a file, or with the service's log.")] = None,
) -> None:
    """Check that no row of the access log was altered, removed or inserted; exit code 1 names the first."""
    heads = verification.parse_heads(against.read_text()) if against else []
    if against and not heads:
        raise Refusal(f"{against} holds no digest of the access log.")
    settings = _load_settings()

    async def verify(report: Callable[[int], None]) -> verification.Verdict:
        async with _open_database(settings) as database:
            return await verification.verify_log(database, settings.access_log_key_bytes, heads, report=report)

    with _show_progress("rows read") as report:
        verdict = asyncio.run(verify(report))
    if verdict.fault is not None:
        raise Refusal(verdict.fault)
    if keep and verdict.head is not None:
        keep.write_text(verdict.head.model_dump_json() + "\n")
    ranges = verdict.head.range if verdict.head is not None else 0
    gone = f" What is from before {verdict.retired_before:%Y-%m} was retired." if verdict.retired_before else ""
    print(f"{verdict.rows} rows in {ranges} ranges, none altered; {verdict.unsealed} not sealed yet.{gone}")


@cli.command()
def retire_access_log(
    before: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m"], help="Drop what is from before this month; by default all that may be."),
    ] = None,
) -> None:
    """Drop months of the access log older than VEKSTPLASS_ACCESS_LOG_YEARS, as the owner's role; the seals stay."""
    settings = _load_settings()
    limit = retirement.find_retirable_month(clock.now(), settings.access_log_years)
    month = limit if before is None else before.replace(tzinfo=UTC)
    if month > limit:
        raise Refusal(f"The log is kept for {settings.access_log_years} years: {limit:%Y-%m} is the latest month.")

    async def retire() -> retirement.Retired:
        async with _open_database(settings) as database:
            verdict = await verification.verify_log(database, settings.access_log_key_bytes)
        if verdict.fault is not None:
            raise Refusal(f"Nothing was retired, since the log does not hold. {verdict.fault}")
        return await retirement.retire_log(settings.owners, settings.access_log_key_bytes, month)

    retired = asyncio.run(retire())
    print(f"{retired.rows} rows from before {retired.before:%Y-%m} were retired.")


@cli.command()
def end_sessions(subject: Annotated[str, typer.Option(help="The person's subject at the log-in.")]) -> None:
    """Log a person out of the page, wherever they are logged in."""
    settings = _load_settings()

    async def end() -> int:
        async with _open_database(settings) as database:
            return await sessions.end_sessions(database, subject)

    print(f"{asyncio.run(end())} sessions were ended.")


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
    settings = _prepare_database(_load_settings())
    try:
        rows = asyncio.run(_load_export(settings, year, on.date() if on else clock.today()))
    except Problem as problem:
        raise Refusal(problem.detail) from problem
    out.write_bytes(render(rows, format, decimal))


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


def _load_settings() -> Settings:
    """Settings with the address of a database."""
    settings = Settings()
    if not settings.database_url:
        raise Refusal("Set DATABASE_URL, or use ./scripts/serve and ./scripts/app, which start a PostgreSQL.")
    return settings


def _prepare_database(settings: Settings) -> Settings:
    """Outside production a given database may be one's own: migrate it, and work as the service's role in it."""
    if settings.in_production:
        return settings
    if asyncio.run(startup.may_migrate(settings.owners)):
        startup.upgrade(settings.owners)
    if settings.database_role is None and asyncio.run(startup.is_privileged(settings.database_url)):
        return settings.model_copy(update={"database_role": "vekstplass_service"})
    return settings


def _as_demo(settings: Settings, today: date | None = None) -> Settings:
    """The demo's settings. It lives on the day given, else on `VEKSTPLASS_TODAY`, else on the example year's."""
    if settings.in_production:
        raise Refusal("The demo's people and tokens do not belong in production.")
    day = today or settings.today or example_year.DAY
    if day < example_year.DAY:
        raise Refusal(f"The demo cannot live on {day}: choose {example_year.DAY} or later.")
    clock.fix_today(day)
    return settings.model_copy(
        update={
            "environment": "demo",
            "today": day,
            "issuers": issuer.load_or_create(settings.data_dir).issuers,
            "person_token_max_lifetime_seconds": settings.token_max_lifetime_seconds,
            "allow_synthetic_identity_numbers": True,
        }
    )


@asynccontextmanager
async def _open_database(settings: Settings) -> AsyncIterator[Database]:
    database = Database(
        settings.database_url,
        role=settings.database_role,
        pool_size=1,
        prepared_statements=settings.prepared_statements,
    )
    try:
        yield database
    finally:
        await database.close()


async def _load_example_year(settings: Settings) -> bool:
    with _show_progress("people loaded") as report:
        async with _open_database(settings) as database:
            return await example_year.load(database, settings, report=report)


async def _load_export(settings: Settings, year: int, on: date) -> FramsiktExport:
    async with (
        _open_database(settings) as database,
        database.reader(DatabaseIdentity(actor="shell", roles=frozenset({"finance"})), snapshot=True) as reader,
    ):
        return await compute_export(reader, year, on, settings)


@contextmanager
def _show_progress(what: str) -> Iterator[Callable[[int], None]]:
    """A function that takes how much is done; it shows the count on a terminal, and nothing elsewhere."""
    shown = False

    def report(done: int) -> None:
        nonlocal shown
        if sys.stderr.isatty():
            shown = True
            print(f"\r{done} {what}", end="", file=sys.stderr, flush=True)

    try:
        yield report
    finally:
        if shown:
            print(file=sys.stderr)


def _first_line(error: BaseException) -> str:
    """What PostgreSQL says first. What follows repeats the row, and SQLAlchemy the statement and its values."""
    cause = error.orig.__cause__ if isinstance(error, DBAPIError) and error.orig is not None else error
    said = cause.args[0] if isinstance(cause, asyncpg.PostgresError | asyncpg.InterfaceError) and cause.args else ""
    return str(said).partition("\n")[0].rstrip(".") or type(cause or error).__name__


def _demo_people() -> tuple[DemoPerson, ...]:
    """Whom one may be on the page of the demo: the people that its tokens are for."""

    def person(key: str, title: str, belonging: str, role: str, **of: Any) -> DemoPerson:
        subject = of.pop("subject", f"demo-{key}")
        return DemoPerson(key, title, belonging, Actor(subject, "person", frozenset({role}), issuer="demo", **of))

    return (
        person("sakshandsamar", "Sakshandsamar", "Forvaltningskontoret", "case_officer", subject="demo-case-officer"),
        person("sakshandsamar-2", "Sakshandsamar 2", "godkjenner sletting", "case_officer"),
        person("okonomi", "Økonomi", "lukkar månader", "finance", subject=example_year.CLOSER.subject),
        person("okonomi-2", "Økonomi 2", "godkjenner månader", "finance", subject=example_year.APPROVER.subject),
        *(
            person(f"vekstbedrift-{number}", one.name, "vekstbedrift", "provider", organisation=one.organisation_number)
            for number, one in enumerate(example_year.PROVIDERS, 1)
        ),
        person("habilitering", "Habilitering", "utøvande teneste", "service", service_area="habilitation"),
        person("psykisk-helse", "Psykisk helse og rus", "utøvande teneste", "service", service_area="mental_health"),
        person("fagutvikling", "Fagutvikling", "reiser og legat", "grants_officer"),
        person("leiar", "Leiar", "styringstal", "manager"),
        person("revisor", "Revisor", "innsynsloggen", "auditor"),
    )


def _print_welcome(settings: Settings, listener: socket.socket) -> None:
    host, port = listener.getsockname()[:2]
    address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    mint = issuer.load_or_create(settings.data_dir).mint
    providers = example_year.PROVIDERS
    tokens = {
        "case_officer": mint("case_officer"),
        "finance": mint("finance"),
        "finance (a person, who closed January to July)": mint("finance", subject=example_year.CLOSER.subject),
        "finance (another person, who approves)": mint("finance", subject=example_year.APPROVER.subject),
        "epj": mint("epj"),
        "auditor": mint("auditor"),
        "grants_officer": mint("grants_officer"),
        "manager": mint("manager"),
        "service (habilitation)": mint("service", service_area="habilitation"),
        "service (mental_health)": mint("service", service_area="mental_health"),
        **{f"provider ({provider.name})": mint("provider", provider.organisation_number) for provider in providers},
        f"provider ({providers[0].name}, a person)": mint(
            "provider", providers[0].organisation_number, subject="demo-provider"
        ),
    }
    print(f"\nVekstplass, Alver's example year on {clock.today()}: {address}\n", flush=True)
    print(f"The page (choose whom to be): {address}/\nSwagger UI: {address}/docs\n", flush=True)
    for role, token in tokens.items():
        print(f"{role}\n  {token}\n")
    print("A fresh token: ./scripts/token --role case_officer    Stop: Ctrl-C\n", flush=True)
