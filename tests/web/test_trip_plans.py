"""Screen 21, holiday trips on the page: a trip, its plan as a week, prices, decision, settlement, and the fund (T)."""

from typing import Any
from uuid import uuid4

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.web.fields import Invalid
from app.web.staffing_grid import describe_shift, parse_shift, write_shift
from tests.conftest import Api
from tests.factories import trip_course as course
from tests.factories import trips
from tests.factories.steps import ok
from tests.web.html import find_faults, list_errors, read_message, submit

NBSP = "\u00a0"
RATES = {"timeloen": "400", "tillegg": "440", "diett": "3 427", "reise": "0"}


async def read(browser: httpx.AsyncClient, address: str) -> str:
    """The text of a page without faults."""
    answer = await browser.get(address)
    assert (answer.status_code, find_faults(answer)) == (200, []), answer.text
    return answer.text.replace(NBSP, " ")


async def say(browser: httpx.AsyncClient, address: str, **typed: str) -> str:
    """What the page says after an act."""
    answer = await submit(browser, address, **typed)
    assert answer.status_code == 303, answer.text
    return read_message(browser).replace(NBSP, " ")


async def test_a_trip_from_its_participants_to_the_settlement(api: Api) -> None:
    """T13–T16, T18–T20, as Fagutvikling does it, with the plan typed in as a week."""
    await trips.record_scheme(api)
    await course.fill_fund(api)
    application = await trips.apply(api)
    browser = await api.browser("fagutvikling")
    assert "Ingen turar i 2022" in await read(browser, "/feriereiser/2022/turar")
    answer = await submit(
        browser,
        "/feriereiser/2022/turar/ny",
        sokjarar=application["id"],
        fra="20.6.2022",
        til="26.6.2022",
        grunn="",
        arbeidstid="",
        teneste="habilitation",
    )
    assert answer.status_code == 303, answer.text
    here = answer.headers["location"]
    week = {f"vakt0d{day}": "09:00–21:30" for day in (0, 2, 4, 6)} | {
        f"vakt1d{day}": "09.00-21.30" for day in (1, 3, 5)
    }
    who = {"hvem0": "A1", "vil0": "1.3.2022", "hvem1": "A2", "vil1": "1.3.2022"}
    rest = {"heime": "", "ordinaert": "2 x 5 08:00–15:30", "heimetimar": "", "ordinaertimar": ""}
    assert "Turen kostar 18 014" in await say(browser, f"{here}/plan", **who, **week, **rest, **RATES)
    text = await read(browser, here)
    for shown in ("09:00–21:30", "87,50 timar", "12,50 timar", "18 014", "9 007"):
        assert shown in text, shown
    for sum_ in ("5 000: 12,50 timar ekstra à 400", "6 160: 2 tilsette i 7 dagar à 440", "6 854: 2 à 3 427"):
        assert sum_ in text, sum_
    assert f'href="/feriereiser/soknader/{application["id"]}"' in text
    person = application["participant_id"]
    assert await say(browser, f"{here}/svar/{person}", dag="1.4.2022", av="guardian") == "Svaret er lagra."
    assert "Verja" in (await read(browser, here)).title()
    decided = {"grunn": "", "sein": "", "tekst": ""}
    assert "Feriefondet har sett av 9 007 kroner" in await say(
        browser, f"{here}/vedtak", avgjerd="grant", dag="15.4.2022", **decided
    )
    fund = await read(browser, "/feriereiser/2022/fond")
    assert "Sett av til ein tur" in fund
    answer = await submit(browser, f"{here}/oppgjer", dag="18.7.2022")
    assert answer.status_code == 303, answer.text
    settlement = (await read(browser, here)).partition('id="oppgjer"')[2]
    for shown in ("5 000: 12,50 timar ekstra à 400", "9 007, som sett av"):
        assert shown in settlement, shown
    assert "Gjort opp" in await read(browser, "/feriereiser/2022/turar")


