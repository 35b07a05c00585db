"""A3: how much of what was planned a placement's participant was absent, and when that asks for a review.

Whether a review is due is derived when asked: from the absences stored, the window up to the day, and the latest
review. Stored is only what cannot be derived, one row a placement: when it was reviewed, and whether a due
review has been published. PostgreSQL adds up what was documented on the days that are planned by
`rules.extensive_absence`. That counts week by week where a part-time placement would be extensive by what was
documented: for others it changes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from app.absence.batch_state import PlacementPeriod, lock_providers
from app.absence.problems import NOTHING_TO_REVIEW
from app.absence.review_queries import (
    CLEAR_NOTIFIED,
    COUNTED_ABSENCES,
    EXTENSIVE_AS_DOCUMENTED,
    PARAMETERS,
    PERIODS,
    SET_NOTIFIED,
    SET_REVIEWED,
    TALLIES,
    WATCHES,
)
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
from app.rules.absence import FULL_DAY, AbsenceKind
from app.rules.extensive_absence import (
    AbsenceWindow,
    ExtensiveAbsenceParameters,
    PercentPeriod,
    count_absent_hundredths,
    is_extensive,
)
from app.security.roles import Actor


class KindTally(NamedTuple):
    """Absences of one kind: how many, and their hundredths of planned days as they were documented."""

    absences: int
    hundredths: int


@dataclass(slots=True)
class Tally:
    """A placement's absence in a window. Of what A3 counts: when the latest was stored, and the last first day."""

    by_kind: dict[AbsenceKind, KindTally] = field(default_factory=dict)
    absent: int = 0
    """Hundredths of planned days, of the kinds that are counted: as documented, until `_limit_by_week`."""
    changed_at: datetime | None = None
    began_on: date | None = None


@dataclass(frozen=True, slots=True)
class DueReview:
    """A placement whose extensive absence is not reviewed. On `due_on` the latest absence that counts was stored."""

    placement_id: UUID
    provider_id: UUID
    due_on: date


class _Watch(NamedTuple):
    notified_at: datetime | None = None
    reviewed_at: datetime | None = None
    reviewed_on: date | None = None

    def covers(self, tally: Tally) -> bool:
        """Whether the last review was about all of this absence.

        **Decided here**: it was not about what was stored after it was recorded, or began after the day it was held.
        """
        if self.reviewed_at is None or tally.changed_at is None or tally.changed_at > self.reviewed_at:
            return False
        return self.reviewed_on is None or tally.began_on is None or tally.began_on <= self.reviewed_on


async def list_due_reviews(queries: Queries, on: date, placement_id: UUID | None = None) -> list[DueReview]:
    """A3: every placement active on the day that needs a review, as the caller may see them, or one of them alone.
    Nothing is stored.
    """
    parameters = await _find_parameters(queries, on)
    if parameters is None:
        return []
    window = AbsenceWindow(on, parameters.window_days)
    ids = [placement_id] if placement_id is not None else await _find_candidates(queries, window, parameters)
    tallies = await _load_tallies(queries, window, parameters, ids) if ids else {}
    absent = [id_ for id_, tally in tallies.items() if tally.absent]
    if not absent:
        return []
    periods = [PlacementPeriod(*row) for row in await queries.fetch(PERIODS, placements=absent)]
    active = [period for period in periods if _is_active(period, on)]
    return await _find_due(queries, window, parameters, active, tallies)


async def publish_due_reviews(unit: UnitOfWork, placements: Sequence[PlacementPeriod], on: date) -> None:
    """A3: publish `absence.review_due` for each placement where a push has made it true, once until it is closed.

    The caller holds the providers' locks.
    """
    parameters = await _find_parameters(unit, on)
    active = [placement for placement in placements if _is_active(placement, on)]
    if parameters is None or not active:
        return
    ids = [placement.id for placement in active]
    window = AbsenceWindow(on, parameters.window_days)
    tallies = await _load_tallies(unit, window, parameters, ids)
    due = await _find_due(unit, window, parameters, active, tallies)
    watches = await _load_watches(unit, ids)
    notified = {id_ for id_, watch in watches.items() if watch.notified_at is not None}
    new = [review for review in due if review.placement_id not in notified]
    if new:
        columns = {
            "placements": [review.placement_id for review in new],
            "providers": [review.provider_id for review in new],
        }
        await unit.session.execute(SET_NOTIFIED, columns)
        await publish(
            unit, *(PlacementEvent("absence.review_due", review.placement_id, review.provider_id) for review in new)
        )
    # Where it is no longer due, it is published again when it becomes so.
    ended = notified - {review.placement_id for review in due}
    if ended:
        await unit.session.execute(CLEAR_NOTIFIED, {"placements": list(ended)})


