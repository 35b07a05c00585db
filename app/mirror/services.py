"""From need to cost, by person and service for the case office and summed for everybody (S5)."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from app.access_log.recorder import record_access
from app.database.queries import Queries
from app.http.pagination import format_cursor, parse_cursor
from app.mirror.hours import PeriodHours, load_hours
from app.mirror.schemas import MirrorPeople, MirrorServices, PersonServiceRow, ServiceRow
from app.rates.rates import load_least_count
from app.rules.figure_suppression import find_hidden_in_periods
from app.rules.figures import Period, format_two_decimals, list_every_period
from app.rules.mirror import HoursSum, sum_hours
from app.service_hours.tables import ServiceType

_WEEK = 7
# Whom the sums of a row are about; the last could be worked out from it and the mirror's line of deliveries.
_TELLS: tuple[Callable[[HoursSum], bool], ...] = (
    lambda one: True,
    lambda one: one.has_need,
    lambda one: one.has_decision,
    lambda one: one.has_delivery,
    lambda one: one.lacks_decision_of_delivery,
)


async def load_services(queries: Queries, period: Period, on: date, *, is_suppressed: bool) -> MirrorServices:
    """S5: a row for each kind of service with hours in the period, and all of them, as known on a day (S8)."""
    year = Period(period.year, 0, 12)
    hours = await load_hours(queries, year if is_suppressed else period, on)
    first_day, last_day = period.first_day, min(period.last_day, on)
    types = await _load_types(queries)
    sums = _group(sum_hours(hours.rows, first_day, last_day, by_service=True))
    codes = sorted({row.service_type for row in hours.rows})
    least = await _load_least(queries, on) if is_suppressed else 1
    hidden = _find_hidden(hours, period, codes, on, least) if is_suppressed else set()
    days = (last_day - first_day).days + 1
    amounts = {code: _count_amounts(sums[code], types[code], days) for code in codes if sums[code]}
    rows = [
        _build_row(types[code], amounts[code], least, is_hidden=column in hidden)
        for column, code in enumerate(codes)
        if code in amounts
    ]
    return MirrorServices(
        period=period.name,
        from_=first_day,
        to=max(first_day, last_day),
        on=on,
        items=rows,
        total=_build_total([*amounts.values()], rows, least, is_hidden=len(codes) in hidden),
        next=None,
    )


async def load_people(queries: Queries, period: Period, on: date, *, limit: int, after: str | None) -> MirrorPeople:
    """S5: a page of rows, each person's together and in the order of their ids; records access to them."""
    hours = await load_hours(queries, period, on)
    types = await _load_types(queries)
    sums = sum_hours(hours.rows, hours.first_day, hours.last_day, by_service=True)
    found: defaultdict[UUID, list[tuple[str, HoursSum]]] = defaultdict(list)
    for (person, code), one in sums.items():
        assert isinstance(person, UUID)
        found[person].append((code, one))
    begin = None if after is None else parse_cursor(after)
    people = sorted(person for person in found if begin is None or person > begin)
    page = people[:limit]
    record_access(queries, page)
    return MirrorPeople(
        period=period.name,
        from_=hours.first_day,
        to=max(hours.first_day, hours.last_day),
        on=on,
        items=[
            _build_person_row(person, types[code], one, hours)
            for person in page
            for code, one in sorted(found[person], key=lambda pair: pair[0])
        ],
        next=format_cursor(page[-1]) if len(people) > limit else None,
    )


async def _load_types(queries: Queries) -> Mapping[str, ServiceType]:
    async with queries.acting_as("case_officer"):
        return {one.code: one for one in await queries.select(select(ServiceType).order_by(col(ServiceType.code)))}


def _group(sums: Mapping[tuple[object, str], HoursSum]) -> defaultdict[str, list[HoursSum]]:
    found: defaultdict[str, list[HoursSum]] = defaultdict(list)
    for (_, code), one in sums.items():
        found[code].append(one)
    return found


async def _load_least(queries: Queries, on: date) -> int:
    async with queries.acting_as("case_officer"):
        return await load_least_count(queries, on)


def _find_hidden(hours: PeriodHours, period: Period, codes: Sequence[str], on: date, least: int) -> set[int]:
    """S6: the columns of the kinds of service that are hidden, and of their total, in a table of one row.

    All sums of a row are hidden together, and what is hidden in a month is hidden in its tertial and year.
    """
    tables: dict[Period, list[list[list[int]]]] = {}
    for one in list_every_period(period.year):
        sums = _group(sum_hours(hours.rows, one.first_day, min(one.last_day, on), by_service=True))
        tables[one] = [[[sum(map(tells, sums[code])) for code in codes]] for tells in _TELLS]
    return {column for row, column in find_hidden_in_periods(tables, least)[period] if row == 0}


