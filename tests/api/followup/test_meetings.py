"""M3–M7: minutes that the guideline accepts, those it does not, and who may correct whose."""

import asyncio
from itertools import chain, combinations
from typing import Any

import asyncpg
import httpx
import pytest

from tests.conftest import Api
from tests.factories import follow_up, steps
from tests.factories.follow_up import NUMBERS, attendees, consent, create_meeting, meeting, placed, tasks
from tests.factories.steps import ok, refused

# Roles that M6 is about, for a participant whom Habilitering follows up.
OTHERS = {"mental_health", "nav", "other_service"}
ROLES = ("participant", "guardian", "provider", "habilitation", "mental_health", "nav", "other_service")
# The rule itself is shown over every subset in tests/unit/rules/test_minutes.py.
SUBSETS = list(chain.from_iterable(combinations(ROLES, size) for size in (1, 2, 3, len(ROLES))))
NUMBER = "10915596784"
CORRECTION = {
    "held_on": "2022-09-16",
    "called_by": "provider",
    "attendees": attendees("provider"),
    "themes": ["changes", "functioning"],
    "participant_absence_reason": "Var sjuk.",
    "minutes": "Deltakaren var ikkje med.",
    "correction": "Feil dato, og deltakaren var ikkje med.",
}


async def test_meeting_is_created_read_and_listed(api: Api) -> None:
    """M4: the contract's example; `participant_present` is derived from the attendees."""
    await steps.law(api)
    provider_id, _, placement_id = await placed(api)
    provider = api.provider(NUMBERS[0])
    made = await create_meeting(provider, meeting(placement_id))
    assert made["participant_present"] is True
    assert (made["filed_by"], made["version"], made["provider_id"]) == ("provider", 1, provider_id)
    assert made["participant_absence_reason"] is None
    assert ok(await api.case_officer.get(f"/v1/meetings/{made['id']}"), 200) == made
    other = await create_meeting(api.case_officer, meeting(placement_id, "conversation"))
    listed = ok(await provider.get("/v1/meetings", params={"placement_id": placement_id}), 200)["items"]
    assert listed == [made, other]
    only = ok(await provider.get("/v1/meetings", params={"kind": "conversation", "provider_id": provider_id}), 200)
    assert only["items"] == [other]


@pytest.mark.parametrize("kind", ["conversation", "cooperation"])
async def test_attendees_without_reason_or_consent_refused(api: Api, kind: str) -> None:
    """M5, M6: up to three roles, and all; with and without a reason; with each consent in force and with none."""
    await steps.law(api)
    _, person, placement_id = await placed(api)
    covered: set[str] = set()
    for services in ([], ["nav"], ["mental_health", "other_service"]):
        if services:
            path = f"/v1/participants/{person}/consents"
            ok(await api.case_officer.post(path, json=consent(services)))
            covered |= set(services)
        for roles in SUBSETS:
            for reason in (None, "Sjuk, og ville at møtet vart halde."):
                body = meeting(placement_id, kind, attendees=attendees(*roles), participant_absence_reason=reason)
                answer = await api.case_officer.post("/v1/meetings", json=body)
                without = sorted((OTHERS & set(roles)) - covered)
                if "participant" not in roles and reason is None:
                    problem = refused(answer, 422, "absence-reason-missing")
                    assert problem["errors"][0]["pointer"] == "#/participant_absence_reason"
                elif without:
                    assert refused(answer, 409, "consent-missing")["services"] == without
                else:
                    assert ok(answer)["participant_present"] is ("participant" in roles)


@pytest.mark.parametrize(
    ("area", "accepted"),
    [
        ("habilitation", {"habilitation"}),
        ("mental_health", {"mental_health"}),
        ("other", set[str]()),
    ],
)
async def test_service_of_the_participant_needs_no_consent(api: Api, area: str, accepted: set[str]) -> None:
    """M4, M6: the service that follows the participant up takes part; the other one is another service."""
    await steps.law(api)
    _, _, placement_id = await placed(api, area=area)
    for role in ("habilitation", "mental_health", "nav", "other_service"):
        body = meeting(placement_id, attendees=attendees("participant", "provider", role))
        answer = await api.case_officer.post("/v1/meetings", json=body)
        if role in accepted:
            ok(answer)
        else:
            refused(answer, 409, "consent-missing")


