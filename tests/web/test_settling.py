"""Screen 9: the settlement of a year and of a month, on the page."""

from decimal import Decimal

import pytest

from tests.conftest import Api
from tests.factories import steps
from tests.factories.steps import ok
from tests.web.html import find_faults, parse

NBSP = "\u00a0"
MINUS = "\u2212"


def amount_of(text: str) -> Decimal:
    """A written amount, as a number."""
    return Decimal(text.strip("=× ").replace(NBSP, "").replace(MINUS, "-").replace(",", "."))


async def close(api: Api, month: int) -> None:
    """Close a month of 2022 with two legacy places."""
    await steps.law(api)
    provider_id = await steps.provider(api)
    await steps.recorded(api, provider_id)
    await steps.recorded(api, provider_id)
    for one in range(1, month + 1):
        ok(await api.person("finance", "test-okonomi").post(f"/v1/budgets/2022/settlements/{one}"))


async def test_year_shows_what_each_month_came_to(api: Api) -> None:
    await close(api, 2)
    browser = await api.browser("okonomi")
    answer = await browser.get("/oppgjer/2022", params={"on": "15.03.2022"})
    page = parse(answer)
    assert (answer.status_code, find_faults(answer)) == (200, [])
    statuses = [one.text.strip() for one in page.all("td", **{"data-label": "Status"})]
    assert statuses[:4] == ["Lukka, ventar på godkjenning"] * 2 + [f"Kan lukkast frå 1.{NBSP}april 2022", "Ikkje over"]
    sums = [amount_of(one.text) for one in page.all("td", **{"data-label": "Sum"})]
    assert sums == [Decimal("44634.00")] * 12
    assert page.all("td", **{"data-label": "Lukka av"})[0].text == "Okonomi (demo)"


async def test_month_adds_up_line_by_line(api: Api) -> None:
    await close(api, 1)
    answer = await (await api.browser("okonomi")).get("/oppgjer/2022/1")
    page = parse(answer)
    assert (answer.status_code, find_faults(answer)) == (200, [])
    settlement = ok(await api.finance.get("/v1/budgets/2022/settlements/1"), 200)
    rows = [one.text for one in page.all("td", **{"class": "num"}) if one.text.startswith("=")]
    assert sum(map(amount_of, rows), Decimal(0)) == Decimal(settlement["lines_total"]) == Decimal("44634.00")
    assert "Ingenting er endra" in answer.text
    assert "Ventar på ein annan enn den som lukka" in answer.text


async def test_closed_month_is_a_file_for_a_spreadsheet(api: Api) -> None:
    await close(api, 1)
    browser = await api.browser("okonomi")
    page = parse(await browser.get("/oppgjer/2022/1"))
    assert page.all("a", href="/oppgjer/2022/1/fil")
    answer = await browser.get("/oppgjer/2022/1/fil")
    own = await api.finance.get("/v1/budgets/2022/settlements/1", headers={"Accept": "text/csv"})
    assert answer.content == own.content
    assert "attachment" in answer.headers["content-disposition"]
    answer = await browser.get("/oppgjer/2022/2/fil")
    assert (answer.status_code, find_faults(answer)) == (404, [])


async def test_month_that_is_not_closed_is_seen_from_a_day(api: Api) -> None:
    await close(api, 1)
    browser = await api.browser("okonomi")
    answer = await browser.get("/oppgjer/2022/3", params={"on": "31.03.2022"})
    assert "Han kan lukkast frå 1.\u00a0april 2022" in answer.text
    assert [one.attributes["value"] for one in parse(answer).all("input", id="on")] == ["31.03.2022"]


async def test_settlement_names_no_participant(api: Api) -> None:
    await close(api, 1)
    people = ok(await api.case_officer.get("/v1/participants"), 200)["items"]
    answer = await (await api.browser("okonomi")).get("/oppgjer/2022/1")
    assert people
    assert not [one for one in people if one["family_name"] in answer.text]


async def test_month_that_is_not_over_says_when_it_can_be_closed(api: Api) -> None:
    answer = await (await api.browser("okonomi")).get("/oppgjer/2022/8", params={"on": "31.08.2022"})
    assert (answer.status_code, find_faults(answer)) == (200, [])
    assert f"Han kan lukkast frå 1.{NBSP}september 2022" in answer.text


async def test_bare_address_leads_to_the_year_of_the_day(api: Api) -> None:
    answer = await (await api.browser("okonomi")).get("/oppgjer", params={"on": "31.08.2022"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/oppgjer/2022")


@pytest.mark.parametrize(
    ("path", "status"), [("0", 422), ("99999", 422), ("2022/13", 404), ("2022/0", 404), ("tull", 404)]
)
async def test_year_or_month_that_is_none_is_a_page_with_a_way_on(api: Api, path: str, status: int) -> None:
    answer = await (await api.browser("okonomi")).get(f"/oppgjer/{path}")
    assert (answer.status_code, find_faults(answer)) == (status, [])
