"""Whole stories in Chromium, from log-in to the end, by keyboard alone; each on a demo of its own, wide and narrow."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest
from playwright.async_api import Browser

import postgres
from app import clock
from app.commands.demo import as_demo, list_demo_people
from app.main import create_app
from app.settings import Settings
from tests.browser.keyboard import Keyboard
from tests.conftest import cloned, load_example_year
from tests.factories.server import serving

pytestmark = pytest.mark.browser


# A month can be closed from the first day after it: here August.
SEPTEMBER = "2022-09-02"


@pytest.fixture
def today() -> str:
    """The demo's day; parametrized by a story that needs another."""
    return "2022-08-31"


@pytest.fixture
async def demo(cluster: postgres.Cluster, tmp_path: Path, today: str) -> AsyncIterator[str]:
    """Where a demo that nobody else changes is served, by this process: one of its own takes seconds to start."""
    template = await asyncio.to_thread(load_example_year, cluster, today)
    async with cloned(cluster, template) as name:
        settings = Settings(database_url=cluster.url("vekstplass_service", name), data_dir=tmp_path)
        try:
            app = create_app(as_demo(settings, date.fromisoformat(today)), list_demo_people())
            async with serving(app, lifespan="on") as address:
                yield str(address)
        finally:
            clock.fix_today(None)


@pytest.fixture(params=[1280, 390], ids=["wide", "narrow"])
async def keyboard(request: pytest.FixtureRequest, chromium: Browser, demo: str) -> AsyncIterator[Keyboard]:
    """Somebody in front of the demo's log-in page."""
    context = await chromium.new_context(viewport={"width": request.param, "height": 900}, base_url=demo)
    page = await context.new_page()
    await page.goto("/logg-inn")
    yield Keyboard(page, is_narrow=request.param < 600)
    await context.close()


async def apply(keyboard: Keyboard, given_name: str, received_on: str = "31.8.2022") -> None:
    """Register a person and an application, from any page of the case office's."""
    await keyboard.menu("Deltakarar")
    await keyboard.follow("Registrer ein deltakar")
    await keyboard.write("Fornamn", given_name)
    await keyboard.write("Etternamn", "Vik")
    await keyboard.write("Fødd", "3.4.1990")
    await keyboard.write("Kommunenummer", "4631")
    await keyboard.choose("Kva teneste", "Habilitering")
    await keyboard.press("Registrer deltakaren")
    assert await keyboard.heading() == f"{given_name} Vik"
    await keyboard.follow("Ny søknad")
    await keyboard.write("Motteken", received_on)
    await keyboard.choose("Behov", "Varig")
    await keyboard.write("Kva ynskjer", "Vil køyre truck på lageret.")
    await keyboard.press("Registrer søknaden")
    assert "No kan du spørje ei vekstbedrift." in await keyboard.message()


async def test_an_application_becomes_a_place_that_passes_the_frame(keyboard: Keyboard) -> None:
    """Application, request, the provider's yes, the grant; the flag rises, and the year's picture passes the frame."""
    await keyboard.press("Sakshandsamar")
    await apply(keyboard, "Stille")
    await keyboard.choose("Vekstbedrift", "KIM AS")
    await keyboard.press("Send førespurnad")
    await keyboard.log_out()
    await keyboard.press("KIM AS")
    await keyboard.follow("Svar på førespurnaden frå 31. august 2022")
    assert "Vil køyre truck på lageret." in await keyboard.read()
    assert "Stille" not in await keyboard.read()
    await keyboard.choose("Svar", "Ja")
    await keyboard.press("Send svaret")
    assert await keyboard.message() == "Svaret er sendt: ja. No kan Forvaltningskontoret gjere vedtak."
    await keyboard.log_out()
    await keyboard.press("Sakshandsamar")
    await keyboard.follow("Gjer vedtak om Stille Vik")
    await keyboard.write("Første dag", "1.10.2022")
    await keyboard.wait_for("#verknad", "6 895 953")
    await keyboard.press("Lagre vedtaket")
    assert "Vedtaket er lagra." in await keyboard.message()
    await keyboard.menu("Arbeidsliste")
    await keyboard.follow("Gjer vedtak om Blid Lykt")
    await keyboard.write("Første dag", "1.10.2022")
    await keyboard.wait_for("#verknad", "6 962 904")
    await keyboard.press("Lagre vedtaket")
    assert "28 904" in await keyboard.message()
    await keyboard.menu("Året")
    year = await keyboard.read()
    assert "Meirforbruk" in year
    assert "Prognose for året\nkr 6 962 904\n100,42 % av ramma" in year


