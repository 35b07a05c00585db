"""What was corrected or annulled counts rightly in what other rooms tell of it (D8)."""

from tests.api.placements.helpers import correct, decide, give_notice, grant_place
from tests.conftest import Api
from tests.factories import steps
from tests.factories.erasure import REASON
from tests.factories.steps import ok, refused


async def test_statistics_leave_out_what_never_was(api: Api) -> None:
    """An annulled grant has no processing time, and neither it nor an end taken back is a move."""
    await steps.law(api)
    provider_id = await steps.provider(api)
    stands = await grant_place(api, provider_id)
    await decide(api, steps.end(stands["placement_id"], "2022-08-31", destination="vta"))
    taken_back = await grant_place(api, provider_id, ends_on="2022-10-31")
    end = await decide(api, steps.end(taken_back["placement_id"], "2022-08-31", destination="moved"))
    await correct(api, end, ends_on=None)
    annulled = await grant_place(api, provider_id)
    await decide(api, steps.end(annulled["placement_id"], "2022-08-31", destination="education"))
    await decide(api, steps.annul(annulled["placement_id"], annulled["id"]))
    moves = ok(await api.case_officer.get("/v1/statistics/moves"), 200)["items"]
    assert [(row["destination"], row["people"]) for row in moves if row["people"]] == [("vta", 1)]
    times = ok(await api.case_officer.get("/v1/statistics/processing-time"), 200)["items"]
    assert [row["decisions"] for row in times] == [2]


async def test_a_corrected_end_is_one_move_in_its_right_year(api: Api) -> None:
    """L8."""
    await steps.law(api)
    grant = await grant_place(api)
    end = await decide(api, steps.end(grant["placement_id"], "2022-12-31", destination="vta"))
    await correct(api, end, ends_on="2023-01-31")
    moves = ok(await api.case_officer.get("/v1/statistics/moves"), 200)["items"]
    assert [(row["year"], row["destination"], row["people"]) for row in moves if row["people"]] == [(2023, "vta", 1)]


async def test_a_death_on_another_day_still_owes_nothing(api: Api) -> None:
    """L8, M1–M4: and a death that was recorded of the wrong person leaves everything owed."""
    await steps.law(api)
    grant = await grant_place(api)
    died = await decide(api, steps.end(grant["placement_id"], "2022-08-14", destination="died"))
    await correct(api, died, ends_on="2022-08-12")
    query = {"placement_id": grant["placement_id"], "status": ["open", "overdue", "done"]}
    assert ok(await api.case_officer.get("/v1/tasks", params=query), 200)["items"] == []
    await correct(api, died, ends_on=None, decided_on="2022-09-16")
    tasks = ok(await api.case_officer.get("/v1/tasks", params=query), 200)["items"]
    assert {"plan", "evaluation", "conversation", "cooperation_meeting"} <= {task["kind"] for task in tasks}
    await give_notice(api, grant["placement_id"], "2022-09-16")


async def test_follow_up_goes_by_the_corrected_first_day(api: Api) -> None:
    """M1: the plan is due 90 days after the day the place should have begun."""
    await steps.law(api)
    grant = await grant_place(api)
    await correct(api, grant, starts_on="2022-08-01")
    query = {"placement_id": grant["placement_id"], "kind": "plan", "status": ["open", "overdue"]}
    [plan] = ok(await api.case_officer.get("/v1/tasks", params=query), 200)["items"]
    assert plan["due_on"] == "2022-10-30"


async def test_framsikt_has_the_corrected_months(api: Api) -> None:
    """C4, C6."""
    await steps.law(api)
    grant = await grant_place(api)
    await correct(api, grant, starts_on="2022-12-01")
    rows = ok(await api.finance.get("/v1/exports/framsikt/2022", params={"on": "2022-12-31"}), 200)["items"]
    months = [(row["type"], row["period"], row["amount"]) for row in rows if row["provider_id"]]
    assert months == [("rekneskap", 12, "22317.00"), ("prognose", 12, "22317.00")]


async def test_a_persons_export_has_the_wrong_step_and_its_mending(api: Api) -> None:
    """GDPR art. 15: with reason, ground and who found it."""
    await steps.law(api)
    grant = await grant_place(api)
    await correct(api, grant, share=50, found_by="guardian")
    await decide(api, steps.annul(grant["placement_id"], grant["id"], decided_on="2022-09-16"))
    held = ok(await api.case_officer.get(f"/v1/participants/{grant['participant_id']}/export"), 200)["held"]
    told = [(row["kind"], row["share"], row["found_by"], row["reason"]) for row in held["decisions"]]
    assert sorted(told) == [
        ("annul", None, "case_office", "Personen var registrert to gonger."),
        ("correct", 50, "guardian", "Året vart skrive feil."),
        ("grant", 100, None, None),
    ]
    assert held["placements"][0]["annulled_on"] == "2022-09-16"


async def test_an_annulled_placement_does_not_hold_up_erasure(api: Api) -> None:
    """GDPR art. 17: retention goes by the decisions, and the annulled place is not active."""
    await steps.law(api)
    grant = await grant_place(api)
    path = f"/v1/participants/{grant['participant_id']}/erasure"
    refused(await api.case_officer.post(path, json=REASON), 409, "placement-active")
    await decide(api, steps.annul(grant["placement_id"], grant["id"]))
    answer = refused(await api.case_officer.post(path, json=REASON), 409, "retention-not-over")
    assert answer["erasable_from"] == "2027-09-15"


async def test_finance_and_epj_read_a_correction_as_any_decision(api: Api) -> None:
    """D3: the EPJ gets no price."""
    await steps.law(api)
    grant = await grant_place(api)
    made = await correct(api, grant, share=50)
    decision = ok(await api.epj.get(f"/v1/decisions/{made['id']}"), 200)
    assert (decision["kind"], decision["corrects_id"], decision["share"]) == ("correct", grant["id"], 50)
    assert "monthly_price" not in decision
    steps_seen = ok(await api.finance.get(f"/v1/placements/{grant['placement_id']}"), 200)["history"]
    assert [event["step"] for event in steps_seen] == ["granted", "corrected"]
