"""The issuer that people log in by in the tests."""

from collections.abc import AsyncIterator

import pytest

from tests.conftest import Api
from tests.factories.openid import FakeIssuer, employees, fake_issuer, providers
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