async def test_what_is_wrong_with_the_plan_stands_at_its_cell(api: Api) -> None:
    await trips.record_scheme(api)
    trip = await course.record(api)
    browser = await api.browser("sakshandsamar")
    address = f"/feriereiser/turar/{trip['id']}/plan"
    typed = {"hvem0": "A1", "vil0": "", "vakt0d0": "ni til fire", "vakt1d0": "09:00–10:00", **RATES}
    answer = await submit(browser, address, **typed)
    assert (answer.status_code, set(list_errors(answer))) == (422, {"vakt0d0"})
    answer = await submit(browser, address, **typed | {"vakt0d0": "09:00–16:00"})
    assert (answer.status_code, set(list_errors(answer))) == (422, {"hvem1"})
    typed = {"hvem0": "A1", "vil0": "", "vakt0d0": "09:00–12:00 + 11:00–13:00", "vakt1d0": "", **RATES}
    answer = await submit(browser, address, **typed)
    assert (answer.status_code, set(list_errors(answer))) == (422, {"vakt0d0"})
    assert (await api.case_officer.get(f"/v1/trips/{trip['id']}")).json()["plan_version"] is None


async def test_shifts_at_home_are_added_to_a_plan_that_had_none(api: Api) -> None:
    """T13: no hours stand in the form of such a plan, with which the shifts would not agree."""
    await trips.record_scheme(api)
    trip = await course.planned(api)
    browser = await api.browser("fagutvikling")
    address = f"/feriereiser/turar/{trip['id']}/plan"
    said = await say(browser, address, heime="1 x 2 08:00–10:00", ordinaert="1 x 1 08:00–09:00")
    assert "Turen kostar 6 000 kroner" in said
    assert "Turen kostar 5 200 kroner" in await say(browser, address, heime="", heimetimar="2")


async def test_a_rejection_needs_a_reason_and_a_text(api: Api) -> None:
    await trips.record_scheme(api)
    trip = await course.record(api)
    browser = await api.browser("fagutvikling")
    here = f"/feriereiser/turar/{trip['id']}"
    typed = {"avgjerd": "reject", "dag": "15.4.2022", "grunn": "", "sein": "", "tekst": ""}
    answer = await submit(browser, f"{here}/vedtak", **typed)
    assert (answer.status_code, set(list_errors(answer))) == (422, {"grunn", "tekst"})
    typed |= {"grunn": "lower_rank", "tekst": "Det var fleire søkjarar enn fondet rekk til."}
    assert await say(browser, f"{here}/vedtak", **typed) == "Turen er avslegen."
    assert "Andre vart sette føre" in await read(browser, here)


async def test_a_trip_is_changed_and_cancelled(api: Api) -> None:
    await trips.record_scheme(api)
    trip = await course.record(api)
    browser = await api.browser("fagutvikling")
    here = f"/feriereiser/turar/{trip['id']}"
    assert await say(browser, f"{here}/endring", til="25.6.2022") == "Turen er endra."
    assert "5 netter" in await read(browser, here)
    assert await say(browser, f"{here}/avlysing", dag="1.5.2022", grunn="Sjukdom") == "Turen er avlyst."
    assert "Sjukdom" in await read(browser, here)


async def test_the_fund_gets_what_is_set_aside(api: Api) -> None:
    await trips.record_scheme(api)
    browser = await api.browser("fagutvikling")
    typed = {"kva": "gift", "belop": "1 500,50", "dag": "1.2.2022", "grunn": "Frå ei foreining"}
    assert await say(browser, "/feriereiser/2022/fond/post", **typed) == "1 500,50 kroner er førte i feriefondet."
    text = await read(browser, "/feriereiser/2022/fond")
    assert "Gåve" in text
    assert "1 500,50" in text
    answer = await submit(browser, "/feriereiser/2022/fond/post", **typed | {"belop": "0"})
    assert (answer.status_code, set(list_errors(answer))) == (422, {"belop"})


async def test_each_trip_in_the_fund_has_a_link_of_its_own_name(api: Api) -> None:
    """Also where two trips have the same days; finance reads which one, and has no link."""
    await trips.record_scheme(api)
    await course.fill_fund(api)
    await course.granted(api)
    await course.granted(api, staffing={"diet_per_staff": "200.00"})
    text = await read(await api.browser("fagutvikling"), "/feriereiser/2022/fond")
    named = "Turen 20. juni 2022 – 26. juni 2022"
    for amount in ("2 400", "2 500"):
        assert f'aria-label="{named}, sett av til ein tur {amount} kroner">{named}</a>' in text
    seen = await read(await api.browser("okonomi"), "/feriereiser/2022/fond")
    assert (seen.count(named), "/feriereiser/turar/" in seen) == (2, False)


