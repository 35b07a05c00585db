"""Whatever stands in an address, or is sent to it, a browser gets a page in nynorsk with a way on."""

import re
from collections.abc import Mapping
from urllib.parse import quote

import httpx
import pytest

from app.web.pages import Page
from tests.conftest import Api
from tests.factories.people import DEMO_PEOPLE
from tests.web.addresses import SCREENS, find_address
from tests.web.html import find_faults, find_unwritten, parse

NOBODY = "0190c0de-7a00-7000-8000-000000000001"
# What the screens read of an address.
NAMES = (
    "on", "after", "etter", "name", "birth_date", "standing", "provider_id", "service_area", "status", "kind",
    "responsible", "deltakar", "kven", "handling", "fra", "til", "utfall", "berre", "vis", "fraa", "seinare", "maal",
    "vekstbedrift", "maanad", "svar", "plass", "plassar", "soknad", "gjeld", "hjaa", "ny", "fjern", "aar", "aara-til",
    "fleire-1-tal", "sluttplass-1-plass", "forste_dag", "siste_dag", "del", "vedtaksdag",
)  # fmt: skip
VALUES: Mapping[str, str] = {
    "nothing": "",
    "a null byte": "\x00",
    "another alphabet": "\u202eجدول💥",
    "markup": "'\"><script>alert(1)</script>",
    "a wrong day": "31.02.2022",
    "a wrong uuid": "016e0000-0002-7000-8000-00000000000g",
    "somebody who is not there": NOBODY,
    "a large number": "9" * 40,
    "a negative number": "-1",
    "a long text": "æ" * 1000,
}
# Of each kind that a screen reads one that it is not; the others are tried together with every name.
ALONE = ("a null byte", "a wrong day", "a wrong uuid", "a large number")
PATHS = (
    "/deltakarar/x",
    "/deltakarar/016e0000-0002-7000-8000-00000000000g",
    f"/deltakarar/{NOBODY}",
    f"/deltakarar/{NOBODY}/",
    f"/deltakarar/{NOBODY}/soknad/x",
    "/deltakarar/%00",
    "/deltakarar/%ff",
    "/deltakarar/..%2f..%2fetc",
    "/deltakarar//",
    "/aaret/0",
    "/aaret/-1",
    "/aaret/1e9",
    f"/aaret/{'9' * 30}",
    "/aaret/2022/kva-om/tull",
    "/rapport/99999",
    "/oppgjer/2022/0",
    "/oppgjer/2022/13",
    "/oppgjer/2022/99999999999",
    "/oppgjer/99999/1",
    "/styringstal/99999",
    f"/soknader/{NOBODY}",
    f"/vedtak/{NOBODY}/brev",
    f"/plassar/{NOBODY}/tull",
    f"/faktura/{NOBODY}",
    f"/vekstbedrifter/{NOBODY}",
    f"/innsyn/{NOBODY}",
    "/static/gammal/vekstplass.css",
    "/static/x/..%2f..%2fpages.py",
    "/trapp/finst-ikkje",
    "/logg-inn/hos/ingen",
    "/v1/finst-ikkje",
    "/" + "x/" * 500,
    "/%f0%9f%92%a5",
)


def assert_way_on(answer: httpx.Response, address: str) -> None:
    """A page that says in words what is wrong, and leads on."""
    assert 400 <= answer.status_code < 500, f"{address}: {answer.status_code}"
    assert find_faults(answer) == [], address
    page = parse(answer)
    assert [one for one in page.all("a") if one.attributes["href"] in ("/", "/logg-inn")], address
    assert "<script>alert" not in answer.text, address
    assert not re.search(r"Traceback|Error\b|Exception|\{&#34;|pydantic|asyncpg", answer.text), address
    assert find_unwritten(answer) == [], address


@pytest.mark.parametrize("route", SCREENS, ids=lambda route: route.path)
async def test_no_value_in_an_address_breaks_a_screen(demo: Api, route: Page) -> None:
    """The screen, or what is wrong; never a fault of ours. As the first of the demo's people who may see it."""
    person = next(one for one in DEMO_PEOPLE if route.roles & one.actor.roles)
    browser = await demo.browser(person.key)
    address = find_address(route)
    for what, value in VALUES.items():
        everything = "&".join(f"{name}={quote(value[:20])}" for name in NAMES)
        for query in (everything, f"on={quote(value)}&on={quote(value)}"):
            asked = f"{address}{'&' if '?' in address else '?'}{query}"
            answer = await browser.get(asked)
            if answer.status_code >= 400:
                assert_way_on(answer, f"{what}: {address}")
            elif answer.status_code == 200 and "/vekstplass.css" in answer.text:
                assert find_faults(answer) == [], f"{what}: {address}"
            if answer.status_code < 300:
                assert "<script>alert" not in answer.text