async def test_changed_needs_end_a_place(keyboard: Keyboard) -> None:
    """Notice because of changed needs, the meeting after it, and the end, with where the person goes."""
    await keyboard.press("Sakshandsamar")
    await keyboard.menu("Deltakarar")
    await keyboard.write("Namn", "ras bj")
    await keyboard.submit()
    await keyboard.follow("Rask Bjørk")
    await keyboard.follow("Oppseiing")
    await keyboard.choose("Kven seier opp", "Deltakaren")
    await keyboard.choose("Grunn", "Endra behov")
    await keyboard.press("Registrer oppseiinga")
    assert await keyboard.message() == "Oppseiinga er registrert. Siste dag er 30. november 2022."
    await keyboard.follow("Registrer møte etter oppseiing")
    await keyboard.select("Kven kalla inn", "Forvaltningskontoret")
    await keyboard.choose("Var deltakaren med", "Ja")
    await keyboard.tick("Vekstbedrift")
    await keyboard.tick("Behov for eit anna")
    await keyboard.write("Referat", "Deltakaren vil over i VTA.")
    await keyboard.press("Registrer referatet")
    assert "Møte etter oppseiing" not in await keyboard.read("[aria-labelledby=krav] > ul")
    await keyboard.follow("Gjer vedtak om plassen")
    await keyboard.follow("Avslutte plassen")
    await keyboard.select("Kva går personen til", "Varig tilrettelagt")
    await keyboard.wait_for("#verknad", "Rekna som om vedtaket var gjort.")
    await keyboard.press("Lagre vedtaket")
    assert "Vedtaket er lagra." in await keyboard.message()
    person = await keyboard.read()
    assert "siste dag 30. november 2022" in person
    assert "går til: varig tilrettelagt arbeid (VTA)" in person


@pytest.mark.parametrize("today", [SEPTEMBER])
async def test_a_month_is_closed_by_one_and_approved_by_another(keyboard: Keyboard) -> None:
    """Four eyes: who closed a month may not approve it."""
    await keyboard.press("Økonomi lukkar")
    await close_august(keyboard, "576 890")
    await keyboard.log_out()
    await approve_july_and_august(keyboard)
    assert "Godkjent\nkr 4 624 120\n8 månader" in await keyboard.read()


@pytest.mark.parametrize("today", [SEPTEMBER])
async def test_a_mistaken_grant_is_annulled_and_its_closed_months_settled(keyboard: Keyboard) -> None:
    """A place goes from its first day, the right one is made, and August carries what the closed months owe."""
    await keyboard.press("Sakshandsamar")
    await keyboard.menu("Deltakarar")
    await keyboard.write("Namn", "ras bj")
    await keyboard.submit()
    await keyboard.follow("Rask Bjørk")
    await keyboard.follow("Gjer vedtak om plassen")
    await keyboard.follow("Oppheve plassen")
    await keyboard.write("Kva var feil", "Registrert på feil person.")
    await keyboard.select("Kven oppdaga", "Vekstbedrifta")
    await keyboard.press("Lagre vedtaket")
    assert "Vedtaket er lagra." in await keyboard.message()
    assert "Registrert på feil person." in await keyboard.read()
    await keyboard.menu("Arbeidsliste")
    await keyboard.follow("Gjer vedtak om Blid Lykt")
    await keyboard.write("Første dag", "5.9.2022")
    await keyboard.press("Lagre vedtaket")
    await keyboard.log_out()
    await keyboard.press("Økonomi lukkar")
    # 23 places of 24 in August, and 7 months of 21 740 back.
    await close_august(keyboard, "402 970")
    differences = await keyboard.read("[aria-labelledby=diff] table")
    assert differences.count("Retting") == 7
    assert differences.endswith("-152 180")
    await keyboard.log_out()
    await approve_july_and_august(keyboard)


