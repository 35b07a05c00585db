"""S7: aggregates of surveys; what is of few is not stored, and what tells of few is not shown (S6)."""

from typing import Any

import pytest

from tests.conftest import Api
from tests.factories.places import got
from tests.factories.steps import ok

PATH = "/v1/surveys"
SURVEY = {"name": "IVARETATT?", "from": "2022-12-01", "to": "2023-03-31", "source": "Eksport frå skjemaet"}
QUESTION = "Vert du ivareteken som pårørande?"


async def survey(api: Api, **changes: Any) -> str:
    """The id of a survey."""
    id_: str = ok(await api.case_officer.post(PATH, json=SURVEY | changes))["id"]
    return id_


def result(answers: dict[str, int], area: str | None = None, **changes: Any) -> dict[str, Any]:
    """Answers to one question, by everybody who answered."""
    return {
        "question": QUESTION,
        "service_area": area,
        "invited": 100,
        "answered": sum(answers.values()),
        "answers": [{"value": value, "count": count} for value, count in answers.items()],
    } | changes


async def test_a_survey_is_imported_as_aggregates(api: Api) -> None:
    id_ = await survey(api)
    sent = result({"Ja": 12, "Nei": 7, "Veit ikkje": 0}, "habilitation", answered=22)
    made = ok(await api.case_officer.post(f"{PATH}/{id_}/results", json=sent))
    assert (made["answered"], made["invited"], made["service_area"]) == (22, 100, "habilitation")
    assert made["answers"] == [
        {"value": "Ja", "count": 12, "suppressed": False},
        {"value": "Nei", "count": 7, "suppressed": False},
        {"value": "Veit ikkje", "count": 0, "suppressed": False},
    ]
    assert (await got(api.manager, f"{PATH}/{id_}"))["name"] == "IVARETATT?"
    assert [one["id"] for one in (await got(api.finance, PATH))["items"]] == [id_]
    # Sent again, it is in the place of the first.
    again = await api.case_officer.post(f"{PATH}/{id_}/results", json=result({"Ja": 13, "Nei": 9}, "habilitation"))
    assert (again.status_code, again.json()["id"]) == (200, made["id"])
    [kept] = (await got(api.case_officer, f"{PATH}/{id_}/results"))["items"]
    assert kept["answers"][0]["count"] == 13


async def test_a_survey_is_recorded_once(api: Api) -> None:
    await survey(api)
    again = await api.case_officer.post(PATH, json=SURVEY)
    assert (again.status_code, again.json()["type"]) == (409, "/problems/survey-exists")
    backwards = await api.case_officer.post(PATH, json=SURVEY | {"to": "2022-11-30"})
    assert backwards.json()["errors"][0]["pointer"] == "#/to"


@pytest.mark.parametrize(
    ("body", "problem", "pointer"),
    [
        (result({"Ja": 4}), "too-few-answers", "answered"),
        (result({"Ja": 2, "Nei": 2}, answered=40), "too-few-answers", "answered"),
        (result({"Ja": 0}, answered=0), "too-few-answers", "answered"),
        (result({"Ja": 5, "Nei": 6}, answered=10), "answers-exceed-answered", "answers"),
        (result({"Ja": 101}), "answers-exceed-answered", "answered"),
        (result({"Ja": -1, "Nei": 9}), "validation", "answers/0/count"),
        (result({"Mor mi fekk ikkje hjelp!": 9}), "validation", "answers/0/value"),
        (result({"A" * 41: 9}), "validation", "answers/0/value"),
        (result({}), "validation", "answers"),
        (result({"Ja": 9}, comment="Fritekst"), "validation", "comment"),
        (result({"Ja": 9}, "everywhere"), "validation", "service_area"),
        (result({"Ja": 9}, question=""), "validation", "question"),
        (result({"Ja": 10}) | {"answers": [{"value": "Ja", "count": 5}] * 2}, "validation", "answers/1/value"),
    ],
)
async def test_what_is_wrong_or_of_few_is_not_stored(
    api: Api, body: dict[str, Any], problem: str, pointer: str
) -> None:
    id_ = await survey(api)
    answer = await api.case_officer.post(f"{PATH}/{id_}/results", json=body)
    assert answer.status_code == 422, answer.text
    assert answer.json()["type"] == f"/problems/{problem}"
    assert answer.json()["errors"][0]["pointer"] == f"#/{pointer}"
    assert (await got(api.case_officer, f"{PATH}/{id_}/results"))["items"] == []


async def test_the_least_count_is_the_guidelines(api: Api) -> None:
    ok(await api.case_officer.post("/v1/guideline-versions", json={"valid_from": "2022-01-01", "least_count": 10}))
    id_ = await survey(api)
    answer = await api.case_officer.post(f"{PATH}/{id_}/results", json=result({"Ja": 9}))
    assert answer.json()["type"] == "/problems/too-few-answers"


