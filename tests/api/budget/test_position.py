"""A year's budget through HTTP: frames, refunds, the position, and who is told (C4–C8, C10, C11)."""

import json
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from app import clock
from app.budget.position import load_inputs, load_position
from app.database.connections import Database
from app.database.identity import DatabaseIdentity
from app.database.queries import Queries
from tests.conftest import Api
from tests.factories.places import CASES, adopt, got, place, posted, prices

CASE_YEARS: list[dict[str, Any]] = json.loads((CASES / "cost.json").read_text())["years"]


async def test_the_contracts_example_to_the_letter(api: Api, connection: AsyncConnection) -> None:
    """C6, C7, C8, C10, C11: 26 standard places through 2022."""
    await prices(api)
    await adopt(api)
    await place(connection, 26)
    answer = await api.finance.get("/v1/budgets/2022/position?on=2022-12-31")
    assert answer.status_code == 200
    assert answer.json() == {
        "year": 2022,
        "on": "2022-12-31",
        "frame": "6934000.00",
        "incurred": "6962904.00",
        "remaining_to_come": "0.00",
        "forecast": "6962904.00",
        "difference": "-28904.00",
        "share_used_percent": "100.42",
        "flag": "overrun",
        "overrun": {"amount": "28904.00", "first_month": "2022-12"},
        "places": 26,
        "average_monthly_cost": "22317.00",
        "room_for_standard_places": 0,
        "room_from": "2022-01-01",
        "expected_refund": "0.00",
        "net_forecast": "6962904.00",
        "vta_comparison": {"minimum_share_percent": "25.00", "municipal_cost": "1160484.00"},
        "sums": {"gross": "6962904.00", "refund": "0.00", "net": "6962904.00"},
        "of_incurred": {"settled": "0.00", "differing": "0.00", "open": "6962904.00", "invoiced": "0.00"},
    }
    unchanged = await api.finance.get(
        "/v1/budgets/2022/position?on=2022-12-31", headers={"If-None-Match": answer.headers["etag"]}
    )
    assert unchanged.status_code == 304


@pytest.mark.parametrize("case", CASE_YEARS, ids=lambda case: f"{case['places']}-in-{case['year']}-on-{case['on']}")
async def test_the_years_of_the_cases(api: Api, connection: AsyncConnection, case: dict[str, Any]) -> None:
    """C1, C2, C4, C6."""
    await prices(api)
    await adopt(api)
    year = case["year"]
    await place(connection, case["places"], f"{year}-01-01", f"{year}-12-31")
    position = await got(api.case_officer, f"/v1/budgets/{year}/position", on=case["on"])
    assert position["forecast"] == case["total"]
    assert position["flag"] == case.get("flag", "no_frame")
    assert position["difference"] == case.get("difference")
    assert position["places"] == case["places"]


async def test_a_year_without_a_frame(api: Api, connection: AsyncConnection) -> None:
    """C6: nulls where the contract has them, and nowhere else."""
    await prices(api)
    await place(connection, 1)
    position = await got(api.finance, "/v1/budgets/2022/position", on="2022-06-30")
    nulls = {name for name, value in position.items() if value is None}
    assert nulls == {"frame", "difference", "share_used_percent", "overrun"}
    assert position["flag"] == "no_frame"
    assert position["incurred"] == position["remaining_to_come"] == "133902.00"
    assert position["room_for_standard_places"] == 0


async def test_a_year_without_anything(api: Api) -> None:
    position = await got(api.finance, "/v1/budgets/2022/position", on="2022-06-30")
    assert position["forecast"] == position["average_monthly_cost"] == "0.00"
    assert position["places"] == 0
    assert position["vta_comparison"] == {"minimum_share_percent": "25.00", "municipal_cost": "0.00"}
    assert (await got(api.finance, "/v1/budgets/2022/costs", by="provider"))["items"] == []


async def test_exactly_at_the_frame_is_not_over_it(api: Api, connection: AsyncConnection) -> None:
    """C7, to the øre."""
    await prices(api)
    await place(connection, 26)
    for amount, flag, first_month in (
        ("6962904.00", "watch", None),
        ("6962903.99", "overrun", "2022-12"),
        ("6382661.99", "overrun", "2022-11"),
        ("0.01", "overrun", "2022-01"),
        ("7329372.63", "watch", None),
        ("7329372.64", "within", None),
    ):
        await adopt(api, amount)
        position = await got(api.finance, "/v1/budgets/2022/position", on="2022-12-31")
        assert position["flag"] == flag, amount
        assert (position["overrun"] or {}).get("first_month") == first_month
        if flag == "overrun":
            assert position["overrun"]["amount"] == position["difference"].removeprefix("-")