async def test_consent_counts_on_the_day_of_the_meeting(api: Api) -> None:
    """M6: in force on the day of the meeting, whatever day it is filed."""
    await steps.law(api)
    _, person, placement_id = await placed(api)
    path = f"/v1/participants/{person}/consents"
    given = consent(["nav"], given_by="guardian", given_on="2022-08-01", valid_to="2022-12-31")
    consent_id = ok(await api.case_officer.post(path, json=given))["id"]
    body = meeting(placement_id, attendees=attendees("participant", "provider", "nav"))

    async def outcome(day: str) -> int:
        return (await api.case_officer.post("/v1/meetings", json=body | {"held_on": day})).status_code

    assert [await outcome(day) for day in ("2022-07-31", "2022-08-01", "2022-12-31", "2023-01-01")] == [
        409,
        201,
        201,
        409,
    ]
    ok(await api.case_officer.post(f"{path}/{consent_id}/withdrawal", json={"withdrawn_on": "2022-10-01"}), 200)
    assert [await outcome(day) for day in ("2022-09-30", "2022-10-01")] == [201, 409]


async def test_correction_is_a_new_version(api: Api) -> None:
    """M5, M6: minutes are never overwritten; the versions before are kept."""
    await steps.law(api)
    _, _, placement_id = await placed(api)
    provider = api.provider(NUMBERS[0])
    filed = await create_meeting(provider, meeting(placement_id))
    path = f"/v1/meetings/{filed['id']}"
    corrected = ok(await provider.post(f"{path}/corrections", json=CORRECTION))
    assert (corrected["id"], corrected["version"], corrected["participant_present"]) == (filed["id"], 2, False)
    assert corrected["themes"] == ["functioning", "changes"]
    assert corrected["created_at"] == filed["created_at"]
    assert ok(await provider.get(path), 200) == corrected
    versions = ok(await api.case_officer.get(f"{path}/versions"), 200)["items"]
    assert [(row["version"], row["held_on"], row["correction"]) for row in versions] == [
        (1, "2022-09-15", None),
        (2, "2022-09-16", "Feil dato, og deltakaren var ikkje med."),
    ]
    assert [row["participant_present"] for row in versions] == [True, False]
    assert versions[0]["minutes"] == "Trivst godt."


async def test_correction_of_a_version_that_was_corrected_since(api: Api) -> None:
    """M5: with `If-Match`, nobody corrects minutes past a correction they have not seen."""
    await steps.law(api)
    _, _, placement_id = await placed(api)
    provider = api.provider(NUMBERS[0])
    path = f"/v1/meetings/{(await create_meeting(provider, meeting(placement_id)))['id']}"
    seen = {"If-Match": (await provider.get(path)).headers["etag"]}
    ok(await provider.post(f"{path}/corrections", json=CORRECTION, headers=seen))
    refused(await provider.post(f"{path}/corrections", json=CORRECTION, headers=seen), 412, "precondition-failed")
    seen = {"If-Match": (await provider.get(path)).headers["etag"]}
    assert ok(await provider.post(f"{path}/corrections", json=CORRECTION, headers=seen))["version"] == 3


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"participant_absence_reason": None}, 422, "absence-reason-missing"),
        ({"attendees": attendees("participant", "nav")}, 409, "consent-missing"),
    ],
)
async def test_correction_against_the_rules_refused(api: Api, changes: dict[str, Any], status: int, code: str) -> None:
    """M5, M6: a correction is held to the same rules, and a refused one leaves the minutes as they were."""
    await steps.law(api)
    _, _, placement_id = await placed(api)
    provider = api.provider(NUMBERS[0])
    filed = await create_meeting(provider, meeting(placement_id))
    refused(await provider.post(f"/v1/meetings/{filed['id']}/corrections", json=CORRECTION | changes), status, code)
    assert ok(await provider.get(f"/v1/meetings/{filed['id']}"), 200) == filed


async def test_correction_by_another_party_refused(api: Api) -> None:
    """Providers theirs, the case office its own."""
    await steps.law(api)
    _, _, placement_id = await placed(api)
    provider = api.provider(NUMBERS[0])
    correction = {key: value for key, value in meeting(None).items() if key not in ("kind", "placement_id")}
    correction["correction"] = "Retta."
    by_provider = await create_meeting(provider, meeting(placement_id))
    by_office = await create_meeting(api.case_officer, meeting(placement_id))
    for client, body in ((api.case_officer, by_provider), (provider, by_office)):
        refused(await client.post(f"/v1/meetings/{body['id']}/corrections", json=correction), 403, "not-owner")
        assert ok(await client.get(f"/v1/meetings/{body['id']}"), 200) == body
    service = api.service("habilitation")
    refused(await service.post(f"/v1/meetings/{by_office['id']}/corrections", json=correction), 403, "not-owner")


