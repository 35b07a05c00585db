"""C9: a year's position under assumed changes: computed as the year's own, from changed inputs. Nothing is stored.

Changes are applied in the order given. **Decided here**: an assumed rate or supplement percent holds from its day on,
whatever rates and guideline versions come after it; an assumed frame replaces every other. A change from a day after
the year has no effect in it, so it is refused; one from a day before the year applies to the whole year.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Annotated, Any, Literal, Self
from uuid import UUID

import numpy as np
import numpy.typing as npt
from pydantic import Field as Limits
from pydantic import model_validator

from app.budget.placement_periods import IdentifiedPeriods
from app.budget.schemas import Month, PositionOut
from app.http.problems import NOT_FOUND, VALIDATION, FieldError
from app.http.schemas import INTEGER, Amount, Day, FieldFault, Money, Percent, Shape
from app.rates.schemas import MonthlyAmount
from app.rules.money import to_ore
from app.rules.placement_periods import OPEN_END, STANDARD_PRICE, PeriodColumns
from app.rules.position import Frame, PositionInputs
from app.rules.prices import Guideline, GuidelineMissing, Rate, find_guideline

# So many rows of one placement are summed exactly whatever the amounts (`app.rules.cost`).
MAX_ROWS_PER_PLACEMENT = 48

From = Annotated[Day, Limits(alias="from", examples=["2022-08-01"])]
PlacementIds = Annotated[list[UUID], Limits(min_length=1, max_length=200)]


class AddPlaces(Shape):
    """A number of further standard places from a day on: whole places without an end, unless it says otherwise."""

    change: Literal["add_places"]
    places: Annotated[int, Limits(ge=1, le=1000, examples=[3]), INTEGER]
    from_: From
    to: Annotated[Day | None, Limits(description="Last day, inclusive (L7).", examples=["2022-12-31"])] = None
    share: Annotated[Percent, Limits(examples=[100])] = 100

    @model_validator(mode="after")
    def _check_days(self) -> Self:
        if self.to is not None and self.to < self.from_:
            raise FieldFault("to", "«to» kan ikkje vere før «from»")
        return self


class EndPlaces(Shape):
    """A last day for these placements."""

    change: Literal["end_places"]
    placement_ids: PlacementIds
    on: Annotated[Day, Limits(description="Last day, inclusive; it is paid (L3).", examples=["2022-12-31"])]


class RateChange(Shape):
    """Another rate per place and month from a day on (C1)."""

    change: Literal["rate"]
    monthly_amount: MonthlyAmount
    from_: From


class SupplementPercentChange(Shape):
    """Another supplement in percent of the rate from a day on (C2)."""

    change: Literal["supplement_percent"]
    percent: Annotated[int, Limits(ge=0, le=200, examples=[40]), INTEGER]
    from_: From


class FrameChange(Shape):
    """Another frame for the year (C5)."""

    change: Literal["frame"]
    amount: Annotated[Money, Limits(examples=["6434000.00"])]


class ShareChange(Shape):
    """Another share for these placements from a day on."""

    change: Literal["share"]
    placement_ids: PlacementIds
    share: Annotated[Percent, Limits(examples=[50])]
    from_: From


Assumption = Annotated[
    AddPlaces | EndPlaces | RateChange | SupplementPercentChange | FrameChange | ShareChange,
    Limits(discriminator="change"),
]


class WhatIfIn(Shape):
    """The assumed changes, in the order they are applied (C9)."""

    changes: Annotated[list[Assumption], Limits(max_length=50)]


class WhatIfMonth(Shape):
    """A month's forecast before and after; `difference` = after − before."""

    month: Month
    before: Amount
    after: Amount
    difference: Amount


class WhatIfOut(Shape):
    """The year's position before and after the changes, and the difference per month (C9)."""

    before: PositionOut
    after: PositionOut
    months: list[WhatIfMonth]


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


def apply_changes(inputs: PositionInputs, known: IdentifiedPeriods, changes: Sequence[Assumption]) -> PositionInputs:
    """The inputs with everything assumed. 404 for a placement that is not among the year's, 422 for a day after it."""
    _require_effect(inputs.year, changes)
    for number, change in enumerate(changes):
        periods, pointer = inputs.periods, f"#/changes/{number}/placement_ids"
        match change:
            case AddPlaces():
                inputs = replace(inputs, periods=_add_places(periods, change))
            case EndPlaces():
                chosen = _select_rows(periods, known, change.placement_ids, pointer)
                inputs = replace(inputs, periods=_end_places(periods, chosen, change.on))
            case ShareChange():
                chosen = _select_rows(periods, known, change.placement_ids, pointer)
                inputs = replace(inputs, periods=_change_share(periods, chosen, change.share, change.from_))
            case RateChange():
                rate = Rate(None, change.from_, min(inputs.on, change.from_), to_ore(change.monthly_amount))
                earlier = [row for row in inputs.rates if row.valid_from < change.from_]
                inputs = replace(inputs, rates=[*earlier, rate])
            case SupplementPercentChange():
                guidelines = _change_supplement(inputs.guidelines, change.percent * 100, change.from_)
                inputs = replace(inputs, guidelines=guidelines)
            case FrameChange():
                inputs = replace(inputs, frames=[Frame(None, inputs.on, to_ore(change.amount))])
    _require_exact_sums(inputs.periods)
    return inputs


def list_placements(changes: Iterable[Assumption]) -> set[UUID]:
    """The placements that the changes name: the difference they make tells what each of them costs."""
    return {id_ for change in changes if isinstance(change, EndPlaces | ShareChange) for id_ in change.placement_ids}


def _require_effect(year: int, changes: Sequence[Assumption]) -> None:
    faults = []
    for number, change in enumerate(changes):
        match change:
            case FrameChange():
                continue
            case EndPlaces():
                name, day = "on", change.on
            case _:
                name, day = "from", change.from_
        if day.year > year:
            faults.append(FieldError(f"#/changes/{number}/{name}", f"er etter {year}, så endringa har ingen verknad"))
    if faults:
        raise VALIDATION(f"Endringa gjeld frå etter {year}, og har ingen verknad i det året.", errors=faults)


def _select_rows(
    periods: PeriodColumns, known: IdentifiedPeriods, ids: Sequence[UUID], pointer: str
) -> npt.NDArray[np.bool_]:
    """Which rows are these placements'."""
    index_of = {bytes(key).ljust(16, b"\0"): index for index, key in enumerate(known.placement)}
    for number, id_ in enumerate(ids):
        if id_.bytes not in index_of:
            raise NOT_FOUND("Plassen finst ikkje i dette året.", pointer=f"{pointer}/{number}")
    return np.isin(periods.placement, [index_of[id_.bytes] for id_ in ids])


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


def _change_supplement(guidelines: Sequence[Guideline], supplement_bp: int, first_day: date) -> list[Guideline]:
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
