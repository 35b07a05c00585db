"""K5, K8: the stairs as open data: no token, nothing about a person, cached, limited."""

import json
from datetime import timedelta
from typing import Any

from app import clock
from app.clock import new_id
from app.database.identity import DatabaseIdentity
from app.http.attempts import Attempts
from app.rules.stairs import find_last_tertial_end
from app.stairs.open_data import OpenStairsAnswer
from app.stairs.published import add_published_stairs
from tests.conftest import Api
from tests.factories import stairs, steps
from tests.factories.steps import ok, refused
from tests.factories.world import build

PATH = "/v1/open/stairs"
OFFICER = DatabaseIdentity(actor="test", roles=frozenset({"case_officer"}))


async def read(api: Api) -> dict[str, Any]:
    return ok(await api.anonymous.get(PATH), 200)


def find_step(open_stairs: dict[str, Any], stair: str, number: int) -> dict[str, Any]:
    [steps_] = [one["steps"] for one in open_stairs["stairs"] if one["stair"] == stair]
    [found] = [one for one in steps_ if one["number"] == number]
    return dict(found)


async def test_both_stairs_are_there_before_anything_is_said_of_them(api: Api) -> None:
    answer = await read(api)
    assert (answer["licence"], answer["updated_at"]) == ("NLOD-2.0", None)
    assert answer["stairs"] == [
        {"stair": stair, "steps": [], "printed_totals": []} for stair in ("activity", "housing")
    ]


async def test_steps_stand_in_order_with_what_is_offered_today(api: Api) -> None:
    """K1, K2: what has ended, or is still to begin, is not there."""
    fourth, third = await stairs.step(api, number=4), await stairs.step(api, number=3, description="Bustad.")
    tomorrow = (clock.today() + timedelta(days=1)).isoformat()
    await stairs.service(api, third, place="Manger", how_to_apply="Ring oss.", address="https://www.alver.kommune.no/")
    await stairs.service(api, third, name="Slutta", valid_to="2022-12-31")
    await stairs.service(api, third, name="Kjem", valid_from=tomorrow)
    await stairs.capacity(api, fourth, 5)
    answer = await read(api)
    [housing] = [one for one in answer["stairs"] if one["stair"] == "housing"]
    assert [step["number"] for step in housing["steps"]] == [3, 4]
    assert find_step(answer, "housing", 3) == {
        "number": 3,
        "category": None,
        "name": "Trinn 3",
        "description": "Bustad.",
        "services": [
            {
                "name": "Heimehjelp",
                "for_whom": "Vaksne",
                "provided_by": "Heimetenesta",
                "requires_decision": True,
                "place": "Manger",
                "how_to_apply": "Ring oss.",
                "address": "https://www.alver.kommune.no/",
                "valid_from": "2022-01-01",
                "capacity": None,
                "active_places": None,
                "active_on": None,
                "suppressed": False,
            }
        ],
        "capacities": [],
    }
    assert find_step(answer, "housing", 4)["capacities"] == [
        {"service": None, "place": "Knarvik", "number": 5, "as_of": "2022-06-01", "source": stairs.SOURCE}
    ]


async def test_printed_totals_are_beside_and_never_among_capacities(api: Api) -> None:
    """K6: 319 by the cells, and every printed total with its own difference."""
    body, _ = await stairs.printed_table(api)
    ok(await api.case_officer.post("/v1/stairs/housing/tables", json=body))
    [housing] = [one for one in (await read(api))["stairs"] if one["stair"] == "housing"]
    numbers = [one["number"] for step in housing["steps"] for one in step["capacities"]]
    assert (len(numbers), sum(numbers)) == (30, 319)
    differing = {
        (one["row"], one["place"]): one["difference"] for one in housing["printed_totals"] if one["difference"]
    }
    assert differing == {
        ("Omsorgsbustader utan base/fast bemanning", None): 5,
        (None, "Frekhaug"): 5,
        (None, "Manger"): 1,
        (None, None): 4,
    }
    assert len(housing["printed_totals"]) == 5 + 6 + 1


