"""Closing months through HTTP: which months can be closed, what is stored, and who sees it (C13)."""

import csv
import io
from decimal import Decimal
from typing import Any

import asyncpg
import openpyxl
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from app import clock
from app.http.content_negotiation import XLSX
from tests.conftest import Api
from tests.factories.places import got, place, posted
from tests.factories.settlements import RAISED, SETTLEMENTS, act, before_may, close, total
from tests.factories.steps import ok, refused


async def test_closed_lines_explain_their_amounts(api: Api, connection: AsyncConnection) -> None:
    """C3, C4, C13: part of a month, part of a place, a legacy price, two prices in one month."""
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
    by_share, legacy, full = sorted(closed["lines"], key=lambda line: int(line["days"]))
    assert [line["days"] for line in (by_share, legacy, full)] == [21, 30, 31]
    assert [(part["days"], part["share"], part["price"]) for part in full["parts"]] == [
        (15, 100, "22986.00"),
        (16, 100, "23500.515"),
    ]
    assert (full["price"], full["rate_id"]) == (None, None)
    assert {part["share"] for part in by_share["parts"]} == {37}
    fields = (legacy["price"], legacy["share"], legacy["rate_id"], legacy["guideline_version_id"])
    assert fields == ("21999.99", 100, None, None)


async def test_closed_lines_add_up_to_the_costs_of_the_month(api: Api, connection: AsyncConnection) -> None:
    """C4, C13: line by line what `GET /v1/budgets/{year}/costs` says, and their sum is the total."""
    await before_may(api, connection, 1)
    await place(connection, 1, "2023-01-11", share=37)
    (closed,) = await close(api.case_officer, 1)
    assert total(closed["lines"]) == Decimal(closed["total"])
    costs = await got(api.finance, "/v1/budgets/2023/costs", by="month,placement", on=str(clock.today()))
    january = {row["placement_id"]: row["amount"] for row in costs["items"] if row["month"] == "2023-01"}
    assert {line["placement_id"]: line["amount"] for line in closed["lines"]} == january


async def test_earlier_month_with_costs_is_closed_first(api: Api, connection: AsyncConnection) -> None:
    """C13: the problem names the first such month."""
    await before_may(api, connection, 0)
    await place(connection, 1, "2023-03-10")
    problem = refused(await api.finance.post(f"{SETTLEMENTS}/5"), 409, "earlier-month-open")
    assert problem["month"] == "2023-03"
    assert "2023-03" in problem["detail"]
    await close(api.finance, 3, 4, 5)


async def test_place_recorded_backwards_opens_its_month(api: Api, connection: AsyncConnection) -> None:
    """C13: a month before those that are closed has costs now, and is closed before any later one."""
    await before_may(api, connection, 0)
    await place(connection, 1, "2023-03-10")
    await close(api.finance, 3, 4)
    await place(connection, 1, "2023-02-01", "2023-02-28")
    assert refused(await api.finance.post(f"{SETTLEMENTS}/5"), 409, "earlier-month-open")["month"] == "2023-02"
    await close(api.finance, 2, 5)


async def test_month_is_closed_once(api: Api, connection: AsyncConnection) -> None:
    """C13."""
    await before_may(api, connection, 1)
    await close(api.finance, 1)
    refused(await api.finance.post(f"{SETTLEMENTS}/1"), 409, "month-already-settled")


async def test_month_without_costs_can_be_closed(api: Api, connection: AsyncConnection) -> None:
    """C13: it need not be, and may be later."""
    await before_may(api, connection, 0)
    await place(connection, 1, "2023-02-01")
    await close(api.finance, 2)
    (january,) = await close(api.finance, 1)
    assert (january["lines"], january["total"]) == ([], "0.00")


async def test_settlements_are_listed_in_the_order_they_were_closed(api: Api, connection: AsyncConnection) -> None:
    """C13: over pages too, and without their lines."""
    await before_may(api, connection, 0)
    closed = await close(api.finance, 3, 1, 2)
    listed = await got(api.finance, SETTLEMENTS)
    assert ([row["month"] for row in listed["items"]], listed["next"]) == ([3, 1, 2], None)
    assert listed["items"] == [{name: closing[name] for name in listed["items"][0]} for closing in closed]
    first = await got(api.finance, SETTLEMENTS, limit=2)
    second = await got(api.finance, SETTLEMENTS, limit=2, after=first["next"])
    assert first["items"] + second["items"] == listed["items"]
    assert (await got(api.finance, "/v1/budgets/2022/settlements"))["items"] == []


async def test_present_month_is_not_closed(api: Api) -> None:
    """C13: nor is any later one; nothing is stored."""
    today = clock.today()
    path = f"/v1/budgets/{today.year}/settlements"
    for month in {today.month, 12}:
        refused(await api.finance.post(f"{path}/{month}"), 409, "month-not-past")
    refused(await api.finance.post("/v1/budgets/2099/settlements/1"), 409, "month-not-past")
    assert (await got(api.finance, path))["items"] == []


