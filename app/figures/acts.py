"""Applications, answers and decisions of a year in cells (S2): what has happened by a day."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from fractions import Fraction
from uuid import UUID

from sqlalchemy import text

from app.database.queries import CompiledQuery, Queries
from app.figures.cells import MONTHS, Cell, YearMeasures, count_subjects, make_months
from app.rules.figures import list_every_period
from app.rules.process import Destination

_ACTS = CompiledQuery(
    text(
        """
        select kind as act, decision.decided_on as day, decision.provider_id, participant.service_area,
            decision.address_protection, coalesce(decision.placement_id, decision.application_id) as subject,
            greatest(decision.decided_on - application.received_on, 0) as days, decision.destination
        from decision
        join participant on participant.id = decision.participant_id
        left join application on application.id = decision.application_id
        left join placement on placement.id = decision.placement_id
        where kind in ('grant', 'reject', 'change', 'end') and placement.annulled_on is null
            and decision.decided_on between :first and :last
        union all
        select case reason when 'no_capacity' then 'no_capacity' else 'answer' end, answered_on, provider_id,
            participant.service_area, participant.address_protection, application_id, 0, null
        from request
        join application on application.id = application_id
        join participant on participant.id = application.participant_id
        where answer is not null and retracted_on is null and request.annulled_at is null
            and application.annulled_at is null and answered_on between :first and :last
        union all
        -- The last day that was known on the day (S8).
        select 'left', known.ends_on, provider_id, service_area, address_protection, id, 0, null
        from placement join (
            select placement_id, max(valid_to) as ends_on from placement_terms
            where coalesce(known_from <= :on, true) and coalesce(known_until > :on, true)
            group by placement_id having bool_and(valid_to is not null)
        ) as known on known.placement_id = id
        where annulled_on is null and known.ends_on between :first and :last
        """
    )
)
_WAITING = CompiledQuery(
    text(
        """
        select application.id, received_on, service_area, least(withdrawn_on, decided_on) as closed_on
        from application
        join participant on participant.id = participant_id
        left join (
            select decision.application_id, min(decision.decided_on) as decided_on
            from decision left join placement on placement.id = placement_id
            where kind in ('grant', 'reject') and placement.annulled_on is null group by 1
        ) as decided on decided.application_id = application.id
        where annulled_at is null and received_on <= :last
            and coalesce(least(withdrawn_on, decided_on) > :first, true)
        """
    )
)
_MEASURES = {"grant": "granted", "reject": "rejected", "change": "changed", "end": "ended", "left": "left"}
_COUNTED = ("granted", "rejected", "changed", "ended", "left", "decided", "answered", "declined")
MEASURES_OF_ACTS = frozenset({*_COUNTED, "processing_days", "waiting", "waiting_days"})


async def add_acts(
    queries: Queries, measures: YearMeasures, days: Collection[date], on: date, *, is_protected_shown: bool
) -> None:
    """S2: what was decided, answered and ended in the year by the day, and what waited on the days (D4).

    Read with the case office's rights: what goes out are sums. What was annulled counts for nothing (D8, D10).
    """
    first, last = date(measures.year, 1, 1), min(date(measures.year, 12, 31), on)
    sums = {name: make_months() for name in (*_COUNTED, "processing_days")}
    subjects: dict[str, list[defaultdict[Cell, set[UUID]]]] = {
        name: [defaultdict(set) for _ in range(MONTHS)] for name in _COUNTED
    }
    ends: list[dict[Destination | None, list[UUID]]] = [defaultdict(list) for _ in range(MONTHS)]
    async with queries.acting_as("case_officer"):
        acts = await queries.fetch(_ACTS, first=first, last=last, on=on)
        waiting = await queries.fetch(_WAITING, first=first, last=last)
    for act, day, provider_id, area, protected, subject, waited, destination in acts:
        cell: Cell = (None if protected and not is_protected_shown else provider_id, area)
        month = day.month - 1
        for name in _list_measures(act):
            sums[name][month][cell] += 1
            subjects[name][month][cell].add(subject)
        if act in ("grant", "reject"):
            sums["processing_days"][month][cell] += waited
        if act == "end":
            ends[month][destination].append(subject)
    measures.sums |= {name: [*months] for name, months in sums.items()}
    every = list_every_period(measures.year)
    for name, months in subjects.items():
        measures.people_by_period[name] = {
            period: count_subjects(months[period.begin : period.end]) for period in every
        }
    measures.ends = [*ends]
    number: dict[date, dict[Cell, Fraction]] = {day: defaultdict(Fraction) for day in days}
    so_long: dict[date, dict[Cell, Fraction]] = {day: defaultdict(Fraction) for day in days}
    for day in days:
        until = min(day, on)
        for _, received_on, area, closed_on in waiting:
            if received_on <= until and (closed_on is None or closed_on > until):
                number[day][None, area] += 1
                so_long[day][None, area] += (until - received_on).days
    measures.states |= {"waiting": number, "waiting_days": so_long}


def _list_measures(act: str) -> tuple[str, ...]:
    if act in ("no_capacity", "answer"):
        return ("answered", "declined") if act == "no_capacity" else ("answered",)
    return (_MEASURES[act], "decided") if act in ("grant", "reject") else (_MEASURES[act],)
