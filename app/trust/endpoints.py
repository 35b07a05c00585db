"""HTTP for the Ramberg trust (R): years, applications, decisions, payments, shares and the report."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response
from sqlalchemy import extract, select
from sqlmodel import col

from app import clock
from app.access_log.recorder import record_access
from app.database.reader import ReaderDep, SnapshotReaderDep
from app.database.unit_of_work import UnitOfWorkDep
from app.http.content_negotiation import JSON, XLSX
from app.http.declarations import located_at, produces
from app.http.endpoint import Route
from app.http.etag import require_match
from app.http.lookup import find
from app.http.openapi import refusals
from app.http.pagination import AfterQuery, LimitQuery, Page, ParticipantsQuery, fetch_page, list_page
from app.http.problems import ANNULLED, PRECONDITION_FAILED
from app.http.schemas import AnnulmentIn, Day, Year
from app.security.roles import Actor, allow
from app.trust import applications, problems, reports, years
from app.trust.representations import to_entry, to_response
from app.trust.schemas import (
    TrustApplicationIn,
    TrustApplicationOut,
    TrustApplicationPatch,
    TrustDecisionIn,
    TrustDecisionOut,
    TrustEntryOut,
    TrustPaymentIn,
    TrustRepaymentIn,
    TrustReportOut,
    TrustReportSendingIn,
    TrustReportSendingOut,
    TrustSharesOut,
    TrustSumIn,
    TrustSumOut,
    TrustYearOut,
)
from app.trust.tables import TrustApplication, TrustYearSum

router = APIRouter(prefix="/v1/trust", tags=["trust"], route_class=Route)

GrantsOfficer = Annotated[Actor, allow("case_officer", "grants_officer")]
TrustReader = Annotated[Actor, allow("case_officer", "grants_officer", "finance")]
ReportReader = Annotated[Actor, allow("case_officer", "grants_officer", "finance", "manager")]
YearPath = Annotated[Year, Path(examples=[2022])]
OnQuery = Annotated[Day | None, Query(description="The day the answer is computed for. Default: today.")]

_APPLICATION = located_at("/v1/trust/applications/{trust_application_id}")


@router.post(
    "/years/{year}/sums",
    dependencies=[located_at("/v1/trust/years/{year}/sums")],
    status_code=201,
    summary="Record a year's sum of the trust, or a raise",
    responses=refusals(problems.NOT_A_RAISE),
)
async def record_trust_sum(unit: UnitOfWorkDep, actor: GrantsOfficer, year: YearPath, body: TrustSumIn) -> TrustSumOut:
    """The board grants a sum a year until further notice (R1). The municipality may raise it, for that year alone (R4).

    `amount` is the whole new sum. It counts from `decided_on`.
    """
    return TrustSumOut.model_validate(await years.record_sum(unit, actor, year, body))


@router.get("/years/{year}/sums", summary="List a year's sums of the trust")
async def list_trust_sums(
    reader: ReaderDep, actor: TrustReader, year: YearPath, limit: LimitQuery = 50, after: AfterQuery = None
) -> Page[TrustSumOut]:
    """The first sum of the year and its raises, each with who decided it and why (R1, R4)."""
    sums = select(TrustYearSum).where(col(TrustYearSum.year) == year)
    return await list_page(reader, sums, TrustSumOut, limit=limit, after=after)


@router.get("/years/{year}", summary="Read a year of the trust", responses=refusals(problems.NO_TRUST_SUM))
async def read_trust_year(
    reader: SnapshotReaderDep, actor: TrustReader, year: YearPath, on: OnQuery = None
) -> TrustYearOut:
    """What is granted, paid and left of the year's sum on a day (R1–R4, R7).

    To finance what is about one to four people is null (S6).
    """
    shows_few = not actor.roles.isdisjoint({"case_officer", "grants_officer"})
    return await years.load_position(reader, year, on or clock.today(), shows_few=shows_few)


@router.post(
    "/years/{year}/shares",
    summary="Compute shares of what is left",
    responses=refusals(problems.NO_TRUST_SUM),
)
async def compute_trust_shares(
    unit: UnitOfWorkDep, actor: GrantsOfficer, year: YearPath, on: OnQuery = None
) -> TrustSharesOut:
    """When too many ask (R8): the raise that would be needed, the same percent for all, and the same ceiling for all.

    Of the undecided applications; the late ones once no other is undecided (R5). Nothing is stored: a person decides.
    """
    shares, participant_ids = await applications.compute_shares(unit, year, on or clock.today())
    record_access(unit, participant_ids)
    return shares


@router.get(
    "/years/{year}/report",
    summary="Read the report to the trust's board",
    response_model=TrustReportOut,
    responses={
        200: {"content": {XLSX: {"schema": {"type": "string", "format": "binary"}}}},
        **refusals(problems.NO_TRUST_SUM),
    },
)
async def read_trust_report(
    reader: SnapshotReaderDep,
    actor: ReportReader,
    year: YearPath,
    media_type: Annotated[str, produces(JSON, XLSX)],
    on: OnQuery = None,
) -> TrustReportOut | Response:
    """For the board's accounts (R10), as JSON or XLSX (`Accept`): no names, and no count of one to four people (S6)."""
    report = await reports.build_report(reader, year, on or clock.today())
    return report if media_type == JSON else reports.to_file(report)


