"""Surveys of the next of kin on the page: the list, and the forms by which the case office records counts (S6, S7)."""

import httpx
import pytest

from tests.conftest import Api
from tests.factories.places import got
from tests.factories.steps import ok
from tests.web.html import find_faults, list_errors, list_links, parse, read_fields, read_message, submit

PAGE = "/undersokingar"
SURVEY = {"namn": "IVARETATT?", "fra": "1.12.2021", "til": "31.3.2022", "kjelde": "Eksport frå skjemaet"}
ANSWERS = {
    "spoersmaal": "Vert du ivareteken?",
    "omraade": "habilitation",
    "spurde": "60",
    "svara": "22",
    "svar": "Ja: 20\nNei: 2",
}


@pytest.fixture
async def browser(api: Api) -> httpx.AsyncClient:
    return await api.browser("sakshandsamar")


async def read(api: Api, person: str, address: str) -> str:
    """The text of a page, which has no faults."""
    answer = await (await api.browser(person)).get(address)
    assert (answer.status_code, find_faults(answer)) == (200, []), answer.text
    return " ".join(one.text for one in parse(answer).all("main"))


async def record(browser: httpx.AsyncClient) -> str:
    """The page of a new survey."""
    answer = await submit(browser, f"{PAGE}/ny", **SURVEY)
    assert answer.status_code == 303, answer.text
    assert read_message(browser) == "IVARETATT? er lagra. Legg inn svara."
    return answer.headers["location"]


async def test_a_survey_is_recorded_question_by_question(api: Api, browser: httpx.AsyncClient) -> None:
    page = await record(browser)
    [survey] = (await got(api.manager, "/v1/surveys"))["items"]
    assert (survey["name"], survey["from"], survey["to"]) == ("IVARETATT?", "2021-12-01", "2022-03-31")
    assert page == f"{PAGE}/{survey['id']}"
    for changes in ({}, {"omraade": "", "spurde": "90", "svara": "50", "svar": "Ja : 40\r\n\r\n Nei:9"}):
        answer = await submit(browser, f"{page}/svar", **ANSWERS | changes)
        assert (answer.status_code, answer.headers.get("location")) == (303, page), answer.text
    results = (await got(api.case_officer, f"/v1/surveys/{survey['id']}/results"))["items"]
    assert [
        (one["service_area"], one["invited"], one["answered"], [(a["value"], a["count"]) for a in one["answers"]])
        for one in results
    ] == [("habilitation", 60, 22, [("Ja", 20), ("Nei", 2)]), (None, 90, 50, [("Ja", 40), ("Nei", 9)])]
    text = await read(api, "sakshandsamar", page)
    assert "Habilitering20222" in text.replace(" ", "") + " "
    assert "Alle tenestene" in text


async def test_counts_are_mended_from_the_row(api: Api, browser: httpx.AsyncClient) -> None:
    """What was recorded stands in the form, and the new counts are in its place."""
    page = await record(browser)
    await submit(browser, f"{page}/svar", **ANSWERS)
    [address] = [link for link in list_links(await browser.get(page)) if "?svar=" in link]
    fields = read_fields(await browser.get(address), f"{page}/svar")
    assert (fields["spoersmaal"], fields["omraade"], fields["svar"]) == (
        ["Vert du ivareteken?"], ["habilitation"], ["Ja: 20\nNei: 2"]
    )  # fmt: skip
    assert (await submit(browser, address, svar="Ja: 19\nNei: 3")).status_code == 303
    [result] = (await got(api.case_officer, f"/v1{page.replace(PAGE, '/surveys')}/results"))["items"]
    assert [one["count"] for one in result["answers"]] == [19, 3]


