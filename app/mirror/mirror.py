"""«Speglar vedtaka faktisk behov?» (S4): an indicator table of a period, its small counts hidden (S6)."""

from datetime import date
from fractions import Fraction
from typing import Literal

from app.database.queries import Queries
from app.figures.figures import FiguresQuery, load_figures
from app.mirror.hours import load_hours
from app.mirror.schemas import LineCode, MirrorLine, MirrorOut
from app.rates.rates import load_least_count, load_mirror_thresholds
from app.rules.figures import Period, format_two_decimals, get_kind
from app.rules.mirror import (
    Mirror,
    ShownMirror,
    Thresholds,
    build_mirror,
    calculate_percent,
    find_few_people,
    reveal_mirror,
    show_mirror,
)

_ShownGroup = Literal["below", "within", "above", "without_need", "without_decision"]
_OF_COMPARED = " / personar der behov og vedtak er registrerte x 100"
_OF_ALL = " / personar med timar i perioden x 100"
_GROUP_LABELS: dict[_ShownGroup, tuple[str, str]] = {
    "below": (
        "Vedteke mindre enn behovet",
        "personar med vedtekne timar under {lower} prosent av behovet" + _OF_COMPARED,
    ),
    "within": (
        "Vedteke som behovet",
        "personar med vedtekne timar frå {lower} til {upper} prosent av behovet" + _OF_COMPARED,
    ),
    "above": ("Vedteke meir enn behovet", "personar med vedtekne timar over {upper} prosent av behovet" + _OF_COMPARED),
    "without_need": (
        "Vedtak utan registrert behov",
        "personar med vedtekne timar der behovet ikkje er registrert" + _OF_ALL,
    ),
    "without_decision": ("Behov utan vedtak", "personar med behov der det ikkje er vedteke timar" + _OF_ALL),
}


async def load_mirror(queries: Queries, period: Period, on: date, *, is_suppressed: bool) -> MirrorOut:
    """S4: the table as known on a day (S8). Sums of hours are hours a week, averaged over the days of the period."""
    async with queries.acting_as("case_officer"):
        thresholds = await load_mirror_thresholds(queries, on)
        least = await load_least_count(queries, on)
    hours = await load_hours(queries, period, on)
    mirror = build_mirror(hours.rows, hours.first_day, hours.last_day, thresholds)
    if is_suppressed:
        few = find_few_people(hours.rows, hours.first_day, hours.last_day, least)
        shown = show_mirror(mirror, few, least)
    else:
        shown = reveal_mirror(mirror)
    return MirrorOut(
        period=period.name,
        from_=hours.first_day,
        to=max(hours.first_day, hours.last_day),
        on=on,
        people=shown.people,
        lower_percent=thresholds.lower_percent,
        upper_percent=thresholds.upper_percent,
        reassessment_months=thresholds.reassessment_months,
        least_count=least,
        lines=[
            _list_need(mirror, shown),
            *_list_groups(shown, thresholds),
            _list_delivery(mirror, shown),
            _list_assessments(shown, thresholds),
            *await _list_places(queries, period, on, is_suppressed=is_suppressed),
        ],
    )


def _list_need(mirror: Mirror, shown: ShownMirror) -> MirrorLine:
    apart = [shown.groups["without_need"], shown.groups["without_decision"]]
    return _build_ratio(
        "decided_of_need",
        "Vedteke av behovet",
        "vedtekne timar i veka / timar i veka etter behov x 100, alle vedtak med",
        mirror.decided,
        mirror.need,
        people=shown.people,
        missing=_add(apart),
        is_shown=shown.shows_need,
    )


def _list_groups(shown: ShownMirror, thresholds: Thresholds) -> list[MirrorLine]:
    compared = _add([shown.groups[group] for group in ("below", "within", "above")])
    lines = []
    for group, (label, formula) in _GROUP_LABELS.items():
        count = shown.groups[group]
        is_compared = group in ("below", "within", "above")
        whole = compared if is_compared else shown.people
        percent = None if count is None or not whole else calculate_percent(Fraction(count), Fraction(whole))
        lines.append(
            MirrorLine(
                code=group,
                label=label,
                formula=formula.format(lower=thresholds.lower_percent, upper=thresholds.upper_percent),
                unit="prosent",
                numerator=count,
                denominator=whole,
                value=None if percent is None else format_two_decimals(percent),
                people=count,
                missing=_add([shown.groups["without_need"], shown.groups["without_decision"]]) if is_compared else 0,
                suppressed=count is None,
            )
        )
    return lines


def _list_delivery(mirror: Mirror, shown: ShownMirror) -> MirrorLine:
    return _build_ratio(
        "delivered_of_decided",
        "Levert av vedteke",
        "leverte timar i veka / vedtekne timar i veka x 100, der begge er registrerte",
        mirror.delivered_where_decided,
        mirror.decided_where_delivered,
        people=shown.with_delivery,
        missing=shown.without_delivery,
        is_shown=shown.shows_delivery,
    )


def _list_assessments(shown: ShownMirror, thresholds: Thresholds) -> MirrorLine:
    count, whole = shown.assessed_long_ago, _add([shown.assessed_lately, shown.assessed_long_ago])
    percent = None if count is None or not whole else calculate_percent(Fraction(count), Fraction(whole))
    return MirrorLine(
        code="assessed_long_ago",
        label="Lenge sidan kartlegginga",
        formula=f"personar som er kartlagde for meir enn {thresholds.reassessment_months} månader sidan / kartlagde"
        " personar x 100",
        unit="prosent",
        numerator=count,
        denominator=whole,
        value=None if percent is None else format_two_decimals(percent),
        people=whole,
        missing=shown.never_assessed,
        suppressed=count is None or whole is None,
    )


async def _list_places(queries: Queries, period: Period, on: date, *, is_suppressed: bool) -> list[MirrorLine]:
    """Where a place is the service: used and planned days (A3), as the figure of that name has it."""
    query = FiguresQuery(
        codes=["places_active", "used_percent"],
        period=get_kind(period),
        first_day=period.first_day,
        last_day=period.last_day,
        by=frozenset(),
        on=on,
        is_suppressed=is_suppressed,
    )
    found = {figure.code: figure for figure in await load_figures(queries, query)}
    used, places = found.get("used_percent"), found.get("places_active")
    if used is None or places is None:
        return []
    return [
        MirrorLine(
            code="used_of_planned",
            label="Brukt av plassen",
            formula="brukte dagar / planlagde dagar x 100, i vekstbedrift; personane er dei med plass den siste dagen",
            unit="prosent",
            numerator=used.numerator,
            denominator=used.denominator,
            value=used.value,
            people=None if places.value is None else int(places.value),
            missing=0,
            suppressed=used.suppressed,
        )
    ]


def _build_ratio(
    code: LineCode,
    label: str,
    formula: str,
    numerator: Fraction,
    denominator: Fraction,
    *,
    people: int | None,
    missing: int | None,
    is_shown: bool,
) -> MirrorLine:
    percent = calculate_percent(numerator, denominator)
    return MirrorLine(
        code=code,
        label=label,
        formula=formula,
        unit="prosent",
        numerator=format_two_decimals(numerator) if is_shown else None,
        denominator=format_two_decimals(denominator) if is_shown else None,
        value=format_two_decimals(percent) if is_shown and percent is not None else None,
        people=people,
        missing=missing,
        suppressed=not is_shown,
    )


def _add(counts: list[int | None]) -> int | None:
    """None where one of them is hidden."""
    known = [count for count in counts if count is not None]
    return sum(known) if len(known) == len(counts) else None
