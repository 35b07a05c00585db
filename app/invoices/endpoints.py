"""HTTP for invoices: check one, read it, list them (C12)."""

import json
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.exceptions import RequestValidationError
from pydantic import StringConstraints, ValidationError
from sqlalchemy import select
from sqlmodel import col

from app.access_log.recorder import record_access
from app.budget import position
from app.database.unit_of_work import UnitOfWork, UnitOfWorkDep
from app.http.content_negotiation import JSON, NDJSON
from app.http.declarations import consumes, located_at
from app.http.endpoint import Route
from app.http.exception_handlers import STRICT_JSON, json_fault, parse_strictly
from app.http.lookup import find
from app.http.openapi import refusals
from app.http.pagination import AfterQuery, LimitQuery, Page, page
from app.http.problems import VALIDATION
from app.invoices import checks
from app.invoices.checks import IN_LINES
from app.invoices.ehf import IN_XML, read_invoice
from app.invoices.problems import INVOICE_TOO_LARGE, MOST_LINES, REFUSALS
from app.invoices.schemas import (
    CheckedLineOut,
    InvoiceHeadOut,
    InvoiceLineIn,
    InvoiceLinesIn,
    InvoiceOut,
    Result,
    WarningsOut,
)
from app.invoices.tables import InvoiceCheck, InvoiceCheckLine
from app.security.tokens import Actor, allow
from app.settlements.ledger import visible
from app.settlements.settlements import name_of

router = APIRouter(prefix="/v1/invoices", tags=["invoices"], route_class=Route)

Money = Annotated[Actor, allow("case_officer", "finance")]
MonthQuery = Annotated[
    str | None,
    StringConstraints(pattern="^(19|20)[0-9]{2}-(0[1-9]|1[0-2])$", max_length=7),
    Query(description="Invoices with a line for this month, as `2022-03`."),
]

XML = ("application/xml", "text/xml")
BYTES = 2 * 1024 * 1024
_LINE = InvoiceLineIn.model_json_schema(ref_template="#/components/schemas/{model}")
_EXAMPLE = {
    "invoice_number": "F-2001",
    "kind": "invoice",
    "issued_on": "2022-03-01",
    "supplier": "310300403",
    "buyer": "920290922",
    "currency": "NOK",
    "placement_id": None,
    "period_from": "2022-02-01",
    "period_to": "2022-02-28",
    "quantity": "10",
    "unit_price": "22317.00",
    "amount": "223170.00",
}
BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            JSON: {
                "schema": {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["lines"],
                    "properties": {"lines": {"type": "array", "minItems": 1, "maxItems": MOST_LINES, "items": _LINE}},
                },
                "example": {"lines": [_EXAMPLE]},
            },
            NDJSON: {
                "schema": {"type": "string"},
                "example": json.dumps(_EXAMPLE | {"invoice_number": "F-2002"}) + "\n",
            },
            **{name: {"schema": {"type": "string", "description": "EHF."}, "example": "<Invoice/>"} for name in XML},
        },
    }
}


@router.post(
    "/checks",
    dependencies=[located_at("/v1/invoices/{id}")],
    status_code=201,
    summary="Check an invoice",
    openapi_extra=BODY,
    responses=refusals(*REFUSALS, position.RATE_MISSING, position.GUIDELINE_MISSING),
)
async def check_invoice(
    request: Request,
    unit: UnitOfWorkDep,
    actor: Money,
    content_type: Annotated[str, consumes(JSON, NDJSON, *XML, limit=BYTES)],
) -> InvoiceOut:
    """C12: an EHF invoice (380) or credit note (381), or the same as lines in JSON, against what is owed.

    The provider is found by its organisation number (`0192`), each line's month by its period or the invoice's. A line
    for one placement names it (EHF: `DocumentReference` with type code 130); others are compared as a whole. What is
    owed is the closed month with its differences, or the month as computed where it is open, less what was invoiced
    before. Identity numbers and names in texts are counted as warnings; no text is kept. Up to 2 MiB. What is refused
    is pointed at: in XML the element by its path, as `#/cac:InvoiceLine/0/cac:InvoicePeriod`.
    """
    body = await request.body()
    is_xml = content_type in XML
    invoice = read_invoice(body) if is_xml else checks.invoice_of(_lines(body, content_type))
    buyer = request.app.state.settings.municipality_organisation_number
    out = await _whole(unit, await checks.check(unit, actor, invoice, buyer, IN_XML if is_xml else IN_LINES))
    return out


