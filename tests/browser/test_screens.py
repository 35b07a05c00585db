"""Every screen in Chromium: nothing axe finds, nothing on the console, no sideways scroll, every tab stop visible."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, Page

from tests.browser.keyboard import Keyboard
from tests.factories.invoices import FILE_IDS, read_file

pytestmark = pytest.mark.browser

PERSON = "/deltakarar/016e0000-0002-7000-8000-000000000004"
PLACE = "/plassar/016e0000-0005-7000-8000-000000000001"
APPLICATION = "016e0000-0003-7000-8000-00000000000"
INVOICE = "/faktura/016e0000-0013-7000-8000-000000000001"
WHAT_IF = "/aaret/2022/kva-om?on=31.08.2022&fleire-1-tal=2&fleire-1-fra=01.10.2022&fleire-1-til=&fleire-1-del=100"
WRONG_WHAT_IF = (
    f"{WHAT_IF}&slutt-2-tal=x&sats-3-belop=15+324%2C34&sats-3-fra=1.1.2023&aara-auke=3&aara-ramme-2023=8100000"
)
JOURNEY = "/feriereiser/turar/016e0000-0023-7000-8000-00000000000"
TRUST = "/legat/soknader/016e0000-0018-7000-8000-00000000001"
SURVEY = "/undersokingar/016e0000-0022-7000-8000-000000000001"
TRIP = "/feriereiser/soknader/016e0000-001f-7000-8000-00000000000"
PLACES = [f"016e0000-0005-7000-8000-00000000000{number}" for number in (1, 2, 3)]
DECIDED = "plass=016e0000-0005-7000-8000-000000000001"
# Who looks at what. The demo's ids are fixed.
SCREENS: Mapping[str, Sequence[str]] = {
    "": (
        "/logg-inn",
        "/logg-ut",
        "/logg-inn/svar",
        "/tilgjenge",
        "/personvern",
        "/trapp",
        "/andre-ordningar",
        "/finst-ikkje",
    ),
    "sakshandsamar": (
        "/arbeidsliste",
        "/deltakarar?name=ly",
        PERSON,
        PERSON.replace("/deltakarar/", "/innsyn/"),
        "/vekstbedrifter",
        "/vekstbedrifter/016e0000-0000-7000-8000-000000000001",
        "/aaret/2022",
        "/aaret/2022/kva-om/plass?hjaa=016e0000-0000-7000-8000-000000000001",
        "/logg",
        "/deltakarar/016e0000-0002-7000-8000-000000000004/soknad",
        *(f"/soknader/{APPLICATION}{number}" for number in (1, 3, 5)),
        f"/vedtak/ny?soknad={APPLICATION}1",
        f"/vedtak/ny?{DECIDED}",
        *(f"/vedtak/ny?{DECIDED}&utfall={kind}" for kind in ("change", "end", "correct", "annul")),
        f"{PLACE}/oppseiing",
        f"{PLACE}/plan",
        f"{PLACE}/evaluering",
        f"{PLACE}/samtale",
        f"{PLACE}/moete",
        "/moete/felles",
        f"{PLACE}/fravaer",
        f"{PLACE}/tillegg",
        f"{PLACE}/tillegg/016e0000-0007-7000-8000-000000000001/slutt",
        f"{PERSON}/behov",
        f"{PERSON}/endre",
        f"{PERSON}/opplysningar",
        f"{PERSON}/opplysningar/kopi",
        f"{PERSON}/sletting",
        "/sletting",
        f"{PERSON}/slaa-saman",
        "/deltakarar/ny",
        f"{PERSON}/grunngjeving",
        f"{PLACE}/oppgaver/evaluation.{PLACE.removeprefix('/plassar/')}.1/fraafall",
        f"{PERSON}/samtykke",
        f"{PERSON}/avgrensing",
        "/fravaer/016e0000-0014-7000-8000-000000000001",
        "/fravaer/016e0000-0014-7000-8000-000000000001/trekk",
        "/plassar/016e0000-0005-7000-8000-000000000002/fravaersvurdering",
        "/moete/016e0000-000d-7000-8000-000000000001/annullering",
        "/vekstbedrifter/016e0000-0000-7000-8000-000000000001/moete",
        "/vekstbedrifter/ny",
        "/kalender",
        "/trapp/rediger",
        "/trapp/bustad/tilbod/nytt",
        "/vekstbedrifter/016e0000-0000-7000-8000-000000000001/fravaersrutine",
        "/planar/016e0000-000e-7000-8000-000000000001/annullering",
        "/evalueringar/016e0000-000f-7000-8000-000000000001/sending",
    ),
    "vekstbedrift-1": (
        f"{PLACE}/moete",
        "/vekstbedrift/moete",
        "/vekstbedrift/kapasitet",
        "/vekstbedrift/eigenerklaering",
        "/vekstbedrift/fravaersfil",
        "/vekstbedrift/foresporslar/016e0000-0004-7000-8000-000000000001/ta-tilbake",
    ),
    "okonomi": ("/aaret/2022", "/rapport/2022", "/oppgjer/2022", "/oppgjer/2022/7", "/oppgjer/2022/9", "/satsar/ny"),
    "okonomi-2": (
        "/faktura",
        "/faktura/ny",
        INVOICE,
        f"{INVOICE}/annullering",
        WHAT_IF,
        "/aaret/2023/kva-om",
        WRONG_WHAT_IF,
        "/aaret/2023",
        "/aaret/2022/ramme",
        "/aaret/2022/refusjon",
        "/oppgjer/2022/7",
    ),
    "vekstbedrift-3": ("/vekstbedrift", "/vekstbedrift/foresporslar/016e0000-0004-7000-8000-000000000003/svar"),
    "sakshandsamar-2": (
        "/deltakarar/016e0000-0002-7000-8000-00000000001e/sletting/avgjerd",
        "/tenesteslag",
        "/tenesteslag/nytt",
        "/tenesteslag/016e0000-0020-7000-8000-000000000001",
        "/undersokingar",
        "/undersokingar/ny",
        SURVEY,
        f"{SURVEY}/svar",
    ),
    "revisor": ("/logg", "/logg/samandrag", "/logg/uvanleg"),
    "leiar": (
        "/styringstal/2022",
        "/styringstal/2023?fraa=2020",
        "/styringstal/2022?vis=tertial&fraa=2021",
        "/styringstal/2022?vis=maanad",
        "/tenesteslag",
        "/undersokingar",
        SURVEY,
    ),
    "fagutvikling": (
        "/legat/2022",
        "/legat/2023",
        "/legat/2022/rapport",
        "/legat/2022/sum",
        "/legat/2021/rapport/sending",
        "/legat/sokjar?name=bl",
        "/legat/sokjar/ny",
        "/legat/soknader/ny?deltakar=016e0000-0002-7000-8000-000000000001",
        f"{TRUST}1",
        f"{TRUST}1/tilbakebetaling",
        f"{TRUST}9/utbetaling",
        "/legat/soknader/016e0000-0018-7000-8000-000000000018",
        "/legat/soknader/016e0000-0018-7000-8000-000000000018/vedtak/016e0000-0026-7000-8000-000000000018/annullering",
        f"{TRUST}a/avgjerd",
        f"{TRUST}a/utfylling",
        "/feriereiser/2022",
        "/feriereiser/2024",
        "/feriereiser/rundar/ny?aar=2022",
        "/feriereiser/rundar/016e0000-001e-7000-8000-000000000001?plassar=5",
        "/feriereiser/rundar/016e0000-001e-7000-8000-000000000002",
        "/feriereiser/sokjar?name=bl",
        "/feriereiser/soknader/ny?deltakar=016e0000-0002-7000-8000-000000000001",
        f"{TRIP}1",
        f"{TRIP}1/vurdering",
        f"{TRIP}d",
        f"{TRIP}d/trekk",
        "/andre-ordningar/ny",
        "/feriereiser/2022/turar",
        "/feriereiser/2022/turar/ny",
        "/feriereiser/2022/fond",
        "/feriereiser/2022/oversyn",
        "/feriereiser/2022/fond/post",
        "/feriereiser/2023/fond",
        "/feriereiser/2023/fond/016e0000-0025-7000-8000-000000000002/annullering",
        f"{JOURNEY}1",
        f"{JOURNEY}3",
        f"{JOURNEY}3/oppgjer",
        f"{JOURNEY}4",
        f"{JOURNEY}4/plan",
        f"{JOURNEY}4/endring",
        f"{JOURNEY}4/svar/016e0000-0002-7000-8000-00000000000e",
        f"{JOURNEY}4/vedtak",
        f"{JOURNEY}4/avlysing",
    ),
}
# The screens that say what is wrong; every other one is there.
REFUSED = {
    ("", "/logg-inn/svar"): 400,
    ("", "/finst-ikkje"): 404,
    ("sakshandsamar", "/logg"): 403,
    ("okonomi-2", WRONG_WHAT_IF): 422,
}
WIDTHS = (1280, 390, 320)
# The two narrow ones have the same styles (tests/web/test_pages.py says so); axe finds more at the narrowest.
AXE_WIDTHS = (1280, 320)
RULES = {
    "resultTypes": ["violations"],
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
}
# Without all that it found nothing wrong with, which takes as long to hand over as to find.
VIOLATIONS = "async (options) => (await axe.run(options)).violations"
UNFOLD = """
() => document.querySelectorAll('details:not([open])').forEach((one) => {
  one.open = true;
  one.dataset.folded = '';
})
"""
# As it was, for the next picture.
FOLD = """
() => {
  document.querySelectorAll('details[data-folded]').forEach((one) => { one.open = false; });
  document.activeElement.blur();
  window.scrollTo(0, 0);
}
"""
# WCAG 1.4.12: what readers may set, and nothing may be lost.
SPACING = """
* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }
p { margin-bottom: 2em !important; }
"""
# Tab stops without a visible outline, or smaller than 24 pixels where they do not stand in a line of text.
STOPS = """
() => {
  const faults = [];
  const stops = document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]');
  for (const stop of stops) {
    if (stop.type === 'hidden' || !stop.checkVisibility({ visibilityProperty: true })) continue;
    stop.focus({ focusVisible: true });
    if (document.activeElement !== stop) continue;
    const box = stop.getBoundingClientRect();
    if (box.right < 0 || box.bottom < 0) continue;
    const style = getComputedStyle(stop);
    const name = `${stop.tagName} ${(stop.textContent || stop.name || '').trim().slice(0, 40)}`;
    if (style.outlineStyle === 'none' || parseFloat(style.outlineWidth) < 2) faults.push(`${name}: no outline`);
    if (box.height < 24 || box.width < 24) faults.push(`${name}: ${box.width.toFixed()}x${box.height.toFixed()}`);
  }
  return faults;
}
"""
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


async def log_in(context: BrowserContext, address: str, person: str) -> Page:
    """A page of somebody who is logged in; of nobody for ``."""
    page = await context.new_page()
    if person:
        await page.goto(f"{address}/logg-inn")
        await page.click(f'button[value="{person}"]')
    return page


def name_of(person: str, path: str) -> str:
    path, _, query = path.strip("/").partition("?")
    return "-".join(filter(None, [person or "open", path.replace("/", "-"), query.rpartition("utfall=")[2][:40]]))


async def look_at(page: Page, picture: Path, *, width: int) -> list[str]:
    """A screenshot at a width, and what is wrong there. axe is there already."""
    await page.set_viewport_size({"width": width, "height": 900})
    await page.screenshot(path=picture, full_page=True)
    await page.evaluate(UNFOLD)
    found = await page.evaluate(VIOLATIONS, RULES) if width in AXE_WIDTHS else []
    faults = [f"{one['id']}: {node['html'][:120]}" for one in found for node in one["nodes"][:3]]
    sideways = await page.evaluate(SIDEWAYS)
    if sideways > 0:
        faults.append(f"{sideways} pixels to scroll sideways")
    faults += await page.evaluate(STOPS)
    await page.evaluate(FOLD)
    return [f"at {width}: {fault}" for fault in faults]


@pytest.mark.parametrize("person", SCREENS)
async def test_nothing_is_wrong_on_any_screen(address: str, chromium: Browser, pictures: Path, person: str) -> None:
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
        await Axe().run(page, options={"runOnly": ["document-title"]})
        for width in WIDTHS:
            picture = pictures / f"{name_of(person, path)}-{width}.png"
            faults += [f"{path} {fault}" for fault in await look_at(page, picture, width=width)]
        faults += [f"{path}: {text}" for text in said if not (expected >= 400 and "Failed to load" in text)]
    await context.close()
    assert faults == []


@pytest.mark.parametrize("person", SCREENS)
async def test_nothing_is_lost_with_other_spacing_or_larger_text(address: str, chromium: Browser, person: str) -> None:
    """WCAG 1.4.12, and 1.4.4 at half the width."""
    faults: list[str] = []
    context = await chromium.new_context(bypass_csp=True)
    page = await log_in(context, address, person)
    for path in SCREENS[person]:
        await page.goto(f"{address}{path}")
        for width, style in ((320, SPACING), (640, "html { font-size: 200%; }")):
            await page.set_viewport_size({"width": width, "height": 900})
            added = await page.add_style_tag(content=style)
            sideways = await page.evaluate(SIDEWAYS)
            if sideways > 0:
                faults.append(f"{path} at {width}: {sideways} pixels to scroll sideways")
            await added.evaluate("style => style.remove()")
    await context.close()
    assert faults == []


async def test_every_screen_is_there_without_script_and_in_forced_colours(address: str, chromium: Browser) -> None:
    context = await chromium.new_context(java_script_enabled=False, forced_colors="active", reduced_motion="reduce")
    page = await log_in(context, address, "sakshandsamar")
    for path in (*SCREENS["sakshandsamar"], "/trapp"):
        answer = await page.goto(f"{address}{path}")
        assert answer is not None
        assert await page.locator("h1").count() == 1, path
    await page.goto(f"{address}/aaret/2022")
    assert await page.locator(".read-off").is_hidden()
    await page.locator("summary", has_text="Vis tala som tabell").click()
    assert await page.get_by_role("row").count() > 12
    await context.close()


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
        printed = await page.pdf(format="A4", print_background=True)
        assert printed.count(b"/Type /Page\n") + printed.count(b"/Type /Page ") == 2, path
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
    page = await log_in(context, address, "sakshandsamar")
    await page.goto(f"{address}/aaret/2022")
    await page.screenshot(path=pictures / "year.png")
    await context.close()
    kept = Path(__file__).parents[2] / "docs" / "year.png"
    assert kept.stat().st_size <= 150 * 1024