@router.post(
    "/years/{year}/report",
    dependencies=[located_at("/v1/trust/years/{year}/report")],
    status_code=201,
    summary="Record that the report was sent to the board",
    responses=refusals(problems.NO_TRUST_SUM),
)
async def record_trust_report(
    unit: UnitOfWorkDep, actor: GrantsOfficer, year: YearPath, body: TrustReportSendingIn
) -> TrustReportSendingOut:
    """Done with the year's task `trust_report`, which is due 31 January (R10). A corrected report is recorded again."""
    return TrustReportSendingOut.model_validate(await reports.record_sending(unit, actor, year, body))


@router.post(
    "/applications",
    dependencies=[located_at("/v1/trust/applications/{id}")],
    status_code=201,
    summary="Record an application to the trust",
)
async def record_trust_application(
    unit: UnitOfWorkDep, actor: GrantsOfficer, body: TrustApplicationIn
) -> TrustApplicationOut:
    """Of a person who is registered, with a place or without (R5, R6). A late one is stored too.

    Where the person is registered in the municipality's eyes today is kept on it.
    """
    application = await applications.record_application(unit, actor, body)
    (out,) = await to_response(unit, [application], clock.today())
    return out


@router.get("/applications", summary="List applications to the trust")
async def list_trust_applications(
    reader: ReaderDep,
    actor: GrantsOfficer,
    year: Annotated[Year | None, Query(description="Only those received in this year.")] = None,
    participant_ids: ParticipantsQuery = None,
    limit: LimitQuery = 50,
    after: AfterQuery = None,
) -> Page[TrustApplicationOut]:
    """Each with what came of it: the decision, payments and repayments (R5–R7)."""
    statement = select(TrustApplication)
    if year is not None:
        statement = statement.where(extract("year", col(TrustApplication.received_on)) == year)
    if participant_ids is not None:
        statement = statement.where(col(TrustApplication.participant_id).in_(participant_ids))
    rows, following = await fetch_page(reader, statement, col(TrustApplication.id), limit=limit, after=after)
    return Page(items=await to_response(reader, rows, clock.today()), next=following)


@router.get("/applications/{trust_application_id}", summary="Read an application to the trust")
async def read_trust_application(
    reader: ReaderDep, actor: GrantsOfficer, trust_application_id: UUID
) -> TrustApplicationOut:
    """With what came of it (R5–R7)."""
    application = await find(reader, TrustApplication, trust_application_id)
    (out,) = await to_response(reader, [application], clock.today())
    return out