async def test_places_of_sheltered_enterprises_are_counted_where_they_are(api: Api) -> None:
    """K5, S6: the capacity of today, and the places in use on the last day of the last tertial, from five people on."""
    await steps.law(api)
    step_id = await stairs.step(api, "activity", number=2)
    await stairs.service(api, step_id, "activity", kind="sheltered_enterprise", name="Plass i vekstbedrift")
    gloede = await steps.provider(api, places=14)
    kim = await steps.provider(api, places=10, organisation_number="310300411", name="KIM AS")
    end = find_last_tertial_end(clock.today())

    async def read_places() -> tuple[Any, ...]:
        [service] = find_step(await read(api), "activity", 2)["services"]
        return tuple(service[name] for name in ("capacity", "active_places", "active_on", "suppressed"))

    assert await read_places() == (24, 0, end.isoformat(), False)
    for _ in range(4):
        await steps.recorded(api, gloede)
    # Four people are too few to be shown, also with one more who begins the day after.
    assert await read_places() == (24, None, end.isoformat(), True)
    later = (end + timedelta(days=1)).isoformat()
    decided_on = (end - timedelta(days=40)).isoformat()
    await steps.placed(api, kim, starts_on=later, decided_on=decided_on)
    assert await read_places() == (24, None, end.isoformat(), True)
    await steps.placed(api, kim, starts_on=end.isoformat(), decided_on=decided_on)
    assert await read_places() == (24, 5, end.isoformat(), False)


async def test_the_least_count_is_todays(api: Api) -> None:
    """S6: by the guideline's version of today, also of a day before it."""
    await steps.law(api)
    await stairs.service(api, await stairs.step(api, "activity", number=2), "activity", kind="sheltered_enterprise")
    gloede = await steps.provider(api, places=14)
    for _ in range(6):
        await steps.recorded(api, gloede)
    [service] = find_step(await read(api), "activity", 2)["services"]
    assert service["active_places"] == 6
    version = {"valid_from": clock.today().isoformat(), "least_count": 7}
    ok(await api.case_officer.post("/v1/guideline-versions", json=version))
    [service] = find_step(await read(api), "activity", 2)["services"]
    assert (service["active_places"], service["suppressed"]) == (None, True)


async def test_two_places_of_one_person_are_one_person(api: Api) -> None:
    """S6: five places of four people are hidden."""
    await steps.law(api)
    step_id = await stairs.step(api, "activity", number=2)
    await stairs.service(api, step_id, "activity", kind="sheltered_enterprise")
    gloede = await steps.provider(api, places=14)
    kim = await steps.provider(api, places=10, organisation_number="310300411", name="KIM AS")
    for _ in range(3):
        await steps.recorded(api, gloede)
    person = await steps.participant(api)
    for provider_id in (gloede, kim):
        body = steps.legacy(person, provider_id, share=50)
        ok(await api.case_officer.post("/v1/placements", json=body))
    [service] = find_step(await read(api), "activity", 2)["services"]
    assert (service["active_places"], service["suppressed"]) == (None, True)


async def test_nothing_is_about_a_person(api: Api) -> None:
    """K8: no name, id or number of anybody or of a provider, whatever is stored."""
    world = await build(api)
    step_id = await stairs.step(api, "activity", number=2)
    await stairs.service(api, step_id, "activity", kind="sheltered_enterprise")
    body = json.dumps(await read(api))
    for theirs in world.ids.values():
        for id_ in theirs.values():
            assert id_ not in body
    for name in ("Aslaug", "Birger", "Hage", "1990-01-01"):
        assert name not in body


