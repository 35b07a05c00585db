"""S7 and S14: the year on the page; every number is the API's."""

import gzip
from decimal import Decimal

import pytest

from tests.conftest import Api
from tests.factories import steps
from tests.factories.steps import ok
from tests.web.html import Html, find_faults, parse

NBSP = "\u00a0"
MINUS = "\u2212"
ON = {"on": "31.08.2022"}


def amount_of(text: str) -> Decimal:
    """A written amount, as a number."""
    return Decimal(text.strip().removeprefix("kr").replace(NBSP, "").replace(MINUS, "-").replace(",", "."))


def table_rows(page: Html) -> list[list[Decimal]]:
    """The amounts of the table, row by row, without the last column."""
    numbers = [one.text for one in page.all("td", **{"class": "num"})]
    width = len(page.all("th", scope="col", **{"class": "num"}))
    return [[amount_of(one) for one in numbers[i * width : (i + 1) * width]] for i in range(12)]


async def two_providers(api: Api, frame: str | None = "6934000.00") -> None:
    """Two legacy places at one provider and one at another, all through 2022."""
    await steps.law(api, frame)
    first = await steps.provider(api)
    second = await steps.provider(api, organisation_number="310300411", name="KIM AS")
    for provider_id in (first, first, second):
        await steps.recorded(api, provider_id)


@pytest.mark.parametrize("person", ["sakshandsamar", "okonomi"])
@pytest.mark.parametrize("screen", ["aaret", "rapport"])
async def test_every_number_is_the_apis(api: Api, screen: str, person: str) -> None:
    await two_providers(api)
    answer = await (await api.browser(person)).get(f"/{screen}/2022", params=ON)
    page = parse(answer)
    assert (answer.status_code, find_faults(answer)) == (200, [])
    position = ok(await api.finance.get("/v1/budgets/2022/position", params={"on": "2022-08-31"}), 200)
    figures = [amount_of(one.text) for one in page.all("dd", **{"class": "figure"})[:3]]
    assert figures == [Decimal(position[name]) for name in ("frame", "forecast", "incurred")]
    rows = table_rows(page)
    assert sum((row[2] for row in rows), Decimal(0)) == Decimal(position["forecast"]) == rows[-1][3]
    for first, second, total, so_far, left in rows:
        assert first + second == total
        assert so_far + left == Decimal(position["frame"])


async def test_the_answer_comes_first(api: Api) -> None:
    await two_providers(api)
    page = parse(await (await api.browser("okonomi")).get("/aaret/2022", params=ON))
    assert page.all("h2")[0].text == f"Det er 6{NBSP}130{NBSP}588 kroner att av ramma."


async def test_overrun_is_said_with_its_month(api: Api) -> None:
    await two_providers(api, "500000.00")
    answer = await (await api.browser("okonomi")).get("/aaret/2022", params=ON)
    page = parse(answer)
    assert page.all("h2")[0].text == f"Prognosen går 303{NBSP}412 kroner over ramma."
    assert "Samla kostnad passerer ramma i august." in answer.text
    assert page.all("section", **{"class": "card answer answer--over"})


async def test_year_without_a_frame_says_so(api: Api) -> None:
    await two_providers(api, None)
    answer = await (await api.browser("okonomi")).get("/aaret/2022", params=ON)
    assert (answer.status_code, find_faults(answer)) == (200, [])
    assert "Ramma for 2022 er ikkje vedteken." in answer.text


async def test_year_without_places_is_empty(api: Api) -> None:
    await steps.law(api)
    answer = await (await api.browser("okonomi")).get("/aaret/2022", params=ON)
    assert (answer.status_code, find_faults(answer)) == (200, [])
    assert "Ingen plassar kostar noko dette året." in answer.text


async def test_year_without_a_known_rate_says_which_day(api: Api) -> None:
    answer = await (await api.browser("okonomi")).get("/aaret/2022", params=ON)
    assert answer.status_code in (200, 409)
    assert find_faults(answer) == []


async def test_finance_looks_at_nobody(api: Api) -> None:
    await two_providers(api)
    await (await api.browser("okonomi")).get("/aaret/2022", params=ON)
    rows = (await api.auditor.get("/v1/access-log", params={"actor": "person:test-okonomi"})).json()["items"]
    assert {row["participant_id"] for row in rows} <= {None}


async def test_bare_address_leads_to_the_year_of_the_day(api: Api) -> None:
    answer = await (await api.browser("okonomi")).get("/aaret", params=ON)
    assert (answer.status_code, answer.headers["location"]) == (303, "/aaret/2022")


@pytest.mark.parametrize(("path", "status"), [("/aaret/0", 422), ("/aaret/99999", 422), ("/rapport/tull", 404)])
async def test_year_that_is_none_is_a_page_with_a_way_on(api: Api, path: str, status: int) -> None:
    answer = await (await api.browser("okonomi")).get(path)
    assert (answer.status_code, find_faults(answer)) == (status, [])


@pytest.mark.parametrize("screen", ["aaret", "rapport"])
async def test_year_is_within_its_budget_of_bytes(api: Api, screen: str) -> None:
    """12 KB of HTML, packed."""
    await two_providers(api)
    answer = await (await api.browser("sakshandsamar")).get(f"/{screen}/2022", params=ON)
    assert len(gzip.compress(answer.content, 6)) <= 12 * 1024
