"""Logging in and out of the page: session, cookie, and forms that come from elsewhere."""

import re
from urllib.parse import urljoin, urlsplit

import asyncpg
import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.main import create_app
from app.settings import Settings
from app.web.pages import own_path
from tests.conftest import Api
from tests.factories.people import DEMO_PEOPLE
from tests.web.html import find_faults, parse

COOKIE = "__Host-vekstplass"


def csrf_of(answer: httpx.Response) -> str:
    """The token that the page's forms carry."""
    return parse(answer).all("input", name="csrf")[0].attributes["value"]


async def test_login_page_has_a_button_for_each_person(api: Api) -> None:
    answer = await (await api.browser()).get("/logg-inn")
    assert answer.status_code == 200
    assert find_faults(answer) == []
    assert [one.attributes["value"] for one in parse(answer).all("button", name="rolle")] == [
        person.key for person in DEMO_PEOPLE
    ]


async def test_login_sets_a_cookie_that_scripts_and_other_sites_do_not_get(api: Api) -> None:
    browser = await api.browser()
    answer = await browser.post("/logg-inn", data={"rolle": "okonomi", "til": "/aaret/2022"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/aaret/2022")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}=")
    assert {"HttpOnly", "Secure", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:a()", ""])
async def test_login_leads_nowhere_else(api: Api, target: str) -> None:
    browser = await api.browser()
    answer = await browser.post("/logg-inn", data={"rolle": "okonomi", "til": target})
    assert answer.headers["location"] == "/"


@pytest.mark.parametrize("target", ["/", "/deltakarar?name=Li", "/aaret/2022"])
def test_paths_of_this_site_are_kept(target: str) -> None:
    assert own_path(target) == target


@given(st.text(st.sampled_from("/\\.:@?#%25 \t\nhttpsevil\u2044"), max_size=20) | st.text(max_size=20))
@example("/\\evil.example")
def test_a_kept_path_never_leaves_the_site(typed: str) -> None:
    """As a browser resolves it: a backslash is a slash, and tabs and line ends are not there (WHATWG URL)."""
    kept = own_path(typed)
    if kept is not None:
        resolved = re.sub(r"[\t\n\r]", "", kept).replace("\\", "/")
        assert urlsplit(urljoin("https://vekstplass.test/logg-inn", resolved)).netloc == "vekstplass.test"


async def test_unknown_role_is_refused(api: Api) -> None:
    browser = await api.browser()
    answer = await browser.post("/logg-inn", data={"rolle": "konge"})
    assert answer.status_code == 422
    assert "set-cookie" not in answer.headers
    assert find_faults(answer) == []


async def test_login_from_another_site_is_refused(api: Api) -> None:
    browser = await api.browser()
    answer = await browser.post("/logg-inn", data={"rolle": "okonomi"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


async def test_logout_ends_the_session_whoever_has_the_cookie(api: Api) -> None:
    browser = await api.browser("okonomi")
    secret = browser.cookies[COOKIE]
    page = await browser.get("/tilgjenge")
    answer = await browser.post("/logg-ut", data={"csrf": csrf_of(page)})
    assert (answer.status_code, answer.headers["location"]) == (303, "/logg-inn")
    assert COOKIE not in browser.cookies
    thief = await api.browser()
    thief.cookies.set(COOKIE, secret, domain="vekstplass.test")
    assert (await thief.get("/")).headers["location"] == "/logg-inn"


@pytest.mark.parametrize("csrf", ["", "another"])
async def test_logout_needs_the_sessions_own_token(api: Api, csrf: str) -> None:
    browser = await api.browser("okonomi")
    answer = await browser.post("/logg-ut", data={"csrf": csrf})
    assert answer.status_code == 403
    assert (await browser.get("/")).headers["location"] != "/logg-inn"


async def test_session_is_kept_by_holding_on(api: Api) -> None:
    browser = await api.browser("okonomi")
    csrf = csrf_of(await browser.get("/tilgjenge"))
    assert (await browser.post("/hald-fram", data={"csrf": csrf})).status_code == 204
    assert (await browser.post("/hald-fram", data={"csrf": "another"})).status_code == 403


@pytest.mark.parametrize("secret", ["", "x", "x" * 3000, "æ"])
async def test_unknown_cookie_is_no_session(api: Api, secret: str) -> None:
    browser = await api.browser()
    answer = await browser.get("/", headers=[(b"Cookie", f"{COOKIE}={secret}".encode())])
    assert (answer.status_code, answer.headers["location"]) == (303, "/logg-inn")


async def test_cookie_does_not_open_the_api_and_a_token_opens_no_page(api: Api) -> None:
    browser = await api.browser("sakshandsamar")
    assert (await browser.get("/v1/placements")).status_code == 401
    answer = await api.case_officer.get("/")
    assert (answer.status_code, answer.headers["location"]) == (303, "/logg-inn")


async def test_no_header_makes_a_caller(api: Api) -> None:
    """The caller of an in-process call stands in the ASGI scope, where no client writes."""
    for name in ("vekstplass.caller", "x-vekstplass-caller"):
        assert (await api.anonymous.get("/v1/placements", headers={name: "person:test"})).status_code == 401


@pytest.mark.parametrize(
    ("person", "address"),
    [("sakshandsamar", "/arbeidsliste"), ("okonomi", "/aaret"), ("vekstbedrift-1", "/vekstbedrift"),
     ("habilitering", "/deltakarar"), ("revisor", "/logg")],
)  # fmt: skip
async def test_each_role_has_its_start_page(api: Api, person: str, address: str) -> None:
    answer = await (await api.browser(person)).get("/")
    assert (answer.status_code, answer.headers["location"]) == (303, address)


@pytest.mark.parametrize(("column", "minutes"), [("seen_at", 61), ("expires_at", 8 * 60 + 1)])
async def test_session_ends_when_unused_or_old(
    committed_api: Api, behind: asyncpg.Connection, column: str, minutes: int
) -> None:
    browser = await committed_api.browser("okonomi")
    await behind.execute(f"update web_session set {column} = {column} - interval '{minutes} minutes'")
    assert (await browser.get("/")).headers["location"] == "/logg-inn"


async def test_production_has_no_buttons() -> None:
    with pytest.raises(ValueError, match="production"):
        create_app(Settings.model_construct(environment="production"), DEMO_PEOPLE)
    app = create_app(Settings())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="https://x.test") as client:
        answer = await client.post("/logg-inn", data={"rolle": "sakshandsamar"})
        assert answer.status_code == 405
