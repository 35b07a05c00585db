"""Commands for the access log's seals and its age."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from app import clock, logging
from app.access_log import retirement, seals, verification
from app.commands.database import load_settings, open_database
from app.commands.progress import show_progress
from app.commands.refusals import Refusal

cli = typer.Typer()


@cli.command()
def seal_access_log() -> None:
    """Seal the rows of the access log that no running transaction can precede."""
    settings = load_settings()
    logging.configure(settings.log_level)

    async def seal() -> list[seals.SealedRange]:
        async with open_database(settings) as database:
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
    settings = load_settings()

    async def verify(report: Callable[[int], None]) -> verification.Verdict:
        async with open_database(settings) as database:
            return await verification.verify_log(database, settings.access_log_key_bytes, heads, report=report)

    with show_progress("rows read") as report:
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
    settings = load_settings()
    limit = retirement.find_retirable_month(clock.now(), settings.access_log_years)
    month = limit if before is None else before.replace(tzinfo=UTC)
    if month > limit:
        raise Refusal(f"The log is kept for {settings.access_log_years} years: {limit:%Y-%m} is the latest month.")

    async def retire() -> retirement.Retired:
        async with open_database(settings) as database:
            verdict = await verification.verify_log(database, settings.access_log_key_bytes)
        if verdict.fault is not None:
            raise Refusal(f"Nothing was retired, since the log does not hold. {verdict.fault}")
        return await retirement.retire_log(settings.owners, settings.access_log_key_bytes, month)

    try:
        retired = asyncio.run(retire())
    except retirement.RetirementError as error:
        raise Refusal(str(error)) from error
    print(f"{retired.rows} rows from before {retired.before:%Y-%m} were retired.")
