"""The issuer that people log in by in the tests."""

from collections.abc import AsyncIterator

import pytest

from tests.factories.openid import FakeIssuer, fake_issuer


@pytest.fixture(scope="module")
async def running_issuer() -> AsyncIterator[FakeIssuer]:
    async with fake_issuer() as issuer:
        yield issuer


@pytest.fixture
def issuer(running_issuer: FakeIssuer) -> FakeIssuer:
    """One that tells the truth until a test says otherwise."""
    running_issuer.reset()
    return running_issuer
