"""Fagutvikling registers and finds people who apply for a trip or a grant, and learns their id and name alone (X3)."""

from typing import Any

import pytest

from tests.conftest import Api
from tests.factories.participants import NUMBER, PATH, SOLVEIG, is_problem, patched, registered
from tests.factories.steps import ok
from tests.factories.tokens import person_claims, signed

NAME = {"id", "created_at", "updated_at", "given_name", "family_name"}


async def find(client: Any, **query: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ok(await client.get(PATH, params=query), 200)["items"]
    return found


async def test_somebody_is_registered_without_a_service(api: Api) -> None:
    body = SOLVEIG | {"service_area": "other", "national_identity_number": NUMBER}
    person = ok(await api.grants_officer.post(PATH, json=body))
    assert person.keys() == NAME
    [stored] = await find(api.case_officer, name="so")
    assert (stored["id"], stored["service_area"]) == (person["id"], "other")
    taken = await api.grants_officer.post(PATH, json=body)
    is_problem(taken, 409, "identity-number-taken")


@pytest.mark.parametrize("area", ["habilitation", "mental_health"])
async def test_those_with_a_service_are_registered_by_others(api: Api, area: str) -> None:
    answer = await api.grants_officer.post(PATH, json=SOLVEIG | {"service_area": area})
    is_problem(answer, 422, "validation", "#/service_area")
    assert await find(api.case_officer, name="so") == []


async def test_somebody_is_found_by_name_and_number_and_that_is_logged(api: Api) -> None:
    person = await registered(api, national_identity_number=NUMBER)
    [found] = await find(api.grants_officer, name="so te")
    assert found.keys() == NAME
    assert await find(api.grants_officer, name="so te", birth_date="1991-04-24") == []
    by_number = await api.grants_officer.post(f"{PATH}/lookup", json={"national_identity_number": NUMBER})
    assert ok(by_number, 200) == found
    log = ok(await api.auditor.get(f"{PATH}/{person['id']}/access-log"), 200)["items"]
    assert [row["action"] for row in log if row["purpose"] == "grant_handling"] == [
        "look_up_participant",
        "list_participants",
    ]


async def test_who_has_a_protected_address_is_not_named(api: Api) -> None:
    person = await registered(api, national_identity_number=NUMBER)
    ok(await patched(api, person, address_protection=True), 200)
    [found] = await find(api.grants_officer, name="so")
    by_number = await api.grants_officer.post(
        f"{PATH}/lookup", json={"national_identity_number": NUMBER}, headers={"X-Access-Reason": "case"}
    )
    for one in (found, ok(by_number, 200)):
        assert (one["id"], one["given_name"], one["family_name"]) == (person["id"], "Verna", "adresse")


async def test_nobody_is_listed_or_read_who_has_applied_for_nothing(api: Api) -> None:
    person = await registered(api)
    assert await find(api.grants_officer) == []
    assert await find(api.grants_officer, id=person["id"]) == []
    is_problem(await api.grants_officer.get(f"{PATH}/{person['id']}"), 403, "role-required")
    is_problem(await api.grants_officer.get(PATH, params={"birth_date": "1991-04-23"}), 422, "validation")
    for filters in ({"service_area": "other"}, {"municipality_number": "4631"}, {"external_system": "profil"}):
        refused = await api.grants_officer.get(PATH, params={"name": "so", **filters})
        is_problem(refused, 403, "role-required")


async def test_a_service_that_grants_too_sees_more_of_its_own_area(api: Api) -> None:
    await registered(api)
    await registered(api, given_name="Sondre", service_area="mental_health")
    claims = person_claims("service", "grants_officer", service_area="habilitation")
    both = api.client({"Authorization": f"Bearer {signed(claims)}"})
    found = {one["given_name"]: one for one in await find(both, name="so")}
    assert found["Solveig"].keys() > NAME
    assert found["Sondre"].keys() == NAME
    assert [one["given_name"] for one in await find(both)] == ["Solveig"]
