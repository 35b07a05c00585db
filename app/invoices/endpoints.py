"""HTTP for invoices: check one, read it, list them (C12)."""

import asyncio
import json
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import StringConstraints
from sqlalchemy import select
from sqlmodel import col

from app.budget.problems import GUIDELINE_MISSING, RATE_MISSING
from app.database.reader import ReaderDep
from app.database.unit_of_work import UnitOfWorkDep
from app.http.content_negotiation import JSON, NDJSON
from app.http.declarations import consumes, located_at
from app.http.endpoint import Route
from app.http.lookup import find
from app.http.openapi import refusals
from app.http.pagination import AfterQuery, LimitQuery, Page, fetch_page
from app.http.problems import ANNULLED, BODY_TOO_LARGE
from app.http.schemas import AnnulmentIn, describe_pattern, json_response
from app.invoices import checks
from app.invoices.ehf import EHF_POINTERS, parse_ehf
from app.invoices.json_lines import JSON_POINTERS, parse_json
from app.invoices.problems import MAX_LINES, REFUSALS
from app.invoices.representations import audience_of, to_dry_run, to_response, to_summary
from app.invoices.schemas import CheckResult, InvoiceDryRunOut, InvoiceLineIn, InvoiceOut, InvoiceSummaryOut
from app.invoices.tables import InvoiceCheck, has_result
from app.security.roles import Actor, allow

router = APIRouter(prefix="/v1/invoices", tags=["invoices"], route_class=Route)

CaseOfficerOrFinance = Annotated[Actor, allow("case_officer", "finance")]
CheckedInvoiceId = Annotated[UUID, Path(description="Id of the checked invoice.")]
MonthQuery = Annotated[
    str | None,
    StringConstraints(
        pattern=describe_pattern("^(19|20)[0-9]{2}-(0[1-9]|1[0-2])$", "må vere ein månad på forma ÅÅÅÅ-MM"),
        max_length=7,
    ),
    Query(description="Only invoices with a line for this month (`2022-03`)."),
]

XML = ("application/xml", "text/xml")
BODY_LIMIT = 16 * 1024 * 1024
_LINES_LIMIT = 2 * 1024 * 1024
_LINE_SCHEMA = InvoiceLineIn.model_json_schema(ref_template="#/components/schemas/{model}")
_EXAMPLE = {
    name: schema["examples"][0] if "examples" in schema else schema["default"]
    for name, schema in _LINE_SCHEMA["properties"].items()
}
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            JSON: {
                "schema": {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["lines"],
                    "properties": {
                        "lines": {"type": "array", "minItems": 1, "maxItems": MAX_LINES, "items": _LINE_SCHEMA}
                    },
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
    openapi_extra=_BODY,
    response_model=InvoiceOut,
    responses={
        200: {"model": InvoiceDryRunOut, "description": "A dry run: nothing is stored."},
        **refusals(*REFUSALS, RATE_MISSING, GUIDELINE_MISSING),
    },
)
async def check_invoice(
    request: Request,
    unit: UnitOfWorkDep,
    actor: CaseOfficerOrFinance,
    content_type: Annotated[str, consumes(JSON, NDJSON, *XML, limit=BODY_LIMIT)],
    dry_run: Annotated[
        Literal["true", "false"],
        Query(description="`true`: 200 with what a check would find now, and nothing is stored."),
    ] = "false",
) -> InvoiceOut | Response:
    """Compares an EHF invoice (380) or credit note (381), or the same content as JSON lines, with what the provider is
    owed (C12).

    The month of a line is found by the period of the line or of the invoice. A line for one placement names it (EHF:
    `DocumentReference` with type code 130); other lines are compared as a sum, and matched if it differs. What is owed
    is the closed month with its differences, or the computed month if it is open, less what was invoiced before. To
    finance a place of a person with a protected address does not exist: a line that names it is compared as
    `no_such_placement`, and `protected_amount` tells what all such places cost. Identity numbers and names in texts are
    counted as warnings; the texts are not stored.

    EHF may come in the envelope of an access point (SBDH). The provider and the municipality are found by their legal
    entities (BT-30, BT-47), otherwise by their addresses. Amounts that contradict each other are refused with the
    number of the standard's rule, and so is a type that its profile does not allow: a corrected invoice (384) is sent
    as a credit note and a new invoice. Lines up to 2 MiB; EHF up to 16 MiB with its attachments, which are not read,
    and 2 MiB of text. Errors in XML point to the element by its path, such as
    `#/cac:InvoiceLine/0/cac:InvoicePeriod`.
    """
    body = await request.body()
    if content_type in XML:
        # Of as much text as it may have it takes seconds, in which others are to be answered.
        invoice, pointers = await asyncio.to_thread(parse_ehf, body), EHF_POINTERS
    elif len(body) > _LINES_LIMIT:
        raise BODY_TOO_LARGE(f"Linjer kan vere opp til {_LINES_LIMIT} byte.")
    else:
        invoice, pointers = parse_json(body, content_type), JSON_POINTERS
    buyer = request.app.state.settings.municipality_organisation_number
    is_dry = dry_run == "true"
    checked = await checks.check_invoice(unit, actor, invoice, buyer, pointers, dry_run=is_dry)
    if is_dry:
        return json_response(await to_dry_run(unit, checked))
    return await to_response(unit, checked.check)


@router.get("", summary="List checked invoices")
async def list_invoices(
    reader: ReaderDep,
    actor: CaseOfficerOrFinance,
    provider_id: Annotated[UUID | None, Query(description="Only invoices of this provider.")] = None,
    month: MonthQuery = None,
    result: Annotated[CheckResult | None, Query(description="Only invoices with this result.")] = None,
    limit: LimitQuery = 50,
    after: AfterQuery = None,
) -> Page[InvoiceSummaryOut]:
    """In the order they were checked, annulled ones among them (C12)."""
    audience = audience_of(reader)
    statement = select(InvoiceCheck)
    if provider_id is not None:
        statement = statement.where(col(InvoiceCheck.provider_id) == provider_id)
    if result is not None:
        statement = statement.where(has_result(result, audience))
    if month is not None:
        statement = statement.where(col(InvoiceCheck.by_month).op("?", is_comparison=True)(month))
    rows, following = await fetch_page(reader, statement, col(InvoiceCheck.id), limit=limit, after=after)
    return Page(items=[to_summary(row, audience) for row in rows], next=following)


@router.get("/{invoice_id}", summary="Get a checked invoice")
async def read_invoice(
    reader: ReaderDep,
    actor: CaseOfficerOrFinance,
    invoice_id: CheckedInvoiceId,
) -> InvoiceOut:
    """The result line by line, with the amount and cause of each difference (C12)."""
    return await to_response(reader, await find(reader, InvoiceCheck, invoice_id))


@router.post(
    "/{invoice_id}/annulment",
    summary="Annul a check of an invoice",
    responses=refusals(ANNULLED),
)
async def annul_invoice(
    unit: UnitOfWorkDep, actor: CaseOfficerOrFinance, invoice_id: CheckedInvoiceId, body: AnnulmentIn
) -> InvoiceOut:
    """The check was a mistake, as of a file that never was a claim (D10): it stays readable, and counts for nothing.

    What it invoiced is owed again, in later checks and in the position, and the invoice's number may be checked again.
    Results of checks made in between stay as they were told.
    """
    return await to_response(unit, await checks.annul_check(unit, invoice_id, body))
