"""HTTP for hours of services and their kinds (S3, S5)."""

import asyncio
import json
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import select
from sqlmodel import col

from app.absence.problems import TOO_MANY_TO_EXPORT
from app.access_log.recorder import record_access
from app.access_log.restrictions import find_restricted
from app.database.reader import ReaderDep
from app.database.unit_of_work import UnitOfWorkDep
from app.http.batches import BATCH_REFUSED, count_batch, describe_items, refuse_batch
from app.http.content_negotiation import CSV, JSON, NDJSON, XLSX
from app.http.declarations import consumes, located_at, produces
from app.http.endpoint import Route
from app.http.etag import require_match
from app.http.lookup import find
from app.http.openapi import refusals
from app.http.openapi_examples import demo_id
from app.http.pagination import AfterQuery, LimitQuery, Page, ParticipantsQuery, fetch_page, list_page
from app.http.periods import require_in_order
from app.http.schemas import Day
from app.http.spreadsheets import attachment
from app.security.roles import Actor, Epj, allow
from app.service_hours import problems, service_types
from app.service_hours.batch import push_hours
from app.service_hours.files import MAX_ROWS, render
from app.service_hours.reading import COLUMNS, MAX_BYTES, MAX_ITEMS, read_items
from app.service_hours.schemas import (
    ServiceHoursBatchOut,
    ServiceHoursItem,
    ServiceHoursOut,
    ServiceHoursRevisionOut,
    ServiceTypeCode,
    ServiceTypeIn,
    ServiceTypeNormOut,
    ServiceTypeOut,
    ServiceTypePatch,
)
from app.service_hours.tables import ServiceHours, ServiceHoursRevision, ServiceType, ServiceTypeNorm

router = APIRouter(prefix="/v1", tags=["service hours"], route_class=Route)

CaseOfficer = Annotated[Actor, allow("case_officer")]
TypeReader = Annotated[Actor, allow("case_officer", "epj", "finance", "manager")]

_ITEM = ServiceHoursItem.model_json_schema(ref_template="#/components/schemas/{model}")
_EXAMPLE = {
    "external_id": "T-1001",
    "revision": 1,
    "participant_id": str(demo_id("participant", 20)),
    "service_type": "home_help",
    "from": "2022-09-01",
    "to": "2022-12-31",
    "assessed_hours": "12.50",
    "decided_hours": "10.00",
    "delivered_hours": None,
    "need_grade": "moderate",
    "tool": "IPLOS",
    "assessed_on": "2022-06-15",
    "cancelled": False,
}
_CSV_EXAMPLE = (
    "external_id;revision;participant_id;service_type;from;to;assessed_hours;decided_hours\r\n"
    f"T-1002;1;{demo_id('participant', 21)};home_help;01.09.2022;31.12.2022;8,00;8,00"
)
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            JSON: {"schema": describe_items(_ITEM, MAX_ITEMS), "example": {"items": [_EXAMPLE]}},
            NDJSON: {"schema": {"type": "string"}, "example": json.dumps(_EXAMPLE) + "\n"},
            CSV: {
                "schema": {
                    "type": "string",
                    "description": f"Header row: {', '.join(COLUMNS)}; `;`, `,` or a tabulator between.",
                },
                "example": _CSV_EXAMPLE,
            },
        },
    }
}
_FILES: dict[int | str, dict[str, Any]] = {
    200: {"content": {CSV: {"schema": {"type": "string"}}, XLSX: {"schema": {"type": "string", "format": "binary"}}}}
}


@router.post(
    "/service-types",
    dependencies=[located_at("/v1/service-types/{id}")],
    status_code=201,
    summary="Record a kind of service",
    responses=refusals(problems.SERVICE_TYPE_EXISTS, problems.NORM_WITHOUT_SOURCE),
)
async def record_service_type(unit: UnitOfWorkDep, actor: CaseOfficer, body: ServiceTypeIn) -> ServiceTypeOut:
    """The code list of services is open (S3). Hours become staff and cost by stated norms alone, with their source
    (S5)."""
    return await service_types.record_service_type(unit, body)


