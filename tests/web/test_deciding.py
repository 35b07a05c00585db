"""Screen 5: decisions on the page, and what they do to the budget beside the form (D3–D8, C7, C9)."""

from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.conftest import Api
from tests.factories import steps
from tests.factories.steps import ok
from tests.web.html import find_faults, list_errors, parse, read_fields, read_message, submit

ADOPTED = {"amount": "30000.00", "adopted_on": "2021-12-16", "reason": "Lita ramme"}


@dataclass
class Case:
    """An application that a provider has said yes to."""

    person: str
    provider: str
    application: str

    @property
    def form(self) -> str:
        return f"/vedtak/ny?soknad={self.application}"


@pytest.fixture
async def case(api: Api) -> Case:
    await steps.law(api)
    provider, person = await steps.provider(api), await steps.participant(api)
    body = await steps.ready_to_grant(api, provider, person)
    return Case(person, provider, body["application_id"])


@pytest.fixture
async def place(api: Api) -> str:
    await steps.law(api)
    return await steps.placed(api, await steps.provider(api), starts_on="2022-02-01")


async def decided(api: Api, **query: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ok(await api.case_officer.get("/v1/decisions", params=query), 200)["items"]
    return found


def form_of(place: str, kind: str) -> str:
    return f"/vedtak/ny?plass={place}&utfall={kind}"


async def send(browser: httpx.AsyncClient, address: str, **typed: str) -> httpx.Response:
    """The form of an address with a query, which it is sent to as well."""
    return await submit(browser, address, address, **typed)


async def test_grant_says_what_is_left_of_the_frame(api: Api, case: Case) -> None:
    browser = await api.browser("sakshandsamar")
    typed = {"vedtaksdag": "10.1.2022", "forste_dag": "1.2.2022", "del": "60 %", "grunngjeving": "Varig behov"}
    answer = await send(browser, case.form, **typed)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/deltakarar/{case.person}")
    (made,) = await decided(api, application_id=case.application)
    assert (made["kind"], made["starts_on"], made["share"], made["reason"]) == (
        "grant",
        "2022-02-01",
        60,
        "Varig behov",
    )
    assert read_message(browser) == "Vedtaket er lagra. Det er 6\u00a0786\u00a0708 kroner att av ramma for 2022."


async def test_grant_over_the_frame_says_so(api: Api, case: Case) -> None:
    ok(await api.finance.post("/v1/budgets/2022/frames", json=ADOPTED | {"adopted_on": "2021-12-17"}))
    browser = await api.browser("sakshandsamar")
    await send(browser, case.form, vedtaksdag="10.1.2022", forste_dag="1.11.2022")
    assert read_message(browser).endswith("Prognosen for 2022 går 14\u00a0634 kroner over ramma.")


async def test_grant_takes_tasks_and_a_medication_agreement(api: Api, case: Case) -> None:
    browser = await api.browser("sakshandsamar")
    more = {
        "oppgaver": "Stell\n\n Medisin ",
        "avtale_dag": "5.1.2022",
        "avtale": "22/15",
        "arkiv": "22/1",
        "budsjettsak": "B 1",
    }
    await send(browser, case.form, vedtaksdag="10.1.2022", forste_dag="1.2.2022", **more)
    (made,) = await decided(api, application_id=case.application)
    assert made["health_and_social_tasks"] == ["Stell", "Medisin"]
    assert made["medication_agreement"] == {"agreed_on": "2022-01-05", "reference": "22/15"}
    assert (made["archive_reference"], made["budget_reference"]) == ("22/1", "B 1")


async def test_rejection_needs_a_reason_and_takes_nothing_of_a_grant(api: Api, case: Case) -> None:
    browser = await api.browser("sakshandsamar")
    typed = {"utfall": "reject", "vedtaksdag": "10.1.2022", "forste_dag": "1.2.2022", "budsjettsak": "B 1"}
    assert list_errors(await send(browser, case.form, **typed)) == {"grunngjeving": "Eit avslag må grunngjevast (D3)."}
    assert (await send(browser, case.form, **typed | {"grunngjeving": "Bur i ein annan kommune"})).status_code == 303
    assert [one["kind"] for one in await decided(api, application_id=case.application)] == ["reject"]


async def test_grant_needs_its_first_day_and_a_day_that_exists(api: Api, case: Case) -> None:
    browser = await api.browser("sakshandsamar")
    assert list_errors(await send(browser, case.form, vedtaksdag="10.1.2022")) == {
        "forste_dag": "Skriv den første dagen med plass."
    }
    answer = await send(browser, case.form, vedtaksdag="10.1.2022", forste_dag="31.09.2022", grunngjeving="Står her")
    assert set(list_errors(answer)) == {"forste_dag"}
    assert read_fields(answer, case.form)["grunngjeving"] == ["Står her"]
    assert await decided(api, application_id=case.application) == []


async def test_what_the_api_refuses_stands_at_its_field(api: Api, case: Case) -> None:
    browser = await api.browser("sakshandsamar")
    answer = await send(browser, case.form, vedtaksdag="10.1.2022", forste_dag="1.1.2030")
    assert (answer.status_code, set(list_errors(answer))) == (422, {"forste_dag"})
    answer = await send(browser, case.form, vedtaksdag="1.1.2099", forste_dag="1.2.2022", **{"del": "101"})
    assert set(list_errors(answer)) == {"vedtaksdag", "del"}


async def test_without_a_yes_only_a_rejection_is_offered(api: Api) -> None:
    await steps.law(api)
    application = await steps.application(api, await steps.participant(api))
    page = await (await api.browser("sakshandsamar")).get(f"/vedtak/ny?soknad={application}")
    assert find_faults(page) == []
    assert [one.attributes["value"] for one in parse(page).all("input", name="utfall")] == ["reject"]


async def effect(browser: httpx.AsyncClient, **query: str) -> str:
    answer = await browser.get("/vedtak/verknad", params=query, headers={"X-Fragment": "1"})
    assert answer.status_code == 200, answer.text
    assert "<html" not in answer.text
    return answer.text


async def test_effect_of_a_grant_is_the_what_ifs(api: Api, case: Case) -> None:
    browser = await api.browser("sakshandsamar")
    change = {"change": "add_places", "places": 1, "from": "2022-10-01", "share": 50}
    expected = ok(await api.case_officer.post("/v1/budgets/2022/what-if", json={"changes": [change]}), 200)
    query = {"soknad": case.application, "vedtaksdag": "10.1.2022", "forste_dag": "1.10.2022", "del": "50"}
    query["on"] = "31.12.2022"
    text = (await effect(browser, **query)).replace("\u00a0", " ")
    assert expected["after"]["forecast"] == "33475.50"
    assert "33 475,50" in text
    assert "Rekna som om vedtaket var gjort." in text


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({}, "Verknaden vert rekna ut når skjemaet er fylt ut."),
        ({"forste_dag": "31.9.2022"}, "Verknaden vert rekna ut når skjemaet er fylt ut."),
        ({"forste_dag": "1.1.2020", "vedtaksdag": "10.1.2022"}, "når dette er i orden: "),
        ({"forste_dag": "1.2.2022", "vedtaksdag": "1.1.2099"}, "når dette er i orden:"),
        ({"utfall": "reject"}, "Rekna som om vedtaket var gjort."),
    ],
)
async def test_effect_says_what_it_waits_for(api: Api, case: Case, query: dict[str, str], sentence: str) -> None:
    browser = await api.browser("sakshandsamar")
    text = await effect(browser, soknad=case.application, on="31.12.2022", **query)
    assert sentence in text
    assert ("Med vedtaket" in text) == sentence.startswith("Rekna")