async def summarise_absence(queries: Queries, placement: Placement, on: date) -> AbsenceSummary | None:
    """A3 for one placement on a day; None before the guideline's first version."""
    parameters = await _find_parameters(queries, on)
    if parameters is None:
        return None
    window = AbsenceWindow(on, parameters.window_days)
    period = _period_of(placement)
    # A1: a day after the placement's end is no absence from it, though it was documented before the end was known.
    last_day = on if period.ends_on is None else min(on, period.ends_on)
    tallies: dict[UUID, Tally] = {}
    if last_day >= window.first_day:
        tallies = await _load_tallies(queries, window, parameters, [period.id], last_day)
    shares = await _load_shares(queries, [period])
    await _limit_by_week(queries, window, parameters, tallies, shares, last_day)
    tally = tallies.get(period.id, Tally())
    planned = sum(window.count_by_week(shares[period.id]))
    review_due = False
    if _is_active(period, on) and tally.absent and is_extensive(planned, tally.absent, parameters.threshold_percent):
        watches = await _load_watches(queries, [period.id])
        review_due = not watches.get(period.id, _Watch()).covers(tally)
    return AbsenceSummary(
        placement_id=period.id,
        on=on,
        window_from=window.first_day,
        planned=format_hundredths(planned),
        absent=format_hundredths(tally.absent),
        share=format_hundredths((tally.absent * 20_000 + planned) // (2 * planned) if planned else 0),
        threshold_percent=parameters.threshold_percent,
        by_kind={kind: format_hundredths(tally.by_kind.get(kind, KindTally(0, 0)).hundredths) for kind in KINDS},
        review_due=review_due,
    )


async def record_review(
    unit: UnitOfWork, actor: Actor, placement: Placement, body: AbsenceReviewIn, today: date
) -> AbsenceReview:
    """A3: record what was decided; it closes the review until new absence comes. Raises `NOTHING_TO_REVIEW`.

    **Decided here**: it is due or not on the day it was held, which may be recorded later.
    """
    if body.reviewed_on > today:
        raise VALIDATION("Vurderinga kan ikkje vere etter i dag.", pointer="#/reviewed_on")
    # What is pushed meanwhile comes before or after, never beside.
    await lock_providers(unit, {placement.provider_id})
    found = await summarise_absence(unit, placement, body.reviewed_on)
    if found is None or not found.review_due:
        raise NOTHING_TO_REVIEW()
    row = AbsenceReview(
        **body.model_dump(), placement_id=placement.id, provider_id=placement.provider_id, reviewed_by=actor.name
    )
    unit.session.add(row)
    await unit.session.flush()
    reviewed = {"placement_id": placement.id, "provider_id": placement.provider_id, "reviewed_on": body.reviewed_on}
    await unit.session.execute(SET_REVIEWED, reviewed)
    await publish(unit, PlacementEvent("absence.reviewed", placement.id, placement.provider_id))
    return row


def format_hundredths(count: int) -> str:
    """Hundredths as a number with two decimals."""
    return f"{count // 100}.{count % 100:02}"


async def _find_parameters(queries: Queries, on: date) -> ExtensiveAbsenceParameters | None:
    """Those of the guideline version in force on a day, None before the first."""
    row = await queries.fetch_one(PARAMETERS, on=on)
    return None if row is None else ExtensiveAbsenceParameters(row[0], row[1], frozenset(row[2]))


async def _find_candidates(
    queries: Queries, window: AbsenceWindow, parameters: ExtensiveAbsenceParameters
) -> list[UUID]:
    """The active placements that the caller sees whose absence may be extensive: few of all."""
    rows = await queries.fetch(
        EXTENSIVE_AS_DOCUMENTED,
        planned_before=window.planned_before,
        first_day=window.first_day,
        last_day=window.on,
        uncounted=list(parameters.uncounted_kinds),
        threshold_percent=parameters.threshold_percent,
    )
    return [row["placement_id"] for row in rows]


async def _load_tallies(
    queries: Queries,
    window: AbsenceWindow,
    parameters: ExtensiveAbsenceParameters,
    placement_ids: Sequence[UUID],
    last_day: date | None = None,
) -> dict[UUID, Tally]:
    """The absence of these placements in a window; to a last day before its own."""
    rows = await queries.fetch(
        TALLIES,
        planned_before=window.planned_before,
        first_day=window.first_day,
        last_day=last_day or window.on,
        placements=list(placement_ids),
    )
    tallies: dict[UUID, Tally] = {}
    for placement_id, kind, absences, hundredths, changed_at, began_on in rows:
        tally = tallies.setdefault(placement_id, Tally())
        tally.by_kind[kind] = KindTally(absences, hundredths)
        if kind not in parameters.uncounted_kinds:
            tally.absent += hundredths
            tally.changed_at = changed_at if tally.changed_at is None else max(tally.changed_at, changed_at)
            tally.began_on = began_on if tally.began_on is None else max(tally.began_on, began_on)
    return tallies


async def _load_shares(queries: Queries, placements: Sequence[PlacementPeriod]) -> dict[UUID, list[PercentPeriod]]:
    """Each placement's share on its days (D6)."""
    known = await load_segments(queries, [placement.id for placement in placements])
    shares = {one.id: [PercentPeriod(one.starts_on, one.ends_on, one.share)] for one in placements}
    for id_, segments in known.items():
        shares[id_] = [PercentPeriod(segment.first_day, segment.last_day, segment.terms.share) for segment in segments]
    return shares


async def _limit_by_week(
    queries: Queries,
    window: AbsenceWindow,
    parameters: ExtensiveAbsenceParameters,
    tallies: dict[UUID, Tally],
    shares: dict[UUID, list[PercentPeriod]],
    last_day: date,
) -> None:
    """A3: of these placements no week counts more than is planned in it."""
    absences: dict[UUID, list[PercentPeriod]] = {id_: [] for id_ in shares if id_ in tallies}
    if not absences:
        return
    rows = await queries.fetch(
        COUNTED_ABSENCES,
        placements=list(absences),
        first_day=window.first_day,
        last_day=last_day,
        uncounted=list(parameters.uncounted_kinds),
    )
    for placement_id, *period in rows:
        absences[placement_id].append(PercentPeriod(*period))
    for id_, periods in absences.items():
        tallies[id_].absent = count_absent_hundredths(window, shares[id_], periods)


async def _find_due(
    queries: Queries,
    window: AbsenceWindow,
    parameters: ExtensiveAbsenceParameters,
    active: Sequence[PlacementPeriod],
    tallies: dict[UUID, Tally],
) -> list[DueReview]:
    """Of placements that are active on the window's last day, those whose absence is extensive and not reviewed."""
    shares = await _load_shares(queries, active)

    def select_extensive(placements: Sequence[PlacementPeriod]) -> list[PlacementPeriod]:
        return [
            one
            for one in placements
            if one.id in tallies
            and is_extensive(
                sum(window.count_planned_days(*part[:2]) * part.percent for part in shares[one.id]),
                tallies[one.id].absent,
                parameters.threshold_percent,
            )
        ]

    extensive = select_extensive(active)
    # Of a full-time placement no day has more than 100 % of absence (`OVER_FULL_DAY`), so no week more than is planned.
    part_time = {one.id: shares[one.id] for one in extensive if any(part.percent < FULL_DAY for part in shares[one.id])}
    await _limit_by_week(queries, window, parameters, tallies, part_time, window.on)
    extensive = select_extensive(extensive)
    watches = await _load_watches(queries, [one.id for one in extensive])
    return [
        DueReview(one.id, one.provider_id, min(changed_at.astimezone(OSLO).date(), window.on))
        for one in extensive
        if (changed_at := tallies[one.id].changed_at) is not None
        and not watches.get(one.id, _Watch()).covers(tallies[one.id])
    ]


async def _load_watches(queries: Queries, placement_ids: Sequence[UUID]) -> dict[UUID, _Watch]:
    if not placement_ids:
        return {}
    rows = await queries.fetch(WATCHES, placements=list(placement_ids))
    return {placement_id: _Watch(*watch) for placement_id, *watch in rows}


def _period_of(row: Placement) -> PlacementPeriod:
    """Without a day where the placement is annulled (D8)."""
    ends_on = row.ends_on if row.annulled_on is None else row.starts_on - timedelta(days=1)
    return PlacementPeriod(row.id, row.provider_id, row.participant_id, row.starts_on, ends_on, row.share)


def _is_active(placement: PlacementPeriod, on: date) -> bool:
    return placement.starts_on <= on and (placement.ends_on is None or on <= placement.ends_on)
