"""Screen 19, the trust on the page: a year, an applicant, an application and what comes of it, and the report (R)."""

import io
from uuid import uuid4

import httpx
import openpyxl
import pytest

from app.web.words import MENUS
from tests.conftest import Api
from tests.factories import steps, trust
from tests.factories.participants import NUMBER
from tests.factories.steps import ok
from tests.web.html import find_faults, list_errors, parse, read_message, submit

NBSP = "\u00a0"
YEAR = "/legat/2020"


async def read(browser: httpx.AsyncClient, address: str) -> str:
    """The text of a page without faults."""
    answer = await browser.get(address)
    assert (answer.status_code, find_faults(answer)) == (200, []), answer.text
    return answer.text.replace(NBSP, " ")


async def test_a_year_from_the_sum_to_the_payment(api: Api) -> None:
    """R1–R7, as Fagutvikling does it: registers the sum and somebody new, decides, pays, and is paid back."""
    browser = await api.browser("fagutvikling")
    assert "ingen sum" in await read(browser, YEAR)
    summed = {"sum": "150 000", "dag": "20.1.2020", "av": "board", "grunn": "Årleg sum", "frist": "15.8.2020"}
    answer = await submit(browser, f"{YEAR}/sum", **summed)
    assert (answer.status_code, answer.headers["location"]) == (303, YEAR)
    who = {"fornamn": "Solveig", "etternamn": "Testnes", "fodd": "23.4.1991", "kommune": "4631", "fnr": NUMBER}
    answer = await submit(browser, "/legat/sokjar/ny", **who)
    assert answer.status_code == 303, answer.text
    form = answer.headers["location"]
    asked = {"motteken": "15.8.2020", "foremaal": "escort", "belop": "6 000", "dokumentasjon": ""}
    answer = await submit(browser, form, "/legat/soknader/ny", **asked)
    assert answer.status_code == 303, answer.text
    here = answer.headers["location"]
    assert "Ikkje avgjord" in await read(browser, here)
    decision = {"avgjerd": "grant", "belop": "6 000", "grunn": "", "dag": "1.9.2020"}
    answer = await submit(browser, f"{here}/avgjerd", **decision)
    assert answer.status_code == 409
    assert "Dokumentasjonen er ikkje sett" in answer.text
    answer = await submit(browser, f"{here}/utfylling", dokumentasjon="1.9.2020", tilknyting="")
    assert answer.status_code == 303, answer.text
    answer = await submit(browser, f"{here}/avgjerd", **decision)
    assert answer.status_code == 303, answer.text
    assert read_message(browser).replace(NBSP, " ") == "Innvilga 6 000 kroner. Det er 144 000 kroner att av summen."
    answer = await submit(browser, f"{here}/utbetaling", belop="6 000", dag="1.10.2020", bilag="30.9.2020")
    assert answer.status_code == 303, answer.text
    answer = await submit(browser, f"{here}/tilbakebetaling", belop="1 000", dag="2.10.2020")
    assert answer.status_code == 303, answer.text
    text = await read(browser, here)
    assert "Bilag sett 30. sep. 2020" in text
    assert "Solveig Testnes" in text
    text = await read(browser, f"{YEAR}?on=31.12.2020")
    assert "kr 145 000" in text
    assert "Solveig Testnes" in text
    assert ok(await api.case_officer.get("/v1/participants", params={"name": "so"}), 200)["items"][0][
        "service_area"
    ] == ("other")


async def test_an_application_is_rejected_for_a_reason(api: Api) -> None:
    await trust.open_year(api)
    here = f"/legat/soknader/{await trust.apply(api)}"
    browser = await api.browser("sakshandsamar")
    answer = await submit(browser, f"{here}/avgjerd", avgjerd="reject", grunn="", dag="1.9.2020")
    assert (answer.status_code, set(list_errors(answer))) == (422, {"grunn"})
    answer = await submit(browser, f"{here}/avgjerd", avgjerd="reject", grunn="outside_purpose", dag="1.9.2020")
    assert answer.status_code == 303, answer.text
    assert "Utanfor føremålet" in await read(browser, here)


