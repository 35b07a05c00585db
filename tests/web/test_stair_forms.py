"""The case office keeps the stairs on the page: every form, and what is wrong beside its field (K1–K6)."""

import httpx
import pytest

from tests.conftest import Api
from tests.factories import stairs
from tests.factories.places import got
from tests.factories.steps import ok
from tests.web.html import find_faults, list_errors, list_links, parse, read_message, submit

EDIT = "/trapp/rediger"
SERVICE = {
    "namn": "Dagsenter", "kven": "Vaksne", "gjev": "Helse og omsorg", "vedtak": "ja", "fra": "1.1.2022",
    "slag": "other",
}  # fmt: skip


@pytest.fixture
async def browser(api: Api) -> httpx.AsyncClient:
    return await api.browser("sakshandsamar")


async def test_a_stair_is_built_step_by_step(api: Api, browser: httpx.AsyncClient) -> None:
    """Each row by its form, and each form from the page; the open data have it at once."""
    page = await browser.get(EDIT)
    assert (page.status_code, find_faults(page)) == (200, [])
    new_step = "/trapp/aktivitet/trinn/nytt"
    assert new_step in list_links(page)
    answer = await submit(browser, new_step, nummer="2", kategori="2", namn="Meistring")
    assert (answer.status_code, answer.headers["location"]) == (303, EDIT)
    assert read_message(browser) == "Trinnet er lagra."
    [step] = (await got(api.case_officer, "/v1/stairs/activity/steps"))["items"]
    answer = await submit(browser, "/trapp/aktivitet/tilbod/nytt", trinn=step["id"], stad="Manger", **SERVICE)
    assert answer.status_code == 303, answer.text
    [service] = (await got(api.case_officer, "/v1/stairs/activity/services"))["items"]
    line = f"{step['id']} {service['id']}"
    typed = {"linje": line, "stad": "Manger", "tal": "12", "dag": "1.6.2022", "kjelde": "Teljing 2022"}
    assert (await submit(browser, "/trapp/aktivitet/plassar/ny", **typed)).status_code == 303
    typed = {"linje": step["id"], "tal": "20", "aar": "2030", "scenario": "Hovudalternativ", "kjelde": "SSB"}
    assert (await submit(browser, "/trapp/aktivitet/behov/nytt", **typed)).status_code == 303
    page = await browser.get(EDIT)
    assert find_faults(page) == []
    text = " ".join(one.text for one in parse(page).all("main"))
    for shown in ("2 · Meistring", "Dagsenter", "Teljing 2022", "2030, Hovudalternativ"):
        assert shown in text
    [activity, _] = ok(await api.anonymous.get("/v1/open/stairs"), 200)["stairs"]
    assert activity["steps"][0]["services"][0]["place"] == "Manger"
    assert activity["steps"][0]["capacities"][0]["number"] == 12
    assert "/trapp/rediger" in list_links(await browser.get("/trapp"))


async def test_rows_are_changed(api: Api, browser: httpx.AsyncClient) -> None:
    """What is emptied is gone, and a version that somebody else has changed is shown first."""
    step_id = await stairs.step(api, number=3, description="Bustad.")
    service_id = await stairs.service(api, step_id, place="Manger", how_to_apply="Ring oss.")
    counted = await stairs.capacity(api, step_id, 5)
    page = f"/trapp/bustad/trinn/{step_id}"
    assert (await submit(browser, page, namn="Nytt namn", tekst="")).status_code == 303
    service_page = f"/trapp/bustad/tilbod/{service_id}"
    assert (await submit(browser, service_page, stad="", spor="", til="31.12.2022", vedtak="nei")).status_code == 303
    assert (await submit(browser, f"/trapp/bustad/plassar/{counted['id']}", tal="6")).status_code == 303
    [step] = (await got(api.case_officer, "/v1/stairs/housing/steps"))["items"]
    assert (step["name"], step["description"]) == ("Nytt namn", None)
    [service] = (await got(api.case_officer, "/v1/stairs/housing/services"))["items"]
    assert (service["place"], service["how_to_apply"], service["valid_to"]) == (None, None, "2022-12-31")
    assert service["requires_decision"] is False
    [count] = (await got(api.case_officer, "/v1/stairs/housing/capacities"))["items"]
    assert (count["number"], count["source"]) == (6, counted["source"])
    stale = await browser.post(
        page, data={"csrf": _csrf(await browser.get(page)), "etag": '"x"', "nummer": "3", "namn": "Mitt", "tekst": ""}
    )
    assert stale.status_code == 412
    assert "Nytt namn" in stale.text


def _csrf(answer: httpx.Response) -> str:
    return parse(answer).all("input", name="csrf")[0].attributes["value"]


