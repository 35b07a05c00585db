"""HTTP for absences one by one, in lists and files, and a provider's report (A1, A2, A4)."""

import asyncio
from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import select
from sqlmodel import col

from app.absence import absences, problems
from app.absence.endpoints.roles import AbsenceReader, AbsenceWriter
from app.absence.files import MAX_ROWS, write_csv, write_xlsx
from app.absence.schemas import AbsenceIn, AbsenceOut, AbsencePatch, AbsenceReport, AbsenceRevisionOut
from app.absence.tables import Absence, AbsenceRevision
from app.access_log.recorder import record_access
from app.access_log.restrictions import find_restricted
from app.database.reader import ReaderDep, SnapshotReaderDep
from app.database.unit_of_work import UnitOfWorkDep
from app.http.content_negotiation import CSV, JSON, XLSX
from app.http.declarations import located_at, produces
from app.http.endpoint import Route
from app.http.etag import require_fresh, require_match
from app.http.lookup import find
from app.http.openapi import header_parameter, refusals
from app.http.pagination import AfterQuery, LimitQuery, Page, fetch_page, list_page
from app.http.periods import require_in_order
from app.http.problems import PRECONDITION_FAILED, VALIDATION
from app.http.schemas import Day
from app.http.spreadsheets import attachment
from app.placements.access import find_participant_ids, record_placement_access
from app.placements.tables import Placement
from app.providers.tables import Provider
from app.rules.absence import AbsenceKind

router = APIRouter(prefix="/v1", tags=["absences"], route_class=Route)

PlacementQuery = Annotated[UUID | None, Query(description="Only absences from this placement.")]
ProviderQuery = Annotated[UUID | None, Query(description="Only absences of this provider.")]
KindQuery = Annotated[AbsenceKind | None, Query(description="Only absences of this kind.")]
FromQuery = Annotated[Day | None, Query(alias="from", description="Only absences with a day on or after this one.")]
ToQuery = Annotated[Day | None, Query(alias="to", description="Only absences with a day on or before this one.")]
FirstDayQuery = Annotated[Day, Query(alias="from", description="The period's first day.", examples=["2022-01-01"])]
LastDayQuery = Annotated[Day, Query(alias="to", description="The period's last day.", examples=["2022-12-31"])]

_MAX_PERIOD = timedelta(days=3660)
_PUSH_PROBLEMS = (
    problems.REVISION_CONFLICT,
    problems.OUTSIDE_PLACEMENT,
    problems.OVER_FULL_DAY,
)
_FILES: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            CSV: {"schema": {"type": "string"}},
            XLSX: {"schema": {"type": "string", "format": "binary"}},
        }
    }
}


@router.post(
    "/absences",
    dependencies=[located_at("/v1/absences/{id}")],
    status_code=201,
    summary="Record an absence",
    responses={200: {"model": AbsenceOut, "description": "It was stored already."}, **refusals(*_PUSH_PROBLEMS)},
)
async def create_absence(response: Response, unit: UnitOfWorkDep, actor: AbsenceWriter, body: AbsenceIn) -> AbsenceOut:
    """The rules are those of a push (A1, A2).

    If the external id exists already, the answer is 200 with the stored absence.
    """
    absence, is_new = await absences.record_absence(unit, body)
    if not is_new:
        response.status_code = 200
    return AbsenceOut.model_validate(absence)


@router.get(
    "/absences",
    summary="List absences",
    responses={**_FILES, **refusals(problems.TOO_MANY_TO_EXPORT)},
    response_model=Page[AbsenceOut],
)
async def list_absences(
    reader: ReaderDep,
    actor: AbsenceReader,
    media_type: Annotated[str, produces(JSON, CSV, XLSX)],
    placement_id: PlacementQuery = None,
    provider_id: ProviderQuery = None,
    from_: FromQuery = None,
    to: ToQuery = None,
    kind: KindQuery = None,
    limit: LimitQuery = 50,
    after: AfterQuery = None,
) -> Page[AbsenceOut] | Response:
    """A provider gets its own absences, a service those of its area (A1).

    Cancelled absences are included and marked as cancelled.

    With `Accept: text/csv` or XLSX the answer is one file for people, with everything that matches the filters, up to
    50 000 rows; `limit` does not apply.
    """
    require_in_order(from_, to)
    statement = absences.select_absences(
        placement_id=placement_id, provider_id=provider_id, from_=from_, to=to, kind=kind
    )
    if media_type == JSON:
        found = await list_page(reader, statement, AbsenceOut, limit=limit, after=after)
        await record_placement_access(reader, {absence.placement_id for absence in found.items})
        return found
    rows = await reader.select(statement.order_by(col(Absence.id)).limit(MAX_ROWS + 1))
    if len(rows) > MAX_ROWS:
        raise problems.TOO_MANY_TO_EXPORT(pointer="#/query")
    people = await find_participant_ids(reader, {row.placement_id for row in rows})
    # A file cannot be parted afterwards, as a list of JSON is (G1).
    restricted = await find_restricted(reader, set(people.values()))
    record_access(reader, set(people.values()) - restricted)
    rows = [row for row in rows if people.get(row.placement_id) not in restricted]
    providers = {provider.id: provider for provider in await reader.select(select(Provider))}
    # In a thread: fifty thousand rows are seconds of work.
    if media_type == CSV:
        return attachment(await asyncio.to_thread(write_csv, rows, providers), f"{CSV}; header=present", "fravaer.csv")
    return attachment(await asyncio.to_thread(write_xlsx, rows, providers), XLSX, "fravaer.xlsx")


