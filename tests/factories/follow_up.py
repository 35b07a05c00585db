"""Placements with what is filed about them, for the tests of chapter 7."""

from typing import Any

import httpx

from tests.conftest import Api
from tests.factories import steps
from tests.factories.steps import ok

NUMBERS = ("310300403", "310300411", "310300446")


async def placed(
    api: Api, number: str = NUMBERS[0], *, name: str = "Gløde AS", area: str = "habilitation", **changes: Any
) -> tuple[str, str, str]:
    """A new provider, participant and standard place from 2022-07-01: their ids (provider, participant, placement)."""
    provider_id = await steps.provider(api, organisation_number=number, name=name)
    return provider_id, *await place_at(api, provider_id, area=area, **changes)


async def place_at(api: Api, provider_id: str, *, area: str = "habilitation", **changes: Any) -> tuple[str, str]:
    """A new participant and a standard place at a provider: (participant, placement)."""
    person = await steps.participant(api, service_area=area)
    ends = {"need": "temporary"} if changes.get("ends_on") else {}
    body = await steps.ready_to_grant(api, provider_id, person, **ends) | changes
    made = ok(await api.case_officer.post("/v1/decisions", json=body))
    return person, made["placement_id"]


def meeting(placement_id: str | None, kind: str = "cooperation", **changes: Any) -> dict[str, Any]:
    """The body of minutes that the guideline accepts."""
    themes = {"conversation": ["progress"], "cooperation": ["functioning"]}.get(kind, [])
    body = {
        "kind": kind,
        "placement_id": placement_id,
        "held_on": "2022-09-15",
        "called_by": "provider",
        "attendees": attendees("participant", "provider"),
        "themes": themes,
        "minutes": "Trivst godt.",
    }
    return body | changes


async def create_meeting(client: httpx.AsyncClient, body: dict[str, Any]) -> dict[str, Any]:
    """Minutes, filed by the client."""
    return ok(await client.post("/v1/meetings", json=body))


def attendees(*roles: str) -> list[dict[str, Any]]:
    """Attendees in these roles."""
    return [{"role": role, "organisation": None} for role in roles]


def plan(placement_id: str, **changes: Any) -> dict[str, Any]:
    """The body of a plan that was sent."""
    body = {
        "placement_id": placement_id,
        "made_on": "2022-08-20",
        "sent_on": "2022-08-25",
        "content_areas": ["activity", "mastery"],
        "text": "Mål og tiltak.",
    }
    return body | changes


def evaluation(placement_id: str, **changes: Any) -> dict[str, Any]:
    """The body of a report on the first placement year, sent."""
    body = {
        "placement_id": placement_id,
        "period_from": "2022-07-01",
        "period_to": "2023-06-30",
        "sent_on": "2023-06-20",
        "content_areas": ["mastery"],
        "text": "Har nådd måla.",
    }
    return body | changes


def consent(services: list[str], **changes: Any) -> dict[str, Any]:
    """The body of a consent of the participant's own."""
    return {"given_by": "participant", "given_on": "2022-07-01", "services": services} | changes


async def tasks(client: httpx.AsyncClient, on: str, **query: str) -> list[dict[str, Any]]:
    """Every task on a day, as the client sees them, done ones too; those of other parties after its own."""
    found: list[dict[str, Any]] = []
    after: dict[str, str] = {}
    while True:
        answer = ok(
            await client.get("/v1/tasks", params={"on": on, "limit": "200", "due_from": "1900-01-01"} | query | after),
            200,
        )
        found += answer["items"]
        if answer["next"] is None:
            return found
        after = {"after": answer["next"]}
