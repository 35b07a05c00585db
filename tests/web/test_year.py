"""Screens 7 and 14: the year on the page; every number is the API's."""

import gzip
import re
from decimal import ROUND_HALF_UP, Decimal

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


async def test_line_states_what_has_incurred_inside_a_month(api: Api) -> None:
    """C6: a place ends on 12 October, so the month's cost is not even over its days."""
    await steps.law(api)
    provider_id = await steps.provider(api)
    await steps.recorded(api, provider_id)
    await steps.recorded(api, provider_id, ends_on="2022-10-12")
    answer = await (await api.browser("okonomi")).get("/aaret/2022", params={"on": "10.10.2022"})
    position = ok(await api.finance.get("/v1/budgets/2022/position", params={"on": "2022-10-10"}), 200)
    stated = [amount_of(text) for text in re.findall(r">Påløpt ([^<]*)</text>", answer.text)]
    assert stated == [Decimal(position["incurred"]).quantize(Decimal(1), ROUND_HALF_UP)]


async def test_month_after_the_day_is_not_settled(api: Api) -> None:
    """Seen from 31 March only three of four closed months had come to an end."""
    await two_providers(api)
    for month in range(1, 5):
        ok(await api.finance.post(f"/v1/budgets/2022/settlements/{month}"))
    answer = await (await api.browser("okonomi")).get("/aaret/2022", params={"on": "31.03.2022"})
    position = ok(await api.finance.get("/v1/budgets/2022/position", params={"on": "2022-03-31"}), 200)
    [settled] = re.findall(r">Oppgjort til og med mars</text><text[^>]*>([^<]*)</text>", answer.text)
    assert amount_of(settled) == Decimal(position["of_incurred"]["settled"])
    states = re.findall(r"<td>(Oppgjort|Påløpt|Prognose)</td>", answer.text)
    assert states == ["Oppgjort"] * 3 + ["Prognose"] * 9


async def test_cells_of_months_are_seen_from_the_day(api: Api) -> None:
    """April is closed, and not over on 31 March; March is, on its last day."""
    await two_providers(api)
    for month in range(1, 5):
        ok(await api.finance.post(f"/v1/budgets/2022/settlements/{month}"))
    answer = await (await api.browser("okonomi")).get("/aaret/2022", params={"on": "31.03.2022"})
    [cells] = re.findall(r'<ol class="months">.*?</ol>', answer.text)
    assert re.findall(r'<li class="(\w*)">', cells) == ["closed"] * 3 + ["later"] * 9
    assert "3 av 12 månader er lukka" in answer.text


async def test_places_in_use_promised_and_free_add_up(api: Api) -> None:
    """A half place, and a whole one that is promised: 3,5 + 1 + 15,5 of 20."""
    await two_providers(api)
    provider_id = ok(await api.case_officer.get("/v1/providers"), 200)["items"][0]["id"]
    await steps.recorded(api, provider_id, share=50)
    await steps.ready_to_grant(api, provider_id)
    answer = await (await api.browser("sakshandsamar")).get("/aaret/2022", params=ON)
    vacancies = ok(await api.case_officer.get("/v1/providers/vacancies", params={"on": "2022-08-31"}), 200)["items"]
    active, promised, free, capacity = (
        sum(Decimal(one[name]) for one in vacancies) for name in ("active", "promised", "free", "capacity")
    )
    assert active + promised + free == capacity
    assert (active, promised) == (Decimal("3.5"), 1)
    assert (free, capacity) == (Decimal("15.5"), 20)
    assert "4 <small>av 20</small></dd><dd>utgjer 3,5 heile · 1 lovd · 15,5 ledige</dd>" in answer.text


async def test_places_of_an_earlier_year_are_those_of_its_end(api: Api) -> None:
    """The places that are free now say nothing of a year that is over."""
    await two_providers(api)
    provider_id = ok(await api.case_officer.get("/v1/providers"), 200)["items"][0]["id"]
    await steps.placed(api, provider_id, starts_on="2023-02-01")
    answer = await (await api.browser("sakshandsamar")).get("/aaret/2022", params={"on": "01.03.2023"})
    assert "3 <small>av 20</small></dd><dd>17 ledige</dd>" in answer.text


