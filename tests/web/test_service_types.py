"""Kinds of service on the page: the list with its norms by day, and the forms that keep it (S3, S5, S8)."""

from typing import Any

import httpx
import pytest

from tests.conftest import Api
from tests.factories import hours
from tests.factories.places import got
from tests.web.html import find_faults, list_errors, list_links, parse, read_fields, read_message, submit

PAGE = "/tenesteslag"
TYPED = {
    "namn": "Avlasting",
    "kode": "respite",
    "timar": "35,5",
    "normkjelde": "Arbeidstidsavtalen",
    "pris": "1 450,50",
    "priskjelde": "Budsjett 2022",
}
NORM = {
    "hours_per_full_time_equivalent": "35.50",
    "norm_source": "Arbeidstidsavtalen",
    "cost_per_hour": "1450.50",
    "cost_source": "Budsjett 2022",
}


@pytest.fixture
async def browser(api: Api) -> httpx.AsyncClient:
    return await api.browser("sakshandsamar")


async def read_rows(api: Api, person: str = "sakshandsamar") -> list[list[str]]:
    """The cells of the rows of norms; the page has no faults."""
    answer = await (await api.browser(person)).get(PAGE)
    assert (answer.status_code, find_faults(answer)) == (200, []), answer.text
    rows: list[list[str]] = []
    for element in parse(answer).elements:
        if element.tag == "tr":
            rows.append([])
        elif element.tag == "td" or (element.tag == "th" and element.attributes["scope"] == "row"):
            rows[-1].append(element.text.replace("\u00a0", " "))
    return [row for row in rows if row]


async def list_norms(api: Api, kind: dict[str, Any]) -> list[dict[str, Any]]:
    norms = (await got(api.case_officer, f"/v1/service-types/{kind['id']}/norms"))["items"]
    return [{name: norm[name] for name in (*NORM, "valid_from")} for norm in norms]


async def get_kind(api: Api) -> dict[str, Any]:
    [kind] = (await got(api.case_officer, "/v1/service-types"))["items"]
    found: dict[str, Any] = kind
    return found


async def test_a_kind_is_added_with_its_norms(api: Api, browser: httpx.AsyncClient) -> None:
    answer = await submit(browser, f"{PAGE}/nytt", **TYPED)
    assert (answer.status_code, answer.headers.get("location")) == (303, PAGE), answer.text
    assert read_message(browser) == "Avlasting er lagt til."
    kind = await get_kind(api)
    assert (kind["code"], kind["name"]) == ("respite", "Avlasting")
    assert await list_norms(api, kind) == [NORM | {"valid_from": None}]
    row = ["Alle dagar", "35,50", "Arbeidstidsavtalen", "1 450,50", "Budsjett 2022"]
    for person in ("sakshandsamar", "leiar", "okonomi"):
        assert await read_rows(api, person) == [row]


async def test_a_kind_is_added_without_norms_or_with_a_first_day(api: Api, browser: httpx.AsyncClient) -> None:
    answer = await submit(browser, f"{PAGE}/nytt", namn="Heimehjelp", kode="home_help")
    assert answer.status_code == 303, answer.text
    assert await list_norms(api, await get_kind(api)) == []
    assert "Inga norm og ingen pris er oppgjeven" in (await browser.get(PAGE)).text
    answer = await submit(browser, f"{PAGE}/nytt", **TYPED, fra="1.1.2022")
    assert answer.status_code == 303, answer.text
    assert [row[0] for row in await read_rows(api)] == ["1. januar 2022"]


