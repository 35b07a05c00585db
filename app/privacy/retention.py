"""Whose data need not be kept any longer: nothing runs at night, so the case office asks (GDPR art. 5(1)(e))."""

from datetime import date
from uuid import UUID

from sqlalchemy import Date, Integer, String, Uuid, bindparam, text

from app.access_log.recorder import record_access
from app.database.queries import CompiledQuery, Queries
from app.http.pagination import Page, format_cursor, parse_cursor
from app.participants.erased import ERASED
from app.privacy.schemas import RetentionOut
from app.rules.calendar import add_months

_OVER = CompiledQuery(
    text(
        """
        select participant.id as participant_id, held.last_day,
            exists (select from erasure_request where participant_id = participant.id and decided_at is null)
                as erasure_requested
        from participant
        cross join lateral (
            select greatest(
                (select max(ends_on) from placement where participant_id = participant.id and annulled_on is null),
                (select max(decided_on) from decision where participant_id = participant.id),
                (select max(received_on) from application where participant_id = participant.id),
                (select max(received_on) from trust_application where participant_id = participant.id),
                (select max(received_on) from trip_application where participant_id = participant.id),
                (select max(ends_on) from trip_participant where participant_id = participant.id and active),
                (select max(greatest(decided_on, cancelled_on, settled_on)) from trip
                    join trip_participant on trip_participant.trip_id = trip.id
                    where participant_id = participant.id),
                (select max(entered_on) from trust_entry
                    join trust_application on trust_application.id = application_id
                    where participant_id = participant.id),
                (select max(least(coalesce(ends_on, :today), :today)) from service_hours
                    where participant_id = participant.id and not cancelled)) as last_day
        ) as held
        where held.last_day + make_interval(years => :years) <= :today
            and not exists (select from placement where participant_id = participant.id and annulled_on is null
                and (ends_on is null or ends_on >= :today))
            and (participant.given_name <> :erased or participant.family_name <> :erased)
            and participant.id > :after
        order by participant.id
        limit :most
        """
    ).bindparams(
        bindparam("years", type_=Integer),
        bindparam("today", type_=Date),
        bindparam("erased", type_=String),
        bindparam("after", type_=Uuid),
        bindparam("most", type_=Integer),
    )
)


async def list_retention_over(
    queries: Queries, retention_years: int, today: date, *, limit: int, after: str | None
) -> Page[RetentionOut]:
    """One page of the people whose retention is over, in the order of their ids; each has been accessed.

    Those who have no case, and so nothing that was to be kept, are not among them.
    """
    rows = await queries.fetch(
        _OVER,
        years=retention_years,
        today=today,
        erased=ERASED,
        after=UUID(int=0) if after is None else parse_cursor(after),
        most=limit + 1,
    )
    items = [
        RetentionOut(**dict(row), erasable_from=add_months(row["last_day"], 12 * retention_years))
        for row in rows[:limit]
    ]
    record_access(queries, (item.participant_id for item in items))
    return Page(items=items, next=format_cursor(items[-1].participant_id) if len(rows) > limit else None)
