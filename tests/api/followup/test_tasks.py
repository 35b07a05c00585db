"""M1–M8: what is due, as the case office, the providers and the services see it; and as a calendar."""

from typing import Any

import httpx
import pytest

from app import clock
from tests.conftest import Api
from tests.factories import steps
from tests.factories.follow_up import NUMBERS, attendees, consent, evaluation, meeting, place_at, placed, plan, tasks
from tests.factories.steps import ok, refused

Found = list[tuple[str, str, str]]
YEARLY_KINDS = ("system_meeting", "guideline_evaluation")
# Of nobody's place; that a provider has stated nothing of its staff is a deviation in all of these (P4).
OTHER_KINDS = (*YEARLY_KINDS, "deviation", "rate_missing")


def summarise(found: list[dict[str, Any]]) -> Found:
    """(kind, due day, status) of what concerns a place."""
    return [(task["kind"], task["due_on"], task["status"]) for task in found if task["kind"] not in OTHER_KINDS]


async def list_placement_tasks(client: httpx.AsyncClient, on: str, **query: str) -> Found:
    return summarise(await tasks(client, on, **query))


async def test_duties_from_first_day_to_second_year(api: Api) -> None:
    """M1–M4: open from the first day, done when it is done, overdue the day after its due day."""
    await steps.law(api)
    provider_id, person, placement_id = await placed(api)
    provider = api.provider(NUMBERS[0])
    assert await list_placement_tasks(provider, "2022-06-30") == []
    year = [(kind, "2023-06-30") for kind in ("evaluation", "conversation", "cooperation_meeting")]
    assert await list_placement_tasks(provider, "2022-07-01") == [
        ("plan", "2022-09-29", "open"),
        *((kind, due, "open") for kind, due in year),
    ]
    assert (await list_placement_tasks(provider, "2022-09-30"))[0] == ("plan", "2022-09-29", "overdue")

    ok(await provider.post("/v1/plans", json=plan(placement_id, sent_on=None)))
    assert (await list_placement_tasks(provider, "2022-09-30"))[0][2] == "overdue"
    ok(await provider.post("/v1/plans", json=plan(placement_id)))
    ok(await provider.post("/v1/meetings", json=meeting(placement_id, "conversation")))
    [conversation] = await tasks(provider, "2023-06-30", kind="conversation")
    assert conversation == {
        "id": f"conversation.{placement_id}.1",
        "title": "Samtalar: Sprek Hage, Gløde AS",
        "kind": "conversation",
        "due_on": "2023-06-30",
        "status": "open",
        "responsible": "provider",
        "placement_id": placement_id,
        "provider_id": provider_id,
        "participant_id": person,
        "participant_name": "Sprek Hage",
        "rule": "M3",
        "link": f"/v1/placements/{placement_id}",
        "n": 1,
        "required": 2,
        "recorded": 1,
        "missing": ["own_experience", "changes", "content"],
    }
    second = meeting(placement_id, "conversation", held_on="2023-06-30", themes=["content", "own_experience"])
    ok(await provider.post("/v1/meetings", json=second))
    ok(await provider.post("/v1/meetings", json=meeting(placement_id)))
    ok(await provider.post("/v1/evaluations", json=evaluation(placement_id)))
    assert await list_placement_tasks(provider, "2023-06-30") == [
        ("plan", "2022-09-29", "done"),
        *((kind, due, "done") for kind, due in year),
    ]
    [conversation] = await tasks(provider, "2023-06-30", kind="conversation")
    assert (conversation["recorded"], conversation["missing"]) == (2, ["changes"])
    # What was done later was not done on a day before it.
    assert (await list_placement_tasks(provider, "2023-06-29", kind="conversation"))[0][2] == "open"
    after = await list_placement_tasks(provider, "2023-07-01", status="open")
    assert after == [(kind, "2024-06-30", "open") for kind, _ in year]


