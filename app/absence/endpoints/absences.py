"""HTTP for absences one by one and in lists, what they add up to, and the reviews they ask for (A1–A4)."""

import asyncio
from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import select
from sqlmodel import col

from app import clock
from app.absence import absences, problems, reviews
from app.absence.files import MOST_ROWS, as_csv, as_xlsx
from app.absence.schemas import (
    AbsenceIn,
    AbsenceOut,
    AbsencePatch,
    AbsenceReport,
    AbsenceReviewIn,
    AbsenceReviewOut,
    AbsenceRevisionOut,
    AbsenceSummary,
)
from app.absence.tables import Absence, AbsenceReview, AbsenceRevision
from app.database.unit_of_work import UnitOfWorkDep
from app.http.content_negotiation import CSV, JSON, XLSX
from app.http.declarations import located_at, produces
from app.http.endpoint import Route
from app.http.etag import require_match
from app.http.lookup import find
from app.http.openapi import refusals
from app.http.pagination import AfterQuery, LimitQuery, Page, fetch_page
from app.http.periods import require_in_order
from app.http.problems import NOT_FOUND, VALIDATION
from app.http.schemas import Day
from app.placements.access import record_placement_access
from app.placements.problems import NO_GUIDELINE_IN_FORCE
from app.placements.tables import Placement
from app.providers.tables import Provider
from app.rules.absence import AbsenceKind
from app.security.roles import Actor, allow

router = APIRouter(prefix="/v1", tags=["absences"], route_class=Route)

CaseOfficer = Annotated[Actor, allow("case_officer")]
Writer = Annotated[Actor, allow("case_officer", "provider")]
Reader = Annotated[Actor, allow("case_officer", "provider", "service")]
Municipality = Annotated[Actor, allow("case_officer", "service")]

FromQuery = Annotated[Day | None, Query(alias="from", description="Only absences with a day on or after this one.")]
ToQuery = Annotated[Day | None, Query(alias="to", description="Only absences with a day on or before this one.")]
FirstDay = Annotated[Day, Query(alias="from", description="The period's first day.", examples=["2022-01-01"])]
LastDay = Annotated[Day, Query(alias="to", description="The period's last day.", examples=["2022-12-31"])]
OnQuery = Annotated[Day | None, Query(description="The last day of the window; today if left out.")]

_LONGEST_PERIOD = timedelta(days=3660)
_PUSHED = (
    problems.REVISION_CONFLICT,
    problems.OUTSIDE_PLACEMENT,
    problems.OVER_FULL_DAY,
    problems.IDENTITY_NUMBER,
)
_CHANGE = (*_PUSHED, problems.CANCELLED)
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
    summary="Register an absence by hand",
    responses={200: {"model": AbsenceOut, "description": "It was there already."}, **refusals(*_PUSHED)},
)
async def record(response: Response, unit: UnitOfWorkDep, actor: Writer, body: AbsenceIn) -> AbsenceOut:
    """A1, A2: the same rules as a push. One that is there already (by its external id) is answered with 200."""
    absence, is_new = await absences.record(unit, body)
    if not is_new:
        response.status_code = 200
    out = AbsenceOut.model_validate(absence)
    return out


