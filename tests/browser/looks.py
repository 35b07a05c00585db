"""A look at a screen: a picture of it, and what is wrong with it at a width."""

from pathlib import Path

from playwright.async_api import BrowserContext, Page

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
