"""An identity number that a participant had before still finds the person (D1)."""

from tests.conftest import Api
from tests.factories.participants import D_NUMBER, NUMBER, PATH, SECOND, SOLVEIG, looked_up, patched, registered, upsert
from tests.factories.steps import ok, refused


async def test_former_number_finds_the_person(api: Api) -> None:
    """A D-number is followed by a national number."""
    person = await registered(api, national_identity_number=D_NUMBER)
    assert (await patched(api, person, national_identity_number=NUMBER)).status_code == 200
    for number in (NUMBER, D_NUMBER):
        assert ok(await looked_up(api, number), 200)["id"] == person["id"]


async def test_former_number_of_an_upsert_finds_the_person(api: Api) -> None:
    person = await upsert(api, "K", national_identity_number=D_NUMBER)
    await upsert(api, "K", national_identity_number=NUMBER)
    assert ok(await looked_up(api, D_NUMBER), 200)["id"] == person["id"]


async def test_number_finds_who_has_it_now_before_who_had_it(api: Api) -> None:
    first = await registered(api, national_identity_number=NUMBER)
    await patched(api, first, national_identity_number=SECOND)
    second = await registered(api, given_name="Sunniva", national_identity_number=NUMBER)
    assert ok(await looked_up(api, NUMBER), 200)["id"] == second["id"]


async def test_both_numbers_find_the_person_after_a_merge(api: Api) -> None:
    kept = (await upsert(api, "K", national_identity_number=NUMBER))["id"]
    gone = (await upsert(api, "G", national_identity_number=D_NUMBER))["id"]
    ok(await api.case_officer.post(f"/v1/participants/{kept}/merge", json={"duplicate_id": gone}), 200)
    for number in (NUMBER, D_NUMBER):
        assert ok(await looked_up(api, number), 200)["id"] == kept


async def test_former_numbers_of_both_are_kept_by_a_merge(api: Api) -> None:
    kept = (await upsert(api, "K"))["id"]
    gone = await upsert(api, "G", national_identity_number=D_NUMBER)
    await upsert(api, "G", national_identity_number=NUMBER)
    ok(await api.case_officer.post(f"/v1/participants/{kept}/merge", json={"duplicate_id": gone["id"]}), 200)
    for number in (NUMBER, D_NUMBER):
        assert ok(await looked_up(api, number), 200)["id"] == kept


async def test_number_that_was_taken_away_finds_the_person_until_it_is_anothers(api: Api) -> None:
    person = await registered(api, national_identity_number=NUMBER)
    await patched(api, person, national_identity_number=None)
    assert ok(await looked_up(api, NUMBER), 200)["id"] == person["id"]
    other = await registered(api, given_name="Sunniva", national_identity_number=NUMBER)
    assert ok(await looked_up(api, NUMBER), 200)["id"] == other["id"]


async def test_number_that_nobody_had_is_not_found(api: Api) -> None:
    await registered(api, national_identity_number=NUMBER)
    refused(await looked_up(api, SECOND), 404, "not-found")


async def test_upsert_by_a_former_number_is_the_same_person(api: Api) -> None:
    """The number that followed stands."""
    person = await registered(api, national_identity_number=D_NUMBER)
    await patched(api, person, national_identity_number=NUMBER)
    again = await upsert(api, "K", national_identity_number=D_NUMBER)
    assert again["id"] == person["id"]
    assert ok(await looked_up(api, NUMBER), 200)["id"] == person["id"]


async def test_upsert_by_a_number_that_was_taken_away_gives_it_back(api: Api) -> None:
    person = await registered(api, national_identity_number=NUMBER)
    await patched(api, person, national_identity_number=None)
    assert (await upsert(api, "K", national_identity_number=NUMBER))["id"] == person["id"]
    # Someone else does not get it, as it is the person's present one again.
    taken = await api.case_officer.post(PATH, json=SOLVEIG | {"national_identity_number": NUMBER})
    refused(taken, 409, "identity-number-taken")


async def test_upsert_of_another_birth_date_is_another_person(api: Api) -> None:
    """A number that was written on the wrong person leads its owner to no record but an own one."""
    wrong = await registered(api, national_identity_number=NUMBER)
    await patched(api, wrong, national_identity_number=None)
    owner = await upsert(api, "K", birth_date="1991-04-24", national_identity_number=NUMBER)
    assert owner["id"] != wrong["id"]
    assert ok(await looked_up(api, NUMBER), 200)["id"] == owner["id"]


async def test_upsert_of_another_id_in_the_same_system_is_another_person(api: Api) -> None:
    first = await upsert(api, "K", national_identity_number=D_NUMBER)
    await upsert(api, "K", national_identity_number=NUMBER)
    assert (await upsert(api, "G", national_identity_number=D_NUMBER))["id"] != first["id"]


async def test_duplicate_by_a_former_number_is_merged(api: Api) -> None:
    person = await registered(api, national_identity_number=D_NUMBER)
    await patched(api, person, national_identity_number=NUMBER)
    again = await registered(api, national_identity_number=D_NUMBER)
    ok(await api.case_officer.post(f"{PATH}/{person['id']}/merge", json={"duplicate_id": again["id"]}), 200)
    for number in (NUMBER, D_NUMBER):
        assert ok(await looked_up(api, number), 200)["id"] == person["id"]
