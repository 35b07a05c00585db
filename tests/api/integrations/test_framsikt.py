"""The export for Framsikt: rows that add up to the position in each format, and snapshots that never change (C6)."""

import csv
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any
from zipfile import ZipFile

import httpx
import openpyxl
import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncConnection

from app import clock
from app.http.content_negotiation import CSV, XLSX
from app.http.spreadsheets import Column, csv_file, write_table, xlsx_file
from app.settings import AccountString, Settings
from tests.conftest import Api
from tests.factories.places import adopt, got, place, posted, prices
from tests.factories.steps import refused

PATH = "/v1/exports/framsikt/2022"
OTHER = "310300411"
HEADER = ["Type", "År", "Periode", "Ansvar", "Art", "Funksjon", "Prosjekt"]
HEADER += ["Vekstbedrift", "Organisasjonsnummer", "Beløp", "Tekst"]


async def year(api: Api, connection: AsyncConnection) -> None:
    """Two providers, parts of months, shares and prices that do not go up in whole kroner."""
    await prices(api)
    await adopt(api)
    await place(connection, 7)
    await place(connection, 3, "2022-02-10", "2022-11-17", share=35)
    await place(connection, 2, "2021-01-01", monthly_price="20123.45", organisation_number=OTHER)
    await place(connection, 1, "2022-03-15", share=67, organisation_number=OTHER)


async def fetched(client: httpx.AsyncClient, media_type: str, **query: str) -> httpx.Response:
    answer = await client.get(PATH, params=query, headers={"Accept": media_type})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith(media_type)
    return answer


def sums(rows: list[dict[str, Any]]) -> dict[str, Decimal]:
    """The sum of each type."""
    found: dict[str, Decimal] = {}
    for row in rows:
        found[row["type"]] = found.get(row["type"], Decimal(0)) + Decimal(str(row["amount"]))
    return found


DAYS = pytest.mark.parametrize("on", ["2022-01-01", "2022-06-15", "2022-12-31", "2023-06-01", "2022-01-31"])


async def position_sums(api: Api, on: str) -> dict[str, Decimal]:
    """What the rows of each type add up to, by the position."""
    position = await got(api.finance, "/v1/budgets/2022/position", on=on)
    expected = {"budsjett": Decimal(position["frame"]), "prognose": Decimal(position["forecast"])}
    if Decimal(position["incurred"]):
        expected["rekneskap"] = Decimal(position["incurred"])
    return expected


@DAYS
async def test_json_adds_up_to_the_position(api: Api, connection: AsyncConnection, on: str) -> None:
    """C6: to the øre, on any day."""
    await year(api, connection)
    export = await got(api.finance, PATH, on=on)
    assert sums(export["items"]) == await position_sums(api, on)
    assert export["next"] is None
    position = await got(api.finance, "/v1/budgets/2022/position", on=on)
    for name in ("frame", "incurred", "forecast", "flag", "places"):
        assert export["figures"][name] == position[name]


@DAYS
async def test_csv_adds_up_to_the_position(api: Api, connection: AsyncConnection, on: str) -> None:
    """C6: with a comma as decimal mark."""
    await year(api, connection)
    content = (await fetched(api.finance, CSV, on=on)).content
    assert content.startswith(b"\xef\xbb\xbf")
    header, *lines = csv.reader(StringIO(content.decode("utf-8-sig")), delimiter=";")
    assert header == HEADER
    assert all("." not in line[9] and line[9][-3] == "," for line in lines)
    rows = [{"type": line[0], "amount": line[9].replace(",", ".")} for line in lines]
    assert sums(rows) == await position_sums(api, on)
    assert len(lines) == len((await got(api.finance, PATH, on=on))["items"])


@DAYS
async def test_xlsx_adds_up_to_the_position(api: Api, connection: AsyncConnection, on: str) -> None:
    """C6: with numbers as numbers."""
    await year(api, connection)
    book = openpyxl.load_workbook(BytesIO((await fetched(api.finance, XLSX, on=on)).content))
    sheet = book["Framsikt"]
    assert sheet.freeze_panes == "A2"
    assert [cell.value for cell in sheet[1]] == HEADER
    cells = list(sheet.iter_rows(min_row=2, values_only=True))
    rows = [{"type": row[0], "amount": round(Decimal(str(row[9])), 2)} for row in cells]
    assert sums(rows) == await position_sums(api, on)
    assert all(isinstance(row[1], int) and isinstance(row[9], float | int) for row in cells)
    assert sheet["J2"].number_format == "#,##0.00"
    assert len(cells) == len((await got(api.finance, PATH, on=on))["items"])


