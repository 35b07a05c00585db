"""Looks that somebody should ask about: computed from the log when it is read, and stored nowhere.

A finding is no fault: a name may be shared by chance, and somebody has the late watch. Only people's looks are counted,
since systems work at night and in bulk.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from statistics import median
from uuid import UUID

from asyncpg import Record
from sqlalchemy import DateTime, bindparam, text

from app.access_log.recorder import record_access
from app.access_log.schemas import UnusualAccess
from app.clock import OSLO
from app.database.queries import CompiledQuery, Queries

FIRST_HOUR, LAST_HOUR = 7, 17
"""Office hours begin with the first and end before the last, Monday to Friday, in Europe/Oslo."""
HISTORY = timedelta(days=90)
"""A caller's own median is that of the days with looks within so long before the day."""
LEAST_DAYS, LEAST_PEOPLE, TIMES_MEDIAN = 5, 20, 3
"""Far above it is at least so many people, and so many times the median of so many days."""

_PERIOD = (bindparam("since", type_=DateTime(timezone=True)), bindparam("until", type_=DateTime(timezone=True)))
_LOOKS = """
    select log.id, log.actor, log.at at time zone 'Europe/Oslo' as local, look.participant_id
    from access_log as log cross join lateral unnest(log.participant_ids) as look (participant_id)
    where log.at >= :since and log.at < :until and log.outcome = 'allowed' and log.actor like 'person%'
        and look.participant_id is not null
"""
_DAYS = CompiledQuery(
    text(
        f"""
        with look as ({_LOOKS})
        select actor, local::date as day, count(distinct id) as requests, count(distinct participant_id) as people,
            count(distinct id) filter (where late) as late_requests,
            count(distinct participant_id) filter (where late) as late_people
        from (select *, extract(isodow from local) > 5 or extract(hour from local) < {FIRST_HOUR}
            or extract(hour from local) >= {LAST_HOUR} as late from look) as timed
        group by actor, day order by actor, day
        """
    ).bindparams(*_PERIOD)
)
# The last word of a name: the others may be given names.
_NAMESAKES = CompiledQuery(
    text(
        f"""
        with look as ({_LOOKS})
        select look.actor, look.local::date as day, count(distinct look.id) as requests,
            array_agg(distinct look.participant_id) as participant_ids
        from look
        join web_person as person on person.actor = look.actor
        join participant on participant.id = look.participant_id
        where lower(regexp_replace(person.name, '^.*[ -]', '')) = lower(regexp_replace(family_name, '^.*[ -]', ''))
        group by look.actor, day order by look.actor, day
        """
    ).bindparams(*_PERIOD)
)


async def find_unusual_access(queries: Queries, first: date, last: date) -> list[UnusualAccess]:
    """What is unusual from the first day to the last, by day; who is named in it has been accessed."""
    until = datetime.combine(last + timedelta(days=1), time(), OSLO)
    days = await queries.fetch(_DAYS, since=datetime.combine(first - HISTORY, time(), OSLO), until=until)
    namesakes = await queries.fetch(_NAMESAKES, since=datetime.combine(first, time(), OSLO), until=until)
    found = [*_find_late(days, first), *_find_many(days, first), *_list_namesakes(namesakes)]
    record_access(queries, (id_ for one in found for id_ in one.participant_ids))
    return sorted(found, key=lambda one: (one.day, one.actor, one.kind))


def _find_late(days: Iterable[Record], first: date) -> Iterator[UnusualAccess]:
    for row in days:
        if row["day"] >= first and row["late_requests"]:
            yield UnusualAccess(
                kind="outside_office_hours",
                day=row["day"],
                actor=row["actor"],
                requests=row["late_requests"],
                people=row["late_people"],
            )


def _find_many(days: Iterable[Record], first: date) -> Iterator[UnusualAccess]:
    counts: defaultdict[str, list[tuple[date, int, int]]] = defaultdict(list)
    for row in days:
        counts[row["actor"]].append((row["day"], row["requests"], row["people"]))
    for actor, known in counts.items():
        for day, requests, people in known:
            usual = find_median([(one, count) for one, _, count in known], day)
            if day >= first and usual is not None and people >= max(LEAST_PEOPLE, TIMES_MEDIAN * usual):
                yield UnusualAccess(
                    kind="far_above_median",
                    day=day,
                    actor=actor,
                    requests=requests,
                    people=people,
                    median_people=round(usual),
                )


def find_median(counts: Sequence[tuple[date, int]], day: date) -> float | None:
    """The median of the counts of the days before this one, within `HISTORY`; None of fewer than `LEAST_DAYS`."""
    before = [count for one, count in counts if day - HISTORY <= one < day]
    return median(before) if len(before) >= LEAST_DAYS else None


def _list_namesakes(rows: Iterable[Record]) -> Iterator[UnusualAccess]:
    for row in rows:
        ids: list[UUID] = row["participant_ids"]
        yield UnusualAccess(
            kind="same_family_name",
            day=row["day"],
            actor=row["actor"],
            requests=row["requests"],
            people=len(ids),
            participant_ids=ids,
        )
