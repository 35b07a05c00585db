"""Screen 20: the figures of a year on the page, as the API has them."""

import re
from decimal import Decimal

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from app.web.figures import QUESTIONS
from app.web.words import MENUS
from tests.conftest import Api
from tests.factories.places import case_rates, got, place, posted, prices
from tests.web.html import find_faults, list_links, parse

NBSP = "\u00a0"
YEAR = "/styringstal/2022?on=31.12.2022"


async def read(api: Api, person: str, address: str = YEAR) -> str:
    """The text of the page, which has no faults."""
    answer = await (await api.browser(person)).get(address)
    assert (answer.status_code, find_faults(answer)) == (200, []), answer.text
    return " ".join(one.text for one in parse(answer).all("main")).replace(NBSP, " ")


async def test_six_questions_with_the_figures_of_the_year(api: Api, connection: AsyncConnection) -> None:
    """S1, S2: each with its definition, numerator and denominator."""
    await prices(api)
    await place(connection, 24)
    for person in ("leiar", "okonomi", "sakshandsamar"):
        text = await read(api, person)
        assert text.count("Gjennom året") >= 6
        assert "kostnad / planlagde dagar" in text
        for shown in ("6 427 296", "6 072", "1 058,51"):
            assert shown in text, (person, shown)
    query = {"from": "2022-01-01", "to": "2022-12-31", "on": "2022-12-31", "period": "year"}
    assert all(row["period"] == "2022" for row in (await got(api.manager, "/v1/figures", **query))["items"])


async def test_periods_beside_each_other(api: Api, connection: AsyncConnection) -> None:
    """S9: years, tertials or months, each as the API has it, with what it is of what."""
    await prices(api)
    await place(connection, 24)
    await place(connection, 6, "2022-05-01", organisation_number="310300411")
    headings = {
        "?vis=aar&fraa=2021": ["2021", "2022"],
        "?vis=tertial": [f"1.{NBSP}tertial 2022", f"2.{NBSP}tertial 2022", f"3.{NBSP}tertial 2022"],
        "?vis=tertial&fraa=1990": [f"{part}.{NBSP}tertial {year}" for year in (2020, 2021, 2022) for part in (1, 2, 3)],
        "?vis=maanad&fraa=2020": ["Januar 2022", "Desember 2022"],
    }
    browser = await api.browser("leiar")
    for query, names in headings.items():
        answer = await browser.get(f"/styringstal/2022{query}&on=31.12.2022")
        assert (answer.status_code, find_faults(answer)) == (200, []), answer.text
        shown = [one.text for one in parse(answer).all("th", scope="col")]
        assert set(names) <= set(shown), (query, shown)
    text = await read(api, "leiar", "/styringstal/2022?vis=tertial&on=31.12.2022")
    asked = {"from": "2022-01-01", "to": "2022-12-31", "on": "2022-12-31", "period": "tertial"}
    rows = (await got(api.manager, "/v1/figures", **asked, code="cost"))["items"]
    for row in rows:
        assert f"{int(float(row['value'])):,}".replace(",", " ") in text
    assert "fylte plassar / kapasitet x 100" in text


@pytest.mark.parametrize(
    ("query", "later"),
    [
        ("", ""),
        ("?vis=tertial&on=31.12.2022", "?vis=tertial&on=31.12.2022"),
        ("?fraa=2020&vis=aar", "?fraa=2021"),
        ("?vis=maanad&fraa=2020", "?vis=maanad"),
    ],
)
async def test_the_next_year_is_shown_in_the_same_periods(api: Api, query: str, later: str) -> None:
    links = list_links(await (await api.browser("leiar")).get(f"/styringstal/2022{query}"))
    assert f"/styringstal/2023{later}" in links


async def test_a_year_that_lacks_a_rate_stands_beside_one_that_has_it(api: Api, connection: AsyncConnection) -> None:
    """C1: its costs alone are missing."""
    await prices(api)
    await place(connection, 24)
    text = await read(api, "leiar", "/styringstal/2023?fraa=2022&on=31.12.2022")
    assert "6 427 296" in text


