"""A provider answers, states what it has and sends files; the office keeps the providers."""

import httpx
import pytest

from tests.conftest import Api
from tests.factories import steps
from tests.factories.steps import ok
from tests.web.html import find_faults, list_errors, list_links, parse, read_fields, read_message, submit

HEADER = "external_id;revision;placement_id;kind;from;to;percent;note;cancelled"
STATEMENT = {"dag": "1.2.2022", "tilsette": "4", "arsverk": "2,4", "attestar": "3", "utan_krav": "1"}


@pytest.fixture
async def provider(api: Api) -> str:
    await steps.law(api)
    return await steps.provider(api)


@pytest.fixture
async def request_id(api: Api, provider: str) -> str:
    applied = await steps.application(api, await steps.participant(api))
    return await steps.request(api, applied, provider, answer=None)


async def read_request(api: Api, id_: str) -> dict[str, object]:
    return ok(await api.case_officer.get(f"/v1/requests/{id_}"), 200)


async def test_request_is_answered_by_the_provider_itself(api: Api, request_id: str) -> None:
    browser = await api.browser("vekstbedrift-1")
    page = f"/vekstbedrift/foresporslar/{request_id}/svar"
    assert page in list_links(await browser.get("/vekstbedrift"))
    form = await browser.get(page)
    assert find_faults(form) == []
    answer = await submit(browser, page, svar="accepted", svart="12.1.2022", lokale="ja")
    assert (answer.status_code, answer.headers["location"]) == (303, "/vekstbedrift")
    assert read_message(browser) == "Svaret er sendt: ja. No kan Forvaltningskontoret gjere vedtak."
    request = await read_request(api, request_id)
    assert (request["answer"], request["answered_on"], request["premises_suitable"]) == ("accepted", "2022-01-12", True)
    # A second click on another copy of the form is told, not taken.
    again = await submit(browser, page, svar="declined", grunn="no_capacity", svart="12.1.2022")
    assert again.status_code == 409
    assert (await read_request(api, request_id))["answer"] == "accepted"


async def test_no_needs_its_reason_and_days_run_forward(api: Api, request_id: str) -> None:
    browser = await api.browser("vekstbedrift-1")
    page = f"/vekstbedrift/foresporslar/{request_id}/svar"
    assert list_errors(await submit(browser, page, svar="declined", svart="12.1.2022")) == {
        "grunn": "Vel grunnen til at de svarar nei."
    }
    assert set(list_errors(await submit(browser, page, svart="12.1.2022"))) == {"svar"}
    early = await submit(browser, page, svar="accepted", svart="1.1.2020")
    assert set(list_errors(early)) == {"svart"}
    assert (await read_request(api, request_id))["answer"] is None


async def test_yes_is_taken_back_until_the_place_is_granted(api: Api, request_id: str) -> None:
    browser = await api.browser("vekstbedrift-1")
    await submit(browser, f"/vekstbedrift/foresporslar/{request_id}/svar", svar="accepted", svart="12.1.2022")
    page = f"/vekstbedrift/foresporslar/{request_id}/ta-tilbake"
    assert page in list_links(await browser.get("/vekstbedrift"))
    assert set(list_errors(await submit(browser, page))) == {"grunn"}
    assert (await submit(browser, page, grunn="Fekk brann")).status_code == 303
    assert (await read_request(api, request_id))["retraction_reason"] == "Fekk brann"
    assert page not in list_links(await browser.get("/vekstbedrift"))


async def test_yes_of_a_granted_place_is_no_promise_any_more(api: Api, provider: str) -> None:
    await steps.placed(api, provider)
    browser = await api.browser("vekstbedrift-1")
    page = await browser.get("/vekstbedrift")
    assert not [link for link in list_links(page) if link.endswith("/ta-tilbake")]


async def test_anothers_request_is_not_there(api: Api, request_id: str) -> None:
    browser = await api.browser("vekstbedrift-2")
    for end in ("svar", "ta-tilbake"):
        answer = await browser.get(f"/vekstbedrift/foresporslar/{request_id}/{end}")
        assert (answer.status_code, find_faults(answer)) == (404, [])


