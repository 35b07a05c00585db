"""Supplements, needs that turn up, and consents on the page (L6, M6)."""

from dataclasses import dataclass
from typing import Any

import pytest

from tests.conftest import Api
from tests.factories import follow_up, steps
from tests.factories.steps import ok
from tests.web.html import list_errors, list_links, read_fields, read_message, submit

SUPPLEMENT: dict[str, Any] = {
    "sum": "3 000",
    "arsverk": "0,5",
    "fra": "1.8.2022",
    "grunn": "Treng ein fast tilsett.",
    "hoyrde": ["provider"],
    "samde": ["service", "case_office"],
    "avtalt": "25.8.2022",
}
END: dict[str, Any] = {"siste": "31.8.2022", "grunn": "Løyst", "samde": ["service", "case_office", "provider"]}
CONSENT: dict[str, Any] = {"av": "participant", "dag": "1.8.2022", "tenester": ["nav"]}


@dataclass
class Place:
    """A running place of the first provider, from 2022-07-01."""

    provider: str
    person: str
    id: str

    @property
    def form(self) -> str:
        return f"/plassar/{self.id}/tillegg"

    @property
    def page(self) -> str:
        return f"/deltakarar/{self.person}"


@pytest.fixture
async def place(api: Api) -> Place:
    await steps.law(api)
    return Place(*await follow_up.placed(api))


async def list_supplements(api: Api, place: Place) -> list[dict[str, Any]]:
    answer = await api.case_officer.get(f"/v1/placements/{place.id}/supplements")
    found: list[dict[str, Any]] = ok(answer, 200)["items"]
    return found


