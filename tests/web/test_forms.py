"""Forms: what is typed, what is wrong with it, one act for two clicks, and what is kept when the session ends."""

import asyncio
from dataclasses import dataclass
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.web.fields import Amount, Invalid, parse_amount
from tests.conftest import Api
from tests.factories import steps
from tests.factories.steps import ok
from tests.web.html import find_faults, list_errors, parse, read_fields, read_message, submit

NOTICE = {"av": "participant", "dag": "31.8.22", "grunn": "changed_needs"}


@dataclass
class Place:
    """One running place, and the address of the form that ends it."""

    id: str
    person: str
    provider: str

    @property
    def form(self) -> str:
        return f"/plassar/{self.id}/oppseiing"


async def make_place(api: Api) -> Place:
    await steps.law(api)
    provider, person = await steps.provider(api), await steps.participant(api)
    placed = ok(await api.case_officer.post("/v1/placements", json=steps.legacy(person, provider)))
    return Place(placed["id"], person, provider)


@pytest.fixture
async def place(api: Api) -> Place:
    return await make_place(api)


async def notices(api: Api, place: Place) -> list[dict[str, str]]:
    found: list[dict[str, str]] = ok(await api.case_officer.get(f"/v1/placements/{place.id}/notices"), 200)["items"]
    return found


async def test_what_is_sent_is_done_and_said_once_on_the_next_page(api: Api, place: Place) -> None:
    browser = await api.browser("sakshandsamar")
    answer = await submit(browser, place.form, **NOTICE)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/deltakarar/{place.person}")
    (notice,) = await notices(api, place)
    assert (notice["given_by"], notice["given_on"]) == ("participant", "2022-08-31")
    assert read_message(browser).startswith("Oppseiinga er registrert. Siste dag er ")
    page = await browser.get(answer.headers["location"])
    assert "Oppseiinga er registrert." in page.text
    assert find_faults(page) == []
    assert "Oppseiinga er registrert." not in (await browser.get(answer.headers["location"])).text


async def test_form_says_what_is_wrong_at_each_field_and_keeps_what_was_typed(api: Api, place: Place) -> None:
    browser = await api.browser("sakshandsamar")
    answer = await submit(browser, place.form, av="participant", dag="31.09.2022", tekst="Vil <b>slutte</b>")
    assert answer.status_code == 422
    assert list_errors(answer) == {
        "dag": "Skriv ein dato som finst, som dag, månad og år: 31.08.2022.",
        "grunn": "Vel eitt av alternativa.",
    }
    fields = read_fields(answer, place.form)
    assert (fields["av"], fields["dag"], fields["tekst"]) == (["participant"], ["31.09.2022"], ["Vil <b>slutte</b>"])
    assert "<b>slutte" not in answer.text
    assert "<title>Feil: " in answer.text
    assert await notices(api, place) == []


async def test_refusal_of_the_api_stands_at_its_field_without_its_english_name(api: Api, place: Place) -> None:
    browser = await api.browser("sakshandsamar")
    answer = await submit(browser, place.form, **NOTICE | {"dag": "1.1.2099"})
    assert answer.status_code == 422
    errors = list_errors(answer)
    assert list(errors) == ["dag"]
    assert "given_on" not in answer.text
    assert errors["dag"].endswith(".")


async def test_refusal_that_points_at_no_field_stands_alone(api: Api, place: Place) -> None:
    browser = await api.browser("sakshandsamar")
    assert (await submit(browser, place.form, **NOTICE)).status_code == 303
    answer = await submit(browser, place.form, **NOTICE)
    assert answer.status_code == 409
    assert list_errors(answer) == {}
    assert parse(answer).all("div", **{"class": "error-summary"})


async def test_two_clicks_are_one_act(committed_api: Api) -> None:
    api, place = committed_api, await make_place(committed_api)
    browser = await api.browser("sakshandsamar")
    fields = read_fields(await browser.get(place.form), place.form) | NOTICE
    answers = await asyncio.gather(*(browser.post(place.form, data=fields) for _ in range(3)))
    assert [one.status_code for one in answers] == [303] * 3
    assert len(await notices(api, place)) == 1
    assert (await browser.post(place.form, data=fields)).status_code == 303
    assert len(await notices(api, place)) == 1


