"""HTTP for the access log: the auditor's, and a person's right to know who has accessed their data."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from app import clock
from app.access_log.files import write_csv
from app.access_log.problems import TOO_MANY_LINES
from app.access_log.queries import LogFilter, load_log_page, load_log_summary
from app.access_log.recorder import record_access
from app.access_log.schemas import AccessLogOut, AccessSummaryOut, Outcome, UnusualAccessOut
from app.access_log.unusual import find_unusual_access
from app.database.queries import Queries
from app.database.reader import ReaderDep
from app.http.content_negotiation import CSV, JSON
from app.http.declarations import produces
from app.http.endpoint import Route
from app.http.lookup import find
from app.http.openapi import refusals
from app.http.pagination import AfterQuery, LimitQuery, Page
from app.http.periods import require_in_order
from app.http.problems import VALIDATION
from app.http.schemas import Day, describe_pattern
from app.http.spreadsheets import attachment
from app.participants.tables import Participant
from app.privacy.personal_data import load_duplicate_ids, load_record_ids
from app.security.roles import Actor, allow

router = APIRouter(prefix="/v1", tags=["access log"], route_class=Route)

FromQuery = Annotated[Day | None, Query(alias="from", description="First day, Europe/Oslo.")]
ToQuery = Annotated[Day | None, Query(description="Last day, Europe/Oslo.")]
MOST_DAYS = timedelta(days=365)
MOST_LINES = 10_000
"""How many lines a file of the log holds."""

Auditor = Annotated[Actor, allow("auditor")]
CaseOfficerOrAuditor = Annotated[Actor, allow("case_officer", "auditor")]


@router.get(
    "/access-log",
    summary="List the access log",
    response_model=Page[AccessLogOut],
    responses={200: {"content": {CSV: {"schema": {"type": "string"}}}}, **refusals(TOO_MANY_LINES)},
)
async def list_access_log(
    reader: ReaderDep,
    actor: Auditor,
    media_type: Annotated[str, produces(JSON, CSV)],
    participant_id: UUID | None = None,
    object_id: Annotated[UUID | None, Query(description="What a denied caller asked for.")] = None,
    caller: Annotated[
        str | None,
        Query(
            alias="actor",
            max_length=300,
            pattern=describe_pattern(r"^[ -~]+$", "må vere skriven som i loggen, til dømes «person:test-case_officer»"),
            description="Only entries of this caller, as `actor` in the log.",
        ),
    ] = None,
    action: Annotated[
        str | None,
        Query(
            max_length=100,
            pattern=describe_pattern(r"^[a-z_]+$", "må vere namnet på ein operasjon, til dømes «read_placement»"),
            description="Only this operation, by its id.",
            examples=["read_placement"],
        ),
    ] = None,
    from_: FromQuery = None,
    to: ToQuery = None,
    outcome: Outcome | None = None,
    limit: LimitQuery = 50,
    after: AfterQuery = None,
) -> Page[AccessLogOut] | Response:
    """Who read or changed whose data, and who was denied, newest first. This request is logged too.

    With `participant_id`, denied requests for the person's placements, decisions and other records are included. CSV
    (`Accept`) holds all lines, 10,000 at most, and says in nynorsk what was done and why.
    """
    require_in_order(from_, to)
    wanted = LogFilter(actor=caller, action=action, outcome=outcome, first_day=from_, last_day=to)
    if participant_id is not None:
        wanted = await _about_person(reader, participant_id, wanted)
    if object_id is not None:
        found = wanted.participant_ids is None or object_id in wanted.object_ids
        wanted = replace(wanted, participant_ids=[], object_ids=[object_id] if found else [])
    if media_type == CSV:
        lines, more = await load_log_page(reader, wanted, limit=MOST_LINES, after=None)
        if more is not None:
            raise TOO_MANY_LINES()
        return attachment(write_csv(lines), f"{CSV}; header=present", "innsynslogg.csv")
    items, following = await load_log_page(reader, wanted, limit=limit, after=after)
    return Page(items=items, next=following)


@router.get("/access-log/summary", summary="Summarise the access log")
async def summarise_access_log(
    reader: ReaderDep, actor: Auditor, from_: FromQuery = None, to: ToQuery = None
) -> AccessSummaryOut:
    """How often each caller asked for people's data, for what purpose and about how many people; most often first.

    The last 30 days if `from` is left out, and up to today if `to` is; a year at most. It names and logs nobody.
    """
    first, last = _read_period(from_, to)
    return AccessSummaryOut.model_validate(
        {"from": first, "to": last, "items": await load_log_summary(reader, first, last)}
    )


@router.get("/access-log/unusual", summary="List unusual looks")
async def list_unusual_access(
    reader: ReaderDep, actor: Auditor, from_: FromQuery = None, to: ToQuery = None
) -> UnusualAccessOut:
    """People's looks outside office hours, far above their own median, or at somebody with their own family name.

    Computed from the log and stored nowhere; each is a question, and no fault. The last 30 days if `from` is left out,
    and up to today if `to` is; a year at most. Namesakes are named, and so logged.
    """
    first, last = _read_period(from_, to)
    return UnusualAccessOut.model_validate(
        {"from": first, "to": last, "items": await find_unusual_access(reader, first, last)}
    )


@router.get("/participants/{participant_id}/access-log", summary="List who has accessed a participant's data")
async def read_access_log_of_participant(
    reader: ReaderDep,
    actor: CaseOfficerOrAuditor,
    participant_id: UUID,
    limit: LimitQuery = 50,
    after: AfterQuery = None,
) -> Page[AccessLogOut]:
    """The person's right of access: every request about the person, denied ones too, newest first. It is logged too."""
    if "case_officer" in actor.roles:  # an auditor sees the log and no participants
        await find(reader, Participant, participant_id)
    wanted = await _about_person(reader, participant_id, LogFilter())
    items, following = await load_log_page(reader, wanted, limit=limit, after=after)
    return Page(items=items, next=following)


def _read_period(first: date | None, last: date | None) -> tuple[date, date]:
    """The days that are asked for, by default the last 30. Raises `validation`."""
    # The log keeps the real clock, whatever day the demo lives on.
    last = last or clock.now().astimezone(clock.OSLO).date()
    first = first or last - timedelta(days=29)
    require_in_order(first, last)
    if last - first > MOST_DAYS:
        raise VALIDATION(f"Perioden kan vere opp til {MOST_DAYS.days + 1} dagar.", pointer="#/query/from")
    return first, last


async def _about_person(queries: Queries, participant_id: UUID, wanted: LogFilter) -> LogFilter:
    """Limits a filter to a person: what was accessed, and denied requests for any of the person's records.

    What was accessed under the id of a duplicate, before the two were merged, is about the same person.
    """
    record_access(queries, [participant_id])
    return replace(
        wanted,
        participant_ids=[participant_id, *await load_duplicate_ids(queries, participant_id)],
        object_ids=await load_record_ids(queries, participant_id),
    )