async def test_meetings_are_visible_to_their_parties_only(api: Api) -> None:
    """Providers see their own, services their area, and both the system meetings."""
    await steps.law(api)
    provider_id, _, placement_id = await placed(api)
    _, _, second = await placed(api, NUMBERS[1], name="KIM AS", area="mental_health")
    mine = await create_meeting(api.provider(NUMBERS[0]), meeting(placement_id))
    theirs = await create_meeting(api.provider(NUMBERS[1]), meeting(second))
    system = await create_meeting(api.case_officer, meeting(None, "system", called_by="habilitation"))
    alone = await create_meeting(api.provider(NUMBERS[0]), meeting(None, "bilateral"))
    assert alone["provider_id"] == provider_id

    async def seen(client: httpx.AsyncClient) -> list[str]:
        return [row["id"] for row in ok(await client.get("/v1/meetings"), 200)["items"]]

    assert await seen(api.provider(NUMBERS[0])) == [mine["id"], system["id"], alone["id"]]
    assert await seen(api.provider(NUMBERS[1])) == [theirs["id"], system["id"]]
    assert await seen(api.service("habilitation")) == [mine["id"], system["id"]]
    assert await seen(api.service("mental_health")) == [theirs["id"], system["id"]]
    assert len(await seen(api.case_officer)) == 4
    for address in ("", "/versions"):
        refused(await api.provider(NUMBERS[1]).get(f"/v1/meetings/{mine['id']}{address}"), 404, "not-found")
    problem = refused(await api.provider(NUMBERS[1]).post("/v1/meetings", json=meeting(placement_id)), 404, "not-found")
    assert problem["errors"][0]["pointer"] == "#/placement_id"


@pytest.mark.parametrize(
    ("changes", "code", "pointer"),
    [
        ({"themes": []}, "theme-missing", "#/themes"),
        ({"without_consent_reason": " "}, "validation", "#/without_consent_reason"),
        ({"without_consent_reason": NUMBER}, "identity-number-in-text", "#/without_consent_reason"),
        ({"themes": ["functioning", "progress"]}, "code-unknown", "#/themes/1"),
        ({"held_on": "2099-01-01"}, "date-in-future", "#/held_on"),
        ({"minutes": f"Gjeld {NUMBER}."}, "identity-number-in-text", "#/minutes"),
        (
            {"participant_absence_reason": f"{NUMBER[:6]} {NUMBER[6:]}"},
            "identity-number-in-text",
            "#/participant_absence_reason",
        ),
        (
            {"attendees": [{"role": "participant", "organisation": NUMBER}]},
            "identity-number-in-text",
            "#/attendees/0/organisation",
        ),
        ({"placement_id": None}, "meeting-subject", "#/placement_id"),
        ({"kind": "system", "themes": []}, "meeting-subject", "#/placement_id"),
        ({"called_by": "boss"}, "validation", "#/called_by"),
        ({"attendees": []}, "validation", "#/attendees"),
        ({"minutes": " "}, "validation", "#/minutes"),
        ({"participant_present": True}, "validation", "#/participant_present"),
    ],
)
async def test_minutes_against_the_rules_refused(api: Api, changes: dict[str, Any], code: str, pointer: str) -> None:
    """M3–M7: each refusal points at its field, repeats no number, and leaves nothing behind."""
    await steps.law(api)
    _, _, placement_id = await placed(api)
    problem = refused(await api.case_officer.post("/v1/meetings", json=meeting(placement_id) | changes), 422, code)
    assert problem["errors"][0]["pointer"] == pointer
    assert NUMBER not in str(problem)
    assert ok(await api.case_officer.get("/v1/meetings"), 200)["items"] == []


async def test_conversation_without_a_theme_is_stored(api: Api) -> None:
    """M3: themes should be taken up; those that nobody touched in the year are shown."""
    await steps.law(api)
    _, _, placement_id = await placed(api)
    made = await create_meeting(api.provider(NUMBERS[0]), meeting(placement_id, "conversation", themes=[]))
    assert made["themes"] == []
    [task] = await tasks(api.provider(NUMBERS[0]), "2022-10-01", kind="conversation")
    assert (task["recorded"], task["missing"]) == (1, ["own_experience", "progress", "changes", "content"])


async def test_bilateral_meeting_is_with_one_provider(api: Api) -> None:
    """M3–M7: the provider that the body names, an attendee's, or the placement's."""
    await steps.law(api)
    first, _, placement_id = await placed(api)
    second = await steps.provider(api, organisation_number=NUMBERS[1], name="KIM AS")
    kim = [{"role": "provider", "organisation": NUMBERS[1]}]
    for body, provider_id in (
        (meeting(None, "bilateral", provider_id=second), second),
        (meeting(None, "bilateral", attendees=kim), second),
        (meeting(placement_id, "bilateral"), first),
    ):
        assert (await create_meeting(api.case_officer, body))["provider_id"] == provider_id


