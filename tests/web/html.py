"""A page's HTML, as far as tests ask about it."""

import base64
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

import httpx

from app.security.roles import ROLES

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
# An id may be named by one or several of these.
REFERENCES = ("aria-labelledby", "aria-describedby", "aria-controls", "for")
# What is written for programs and not for people who read Norwegian, by what is wrong with it.
UNWRITTEN = {
    "a day or month as programs write it": re.compile(r"\b\d{4}-\d{2}(-\d{2})?\b"),
    "a code in place of a word": re.compile(r"\b[a-z]+_[a-z_]+\b"),
    "a value that is none": re.compile(r"\b(None|True|False|undefined)\b"),
    "a line may break before the per cent sign": re.compile(r"\d ?%"),
    "a line may break after the currency": re.compile(r"\bkr ?[\d\u2212-]"),
    "a decimal point": re.compile(r"(?<![\d.§])(?<!§ )(?<!kl\.\u00a0)\b\d+\.\d{2}\b(?!\.)"),
    "thousands that stand together": re.compile(r"(?<![\d.,])\d{5,8}(?![\d.])"),
    "another spelling than elsewhere": re.compile(
        r"\b(Lagra (den|[a-zæøå]+(a|en|et|ane))$|fyrst\w*|ønsk\w*|mottatt?|førenamn|stengde månader)\b",
        re.IGNORECASE,
    ),
    "a word of English": re.compile(r"\b(the|of|and|rate|budget|guideline|announced)\b", re.IGNORECASE),
    "a hyphen in place of a minus": re.compile(r"(?<![\w\d])-\d"),
}
# Examples of codes that people type, and callers that the tests made and nobody has a name for.
CODES = {"home_help", "support_contact", *ROLES}
# Whose text is as it was typed, or for programs.
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
AS_TYPED = {"script", "style", "code", "textarea", "title"}


@dataclass
class Element:
    """A tag with its attributes and the text below it."""

    tag: str
    attributes: dict[str, str]
    text: str = ""
    form: str = ""
    """The address of the form that it stands in."""


@dataclass
class Html(HTMLParser):
    """Every element of a page, in order; `faults` says what does not nest."""

    elements: list[Element] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    """What people read, in pieces."""

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._open: list[Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs}, form=self._form())
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, {name: value or "" for name, value in attrs}, form=self._form()))

    def _form(self) -> str:
        return next((one.attributes.get("action", "") for one in reversed(self._open) if one.tag == "form"), "")

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open[-1].tag != tag:
            self.faults.append(f"</{tag}> closes {self._open[-1].tag if self._open else 'nothing'}")
        else:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.text += data
        if data.strip() and AS_TYPED.isdisjoint(element.tag for element in self._open):
            self.texts.append(data.strip())

    def all(self, tag: str, **attributes: str) -> list[Element]:
        """The elements of a tag with these attributes."""
        return [
            element
            for element in self.elements
            if element.tag == tag and attributes.items() <= element.attributes.items()
        ]


def parse(answer: httpx.Response) -> Html:
    """The page of an answer, read to its end."""
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    html = Html()
    html.feed(answer.text)
    html.close()
    return html


def find_faults(answer: httpx.Response) -> list[str]:
    """What is wrong with a page's HTML: nesting, headings, inline styles and scripts, names without an element."""
    html = parse(answer)
    faults = [*html.faults]
    if len(html.all("h1")) != 1:
        faults.append(f"{len(html.all('h1'))} h1")
    ids = [element.attributes["id"] for element in html.elements if "id" in element.attributes]
    faults += [f"id {one} stands twice" for one in sorted({one for one in ids if ids.count(one) > 1})]
    for element in html.elements:
        faults += [f"{element.tag} has {name}" for name in element.attributes if name == "style" or name[:2] == "on"]
        for reference in REFERENCES:
            named = element.attributes.get(reference, "").split()
            faults += [f"{element.tag} names {one}, which is not there" for one in named if one not in ids]
    faults += ["a script or style stands inline" for tag in ("script", "style") for one in html.all(tag) if one.text]
    labelled = {element.attributes["for"] for element in html.all("label") if "for" in element.attributes}
    for tag in ("input", "select", "textarea"):
        for one in html.all(tag):
            hidden = one.attributes.get("type") in ("hidden", "radio", "checkbox")
            if not hidden and one.attributes.get("id") not in labelled and "aria-label" not in one.attributes:
                faults.append(f"{tag} {one.attributes.get('name')} has no label")
    return faults


def find_unwritten(answer: httpx.Response) -> list[str]:
    """Every piece of a page's text that is not written as Norwegians write, after what is wrong with it."""
    return [
        f"{fault}: {text}"
        for text in (UUID.sub("", one) for one in parse(answer).texts)
        for fault, pattern in UNWRITTEN.items()
        for found in pattern.finditer(text)
        if found[0] not in CODES
    ]


def read_fields(answer: httpx.Response, action: str) -> dict[str, list[str]]:
    """What a browser would send of the form with this address, as it stands on the page."""
    html = parse(answer)
    values: dict[str, list[str]] = {}
    assert html.all("form", action=action, method="post"), f"no form to {action}"
    chosen = ""
    for one in html.elements:
        if one.tag == "select":
            chosen = one.attributes.get("name", "")
        if one.form != action:
            continue
        name, kind = one.attributes.get("name", ""), one.attributes.get("type", "text")
        if one.tag == "textarea":
            values.setdefault(name, []).append(one.text)
        elif one.tag == "option" and "selected" in one.attributes:
            values.setdefault(chosen, []).append(one.attributes.get("value", one.text))
        elif one.tag == "input" and kind == "file":
            continue
        elif one.tag == "input" and (kind not in ("radio", "checkbox") or "checked" in one.attributes):
            values.setdefault(name, []).append(one.attributes.get("value", ""))
    return values


async def submit(
    browser: httpx.AsyncClient, address: str, action: str = "", **typed: str | list[str]
) -> httpx.Response:
    """Open a page, fill in its form to `action` (by default the page's own address), and send it."""
    action = action or address.partition("?")[0]
    page = await browser.get(address)
    assert page.status_code == 200, page.text
    return await browser.post(action, data=read_fields(page, action) | typed)


def list_errors(answer: httpx.Response) -> dict[str, str]:
    """What a page says is wrong, by the field that each link of its summary leads to."""
    assert find_faults(answer) == []
    return {
        link.attributes["href"].removeprefix("#"): link.text.partition(": ")[2]
        for link in parse(answer).all("a")
        if link.attributes["href"].startswith("#") and link.attributes["href"] != "#innhald"
    }


def read_message(browser: httpx.AsyncClient) -> str:
    """What the page after an act will say."""
    return base64.urlsafe_b64decode(browser.cookies.get("__Host-vekstplass-melding") or "").decode()


def list_links(answer: httpx.Response) -> dict[str, str]:
    """The text of every link of a page, by its address."""
    return {one.attributes["href"]: one.text for one in parse(answer).all("a")}