async def test_a_decision_by_mistake_is_annulled(api: Api) -> None:
    """D10: it stays on the application, which is decided again."""
    await trust.open_year(api)
    id_ = await trust.granted(api)
    here = f"/legat/soknader/{id_}"
    [grant] = ok(await api.grants_officer.get(f"{trust.APPLICATIONS}/{id_}"), 200)["entries"]
    path = f"{here}/vedtak/{grant['id']}/annullering"
    browser = await api.browser("fagutvikling")
    assert path in await read(browser, here)
    answer = await submit(browser, path, grunn="")
    assert (answer.status_code, set(list_errors(answer))) == (422, {"grunn"})
    answer = await submit(browser, path, grunn="Ført på feil søknad.")
    assert (answer.status_code, answer.headers["location"]) == (303, here)
    assert read_message(browser) == "Vedtaket er annullert. Søknaden er ikkje avgjord."
    text = await read(browser, here)
    assert "Annullert: Ført på feil søknad." in text
    assert path not in text
    assert (await submit(browser, path, grunn="Ført på feil søknad.")).status_code == 409
    assert (await browser.get(f"{here}/vedtak/{uuid4()}/annullering")).status_code == 404
    answer = await submit(browser, f"{here}/avgjerd", avgjerd="grant", belop="5 000", grunn="", dag="1.9.2020")
    assert answer.status_code == 303, answer.text
    answer = await submit(browser, f"{here}/utbetaling", belop="5 000", dag="1.10.2020", bilag="30.9.2020")
    assert answer.status_code == 303, answer.text
    # Of what is paid the payment can be annulled, and no decision.
    assert (await read(browser, here)).count("/annullering") == 1


async def test_a_payment_and_a_repayment_by_mistake_are_annulled(api: Api) -> None:
    """D10, R7: each with its own words, the one that came last first."""
    await trust.open_year(api)
    id_ = await trust.granted(api)
    here = f"/legat/soknader/{id_}"
    browser = await api.browser("fagutvikling")
    for what, day in (("utbetaling", "1.10.2020"), ("tilbakebetaling", "2.10.2020")):
        typed = {"belop": "6 000", "dag": day} | ({"bilag": "30.9.2020"} if what == "utbetaling" else {})
        assert (await submit(browser, f"{here}/{what}", **typed)).status_code == 303
    entries = ok(await api.grants_officer.get(f"{trust.APPLICATIONS}/{id_}"), 200)["entries"]
    decision, payment, repayment = (f"{here}/vedtak/{one['id']}/annullering" for one in entries)
    text = await read(browser, here)
    assert (decision in text, payment in text, repayment in text) == (False, True, True)
    assert (await submit(browser, payment, grunn="Feil.")).status_code == 409
    for path, said in (
        (repayment, "Tilbakebetalinga er annullert."),
        (payment, "Utbetalinga er annullert."),
        (decision, "Vedtaket er annullert. Søknaden er ikkje avgjord."),
    ):
        assert path in await read(browser, here)
        answer = await submit(browser, path, grunn="Ført på feil søknad.")
        assert (answer.status_code, answer.headers["location"]) == (303, here)
        assert read_message(browser) == said
    assert (await read(browser, here)).count("Annullert: Ført på feil søknad.") == 3


