"""How Alembic runs here: as the owner role, in one transaction, with plain SQLAlchemy types in the files."""

import asyncio
import importlib
from functools import partial
from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection, DateTime, pool
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel.sql.sqltypes import AutoString

from app.database.base import metadata
from app.database.driver import connect
from app.database_address import DRIVER_SCHEME
from app.settings import Addresses

# Every table registers itself, which takes longer than to migrate, and only a comparison with the database needs.
if context.get_x_argument(as_dictionary=True).get("tables") != "no":
    importlib.import_module("app.main")


def render_item(kind: str, item: Any, autogen_context: AutogenContext) -> str | Literal[False]:
    """Write `sa.` types, so that a migration never depends on SQLModel."""
    if kind == "type" and isinstance(item, AutoString):
        return f"sa.String(length={item.length})" if item.length else "sa.String()"
    if kind == "type" and isinstance(item, DateTime):
        return "sa.DateTime(timezone=True)"
    return False


OPTIONS: dict[str, Any] = {
    "target_metadata": metadata,
    "render_item": render_item,
    "compare_server_default": False,
    "transaction_per_migration": True,
}


def run(connection: Connection) -> None:
    """Migrate over an open connection."""
    context.configure(connection=connection, **OPTIONS)
    with context.begin_transaction():
        context.run_migrations()


async def run_online(url: str) -> None:
    """Migrate the database at `url`."""
    opening = {"async_creator_fn": partial(connect, url, timeout=10), "prepared_statement_cache_size": 0}
    engine = create_async_engine(f"{DRIVER_SCHEME}://", poolclass=pool.NullPool, connect_args=opening)
    async with engine.connect() as connection:
        await connection.run_sync(run)
        await connection.commit()
    await engine.dispose()


if context.is_offline_mode():
    context.configure(dialect_name="postgresql", literal_binds=True, **OPTIONS)
    with context.begin_transaction():
        context.run_migrations()
else:
    url = context.config.attributes.get("url") or Addresses().owners
    asyncio.run(run_online(url))
