"""Screen 8, «Kva om»: changes in the address, and what the API says of them; nothing is stored."""

import gzip
import re
from decimal import Decimal
from typing import Any

import httpx
import pytest

from app.web.what_if_changes import OF_A_PLACE
from tests.conftest import Api
from tests.factories import steps
from tests.factories.steps import ok
from tests.web.html import find_faults, list_errors, parse
from tests.web.test_year import amount_of, two_providers

PATH = "/aaret/2022/kva-om"
ON = {"on": "31.08.2022"}
TWO_MORE = {"fleire-1-tal": "2", "fleire-1-fra": "01.10.2022", "fleire-1-til": "", "fleire-1-del": "100"}


def cells(answer: httpx.Response, caption: str) -> list[list[str]]:
    """The cells of the table with a caption, row by row."""
    [table] = [one for one in answer.text.split("<table")[1:] if f">{caption}</caption>" in one]
    body = re.findall(r"<tr.*?</tr>", table.partition("<tbody>")[2].partition("</tbody>")[0])
    return [[re.sub("<[^>]*>", "", cell) for cell in re.findall(r"<t[hd].*?</t[hd]>", row)] for row in body]


async def compute(api: Api, changes: list[dict[str, Any]]) -> dict[str, Any]:
    path = "/v1/budgets/2022/what-if"
    return ok(await api.finance.post(path, json={"changes": changes}, params={"on": "2022-08-31"}), 200)


@pytest.mark.parametrize("person", ["sakshandsamar", "okonomi"])
async def test_without_changes_it_is_the_year_as_it_is(api: Api, person: str) -> None:
    await two_providers(api)
    answer = await (await api.browser(person)).get(PATH, params=ON)
    assert (answer.status_code, find_faults(answer)) == (200, [])
    [forecast, *_] = cells(answer, "Året i dag og med endringane")
    assert amount_of(forecast[1]) == amount_of(forecast[3]) == Decimal(await steps.forecast(api, "2022-08-31"))
    assert "Utan endringar er det" in answer.text


async def test_every_number_is_the_apis(api: Api) -> None:
    await two_providers(api)
    answer = await (await api.browser("okonomi")).get(PATH, params=ON | TWO_MORE)
    assert (answer.status_code, find_faults(answer)) == (200, [])
    found = await compute(api, [{"change": "add_places", "places": 2, "from": "2022-10-01", "share": 100}])
    before, after = found["before"], found["after"]
    rows = {row[0]: row[1:] for row in cells(answer, "Året i dag og med endringane")}
    for name, key in (("Prognose", "forecast"), ("Att av ramma", "difference")):
        was, moved, will_be = (amount_of(text.replace("+", "")) for text in rows[name])
        assert (was, will_be) == (Decimal(before[key]), Decimal(after[key]))
        assert moved == will_be - was
    months = cells(answer, "Kostnad kvar månad før og etter")
    assert [[amount_of(text.replace("+", "")) for text in row[1:]] for row in months] == [
        [Decimal(one[name]) for name in ("before", "after", "difference")] for one in found["months"]
    ]
    assert "2 plassar til frå 1.\u00a0oktober 2022" in answer.text
    body = {
        "from_year": 2022, "to_year": 2026,
        "changes": [{"change": "add_places", "places": 2, "from": "2022-10-01"}],
    }  # fmt: skip
    several = ok(await api.finance.post("/v1/budgets/what-if/years", json=body, params={"on": "2022-08-31"}), 200)
    years = cells(answer, "Prognose og ramme kvart år")
    assert [(row[0], amount_of(row[2])) for row in years] == [
        (str(one["year"]), Decimal(one["forecast"])) for one in several["years"]
    ]


async def test_overrun_is_said_with_its_month(api: Api) -> None:
    await two_providers(api, "830000.00")
    answer = await (await api.browser("okonomi")).get(PATH, params=ON | TWO_MORE)
    assert re.search(
        r'<h2 id="svar">Med endringane går prognosen [\d\u00a0]+ kroner over ramma i desember\.</h2>', answer.text
    )


async def test_every_kind_of_change_is_taken(api: Api) -> None:
    """Each as its button adds it: nothing needs to be filled in before there is an answer."""
    await two_providers(api)
    browser = await api.browser("okonomi")
    answer = await browser.get(PATH, params=ON)
    offered = [one.attributes["value"] for one in parse(answer).all("button", name="ny")]
    assert offered == ["fleire", "slutt", "tillegg", "sats", "paaslag", "ramme", "refusjon"]
    address = PATH
    params = dict(ON)
    for code in offered:
        answer = await browser.get(address, params=params | {"ny": code})
        assert answer.status_code == 303
        address, _, target = answer.headers["location"].partition("#")
        answer = await browser.get(address)
        assert (answer.status_code, find_faults(answer)) == (200, []), answer.text
        assert parse(answer).all("input", id=target) or parse(answer).all("select", id=target)
        params = dict(httpx.QueryParams(address.partition("?")[2]))
        address = PATH
    assert len(parse(answer).all("button", name="fjern")) == 7
    assert [one.attributes["value"] for one in parse(answer).all("button", name="ny")] == ["fleire", "slutt", "tillegg"]


