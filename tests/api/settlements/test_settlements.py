"""Closing months through HTTP: lines, differences, the four eyes, and what never changes (C13)."""

import csv
import io
from decimal import Decimal

import asyncpg
import openpyxl
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from app import clock
from tests.conftest import Api
from tests.factories.places import got, place, posted
from tests.factories.settlements import RAISED, SETTLEMENTS, act, before_may, change, close, total
from tests.factories.steps import ok, refused
from tests.factories.tokens import MUNICIPALITY, bearer


async def test_the_2023_case(api: Api, connection: AsyncConnection) -> None:
    """C13: 24 places, January to May, closed at 15 324: 61 740 once 15 667 is known, and none of it twice."""
    await before_may(api, connection)
    closed = await close(api.finance, 1, 2, 3, 4, 5)
    assert {settlement["total"] for settlement in closed} == {"551664.00"}
    assert all(settlement["differences"] == [] for settlement in closed)
    await posted(api.finance, "/v1/rates", RAISED)

    seen = [await got(api.finance, f"{SETTLEMENTS}/{month}") for month in range(1, 6)]
    waiting = [difference for settlement in seen for difference in settlement["differences"]]
    assert (len(waiting), total(waiting)) == (120, Decimal("61740.00"))
    assert {(row["cause"], row["amount"], row["settled_in"]) for row in waiting} == {("rate", "514.50", None)}
    assert {settlement["total"] for settlement in seen} == {"551664.00"}
    assert {settlement["pending_total"] for settlement in seen} == {"12348.00"}
    lines = {line["id"]: line for settlement in closed for line in settlement["lines"]}
    for row in waiting:
        assert {name: lines[row["line_id"]][name] for name in ("placement_id", "month", "provider_id")} == {
            name: row[name] for name in ("placement_id", "month", "provider_id")
        }

    (june,) = await close(api.finance, 6)
    assert (june["lines_total"], june["differences_total"], june["total"]) == ("564012.00", "61740.00", "625752.00")
    assert {row["settled_in"] for row in june["differences"]} == {"2023-06"}
    assert {row["month"] for row in june["differences"]} == {f"2023-{month:02}" for month in range(1, 6)}
    assert june["providers"] == [
        {
            "provider_id": june["lines"][0]["provider_id"],
            "lines": "564012.00",
            "differences": "61740.00",
            "total": "625752.00",
        }
    ]
    after = [await got(api.finance, f"{SETTLEMENTS}/{month}") for month in range(1, 7)]
    settled = sum((total(month["lines"]) + total(month["differences"]) for month in after), Decimal(0))
    assert settled == Decimal("564012.00") * 6
    assert [month["differences"] for month in after[:5]] == [[]] * 5
    assert after[5] == june


async def test_a_line_can_be_recomputed_from_itself(api: Api, connection: AsyncConnection) -> None:
    """C3, C4, C13: part of a month, part of a place, a price of its own, two prices inside a month."""
    await before_may(api, connection, 1)
    await place(connection, 1, "2023-01-11", share=37)
    await place(connection, 1, "2020-01-01", "2023-01-30", monthly_price="21999.99")
    await posted(api.finance, "/v1/rates", RAISED | {"valid_from": "2023-01-16", "monthly_amount": "15667.01"})
    (closed,) = await close(api.case_officer, 1)
    rates = {rate["id"]: rate for rate in (await got(api.finance, "/v1/rates"))["items"]}
    assert len(closed["lines"]) == 3
    for line in closed["lines"]:
        exact = Decimal(0)
        for part in line["parts"]:
            exact += Decimal(part["price"]) * part["share"] * part["days"] / 100
            if part["kind"] == "base":
                assert Decimal(part["price"]) == Decimal(rates[part["rate_id"]]["monthly_amount"]) * Decimal("1.5")
                assert part["guideline_version_id"]
        assert Decimal(line["amount"]) == (exact / line["divisor"]).quantize(Decimal("0.01"), "ROUND_HALF_UP")
        assert line["divisor"] == 31
    part, own, whole = sorted(closed["lines"], key=lambda line: int(line["days"]))
    assert [line["days"] for line in (part, own, whole)] == [21, 30, 31]
    assert [(row["days"], row["share"], row["price"]) for row in whole["parts"]] == [
        (15, 100, "22986.00"),
        (16, 100, "23500.515"),
    ]
    assert (whole["price"], whole["rate_id"]) == (None, None)
    assert {row["share"] for row in part["parts"]} == {37}
    assert (own["price"], own["share"], own["rate_id"], own["guideline_version_id"]) == ("21999.99", 100, None, None)
    assert total(closed["lines"]) == Decimal(closed["total"])
    costs = await got(api.finance, "/v1/budgets/2023/costs", by="month,placement", on=str(clock.today()))
    january = {row["placement_id"]: row["amount"] for row in costs["items"] if row["month"] == "2023-01"}
    assert {line["placement_id"]: line["amount"] for line in closed["lines"]} == january


