"""C9: what a year would look like under assumed changes: the same question, asked of other facts. Nothing is stored.

The changes are made in the order given. **Decided here**: an assumed rate or supplement percent holds from its day on,
whatever rates and guideline versions come after it; an assumed frame takes the place of every other. What begins after
the year has no effect in it, so it is refused rather than answered with an unchanged year; a day before it is taken.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

import numpy as np
import numpy.typing as npt
from pydantic import BeforeValidator
from pydantic import Field as Limits

from app.budget.placement_periods import IdentifiedStays
from app.budget.schemas import Month, PositionOut
from app.http.problems import NOT_FOUND, VALIDATION, FieldError
from app.http.schemas import Amount, Day, Money, Percent, Shape
from app.rates.schemas import MonthlyAmount
from app.rules.money import to_ore
from app.rules.placement_periods import OPEN_END, STANDARD_PRICE, PeriodColumns
from app.rules.position import Frame, PositionInputs
from app.rules.prices import Guideline, GuidelineMissing, Rate, find_guideline

# Rows of one placement that the rules count exactly whatever the amounts (`rules.cost`).
MOST_ROWS = 48


def _whole(value: object) -> object:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if type(value) is not int:
        raise ValueError("må vere eit heiltal")
    return value


From = Annotated[Day, Limits(alias="from", examples=["2022-08-01"])]
PlacementIds = Annotated[list[UUID], Limits(min_length=1, max_length=200)]


class AddPlaces(Shape):
    """So many more standard places from a day on."""

    change: Literal["add_places"]
    places: Annotated[int, Limits(ge=1, le=1000, examples=[3]), BeforeValidator(_whole)]
    from_: From


class EndPlaces(Shape):
    """These places have their last day on a day."""

    change: Literal["end_places"]
    placement_ids: PlacementIds
    on: Annotated[Day, Limits(description="The last day, which is paid too.", examples=["2022-12-31"])]


class AnotherRate(Shape):
    """Another rate per place per month from a day on."""

    change: Literal["rate"]
    monthly_amount: MonthlyAmount
    from_: From


class AnotherSupplement(Shape):
    """Another supplement in percent of the rate from a day on (C2)."""

    change: Literal["supplement_percent"]
    percent: Annotated[int, Limits(ge=0, le=200, examples=[40]), BeforeValidator(_whole)]
    from_: From


class AnotherFrame(Shape):
    """Another frame for the year (C5)."""

    change: Literal["frame"]
    amount: Annotated[Money, Limits(examples=["6434000.00"])]


class AnotherShare(Shape):
    """Another share of these places from a day on."""

    change: Literal["share"]
    placement_ids: PlacementIds
    share: Annotated[Percent, Limits(examples=[50])]
    from_: From


Assumption = Annotated[
    AddPlaces | EndPlaces | AnotherRate | AnotherSupplement | AnotherFrame | AnotherShare,
    Limits(discriminator="change"),
]


class WhatIfIn(Shape):
    """What is assumed, in the order in which it happens."""

    changes: Annotated[list[Assumption], Limits(max_length=50)]


class WhatIfMonth(Shape):
    """A month's forecast before and after; `difference` is what it costs more."""

    month: Month
    before: Amount
    after: Amount
    difference: Amount


class WhatIfOut(Shape):
    """The year's position as it is, as it would be, and the difference month by month."""

    before: PositionOut
    after: PositionOut
    months: list[WhatIfMonth]


# The five questions of a budget meeting.
EXAMPLES: dict[str, Any] = {
    "three_more_places": {
        "summary": "3 more places from August",
        "value": {"changes": [{"change": "add_places", "places": 3, "from": "2022-08-01"}]},
    },
    "next_years_rate": {
        "summary": "The rate + 4 % from July",
        "value": {"changes": [{"change": "rate", "monthly_amount": "15473.12", "from": "2022-07-01"}]},
    },
    "another_supplement": {
        "summary": "Supplement 40 %",
        "value": {"changes": [{"change": "supplement_percent", "percent": 40, "from": "2022-01-01"}]},
    },
    "two_places_end": {
        "summary": "Two places end at New Year",
        "value": {
            "changes": [
                {
                    "change": "end_places",
                    "placement_ids": ["016e0000-0005-7000-8000-000000000001", "016e0000-0005-7000-8000-000000000002"],
                    "on": "2022-12-31",
                }
            ]
        },
    },
    "a_smaller_frame": {
        "summary": "The frame cut by half a million",
        "value": {"changes": [{"change": "frame", "amount": "6434000.00"}]},
    },
}