@router.get("", summary="List checked invoices")
async def list_invoices(
    unit: UnitOfWorkDep,
    actor: Money,
    provider_id: Annotated[UUID | None, Query(description="Of this provider alone.")] = None,
    month: MonthQuery = None,
    result: Annotated[Result | None, Query(description="With this result alone.")] = None,
    limit: LimitQuery = 50,
    after: AfterQuery = None,
) -> Page[InvoiceHeadOut]:
    """C12: checked invoices in the order in which they were checked."""
    statement = select(InvoiceCheck)
    if provider_id is not None:
        statement = statement.where(col(InvoiceCheck.provider_id) == provider_id)
    if result is not None:
        statement = statement.where(col(InvoiceCheck.result) == result)
    if month is not None:
        statement = statement.where(col(InvoiceCheck.by_month).op("?", is_comparison=True)(month))
    rows, following = await page(unit, statement, col(InvoiceCheck.id), limit=limit, after=after)
    return Page(items=[_head(row) for row in rows], next=following)


@router.get("/{invoice_id}", summary="Read a checked invoice")
async def read_checked(unit: UnitOfWorkDep, actor: Money, invoice_id: UUID) -> InvoiceOut:
    """C12: the result line by line, with the amount and cause of each difference."""
    out = await _whole(unit, await find(unit, InvoiceCheck, invoice_id))
    return out


def _lines(body: bytes, content_type: str) -> list[InvoiceLineIn]:
    """The lines of a JSON body, strictly read. 422 with a pointer to what is wrong."""
    if content_type == NDJSON:
        written = [line for line in body.splitlines() if line.strip()]
        if len(written) > MOST_LINES:
            raise INVOICE_TOO_LARGE(pointer="#/lines")
        sent: object = {"lines": [_parsed(line, index) for index, line in enumerate(written)]}
    else:
        sent = parse_strictly(body)
        if isinstance(sent, dict) and isinstance(sent.get("lines"), list) and len(sent["lines"]) > MOST_LINES:
            raise INVOICE_TOO_LARGE(pointer="#/lines")
    try:
        return InvoiceLinesIn.model_validate(sent).lines
    except ValidationError as error:
        raise RequestValidationError(
            [{**fault, "loc": ("body", *fault["loc"])} for fault in error.errors(include_url=False)]
        ) from None


def _parsed(line: bytes, index: int) -> object:
    try:
        return STRICT_JSON.decode(line.decode())
    except (RecursionError, ValueError) as error:
        raise VALIDATION(f"Linje {index + 1} {json_fault(error)}.", pointer=f"#/lines/{index}") from None


async def _whole(unit: UnitOfWork, invoice: InvoiceCheck) -> InvoiceOut:
    """The result as the caller may see it: a place it may not know of has its amounts, and no id."""
    async with unit.acting_as("case_officer"):
        statement = select(InvoiceCheckLine).where(col(InvoiceCheckLine.invoice_id) == invoice.id)
        rows = list(
            await unit.session.scalars(statement.order_by(col(InvoiceCheckLine.line), col(InvoiceCheckLine.id)))
        )
    seen = await visible(unit, {row.placement_id for row in rows if row.placement_id is not None})
    record_access(unit, seen.values())
    lines = [
        CheckedLineOut.model_validate(
            {
                "line": row.line,
                "placement_id": row.placement_id if row.placement_id in seen else None,
                "month": name_of(row.month),
                "invoiced": row.invoiced,
                "expected": row.expected,
                "difference": row.invoiced - row.expected,
                "cause": row.cause,
            }
        )
        for row in rows
    ]
    return InvoiceOut(**_head(invoice).model_dump(), lines=lines)


def _head(invoice: InvoiceCheck) -> InvoiceHeadOut:
    return InvoiceHeadOut.model_validate(
        {
            "id": invoice.id,
            "created_at": invoice.created_at,
            "updated_at": invoice.updated_at,
            "provider_id": invoice.provider_id,
            "invoice_number": invoice.number,
            "kind": invoice.kind,
            "issued_on": invoice.issued_on,
            "months": checks.months_of(invoice),
            "amount": invoice.amount,
            "expected": invoice.expected,
            "difference": checks.difference_of(invoice),
            "result": invoice.result,
            "basis": invoice.basis,
            "warnings": WarningsOut(identity_numbers=invoice.identity_numbers, names=invoice.names),
            "checked_by": invoice.checked_by,
        }
    )
