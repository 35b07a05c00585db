"""From need to cost, by person and service for the case office and summed for everybody (S5)."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from app.access_log.recorder import record_access
from app.database.queries import Queries
from app.http.pagination import format_cursor, parse_cursor
from app.mirror.hours import PeriodHours, load_hours
from app.mirror.norms import ServiceKind, load_kinds
from app.mirror.places import PlacesOfPeriod, load_places, load_rows
from app.mirror.schemas import MirrorPeople, MirrorServices, PersonServiceRow, ServiceRow
from app.rates.rates import load_least_count
from app.rules.figure_suppression import find_hidden_in_periods
from app.rules.figures import Period, format_two_decimals, list_every_period
from app.rules.mirror import HoursSum, WeeklyHours, sum_hours
from app.rules.people_by_day import Span, count_people_by_day
from app.rules.service_norms import StaffAndCost, weigh_decisions

# Whom the sums of a row are about; the last could be worked out from it and the mirror's line of deliveries.
_TELLS: tuple[Callable[[HoursSum], bool], ...] = (
    lambda one: True,
    lambda one: one.has_need,
    lambda one: one.has_decision,
    lambda one: one.has_delivery,
    lambda one: one.lacks_decision_of_delivery,
)


async def load_services(queries: Queries, period: Period, on: date, *, is_suppressed: bool) -> MirrorServices:
    """S5: a row for each kind of service with hours in the period, one for places, and all of them, as known on a day
    (S8)."""
    year = Period(period.year, 0, 12)
    hours = await load_hours(queries, year if is_suppressed else period, on)
    first_day, last_day = period.first_day, min(period.last_day, on)
    kinds = await load_kinds(queries, on)
    sums = _group(sum_hours(hours.rows, first_day, last_day, by_service=True))
    codes = sorted({row.service_type for row in hours.rows})
    least = await _load_least(queries, on) if is_suppressed else 1
    hidden = _find_hidden(hours, period, codes, on, least) if is_suppressed else set()
    weighed = _weigh(hours.rows, kinds, first_day, last_day, lambda row: row.service_type)
    amounts = {code: _count_amounts(sums[code], weighed[code]) for code in codes if sums[code]}
    rows = [
        _build_row(kinds[code], amounts[code], (first_day, last_day), least, is_hidden=column in hidden)
        for column, code in enumerate(codes)
        if code in amounts
    ]
    places = await load_places(queries, period, on, least, is_suppressed=is_suppressed)
    return MirrorServices(
        period=period.name,
        from_=first_day,
        to=max(first_day, last_day),
        on=on,
        items=rows if places is None else [*rows, places.row],
        total=_build_total(
            [*amounts.values()], rows, places, (first_day, last_day), least, is_hidden=len(codes) in hidden
        ),
        next=None,
    )


async def load_people(queries: Queries, period: Period, on: date, *, limit: int, after: str | None) -> MirrorPeople:
    """S5: a page of rows, each person's together and in the order of their ids; records access to them."""
    hours = await load_hours(queries, period, on)
    kinds = await load_kinds(queries, on)
    sums = sum_hours(hours.rows, hours.first_day, hours.last_day, by_service=True)
    weighed = _weigh(hours.rows, kinds, hours.first_day, hours.last_day, lambda row: (row.person, row.service_type))
    found: defaultdict[UUID, list[tuple[str, HoursSum]]] = defaultdict(list)
    for (person, code), one in sums.items():
        assert isinstance(person, UUID)
        found[person].append((code, one))
    begin = None if after is None else parse_cursor(after)
    places = await load_rows(queries, period, on)
    people = sorted(person for person in {*found, *places} if begin is None or person > begin)
    page = people[:limit]
    record_access(queries, page)
    return MirrorPeople(
        period=period.name,
        from_=hours.first_day,
        to=max(hours.first_day, hours.last_day),
        on=on,
        items=[
            row
            for person in page
            for row in (
                *(
                    _build_person_row(person, kinds[code], one, weighed[person, code], hours)
                    for code, one in sorted(found[person], key=lambda pair: pair[0])
                ),
                *([places[person]] if person in places else []),
            )
        ],
        next=format_cursor(page[-1]) if len(people) > limit else None,
    )


