"""Placements read and listed, their history, and legacy placements (L1, L2, D6)."""

from app.http.pagination import Page
from app.placements.schemas import PlacementOut, PricedPlacementOut
from tests.api.placements.helpers import decide, read_placement
from tests.conftest import Api
from tests.factories import steps
from tests.factories.steps import ok, refused


async def test_prices_are_shown_by_role(api: Api) -> None:
    """The contract's roles: no amounts for providers, services and the EPJ."""
    provider_id = await steps.provider(api)
    ok(await api.case_officer.post("/v1/placements", json=steps.legacy(await steps.participant(api), provider_id)))
    for client, sees in (
        (api.case_officer, True),
        (api.finance, True),
        (api.epj, False),
        (api.service("habilitation"), False),
        (api.provider("310300403"), False),
    ):
        [row] = ok(await client.get("/v1/placements"), 200)["items"]
        one = ok(await client.get(f"/v1/placements/{row['id']}"), 200)
        assert ("monthly_price" in row, "monthly_price" in one) == (sees, sees)
    assert ok(await api.service("mental_health").get("/v1/placements"), 200)["items"] == []


async def test_list_equals_serialized_models(api: Api) -> None:
    """To the byte, with a page to follow and without, with and without money, for terms that have changed since."""
    await steps.law(api)
    provider_id = await steps.provider(api)
    await steps.placed(api, provider_id, ends_on="2022-12-31")
    changed = await steps.recorded(api, provider_id)
    change = steps.change(changed, valid_from="2022-09-01", share=50, monthly_price="9000.50")
    ok(await api.case_officer.post("/v1/decisions", json=change))
    for client, shape in ((api.case_officer, PricedPlacementOut), (api.provider("310300403"), PlacementOut)):
        for query in ({}, {"limit": 1}):
            answer = await client.get("/v1/placements", params=query)
            read = Page[shape].model_validate_json(answer.content)  # type: ignore[valid-type]  # either of the two
            assert answer.text == read.model_dump_json()
            assert (read.next is None) == (not query)


async def test_provider_reads_own_placements_only(api: Api) -> None:
    """And the participants of those placements only."""
    own, other = await steps.provider(api), await steps.provider(api, organisation_number="310300411", name="KIM AS")
    rows = {}
    for provider_id in (own, other):
        participant_id = await steps.participant(api)
        body = steps.legacy(participant_id, provider_id)
        rows[provider_id] = (ok(await api.case_officer.post("/v1/placements", json=body))["id"], participant_id)
    client = api.provider("310300403")
    assert [row["id"] for row in ok(await client.get("/v1/placements"), 200)["items"]] == [rows[own][0]]
    assert ok(await client.get("/v1/placements", params={"provider_id": other}), 200)["items"] == []
    assert (await client.get(f"/v1/placements/{rows[other][0]}")).status_code == 404
    assert (await client.get(f"/v1/participants/{rows[own][1]}")).status_code == 200
    assert (await client.get(f"/v1/participants/{rows[other][1]}")).status_code == 404


async def test_list_filters_by_active_day(api: Api) -> None:
    """L7: first and last day belong to the place."""
    provider_id = await steps.provider(api)
    body = steps.legacy(await steps.participant(api), provider_id, ends_on="2021-06-30")
    ok(await api.case_officer.post("/v1/placements", json=body))
    for day, found in (("2020-12-31", 0), ("2021-01-01", 1), ("2021-06-30", 1), ("2021-07-01", 0)):
        items = ok(await api.case_officer.get("/v1/placements", params={"active_on": day}), 200)["items"]
        assert len(items) == found, day


async def test_legacy_placement_begins_before_guideline(api: Api) -> None:
    """L2."""
    provider_id = await steps.provider(api)
    ok(await api.case_officer.post("/v1/guideline-versions", json=steps.GUIDELINE))
    body = steps.legacy(await steps.participant(api), provider_id)
    late = body | {"starts_on": "2022-01-01"}
    refused(await api.case_officer.post("/v1/placements", json=late), 409, "legacy-after-guideline")
    ok(await api.case_officer.post("/v1/placements", json=body | {"starts_on": "2021-12-31"}))
    backwards = body | {"ends_on": "2020-12-31"}
    refused(await api.case_officer.post("/v1/placements", json=backwards), 422, "validation")
    refused(await api.case_officer.post("/v1/placements", json=body | {"terms": "standard"}), 422, "validation")