async def test_effect_is_shown_without_script(api: Api, case: Case) -> None:
    browser = await api.browser("sakshandsamar")
    typed = {"vedtaksdag": "10.1.2022", "forste_dag": "1.10.2022", "grunngjeving": "Står her", "rekn": "ja"}
    answer = await send(browser, case.form, **typed)
    assert answer.status_code == 200
    assert "Rekna som om vedtaket var gjort." in answer.text
    assert read_fields(answer, case.form)["grunngjeving"] == ["Står her"]
    assert await decided(api, application_id=case.application) == []


async def test_effect_of_an_annulment_is_the_year_without_the_place(api: Api, place: str) -> None:
    await steps.placed(api, await steps.provider(api, organisation_number="310300411"), starts_on="2022-10-01")
    browser = await api.browser("sakshandsamar")
    query = {"plass": place, "utfall": "annul", "on": "31.12.2022"}
    text = (await effect(browser, **query)).replace("\u00a0", " ")
    assert "66 951" in text


async def test_effect_of_a_correction_is_the_place_as_it_should_have_been(api: Api) -> None:
    """Also of one with a supplement, whose months are fewer then too."""
    await steps.law(api)
    place = await steps.placed(api, await steps.provider(api), starts_on="2022-07-01")
    browser = await api.browser("sakshandsamar")
    query = {"plass": place, "utfall": "correct", "on": "31.12.2022"}
    text = (await effect(browser, forste_dag="1.11.2022", **query)).replace("\u00a0", " ")
    assert "133 902" in text
    assert "44 634" in text
    half = (await effect(browser, **{"del": "50"}, **query)).replace("\u00a0", " ")
    assert "66 951" in half
    supplement = steps.supplement("2022-07-01", monthly_amount="1000.00")
    ok(await api.case_officer.post(f"/v1/placements/{place}/supplements", json=supplement))
    text = (await effect(browser, forste_dag="1.11.2022", **query)).replace("\u00a0", " ")
    assert "139 902" in text
    assert "46 634" in text