async def test_management_reads_what_is_not_of_few(api: Api, browser: httpx.AsyncClient) -> None:
    page = await record(browser)
    await submit(browser, f"{page}/svar", **ANSWERS)
    for person in ("leiar", "okonomi"):
        assert "IVARETATT?" in await read(api, person, PAGE)
        text = await read(api, person, page)
        assert text.count("for få til å visast") == 2
        answer = await (await api.browser(person)).get(page)
        assert not [link for link in list_links(answer) if link.endswith("/svar") or "?svar=" in link]
        assert (await (await api.browser(person)).get(f"{page}/svar")).status_code == 403
    links = list_links(await (await api.browser("leiar")).get("/styringstal/2022"))
    assert PAGE in links


@pytest.mark.parametrize(
    ("typed", "faults"),
    [
        (SURVEY | {"namn": ""}, {"namn"}),
        (SURVEY | {"fra": "30.2.2022"}, {"fra"}),
        (SURVEY | {"til": "30.11.2021"}, {"til"}),
        (SURVEY | {"kjelde": "x" * 501}, {"kjelde"}),
        (SURVEY, {"namn"}),
    ],
)
async def test_a_survey_that_is_wrong_is_not_recorded(
    api: Api, browser: httpx.AsyncClient, typed: dict[str, str], faults: set[str]
) -> None:
    """The last: it is there already."""
    await record(browser)
    answer = await submit(browser, f"{PAGE}/ny", **typed)
    assert (answer.status_code in (409, 422), set(list_errors(answer))) == (True, faults), answer.text
    assert len((await got(api.case_officer, "/v1/surveys"))["items"]) == 1


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        ({"spoersmaal": ""}, {"spoersmaal"}),
        ({"omraade": "anna"}, {"omraade"}),
        ({"spurde": "mange"}, {"spurde"}),
        ({"svara": "61"}, {"svara"}),
        ({"svara": "4", "svar": "Ja: 4"}, {"svara"}),
        ({"svar": ""}, {"svar"}),
        ({"svar": "Ja 20"}, {"svar"}),
        ({"svar": "Ja: tjue"}, {"svar"}),
        ({"svar": ": 20"}, {"svar"}),
        ({"svar": "Ja: -1\nNei: 9"}, {"svar"}),
        ({"svar": "Ja: ²"}, {"svar"}),
        ({"svar": "Ja: 10\nJa: 10"}, {"svar"}),
        ({"svar": "Ja: 20\nNei: 3"}, {"svar"}),
        ({"svar": "Mor mi fekk ikkje hjelp!: 9"}, {"svar"}),
        ({"svar": "\n".join(f"{number}: 1" for number in range(21))}, {"svar"}),
    ],
)
async def test_answers_that_are_wrong_are_not_recorded(
    api: Api, browser: httpx.AsyncClient, changes: dict[str, str], faults: set[str]
) -> None:
    page = await record(browser)
    answer = await submit(browser, f"{page}/svar", **ANSWERS | changes)
    assert (answer.status_code, set(list_errors(answer))) == (422, faults), answer.text
    assert find_faults(answer) == []
    survey_id = page.rpartition("/")[2]
    assert (await got(api.case_officer, f"/v1/surveys/{survey_id}/results"))["items"] == []


async def test_a_survey_that_is_not_there(browser: httpx.AsyncClient) -> None:
    address = f"{PAGE}/016e0000-0000-7000-8000-0000000000ff"
    for path in (address, f"{address}/svar"):
        assert (await browser.get(path)).status_code == 404
    page = await record(browser)
    assert (await browser.get(f"{page}/svar?svar=016e0000-0000-7000-8000-0000000000ff")).status_code == 200


async def test_a_survey_is_recorded_through_the_api_too(api: Api, browser: httpx.AsyncClient) -> None:
    """The list has the last one first."""
    for year in (2021, 2023):
        body = {"name": f"Undersøking {year}", "from": f"{year}-01-01", "to": f"{year}-02-01", "source": "Eksport"}
        ok(await api.case_officer.post("/v1/surveys", json=body))
    text = await read(api, "sakshandsamar", PAGE)
    assert text.index("Undersøking 2023") < text.index("Undersøking 2021")
    assert f"{PAGE}/ny" in list_links(await browser.get(PAGE))