async def test_conversation_without_participant_does_not_count(api: Api) -> None:
    """M3, M4: a conversation without the participant is none; a correction may make it one."""
    await steps.law(api)
    _, _, placement_id = await placed(api)
    alone: dict[str, Any] = {"attendees": attendees("provider"), "participant_absence_reason": "Sjuk."}
    made = ok(await api.case_officer.post("/v1/meetings", json=meeting(placement_id, "conversation", **alone)))
    ok(await api.case_officer.post("/v1/meetings", json=meeting(placement_id, **alone)))
    found = {task["kind"]: task["recorded"] for task in await tasks(api.case_officer, "2022-12-31")}
    assert (found["conversation"], found["cooperation_meeting"]) == (0, 1)
    together = {key: value for key, value in meeting(None).items() if key not in ("kind", "placement_id")}
    correction = together | {"themes": ["progress"], "correction": "Deltakaren var med."}
    ok(await api.case_officer.post(f"/v1/meetings/{made['id']}/corrections", json=correction))
    [conversation] = await tasks(api.case_officer, "2022-12-31", kind="conversation")
    assert conversation["recorded"] == 1


async def test_legacy_and_ended_placements(api: Api) -> None:
    """M, L2: legacy counts from the effective date; a short last year owes one conversation or everything."""
    await steps.law(api)
    provider_id = await steps.provider(api)
    old = ok(
        await api.case_officer.post("/v1/placements", json=steps.legacy(await steps.participant(api), provider_id))
    )
    ended = steps.legacy(await steps.participant(api), provider_id, ends_on="2021-12-31")
    gone = ok(await api.case_officer.post("/v1/placements", json=ended))
    assert await list_placement_tasks(api.case_officer, "2022-01-01", placement_id=old["id"]) == [
        ("plan", "2022-04-01", "open"),
        ("evaluation", "2022-12-31", "open"),
        ("conversation", "2022-12-31", "open"),
        ("cooperation_meeting", "2022-12-31", "open"),
    ]
    assert await list_placement_tasks(api.case_officer, "2025-01-01", placement_id=gone["id"]) == []
    _, short = await place_at(api, provider_id, ends_on="2022-10-31")
    assert await list_placement_tasks(api.case_officer, "2023-01-01", placement_id=short) == [
        ("conversation", "2022-10-31", "overdue")
    ]
    _, long = await place_at(api, provider_id, ends_on="2022-12-30")
    assert [due for _, due, _ in await list_placement_tasks(api.case_officer, "2025-01-01", placement_id=long)] == [
        "2022-09-29",
        *["2022-12-30"] * 3,
    ]


async def test_system_meeting_and_guideline_evaluation_are_yearly(api: Api) -> None:
    """M7, M8: due each calendar year; the status names who was missing."""
    await steps.law(api)
    await placed(api)
    await steps.provider(api, organisation_number=NUMBERS[1], name="KIM AS")
    await steps.provider(api, organisation_number=NUMBERS[2], name="Tom AS", places=0)
    assert [(task["kind"], task["due_on"], task["status"]) for task in await list_yearly_tasks(api, "2023-01-01")] == [
        ("system_meeting", "2022-12-31", "overdue"),
        ("guideline_evaluation", "2022-12-31", "overdue"),
        ("system_meeting", "2023-12-31", "open"),
        ("guideline_evaluation", "2023-12-31", "open"),
    ]
    present = [*attendees("case_office", "habilitation"), {"role": "provider", "organisation": "Gløde AS"}]
    held = meeting(None, "system", held_on="2022-11-01", attendees=present, called_by="habilitation")
    ok(await api.case_officer.post("/v1/meetings", json=held))
    body = {"year": 2022, "evaluated_on": "2022-12-01", "text": "Verkar."}
    ok(await api.case_officer.post("/v1/guideline-evaluations", json=body))
    first, second, *_ = await list_yearly_tasks(api, "2022-12-31")
    assert (first["status"], first["responsible"], first["rule"]) == ("done", "service", "M7")
    assert first["missing"] == ["mental_health", "nav", "KIM AS"]
    assert (second["status"], second["responsible"], second["rule"]) == ("done", "case_office", "M8")
    more = meeting(None, "system", held_on="2022-11-20", attendees=attendees("nav", "mental_health"))
    ok(await api.case_officer.post("/v1/meetings", json=more))
    assert (await list_yearly_tasks(api, "2022-12-31"))[0]["missing"] == ["KIM AS"]
    assert [
        task["kind"] for task in await tasks(api.service("habilitation"), "2022-12-31") if task["kind"] in YEARLY_KINDS
    ] == ["system_meeting"]
    assert not [task for task in await tasks(api.provider(NUMBERS[0]), "2022-12-31") if task["kind"] in YEARLY_KINDS]


