"""Every screen in the demo, as everybody who sees it: what it weighs, how often it asks the API, how it writes."""

import gzip
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from app.http.access_reasons import StatedReason
from app.http.field_names import FIELD_NAMES
from app.http.openapi_examples import demo_id
from app.http.personal_data_words import KINDS, LABELS
from app.security.roles import Actor
from app.web import pages
from app.web.calls import Api as Calls
from app.web.pages import Page
from app.web.person import MOST_PLACES
from app.web.personal_data_words import is_shown
from tests.conftest import Api
from tests.factories.people import DEMO_PEOPLE
from tests.web.addresses import OF_ONE_PERSON, OPEN_SCREENS, SCREENS, find_address
from tests.web.html import find_unwritten, parse

KIB = 1024
HTML, STYLE, SCRIPT = 12 * KIB, 14 * KIB, 3 * KIB
CALLS = 12
# Lists ask six times at most; a person's whole way is made of more kinds of rows than any other screen.
MOST_CALLS = dict.fromkeys(("/arbeidsliste", "/deltakarar", "/logg", "/vekstbedrift", "/vekstbedrifter"), 6) | {
    "/deltakarar/{participant_id:uuid}": 15
}


# Screens with as much on them as an address can ask for.
FULLEST = (
    "/arbeidsliste?seinare=ja&on=31.12.2022",
    "/styringstal/2022?vis=maanad",
    "/styringstal/2022?vis=tertial&fraa=2020",
    "/styringstal/2022?vis=aar&fraa=2018",
    "/aaret/2022/kva-om?fleire-1-tal=2&fleire-1-fra=01.10.2022&sats-2-belop=16000&sats-2-fra=01.10.2022&aara-til=2031",
)


class CountedCalls(Calls):
    """The calls of a page; every page's are kept, the newest last."""

    of_pages: ClassVar[list[Calls]] = []

    def __init__(
        self, app: FastAPI, actor: Actor, request_id: str, reasons: Mapping[UUID, StatedReason] | None = None
    ) -> None:
        super().__init__(app, actor, request_id, reasons)
        self.of_pages.append(self)


def measure(answer: httpx.Response) -> int:
    """What a page weighs on its way, packed."""
    return len(gzip.compress(answer.content))


@pytest.mark.parametrize("route", SCREENS, ids=lambda route: route.path)
async def test_no_screen_is_too_heavy_or_asks_too_much(demo: Api, route: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    """12 KB of HTML packed, and 12 calls of the API; 6 of a list: as the first of the demo's people who sees it."""
    monkeypatch.setattr(pages, "Api", CountedCalls)
    address = find_address(route)
    seen = 0
    for person in DEMO_PEOPLE:
        if not route.roles & person.actor.roles:
            continue
        answer = await (await demo.browser(person.key)).get(address, follow_redirects=True)
        hides = person.actor.organisation or person.actor.service_area or route.path in OF_ONE_PERSON
        if answer.status_code == 404 and hides:
            # Another's: the wall hides it.
            continue
        assert answer.status_code == 200, (person.key, answer.text)
        seen += 1
        if answer.headers["content-type"].startswith("text/html"):
            # A file that is asked for may weigh what it holds.
            assert measure(answer) <= HTML
            assert find_unwritten(answer) == []
        made = CountedCalls.of_pages[-1].made
        assert made <= MOST_CALLS.get(route.path, CALLS), f"{made} calls as {person.key}"
    assert seen, f"nobody sees {address} in the demo: it needs a line in ADDRESSES"


@pytest.mark.parametrize("address", FULLEST)
async def test_no_screen_is_too_heavy_or_asks_too_much_when_it_shows_the_most(
    demo: Api, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "Api", CountedCalls)
    answer = await (await demo.browser("sakshandsamar")).get(address)
    assert (answer.status_code, find_unwritten(answer)) == (200, [])
    assert measure(answer) <= HTML
    assert CountedCalls.of_pages[-1].made <= CALLS


@pytest.mark.parametrize("address", OPEN_SCREENS)
async def test_no_open_screen_is_too_heavy(demo: Api, address: str) -> None:
    answer = await (await demo.browser()).get(address)
    assert measure(answer) <= HTML


async def test_a_person_costs_no_more_calls_than_their_places(demo: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """Eleven, and four for each of the newest three places: the place, its supplements, notices and demands."""
    monkeypatch.setattr(pages, "Api", CountedCalls)
    browser = await demo.browser("sakshandsamar")
    shown = []
    for number in range(1, 31):
        person = demo_id("participant", number)
        if (await browser.get(f"/deltakarar/{person}")).status_code == 200:
            made = CountedCalls.of_pages[-1].made
            answer = await demo.case_officer.get("/v1/placements", params={"participant_id": str(person)})
            places = min(len(answer.json()["items"]), MOST_PLACES)
            assert made <= 11 + 4 * places, f"{made} calls for {places} places"
            shown.append(places)
    assert {0, 1} <= set(shown)


async def test_assets_and_requests_of_a_first_and_a_later_visit(demo: Api) -> None:
    """The page, one stylesheet, one script and one icon: four requests, and one where those are kept."""
    browser = await demo.browser("sakshandsamar")
    page = parse(await browser.get("/aaret/2022"))
    links = [one.attributes["href"] for one in page.all("link")]
    addresses = [*links, *(one.attributes["src"] for one in page.all("script") + page.all("img"))]
    assert len(set(addresses)) == 3
    for address in set(addresses):
        packed = await browser.get(address, headers={"Accept-Encoding": "gzip"})
        assert "immutable" in packed.headers["cache-control"]
        limit = STYLE if address.endswith(".css") else SCRIPT
        assert int(packed.headers["content-length"]) <= limit


async def test_every_field_of_a_persons_data_has_a_name(demo: Api) -> None:
    """Those inside a computed answer too, which no column names."""
    nameless = set()
    for number in range(1, 31):
        answer = await demo.case_officer.get(f"/v1/participants/{demo_id('participant', number)}/export")
        if answer.status_code == 200:
            nameless |= set(list_keys(answer.json()["held"])) - KINDS.keys() - LABELS.keys() - FIELD_NAMES.keys()
    assert sorted(name for name in nameless if is_shown(name)) == []


def list_keys(value: Any) -> Iterator[str]:
    """Every key at every depth."""
    if isinstance(value, dict):
        yield from value
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from list_keys(one)