@router.get(
    "/absences",
    summary="List absences",
    responses={**_FILES, **refusals(problems.TOO_MANY_TO_EXPORT)},
    response_model=Page[AbsenceOut],
)
async def list_(
    unit: UnitOfWorkDep,
    actor: Reader,
    form: Annotated[str, produces(JSON, CSV, XLSX)],
    placement_id: UUID | None = None,
    provider_id: UUID | None = None,
    from_: FromQuery = None,
    to: ToQuery = None,
    kind: AbsenceKind | None = None,
    limit: LimitQuery = 50,
    after: AfterQuery = None,
) -> Page[AbsenceOut] | Response:
    """A1: a provider sees its own, a service those of its area; cancelled ones are listed as such.

    As `text/csv` or XLSX (by `Accept`) everything that the filters leave is one file, whatever `limit` says, up to
    50 000 rows.
    """
    require_in_order(from_, to)
    statement = absences.selected(placement_id=placement_id, provider_id=provider_id, from_=from_, to=to, kind=kind)
    if form == JSON:
        rows, following = await fetch_page(unit, statement, col(Absence.id), limit=limit, after=after)
        await record_placement_access(unit, {row.placement_id for row in rows})
        return Page(items=[AbsenceOut.model_validate(row) for row in rows], next=following)
    rows = list(await unit.session.scalars(statement.order_by(col(Absence.id)).limit(MOST_ROWS + 1)))
    if len(rows) > MOST_ROWS:
        raise problems.TOO_MANY_TO_EXPORT(pointer="#/query")
    await record_placement_access(unit, {row.placement_id for row in rows})
    # In a thread: fifty thousand rows are seconds of work.
    content = await asyncio.to_thread(as_csv if form == CSV else as_xlsx, rows)
    name = f"fravaer.{'csv' if form == CSV else 'xlsx'}"
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=f"{CSV}; header=present" if form == CSV else XLSX, headers=disposition)


@router.get("/absences/{absence_id}", summary="Read an absence")
async def read(unit: UnitOfWorkDep, actor: Reader, absence_id: UUID) -> AbsenceOut:
    """One absence as its highest revision has it (A2); a cancelled one too."""
    absence = await find(unit, Absence, absence_id)
    await record_placement_access(unit, {absence.placement_id})
    out = AbsenceOut.model_validate(absence)
    return out


@router.patch(
    "/absences/{absence_id}",
    summary="Change an absence by hand",
    responses=refusals(*_CHANGE),
)
async def change(
    request: Request, unit: UnitOfWorkDep, actor: Writer, absence_id: UUID, body: AbsencePatch
) -> AbsenceOut:
    """A1, A2: the change is the next revision; needs `If-Match`. What is cancelled stays cancelled."""
    absence = await absences.held(unit, absence_id)
    require_match(request, AbsenceOut.model_validate(absence))
    await absences.change(unit, absence, body)
    await record_placement_access(unit, {absence.placement_id})
    out = AbsenceOut.model_validate(absence)
    return out


@router.delete("/absences/{absence_id}", status_code=204, summary="Cancel an absence")
async def cancel(unit: UnitOfWorkDep, actor: Writer, absence_id: UUID) -> None:
    """A2: it is cancelled for good, and stays to be read with `cancelled: true`, as do its earlier revisions."""
    absence = await absences.held(unit, absence_id)
    await absences.cancel(unit, absence)
    await record_placement_access(unit, {absence.placement_id})


@router.get("/absences/{absence_id}/revisions", summary="List what an absence was before")
async def list_revisions(
    unit: UnitOfWorkDep,
    actor: Reader,
    absence_id: UUID,
    limit: LimitQuery = 50,
    after: AfterQuery = None,
) -> Page[AbsenceRevisionOut]:
    """Every version that was replaced, oldest first (A2)."""
    absence = await find(unit, Absence, absence_id)
    statement = select(AbsenceRevision).where(
        col(AbsenceRevision.provider_id) == absence.provider_id,
        col(AbsenceRevision.external_id) == absence.external_id,
    )
    rows, following = await fetch_page(unit, statement, col(AbsenceRevision.id), limit=limit, after=after)
    await record_placement_access(unit, {absence.placement_id})
    return Page(items=[AbsenceRevisionOut.model_validate(row) for row in rows], next=following)