async def test_a_norm_is_changed_from_a_day(api: Api, browser: httpx.AsyncClient) -> None:
    """S8: what held before stands, and what is emptied is no norm from then on."""
    await submit(browser, f"{PAGE}/nytt", **TYPED)
    kind = await get_kind(api)
    address = f"{PAGE}/{kind['id']}"
    assert address in list_links(await browser.get(PAGE))
    fields = read_fields(await browser.get(address), address)
    assert (fields["timar"], fields["pris"]) == (["35,5"], ["1 450,50"])
    changes = {"timar": "37,5", "normkjelde": "Ny avtale", "pris": "", "priskjelde": "", "fra": "1.1.2023"}
    answer = await submit(browser, address, **changes)
    assert answer.status_code == 303, answer.text
    assert read_message(browser) == "Avlasting er endra."
    later: dict[str, str | None] = {"hours_per_full_time_equivalent": "37.50", "norm_source": "Ny avtale"}
    later |= {"cost_per_hour": None, "cost_source": None, "valid_from": "2023-01-01"}
    assert await list_norms(api, kind) == [NORM | {"valid_from": None}, later]
    assert await read_rows(api) == [
        ["1. januar 2023", "37,50", "Ny avtale", "–", "–"],
        ["Alle dagar før", "35,50", "Arbeidstidsavtalen", "1 450,50", "Budsjett 2022"],
    ]
    # The same day again is in its place.
    assert (await submit(browser, address, timar="36", fra="1.1.2023")).status_code == 303
    assert [row[:2] for row in await read_rows(api)] == [["1. januar 2023", "36"], ["Alle dagar før", "35,50"]]


async def test_a_name_alone_is_changed(api: Api, browser: httpx.AsyncClient) -> None:
    """Its norms stand as they were, without a new day."""
    await submit(browser, f"{PAGE}/nytt", **TYPED)
    kind = await get_kind(api)
    assert (await submit(browser, f"{PAGE}/{kind['id']}", namn="Avlastning")).status_code == 303
    assert (await get_kind(api))["name"] == "Avlastning"
    assert await list_norms(api, kind) == [NORM | {"valid_from": None}]


async def test_a_version_that_somebody_else_has_changed_is_shown_first(api: Api, browser: httpx.AsyncClient) -> None:
    kind = await hours.service_type(api)
    address = f"{PAGE}/{kind['id']}"
    answer = await submit(browser, address, etag='"x"', namn="Mitt")
    assert answer.status_code == 412
    assert "No står det «Heimehjelp»" in answer.text
    assert (await get_kind(api))["name"] == "Heimehjelp"


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        ({"namn": ""}, {"namn"}),
        ({"kode": "Heime hjelp"}, {"kode"}),
        ({"kode": "home_help"}, {"kode"}),
        ({"timar": "mange"}, {"timar"}),
        ({"timar": "0,5"}, {"timar"}),
        ({"timar": "169"}, {"timar"}),
        ({"normkjelde": ""}, {"normkjelde"}),
        ({"timar": ""}, {"normkjelde"}),
        ({"pris": "gratis"}, {"pris"}),
        ({"pris": "0"}, {"pris"}),
        ({"priskjelde": ""}, {"priskjelde"}),
        ({"fra": "31.2.2022"}, {"fra"}),
        ({"timar": "", "normkjelde": "", "pris": "", "priskjelde": "", "fra": "1.1.2022"}, {"fra"}),
    ],
)
async def test_what_is_wrong_stands_at_its_field(
    api: Api, browser: httpx.AsyncClient, changes: dict[str, str], faults: set[str]
) -> None:
    await hours.service_type(api)
    answer = await submit(browser, f"{PAGE}/nytt", **TYPED | changes)
    assert (answer.status_code in (409, 422), set(list_errors(answer))) == (True, faults), answer.text
    assert find_faults(answer) == []
    assert [one["code"] for one in (await got(api.case_officer, "/v1/service-types"))["items"]] == ["home_help"]


async def test_only_the_case_office_changes_them(api: Api) -> None:
    kind = await hours.service_type(api)
    for person in ("leiar", "okonomi"):
        browser = await api.browser(person)
        answer = await browser.get(PAGE)
        assert answer.status_code == 200
        assert not [link for link in list_links(answer) if link.startswith(f"{PAGE}/")]
        for path in ("nytt", kind["id"]):
            assert (await browser.get(f"{PAGE}/{path}")).status_code == 403
    assert PAGE in list_links(await (await api.browser("leiar")).get("/styringstal/2022"))
