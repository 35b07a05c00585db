"""Screen 12: an invoice is tried, taken in, listed, read, and annulled, on the page."""

import base64
import random
import re
from decimal import Decimal

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from app.web.invoices import MOST_BYTES, MOST_BYTES_READ
from tests.conftest import Api
from tests.factories.invoices import FILE_IDS, read_file, three_places
from tests.factories.places import got
from tests.factories.settlements import act
from tests.web.html import find_faults, list_errors, parse, read_fields, read_message, submit
from tests.web.test_settling import amount_of

NEW = "/faktura/ny"


async def try_file(browser: httpx.AsyncClient, content: bytes) -> httpx.Response:
    """Choose the file and press «Prøv fila»."""
    page = await browser.get(NEW)
    assert page.status_code == 200, page.text
    return await browser.post(NEW, data=read_fields(page, NEW), files={"fil": ("faktura.xml", content)})


async def take_in(browser: httpx.AsyncClient, tried: httpx.Response) -> httpx.Response:
    """Press «Ta imot» on the answer."""
    return await browser.post(NEW, data=read_fields(tried, NEW))


def list_figures(answer: httpx.Response) -> list[Decimal]:
    figures = parse(answer).all("dd")
    return [
        amount_of(one.text.strip().removeprefix("kr").strip().lstrip("+"))
        for one in figures
        if one.attributes.get("class", "").startswith("figure")
    ]


@pytest.mark.parametrize("person", ["sakshandsamar", "okonomi"])
async def test_file_is_tried_then_taken_in_and_shown(api: Api, connection: AsyncConnection, person: str) -> None:
    places = await three_places(api, connection)
    browser = await api.browser(person)
    tried = await try_file(browser, read_file("equal-by-placement", places))
    assert (tried.status_code, find_faults(tried)) == (200, [])
    assert "Ingenting er lagra enno" in tried.text
    assert "Fakturaen er lik det vekstbedrifta har krav på." in tried.text
    assert (await got(api.finance, "/v1/invoices"))["items"] == []
    answer = await take_in(browser, tried)
    assert answer.status_code == 303, answer.text
    [made] = (await got(api.finance, "/v1/invoices"))["items"]
    assert answer.headers["location"] == f"/faktura/{made['id']}"
    assert read_message(browser).endswith("er teken imot. Fakturaen er lik det vekstbedrifta har krav på.")
    shown = await browser.get(answer.headers["location"])
    assert (shown.status_code, find_faults(shown)) == (200, [])
    sums = [Decimal(made[name]) for name in ("amount", "expected", "difference")]
    assert list_figures(tried) == list_figures(shown) == sums
    people = (await got(api.case_officer, "/v1/participants"))["items"]
    names = {f"{one['given_name']} {one['family_name']}" for one in people}
    places_shown = {one.text for one in parse(shown).all("td", **{"data-label": "Plass"})}
    assert places_shown == (names if person == "sakshandsamar" else {"Ein nemnd plass"})
    assert any(name in tried.text for name in names) is (person == "sakshandsamar")
    listed = await browser.get("/faktura")
    assert (listed.status_code, find_faults(listed)) == (200, [])
    assert parse(listed).all("a", href=f"/faktura/{made['id']}")


async def test_lines_that_differ_come_first_with_their_cause(api: Api, connection: AsyncConnection) -> None:
    places = await three_places(api, connection)
    browser = await api.browser("okonomi")
    tried = await try_file(browser, read_file("other-days", places))
    page = parse(tried)
    assert find_faults(tried) == []
    assert "Be om ei kreditnota." in tried.text
    rows = page.all("tr", **{"class": "differs"})
    assert len(rows) == 1
    assert "Fakturert for andre dagar enn dei plassen varte: kr 11 863,74 for mykje." in rows[0].text
    answer = await take_in(browser, tried)
    found = await got(api.finance, f"/v1/invoices/{answer.headers['location'].rpartition('/')[2]}")
    invoiced = [amount_of(one.text) for one in page.all("td", **{"data-label": "Fakturert"})]
    expected = [amount_of(one.text) for one in page.all("td", **{"data-label": "Venta"})]
    assert sum(invoiced) == Decimal(found["amount"])
    assert sum(expected) == Decimal(found["expected"])