async def test_it_is_kept_by_its_tag_and_changes_with_what_it_says(api: Api) -> None:
    """K8: 304 for who has it, 200 with another tag after a change."""
    step_id = await stairs.step(api)
    first = await api.anonymous.get(PATH)
    tag = first.headers["etag"]
    assert first.headers["cache-control"] == "public, max-age=300"
    again = await api.anonymous.get(PATH, headers={"If-None-Match": tag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert again.headers["cache-control"] == "public, max-age=300"
    headers = {"If-Match": "*"}
    ok(await api.case_officer.patch(f"/v1/stairs/housing/steps/{step_id}", json={"name": "Ny"}, headers=headers), 200)
    changed = await api.anonymous.get(PATH, headers={"If-None-Match": tag})
    assert changed.status_code == 200
    assert changed.headers["etag"] != tag
    assert changed.json()["updated_at"] is not None


async def test_every_page_may_read_it_and_none_may_write(api: Api) -> None:
    """K8: CORS for GET alone, and no other method at all."""
    read_there = await api.anonymous.get(PATH, headers={"Origin": "https://anywhere.example"})
    assert (read_there.status_code, read_there.headers["access-control-allow-origin"]) == (200, "*")
    assert (await api.anonymous.post(PATH, json={})).status_code == 405
    assert (await api.anonymous.get(f"{PATH}?stair=housing")).status_code == 422


async def test_all_callers_have_one_limit(api: Api) -> None:
    """K8: with a token too, which nothing is asked of."""
    api.app.state.open_calls = Attempts(2, "open data")
    try:
        ok(await api.anonymous.get(PATH), 200)
        ok(await api.case_officer.get(PATH), 200)
        answer = await api.anonymous.get(PATH)
        refused(answer, 429, "too-many-requests")
        assert int(answer.headers["retry-after"]) <= 60
    finally:
        api.app.state.open_calls = Attempts(0, "open data")


async def test_nobody_reads_needs_or_writes_without_a_role(api: Api) -> None:
    """K8: what is not open data asks for a token."""
    for stair_path in ("steps", "services", "capacities", "needs", "tables", f"steps/{new_id()}"):
        assert (await api.anonymous.get(f"/v1/stairs/housing/{stair_path}")).status_code == 401
    for client in (api.epj, api.provider("310300403"), api.auditor):
        assert (await client.get("/v1/stairs/housing/steps")).status_code == 403
    body = {"number": 1, "name": "Trinn"}
    assert (await api.finance.post("/v1/stairs/housing/steps", json=body)).status_code == 403


async def test_published_stairs_are_the_papers(committed_api: Api) -> None:
    """K6: what a new database begins with is the table of the cases, cell by cell and total by total."""
    state = committed_api.app.state
    async with state.database.unit_of_work(OFFICER) as unit:
        assert await add_published_stairs(unit) == 8
        assert await add_published_stairs(unit) == 0
    [table] = ok(await committed_api.case_officer.get("/v1/stairs/housing/tables"), 200)["items"]
    cases = stairs.CASES
    assert table["as_of"] == cases["as_of"]
    assert [
        (str(row["step_number"]), row["name"], {cell["place"]: cell["number"] for cell in row["cells"]}, row["printed"])
        for row in table["rows"]
    ] == [(row["step"], row["label"], row["cells"], row["stated_total"]) for row in cases["rows"]]
    assert [(one["place"], one["printed"]) for one in table["places"]] == [
        (one["area"], one["stated_total"]) for one in cases["columns"]
    ]
    assert (table["total"]["sum"], table["total"]["printed"]) == (319, 323)
    listed = ok(await committed_api.case_officer.get("/v1/stairs/activity/steps"), 200)["items"]
    assert sorted((step["number"], step["category"], step["name"].lower()) for step in listed) == [
        (one["number"], one["number"], one["label"].lower()) for one in cases["categories"]
    ]


async def test_a_change_shows_at_once_in_every_process(api: Api) -> None:
    """K8: each keeps its answer, and none keeps one that is out of date, whatever was changed and by whom."""
    await steps.law(api)
    step_id = await stairs.step(api, "activity", number=2)
    service_id = await stairs.service(api, step_id, "activity", kind="sheltered_enterprise")
    processes = OpenStairsAnswer(), OpenStairsAnswer()

    async def read_in_each() -> list[tuple[str, dict[str, Any]]]:
        answers = []
        for process in processes:
            api.app.state.open_stairs = process
            answer = await api.anonymous.get(PATH)
            answers.append((answer.headers["etag"], ok(answer, 200)))
        return answers

    before = await read_in_each()
    assert await read_in_each() == before
    match = {"If-Match": "*"}
    changes = [
        ("PATCH", f"/v1/stairs/activity/steps/{step_id}", {"name": "Ny"}),
        ("PATCH", f"/v1/stairs/activity/services/{service_id}", {"for_whom": "Unge"}),
        ("POST", "/v1/stairs/housing/steps", {"number": 1, "name": "Fyrste"}),
        ("PATCH", f"/v1/stairs/activity/services/{service_id}", {"valid_to": "2022-12-31"}),
    ]
    for method, path, body in changes:
        answer = await api.case_officer.request(method, path, json=body, headers=match if method == "PATCH" else {})
        assert answer.is_success, answer.text
        (tag, first), (other_tag, second) = await read_in_each()
        assert (tag, first) == (other_tag, second)
        assert tag != before[0][0]
        assert first["updated_at"] is not None
        before = [(tag, first), (other_tag, second)]
    # What is counted at the providers too.
    await api.case_officer.patch(f"/v1/stairs/activity/services/{service_id}", json={"valid_to": None}, headers=match)
    await read_in_each()
    await steps.provider(api, places=14)
    for _, shown in await read_in_each():
        assert find_step(shown, "activity", 2)["services"][0]["capacity"] == 14


async def test_a_change_begun_before_another_shows_when_it_is_stored(committed_api: Api) -> None:
    """K8: the time of a change is that of its beginning, and does not tell when it was stored."""
    step_id = await stairs.step(committed_api, number=3)
    await stairs.step(committed_api, number=4)
    database = committed_api.app.state.database
    async with database.unit_of_work(OFFICER) as slow:
        await slow.execute("update stair_step set name = 'Sein', updated_at = now() where id = $1", step_id)
        await stairs.step(committed_api, number=5)
        assert find_step(await read(committed_api), "housing", 3)["name"] == "Trinn 3"
    assert find_step(await read(committed_api), "housing", 3)["name"] == "Sein"