async def test_year_that_has_not_begun_has_no_day_on_its_line(api: Api) -> None:
    await two_providers(api)
    answer = await (await api.browser("okonomi")).get("/aaret/2023", params=ON)
    assert (answer.status_code, find_faults(answer)) == (200, [])
    assert "Sett frå 31. august</text>" not in answer.text
    assert 'class="today"' not in answer.text


async def test_no_room_is_said_in_words(api: Api) -> None:
    await two_providers(api, "810000.00")
    answer = await (await api.browser("okonomi")).get("/aaret/2022", params=ON)
    assert "Det er ikkje rom for fleire standardplassar frå" in answer.text


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
    # Not «0 plassar», which reads as full.
    room = next(one for one in parse(answer).all("div") if one.text.startswith("Rom for fleire"))
    assert room.text == "Rom for fleire–Inga ramme å måle mot"


async def test_year_without_places_is_empty(api: Api) -> None:
    await steps.law(api)
    answer = await (await api.browser("okonomi")).get("/aaret/2022", params=ON)
    assert (answer.status_code, find_faults(answer)) == (200, [])
    assert "Ingen plassar kostar noko dette året." in answer.text


async def test_year_without_a_known_rate_says_which_day(api: Api) -> None:
    """The places have stood since 2021, and the first rate is of 2022."""
    await two_providers(api)
    answer = await (await api.browser("okonomi")).get("/aaret/2021", params=ON)
    assert (answer.status_code, find_faults(answer)) == (409, [])
    assert "Ingen sats er kjend for 1.\xa0januar 2021" in answer.text


async def test_year_before_any_law_is_empty(api: Api) -> None:
    answer = await (await api.browser("okonomi")).get("/aaret/2022", params=ON)
    assert (answer.status_code, find_faults(answer)) == (200, [])


async def test_finance_looks_at_nobody(api: Api) -> None:
    await two_providers(api)
    await (await api.browser("okonomi")).get("/aaret/2022", params=ON)
    rows = (await api.auditor.get("/v1/access-log", params={"actor": "person:test-okonomi"})).json()["items"]
    assert {row["participant_id"] for row in rows} <= {None}


@pytest.mark.parametrize("screen", ["aaret", "rapport"])
async def test_management_sees_the_sums_and_no_providers_part(api: Api, screen: str) -> None:
    """S6: what a provider with few places costs would tell of few people."""
    await two_providers(api)
    ok(await api.finance.post("/v1/budgets/2022/settlements/1"))
    answer = await (await api.browser("leiar")).get(f"/{screen}/2022", params=ON)
    page = parse(answer)
    assert (answer.status_code, find_faults(answer)) == (200, [])
    position = ok(await api.manager.get("/v1/budgets/2022/position", params={"on": "2022-08-31"}), 200)
    figures = [amount_of(one.text) for one in page.all("dd", **{"class": "figure"})[:3]]
    assert figures == [Decimal(position[name]) for name in ("frame", "forecast", "incurred")]
    rows = table_rows(page)
    assert sum((row[0] for row in rows), Decimal(0)) == Decimal(position["forecast"]) == rows[-1][1]
    for hidden in ("KIM AS", "Gløde AS", "/oppgjer", "/satsar/ny", "/ramme"):
        assert hidden not in answer.text
    assert "Kva om" in answer.text or screen == "rapport"
    rows = (await api.auditor.get("/v1/access-log", params={"actor": "person:test-leiar"})).json()["items"]
    assert {row["participant_id"] for row in rows} <= {None}


async def test_management_begins_at_the_year(api: Api) -> None:
    answer = await (await api.browser("leiar")).get("/")
    assert answer.headers["location"] == "/aaret"


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
