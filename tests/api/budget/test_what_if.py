"""C9: the five questions of a budget meeting, and that asking stores nothing."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from app.budget import position
from app.budget.assumptions import EXAMPLES
from app.rules.position import PositionInputs
from tests.conftest import Api
from tests.factories import steps
from tests.factories.places import adopt, place, prices
from tests.factories.steps import ok, refused

PATH = "/v1/budgets/2022/what-if"


async def asked(api: Api, *changes: dict[str, Any], year: int = 2022, on: str = "2022-01-01") -> dict[str, Any]:
    path = f"/v1/budgets/{year}/what-if"
    return ok(await api.finance.post(path, json={"changes": list(changes)}, params={"on": on}), 200)


async def rows(connection: AsyncConnection) -> dict[str, int]:
    """Rows in every table but the access log's, as the case office sees them."""
    await connection.execute(text("select set_config('app.roles', 'case_officer', true)"))
    tables = await connection.scalars(
        text(
            "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'"
            " and has_table_privilege(oid, 'select')"
        )
    )
    return {
        table: await connection.scalar(text(f"select count(*) from {table}")) or 0
        for table in tables.all()
        if table not in {"access_log", "access_log_seal"}
    }


async def test_three_more_places_from_august(api: Api, connection: AsyncConnection) -> None:
    await prices(api)
    await adopt(api)
    await place(connection, 24)
    answer = await asked(api, {"change": "add_places", "places": 3, "from": "2022-08-01"})
    assert (answer["before"]["forecast"], answer["after"]["forecast"]) == ("6427296.00", "6762051.00")
    assert (answer["before"]["flag"], answer["after"]["flag"]) == ("within", "watch")
    assert [month["difference"] for month in answer["months"]] == ["0.00"] * 7 + ["66951.00"] * 5
    assert answer["before"] == ok(await api.finance.get("/v1/budgets/2022/position", params={"on": "2022-01-01"}), 200)


async def test_part_places_and_places_that_end_cost_what_such_places_cost(
    api: Api, connection: AsyncConnection
) -> None:
    """C3: half a place for two whole months is a month of a whole one."""
    await prices(api)
    await place(connection, 1)
    answer = await asked(
        api, {"change": "add_places", "places": 2, "from": "2022-08-01", "to": "2022-09-30", "share": 50}
    )
    differences = [month["difference"] for month in answer["months"]]
    assert differences == ["0.00"] * 7 + ["22317.00"] * 2 + ["0.00"] * 3


async def test_next_years_rate_and_another_supplement(api: Api, connection: AsyncConnection) -> None:
    """Each holds from its day on, whatever is known to come later."""
    await prices(api)
    await place(connection, 24)
    answer = await asked(
        api, {"change": "rate", "monthly_amount": "15473.12", "from": "2023-01-01"}, year=2023, on="2022-12-31"
    )
    assert answer["after"]["forecast"] == "6684387.84"
    answer = await asked(api, {"change": "supplement_percent", "percent": 40, "from": "2022-01-01"})
    assert answer["after"]["forecast"] == "5998809.60"
    half = await asked(api, {"change": "supplement_percent", "percent": 40, "from": "2022-07-01"})
    assert half["after"]["forecast"] == "6213052.80"
    assert half["after"]["flag"] == "no_frame"


async def two_places(api: Api) -> tuple[str, str]:
    """Two placements from July at one provider, the first with a supplement."""
    await steps.law(api)
    provider_id = await steps.provider(api)
    first, second = await steps.placed(api, provider_id), await steps.placed(api, provider_id)
    ok(await api.case_officer.post(f"/v1/placements/{first}/supplements", json=steps.supplement("2022-07-01")))
    return first, second


async def test_supplements_end_with_their_place(api: Api) -> None:
    """C9, L6."""
    end = {"change": "end_places", "placement_ids": [*await two_places(api)], "on": "2022-08-15"}
    answer = await asked(api, end, on="2022-12-31")
    assert [month["after"] for month in answer["months"][6:9]] == ["47634.00", "23048.71", "0.00"]