@pytest.mark.parametrize(
    ("path", "typed", "faults"),
    [
        ("trinn/nytt", {"nummer": "0", "namn": "x"}, {"nummer"}),
        ("trinn/nytt", {"nummer": "tre", "namn": ""}, {"nummer", "namn"}),
        ("trinn/nytt", {"nummer": "101", "namn": "x"}, {"nummer"}),
        ("trinn/nytt", {"nummer": "3", "namn": "x"}, {"nummer"}),
        ("trinn/nytt", {"nummer": "4", "namn": "x" * 201}, {"namn"}),
        ("tilbod/nytt", SERVICE | {"fra": "30.2.2022"}, {"trinn", "fra"}),
        ("tilbod/nytt", SERVICE | {"trinn": "3", "vedtak": "kanskje"}, {"trinn", "vedtak"}),
        ("tilbod/nytt", SERVICE | {"trinn": "{step}", "til": "1.1.2021"}, {"til"}),
        ("tilbod/nytt", SERVICE | {"trinn": "{step}", "adresse": "alver"}, {"adresse"}),
        ("tilbod/nytt", SERVICE | {"trinn": "{step}", "stad": "Bergen"}, {"stad"}),
        ("tilbod/nytt", SERVICE | {"trinn": "{step}", "slag": "sheltered_enterprise"}, {"slag"}),
        ("plassar/ny", {"linje": "{step}", "stad": "Knarvik", "tal": "-1", "dag": "1.6.2022", "kjelde": "x"}, {"tal"}),
        ("plassar/ny", {"linje": "{step}", "stad": "Knarvik", "tal": "1", "dag": "1.6.2099", "kjelde": "x"}, {"dag"}),
        ("plassar/ny", {"linje": "{step}", "stad": "Knarvik", "tal": "1", "dag": "1.6.2022", "kjelde": "x"}, {"dag"}),
        ("plassar/ny", {"stad": "", "tal": "", "dag": "", "kjelde": ""}, {"linje", "stad", "tal", "dag", "kjelde"}),
        ("behov/nytt", {"linje": "{step}", "tal": "1", "aar": "1800", "scenario": "x", "kjelde": "x"}, {"aar"}),
        ("behov/nytt", {"linje": "{step}", "tal": "1", "aar": "2030", "scenario": "<b>", "kjelde": "x"}, {"scenario"}),
        ("behov/nytt", {"linje": "{step}", "tal": "1", "aar": "2022", "scenario": "H", "kjelde": "x"}, {"aar"}),
    ],
)
async def test_what_is_wrong_is_said_beside_its_field(
    api: Api, browser: httpx.AsyncClient, path: str, typed: dict[str, str], faults: set[str]
) -> None:
    """Nothing is stored, and what was typed stands there."""
    step_id = await stairs.step(api, number=3)
    await stairs.capacity(api, step_id, 5)
    need = {"step_id": step_id, "number": 9, "year": 2022, "scenario": "H", "source": "x"}
    ok(await api.case_officer.post("/v1/stairs/housing/needs", json=need))
    before = [
        await got(api.case_officer, f"/v1/stairs/housing/{rows}")
        for rows in ("steps", "services", "capacities", "needs")
    ]
    typed = {name: value.format(step=step_id) for name, value in typed.items()}
    answer = await submit(browser, f"/trapp/bustad/{path}", **typed)
    assert answer.status_code in (404, 409, 422), answer.status_code
    assert set(list_errors(answer)) == faults
    assert before == [
        await got(api.case_officer, f"/v1/stairs/housing/{rows}")
        for rows in ("steps", "services", "capacities", "needs")
    ]


async def test_the_printed_table_stands_beside_what_its_cells_add_up_to(api: Api, browser: httpx.AsyncClient) -> None:
    """K3, K6: a cell is mended by its form, and the sums follow; what was printed stays."""
    body, _ = await stairs.printed_table(api)
    ok(await api.case_officer.post("/v1/stairs/housing/tables", json=body))
    page = await browser.get(EDIT)
    assert find_faults(page) == []
    cells = [one.text for one in parse(page).all("td")]
    assert {"88", "93 (+5)", "319", "323 (+4)", "74", "79 (+5)"} <= {" ".join(cell.split()) for cell in cells}
    cell = next(one for one in parse(page).all("a") if one.attributes.get("aria-label", "").startswith("30, "))
    assert (await submit(browser, cell.attributes["href"], tal="35")).status_code == 303
    cells = [" ".join(one.text.split()) for one in parse(await browser.get(EDIT)).all("td")]
    assert {"93", "324", "323 (−1)"} <= set(cells)


async def test_a_review_is_recorded(api: Api, browser: httpx.AsyncClient) -> None:
    """K2."""
    assert "aldri" in (await browser.get(EDIT)).text
    assert (await submit(browser, "/trapp/gjennomgang", dag="30.8.2022")).status_code == 303
    assert "30. august 2022" in (await browser.get(EDIT)).text.replace("\u00a0", " ")
    assert set(list_errors(await submit(browser, "/trapp/gjennomgang", dag="30.8.2099"))) == {"dag"}


@pytest.mark.parametrize(
    "path", ["/trapp/taket/trinn/nytt", "/trapp/bustad/trinn/016e0000-0000-7000-8000-000000000009"]
)
async def test_what_is_not_there(browser: httpx.AsyncClient, path: str) -> None:
    assert (await browser.get(path)).status_code == 404
