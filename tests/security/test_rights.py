"""The person's rights: to have everything, to be erased; and a protected address, whose place stays hidden."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncConnection

from app import clock
from app.database.base import metadata
from app.privacy.personal_data import PERSONAL_DATA
from tests.conftest import Api
from tests.factories import absences, follow_up, steps
from tests.factories.erasure import REASON, erase

NUMBER = "23849150073"
# Columns by which a row is about somebody.
PERSONAL = {"participant_id", "participant_ids", "placement_id", "application_id", "meeting_id"}
# Tables that name a person by id and hold nothing to export or erase: the log of who looked, kept answers.
APART = {"access_log", "idempotency_key"}


async def somebody(api: Api, **changes: Any) -> str:
    """A participant about whom there is something of everything; applied and granted a place in 2022."""
    return await steps.participant(
        api,
        given_name="Solveig",
        contacts=[{"kind": "guardian", "name": "Torbjørn Merkje", "phone": "+47 400 00 000"}],
        national_identity_number=NUMBER,
        **changes,
    )


async def placed(api: Api, participant_id: str, ends_on: str | None) -> dict[str, Any]:
    """The decision that gave the participant a place."""
    provider_id = await steps.provider(api)
    need = {"need": "temporary"} if ends_on else {}
    applied = await steps.application(api, participant_id, wishes="Vil arbeide med merkesaum.", **need)
    declined = await steps.request(api, applied, provider_id, answer=None)
    answer = {"answer": "declined", "reason": "other", "text": "Passar ikkje med merkesaum."}
    steps.ok(await api.provider("310300403").post(f"/v1/requests/{declined}/answer", json=answer), 200)
    asked = await steps.request(api, applied, provider_id)
    return steps.ok(await api.case_officer.post("/v1/decisions", json=steps.grant(applied, asked, ends_on=ends_on)))


async def test_the_export_holds_everything_and_no_number(api: Api) -> None:
    await steps.law(api)
    participant_id = await somebody(api)
    decision = await placed(api, participant_id, None)
    answer = await api.case_officer.get(f"/v1/participants/{participant_id}/export")
    body = steps.ok(answer, 200)
    assert NUMBER not in answer.text
    assert body["identity_number_held"] is True
    held = body["held"]
    assert held["participant"][0]["contacts"][0]["name"] == "Torbjørn Merkje"
    assert held["applications"][0]["wishes"] == "Vil arbeide med merkesaum."
    assert {row["text"] for row in held["requests"]} == {None, "Passar ikkje med merkesaum."}
    assert held["decisions"][0]["id"] == decision["id"]
    assert held["placements"][0]["id"] == decision["placement_id"]
    assert not any("identity_number_index" in row or "ciphertext" in str(row) for row in held["participant"])
    steps.refused(await api.case_officer.get(f"/v1/participants/{uuid4()}/export"), 404, "not-found")
    steps.refused(await api.epj.get(f"/v1/participants/{participant_id}/export"), 403, "role-required")


def test_every_table_about_a_person_is_held() -> None:
    about = {table.name for table in metadata.tables.values() if PERSONAL & set(table.columns.keys())}
    assert about - APART <= {entry.table_name for entry in PERSONAL_DATA}


async def test_erasure_waits_for_the_place_and_for_retention(api: Api) -> None:
    await steps.law(api)
    participant_id = await somebody(api)
    path = f"/v1/participants/{participant_id}/erasure"
    await placed(api, participant_id, None)
    steps.refused(await api.case_officer.post(path, json=REASON), 409, "placement-active")
    steps.refused(await api.epj.post(path, json=REASON), 403, "role-required")
    nobody = await api.case_officer.post(f"/v1/participants/{uuid4()}/erasure", json=REASON)
    steps.refused(nobody, 404, "not-found")
    recent = await somebody_else(api, "2025-01-02")
    refused = steps.refused(
        await api.case_officer.post(f"/v1/participants/{recent}/erasure", json=REASON), 409, "retention-not-over"
    )
    assert refused["erasable_from"] == "2030-01-02"
    kept = await api.case_officer.get(f"/v1/participants/{recent}")
    assert kept.json()["given_name"] == "Anna"


@pytest.mark.parametrize(
    ("last_day", "erasable_from"),
    [("2021-03-31", "2026-03-31"), ("2020-02-29", "2025-02-28"), ("2021-02-28", "2026-02-28")],
)
async def test_retention_is_whole_years_to_the_day(
    api: Api, monkeypatch: pytest.MonkeyPatch, last_day: str, erasable_from: str
) -> None:
    """The same day so many years on, or the last of that month where it has no such day."""
    path = f"/v1/participants/{await somebody_else(api, last_day)}/erasure"
    first = date.fromisoformat(erasable_from)
    for days_before in (3, 2, 1):
        early = first - timedelta(days=days_before)
        monkeypatch.setattr(clock, "today", lambda early=early: early)
        refused = steps.refused(await api.case_officer.post(path, json=REASON), 409, "retention-not-over")
        assert refused["erasable_from"] == erasable_from
    monkeypatch.setattr(clock, "today", lambda: first)
    steps.ok(await api.case_officer.post(path, json=REASON), 202)


async def somebody_else(api: Api, received_on: str) -> str:
    """A participant who has applied and no more."""
    participant_id = await steps.participant(api, given_name="Anna")
    await steps.application(api, participant_id, received_on=received_on)
    return participant_id


async def test_erasure_takes_what_is_personal_and_keeps_the_accounts(
    api: Api, connection: AsyncConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    await steps.law(api)
    participant_id = await somebody(api)
    external = "/v1/participants/by-external-id/profil/10042"
    known = {
        "given_name": "Solveig",
        "family_name": "Hage",
        "birth_date": "1990-05-06",
        "municipality_number": "4631",
        "service_area": "habilitation",
        "national_identity_number": NUMBER,
    }
    steps.ok(await api.epj.put(external, json=known), 200)
    decision = await placed(api, participant_id, "2022-09-30")
    before = (await api.finance.get("/v1/budgets/2022/position", params={"on": "2022-12-31"})).json()
    without_retention = api.app.state.settings.model_copy(update={"retention_years": 0})
    monkeypatch.setitem(api.app.state._state, "settings", without_retention)
    done = await erase(api, participant_id)
    rows = {row["held"]: row for row in done["held"]}
    assert rows["external_ids"] == {"held": "external_ids", "rows": 1, "replaced": [], "deleted": True}
    assert rows["requests"] == {
        "held": "requests",
        "rows": 2,
        "replaced": ["recall_reason", "retraction_reason", "text"],
        "deleted": False,
    }
    gone = (await api.case_officer.get(f"/v1/participants/{participant_id}/export")).text
    for word in ("Solveig", "Hage", "Merkje", "400 00 000", "merkesaum", "10042", "1990-05-06"):
        assert word not in gone
    person = (await api.case_officer.get(f"/v1/participants/{participant_id}")).json()
    assert (person["given_name"], person["birth_date"], person["contacts"]) == ("Sletta", "1990-01-01", [])
    place = (await api.case_officer.get(f"/v1/placements/{decision['placement_id']}")).json()
    assert (place["starts_on"], place["ends_on"]) == ("2022-07-01", "2022-09-30")
    assert (await api.finance.get("/v1/budgets/2022/position", params={"on": "2022-12-31"})).json() == before
    lookup = await api.epj.post("/v1/participants/lookup", json={"national_identity_number": NUMBER})
    assert lookup.status_code == 404
    # A decision is still never edited: not its text to another, not its days.
    await connection.execute(text("select set_config('app.roles', 'case_officer', true)"))
    for column, value in (("reason", "'Anna grunn'"), ("starts_on", "'2022-01-01'")):
        nested = await connection.begin_nested()
        with pytest.raises(ProgrammingError, match="never edited|permission denied"):
            await connection.execute(text(f"update decision set {column} = {value}"))
        await nested.rollback()


async def test_erasure_takes_the_reasons_of_annulments(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """D10, M6: of minutes, plans, reports and consents, and why a service was present without consent."""
    await steps.law(api)
    participant_id = await somebody(api)
    place = (await placed(api, participant_id, "2022-09-30"))["placement_id"]
    reason = {"reason": "Gjeld ein annan merkesaum."}
    present = follow_up.attendees("participant", "provider", "nav")
    filed = (
        ("meetings", follow_up.meeting(place, attendees=present, without_consent_reason="Kjende merkesaumen.")),
        ("plans", follow_up.plan(place)),
        ("evaluations", follow_up.evaluation(place)),
        (f"participants/{participant_id}/consents", follow_up.consent(["nav"])),
    )
    for noun, body in filed:
        made = steps.ok(await api.case_officer.post(f"/v1/{noun}", json=body))
        steps.ok(await api.case_officer.post(f"/v1/{noun}/{made['id']}/annulment", json=reason), 200)
    export = f"/v1/participants/{participant_id}/export"
    assert (await api.case_officer.get(export)).text.count("annan merkesaum") == len(filed)
    without_retention = api.app.state.settings.model_copy(update={"retention_years": 0})
    monkeypatch.setitem(api.app.state._state, "settings", without_retention)
    await erase(api, participant_id)
    assert "merkesaum" not in (await api.case_officer.get(export)).text


async def test_what_a_system_sends_again_of_the_erased_is_known(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """A2, G3: the external id stays, so that the same absence is neither stored anew nor brings its text back."""
    await steps.law(api)
    participant_id = await somebody(api)
    place = (await placed(api, participant_id, "2022-09-30"))["placement_id"]
    items = [
        absences.item(
            place, external_id="F-1", note="Sjuk av merkesaum.", **dict.fromkeys(("from", "to"), "2022-08-01")
        )
    ]
    enterprise = api.provider("310300403")
    assert steps.ok(await enterprise.post(absences.BATCH, json={"items": items}), 200)["accepted"] == 1
    without_retention = api.app.state.settings.model_copy(update={"retention_years": 0})
    monkeypatch.setitem(api.app.state._state, "settings", without_retention)
    await erase(api, participant_id)
    pushed = steps.ok(await enterprise.post(absences.BATCH, json={"items": items}), 200)
    assert [one["status"] for one in pushed["items"]] == ["unchanged"]
    held = steps.ok(await api.case_officer.get(f"/v1/participants/{participant_id}/export"), 200)["held"]
    assert [row["note"] for row in held["absences"]] == ["Sletta"]


async def test_a_protected_address_hides_provider_and_place(api: Api) -> None:
    await steps.law(api)
    provider_id = await steps.provider(api)
    participant_id = await steps.participant(api)
    body = await steps.ready_to_grant(api, provider_id, participant_id)
    decision = steps.ok(await api.case_officer.post("/v1/decisions", json=body))
    place = f"/v1/placements/{decision['placement_id']}"
    others = (api.finance, api.epj, api.service("habilitation"))
    for client in others:
        assert (await client.get(place)).status_code == 200
    before = [await _money(api, client) for client in (api.finance, api.case_officer)]
    person = f"/v1/participants/{participant_id}"
    tag = (await api.case_officer.get(person)).headers["etag"]
    changed = await api.case_officer.patch(person, json={"address_protection": True}, headers={"If-Match": tag})
    assert changed.status_code == 200
    for client in others:
        steps.refused(await client.get(place), 404, "not-found")
        assert (await client.get("/v1/placements")).json()["items"] == []
    assert (await api.epj.get("/v1/decisions")).json()["items"] == []
    steps.refused(await api.epj.get(f"/v1/decisions/{decision['id']}"), 404, "not-found")
    # The enterprise that runs the place sees it, another does not, and the case office sees all.
    assert (await api.provider("310300403").get(place)).status_code == 200
    assert (await api.provider("310300411").get(place)).status_code == 404
    assert (await api.case_officer.get(place, headers={"X-Access-Reason": "case"})).status_code == 200
    # The money still adds up for finance, under nobody's name.
    assert [await _money(api, client) for client in (api.finance, api.case_officer)] == before
    by = {"by": "provider,placement", "on": "2022-12-31"}
    costs = (await api.finance.get("/v1/budgets/2022/costs", params=by)).json()
    assert costs["items"] == [{"provider_id": None, "placement_id": None, "amount": costs["total"]}]
    asked = (await api.finance.get("/v1/budgets/2022/costs", params=by | {"provider_id": provider_id})).json()
    assert (asked["items"], asked["total"]) == ([], "0.00")
    seen = (await api.case_officer.get("/v1/budgets/2022/costs", params=by)).json()
    assert seen["items"][0]["placement_id"] == decision["placement_id"]


async def _money(api: Api, client: Any) -> Any:
    return (await client.get("/v1/budgets/2022/position", params={"on": "2022-12-31"})).json()
