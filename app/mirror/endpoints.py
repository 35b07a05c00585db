"""HTTP for the mirror table, and for the way from need to cost (S4, S5)."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import StringConstraints

from app import clock
from app.database.reader import SnapshotReaderDep
from app.http.endpoint import Route
from app.http.pagination import AfterQuery, LimitQuery
from app.http.schemas import Day, describe_pattern
from app.mirror.mirror import load_mirror
from app.mirror.schemas import MirrorOut, MirrorPeople, MirrorPeriods, MirrorServices
from app.mirror.services import load_people, load_services
from app.rules.figures import PERIOD_PATTERN, parse_period
from app.security.roles import Actor, allow

router = APIRouter(prefix="/v1/mirror", tags=["figures"], route_class=Route)

MOST_PERIODS = 12

CaseOfficer = Annotated[Actor, allow("case_officer")]
FiguresReader = Annotated[Actor, allow("case_officer", "finance", "manager")]
_PERIOD = describe_pattern(
    PERIOD_PATTERN.replace("[0-9]{4}", "(19|20)[0-9]{2}"),
    "må vere ein månad («2022-08»), eit tertial («2022-T2») eller eit år («2022») frå 1900 til 2099",
)
PeriodQuery = Annotated[
    str, Query(max_length=7, pattern=_PERIOD, description="A month, a tertial or a year.", examples=["2022"])
]
PeriodsQuery = Annotated[
    list[Annotated[str, StringConstraints(max_length=7, pattern=_PERIOD)]],
    Query(
        alias="period",
        min_length=1,
        max_length=MOST_PERIODS,
        description="Months, tertials or years, in the order that they are answered in.",
        examples=[["2021", "2022"]],
    ),
]
OnQuery = Annotated[Day | None, Query(description="The day that the table is as known on. Default: today.")]


@router.get("", summary="Show whether decisions mirror the need")
async def get_mirror(
    reader: SnapshotReaderDep, actor: FiguresReader, period: PeriodQuery, on: OnQuery = None
) -> MirrorOut:
    """An indicator table, not a verdict (S4): decided hours of the need, people whose decision is below, within and
    above it (both borders are within), decisions without a recorded need and needs without a decision, delivered
    hours of the decided, assessments that are long ago, and used days of planned where a place is the service.

    Each line says whom it is about and of whom it is not recorded. Hours are hours a week, averaged over the days of
    the period to and with `on`. A person of whom some need or decision is not recorded is in none of the three groups,
    but the hours stay in the sum. As known on a day (S8). Small counts, and what would tell them, are null for others
    than the case office (S6).
    """
    return await load_mirror(
        reader, parse_period(period), on or clock.today(), is_suppressed="case_officer" not in actor.roles
    )


@router.get("/periods", summary="Show whether decisions mirror the need in several periods")
async def list_mirror_periods(
    reader: SnapshotReaderDep, actor: FiguresReader, periods: PeriodsQuery, on: OnQuery = None
) -> MirrorPeriods:
    """The table of each of up to twelve periods as `GET /v1/mirror` has it, as known on one day (S4, S8); all on one
    page.
    """
    day, is_suppressed = on or clock.today(), "case_officer" not in actor.roles
    return MirrorPeriods(
        items=[await load_mirror(reader, parse_period(period), day, is_suppressed=is_suppressed) for period in periods]
    )


@router.get("/services", summary="Sum services from need to cost")
async def list_mirror_services(
    reader: SnapshotReaderDep, actor: FiguresReader, period: PeriodQuery, on: OnQuery = None
) -> MirrorServices:
    """Need, decision, extent, staff and cost, by kind of service and in all (S5); all on one page.

    Staff are the decided hours by the stated norm of the kind of service, cost those of the period by its stated cost,
    each day by what holds on it (S8); null where none is stated. Places at providers are the last row
    (`sheltered_place`): in days and not in hours, with the staff that they require (P5, L6) and what they cost (C4) to
    and with `on`. Small counts, and what would tell them, are null for others than the case office (S6).
    """
    return await load_services(
        reader, parse_period(period), on or clock.today(), is_suppressed="case_officer" not in actor.roles
    )


@router.get("/people", summary="List people's services from need to cost")
async def list_mirror_people(
    reader: SnapshotReaderDep,
    actor: CaseOfficer,
    period: PeriodQuery,
    on: OnQuery = None,
    limit: LimitQuery = 50,
    after: AfterQuery = None,
) -> MirrorPeople:
    """The same columns with a row for each person and service, a place among them (S5); `limit` counts people."""
    return await load_people(reader, parse_period(period), on or clock.today(), limit=limit, after=after)
