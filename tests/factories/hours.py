"""Kinds of service, and hours as the EPJ pushes them (S3)."""

from typing import Any
from uuid import uuid4

from tests.conftest import Api
from tests.factories.steps import ok

BATCH = "/v1/service-hours/batch"


async def service_type(api: Api, code: str = "home_help", **changes: Any) -> dict[str, Any]:
    """A kind of service, without a norm unless one is named."""
    body = {"code": code, "name": "Heimehjelp"} | changes
    return ok(await api.case_officer.post("/v1/service-types", json=body))


def item(participant_id: str, **changes: Any) -> dict[str, Any]:
    """Hours of the autumn of 2022, as they can be pushed."""
    return {
        "external_id": uuid4().hex,
        "revision": 1,
        "participant_id": participant_id,
        "service_type": "home_help",
        "from": "2022-09-01",
        "to": "2022-12-31",
        "assessed_hours": "10.00",
        "decided_hours": "9.00",
        "delivered_hours": "8.50",
        "need_grade": "moderate",
        "tool": "IPLOS",
        "assessed_on": "2022-06-15",
        "cancelled": False,
    } | changes


async def push(api: Api, *items: dict[str, Any], status: int = 200) -> list[dict[str, Any]]:
    """What became of each item."""
    results: list[dict[str, Any]] = ok(await api.epj.post(BATCH, json={"items": list(items)}), status)["items"]
    return results