@pytest.mark.parametrize("on", ["2021-12-31", "2022-05-10", "2022-06-30"])
async def test_place_that_ends_before_it_begins_costs_nothing(api: Api, on: str) -> None:
    """C9: as if the place, and its supplements, had never been; no day counts the other way."""
    end = {"change": "end_places", "placement_ids": [*await two_places(api)], "on": on}
    answer = await asked(api, end, on="2022-12-31")
    assert answer["before"]["forecast"] != "0.00"
    assert (answer["after"]["forecast"], answer["after"]["places"]) == ("0.00", 0)
    assert {month["after"] for month in answer["months"]} == {"0.00"}


async def test_another_share_leaves_supplements_whole(api: Api) -> None:
    """C9, L6: a supplement is not scaled by its place's share."""
    first, _ = await two_places(api)
    share = {"change": "share", "placement_ids": [first], "share": 50, "from": "2022-08-16"}
    answer = await asked(api, share, on="2022-12-31")
    assert answer["months"][7]["difference"] == "-5759.23"
    assert answer["months"][8]["difference"] == "-11158.50"


async def test_changes_are_applied_together(api: Api) -> None:
    """C9: share, end and frame in one question."""
    first, second = await two_places(api)
    answer = await asked(
        api,
        {"change": "share", "placement_ids": [first], "share": 50, "from": "2022-08-16"},
        {"change": "end_places", "placement_ids": [first, second], "on": "2022-08-15"},
        {"change": "frame", "amount": "70000.00"},
        on="2022-12-31",
    )
    assert (answer["after"]["flag"], answer["after"]["overrun"]) == (
        "overrun",
        {"amount": "682.71", "first_month": "2022-08"},
    )


async def test_a_supplement_comes_on_top_while_its_place_lasts(api: Api) -> None:
    """C9, L6: 31 days of August at 3 000, then half of September; never by the place's share."""
    first, second = await two_places(api)
    supplement = {
        "change": "supplement",
        "placement_ids": [first, second],
        "monthly_amount": "3000.00",
        "from": "2022-08-01",
    }
    answer = await asked(
        api,
        {"change": "share", "placement_ids": [second], "share": 50, "from": "2022-07-01"},
        {**supplement, "to": "2022-12-31"},
        {"change": "end_places", "placement_ids": [second], "on": "2022-09-15"},
        on="2022-12-31",
    )
    # The first keeps the supplement of 3 000 that it has.
    assert [month["after"] for month in answer["months"][6:10]] == ["36475.50", "42475.50", "35396.25", "28317.00"]
    until = await asked(api, {**supplement, "to": "2022-08-31"}, on="2022-12-31")
    assert [month["difference"] for month in until["months"]] == ["0.00"] * 7 + ["6000.00"] + ["0.00"] * 4


async def test_another_refund_changes_the_net_alone(api: Api, connection: AsyncConnection) -> None:
    """C9, C11."""
    await prices(api)
    await place(connection, 24)
    after = (await asked(api, {"change": "refund", "amount": "1700000.00"}))["after"]
    assert (after["forecast"], after["expected_refund"], after["net_forecast"]) == (
        "6427296.00",
        "1700000.00",
        "4727296.00",
    )


async def three_at_a_provider(api: Api, connection: AsyncConnection) -> str:
    """Places from January, February and March 2022, in full, half and full; the provider's id."""
    await prices(api)
    for month, share in ((1, 100), (2, 50), (3, 100)):
        await place(connection, 1, f"2022-{month:02}-01", share=share)
    providers = ok(await api.case_officer.get("/v1/providers"), 200)["items"]
    provider_id: str = providers[0]["id"]
    return provider_id


