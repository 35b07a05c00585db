"""A person is erased by two case officers on the page; and whose data need not be kept is listed."""

import httpx
import pytest

from tests.conftest import Api
from tests.factories import follow_up, steps
from tests.factories.steps import ok
from tests.web.html import find_faults, list_errors, list_links, parse, read_fields, read_message, submit

LIST = "/sletting"


def form_of(person: str) -> str:
    return f"/deltakarar/{person}/sletting"


async def ask(api: Api, person: str) -> httpx.AsyncClient:
    """The first officer asks for it on the page."""
    browser = await api.browser("sakshandsamar")
    answer = await submit(browser, form_of(person), grunn="Lagringstida er over")
    assert (answer.status_code, answer.headers["location"]) == (303, LIST), list_errors(answer)
    return browser


async def read_name(api: Api, person: str) -> str:
    name: str = ok(await api.case_officer.get(f"/v1/participants/{person}"), 200)["given_name"]
    return name


async def test_two_officers_erase_a_person(api: Api) -> None:
    person = await steps.participant(api, given_name="Solveig")
    first = await ask(api, person)
    assert read_message(first) == "Sletting er bede om. Ein annan sakshandsamar må godkjenne."
    assert await read_name(api, person) == "Solveig"
    page = f"{form_of(person)}/avgjerd"
    # Who asked is led to no decision, and is refused one.
    own = await first.get(LIST)
    assert (find_faults(own), page in list_links(own)) == ([], False)
    refused = await submit(first, page, svar="ja")
    assert (refused.status_code, find_faults(refused)) == (409, [])
    assert await read_name(api, person) == "Solveig"

    second = await api.browser("sakshandsamar-2")
    assert page in list_links(await second.get(LIST))
    form = await second.get(page)
    assert find_faults(form) == []
    assert {"Lagringstida er over", "Sakshandsamar (demo)"} <= {one.text for one in parse(form).all("dd")}
    assert set(list_errors(await submit(second, page))) == {"svar"}
    fields = read_fields(form, page) | {"svar": "ja"}
    answers = [await second.post(page, data=fields) for _ in range(2)]
    assert [(one.status_code, one.headers["location"]) for one in answers] == [(303, LIST)] * 2
    assert read_message(second) == "Opplysningane er sletta. Beløp og datoar står att for rekneskapen."
    assert await read_name(api, person) == "Sletta"
    assert page not in list_links(await second.get(LIST))


async def test_declined_erasure_erases_nothing(api: Api) -> None:
    person = await steps.participant(api, given_name="Solveig")
    await ask(api, person)
    second = await api.browser("sakshandsamar-2")
    page = f"{form_of(person)}/avgjerd"
    answers = [await submit(second, page, svar="nei") for _ in range(2)]
    assert [one.status_code for one in answers] == [303, 303]
    assert read_message(second) == "Slettinga er avvist. Ingenting er sletta."
    assert await read_name(api, person) == "Solveig"
    # What was decided is not decided otherwise by a page that stood open.
    assert (await submit(second, page, svar="ja")).status_code == 409
    await ask(api, person)


async def test_what_stands_against_it_is_said(api: Api) -> None:
    await steps.law(api)
    browser = await api.browser("sakshandsamar")
    recent = await steps.participant(api)
    await steps.application(api, recent, received_on="2025-01-02")
    answer = await submit(browser, form_of(recent), grunn="Bede om av personen")
    assert (answer.status_code, find_faults(answer)) == (422, [])
    assert "Opplysningane må takast vare på til 2.\xa0januar 2030." in answer.text
    assert set(list_errors(await submit(browser, form_of(recent), grunn=" "))) == {"grunn"}
    assert set(list_errors(await submit(browser, form_of(recent), grunn="x" * 501))) == {"grunn"}
    _, placed, _ = await follow_up.placed(api)
    running = await submit(browser, form_of(placed), grunn="Bede om av personen")
    assert (running.status_code, find_faults(running)) == (409, [])
    assert "har ein plass" in running.text
    assert ok(await api.case_officer.get("/v1/erasure-requests"), 200)["items"] == []


async def test_asked_for_twice_is_one_request(api: Api) -> None:
    person = await steps.participant(api)
    browser = await api.browser("sakshandsamar")
    fields = read_fields(await browser.get(form_of(person)), form_of(person)) | {"grunn": "Feil person"}
    answers = [await browser.post(form_of(person), data=fields) for _ in range(2)]
    assert [one.status_code for one in answers] == [303, 303]
    assert (await submit(browser, form_of(person), grunn="Ein gong til")).status_code == 409
    assert len(ok(await api.case_officer.get("/v1/erasure-requests"), 200)["items"]) == 1


async def test_list_has_whose_retention_is_over(api: Api) -> None:
    await steps.law(api)
    old, recent = await steps.participant(api), await steps.participant(api)
    await steps.application(api, old, received_on="2020-01-02")
    await steps.application(api, recent, received_on="2025-01-02")
    browser = await api.browser("sakshandsamar")
    assert LIST in list_links(await browser.get("/deltakarar"))
    page = await browser.get(LIST)
    links = list_links(page)
    assert (find_faults(page), form_of(old) in links, form_of(recent) in links) == ([], True, False)
    await ask(api, old)
    assert form_of(old) not in list_links(await browser.get(LIST))


async def test_decision_that_nobody_asked_for_is_not_there(api: Api) -> None:
    person = await steps.participant(api)
    answer = await (await api.browser("sakshandsamar")).get(f"{form_of(person)}/avgjerd")
    assert (answer.status_code, find_faults(answer)) == (404, [])


@pytest.mark.parametrize("who", ["vekstbedrift-1", "habilitering", "okonomi", "revisor"])
async def test_others_erase_nobody(api: Api, who: str) -> None:
    person = await steps.participant(api)
    await ask(api, person)
    browser = await api.browser(who)
    for address in (LIST, form_of(person), f"{form_of(person)}/avgjerd"):
        assert (await browser.get(address)).status_code == 403
    assert await read_name(api, person) == "Sprek"
