"""M6: consents, their withdrawal, and who may see and record them."""

from typing import Any

import pytest

from app import clock
from tests.conftest import Api
from tests.factories import steps
from tests.factories.follow_up import NUMBERS, consent, placed
from tests.factories.steps import ok, refused
from tests.factories.tokens import bearer

NOWHERE = "01900000-0000-7000-8000-000000000000"


async def test_given_listed_and_withdrawn(api: Api) -> None:
    """M6: once, from its own day on; the list keeps it."""
    person = await steps.participant(api)
    path = f"/v1/participants/{person}/consents"
    made = ok(await api.case_officer.post(path, json=consent(["nav", "other_service", "nav"])))
    assert (made["services"], made["withdrawn_on"], made["participant_id"]) == (["nav", "other_service"], None, person)
    withdrawal = f"{path}/{made['id']}/withdrawal"
    for day in ("2022-06-30", "2099-01-01"):
        problem = refused(
            await api.case_officer.post(withdrawal, json={"withdrawn_on": day}), 422, "consent-day-invalid"
        )
        assert problem["errors"][0]["pointer"] == "#/withdrawn_on"
    withdrawn = ok(await api.case_officer.post(withdrawal, json={}), 200)
    assert withdrawn["withdrawn_on"] == clock.today().isoformat()
    refused(await api.case_officer.post(withdrawal, json={}), 409, "consent-withdrawn")
    assert ok(await api.case_officer.get(path), 200)["items"] == [withdrawn]


async def test_proof_of_a_consent_is_kept(api: Api) -> None:
    """M6, GDPR art. 7(1): how, in what words, where it is kept, who recorded it, and who its withdrawal."""
    await steps.law(api)
    _, person, _ = await placed(api)
    path = f"/v1/participants/{person}/consents"
    proof = {"method": "oral", "wording": "NAV kan få vite kor mykje eg arbeider.", "reference": "Sak 2022/114-7"}
    made = ok(await api.provider(NUMBERS[0]).post(path, json=consent(["nav"], **proof)))
    assert {name: made[name] for name in proof} == proof
    assert (made["recorded_by"], made["withdrawn_by"]) == (f"org:0192:{NUMBERS[0]}", None)
    kari = api.client(bearer("case_officer", subject="kari"))
    withdrawn = ok(await kari.post(f"{path}/{made['id']}/withdrawal", json={}), 200)
    assert (withdrawn["recorded_by"], withdrawn["withdrawn_by"]) == (made["recorded_by"], "person:kari")
    assert ok(await api.case_officer.get(path), 200)["items"] == [withdrawn]


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"method": "by_gesture"}, "#/method"),
        ({"wording": " "}, "#/wording"),
        ({"wording": "x" * 4001}, "#/wording"),
        ({"reference": "x" * 501}, "#/reference"),
        ({"recorded_by": "person:another"}, "#/recorded_by"),
        ({"wording": "Eg, 23849150073, samtykkjer."}, "#/wording"),
    ],
)
async def test_proof_that_is_none_refused(api: Api, changes: dict[str, Any], pointer: str) -> None:
    """M6: nobody says who recorded it but the token."""
    person = await steps.participant(api)
    path = f"/v1/participants/{person}/consents"
    answer = await api.case_officer.post(path, json=consent(["nav"]) | changes)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert ok(await api.case_officer.get(path), 200)["items"] == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"given_on": "2099-01-01"}, "consent-day-invalid"),
        ({"given_by": "next_of_kin"}, "validation"),
        ({"services": []}, "validation"),
        ({"services": ["police"]}, "validation"),
        ({"valid_to": "2022-06-30"}, "validation"),
    ],
)
async def test_refused(api: Api, changes: dict[str, Any], code: str) -> None:
    """M6: only the participant or the guardian gives one, and for known services."""
    person = await steps.participant(api)
    path = f"/v1/participants/{person}/consents"
    refused(await api.case_officer.post(path, json=consent(["nav"]) | changes), 422, code)
    assert ok(await api.case_officer.get(path), 200)["items"] == []