async def test_so_many_of_a_providers_places_are_those_that_began_last(api: Api, connection: AsyncConnection) -> None:
    """C9: the one of March, then the half one of February, whose supplement goes with it."""
    provider_id = await three_at_a_provider(api, connection)
    end = {"change": "end_places", "provider_id": provider_id, "places": 1, "on": "2022-06-30"}
    supplement = {
        "change": "supplement",
        "provider_id": provider_id,
        "places": 2,
        "monthly_amount": "1000.00",
        "from": "2022-06-01",
    }
    answer = await asked(api, end)
    assert [month["difference"] for month in answer["months"]] == ["0.00"] * 6 + ["-22317.00"] * 6
    answer = await asked(api, end, end)
    assert [month["difference"] for month in answer["months"]] == ["0.00"] * 6 + ["-33475.50"] * 6
    answer = await asked(api, supplement, end)
    assert [month["difference"] for month in answer["months"]] == ["0.00"] * 5 + ["2000.00"] + ["-21317.00"] * 6
    # From July the one that has ended is passed over; a place does not go on after its own last day.
    answer = await asked(api, end, {**supplement, "from": "2022-07-01"})
    assert answer["months"][6]["difference"] == "-20317.00"
    again = {**end, "places": 3}
    problem = refused(await api.finance.post(PATH, json={"changes": [end, again]}), 422, "validation")
    assert problem["errors"] == [
        {
            "pointer": "#/changes/1/places",
            "detail": "Tal på plassar («places») er 3, men vekstbedrifta har 2 slike plassar 2022-06-30.",
        }
    ]
    before = {**end, "on": "2022-01-31"}
    assert (await asked(api, before))["months"][1]["difference"] == "-22317.00"
    refused(await api.finance.post(PATH, json={"changes": [{**before, "places": 2}]}), 422, "validation")


async def test_whose_places_are_assumed_away_is_in_the_access_log(api: Api, connection: AsyncConnection) -> None:
    """C9: the difference says what the place that is chosen costs, as it does for one that is named."""
    provider_id = await three_at_a_provider(api, connection)
    placements = ok(await api.case_officer.get("/v1/placements"), 200)["items"]
    march = next(item for item in placements if item["starts_on"] == "2022-03-01")
    await asked(api, {"change": "end_places", "provider_id": provider_id, "places": 1, "on": "2022-06-30"})
    log = ok(await api.auditor.get("/v1/access-log"), 200)["items"]
    assert [row["participant_id"] for row in log if row["action"] == "compute_what_if"] == [march["participant_id"]]


async def test_an_unknown_provider_is_not_found(api: Api) -> None:
    change = {"change": "end_places", "provider_id": str(uuid4()), "places": 1, "on": "2022-06-30"}
    problem = refused(await api.finance.post(PATH, json={"changes": [change]}), 404, "not-found")
    assert problem["errors"][0]["pointer"] == "#/changes/0/provider_id"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({}, "placement_ids"),
        ({"places": 1}, "provider_id"),
        ({"provider_id": str(uuid4())}, "places"),
        ({"provider_id": str(uuid4()), "places": 0}, "places"),
        ({"placement_ids": [str(uuid4())], "provider_id": str(uuid4()), "places": 1}, "provider_id"),
        ({"placement_ids": [str(uuid4())], "places": 1}, "places"),
        ({"placement_ids": []}, "placement_ids"),
    ],
)
async def test_places_are_named_or_so_many_of_a_providers(api: Api, fields: dict[str, Any], field: str) -> None:
    for change in (
        {"change": "end_places", "on": "2022-06-30"},
        {"change": "supplement", "monthly_amount": "1000.00", "from": "2022-06-30"},
    ):
        answer = await api.finance.post(PATH, json={"changes": [change | fields]})
        problem = refused(answer, 422, "validation")
        assert [error["pointer"] for error in problem["errors"]] == [f"#/changes/0/{field}"]


async def test_an_unknown_place_is_not_found(api: Api) -> None:
    await steps.law(api)
    provider_id = await steps.provider(api)
    ids = [await steps.placed(api, provider_id), provider_id]
    change = {"change": "end_places", "placement_ids": ids, "on": "2022-08-15"}
    problem = refused(await api.finance.post(PATH, json={"changes": [change]}), 404, "not-found")
    assert problem["errors"][0]["pointer"] == "#/changes/0/placement_ids/1"


async def test_a_change_after_the_year_is_refused(api: Api) -> None:
    """C9: it would change nothing, and say nothing of that. The year's last day counts, and one before the year."""
    await steps.law(api)
    placement_id = await steps.placed(api, await steps.provider(api))
    places = {"placement_ids": [placement_id]}
    kinds: list[tuple[str, dict[str, Any]]] = [
        ("from", {"change": "add_places", "places": 3}),
        ("on", {"change": "end_places", **places}),
        ("from", {"change": "rate", "monthly_amount": "15473.12"}),
        ("from", {"change": "supplement_percent", "percent": 40}),
        ("from", {"change": "share", "share": 50, **places}),
        ("from", {"change": "supplement", "monthly_amount": "1000.00", **places}),
    ]
    late = [{**change, name: "2023-01-01"} for name, change in kinds]
    frame = {"change": "frame", "amount": "70000.00"}
    answer = await api.finance.post(PATH, json={"changes": [frame, *late, kinds[0][1] | {"from": "2022-12-31"}]})
    problem = refused(answer, 422, "validation")
    pointers = [f"#/changes/{number}/{name}" for number, (name, _) in enumerate(kinds, start=1)]
    assert [error["pointer"] for error in problem["errors"]] == pointers
    await asked(api, *({**change, name: "2022-12-31"} for name, change in kinds), on="2022-12-31")
    early = await asked(api, kinds[0][1] | {"from": "2021-06-01"}, on="2022-12-31")
    assert early["months"][0]["difference"] == "66951.00"


