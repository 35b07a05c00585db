"""A session, role or person that is another than when the form was opened: nothing is done, and nothing typed lost."""

import re

import asyncpg
import pytest

from app.web.form_pages import FormPage
from app.web.routes import ROUTES
from tests.conftest import Api
from tests.factories import follow_up, steps
from tests.factories.openid import FakeIssuer, employees, providers
from tests.factories.steps import ok
from tests.factories.tokens import PROVIDER_A, PROVIDER_B
from tests.web.doors import opened
from tests.web.html import find_faults, parse, read_fields, submit

FORMS = [route for route in ROUTES if isinstance(route, FormPage)]
TYPED = {
    "csrf": ["from-before"],
    "nokkel": ["0190c0de-7a00-7000-8000-000000000001"],
    "tekst": ["Fyrste linje\nandre «linje» <b>&amp;"],
    "val": ["ein", "to", "ein"],
    "tomt": [""],
}
KEPT = {name: values for name, values in TYPED.items() if name != "csrf"}


def address_of(route: FormPage) -> str:
    path = re.sub(r"\{\w+:uuid\}", "0190c0de-7a00-7000-8000-000000000001", route.path)
    path = path.replace("{year:int}", "2022").replace("{month:int}", "7")
    return re.sub(r"\{\w+\}", "x", path)


@pytest.mark.parametrize("route", FORMS, ids=lambda route: route.path)
async def test_every_form_keeps_what_was_typed_when_the_session_is_over(api: Api, route: FormPage) -> None:
    browser, address = await api.browser(), f"{address_of(route)}?plass=æ&b=1"
    answer = await browser.post(address, data=TYPED)
    assert answer.status_code == 403
    assert find_faults(answer) == []
    assert parse(answer).all("h1")[0].text == "Økta er over"
    action = parse(answer).all("form", method="post")[0].attributes["action"]
    assert read_fields(answer, action) == KEPT
    assert action.startswith(f"{address_of(route)}?plass=")


@pytest.mark.parametrize("route", FORMS, ids=lambda route: route.path)
async def test_every_form_keeps_what_was_typed_when_the_role_is_gone(api: Api, route: FormPage) -> None:
    browser = await api.browser("revisor")
    answer = await browser.post(address_of(route), data=TYPED)
    assert answer.status_code == 403
    assert find_faults(answer) == []
    assert parse(answer).all("h1")[0].text == "Du har ikkje tilgang no"
    assert read_fields(answer, address_of(route)) == KEPT
    cross = await browser.post(address_of(route), data=TYPED, headers={"Sec-Fetch-Site": "cross-site"})
    assert cross.status_code == 403
    assert "andre «linje»" not in cross.text


async def test_file_is_asked_for_again(api: Api) -> None:
    route = next(one for one in FORMS if one.path.endswith("/fravaer"))
    files = {"fil": ("fravaer.csv", b"a;b", "text/csv")}
    answer = await (await api.browser()).post(address_of(route), data={"tekst": "Lang"}, files=files)
    assert answer.status_code == 403
    assert "Fila må du velje på nytt." in answer.text
    form = parse(answer).all("form", method="post")[0].attributes
    assert form["enctype"] == "multipart/form-data"


async def test_look_up_after_the_sessions_end_leads_back_to_its_page(api: Api) -> None:
    browser = await api.browser()
    data = {"csrf": "x", "national_identity_number": "1"}
    referer = {"Referer": "https://vekstplass.test/deltakarar?name=Li"}
    answer = await browser.post("/deltakarar/oppslag", data=data, headers=referer)
    assert (answer.status_code, answer.headers["location"]) == (303, "/logg-inn?til=%2Fdeltakarar%3Fname%3DLi")
    answer = await browser.post("/deltakarar/oppslag", data=data, headers={"Referer": "https://evil.test//evil.test"})
    assert answer.headers["location"] == "/logg-inn"