async def test_rows_by_month_and_provider(api: Api, connection: AsyncConnection) -> None:
    """The frame is the year's, without a provider; a month that costs nothing is left out."""
    await year(api, connection)
    items = (await got(api.finance, PATH, on="2022-03-31"))["items"]
    assert items[0] == {
        "type": "budsjett",
        "year": 2022,
        "period": 0,
        "responsibility": "",
        "account": "370",
        "function": "234",
        "project": "",
        "provider_id": None,
        "provider_name": None,
        "organisation_number": None,
        "amount": "6934000.00",
        "text": "Ramme 2022",
    }
    costs = await got(api.finance, "/v1/budgets/2022/costs", by="month,provider", on="2022-03-31")
    forecast = {(f"2022-{row['period']:02}", row["provider_id"]): row["amount"] for row in items if row["period"]}
    assert {(row["month"], row["provider_id"]): row["amount"] for row in costs["items"]} == forecast
    assert {row["period"] for row in items if row["type"] == "rekneskap"} == {1, 2, 3}
    assert {row["text"] for row in items if row["period"] == 3} == {
        "Påløpt Gløde AS 2022-03",
        "Prognose Gløde AS 2022-03",
    }


async def test_second_sheet_is_the_position_with_its_chart(api: Api, connection: AsyncConnection) -> None:
    await year(api, connection)
    position = await got(api.finance, "/v1/budgets/2022/position", on="2022-06-30")
    written = BytesIO((await fetched(api.finance, XLSX, on="2022-06-30")).content)
    book = openpyxl.load_workbook(written)
    assert book.sheetnames == ["Framsikt", "Posisjon"]
    sheet = book["Posisjon"]
    lines = {row[0].value: row[1].value for row in sheet.iter_rows(min_row=14) if row[0].value}
    assert Decimal(str(lines["Prognose"])) == Decimal(position["forecast"])
    assert Decimal(str(lines["Ramme"])) == Decimal(position["frame"])
    # The last month is the cumulative sum.
    assert Decimal(str(sheet["C13"].value)) == Decimal(position["forecast"])
    assert Decimal(str(sheet["B13"].value)) == Decimal(position["incurred"])
    chart = ZipFile(written).read("xl/charts/chart1.xml").decode()
    assert chart.count("<c:ser>") == 3


async def test_without_a_frame_or_places(api: Api) -> None:
    await prices(api)
    export = await got(api.finance, PATH, on="2022-06-30")
    assert (export["items"], export["figures"]["frame"]) == ([], None)
    book = openpyxl.load_workbook(BytesIO((await fetched(api.finance, XLSX)).content))
    assert book["Framsikt"].max_row == 1
    assert (await fetched(api.finance, CSV)).text.count("\r\n") == 1


async def test_provider_has_its_own_account_string(api: Api, connection: AsyncConnection) -> None:
    """What it leaves out is as in the common account string."""
    await year(api, connection)
    state = api.app.state
    before = state.settings
    state.settings = before.model_copy(
        update={
            "account_string": AccountString(responsibility="4200", project="P7"),
            "provider_account_strings": {OTHER: AccountString(account="3700", function="2731")},
        }
    )
    try:
        items = (await got(api.finance, PATH, on="2022-12-31"))["items"]
        [other] = [
            row["id"]
            for row in (await got(api.case_officer, "/v1/providers"))["items"]
            if row["organisation_number"] == OTHER
        ]
        own = {
            (row["responsibility"], row["account"], row["function"], row["project"])
            for row in items
            if row["provider_id"] == other
        }
        rest = {
            (row["responsibility"], row["account"], row["function"], row["project"])
            for row in items
            if row["provider_id"] != other
        }
        assert own == {("4200", "3700", "2731", "P7")}
        assert rest == {("4200", "370", "234", "P7")}
    finally:
        state.settings = before