async def test_before_and_after_are_read_at_one_instant(committed_api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """C6, C9: a frame adopted while the question is read is in neither; one that is asked with a key is answered."""
    api = committed_api
    await steps.law(api)
    gathered = position.load_inputs

    async def late(*facts: Any) -> PositionInputs:
        monkeypatch.undo()
        await adopt(api, "111.00", on="2022-06-01")
        return await gathered(*facts)

    monkeypatch.setattr(position, "load_inputs", late)
    answer = await asked(api, on="2022-12-31")
    assert [answer[when]["frame"] for when in ("before", "after")] == ["6934000.00"] * 2
    for replayed in (None, "true"):
        keyed = await api.finance.post(PATH, json={"changes": []}, headers={"Idempotency-Key": "k1"})
        assert ok(keyed, 200)["before"]["frame"] == "111.00"
        assert keyed.headers.get("idempotency-replayed") == replayed


async def test_asking_stores_nothing(api: Api, connection: AsyncConnection) -> None:
    """C9: not a row, whatever is asked."""
    await steps.law(api)
    placement_id = await steps.placed(api, await steps.provider(api))
    before = await rows(connection)
    provider_id = ok(await api.case_officer.get("/v1/providers"), 200)["items"][0]["id"]
    # The examples' ids belong to the demo; one place is there, and one can end.
    own = {"placement_ids": [placement_id], "provider_id": provider_id, "places": 1}
    for example in EXAMPLES.values():
        changes = [
            change | {name: value for name, value in own.items() if name in change}
            for change in example["value"]["changes"]
        ]
        await asked(api, *changes, on="2022-12-31")
    assert await rows(connection) == before


@pytest.mark.parametrize(
    "change",
    [
        {"change": "add_places", "places": 0, "from": "2022-08-01"},
        {"change": "add_places", "places": 3},
        {"change": "add_places", "places": 3, "from": "2022-08-01", "to": "2022-07-31"},
        {"change": "add_places", "places": 3, "from": "2022-08-01", "share": 0},
        {"change": "add_places", "places": 3, "from": "2022-08-01", "share": 101},
        {"change": "supplement_percent", "percent": 201, "from": "2022-08-01"},
        {"change": "rate", "monthly_amount": "0.00", "from": "2022-08-01"},
        {"change": "supplement", "placement_ids": [str(uuid4())], "monthly_amount": "0.00", "from": "2022-08-01"},
        {
            "change": "supplement",
            "placement_ids": [str(uuid4())],
            "monthly_amount": "1.00",
            "from": "2022-08-01",
            "to": "2022-07-31",
        },
        {"change": "refund", "amount": "-1.00"},
        {"change": "refund"},
        {"change": "miracle"},
    ],
)
async def test_refuses_what_cannot_be_assumed(api: Api, change: dict[str, Any]) -> None:
    refused(await api.finance.post(PATH, json={"changes": [change]}), 422, "validation")
    for client in (api.epj, api.provider("310300403"), api.service("habilitation")):
        assert (await client.post(PATH, json={"changes": []})).status_code == 403


async def test_so_many_changes_of_one_place_that_a_sum_might_not_be_exact(api: Api) -> None:
    await steps.law(api)
    placement_id = await steps.placed(api, await steps.provider(api))
    changes = [
        {
            "change": "share",
            "placement_ids": [placement_id],
            "share": 1 + day,
            "from": f"2022-{8 + day // 28:02}-{1 + day % 28:02}",
        }
        for day in range(50)
    ]
    refused(await api.finance.post(PATH, json={"changes": changes}), 422, "validation")
