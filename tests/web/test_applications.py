"""Screen 4: an application on the page, from the day it comes to the provider's answer (D4, D10)."""

from dataclasses import dataclass

import pytest

from tests.conftest import Api
from tests.factories import steps
from tests.factories.steps import ok
from tests.web.html import find_faults, list_errors, parse, read_message, submit

NEW = {"motteken": "10.1.2022", "behov": "permanent", "ynske": "Arbeid ute"}


@dataclass
class Case:
    """A person, a provider, and an application."""

    person: str
    provider: str
    application: str

    @property
    def page(self) -> str:
        return f"/soknader/{self.application}"


@pytest.fixture
async def case(api: Api) -> Case:
    await steps.law(api)
    provider, person = await steps.provider(api), await steps.participant(api)
    return Case(person, provider, await steps.application(api, person))


async def asked(api: Api, case: Case, sent_on: str = "2022-01-11") -> None:
    body = {"provider_id": case.provider, "sent_on": sent_on}
    ok(await api.case_officer.post(f"/v1/applications/{case.application}/requests", json=body))


async def read(api: Api, case: Case) -> dict[str, object]:
    return ok(await api.case_officer.get(f"/v1/applications/{case.application}"), 200)


async def test_application_is_received(api: Api) -> None:
    await steps.law(api)
    person = await steps.participant(api)
    browser = await api.browser("sakshandsamar")
    view = {"teneste": "habilitation", "teneste_dag": "5.1.2022", "teneste_syn": "Treng ro"}
    answer = await submit(browser, f"/deltakarar/{person}/soknad", **NEW | view | {"medisin": "ja"})
    assert answer.status_code == 303
    (made,) = ok(await api.case_officer.get("/v1/applications", params={"participant_id": person}), 200)["items"]
    assert answer.headers["location"] == f"/soknader/{made['id']}"
    assert (made["received_on"], made["need"], made["medication_tasks"]) == ("2022-01-10", "permanent", True)
    assert made["service_view"] == {"area": "habilitation", "given_on": "2022-01-05", "text": "Treng ro"}
    page = await browser.get(answer.headers["location"])
    assert find_faults(page) == []
    assert "Treng ro" in page.text


async def test_half_a_view_of_the_service_is_asked_for_whole(api: Api) -> None:
    await steps.law(api)
    person = await steps.participant(api)
    browser = await api.browser("sakshandsamar")
    answer = await submit(browser, f"/deltakarar/{person}/soknad", **NEW | {"teneste_syn": "Treng ro"})
    assert answer.status_code == 422
    assert set(list_errors(answer)) == {"teneste", "teneste_dag"}


async def test_second_application_says_that_there_is_another(api: Api, case: Case) -> None:
    browser = await api.browser("sakshandsamar")
    await submit(browser, f"/deltakarar/{case.person}/soknad", **NEW)
    assert "1 annan open søknad" in read_message(browser)


async def test_request_is_sent_and_its_yes_recorded(api: Api, case: Case) -> None:
    browser = await api.browser("sakshandsamar")
    page = await browser.get(case.page)
    assert "10 ledige av 10" in page.text
    sent = await submit(
        browser, case.page, f"{case.page}/foresporsel", vekstbedrift=case.provider, sendt="11.1.2022", fra="1.3.2022"
    )
    assert (sent.status_code, sent.headers["location"]) == (303, case.page)
    answer = await submit(browser, case.page, f"{case.page}/svar", svar="accepted", svart="12.1.2022", lokale="ja")
    assert answer.status_code == 303
    assert (await read(api, case))["status"] == "accepted"
    (request,) = ok(await api.case_officer.get(f"/v1/applications/{case.application}/requests"), 200)["items"]
    assert (request["share"], request["starts_from"], request["premises_suitable"]) == (100, "2022-03-01", True)
    page = await browser.get(case.page)
    assert find_faults(page) == []
    assert parse(page).all("a", href=f"/vedtak/ny?soknad={case.application}")[0].text == "Gjer vedtak"


async def test_choice_of_provider_says_what_is_amiss_there_now(api: Api, case: Case) -> None:
    """What has been mended is no warning (P4)."""
    await steps.placed(api, case.provider)
    browser = await api.browser("sakshandsamar")
    lacking = "9 ledige av 10. Eigenerklæring manglar"
    assert lacking in (await browser.get(case.page)).text
    areas = ["facilitation", "guidance", "health_and_care_act", "health_and_social_tasks"]
    staff = {"employees": 4, "police_certificates": 4, "full_time_equivalents": "2.40", "areas": areas}
    path = f"/v1/providers/{case.provider}/competence-statements"
    ok(await api.case_officer.post(path, json={"stated_on": "2022-01-10"} | staff))
    said = (await browser.get(case.page)).text
    assert "9 ledige av 10" in said
    assert "Eigenerklæring manglar" not in said


