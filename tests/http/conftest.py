"""What the tests of the shared HTTP manner need beside the application."""

from collections.abc import AsyncIterator

import asyncpg
import pytest
from sqlalchemy.engine import make_url

from app import embedded
from tests.conftest import Api


@pytest.fixture
async def behind(committed_api: Api, cluster: embedded.Cluster) -> AsyncIterator[asyncpg.Connection]:
    """A look behind the wall of `committed_api`'s own database, as a superuser."""
    name = make_url(committed_api.app.state.settings.database_url).database
    connection = await asyncpg.connect(cluster.dsn("postgres", str(name)))
    yield connection
    await connection.close()