async def close_august(keyboard: Keyboard, total: str) -> None:
    """As who closes months, from any page."""
    await keyboard.menu("Oppgjer")
    # Who approved January to June is named, though they have not been here.
    assert (await keyboard.read()).count("Økonomi 2 (demo)") == 6
    await keyboard.follow("August")
    await keyboard.press("Lukk månaden")
    assert f"Månaden er lukka med {total} kroner." in await keyboard.message()
    assert "Du lukka månaden sjølv. Ein annan må godkjenne." in await keyboard.read()


async def approve_july_and_august(keyboard: Keyboard) -> None:
    """As another, from the log-in."""
    await keyboard.press("Økonomi 2")
    await keyboard.menu("Oppgjer")
    for month in ("juli", "august"):
        await keyboard.follow("Sjå linjene")
        assert await keyboard.heading() == f"Oppgjer for {month} 2022"
        await keyboard.choose("Er oppgjeret rett", "Ja")
        await keyboard.press("Lagre avgjerda")
        assert await keyboard.message() == "Oppgjeret er godkjent."
        await keyboard.menu("Oppgjer")


async def test_a_provider_registers_a_conversation_and_a_file_with_one_bad_row(
    keyboard: Keyboard, tmp_path: Path
) -> None:
    """The conversation counts at once; of the file all rows but one are taken, and none twice when it is sent again."""
    await keyboard.press("Aufera AS")
    await keyboard.open("Seinare")
    await keyboard.follow("Registrer Samtale for Grøn Elv")
    await keyboard.choose("Var deltakaren med", "Ja")
    await keyboard.tick("Vekstbedrift")
    await keyboard.write("Referat", "Trivst i hagen.")
    await keyboard.press("Registrer referatet")
    await keyboard.follow("Oversikt")
    assert "Samtale for Grøn Elv" not in await keyboard.read()
    await keyboard.follow("Fråvær frå fil")
    place = (await keyboard.read("[aria-labelledby=plassane] code")).strip()
    rows = [
        "external_id;revision;placement_id;kind;from;to;percent;note;cancelled",
        f"F-1;1;{place};sick;24.08.2022;25.08.2022;100;;false",
        f"F-2;1;{place};sick;31.08.2022;29.08.2022;100;;false",
        f"F-3;1;{place};leave;26.08.2022;26.08.2022;50;;false",
    ]
    file = tmp_path / "fravaer.csv"
    file.write_text("\r\n".join(rows))
    await keyboard.attach("Fil", file)
    await keyboard.press("Send fila")
    assert "1 rad er ikkje teken imot" in await keyboard.read()
    assert "«to»: er før frå og med" in await keyboard.read("[aria-labelledby=avvist]")
    file.write_text("\r\n".join(rows).replace("31.08.2022;29.08.2022", "29.08.2022;31.08.2022"))
    await keyboard.attach("Fil", file)
    await keyboard.press("Send fila")
    assert await keyboard.message() == "Heile fila er teken imot: 1 ny, 2 uendra."


async def test_a_budget_meeting_tries_three_changes_over_several_years(keyboard: Keyboard) -> None:
    """Before and after of three changes, the years that follow, and the answer on paper; nothing is stored."""
    await keyboard.press("Økonomi lukkar")
    await keyboard.menu("Året")
    await keyboard.follow("Kva om")
    await keyboard.press("Fleire plassar")
    await keyboard.press("Tillegg")
    await keyboard.press("Ramme")
    await keyboard.write("Tal på plassar", "2")
    await keyboard.write("Frå dag", "1.10.2022")
    await keyboard.write("Kroner per plass", "3000")
    await keyboard.write("Frå dag", "1.10.2022")
    await keyboard.write("Ramma for 2022", "7200000")
    await keyboard.select("Til og med år", "2025")
    await keyboard.write("Satsen opp kvart år", "3")
    await keyboard.press("Rekn ut")
    answer = await keyboard.read("#verknad")
    assert "6 829 002" in answer
    assert "6 971 904" in answer
    assert "Åra 2022–2025" in await keyboard.read("#aara")
    printed = await keyboard.page.pdf(format="A4")
    assert printed.count(b"/Type /Page\n") + printed.count(b"/Type /Page ") <= 2
    await keyboard.menu("Året")
    assert "Prognose for året\nkr 6 829 002" in await keyboard.read()


