"""Screen 20, the holiday trips on the page: a round, an application, its assessment and its ranking (T)."""

from typing import Any

import httpx

from app.web.words import MENUS
from tests.conftest import Api
from tests.factories import steps, trips
from tests.factories import trip_course as course
from tests.factories.participants import NUMBER
from tests.factories.steps import ok
from tests.web.html import find_faults, list_errors, parse, read_message, submit

NBSP = "\u00a0"
YEAR = "/feriereiser/2022"
ROUND = {"aar": "2022", "lengd": "long", "opnar": "1.11.2021", "frist": "1.2.2022", "tekst": "Søk om tur i 2022."}
ASKED = {
    "motteken": "10.1.2022", "onske": "Bade og sjå dyr.", "lengd": "long", "fra": "20.6.2022", "til": "26.6.2022",
    "grad": "extensive", "dokumentert": "1.12.2021", "av": "habilitation", "sist": "",
}  # fmt: skip
SCORED = {
    "dag": "10.2.2022", "benefit": "3", "benefit_grunn": "Har ingen annan ferie.", "resource": "2",
    "resource_grunn": "Tilsette vil vere med.", "severity": "3", "severity_grunn": "Treng nokon heile tida.",
    "mastery": "1", "mastery_grunn": "Prøver noko nytt.",
}  # fmt: skip


async def read(browser: httpx.AsyncClient, address: str) -> str:
    """The text of a page without faults."""
    answer = await browser.get(address)
    assert (answer.status_code, find_faults(answer)) == (200, []), answer.text
    return answer.text.replace(NBSP, " ")


async def test_from_the_round_to_the_ranking(api: Api) -> None:
    """T7, T9, T11, T12, as Fagutvikling does it: calls, registers somebody new, assesses, ranks."""
    await trips.record_scheme(api)
    browser = await api.browser("fagutvikling")
    assert "Ingen runde er lyst ut for 2022" in await read(browser, YEAR)
    answer = await submit(browser, "/feriereiser/rundar/ny", **ROUND)
    assert (answer.status_code, answer.headers["location"]) == (303, YEAR), answer.text
    who = {"fornamn": "Solveig", "etternamn": "Testnes", "fodd": "23.4.1991", "kommune": "4631", "fnr": NUMBER}
    answer = await submit(browser, "/feriereiser/sokjar/ny", **who)
    assert answer.status_code == 303, answer.text
    answer = await submit(browser, answer.headers["location"], "/feriereiser/soknader/ny", **ASKED)
    assert answer.status_code == 303, answer.text
    here = answer.headers["location"]
    assert read_message(browser) == "Søknaden er registrert."
    assert "Søknaden er ikkje vurdert" in await read(browser, here)
    answer = await submit(browser, f"{here}/vurdering", **SCORED | {"mastery": "", "mastery_grunn": ""})
    assert answer.status_code == 303, answer.text
    assert read_message(browser) == "Vurderinga er lagra, men ikkje ferdig."
    [card] = await list_rounds(browser)
    assert "Vurderinga er ikkje ferdig" in await read(browser, f"{card}?plassar=1")
    answer = await submit(browser, f"{here}/vurdering", **SCORED)
    assert read_message(browser) == "Søknaden er vurdert."
    text = await read(browser, f"{card}?plassar=1")
    for said in ("Solveig Testnes", "Står fremst i lista.", "framlegg"):
        assert said in text
    text = await read(browser, here)
    for said in ("Prøver noko nytt.", "Habilitering", "Bade og sjå dyr.", "Omfattande"):
        assert said in text
    assert "Solveig Testnes" in await read(browser, YEAR)
    assert (await browser.get("/feriereiser?on=31.12.2022")).headers["location"] == YEAR


async def list_rounds(browser: httpx.AsyncClient) -> set[str]:
    """The addresses of the year's rounds."""
    links = {one.attributes["href"] or "" for one in parse(await browser.get(YEAR)).all("a")}
    return {link for link in links if link.startswith("/feriereiser/rundar/") and "/ny" not in link}