async def test_effect_leaves_nothing_behind(api: Api, place: str) -> None:
    browser = await api.browser("sakshandsamar")
    before = await decided(api, placement_id=place)
    await effect(browser, plass=place, utfall="annul", on="31.12.2022")
    assert await decided(api, placement_id=place) == before


async def test_effect_of_nobodys_decision_leads_on(api: Api) -> None:
    answer = await (await api.browser("sakshandsamar")).get("/vedtak/verknad?utfall=grant")
    assert answer.status_code == 422
    assert "Vel først kven vedtaket gjeld" in answer.text


async def test_choice_of_kinds_leads_to_each(api: Api, place: str) -> None:
    browser = await api.browser("sakshandsamar")
    page = await browser.get(f"/vedtak/ny?plass={place}")
    assert find_faults(page) == []
    for kind in ("change", "end", "correct", "annul"):
        assert parse(page).all("a", href=form_of(place, kind))
        shown = await browser.get(form_of(place, kind))
        assert (shown.status_code, find_faults(shown)) == (200, [])


async def test_change_of_share(api: Api, place: str) -> None:
    browser = await api.browser("sakshandsamar")
    typed = {"vedtaksdag": "1.3.2022", "forste_dag": "1.4.2022", "del": "50"}
    text = await effect(browser, plass=place, utfall="change", **typed)
    assert "Med vedtaket" in text
    answer = await send(browser, form_of(place, "change"), **typed)
    assert answer.status_code == 303
    last = (await decided(api, placement_id=place))[-1]
    assert (last["kind"], last["share"], last["valid_from"]) == ("change", 50, "2022-04-01")


async def test_notice_is_withdrawn_by_a_change(api: Api, place: str) -> None:
    notice = {"given_by": "participant", "given_on": "2022-03-01", "reason": "changed_needs"}
    given = ok(await api.case_officer.post(f"/v1/placements/{place}/notices", json=notice))
    browser = await api.browser("sakshandsamar")
    answer = await send(browser, form_of(place, "change"), vedtaksdag="1.4.2022", oppseiing=given["id"])
    assert answer.status_code == 303
    found = ok(await api.case_officer.get(f"/v1/placements/{place}/notices"), 200)["items"]
    assert [one["status"] for one in found] == ["withdrawn"]


async def test_end_with_a_destination(api: Api, place: str) -> None:
    browser = await api.browser("sakshandsamar")
    typed = {"vedtaksdag": "1.3.2022", "siste_dag": "30.6.2022", "vidare": "ordinary_work"}
    assert "Med vedtaket" in await effect(browser, plass=place, utfall="end", **typed)
    answer = await send(browser, form_of(place, "end"), **typed)
    assert answer.status_code == 303
    last = (await decided(api, placement_id=place))[-1]
    assert (last["kind"], last["ends_on"], last["destination"]) == ("end", "2022-06-30", "ordinary_work")