async def test_the_26th_grant_of_the_trust_fits_once_the_sum_is_raised(keyboard: Keyboard) -> None:
    """R2–R10: what is missing, the refusal with what is left, the raise, the grant, the payment, and the report."""
    await keyboard.press("Fagutvikling reiser")
    assert await keyboard.heading() == "Legatet 2022"
    await keyboard.follow("Grøn Lykt")
    await keyboard.follow("Fyll ut")
    await keyboard.write("Dokumentasjon sett den", "31.8.2022")
    await keyboard.press("Lagra")
    assert await keyboard.message() == "Søknaden er fylt ut."
    await keyboard.follow("Avgjer søknaden")
    await keyboard.choose("Kva er avgjort", "Innvilg")
    await keyboard.press("Lagre vedtaket")
    assert "Det er kr 0,00 att av summen for 2022." in await keyboard.read()
    await keyboard.menu("Legat")
    await keyboard.follow("Auk summen")
    await keyboard.write("Heile summen for året", "156 000")
    await keyboard.choose("Kven har vedteke", "Kommunen")
    await keyboard.write("Grunn eller sak", "Éin søknad for mykje")
    await keyboard.press("Lagre summen")
    assert await keyboard.message() == "Summen for 2022 er 156 000 kroner."
    await keyboard.follow("Grøn Lykt")
    await keyboard.follow("Avgjer søknaden")
    await keyboard.choose("Kva er avgjort", "Innvilg")
    await keyboard.press("Lagre vedtaket")
    assert await keyboard.message() == "Innvilga 6 000 kroner. Det er 0 kroner att av summen."
    await keyboard.follow("Utbetaling")
    await keyboard.write("Bilag sett den", "31.8.2022")
    await keyboard.press("Registrer utbetalinga")
    assert await keyboard.message() == "Utbetalinga er registrert: 6 000 kroner."
    await keyboard.menu("Legat")
    await keyboard.follow("Rapport til styret")
    report = await keyboard.read()
    for said in ("Éin søknad for mykje", "156 000", "114 000"):
        assert said in report
    assert "Grøn Lykt" not in report
    printed = await keyboard.page.pdf(format="A4")
    assert printed.count(b"/Type /Page\n") + printed.count(b"/Type /Page ") <= 2


async def test_a_trip_is_assessed_said_yes_to_and_granted(keyboard: Keyboard) -> None:
    """T11, T16, T18, T19: four scores, the ranking with its reason, the price before the yes, and the grant."""
    await keyboard.press("Fagutvikling reiser")
    await keyboard.menu("Feriereiser")
    assert await keyboard.heading() == "Feriereiser 2022"
    await keyboard.follow("Grøn Fjell")
    await keyboard.follow("Vurder søknaden")
    for name in ("Nytte", "Ressurs", "Alvor", "Meistring"):
        await keyboard.select(name, "2: middels")
        await keyboard.write(f"Grunngjeving for {name.lower()}", "Treng ei helg borte.")
    await keyboard.press("Lagre vurderinga")
    assert await keyboard.message() == "Søknaden er vurdert."
    await keyboard.menu("Feriereiser")
    await keyboard.follow("Rangering av søknadene , korte turar")
    ranking = await keyboard.read()
    for said in ("Grøn Fjell", "Summen av vurderingane er 8.", "Rangeringa er eit framlegg"):
        assert said in ranking
    await keyboard.menu("Feriereiser")
    await keyboard.follow("Turane")
    await keyboard.follow("16. sep. 2022")
    assert "09:00–21:30" in await keyboard.read()
    await keyboard.follow("Registrer svar")
    assert "9 873,50 kroner" in await keyboard.read()
    await keyboard.choose("Kven har svart", "Verja")
    await keyboard.press("Lagre svaret")
    assert await keyboard.message() == "Svaret er lagra."
    await keyboard.follow("Gjer vedtak")
    await keyboard.choose("Kva er avgjort", "Innvilg")
    await keyboard.press("Lagre vedtaket")
    assert await keyboard.message() == "Turen er innvilga. Feriefondet har sett av 9 873,50 kroner."
    assert "Sett av i feriefondet" in await keyboard.read()
