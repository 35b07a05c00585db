"""Commands for the owner of the database."""

import asyncio

import typer

from app.commands.refusals import Refusal
from app.database import startup
from app.settings import Addresses

cli = typer.Typer()


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
