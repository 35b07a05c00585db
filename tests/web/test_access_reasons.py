"""The page asks why a person with a protected address is opened, before it shows anything of the person."""

import base64
from urllib.parse import quote

import httpx
import pytest

from app.web.stated_reasons import COOKIE
from tests.conftest import Api
from tests.factories import steps
from tests.web.html import find_faults, list_errors, list_links, parse, submit

HIDDEN = ("Sprek", "Hage", "1990", "Torbjørn")
GUARDIAN = {"kind": "guardian", "name": "Torbjørn Lykt", "phone": "40000000", "email": None}


async def protected(api: Api) -> tuple[str, str]:
    """A protected participant's id and the place's."""
    await steps.law(api)
    provider_id = await steps.provider(api)
    person = await steps.participant(api, address_protection=True, contacts=[GUARDIAN])
    body = await steps.ready_to_grant(api, provider_id, person)
    return person, steps.ok(await api.case_officer.post("/v1/decisions", json=body))["placement_id"]


def asking(person: str, target: str) -> str:
    return f"/deltakarar/{person}/grunngjeving?til={quote(target, safe='')}"


async def test_every_page_of_the_person_asks_first(api: Api) -> None:
    person, place = await protected(api)
    browser = await api.browser("sakshandsamar")
    for path in (
        f"/deltakarar/{person}?on=31.08.2022",
        f"/deltakarar/{person}/endre",
        f"/innsyn/{person}",
        f"/plassar/{place}/oppseiing",
        f"/vedtak/ny?plass={place}",
    ):
        answer = await browser.get(path)
        assert (answer.status_code, answer.headers["location"]) == (303, asking(person, path))
    page = await browser.get(asking(person, f"/deltakarar/{person}"))
    assert (page.status_code, find_faults(page)) == (200, [])
    assert not any(word in page.text for word in HIDDEN)


async def test_person_is_opened_with_the_reason_and_the_log_keeps_it(api: Api) -> None:
    person, place = await protected(api)
    other = await steps.participant(api, address_protection=True)
    browser = await api.browser("sakshandsamar")
    target = f"/deltakarar/{person}?on=31.08.2022"
    form = f"/deltakarar/{person}/grunngjeving"
    assert list(list_errors(await submit(browser, asking(person, target), form))) == ["grunn"]
    answer = await submit(browser, asking(person, target), form, grunn="complaint", sak="2022/1234")
    assert (answer.status_code, answer.headers["location"]) == (303, target)
    page = await browser.get(target)
    assert page.status_code == 200
    assert "Sprek Hage" in page.text
    # What is below the person needs no second question, another protected person does.
    assert (await browser.get(f"/plassar/{place}/oppseiing")).status_code == 200
    assert (await browser.get(f"/deltakarar/{other}")).headers["location"] == asking(other, f"/deltakarar/{other}")
    log = await browser.get(f"/innsyn/{person}")
    cells = [one.text for one in parse(log).all("td", **{"data-label": "Kvifor"})]
    assert "Sakshandsaming: klage, sak 2022/1234" in cells
    rows = (await api.auditor.get("/v1/access-log", params={"participant_id": person, "limit": 200})).json()["items"]
    opened = [row for row in rows if row["action"] in ("read_participant", "read_placement") and row["reason"]]
    assert {(row["reason"], row["reference"]) for row in opened} == {("complaint", "2022/1234")}
    assert not [row for row in rows if row["outcome"] == "denied" and row["reason"]]


async def test_a_reason_is_its_own_persons(api: Api) -> None:
    """Who logs in next in the same browser is asked."""
    person, _ = await protected(api)
    browser = await api.browser("sakshandsamar")
    await submit(browser, f"/deltakarar/{person}/grunngjeving", grunn="case")
    assert (await browser.get(f"/deltakarar/{person}")).status_code == 200
    said = base64.urlsafe_b64decode(browser.cookies[COOKIE])
    browser.cookies.clear()
    assert (await browser.post("/logg-inn", data={"rolle": "sakshandsamar"})).status_code == 303
    browser.cookies.set(COOKIE, base64.urlsafe_b64encode(said.replace(b"test-sakshandsamar", b"test-anna")).decode())
    assert (await browser.get(f"/deltakarar/{person}")).status_code == 303