async def test_provider_is_named(api: Api, connection: AsyncConnection) -> None:
    """By name and organisation number, in every format."""
    await year(api, connection)
    named = {(row["provider_name"], row["organisation_number"]) for row in (await got(api.finance, PATH))["items"][1:]}
    providers = (await got(api.case_officer, "/v1/providers"))["items"]
    assert named == {(one["name"], one["organisation_number"]) for one in providers}
    lines = csv.reader(StringIO((await fetched(api.finance, CSV)).text.removeprefix("\ufeff")), delimiter=";")
    assert {(line[7], line[8]) for line in list(lines)[2:]} == named


async def test_decimal_point_is_for_programs(api: Api, connection: AsyncConnection) -> None:
    await year(api, connection)
    lines = (await fetched(api.finance, CSV, decimal="point")).text.splitlines()
    assert lines[1].split(";")[9] == "6934000.00"


async def test_expected_refund_is_income_of_the_forecast(api: Api, connection: AsyncConnection) -> None:
    """C11: negative, on the account string of refunds; the rows of the forecast add up to the net forecast."""
    await year(api, connection)
    await posted(
        api.finance,
        "/v1/budgets/2022/expected-refunds",
        {"amount": "250000.50", "recorded_on": "2022-05-01", "reason": "Rekna per person"},
    )
    before, after = [(await got(api.finance, PATH, on=on))["items"] for on in ("2022-04-30", "2022-06-30")]
    assert not [row for row in before if row["amount"].startswith("-")]
    [refund] = [row for row in after if row["amount"].startswith("-")]
    assert (refund["type"], refund["period"], refund["amount"]) == ("prognose", 0, "-250000.50")
    assert (refund["account"], refund["function"], refund["provider_id"]) == ("700", "234", None)
    position = await got(api.finance, "/v1/budgets/2022/position", on="2022-06-30")
    assert sums(after)["prognose"] == Decimal(position["net_forecast"])
    assert (
        "-250000,50;Venta refusjon ressurskrevjande tenester 2022"
        in (await fetched(api.finance, CSV, on="2022-06-30")).text
    )


def test_account_strings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VEKSTPLASS_ACCOUNT_STRING", '{"responsibility": "4200"}')
    monkeypatch.setenv("VEKSTPLASS_PROVIDER_ACCOUNT_STRINGS", '{"310300411": {"function": "273"}}')
    account = Settings().account_of(OTHER)
    assert account == AccountString(responsibility="4200", function="273")
    assert Settings().account_of(None) == AccountString(responsibility="4200")
    assert Settings().refund_account == AccountString(responsibility="4200", account="700")
    monkeypatch.setenv("VEKSTPLASS_REFUND_ACCOUNT_STRING", '{"function": "273"}')
    assert Settings().refund_account == AccountString(responsibility="4200", account="700", function="273")


@pytest.mark.parametrize("media_type", ["application/json", CSV, XLSX])
async def test_unchanged_export_is_304(api: Api, connection: AsyncConnection, media_type: str) -> None:
    await year(api, connection)
    query = {"on": "2022-06-30"}
    first = await fetched(api.finance, media_type, **query)
    headers = {"Accept": media_type, "If-None-Match": first.headers["etag"]}
    again = await api.finance.get(PATH, params=query, headers=headers)
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    # The same bytes for every caller.
    same = await fetched(api.case_officer, media_type, **query)
    assert (same.headers["etag"], same.content) == (first.headers["etag"], first.content)
    for other in {"application/json", CSV, XLSX} - {media_type}:
        assert (await fetched(api.finance, other, **query)).headers["etag"] != first.headers["etag"]
    await adopt(api, "7000000.00", on="2022-06-01")
    changed = await api.finance.get(PATH, params=query, headers=headers)
    assert changed.status_code == 200


async def test_snapshot_is_exported_unchanged(api: Api, connection: AsyncConnection) -> None:
    await year(api, connection)
    taken = await posted(api.finance, "/v1/budgets/2022/snapshots", {"name": "1. tertial", "on": "2022-04-30"})
    before = {form: await fetched(api.finance, form, snapshot=taken["id"]) for form in ("application/json", CSV, XLSX)}
    live = await got(api.finance, PATH, on="2022-04-30")
    stored = before["application/json"].json()
    assert stored | {"snapshot_id": None} == live
    assert (taken["forecast"], taken["frame"]) == (stored["figures"]["forecast"], "6934000.00")
    # Everything that the export is computed from changes.
    await adopt(api, "1.00", on="2022-04-01")
    await place(connection, 4, "2022-01-01")
    rate = {"valid_from": "2022-01-01", "known_from": "2022-03-01", "monthly_amount": "15000.00", "source": "NAV"}
    await posted(api.finance, "/v1/rates", rate)
    assert await got(api.finance, PATH, on="2022-04-30") != live
    for form, answer in before.items():
        after = await fetched(api.case_officer, form, snapshot=taken["id"])
        assert (after.content, after.headers["etag"]) == (answer.content, answer.headers["etag"])
    assert await got(api.finance, f"/v1/budgets/2022/snapshots/{taken['id']}") == taken
    assert (await got(api.finance, "/v1/budgets/2022/snapshots"))["items"] == [taken]


