"""Swagger UI as a developer meets it: authorize, try an operation as it stands, read the answer. In Chromium."""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page

from tests.test_serving import token

pytestmark = pytest.mark.browser


async def test_authorize_and_try_an_operation(
    chromium: Browser, address: str, demo_folder: Path, pictures: Path
) -> None:
    page = await chromium.new_page(viewport={"width": 1280, "height": 900})
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    await page.goto(f"{address}/docs")
    assert await _execute(page, "read_position") == 401

    await page.get_by_role("button", name="Authorize").first.click()
    bearer = token(demo_folder, "finance")["Authorization"].removeprefix("Bearer ")
    await page.locator(".auth-container input").fill(bearer)
    await page.locator(".auth-container").get_by_role("button", name="Apply credentials").click()
    await page.locator(".modal-ux").get_by_role("button", name="Close").last.click()

    assert await _execute(page, "read_position") == 200
    position = await _read_answer(page, "read_position")
    assert (position["year"], position["frame"]) == (2022, "6934000.00")
    await page.screenshot(path=pictures / "swagger-ui-1280.png")
    # Chromium's own word on an answer of 401.
    assert [line for line in said if "401" not in line] == []
    await page.close()


async def _execute(page: Page, operation: str) -> int:
    """Send an operation of the budget's as it is filled in; the answer's status."""
    block = page.locator(f"#operations-budget-{operation}")
    if await block.count() == 0:
        await page.locator("#operations-tag-budget").click()
    if await block.get_by_role("button", name="Execute").count() == 0:
        await block.locator(".opblock-summary-control").click()
    async with page.expect_response(lambda response: "/v1/budgets/" in response.url) as answered:
        await block.get_by_role("button", name="Execute").click()
    status = (await answered.value).status
    await block.locator(".live-responses-table .response-col_status", has_text=str(status)).wait_for()
    return status


async def _read_answer(page: Page, operation: str) -> Any:
    """The answer's content as it is shown."""
    block = page.locator(f"#operations-budget-{operation}")
    return json.loads(await block.locator(".live-responses-table .highlight-code code").first.inner_text())
