"""The norms of kinds of service as they were known on a day (S8), and which of them holds when (S5)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta

from sqlalchemy import text

from app import clock
from app.database.queries import CompiledQuery, Queries, models
from app.service_hours.tables import ServiceTypeNorm

_NORMS = CompiledQuery(
    text(
        "select distinct on (service_type, valid_from) * from service_type_norm where recorded_at < :until"
        " order by service_type, valid_from nulls first, recorded_at desc"
    )
)
_END = datetime.max.replace(tzinfo=clock.OSLO) - timedelta(days=1)


def find_end_of_knowledge(on: date) -> datetime:
    """S8: what is recorded before this instant was known on a day; of today and later that is everything."""
    return _END if on >= clock.today() else datetime.combine(on + timedelta(days=1), time.min, clock.OSLO)


async def load_norms(queries: Queries, on: date) -> Mapping[str, Sequence[ServiceTypeNorm]]:
    """The norms of each kind of service that has any, in the order of the days they hold from, as known on a day.

    Of one kind and day there is the last recorded.
    """
    found: defaultdict[str, list[ServiceTypeNorm]] = defaultdict(list)
    for norm in models(ServiceTypeNorm, await queries.fetch(_NORMS, until=find_end_of_knowledge(on))):
        found[norm.service_type].append(norm)
    return found


def find_norm(norms: Sequence[ServiceTypeNorm], day: date | None) -> ServiceTypeNorm | None:
    """The norm in force on a day, of those that `load_norms` gives; None as a day is before the first of them."""
    begun = [norm for norm in norms if norm.valid_from is None or (day is not None and norm.valid_from <= day)]
    return begun[-1] if begun else None
