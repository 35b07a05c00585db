"""Places for tests of what they cost: rows as the case office would have made them, without the way there."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.conftest import Api

CASES = Path(__file__).parent.parent / "cases"

_AS_CASE_OFFICER = text("select set_config('app.roles', 'case_officer', true), set_config('app.actor', 'test', true)")
_PROVIDER = text(
    "insert into provider (id, name, organisation_number, municipality_number)"
    " values (gen_random_uuid(), 'Gløde AS', :organisation_number, '4631') on conflict do nothing"
)
_PLACES = text(
    """
    with people as (
        insert into participant (
            id, given_name, family_name, birth_date, municipality_number, service_area, contacts, address_protection
        )
        select gen_random_uuid(), 'Kari', 'Nordmann', date '1990-01-01', '4631', 'habilitation', '[]', false
        from generate_series(1, :count)
        returning id
    ), places as (
        insert into placement (
            id, participant_id, provider_id, service_area, terms, starts_on, ends_on, share, monthly_price, decided_on
        )
        select gen_random_uuid(), people.id, provider.id, 'habilitation',
            case when cast(:monthly_price as numeric) is null then 'standard' else 'legacy' end,
            :starts_on, :ends_on, :share, cast(:monthly_price as numeric), :decided_on
        from people, provider where organisation_number = :organisation_number
        returning *
    )
    insert into placement_terms (
        id, placement_id, provider_id, valid_from, valid_to, share, monthly_price, medication_tasks, known_from
    )
    select gen_random_uuid(), id, provider_id, starts_on, ends_on, share, monthly_price, false, decided_on from places
    """
)


async def place(
    connection: AsyncConnection,
    count: int,
    starts_on: str = "2022-01-01",
    ends_on: str | None = None,
    *,
    share: int = 100,
    monthly_price: str | None = None,
    decided_on: str = "2021-12-01",
    organisation_number: str = "310300403",
) -> None:
    """So many places at one provider: at the standard price, or at their own as `legacy`."""
    await connection.execute(_AS_CASE_OFFICER)
    await connection.execute(_PROVIDER, {"organisation_number": organisation_number})
    await connection.execute(
        _PLACES,
        {
            "count": count,
            "starts_on": date.fromisoformat(starts_on),
            "ends_on": None if ends_on is None else date.fromisoformat(ends_on),
            "share": share,
            "monthly_price": None if monthly_price is None else Decimal(monthly_price),
            "decided_on": date.fromisoformat(decided_on) if monthly_price is None else None,
            "organisation_number": organisation_number,
        },
    )


def case_rates() -> list[dict[str, str]]:
    """The published rates."""
    rates: list[dict[str, str]] = json.loads((CASES / "rates.json").read_text())["rates"]
    return rates


async def posted(client: httpx.AsyncClient, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """What a POST made."""
    answer = await client.post(path, json=body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def got(client: httpx.AsyncClient, path: str, **query: str | int) -> dict[str, Any]:
    """What a GET answers."""
    answer = await client.get(path, params=query)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def prices(api: Api) -> None:
    """The published rates, and the guideline of 2022."""
    for rate in case_rates():
        await posted(api.case_officer, "/v1/rates", rate)
    await posted(api.case_officer, "/v1/guideline-versions", {"valid_from": "2022-01-01"})


async def adopt(api: Api, amount: str = "6934000.00", *, year: int = 2022, on: str = "2021-12-16") -> None:
    """A frame, as the council of 2021 adopted it."""
    frame = {"amount": amount, "adopted_on": on, "reason": "Budsjett, vedteke av kommunestyret"}
    await posted(api.case_officer, f"/v1/budgets/{year}/frames", frame)