async def shown(client: Any, id_: str) -> dict[str | None, tuple[int | None, list[int | None]]]:
    """By area: how many answered, and how many gave each answer."""
    items = (await got(client, f"{PATH}/{id_}/results"))["items"]
    return {one["service_area"]: (one["answered"], [answer["count"] for answer in one["answers"]]) for one in items}


async def test_few_of_an_answer_are_hidden_from_those_who_see_no_names(api: Api) -> None:
    id_ = await survey(api)
    ok(await api.case_officer.post(f"{PATH}/{id_}/results", json=result({"Ja": 20, "Nei": 2, "Veit ikkje": 9})))
    assert (await shown(api.case_officer, id_))[None] == (31, [20, 2, 9])
    for client in (api.manager, api.finance):
        assert (await shown(client, id_))[None] == (31, [20, None, None])


async def test_those_who_gave_no_answer_are_not_worked_out(api: Api) -> None:
    id_ = await survey(api)
    ok(await api.case_officer.post(f"{PATH}/{id_}/results", json=result({"Ja": 20, "Nei": 9}, answered=31)))
    assert (await shown(api.manager, id_))[None] == (31, [20, None])


async def test_areas_do_not_tell_of_each_other_through_all_of_them(api: Api) -> None:
    """2 who said no in one area are not told by subtraction from all of them."""
    id_ = await survey(api)
    for body in (
        result({"Ja": 20, "Nei": 2}, "habilitation"),
        result({"Ja": 30, "Nei": 30}, "mental_health"),
        result({"Ja": 50, "Nei": 32}),
    ):
        ok(await api.case_officer.post(f"{PATH}/{id_}/results", json=body))
    found = await shown(api.manager, id_)
    assert found["habilitation"] == (22, [None, None])
    assert found["mental_health"] == (60, [None, None])
    assert found[None] == (82, [50, 32])


async def test_what_is_left_of_all_of_them_is_a_part_too(api: Api) -> None:
    """10 and 8 are in no area that is told: so 2 who said no are told by nothing but the area itself."""
    id_ = await survey(api)
    for body in (
        result({"Ja": 20, "Nei": 2}, "habilitation"),
        result({"Ja": 30, "Nei": 30}, "mental_health"),
        result({"Ja": 60, "Nei": 40}),
    ):
        ok(await api.case_officer.post(f"{PATH}/{id_}/results", json=body))
    found = await shown(api.manager, id_)
    assert found["habilitation"] == (22, [None, None])
    assert (found["mental_health"], found[None]) == ((60, [30, 30]), (100, [60, 40]))


async def test_nothing_is_shown_of_a_question_that_could_be_told_by_what_is_let_in(api: Api) -> None:
    """3 of the 8 are of no area that is told: the area has no fewer than the 5 it was let in with."""
    id_ = await survey(api)
    for body in (result({"Ja": 5}, "habilitation"), result({"Ja": 8})):
        ok(await api.case_officer.post(f"{PATH}/{id_}/results", json=body))
    items = (await got(api.manager, f"{PATH}/{id_}/results"))["items"]
    assert [(one["invited"], one["answered"], one["answers"]) for one in items] == [
        (None, None, [{"value": "Ja", "count": None, "suppressed": True}])
    ] * 2
    assert (await shown(api.case_officer, id_))[None] == (8, [8])


async def test_those_invited_are_hidden_where_few_did_not_answer(api: Api) -> None:
    """2 of those who were invited did not answer one question: so it is shown of none how many were."""
    id_ = await survey(api)
    for body in (result({"Ja": 20}, invited=22), result({"Ja": 15}, invited=22, question="Får du informasjon?")):
        ok(await api.case_officer.post(f"{PATH}/{id_}/results", json=body))
    items = (await got(api.manager, f"{PATH}/{id_}/results"))["items"]
    assert [(one["invited"], one["answered"]) for one in items] == [(None, 20), (None, 15)]
    items = (await got(api.case_officer, f"{PATH}/{id_}/results"))["items"]
    assert [one["invited"] for one in items] == [22, 22]


async def test_who_may_do_what(api: Api) -> None:
    id_ = await survey(api)
    for client in (api.manager, api.finance, api.epj):
        assert (await client.post(PATH, json=SURVEY)).status_code == 403
        assert (await client.post(f"{PATH}/{id_}/results", json=result({"Ja": 9}))).status_code == 403
    for client in (api.epj, api.auditor, api.service("habilitation")):
        assert (await client.get(PATH)).status_code == 403
