"""Answers kept for an `Idempotency-Key` know people: an erasure empties them, whoever sent the request."""

from typing import Any

import asyncpg
import httpx
import pytest

from tests.conftest import Api
from tests.factories import steps
from tests.factories.erasure import erase
from tests.factories.tokens import person_claims, signed

PERSON = {
    "given_name": "Merkjenamn",
    "family_name": "Lykt",
    "birth_date": "1990-05-06",
    "municipality_number": "4631",
    "service_area": "habilitation",
    "contacts": [{"kind": "guardian", "name": "Merkjeverje", "phone": "400 00 000"}],
}


async def register(client: httpx.AsyncClient, key: str, **changes: str) -> httpx.Response:
    return await client.post("/v1/participants", json=PERSON | changes, headers={"Idempotency-Key": key})


async def test_erasure_empties_every_callers_kept_answers(
    committed_api: Api, behind: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = committed_api
    kari = api.person("case_officer", "kari")
    made = steps.ok(await register(kari, "k-1"))
    other = steps.ok(await register(kari, "k-2", given_name="Odd"))
    monkeypatch.setitem(
        api.app.state._state, "settings", api.app.state.settings.model_copy(update={"retention_years": 0})
    )
    await erase(api, made["id"])
    again = await register(kari, "k-1")
    steps.refused(again, 410, "erased")
    assert "Merkje" not in again.text
    assert steps.ok(await register(kari, "k-2", given_name="Odd"))["id"] == other["id"]
    for row in await behind.fetch("select * from idempotency_key where is_erased"):
        assert (row["body"], row["headers"], row["participant_ids"]) == (b"", "{}", [])


async def test_another_request_under_an_erased_key_is_still_refused_as_such(
    committed_api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = committed_api
    made = steps.ok(await register(api.case_officer, "k-1"))
    monkeypatch.setitem(
        api.app.state._state, "settings", api.app.state.settings.model_copy(update={"retention_years": 0})
    )
    await erase(api, made["id"])
    steps.refused(await register(api.case_officer, "k-1", given_name="Odd"), 422, "idempotency-key-reused")


async def test_erasure_reaches_answers_about_a_merged_record(
    committed_api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The kept answer was about the record that the merge took away."""
    api = committed_api
    kept = steps.ok(await register(api.case_officer, "k-1"))
    duplicate = steps.ok(await register(api.case_officer, "k-2"))
    body = {"duplicate_id": duplicate["id"]}
    steps.ok(await api.case_officer.post(f"/v1/participants/{kept['id']}/merge", json=body), 200)
    monkeypatch.setitem(
        api.app.state._state, "settings", api.app.state.settings.model_copy(update={"retention_years": 0})
    )
    await erase(api, kept["id"])
    steps.refused(await register(api.case_officer, "k-2"), 410, "erased")


@pytest.mark.parametrize("change", [{"address_protection": True}, {"service_area": "mental_health"}])
async def test_a_kept_answer_is_not_given_where_fewer_may_see_the_person(api: Api, change: dict[str, Any]) -> None:
    """A protected address needs a reason, and another area's service sees the person no more; whoever raises it."""
    made = steps.ok(await register(api.case_officer, "k-1"))
    steps.ok(await api.epj.patch(f"/v1/participants/{made['id']}", json=change, headers={"If-Match": "*"}), 200)
    again = await register(api.case_officer, "k-1")
    steps.refused(again, 410, "erased")
    assert "Merkje" not in again.text


async def test_a_kept_answer_stays_where_nothing_narrows(api: Api) -> None:
    made = steps.ok(await register(api.case_officer, "k-1"))
    change = {"family_name": "Nes"}
    steps.ok(await api.epj.patch(f"/v1/participants/{made['id']}", json=change, headers={"If-Match": "*"}), 200)
    again = await register(api.case_officer, "k-1")
    assert (again.headers["Idempotency-Replayed"], steps.ok(again)) == ("true", made)


async def test_a_merge_that_protects_empties_answers_about_both(api: Api) -> None:
    kept = steps.ok(await register(api.case_officer, "k-1"))
    gone = steps.ok(await api.case_officer.post("/v1/participants", json=PERSON | {"address_protection": True}))
    body = {"duplicate_id": gone["id"]}
    steps.ok(await api.case_officer.post(f"/v1/participants/{kept['id']}/merge", json=body), 200)
    steps.refused(await register(api.case_officer, "k-1"), 410, "erased")


async def test_a_merged_records_answers_follow_the_one_that_is_kept(api: Api) -> None:
    kept = steps.ok(await register(api.case_officer, "k-1"))
    gone = steps.ok(await register(api.case_officer, "k-2"))
    body = {"duplicate_id": gone["id"]}
    steps.ok(await api.case_officer.post(f"/v1/participants/{kept['id']}/merge", json=body), 200)
    change = {"address_protection": True}
    steps.ok(
        await api.case_officer.patch(f"/v1/participants/{kept['id']}", json=change, headers={"If-Match": "*"}), 200
    )
    steps.refused(await register(api.case_officer, "k-2"), 410, "erased")


async def test_an_answer_in_one_role_is_not_given_in_another(api: Api) -> None:
    """The same person, whose token has other roles now, of those that the operation is for."""

    def kari(*roles: str) -> httpx.AsyncClient:
        token = signed(person_claims(*roles, subject="kari"))
        return api.client({"Authorization": f"Bearer {token}", "Idempotency-Key": "k-1"})

    rate = {"valid_from": "2022-01-01", "known_from": "2022-01-01", "monthly_amount": "14878.00", "source": "NAV"}
    path = "/v1/rates"
    made = steps.ok(await kari("case_officer", "finance").post(path, json=rate))
    again = await kari("finance", "case_officer").post(path, json=rate)
    assert (again.headers["Idempotency-Replayed"], steps.ok(again)) == ("true", made)
    steps.refused(await kari("finance").post(path, json=rate), 422, "idempotency-key-reused")
