"""Somebody at a keyboard, without a mouse: Tab, arrows, Enter, and what they type."""

from pathlib import Path
from typing import NamedTuple

from playwright.async_api import Page

MOST_STOPS = 250
# Of the focused element: what a screen reader would say first, and what group it stands in.
FOCUSED = """
() => {
  const one = document.activeElement;
  const said = (text) => (text || '').replace(/\\s+/g, ' ').trim();
  const label = one.labels && one.labels.length ? one.labels[0].innerText : '';
  const group = one.type === 'radio' || one.type === 'checkbox' ? one.closest('fieldset') : null;
  const legend = group && group.querySelector('legend') ? group.querySelector('legend').innerText : '';
  const chosen = one.tagName === 'SELECT' ? one.selectedOptions[0] : null;
  return {
    kind: one.type === 'submit' ? 'button' : one.type || one.tagName.toLowerCase(),
    name: said(label || one.getAttribute('aria-label') || one.innerText),
    group: said(legend),
    value: said(chosen ? chosen.text : one.value),
    is_on: one.checked === true,
  };
}
"""


class Stop(NamedTuple):
    """The element that has the focus."""

    kind: str
    name: str
    group: str
    value: str
    is_on: bool


class Keyboard:
    """Everything is reached by Tab from where the focus is, and named by what it is called on the page."""

    def __init__(self, page: Page, *, is_narrow: bool = False) -> None:
        self.page = page
        self.is_narrow = is_narrow

    async def stop(self) -> Stop:
        """What has the focus now."""
        return Stop(**await self.page.evaluate(FOCUSED))

    async def tab_to(self, name: str, *kinds: str, group: str = "") -> Stop:
        """Press Tab until an element of this name, kind and group has the focus; names may go on after `name`."""
        passed = []
        for _ in range(MOST_STOPS):
            await self.page.keyboard.press("Tab")
            stop = await self.stop()
            if (
                stop.name.startswith(name)
                and (not kinds or stop.kind in kinds)
                and (not group or stop.group.startswith(group))
            ):
                return stop
            passed.append(stop.name[:40])
        raise AssertionError(f"«{group} {name}» is not among the stops of {self.page.url}: {passed}")

    async def menu(self, name: str) -> None:
        """Follow the menu's link; on a narrow screen the menu is folded."""
        if self.is_narrow:
            await self.open("Meny")
        await self.follow(name)

    async def follow(self, name: str) -> None:
        """Follow the link."""
        await self.tab_to(name, "a")
        await self._enter()

    async def press(self, name: str) -> None:
        """Press the button, which sends its form."""
        await self.tab_to(name, "button")
        await self._enter()

    async def submit(self) -> None:
        """Send the form in which the focus is."""
        await self._enter()

    async def log_out(self) -> None:
        """Leave, by the menu."""
        if self.is_narrow:
            await self.open("Meny")
        await self.press("Logg ut")

    async def open(self, name: str) -> None:
        """Open what is folded."""
        await self.tab_to(name, "summary")
        await self.page.keyboard.press("Enter")

    async def write(self, name: str, text: str) -> None:
        """Type into the field, instead of what stands there."""
        await self.tab_to(name, "text", "textarea", "search")
        await self.page.keyboard.press("ControlOrMeta+A")
        await self.page.keyboard.type(text)

    async def choose(self, group: str, option: str) -> None:
        """Choose one of several by the arrows."""
        stop = await self.tab_to("", "radio", group=group)
        for _ in range(40):
            if stop.name.startswith(option):
                if not stop.is_on:
                    await self.page.keyboard.press("Space")
                return
            await self.page.keyboard.press("ArrowDown")
            stop = await self.stop()
        raise AssertionError(f"«{group}» has no «{option}»")

    async def attach(self, name: str, file: Path) -> None:
        """Choose a file: the window that the space bar opens is the system's, and not the page's."""
        await self.tab_to(name, "file")
        await self.page.locator(":focus").set_input_files(file)

    async def select(self, name: str, option: str) -> None:
        """Choose from the list by the arrows."""
        await self.tab_to(name, "select-one")
        await self.page.keyboard.press("Home")
        stop = await self.stop()
        for _ in range(60):
            if stop.value.startswith(option):
                return
            await self.page.keyboard.press("ArrowDown")
            stop = await self.stop()
        raise AssertionError(f"«{name}» has no «{option}»: {stop}")

    async def tick(self, name: str) -> None:
        """Tick the box."""
        stop = await self.tab_to(name, "checkbox")
        if not stop.is_on:
            await self.page.keyboard.press("Space")

    async def heading(self) -> str:
        """What the page is called."""
        return await self.page.locator("h1").inner_text()

    async def message(self) -> str:
        """What the page says about what was just done."""
        return _plain(await self.page.get_by_role("status").first.inner_text())

    async def wait_for(self, selector: str, text: str) -> None:
        """Wait until a part of the page, which is computed while somebody types, holds the text."""
        await self.page.locator(selector).get_by_text(text).first.wait_for()

    async def read(self, selector: str = "main") -> str:
        """The text of a part of the page, spaces as they are typed."""
        return _plain(await self.page.locator(selector).first.inner_text())

    async def _enter(self) -> None:
        async with self.page.expect_navigation():
            await self.page.keyboard.press("Enter")


def _plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ").replace("−", "-")