async def test_days_that_run_backward_are_refused_at_their_field(api: Api, case: Case) -> None:
    browser = await api.browser("sakshandsamar")
    answer = await submit(browser, case.page, f"{case.page}/foresporsel", vekstbedrift=case.provider, sendt="1.1.2022")
    assert answer.status_code == 422
    assert set(list_errors(answer)) == {"f-sendt"}
    assert "sent_on" not in answer.text
    answer = await submit(browser, case.page, f"{case.page}/foresporsel", sendt="1.1.2099", **{"del": "to hundre"})
    assert set(list_errors(answer)) == {"f-vekstbedrift", "f-del"}


async def test_no_needs_its_reason(api: Api, case: Case) -> None:
    browser = await api.browser("sakshandsamar")
    await asked(api, case)
    answer = await submit(browser, case.page, f"{case.page}/svar", svar="declined")
    assert answer.status_code == 422
    assert set(list_errors(answer)) == {"s-grunn"}
    done = await submit(browser, case.page, f"{case.page}/svar", svar="declined", grunn="no_capacity")
    assert done.status_code == 303
    assert "Spør gjerne ei anna" in read_message(browser)


async def test_request_is_recalled_and_a_yes_taken_back(api: Api, case: Case) -> None:
    browser = await api.browser("sakshandsamar")
    await asked(api, case)
    assert set(list_errors(await submit(browser, case.page, f"{case.page}/tilbakekalling"))) == {"k-grunn"}
    assert (await submit(browser, case.page, f"{case.page}/tilbakekalling", grunn="Feil bedrift")).status_code == 303
    await steps.request(api, case.application, case.provider, sent_on="2022-01-12")
    done = await submit(browser, case.page, f"{case.page}/tilbaketrekking", grunn="Fekk brann")
    assert done.status_code == 303
    assert (await read(api, case))["status"] == "received"
    page = await browser.get(case.page)
    assert find_faults(page) == []
    for text in ("Kalla tilbake", "Ja vart teke tilbake", "Fekk brann"):
        assert text in page.text


async def test_answer_to_what_is_gone_is_refused_in_words(api: Api, case: Case) -> None:
    browser = await api.browser("sakshandsamar")
    await asked(api, case)
    page = await browser.get(case.page)
    await submit(browser, case.page, f"{case.page}/tilbakekalling", grunn="Feil bedrift")
    csrf = parse(page).all("input", name="csrf")[0].attributes["value"]
    answer = await browser.post(f"{case.page}/svar", data={"csrf": csrf, "svar": "accepted", "svart": "12.1.2022"})
    assert answer.status_code == 422
    assert "Det er ikkje noko lenger som dette gjeld." in answer.text


async def test_view_of_the_service_is_added(api: Api, case: Case) -> None:
    browser = await api.browser("sakshandsamar")
    view = {"teneste": "mental_health", "teneste_dag": "5.1.2022", "teneste_syn": "Toler lite støy"}
    assert (await submit(browser, case.page, f"{case.page}/tenesta", **view)).status_code == 303
    assert (await read(api, case))["service_view"] == {
        "area": "mental_health",
        "given_on": "2022-01-05",
        "text": "Toler lite støy",
    }


@pytest.mark.parametrize(
    ("form", "typed", "status"),
    [("trekking", {"dag": "20.1.2022"}, "withdrawn"), ("annullering", {"grunn": "Dobbel"}, "annulled")],
)
async def test_application_is_withdrawn_or_annulled(
    api: Api, case: Case, form: str, typed: dict[str, str], status: str
) -> None:
    browser = await api.browser("sakshandsamar")
    assert (await submit(browser, case.page, f"{case.page}/{form}", **typed)).status_code == 303
    assert (await read(api, case))["status"] == status
    page = await browser.get(case.page)
    assert find_faults(page) == []
    assert parse(page).all("form", method="post", action=f"{case.page}/foresporsel") == []


async def test_application_that_is_not_there_is_a_page(api: Api) -> None:
    answer = await (await api.browser("sakshandsamar")).get("/soknader/0190c0de-7a00-7000-8000-000000000001")
    assert answer.status_code == 404
    assert find_faults(answer) == []


async def test_looking_at_an_application_logs_its_person_alone(api: Api, case: Case) -> None:
    await steps.participant(api, given_name="Odd")
    browser = await api.browser("sakshandsamar")
    await browser.get(case.page)
    rows = ok(await api.auditor.get("/v1/access-log", params={"actor": "person:test-sakshandsamar"}), 200)["items"]
    assert {row["participant_id"] for row in rows} == {case.person}
