"""C9, C15: the position of a year or of several under assumed changes: computed as a year's own, from changed inputs.

Nothing is stored. Changes are applied in the order given. **Decided here**: an assumed rate or supplement percent holds
from its day on, whatever rates and guideline versions come after it; an assumed frame or refund replaces every other. A
change from a day after the last year has no effect, so it is refused; one from before a year applies to all of it. So
many of a provider's places are those that began last: a choice that can be read off the list of placements.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

import numpy as np
import numpy.typing as npt
from sqlalchemy import text

from app.budget.assumptions import (
    AddPlaces,
    Assumption,
    EndPlaces,
    FrameChange,
    RateChange,
    RefundChange,
    ShareChange,
    SupplementChange,
    SupplementPercentChange,
    WhatIfYearsIn,
)
from app.budget.placement_periods import IdentifiedPeriods
from app.database.queries import CompiledQuery, Queries
from app.http.lookup import find_reference
from app.http.problems import NOT_FOUND, VALIDATION, FieldError
from app.providers.tables import Provider
from app.rules.money import to_ore
from app.rules.placement_periods import OPEN_END, STANDARD_PRICE, PeriodColumns
from app.rules.position import Frame, PositionInputs
from app.rules.prices import PERCENT, Guideline, GuidelineMissing, Rate, find_guideline
from app.rules.several_years import raise_rates

# So many rows of one placement are summed exactly whatever the amounts (`app.rules.cost`).
MAX_ROWS_PER_PLACEMENT = 48

# As the position knows them on the day; who began last comes first.
_ACTIVE_OF_PROVIDER = CompiledQuery(
    text(
        """
    select placement_id
    from placement_terms
    where provider_id = :provider_id and (known_from is null or known_from <= :on)
        and (known_until is null or known_until > :on)
    group by placement_id
    having bool_or(valid_from <= :first_day and coalesce(valid_to, 'infinity') >= :first_day)
        and bool_or(valid_from <= :last_day and coalesce(valid_to, 'infinity') >= :last_day)
    order by min(valid_from) desc, placement_id desc
    """
    )
)


@dataclass(frozen=True, slots=True)
class AssumedChange:
    """A change, and the placements it is about: their ids, and the indexes of those that have a day in the years."""

    change: Assumption
    placement_ids: Sequence[UUID]
    indexes: Sequence[int]


async def find_placements(
    queries: Queries, on: date, known: IdentifiedPeriods, last_year: int, changes: Sequence[Assumption]
) -> list[AssumedChange]:
    """The changes with the placements that each is about, those that stand for a provider's number of places too.

    404 for a placement without a day in the years or an unknown provider; 422 for a change after the last year, and for
    more places than the provider has.
    """
    _require_effect(last_year, changes)
    index_of = {bytes(key).ljust(16, b"\0"): index for index, key in enumerate(known.placement)}
    found: list[AssumedChange] = []
    for number, change in enumerate(changes):
        ids = await _list_placements(queries, on, number, change, found)
        if isinstance(change, EndPlaces | SupplementChange | ShareChange) and change.placement_ids is not None:
            for place, id_ in enumerate(ids):
                if id_.bytes not in index_of:
                    pointer = f"#/changes/{number}/placement_ids/{place}"
                    raise NOT_FOUND("Plassen finst ikkje i den tida det er spurt om.", pointer=pointer)
        indexes = [index_of[id_.bytes] for id_ in ids if id_.bytes in index_of]
        found.append(AssumedChange(change, ids, indexes))
    return found


async def _list_placements(
    queries: Queries, on: date, number: int, change: Assumption, earlier: Sequence[AssumedChange]
) -> Sequence[UUID]:
    match change:
        case EndPlaces(provider_id=UUID() as provider_id, places=int() as count):
            days = (change.on, change.on + timedelta(days=1))
        case SupplementChange(provider_id=UUID() as provider_id, places=int() as count):
            days = (change.from_, change.from_)
        case EndPlaces() | SupplementChange() | ShareChange():
            return change.placement_ids or []
        case _:
            return []
    await find_reference(queries, Provider, provider_id, f"#/changes/{number}/provider_id")
    ended = {
        id_
        for other in earlier
        if isinstance(other.change, EndPlaces) and other.change.on < days[1]
        for id_ in other.placement_ids
    }
    rows = await queries.fetch(_ACTIVE_OF_PROVIDER, provider_id=provider_id, on=on, first_day=days[0], last_day=days[1])
    active: list[UUID] = [id_ for (id_,) in rows if id_ not in ended]
    if count > len(active):
        raise VALIDATION(
            f"«places» er {count}, men vekstbedrifta har {len(active)} slike plassar {days[0]}.",
            pointer=f"#/changes/{number}/places",
        )
    return active[:count]


def apply_changes(inputs: PositionInputs, changes: Sequence[AssumedChange]) -> PositionInputs:
    """The inputs of one year with everything assumed that begins by its end."""
    for assumed in changes:
        change, periods = assumed.change, inputs.periods
        dated = _get_day(change)
        if dated is not None and dated[1].year > inputs.year:
            continue
        chosen = np.isin(periods.placement, assumed.indexes)
        match change:
            case AddPlaces():
                inputs = replace(inputs, periods=_add_places(periods, change))
            case EndPlaces():
                inputs = replace(inputs, periods=_end_places(periods, chosen, change.on))
            case ShareChange():
                inputs = replace(inputs, periods=_change_share(periods, chosen, change.share, change.from_))
            case SupplementChange():
                inputs = replace(inputs, periods=_add_supplements(periods, assumed.indexes, change))
            case RateChange():
                rate = Rate(None, change.from_, min(inputs.on, change.from_), to_ore(change.monthly_amount))
                earlier = [row for row in inputs.rates if row.valid_from < change.from_]
                inputs = replace(inputs, rates=[*earlier, rate])
            case SupplementPercentChange():
                guidelines = _change_supplement_percent(inputs.guidelines, change.percent * 100, change.from_)
                inputs = replace(inputs, guidelines=guidelines)
            case FrameChange():
                inputs = replace(inputs, frames=[Frame(None, inputs.on, to_ore(change.amount))])
            case RefundChange():
                inputs = replace(inputs, expected_refund=to_ore(change.amount))
    # A change of an earlier year may leave rows behind that have no day in this one.
    inputs = replace(inputs, periods=inputs.periods.overlapping(date(inputs.year, 1, 1), date(inputs.year, 12, 31)))
    _require_exact_sums(inputs.periods)
    return inputs


def assume_year(inputs: PositionInputs, asked: WhatIfYearsIn, changes: Sequence[AssumedChange]) -> PositionInputs:
    """C15: the inputs of one of the years with all that is assumed of it. 422 for a rate that grows too large."""
    inputs = apply_changes(inputs, changes)
    if asked.rate_percent_a_year is not None:
        try:
            rates = raise_rates(inputs.rates, to_ore(asked.rate_percent_a_year), inputs.on, inputs.year)
        except ValueError as fault:
            raise VALIDATION(
                f"Satsen vert for stor i {inputs.year} med «rate_percent_a_year» lagd til kvart år.",
                pointer="#/rate_percent_a_year",
            ) from fault
        inputs = replace(inputs, rates=rates)
    for frame in asked.frames:
        if frame.year == inputs.year:
            inputs = replace(inputs, frames=[Frame(None, inputs.on, to_ore(frame.amount))])
    return inputs


def require_frames_in_years(asked: WhatIfYearsIn) -> None:
    """C15: 422 for a frame outside the years, and for a second one of the same year."""
    faults = []
    years: set[int] = set()
    for number, frame in enumerate(asked.frames):
        if not asked.from_year <= frame.year <= asked.to_year:
            sentence = f"er {frame.year}, utanfor åra det er spurt om ({asked.from_year}–{asked.to_year})"
            faults.append(FieldError(f"#/frames/{number}/year", sentence))
        elif frame.year in years:
            faults.append(FieldError(f"#/frames/{number}/year", f"er {frame.year}, som alt har ei ramme her"))
        years.add(frame.year)
    if faults:
        raise VALIDATION(f"Året til ei budsjettramme {faults[0].detail}.", errors=faults)


def _get_day(change: Assumption) -> tuple[str, date] | None:
    """The field and the day from which a change holds; None where it holds always."""
    match change:
        case FrameChange() | RefundChange():
            return None
        case EndPlaces():
            return "on", change.on
        case _:
            return "from", change.from_


def _require_effect(last_year: int, changes: Sequence[Assumption]) -> None:
    faults = []
    for number, change in enumerate(changes):
        dated = _get_day(change)
        if dated is not None and dated[1].year > last_year:
            sentence = f"er etter {last_year}, så endringa har ingen verknad"
            faults.append(FieldError(f"#/changes/{number}/{dated[0]}", sentence))
    if faults:
        raise VALIDATION(f"Endringa gjeld frå etter {last_year}, og har ingen verknad.", errors=faults)


def _add_places(periods: PeriodColumns, change: AddPlaces) -> PeriodColumns:
    places = change.places
    last_day = OPEN_END if change.to is None else change.to.toordinal()
    new = np.full(places, 1, np.int64)
    return PeriodColumns.from_columns(
        np.concatenate([periods.placement, periods.count + np.arange(places)]),
        np.concatenate([periods.first_day, new * change.from_.toordinal()]),
        np.concatenate([periods.last_day, new * last_day]),
        np.concatenate([periods.share, new * change.share]),
        np.concatenate([periods.monthly_ore, new * STANDARD_PRICE]),
        supplements=periods.supplements,
        count=periods.count + places,
    )


def _end_places(periods: PeriodColumns, chosen: npt.NDArray[np.bool_], last_day: date) -> PeriodColumns:
    cut = np.minimum(periods.last_day, np.int32(last_day.toordinal()))
    return replace(periods, last_day=np.where(chosen, cut, periods.last_day))


def _change_share(periods: PeriodColumns, chosen: npt.NDArray[np.bool_], share: int, first_day: date) -> PeriodColumns:
    """Rows that contain the day are cut in two; from the day on they have the new share."""
    day = np.int32(first_day.toordinal())
    cut = chosen & (periods.first_day < day) & (periods.last_day >= day)
    later = chosen & (periods.first_day >= day)
    return PeriodColumns.from_columns(
        np.concatenate([periods.placement, periods.placement[cut]]),
        np.concatenate([periods.first_day, np.full_like(periods.first_day[cut], day)]),
        np.concatenate([np.where(cut, day - 1, periods.last_day), periods.last_day[cut]]),
        np.concatenate([np.where(later, share, periods.share), np.full_like(periods.share[cut], share)]),
        np.concatenate([periods.monthly_ore, periods.monthly_ore[cut]]),
        supplements=periods.supplements,
        count=periods.count,
    )


def _add_supplements(periods: PeriodColumns, indexes: Sequence[int], change: SupplementChange) -> PeriodColumns:
    """L6: one row a place, on top of the supplements there are."""
    before = periods.supplements or PeriodColumns.from_rows([])
    last_day = OPEN_END if change.to is None else change.to.toordinal()
    new = np.full(len(indexes), 1, np.int64)
    supplements = PeriodColumns.from_columns(
        np.concatenate([before.placement, np.array(indexes, np.int64)]),
        np.concatenate([before.first_day, new * change.from_.toordinal()]),
        np.concatenate([before.last_day, new * last_day]),
        np.concatenate([before.share, new * PERCENT]),
        np.concatenate([before.monthly_ore, new * to_ore(change.monthly_amount)]),
        count=periods.count,
    )
    return replace(periods, supplements=supplements)


def _change_supplement_percent(guidelines: Sequence[Guideline], supplement_bp: int, first_day: date) -> list[Guideline]:
    earlier = [version for version in guidelines if version.valid_from < first_day]
    later = [replace(version, supplement_bp=supplement_bp) for version in guidelines if version.valid_from > first_day]
    try:
        in_force = find_guideline(guidelines, first_day)
    except GuidelineMissing:
        return [*earlier, *later]
    return [*earlier, replace(in_force, id=None, valid_from=first_day, supplement_bp=supplement_bp), *later]


def _require_exact_sums(periods: PeriodColumns) -> None:
    rows = np.bincount(periods.placement, minlength=periods.count)
    if periods.supplements is not None:
        rows = rows + np.bincount(periods.supplements.placement, minlength=periods.count)
    if rows.max(initial=0) > MAX_ROWS_PER_PLACEMENT:
        raise VALIDATION("For mange endringar av same plass.", pointer="#/changes")
