"""T11: the assessment of applications for trips, and the ranking of a round, through HTTP."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.conftest import Api
from tests.factories import steps, trips
from tests.factories import trip_course as course
from tests.factories.participants import is_problem
from tests.factories.steps import ok, refused

CASES = json.loads((Path(__file__).parents[2] / "cases" / "trips-2.json").read_text(encoding="utf-8"))["ranking"]
CRITERIA = ("benefit", "resource", "severity", "mastery")


async def rank(api: Api, round_id: str, places: int) -> dict[str, Any]:
    return ok(await api.grants_officer.get(f"{trips.ROUNDS}/{round_id}/ranking", params={"places": places}), 200)


def list_ids(ranking: dict[str, Any]) -> list[list[str]]:
    return [[one["application_id"] for one in ranking[part]] for part in ("proposed", "waiting", "not_assessed")]


async def test_the_four_scores_are_a_persons(api: Api) -> None:
    """A score has its sentence; the last assessment counts, and what is missing is not zero."""
    await trips.record_scheme(api)
    made = await trips.apply(api)
    assert (made["status"], made["benefit"], made["assessed_by"]) == ("applied", None, None)
    first = await trips.assess(api, made["id"], 3, 0, 2, None)
    assert (first["status"], first["mastery"]) == ("applied", None)
    assert first["resource"] == {"score": 0, "reason": "Vurdert til 0."}
    second = await trips.assess(api, made["id"], 3, 1, 2, 2)
    assert (second["status"], second["resource"]["score"], second["assessed_on"]) == ("assessed", 1, "2022-02-10")
    assert second["assessed_by"].startswith("person:")
    assert ok(await api.case_officer.get(f"{trips.APPLICATIONS}/{made['id']}"), 200) == second


@pytest.mark.parametrize(
    ("pointer", "changes"),
    [
        ("#/benefit/score", {"benefit": {"score": 4, "reason": "Svært stor."}}),
        ("#/benefit/score", {"benefit": {"score": -1, "reason": "Inga."}}),
        ("#/resource/score", {"resource": {"score": 1.5, "reason": "Midt imellom."}}),
        ("#/severity/score", {"severity": {"score": "2", "reason": "Tekst."}}),
        ("#/mastery/reason", {"mastery": {"score": 2, "reason": " "}}),
        ("#/mastery/reason", {"mastery": {"score": 2}}),
        ("#/mastery", {"mastery": 2}),
        ("#/income", {"income": {"score": 2, "reason": "Låg."}}),
        ("#/assessed_on", {"assessed_on": "2022-01-09"}),
        ("#/assessed_on", {"assessed_on": "2099-01-01"}),
    ],
)
async def test_an_assessment_of_bad_input(api: Api, pointer: str, changes: dict[str, Any]) -> None:
    await trips.record_scheme(api)
    made = await trips.apply(api)
    path = f"{trips.APPLICATIONS}/{made['id']}"
    body = trips.assessment(1, 1, 1, 1, **changes)
    is_problem(await api.grants_officer.post(f"{path}/assessment", json=body), 422, "validation", pointer)
    assert ok(await api.grants_officer.get(path), 200) == made


async def apply_as(api: Api, row: dict[str, Any]) -> str:
    """An application as a case has it: long, or late by its round where the case says so."""
    made = await trips.apply(
        api,
        received_on="2022-02-02" if row["late"] else row["received_on"],
        # Whoever had one in 2021 is within the interval in 2022, and nobody who had it before.
        last_granted_year=row["last_granted_year"],
    )
    await trips.assess(api, made["id"], *(row[name] for name in CRITERIA))
    assert (made["late"], made["within_interval"]) == (row["late"], row["within_interval"])
    id_: str = made["id"]
    return id_


@pytest.mark.parametrize("case", CASES, ids=["reasons", "late", "equal"])
@pytest.mark.parametrize("turned", [False, True])
async def test_the_order_is_the_cases_whoever_applied_first(api: Api, case: dict[str, Any], turned: bool) -> None:
    """The order in which applications were recorded changes nothing, but where they are equal in everything."""
    await trips.record_scheme(api)
    round_ = await trips.open_round(api)
    rows = sorted(case["applications"], key=lambda row: str(row["id"]), reverse=turned)
    ids = {row["id"]: await apply_as(api, row) for row in rows}
    order = [ids[name] for name in case["order"]]
    if len({json.dumps({**row, "id": ""}) for row in rows}) == 1:
        order.sort()
    ranking = await rank(api, round_["id"], case["places"])
    assert list_ids(ranking) == [order[: case["places"]], order[case["places"] :], []]
    assert [one["rank"] for part in ("proposed", "waiting") for one in ranking[part]] == list(range(1, len(order) + 1))


async def test_each_place_has_its_reason(api: Api) -> None:
    """As somebody with the applications before them would put it."""
    await trips.record_scheme(api)
    round_ = await trips.open_round(api)
    for row in CASES[0]["applications"]:
        await apply_as(api, row)
    ranking = await rank(api, round_["id"], 6)
    told = [(one["total"], one["reason"], one["explanation"]) for one in ranking["proposed"]]
    assert told == [
        (10, "first", "Står fremst i lista."),
        (10, "last_granted", "Lik sum, men personen fekk reise i 2019. Den framfor har ikkje fått reise før."),
        (8, "scores", "Summen av vurderingane er 8. Søknaden framfor har 10."),
        (8, "received", "Lik i alt anna, men søknaden kom 5. januar 2022. Den framfor kom 4. januar 2022."),
        (6, "scores", "Summen av vurderingane er 6. Søknaden framfor har 8."),
        (
            12,
            "within_interval",
            "Personen fekk reise for kort tid sidan. Dei som det er lenge nok sidan, står føre.",
        ),
    ]


async def test_what_is_not_assessed_stands_last_and_what_is_withdrawn_nowhere(api: Api) -> None:
    await trips.record_scheme(api)
    round_ = await trips.open_round(api)
    zero, partly, never, gone = [(await trips.apply(api))["id"] for _ in range(4)]
    await trips.assess(api, zero, 0, 0, 0, 0)
    await trips.assess(api, partly, 3, 3, 3, None)
    await trips.assess(api, gone, 3, 3, 3, 3)
    ok(await api.grants_officer.post(f"{trips.APPLICATIONS}/{gone}/withdrawal", json={"withdrawn_on": "2022-02-11"}))
    ranking = await rank(api, round_["id"], 2)
    assert list_ids(ranking) == [[zero], [], [partly, never]]
    assert [(one["rank"], one["total"], one["reason"]) for one in ranking["not_assessed"]] == [
        (None, None, "not_assessed")
    ] * 2


async def test_who_may_only_be_stored_is_left_out_and_stops_nobody(api: Api) -> None:
    """G1, GDPR art. 18."""
    await trips.record_scheme(api)
    round_ = await trips.open_round(api)
    restricted, other = await trips.apply(api), await trips.apply(api)
    path = f"/v1/participants/{restricted['participant_id']}/restriction"
    ok(await api.case_officer.post(path, json={"reason": "Personen meiner at opplysningane er feil."}))
    assert list_ids(await rank(api, round_["id"], 5)) == [[], [], [other["id"]]]
    overview = ok(await api.grants_officer.get("/v1/trips/overview", params={"year": 2022}), 200)
    assert [one["participant_id"] for one in overview["people"]] == [other["participant_id"]]


async def test_each_round_ranks_its_own(api: Api) -> None:
    """T12: of its year and length, and what came after an earlier one's deadline."""
    await trips.record_scheme(api)
    first = await trips.open_round(api, deadline="2022-01-15")
    second = await trips.open_round(api, opens_on="2022-02-01", deadline="2022-02-20")
    short = await trips.open_round(api, length="short")
    own = (await trips.apply(api))["id"]
    between = (await trips.apply(api, received_on="2022-01-16"))["id"]
    later = (await trips.apply(api, received_on="2022-02-21"))["id"]
    other = (await trips.apply(api, length="short"))["id"]
    for round_, ids in ((first, [own]), (second, [between, later]), (short, [other])):
        assert list_ids(await rank(api, round_["id"], 1)) == [[], [], ids]


