"""Screens 2 and 3: finding a person, and one person's whole way, on the page."""

import httpx
import pytest

from app.clock import new_id
from app.web.calls import Api as Calls
from tests.conftest import Api
from tests.factories import follow_up, steps
from tests.factories.participants import NUMBER
from tests.factories.steps import ok
from tests.factories.world import build
from tests.web.html import Html, find_faults, parse

ON = {"on": "31.08.2022"}


def names_of(page: Html) -> list[str]:
    """Who is in the table of the answer."""
    return [one.text for one in page.all("th", scope="row")]


async def logged_people(api: Api, actor: str) -> set[str]:
    """Whom the access log says that somebody has seen."""
    rows = (await api.auditor.get("/v1/access-log", params={"actor": actor, "limit": 200})).json()["items"]
    return {row["participant_id"] for row in rows}


async def look_up(browser: httpx.AsyncClient, number: str) -> httpx.Response:
    page = parse(await browser.get("/deltakarar"))
    csrf = page.all("input", name="csrf")[0].attributes["value"]
    return await browser.post("/deltakarar/oppslag", data={"csrf": csrf, "national_identity_number": number})


async def test_nobody_is_looked_up_before_something_is_searched_for(api: Api) -> None:
    await steps.participant(api)
    answer = await (await api.browser("sakshandsamar")).get("/deltakarar")
    assert (answer.status_code, find_faults(answer)) == (200, [])
    assert await logged_people(api, "person:test-sakshandsamar") == set()


async def test_search_finds_by_the_beginning_of_a_name_and_logs_those_alone(api: Api) -> None:
    await steps.law(api)
    provider_id = await steps.provider(api)
    found = await steps.participant(api, given_name="Åse", family_name="Lykt")
    await steps.participant(api, given_name="Odd", family_name="Bjørk")
    ok(await api.case_officer.post("/v1/placements", json=steps.legacy(found, provider_id)))
    answer = await (await api.browser("sakshandsamar")).get("/deltakarar", params={"name": "as ly"} | ON)
    page = parse(answer)
    assert find_faults(answer) == []
    assert names_of(page) == ["Åse Lykt"]
    assert [one.text for one in page.all("span", **{"class": "tag tag--success"})] == ["Har plass"]
    assert await logged_people(api, "person:test-sakshandsamar") == {found}


async def test_each_part_of_a_search_can_be_taken_away(api: Api) -> None:
    """And the day stays: where people stood is as of it."""
    await steps.participant(api, given_name="Åse", family_name="Lykt")
    browser = await api.browser("sakshandsamar")
    asked = {"name": "as ly", "birth_date": "1.1.1990", "standing": "placed", "service_area": "other"} | ON
    page = parse(await browser.get("/deltakarar", params=asked))
    chips = {
        one.text.removeprefix("Fjern filteret "): one.attributes["href"] for one in page.all("a", **{"class": "chip"})
    }
    assert list(chips) == ["Namn: as ly", "Fødd: 1.1.1990", "Står som: Har plass", "Teneste: Anna"]
    assert "standing=" not in chips["Står som: Har plass"]
    assert all("on=31.08.2022" in address for address in chips.values())
    assert [one.attributes["value"] for one in page.all("input", name="on")] == ["31.08.2022"] * 3


async def test_nobody_by_that_name_leads_the_office_to_a_new_one(api: Api) -> None:
    for person, links in (("sakshandsamar", 2), ("habilitering", 0)):
        answer = await (await api.browser(person)).get("/deltakarar", params={"name": "finst ikkje"})
        assert "Ingen med det namnet." in answer.text
        assert len(parse(answer).all("a", href="/deltakarar/ny")) == links


async def test_search_is_narrowed_by_standing(api: Api) -> None:
    person = await steps.participant(api, given_name="Åse", family_name="Lykt")
    await steps.application(api, person)
    browser = await api.browser("sakshandsamar")
    answer = await browser.get("/deltakarar", params={"name": "lykt", "standing": "applicant"} | ON)
    assert names_of(parse(answer)) == ["Åse Lykt"]
    answer = await browser.get("/deltakarar", params={"name": "lykt", "standing": "placed"} | ON)
    assert names_of(parse(answer)) == []
    assert "1 utanfor avgrensinga" in answer.text


async def test_service_finds_people_of_its_own_area_alone(api: Api) -> None:
    await steps.participant(api, given_name="Åse", family_name="Lykt", service_area="habilitation")
    await steps.participant(api, given_name="Odd", family_name="Lykt", service_area="mental_health")
    answer = await (await api.browser("psykisk-helse")).get("/deltakarar", params={"name": "lykt"})
    assert (names_of(parse(answer)), find_faults(answer)) == (["Odd Lykt"], [])


async def test_nobody_with_that_name_is_said(api: Api) -> None:
    answer = await (await api.browser("sakshandsamar")).get("/deltakarar", params={"name": "finstikkje"})
    assert "Ingen med det namnet." in answer.text


@pytest.mark.parametrize("query", [{"name": "x"}, {"birth_date": "i går"}, {"name": "li", "after": "x"}])
async def test_search_that_cannot_be_done_is_a_page_with_a_way_on(api: Api, query: dict[str, str]) -> None:
    answer = await (await api.browser("sakshandsamar")).get("/deltakarar", params=query)
    assert (answer.status_code, find_faults(answer)) == (422, [])