def _group(sums: Mapping[tuple[object, str], HoursSum]) -> defaultdict[str, list[HoursSum]]:
    found: defaultdict[str, list[HoursSum]] = defaultdict(list)
    for (_, code), one in sums.items():
        found[code].append(one)
    return found


def _weigh(
    rows: Sequence[WeeklyHours],
    kinds: Mapping[str, ServiceKind],
    first_day: date,
    last_day: date,
    key: Callable[[WeeklyHours], Hashable],
) -> Mapping[Hashable, StaffAndCost]:
    """S8: staff and cost of the rows of each key, which are of one kind of service, by the norm of each day."""
    groups: defaultdict[Hashable, list[WeeklyHours]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    days = {code: kind.cut(first_day, last_day) for code, kind in kinds.items()}
    return {name: weigh_decisions(group, days[group[0].service_type]) for name, group in groups.items()}


async def _load_least(queries: Queries, on: date) -> int:
    async with queries.acting_as("case_officer"):
        return await load_least_count(queries, on)


def _find_hidden(hours: PeriodHours, period: Period, codes: Sequence[str], on: date, least: int) -> set[int]:
    """S6: the columns of the kinds of service that are hidden, and of their total, in a table of one row.

    All sums of a row are hidden together, and what is hidden in a month is hidden in its tertial and year. Each day of
    a month is a table too: a norm that begins within it, or the same month to and with another day, tells the days on
    one side.
    """
    spans = _list_spans(hours.rows, codes)
    year = date(period.year, 1, 1), min(date(period.year, 12, 31), on)
    by_day = [[*zip(*(count_people_by_day(found, *year) for found in of_row), strict=True)] for of_row in spans]
    tables: dict[Period, list[list[list[int]]]] = {}
    for one in list_every_period(period.year):
        days = one.first_day, min(one.last_day, on)
        tables[one] = [[[_count_people(found, *days) for found in of_row]] for of_row in spans]
        if one.end - one.begin == 1:
            begin, end = one.first_day.timetuple().tm_yday - 1, one.last_day.timetuple().tm_yday
            tables[one] += [[[*counts]] for of_row in by_day for counts in sorted({*of_row[begin:end]})]
    return {column for row, column in find_hidden_in_periods(tables, least)[period] if row == 0}


def _list_spans(rows: Sequence[WeeklyHours], codes: Sequence[str]) -> list[list[list[Span]]]:
    """The days of each person's hours by kind of service, of those that each of `_TELLS` is about."""
    spans: list[dict[str, list[Span]]] = [{code: [] for code in codes} for _ in _TELLS]
    for row in rows:
        alone = HoursSum()
        alone.add(row, Fraction(1), row.last_day)
        for tells, found in zip(_TELLS, spans, strict=True):
            if tells(alone):
                found[row.service_type].append((row.person, row.first_day, row.last_day))
    return [[found[code] for code in codes] for found in spans]


def _count_people(spans: Sequence[Span], first_day: date, last_day: date) -> int:
    return len({person for person, first, last in spans if max(first, first_day) <= min(last, last_day)})


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


def _count_amounts(sums: Sequence[HoursSum], weighed: StaffAndCost) -> _Amounts:
    return _Amounts(
        need=sum((one.need for one in sums), Fraction(0)),
        decided=sum((one.decided for one in sums), Fraction(0)),
        delivered=sum((one.delivered for one in sums), Fraction(0)),
        staff=weighed.staff,
        cost=weighed.cost,
        count=len(sums),
        without_need=sum(one.lacks_need for one in sums),
        without_decision=sum(one.lacks_decision for one in sums),
        without_delivery=sum(one.lacks_delivery for one in sums),
    )


def _build_row(
    kind: ServiceKind | None, amounts: _Amounts, days: tuple[date, date], least: int, *, is_hidden: bool
) -> ServiceRow:
    code, name = (None, None) if kind is None else (kind.code, kind.name)
    if is_hidden:
        nothing = dict.fromkeys(name for name in ServiceRow.model_fields if name not in ("service_type", "name"))
        return ServiceRow.model_validate({**nothing, "service_type": code, "name": name, "suppressed": True})
    return ServiceRow(
        service_type=code,
        name=name,
        assessed_hours=_round(amounts.need),
        decided_hours=_round(amounts.decided),
        delivered_hours=_round(amounts.delivered),
        places=None,
        planned_days=None,
        used_days=None,
        full_time_equivalents=_round_known(amounts.staff),
        cost=_round_known(amounts.cost),
        norms=None if kind is None else kind.list_norms(*days),
        count=amounts.count,
        without_need=_show_part(amounts.without_need, amounts.count, least),
        without_decision=_show_part(amounts.without_decision, amounts.count, least),
        without_delivery=_show_part(amounts.without_delivery, amounts.count, least),
        suppressed=False,
    )


def _build_total(
    amounts: Sequence[_Amounts],
    rows: Sequence[ServiceRow],
    places: PlacesOfPeriod | None,
    days: tuple[date, date],
    least: int,
    *,
    is_hidden: bool,
) -> ServiceRow:
    """All kinds of service. Staff and cost where each has them; a sum with other weights would tell what is hidden."""
    is_whole = not any(row.suppressed for row in (*rows, *([] if places is None else [places.row])))
    staff = [one.staff for one in amounts if one.decided] + ([] if places is None else [places.sums.staff])
    cost = [one.cost for one in amounts if one.decided] + ([] if places is None else [places.sums.cost])
    every = _Amounts(
        need=sum((one.need for one in amounts), Fraction(0)),
        decided=sum((one.decided for one in amounts), Fraction(0)),
        delivered=sum((one.delivered for one in amounts), Fraction(0)),
        staff=_add_known(staff) if is_whole else None,
        cost=_add_known(cost) if is_whole else None,
        count=sum(one.count for one in amounts),
        without_need=sum(one.without_need for one in amounts),
        without_decision=sum(one.without_decision for one in amounts),
        without_delivery=sum(one.without_delivery for one in amounts),
    )
    total = _build_row(None, every, days, least, is_hidden=is_hidden)
    parts = ("without_need", "without_decision", "without_delivery")
    # What is hidden of one kind of service could be worked out from the sum.
    changes: dict[str, object] = {name: None for name in parts if any(row.model_dump()[name] is None for row in rows)}
    if places is not None and not is_hidden:
        row = places.row
        changes["count"] = None if row.count is None else every.count + row.count
        changes |= {"places": row.places, "planned_days": row.planned_days, "used_days": row.used_days}
    return total.model_copy(update=changes)


def _build_person_row(
    person: UUID, kind: ServiceKind, one: HoursSum, weighed: StaffAndCost, hours: PeriodHours
) -> PersonServiceRow:
    return PersonServiceRow(
        participant_id=person,
        service_type=kind.code,
        name=kind.name,
        assessed_hours=_round(one.need) if one.has_need else None,
        decided_hours=_round(one.decided) if one.has_decision else None,
        delivered_hours=_round(one.delivered) if one.has_delivery else None,
        places=None,
        planned_days=None,
        used_days=None,
        full_time_equivalents=_round_known(weighed.staff) if one.has_decision else None,
        cost=_round_known(weighed.cost) if one.has_decision else None,
        norms=kind.list_norms(hours.first_day, hours.last_day),
        assessed_on=one.assessed_on,
    )


def _show_part(part: int, whole: int, least: int) -> int | None:
    """A count of a count that is shown; None where it or the rest is small."""
    return None if 0 < part < least or 0 < whole - part < least else part


def _add_known(amounts: Sequence[Fraction | None]) -> Fraction | None:
    known = [amount for amount in amounts if amount is not None]
    return sum(known, Fraction(0)) if len(known) == len(amounts) else None


def _round(amount: Fraction) -> Decimal:
    return Decimal(format_two_decimals(amount))


def _round_known(amount: Fraction | None) -> Decimal | None:
    return None if amount is None else _round(amount)