@pytest.mark.parametrize("name", NAMES)
async def test_each_value_alone_breaks_no_list(demo: Api, name: str) -> None:
    """One wrong value among none: the others do not hide what it does."""
    browser, auditor = await demo.browser("sakshandsamar"), await demo.browser("revisor")
    for value in (VALUES[what] for what in ALONE):
        for path in ("/arbeidsliste", "/deltakarar?name=ly", "/aaret/2022/kva-om", "/faktura", "/styringstal/2022"):
            answer = await browser.get(f"{path}{'&' if '?' in path else '?'}{name}={quote(value)}")
            if answer.status_code >= 400:
                assert_way_on(answer, f"{path} {name}={value[:20]!r}")
        answer = await auditor.get(f"/logg?{name}={quote(value)}")
        if answer.status_code >= 400:
            assert_way_on(answer, f"/logg {name}={value[:20]!r}")


@pytest.mark.parametrize("person", [None, "sakshandsamar"])
@pytest.mark.parametrize("path", PATHS)
async def test_address_of_nothing_is_a_page_with_a_way_on(demo: Api, path: str, person: str | None) -> None:
    answer = await (await demo.browser(person)).get(path)
    if answer.status_code == 303:
        assert person is None
        assert answer.headers["location"].startswith("/logg-inn")
    else:
        assert_way_on(answer, path)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
@pytest.mark.parametrize("path", ["/arbeidsliste", "/aaret/2022", "/deltakarar", "/tilgjenge", "/", "/static/x/y.css"])
async def test_wrong_method_is_a_page_with_a_way_on(demo: Api, path: str, method: str) -> None:
    answer = await (await demo.browser("sakshandsamar")).request(method, path)
    assert answer.status_code == 405
    assert "GET" in answer.headers["allow"]
    assert_way_on(answer, path)


@pytest.mark.parametrize("path", ["/deltakarar/oppslag", "/hald-fram"])
async def test_address_of_a_form_that_is_opened_is_a_page_with_a_way_on(demo: Api, path: str) -> None:
    """As when the address of a page that answered a form is entered again."""
    answer = await (await demo.browser("sakshandsamar")).get(path)
    assert answer.status_code == 405
    assert "tek berre imot eit skjema" in answer.text
    assert_way_on(answer, path)


@pytest.mark.parametrize(
    ("headers", "path", "status"),
    [
        ({}, "/arbeidsliste?kind=" + "x" * 9000, 414),
        ({}, "/finst-ikkje/" + "x" * 9000, 414),
        ({"X-Long": "x" * 40_000}, "/arbeidsliste", 431),
    ],
)
async def test_too_much_is_a_page_with_a_way_on(demo: Api, headers: dict[str, str], path: str, status: int) -> None:
    answer = await (await demo.browser("sakshandsamar")).get(path, headers=headers)
    assert answer.status_code == status
    assert_way_on(answer, path[:40])


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"x=" + b"y" * 300_000, "application/x-www-form-urlencoded"),
        (b"&".join(b"x=1" for _ in range(2_000)), "application/x-www-form-urlencoded"),
        (b"x=%ff", "application/x-www-form-urlencoded"),
        (b"{}", "application/json"),
        (b"x", "multipart/form-data"),
        (b"--a\r\n", "multipart/form-data; boundary=a"),
        (b"", "text/plain"),
    ],
)
@pytest.mark.parametrize("path", ["/deltakarar/oppslag", "/satsar/ny", "/faktura/ny", "/logg-inn", "/logg-ut"])
async def test_body_that_is_no_form_is_a_page_with_a_way_on(demo: Api, path: str, content: bytes, kind: str) -> None:
    browser = await demo.browser("sakshandsamar")
    answer = await browser.post(path, content=content, headers={"Content-Type": kind})
    assert_way_on(answer, path)


async def test_programs_get_problem_documents(demo: Api) -> None:
    """What `/v1` answers is for programs, whatever they accept."""
    browser = await demo.browser()
    for path, status in (("/v1/participants", 401), ("/v1/open/stairs?x=1", 422)):
        answer = await browser.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    answer = await browser.post("/arbeidsliste", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()["type"]) == (405, "/problems/method-not-allowed")