async def test_role_that_is_lost_between_two_clicks(
    committed_api: Api, issuer: FakeIssuer, behind: asyncpg.Connection
) -> None:
    """The directory says so, and the form does nothing; with the role back it goes on where it was."""
    api = committed_api
    await steps.law(api)
    place = await steps.recorded(api, await steps.provider(api))
    form = f"/plassar/{place}/oppseiing"
    async with opened(api, issuer, employees, scope="openid offline_access") as door:
        await door.log_in()
        typed = {"av": "participant", "dag": "31.8.22", "grunn": "changed_needs", "tekst": "Vil slutte"}
        fields = read_fields(await door.browser.get(form), form) | typed
        issuer.claims["roles"] = ["Vekstplass.Okonomi"]
        await behind.execute("update web_session set renewed_at = renewed_at - interval '10 minutes'")
        refused = await door.browser.post(form, data=fields)
        assert refused.status_code == 403
        assert (await api.case_officer.get(f"/v1/placements/{place}/notices")).json()["items"] == []
        kept = read_fields(refused, form)
        assert kept["tekst"] == ["Vil slutte"]
        issuer.claims["roles"] = ["Vekstplass.Sakshandsamar"]
        await door.log_in()
        again = await door.browser.post(form, data=kept)
        assert again.status_code == 422
        assert (await door.browser.post(form, data=read_fields(again, form))).status_code == 303
    (notice,) = (await api.case_officer.get(f"/v1/placements/{place}/notices")).json()["items"]
    assert notice["text"] == "Vil slutte"


async def test_session_that_is_ended_by_the_office_between_two_clicks(
    committed_api: Api, behind: asyncpg.Connection
) -> None:
    api = committed_api
    await steps.law(api)
    place = await steps.recorded(api, await steps.provider(api))
    form, browser = f"/plassar/{place}/oppseiing", await api.browser("sakshandsamar")
    fields = read_fields(await browser.get(form), form)
    assert await behind.fetchval("select end_web_sessions('test-sakshandsamar')") == 1
    answer = await browser.post(form, data=fields | {"tekst": "Vil slutte"})
    assert answer.status_code == 403
    assert read_fields(answer, form)["tekst"] == ["Vil slutte"]
    assert (await api.case_officer.get(f"/v1/placements/{place}/notices")).json()["items"] == []


async def test_form_of_another_enterprise_than_the_one_logged_in_for_now(api: Api, issuer: FakeIssuer) -> None:
    """Somebody who works for two enterprises, with a tab of each: the first one's form is not lost."""
    await steps.law(api)
    first = await steps.provider(api, organisation_number=PROVIDER_A)
    await steps.provider(api, organisation_number=PROVIDER_B, name="KIM AS")
    place = await steps.recorded(api, first)
    form = f"/plassar/{place}/samtale"
    async with opened(api, issuer, providers) as door:
        await door.log_in()
        fields = read_fields(await door.browser.get(form), form) | {"referat": "Ein lang samtale"}
        issuer.claims["authorization_details"][0]["authorized_parties"][0]["orgno"]["ID"] = f"0192:{PROVIDER_B}"
        await door.log_in()
        answer = await door.browser.post(form, data=fields)
        assert answer.status_code == 403
        assert find_faults(answer) == []
        assert parse(answer).all("h1")[0].text == "Du har ikkje tilgang no"
        assert read_fields(answer, form)["referat"] == ["Ein lang samtale"]


async def test_place_that_was_never_theirs_is_not_found(api: Api) -> None:
    """Without another log-in in between it is as before: the place does not exist."""
    await steps.law(api)
    _, _, place = await follow_up.placed(api)
    browser = await api.browser("vekstbedrift-2")
    csrf = parse(await browser.get("/tilgjenge")).all("input", name="csrf")[0].attributes["value"]
    answer = await browser.post(f"/plassar/{place}/samtale", data={"csrf": csrf, "referat": "x"})
    assert answer.status_code == 404


async def test_two_tabs_of_one_person_after_a_new_login(api: Api) -> None:
    """The tab from before the log-in asks for a look, and then does what it says."""
    person = await steps.participant(api)
    form, browser = f"/deltakarar/{person}/endre", await api.browser("sakshandsamar")
    fields = read_fields(await browser.get(form), form) | {"etternamn": ["Lykt"]}
    assert (await browser.post("/logg-inn", data={"rolle": "sakshandsamar"})).status_code == 303
    answer = await browser.post(form, data=fields)
    assert answer.status_code == 422
    assert "Du har logga inn på nytt" in answer.text
    assert (await browser.post(form, data=read_fields(answer, form))).status_code == 303
    assert ok(await api.case_officer.get(f"/v1/participants/{person}"), 200)["family_name"] == "Lykt"
    assert (await submit(browser, form, etternamn="Fjell")).status_code == 303
