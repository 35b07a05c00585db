"""A placement's terms over time (L2, L5, L7, D6): what was granted first, and each decided change from its day on.

A change holds from its day on, also over changes decided earlier that begin later: what is decided last is what the
case office wants from that day. The last day is a fact of its own: notice, end and their withdrawal move it, and the
terms are cut by it and come back with it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Terms:
    """`share` in whole percent; `monthly_ore` is a legacy place's own price (L2), None the guideline's."""

    share: int
    monthly_ore: int | None
    medication_tasks: bool


@dataclass(frozen=True, slots=True)
class TermsChange:
    """What a decision changes from a day on (D6). None is left as it was."""

    valid_from: date
    share: int | None = None
    monthly_ore: int | None = None
    medication_tasks: bool | None = None


@dataclass(frozen=True, slots=True)
class TermsSegment:
    """A closed period with the same terms; `last_day` None has no end (L7)."""

    first_day: date
    last_day: date | None
    terms: Terms


def build_segments(
    first_day: date, last_day: date | None, first: Terms, changes: Iterable[TermsChange]
) -> list[TermsSegment]:
    """The placement's segments in order, without gap or overlap, from its first day to its last.

    `changes` are in the order they were decided. A change from before the first day holds from the first day; one from
    after the last day is left out. Neighbours with equal terms are one segment. Empty when the last day is before the
    first.
    """
    begins: dict[date, Terms] = {first_day: first}
    for change in changes:
        day = max(change.valid_from, first_day)
        begins[day] = begins[max(begin for begin in begins if begin <= day)]
        for begin in [begin for begin in begins if begin >= day]:
            begins[begin] = _apply_change(begins[begin], change)
    days = [day for day in sorted(begins) if last_day is None or day <= last_day]
    firsts = [day for place, day in enumerate(days) if place == 0 or begins[day] != begins[days[place - 1]]]
    lasts = [day - timedelta(days=1) for day in firsts[1:]]
    return [TermsSegment(begin, end, begins[begin]) for begin, end in zip(firsts, [*lasts, last_day], strict=False)]


def find_first_difference(before: Sequence[TermsSegment], after: Sequence[TermsSegment]) -> date | None:
    """The first day with other terms, or with terms in one of the two alone; None where no day has."""
    edges = {segment.first_day for segment in (*before, *after)}
    edges |= {
        segment.last_day + timedelta(days=1)
        for segment in (*before, *after)
        if segment.last_day is not None and segment.last_day < date.max
    }
    return next((day for day in sorted(edges) if _find_on(before, day) != _find_on(after, day)), None)


def find_terms(segments: Sequence[TermsSegment], day: date) -> Terms:
    """The terms in force on a day; the first before it begins, the last after it has ended. IndexError without any."""
    begun = [segment for segment in segments if segment.first_day <= day]
    return (begun[-1] if begun else segments[0]).terms


def count_max_periods_per_year(periods: Iterable[tuple[date, date | None]]) -> int:
    """How many of these periods touch one calendar year, at most; sums stay exact for a bounded number (C4)."""
    rows = list(periods)
    years = {first.year for first, _ in rows}
    return max(
        (sum(first.year <= year and (last is None or last.year >= year) for first, last in rows) for year in years),
        default=0,
    )


def _find_on(segments: Sequence[TermsSegment], day: date) -> Terms | None:
    covering = (one for one in segments if one.first_day <= day and (one.last_day is None or day <= one.last_day))
    return next((segment.terms for segment in covering), None)


def _apply_change(terms: Terms, change: TermsChange) -> Terms:
    return replace(
        terms,
        share=terms.share if change.share is None else change.share,
        monthly_ore=terms.monthly_ore if change.monthly_ore is None else change.monthly_ore,
        medication_tasks=terms.medication_tasks if change.medication_tasks is None else change.medication_tasks,
    )