async def test_what_is_late_is_taken_and_says_so(api: Api) -> None:
    """T9."""
    await trips.record_scheme(api)
    await trips.open_round(api)
    person = await steps.participant(api, service_area="other")
    browser = await api.browser("sakshandsamar")
    form = f"/feriereiser/soknader/ny?deltakar={person}"
    answer = await submit(browser, form, "/feriereiser/soknader/ny", **ASKED | {"motteken": "2.2.2022"})
    assert read_message(browser) == "Søknaden er registrert. Han kom for seint."
    assert "for seint" in await read(browser, answer.headers["location"])
    assert "For seint" in await read(browser, YEAR)


async def test_what_is_wrong_stands_at_its_field(api: Api) -> None:
    await trips.record_scheme(api)
    await trips.open_round(api)
    browser = await api.browser("fagutvikling")
    answer = await submit(browser, "/feriereiser/rundar/ny", **ROUND)
    assert (answer.status_code, set(list_errors(answer))) == (422, {"opnar"})
    answer = await submit(browser, "/feriereiser/rundar/ny", **ROUND | {"opnar": "2.2.2022", "frist": "1.9.2022"})
    assert (answer.status_code, set(list_errors(answer))) == (422, {"frist"})
    made = await trips.apply(api)
    form = f"/feriereiser/soknader/ny?deltakar={made['participant_id']}"
    for changes, field in (({"til": "20.6.2022"}, "til"), ({"fra": "1.6.2023", "til": "9.6.2023"}, "fra")):
        answer = await submit(browser, form, "/feriereiser/soknader/ny", **ASKED | changes)
        assert (answer.status_code, set(list_errors(answer))) == (422, {field})
    here = f"/feriereiser/soknader/{made['id']}"
    answer = await submit(browser, f"{here}/vurdering", **SCORED | {"mastery_grunn": ""})
    assert (answer.status_code, set(list_errors(answer))) == (422, {"mastery_grunn"})


async def test_a_withdrawn_application_is_ranked_no_longer(api: Api) -> None:
    await trips.record_scheme(api)
    round_ = await trips.open_round(api)
    made = await trips.apply(api)
    browser = await api.browser("fagutvikling")
    here = f"/feriereiser/soknader/{made['id']}"
    answer = await submit(browser, f"{here}/trekk", dag="11.1.2022")
    assert (answer.status_code, answer.headers["location"]) == (303, here)
    text = await read(browser, here)
    assert "Trekt" in text
    assert f"{here}/vurdering" not in text
    assert "Sprek" not in await read(browser, f"/feriereiser/rundar/{round_['id']}")


async def test_the_need_is_documented_after_the_application(api: Api) -> None:
    """T7."""
    await trips.record_scheme(api)
    application = await trips.apply(api, documented_on=None, documented_by=None)
    browser = await api.browser("fagutvikling")
    here = f"/feriereiser/soknader/{application['id']}"
    assert "Ikkje dokumentert" in await read(browser, here)
    answer = await submit(browser, f"{here}/dokumentasjon", dag="", av="habilitation")
    assert (answer.status_code, set(list_errors(answer))) == (422, {"dag"})
    answer = await submit(browser, f"{here}/dokumentasjon", dag="1.2.2022", av="habilitation")
    assert answer.status_code == 303, answer.text
    assert "1. februar 2022 av Habilitering" in await read(browser, here)


async def test_a_protected_applicant_has_no_name(api: Api) -> None:
    """X3."""
    await trips.record_scheme(api)
    round_ = await trips.open_round(api)
    made = await trips.apply(api, await steps.participant(api, address_protection=True))
    browser = await api.browser("fagutvikling")
    here = f"/feriereiser/soknader/{made['id']}"
    for address in (YEAR, here, f"{here}/vurdering", f"/feriereiser/rundar/{round_['id']}"):
        text = await read(browser, address)
        assert "Sprek" not in text
        assert "erna adresse" in text


