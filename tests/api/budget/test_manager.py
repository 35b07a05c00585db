"""Management reads sums: the position, frames, months of cost, figures; nobody's name and no place."""

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.conftest import Api
from tests.factories import stairs, steps, trust
from tests.factories.places import adopt, got, place, prices
from tests.factories.steps import ok, refused
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


async def test_a_manager_reads_the_stairs_and_reports(api: Api) -> None:
    """K3, K4, K7, R10, M1–M4: as finance does, and writes none of it."""
    await steps.law(api)
    await steps.recorded(api, await steps.provider(api))
    table, lines = await stairs.printed_table(api)
    ok(await api.case_officer.post("/v1/stairs/housing/tables", json=table))
    step_id = next(iter(lines.values()))["step_id"]
    need = {"step_id": step_id, "number": 100, "year": 2022, "scenario": "Hovudalternativ", "source": "Framskriving"}
    written = {
        "/v1/stairs/housing/needs": need,
        "/v1/populations": {"year": 2022, "people_80_plus": 1200, "source": "SSB 07459"},
        "/v1/stair-reviews": {"reviewed_on": "2022-09-01"},
    }
    for path, body in written.items():
        ok(await api.case_officer.post(path, json=body))
        refused(await api.manager.post(path, json=body), 403, "role-required")
        assert (await got(api.manager, path))["items"]
    await trust.open_year(api)
    ok(await api.grants_officer.post("/v1/trust/years/2020/report", json={"sent_on": "2021-01-20"}))
    for path, query in (
        ("/v1/stairs/housing/needs", {}),
        ("/v1/populations", {}),
        ("/v1/stair-reviews", {}),
        ("/v1/stairs/housing/tables", {}),
        ("/v1/stairs/housing/gap", {"year": "2022", "scenario": "Hovudalternativ"}),
        ("/v1/trust/years/2020/report", {}),
        ("/v1/follow-up/2022/counts", {"on": "2022-12-31"}),
    ):
        assert await got(api.manager, path, **query) == await got(api.finance, path, **query), path
    assert (await got(api.manager, "/v1/follow-up/2022/counts", on="2022-12-31"))["municipality"]["places"] == 1


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
    assert seen["manager"] - seen[""] == {"budget_frame", "provider", "service_type"}


async def test_a_manager_tries_what_is_about_no_place(api: Api, connection: AsyncConnection) -> None:
    """C9, C15: the answers are those of finance."""
    await prices(api)
    await adopt(api)
    await place(connection, 24)
    changes = [
        {"change": "add_places", "places": 2, "from": "2022-10-01"},
        {"change": "rate", "monthly_amount": "16000.00", "from": "2022-10-01"},
        {"change": "supplement_percent", "percent": 40, "from": "2022-10-01"},
        {"change": "frame", "amount": "7000000.00"},
        {"change": "refund", "amount": "100000.00"},
    ]
    for path, body in (
        ("/v1/budgets/2022/what-if", {"changes": changes}),
        ("/v1/budgets/what-if/years", {"from_year": 2022, "to_year": 2024, "changes": changes[:3]}),
    ):
        answers = [
            ok(await client.post(path, json=body, params={"on": "2022-06-30"}), 200)
            for client in (api.manager, api.finance)
        ]
        assert answers[0] == answers[1], path


@pytest.mark.parametrize(
    "change",
    [
        {"change": "end_places", "places": 1, "on": "2022-10-01"},
        {"change": "supplement", "places": 1, "monthly_amount": "3000.00", "from": "2022-10-01"},
        {"change": "share", "share": 50, "from": "2022-10-01"},
    ],
)
async def test_a_manager_tries_nothing_with_places_that_there_are(
    api: Api, connection: AsyncConnection, change: dict[str, object]
) -> None:
    """S6: the difference would tell what one of them costs."""
    await prices(api)
    await place(connection, 2)
    place_id = (await got(api.finance, "/v1/placements"))["items"][0]["id"]
    provider_id = (await got(api.manager, "/v1/providers"))["items"][0]["id"]
    of_one = {key: value for key, value in change.items() if key != "places"} | {"placement_ids": [place_id]}
    for one in (of_one, *([change | {"provider_id": provider_id}] if "places" in change else [])):
        refused(await api.manager.post("/v1/budgets/2022/what-if", json={"changes": [one]}), 403, "role-required")
        body = {"from_year": 2022, "to_year": 2023, "changes": [one]}
        refused(await api.manager.post("/v1/budgets/what-if/years", json=body), 403, "role-required")
        assert (await api.finance.post("/v1/budgets/2022/what-if", json={"changes": [one]})).status_code == 200


async def test_a_manager_reads_the_prices(api: Api) -> None:
    """C1, C2: NAV's rates and the guideline's versions are public."""
    await prices(api)
    for path in ("/v1/rates", "/v1/guideline-versions"):
        found = await got(api.manager, path)
        assert found == await got(api.finance, path)
        assert found["items"]
        one = f"{path}/{found['items'][0]['id']}"
        assert await got(api.manager, one) == await got(api.finance, one)
        refused(await api.manager.post(path, json={}), 403, "role-required")
