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
# What the files call the first three places, and one that nobody has.
CALLED = [f"01890a5d-0000-7000-8000-00000000000{number}" for number in (1, 2, 3)]
NOBODYS = "01890a5d-0000-7000-8000-000000000009"
UBL = {
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
}


async def three_places(api: Api, connection: AsyncConnection) -> dict[str, str]:
    """Two places through 2023 and one from 17 January: what the files call each, and its id."""
    await before_may(api, connection, 2)
    await place(connection, 1, "2023-01-17")
    found = await connection.scalars(text("select id::text from placement order by starts_on, id"))
    return dict(zip(CALLED, found, strict=True))


def written(name: str, places: dict[str, str]) -> bytes:
    """A file of ours, about the places that are there."""
    content = (FILES / f"{name}.xml").read_text(encoding="utf-8")
    for called, id_ in places.items():
        content = content.replace(called, id_)
    return content.encode()


async def send(client: AsyncClient, content: bytes, media_type: str = "application/xml") -> Response:
    return await client.post(CHECKS, content=content, headers={"Content-Type": media_type})


def differing(body: dict[str, Any]) -> list[tuple[int | None, str, str | None]]:
    """Line, difference and cause of all that is not equal."""
    return [(row["line"], row["difference"], row["cause"]) for row in body["lines"] if row["cause"]]


def row(**changes: Any) -> dict[str, Any]:
    """A line in JSON."""
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
