"""A3: how much of what was planned a placement's participant was absent, and when that asks for a review.

Whether a review is due is derived when asked: from the absences stored, the window up to the day, and the latest
review. Stored is only what cannot be derived, one row a placement: when it was reviewed, and whether it has been told.
PostgreSQL adds up what was documented; which days are planned it is told by `rules.extensive_absence`. That counts week
by week, where a part-time place would be extensive by what was documented: of others it changes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select, text
from sqlmodel import col

from app.absence.batch_state import Place, lock_providers
from app.absence.problems import NOTHING_TO_REVIEW
from app.absence.schemas import KINDS, AbsenceReviewIn, AbsenceSummary
from app.absence.tables import AbsenceReview
from app.clock import OSLO
from app.database.queries import Queries
from app.database.unit_of_work import UnitOfWork
from app.http.problems import VALIDATION
from app.outbox.events import PlacementEvent
from app.outbox.publish import publish
from app.placements.tables import Placement
from app.placements.terms import load_segments
from app.rates.tables import GuidelineVersion
from app.rules.absence import FULL_DAY, AbsenceKind
from app.rules.extensive_absence import (
    AbsenceWindow,
    ExtensiveAbsenceParameters,
    PercentPeriod,
    count_absent_hundredths,
    is_extensive,
)
from app.security.roles import Actor

# The n-th element (from 1) is how many of the window's first n - 1 days are planned.
_PLANNED = (
    "(cast(:planned_before as int[]))[least(a.ends_on, cast(:last_day as date)) - cast(:first_day as date) + 2]"
    " - (cast(:planned_before as int[]))[greatest(a.starts_on - cast(:first_day as date), 0) + 1]"
)
_TALLY = (
    f"select a.placement_id, a.kind, count(*), sum(a.percent * ({_PLANNED})), max(a.updated_at), max(a.starts_on)"
    " from absence a"
    " where {placements} not a.cancelled and a.ends_on >= cast(:first_day as date)"
    " and a.starts_on <= cast(:last_day as date) group by a.placement_id, a.kind"
)
_TALLY_ALL = text(_TALLY.format(placements=""))
_TALLY_SOME = text(_TALLY.format(placements="a.placement_id = any(cast(:placements as uuid[])) and"))
_COUNTED = text(
    "select a.placement_id, a.starts_on, least(a.ends_on, cast(:last_day as date)), a.percent from absence a"
    " where a.placement_id = any(cast(:placements as uuid[])) and not a.cancelled"
    " and a.ends_on >= cast(:first_day as date) and a.starts_on <= cast(:last_day as date)"
    " and a.kind <> all(cast(:uncounted as text[]))"
)
_WATCHES = text(
    "select placement_id, told_at, reviewed_at, reviewed_on from absence_watch"
    " where placement_id = any(cast(:placements as uuid[]))"
)
_TELL = text(
    "insert into absence_watch (placement_id, provider_id, told_at)"
    " select *, clock_timestamp() from unnest(cast(:placements as uuid[]), cast(:providers as uuid[]))"
    " on conflict (placement_id) do update set told_at = excluded.told_at"
)
_FORGET = text("update absence_watch set told_at = null where placement_id = any(cast(:placements as uuid[]))")
_REVIEWED = text(
    "insert into absence_watch (placement_id, provider_id, reviewed_at, reviewed_on)"
    " values (:placement_id, :provider_id, clock_timestamp(), cast(:reviewed_on as date))"
    " on conflict (placement_id) do update set reviewed_at = excluded.reviewed_at,"
    " reviewed_on = greatest(absence_watch.reviewed_on, excluded.reviewed_on), told_at = null"
)


class Counted(NamedTuple):
    """Absences of one kind: how many, and their hundredths of planned days as they were documented."""

    absences: int
    hundredths: int


@dataclass(slots=True)
class Tally:
    """A placement's absence in a window. Of what A3 counts: when the latest was stored, and the last first day."""

    by_kind: dict[AbsenceKind, Counted] = field(default_factory=dict)
    absent: int = 0
    """Hundredths of planned days, of the kinds that are counted: as documented, until `_count_by_week`."""
    changed_at: datetime | None = None
    began_on: date | None = None


@dataclass(frozen=True, slots=True)
class ReviewDue:
    """A placement whose extensive absence nobody has reviewed since the latest of it came."""

    placement_id: UUID
    provider_id: UUID
    due_on: date
    """The day on which the latest absence that counts was stored."""
    planned_hundredths: int
    absent_hundredths: int


class _Watch(NamedTuple):
    told_at: datetime | None = None
    reviewed_at: datetime | None = None
    reviewed_on: date | None = None

    def has_seen(self, tally: Tally) -> bool:
        """Whether the last review saw all of this absence.

        **Decided here**: what was stored after it was recorded, or began after the day it was held, it has not seen.
        """
        if self.reviewed_at is None or tally.changed_at is None or tally.changed_at > self.reviewed_at:
            return False
        return self.reviewed_on is None or tally.began_on is None or tally.began_on <= self.reviewed_on