async def test_month_without_rate_is_not_closed(api: Api, connection: AsyncConnection) -> None:
    """C1."""
    await posted(api.case_officer, "/v1/guideline-versions", {"valid_from": "2022-01-01"})
    await place(connection, 1, "2023-01-05")
    assert refused(await api.finance.post(f"{SETTLEMENTS}/1"), 409, "rate-missing")["day"] == "2023-01-05"
    assert (await got(api.finance, SETTLEMENTS))["items"] == []


async def two_months_with_differences(api: Api, connection: AsyncConnection) -> dict[str, Any]:
    """Two places, January closed, the rate raised from 16 January, February closed: February as JSON."""
    await before_may(api, connection, 2)
    await close(api.finance, 1)
    await posted(api.finance, "/v1/rates", RAISED | {"valid_from": "2023-01-16"})
    await close(api.finance, 2)
    return await got(api.finance, f"{SETTLEMENTS}/2")


async def test_csv_has_the_lines_and_differences(api: Api, connection: AsyncConnection) -> None:
    """C13: the amounts add up to the total."""
    settlement = await two_months_with_differences(api, connection)
    answer = await api.finance.get(f"{SETTLEMENTS}/2", headers={"Accept": "text/csv"})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="oppgjer-2023-02.csv"'
    header, *rows = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";")
    assert header[2:4] + header[-1:] == ["Vekstbedrift", "Organisasjonsnummer", "Beløp"]
    assert {tuple(row[2:4]) for row in rows} == {("Gløde AS", "310300403")}
    assert sum(Decimal(row[-1].replace(",", ".")) for row in rows if row[-1]) == Decimal(settlement["total"])
    assert [row[0] for row in rows] == ["linje"] * 2 + ["differanse"] * 2


async def test_xlsx_has_the_lines_and_differences(api: Api, connection: AsyncConnection) -> None:
    """C13: the same table as in CSV, with numbers as numbers."""
    settlement = await two_months_with_differences(api, connection)
    as_csv = await api.finance.get(f"{SETTLEMENTS}/2", headers={"Accept": "text/csv"})
    answer = await api.finance.get(f"{SETTLEMENTS}/2", headers={"Accept": XLSX})
    assert answer.headers["content-type"] == XLSX
    assert answer.headers["content-disposition"] == 'attachment; filename="oppgjer-2023-02.xlsx"'
    header, *rows = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0].values
    assert ";".join(map(str, header)) == as_csv.content.decode("utf-8-sig").splitlines()[0]
    assert sum(Decimal(str(row[-1])) for row in rows if row[-1] is not None) == Decimal(settlement["total"])


async def test_csv_has_a_row_for_each_of_several_parts(api: Api, connection: AsyncConnection) -> None:
    """C4, C13: without an amount, since the line alone is rounded."""
    await before_may(api, connection, 1)
    await posted(api.finance, "/v1/rates", RAISED | {"valid_from": "2023-01-16"})
    (closed,) = await close(api.finance, 1)
    headers = {"Accept": "text/csv"}
    answer = await api.finance.get(f"{SETTLEMENTS}/1", headers=headers, params={"decimal": "point"})
    _, *rows = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";")
    assert [(row[0], row[-1]) for row in rows] == [("linje", closed["total"]), ("del", ""), ("del", "")]


async def test_other_media_type_is_refused(api: Api, connection: AsyncConnection) -> None:
    await before_may(api, connection, 0)
    await close(api.finance, 1)
    answer = await api.finance.get(f"{SETTLEMENTS}/1", headers={"Accept": "application/pdf"})
    refused(answer, 406, "not-acceptable")


@pytest.mark.parametrize("table", ["settlement", "settlement_line", "settlement_difference", "settlement_review"])
@pytest.mark.parametrize("verb", ["update {} set created_at = now()", "delete from {}", "truncate {} cascade"])
async def test_settlement_rows_are_never_changed(
    api: Api, connection: AsyncConnection, owner: asyncpg.Connection, table: str, verb: str
) -> None:
    """C13: the service has no right, and not even the owner gets past the trigger."""
    with pytest.raises(DBAPIError, match="permission denied"):
        await act(connection, verb.format(table))
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="never changed"):
        await owner.execute(verb.format(table))


async def test_protected_place_is_closed_without_ids(api: Api, connection: AsyncConnection) -> None:
    """C13 and the wall: finance closes every place, and gets no id of a place that it may not see."""
    await before_may(api, connection, 2)
    await protect_one(connection)
    (closed,) = await close(api.finance, 1)
    assert closed["total"] == "45972.00"
    hidden = [line for line in closed["lines"] if line["placement_id"] is None]
    assert [(line["provider_id"], line["amount"]) for line in hidden] == [(None, "22986.00")]
    assert await got(api.finance, f"{SETTLEMENTS}/1") == closed