async def list_yearly_tasks(api: Api, on: str) -> list[dict[str, Any]]:
    found = [task for task in await tasks(api.case_officer, on) if task["kind"] in YEARLY_KINDS]
    return sorted(found, key=lambda task: (task["due_on"], YEARLY_KINDS.index(task["kind"])))


async def test_consent_is_due_until_renewed_or_withdrawn(api: Api) -> None:
    """M6: while the participant still has the place, until it is renewed or withdrawn."""
    await steps.law(api)
    _, person, placement_id = await placed(api)
    path = f"/v1/participants/{person}/consents"
    first = ok(await api.case_officer.post(path, json=consent(["nav", "other_service"])))
    [task] = await tasks(api.case_officer, "2023-07-02", kind="consent")
    assert (task["due_on"], task["status"], task["rule"]) == ("2023-07-01", "overdue", "M6")
    assert (task["placement_id"], task["link"]) == (placement_id, path)
    ok(await api.case_officer.post(path, json=consent(["nav"], given_on="2023-06-01")))
    assert [row[2] for row in await list_placement_tasks(api.case_officer, "2023-07-02", kind="consent")] == [
        "overdue",
        "open",
    ]
    ok(await api.case_officer.post(path, json=consent(["other_service"], given_on="2023-07-02", valid_to="2023-12-31")))
    assert await list_placement_tasks(api.provider(NUMBERS[0]), "2023-07-02", kind="consent") == [
        ("consent", "2023-07-01", "done"),
        ("consent", "2023-12-31", "open"),
        ("consent", "2024-06-01", "open"),
    ]
    ok(await api.case_officer.post(f"{path}/{first['id']}/withdrawal", json={"withdrawn_on": "2023-07-02"}), 200)
    assert len(await list_placement_tasks(api.case_officer, "2023-07-02", kind="consent")) == 2


async def test_filters_alone_and_together(api: Api) -> None:
    """Each filter alone and together, by due day."""
    await steps.law(api)
    first, _, placement_id = await placed(api)
    second, _, _ = await placed(api, NUMBERS[1], name="KIM AS", starts_on="2022-08-15")
    ok(await api.case_officer.post("/v1/plans", json=plan(placement_id)))
    on = "2023-07-15"
    everything = await tasks(api.case_officer, on)
    order = [(task["responsible"] != "case_office", task["due_on"]) for task in everything]
    assert order == sorted(order)
    assert len({task["id"] for task in everything}) == len(everything) == 18
    for name, value in (
        ("kind", "plan"),
        ("due_on", "2023-06-30"),
        ("due_on", "1999-12-31"),
        ("status", "overdue"),
        ("status", "done"),
        ("provider_id", second),
        ("placement_id", placement_id),
        ("responsible", "provider"),
        ("responsible", "case_office"),
        ("responsible", "service"),
    ):
        assert await tasks(api.case_officer, on, **{name: value}) == [
            task for task in everything if task[name] == value
        ]
    before = await tasks(api.case_officer, on, due_before="2023-06-30")
    assert before == [task for task in everything if task["due_on"] < "2023-06-30"]
    since = await tasks(api.case_officer, on, due_from="2023-06-30")
    assert sorted(before + since, key=everything.index) == everything
    assert await tasks(api.case_officer, on, due_on="2023-06-30", due_from="2023-07-01") == []
    assert await tasks(api.case_officer, on, due_on="2023-06-30", due_before="2023-06-30") == []
    wrong = {"on": on, "due_from": "2023-07-01", "due_before": "2023-06-30"}
    for path in ("/v1/tasks", "/v1/tasks/summary", "/v1/tasks.ics"):
        problem = refused(await api.case_officer.get(path, params=wrong), 422, "validation")
        assert [error["pointer"] for error in problem["errors"]] == ["#/query/due_before"]
    both = await tasks(api.case_officer, on, provider_id=first, status="overdue", kind="evaluation")
    assert [task["id"] for task in both] == [f"evaluation.{placement_id}.1"]


