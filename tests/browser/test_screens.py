"""Every screen in Chromium: nothing axe finds, nothing on the console, no sideways scroll, every tab stop visible."""

from pathlib import Path

import pytest
from playwright.async_api import Browser

from tests.browser.looks import AXE, WIDTHS, log_in, look_at, name_of, read_with_long_names, read_with_other_styles
from tests.browser.screens import REFUSED, SCREENS

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("person", SCREENS)
async def test_nothing_is_wrong_on_any_screen(address: str, chromium: Browser, pictures: Path, person: str) -> None:
    """At three widths, and with the styles that readers may set (WCAG 1.4.4 and 1.4.12)."""
    faults: list[str] = []
    said: list[str] = []
    context = await chromium.new_context(viewport={"width": 1280, "height": 900})
    page = await log_in(context, address, person)
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    for path in SCREENS[person]:
        said.clear()
        await page.set_viewport_size({"width": 1280, "height": 900})
        answer = await page.goto(f"{address}{path}")
        assert answer is not None
        expected = REFUSED.get((person, path), 200)
        assert answer.status == expected, path
        await page.evaluate(AXE)
        for width in WIDTHS:
            picture = pictures / f"{name_of(person, path)}-{width}.png"
            faults += [f"{path} {fault}" for fault in await look_at(page, picture, width=width)]
        faults += [f"{path} {fault}" for fault in await read_with_other_styles(page)]
        faults += [f"{path} {fault}" for fault in await read_with_long_names(page)]
        faults += [f"{path}: {text}" for text in said if not (expected >= 400 and "Failed to load" in text)]
    await context.close()
    assert faults == []


@pytest.mark.parametrize("person", SCREENS)
async def test_every_screen_is_there_without_script_and_in_forced_colours(
    address: str, chromium: Browser, person: str
) -> None:
    faults: list[str] = []
    context = await chromium.new_context(java_script_enabled=False, forced_colors="active", reduced_motion="reduce")
    page = await log_in(context, address, person)
    for path in SCREENS[person]:
        answer = await page.goto(f"{address}{path}")
        assert answer is not None
        if answer.status != REFUSED.get((person, path), 200) or await page.locator("h1").count() != 1:
            faults.append(f"{path}: {answer.status}")
        for control in ("[data-print]", "[data-read-off]", "input[data-twin]"):
            faults += [
                f"{path}: {control} does nothing" for one in await page.locator(control).all() if await one.is_visible()
            ]
    await context.close()
    assert faults == []


async def test_the_years_table_opens_without_script(address: str, chromium: Browser) -> None:
    context = await chromium.new_context(java_script_enabled=False)
    page = await log_in(context, address, "okonomi")
    await page.goto(f"{address}/aaret/2022")
    await page.locator("summary", has_text="Vis tala som tabell").click()
    assert await page.get_by_role("row").count() > 12
    await context.close()