async def test_a_frame_of_nothing_has_no_share(api: Api, connection: AsyncConnection) -> None:
    await prices(api)
    await adopt(api, "0.00")
    assert (await got(api.finance, "/v1/budgets/2022/position", on="2022-12-31"))["flag"] == "watch"
    await place(connection, 1)
    position = await got(api.finance, "/v1/budgets/2022/position", on="2022-12-31")
    assert position["flag"] == "overrun"
    assert position["share_used_percent"] is None


async def test_room_for_more(api: Api, connection: AsyncConnection) -> None:
    """C8: 24 places through 2022 leave room for 1 from January, 3 from July."""
    await prices(api)
    await adopt(api)
    await place(connection, 24)
    path = "/v1/budgets/2022/position"
    for query, room_from, room in (
        ({"on": "2022-12-31"}, "2022-01-01", 1),
        ({"on": "2021-12-31", "room_from": "2022-07-01"}, "2022-07-01", 3),
        ({"on": "2022-06-30"}, "2022-07-01", 3),
        ({"on": "2022-06-30", "room_from": "2022-01-01"}, "2022-01-01", 1),
    ):
        if query["on"] < "2022":
            await posted(
                api.finance,
                "/v1/rates",
                {"valid_from": "2022-01-01", "known_from": "2021-12-01", "monthly_amount": "14878.00", "source": "NAV"},
            )
        position = await got(api.finance, path, **query)
        assert (position["room_from"], position["room_for_standard_places"]) == (room_from, room)


@pytest.mark.parametrize("day", ["2021-12-31", "2023-01-01"])
async def test_room_is_asked_for_from_a_day_of_the_year(api: Api, day: str) -> None:
    answer = await api.finance.get(f"/v1/budgets/2022/position?room_from={day}")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "#/query/room_from"


async def test_a_missing_rate_names_the_first_day(api: Api, connection: AsyncConnection) -> None:
    """C1: never zero, for the position and for the costs."""
    await posted(api.case_officer, "/v1/guideline-versions", {"valid_from": "2022-01-01"})
    await place(connection, 1, "2022-03-15")
    await place(connection, 1, "2022-02-10")
    for what in ("position", "costs"):
        answer = await api.finance.get(f"/v1/budgets/2022/{what}?on=2022-12-31")
        assert answer.status_code == 409
        body = answer.json()
        assert body["type"] == "/problems/rate-missing"
        assert body["day"] == "2022-02-10"
        assert "2022-02-10" in body["detail"]
    rate = {"valid_from": "2022-04-01", "known_from": "2022-04-01", "monthly_amount": "14878.00", "source": "NAV"}
    await posted(api.finance, "/v1/rates", rate)
    assert (await api.finance.get("/v1/budgets/2022/position?on=2022-12-31")).json()["day"] == "2022-02-10"
    await posted(api.finance, "/v1/rates", rate | {"valid_from": "2022-02-01", "known_from": "2022-05-01"})
    assert (await api.finance.get("/v1/budgets/2022/position?on=2022-04-30")).json()["day"] == "2022-02-10"
    await got(api.finance, "/v1/budgets/2022/position", on="2022-05-01")


async def test_a_missing_guideline_names_the_first_day(api: Api, connection: AsyncConnection) -> None:
    """C2."""
    await posted(
        api.finance,
        "/v1/rates",
        {"valid_from": "2022-01-01", "known_from": "2022-01-01", "monthly_amount": "14878.00", "source": "NAV"},
    )
    await posted(api.case_officer, "/v1/guideline-versions", {"valid_from": "2022-05-01"})
    await place(connection, 1, "2022-04-20")
    for what in ("position", "costs"):
        answer = await api.finance.get(f"/v1/budgets/2022/{what}?on=2022-12-31")
        assert answer.status_code == 409
        assert answer.json()["type"] == "/problems/guideline-missing"
        assert answer.json()["day"] == "2022-04-20"


async def test_a_place_at_its_own_price_also_needs_a_rate(api: Api, connection: AsyncConnection) -> None:
    """C1, C10: what it costs is known, what it is compared with is not."""
    await prices(api)
    await place(connection, 24, "2021-06-01", monthly_price="22317.00")
    answer = await api.finance.get("/v1/budgets/2021/position?on=2022-12-31")
    assert answer.status_code == 409
    assert answer.json()["type"] == "/problems/rate-missing"
    assert answer.json()["day"] == "2021-06-01"
    assert (await got(api.finance, "/v1/budgets/2021/costs", on="2022-12-31"))["total"] == "3749256.00"
    position = await got(api.finance, "/v1/budgets/2022/position", on="2022-12-31")
    assert position["forecast"] == "6427296.00"
    assert position["vta_comparison"]["municipal_cost"] == "1071216.00"