async def test_the_assessment_is_a_task_on_the_page(api: Api) -> None:
    """T11: until every application of the round has its scores."""
    await trips.record_scheme(api)
    round_ = await trips.open_round(api)
    made = await trips.apply(api)
    browser = await api.browser("fagutvikling")
    address = f"/feriereiser/rundar/{round_['id']}"
    text = await read(browser, f"{YEAR}?on=16.2.2022")
    assert "Vurdering av søknader om feriereise 2022, lange turar" in text
    assert address in text
    await trips.assess(api, made["id"], 1, 1, 1, 1)
    assert "Vurdering av søknader om feriereise 2022" not in await read(browser, f"{YEAR}?on=16.2.2022")


async def test_an_application_leads_to_its_trip(api: Api) -> None:
    """T20: and says how far that has come; of a trip that was rejected and another one the one that is made."""
    await trips.record_scheme(api)
    await course.fill_fund(api)
    made = await trips.apply(api, await course.participant(api))
    here, browser = f"/feriereiser/soknader/{made['id']}", await api.browser("fagutvikling")
    assert "/feriereiser/turar/" not in await read(browser, here)
    first = await course.planned(api, application_ids=[made["id"]])
    assert ">Ikkje vurdert<" in await read(browser, here)
    await trips.assess(api, made["id"], 1, 1, 1, 1)
    assert ">Planlagd<" in await read(browser, here)
    rejected = {"kind": "reject", "decided_on": "2022-04-10", "reason": "no_staff", "text": "Ingen kan vere med."}
    ok(await course.decide(api, first["id"], **rejected))
    text = await read(browser, here)
    assert f'<a href="/feriereiser/turar/{first["id"]}">' in text
    assert ("Vurder på nytt" in text, "Trekk søknaden" in text) == (True, True)
    assert ">Avslegen<" in await read(browser, YEAR)
    second = await course.granted(api, application_ids=[made["id"]])
    for address in (here, YEAR):
        text = await read(browser, address)
        assert ">Gjennomført, ikkje gjort opp<" in text
        assert ">Avslegen<" not in text
    text = await read(browser, here)
    assert f'<a href="/feriereiser/turar/{second["id"]}">20. juni 2022 – 26. juni 2022, 6 netter</a>' in text
    assert ("Vurder på nytt" in text, "Trekk søknaden" in text) == (False, False)


async def test_what_trips_wait_for_is_on_the_page(api: Api) -> None:
    """T16, T17, T24: each with the page where it is done; what is due later than in 90 days is not there yet."""
    await trips.record_scheme(api)
    await course.fill_fund(api)
    made, planned = await course.granted(api), await course.planned(api)
    days: dict[str, Any] = {"starts_on": "2022-12-20", "ends_on": "2022-12-22"}
    later = await course.planned(api, staffing={"staff": [course.line(day="2022-12-20")]}, **days)
    checked = {"name": "Tilskot", "for_whom": "Alle.", "address": "https://www.nav.no/", "checked_on": "2021-07-01"}
    other = ok(await api.grants_officer.post("/v1/grant-schemes", json=checked))
    for who in ("fagutvikling", "sakshandsamar"):
        text = await read(await api.browser(who), f"{YEAR}?on=10.10.2022")
        for address in (
            f"/feriereiser/turar/{made['id']}",
            f"/feriereiser/turar/{planned['id']}",
            "/feriereiser/2022/oversyn",
            f"/andre-ordningar/{other['id']}",
        ):
            assert f'href="{address}"' in text.partition('id="fristar"')[2].partition("</section>")[0], address
        assert "over frist" in text
    text = await read(await api.browser("fagutvikling"), f"{YEAR}?on=1.4.2022")
    assert (planned["id"] in text, later["id"] in text, "over frist" in text) == (True, False, False)


def test_fagutvikling_has_trips_in_its_menu() -> None:
    assert [item.address for item in MENUS["grants_officer"]] == ["/legat", "/feriereiser"]