async def test_a_ranking_stores_nothing_and_is_in_the_access_log(api: Api, connection: AsyncConnection) -> None:
    """X1, and GDPR art. 22: a person decides."""
    await trips.record_scheme(api)
    round_ = await trips.open_round(api)
    person = await steps.participant(api)
    made = await trips.apply(api, person)
    before = await trips.assess(api, made["id"], 1, 2, 3, 0)

    async def count_events() -> int:
        await connection.execute(text("select set_config('app.roles', 'case_officer', true)"))
        return int(await connection.scalar(text("select count(*) from event")) or 0)

    events = await count_events()
    await rank(api, round_["id"], 0)
    assert await count_events() == events == 1
    assert ok(await api.grants_officer.get(f"{trips.APPLICATIONS}/{made['id']}"), 200) == before
    log = ok(await api.auditor.get(f"/v1/participants/{person}/access-log"), 200)["items"]
    assert ("rank_trip_round", "grant_handling") in {(row["action"], row["purpose"]) for row in log}


async def test_a_ranking_of_bad_input(api: Api) -> None:
    await trips.record_scheme(api)
    round_ = await trips.open_round(api)
    path = f"{trips.ROUNDS}/{round_['id']}/ranking"
    for query in ({}, {"places": -1}, {"places": "all"}, {"places": 1001}):
        is_problem(await api.grants_officer.get(path, params=query), 422, "validation", "#/query/places")
    refused(
        await api.grants_officer.get(path.replace(round_["id"][-4:], "0000"), params={"places": 1}), 404, "not-found"
    )
    assert (await api.service("habilitation").get(path, params={"places": 1})).status_code == 403


async def test_what_is_decided_stays_in_the_ranking_and_says_so(api: Api) -> None:
    """T11, T19: the decision rests on it."""
    await trips.record_scheme(api)
    await course.fill_fund(api)
    round_ = await trips.open_round(api)
    waiting = (await trips.apply(api))["id"]
    await trips.assess(api, waiting, 0, 0, 0, 0)
    granted = (await course.granted(api))["participants"][0]["application_id"]
    rejected_trip = await course.record(api)
    rejected = rejected_trip["participants"][0]["application_id"]
    rejection = {"kind": "reject", "decided_on": "2022-04-10", "reason": "lower_rank", "text": "Det var for mange."}
    ok(await course.decide(api, rejected_trip["id"], **rejection))
    ranking = await rank(api, round_["id"], 5)
    shown = {
        one["application_id"]: one["decision"]
        for part in ("proposed", "waiting", "not_assessed")
        for one in ranking[part]
    }
    assert shown == {waiting: None, granted: "grant", rejected: "reject"}
    browser = await api.browser("fagutvikling")
    page = await browser.get(f"/feriereiser/rundar/{round_['id']}?plassar=5")
    assert page.text.count("Innvilga</span>") == page.text.count("Avslegen</span>") == 1