async def test_change_is_removed_and_the_others_stay(api: Api) -> None:
    await two_providers(api)
    browser = await api.browser("okonomi")
    both = ON | TWO_MORE | {"ramme-2-belop": "7 000 000", "fjern": "fleire-1"}
    answer = await browser.get(PATH, params=both)
    assert answer.status_code == 303
    assert dict(httpx.QueryParams(answer.headers["location"].partition("?")[2])) == ON | {"ramme-2-belop": "7 000 000"}


async def test_what_is_wrong_stands_at_its_field(api: Api) -> None:
    """What the page finds and what the API finds, each with what was typed."""
    await two_providers(api)
    browser = await api.browser("okonomi")
    wrong = {"fleire-1-tal": "mange", "fleire-1-fra": "31.02.2022"}
    answer = await browser.get(PATH, params=ON | wrong)
    assert answer.status_code == 422
    assert set(list_errors(answer)) == {"fleire-1-tal", "fleire-1-fra"}
    assert 'value="mange"' in answer.text
    wrong = {"fleire-1-tal": "2", "fleire-1-fra": "01.10.2022", "fleire-1-til": "01.09.2022", "sats-2-belop": "0"}
    answer = await browser.get(PATH, params=ON | wrong | {"sats-2-fra": "01.10.2022"})
    assert answer.status_code == 422
    assert set(list_errors(answer)) == {"fleire-1-til", "sats-2-belop"}


async def test_more_places_than_a_provider_has_is_said_at_the_number(api: Api) -> None:
    await two_providers(api)
    kim = next(one["id"] for one in ok(await api.finance.get("/v1/providers"), 200)["items"] if one["name"] == "KIM AS")
    asked = {"ramme-1-belop": "7000000", "slutt-2-tal": "2", "slutt-2-hjaa": kim, "slutt-2-dag": "30.09.2022"}
    answer = await (await api.browser("okonomi")).get(PATH, params=ON | asked)
    assert answer.status_code == 422
    assert list(list_errors(answer)) == ["slutt-2-tal"]


async def test_change_after_the_year_counts_in_the_years_after_alone(api: Api) -> None:
    await two_providers(api)
    browser = await api.browser("okonomi")
    later = TWO_MORE | {"fleire-1-fra": "01.01.2024"}
    answer = await browser.get(PATH, params=ON | later)
    assert (answer.status_code, find_faults(answer)) == (200, [])
    moved = [row[3] for row in cells(answer, "Prognose og ramme kvart år")]
    assert moved[:2] == ["0", "0"]
    assert all(text.startswith("+") for text in moved[2:])
    answer = await browser.get(PATH, params=ON | later | {"aara-til": "2022"})
    assert answer.status_code == 422
    assert list(list_errors(answer)) == ["fleire-1-fra"]


async def test_ten_years_at_most(api: Api) -> None:
    """C15: as the API computes them, with the rate raised every year."""
    await two_providers(api)
    browser = await api.browser("okonomi")
    answer = await browser.get(PATH, params=ON | {"aara-til": "2031", "aara-auke": "3,6"})
    assert (answer.status_code, find_faults(answer)) == (200, [])
    years = cells(answer, "Prognose og ramme kvart år")
    body = {"from_year": 2022, "to_year": 2031, "rate_percent_a_year": "3.60"}
    found = ok(await api.finance.post("/v1/budgets/what-if/years", json=body, params={"on": "2022-08-31"}), 200)
    assert [(row[0], amount_of(row[2])) for row in years] == [
        (str(one["year"]), Decimal(one["forecast"])) for one in found["years"]
    ]
    assert len(years) == 10
    assert (await browser.get(PATH, params=ON | {"aara-til": "2032"})).status_code == 422


