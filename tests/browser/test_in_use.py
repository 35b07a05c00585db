"""Single screens in use: by keyboard, on paper, while somebody types, with a file, and the README's picture."""

from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, ViewportSize

from tests.browser.keyboard import Keyboard
from tests.browser.looks import RULES, SIDEWAYS, STOPS, WIDTHS, log_in
from tests.browser.screens import JOURNEY, LETTER, PLACES, WHAT_IF
from tests.factories.invoices import FILE_IDS, read_file

pytestmark = pytest.mark.browser

PAPER: ViewportSize = {"width": 688, "height": 1000}
"""A4 within its margins, in CSS pixels."""


async def test_from_log_in_to_a_person_and_back_by_keyboard_alone(address: str, chromium: Browser) -> None:
    """No mouse: the skip link, the menu, a search, a person, and out again."""
    context = await chromium.new_context(viewport={"width": 1280, "height": 900}, base_url=address)
    keyboard = Keyboard(await context.new_page())
    await keyboard.page.goto("/logg-inn")
    await keyboard.press("Sakshandsamar")
    await keyboard.page.keyboard.press("Tab")
    assert (await keyboard.stop()).name == "Hopp til innhaldet"
    await keyboard.menu("Deltakarar")
    await keyboard.write("Namn", "ras bj")
    await keyboard.submit()
    await keyboard.follow("Rask Bjørk")
    assert await keyboard.heading() == "Rask Bjørk"
    await keyboard.log_out()
    assert keyboard.page.url.endswith("/logg-inn")
    await context.close()


async def test_the_year_prints_on_two_pages(address: str, chromium: Browser, tmp_path: Path) -> None:
    context = await chromium.new_context()
    page = await log_in(context, address, "okonomi")
    for path in ("/aaret/2022", "/rapport/2022", WHAT_IF):
        await page.goto(f"{address}{path}")
        # Wider than the paper, all of it would be printed smaller.
        await page.emulate_media(media="print")
        await page.set_viewport_size(PAPER)
        assert await page.evaluate(SIDEWAYS) <= 0, path
        await page.emulate_media(media=None)
        printed = await page.pdf(format="A4", print_background=True)
        assert printed.count(b"/Type /Page\n") + printed.count(b"/Type /Page ") == 2, path
    await context.close()


async def test_the_letter_prints_on_one_page(address: str, chromium: Browser) -> None:
    context = await chromium.new_context()
    page = await log_in(context, address, "sakshandsamar")
    await page.goto(f"{address}{LETTER}")
    printed = await page.pdf(format="A4", print_background=True)
    assert printed.count(b"/Type /Page\n") + printed.count(b"/Type /Page ") == 1
    await context.close()


async def test_the_boards_report_and_a_trip_fit_on_paper(address: str, chromium: Browser) -> None:
    context = await chromium.new_context(viewport=PAPER)
    page = await log_in(context, address, "fagutvikling")
    await page.emulate_media(media="print")
    trips = ("/feriereiser/2022/turar", f"{JOURNEY}1", "/feriereiser/2022/oversyn", "/feriereiser/2022/fond")
    for path in ("/legat/2022", "/legat/2022/rapport", "/feriereiser/2022", *trips):
        await page.goto(f"{address}{path}")
        assert await page.evaluate(SIDEWAYS) <= 0, path
    await page.goto(f"{address}/legat/2022/rapport")
    assert not await page.locator("main a:visible").count()
    printed = await page.pdf(format="A4", print_background=True)
    assert printed.count(b"/Type /Page\n") + printed.count(b"/Type /Page ") == 1
    await context.close()


async def test_a_line_and_its_sum_stand_by_themselves_on_a_phone(address: str, chromium: Browser) -> None:
    """A settlement's line: name and amount first, and what the amount is made of below both."""
    context = await chromium.new_context(viewport={"width": 390, "height": 900})
    page = await log_in(context, address, "okonomi")
    await page.goto(f"{address}/oppgjer/2022/7")
    for row in await page.locator(".table--sum tbody tr").all():
        boxes = [await cell.bounding_box() for cell in await row.locator(":is(th, td)").all()]
        name, *parts, total = [box for box in boxes if box is not None]
        assert abs(name["y"] - total["y"]) < 2
        assert total["x"] + total["width"] > 340
        assert min(box["y"] for box in parts) >= total["y"] + total["height"] - 1
    await context.close()


async def test_what_if_is_computed_while_somebody_types(address: str, chromium: Browser) -> None:
    """Two places more pass the frame; the address follows, and the same address says the same without a script."""
    context = await chromium.new_context(viewport={"width": 1280, "height": 900})
    page = await log_in(context, address, "okonomi")
    await page.goto(f"{address}/aaret/2022/kva-om")
    assert "att av ramma" in await page.locator("#svar").inner_text()
    await page.get_by_role("button", name="Fleire plassar").click()
    await page.wait_for_url("**fleire-1-fra*")
    await page.fill("#fleire-1-tal", "2")
    await page.locator("#svar", has_text="over ramma").wait_for()
    said = await page.locator("#svar").inner_text()
    lines = await page.locator("#linjer svg.wide title").text_content()
    assert "fleire-1-tal=2" in page.url
    bare = await chromium.new_context(java_script_enabled=False)
    other = await log_in(bare, address, "okonomi-2")
    await other.goto(page.url)
    assert await other.locator("#svar").inner_text() == said
    assert await other.locator("#linjer svg.wide title").text_content() == lines
    await other.get_by_role("button", name="Fjern fleire plassar").click()
    assert "Utan endringar" in await other.locator("#svar").inner_text()
    await bare.close()
    await context.close()


@pytest.mark.parametrize("width", WIDTHS)
async def test_invoice_is_tried_before_it_is_taken_in(
    address: str, chromium: Browser, pictures: Path, tmp_path: Path, width: int
) -> None:
    """The answer to a file has an address that shows something else: it is looked at here."""
    file = tmp_path / "faktura.xml"
    file.write_bytes(
        read_file("other-price", dict(zip(FILE_IDS, PLACES, strict=True))).replace(b"2023-01-", b"2022-07-")
    )
    context = await chromium.new_context(viewport={"width": width, "height": 900})
    page = await log_in(context, address, "sakshandsamar")
    await page.goto(f"{address}/faktura/ny")
    await page.set_input_files("#fil", file)
    await page.get_by_role("button", name="Prøv fila").click()
    await page.get_by_role("heading", name="Ingenting er lagra enno").wait_for()
    assert await page.locator("tr.differs").count()
    await page.screenshot(path=pictures / f"sakshandsamar-faktura-prov-{width}.png", full_page=True)
    await page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    found = await Axe().run(page, options=RULES)
    assert [one["id"] for one in found.response["violations"]] == []
    assert await page.evaluate(SIDEWAYS) <= 0
    assert await page.evaluate(STOPS) == []
    await context.close()


async def test_the_readmes_picture_is_the_years(address: str, chromium: Browser, pictures: Path) -> None:
    """Made here as .screens/year.png, to be copied to docs/ when the screen changes; 150 KB at most."""
    context = await chromium.new_context(viewport={"width": 1120, "height": 1090})
    page = await log_in(context, address, "okonomi")
    await page.goto(f"{address}/aaret/2022")
    await page.screenshot(path=pictures / "year.png")
    await context.close()
    kept = Path(__file__).parents[2] / "docs" / "year.png"
    assert kept.stat().st_size <= 150 * 1024