async def terms_on(queries: Queries, on: date) -> ExtensiveAbsenceParameters | None:
    """The parameters of the guideline version in force on a day, None before the first."""
    row = await queries.fetch_one(
        select(
            col(GuidelineVersion.absence_window_days),
            col(GuidelineVersion.absence_threshold_percent),
            col(GuidelineVersion.absence_uncounted_kinds),
        )
        .where(col(GuidelineVersion.valid_from) <= on)
        .order_by(col(GuidelineVersion.valid_from).desc())
        .limit(1)
    )
    return None if row is None else ExtensiveAbsenceParameters(row[0], row[1], frozenset(row[2]))


async def tallies(
    queries: Queries,
    window: AbsenceWindow,
    terms: ExtensiveAbsenceParameters,
    placement_ids: Sequence[UUID] | None = None,
    last_day: date | None = None,
) -> dict[UUID, Tally]:
    """The absence in a window of these placements, or of every one the caller sees; to a last day before its own."""
    parameters = {
        "planned_before": window.planned_before,
        "first_day": window.first_day,
        "last_day": last_day or window.on,
        "placements": placement_ids,
    }
    if placement_ids is None:
        del parameters["placements"]
    found: dict[UUID, Tally] = {}
    rows = await queries.fetch(_TALLY_ALL if placement_ids is None else _TALLY_SOME, **parameters)
    for placement_id, kind, absences, hundredths, changed_at, began_on in rows:
        tally = found.setdefault(placement_id, Tally())
        tally.by_kind[kind] = Counted(absences, hundredths)
        if kind not in terms.uncounted_kinds:
            tally.absent += hundredths
            tally.changed_at = changed_at if tally.changed_at is None else max(tally.changed_at, changed_at)
            tally.began_on = began_on if tally.began_on is None else max(tally.began_on, began_on)
    return found


async def reviews_due(queries: Queries, on: date) -> list[ReviewDue]:
    """A3: every placement active on the day that needs a review, as the caller may see them. Nothing is stored."""
    terms = await terms_on(queries, on)
    if terms is None:
        return []
    window = AbsenceWindow(on, terms.window_days)
    absent = await tallies(queries, window, terms)
    ids = [id_ for id_, tally in absent.items() if tally.absent]
    places = await _places(queries, ids)
    return await _due(queries, window, terms, places, absent, await _shares(queries, places))


async def tell_of_reviews_due(unit: UnitOfWork, places: Sequence[Place], on: date) -> None:
    """A3: publish `absence.review_due` for each of the places where a push has made it true, once until it is closed.

    The caller holds the providers' locks.
    """
    terms = await terms_on(unit, on)
    active = [place for place in places if _is_active(place, on)]
    if terms is None or not active:
        return
    window = AbsenceWindow(on, terms.window_days)
    absent = await tallies(unit, window, terms, [place.id for place in active])
    due = await _due(unit, window, terms, active, absent, await _shares(unit, active))
    watches = await _watches(unit, [place.id for place in active])
    news = [review for review in due if watches.get(review.placement_id, _Watch()).told_at is None]
    if news:
        placements, providers = [review.placement_id for review in news], [review.provider_id for review in news]
        await unit.session.execute(_TELL, {"placements": placements, "providers": providers})
        await publish(
            unit,
            *(PlacementEvent("absence.review_due", review.placement_id, review.provider_id) for review in news),
        )
    # Where it is no longer due, it is told again when it becomes so.
    over = watches.keys() - {review.placement_id for review in due}
    over = {id_ for id_ in over if watches[id_].told_at is not None}
    if over:
        await unit.session.execute(_FORGET, {"placements": list(over)})


