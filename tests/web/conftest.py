"""The issuer that people log in by in the tests, and the demo for tests that look at every screen."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

import postgres
from app import clock
from app.database.connections import Database
from app.demo import example_year
from app.settings import Settings
from tests.conftest import Api, assembled, cloned
from tests.factories.openid import FakeIssuer, employees, fake_issuer, providers
from tests.web.addresses import RESTRICTED
from tests.web.doors import Door, opened


@pytest.fixture(scope="module")
async def running_issuer() -> AsyncIterator[FakeIssuer]:
    async with fake_issuer() as issuer:
        yield issuer


@pytest.fixture
def issuer(running_issuer: FakeIssuer) -> FakeIssuer:
    """One that tells the truth until a test says otherwise."""
    running_issuer.reset()
    return running_issuer


@pytest.fixture
async def door(api: Api, issuer: FakeIssuer) -> AsyncIterator[Door]:
    async with opened(api, issuer, employees) as door:
        yield door


@pytest.fixture
async def provider_door(api: Api, issuer: FakeIssuer) -> AsyncIterator[Door]:
    async with opened(api, issuer, providers) as door:
        yield door


@pytest.fixture(scope="module")
async def demo(cluster: postgres.Cluster, settings: Settings) -> AsyncIterator[Api]:
    """The demo on its own day, for people to look at."""
    async with cloned(cluster) as name:
        url = cluster.url("vekstplass_service", name)
        database = Database(url, pool_size=1)
        await example_year.load(database, settings)
        # The demo's own officer is nobody of these people: a subscription is shown to its owner alone.
        owner = await asyncpg.connect(cluster.dsn("postgres", name))
        await owner.execute("update calendar_subscription set owner = 'person:test-sakshandsamar'")
        await owner.close()
        api = Api(assembled(settings.model_copy(update={"database_url": url, "today": example_year.DAY}), database))
        restricted = await api.case_officer.post(f"{RESTRICTED}/restriction", json={"reason": "Retten er omstridd."})
        assert restricted.status_code == 201, restricted.text
        try:
            yield api
        finally:
            # Whatever happens: the next test lives today.
            clock.fix_today(None)
            await database.close()
