"""Months to close: places at the rate of January 2023, and what changes afterwards."""

from decimal import Decimal
from typing import Any

from httpx import AsyncClient
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from app import clock
from tests.conftest import Api
from tests.factories.places import case_rates, place, posted
from tests.factories.steps import ok

SETTLEMENTS = "/v1/budgets/2023/settlements"
RAISED = {"valid_from": "2023-01-01", "known_from": "2023-05-11", "monthly_amount": "15667.00", "source": "RNB 2023"}


async def before_may(api: Api, connection: AsyncConnection, places: int = 24) -> None:
    """Places at the standard price, and the rate as it was known until May 2023."""
    for rate in case_rates():
        if rate["monthly_amount"] in ("14878.00", "15324.00"):
            await posted(api.case_officer, "/v1/rates", rate)
    await posted(api.case_officer, "/v1/guideline-versions", {"valid_from": "2022-01-01"})
    await place(connection, places)


async def close(client: AsyncClient, *months: int, path: str = SETTLEMENTS) -> list[dict[str, Any]]:
    return [ok(await client.post(f"{path}/{month}")) for month in months]


def total(rows: list[dict[str, Any]]) -> Decimal:
    return sum((Decimal(row["amount"]) for row in rows), Decimal(0))


async def act(connection: AsyncConnection, statement: str) -> None:
    """A statement with the rights of the case office and finance that the API does not offer."""
    await connection.execute(text("select set_config('app.roles', 'case_officer,finance', true)"))
    await connection.execute(text(statement))


async def change(connection: AsyncConnection, condition: str, **terms: str) -> None:
    """Replace known terms, known from today on; condition and new values are SQL."""
    columns = (
        "placement_id", "provider_id", "address_protection", "valid_from", "valid_to", "share", "monthly_price",
        "medication_tasks",
    )  # fmt: skip
    today = f"date '{clock.today()}'"
    await act(
        connection,
        f"with old as (update placement_terms set known_until = {today} where known_until is null and {condition}"
        f" returning *) insert into placement_terms (id, {', '.join(columns)}, known_from)"
        f" select gen_random_uuid(), {', '.join(terms.get(name, name) for name in columns)}, {today} from old",
    )