async def test_identity_number_leads_to_the_person_and_stands_in_no_address(api: Api) -> None:
    person = await steps.participant(api, national_identity_number=NUMBER, birth_date="1991-04-23")
    browser = await api.browser("sakshandsamar")
    answer = await look_up(browser, f"{NUMBER[:6]} {NUMBER[6:]}")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/deltakarar/{person}")


@pytest.mark.parametrize(("number", "status"), [("12345678901", 422), ("", 422), ("x" * 11, 422)])
async def test_number_that_finds_nobody_is_said(api: Api, number: str, status: int) -> None:
    answer = await look_up(await api.browser("sakshandsamar"), number)
    assert (answer.status_code, find_faults(answer)) == (status, [])
    assert number == "" or number not in answer.text
    assert [one.text for one in parse(answer).all("a", href="/deltakarar")][-1] == "Søk på nytt"


async def test_number_of_nobody_is_said_in_words(api: Api) -> None:
    """And it leads back to the search."""
    await steps.participant(api)
    answer = await look_up(await api.browser("sakshandsamar"), NUMBER)
    assert (answer.status_code, find_faults(answer)) == (404, [])
    assert "Ingen er registrert med det nummeret." in answer.text
    assert [one.text for one in parse(answer).all("a", href="/deltakarar")][-1] == "Søk på nytt"
    assert NUMBER not in answer.text


async def test_lookup_without_the_sessions_token_is_refused(api: Api) -> None:
    browser = await api.browser("sakshandsamar")
    answer = await browser.post("/deltakarar/oppslag", data={"national_identity_number": NUMBER})
    assert answer.status_code == 403


async def test_person_shows_what_was_decided_and_what_happened(api: Api) -> None:
    world = await build(api)
    ids = world.ids["a"]
    answer = await (await api.browser("sakshandsamar")).get(f"/deltakarar/{ids['participant_id']}", params=ON)
    assert (answer.status_code, find_faults(answer)) == (200, [])
    titles = [one.text for one in parse(answer).all("h4")]
    for expected in ("Søknad om plass", "Tildeling av plass", "Oppfølgingsplan", "Evalueringsrapport"):
        assert any(title.startswith(expected) for title in titles), expected
    assert any(title.startswith("Samtykke") for title in titles)
    assert any(title.startswith("Tillegg: kr\u00a03\u00a0000 i månaden") for title in titles)
    assert await logged_people(api, "person:test-sakshandsamar") == {ids["participant_id"]}


async def test_person_shows_what_lacks_something(api: Api) -> None:
    await steps.law(api)
    place = await steps.recorded(api, await steps.provider(api))
    ok(await api.provider("310300403").post("/v1/plans", json=follow_up.plan(place, sent_on=None)))
    person = ok(await api.case_officer.get(f"/v1/placements/{place}"), 200)["participant_id"]
    answer = await (await api.browser("sakshandsamar")).get(f"/deltakarar/{person}", params=ON)
    lacking = parse(answer).all("li", **{"class": "timeline__item timeline__lacks"})
    assert ["Oppfølgingsplan laga, ikkje send" in one.text for one in lacking] == [True]


@pytest.mark.parametrize("only", ["vedtak", "oppfolging"])
async def test_history_is_narrowed(api: Api, only: str) -> None:
    world = await build(api)
    address = f"/deltakarar/{world.ids['a']['participant_id']}"
    answer = await (await api.browser("sakshandsamar")).get(address, params={"berre": only} | ON)
    decisions = parse(answer).all("li", **{"class": "timeline__item timeline__decision"})
    assert bool(decisions) == (only == "vedtak")


async def test_provider_sees_its_own_people_without_amounts(api: Api) -> None:
    world = await build(api)
    browser = await api.browser("vekstbedrift-1")
    own = await browser.get(f"/deltakarar/{world.ids['a']['participant_id']}", params=ON)
    assert (own.status_code, find_faults(own)) == (200, [])
    assert "kr" not in [part for one in parse(own).all("main") for part in one.text.split()]
    other = await browser.get(f"/deltakarar/{world.ids['b']['participant_id']}")
    assert (other.status_code, find_faults(other)) == (404, [])


@pytest.mark.parametrize("person", ["sakshandsamar", "habilitering", "vekstbedrift-1"])
async def test_person_who_does_not_exist_is_as_one_who_may_not_be_seen(api: Api, person: str) -> None:
    answer = await (await api.browser(person)).get(f"/deltakarar/{new_id()}")
    assert (answer.status_code, find_faults(answer)) == (404, [])


async def test_person_takes_a_bounded_number_of_calls(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    original = Calls.get

    async def counted(self: Calls, path: str, **query: object) -> object:
        made.append(path)
        return await original(self, path, **query)  # type: ignore[arg-type]

    monkeypatch.setattr(Calls, "get", counted)
    world = await build(api)
    await (await api.browser("sakshandsamar")).get(f"/deltakarar/{world.ids['a']['participant_id']}")
    assert len(made) <= 15, made
