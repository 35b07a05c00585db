"""What every page has in common: who may see it, its headers, its HTML, and what stands in place of a refusal."""

import json
import re
from pathlib import Path

import pytest
from starlette.routing import Route

from app.web.login import DemoPerson
from app.web.pages import Page
from app.web.routes import ROUTES
from tests.browser.screens import OTHERS, SCREENS
from tests.conftest import Api
from tests.factories.people import DEMO_PEOPLE
from tests.web.html import find_faults, parse

PAGES = [route for route in ROUTES if isinstance(route, Page)]
READ = [route for route in PAGES if "GET" in (route.methods or ())]
ROLES = json.loads((Path(__file__).parent / "roles.json").read_text())


def address_of(route: Page) -> str:
    """An address of the page."""
    path = re.sub(r"\{\w+:uuid\}", "0190c0de-7a00-7000-8000-000000000001", route.path)
    return path.replace("{year:int}", "2022").replace("{month:int}", "7")


def test_every_page_has_a_row_of_roles() -> None:
    """`roles.json` says who may see what: a page without a row, or with other roles, fails here."""
    assert {route.path: sorted(route.roles) for route in PAGES} == ROLES


def test_no_page_is_an_api_route_and_none_takes_its_address() -> None:
    assert not [route.path for route in ROUTES if isinstance(route, Route) and route.path.startswith("/v1")]


@pytest.mark.parametrize("route", READ, ids=lambda route: route.path)
async def test_without_a_session_every_page_leads_to_the_login(api: Api, route: Page) -> None:
    path = address_of(route)
    answer = await (await api.browser()).get(path)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/logg-inn?til=%2F")


@pytest.mark.parametrize("person", DEMO_PEOPLE, ids=lambda person: person.key)
async def test_a_page_of_another_role_is_refused_in_words(api: Api, person: DemoPerson) -> None:
    browser = await api.browser(person.key)
    for route in READ:
        if route.roles & person.actor.roles:
            continue
        answer = await browser.get(address_of(route))
        assert answer.status_code == 403, route.path
        assert find_faults(answer) == []


async def test_headers_of_a_page(api: Api) -> None:
    answer = await (await api.browser("sakshandsamar")).get("/finst-ikkje")
    policy = answer.headers["content-security-policy"]
    assert "unsafe-inline" not in policy
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("person", [None, "okonomi"])
@pytest.mark.parametrize("path", ["/finst-ikkje", "/deltakarar/x/y/z", "/v1/nope"])
async def test_unknown_address_is_a_page_for_a_browser(api: Api, path: str, person: str | None) -> None:
    answer = await (await api.browser(person)).get(path)
    assert answer.status_code == 404
    assert find_faults(answer) == []
    assert answer.headers["x-request-id"] in answer.text


async def test_unknown_address_is_a_problem_for_a_program(api: Api) -> None:
    answer = await api.case_officer.get("/finst-ikkje", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/not-found")


@pytest.mark.parametrize("on", ["i går", "31.02.2022", "2022-13-01", "1.1.1899", "<script>"])
async def test_day_that_is_none_is_a_page_with_a_way_on(api: Api, on: str) -> None:
    answer = await (await api.browser("sakshandsamar")).get("/arbeidsliste", params={"on": on})
    assert answer.status_code == 422
    assert find_faults(answer) == []
    assert "<script>" not in answer.text.partition("</head>")[2]
    assert [one.text for one in parse(answer).all("a", href="/") if "startsida" in one.text]


async def test_static_files_are_kept_for_ever_under_their_own_address(api: Api) -> None:
    browser = await api.browser()
    page = parse(await browser.get("/logg-inn"))
    addresses = [one.attributes["href"] for one in page.all("link")] + [
        one.attributes["src"] for one in page.all("script")
    ]
    assert len(addresses) == 3
    for address in addresses:
        answer = await browser.get(address)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]
        assert answer.headers["content-encoding"] == "gzip"
        assert (await browser.get(address, headers={"Accept-Encoding": "identity"})).content == answer.content
    assert (await browser.get("/static/gammal/vekstplass.css")).status_code == 404


def test_assets_stay_within_their_budget() -> None:
    """At most 64 KiB raw together; 56 KiB of it the stylesheet, and 6 KB the script."""
    files = {path.name: path.stat().st_size for path in Path("app/web/static").iterdir()}
    assert sum(files.values()) <= 64 * 1024
    assert files["vekstplass.css"] <= 56 * 1024
    assert files["side.js"] <= 6 * 1024


def test_every_screen_is_looked_at_in_a_browser() -> None:
    """A new one needs a line in tests/browser/screens.py."""
    seen = [path.partition("?")[0] for paths in SCREENS.values() for path in paths]
    unseen = [route.path for route in READ if not any(route.path_regex.match(path) for path in seen)]
    assert sorted(unseen) == sorted(OTHERS)


def test_no_style_begins_between_the_narrow_widths() -> None:
    """What axe finds at 390 pixels it finds at 320, where tests/browser/test_screens.py asks it."""
    sheet = Path("app/web/static/vekstplass.css").read_text(encoding="utf-8")
    conditions = re.findall(r"@(?:media|container)([^{]*)", sheet)
    bounds = [bound for condition in conditions for bound in re.findall(r"width: ([\d.]+)rem", condition)]
    assert len(bounds) == "".join(conditions).count("width") > 0
    assert [bound for bound in bounds if 320 <= float(bound) * 16 < 390] == []