async def test_snapshot_name_is_taken_once_a_year(api: Api, connection: AsyncConnection) -> None:
    await year(api, connection)
    body = {"name": "1. tertial", "on": "2022-04-30"}
    await posted(api.finance, "/v1/budgets/2022/snapshots", body)
    refused(await api.finance.post("/v1/budgets/2022/snapshots", json=body), 409, "snapshot-exists")
    await posted(api.finance, "/v1/budgets/2023/snapshots", body | {"on": "2023-06-01"})


async def test_snapshot_of_another_year_is_not_found(api: Api, connection: AsyncConnection) -> None:
    await year(api, connection)
    taken = await posted(api.finance, "/v1/budgets/2022/snapshots", {"name": "1. tertial", "on": "2022-04-30"})
    refused(await api.finance.get("/v1/exports/framsikt/2023", params={"snapshot": taken["id"]}), 404, "not-found")
    refused(await api.finance.get(f"/v1/budgets/2023/snapshots/{taken['id']}"), 404, "not-found")


async def test_snapshot_has_its_own_day(api: Api, connection: AsyncConnection) -> None:
    await year(api, connection)
    taken = await posted(api.finance, "/v1/budgets/2022/snapshots", {"name": "1. tertial", "on": "2022-04-30"})
    both = {"snapshot": taken["id"], "on": "2022-04-30"}
    refused(await api.finance.get(PATH, params=both), 422, "validation")


async def test_other_format_is_refused(api: Api) -> None:
    refused(await api.finance.get(PATH, headers={"Accept": "text/html"}), 406, "not-acceptable")
    refused(await api.finance.get(PATH, params={"decimal": "dot"}), 422, "validation")


async def test_year_without_rate_is_refused(api: Api, connection: AsyncConnection) -> None:
    """C1: as an export and as a snapshot."""
    await year(api, connection)
    await place(connection, 1, "2015-01-01")
    refused(await api.finance.get("/v1/exports/framsikt/2015"), 409, "rate-missing")
    body = {"name": "1. tertial", "on": str(clock.today())}
    refused(await api.finance.post("/v1/budgets/2015/snapshots", json=body), 409, "rate-missing")


async def test_export_is_for_case_office_and_finance(api: Api) -> None:
    body = {"name": "1. tertial", "on": "2022-04-30"}
    for client in (api.epj, api.provider(OTHER), api.service("habilitation"), api.auditor):
        assert (await client.get(PATH)).status_code == 403
        assert (await client.post("/v1/budgets/2022/snapshots", json=body)).status_code == 403


async def test_snapshot_is_never_changed(api: Api, connection: AsyncConnection) -> None:
    await year(api, connection)
    await posted(api.finance, "/v1/budgets/2022/snapshots", {"name": "1. tertial", "on": "2022-04-30"})
    for statement in ("update budget_snapshot set name = 'x'", "delete from budget_snapshot"):
        savepoint = await connection.begin_nested()
        with pytest.raises(ProgrammingError):
            await connection.execute(text(statement))
        await savepoint.rollback()


def test_text_does_not_become_a_formula() -> None:
    """A provider's name is somebody's own text."""
    columns, rows = [Column("Namn")], [["=1+1"], ["+47"], ["-1"], ["@x"], ["Gløde; AS"]]
    lines = csv_file(columns, rows).decode("utf-8-sig").splitlines()
    assert lines == ["Namn", "'=1+1", "'+47", "'-1", "'@x", '"Gløde; AS"']
    with xlsx_file() as (workbook, made):
        write_table(workbook, "Ark", columns, rows)
    sheet = openpyxl.load_workbook(BytesIO(made.getvalue()))["Ark"]
    assert [cell.data_type for cell in sheet["A"]] == ["s"] * 6
    assert sheet["A2"].value == "=1+1"
