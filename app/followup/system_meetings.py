"""The yearly system meetings, and who was at none of them (M7)."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import Date, bindparam, select, text
from sqlmodel import col

from app.database.queries import CompiledQuery, Queries, models
from app.followup.meetings import find_providers_present
from app.followup.tables import Meeting
from app.providers.tables import Provider
from app.rules.minutes import find_missing_parties

_PROVIDERS = CompiledQuery(select(Provider).order_by(col(Provider.name), col(Provider.id)))
_MEETINGS = CompiledQuery(
    select(Meeting).where(
        col(Meeting.kind) == "system",
        col(Meeting.held_on) <= bindparam("on", type_=Date),
        col(Meeting.annulled_at).is_(None),
    )
)
# M7. **Decided here**: a provider is active in a year in which it has places to offer, or a participant, on any day.
_ACTIVE_PROVIDERS = CompiledQuery(
    text(
        """
        select provider.id, asked.year from provider cross join unnest(cast(:years as int[])) as asked (year)
        where exists (
            select from placement where placement.provider_id = provider.id and annulled_on is null
            and starts_on <= make_date(asked.year, 12, 31) and coalesce(ends_on >= make_date(asked.year, 1, 1), true)
        ) or exists (
            select from provider_capacity held where held.provider_id = provider.id and held.places > 0
            and held.valid_from <= make_date(asked.year, 12, 31) and not exists (
                select from provider_capacity later where later.provider_id = provider.id
                and later.valid_from > held.valid_from and later.valid_from <= make_date(asked.year, 1, 1)
            )
        )
        """
    )
)


@dataclass(frozen=True, slots=True)
class SystemMeetings:
    """M7: a calendar year's system meetings, and who was at none of them; nobody is missing before there was one."""

    year: int
    held: int
    missing_roles: tuple[str, ...] = ()
    missing_providers: tuple[Provider, ...] = ()


async def load_system_meetings(queries: Queries, years: Sequence[int], on: date) -> list[SystemMeetings]:
    """M7: the status of each year on a day."""
    providers = models(Provider, await queries.fetch(_PROVIDERS))
    active: defaultdict[int, set[UUID]] = defaultdict(set)
    for provider_id, year in await queries.fetch(_ACTIVE_PROVIDERS, years=list(years)):
        active[year].add(provider_id)
    meetings: defaultdict[int, list[Meeting]] = defaultdict(list)
    for meeting in models(Meeting, await queries.fetch(_MEETINGS, on=on)):
        meetings[meeting.held_on.year].append(meeting)
    return [
        _summarise(year, meetings[year], [provider for provider in providers if provider.id in active[year]])
        for year in years
    ]


def _summarise(year: int, meetings: Sequence[Meeting], active: Sequence[Provider]) -> SystemMeetings:
    if not meetings:
        return SystemMeetings(year, 0)
    attendees = [attendee for meeting in meetings for attendee in meeting.attendees]
    present = find_providers_present(attendees, active)
    return SystemMeetings(
        year,
        len(meetings),
        tuple(find_missing_parties({str(attendee["role"]) for attendee in attendees})),
        tuple(provider for provider in active if provider.id not in present),
    )
