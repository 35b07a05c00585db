"""Screen 1, the work list on the page."""

import re

import pytest

from app.web import worklist
from tests.conftest import Api
from tests.factories import follow_up, steps
from tests.factories.steps import ok
from tests.web.html import find_faults, parse

ADDRESS = "/arbeidsliste"
ON = {"on": "31.08.2022"}


async def test_worklist_shows_applications_with_days_waited(api: Api) -> None:
    provider_id = await steps.provider(api)
    waiting = (await steps.ready_to_grant(api, provider_id))["application_id"]
    answer = await (await api.browser("sakshandsamar")).get(ADDRESS, params=ON)
    assert (answer.status_code, find_faults(answer)) == (200, [])
    page = parse(answer)
    [case] = page.all("li", **{"class": "case"})
    assert "Søkte 3.\u00a0januar 2022" in case.text
    assert "Gløde AS sa ja" in case.text
    assert "240 dagar sidan søknad" in case.text
    assert page.all("a", href=f"/vedtak/ny?soknad={waiting}")


async def test_worklist_groups_what_is_due_at_one_provider_on_one_day(api: Api) -> None:
    await steps.law(api)
    provider_id = await steps.provider(api)
    for _ in range(3):
        await steps.recorded(api, provider_id)
    answer = await (await api.browser("sakshandsamar")).get(ADDRESS, params=ON)
    assert find_faults(answer) == []
    plans = [one for one in parse(answer).all("details") if "Oppfølgingsplan" in one.text and "task-row" in str(one)]
    assert len(plans) == 1
    assert "3 deltakarar" in plans[0].text
    assert "152 dagar over" in plans[0].text


async def test_worklist_says_that_a_plan_is_not_sent(api: Api) -> None:
    await steps.law(api)
    place = await steps.recorded(api, await steps.provider(api))
    ok(await api.provider("310300403").post("/v1/plans", json=follow_up.plan(place, sent_on=None)))
    answer = await (await api.browser("sakshandsamar")).get(ADDRESS, params=ON)
    assert "Laga, ikkje send" in answer.text


async def test_worklist_logs_exactly_the_people_it_shows(api: Api) -> None:
    await steps.law(api)
    provider_id = await steps.provider(api)
    await steps.recorded(api, provider_id)
    unseen = await steps.participant(api)
    # Granted, from a later day: a yes of a provider, and nobody who waits.
    await steps.placed(api, provider_id, starts_on="2022-12-01")
    answer = await (await api.browser("sakshandsamar")).get(ADDRESS, params=ON)
    shown = {one.attributes["href"].rpartition("/")[2] for one in parse(answer).all("a") if "/deltakarar/" in str(one)}
    log = (await api.auditor.get("/v1/access-log", params={"actor": "person:test-sakshandsamar"})).json()["items"]
    assert {row["participant_id"] for row in log} == shown
    assert unseen not in shown
    assert len(shown) == 1


async def test_long_worklist_has_pages_and_names_those_on_this_one_alone(api: Api) -> None:
    """Thirty places with four deadlines each: a hundred on the first page, the rest on the next, and all counted."""
    await steps.law(api)
    provider_id = await steps.provider(api, places=30)
    for number in range(30):
        await steps.recorded(api, provider_id, starts_on=f"2021-{1 + number // 28:02}-{1 + number % 28:02}")
    summary = ok(await api.case_officer.get("/v1/tasks/summary?on=2022-08-31&status=open&status=overdue"), 200)
    by_status = {one["status"]: one["count"] for one in summary["items"]}
    assert summary["count"] > worklist.MOST_TASKS
    browser = await api.browser("sakshandsamar")
    address, shown, lengths = f"{ADDRESS}?on=31.08.2022&seinare=ja", set[str](), []
    while address:
        answer = await browser.get(address)
        assert (answer.status_code, find_faults(answer)) == (200, [])
        page = parse(answer)
        tiles = [one.text for one in page.all("a") if one.attributes.get("class", "").startswith("tile")]
        assert tiles[2].startswith(f"{by_status['overdue']}Over frist")
        assert tiles[3].startswith(f"{by_status['open']}Fristar som kjem")
        [said] = [one.text for one in page.all("p", role="status")]
        lengths.append(int(said.split()[0]))
        assert said.endswith(f"av {summary['count']} fristar på denne sida")
        shown |= {one.attributes["href"].rpartition("/")[2] for one in page.all("a") if "/deltakarar/" in str(one)}
        more = [one for one in page.all("a", **{"class": "button"}) if one.text == "Dei neste fristane"]
        address = f"{ADDRESS}{more[0].attributes['href'].partition('#')[0]}" if more else ""
    assert lengths == [worklist.MOST_TASKS, summary["count"] - worklist.MOST_TASKS]
    assert len(shown) == 30


