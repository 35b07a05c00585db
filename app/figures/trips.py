"""Holiday trips of a year in cells by service area (T24): what was granted and not cancelled by a day."""

from datetime import date

from sqlalchemy import text

from app.database.queries import CompiledQuery, Queries
from app.figures.cells import AreaRow, YearMeasures, add_by_area

# What a trip costs is what it did once it is settled, and until then what was planned.
_TRIPS = CompiledQuery(
    text(
        """
        select starts_on, ends_on - starts_on as nights, coalesce(service_area, 'other') as service_area,
            plan.staff_cost + plan.staff_travel as cost, plan.fund_part,
            plan.participants_part + plan.staff_travel as participants_part,
            array(select participant_id from trip_participant
                where trip_participant.trip_id = trip.id and left_on is null) as travellers
        from trip
        cross join lateral (
            select staff_cost, staff_travel, fund_part, participants_part from staffing_plan
            where staffing_plan.trip_id = trip.id and (kind = 'estimate' or settled_on <= :on)
            order by kind = 'actual' desc, version desc limit 1) as plan
        where decision = 'grant' and decided_on <= :on and (cancelled_on is null or cancelled_on > :on)
            and starts_on between :first and :last
        """
    )
)
MEASURES_OF_TRIPS = frozenset(
    {"trips", "trip_nights", "trip_cost", "trip_fund_part", "trip_participants_part", "travellers"}
)


async def add_trips(queries: Queries, measures: YearMeasures, on: date) -> None:
    """T24: the granted trips that begin in the year, as known on the day, in the month of their first day.

    Read with the case office's rights: what goes out are sums. **Decided here**: a trip without one area is of `other`.
    """
    async with queries.acting_as("case_officer"):
        rows = await queries.fetch(_TRIPS, first=date(measures.year, 1, 1), last=date(measures.year, 12, 31), on=on)
    trips = [
        AreaRow(
            starts_on,
            area,
            {
                "trips": 1,
                "trip_nights": nights,
                "trip_cost": cost,
                "trip_fund_part": fund_part,
                "trip_participants_part": participants_part,
                "travellers": len(travellers),
            },
            travellers,
        )
        for starts_on, nights, area, cost, fund_part, participants_part, travellers in rows
    ]
    add_by_area(measures, MEASURES_OF_TRIPS, "travellers", trips)
