"""Years, applications and grants of the trust (R)."""

from typing import Any

import httpx

from tests.conftest import Api
from tests.factories import steps
from tests.factories.steps import ok

APPLICATIONS = "/v1/trust/applications"


def year_sum(amount: str = "150000.00", **changes: Any) -> dict[str, Any]:
    """The board's sum of 2020, as it can be sent."""
    return {
        "amount": amount,
        "decided_on": "2020-01-20",
        "decided_by": "board",
        "reason": "Årleg sum inntil vidare",
        "deadline_on": "2020-08-15",
    } | changes


def application(participant_id: str, amount: str = "6000.00", **changes: Any) -> dict[str, Any]:
    """An application in time, with everything that a grant needs."""
    return {
        "participant_id": participant_id,
        "received_on": "2020-08-15",
        "purpose": "escort",
        "amount": amount,
        "documentation_seen_on": "2020-08-15",
        "belonging_reason": None,
    } | changes


def grant(amount: str | None = "6000.00", **changes: Any) -> dict[str, Any]:
    """A grant of the autumn, as it can be sent."""
    return {"kind": "grant", "decided_on": "2020-09-01", "amount": amount, "reason": None} | changes


def reject(reason: str = "late", **changes: Any) -> dict[str, Any]:
    """A rejection."""
    return {"kind": "reject", "decided_on": "2020-09-01", "amount": None, "reason": reason} | changes


def payment(amount: str = "6000.00", **changes: Any) -> dict[str, Any]:
    """A payment or repayment of the autumn."""
    return {"amount": amount, "on": "2020-10-01", "voucher_seen_on": "2020-09-30"} | changes


async def open_year(api: Api, amount: str = "150000.00", year: int = 2020, **changes: Any) -> dict[str, Any]:
    """A year with a sum."""
    body = year_sum(amount, **{"decided_on": f"{year}-01-20", "deadline_on": f"{year}-08-15"} | changes)
    return ok(await api.grants_officer.post(f"/v1/trust/years/{year}/sums", json=body))


async def apply(api: Api, amount: str = "6000.00", participant_id: str | None = None, **changes: Any) -> str:
    """The id of an application; of somebody new if nobody is named."""
    who = participant_id or await steps.participant(api, service_area="other")
    id_: str = ok(await api.grants_officer.post(APPLICATIONS, json=application(who, amount, **changes)))["id"]
    return id_


async def decide(api: Api, id_: str, body: dict[str, Any]) -> httpx.Response:
    """The answer to a decision."""
    return await api.grants_officer.post(f"{APPLICATIONS}/{id_}/decision", json=body)


async def annul(api: Api, id_: str, reason: str = "Ført på feil søknad.") -> httpx.Response:
    """The answer to the annulment of an application's last decision."""
    entries = ok(await api.grants_officer.get(f"{APPLICATIONS}/{id_}"), 200)["entries"]
    decision = [entry["id"] for entry in entries if entry["kind"] in {"grant", "reject"}][-1]
    return await api.grants_officer.post(f"/v1/trust/entries/{decision}/annulment", json={"reason": reason})


async def granted(api: Api, amount: str = "6000.00", participant_id: str | None = None, **changes: Any) -> str:
    """The id of an application that was granted whole."""
    id_ = await apply(api, amount, participant_id, **changes)
    ok(await decide(api, id_, grant(amount)))
    return id_


async def position(api: Api, year: int = 2020, on: str = "2020-12-31") -> dict[str, Any]:
    """A year on a day."""
    return ok(await api.grants_officer.get(f"/v1/trust/years/{year}", params={"on": on}), 200)