@pytest.mark.parametrize(
    ("amount", "left", "sentence"),
    [("6 000", "150000.00", "kan få kr 2 000,00 til i 2020"), ("2 000", "5000.00", "er kr 1 000,00 att av summen")],
)
async def test_what_does_not_fit_stands_at_the_amount(api: Api, amount: str, left: str, sentence: str) -> None:
    """R2, R3: with what is left."""
    await trust.open_year(api, left)
    person = await steps.participant(api)
    await trust.granted(api, "4000.00", person)
    here = f"/legat/soknader/{await trust.apply(api, '6000.00', person)}"
    typed = {"avgjerd": "grant", "belop": amount, "grunn": "", "dag": "1.9.2020"}
    answer = await submit(await api.browser("fagutvikling"), f"{here}/avgjerd", **typed)
    errors = list_errors(answer)
    assert set(errors) == {"belop"}
    assert sentence in errors["belop"].replace(NBSP, " ")


async def test_too_many_ask(api: Api) -> None:
    """R8: what each would get, beside what was asked for."""
    await trust.open_year(api, "10000.00")
    for amount in ("1000.00", "6000.00", "6000.00"):
        await trust.apply(api, amount)
    text = await read(await api.browser("fagutvikling"), f"{YEAR}?on=31.12.2020")
    for said in ("manglar 3 000", "769,23", "4 615,39", "4 500"):
        assert said in text


async def test_the_report_is_read_and_taken_away(api: Api) -> None:
    """R10: by finance too, which sees no people."""
    await trust.open_year(api)
    for _ in range(6):
        await trust.granted(api)
    browser = await api.browser("okonomi")
    assert (await browser.get("/legat?on=31.12.2020")).headers["location"] == f"{YEAR}/rapport"
    text = await read(browser, f"{YEAR}/rapport?on=31.12.2020")
    assert "36 000" in text
    assert "Hage" not in text
    answer = await browser.get(f"{YEAR}/rapport/fil?on=31.12.2020")
    rows = {row[0]: row[1:3] for row in openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0].values}
    assert rows["Innvilga"] == (6, None)
    assert "ingen sum" in await read(browser, "/legat/2021/rapport")


async def test_the_report_is_recorded_as_sent(api: Api) -> None:
    """R10: until then the year says so."""
    await trust.open_year(api)
    browser = await api.browser("fagutvikling")
    assert "Rapporten for 2020 er ikkje send" in await read(browser, YEAR)
    assert f'href="{YEAR}/rapport/sending"' in await read(browser, f"{YEAR}/rapport")
    answer = await submit(browser, f"{YEAR}/rapport/sending", dag="30.12.2020")
    assert (answer.status_code, set(list_errors(answer))) == (422, {"dag"})
    answer = await submit(browser, f"{YEAR}/rapport/sending", dag="20.1.2021")
    assert answer.status_code == 303, answer.text
    assert "send 20. januar 2021" in await read(browser, f"{YEAR}/rapport")
    assert "ikkje send" not in await read(browser, YEAR)


async def test_somebody_is_found_by_name_and_number(api: Api) -> None:
    await steps.participant(api, national_identity_number=NUMBER, birth_date="1991-04-23")
    browser = await api.browser("fagutvikling")
    found = parse(await browser.get("/legat/sokjar?name=sp"))
    [link] = [one for one in found.all("a") if one.attributes["href"].startswith("/legat/soknader/ny?")]
    assert link.text == "Sprek Hage"
    answer = await submit(browser, "/legat/sokjar", "/legat/sokjar/oppslag", national_identity_number=NUMBER)
    assert answer.headers["location"] == link.attributes["href"]


async def test_a_protected_applicant_has_no_name(api: Api) -> None:
    """X3."""
    await trust.open_year(api)
    person = await steps.participant(api, address_protection=True)
    id_ = await trust.apply(api, participant_id=person)
    browser = await api.browser("fagutvikling")
    for address in (YEAR, f"/legat/soknader/{id_}", f"/legat/soknader/{id_}/avgjerd"):
        text = await read(browser, address)
        assert 'href="/legat" aria-current="page"' in text
        assert "Sprek" not in text
        assert "erna adresse" in text


def test_the_start_page_of_fagutvikling_is_the_trust() -> None:
    assert MENUS["grants_officer"][0].address == "/legat"
