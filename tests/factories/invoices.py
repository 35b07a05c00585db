"""Invoices of existing placements. The files are in tests/api/invoices/files, in EHF, one for each case."""

from pathlib import Path
from typing import Any

from httpx import AsyncClient, Response
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.conftest import Api
from tests.factories.places import place
from tests.factories.settlements import before_may

FILES = Path(__file__).parents[1] / "api" / "invoices" / "files"
NAMES = sorted(path.stem for path in FILES.glob("*.xml"))
CHECKS = "/v1/invoices/checks"
# The files' ids of the first three placements, and of one that does not exist.
FILE_IDS = [f"01890a5d-0000-7000-8000-00000000000{number}" for number in (1, 2, 3)]
UNKNOWN_ID = "01890a5d-0000-7000-8000-000000000009"
UBL = {
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
}


async def three_places(api: Api, connection: AsyncConnection) -> dict[str, str]:
    """Two places through 2023 and one from 17 January: the id of each by its id in the files."""
    await before_may(api, connection, 2)
    await place(connection, 1, "2023-01-17")
    found = await connection.scalars(text("select id::text from placement order by starts_on, id"))
    return dict(zip(FILE_IDS, found, strict=True))


def read_file(name: str, places: dict[str, str]) -> bytes:
    """A file with the ids of these placements."""
    content = (FILES / f"{name}.xml").read_text(encoding="utf-8")
    for id_in_file, id_ in places.items():
        content = content.replace(id_in_file, id_)
    return content.encode()


async def send(client: AsyncClient, content: bytes, media_type: str = "application/xml") -> Response:
    return await client.post(CHECKS, content=content, headers={"Content-Type": media_type})


def list_differences(body: dict[str, Any]) -> list[tuple[int | None, str, str | None]]:
    """Line, difference and cause of all that is not equal."""
    return [(row["line"], row["difference"], row["cause"]) for row in body["lines"] if row["cause"]]


def invoice_line(**changes: Any) -> dict[str, Any]:
    """A line in JSON: one place in January 2023."""
    line = {
        "invoice_number": "F-7",
        "issued_on": "2023-02-01",
        "supplier": "310300403",
        "buyer": "920290922",
        "period_from": "2023-01-01",
        "period_to": "2023-01-31",
        "quantity": "1",
        "unit_price": "22986.00",
        "amount": "22986.00",
    }
    return line | changes