async def test_frames_and_a_raise_of_the_years_after(api: Api) -> None:
    """C15; a frame of the year is its own alone, and what is wrong stands at the year's frame."""
    await two_providers(api)
    browser = await api.browser("okonomi")
    asked = {
        "ramme-1-belop": "900 000",
        "aara-til": "2024",
        "aara-auke": "3,6",
        "aara-ramme-2023": "",
        "aara-ramme-2024": "870 000",
    }
    answer = await browser.get(PATH, params=ON | asked)
    assert (answer.status_code, find_faults(answer)) == (200, [])
    years = cells(answer, "Prognose og ramme kvart år")
    assert [row[0] for row in years] == ["2022", "2023", "2024"]
    assert amount_of(years[0][4]) == 900_000
    assert years[1][4] == "ikkje vedteken"
    assert amount_of(years[2][4]) == 870_000
    assert "han rekna 3,6\u00a0% opp kvart år" in answer.text
    answer = await browser.get(PATH, params=ON | asked | {"aara-auke": "101"})
    assert list(list_errors(answer)) == ["aara-auke"]
    answer = await browser.get(PATH, params=ON | asked | {"aara-ramme-2024": "99999999999"})
    assert list(list_errors(answer)) == ["aara-ramme-2024"]


async def test_one_persons_place_is_named_to_the_office_alone(api: Api) -> None:
    await steps.law(api)
    provider_id = await steps.provider(api)
    place = await steps.recorded(api, provider_id)
    asked = ON | {"delplass-1-plass": place, "delplass-1-del": "50", "delplass-1-fra": "01.10.2022"}
    answer = await (await api.browser("sakshandsamar")).get(PATH, params=asked)
    assert (answer.status_code, find_faults(answer)) == (200, [])
    assert "Sprek Hage, Gløde AS: 50\u00a0% frå" in answer.text
    found = await compute(api, [{"change": "share", "placement_ids": [place], "share": 50, "from": "2022-10-01"}])
    assert amount_of(cells(answer, "Prognose og ramme kvart år")[0][2]) == Decimal(found["after"]["forecast"])
    answer = await (await api.browser("okonomi")).get(PATH, params=asked)
    assert (answer.status_code, find_faults(answer)) == (200, [])
    assert "Sprek" not in answer.text


async def test_place_is_chosen_by_its_person_and_the_other_changes_stay(api: Api) -> None:
    """By links and buttons alone: each kind of change of a place, on top of two more places."""
    await steps.law(api)
    provider_id = await steps.provider(api)
    place = await steps.recorded(api, provider_id)
    browser = await api.browser("sakshandsamar")
    for code in OF_A_PLACE:
        answer = await browser.get(PATH, params=ON | TWO_MORE | {"ny": "plass"})
        assert answer.status_code == 303
        answer = await browser.get(answer.headers["location"], params={"hjaa": provider_id} | ON | TWO_MORE)
        assert (answer.status_code, find_faults(answer)) == (200, [])
        [link] = [one.attributes["href"] for one in parse(answer).all("a") if f"ny={code}" in one.attributes["href"]]
        assert place in link
        answer = await browser.get(link, follow_redirects=True)
        assert (answer.status_code, find_faults(answer)) == (200, [])
        assert "2 plassar til frå" in answer.text
        assert "Sprek Hage, Gløde AS: " in answer.text
        page = parse(answer)
        assert [one.attributes["value"] for one in page.all("button", name="fjern")] == ["fleire-1", f"{code}-2"]


async def test_choosing_a_place_logs_those_shown_and_is_not_for_finance(api: Api) -> None:
    await steps.law(api)
    first, second = await steps.provider(api), await steps.provider(api, 5, "310300411", "KIM AS")
    shown, other = await steps.recorded(api, first), await steps.recorded(api, second)
    browser = await api.browser("sakshandsamar")
    answer = await browser.get(f"{PATH}/plass", params=ON)
    assert (answer.status_code, find_faults(answer)) == (200, [])
    await browser.get(f"{PATH}/plass", params=ON | {"hjaa": first})
    rows = (await api.auditor.get("/v1/access-log", params={"actor": "person:test-sakshandsamar"})).json()["items"]
    people = {
        place: ok(await api.case_officer.get(f"/v1/placements/{place}"), 200)["participant_id"]
        for place in (shown, other)
    }
    assert {row["participant_id"] for row in rows} - {None} == {people[shown]}
    assert (await browser.get(f"{PATH}/plass", params={"hjaa": "tull"})).status_code == 422
    answer = await (await api.browser("okonomi")).get(PATH, params=ON)
    assert "bestemt plass" not in answer.text


async def test_finance_looks_at_nobody(api: Api) -> None:
    await two_providers(api)
    await (await api.browser("okonomi")).get(PATH, params=ON | TWO_MORE)
    rows = (await api.auditor.get("/v1/access-log", params={"actor": "person:test-okonomi"})).json()["items"]
    assert {row["participant_id"] for row in rows} <= {None}