async def test_a_warning_says_of_whom_it_is(api: Api) -> None:
    """T22."""
    await trips.record_scheme(api)
    parts = [{"from": "08:00", "to": "21:00"}]
    staff = [course.line(name, shifts=[{"on": "2022-06-20", "parts": parts}]) for name in ("A1", "B2")]
    trip = await course.planned(api, staffing={"staff": staff})
    text = await read(await api.browser("habilitering"), f"/feriereiser/turar/{trip['id']}")
    for name in ("A1", "B2"):
        assert f"<b>{name}</b>: Har ei vakt på meir enn 12 timar og 30 minutt." in text


async def test_what_came_into_the_fund_by_mistake_is_annulled(api: Api) -> None:
    await course.fill_fund(api)
    await course.fill_fund(api, amount="777.00")
    browser = await api.browser("fagutvikling")
    entries = ok(await api.finance.get("/v1/trip-fund/entries"), 200)["items"]
    (wrong,) = (one["id"] for one in entries if one["amount"] == "777.00")
    path = f"/feriereiser/2022/fond/{wrong}/annullering"
    assert path in (await browser.get("/feriereiser/2022/fond")).text
    answer = await submit(browser, path, grunn="")
    assert (answer.status_code, set(list_errors(answer))) == (422, {"grunn"})
    assert await say(browser, path, grunn="Ført to gonger.") == "777 kroner er annullerte i feriefondet."
    text = await read(browser, "/feriereiser/2022/fond")
    assert "Annullert: Ført to gonger." in text
    assert path not in (await browser.get("/feriereiser/2022/fond")).text
    again = await submit(browser, path, grunn="Ført to gonger.")
    assert again.status_code == 409
    assert (await browser.get(f"/feriereiser/2022/fond/{uuid4()}/annullering")).status_code == 404


async def test_the_overview_says_who_is_free_for_a_trip(api: Api) -> None:
    """T23, T24: by the year after the interval; what is about so few is in no evaluation."""
    await trips.record_scheme(api)
    await course.fill_fund(api)
    await course.granted(api)
    text = await read(await api.browser("fagutvikling"), "/feriereiser/2022/oversyn")
    for shown in ("Sprek Hage", "2022", "2024", "for få til å visast"):
        assert shown in text, shown


async def test_finance_reads_the_fund_and_no_trip(api: Api) -> None:
    """X3: sums without names."""
    await course.fill_fund(api)
    browser = await api.browser("okonomi")
    assert "Løyvd av kommunen" in await read(browser, "/feriereiser/2022/fond")
    assert (await browser.get("/feriereiser/2022/turar")).status_code == 403


async def test_the_service_of_a_trip_writes_its_plan_alone(api: Api) -> None:
    """X3."""
    await trips.record_scheme(api)
    trip = await course.record(api, service_area="habilitation")
    browser = await api.browser("habilitering")
    here = f"/feriereiser/turar/{trip['id']}"
    text = await read(browser, here)
    assert "Skriv bemanningsplan" in text
    assert "Gjer vedtak" not in text
    typed = {"hvem0": "A1", "vil0": "1.3.2022", "vakt0d0": "09:00–21:30", **RATES}
    assert "Planen er lagra" in await say(browser, f"{here}/plan", **typed)
    assert (await browser.get(f"{here}/vedtak")).status_code == 403


CLOCKS = st.builds("{:02}:{:02}".format, st.integers(0, 23), st.integers(0, 59))
PARTS = st.fixed_dictionaries({"from": CLOCKS, "to": CLOCKS, "kind": st.sampled_from(["active", "travel", "passive"])})


@given(st.lists(PARTS, min_size=1, max_size=4))
def test_a_shift_is_read_as_it_is_written(parts: list[dict[str, Any]]) -> None:
    """T13."""
    shift = {"parts": parts}
    assert parse_shift(write_shift(shift)) == shift


def test_counted_minutes_keep_their_reason() -> None:
    """T13: 5 h 40 min is 340 minutes."""
    counted = {"parts": None, "counted_minutes": 340, "reason": "Tabellen"}
    assert (write_shift(counted), describe_shift(counted)) == ("340 min Tabellen", "5 t 40 min".replace(" ", NBSP))
    assert parse_shift("340 min Tald i turnusplanen") == {"counted_minutes": 340, "reason": "Tald i turnusplanen"}


@pytest.mark.parametrize("typed", ["", "9-17", "09:00", "24:00–25:00", "09:60–10:00", "09:00–10:00 natt", "340 min"])
def test_what_is_no_shift(typed: str) -> None:
    with pytest.raises(Invalid):
        parse_shift(typed)
