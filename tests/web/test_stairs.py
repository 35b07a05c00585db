"""`/trapp` (K8): what each step is, what is offered where, and how to ask for it, for everybody."""

import httpx
import pytest

from app.http.attempts import Attempts
from app.web.stairs import CATEGORIES, PAGE
from tests.conftest import Api
from tests.factories import stairs, steps
from tests.factories.steps import ok
from tests.web.html import Html, parse


async def look(api: Api) -> Html:
    answer = await (await api.browser()).get(PAGE)
    assert answer.status_code == 200, answer.text
    page = parse(answer)
    assert page.faults == []
    return page


def text_of(page: Html) -> str:
    [main] = page.all("main")
    return " ".join(main.text.split())


def list_cells(page: Html) -> list[list[str]]:
    """The cells of each row of a table, in order."""
    rows: list[list[str]] = []
    for element in page.elements:
        if element.tag == "tr":
            rows.append([])
        elif element.tag in ("th", "td"):
            rows[-1].append(element.text)
    return rows


async def test_it_is_there_before_anything_is_entered(api: Api) -> None:
    assert text_of(await look(api)).count("Ingen trinn er lagde inn enno.") == 2


async def test_it_says_what_is_offered_where_and_how_to_ask(api: Api) -> None:
    """K1, K2: by the service's own words, else by whether it takes a decision."""
    third = await stairs.step(api, number=3, name="Bustad med hjelp", description="Du bur for deg sjølv.")
    own = {"how_to_apply": "Ring 56 37 50 00.", "address": "https://www.alver.kommune.no/?a=1&b=2"}
    await stairs.service(api, third, name="A-tilbod", place="Manger", **own)
    await stairs.service(api, third, name="B-tilbod")
    await stairs.service(api, third, name="C-tilbod", requires_decision=False, provided_by="Frisklivssentralen")
    await stairs.step(api, "activity", number=7, category=1, name="Møteplassar")
    page = await look(api)
    [offered] = [one for one in page.all("li", **{"class": "card step"}) if "Bustad med hjelp" in one.text]
    text = " ".join(offered.text.split())
    assert text.startswith("3Trinn 3: Bustad med hjelp Du bur for deg sjølv.")
    first, second, third_service = (text.split(name)[1] for name in ("A-tilbod", "B-tilbod", "C-tilbod"))
    assert "Kvar Manger" in first.replace("Kvar", "Kvar ")
    assert "Ring 56 37 50 00." in first
    assert "Krev vedtak" in second
    assert "Søk til Forvaltningskontoret i Alver kommune." in second
    assert "Utan vedtak" in third_service
    assert "Ta kontakt med Frisklivssentralen." in third_service
    assert [link.attributes["href"] for link in page.all("a") if "a=1" in link.text] == [own["address"]]
    # K1: the category stands above a step that has another name.
    assert CATEGORIES[1] in text_of(page)


async def test_places_stand_in_a_table_that_adds_up(api: Api) -> None:
    """K3, K6: the cells, their sums, and where the printed totals are others."""
    body, _ = await stairs.printed_table(api)
    ok(await api.case_officer.post("/v1/stairs/housing/tables", json=body))
    page = await look(api)
    rows = list_cells(page)
    assert rows[0][1:] == [*stairs.CASES["areas"], "I alt"]
    for row, case in zip(rows[1:-1], stairs.CASES["rows"], strict=True):
        assert row[1:] == [str(number) for number in (*case["cells"].values(), case["sum"])]
    assert rows[-1] == ["Alle", "97", "74", "59", "52", "28", "9", "319"]
    text = text_of(page)
    assert "Omsorgsbustader utan base/fast bemanning: 93 er trykt, 88 er summen." in text
    assert "Alle plassane: 323 er trykt, 319 er summen." in text
    assert "Knarvik: " not in text
    # Where a service has places, and where it has none.
    assert "Manger, Lindås, Ostereidet" in text
    assert "Ingen stad enno" in text


async def test_what_nobody_has_counted_is_no_nought(api: Api) -> None:
    """K3."""
    third, fourth = await stairs.step(api, number=3), await stairs.step(api, number=4)
    await stairs.capacity(api, third, 5)
    await stairs.capacity(api, fourth, 6, place="Manger")
    rows = list_cells(await look(api))
    assert [row[1:] for row in rows[1:]] == [["5", "–", "5"], ["–", "6", "6"], ["5", "6", "11"]]


@pytest.mark.parametrize(("people", "said"), [(0, "4 plassar, 0 i bruk"), (1, "er for få til å visast")])
async def test_places_at_sheltered_enterprises(api: Api, people: int, said: str) -> None:
    """K5, S6."""
    await steps.law(api)
    await stairs.service(api, await stairs.step(api, "activity", number=2), "activity", kind="sheltered_enterprise")
    provider_id = await steps.provider(api, places=4)
    for _ in range(people):
        await steps.recorded(api, provider_id)
    assert said in text_of(await look(api))


async def test_what_is_entered_is_text(api: Api) -> None:
    """A name is never markup."""
    await stairs.service(api, await stairs.step(api), name="<script>alert(1)</script>", for_whom="<b>Alle</b>")
    page = await look(api)
    assert "<script>alert(1)</script>" in text_of(page)
    assert [one for one in page.all("script") if "src" not in one.attributes] == []


async def test_it_is_found_from_every_page_and_for_who_is_logged_in(api: Api) -> None:
    for browser in (await api.browser(), await api.browser("sakshandsamar")):
        links = [link.attributes["href"] for link in parse(await browser.get("/tilgjenge")).all("a")]
        assert PAGE in links
        assert (await browser.get(PAGE)).status_code == 200


async def test_it_shares_the_limit_of_the_open_data(api: Api) -> None:
    """K8: 429 as a page."""
    api.app.state.open_calls = Attempts(1, "open data")
    try:
        browser = await api.browser()
        answers: list[httpx.Response] = [await browser.get(PAGE) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [200, 429]
        assert "For mange førespurnader" in parse(answers[1]).all("main")[0].text
    finally:
        api.app.state.open_calls = Attempts(0, "open data")