@router.get("/absences/{absence_id}", summary="Get an absence")
async def get_absence(reader: ReaderDep, actor: AbsenceReader, absence_id: UUID) -> AbsenceOut:
    """The absence in its highest revision, also if it is cancelled (A2)."""
    absence = await find(reader, Absence, absence_id)
    await record_placement_access(reader, {absence.placement_id})
    return AbsenceOut.model_validate(absence)


@router.patch(
    "/absences/{absence_id}",
    summary="Change an absence",
    responses=refusals(*_PUSH_PROBLEMS, problems.CANCELLED),
)
async def update_absence(
    request: Request, unit: UnitOfWorkDep, actor: AbsenceWriter, absence_id: UUID, body: AbsencePatch
) -> AbsenceOut:
    """The change becomes the next revision (A1, A2). Requires `If-Match`. A cancelled absence cannot be changed."""
    absence = await absences.get_locked(unit, absence_id)
    require_match(request, AbsenceOut.model_validate(absence))
    await absences.change_absence(unit, absence, body)
    await record_placement_access(unit, {absence.placement_id})
    return AbsenceOut.model_validate(absence)


@router.delete(
    "/absences/{absence_id}",
    status_code=204,
    summary="Cancel an absence",
    responses=refusals(PRECONDITION_FAILED),
    openapi_extra={"parameters": [header_parameter("If-Match", "The `ETag` of the version that is cancelled.")]},
)
async def cancel_absence(request: Request, unit: UnitOfWorkDep, actor: AbsenceWriter, absence_id: UUID) -> None:
    """The absence is cancelled permanently (A2). `If-Match` is optional.

    It can still be read, with `cancelled: true`, and so can its earlier revisions.
    """
    absence = await absences.get_locked(unit, absence_id)
    require_fresh(request, AbsenceOut.model_validate(absence))
    await absences.cancel_absence(unit, absence)
    await record_placement_access(unit, {absence.placement_id})


@router.get("/absences/{absence_id}/revisions", summary="List earlier revisions of an absence")
async def list_absence_revisions(
    reader: ReaderDep,
    actor: AbsenceReader,
    absence_id: UUID,
    limit: LimitQuery = 50,
    after: AfterQuery = None,
) -> Page[AbsenceRevisionOut]:
    """Every revision that was replaced, oldest first (A2)."""
    absence = await find(reader, Absence, absence_id)
    await record_placement_access(reader, {absence.placement_id})
    statement = select(AbsenceRevision).where(
        col(AbsenceRevision.provider_id) == absence.provider_id,
        col(AbsenceRevision.external_id) == absence.external_id,
    )
    return await list_page(reader, statement, AbsenceRevisionOut, limit=limit, after=after)


@router.get("/providers/{provider_id}/absence-report", summary="Report a provider's absence in a period")
async def get_absence_report(
    reader: SnapshotReaderDep,
    actor: AbsenceReader,
    provider_id: UUID,
    from_: FirstDayQuery,
    to: LastDayQuery,
    limit: LimitQuery = 50,
    after: AfterQuery = None,
) -> AbsenceReport:
    """Number of absences and absent days per placement and kind.

    Days are weekdays that are not public holidays (A3), as documented: a whole day counts as one, whatever the
    placement's share.

    `limit` counts placements; a page has all kinds of each of its placements.
    """
    require_in_order(from_, to)
    if to - from_ > _MAX_PERIOD:
        raise VALIDATION("Perioden kan vere opp til ti år.", pointer="#/query/to")
    await find(reader, Provider, provider_id)
    statement = select(Placement).where(
        col(Placement.provider_id) == provider_id,
        col(Placement.starts_on) <= to,
        (col(Placement.ends_on).is_(None)) | (col(Placement.ends_on) >= from_),
        col(Placement.annulled_on).is_(None),
    )
    placements, following = await fetch_page(reader, statement, col(Placement.id), limit=limit, after=after)
    rows = await absences.report_absences(reader, [placement.id for placement in placements], from_, to)
    await record_placement_access(reader, {row.placement_id for row in rows})
    return AbsenceReport(provider_id=provider_id, starts_on=from_, ends_on=to, items=rows, next=following)
