"""Management reads sums: the position, frames, months of cost, figures; nobody's name and no place."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.conftest import Api
from tests.factories.places import adopt, got, place, prices
from tests.factories.steps import refused
from tests.factories.world import build

POSITION = "/v1/budgets/2022/position"
COSTS = "/v1/budgets/2022/costs"


async def test_a_manager_reads_what_finance_reads_of_a_year(api: Api, connection: AsyncConnection) -> None:
    """C4, C6: the same sums, computed of the same places."""
    await prices(api)
    await adopt(api)
    await place(connection, 24)
    for path, query in (
        (POSITION, {"on": "2022-06-30"}),
        (COSTS, {"on": "2022-06-30"}),
        ("/v1/budgets/2022/frames", {}),
        ("/v1/figures", {"on": "2022-06-30", "by": "provider"}),
        ("/v1/providers", {}),
        ("/v1/statistics/moves", {}),
    ):
        assert await got(api.manager, path, **query) == await got(api.finance, path, **query), path


async def test_a_manager_gets_no_costs_of_one_provider_or_place(api: Api, connection: AsyncConnection) -> None:
    """S6: they would tell of few people."""
    await prices(api)
    await place(connection, 2)
    provider_id = (await got(api.manager, "/v1/providers"))["items"][0]["id"]
    for query in ({"by": "provider"}, {"by": "month,placement"}, {"provider_id": provider_id}):
        refused(await api.manager.get(COSTS, params=query), 403, "role-required")


async def test_a_managers_token_opens_no_table_of_people(api: Api, connection: AsyncConnection) -> None:
    """The wall lets out providers and frames alone, whatever an operation asks."""
    await build(api)
    names = await connection.scalars(
        text(
            "select relname from pg_class where relkind in ('r', 'p') and relrowsecurity and not relispartition"
            " and has_table_privilege(oid, 'select')"
        )
    )
    tables = sorted(names)
    assert "participant" in tables
    seen = {}
    for role in ("", "manager"):
        await connection.execute(text("select set_caller('person:leiar', :role, '', '', '')"), {"role": role})
        seen[role] = {name for name in tables if await connection.scalar(text(f"select exists (select from {name})"))}
    # What a caller without a role reads is open to everybody.
    assert "participant" not in seen[""]
    assert seen["manager"] - seen[""] == {"budget_frame", "provider"}
