"""Who may be the person that is registered again (D1): told to the case office alone, and logged."""

from tests.conftest import Api
from tests.factories.participants import PATH, SOLVEIG, registered
from tests.factories.steps import ok


async def test_same_name_and_birth_date_is_named(api: Api) -> None:
    """Case, accents and the order of names do not count; another birth date does."""
    known = await registered(api)
    await registered(api, birth_date="1990-01-01")
    again = ok(await api.case_officer.post(PATH, json=SOLVEIG | {"given_name": "SOLVEIG"}))
    assert again["possible_duplicates"] == [known["id"]]
    assert again["possible_protected_duplicate"] is False


async def test_nobody_alike_is_an_empty_list(api: Api) -> None:
    await registered(api)
    other = ok(await api.case_officer.post(PATH, json=SOLVEIG | {"given_name": "Sunniva"}))
    assert (other["possible_duplicates"], other["possible_protected_duplicate"]) == ([], False)


async def test_protected_duplicate_is_told_without_an_id(api: Api) -> None:
    await registered(api, address_protection=True)
    again = ok(await api.case_officer.post(PATH, json=SOLVEIG))
    assert (again["possible_duplicates"], again["possible_protected_duplicate"]) == ([], True)


async def test_the_epj_is_told_nothing(api: Api) -> None:
    await registered(api)
    again = ok(await api.epj.post(PATH, json=SOLVEIG))
    assert "possible_duplicates" not in again
    assert "possible_protected_duplicate" not in again


async def test_being_named_is_logged(api: Api) -> None:
    known = await registered(api)
    again = ok(await api.case_officer.post(PATH, json=SOLVEIG))
    rows = ok(await api.auditor.get("/v1/access-log", params={"participant_id": known["id"]}), 200)["items"]
    assert rows[0]["action"] == "register_participant"
    assert again["id"] != known["id"]