@pytest.mark.parametrize("who", ["sakshandsamar", "vekstbedrift-1"])
async def test_capacity_is_stated(api: Api, provider: str, who: str) -> None:
    browser = await api.browser(who)
    base = "/vekstbedrift" if who != "sakshandsamar" else f"/vekstbedrifter/{provider}"
    page = f"{base}/kapasitet"
    assert set(list_errors(await submit(browser, page, plassar="mange", fra=""))) == {"plassar", "fra"}
    answer = await submit(browser, page, plassar="7", fra="1.3.2022")
    assert (answer.status_code, answer.headers["location"]) == (303, base)
    listed = ok(await api.case_officer.get(f"/v1/providers/{provider}/capacities"), 200)["items"]
    assert {"valid_from": "2022-03-01", "places": 7}.items() <= listed[-1].items()
    assert "7 plassar" in (await browser.get(page)).text


@pytest.mark.parametrize("who", ["sakshandsamar", "vekstbedrift-1"])
async def test_statement_is_recorded_and_starts_the_next_one(api: Api, provider: str, who: str) -> None:
    browser = await api.browser(who)
    base = "/vekstbedrift" if who != "sakshandsamar" else f"/vekstbedrifter/{provider}"
    page = f"{base}/eigenerklaering"
    areas = ["facilitation", "guidance"]
    premises = {"utforming": "partly", "lokale": "Heis til verkstaden."}
    answer = await submit(browser, page, omrade=areas, **STATEMENT, **premises)
    assert answer.status_code == 303, list_errors(answer)
    assert "avvik står att" in read_message(browser)
    (made,) = ok(await api.case_officer.get(f"/v1/providers/{provider}/competence-statements"), 200)["items"]
    assert (made["stated_on"], made["employees"], made["full_time_equivalents"]) == ("2022-02-01", 4, "2.40")
    assert made["premises"] == {"universal_design": "partly", "text": "Heis til verkstaden."}
    assert set(made["areas"]) == set(areas)
    typed = read_fields(await browser.get(page), page)
    assert [typed[name] for name in ("tilsette", "arsverk", "lokale")] == [["4"], ["2,4"], ["Heis til verkstaden."]]


async def test_statement_that_does_not_add_up_is_refused_at_its_fields(api: Api, provider: str) -> None:
    browser = await api.browser("vekstbedrift-1")
    page = "/vekstbedrift/eigenerklaering"
    answer = await submit(browser, page, **STATEMENT | {"attestar": "9"})
    assert set(list_errors(answer)) == {"attestar"}
    assert "police_certificates" not in answer.text
    half = await submit(browser, page, **STATEMENT, lokale="Heis")
    assert set(list_errors(half)) == {"utforming"}
    assert ok(await api.case_officer.get(f"/v1/providers/{provider}/competence-statements"), 200)["items"] == []


async def test_routine_is_recorded(api: Api, provider: str) -> None:
    browser = await api.browser("sakshandsamar")
    page = f"/vekstbedrifter/{provider}/fravaersrutine"
    typed = {"avtalt": "1.2.2022", "dagar": "3", "kven": "Forvaltningskontoret", "referanse": "22/100"}
    assert set(list_errors(await submit(browser, page, **typed | {"dagar": "0"}))) == {"dagar"}
    assert (await submit(browser, page, **typed)).status_code == 303
    assert "Forvaltningskontoret vert kontakta etter 3 dagar" in (await browser.get(page)).text


async def test_provider_is_registered_and_changed(api: Api) -> None:
    browser = await api.browser("sakshandsamar")
    typed = {"namn": "Nyverk AS", "orgnr": "310 300 497", "kommune": "4631"}
    refused = await submit(browser, "/vekstbedrifter/ny", **typed | {"orgnr": "310300498"})
    assert set(list_errors(refused)) == {"orgnr"}
    made = await submit(browser, "/vekstbedrifter/ny", **typed)
    assert made.status_code == 303, list_errors(made)
    address = made.headers["location"]
    assert (await submit(browser, "/vekstbedrifter/ny", **typed)).status_code == 409
    changed = await submit(browser, f"{address}/endre", namn="Nyverk Alver AS")
    assert (changed.status_code, changed.headers["location"]) == (303, address)
    page = await browser.get(address)
    assert find_faults(page) == []
    assert "Nyverk Alver AS" in page.text


async def test_two_officers_change_a_provider_at_once(api: Api, provider: str) -> None:
    one, other = await api.browser("sakshandsamar"), await api.browser("sakshandsamar")
    page = f"/vekstbedrifter/{provider}/endre"
    opened = read_fields(await one.get(page), page)
    await submit(other, page, namn="Den andre AS")
    answer = await one.post(page, data=opened | {"namn": "Den eine AS"})
    assert answer.status_code == 412
    assert "No står det «Den andre AS»." in answer.text