async def test_filters_are_kept_and_can_be_taken_away(api: Api) -> None:
    await steps.law(api)
    provider_id = await steps.provider(api)
    await steps.recorded(api, provider_id)
    wanted = ON | {"status": "overdue", "kind": "plan", "provider_id": provider_id, "responsible": "provider"}
    answer = await (await api.browser("sakshandsamar")).get(ADDRESS, params=wanted)
    page = parse(answer)
    assert find_faults(answer) == []
    assert [one.text for one in page.all("p", role="status")] == ["1 frist i 1 gruppe"]
    chips = page.all("a", **{"class": "chip"})
    assert [one.text.removeprefix("Fjern filteret ") for one in chips] == [
        "Status: Over frist", "Kva: Oppfølgingsplan", "Vekstbedrift: Gløde AS", "Ansvarleg: Vekstbedrifta",
    ]  # fmt: skip
    assert "status" not in chips[0].attributes["href"]
    assert "kind=plan" in chips[0].attributes["href"]


async def test_what_is_about_nobody_leads_on_too(demo: Api) -> None:
    """Every line of the list has a link: to somebody, or to where it is done."""
    answer = await (await demo.browser("sakshandsamar")).get(f"{ADDRESS}?seinare=ja&on=31.12.2022")
    lines = re.findall(r'<div class="task-row__one">.*?</div>', answer.text, re.DOTALL)
    assert len(lines) > 5
    assert [line for line in lines if "<a " not in line] == []


async def test_empty_worklist_says_so(api: Api) -> None:
    answer = await (await api.browser("sakshandsamar")).get(ADDRESS, params={"on": "01.02.2022"})
    assert find_faults(answer) == []
    assert "Ingen søknader ventar." in answer.text
    assert "Ingenting ventar på deg." in answer.text


async def test_worklist_without_anything_due_leads_to_the_next_deadline(api: Api) -> None:
    """The one person that it is about is named, and alone in the log."""
    await steps.law(api)
    provider_id = await steps.provider(api)
    statement = {
        "stated_on": "2021-01-01",
        "employees": 10,
        "full_time_equivalents": "10",
        "areas": ["facilitation", "guidance", "health_and_care_act", "health_and_social_tasks"],
        "police_certificates": 10,
    }
    ok(await api.case_officer.post(f"/v1/providers/{provider_id}/competence-statements", json=statement))
    evaluation = {"evaluated_on": "2022-02-01", "text": "Verkar.", "year": 2022}
    ok(await api.case_officer.post("/v1/guideline-evaluations", json=evaluation))
    for _ in range(2):
        plan = follow_up.plan(await steps.recorded(api, provider_id), made_on="2022-02-01", sent_on="2022-02-01")
        ok(await api.provider("310300403").post("/v1/plans", json=plan))
    answer = await (await api.browser("sakshandsamar")).get(ADDRESS, params={"on": "20.03.2022"})
    assert (answer.status_code, find_faults(answer)) == (200, [])
    page = parse(answer)
    assert "Ingenting ventar på deg." in answer.text
    assert "Den neste fristen" in answer.text
    shown = {one.attributes["href"].rpartition("/")[2] for one in page.all("a") if "/deltakarar/" in str(one)}
    log = (await api.auditor.get("/v1/access-log", params={"actor": "person:test-sakshandsamar"})).json()["items"]
    assert {row["participant_id"] for row in log} == shown
    assert len(shown) == 1


async def test_filter_that_nothing_passes_says_so(api: Api) -> None:
    answer = await (await api.browser("sakshandsamar")).get(ADDRESS, params=ON | {"kind": "plan"})
    assert "Ingen fristar passar med avgrensinga." in answer.text
    assert "Den neste fristen" not in answer.text


@pytest.mark.parametrize(
    "query", [{"kind": "tull"}, {"provider_id": "tull"}, {"responsible": "konge"}, {"etter": "tull"}]
)
async def test_filter_that_is_none_is_a_page_with_a_way_on(api: Api, query: dict[str, str]) -> None:
    answer = await (await api.browser("sakshandsamar")).get(ADDRESS, params=query)
    assert (answer.status_code, find_faults(answer)) == (422, [])


async def test_names_are_escaped(api: Api) -> None:
    person = await steps.participant(api, given_name="<script>alert(1)</script>")
    await steps.application(api, person)
    answer = await (await api.browser("sakshandsamar")).get(ADDRESS, params=ON)
    assert find_faults(answer) == []
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in answer.text
