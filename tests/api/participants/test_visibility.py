"""What each role sees of whom (D1): its own fields, its own area, its own places."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from app.clock import new_id
from tests.conftest import Api
from tests.factories.participants import (
    ALL_KEYS,
    GUARDIAN,
    NUMBER,
    PATH,
    SOLVEIG,
    STORED,
    everyone,
    in_order,
    is_problem,
    patched,
    registered,
    upsert_path,
)


async def test_each_role_sees_its_own_fields(api: Api) -> None:
    made = await api.epj.put(upsert_path(), json=SOLVEIG | {"national_identity_number": NUMBER})
    path = made.headers["location"]
    habilitation = api.service("habilitation")
    for client, keys in (
        (api.case_officer, ALL_KEYS),
        (api.epj, ALL_KEYS),
        (
            habilitation,
            STORED | {"given_name", "family_name", "birth_date", "service_area", "contacts", "address_protection"},
        ),
    ):
        one = (await client.get(path)).json()
        assert set(one) == keys
        assert (await client.get(PATH)).json()["items"] == [one]


async def test_a_service_sees_its_own_area_alone(api: Api) -> None:
    ours, theirs = await registered(api), await registered(api, service_area="mental_health")
    nobodys = await registered(api, service_area="other", address_protection=True)
    protected = await registered(api, address_protection=True)
    habilitation = api.service("habilitation")
    assert [item["id"] for item in (await habilitation.get(PATH)).json()["items"]] == [
        item["id"] for item in in_order(ours, protected)
    ]
    for hidden in (theirs, nobodys):
        assert is_problem(await habilitation.get(f"{PATH}/{hidden['id']}"), 404, "not-found")
    assert (await patched(api, ours, service_area="mental_health")).status_code == 200
    assert (await habilitation.get(f"{PATH}/{ours['id']}")).status_code == 404
    assert (await api.service("mental_health").get(f"{PATH}/{ours['id']}")).status_code == 200


async def test_a_provider_sees_nobody_without_a_place_there(api: Api) -> None:
    participant = await registered(api)
    provider = api.provider("310300403")
    assert (await provider.get(PATH)).json() == {"items": [], "next": None}
    assert is_problem(await provider.get(f"{PATH}/{participant['id']}"), 404, "not-found")


async def test_a_provider_sees_the_names_and_contacts_of_its_own(api: Api, connection: AsyncConnection) -> None:
    theirs, nobodys = await registered(api, contacts=[GUARDIAN], address_protection=True), await registered(api)
    gloede = {"name": "Gløde AS", "organisation_number": "310300403", "municipality_number": "4631"}
    kim = {"name": "KIM AS", "organisation_number": "310300411", "municipality_number": "4631"}
    provider_id = (await api.case_officer.post("/v1/providers", json=gloede)).json()["id"]
    await api.case_officer.post("/v1/providers", json=kim)
    await connection.execute(text("select set_config('app.roles', 'case_officer', true)"))
    await connection.execute(
        text(
            "insert into placement (id, participant_id, provider_id, service_area, address_protection, terms,"
            " starts_on, share, monthly_price) values (:id, :participant_id, :provider_id, 'habilitation', true,"
            " 'legacy', '2021-01-01', 100, 22317)"
        ),
        {"id": new_id(), "participant_id": theirs["id"], "provider_id": provider_id},
    )
    keys = STORED | {"given_name", "family_name", "birth_date", "contacts", "address_protection"}
    provider, other = api.provider("310300403"), api.provider("310300411")
    expected = {key: theirs[key] for key in keys}
    assert (await provider.get(PATH)).json()["items"] == [expected]
    assert (await provider.get(f"{PATH}/{theirs['id']}")).json() == expected
    for client, hidden in ((provider, nobodys), (other, theirs)):
        assert is_problem(await client.get(f"{PATH}/{hidden['id']}"), 404, "not-found")
    assert (await other.get(PATH)).json()["items"] == []
    # A placement's area follows the participant's (ON UPDATE CASCADE), wall or no wall.
    assert (await patched(api, theirs, service_area="mental_health")).status_code == 200
    await connection.execute(text("select set_config('app.roles', 'case_officer', true)"))
    assert (await connection.execute(text("select service_area from placement"))).scalars().all() == ["mental_health"]


async def test_roles_that_may_not(api: Api) -> None:
    participant = await registered(api, national_identity_number=NUMBER)
    path = f"{PATH}/{participant['id']}"
    readers = [api.service("habilitation"), api.provider("310300403")]
    for client in [api.finance, api.auditor, *readers]:
        for answer in (
            await client.post(PATH, json=SOLVEIG),
            await client.patch(path, json={"given_name": "X"}, headers={"If-Match": "*"}),
            await client.put(upsert_path(), json=SOLVEIG),
        ):
            assert is_problem(answer, 403, "role-required")
            assert "Forvaltningskontoret" in answer.json()["detail"]
    for client in [api.finance, *readers]:
        answer = await client.post(f"{PATH}/lookup", json={"national_identity_number": NUMBER})
        assert is_problem(answer, 403, "role-required")
    for address in (PATH, path):
        assert is_problem(await api.finance.get(address), 403, "role-required")
    assert is_problem(await api.auditor.get(PATH), 422, "validation"), "it looks somebody up, and lists nobody"
    assert is_problem(await api.auditor.get(path), 403, "role-required")
    assert is_problem(await api.anonymous.get(path), 401, "unauthenticated")
    assert await everyone(api) == [participant]