async def test_pages_of_one_task_are_the_whole_list(api: Api) -> None:
    """By due day; each page links to the next."""
    await steps.law(api)
    _, _, placement_id = await placed(api)
    await placed(api, NUMBERS[1], name="KIM AS", starts_on="2022-08-15")
    ok(await api.case_officer.post("/v1/plans", json=plan(placement_id)))
    on = "2023-07-15"
    everything = await tasks(api.case_officer, on)
    one_by_one, path = [], "/v1/tasks"
    query: dict[str, str] = {"on": on, "limit": "1", "due_from": "1900-01-01"}
    while True:
        answer = await api.case_officer.get(path, params=query)
        page = ok(answer, 200)
        one_by_one += page["items"]
        if page["next"] is None:
            break
        assert f"after={page['next']}" in answer.headers["link"]
        query["after"] = page["next"]
    assert one_by_one == everything


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({"kind": "party"}, "#/query/kind"),
        ({"status": "late"}, "#/query/status"),
        ({"on": "2022-02-30"}, "#/query/on"),
        ({"after": "A" * 31}, "#/query/after"),
        ({"after": "_" * 31}, "#/query/after"),
        ({"after": "x"}, "#/query/after"),
        ({"limit": "201"}, "#/query/limit"),
        ({"due_on": "2100-01-01"}, "#/query/due_on"),
        ({"who": "me"}, "#/query/who"),
    ],
)
async def test_invalid_query_refused(api: Api, query: dict[str, str], pointer: str) -> None:
    """An unknown parameter or value is refused, never ignored."""
    problem = refused(await api.case_officer.get("/v1/tasks", params=query), 422, "validation")
    assert problem["errors"][0]["pointer"] == pointer


async def test_tasks_are_visible_to_their_parties_only(api: Api) -> None:
    """A provider its own places', a service its area's, the case office all; nothing without a guideline."""
    assert await tasks(api.case_officer, "2022-07-01") == []
    await steps.law(api)
    _, _, mine = await placed(api)
    _, _, theirs = await placed(api, NUMBERS[1], name="KIM AS", area="mental_health")
    for client, seen in (
        (api.provider(NUMBERS[0]), {mine}),
        (api.provider(NUMBERS[1]), {theirs}),
        (api.service("habilitation"), {mine}),
        (api.service("mental_health"), {theirs}),
        (api.case_officer, {mine, theirs}),
    ):
        found = await tasks(client, "2022-07-01")
        assert {task["placement_id"] for task in found} - {None} == seen
        assert all(task["status"] == "open" for task in found)
        # A party that sees the placement sees what was filed: else a done task would look open to a service.
    ok(await api.provider(NUMBERS[0]).post("/v1/plans", json=plan(mine)))
    for client in (api.provider(NUMBERS[0]), api.service("habilitation"), api.case_officer):
        assert [task["status"] for task in await tasks(client, "2022-12-31", kind="plan", placement_id=mine)] == [
            "done"
        ]
    assert await tasks(api.provider(NUMBERS[1]), "2022-12-31", placement_id=mine) == []


async def test_day_more_than_five_years_ahead_refused(api: Api) -> None:
    """M: each year until then is counted, so that they are bounded; and the first page is the first page."""
    await steps.law(api)
    await placed(api)
    ahead = clock.today().year + 5
    last = f"{ahead}-{clock.today():%m}-01"
    page = ok(await api.case_officer.get("/v1/tasks", params={"on": last, "limit": 3}), 200)
    assert [task["due_on"] for task in page["items"]] == ["2022-12-31", "2023-12-31", "2024-12-31"]
    ok(await api.case_officer.get("/v1/follow-up/2022", params={"on": last}), 200)
    for on in (f"{ahead + 1}-01-01", "2099-12-31"):
        for path in ("/v1/tasks", "/v1/tasks.ics", "/v1/follow-up/2022"):
            problem = refused(await api.case_officer.get(path, params={"on": on}), 422, "validation")
            assert problem["errors"][0]["pointer"] == "#/query/on"


