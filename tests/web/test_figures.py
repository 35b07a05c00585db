"""Screen 20: the figures of a year on the page, as the API has them."""

from sqlalchemy.ext.asyncio import AsyncConnection

from app.web.words import MENUS
from tests.conftest import Api
from tests.factories.places import got, place, prices
from tests.web.html import find_faults, parse

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


async def test_management_begins_at_the_figures(api: Api) -> None:
    assert MENUS["manager"][0].address == "/styringstal"
    browser = await api.browser("leiar")
    answer = await browser.get("/styringstal?on=31.12.2022")
    assert answer.headers["location"] == "/styringstal/2022"
    assert (await browser.get("/deltakarar")).status_code == 403