async def test_what_changes_is_told_by_its_cause(api: Api, connection: AsyncConnection) -> None:
    """C13: a start corrected, a share, an own price; a place that came and one that went."""
    await before_may(api, connection, 2)
    await place(connection, 1, "2023-01-01", share=60)
    await place(connection, 2, "2020-01-01", "2023-03-31", monthly_price="20000.00")
    await close(api.finance, 1, 2)
    first = "(select min(placement_id::text)::uuid from placement_terms where monthly_price is null and share = 100)"
    await change(connection, "share = 60", valid_from="date '2023-02-15'")
    await change(connection, "monthly_price is not null", monthly_price="21000")
    await change(connection, f"placement_id = {first}", valid_to="date '2023-01-31'")
    await place(connection, 1, "2023-02-01", "2023-02-28", share=10)
    seen = [await got(api.finance, f"{SETTLEMENTS}/{month}") for month in (1, 2)]
    found = [(row["month"], row["cause"], row["amount"]) for month in seen for row in month["differences"]]
    assert sorted(found) == [
        ("2023-01", "legacy_price", "1000.00"),
        ("2023-01", "legacy_price", "1000.00"),
        ("2023-01", "removed", "-13791.60"),
        ("2023-02", "added", "2298.60"),
        ("2023-02", "legacy_price", "1000.00"),
        ("2023-02", "legacy_price", "1000.00"),
        ("2023-02", "period", "-6895.80"),
        ("2023-02", "removed", "-22986.00"),
    ]
    added = next(row for row in seen[1]["differences"] if row["cause"] == "added")
    assert added["line_id"] is None
    (march,) = await close(api.finance, 3)
    assert march["differences_total"] == "-37374.80"
    # It goes back: what was removed comes again, and the books are where they were.
    await change(connection, "share = 60", valid_from="date '2023-01-01'")
    again = await got(api.finance, f"{SETTLEMENTS}/1")
    assert [(row["cause"], row["amount"]) for row in again["differences"]] == [("added", "13791.60")]
    assert again["differences"][0]["line_id"] is not None


async def test_months_are_closed_in_order_and_once(api: Api, connection: AsyncConnection) -> None:
    """C13: past, once, and no earlier month with costs left open; months without costs stand in nobody's way."""
    await before_may(api, connection, 0)
    await place(connection, 1, "2023-03-10")
    body = refused(await api.finance.post(f"{SETTLEMENTS}/5"), 409, "earlier-month-open")
    assert body["month"] == "2023-03"
    assert "2023-03" in body["detail"]
    await close(api.finance, 3)
    refused(await api.finance.post(f"{SETTLEMENTS}/3"), 409, "month-already-settled")
    await close(api.finance, 4)
    # A place is recorded backwards: its month is closed before any later one.
    await place(connection, 1, "2023-02-01", "2023-02-28")
    assert refused(await api.finance.post(f"{SETTLEMENTS}/5"), 409, "earlier-month-open")["month"] == "2023-02"
    await close(api.finance, 2, 5)
    assert (await got(api.finance, SETTLEMENTS))["next"] is None
    months = [head["month"] for head in (await got(api.finance, SETTLEMENTS))["items"]]
    assert months == [3, 4, 2, 5]
    (empty,) = await close(api.finance, 1)
    assert (empty["lines"], empty["total"]) == ([], "0.00")


async def test_the_present_month_is_not_past(api: Api) -> None:
    """C13: nor is any later one; nothing is kept of a refusal."""
    today = clock.today()
    path = f"/v1/budgets/{today.year}/settlements"
    for month in {today.month, 12}:
        refused(await api.finance.post(f"{path}/{month}"), 409, "month-not-past")
    refused(await api.finance.post("/v1/budgets/2099/settlements/1"), 409, "month-not-past")
    assert (await got(api.finance, path))["items"] == []


async def test_a_month_without_a_rate_is_not_closed(api: Api, connection: AsyncConnection) -> None:
    """C1."""
    await posted(api.case_officer, "/v1/guideline-versions", {"valid_from": "2022-01-01"})
    await place(connection, 1, "2023-01-05")
    assert refused(await api.finance.post(f"{SETTLEMENTS}/1"), 409, "rate-missing")["day"] == "2023-01-05"
    assert (await got(api.finance, SETTLEMENTS))["items"] == []


