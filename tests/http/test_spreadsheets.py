"""The files that people open: every CSV and XLSX of the service, as openpyxl and a Norwegian LibreOffice read them."""

import asyncio
import csv
import re
import shutil
import subprocess
from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import httpx
import openpyxl
import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from app.http.content_negotiation import CSV, XLSX
from app.http.spreadsheets import Column, csv_file, write_table, xlsx_file
from tests.conftest import Api
from tests.factories import hours
from tests.factories.absences import item, pushed
from tests.factories.places import adopt, got, posted
from tests.factories.settlements import RAISED, before_may, close
from tests.factories.trust import granted, open_year
from tests.http.operations import operations

ORGANISATION = "310300403"
ID = re.compile(r"[0-9a-f]{8}-")
SOFFICE = shutil.which("soffice")
# Tables of providers: each row names its own.
PATHS = {
    "framsikt": "/v1/exports/framsikt/2023",
    "settlement": "/v1/budgets/2023/settlements/1",
    "absences": "/v1/absences",
    "follow-up": "/v1/follow-up/2023",
    "figures": "/v1/figures",
}
HOURS, LOG, TRUST = "/v1/service-hours", "/v1/access-log", "/v1/trust/years/2020/report"
CSV_PATHS = PATHS | {"service-hours": HOURS, "access-log": LOG}
XLSX_PATHS = PATHS | {"service-hours": HOURS, "trust": TRUST}
QUERY = {PATHS["figures"]: {"by": "provider", "from": "2023-01-01", "to": "2023-03-31", "on": "2023-12-31"}}
EVERY_CSV = pytest.mark.parametrize("path", CSV_PATHS.values(), ids=CSV_PATHS)
EVERY_XLSX = pytest.mark.parametrize("path", XLSX_PATHS.values(), ids=XLSX_PATHS)


@pytest.fixture
async def filled(api: Api, connection: AsyncConnection) -> Api:
    """A closed month with a line of two parts, a frame, a refund, an absence, hours, and a grant of the trust."""
    await before_may(api, connection, 2)
    await adopt(api, "1000000.00", year=2023, on="2022-12-15")
    await posted(api.finance, "/v1/rates", RAISED | {"valid_from": "2023-01-16"})
    refund = {"amount": "250000.50", "recorded_on": "2023-01-10", "reason": "Rekna per person"}
    await posted(api.finance, "/v1/budgets/2023/expected-refunds", refund)
    await close(api.case_officer, 1)
    [first, _] = (await got(api.case_officer, "/v1/placements"))["items"]
    note = 'Ringde; sa «sjuk»\nog "kjem i morgon"'
    await pushed(api.provider(ORGANISATION), [item(first["id"], note=note)])
    await hours.service_type(api)
    await hours.push(api, hours.item(first["participant_id"], assessed_hours="10.25"))
    await open_year(api)
    await granted(api)
    return api


async def fetched(api: Api, path: str, media_type: str, **query: str) -> httpx.Response:
    client = {PATHS["framsikt"]: api.finance, LOG: api.auditor}.get(path, api.case_officer)
    answer = await client.get(path, params=QUERY.get(path, {}) | query, headers={"Accept": media_type})
    assert answer.status_code == 200, answer.text
    return answer


def rows_of(content: bytes) -> list[list[str]]:
    """The cells of a CSV file as a Norwegian spreadsheet parts them."""
    return list(csv.reader(StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))


@pytest.mark.parametrize(("media_type", "paths"), [(CSV, CSV_PATHS), (XLSX, XLSX_PATHS)])
def test_every_file_is_read_here(media_type: str, paths: dict[str, str]) -> None:
    """No operation answers with a file that the tests below do not open."""
    described = [
        re.sub(r"\{[^}]+\}", "[0-9]+", operation.path)
        for operation in operations()
        if media_type in operation.details["responses"].get("200", {}).get("content", {})
    ]
    assert described
    unread = [pattern for pattern in described if not any(re.fullmatch(pattern, path) for path in paths.values())]
    assert unread == []
    assert len(described) == len(paths)


@EVERY_CSV
async def test_csv_is_for_a_norwegian_spreadsheet(filled: Api, path: str) -> None:
    """UTF-8 with a BOM, `;`, decimal comma, a row a line, headers in nynorsk, the provider by name and number."""
    content = (await fetched(filled, path, CSV)).content
    assert content.startswith(b"\xef\xbb\xbf")
    header, *rows = rows_of(content)
    assert content.decode().count("\r\n") == len(rows) + 1
    assert content.count(b"\n") == len(rows) + 1
    assert rows
    assert {len(row) for row in rows} == {len(header)}
    assert all(name[0].isupper() for name in header)
    if path in PATHS.values():
        named = header.index("Vekstbedrift")
        assert header[named + 1] == "Organisasjonsnummer"
        assert ["Gløde AS", ORGANISATION] in [row[named : named + 2] for row in rows]
    assert [cell for row in rows for cell in row if re.fullmatch(r"-?[0-9]+\.[0-9]+", cell)] == []


@EVERY_XLSX
async def test_xlsx_is_the_same_table_and_prints_on_pages_of_its_width(filled: Api, path: str) -> None:
    book = openpyxl.load_workbook(BytesIO((await fetched(filled, path, XLSX)).content))
    for sheet in book.worksheets:
        assert sheet.page_setup.orientation == "landscape"
        assert str(sheet.page_setup.paperSize) == sheet.PAPERSIZE_A4
        assert sheet.sheet_properties.pageSetUpPr is not None
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        # One page wide, which is the default, and as many high as it takes.
        assert sheet.page_setup.fitToWidth in (None, 1)
        assert sheet.page_setup.fitToHeight == 0
        assert sheet.print_title_rows == "$1:$1"
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref is not None
    assert book.worksheets[0].max_row > 1
    if path not in CSV_PATHS.values():
        return
    header, *rows = rows_of((await fetched(filled, path, CSV, **DECIMAL.get(path, {}))).content)
    table = [list(row) for row in book.worksheets[0].values]
    assert table[0] == header
    read = [[as_text(cell) for cell in row] for row in table[1:]]
    assert read == [[as_number(cell, path) for cell in row] for row in rows]


