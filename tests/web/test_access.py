"""Screen 13: who has seen whose data, on the page."""

import json
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest

from app.http.log_words import NOUNS, PURPOSES, REASON_WORDS, VERBS, describe_action, describe_purpose
from app.http.log_words_bokmaal import BOKMAAL
from tests.conftest import Api
from tests.factories import steps
from tests.factories.access_log import look
from tests.web.html import find_faults, list_links, parse

# Operations that are about no participant are never in the log of one.
IMPERSONAL = {
    "capacities", "capacity", "code_lists", "competence_statement", "competence_statements", "deviations",
    "expected_refund", "expected_refunds", "frame", "frames", "framsikt", "guideline_evaluation",
    "guideline_evaluations", "guideline_version", "guideline_versions", "invoice", "invoices", "liveness", "moves",
    "figure_definitions", "figures", "open_stairs", "position", "survey", "survey_result", "survey_results", "surveys",
    "problem_type", "processing_times", "provider", "provider_deviations", "providers", "rate", "rates", "readiness",
    "calendar", "calendar_subscription", "calendar_subscriptions",
    "settlements", "snapshot", "snapshots", "trip_estimate", "trip_evaluation", "trip_rounds",
    "trip_scheme", "trip_schemes", "vacancies",
}  # fmt: skip


def test_every_operation_has_words() -> None:
    """A new one is named here with what it lacks in app/http/log_words.py, or among those about nobody."""
    document = json.loads(Path("openapi/openapi.json").read_text())
    ids = [one["operationId"] for path in document["paths"].values() for one in path.values() if "operationId" in one]
    lacking = []
    for id_ in ids:
        verb = next((verb for verb in sorted(VERBS, key=len, reverse=True) if id_.startswith(f"{verb}_")), "")
        if not verb or id_.removeprefix(f"{verb}_") not in {*NOUNS, *IMPERSONAL}:
            lacking.append(id_)
    assert lacking == []


def test_words_of_an_operation() -> None:
    assert describe_action("read_placement") == "Såg plassen"
    assert describe_action("look_up_participant") == "Slo opp personen"
    assert describe_action("compute_what_if_years") == "Rekna på kva plassen kostar i fleire år"
    assert describe_purpose("case_handling") == "Sakshandsaming"


async def test_officer_shows_a_person_who_has_seen_them(api: Api) -> None:
    person = await steps.participant(api)
    await api.service("habilitation").get(f"/v1/participants/{person}")
    browser = await api.browser("sakshandsamar")
    await browser.get(f"/deltakarar/{person}")
    answer = await browser.get(f"/innsyn/{person}")
    assert (answer.status_code, find_faults(answer)) == (200, [])
    text = " ".join(one.text for one in parse(answer).all("tbody"))
    assert "Sakshandsamar (demo)" in text
    assert "Såg personen" in text
    assert "Registrerte personen" in text


async def test_auditor_finds_a_person_and_reads_their_log(api: Api) -> None:
    person = await steps.participant(api, given_name="Åse", family_name="Lykt")
    browser = await api.browser("revisor")
    answer = await browser.get("/logg", params={"name": "lykt"})
    assert find_faults(answer) == []
    [link] = [one for one in parse(answer).all("a") if one.text == "Åse Lykt"]
    assert link.attributes["href"] == f"?deltakar={person}"
    answer = await browser.get("/logg", params={"deltakar": person})
    assert find_faults(answer) == []
    assert {one.text for one in parse(answer).all("td", **{"data-label": "Om"})} == {"Åse Lykt"}


async def test_log_is_narrowed_by_caller_and_day(api: Api) -> None:
    await steps.participant(api)
    browser = await api.browser("revisor")
    answer = await browser.get("/logg", params={"kven": "person:finst-ikkje"})
    assert "Ingen oppslag passar" in answer.text
    answer = await browser.get("/logg", params={"kven": "person:case_officer", "utfall": "allowed"})
    assert parse(answer).all("td", **{"data-label": "Kva"})


@pytest.mark.parametrize("query", [{"fra": "i går"}, {"utfall": "kanskje"}, {"deltakar": "x"}, {"kven": "æ"}])
async def test_log_that_cannot_be_asked_for_is_a_page_with_a_way_on(api: Api, query: dict[str, str]) -> None:
    answer = await (await api.browser("revisor")).get("/logg", params=query)
    assert (answer.status_code, find_faults(answer)) == (422, [])


async def test_auditor_narrows_the_log_by_what_was_done_and_by_whom(api: Api) -> None:
    person = await steps.participant(api, given_name="Åse", family_name="Lykt")
    await api.service("habilitation").get(f"/v1/participants/{person}")
    browser = await api.browser("revisor")
    page = await browser.get("/logg")
    links = list_links(page)
    assert links["?handling=read_participant"] == "Såg personen"
    narrowed = await browser.get("/logg?handling=register_participant")
    assert (narrowed.status_code, find_faults(narrowed)) == (200, [])
    assert {one.text.strip() for one in parse(narrowed).all("td", **{"data-label": "Kva"})} == {"Registrerte personen"}
    caller = next(address for address in links if address.startswith("?kven=person%3Aservice"))
    by = await browser.get(f"/logg{caller}")
    assert {one.text.strip() for one in parse(by).all("td", **{"data-label": "Kva"})} == {"Såg personen"}


async def test_auditor_takes_the_log_away_as_it_is_narrowed(api: Api) -> None:
    await steps.participant(api)
    browser = await api.browser("revisor")
    page = await browser.get("/logg?handling=register_participant")
    file = next(address for address in list_links(page) if address.startswith("/logg/fil"))
    answer = await browser.get(file)
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="innsynslogg.csv"'
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert "Registrerte personen;register_participant;Sakshandsaming" in lines[1]