async def test_who_sees_and_records(api: Api) -> None:
    """M6: the provider where the participant has a place, and the service of the area (to read)."""
    await steps.law(api)
    _, person, _ = await placed(api)
    await placed(api, NUMBERS[1], name="KIM AS")
    path = f"/v1/participants/{person}/consents"
    made = ok(await api.provider(NUMBERS[0]).post(path, json=consent(["nav"])))
    for client in (api.case_officer, api.provider(NUMBERS[0]), api.service("habilitation")):
        assert ok(await client.get(path), 200)["items"] == [made]
    for client in (api.provider(NUMBERS[1]), api.service("mental_health")):
        refused(await client.get(path), 404, "not-found")
    refused(await api.provider(NUMBERS[1]).post(path, json=consent(["nav"])), 404, "not-found")
    refused(await api.provider(NUMBERS[1]).post(f"{path}/{made['id']}/withdrawal", json={}), 404, "not-found")
    refused(await api.service("habilitation").post(path, json=consent(["nav"])), 403, "role-required")
    refused(
        await api.case_officer.post(f"/v1/participants/{NOWHERE}/consents", json=consent(["nav"])), 404, "not-found"
    )
    elsewhere = f"/v1/participants/{await steps.participant(api)}/consents/{made['id']}/withdrawal"
    refused(await api.case_officer.post(elsewhere, json={}), 404, "not-found")


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"services": [], "organisations": []}, "#/organisations"),
        ({"services": []}, "#"),
        ({"organisations": [" "]}, "#/organisations/0"),
        ({"organisations": ["x" * 201]}, "#/organisations/0"),
        ({"organisations": ["Fysio"] * 21}, "#/organisations"),
    ],
)
async def test_consent_that_names_no_service_refused(api: Api, changes: dict[str, Any], pointer: str) -> None:
    """M6: a kind of service or a service by name."""
    person = await steps.participant(api)
    path = f"/v1/participants/{person}/consents"
    problem = refused(await api.case_officer.post(path, json=consent(["nav"]) | changes), 422, "validation")
    assert problem["errors"][0]["pointer"] == pointer
    assert ok(await api.case_officer.get(path), 200)["items"] == []


async def test_consent_names_services(api: Api) -> None:
    """M6: each once, however its spaces and capitals; no name holds an identity number."""
    person = await steps.participant(api)
    path = f"/v1/participants/{person}/consents"
    named = consent([], organisations=["Fysioterapi, Knarvik", "Ergoterapi", " fysioterapi,  knarvik "])
    made = ok(await api.case_officer.post(path, json=named))
    assert (made["services"], made["organisations"]) == ([], ["Ergoterapi", "Fysioterapi, Knarvik"])
    problem = refused(
        await api.case_officer.post(path, json=consent(["nav"], organisations=["NAV", "10915596784"])),
        422,
        "identity-number-in-text",
    )
    assert problem["errors"][0]["pointer"] == "#/organisations/1"


async def test_annulled_consent_is_read_by_the_case_office_alone(api: Api) -> None:
    """D10: provider and service no longer see it, and it is neither annulled nor withdrawn again."""
    await steps.law(api)
    _, person, _ = await placed(api)
    path = f"/v1/participants/{person}/consents"
    made = ok(await api.provider(NUMBERS[0]).post(path, json=consent(["nav"])))
    reason = {"reason": "Ført på feil deltakar."}
    annulment = f"{path}/{made['id']}/annulment"
    for client in (api.provider(NUMBERS[0]), api.service("habilitation")):
        refused(await client.post(annulment, json=reason), 403, "role-required")
    problem = refused(await api.case_officer.post(annulment, json={"reason": ""}), 422, "validation")
    assert problem["errors"][0]["pointer"] == "#/reason"
    annulled = ok(await api.case_officer.post(annulment, json=reason), 200)
    assert annulled["annulled_reason"] == "Ført på feil deltakar."
    assert ok(await api.case_officer.get(path), 200)["items"] == [annulled]
    for client in (api.provider(NUMBERS[0]), api.service("habilitation")):
        assert ok(await client.get(path), 200)["items"] == []
    withdrawal = f"{path}/{made['id']}/withdrawal"
    refused(await api.provider(NUMBERS[0]).post(withdrawal, json={}), 404, "not-found")
    for address, body in ((withdrawal, {}), (annulment, reason)):
        refused(await api.case_officer.post(address, json=body), 409, "annulled")


async def test_annulment_of_anothers_consent_refused(api: Api) -> None:
    """D10: the consent is the participant's that the address names."""
    person, other = await steps.participant(api), await steps.participant(api)
    made = ok(await api.case_officer.post(f"/v1/participants/{person}/consents", json=consent(["nav"])))
    address = f"/v1/participants/{other}/consents/{made['id']}/annulment"
    refused(await api.case_officer.post(address, json={"reason": "Feil."}), 404, "not-found")


async def test_a_service_reads_no_consent_of_a_protected_person(api: Api) -> None:
    """M7: who recorded it, and what it names, tells where the person is."""
    await steps.law(api)
    _, person, _ = await placed(api)
    path, enterprise = f"/v1/participants/{person}/consents", api.provider(NUMBERS[0])
    made = ok(await enterprise.post(path, json=consent(["nav"], organisations=["Gløde, kafeen"])))
    service = api.service("habilitation")
    assert made["recorded_by"] == f"org:0192:{NUMBERS[0]}"
    assert ok(await service.get(path), 200)["items"] == [made]
    await protect(api, person)
    assert ok(await service.get(path), 200)["items"] == []
    assert ok(await enterprise.get(path), 200)["items"] == [made]
    reason = {"X-Access-Reason": "follow_up"}
    assert ok(await api.case_officer.get(path, headers=reason), 200)["items"] == [made]


async def protect(api: Api, person: str) -> None:
    """The person's address is protected from now on."""
    path = f"/v1/participants/{person}"
    tag = (await api.case_officer.get(path)).headers["etag"]
    ok(await api.case_officer.patch(path, json={"address_protection": True}, headers={"If-Match": tag}), 200)