async def list_of_person(api: Api, place: Place, kind: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ok(await api.case_officer.get(f"/v1/participants/{place.person}/{kind}"), 200)[
        "items"
    ]
    return found


async def test_supplement_is_added_and_ended(api: Api, place: Place) -> None:
    browser = await api.browser("sakshandsamar")
    assert list_links(await browser.get(place.page))[place.form] == "Tillegg"
    answer = await submit(browser, place.form, **SUPPLEMENT)
    assert (answer.status_code, answer.headers["location"]) == (303, place.page)
    assert read_message(browser).startswith(
        "Tillegget er registrert: 3\u00a0000 kroner i månaden frå 1.\u00a0august 2022"
    )
    (supplement,) = await list_supplements(api, place)
    assert (supplement["monthly_amount"], supplement["full_time_equivalents"]) == ("3000.00", "0.50")
    assert supplement["heard"] == ["service", "case_office", "provider"]
    assert (supplement["agreed_by"], supplement["agreed_on"]) == (["service", "case_office"], "2022-08-25")
    form = f"{place.form}/{supplement['id']}/slutt"
    assert list_links(await browser.get(place.page))[form] == "Avslutt tillegget"
    for typed, field in (
        (END | {"siste": "31.7.2022"}, "siste"),
        (END | {"avtalt": "24.8.2022"}, "avtalt"),
        (END | {"samde": ["service"]}, "hoyrde"),
    ):
        answer = await submit(browser, form, **typed)
        assert (answer.status_code, list(list_errors(answer))) == (422, [field])
    assert (await submit(browser, form, **END)).status_code == 303
    assert read_message(browser) == "Tillegget sluttar 31.\u00a0august 2022. Prognosen er rekna om."
    assert [one["valid_to"] for one in await list_supplements(api, place)] == ["2022-08-31"]


async def test_what_is_wrong_with_a_supplement_stands_at_its_field(api: Api, place: Place) -> None:
    browser = await api.browser("sakshandsamar")
    answer = await submit(browser, place.form, sum="mykje", arsverk="ein halv", avtalt="")
    assert list(list_errors(answer)) == ["sum", "arsverk", "fra", "grunn", "avtalt"]
    for typed, field in (
        ({"hoyrde": []}, "hoyrde"),
        ({"fra": "30.6.2022"}, "fra"),
        ({"til": "31.7.2022"}, "til"),
        ({"avtalt": "1.1.2099"}, "avtalt"),
    ):
        answer = await submit(browser, place.form, **SUPPLEMENT | typed)
        assert (answer.status_code, list(list_errors(answer))) == (422, [field])
        assert read_fields(answer, place.form)["sum"] == ["3 000"]
    assert await list_supplements(api, place) == []


async def test_service_and_provider_see_no_amount_and_agree_to_nothing(api: Api, place: Place) -> None:
    ok(await api.case_officer.post(f"/v1/placements/{place.id}/supplements", json=steps.supplement("2022-08-01")))
    for who in ("habilitering", "vekstbedrift-1"):
        browser = await api.browser(who)
        page = await browser.get(place.page)
        assert page.status_code == 200
        assert "3\u00a0000" not in page.text
        assert (await browser.get(place.form)).status_code == 403


async def test_need_is_recorded_and_its_discussion_closed(api: Api, place: Place) -> None:
    browser, form = await api.browser("sakshandsamar"), f"{place.page}/behov"
    assert form in list_links(await browser.get(place.page))
    answer = await submit(browser, form, dag="1.1.2099", kva="")
    assert list(list_errors(answer)) == ["kva", "av"]
    typed = {"dag": "22.8.2022", "kva": "Treng ein til to ved måltida", "av": "provider"}
    answer = await submit(browser, form, **typed | {"dag": "1.1.2099"})
    assert (answer.status_code, list(list_errors(answer))) == (422, ["dag"])
    answer = await submit(browser, form, **typed)
    assert (answer.status_code, answer.headers["location"]) == (303, place.page)
    (need,) = await list_of_person(api, place, "need-changes")
    assert (need["noticed_on"], need["by"]) == ("2022-08-22", "provider")
    outcome = f"{form}/{need['id']}/utfall"
    assert list_links(await browser.get(place.page))[outcome] == "Registrer utfallet"
    assert outcome in list_links(await browser.get("/arbeidsliste"))
    answer = await submit(browser, outcome, utfall="supplement", dag="21.8.2022")
    assert (answer.status_code, list(list_errors(answer))) == (422, ["dag"])
    answer = await submit(browser, outcome, utfall="supplement", dag="31.8.2022")
    assert (answer.status_code, answer.headers["location"]) == (303, place.form)
    (need,) = await list_of_person(api, place, "need-changes")
    assert (need["outcome"], need["closed_on"]) == ("supplement", "2022-08-31")
    assert (await submit(browser, outcome, utfall="no_change")).status_code == 409
    assert outcome not in list_links(await browser.get(place.page))


@pytest.mark.parametrize(
    ("outcome", "target"), [("no_change", "/deltakarar/{person}"), ("end", "/vedtak/ny?plass={place}")]
)
async def test_outcome_of_a_need_leads_on(api: Api, place: Place, outcome: str, target: str) -> None:
    body = {"noticed_on": "2022-08-22", "what": "Meir hjelp", "by": "participant"}
    need = ok(await api.case_officer.post(f"/v1/participants/{place.person}/need-changes", json=body))
    form = f"{place.page}/behov/{need['id']}/utfall"
    answer = await submit(await api.browser("sakshandsamar"), form, utfall=outcome, dag="31.8.2022")
    assert answer.headers["location"] == target.format(person=place.person, place=place.id)


@pytest.mark.parametrize("who", ["sakshandsamar", "vekstbedrift-1"])
async def test_consent_is_given_and_withdrawn(api: Api, place: Place, who: str) -> None:
    browser, form = await api.browser(who), f"{place.page}/samtykke"
    assert form in list_links(await browser.get(place.page))
    typed = CONSENT | {"namn": "Fysioterapi, Knarvik\n\n  Legevakta \n", "til": "31.8.2023"}
    typed |= {"korleis": "written", "ordlyd": "NAV kan få vite kor eg arbeider.", "referanse": "Sak 2022/114-7"}
    answer = await submit(browser, form, **typed)
    assert (answer.status_code, answer.headers["location"]) == (303, place.page)
    assert "gjeld NAV, Fysioterapi, Knarvik, Legevakta frå" in read_message(browser)
    (consent,) = await list_of_person(api, place, "consents")
    assert (consent["services"], consent["organisations"]) == (["nav"], ["Fysioterapi, Knarvik", "Legevakta"])
    assert (consent["given_on"], consent["valid_to"]) == ("2022-08-01", "2023-08-31")
    assert (consent["method"], consent["wording"]) == ("written", "NAV kan få vite kor eg arbeider.")
    withdrawal = f"{form}/{consent['id']}/trekk"
    shown = (await browser.get(place.page)).text
    assert "Gjeve skriftleg av deltakaren · Sak 2022/114-7 · registrert av " in shown
    assert "NAV kan få vite kor eg arbeider." in (await browser.get(withdrawal)).text
    assert list_links(await browser.get(place.page))[withdrawal] == "Trekk samtykket"
    answer = await submit(browser, withdrawal, dag="31.7.2022")
    assert (answer.status_code, list(list_errors(answer))) == (422, ["dag"])
    assert (await submit(browser, withdrawal, dag="30.8.2022")).status_code == 303
    assert [one["withdrawn_on"] for one in await list_of_person(api, place, "consents")] == ["2022-08-30"]
    assert withdrawal not in list_links(await browser.get(place.page))
    assert (await submit(browser, withdrawal, dag="30.8.2022")).status_code == 409


async def test_what_is_wrong_with_a_consent_stands_at_its_field(api: Api, place: Place) -> None:
    browser, form = await api.browser("vekstbedrift-1"), f"{place.page}/samtykke"
    for typed, field in (
        ({"tenester": []}, "namn"),
        ({"dag": "1.1.2099"}, "dag"),
        ({"til": "31.7.2022"}, "til"),
        ({"namn": "Født 23849150073"}, "namn"),
    ):
        answer = await submit(browser, form, **CONSENT | typed)
        assert (answer.status_code, list(list_errors(answer))) == (422, [field])
    assert list_errors(await submit(browser, form, dag="1.8.2022", tenester=["nav"])) == {
        "av": "Vel eitt av alternativa."
    }
    assert await list_of_person(api, place, "consents") == []


async def test_other_people_reach_no_consent_of_a_person(api: Api, place: Place) -> None:
    consent = ok(
        await api.case_officer.post(f"/v1/participants/{place.person}/consents", json=follow_up.consent(["nav"]))
    )
    browser = await api.browser("vekstbedrift-2")
    for path in (f"{place.page}/samtykke", f"{place.page}/samtykke/{consent['id']}/trekk"):
        assert (await browser.get(path)).status_code == 404
    officer = await api.browser("sakshandsamar")
    assert (await officer.get(f"{place.page}/samtykke/{place.id}/trekk")).status_code == 404
    assert (await officer.get(f"{place.page}/behov/{place.id}/utfall")).status_code == 404
