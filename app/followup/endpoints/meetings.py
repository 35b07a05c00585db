"""HTTP for meetings and their minutes (M3–M7)."""

from uuid import UUID

from fastapi import APIRouter, Request
from sqlalchemy import select
from sqlmodel import col

from app import clock
from app.database.reader import ReaderDep
from app.database.unit_of_work import UnitOfWorkDep
from app.followup import documents, meetings, problems
from app.followup.endpoints.roles import FollowUpParty
from app.followup.schemas import MeetingCorrectionIn, MeetingIn, MeetingOut, MeetingVersionOut
from app.followup.tables import Meeting, MeetingVersion
from app.http.declarations import located_at
from app.http.endpoint import Route
from app.http.etag import require_fresh
from app.http.lookup import find
from app.http.openapi import header_parameter, refusals
from app.http.pagination import AfterQuery, LimitQuery, Page, fetch_page
from app.http.problems import ANNULLED, PRECONDITION_FAILED
from app.http.schemas import AnnulmentIn
from app.placements.access import record_placement_access
from app.rules.minutes import MeetingKind

router = APIRouter(prefix="/v1/meetings", tags=["meetings"], route_class=Route)

REFUSED_MINUTES = (
    problems.DATE_IN_FUTURE,
    problems.CODE_UNKNOWN,
    problems.THEME_MISSING,
    problems.ABSENCE_REASON_MISSING,
    problems.ATTENDEE_UNKNOWN,
    problems.CONSENT_MISSING,
)


@router.post(
    "",
    status_code=201,
    summary="File the minutes of a meeting",
    responses=refusals(problems.MEETING_SUBJECT, *REFUSED_MINUTES),
)
async def create_meeting(unit: UnitOfWorkDep, actor: FollowUpParty, body: MeetingIn) -> MeetingOut:
    """A conversation or cooperation meeting about a placement, a system meeting, or a bilateral one (M3–M7).

    Refused if the participant was absent and the minutes give no reason (M5), or if another service was present
    without a consent in force that day and the minutes do not say why (M6). System meetings are filed by Habilitering
    (M7) or the case office.
    """
    meeting = await meetings.create_meeting(unit, actor, body, clock.today())
    return await documents.to_response(unit, meeting, MeetingOut)


@router.get("", summary="List meetings")
async def list_meetings(
    reader: ReaderDep,
    actor: FollowUpParty,
    kind: MeetingKind | None = None,
    placement_id: UUID | None = None,
    participant_id: documents.ParticipantQuery = None,
    provider_id: UUID | None = None,
    limit: LimitQuery = 50,
    after: AfterQuery = None,
) -> Page[MeetingOut]:
    """A provider gets its own meetings and the system meetings, a service those of its area and the system meetings.

    In the order they were filed (M3–M7).
    """
    filters = {"kind": kind, "placement_id": placement_id, "provider_id": provider_id}
    return await documents.list_documents(
        reader, Meeting, MeetingOut, filters, participant_id=participant_id, limit=limit, after=after
    )


@router.get("/{meeting_id}", summary="Read a meeting")
async def read_meeting(reader: ReaderDep, actor: FollowUpParty, meeting_id: UUID) -> MeetingOut:
    """One meeting with the current version of its minutes (M3–M7)."""
    return await documents.to_response(reader, await find(reader, Meeting, meeting_id), MeetingOut)


@router.post(
    "/{meeting_id}/corrections",
    dependencies=[located_at("/v1/meetings/{meeting_id}/versions")],
    status_code=201,
    summary="Correct the minutes of a meeting",
    responses=refusals(problems.NOT_OWNER, PRECONDITION_FAILED, *REFUSED_MINUTES),
    openapi_extra={"parameters": [header_parameter("If-Match", "The `ETag` of the version that is corrected.")]},
)
async def correct_meeting(
    request: Request, unit: UnitOfWorkDep, actor: FollowUpParty, meeting_id: UUID, body: MeetingCorrectionIn
) -> MeetingOut:
    """A new version of the minutes, by the party that filed them. Earlier versions are kept (M5, M6).

    `If-Match` is optional: with the meeting's `ETag` it is refused if another correction came first.
    """
    meeting = await documents.find_own(unit, actor, Meeting, meeting_id)
    require_fresh(request, MeetingOut.model_validate(meeting))
    meeting = await meetings.correct_meeting(unit, meeting, body, clock.today())
    return await documents.to_response(unit, meeting, MeetingOut)


@router.post(
    "/{meeting_id}/annulment",
    summary="Annul the minutes of a meeting",
    responses=refusals(ANNULLED, problems.NOT_OWNER),
)
async def annul_meeting(unit: UnitOfWorkDep, actor: FollowUpParty, meeting_id: UUID, body: AnnulmentIn) -> MeetingOut:
    """It was filed by mistake (D10): annulled by the case office, or by the party that filed it.

    It stays readable for the case office, and counts for nothing from now on.
    """
    meeting = await meetings.annul_meeting(unit, actor, meeting_id, body, clock.today())
    return await documents.to_response(unit, meeting, MeetingOut)


@router.get("/{meeting_id}/versions", summary="List versions of a meeting's minutes")
async def list_meeting_versions(
    reader: ReaderDep, actor: FollowUpParty, meeting_id: UUID, limit: LimitQuery = 50, after: AfterQuery = None
) -> Page[MeetingVersionOut]:
    """The first version and every correction with its reason (M5, M6)."""
    meeting = await find(reader, Meeting, meeting_id)
    await record_placement_access(reader, [meeting.placement_id])
    statement = select(MeetingVersion).where(col(MeetingVersion.meeting_id) == meeting_id)
    rows, following = await fetch_page(reader, statement, col(MeetingVersion.id), limit=limit, after=after)
    return Page(items=[meetings.to_version_response(row) for row in rows], next=following)