async def test_a_position_on_an_earlier_day_uses_what_was_known(api: Api, connection: AsyncConnection) -> None:
    """C1, C5: a place decided later is left out, a frame adopted later and a refund recorded later as well."""
    await prices(api)
    await adopt(api)
    await adopt(api, "7000000.00", on="2022-06-16")
    await place(connection, 24, monthly_price="22317.00", starts_on="2021-01-01")
    await place(connection, 1, "2022-07-01", decided_on="2022-05-20")
    await posted(
        api.finance,
        "/v1/budgets/2022/expected-refunds",
        {"amount": "300000.00", "recorded_on": "2022-06-01", "reason": "Rekna ut"},
    )
    before = await got(api.finance, "/v1/budgets/2022/position", on="2022-05-19")
    assert (before["forecast"], before["frame"]) == ("6427296.00", "6934000.00")
    assert (before["expected_refund"], before["net_forecast"]) == ("0.00", "6427296.00")
    assert before["places"] == 24
    after = await got(api.finance, "/v1/budgets/2022/position", on="2022-07-01")
    assert (after["forecast"], after["frame"]) == ("6561198.00", "7000000.00")
    assert (after["expected_refund"], after["net_forecast"]) == ("300000.00", "6261198.00")
    assert after["places"] == 25
    assert (await got(api.finance, "/v1/budgets/2022/costs", on="2022-05-19"))["total"] == before["forecast"]


async def test_places_are_counted_on_the_day_or_the_years_last(api: Api, connection: AsyncConnection) -> None:
    """C6: both ends of a period count."""
    await prices(api)
    await place(connection, 2, "2022-01-01", "2022-06-30")
    await place(connection, 3, "2022-07-01", share=50)
    for on, places in (("2022-06-30", 2), ("2022-07-01", 3), ("2022-12-31", 3), ("2023-06-01", 3)):
        assert (await got(api.finance, "/v1/budgets/2022/position", on=on))["places"] == places


async def test_frames_of_one_day_the_last_recorded_counts(api: Api) -> None:
    """C5."""
    for amount, on in (("100.00", "2022-01-01"), ("300.00", "2022-06-01"), ("200.00", "2022-06-01")):
        await adopt(api, amount, on=on)
    await adopt(api, "900.00", on="2022-03-01")
    await adopt(api, "1.00", year=2023, on="2022-01-01")
    for on, frame in (
        ("2021-12-31", None),
        ("2022-01-01", "100.00"),
        ("2022-05-31", "900.00"),
        ("2022-06-01", "200.00"),
    ):
        assert (await got(api.finance, "/v1/budgets/2022/position", on=on))["frame"] == frame
    assert len((await got(api.finance, "/v1/budgets/2022/frames"))["items"]) == 4


@pytest.mark.parametrize("kind", ["frames", "expected-refunds"])
async def test_reads_what_was_recorded(api: Api, kind: str) -> None:
    """C5, C11: the object, the list, and only under its own year."""
    day = "adopted_on" if kind == "frames" else "recorded_on"
    body = {"amount": "6934000.00", day: "2021-12-16", "reason": "Vedteke"}
    answer = await api.finance.post(f"/v1/budgets/2022/{kind}", json=body)
    assert answer.status_code == 201
    made = answer.json()
    assert made == {**body, "year": 2022, **{name: made[name] for name in ("id", "created_at", "updated_at")}}
    assert (await api.case_officer.get(answer.headers["location"])).json() == made
    assert (await got(api.finance, f"/v1/budgets/2022/{kind}")) == {"items": [made], "next": None}
    assert (await got(api.finance, f"/v1/budgets/2023/{kind}")) == {"items": [], "next": None}
    elsewhere = answer.headers["location"].replace("2022", "2023")
    assert (await api.finance.get(elsewhere)).status_code == 404
    for method in ("PUT", "PATCH", "DELETE"):
        assert (await api.case_officer.request(method, answer.headers["location"])).status_code == 405


async def test_of_expected_refunds_the_latest_counts(api: Api) -> None:
    """C11."""
    for amount, on in (("100.00", "2022-06-01"), ("50.00", "2022-06-01"), ("900.00", "2022-05-01")):
        refund = {"amount": amount, "recorded_on": on, "reason": "Rekna ut"}
        await posted(api.finance, "/v1/budgets/2022/expected-refunds", refund)
    position = await got(api.finance, "/v1/budgets/2022/position", on="2022-12-31")
    assert (position["expected_refund"], position["net_forecast"]) == ("50.00", "-50.00")


