"""The command that makes tokens for a demo."""

from typing import Annotated

import typer

from app.commands.refusals import Refusal
from app.demo import issuer
from app.settings import Settings

cli = typer.Typer()


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
