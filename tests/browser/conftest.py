"""The demo in a real browser: one server and one Chromium for each of the run's workers."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright

import postgres
from app.demo.example_year import DAY
from tests.conftest import cloned, load_example_year
from tests.test_serving import instance

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the demo has its keys."""
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="session")
async def address(cluster: postgres.Cluster, demo_folder: Path) -> AsyncIterator[str]:
    """Where the demo is served."""
    template = await asyncio.to_thread(load_example_year, cluster, DAY.isoformat())
    async with cloned(cluster, template) as name:
        async with instance(cluster.url("vekstplass_service", name), demo_folder) as (_, client):
            yield str(client.base_url)


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """Debian's Chromium, driven by Playwright; nothing is downloaded."""
    if CHROMIUM is None:
        pytest.skip("there is no Chromium: install Debian's package «chromium» to run the browser's tests")
    async with async_playwright() as playwright:
        arguments = ["--disable-background-networking", "--disable-gpu"]
        if os.geteuid() == 0:
            arguments.append("--no-sandbox")
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser
        await browser.close()


@pytest.fixture(scope="session")
def pictures() -> Path:
    """Where screenshots land, for whoever changes a screen to look at: `scripts/test` names the folder."""
    folder = Path(__file__).parents[2] / ".screens"
    folder.mkdir(exist_ok=True)
    return folder