async def summary(queries: Queries, placement: Placement, on: date) -> AbsenceSummary | None:
    """A3 for one placement on a day; None before the guideline's first version."""
    terms = await terms_on(queries, on)
    if terms is None:
        return None
    window = AbsenceWindow(on, terms.window_days)
    place = _place(placement)
    # A1: a day after the place's last one is no absence from it, though it was documented before the end was known.
    last_day = window.on if place.ends_on is None else min(window.on, place.ends_on)
    absent = await tallies(queries, window, terms, [place.id], last_day) if last_day >= window.first_day else {}
    shares = await _shares(queries, [place])
    await _count_by_week(queries, window, terms, absent, shares, last_day)
    tally = absent.get(place.id, Tally())
    planned = sum(window.count_by_week(shares[place.id]))
    return AbsenceSummary(
        placement_id=place.id,
        on=on,
        window_from=window.first_day,
        planned=hundredths(planned),
        absent=hundredths(tally.absent),
        share=hundredths((tally.absent * 20_000 + planned) // (2 * planned) if planned else 0),
        threshold_percent=terms.threshold_percent,
        by_kind={kind: hundredths(tally.by_kind.get(kind, Counted(0, 0)).hundredths) for kind in KINDS},
        review_due=bool(await _due(queries, window, terms, [place], absent, shares)),
    )


async def review(
    unit: UnitOfWork, actor: Actor, placement: Placement, body: AbsenceReviewIn, today: date
) -> AbsenceReview:
    """A3: record what was decided; it closes the review until new absence comes. Raises `NOTHING_TO_REVIEW`.

    **Decided here**: it is due or not on the day it was held, which may be recorded later.
    """
    if body.reviewed_on > today:
        raise VALIDATION("Vurderinga kan ikkje vere etter i dag.", pointer="#/reviewed_on")
    # What is pushed meanwhile comes before or after, never beside.
    await lock_providers(unit, {placement.provider_id})
    found = await summary(unit, placement, body.reviewed_on)
    if found is None or not found.review_due:
        raise NOTHING_TO_REVIEW()
    row = AbsenceReview(
        **body.model_dump(), placement_id=placement.id, provider_id=placement.provider_id, reviewed_by=actor.name
    )
    unit.session.add(row)
    await unit.session.flush()
    reviewed = {"placement_id": placement.id, "provider_id": placement.provider_id, "reviewed_on": body.reviewed_on}
    await unit.session.execute(_REVIEWED, reviewed)
    await publish(unit, PlacementEvent("absence.reviewed", placement.id, placement.provider_id))
    return row


def hundredths(count: int) -> str:
    """Hundredths as a number with two decimals."""
    return f"{count // 100}.{count % 100:02}"


async def _shares(queries: Queries, places: Sequence[Place]) -> dict[UUID, list[PercentPeriod]]:
    """Each place's share on its days (D6)."""
    known = await load_segments(queries, [place.id for place in places])
    shares = {place.id: [PercentPeriod(place.starts_on, place.ends_on, place.share)] for place in places}
    for id_, segments in known.items():
        shares[id_] = [PercentPeriod(segment.first_day, segment.last_day, segment.terms.share) for segment in segments]
    return shares


async def _count_by_week(
    queries: Queries,
    window: AbsenceWindow,
    terms: ExtensiveAbsenceParameters,
    absent: dict[UUID, Tally],
    shares: dict[UUID, list[PercentPeriod]],
    last_day: date,
) -> None:
    """A3: of these places no week counts more than is planned in it."""
    found: dict[UUID, list[PercentPeriod]] = {id_: [] for id_ in shares if id_ in absent}
    if not found:
        return
    parameters = {
        "placements": list(found),
        "first_day": window.first_day,
        "last_day": last_day,
        "uncounted": list(terms.uncounted_kinds),
    }
    for placement_id, first_day, last, percent in await queries.fetch(_COUNTED, **parameters):
        found[placement_id].append(PercentPeriod(first_day, last, percent))
    for id_, absences in found.items():
        absent[id_].absent = count_absent_hundredths(window, shares[id_], absences)


async def _due(
    queries: Queries,
    window: AbsenceWindow,
    terms: ExtensiveAbsenceParameters,
    places: Sequence[Place],
    absent: dict[UUID, Tally],
    shares: dict[UUID, list[PercentPeriod]],
) -> list[ReviewDue]:
    planned = {
        place.id: sum(window.count_planned_days(*part[:2]) * part.percent for part in shares[place.id])
        for place in places
    }

    def extensive() -> list[Place]:
        return [
            place
            for place in places
            if place.id in absent
            and _is_active(place, window.on)
            and is_extensive(planned[place.id], absent[place.id].absent, terms.threshold_percent)
        ]

    # Of a whole place no day has more than 100 % of absence (`OVER_FULL_DAY`), so no week more than is planned.
    part_time = {
        place.id: shares[place.id] for place in extensive() if any(part.percent < FULL_DAY for part in shares[place.id])
    }
    await _count_by_week(queries, window, terms, absent, part_time, window.on)
    reviews = []
    for place in extensive():
        tally = absent[place.id]
        if tally.changed_at is not None:
            due_on = tally.changed_at.astimezone(OSLO).date()
            reviews.append((ReviewDue(place.id, place.provider_id, due_on, planned[place.id], tally.absent), tally))
    watches = await _watches(queries, [review.placement_id for review, _ in reviews]) if reviews else {}
    return [review for review, tally in reviews if not watches.get(review.placement_id, _Watch()).has_seen(tally)]


async def _watches(queries: Queries, placement_ids: Sequence[UUID]) -> dict[UUID, _Watch]:
    rows = await queries.fetch(_WATCHES, placements=list(placement_ids))
    return {placement_id: _Watch(*watch) for placement_id, *watch in rows}


async def _places(queries: Queries, placement_ids: Sequence[UUID]) -> list[Place]:
    rows = await queries.select(select(Placement).where(col(Placement.id).in_(placement_ids)))
    return [_place(row) for row in rows]


def _place(row: Placement) -> Place:
    return Place(row.id, row.provider_id, row.participant_id, row.starts_on, row.ends_on, row.share)


def _is_active(place: Place, on: date) -> bool:
    return place.starts_on <= on and (place.ends_on is None or on <= place.ends_on)