async def test_protected_place_is_told_to_finance_as_one_sum(api: Api, connection: AsyncConnection) -> None:
    places = await three_places(api, connection)
    await act(
        connection,
        "update participant set address_protection = true"
        f" where id = (select participant_id from placement where id = '{places[FILE_IDS[0]]}')",
    )
    content = read_file("equal-by-placement", places)
    tried = await try_file(await api.browser("okonomi"), content)
    assert "Vekstbedrifta har ingen slik plass denne månaden" in tried.text
    assert "Verna plassar er ikkje med i samanlikninga." in tried.text
    tried = await try_file(await api.browser("sakshandsamar"), content)
    assert "Fakturaen er lik" in tried.text
    assert "Verna plassar" not in tried.text


async def test_two_clicks_are_one_check(api: Api, connection: AsyncConnection) -> None:
    places = await three_places(api, connection)
    browser = await api.browser("okonomi")
    tried = await try_file(browser, read_file("equal-as-a-whole", places))
    first, second = await take_in(browser, tried), await take_in(browser, tried)
    assert first.headers["location"] == second.headers["location"]
    assert len((await got(api.finance, "/v1/invoices"))["items"]) == 1


async def test_invoice_that_is_checked_leads_to_its_check(api: Api, connection: AsyncConnection) -> None:
    places = await three_places(api, connection)
    browser = await api.browser("okonomi")
    content = read_file("equal-as-a-whole", places)
    made = await take_in(browser, await try_file(browser, content))
    again = await try_file(browser, content)
    assert (again.status_code, again.headers["location"]) == (303, made.headers["location"])
    assert "er kontrollert før" in read_message(browser)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("broken", "Fakturaen er ikkje gyldig XML."),
        ("entity-bomb", "Fakturaen har innhald som ikkje vert lese."),
        ("wrong-line", "Linje "),
        ("unknown-supplier", "Fakturaen er frå ei ukjend vekstbedrift."),
        ("period-over-new-year", "Perioden går over nyttår."),
    ],
)
async def test_file_that_cannot_be_checked_says_why(
    api: Api, connection: AsyncConnection, name: str, said: str
) -> None:
    places = await three_places(api, connection)
    answer = await try_file(await api.browser("okonomi"), read_file(name, places))
    assert answer.status_code == 422
    errors = list_errors(answer)
    assert list(errors) == ["fil"]
    assert said in errors["fil"]
    assert "cac:" not in errors["fil"], errors


async def test_no_file_an_empty_one_and_one_that_is_too_large(api: Api) -> None:
    browser = await api.browser("okonomi")
    assert list_errors(await submit(browser, NEW)) == {"fil": "Vel ei fil."}
    assert list_errors(await try_file(browser, b"")) == {"fil": "Vel ei fil."}
    assert list_errors(await try_file(browser, b" " * (MOST_BYTES + 1))) == {"fil": "Fila er større enn 16 MB."}
    too_much = {"fil": "Fila er større enn 2 MB utan vedlegga."}
    assert list_errors(await try_file(browser, b" " * (MOST_BYTES_READ + 1))) == too_much


async def test_file_with_large_attachments_is_taken_in(api: Api, connection: AsyncConnection) -> None:
    """They are read by nobody, and are not carried from the trial to the act."""
    places = await three_places(api, connection)
    pdf = base64.b64encode(random.Random(1).randbytes(3_000_000))
    attached = (
        b"<cac:AdditionalDocumentReference><cbc:ID>1</cbc:ID><cac:Attachment><cbc:EmbeddedDocumentBinaryObject"
        b' mimeCode="application/pdf" filename="timar.pdf">%b</cbc:EmbeddedDocumentBinaryObject></cac:Attachment>'
        b"</cac:AdditionalDocumentReference><cac:AccountingSupplierParty>"
    )
    content = read_file("equal-as-a-whole", places)
    assert content.count(b"<cac:AccountingSupplierParty>") == 1
    content = content.replace(b"<cac:AccountingSupplierParty>", attached % pdf)
    browser = await api.browser("okonomi")
    tried = await try_file(browser, content)
    assert (tried.status_code, list_errors(tried)) == (200, {})
    assert len(tried.content) < 100_000
    assert (await take_in(browser, tried)).status_code == 303