@pytest.mark.parametrize("number", ["23849150073", "238491 50073", "sak nr. æ", "x" * 101])
async def test_a_reference_that_is_none_is_said_at_its_field(api: Api, number: str) -> None:
    person = await steps.participant(api, address_protection=True)
    browser = await api.browser("sakshandsamar")
    answer = await submit(browser, f"/deltakarar/{person}/grunngjeving", grunn="case", sak=number)
    assert (answer.status_code, list(list_errors(answer))) == (422, ["sak"])


async def test_the_page_goes_on_to_no_other_site(api: Api) -> None:
    person = await steps.participant(api, address_protection=True)
    browser = await api.browser("sakshandsamar")
    form = f"/deltakarar/{person}/grunngjeving"
    answer = await submit(browser, asking(person, "//onde.example"), form, grunn="case")
    assert answer.headers["location"] == f"/deltakarar/{person}"


async def test_a_cookie_that_is_none_is_no_reason(api: Api) -> None:
    person = await steps.participant(api, address_protection=True)
    browser = await api.browser("sakshandsamar")
    for value in ("x", "AAAA", "e30="):
        browser.cookies.set(COOKIE, value)
        assert (await browser.get(f"/deltakarar/{person}")).status_code == 303


async def test_a_cookie_puts_no_identity_number_into_the_log(api: Api) -> None:
    """The browser keeps it, and its owner may write into it past the form; the log can never be erased."""
    person = await steps.participant(api, address_protection=True)
    browser = await api.browser("sakshandsamar")
    await submit(browser, f"/deltakarar/{person}/grunngjeving", grunn="case", sak="2022/1234")
    said = base64.urlsafe_b64decode(browser.cookies[COOKIE])
    for reference in ("23849150073", "238491 50073"):
        written = base64.urlsafe_b64encode(said.replace(b"2022/1234", reference.encode())).decode()
        browser.cookies.clear()
        assert (await browser.post("/logg-inn", data={"rolle": "sakshandsamar"})).status_code == 303
        browser.cookies.set(COOKIE, written)
        assert (await browser.get(f"/deltakarar/{person}")).status_code == 303
    rows = (await api.auditor.get("/v1/access-log", params={"participant_id": person, "limit": 200})).json()["items"]
    assert {row["reference"] for row in rows} <= {None, "2022/1234"}


async def test_search_shows_that_there_is_somebody_and_nothing_more(api: Api) -> None:
    person, _ = await protected(api)
    known = await steps.participant(api, given_name="Sprek", family_name="Eng")
    browser = await api.browser("sakshandsamar")
    page = await browser.get("/deltakarar", params={"name": "sprek"})
    assert (page.status_code, find_faults(page)) == (200, [])
    assert list_links(page)[f"/deltakarar/{person}"] == "Verna adresse"
    assert list_links(page)[f"/deltakarar/{known}"] == "Sprek Eng"
    rows = [one.text for one in parse(page).all("tr") if "Verna adresse" in one.text]
    assert "Gløde" not in rows[0]


async def test_another_with_the_same_birth_date_may_be_merged(api: Api) -> None:
    one = await steps.participant(api)
    other = await steps.participant(api, address_protection=True)
    page = await (await api.browser("sakshandsamar")).get(f"/deltakarar/{one}/slaa-saman")
    assert (page.status_code, find_faults(page)) == (200, [])
    assert f'value="{other}"' in page.text
    assert "Verna adresse" in page.text


async def test_the_enterprise_is_not_asked(api: Api) -> None:
    person, _ = await protected(api)
    browser = await api.browser("vekstbedrift-1")
    answer: httpx.Response = await browser.get(f"/deltakarar/{person}")
    assert "Sprek Hage" in answer.text