@router.get("/service-types", summary="List kinds of service")
async def list_service_types(
    reader: ReaderDep, actor: TypeReader, limit: LimitQuery = 50, after: AfterQuery = None
) -> Page[ServiceTypeOut]:
    """All of them, in the order they were recorded (S3), with their norms of today."""
    rows, following = await fetch_page(reader, select(ServiceType), col(ServiceType.id), limit=limit, after=after)
    return Page(items=await service_types.describe(reader, rows), next=following)


@router.get("/service-types/{service_type_id}", summary="Get a kind of service")
async def get_service_type(reader: ReaderDep, actor: TypeReader, service_type_id: UUID) -> ServiceTypeOut:
    """Its name, and the norms by which its hours become staff and cost today (S5)."""
    return await service_types.load_service_type(reader, service_type_id)


@router.patch(
    "/service-types/{service_type_id}",
    summary="Change a kind of service",
    responses=refusals(problems.NORM_WITHOUT_SOURCE),
)
async def change_service_type(
    request: Request, unit: UnitOfWorkDep, actor: CaseOfficer, service_type_id: UUID, body: ServiceTypePatch
) -> ServiceTypeOut:
    """Its name, norm or cost; the code stays. Requires `If-Match`.

    A norm or cost holds from `valid_from` until the next day that has one, and changes no figure of the days before
    (S8). What is not sent of them stays as it is on that day. One that is sent for the same day again is in the place
    of the first in figures from then on. The answer has what holds today.
    """
    require_match(request, await service_types.load_service_type(unit, service_type_id, lock=True))
    return await service_types.change_service_type(unit, service_type_id, body)


@router.get("/service-types/{service_type_id}/norms", summary="List the norms of a kind of service")
async def list_service_type_norms(
    reader: ReaderDep, actor: TypeReader, service_type_id: UUID, limit: LimitQuery = 50, after: AfterQuery = None
) -> Page[ServiceTypeNormOut]:
    """All that were recorded, in that order, with the days that they hold from (S8). Of one day the last recorded
    counts; a figure as known on a day uses those that were recorded by then."""
    service_type = await find(reader, ServiceType, service_type_id)
    statement = select(ServiceTypeNorm).where(col(ServiceTypeNorm.service_type) == service_type.code)
    return await list_page(reader, statement, ServiceTypeNormOut, limit=limit, after=after)


@router.post(
    "/service-hours/batch",
    summary="Push hours of services",
    response_model=None,
    openapi_extra=_BODY,
    responses={
        **refusals(
            BATCH_REFUSED,
            problems.TOO_MANY_HOURS,
            problems.SERVICE_TYPE_UNKNOWN,
            problems.SERVICE_HOURS_CONFLICT,
            problems.SERVICE_HOURS_OVERLAP,
        ),
        200: {"description": "Every item was accepted.", "model": ServiceHoursBatchOut},
        207: {
            "description": "One or more items were not accepted; the others are stored.",
            "model": ServiceHoursBatchOut,
        },
    },
)
async def push_service_hours(
    request: Request,
    unit: UnitOfWorkDep,
    actor: Epj,
    content_type: Annotated[str, consumes(JSON, NDJSON, CSV, limit=MAX_BYTES)],
    mode: Annotated[
        Literal["each", "atomic"], Query(description="`atomic`: nothing is stored if one item is rejected (422).")
    ] = "each",
) -> Response:
    """Takes up to 5 000 rows of hours a week, in any order and any number of times (S3). The highest revision of each
    (`external_system`, `external_id`) wins; an equal revision with other content is a `conflict` (A2).

    `assessed_hours` are the need, `decided_hours` what is decided, `delivered_hours` what was delivered; null is not
    recorded. Hours of one person and service do not overlap: what is stored first stands. One rejected item does not
    stop the others, unless `mode=atomic`. A batch is one transaction, and safe to push again. What a system says of
    somebody who was merged into another is stored with the other.

    The EPJ pushes, and the case office may too, to mend what came in wrong.

    NDJSON has one item per line; CSV a header row, days also as dd.mm.yyyy and hours also with a decimal comma.
    """
    items = await read_items(await request.body(), content_type)
    results = await push_hours(unit, items)
    refused = [result.model_dump(mode="json") for result in results if result.problem is not None]
    if mode == "atomic" and refused:
        raise refuse_batch(refused, len(results), "postar")
    count_batch("service_hours", (result.status for result in results))
    pushed = ServiceHoursBatchOut(accepted=len(results) - len(refused), rejected=len(refused), items=results)
    body = await asyncio.to_thread(pushed.model_dump_json)
    return Response(body, 207 if refused else 200, media_type=JSON)