async def test_form_of_another_site_does_nothing(api: Api, place: Place) -> None:
    browser = await api.browser("sakshandsamar")
    fields = read_fields(await browser.get(place.form), place.form) | NOTICE
    answer = await browser.post(place.form, data=fields, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    del browser.headers["Sec-Fetch-Site"]
    assert (await browser.post(place.form, data=fields | {"csrf": "another"})).status_code == 403
    assert await notices(api, place) == []


async def test_what_was_typed_survives_the_end_of_the_session(api: Api, place: Place) -> None:
    browser = await api.browser("sakshandsamar")
    fields = read_fields(await browser.get(place.form), place.form) | NOTICE | {"tekst": "Lang\nforklaring <i>"}
    browser.cookies.clear()
    over = await browser.post(place.form, data=fields)
    assert over.status_code == 403
    assert find_faults(over) == []
    kept = read_fields(over, place.form)
    assert kept["tekst"] == ["Lang\nforklaring <i>"]
    assert (await browser.post("/logg-inn", data={"rolle": "sakshandsamar"})).status_code == 303
    again = await browser.post(place.form, data=kept)
    assert again.status_code == 422
    assert await notices(api, place) == []
    shown = read_fields(again, place.form)
    assert shown["tekst"] == ["Lang\nforklaring <i>"]
    assert (await browser.post(place.form, data=shown)).status_code == 303
    assert len(await notices(api, place)) == 1


async def test_form_kept_from_another_site_is_not_shown(api: Api, place: Place) -> None:
    browser = await api.browser()
    answer = await browser.post(place.form, data=NOTICE, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert "changed_needs" not in answer.text


@pytest.mark.parametrize("content_type", ["text/plain", "application/json", "multipart/form-data"])
async def test_what_no_browser_sends_is_refused(api: Api, place: Place, content_type: str) -> None:
    browser = await api.browser("sakshandsamar")
    answer = await browser.post(place.form, content=b"x", headers={"Content-Type": content_type})
    assert answer.status_code == 422
    assert find_faults(answer) == []


async def test_provider_gives_its_own_notice_and_reaches_no_other_place(api: Api, place: Place) -> None:
    own = await api.browser("vekstbedrift-1")
    assert read_fields(await own.get(place.form), place.form)["av"] == ["provider"]
    provider = await steps.provider(api, organisation_number="310300411", name="KIM AS")
    person = await steps.participant(api, given_name="Odd")
    other = ok(await api.case_officer.post("/v1/placements", json=steps.legacy(person, provider)))
    assert (await own.get(f"/plassar/{other['id']}/oppseiing")).status_code == 404


@pytest.mark.parametrize(
    ("typed", "amount"),
    [("3000", "3000.00"), ("3 000", "3000.00"), ("3000,50", "3000.50"), ("3 000,5", "3000.50"), ("22.317", "22317.00")]
    + [("kr 3 000,-", "3000.00"), ("3\u00a0000 kr", "3000.00"), ("3000.50", "3000.50"), (" 0 ", "0.00")],
)
def test_amounts_as_people_type_them(typed: str, amount: str) -> None:
    assert f"{parse_amount(typed):.2f}" == amount


@pytest.mark.parametrize("typed", ["", "tre tusen", "-5", "3,000", "30 00", "1e5", "3000,555", "3.0.0", "٣٠٠٠"])
def test_what_is_no_amount_is_refused(typed: str) -> None:
    with pytest.raises(Invalid):
        parse_amount(typed)


@given(st.integers(0, 10**10).map(lambda cents: Decimal(cents) / 100))
def test_amount_of_a_field_is_read_as_it_was_written(amount: Decimal) -> None:
    field = Amount(name="sum", label="Sum")
    assert field.read(field.write(f"{amount:.2f}")) == f"{amount:.2f}"