async def test_four_eyes(api: Api, connection: AsyncConnection) -> None:
    """C13: another person of finance, once, and a no needs a reason."""
    await before_may(api, connection, 1)
    kari, ola = api.person("finance", "kari"), api.person("finance", "ola")
    await close(kari, 1)
    path = f"{SETTLEMENTS}/1/approval"
    refused(await kari.post(path, json={"approved": True}), 409, "own-settlement")
    machine = api.client(bearer("finance", MUNICIPALITY))
    refused(await machine.post(path, json={"approved": True}), 403, "person-required")
    refused(await api.case_officer.post(path, json={"approved": True}), 403, "role-required")
    for body in ({"approved": False}, {"approved": False, "reason": None}, {"approved": "yes"}, {}, {"reason": "x"}):
        assert (await ola.post(path, json=body)).status_code == 422
    assert (await got(ola, f"{SETTLEMENTS}/1"))["status"] == "closed"
    approved = ok(await ola.post(path, json={"approved": True}), 200)
    assert (approved["status"], approved["decided_by"], approved["reason"]) == ("approved", "person:ola", None)
    assert approved["closed_by"] == "person:kari"
    for again in (True, False):
        late = await ola.post(path, json={"approved": again, "reason": "Likevel ikkje"})
        refused(late, 409, "settlement-decided")
    assert (await ola.post(f"{SETTLEMENTS}/2/approval", json={"approved": True})).status_code == 404


async def test_a_rejected_month_is_open_again(api: Api, connection: AsyncConnection) -> None:
    """C13: closed anew as the next version; the rejected one stays readable."""
    await before_may(api, connection, 1)
    ola = api.person("finance", "ola")
    await close(api.finance, 1, 2)
    no = ok(await ola.post(f"{SETTLEMENTS}/1/approval", json={"approved": False, "reason": "Feil dagar"}), 200)
    assert (no["status"], no["reason"], no["version"]) == ("rejected", "Feil dagar", 1)
    assert refused(await api.finance.post(f"{SETTLEMENTS}/3"), 409, "earlier-month-open")["month"] == "2023-01"
    await posted(api.finance, "/v1/rates", RAISED)
    (anew,) = await close(api.finance, 1)
    assert (anew["version"], anew["status"], anew["lines_total"]) == (2, "closed", "23500.50")
    assert [(row["month"], row["amount"]) for row in anew["differences"]] == [("2023-02", "514.50")]
    assert await got(api.finance, f"{SETTLEMENTS}/1", version=1) == no
    assert (await got(api.finance, f"{SETTLEMENTS}/1", version=2)) == anew
    assert (await api.finance.get(f"{SETTLEMENTS}/1?version=3")).status_code == 404
    heads = (await got(api.finance, SETTLEMENTS))["items"]
    assert [(head["month"], head["version"], head["status"]) for head in heads] == [
        (1, 1, "rejected"),
        (2, 1, "closed"),
        (1, 2, "closed"),
    ]
    # February's difference stands in January's new closing, so February cannot be rejected before it.
    body = refused(
        await ola.post(f"{SETTLEMENTS}/2/approval", json={"approved": False, "reason": "Nei"}),
        409,
        "settlement-built-upon",
    )
    assert body["month"] == "2023-01"
    ok(await ola.post(f"{SETTLEMENTS}/1/approval", json={"approved": False, "reason": "Nei"}), 200)
    february = await got(api.finance, f"{SETTLEMENTS}/2")
    assert [(row["amount"], row["settled_in"]) for row in february["differences"]] == [("514.50", None)]
    ok(await ola.post(f"{SETTLEMENTS}/2/approval", json={"approved": False, "reason": "Nei"}), 200)


async def test_as_csv_and_xlsx(api: Api, connection: AsyncConnection) -> None:
    """C13: the same rows; the amounts add up to the total and what waits."""
    await before_may(api, connection, 2)
    await close(api.finance, 1)
    await posted(api.finance, "/v1/rates", RAISED | {"valid_from": "2023-01-16"})
    await close(api.finance, 2)
    path = f"{SETTLEMENTS}/2"
    whole = await got(api.finance, path)
    answer = await api.finance.get(path, headers={"Accept": "text/csv"})
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="oppgjer-2023-02.csv"'
    header, *rows = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";")
    assert header[-1] == "beløp"
    assert sum(Decimal(row[-1]) for row in rows if row[-1]) == Decimal(whole["total"])
    assert [row[0] for row in rows] == ["linje"] * 2 + ["differanse"] * 2
    sheet_answer = await api.finance.get(
        path, headers={"Accept": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
    )
    book = openpyxl.load_workbook(io.BytesIO(sheet_answer.content))
    values = list(book.worksheets[0].values)
    assert list(values[0]) == header
    assert sum(Decimal(str(row[-1])) for row in values[1:] if row[-1] is not None) == Decimal(whole["total"])
    assert (await api.finance.get(path, headers={"Accept": "application/pdf"})).status_code == 406
    several = await api.finance.get(f"{SETTLEMENTS}/1", headers={"Accept": "text/csv"})
    assert several.status_code == 200


@pytest.mark.parametrize("table", ["settlement", "settlement_line", "settlement_difference", "settlement_review"])
@pytest.mark.parametrize("verb", ["update {} set created_at = now()", "delete from {}", "truncate {} cascade"])
async def test_what_was_settled_is_never_changed(
    api: Api, connection: AsyncConnection, owner: asyncpg.Connection, table: str, verb: str
) -> None:
    """C13: the service has no right, and not even the owner gets past the trigger."""
    with pytest.raises(DBAPIError, match="permission denied"):
        await act(connection, verb.format(table))
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="never changed"):
        await owner.execute(verb.format(table))