@router.get(
    "/service-hours",
    summary="List hours of services",
    responses={**_FILES, **refusals(TOO_MANY_TO_EXPORT)},
    response_model=Page[ServiceHoursOut],
)
async def list_service_hours(
    reader: ReaderDep,
    actor: Epj,
    media_type: Annotated[str, produces(JSON, CSV, XLSX)],
    participant_id: ParticipantsQuery = None,
    service_type: Annotated[ServiceTypeCode | None, Query(description="Only hours of this kind of service.")] = None,
    from_: Annotated[Day | None, Query(alias="from", description="Only hours with a day on or after this one.")] = None,
    to: Annotated[Day | None, Query(description="Only hours with a day on or before this one.")] = None,
    limit: LimitQuery = 50,
    after: AfterQuery = None,
) -> Page[ServiceHoursOut] | Response:
    """Hours as their highest revision has them (S3). Cancelled ones are included and marked as cancelled.

    With `Accept: text/csv` or XLSX the answer is one file for people, with everything that matches the filters, up to
    50 000 rows; `limit` does not apply.
    """
    require_in_order(from_, to)
    statement = select(ServiceHours)
    if participant_id is not None:
        statement = statement.where(col(ServiceHours.participant_id).in_(participant_id))
    if service_type is not None:
        statement = statement.where(col(ServiceHours.service_type) == service_type)
    if from_ is not None:
        statement = statement.where((col(ServiceHours.ends_on).is_(None)) | (col(ServiceHours.ends_on) >= from_))
    if to is not None:
        statement = statement.where(col(ServiceHours.starts_on) <= to)
    if media_type == JSON:
        found = await list_page(reader, statement, ServiceHoursOut, limit=limit, after=after)
        record_access(reader, (hours.participant_id for hours in found.items))
        return found
    rows = await reader.select(statement.order_by(col(ServiceHours.id)).limit(MAX_ROWS + 1))
    if len(rows) > MAX_ROWS:
        raise TOO_MANY_TO_EXPORT(pointer="#/query")
    # A file cannot be parted afterwards, as a list of JSON is (G1).
    restricted = await find_restricted(reader, {row.participant_id for row in rows})
    rows = [row for row in rows if row.participant_id not in restricted]
    record_access(reader, {row.participant_id for row in rows})
    # In a thread: fifty thousand rows are seconds of work.
    content = await asyncio.to_thread(render, rows, media_type)
    return attachment(content, media_type, f"tenestetimar.{'xlsx' if media_type == XLSX else 'csv'}")


@router.get("/service-hours/{service_hours_id}", summary="Get hours of a service")
async def get_service_hours(reader: ReaderDep, actor: Epj, service_hours_id: UUID) -> ServiceHoursOut:
    """The hours in their highest revision, also if they are cancelled (A2)."""
    hours = await find(reader, ServiceHours, service_hours_id)
    record_access(reader, [hours.participant_id])
    return ServiceHoursOut.model_validate(hours)


@router.get("/service-hours/{service_hours_id}/revisions", summary="List earlier revisions of hours")
async def list_service_hours_revisions(
    reader: ReaderDep, actor: Epj, service_hours_id: UUID, limit: LimitQuery = 50, after: AfterQuery = None
) -> Page[ServiceHoursRevisionOut]:
    """Every revision that was replaced, oldest first (A2)."""
    hours = await find(reader, ServiceHours, service_hours_id)
    record_access(reader, [hours.participant_id])
    statement = select(ServiceHoursRevision).where(col(ServiceHoursRevision.service_hours_id) == hours.id)
    return await list_page(reader, statement, ServiceHoursRevisionOut, limit=limit, after=after)