@router.get(
    "/placements/{placement_id}/absence-summary",
    summary="Absence against planned days",
    responses=refusals(NO_GUIDELINE_IN_FORCE),
)
async def summarise(unit: UnitOfWorkDep, actor: Reader, placement_id: UUID, on: OnQuery = None) -> AbsenceSummary:
    """A3: the window of the guideline version in force on the day: 90 days, extensive from 30 %, unless it says else.

    Planned days are weekdays that are no public holiday, times the placement's share. `holiday` is no absence here. A
    whole day of absence counts a whole day, but no calendar week counts more absent days than are planned in it: of a
    place of 50 %, one Monday is 1 day, a whole week 2.5 of 2.5. `by_kind` is what was documented, uncapped.
    """
    placement = await find(unit, Placement, placement_id)
    found = await reviews.summary(unit, placement, on or clock.today())
    if found is None:
        raise NO_GUIDELINE_IN_FORCE()
    await record_placement_access(unit, {placement.id})
    return found


@router.post(
    "/placements/{placement_id}/absence-reviews",
    status_code=201,
    summary="Record a review of extensive absence",
    responses=refusals(problems.NOTHING_TO_REVIEW),
)
async def review(
    unit: UnitOfWorkDep,
    actor: CaseOfficer,
    placement_id: UUID,
    body: AbsenceReviewIn,
) -> AbsenceReviewOut:
    """A3: what was decided, about absence that was extensive on the day the review was held.

    It closes the task until new absence comes; a change or end is a decision of its own.
    """
    placement = await find(unit, Placement, placement_id)
    row = await reviews.review(unit, actor, placement, body, clock.today())
    await record_placement_access(unit, {placement.id})
    out = AbsenceReviewOut.model_validate(row)
    return out


@router.get("/placements/{placement_id}/absence-reviews", summary="List reviews of a placement's absence")
async def list_reviews(
    unit: UnitOfWorkDep,
    actor: Municipality,
    placement_id: UUID,
    limit: LimitQuery = 50,
    after: AfterQuery = None,
) -> Page[AbsenceReviewOut]:
    """What was decided, and when (A3)."""
    placement = await find(unit, Placement, placement_id)
    statement = select(AbsenceReview).where(col(AbsenceReview.placement_id) == placement.id)
    rows, following = await fetch_page(unit, statement, col(AbsenceReview.id), limit=limit, after=after)
    await record_placement_access(unit, {placement.id})
    return Page(items=[AbsenceReviewOut.model_validate(row) for row in rows], next=following)


@router.get("/placements/{placement_id}/absence-reviews/{absence_review_id}", summary="Read a review")
async def read_review(
    unit: UnitOfWorkDep,
    actor: Municipality,
    placement_id: UUID,
    absence_review_id: UUID,
) -> AbsenceReviewOut:
    """One review (A3)."""
    row = await find(unit, AbsenceReview, absence_review_id)
    if row.placement_id != placement_id:
        raise NOT_FOUND()
    await record_placement_access(unit, {row.placement_id})
    out = AbsenceReviewOut.model_validate(row)
    return out


@router.get("/providers/{provider_id}/absence-report", summary="A provider's absence in a period")
async def report(
    unit: UnitOfWorkDep,
    actor: Reader,
    provider_id: UUID,
    from_: FirstDay,
    to: LastDay,
    limit: LimitQuery = 50,
    after: AfterQuery = None,
) -> AbsenceReport:
    """Absences and absent days per placement and kind; days are weekdays that are no public holiday (A3).

    Days are as documented: a whole day is a day, whatever the placement's share.

    `limit` counts placements: a page has every kind of each of its placements.
    """
    require_in_order(from_, to)
    if to - from_ > _LONGEST_PERIOD:
        raise VALIDATION("Perioden kan vere opp til ti år.", pointer="#/query/to")
    await find(unit, Provider, provider_id)
    statement = select(Placement).where(
        col(Placement.provider_id) == provider_id,
        col(Placement.starts_on) <= to,
        (col(Placement.ends_on).is_(None)) | (col(Placement.ends_on) >= from_),
    )
    places, following = await fetch_page(unit, statement, col(Placement.id), limit=limit, after=after)
    rows = await absences.report(unit, [place.id for place in places], from_, to)
    await record_placement_access(unit, {row.placement_id for row in rows})
    return AbsenceReport(provider_id=provider_id, starts_on=from_, ends_on=to, items=rows, next=following)