async def send(browser: httpx.AsyncClient, content: bytes) -> httpx.Response:
    page = "/vekstbedrift/fravaersfil"
    fields = read_fields(await browser.get(page), page)
    return await browser.post(page, data=fields, files={"fil": ("fravær.csv", content, "text/csv")})


async def test_file_with_one_bad_row_is_taken_but_for_that_row(api: Api, provider: str) -> None:
    place = await steps.recorded(api, provider)
    browser = await api.browser("vekstbedrift-1")
    rows = [
        f"F-1;1;{place};sick;24.01.2022;25.01.2022;100;;false",
        "",
        f'F-2;1;{place};sick;26.01.2022;27.01.2022;100;"ope;false',
        f"F-4;1;{place};sick;27.01.2022;26.01.2022;100;;false",
        f"F-3;1;{place};holiday;31.01.2022;02.02.2022;100;Påske;false",
    ]
    answer = await send(browser, "\r\n".join([HEADER, *rows]).encode("cp1252"))
    assert (answer.status_code, find_faults(answer)) == (200, [])
    page = parse(answer)
    assert "2 rader er ikkje tekne imot" in answer.text.replace("\u00a0", " ")
    assert "2 nye" in answer.text.replace("\u00a0", " ")
    assert [one.text for one in page.all("th", scope="row")] == ["4", "5"]
    assert [one.text for one in page.all("td")][3] == "«to»: er før frå og med"
    stored = ok(await api.case_officer.get("/v1/absences", params={"placement_id": place}), 200)["items"]
    assert {(one["external_id"], one["note"]) for one in stored} == {("F-1", None), ("F-3", "Påske")}
    # The mended file again: what was taken is not counted twice.
    rows[2:4] = [rows[2].replace('"ope', "ope")]
    mended = await send(browser, "\r\n".join([HEADER, *rows]).encode())
    assert mended.status_code == 303
    assert read_message(browser).replace("\u00a0", " ") == "Heile fila er teken imot: 1 ny, 2 uendra."


async def test_lines_are_numbered_as_in_the_file_that_excel_wrote(api: Api, provider: str) -> None:
    """Its first line may say which separator follows; «Unicode text» has tabulators, in UTF-16."""
    place = await steps.recorded(api, provider)
    browser = await api.browser("vekstbedrift-1")
    rows = ["sep=;", HEADER, f"F-1;1;{place};sick;27.01.2022;26.01.2022;100;;false", "", "F-2;1"]
    tabbed = "\r\n".join(rows[1:]).replace(";", "\t").encode("utf-16")
    for content, lines in (("\r\n".join(rows).encode(), ["3", "5"]), (tabbed, ["2", "4"])):
        page = parse(await send(browser, content))
        assert [one.text for one in page.all("th", scope="row")] == lines


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "Vel ei fil."),
        (b"\r\n;;\r\n", "manglar overskrift"),
        (HEADER.encode(), "inga rad"),
        (b"a;b\r\n1;2", "manglar"),
    ],
)
async def test_what_is_no_such_file_is_refused(api: Api, provider: str, content: bytes, said: str) -> None:
    answer = await send(await api.browser("vekstbedrift-1"), content)
    assert answer.status_code == 422
    assert find_faults(answer) == []
    assert said in answer.text


async def test_line_of_a_refused_row_is_the_files_own(api: Api, provider: str) -> None:
    """Also below a line that Excel left empty but for the mark of UTF-8."""
    place = await steps.recorded(api, provider)
    row = f"F-1;1;{place};sick;27.01.2022;26.01.2022;100;;false"
    answer = await send(await api.browser("vekstbedrift-1"), "\r\n".join(["\ufeff;;", HEADER, "", row]).encode())
    assert (answer.status_code, find_faults(answer)) == (200, [])
    assert [one.text for one in parse(answer).all("th", scope="row")] == ["4"]


async def test_every_place_is_named_beside_the_file(api: Api, provider: str) -> None:
    room = {"valid_from": "2021-01-01", "places": 60}
    ok(await api.case_officer.post(f"/v1/providers/{provider}/capacities", json=room))
    for number in range(51):
        person = await steps.participant(api, given_name=f"Nummer{number}")
        ok(await api.case_officer.post("/v1/placements", json=steps.legacy(person, provider)))
    page = await (await api.browser("vekstbedrift-1")).get("/vekstbedrift/fravaersfil")
    names = [one.text for one in parse(page).all("dt") if one.text.startswith("Nummer")]
    assert len(names) == 51
