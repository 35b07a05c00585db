"""Two people at two enterprises with something of everything about each, and who may see whose."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from app import clock
from tests.conftest import Api
from tests.factories import absences, follow_up, hours, steps, trip_course, trips, trust
from tests.factories.steps import ok
from tests.factories.tokens import bearer

GLOEDE, KIM = "310300403", "310300411"

# Kind of object -> caller -> the people ("a" at provider A in habilitation, "b" at B in mental health) whose it sees.
# Who may call an operation at all is in tests/http/roles.json; this is which rows there are then. A new kind of id in
# the OpenAPI needs its line here.
OFFICE_ALONE = {"officer": "ab"}
PARTIES = {"officer": "ab", "provider_a": "a", "provider_b": "b", "habilitation": "a", "mental_health": "b"}
VISIBLE: Mapping[str, Mapping[str, str]] = {
    "participant_id": PARTIES | {"epj": "ab", "grants_officer": "ab"},
    "placement_id": PARTIES | {"epj": "ab", "finance": "ab"},
    "application_id": PARTIES,
    "request_id": {"officer": "ab", "provider_a": "a", "provider_b": "b"},
    "decision_id": OFFICE_ALONE | {"epj": "ab"},
    "consent_id": PARTIES,
    "absence_id": PARTIES,
    "absence_review_id": {"officer": "ab", "habilitation": "a", "mental_health": "b"},
    "meeting_id": PARTIES,
    "plan_id": PARTIES,
    "evaluation_id": PARTIES,
    "notice_id": PARTIES,
    "supplement_id": {"officer": "ab", "habilitation": "a", "mental_health": "b", "finance": "ab"},
    "trust_application_id": {"officer": "ab", "grants_officer": "ab"},
    "trust_entry_id": {"officer": "ab", "grants_officer": "ab"},
    "trip_id": {"officer": "ab", "grants_officer": "ab", "habilitation": "a", "mental_health": "b"},
    "trip_application_id": {"officer": "ab", "grants_officer": "ab"},
    "service_hours_id": {"officer": "ab", "epj": "ab"},
    "invoice_id": {"officer": "ab", "finance": "ab"},
    "provider_id": {
        "officer": "ab", "habilitation": "ab", "mental_health": "ab", "epj": "ab", "finance": "ab",
        "manager": "ab", "provider_a": "a", "provider_b": "b",
    },
}  # fmt: skip
# What a caller reads the id of in what it may see, and cannot open: a decision names its application and request, to a
# service a trip names who goes by their application, and to finance a participant or a trip is its id.
NAMED = {
    "epj": {"application_id", "request_id"},
    "finance": {"participant_id", "trip_id"},
    "habilitation": {"trip_application_id"},
    "mental_health": {"trip_application_id"},
}
# Ids of what belongs to nobody, or to everybody.
NOBODYS = {
    "expected_refund_id", "frame_id", "snapshot_id", "guideline_evaluation_id", "guideline_version_id", "rate_id",
    "object_id", "external_id", "follows_id", "corrects_id", "withdraws_notice_id", "duplicate_id", "task_id",
    "need_change_id", "trip_round_id", "trip_fund_entry_id",
    "calendar_subscription_id", "step_id", "service_id", "stair_capacity_id", "stair_table_id", "need_id",
    "grant_scheme_id",
    "service_type_id", "survey_id",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class World:
    """Whose ids are which, and the callers."""

    ids: Mapping[str, dict[str, str]]
    callers: Mapping[str, httpx.AsyncClient]


async def build(api: Api) -> World:
    """Everything about two people."""
    await steps.law(api)
    await trips.record_scheme(api)
    await hours.service_type(api)
    await trip_course.fill_fund(api)
    gloede = await steps.provider(api, organisation_number=GLOEDE, name="Gløde AS")
    kim = await steps.provider(api, organisation_number=KIM, name="KIM AS")
    ids = {
        "a": await add_person(api, GLOEDE, gloede, "habilitation", "Aslaug"),
        "b": await add_person(api, KIM, kim, "mental_health", "Birger"),
    }
    callers = {
        "officer": api.case_officer,
        "provider_a": api.provider(GLOEDE),
        # One provider calls by its own system, the other by a person.
        "provider_b": api.client(bearer("provider", KIM, subject="kari")),
        "habilitation": api.service("habilitation"),
        "mental_health": api.service("mental_health"),
        "epj": api.epj,
        "finance": api.finance,
        "grants_officer": api.grants_officer,
        "manager": api.manager,
    }
    return World(ids, callers)


async def add_person(
    api: Api, number: str, provider_id: str, area: str, given_name: str, *, absence: str = "F-1"
) -> dict[str, str]:
    """Everything about a new participant at a provider: kind of id -> id."""
    officer, enterprise = api.case_officer, api.provider(number)
    participant_id = await steps.participant(api, service_area=area, given_name=given_name)
    body = await steps.ready_to_grant(api, provider_id, participant_id)
    decision = ok(await officer.post("/v1/decisions", json=body))
    place: str = decision["placement_id"]
    consent = ok(await officer.post(f"/v1/participants/{participant_id}/consents", json=follow_up.consent([area])))
    item = absences.item(place, external_id=absence)
    absent = {name: value for name, value in item.items() if name != "cancelled"}
    away = ok(await enterprise.post("/v1/absences", json=absent))
    meeting = ok(await enterprise.post("/v1/meetings", json=follow_up.meeting(place)))
    plan = ok(await enterprise.post("/v1/plans", json=follow_up.plan(place)))
    evaluation = ok(await enterprise.post("/v1/evaluations", json=follow_up.evaluation(place)))
    agreed = {
        "monthly_amount": "3000.00", "valid_from": "2022-08-01", "valid_to": None, "reason": "Tett oppfølging",
        "agreed_by": ["service", "case_office", "provider"],
    }  # fmt: skip
    supplement = ok(await officer.post(f"/v1/placements/{place}/supplements", json=agreed))
    # Today: once the place has ended for long, the provider sees nobody in it (D11).
    given = {"given_by": "participant", "given_on": clock.today().isoformat(), "reason": "other", "text": "Flyttar."}
    notice = ok(await officer.post(f"/v1/placements/{place}/notices", json=given))
    applied = ok(await officer.post("/v1/trust/applications", json=trust.application(participant_id)))
    refusal = ok(await officer.post(f"/v1/trust/applications/{applied['id']}/decision", json=trust.reject()))
    travels = ok(await officer.post("/v1/trip-applications", json=trips.application(participant_id)))
    pushed = await hours.push(api, hours.item(participant_id))
    trip = await trip_course.settled(api, travels["id"])
    return {
        "participant_id": participant_id,
        "service_hours_id": pushed[0]["service_hours_id"],
        "trip_id": trip["id"],
        "trust_application_id": applied["id"],
        "trust_entry_id": refusal["id"],
        "trip_application_id": travels["id"],
        "provider_id": provider_id,
        "placement_id": place,
        "application_id": body["application_id"],
        "request_id": body["request_id"],
        "decision_id": decision["id"],
        "consent_id": consent["id"],
        "absence_id": away["id"],
        "meeting_id": meeting["id"],
        "plan_id": plan["id"],
        "evaluation_id": evaluation["id"],
        "supplement_id": supplement["id"],
        "notice_id": notice["id"],
    }


def told_apart(answer: httpx.Response, *ids: str) -> Any:
    """What an answer says, without the ids that the caller itself named and what differs anyway."""
    text = answer.text
    for id_ in ids:
        text = text.replace(id_, "<id>")
    request_id = answer.headers.get("x-request-id", "-")
    kept = {name: value for name, value in answer.headers.items() if name in ("content-type", "etag", "location")}
    return answer.status_code, text.replace(request_id, "<request>"), kept
