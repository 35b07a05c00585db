"""The database of a command: its settings, its schema and a connection."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from app.commands.refusals import Refusal
from app.database import startup
from app.database.connections import Database
from app.settings import Settings


def load_settings() -> Settings:
    """Settings with the address of a database."""
    settings = Settings()
    if not settings.database_url:
        raise Refusal("Set DATABASE_URL, or use ./scripts/serve and ./scripts/app, which start a PostgreSQL.")
    return settings


def prepare_database(settings: Settings) -> Settings:
    """Outside production a given database may be one's own: migrate it, and work as the service's role in it."""
    if settings.in_production:
        return settings
    if asyncio.run(startup.may_migrate(settings.owners)):
        startup.upgrade(settings.owners)
    if settings.database_role is None and asyncio.run(startup.is_privileged(settings.database_url)):
        return settings.model_copy(update={"database_role": "vekstplass_service"})
    return settings


@asynccontextmanager
async def open_database(settings: Settings) -> AsyncIterator[Database]:
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
