"""HTTP for the yearly follow-up report (M1–M4, M7–M9)."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from app.access_log.recorder import record_access
from app.database.reader import SnapshotReaderDep
from app.followup.endpoints.roles import CaseOfficer, FollowUpCountsReader
from app.followup.endpoints.tasks import OnQuery, resolve_day
from app.followup.schemas import FollowUpCounts, FollowUpOut
from app.followup.yearly_report import build_file, build_report
from app.http.content_negotiation import CSV, JSON, XLSX
from app.http.declarations import produces
from app.http.endpoint import Route
from app.http.schemas import Year

YearPath = Annotated[Year, Path(description="Calendar year.", examples=[2022])]

router = APIRouter(prefix="/v1/follow-up", tags=["follow-up"], route_class=Route)


@router.get("/{year}/counts", summary="Read the follow-up of a year in numbers")
async def read_follow_up_counts(
    reader: SnapshotReaderDep, actor: FollowUpCountsReader, year: YearPath, on: OnQuery = None
) -> FollowUpCounts:
    """What was due in the year, and how much of it is done, overdue or waived (M1–M4, M7–M9), without providers or
    people.
    """
    # Whoever answers for the figures may not read what they are made of.
    async with reader.acting_as("case_officer", alone=True):
        report, _ = await build_report(reader, year, resolve_day(on))
    return FollowUpCounts(
        year=report.year,
        on=report.on,
        municipality=report.municipality,
        system_meetings=report.system_meeting.held,
        guideline_evaluations=report.guideline_evaluations,
    )


@router.get(
    "/{year}",
    summary="Read the follow-up report of a year",
    response_model=FollowUpOut,
    responses={
        200: {
            "content": {
                CSV: {"schema": {"type": "string"}},
                XLSX: {"schema": {"type": "string", "format": "binary"}},
            }
        }
    },
)
async def read_follow_up_report(
    reader: SnapshotReaderDep,
    actor: CaseOfficer,
    year: YearPath,
    media_type: Annotated[str, produces(JSON, CSV, XLSX)],
    on: OnQuery = None,
) -> FollowUpOut | Response:
    """Figures per provider and for the municipality, as JSON, CSV or XLSX (`Accept`).

    Of what was due in the year: how many placements have their plan (M1), evaluation (M2), conversations (M3) and
    cooperation meeting (M4); how many participants took part; who was missing from the system meetings (M7).
    """
    report, participants = await build_report(reader, year, resolve_day(on))
    record_access(reader, participants)
    return report if media_type == JSON else build_file(report, media_type)