async def test_the_closer_cannot_be_made_up(api: Api, connection: AsyncConnection) -> None:
    """C13: the wall itself holds the names of closer and decider to whoever is calling."""
    await before_may(api, connection, 1)
    await close(api.finance, 1)
    for statement in (
        "insert into settlement (id, month, version, number, closed_by, by_month)"
        " values (gen_random_uuid(), '2023-02-01', 1, 9, 'person:another', '{}')",
        "insert into settlement_review (id, settlement_id, closed_by, decided_by, approved)"
        " select gen_random_uuid(), id, closed_by, 'person:another', true from settlement",
    ):
        async with connection.begin_nested() as savepoint:
            with pytest.raises(DBAPIError, match="row-level security"):
                await act(connection, statement)
            await savepoint.rollback()


async def test_a_protected_place_is_settled_and_not_shown(api: Api, connection: AsyncConnection) -> None:
    """C13 and the wall: finance closes every place, and learns no id of those it may not know."""
    await before_may(api, connection, 2)
    await act(
        connection,
        "update participant set address_protection = true where id = (select participant_id from placement limit 1)",
    )
    (closed,) = await close(api.finance, 1)
    assert closed["total"] == "45972.00"
    hidden = [line for line in closed["lines"] if line["placement_id"] is None]
    assert [(line["provider_id"], line["amount"]) for line in hidden] == [(None, "22986.00")]
    await posted(api.finance, "/v1/rates", RAISED)
    (february,) = await close(api.finance, 2)
    assert february["differences_total"] == "1029.00"
    assert [row["placement_id"] for row in february["differences"]].count(None) == 1
    officers = await got(api.case_officer, f"{SETTLEMENTS}/2")
    assert (officers["total"], len(officers["differences"])) == (february["total"], 2)
    assert None not in [row["placement_id"] for row in officers["lines"] + officers["differences"]]
    await connection.execute(text("select set_config('app.roles', 'finance', true)"))
    for table in ("settlement_line", "settlement_difference"):
        count = await connection.scalar(text(f"select count(*) from {table}"))
        assert count == {"settlement_line": 2, "settlement_difference": 1}[table]


async def test_settlements_are_for_the_case_office_and_finance(api: Api) -> None:
    for client in (api.epj, api.auditor, api.provider("310300403"), api.service("habilitation")):
        for path in (SETTLEMENTS, f"{SETTLEMENTS}/1"):
            assert (await client.get(path)).status_code == 403
        assert (await client.post(f"{SETTLEMENTS}/1")).status_code == 403
        assert (await client.post(f"{SETTLEMENTS}/1/approval", json={"approved": True})).status_code == 403
    assert (await api.finance.get(f"{SETTLEMENTS}/1")).status_code == 404


@pytest.mark.parametrize("month", ["0", "13", "-1", "x", "1.5", "001", "%00", "²"])
async def test_refuses_what_is_no_month(api: Api, month: str) -> None:
    for answer in (
        await api.finance.get(f"{SETTLEMENTS}/{month}"),
        await api.finance.post(f"{SETTLEMENTS}/{month}"),
    ):
        assert answer.status_code == 422
        assert answer.json()["type"] == "/problems/validation"


async def test_it_is_told_without_amounts(api: Api, connection: AsyncConnection) -> None:
    """C13: whoever follows hears which month, once."""
    await before_may(api, connection, 1)
    await close(api.finance, 1)
    await api.person("finance", "ola").post(f"{SETTLEMENTS}/1/approval", json={"approved": False, "reason": "Nei"})
    await connection.execute(text("select set_config('app.roles', 'finance', true)"))
    told = await connection.execute(
        text("select type, subject, data from event where type in ('budget.settled', 'budget.reopened') order by id")
    )
    assert [tuple(row) for row in told] == [
        ("budget.settled", f"{SETTLEMENTS}/1", {"year": 2023, "month": 1}),
        ("budget.reopened", f"{SETTLEMENTS}/1", {"year": 2023, "month": 1}),
    ]