async def test_bilateral_meeting_without_its_provider_refused(api: Api) -> None:
    """M3–M7: with no provider, with another than the placement's, or filed by one that it is not with."""
    await steps.law(api)
    _, _, placement_id = await placed(api)
    second = await steps.provider(api, organisation_number=NUMBERS[1], name="KIM AS")
    for body in (meeting(None, "bilateral"), meeting(placement_id, "bilateral", provider_id=second)):
        refused(await api.case_officer.post("/v1/meetings", json=body), 422, "meeting-subject")
    answer = await api.provider(NUMBERS[0]).post("/v1/meetings", json=meeting(None, "bilateral", provider_id=second))
    refused(answer, 404, "not-found")


async def test_database_refuses_minutes_against_m5_and_of_another_party(committed_api: Api) -> None:
    """M5: no code path stores minutes without the reason, or as another party, or changes a version."""
    api = committed_api
    await steps.law(api)
    provider_id, _, placement_id = await placed(api)
    made = await create_meeting(api.provider(NUMBERS[0]), meeting(placement_id))
    connection = await asyncpg.connect(api.app.state.settings.database_url.replace("+asyncpg", ""))
    insert = (
        "insert into meeting (id, kind, placement_id, provider_id, filed_by, version, held_on, called_by, attendees,"
        " participant_present, counts, themes, minutes) values (gen_random_uuid(), 'cooperation', $1, $2, $3, 1,"
        " '2022-09-15', 'provider', $4, $5, true, '{functioning}', 'x')"
    )
    try:
        await connection.execute(
            "select set_config('app.roles', 'provider', false), set_config('app.provider_id', $1, false)", provider_id
        )
        for filed_by, present, error in (
            ("provider", False, asyncpg.CheckViolationError),
            ("provider", True, asyncpg.CheckViolationError),
            ("case_office", False, asyncpg.InsufficientPrivilegeError),
        ):
            with pytest.raises(error):
                await connection.execute(insert, placement_id, provider_id, filed_by, "[]", present)
        for statement in (
            "delete from meeting",
            "delete from meeting_version",
            "update meeting set filed_by = 'provider'",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(statement)
        # A version is never changed but by an erasure (GDPR art. 17), nor anything by another party.
        assert await connection.execute("update meeting_version set content = '{}'") == "UPDATE 0"
        await connection.execute("select set_config('app.roles', 'case_officer', false)")
        assert await connection.execute("update meeting_version set content = '{}'") == "UPDATE 0"
        assert await connection.execute("update meeting set minutes = 'x' where id = $1", made["id"]) == "UPDATE 0"
    finally:
        await connection.close()


async def test_code_lists_label_every_code(api: Api) -> None:
    """M3, M4, D5: the codes that minutes and plans may use, in nynorsk."""
    lists = {
        row["name"]: {code["code"]: code["label"] for code in row["codes"]}
        for row in ok(await api.service("habilitation").get("/v1/code-lists"), 200)["items"]
    }
    assert len(lists["conversation_themes"]) == len(lists["cooperation_themes"]) == 4
    assert len(lists["content_areas"]) == 5
    assert lists["cooperation_themes"]["functioning"] == "Deltakaren si fungering og trivsel"
    assert all(label for labels in lists.values() for label in labels.values())
    await steps.law(api)
    _, _, placement_id = await placed(api)
    for kind in ("conversation", "cooperation"):
        themes = list(lists[f"{kind}_themes"])
        assert (await create_meeting(api.case_officer, meeting(placement_id, kind, themes=themes[::-1])))[
            "themes"
        ] == themes
    ok(
        await api.case_officer.post(
            "/v1/plans", json=follow_up.plan(placement_id, content_areas=list(lists["content_areas"]))
        )
    )


async def test_concurrent_corrections_are_consecutive_versions(committed_api: Api) -> None:
    """M5, M6: each corrects what the one before it left; no version is lost or numbered twice."""
    api = committed_api
    await steps.law(api)
    _, _, placement_id = await placed(api)
    made = await create_meeting(api.case_officer, meeting(placement_id))
    body = {key: value for key, value in meeting(None).items() if key not in ("kind", "placement_id")}
    path = f"/v1/meetings/{made['id']}"
    answers = await asyncio.gather(
        *(
            api.case_officer.post(f"{path}/corrections", json=body | {"minutes": f"{n}", "correction": f"{n}"})
            for n in range(5)
        )
    )
    assert sorted(ok(answer)["version"] for answer in answers) == [2, 3, 4, 5, 6]
    versions = ok(await api.case_officer.get(f"{path}/versions"), 200)["items"]
    assert sorted(row["version"] for row in versions) == [1, 2, 3, 4, 5, 6]
    last = max(versions, key=lambda row: row["version"])
    assert ok(await api.case_officer.get(path), 200)["minutes"] == last["minutes"]
