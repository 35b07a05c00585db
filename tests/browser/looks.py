"""A look at a screen: a picture of it, and what is wrong with it at a width."""

import base64
from pathlib import Path

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import BrowserContext, Page

WIDTHS = (1280, 390, 320)
# The two narrow ones have the same styles (tests/web/test_pages.py says so); axe finds more at the narrowest.
AXE_WIDTHS = (1280, 320)
AXE = Axe().axe_script
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
# What readers may set at a width, and nothing may be lost: WCAG 1.4.12, and 1.4.4 at half the width.
READERS_STYLES = (
    (
        320,
        """
        * { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }
        p { margin-bottom: 2em !important; }
        """,
    ),
    (640, "html { font-size: 200%; }"),
)
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
# Everybody of the demo gets a name of one long word: `overflow-wrap` is asked where a line cannot break.
LONG_NAMES = """
() => {
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    texts.currentNode.data = texts.currentNode.data.replace(
      /(Blid|Grøn|Modig|Rask|Roleg|Sprek) (Bjørk|Elv|Fjell|Hage|Lykt|Skog)/g,
      'Áilu Čáhppesjávriveldiglangtetternamnutanmellomrom',
    );
  }
}
"""
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# With a style sheet that the page's policy has no say about, as a reader's own.
SIDEWAYS_WITH = f"""
(style) => {{
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(style);
  document.adoptedStyleSheets = [sheet];
  const sideways = {SIDEWAYS};
  document.adoptedStyleSheets = [];
  return sideways;
}}
"""


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


async def photograph(page: Page, picture: Path) -> None:
    """A screenshot of the whole page. It is compressed less than one of Playwright's own, which takes twice as long."""
    session = await page.context.new_cdp_session(page)
    options = {"format": "png", "captureBeyondViewport": True, "optimizeForSpeed": True}
    taken = await session.send("Page.captureScreenshot", options)
    await session.detach()
    picture.write_bytes(base64.b64decode(taken["data"]))


async def look_at(page: Page, picture: Path, *, width: int) -> list[str]:
    """A screenshot at a width, and what is wrong there. axe is there already."""
    await page.set_viewport_size({"width": width, "height": 900})
    await photograph(page, picture)
    await page.evaluate(UNFOLD)
    found = await page.evaluate(VIOLATIONS, RULES) if width in AXE_WIDTHS else []
    faults = [f"{one['id']}: {node['html'][:120]}" for one in found for node in one["nodes"][:3]]
    sideways = await page.evaluate(SIDEWAYS)
    if sideways > 0:
        faults.append(f"{sideways} pixels to scroll sideways")
    faults += await page.evaluate(STOPS)
    await page.evaluate(FOLD)
    return [f"at {width}: {fault}" for fault in faults]


async def read_with_other_styles(page: Page) -> list[str]:
    """What is lost with a reader's own styles."""
    faults = []
    for width, style in READERS_STYLES:
        await page.set_viewport_size({"width": width, "height": 900})
        sideways = await page.evaluate(SIDEWAYS_WITH, style)
        if sideways > 0:
            faults.append(f"at {width} with a reader's styles: {sideways} pixels to scroll sideways")
    return faults


async def read_with_long_names(page: Page) -> list[str]:
    """What is lost when everybody has a name that is longer than a line; the page keeps the names."""
    faults = []
    await page.evaluate(LONG_NAMES)
    for width in WIDTHS:
        await page.set_viewport_size({"width": width, "height": 900})
        sideways = await page.evaluate(SIDEWAYS)
        if sideways > 0:
            faults.append(f"at {width} with long names: {sideways} pixels to scroll sideways")
    return faults