async def test_extensive_absence_is_a_task(api: Api) -> None:
    """A3: for the case office, from the day the absence became extensive, until it is reviewed."""
    await steps.law(api)
    _, _, placement_id = await placed(api)
    today = clock.today()
    item = {
        "external_id": "F-1",
        "revision": 1,
        "placement_id": placement_id,
        "kind": "sick",
        "from": "2026-01-01",
        "to": today.isoformat(),
        "percent": 100,
        "note": None,
        "cancelled": False,
    }
    ok(await api.provider(NUMBERS[0]).post("/v1/absences/batch", json={"items": [item]}), 200)
    [task] = await tasks(api.case_officer, today.isoformat(), kind="absence_review")
    assert (task["placement_id"], task["rule"], task["responsible"]) == (placement_id, "A3", "case_office")
    assert task["link"].startswith(f"/v1/placements/{placement_id}/absence-summary")
    of_place = await tasks(api.case_officer, today.isoformat(), kind="absence_review", placement_id=placement_id)
    assert of_place == [task]
    other = "0190c0de-7a00-7000-8000-000000000001"
    assert await tasks(api.case_officer, today.isoformat(), kind="absence_review", placement_id=other) == []


async def test_notice_calls_for_a_meeting(api: Api) -> None:
    """L4: open from the day of the notice until the place ends; done with a cooperation meeting since that day."""
    await steps.law(api)
    _, _, placement_id = await placed(api)
    notice: dict[str, Any] = {
        "given_by": "participant",
        "given_on": "2022-10-03",
        "reason": "changed_needs",
        "text": None,
        "agreed_end_on": None,
        "agreed_by": [],
    }
    ok(await api.case_officer.post(f"/v1/placements/{placement_id}/notices", json=notice))
    ok(await api.case_officer.post("/v1/meetings", json=meeting(placement_id, held_on="2022-10-02")))
    assert await tasks(api.case_officer, "2022-10-02", kind="notice_meeting") == []
    [task] = await tasks(api.case_officer, "2022-10-03", kind="notice_meeting")
    assert (task["due_on"], task["status"], task["rule"]) == ("2023-01-03", "open", "L4")
    assert (task["placement_id"], task["responsible"]) == (placement_id, "case_office")
    assert (await tasks(api.case_officer, "2023-01-04", kind="notice_meeting"))[0]["status"] == "overdue"
    ok(await api.case_officer.post("/v1/meetings", json=meeting(placement_id, held_on="2022-10-03")))
    assert (await tasks(api.case_officer, "2023-01-04", kind="notice_meeting"))[0]["status"] == "done"


async def test_deviations_are_tasks(api: Api) -> None:
    """P4, P5: since the day something was missing, done when it is mended; a service knows nothing of a staff."""
    await steps.law(api)
    provider_id, _, _ = await placed(api)
    provider = api.provider(NUMBERS[0])
    [task] = await tasks(provider, "2022-07-02", kind="deviation")
    assert (task["due_on"], task["status"], task["rule"], task["missing"]) == (
        "2022-07-01",
        "overdue",
        "P4",
        ["statement"],
    )
    assert (task["provider_id"], task["placement_id"]) == (provider_id, None)
    statement = {
        "stated_on": "2022-08-01",
        "employees": 3,
        "police_certificates": 3,
        "full_time_equivalents": "0.10",
        "areas": ["facilitation", "guidance", "health_and_care_act", "health_and_social_tasks"],
    }
    ok(await api.case_officer.post(f"/v1/providers/{provider_id}/competence-statements", json=statement))
    found = await tasks(api.case_officer, "2022-08-01", kind="deviation", provider_id=provider_id)
    assert [(task["rule"], task["status"]) for task in found] == [("P4", "done"), ("P5", "open")]
    assert await tasks(api.service("habilitation"), "2022-08-01", kind="deviation") == []