async def test_wrong_first_day_is_corrected(api: Api, place: str) -> None:
    browser = await api.browser("sakshandsamar")
    (grant,) = await decided(api, placement_id=place)
    page = await browser.get(form_of(place, "correct"))
    assert read_fields(page, form_of(place, "correct"))["gjeld"] == [grant["id"]]
    typed = {"vedtaksdag": "1.9.2022", "forste_dag": "1.8.2022", "funne_av": "provider", "grunngjeving": "Feil år"}
    assert (await send(browser, form_of(place, "correct"), **typed)).status_code == 303
    last = (await decided(api, placement_id=place))[-1]
    assert (last["kind"], last["corrects_id"], last["starts_on"]) == ("correct", grant["id"], "2022-08-01")


async def test_end_is_corrected_to_none(api: Api, place: str) -> None:
    ok(await api.case_officer.post("/v1/decisions", json=steps.end(place, "2022-08-31")))
    browser = await api.browser("sakshandsamar")
    typed = {"vedtaksdag": "1.9.2022", "utan_slutt": "ja", "funne_av": "provider", "grunngjeving": "Gjaldt ein annan"}
    end = (await decided(api, placement_id=place))[-1]["id"]
    both = await send(browser, form_of(place, "correct"), gjeld=end, siste_dag="1.10.2022", **typed)
    assert set(list_errors(both)) == {"siste_dag"}
    assert (await send(browser, form_of(place, "correct"), gjeld=end, **typed)).status_code == 303
    assert ok(await api.case_officer.get(f"/v1/placements/{place}"), 200)["ends_on"] is None


async def test_mistaken_grant_is_annulled(api: Api, place: str) -> None:
    browser = await api.browser("sakshandsamar")
    typed = {"vedtaksdag": "1.9.2022", "funne_av": "case_office"}
    assert set(list_errors(await send(browser, form_of(place, "annul"), **typed))) == {"grunngjeving"}
    done = await send(browser, form_of(place, "annul"), grunngjeving="Registrert to gonger", **typed)
    assert done.status_code == 303
    assert ok(await api.case_officer.get(f"/v1/placements/{place}"), 200)["state"] == "annulled"
    page = await browser.get(f"/vedtak/ny?plass={place}")
    assert "Plassen er annullert." in page.text


async def test_two_officers_never_decide_past_each_other(api: Api, place: str) -> None:
    """D6: the second one's form names a decision that is not the latest any more."""
    browser = await api.browser("sakshandsamar")
    address = form_of(place, "change")
    fields = read_fields(await browser.get(address), address)
    ok(await api.case_officer.post("/v1/decisions", json=steps.change(place, valid_from="2022-08-01", share=80)))
    fields |= {"vedtaksdag": ["1.9.2022"], "forste_dag": ["1.10.2022"], "del": ["50"]}
    answer = await browser.post(address, data=fields)
    assert answer.status_code == 409
    assert find_faults(answer) == []
    assert read_fields(answer, address)["del"] == ["50"]
    assert len(await decided(api, placement_id=place)) == 2


async def test_letter_is_a_document_of_its_own(api: Api, place: str) -> None:
    browser = await api.browser("sakshandsamar")
    (grant,) = await decided(api, placement_id=place)
    answer = await browser.get(f"/vedtak/{grant['id']}/brev")
    direct = await api.case_officer.get(f"/v1/decisions/{grant['id']}/letter")
    assert (answer.status_code, answer.text) == (200, direct.text)
    assert answer.headers["content-security-policy"] == direct.headers["content-security-policy"]


@pytest.mark.parametrize(
    "address", ["/vedtak/ny", "/vedtak/ny?soknad=x", "/vedtak/ny?plass=x", "/vedtak/ny?plass=1&utfall=miracle"]
)
async def test_address_that_is_about_nothing_is_a_friendly_page(api: Api, address: str) -> None:
    answer = await (await api.browser("sakshandsamar")).get(address)
    assert answer.status_code in (404, 422)
    assert find_faults(answer) == []