@router.patch(
    "/applications/{trust_application_id}",
    summary="Complete an application to the trust",
    responses=refusals(problems.TRUST_APPLICATION_DECIDED, PRECONDITION_FAILED),
)
async def change_trust_application(
    request: Request, unit: UnitOfWorkDep, actor: GrantsOfficer, trust_application_id: UUID, body: TrustApplicationPatch
) -> TrustApplicationOut:
    """The documentation was seen, or why the person belongs in the municipality (R6). Requires `If-Match`."""
    application = await find(unit, TrustApplication, trust_application_id, lock=True)
    (current,) = await to_response(unit, [application], clock.today())
    require_match(request, current)
    await applications.complete_application(unit, actor, application, body)
    (out,) = await to_response(unit, [application], clock.today())
    return out


@router.post(
    "/applications/{trust_application_id}/decision",
    dependencies=[_APPLICATION],
    status_code=201,
    summary="Decide an application to the trust",
    responses=refusals(
        problems.TRUST_APPLICATION_DECIDED,
        problems.NO_TRUST_SUM,
        problems.DOCUMENTATION_MISSING,
        problems.BELONGING_MISSING,
        problems.TIMELY_UNDECIDED,
        problems.PERSON_LIMIT,
        problems.TRUST_SUM_EXHAUSTED,
    ),
)
async def decide_trust_application(
    request: Request, unit: UnitOfWorkDep, actor: GrantsOfficer, trust_application_id: UUID, body: TrustDecisionIn
) -> TrustDecisionOut:
    """A grant, whole or not at all, or a rejection (R2, R3, R5, R6). It is final, unless it is annulled.

    The limits are those of the decision's day. Two grants at once wait for each other. Of both limits the person's is
    named first.
    """
    application, out = await applications.decide_application(
        unit, actor, trust_application_id, body, request.app.state.settings.municipality_number
    )
    record_access(unit, [application.participant_id])
    return out


@router.post(
    "/entries/{trust_entry_id}/annulment",
    summary="Annul an entry of the trust",
    responses=refusals(
        ANNULLED,
        problems.TRUST_GRANT_PAID,
        problems.TRUST_PAYMENT_REPAID,
        problems.PERSON_LIMIT,
        problems.TRUST_SUM_EXHAUSTED,
    ),
)
async def annul_trust_decision(
    unit: UnitOfWorkDep, actor: GrantsOfficer, trust_entry_id: UUID, body: AnnulmentIn
) -> TrustEntryOut:
    """A decision, payment or repayment was recorded by mistake (D10): it stays readable, and counts for nothing.

    Of a decision the sum is free again, and the application is undecided. A grant is annulled once no payment of it
    holds: what really was paid is paid back instead (R7). What a repayment freed must still be left.
    """
    application, entry = await applications.annul_entry(unit, trust_entry_id, body)
    record_access(unit, [application.participant_id])
    return to_entry(entry)


@router.post(
    "/applications/{trust_application_id}/payment",
    dependencies=[_APPLICATION],
    status_code=201,
    summary="Record a payment of the trust",
    responses=refusals(
        problems.NOT_GRANTED,
        problems.GRANT_LAPSED,
        problems.PAYMENT_ABOVE_GRANT,
        problems.PERSON_LIMIT,
        problems.TRUST_SUM_EXHAUSTED,
    ),
)
async def record_trust_payment(
    unit: UnitOfWorkDep, actor: GrantsOfficer, trust_application_id: UUID, body: TrustPaymentIn
) -> TrustEntryOut:
    """Against a voucher that was seen, for what was granted and not above it (R7). Several may add up to it."""
    application, entry = await applications.record_payment(unit, actor, trust_application_id, body)
    record_access(unit, [application.participant_id])
    return to_entry(entry)


@router.post(
    "/applications/{trust_application_id}/repayment",
    dependencies=[_APPLICATION],
    status_code=201,
    summary="Record a repayment to the trust",
    responses=refusals(problems.NOT_GRANTED, problems.REPAYMENT_ABOVE_PAYMENT),
)
async def record_trust_repayment(
    unit: UnitOfWorkDep, actor: GrantsOfficer, trust_application_id: UUID, body: TrustRepaymentIn
) -> TrustEntryOut:
    """What the person has paid back; it is free again in its own year (R7)."""
    application, entry = await applications.record_repayment(unit, actor, trust_application_id, body)
    record_access(unit, [application.participant_id])
    return to_entry(entry)
