"""A2: revisions in any order, and never more than a whole day."""

from collections import Counter
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.rules.absence import AbsenceContent, AbsenceSpan, AbsenceVersion, DayOccupancy, fits_in_day
from app.rules.revisions import merge_revision

Revision = tuple[int, AbsenceContent, bool]
"""As a system sends it: its number, what it says, and whether it cancels."""

PLACE = "p"
FIRST = date(2022, 10, 1)


def content(revision: int) -> AbsenceContent:
    """What a revision says, the same each time."""
    return PLACE, "sick", FIRST, FIRST, 1 + revision, None


@st.composite
def registers(draw: st.DrawFn) -> list[Revision]:
    """The revisions of one absence, some many times; a revision says the same each time."""
    cancelled = draw(st.dictionaries(st.integers(0, 5), st.booleans(), min_size=1))
    numbers = draw(st.lists(st.sampled_from(sorted(cancelled)), min_size=1, max_size=12))
    return [(number, content(number), cancelled[number]) for number in numbers]


def merged(revisions: list[Revision]) -> AbsenceVersion | None:
    known = None
    for revision in revisions:
        outcome, known = merge_revision(known, *revision)
        assert outcome != "conflict"
    return known


@given(registers(), st.randoms())
def test_a2_any_order_and_number_ends_the_same(revisions: list[Revision], random: object) -> None:
    """A2: the highest revision's content; cancelled if any of them said so."""
    shuffled = list(revisions)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # Hypothesis' stand-in for random.Random
    found = merged(shuffled)
    number, said, cancels = max(revisions)
    assert found == merged(revisions) == merged([*shuffled, *revisions])
    assert found is not None
    assert (found.revision, found.content) == (number, said)
    assert found.cancelled == any(cancelled for _, _, cancelled in revisions)
    assert found.revision_cancels == cancels


@given(registers())
def test_a2_an_outcome_says_whether_anything_changed(revisions: list[Revision]) -> None:
    """A2: `unchanged` and `conflict` change nothing, everything else does."""
    known = None
    for revision in revisions:
        outcome, becomes = merge_revision(known, *revision)
        assert (outcome in ("unchanged", "conflict")) == (becomes is known)
        assert (outcome == "cancelled") == (becomes is not known and becomes.cancelled)
        known = becomes


def test_a2_equal_revision_other_content() -> None:
    """A2: whatever differs, also the cancellation, is a conflict."""
    known = AbsenceVersion(1, content(1), False, False)
    for said, cancels in ((content(2), False), (content(1), True)):
        assert merge_revision(known, 1, said, cancels) == ("conflict", known)


SPANS = st.builds(
    lambda start, days, percent: AbsenceSpan(FIRST + timedelta(start), FIRST + timedelta(start + days), percent),
    st.integers(0, 12),
    st.integers(0, 6),
    st.integers(1, 100),
)


def by_the_day(spans: list[AbsenceSpan]) -> Counter[date]:
    """The naive way."""
    total: Counter[date] = Counter()
    for first_day, last_day, percent in spans:
        for step in range((last_day - first_day).days + 1):
            total[first_day + timedelta(step)] += percent
    return total


@given(st.lists(SPANS, max_size=8))
def test_never_more_than_a_whole_day(spans: list[AbsenceSpan]) -> None:
    """A2: as many as the naive count by the day says; one by one those that fit never pass it."""
    assert fits_in_day(spans) == all(total <= 100 for total in by_the_day(spans).values())
    days, held = DayOccupancy(), []
    for span in spans:
        if days.has_room(span):
            days.add(span)
            held.append(span)
        else:
            assert not fits_in_day([*held, span])
    assert fits_in_day(held)
    for span in held:
        days.remove(span)
    assert not any(days.percent_by_day.values())
