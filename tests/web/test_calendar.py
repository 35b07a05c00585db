"""The work list in one's own calendar, on the page."""

import re

import pytest

from app.clock import new_id
from tests.conftest import Api
from tests.web.html import find_faults, list_links, parse, read_fields, read_message, submit

PAGE = "/kalender"


async def list_subscriptions(api: Api, who: str) -> list[str]:
    page = await (await api.browser(who)).get(PAGE)
    assert find_faults(page) == []
    return [link for link in list_links(page) if link.endswith("/slutt")]


@pytest.mark.parametrize("who", ["sakshandsamar", "vekstbedrift-1", "habilitering"])
async def test_address_is_shown_once_and_works(api: Api, who: str) -> None:
    browser = await api.browser(who)
    assert PAGE in list_links(await browser.get("/personvern"))
    fields = read_fields(await browser.get(PAGE), PAGE)
    answer = await browser.post(PAGE, data=fields)
    assert (answer.status_code, find_faults(answer)) == (200, [])
    [shown] = parse(answer).all("input", id="adresse")
    found = re.fullmatch(r"https?://[^/]+(/v1/calendars/[A-Za-z0-9_-]{43}\.ics)", shown.attributes["value"])
    assert found
    followed = await api.anonymous.get(found[1])
    assert followed.text.startswith("BEGIN:VCALENDAR")
    # Sent again, the same form makes nothing more, and the address is told no second time.
    again = await browser.post(PAGE, data=fields)
    assert found[1] not in again.text
    assert "Adressa er alt laga og vist." in again.text
    assert len(await list_subscriptions(api, who)) == 1


async def test_address_is_ended(api: Api) -> None:
    browser = await api.browser("sakshandsamar")
    answer = await submit(browser, PAGE)
    [shown] = parse(answer).all("input", id="adresse")
    [end] = await list_subscriptions(api, "sakshandsamar")
    assert (await submit(browser, end)).headers["location"] == PAGE
    assert read_message(browser) == "Kalenderadressa er avslutta."
    assert await list_subscriptions(api, "sakshandsamar") == []
    path = shown.attributes["value"].partition("/v1/")[2]
    assert (await api.anonymous.get(f"/v1/{path}")).status_code == 404


async def test_anothers_address_is_not_there(api: Api) -> None:
    await submit(await api.browser("sakshandsamar"), PAGE)
    [end] = await list_subscriptions(api, "sakshandsamar")
    browser = await api.browser("vekstbedrift-1")
    for address in (end, f"{PAGE}/{new_id()}/slutt"):
        answer = await browser.get(address)
        assert (answer.status_code, find_faults(answer)) == (404, [])


async def test_who_has_no_tasks_has_no_calendar(api: Api) -> None:
    browser = await api.browser("okonomi")
    assert (await browser.get(PAGE)).status_code == 403
    assert PAGE not in list_links(await browser.get("/personvern"))