async def test_of_two_from_one_day_the_one_stored_last_counts(
    committed_api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """C5, C11: also where it was by a process whose clock is behind."""
    api = committed_api
    real = clock.now
    for amount, hours_behind in (("100.00", 0), ("50.00", 2)):
        monkeypatch.setattr(clock, "now", lambda late=timedelta(hours=hours_behind): real() - late)
        for kind, day in (("frames", "adopted_on"), ("expected-refunds", "recorded_on")):
            body = {"amount": amount, day: "2022-01-03", "reason": "Retta"}
            await posted(api.finance, f"/v1/budgets/2022/{kind}", body)
    position = await got(api.finance, "/v1/budgets/2022/position", on="2022-12-31")
    assert (position["frame"], position["expected_refund"]) == ("50.00", "50.00")


@pytest.mark.parametrize("kind", ["frames", "expected-refunds"])
@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"amount": "-1.00"}, "#/amount"),
        ({"amount": 1}, "#/amount"),
        ({"amount": "100000000.00"}, "#/amount"),
        ({"amount": "NaN"}, "#/amount"),
        ({"day": "2022-13-01"}, "#/day"),
        ({"day": None}, "#/day"),
        ({"reason": " "}, "#/reason"),
        ({"reason": "\ud800"}, "#/reason"),
        ({"year": 2022}, "#/year"),
    ],
)
async def test_refuses_a_malformed_amount(api: Api, kind: str, changes: dict[str, object], pointer: str) -> None:
    day = "adopted_on" if kind == "frames" else "recorded_on"
    body = {"amount": "1.00", "day": "2022-01-01", "reason": "x"} | changes
    body[day] = body.pop("day")
    answer = await api.finance.post(
        f"/v1/budgets/2022/{kind}", content=json.dumps(body), headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == pointer.replace("day", day)
    assert (await got(api.finance, f"/v1/budgets/2022/{kind}"))["items"] == []


@pytest.mark.parametrize(
    "path",
    [
        "1899/position",
        "2100/position",
        "20222/position",
        "x/position",
        "2022.5/position",
        "%00/position",
        "2022/position?on=2022-02-30",
        "2022/position?on=",
        "2022/position?on=2022-01-01&on=2022-01-02",
        "2022/position?day=2022-01-01",
        "2022/costs?by=week",
        "2022/costs?by=",
        "2022/costs?by=month,month",
        "2022/costs?by=month,",
        "2022/costs?by=%00",
        "2022/costs?limit=0",
        "2022/costs?limit=201",
        "2022/costs?limit=99999999999999999999",
        "2022/costs?after=x",
        "2022/costs?provider_id=x",
        "2022/costs?placement_id=%00",
        "2022/frames?after=!",
    ],
)
async def test_refuses_a_malformed_question(api: Api, path: str) -> None:
    answer = await api.finance.get(f"/v1/budgets/{path}")
    assert answer.status_code == 422
    assert answer.json()["type"] == "/problems/validation"


async def test_money_is_for_the_case_office_and_finance(api: Api) -> None:
    frame = {"amount": "1.00", "adopted_on": "2022-01-01", "reason": "x"}
    for client in (api.epj, api.auditor, api.provider("310300403"), api.service("habilitation")):
        for path in ("position", "costs", "frames", "expected-refunds"):
            assert (await client.get(f"/v1/budgets/2022/{path}")).status_code == 403
        assert (await client.post("/v1/budgets/2022/frames", json=frame)).status_code == 403
    assert (await api.anonymous.get("/v1/budgets/2022/position")).status_code == 401


@pytest.mark.parametrize("door", ["reader", "unit_of_work"])
async def test_a_snapshot_sees_one_state_of_the_database(committed_api: Api, door: str) -> None:
    """C6: a frame adopted while a position is read is not beside places from before; the next one sees it."""
    database: Database = committed_api.app.state.database
    finance = DatabaseIdentity(actor="test", roles=frozenset({"finance"}))
    open_door = database.reader if door == "reader" else database.unit_of_work
    isolation = text("show transaction_isolation")
    async with open_door(finance, snapshot=True) as queries:
        assert await queries.fetch_value(isolation) == "repeatable read"
        await adopt(committed_api)
        assert (await load_position(queries, 2022, date(2022, 12, 31))).flag == "no_frame"
    for _ in range(2):
        async with open_door(finance) as queries:
            assert await queries.fetch_value(isolation) == "read committed"
    assert (await got(committed_api.finance, "/v1/budgets/2022/position", on="2022-12-31"))["flag"] == "within"


@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "k-1"}], ids=["plain", "keyed"])
async def test_what_if_reads_one_snapshot_with_and_without_a_key(
    committed_api: Api, headers: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """C9: the answer that is kept for a key is asked for in the same snapshot."""
    levels: list[str] = []

    async def load(queries: Queries, *arguments: Any) -> Any:
        levels.append(await queries.fetch_value(text("show transaction_isolation")))
        return await load_inputs(queries, *arguments)

    monkeypatch.setattr("app.budget.position.load_inputs", load)
    changes = {"changes": [{"change": "frame", "amount": "1.00"}]}
    answer = await committed_api.finance.post("/v1/budgets/2022/what-if", json=changes, headers=headers)
    assert answer.status_code == 200, answer.text
    assert levels == ["repeatable read"]
