"""Follow-up of a year in cells (S2, M1–M4): what was due by a day, and how much of it was done on its due day."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from uuid import UUID

from sqlalchemy import text

from app.database.queries import CompiledQuery, Queries
from app.figures.cells import MONTHS, Cell, YearMeasures, count_subjects, make_months
from app.followup.tasks.placement_duties import DUTY_KINDS, load_rules
from app.followup.tasks.task import RANK
from app.rules.figures import list_every_period
from app.rules.follow_up_duties import find_clock_start
from app.rules.follow_up_on_time import DatedRecord, SentEvaluation, SentPlan, list_timely_duties

MEASURES_OF_FOLLOW_UP = frozenset({"due", "on_time"})
# Placements between two chances for other requests: a few milliseconds.
_SLICE = 200

# What ended before the year was due before it. First and last days are those that were known on the day (S8).
_PLACEMENTS = CompiledQuery(
    text(
        """
        select placement.id, placement.provider_id, participant_id, service_area, placement.address_protection, terms,
            known.starts_on, known.ends_on, exists (
                select from decision where decision.placement_id = placement.id and destination = 'died'
                    and decision.ends_on = known.ends_on and decided_on <= :on)
        from placement join (
            select placement_id, min(valid_from) as starts_on,
                case when bool_and(valid_to is not null) then max(valid_to) end as ends_on
            from placement_terms
            where coalesce(known_from <= :on, true) and coalesce(known_until > :on, true)
            group by placement_id
        ) as known on known.placement_id = placement.id
        where annulled_on is null and known.starts_on <= :last and coalesce(known.ends_on >= :first, true)
        """
    )
)
# D10: what is annulled counts for nothing.
_PLANS = CompiledQuery(
    text("select placement_id, made_on, sent_on from plan where annulled_at is null and sent_on <= :on")
)
_EVALUATIONS = CompiledQuery(
    text(
        "select placement_id, period_from, period_to, sent_on, plan_stands from evaluation"
        " where annulled_at is null and sent_on <= :on order by sent_on, id"
    )
)
_MEETINGS = CompiledQuery(
    text(
        "select placement_id, kind, held_on from meeting"
        " where annulled_at is null and counts and held_on <= :on and kind in ('conversation', 'cooperation')"
    )
)


async def add_follow_up(queries: Queries, measures: YearMeasures, on: date, *, is_protected_shown: bool) -> None:
    """S2: plans, evaluations, conversations and cooperation meetings that were due in the year and by the day.

    Read with the case office's rights: what goes out are sums. **Decided here**: in the month of its due day; done on
    time is what `GET /v1/tasks` calls done when asked for the due day; what is waived (M9) was not due.
    """
    first, last = date(measures.year, 1, 1), min(date(measures.year, 12, 31), on)
    sums = {name: make_months() for name in MEASURES_OF_FOLLOW_UP}
    people: dict[str, list[defaultdict[Cell, set[UUID]]]] = {
        name: [defaultdict(set) for _ in range(MONTHS)] for name in MEASURES_OF_FOLLOW_UP
    }
    async with queries.acting_as("case_officer"):
        rules = await load_rules(queries)
        placements = await queries.fetch(_PLACEMENTS, first=first, last=last, on=on)
        records = await _load_records(queries, on)
    effective_from = rules.requirements[0].valid_from if rules.requirements else None
    nothing = DatedRecord()
    for at, (id_, provider_id, participant_id, area, protected, terms, starts_on, ends_on, died) in enumerate(
        placements, 1
    ):
        clock_start = find_clock_start(terms, starts_on, effective_from)
        if at % _SLICE == 0:
            await asyncio.sleep(0)
        if clock_start is None or clock_start > on:
            continue
        cell: Cell = (None if protected and not is_protected_shown else provider_id, area)
        for duty, is_on_time in list_timely_duties(
            clock_start,
            ends_on,
            records.get(id_, nothing),
            on=on,
            requirements=rules.requirements,
            kinds=DUTY_KINDS,
            due_from=first,
            due_to=last,
            died=died,
        ):
            if duty.status != "done" and (RANK[duty.kind], id_.bytes, duty.n) in rules.waived:
                continue
            for name in ("due", "on_time") if is_on_time else ("due",):
                sums[name][duty.due_on.month - 1][cell] += 1
                people[name][duty.due_on.month - 1][cell].add(participant_id)
    measures.sums |= {name: [*months] for name, months in sums.items()}
    every = list_every_period(measures.year)
    measures.people_by_period |= {
        name: {period: count_subjects(months[period.begin : period.end]) for period in every}
        for name, months in people.items()
    }


async def _load_records(queries: Queries, on: date) -> Mapping[UUID, DatedRecord]:
    records: defaultdict[UUID, DatedRecord] = defaultdict(DatedRecord)
    for id_, *plan in await queries.fetch(_PLANS, on=on):
        records[id_].plans.append(SentPlan(*plan))
    for id_, *evaluation in await queries.fetch(_EVALUATIONS, on=on):
        records[id_].evaluations.append(SentEvaluation(*evaluation))
    for id_, kind, held_on in await queries.fetch(_MEETINGS, on=on):
        record = records[id_]
        (record.conversations if kind == "conversation" else record.cooperation_meetings).append(held_on)
    return records