@pytest.mark.parametrize("packed", ["tull", "!!!", "eJw", "æøå"])
async def test_what_is_no_packed_file_is_refused(api: Api, packed: str) -> None:
    answer = await submit(await api.browser("okonomi"), NEW, innhald=packed)
    assert (answer.status_code, find_faults(answer)) == (422, [])
    assert (await got(api.finance, "/v1/invoices"))["items"] == []


async def test_texts_of_the_file_are_never_shown(api: Api, connection: AsyncConnection) -> None:
    places = await three_places(api, connection)
    tried = await try_file(await api.browser("okonomi"), read_file("names-and-identity-numbers", places))
    assert (tried.status_code, find_faults(tried)) == (200, [])
    assert "Personopplysningar i fila" in tried.text
    assert not re.search(r"\b\d{11}\b", re.sub(r'value="[^"]*"', "", tried.text))


async def test_check_is_annulled_with_a_reason(api: Api, connection: AsyncConnection) -> None:
    places = await three_places(api, connection)
    browser = await api.browser("okonomi")
    content = read_file("equal-as-a-whole", places)
    made = (await take_in(browser, await try_file(browser, content))).headers["location"]
    answer = await submit(browser, f"{made}/annullering")
    assert list(list_errors(answer)) == ["grunn"]
    answer = await submit(browser, f"{made}/annullering", grunn="Fila var ei prøve.")
    assert (answer.status_code, answer.headers["location"]) == (303, made)
    shown = await browser.get(made)
    assert (shown.status_code, find_faults(shown)) == (200, [])
    assert "Fila var ei prøve." in shown.text
    assert not parse(shown).all("a", href=f"{made}/annullering")
    listed = await browser.get("/faktura", params={"svar": "annulled"})
    assert "1 kontroll" in listed.text
    second = await take_in(browser, await try_file(browser, content))
    assert second.headers["location"] != made


async def test_list_is_the_newest_first_and_filtered(api: Api, connection: AsyncConnection) -> None:
    places = await three_places(api, connection)
    browser = await api.browser("okonomi")
    for name in ("other-days", "credit-note"):
        answer = await take_in(browser, await try_file(browser, read_file(name, places)))
        assert answer.status_code == 303, answer.text
    items = (await got(api.finance, "/v1/invoices"))["items"]
    page = await browser.get("/faktura")
    links = [
        one.attributes["href"]
        for one in parse(page).all("a")
        if re.fullmatch(r"/faktura/[0-9a-f-]{36}", one.attributes["href"])
    ]
    assert links == [f"/faktura/{one['id']}" for one in reversed(items)]
    for query, number in (
        ({"svar": "equal"}, 1), ({"svar": "different"}, 1), ({"maanad": "2023-01"}, 2), ({"maanad": "2023-02"}, 0),
        ({"vekstbedrift": items[0]["provider_id"]}, 2), ({"vekstbedrift": "tull"}, 0), ({"etter": "25"}, 2),
        ({"etter": "tull"}, 2),
    ):  # fmt: skip
        answer = await browser.get("/faktura", params=query)
        assert (answer.status_code, find_faults(answer)) == (200, [])
        assert f"{number} kontroll" in answer.text, query


async def test_check_of_nobody_is_not_found(api: Api) -> None:
    browser = await api.browser("okonomi")
    for path in ("/faktura/0190c0de-7a00-7000-8000-000000000001", "/faktura/tull"):
        assert (await browser.get(path, headers={"Accept": "text/html"})).status_code == 404