async def test_auditor_finds_a_person_by_number(api: Api) -> None:
    number = "23849150073"
    person = await steps.participant(api, national_identity_number=number)
    browser = await api.browser("revisor")
    page = await browser.get("/logg")
    csrf = parse(page).all("input", name="csrf")[0].attributes["value"]
    sent = {"csrf": csrf, "national_identity_number": "238491 50073"}
    answer = await browser.post("/logg/oppslag", data=sent)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/logg?deltakar={person}")
    assert "Registrerte personen" in (await browser.get(answer.headers["location"])).text
    answer = await browser.post("/logg/oppslag", data=sent | {"national_identity_number": "23849150154"})
    assert answer.status_code == 404


async def test_summary_leads_to_the_lines_behind_a_row(api: Api) -> None:
    person = await steps.participant(api)
    await api.service("habilitation").get(f"/v1/participants/{person}")
    browser = await api.browser("revisor")
    page = await browser.get("/logg/samandrag")
    assert (page.status_code, find_faults(page)) == (200, [])
    whys = [one.text for one in parse(page).all("td", **{"data-label": "Kvifor"})]
    assert sorted(whys) == ["Oppfølging av tenesta", "Sakshandsaming"]
    address = next(one for one in list_links(page) if "service" in one)
    lines = await browser.get(address)
    assert {one.text.strip() for one in parse(lines).all("td", **{"data-label": "Kva"})} == {"Såg personen"}
    wrong = await browser.get("/logg/samandrag?fra=01.02.2022&til=01.01.2022")
    assert wrong.status_code == 422


async def test_unusual_looks_are_listed_with_the_lines_behind_them(
    committed_api: Api, behind: asyncpg.Connection
) -> None:
    namesake = await steps.participant(committed_api, given_name="Lyng", family_name="Revisorsen")
    await behind.execute(
        "insert into web_person (actor, name) values ('person:kari', 'Kari Revisorsen')"
        " on conflict (actor) do update set name = excluded.name"
    )
    saturday = datetime(2022, 3, 5, 11, tzinfo=UTC)
    await look(behind, saturday, [namesake], actor="person:kari")
    browser = await committed_api.browser("revisor")
    assert list_links(await browser.get("/logg"))["/logg/uvanleg"] == "Uvanlege oppslag"
    page = await browser.get("/logg/uvanleg?fra=01.03.2022&til=31.03.2022")
    assert (page.status_code, find_faults(page)) == (200, [])
    cells = {label: [one.text for one in parse(page).all("td", **{"data-label": label})] for label in ("Kva", "Meir")}
    assert cells == {"Kva": ["Same etternamn", "Utanom kontortid"], "Meir": ["Lyng Revisorsen", "–"]}
    address = next(one for one in list_links(page) if "kari" in one)
    assert address == "/logg?kven=person%3Akari&fra=05.03.2022&til=05.03.2022"
    lines = parse(await browser.get(address)).all("td", **{"data-label": "Om"})
    assert [one.text for one in lines] == ["Lyng Revisorsen"]
    assert "Ingen uvanlege oppslag" in (await browser.get("/logg/uvanleg?fra=01.04.2022&til=02.04.2022")).text
    assert (await browser.get("/logg/uvanleg?fra=01.02.2022&til=01.01.2022")).status_code == 422


def test_every_word_of_the_log_has_one_in_bokmaal() -> None:
    """And none is left over: a new word is named in app/http/log_words_bokmaal.py."""
    assert {*VERBS.values(), *NOUNS.values(), *PURPOSES.values(), *REASON_WORDS.values()} == BOKMAAL.keys()
    assert describe_action("read_placement", "nb") == "Så plassen"
    assert describe_action("list_absences", "nb") == "Så fravær"
    assert describe_purpose("accounting", language="nb") == "Regnskap og budsjett"
    assert describe_purpose("case_handling", "other", "2022/1", "nb") == "Saksbehandling: annen grunn, sak 2022/1"
    spoken = " ".join(BOKMAAL.values())
    assert not [word for word in ("kva", "kven", "frå", "eit", "ikkje", "fleire") if word in spoken.split()]


async def test_a_persons_own_log_says_for_which_unit_in_both_languages(api: Api) -> None:
    await steps.law(api)
    provider_id, person = await steps.provider(api), await steps.participant(api)
    await api.case_officer.post("/v1/placements", json=steps.legacy(person, provider_id))
    await api.provider("310300403").get(f"/v1/participants/{person}")
    await api.service("habilitation").get(f"/v1/participants/{person}")
    browser = await api.browser("sakshandsamar")
    nynorsk, bokmaal = [await browser.get(f"/innsyn/{person}{query}") for query in ("", "?maal=nb")]
    for page, label, service, what in (
        (nynorsk, "Eining", "Utøvande teneste", "Såg personen"),
        (bokmaal, "Enhet", "Utøvende tjeneste", "Så personen"),
    ):
        assert (page.status_code, find_faults(page)) == (200, [])
        units = [one.text for one in parse(page).all("td", **{"data-label": label})]
        assert {"Gløde AS", service, "Forvaltningskontoret"} <= set(units)
        assert what in page.text
    assert "Hvem har sett Sprek Hage?" in bokmaal.text
    assert list_links(nynorsk)["?maal=nb"] == "Bokmål"
    assert list_links(bokmaal)["?maal=nn"] == "Nynorsk"