def assumed(question: PositionInputs, known: IdentifiedStays, changes: Sequence[Assumption]) -> PositionInputs:
    """The question with everything assumed. 404 for a place that is not among the year's, 422 for a day after it."""
    _demand_within(question.year, changes)
    for number, change in enumerate(changes):
        where = f"#/changes/{number}/placement_ids"
        match change:
            case AddPlaces():
                question = replace(question, periods=_more(question.periods, change.places, change.from_))
            case EndPlaces():
                chosen = _chosen(question.periods, known, change.placement_ids, where)
                question = replace(question, periods=_ended(question.periods, chosen, change.on))
            case AnotherShare():
                chosen = _chosen(question.periods, known, change.placement_ids, where)
                question = replace(question, periods=_shared(question.periods, chosen, change.share, change.from_))
            case AnotherRate():
                rate = Rate(None, change.from_, min(question.on, change.from_), to_ore(change.monthly_amount))
                earlier = [row for row in question.rates if row.valid_from < change.from_]
                question = replace(question, rates=[*earlier, rate])
            case AnotherSupplement():
                question = replace(question, guidelines=_supplemented(question.guidelines, change))
            case AnotherFrame():
                question = replace(question, frames=[Frame(None, question.on, to_ore(change.amount))])
    _demand_exact(question.periods)
    return question


def placements_in(changes: Iterable[Assumption]) -> set[UUID]:
    """The places that are named: what the year costs without one is what that one costs."""
    return {id_ for change in changes if isinstance(change, EndPlaces | AnotherShare) for id_ in change.placement_ids}


def _demand_within(year: int, changes: Sequence[Assumption]) -> None:
    faults = []
    for number, change in enumerate(changes):
        match change:
            case AnotherFrame():
                continue
            case EndPlaces():
                name, day = "on", change.on
            case _:
                name, day = "from", change.from_
        if day.year > year:
            faults.append(FieldError(f"#/changes/{number}/{name}", f"er etter {year}, så endringa har ingen verknad"))
    if faults:
        raise VALIDATION(f"Endringa gjeld frå etter {year}, og har ingen verknad i det året.", errors=faults)


def _chosen(stays: PeriodColumns, known: IdentifiedStays, ids: Sequence[UUID], where: str) -> npt.NDArray[np.bool_]:
    """The rows of these placements."""
    at = {bytes(key).ljust(16, b"\0"): index for index, key in enumerate(known.placement)}
    for number, id_ in enumerate(ids):
        if id_.bytes not in at:
            raise NOT_FOUND("Plassen finst ikkje i dette året.", pointer=f"{where}/{number}")
    return np.isin(stays.placement, [at[id_.bytes] for id_ in ids])


def _more(stays: PeriodColumns, places: int, first_day: date) -> PeriodColumns:
    new = np.full(places, 1, np.int64)
    return PeriodColumns.from_columns(
        np.concatenate([stays.placement, stays.count + np.arange(places)]),
        np.concatenate([stays.first_day, new * first_day.toordinal()]),
        np.concatenate([stays.last_day, new * OPEN_END]),
        np.concatenate([stays.share, new * 100]),
        np.concatenate([stays.monthly_ore, new * STANDARD_PRICE]),
        supplements=stays.supplements,
        count=stays.count + places,
    )


def _ended(stays: PeriodColumns, chosen: npt.NDArray[np.bool_], last_day: date) -> PeriodColumns:
    cut = np.minimum(stays.last_day, np.int32(last_day.toordinal()))
    return replace(stays, last_day=np.where(chosen, cut, stays.last_day))


def _shared(stays: PeriodColumns, chosen: npt.NDArray[np.bool_], share: int, first_day: date) -> PeriodColumns:
    """Rows that the day lies in are cut in two; from the day on they have the new share."""
    day = np.int32(first_day.toordinal())
    cut = chosen & (stays.first_day < day) & (stays.last_day >= day)
    later = chosen & (stays.first_day >= day)
    return PeriodColumns.from_columns(
        np.concatenate([stays.placement, stays.placement[cut]]),
        np.concatenate([stays.first_day, np.full_like(stays.first_day[cut], day)]),
        np.concatenate([np.where(cut, day - 1, stays.last_day), stays.last_day[cut]]),
        np.concatenate([np.where(later, share, stays.share), np.full_like(stays.share[cut], share)]),
        np.concatenate([stays.monthly_ore, stays.monthly_ore[cut]]),
        supplements=stays.supplements,
        count=stays.count,
    )


def _supplemented(guidelines: Sequence[Guideline], change: AnotherSupplement) -> list[Guideline]:
    supplement_bp = change.percent * 100
    earlier = [version for version in guidelines if version.valid_from < change.from_]
    later = [
        replace(version, supplement_bp=supplement_bp) for version in guidelines if version.valid_from > change.from_
    ]
    try:
        in_force = find_guideline(guidelines, change.from_)
    except GuidelineMissing:
        return [*earlier, *later]
    return [*earlier, replace(in_force, id=None, valid_from=change.from_, supplement_bp=supplement_bp), *later]


def _demand_exact(stays: PeriodColumns) -> None:
    rows = np.bincount(stays.placement, minlength=stays.count)
    if stays.supplements is not None:
        rows = rows + np.bincount(stays.supplements.placement, minlength=stays.count)
    if rows.max(initial=0) > MOST_ROWS:
        raise VALIDATION("For mange endringar av same plass.", pointer="#/changes")