async def test_nothing_is_stored(api: Api) -> None:
    await two_providers(api)
    before = await steps.forecast(api)
    await (await api.browser("okonomi")).get(PATH, params=ON | TWO_MORE | {"ramme-2-belop": "1"})
    assert await steps.forecast(api) == before
    assert len(ok(await api.finance.get("/v1/budgets/2022/frames"), 200)["items"]) == 1


async def test_examples_lead_to_an_answer(api: Api) -> None:
    await two_providers(api)
    browser = await api.browser("okonomi")
    page = parse(await browser.get(PATH, params=ON))
    examples = [one for one in page.all("a", **{"class": "button button--small"}) if "kva-om" in one.attributes["href"]]
    assert [one.text for one in examples] == ["Éin plass til", "Sats opp 3\u00a0%", "Ramme opp 5\u00a0%"]
    for one in examples:
        answer = await browser.get(one.attributes["href"])
        assert (answer.status_code, find_faults(answer)) == (200, []), one.text
        assert "Med endringane" in answer.text


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("fleire-1-tal=2", 422),
        ("fleire-0-tal=2", 200),
        ("tull-1-tal=2", 200),
        ("ny=tull", 200),
        ("aara-til=9999", 422),
        ("slutt-1-tal=1&slutt-1-hjaa=tull&slutt-1-dag=01.10.2022", 422),
        ("delplass-1-plass=tull&delplass-1-del=50&delplass-1-fra=01.10.2022", 422),
        ("delplass-1-plass=0190c0de-7a00-7000-8000-000000000001&delplass-1-del=50&delplass-1-fra=01.10.2022", 422),
        ("ramme-1-belop=1&ramme-2-belop=2", 422),
        ("fleire-1-tal=%3Cscript%3E&fleire-1-fra=1", 422),
    ],
)
async def test_address_that_means_nothing_is_a_page_with_a_way_on(api: Api, query: str, status: int) -> None:
    await two_providers(api)
    answer = await (await api.browser("sakshandsamar")).get(f"{PATH}?on=31.08.2022&{query}")
    assert (answer.status_code, find_faults(answer)) == (status, []), answer.text
    assert "<script>" not in answer.text.partition("</head>")[2]


@pytest.mark.parametrize("year", [0, 1899, 2100, 99999])
async def test_year_that_is_none_is_a_page_with_a_way_on(api: Api, year: int) -> None:
    answer = await (await api.browser("okonomi")).get(f"/aaret/{year}/kva-om")
    assert (answer.status_code, find_faults(answer)) == (422, [])


async def test_year_without_law_or_frame(api: Api) -> None:
    await two_providers(api, None)
    browser = await api.browser("okonomi")
    answer = await browser.get(PATH, params=ON | TWO_MORE)
    assert (answer.status_code, find_faults(answer)) == (200, [])
    assert "Ramma for 2022 er ikkje vedteken. Med endringane er prognosen" in answer.text
    assert "Rom for fleire plassar" not in answer.text
    answer = await browser.get("/aaret/2021/kva-om", params=ON)
    assert (answer.status_code, find_faults(answer)) == (409, [])
    assert "Ingen sats er kjend for 1.\xa0januar 2021" in answer.text


async def test_page_is_within_its_budget_of_bytes(api: Api) -> None:
    """12 KB of HTML, packed."""
    await two_providers(api)
    answer = await (await api.browser("okonomi")).get(PATH, params=ON | TWO_MORE | {"ramme-2-belop": "7000000"})
    assert len(gzip.compress(answer.content, 6)) <= 12 * 1024


async def test_management_tries_what_is_about_no_place(api: Api) -> None:
    """S6: no provider's places, and nobody's."""
    await steps.law(api, "6934000.00")
    await steps.recorded(api, await steps.provider(api))
    browser = await api.browser("leiar")
    address = "/aaret/2022/kva-om?on=31.08.2022&fleire-1-tal=2&fleire-1-fra=01.10.2022"
    answer = await browser.get(address)
    assert (answer.status_code, find_faults(answer)) == (200, [])
    assert "Med endringane er det" in answer.text
    offered = [one.text for one in parse(answer).all("button", name="ny")]
    assert offered == ["Fleire plassar", "Ny sats", "Påslag på satsen", "Ramme"]
    own = await (await api.browser("okonomi")).get(
        "/aaret/2022/kva-om?on=31.08.2022&fleire-1-tal=2&fleire-1-fra=01.10.2022"
    )
    assert parse(answer).all("section", id="verknad")[0].text == parse(own).all("section", id="verknad")[0].text
    answer = await browser.get("/aaret/2022/kva-om?slutt-1-tal=1&slutt-1-hjaa=x&slutt-1-dag=31.10.2022")
    assert answer.status_code in (403, 422)
    assert find_faults(answer) == []
