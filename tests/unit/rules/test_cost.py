"""C1-C4, C6, C8, C10: worked numbers, the published rates, and the bounds."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import TypedDict, cast

import numpy as np
import pytest

from app.rules.cost import (
    YearTotals,
    calculate_month_costs,
    calculate_year_totals,
)
from app.rules.money import to_ore
from app.rules.placement_periods import PeriodColumns, PlacementPeriod, Supplement
from app.rules.prices import (
    MAX_MONTHLY_ORE,
    MAX_SUPPLEMENT_BP,
    Guideline,
    GuidelineMissing,
    Proration,
    Rate,
    RateMissing,
)
from tests.unit.rules import oracle

CASES = Path(__file__).parents[2] / "cases"
KNOWN_ON = date(2030, 1, 1)
RATE_2022 = Rate(None, date(2022, 1, 1), date(2022, 1, 1), 1_487_800)
ONE_ORE = Rate(None, date(2022, 1, 1), date(2022, 1, 1), 1)
GUIDELINE = Guideline(None, date(2022, 1, 1))


MonthCase = TypedDict(
    "MonthCase", {"rate": str, "from": str, "to": str, "proration": Proration, "amount": str, "why": str}, total=False
)


def month_cases() -> list[MonthCase]:
    return cast(list[MonthCase], json.loads((CASES / "cost.json").read_text(encoding="utf-8"))["months"])


def year(periods: PeriodColumns, of: int = 2022, rate: int = 1_487_800) -> list[int]:
    rates = [Rate(None, date(2020, 1, 1), date(2020, 1, 1), rate)]
    costs = calculate_month_costs(periods, of, rates, [Guideline(None, date(2020, 1, 1))], KNOWN_ON)
    return [int(month) for month in costs.sum(axis=1)]


@pytest.mark.parametrize("case", month_cases(), ids=lambda case: case["why"])
def test_c3_worked_months(case: MonthCase) -> None:
    """C3, C4: `cases/cost.json`, to the øre."""
    first, last = date.fromisoformat(case["from"]), date.fromisoformat(case["to"])
    rates = [Rate(None, date(2022, 1, 1), date(2022, 1, 1), to_ore(Decimal(case["rate"])))]
    guidelines = [Guideline(None, date(2022, 1, 1), proration=case.get("proration", "calendar_days"))]
    costs = calculate_month_costs(
        PeriodColumns.from_rows([PlacementPeriod(0, first, last)]), first.year, rates, guidelines, KNOWN_ON
    )
    assert costs[first.month - 1, 0] == to_ore(Decimal(case["amount"]))
    assert costs.sum() == costs[first.month - 1, 0]


def test_c3_a_rate_that_changes_inside_a_month() -> None:
    """C3: each day carries the price of its day: 10 days of 30 at 22 317, 20 at 30 000."""
    rates = [RATE_2022, Rate(None, date(2022, 6, 11), date(2022, 1, 1), 2_000_000)]
    costs = calculate_month_costs(
        PeriodColumns.from_rows([PlacementPeriod(0, date(2022, 6, 1))]), 2022, rates, [GUIDELINE], KNOWN_ON
    )
    assert costs[5, 0] == (2_231_700 * 10 + 3_000_000 * 20) // 30
    assert costs[6, 0] == 3_000_000


def test_c3_leap_years() -> None:
    """C3: a month has its true number of days; the year that is no leap year has no 29 February to pay."""
    assert year(PeriodColumns.from_rows([PlacementPeriod(0, date(2024, 2, 29), date(2024, 2, 29))]), 2024)[1] == round(
        2_231_700 / 29
    )
    assert year(PeriodColumns.from_rows([PlacementPeriod(0, date(2023, 2, 28), date(2023, 2, 28))]), 2023)[1] == round(
        2_231_700 / 28
    )
    assert year(PeriodColumns.from_rows([PlacementPeriod(0, date(2000, 1, 1))]), 2024) == [2_231_700] * 12


def test_c3_weekdays_count_public_holidays() -> None:
    """C3: Monday to Friday over Monday to Friday: May 2022 has 22, although two of them are holidays."""
    guidelines = [Guideline(None, date(2022, 1, 1), proration="weekdays")]
    periods = PeriodColumns.from_rows(
        [PlacementPeriod(0, date(2022, 5, 17), date(2022, 5, 17)), PlacementPeriod(1, date(2022, 1, 1))]
    )
    costs = calculate_month_costs(periods, 2022, [RATE_2022], guidelines, KNOWN_ON)
    assert costs[4, 0] == round(2_231_700 / 22)
    assert costs[:, 1].tolist() == [2_231_700] * 12


def test_c3_share_and_own_price() -> None:
    """C3, L2: 60 % of the price, and a `legacy` place at a price of its own, which needs no rate."""
    assert year(PeriodColumns.from_rows([PlacementPeriod(0, date(2022, 1, 1), share=60)]))[0] == 1_339_020
    legacy = PeriodColumns.from_rows([PlacementPeriod(0, date(2020, 1, 1), monthly_ore=2_000_001, share=50)])
    # 1 000 000.5 øre: a half goes up.
    assert calculate_month_costs(legacy, 2022, [], [], KNOWN_ON)[:, 0].tolist() == [1_000_001] * 12


def test_c3_a_half_krone_price() -> None:
    """C3: 26 182.50 a month; one day of January is 844.596… kroner."""
    assert (
        year(PeriodColumns.from_rows([PlacementPeriod(0, date(2026, 1, 1), date(2026, 1, 1))]), 2026, 1_745_500)[0]
        == 84_460
    )
    assert year(PeriodColumns.from_rows([PlacementPeriod(0, date(2026, 1, 1))]), 2026, 1_745_500) == [2_618_250] * 12


def test_c4_segments_of_one_placement_are_rounded_together() -> None:
    """C4: three days of 719.903 are 2 159.71 together, but 3 x 719.90 as three placements."""
    segments = [date(2022, 1, day) for day in (1, 2, 3)]
    together = PeriodColumns.from_rows([PlacementPeriod(0, day, day) for day in segments])
    apart = PeriodColumns.from_rows([PlacementPeriod(placement, day, day) for placement, day in enumerate(segments)])
    assert year(together)[0] == 215_971
    assert year(apart)[0] == 3 * 71_990


def test_l6_a_supplement_comes_on_top_while_the_placement_lasts() -> None:
    """L6, C4: 3 000 a month, not scaled by the share, cut where the placement ends, rounded together with it."""
    periods = PeriodColumns.from_rows(
        [PlacementPeriod(0, date(2022, 1, 1), date(2022, 6, 15), share=50), PlacementPeriod(1, date(2022, 1, 1))],
        [Supplement(0, date(2021, 1, 1), None, 300_000), Supplement(2, date(2022, 1, 1), None, 300_000)],
    )
    assert periods.count == 3
    costs = calculate_month_costs(periods, 2022, [RATE_2022], [GUIDELINE], KNOWN_ON)
    assert costs[:, 0].tolist() == [1_415_850] * 5 + [707_925] + [0] * 6
    assert costs[:, 1].tolist() == [2_231_700] * 12
    assert costs[:, 2].tolist() == [0] * 12
    assert calculate_month_costs(periods, 2022, [RATE_2022], [GUIDELINE], KNOWN_ON, date(2022, 5, 31))[5:].sum() == 0


def test_c6_an_end_before_the_first_day_is_no_period() -> None:
    """C6: it costs nothing, counts nowhere and needs no rate."""
    periods = PeriodColumns.from_rows([PlacementPeriod(0, date(2022, 6, 2), date(2022, 6, 1))])
    totals = calculate_year_totals(periods, 2022, [], [], KNOWN_ON, date(2022, 6, 1))
    assert totals == YearTotals((0,) * 12, (0,) * 12, 0, Fraction(0), 0)


def test_c8_one_more_standard_place_to_the_years_end() -> None:
    """C8: 6 x 22 317 from July, nothing from another year."""
    none = PeriodColumns.from_rows([])
    for room_from, cost in (
        (date(2022, 7, 1), 6 * 2_231_700),
        (date(2022, 12, 1), 2_231_700),
        (date(2022, 12, 31), 71_990),
        (date(2023, 1, 1), 0),
        (date(2021, 12, 31), 12 * 2_231_700),
    ):
        totals = calculate_year_totals(none, 2022, [RATE_2022], [GUIDELINE], KNOWN_ON, KNOWN_ON, room_from)
        assert totals.standard_place_cost == cost
    assert calculate_year_totals(none, 2022, [], [], KNOWN_ON, KNOWN_ON, date(2022, 7, 1)).standard_place_cost is None


def test_c10_the_municipal_share_of_a_vta_place() -> None:
    """C10: 2022 at least 3 719.50 a month, `legacy` places too, without supplements, at the same share."""
    periods = PeriodColumns.from_rows(
        [
            PlacementPeriod(0, date(2022, 1, 1)),
            PlacementPeriod(1, date(2020, 1, 1), monthly_ore=1),
            PlacementPeriod(2, date(2022, 1, 1), share=50),
        ],
        [Supplement(0, date(2022, 1, 1), None, 300_000)],
    )
    totals = calculate_year_totals(periods, 2022, [RATE_2022], [GUIDELINE], KNOWN_ON, KNOWN_ON)
    assert totals.vta_cost == 12 * (371_950 + 371_950 + 185_975)


def test_c1_a_missing_price_is_named_over_all_blocks() -> None:
    """C1: the first day over every placement, however many there are; of two missing on a day, the rate."""
    late = [PlacementPeriod(placement, date(2022, 3, 1)) for placement in range(9_000)]
    periods = PeriodColumns.from_rows([*late, PlacementPeriod(9_000, date(2022, 2, 3))])
    rates = [Rate(None, date(2022, 2, 10), date(2022, 1, 1), 1)]
    with pytest.raises(RateMissing) as missing:
        calculate_month_costs(periods, 2022, rates, [], KNOWN_ON)
    assert missing.value.day == date(2022, 2, 3)
    with pytest.raises(GuidelineMissing) as unruled:
        calculate_month_costs(periods, 2022, [RATE_2022], [Guideline(None, date(2022, 3, 1))], KNOWN_ON)
    assert unruled.value.day == date(2022, 2, 3)
    # From the rate's own first day on, it is the guideline version that is missing.
    from_the_rate = PeriodColumns.from_rows([PlacementPeriod(0, date(2022, 2, 10))])
    with pytest.raises(GuidelineMissing) as after_the_rate:
        calculate_month_costs(from_the_rate, 2022, rates, [], KNOWN_ON)
    assert after_the_rate.value.day == date(2022, 2, 10)


def test_c4_many_placements_cost_what_each_does() -> None:
    """C4: 30 000 placements with segments and supplements over several blocks, against each kind computed alone."""
    random = Random(20220101)
    kinds: list[tuple[list[PlacementPeriod], list[Supplement]]] = [
        ([PlacementPeriod(0, date(2022, 3, 15)), PlacementPeriod(0, date(2021, 1, 1), date(2022, 3, 14), 60)], []),
        ([PlacementPeriod(0, date(2022, 2, 10), None, 80, 1_999_999)], [Supplement(0, date(2022, 5, 5), None, 12_345)]),
        ([PlacementPeriod(0, date(2020, 1, 1))], []),
    ]
    rates = [RATE_2022, Rate(None, date(2020, 1, 1), date(2020, 1, 1), 1)]
    guidelines = [Guideline(None, date(2020, 1, 1))]
    alone = [
        calculate_month_costs(PeriodColumns.from_rows(rows, extra), 2022, rates, guidelines, KNOWN_ON)
        for rows, extra in kinds
    ]
    of = random.choices(range(3), k=30_000)
    rows = [replace(row, placement=index) for index, kind in enumerate(of) for row in kinds[kind][0]]
    extra = [replace(row, placement=index) for index, kind in enumerate(of) for row in kinds[kind][1]]
    costs = calculate_month_costs(PeriodColumns.from_rows(rows, extra), 2022, rates, guidelines, KNOWN_ON)
    assert (costs == np.hstack(alone)[:, of]).all()


@pytest.mark.parametrize("proration", ["calendar_days", "weekdays"])
def test_c4_the_largest_amounts_are_exact(proration: Proration) -> None:
    """C4: at the very top of every bound, 49 rows of one placement are exact."""
    rates = [Rate(None, date(2022, 1, 1), date(2022, 1, 1), MAX_MONTHLY_ORE)]
    guidelines = [Guideline(None, date(2022, 1, 1), MAX_SUPPLEMENT_BP, proration)]
    for own in (None, MAX_MONTHLY_ORE):
        periods = PeriodColumns.from_rows([PlacementPeriod(0, date(2022, 1, 1), monthly_ore=own)] * 49)
        price = own or 3 * MAX_MONTHLY_ORE
        assert calculate_month_costs(periods, 2022, rates, guidelines, KNOWN_ON)[:, 0].tolist() == [49 * price] * 12


def test_c4_what_might_not_be_exact_is_refused() -> None:
    """C4: one row more at the top is refused, never wrong; with prices of their own 148 rows are exact."""
    rates = [Rate(None, date(2022, 1, 1), date(2022, 1, 1), MAX_MONTHLY_ORE)]
    guidelines = [Guideline(None, date(2022, 1, 1), MAX_SUPPLEMENT_BP)]
    for rows, known in ([PlacementPeriod(0, date(2022, 1, 1))] * 50, rates), (
        [PlacementPeriod(0, date(2022, 1, 1), monthly_ore=MAX_MONTHLY_ORE)] * 149, []
    ):  # fmt: skip
        with pytest.raises(ValueError, match="too many rows"):
            calculate_month_costs(PeriodColumns.from_rows(rows), 2022, known, guidelines, KNOWN_ON)
        calculate_month_costs(PeriodColumns.from_rows(rows[1:]), 2022, known, guidelines, KNOWN_ON)


def test_c4_no_placements_cost_nothing() -> None:
    """C4: months without placements, and placements without periods."""
    assert calculate_month_costs(PeriodColumns.from_rows([]), 2022, [], [], KNOWN_ON).shape == (12, 0)
    assert (
        calculate_month_costs(PeriodColumns.from_rows([], count=4), 2022, [], [], KNOWN_ON).tolist() == [[0] * 4] * 12
    )


def test_c4_every_year_of_the_calendar_has_a_cost() -> None:
    """C4: the first and the last year there are, too."""
    periods = PeriodColumns.from_rows([PlacementPeriod(0, date.min, None, 100, 310)])
    for of in (1, 9999):
        assert calculate_month_costs(periods, of, [], [], KNOWN_ON)[:, 0].tolist() == [310] * 12
    assert oracle.rounded(Fraction(1, 2)) == 1