@dataclass(frozen=True, slots=True)
class _Amounts:
    """What a kind of service comes to in a period, before anything is hidden."""

    need: Fraction
    decided: Fraction
    delivered: Fraction
    staff: Fraction | None
    cost: Fraction | None
    count: int
    without_need: int
    without_decision: int
    without_delivery: int


def _count_amounts(sums: Sequence[HoursSum], service_type: ServiceType, days: int) -> _Amounts:
    decided = sum((one.decided for one in sums), Fraction(0))
    return _Amounts(
        need=sum((one.need for one in sums), Fraction(0)),
        decided=decided,
        delivered=sum((one.delivered for one in sums), Fraction(0)),
        staff=_divide(decided, service_type.hours_per_full_time_equivalent),
        cost=_price(decided, service_type.cost_per_hour, days),
        count=len(sums),
        without_need=sum(one.lacks_need for one in sums),
        without_decision=sum(one.lacks_decision for one in sums),
        without_delivery=sum(one.lacks_delivery for one in sums),
    )


def _build_row(service_type: ServiceType | None, amounts: _Amounts, least: int, *, is_hidden: bool) -> ServiceRow:
    code, name = (None, None) if service_type is None else (service_type.code, service_type.name)
    if is_hidden:
        nothing = dict.fromkeys(name for name in ServiceRow.model_fields if name not in ("service_type", "name"))
        return ServiceRow.model_validate({**nothing, "service_type": code, "name": name, "suppressed": True})
    return ServiceRow(
        service_type=code,
        name=name,
        assessed_hours=_round(amounts.need),
        decided_hours=_round(amounts.decided),
        delivered_hours=_round(amounts.delivered),
        full_time_equivalents=_round_known(amounts.staff),
        cost=_round_known(amounts.cost),
        count=amounts.count,
        without_need=_show_part(amounts.without_need, amounts.count, least),
        without_decision=_show_part(amounts.without_decision, amounts.count, least),
        without_delivery=_show_part(amounts.without_delivery, amounts.count, least),
        suppressed=False,
    )


def _build_total(amounts: Sequence[_Amounts], rows: Sequence[ServiceRow], least: int, *, is_hidden: bool) -> ServiceRow:
    """All kinds of service. Staff and cost where each has them; a sum with other weights would tell what is hidden."""
    is_whole = not any(row.suppressed for row in rows)
    every = _Amounts(
        need=sum((one.need for one in amounts), Fraction(0)),
        decided=sum((one.decided for one in amounts), Fraction(0)),
        delivered=sum((one.delivered for one in amounts), Fraction(0)),
        staff=_add_known([one.staff for one in amounts if one.decided]) if is_whole else None,
        cost=_add_known([one.cost for one in amounts if one.decided]) if is_whole else None,
        count=sum(one.count for one in amounts),
        without_need=sum(one.without_need for one in amounts),
        without_decision=sum(one.without_decision for one in amounts),
        without_delivery=sum(one.without_delivery for one in amounts),
    )
    total = _build_row(None, every, least, is_hidden=is_hidden)
    parts = ("without_need", "without_decision", "without_delivery")
    # What is hidden of one kind of service could be worked out from the sum.
    hidden = {name: None for name in parts if any(row.model_dump()[name] is None for row in rows)}
    return total.model_copy(update=hidden)


def _build_person_row(person: UUID, service_type: ServiceType, one: HoursSum, hours: PeriodHours) -> PersonServiceRow:
    days = (hours.last_day - hours.first_day).days + 1
    decided = one.decided if one.has_decision else None
    return PersonServiceRow(
        participant_id=person,
        service_type=service_type.code,
        name=service_type.name,
        assessed_hours=_round(one.need) if one.has_need else None,
        decided_hours=_round_known(decided),
        delivered_hours=_round(one.delivered) if one.has_delivery else None,
        full_time_equivalents=None
        if decided is None
        else _round_known(_divide(decided, service_type.hours_per_full_time_equivalent)),
        cost=None if decided is None else _round_known(_price(decided, service_type.cost_per_hour, days)),
        assessed_on=one.assessed_on,
    )


def _show_part(part: int, whole: int, least: int) -> int | None:
    """A count of a count that is shown; None where it or the rest is small."""
    return None if 0 < part < least or 0 < whole - part < least else part


def _divide(hours: Fraction, norm: Decimal | None) -> Fraction | None:
    """S5: hours become staff only by a stated norm."""
    return None if norm is None else hours / Fraction(norm)


def _price(hours: Fraction, cost_per_hour: Decimal | None, days: int) -> Fraction | None:
    return None if cost_per_hour is None else hours * days / _WEEK * Fraction(cost_per_hour)


def _add_known(amounts: Sequence[Fraction | None]) -> Fraction | None:
    known = [amount for amount in amounts if amount is not None]
    return sum(known, Fraction(0)) if len(known) == len(amounts) else None


def _round(amount: Fraction) -> Decimal:
    return Decimal(format_two_decimals(amount))


def _round_known(amount: Fraction | None) -> Decimal | None:
    return None if amount is None else _round(amount)