@pytest.mark.parametrize("query", ["vis=veke", "fraa=2023", "fraa=x", "fraa=²", "vis=aar&fraa=-1"])
async def test_periods_that_cannot_be_shown(api: Api, query: str) -> None:
    answer = await (await api.browser("leiar")).get(f"/styringstal/2022?{query}")
    assert answer.status_code in (400, 404, 422), answer.status_code
    assert find_faults(answer) == []


async def test_the_case_office_has_it_in_its_menu(api: Api) -> None:
    assert "/styringstal" in {item.address for item in MENUS["case_officer"]}
    assert 'href="/styringstal"' in (await (await api.browser("sakshandsamar")).get("/arbeidsliste")).text


async def test_few_are_not_shown_to_management(api: Api, connection: AsyncConnection) -> None:
    """S6."""
    await prices(api)
    await place(connection, 3)
    assert "for få til å visast" in await read(api, "leiar")
    assert "for få til å visast" not in await read(api, "sakshandsamar")


async def test_a_year_without_a_rate_has_all_but_its_costs(api: Api, connection: AsyncConnection) -> None:
    """C1."""
    await place(connection, 6)
    text = await read(api, "leiar")
    assert "Kostnadene manglar" in text
    assert "1 518" in text


async def test_of_several_years_those_with_a_rate_have_their_costs(api: Api, connection: AsyncConnection) -> None:
    """C1."""
    for rate in case_rates():
        if rate["valid_from"] >= "2021":
            await posted(api.case_officer, "/v1/rates", rate)
    await posted(api.case_officer, "/v1/guideline-versions", {"valid_from": "2020-01-01"})
    await place(connection, 6, "2019-01-01")
    text = await read(api, "sakshandsamar", "/styringstal/2022?vis=aar&fraa=2019&on=31.12.2022")
    lacking = re.search("ikkje registrert nokon sats for heile ([0-9, ]+)", text)
    assert lacking is not None
    asked = {"period": "year", "code": "cost", "on": "2022-12-31"}
    for year in range(2019, 2023):
        query = {**asked, "from": f"{year}-01-01", "to": f"{year}-12-31"}
        answer = await api.case_officer.get("/v1/figures", params=query)
        assert (answer.status_code == 409) == (f"{year}" in lacking[1])
        if answer.status_code == 200:
            [cost] = answer.json()["items"]
            assert f"{int(Decimal(cost['value'])):,}".replace(",", " ") in text
    assert lacking[1].split(", ") == ["2019", "2020", "2021"]


async def test_bare_address_leads_to_the_figures_of_the_days_year(api: Api) -> None:
    assert MENUS["manager"][1].address == "/styringstal"
    browser = await api.browser("leiar")
    answer = await browser.get("/styringstal?on=31.12.2022")
    assert answer.headers["location"] == "/styringstal/2022"
    assert (await browser.get("/deltakarar")).status_code == 403


async def test_figures_are_a_file_of_the_same_periods(api: Api, connection: AsyncConnection) -> None:
    await prices(api)
    await place(connection, 6)
    codes = [code for _, some in QUESTIONS for code in some]
    browser = await api.browser("leiar")
    address = "/styringstal/2022?vis=tertial&fraa=2021&on=31.12.2022"
    [file] = [one.attributes["href"] for one in parse(await browser.get(address)).all("a") if one.text == "Last ned"]
    answer = await browser.get(file)
    assert answer.headers["content-type"].startswith("text/csv")
    own = await api.manager.get(
        "/v1/figures",
        params={"period": "tertial", "from": "2021-01-01", "to": "2022-12-31", "on": "2022-12-31", "code": codes},
        headers={"Accept": "text/csv"},
    )
    assert answer.content == own.content


async def test_file_is_without_the_costs_where_no_rate_is_known(api: Api, connection: AsyncConnection) -> None:
    await place(connection, 6)
    answer = await (await api.browser("leiar")).get("/styringstal/2022/fil?on=31.12.2022")
    assert answer.status_code == 200
    assert "cost" not in answer.text