async def test_legacy_placement_decided_before_guideline_may_begin_after(api: Api) -> None:
    """L2: such a grant is refused, and the place is recorded as `legacy`; its clock begins on its first day (M)."""
    await steps.law(api)
    provider_id = await steps.provider(api)
    days = {"decided_on": "2021-12-31", "starts_on": "2022-02-01"}
    grant = await steps.ready_to_grant(api, provider_id) | days
    refused(await api.case_officer.post("/v1/decisions", json=grant), 409, "no-guideline-in-force")
    body = steps.legacy(await steps.participant(api), provider_id, monthly_price="20000.00")
    for late in ({"starts_on": "2022-02-01"}, days | {"decided_on": "2022-01-01"}):
        refused(await api.case_officer.post("/v1/placements", json=body | late), 409, "legacy-after-guideline")
    made = ok(await api.case_officer.post("/v1/placements", json=body | days))
    assert (made["terms"], made["decided_on"], made["monthly_price"]) == ("legacy", "2021-12-31", "20000.00")
    assert [(step["step"], step["on"]) for step in made["history"]] == [("recorded", None)]
    assert ok(await api.case_officer.get(f"/v1/placements/{made['id']}"), 200) == made
    assert await steps.forecast(api) == "220000.00"
    tasks = {"on": "2022-12-31", "placement_id": made["id"], "kind": "evaluation"}
    [task] = ok(await api.case_officer.get("/v1/tasks", params=tasks), 200)["items"]
    assert task["due_on"] == "2023-01-31"


async def test_updated_after_finds_every_change(committed_api: Api) -> None:
    """Who keeps up by `updated_at` sees a change of terms, a notice and an end, also where the last day stays."""
    await steps.law(committed_api)
    placement_id = await steps.placed(committed_api, await steps.provider(committed_api))
    versions = [(await read_placement(committed_api, placement_id))["updated_at"]]
    client, path = committed_api.case_officer, f"/v1/placements/{placement_id}/notices"
    agreed = steps.notice("2022-09-01", agreed_end_on="2022-10-31")
    for address, body in (
        ("/v1/decisions", steps.change(placement_id, valid_from="2022-09-16", share=60)),
        (path, agreed),
        ("/v1/decisions", steps.end(placement_id, "2022-10-31", decided_on="2022-09-01")),
    ):
        ok(await client.post(address, json=body))
        since = ok(await client.get("/v1/placements", params={"updated_after": versions[-1]}), 200)["items"]
        assert [row["id"] for row in since] == [placement_id]
        versions.append((await read_placement(committed_api, placement_id))["updated_at"])
    assert versions == sorted(set(versions))


async def test_history_lists_events_in_order(api: Api) -> None:
    """D6: each event with its decision, and the decision it follows."""
    await steps.law(api)
    placement_id = await steps.placed(api, await steps.provider(api))
    changed = await decide(api, steps.change(placement_id, valid_from="2022-09-01", share=60))
    path = f"/v1/placements/{placement_id}"
    given = ok(await api.case_officer.post(f"{path}/notices", json=steps.notice("2022-08-20")))
    withdrawn = await decide(api, steps.change(placement_id, decided_on="2022-09-01", withdraws_notice_id=given["id"]))
    again = ok(await api.case_officer.post(f"{path}/notices", json=steps.notice("2022-09-15")))
    ended = await decide(api, steps.end(placement_id, "2022-12-15", decided_on="2022-09-20"))
    place = await read_placement(api, placement_id)
    history = place["history"]
    granted = history[0]["decision_id"]
    assert [(step["step"], step["on"], step["decision_id"], step["follows_id"]) for step in history] == [
        ("granted", "2022-01-10", granted, None),
        ("changed", "2022-08-15", changed["id"], granted),
        ("notice_given", "2022-08-20", None, None),
        ("notice_withdrawn", "2022-09-01", withdrawn["id"], changed["id"]),
        ("notice_given", "2022-09-15", None, None),
        ("end_decided", "2022-09-20", ended["id"], withdrawn["id"]),
    ]
    assert [step["ends_on"] for step in history] == [None, None, "2022-11-20", None, "2022-12-15", "2022-12-15"]
    assert [step["notice_id"] for step in history[2:]] == [given["id"], given["id"], again["id"], again["id"]]
    assert (place["ends_on"], place["state"], place["share"]) == ("2022-12-15", "ended", 60)


async def test_history_has_prices_by_role(api: Api) -> None:
    """D6: the same events, without money for providers, services and the EPJ."""
    await steps.law(api)
    placement_id = await steps.placed(api, await steps.provider(api))
    await decide(api, steps.change(placement_id, valid_from="2022-09-01", share=60))
    expected = [event["decision_id"] for event in (await read_placement(api, placement_id))["history"]]
    for client, money in (
        (api.finance, True),
        (api.epj, False),
        (api.provider("310300403"), False),
        (api.service("habilitation"), False),
    ):
        placement = ok(await client.get(f"/v1/placements/{placement_id}"), 200)
        assert [event["decision_id"] for event in placement["history"]] == expected
        assert all(("monthly_price" in row) == money for row in [placement, *placement["history"]])
