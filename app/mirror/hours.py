"""The hours of a period as they were known on a day (S8)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from sqlalchemy import text

from app.database.queries import CompiledQuery, Queries
from app.rules.figures import Period
from app.rules.mirror import WeeklyHours
from app.service_hours.norms import find_end_of_knowledge

_HOURS = CompiledQuery(
    text(
        """
        select participant_id, service_type, starts_on, ends_on, assessed_hours, decided_hours, delivered_hours,
            assessed_on
        from service_hours
        where not cancelled and recorded_at < :until and starts_on <= :last and coalesce(ends_on >= :first, true)
        union all
        select participant_id, service_type, starts_on, ends_on, assessed_hours, decided_hours, delivered_hours,
            assessed_on
        from service_hours_revision
        where not cancelled and recorded_at < :until and created_at >= :until
            and starts_on <= :last and coalesce(ends_on >= :first, true)
        """
    )
)


@dataclass(frozen=True, slots=True)
class PeriodHours:
    """A period to and with the day it is seen on, and everybody's hours in it."""

    first_day: date
    last_day: date
    rows: list[WeeklyHours]


async def load_hours(queries: Queries, period: Period, on: date) -> PeriodHours:
    """Hours that have a day in the period, as known on a day; none of a period that begins after the day.

    Read with the case office's rights: the caller is shown sums, or is the case office.
    """
    last_day = min(period.last_day, on)
    until = find_end_of_knowledge(on)
    async with queries.acting_as("case_officer"):
        found = await queries.fetch(_HOURS, first=period.first_day, last=last_day, until=until)
    rows = [
        WeeklyHours(
            row["participant_id"],
            row["service_type"],
            row["starts_on"],
            row["ends_on"] or date.max,
            _to_fraction(row["assessed_hours"]),
            _to_fraction(row["decided_hours"]),
            _to_fraction(row["delivered_hours"]),
            row["assessed_on"],
        )
        for row in found
        if row["starts_on"] <= last_day
    ]
    return PeriodHours(period.first_day, last_day, rows)


def _to_fraction(hours: Decimal | None) -> Fraction | None:
    return None if hours is None else Fraction(hours)
