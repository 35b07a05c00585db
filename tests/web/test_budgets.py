"""What a screen may weigh and how often it may ask the API: every screen in the demo, as everybody who sees it."""

import gzip
import re
from collections.abc import AsyncIterator, Mapping
from typing import ClassVar
from uuid import UUID

import asyncpg
import httpx
import pytest
from fastapi import FastAPI

import postgres
from app import clock
from app.database.connections import Database
from app.demo import example_year
from app.demo.example_year import UNDER_NOTICE
from app.http.access_reasons import StatedReason
from app.http.openapi_examples import demo_id
from app.security.roles import Actor
from app.settings import Settings
from app.web import pages
from app.web.calls import Api as Calls
from app.web.pages import Page
from app.web.routes import ROUTES
from tests.conftest import Api, assembled, cloned
from tests.factories.people import DEMO_PEOPLE
from tests.web.html import parse

KIB = 1024
HTML, STYLE, SCRIPT = 12 * KIB, 14 * KIB, 3 * KIB
CALLS = 12
# Lists ask six times at most; a person's whole way is made of more kinds of rows than any other screen.
MOST_CALLS = dict.fromkeys(("/arbeidsliste", "/deltakarar", "/logg", "/vekstbedrift", "/vekstbedrifter"), 6) | {
    "/deltakarar/{participant_id:uuid}": 15
}
SCREENS = [route for route in ROUTES if isinstance(route, Page) and "GET" in (route.methods or ())]
OPEN_SCREENS = ("/logg-inn", "/tilgjenge", "/personvern", "/trapp", "/andre-ordningar", "/finst-ikkje")
WAIVED = f"/plassar/{demo_id('placement', 24)}/oppgaver/plan.{demo_id('placement', 24)}.1"
RESTRICTED = f"/v1/participants/{demo_id('participant', 20)}"
OF_ONE_PERSON = ("/kalender/{subscription_id:uuid}/slutt",)
# Where the first row of a kind does not belong to the first person, or is not in the state that the screen is for.
STAIR_FORMS = {
    "trinn/nytt": ("bustad", "step"),
    "tilbod/nytt": ("bustad", "service"),
    "plassar/ny": ("bustad", "stair_capacity"),
    "behov/nytt": ("bustad", "need"),
}
"""The form of a new row of a stair -> the stair and the resource of the demo's first row."""
ADDRESSES = {
    "/plassar/{placement_id:uuid}/oppseiingar/{notice_id:uuid}/annullering": (
        f"/plassar/{demo_id('placement', UNDER_NOTICE)}/oppseiingar/{demo_id('notice', 1)}/annullering"
    ),
    "/plassar/{placement_id:uuid}/oppgaver/{task_id}/fraafall": f"{WAIVED}/fraafall",
    "/plassar/{placement_id:uuid}/oppgaver/{task_id}/fraafall/tilbake": f"{WAIVED}/fraafall/tilbake",
    "/kalender/{subscription_id:uuid}/slutt": f"/kalender/{demo_id('calendar_subscription', 1)}/slutt",
    # Asked for by one officer, to be decided by another.
    "/deltakarar/{participant_id:uuid}/sletting/avgjerd": f"/deltakarar/{demo_id('participant', 30)}/sletting/avgjerd",
    "/deltakarar/{participant_id:uuid}/avgrensing/opphev": RESTRICTED.replace("/v1/participants", "/deltakarar")
    + "/avgrensing/opphev",
    "/deltakarar": "/deltakarar?name=de",
    **{f"/trapp/{{stair}}/{path}": f"/trapp/bustad/{path}" for path in STAIR_FORMS},
    **{
        f"/trapp/{{stair}}/{path.partition('/')[0]}/{{row_id:uuid}}": (
            f"/trapp/{stair}/{path.partition('/')[0]}/{demo_id(resource, 1)}"
        )
        for path, (stair, resource) in STAIR_FORMS.items()
    },
    "/feriereiser/turar/{trip_id:uuid}/svar/{participant_id:uuid}": f"/feriereiser/turar/{demo_id('trip', 4)}/svar/"
    f"{demo_id('participant', 14)}",
    "/vedtak/ny": f"/vedtak/ny?soknad={demo_id('application', 1)}",
    "/vedtak/verknad": f"/vedtak/verknad?soknad={demo_id('application', 1)}&forste_dag=01.10.2022",
}


class CountedCalls(Calls):
    """The calls of a page; every page's are kept, the newest last."""

    of_pages: ClassVar[list[Calls]] = []

    def __init__(
        self, app: FastAPI, actor: Actor, request_id: str, reasons: Mapping[UUID, StatedReason] | None = None
    ) -> None:
        super().__init__(app, actor, request_id, reasons)
        self.of_pages.append(self)


@pytest.fixture(scope="module")
async def demo(cluster: postgres.Cluster, settings: Settings) -> AsyncIterator[Api]:
    """The demo on its own day, for people to look at."""
    async with cloned(cluster) as name:
        url = cluster.url("vekstplass_service", name)
        database = Database(url, pool_size=1)
        await example_year.load(database, settings)
        # The demo's own officer is nobody of these people: a subscription is shown to its owner alone.
        owner = await asyncpg.connect(cluster.dsn("postgres", name))
        await owner.execute("update calendar_subscription set owner = 'person:test-sakshandsamar'")
        await owner.close()
        api = Api(assembled(settings.model_copy(update={"database_url": url, "today": example_year.DAY}), database))
        restricted = await api.case_officer.post(f"{RESTRICTED}/restriction", json={"reason": "Retten er omstridd."})
        assert restricted.status_code == 201, restricted.text
        try:
            yield api
        finally:
            # Whatever happens: the next test lives today.
            clock.fix_today(None)
            await database.close()


def find_address(route: Page) -> str:
    """The screen's address in the demo."""

    def fill(found: re.Match[str]) -> str:
        return {"year": "2022", "month": "7"}.get(found[1]) or str(demo_id(found[1].removesuffix("_id"), 1))

    return ADDRESSES.get(route.path) or re.sub(r"\{(\w+):\w+\}", fill, route.path)


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
        made = CountedCalls.of_pages[-1].made
        assert made <= MOST_CALLS.get(route.path, CALLS), f"{made} calls as {person.key}"
    assert seen, f"nobody sees {address} in the demo: it needs a line in ADDRESSES"


@pytest.mark.parametrize("address", OPEN_SCREENS)
async def test_no_open_screen_is_too_heavy(demo: Api, address: str) -> None:
    answer = await (await demo.browser()).get(address)
    assert measure(answer) <= HTML


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
