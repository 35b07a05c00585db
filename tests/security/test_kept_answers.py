"""Answers kept for an `Idempotency-Key` know people: an erasure empties them, whoever sent the request."""

import asyncpg
import httpx
import pytest

from tests.conftest import Api
from tests.factories import steps
from tests.factories.erasure import erase

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