DECIMAL = {path: {"decimal": "point"} for path in (PATHS["framsikt"], PATHS["settlement"], PATHS["figures"])}


def as_text(cell: Any) -> str:
    """A cell of a sheet as CSV has it."""
    match cell:
        case None:
            return ""
        case bool():
            return "ja" if cell else "nei"
        case datetime():
            return f"{cell:%Y-%m-%d}" if cell.time() == datetime.min.time() else f"{cell:%Y-%m-%d %H:%M}"
        case float():
            return f"{Decimal(str(cell)).normalize():f}"
    return " ".join(str(cell).splitlines())


def as_number(cell: str, path: str) -> str:
    """A number without the zeros that a sheet does not keep."""
    mark = "." if path in DECIMAL else ","
    if not re.fullmatch(rf"-?[0-9]+\{mark}[0-9]+", cell):
        return cell
    return f"{Decimal(cell.replace(',', '.')).normalize():f}"


@pytest.mark.parametrize("path", DECIMAL)
async def test_decimal_mark_is_chosen_by_programs(filled: Api, path: str) -> None:
    comma, point = [(await fetched(filled, path, CSV, decimal=mark)).text for mark in ("comma", "point")]
    assert (await fetched(filled, path, CSV)).text == comma
    assert comma != point
    amount = re.compile(r"(?<=;)(-?[0-9]+),([0-9]{2,6})(?=[;\r])")
    assert amount.sub(r"\1.\2", comma) == point


def test_instant_is_in_oslo() -> None:
    content = csv_file([Column("Oppretta")], [[datetime(2022, 8, 31, 22, 30, tzinfo=UTC)]])
    assert rows_of(content)[1] == ["2022-09-01 00:30"]


def convert(folder: Path, files: list[Path], to: str, *options: str) -> None:
    """Open files in LibreOffice with a profile of its own, and write what it made of them into the folder."""
    assert SOFFICE is not None
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    subprocess.run(
        [SOFFICE, profile, "--headless", *options, "--convert-to", to, "--outdir", folder / "out", *files],
        check=True,
        capture_output=True,
        timeout=120,
    )


@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed (no soffice)")
async def test_libreoffice_in_norwegian_reads_amounts_and_days(filled: Api, tmp_path: Path) -> None:
    """CSV: amounts are numbers and days are dates, as when it is opened by a double click. XLSX: a page's width."""
    files = []
    for paths, media_type, extension in ((CSV_PATHS, CSV, "csv"), (XLSX_PATHS, XLSX, "xlsx")):
        for name, path in paths.items():
            files.append(tmp_path / f"{name}.{extension}")
            files[-1].write_bytes((await fetched(filled, path, media_type)).content)
    # `;`, quotation mark, UTF-8, from line 1, bokmål (1044: there is no nynorsk to read numbers by), special numbers.
    as_norwegian = "--infilter=CSV:59,34,76,1,,1044,false,true"
    opened = [file for file in files if file.suffix == ".csv"]
    await asyncio.to_thread(convert, tmp_path, opened, "xlsx:Calc MS Excel 2007 XML", as_norwegian)
    amounts: dict[str, list[object]] = {}
    for name in CSV_PATHS:
        sheet = openpyxl.load_workbook(tmp_path / "out" / f"{name}.xlsx").worksheets[0]
        header, *rows = sheet.values
        for title in ("Beløp", "Frå og med", "Pris per månad", "Verdi", "Timar i veka etter behov", "Når"):
            if title in header:
                amounts[f"{name} {title}"] = [row[header.index(title)] for row in rows]
    assert all(isinstance(cell, float | int) for cell in amounts["framsikt Beløp"])
    assert {type(cell) for cell in amounts["settlement Beløp"]} <= {float, int, type(None)}
    assert {type(cell) for cell in amounts["settlement Pris per månad"]} <= {float, int, type(None)}
    assert {type(cell) for cell in amounts["figures Verdi"]} <= {float, int, type(None)}
    assert any(isinstance(cell, float) for cell in amounts["figures Verdi"])
    assert amounts["absences Frå og med"] == [datetime.fromisoformat("2022-10-03")]
    assert amounts["service-hours Timar i veka etter behov"] == [10.25]
    assert {type(cell) for cell in amounts["access-log Når"]} == {datetime}

    printed = [file for file in files if file.suffix == ".xlsx"]
    await asyncio.to_thread(convert, tmp_path, printed, "pdf")
    for file in printed:
        pdf = (tmp_path / "out" / f"{file.stem}.pdf").read_bytes()
        sheets = len(openpyxl.load_workbook(file).sheetnames)
        assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == sheets, file.name


def test_text_of_several_lines_is_one_row() -> None:
    columns, rows = [Column("Namn"), Column("Merknad")], [["Gløde AS", "ei\r\nto\u2028tre"], ["KIM AS", "\n=1+1"]]
    assert rows_of(csv_file(columns, rows))[1:] == [["Gløde AS", "ei to tre"], ["KIM AS", " =1+1"]]
    with xlsx_file() as (workbook, made):
        write_table(workbook, "Ark", columns, rows)
    sheet = openpyxl.load_workbook(BytesIO(made.getvalue())).worksheets[0]
    assert sheet["B2"].value == "ei\nto\ntre"
