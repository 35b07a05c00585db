"""Worlds to compute costs in: placements with segments, shares, own prices and supplements, under changing rates."""

from datetime import date, timedelta

from hypothesis import strategies as st

from app.rules.placement_periods import PlacementPeriod, Supplement
from app.rules.prices import MAX_MONTHLY_ORE, Guideline, Proration, Rate
from tests.unit.rules.oracle import World

YEARS = st.sampled_from([2022, 2023, 2024])
DAYS = st.dates(date(2021, 11, 1), date(2025, 2, 28))
SHARES = st.one_of(st.just(100), st.integers(1, 100))
AMOUNTS = st.one_of(
    st.integers(0, 3_000_000), st.sampled_from([0, 1, 1_487_800, 1_745_500, 2_618_250, MAX_MONTHLY_ORE])
)
PRORATIONS: st.SearchStrategy[Proration] = st.sampled_from(["calendar_days", "weekdays"])


@st.composite
def placements(draw: st.DrawFn, placement: int) -> list[PlacementPeriod]:
    """One placement: unbroken segments from a first day, the last of them perhaps open (L1, L7)."""
    first = draw(DAYS)
    rows = []
    for _ in range(draw(st.integers(1, 3))):
        last = first + timedelta(days=draw(st.integers(0, 200)))
        own = draw(st.one_of(st.none(), AMOUNTS))
        rows.append(PlacementPeriod(placement, first, last, draw(SHARES), own))
        first = last + timedelta(days=1)
    if draw(st.booleans()):
        final = rows.pop()
        rows.append(PlacementPeriod(placement, final.first_day, None, final.share, final.monthly_ore))
    return rows


@st.composite
def supplements(draw: st.DrawFn, count: int) -> Supplement:
    first = draw(DAYS)
    last = draw(st.one_of(st.none(), st.integers(0, 300).map(lambda length: first + timedelta(days=length))))
    return Supplement(draw(st.integers(0, count - 1)), first, last, draw(AMOUNTS))


@st.composite
def rate_rows(draw: st.DrawFn, *, always: bool = True) -> list[Rate]:
    """Rates that come into force and become known on any day; with `always` one is there from the start."""
    keys = draw(st.lists(st.tuples(DAYS, DAYS), max_size=4, unique=True))
    rows = [Rate(None, valid_from, known_from, draw(AMOUNTS)) for valid_from, known_from in keys]
    return [*rows, Rate(None, date(2020, 1, 1), date(2020, 1, 1), draw(AMOUNTS))] if always else rows


@st.composite
def guideline_rows(draw: st.DrawFn, *, always: bool = True) -> list[Guideline]:
    firsts = draw(st.lists(DAYS, max_size=2, unique=True))
    if always:
        firsts.append(date(2020, 1, 1))
    return [
        Guideline(
            None,
            first,
            supplement_bp=draw(st.one_of(st.just(5000), st.integers(0, 20_000))),
            proration=draw(PRORATIONS),
            vta_share_bp=draw(st.one_of(st.just(2500), st.integers(0, 10_000))),
        )
        for first in firsts
    ]


@st.composite
def worlds(draw: st.DrawFn, *, priced: bool = True) -> World:
    """A world; `priced` when every day must have a price."""
    count = draw(st.integers(1, 3))
    return World(
        periods=[period for placement in range(count) for period in draw(placements(placement))],
        supplements=draw(st.lists(supplements(count), max_size=2)),
        rates=draw(rate_rows(always=priced)),
        guidelines=draw(guideline_rows(always=priced)),
        known_on=draw(DAYS),
        count=count,
    )
