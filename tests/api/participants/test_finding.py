"""People are found by the words of their names, a birth date or ids; only those that are shown are logged (D1)."""

from typing import Any

import pytest

from tests.conftest import Api
from tests.factories.participants import NUMBER, PATH, is_problem, patched, registered
from tests.factories.steps import ok


async def _names(client: Any, **query: Any) -> list[str]:
    found = ok(await client.get(PATH, params=query), 200)["items"]
    return sorted(f"{one['given_name']} {one['family_name']}" for one in found)


@pytest.mark.parametrize(
    "query", ["bjø", "BJO", "anne bj", "bj an", "mari", "Anne-Marie", "dal", "ode", "bjørnsdal ødegård", "odegaa"[:5]]
)
async def test_each_word_begins_a_word_of_the_name(api: Api, query: str) -> None:
    await registered(api, given_name="Anne-Marie", family_name="Bjørns'dal Ødegård")
    await registered(api, given_name="Per", family_name="Hansen")
    expected = [] if query == "bjørnsdal ødegård" else ["Anne-Marie Bjørns'dal Ødegård"]
    assert await _names(api.case_officer, name=query) == expected


@pytest.mark.parametrize(
    ("name", "query"),
    [("Æsa", "ae"), ("Åse", "as"), ("Đorđe", "dord"), ("Ŧor", "to"), ("Ŋan", "na"), ("André", "andre")],
)
async def test_letters_are_found_by_their_plain_ones_too(api: Api, name: str, query: str) -> None:
    await registered(api, given_name=name, family_name="Testnes")
    assert (
        await _names(api.case_officer, name=query) == await _names(api.case_officer, name=name) == [f"{name} Testnes"]
    )


@pytest.mark.parametrize("query", ["a", "kari a", "- -", "O'Brien"])
async def test_a_word_of_one_letter_is_refused(api: Api, query: str) -> None:
    answer = await api.case_officer.get(PATH, params={"name": query})
    is_problem(answer, 422, "validation", "#/query/name")


async def test_a_changed_name_is_found_and_the_former_is_not(api: Api) -> None:
    person = await registered(api)
    path = f"{PATH}/{person['id']}"
    tag = (await api.case_officer.get(path)).headers["etag"]
    ok(await api.case_officer.patch(path, json={"family_name": "Vik"}, headers={"If-Match": tag}), 200)
    assert await _names(api.case_officer, name="testnes") == []
    assert await _names(api.case_officer, name="vi") == ["Solveig Vik"]


async def test_name_and_birth_date_together(api: Api) -> None:
    await registered(api)
    await registered(api, birth_date="1980-01-01")
    found = ok(await api.case_officer.get(PATH, params={"name": "so", "birth_date": "1980-01-01"}), 200)["items"]
    assert [one["birth_date"] for one in found] == ["1980-01-01"]


async def test_pages_of_a_search(api: Api) -> None:
    ids = sorted([(await registered(api))["id"] for _ in range(3)])
    first = ok(await api.case_officer.get(PATH, params={"name": "so te", "limit": 2}), 200)
    rest = ok(await api.case_officer.get(PATH, params={"name": "so te", "limit": 2, "after": first["next"]}), 200)
    assert [one["id"] for one in [*first["items"], *rest["items"]]] == ids
    assert rest["next"] is None


async def test_several_ids(api: Api) -> None:
    wanted = [(await registered(api))["id"] for _ in range(2)]
    await registered(api)
    answer = await api.case_officer.get(PATH, params={"id": wanted, "limit": 1})
    assert f"id={wanted[0]}&id={wanted[1]}" in answer.headers["link"]
    found = ok(await api.case_officer.get(PATH, params={"id": wanted}), 200)["items"]
    assert [one["id"] for one in found] == sorted(wanted)
    too_many = await api.case_officer.get(PATH, params={"id": wanted[:1] * 201})
    is_problem(too_many, 422, "validation", "#/query/id")
    twice = await api.case_officer.get(f"{PATH}?name=so&name=te")
    is_problem(twice, 422, "validation", "#/query/name")


async def test_placements_of_several_ids_are_none_without_placements(api: Api) -> None:
    person = (await registered(api))["id"]
    assert ok(await api.case_officer.get("/v1/placements", params={"id": [person, person]}), 200)["items"] == []


async def test_a_service_searches_its_own_area(api: Api) -> None:
    await registered(api)
    assert await _names(api.service("habilitation"), name="so") == ["Solveig Testnes"]
    assert await _names(api.service("mental_health"), name="so") == []


async def test_a_person_who_changes_service_is_found_by_the_new_one(api: Api) -> None:
    person = await registered(api)
    ok(await patched(api, person, service_area="mental_health"), 200)
    assert await _names(api.service("habilitation"), name="so") == []
    assert await _names(api.service("mental_health"), name="so") == ["Solveig Testnes"]


async def test_the_auditor_gets_id_name_and_birth_date(api: Api) -> None:
    await registered(api, national_identity_number=NUMBER)
    [found] = ok(await api.auditor.get(PATH, params={"name": "so"}), 200)["items"]
    assert found.keys() == {"id", "created_at", "updated_at", "given_name", "family_name", "birth_date"}
    by_number = await api.auditor.post(f"{PATH}/lookup", json={"national_identity_number": NUMBER})
    assert by_number.json() == found
    is_problem(await api.auditor.get(PATH), 422, "validation", "#/query/name")


@pytest.mark.parametrize("query", [{"name": "so"}, {"birth_date": "1991-04-23"}])
async def test_providers_and_the_epj_do_not_search(api: Api, query: dict[str, str]) -> None:
    for client in (api.epj, api.provider("310300403")):
        is_problem(await client.get(PATH, params=query), 403, "role-required")


async def test_what_is_found_and_not_shown_is_not_logged(api: Api) -> None:
    ids = sorted([(await registered(api))["id"] for _ in range(2)])
    shown = ok(await api.service("habilitation").get(PATH, params={"name": "so", "limit": 1}), 200)["items"]
    assert [one["id"] for one in shown] == ids[:1]
    logged = [
        len([row for row in log if row["action"] == "list_participants"])
        for log in [ok(await api.auditor.get(f"{PATH}/{id_}/access-log"), 200)["items"] for id_ in ids]
    ]
    assert logged == [1, 0]
