"""Places at providers as a kind of service (S5): in days, with the staff that they require and what they cost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from app.database.queries import Queries
from app.figures.figures import FiguresQuery, load_figures
from app.figures.place_rows import PeopleWithPlaces, PlaceRow, load_place_rows
from app.mirror.schemas import PersonServiceRow, ServiceRow
from app.rules.figure_suppression import find_hidden_in_periods
from app.rules.figures import Period, format_two_decimals, get_kind, list_every_period
from app.rules.people_by_day import has_few
from app.service_hours.service_types import SHELTERED_PLACE

_NAME = "Plass i vekstbedrift"
_OWN = ("places", "planned_days", "used_days", "full_time_equivalents", "cost")


@dataclass(frozen=True, slots=True)
class PlacesOfPeriod:
    """Everybody's places together, and the row that is shown of them: numbers are null where they are hidden (S6)."""

    sums: PlaceRow
    row: ServiceRow


async def load_places(
    queries: Queries, period: Period, on: date, least: int, *, is_suppressed: bool
) -> PlacesOfPeriod | None:
    """S5: of a period to and with a day, as known on it (S8); None where nobody has a place."""
    found = await load_place_rows(queries, period, on)
    if not found.rows:
        return None
    sums = PlaceRow()
    for one in found.rows.values():
        sums.add(one)
    is_hidden = is_suppressed and await _is_hidden(queries, found, period, on, least)
    shown = dict.fromkeys(_OWN) if is_hidden else _describe_sums(sums)
    count = len(found.rows)
    # Another call shows how many have a place on a day: together they would tell how few came or left.
    days = _get_days(found, period)
    is_count_hidden = is_hidden or (is_suppressed and has_few((count - days[0], count - days[-1]), least))
    row = ServiceRow.model_validate(
        dict.fromkeys(ServiceRow.model_fields)
        | {"service_type": SHELTERED_PLACE, "name": _NAME, "suppressed": is_hidden}
        | {"count": None if is_count_hidden else count, **shown}
    )
    return PlacesOfPeriod(sums, row)


async def load_rows(queries: Queries, period: Period, on: date) -> Mapping[UUID, PersonServiceRow]:
    """S5: the row of each person with a day in a place, for the case office."""
    found = await load_place_rows(queries, period, on)
    nothing = dict.fromkeys(PersonServiceRow.model_fields)
    return {
        person: PersonServiceRow.model_validate(
            nothing | {"participant_id": person, "service_type": SHELTERED_PLACE, "name": _NAME} | _describe_sums(row)
        )
        for person, row in found.rows.items()
    }


def _describe_sums(sums: PlaceRow) -> dict[str, Any]:
    """The columns of places, rounded."""
    return dict(
        zip(
            _OWN,
            (
                _round(sums.places),
                _round(sums.planned_days),
                _round(sums.used_days),
                _round(sums.staff),
                None if sums.cost is None else _round(sums.cost),
            ),
            strict=True,
        )
    )


async def _is_hidden(queries: Queries, found: PeopleWithPlaces, period: Period, on: date, least: int) -> bool:
    """S6: where few have a place, in the period, in a month or on a day of it, since the row is asked for to and with
    any day; and where the figures of places are hidden."""
    tables = {
        one: [[[len(frozenset[UUID]().union(*found.by_month[one.begin : one.end]))]]]
        for one in list_every_period(period.year)
    }
    for one, of_period in tables.items():
        of_period += [[[number]] for number in sorted({*_get_days(found, one)})]
    if find_hidden_in_periods(tables, least)[period]:
        return True
    query = FiguresQuery(
        codes=["places_active"],
        period=get_kind(period),
        first_day=period.first_day,
        last_day=period.last_day,
        by=frozenset(),
        on=on,
        is_suppressed=True,
    )
    return any(figure.suppressed for figure in await load_figures(queries, query))


def _get_days(found: PeopleWithPlaces, period: Period) -> Sequence[int]:
    """How many people there are on each day of a period, as far as the day that it is seen on."""
    return found.by_day[period.first_day.timetuple().tm_yday - 1 : period.last_day.timetuple().tm_yday]


def _round(amount: Fraction) -> Decimal:
    return Decimal(format_two_decimals(amount))
