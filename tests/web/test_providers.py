"""Screens 10 and 11: the providers as the case office sees them, and a provider's own page."""

from app.clock import new_id
from app.web.task_links import find_form
from tests.conftest import Api
from tests.factories import steps
from tests.factories.steps import ok
from tests.factories.world import build
from tests.web.html import find_faults, parse

ON = {"on": "31.08.2022"}


async def test_providers_show_free_places_and_what_is_missing(api: Api) -> None:
    await steps.law(api)
    provider_id = await steps.provider(api, places=3)
    await steps.recorded(api, provider_id)
    await steps.ready_to_grant(api, provider_id)
    answer = await (await api.browser("sakshandsamar")).get("/vekstbedrifter", params=ON)
    assert (answer.status_code, find_faults(answer)) == (200, [])
    [card] = parse(answer).all("section", **{"class": "card"})
    assert "1 ledig av 3" in card.text
    assert "1 i bruk, 1 lovd" in card.text
    assert "Eigenerklæring manglar" in card.text


async def test_provider_shows_its_places_and_deviations(api: Api) -> None:
    await steps.law(api)
    provider_id = await steps.provider(api, places=3)
    await steps.recorded(api, provider_id)
    answer = await (await api.browser("sakshandsamar")).get(f"/vekstbedrifter/{provider_id}", params=ON)
    assert (answer.status_code, find_faults(answer)) == (200, [])
    assert "Ingen eigenerklæring er registrert." in answer.text
    assert "Ikkje retta" in answer.text


async def test_provider_shows_staffing_and_absence_as_the_api_has_them(api: Api) -> None:
    """P5, A3; and the log has exactly those whose absence is shown."""
    await steps.law(api)
    provider_id = await steps.provider(api, places=3)
    place, other = await steps.recorded(api, provider_id), await steps.recorded(api, provider_id)
    absence = {
        "placement_id": place,
        "kind": "sick",
        "from": "2022-03-01",
        "to": "2022-03-04",
        "percent": 100,
    }
    ok(await api.case_officer.post("/v1/absences", json=absence))
    answer = await (await api.browser("sakshandsamar")).get(f"/vekstbedrifter/{provider_id}", params=ON)
    assert (answer.status_code, find_faults(answer)) == (200, [])
    page = parse(answer)
    [staffing] = page.all("section", **{"aria-labelledby": "bemanning"})
    asked = {"code": "required_staff", "by": "provider", "period": "day"}
    asked |= dict.fromkeys(("from", "to", "on"), "2022-08-31")
    [row] = ok(await api.case_officer.get("/v1/figures", params=asked), 200)["items"]
    assert f"Krav etter plassane i bruk{row['value'].rstrip('0').replace('.', ',')}" in staffing.text
    [table] = page.all("section", **{"aria-labelledby": "fravaeret"})
    period = {"from": "2022-01-01", "to": "2022-08-31"}
    path = f"/v1/providers/{provider_id}/absence-report"
    [reported] = ok(await api.case_officer.get(path, params=period), 200)["items"]
    assert f"Sjuk{reported['absences']}{reported['days'].partition('.')[0]}" in table.text
    shown = {one.attributes["href"].rpartition("/")[2] for one in page.all("a") if "/deltakarar/" in str(one)}
    rows = (await api.auditor.get("/v1/access-log", params={"actor": "person:test-sakshandsamar"})).json()["items"]
    seen = {one["participant_id"] for one in rows} - {None}
    assert seen == shown == {await find_person(api, place)}
    assert await find_person(api, other) not in seen


async def find_person(api: Api, placement_id: str) -> str:
    """Whose a placement is."""
    placement = ok(await api.finance.get(f"/v1/placements/{placement_id}"), 200)
    return str(placement["participant_id"])


async def test_provider_that_does_not_exist_is_a_page_with_a_way_on(api: Api) -> None:
    answer = await (await api.browser("sakshandsamar")).get(f"/vekstbedrifter/{new_id()}")
    assert (answer.status_code, find_faults(answer)) == (404, [])


async def test_no_providers_is_said(api: Api) -> None:
    answer = await (await api.browser("sakshandsamar")).get("/vekstbedrifter")
    assert "Ingen vekstbedrifter er registrerte." in answer.text


async def test_own_page_shows_own_people_and_no_amount(api: Api) -> None:
    world = await build(api)
    answer = await (await api.browser("vekstbedrift-1")).get("/vekstbedrift", params=ON)
    assert (answer.status_code, find_faults(answer)) == (200, [])
    page = parse(answer)
    links = [one.attributes["href"] for one in page.all("a") if one.attributes["href"].startswith("/deltakarar/")]
    assert {link.split("/")[2] for link in links} == {world.ids["a"]["participant_id"]}
    assert "kr" not in [part for one in page.all("main") for part in one.text.split()]


async def test_own_page_shows_requests_that_wait(api: Api) -> None:
    await steps.law(api)
    provider_id = await steps.provider(api)
    applied = await steps.application(api, await steps.participant(api))
    await steps.request(api, applied, provider_id, answer=None)
    answer = await (await api.browser("vekstbedrift-1")).get("/vekstbedrift", params=ON)
    assert find_faults(answer) == []
    page = parse(answer)
    answers = [one for one in page.all("a") if one.attributes["href"].endswith("/svar")]
    assert [one.text.split()[0] for one in answers] == ["Svar", "Svar"]
    assert "239 dagar sidan de vart spurde" in parse(answer).all("li", **{"class": "case"})[0].text


def test_deviation_is_mended_by_a_new_statement() -> None:
    task: dict[str, object] = {
        "id": "7.x.1",
        "kind": "deviation",
        "placement_id": None,
        "participant_id": None,
        "provider_id": "p",
        "missing": [],
    }
    assert find_form(task, {"provider"}) == ("/vekstbedrift/eigenerklaering", "Oppdater")
    assert find_form(task, {"case_officer"}) == ("/vekstbedrifter/p", "Opne vekstbedrifta")


async def test_own_page_folds_what_is_due_later(api: Api) -> None:
    await steps.law(api)
    await steps.recorded(api, await steps.provider(api))
    browser = await api.browser("vekstbedrift-1")
    page = parse(await browser.get("/vekstbedrift", params=ON))
    [later] = [one for one in page.all("details", **{"class": "details"}) if one.text.strip().startswith("Seinare")]
    assert "31. des. 2022" in later.text.replace("\u00a0", " ")
    now = [one.text for one in page.all("table") if "Fristar for" in one.text]
    assert all("31. des. 2022" not in text.replace("\u00a0", " ") for text in now)


async def test_own_page_of_an_unknown_enterprise_says_so(api: Api) -> None:
    answer = await (await api.browser("vekstbedrift-2")).get("/vekstbedrift")
    assert (answer.status_code, find_faults(answer)) == (404, [])
    assert "ikkje registrert som vekstbedrift" in answer.text