async def test_protected_places_stand_after_all_others(api: Api, connection: AsyncConnection) -> None:
    """C13 and the wall: between two lines of one provider a line without ids would tell finance whose it is."""
    await before_may(api, connection, 3)
    await place(connection, 3, organisation_number="310300411")
    await act(
        connection,
        "update participant set address_protection = true where id in (select participant_id from"
        " (select *, row_number() over (partition by provider_id order by id) as place from placement) as numbered"
        " where place <= 2)",
    )
    (closed,) = await close(api.finance, 1)
    await posted(api.finance, "/v1/rates", RAISED)
    pending = await got(api.finance, f"{SETTLEMENTS}/1")
    (february,) = await close(api.finance, 2)
    for rows in (closed["lines"], pending["differences"], february["differences"], february["lines"]):
        assert [row["provider_id"] is None for row in rows] == [False] * 2 + [True] * 4
    officers = await got(api.case_officer, f"{SETTLEMENTS}/1")
    assert [row["provider_id"] for row in officers["lines"]] == sorted(row["provider_id"] for row in officers["lines"])
    answer = await api.finance.get(f"{SETTLEMENTS}/1", headers={"Accept": "text/csv"})
    named = [row["Vekstbedrift"] for row in csv.DictReader(io.StringIO(answer.text.lstrip("\ufeff")), delimiter=";")]
    assert named[2:6] == ["Skjerma plassar"] * 4


async def test_difference_of_protected_place_has_no_ids(api: Api, connection: AsyncConnection) -> None:
    """C13 and the wall: pending or settled, it counts for finance; the case office sees whose it is."""
    await before_may(api, connection, 2)
    await protect_one(connection)
    await close(api.finance, 1)
    await posted(api.finance, "/v1/rates", RAISED)
    pending = (await got(api.finance, f"{SETTLEMENTS}/1"))["differences"]
    (february,) = await close(api.finance, 2)
    assert february["differences_total"] == "1029.00"
    for differences in (pending, february["differences"]):
        assert [row["placement_id"] for row in differences].count(None) == 1
    officers = await got(api.case_officer, f"{SETTLEMENTS}/2")
    assert (officers["total"], len(officers["differences"])) == (february["total"], 2)
    assert None not in [row["placement_id"] for row in officers["lines"] + officers["differences"]]


@pytest.mark.parametrize(("table", "visible"), [("settlement_line", 2), ("settlement_difference", 1)])
async def test_rows_of_protected_place_are_hidden_from_finance(
    api: Api, connection: AsyncConnection, table: str, visible: int
) -> None:
    """C13 and the wall: by PostgreSQL's policies themselves."""
    await before_may(api, connection, 2)
    await protect_one(connection)
    await close(api.finance, 1)
    await posted(api.finance, "/v1/rates", RAISED)
    await close(api.finance, 2)
    await connection.execute(text("select set_config('app.roles', 'finance', true)"))
    assert await connection.scalar(text(f"select count(*) from {table}")) == visible


async def protect_one(connection: AsyncConnection) -> None:
    """One participant has a protected address."""
    await act(
        connection,
        "update participant set address_protection = true where id = (select participant_id from placement limit 1)",
    )


async def test_settlements_are_for_case_office_and_finance(api: Api) -> None:
    for client in (api.epj, api.auditor, api.provider("310300403"), api.service("habilitation")):
        for path in (SETTLEMENTS, f"{SETTLEMENTS}/1"):
            assert (await client.get(path)).status_code == 403
        assert (await client.post(f"{SETTLEMENTS}/1")).status_code == 403
        assert (await client.post(f"{SETTLEMENTS}/1/approval", json={"approved": True})).status_code == 403


async def test_open_month_is_not_found(api: Api) -> None:
    refused(await api.finance.get(f"{SETTLEMENTS}/1"), 404, "not-found")


@pytest.mark.parametrize("month", ["0", "13", "-1", "x", "1.5", "001", "%00", "²"])
async def test_invalid_month_is_refused(api: Api, month: str) -> None:
    for answer in (
        await api.finance.get(f"{SETTLEMENTS}/{month}"),
        await api.finance.post(f"{SETTLEMENTS}/{month}"),
    ):
        refused(answer, 422, "validation")


async def test_closing_and_rejection_are_published_without_amounts(api: Api, connection: AsyncConnection) -> None:
    """C13: each once, with the month."""
    await before_may(api, connection, 1)
    await close(api.finance, 1)
    rejection = {"approved": False, "reason": "Nei"}
    ok(await api.person("finance", "ola").post(f"{SETTLEMENTS}/1/approval", json=rejection), 200)
    await connection.execute(text("select set_config('app.roles', 'finance', true)"))
    events = await connection.execute(
        text("select type, subject, data from event where type in ('budget.settled', 'budget.reopened') order by id")
    )
    assert [tuple(row) for row in events] == [
        ("budget.settled", f"{SETTLEMENTS}/1", {"year": 2023, "month": 1}),
        ("budget.reopened", f"{SETTLEMENTS}/1", {"year": 2023, "month": 1}),
    ]
