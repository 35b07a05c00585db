"""A placement's life so far, read from its decisions and notices in the order they came (D6)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    CompoundSelect,
    Date,
    Numeric,
    Select,
    SmallInteger,
    Uuid,
    bindparam,
    cast,
    literal,
    null,
    select,
    true,
    union_all,
)
from sqlalchemy.sql.elements import SQLCoreOperations
from sqlmodel import col

from app.database.queries import CompiledQuery, Queries
from app.database.unit_of_work import UnitOfWork
from app.placements.schemas import (
    HistoryStep,
    PlacementOut,
    PlacementTold,
    PricedHistoryStep,
    PricedPlacementTold,
    StepName,
)
from app.placements.tables import PLACEMENT_COLUMNS, Decision, Notice, Placement, PlacementRead, PlacementTerms
from app.placements.terms import price_of, segments_of
from app.rules.money import to_ore
from app.rules.process import PlacementState, determine_placement_state
from app.rules.terms import TermsChange, find_terms


@dataclass(frozen=True, slots=True)
class Act:
    """A decision about a placement, a notice of it, or that it was recorded as `legacy`, which has no day.

    `number` counts the acts in the order they came; that it was recorded is 0, and comes first.
    """

    id: UUID
    number: int
    kind: str
    on: date | None
    follows_id: UUID | None
    notice_id: UUID | None
    valid_from: date | None
    ends_on: date | None
    replaced_ends_on: date | None
    share: int | None
    medication_tasks: bool | None
    monthly_price: Decimal | None


P = TypeVar("P", Placement, PlacementRead)


@dataclass(slots=True)
class Life(Generic[P]):
    """What the acts come to.

    `notice` is the notice that set the last day, also where the end is decided by now; `known` the latest day on which
    something was decided or given, before which nothing more can be.
    """

    placement: P
    acts: Sequence[Act]
    changes: list[TermsChange] = field(default_factory=list)
    latest_id: UUID | None = None
    known: date | None = None
    notice: Act | None = None
    end_decided: bool = False

    def __post_init__(self) -> None:
        for act in self.acts:
            if act.on is None:
                continue
            self.known = max(self.known or act.on, act.on)
            if act.kind == "notice":
                self.notice = act
                continue
            self.latest_id = act.id
            if act.kind == "end":
                self.end_decided = True
            elif act.kind == "change" and act.notice_id is not None:
                self.notice, self.end_decided = None, False
            elif act.kind == "change" and act.valid_from is not None:
                price = None if act.monthly_price is None else to_ore(act.monthly_price)
                self.changes.append(TermsChange(act.valid_from, act.share, price, act.medication_tasks))

    @property
    def notice_open(self) -> bool:
        """Given, and neither withdrawn nor followed by the end."""
        return self.notice is not None and not self.end_decided

    def state(self, on: date) -> PlacementState:
        """Where the placement stands on a day (L3, L5, L7)."""
        return determine_placement_state(
            last_day=self.placement.ends_on, end_decided=self.end_decided, notice_open=self.notice_open, on=on
        )


async def life_of(unit: UnitOfWork, placement: Placement) -> Life[Placement]:
    """A placement's life so far. Whoever acts on it holds it locked."""
    await unit.session.flush()
    rows = await unit.session.execute(_acts(placement.id))
    return Life(placement, [Act(*row) for row in rows])


async def read_life(queries: Queries, placement_id: UUID) -> Life[PlacementRead] | None:
    """A placement and its life so far in one query, to be read and not acted on. None where the caller sees none."""
    rows = await queries.fetch(_LIFE, placement_id=placement_id)
    if not rows:
        return None
    first = len(PLACEMENT_COLUMNS)
    found = [tuple(row.values()) for row in rows]
    acts = [Act(*values[first:]) for values in found if values[first] is not None]
    return Life(PlacementRead(*found[0][:first]), acts)


def _acts(placement_id: UUID | SQLCoreOperations[UUID]) -> CompoundSelect[Any]:
    no_id, no_day = cast(null(), Uuid), cast(null(), Date)
    decisions = _of(
        col(Decision.id),
        col(Decision.act_number),
        col(Decision.kind),
        col(Decision.decided_on),
        col(Decision.follows_id),
        col(Decision.notice_id),
        col(Decision.valid_from),
        col(Decision.ends_on),
        no_day,
        col(Decision.share),
        col(Decision.medication_tasks),
        col(Decision.monthly_price),
    ).where(col(Decision.placement_id) == placement_id)
    notices = _of(
        col(Notice.id),
        col(Notice.act_number),
        literal("notice"),
        col(Notice.given_on),
        no_id,
        col(Notice.id),
        no_day,
        col(Notice.ends_on),
        col(Notice.replaced_ends_on),
        cast(null(), SmallInteger),
        cast(null(), Boolean),
        cast(null(), Numeric(12, 2)),
    ).where(col(Notice.placement_id) == placement_id)
    # Terms that were always known are those that a legacy place was recorded with.
    recorded = _of(
        col(PlacementTerms.id),
        literal(0, BigInteger),
        literal("recorded"),
        no_day,
        no_id,
        no_id,
        col(PlacementTerms.valid_from),
        col(PlacementTerms.valid_to),
        no_day,
        col(PlacementTerms.share),
        col(PlacementTerms.medication_tasks),
        col(PlacementTerms.monthly_price),
    ).where(col(PlacementTerms.placement_id) == placement_id, col(PlacementTerms.known_from).is_(None))
    return union_all(decisions, notices, recorded).order_by("act_number")


def _of(*columns: SQLCoreOperations[Any]) -> Select[Any]:
    """A select whose rows are an Act's fields; the union of three has no better type."""
    return select(*columns)


_ACTS = _acts(col(Placement.id)).lateral("act")
_LIFE = CompiledQuery(
    select(*PLACEMENT_COLUMNS, *_ACTS.c)
    .outerjoin_from(Placement, _ACTS, true())
    .where(col(Placement.id) == bindparam("placement_id", type_=Uuid))
    .order_by(_ACTS.c.act_number)
)


def told(
    life: Life[Placement] | Life[PlacementRead], today: date, *, money: bool
) -> PricedPlacementTold | PlacementTold:
    """The placement as it goes out, with its history and today's terms; without money for those who get none."""
    placement = life.placement
    terms = find_terms(segments_of(placement, life.changes), today)
    own: dict[str, Any] = {name: getattr(placement, name) for name in _COMMON}
    own |= {"share": terms.share, "medication_tasks": terms.medication_tasks, "state": life.state(today)}
    steps = _steps(life)
    if money:
        return PricedPlacementTold(**own, monthly_price=price_of(terms), history=steps)
    without = [HistoryStep(**step.model_dump(exclude={"monthly_price"})) for step in steps]
    return PlacementTold(**own, history=without)


# What goes out as it is stored; the rest follows from the acts.
_COMMON = tuple(name for name in PlacementOut.model_fields if name not in ("share", "medication_tasks"))


def _steps(life: Life[Placement] | Life[PlacementRead]) -> list[PricedHistoryStep]:
    given = {act.id: act for act in life.acts if act.kind == "notice"}
    first = life.placement
    steps = []
    for act in life.acts:
        name = _name(act)
        step = PricedHistoryStep(
            step=name,
            on=act.on,
            decision_id=None if name in ("notice_given", "recorded") else act.id,
            follows_id=act.follows_id,
            notice_id=act.notice_id,
            valid_from=act.valid_from,
            ends_on=act.ends_on,
            share=act.share,
            medication_tasks=act.medication_tasks,
            monthly_price=act.monthly_price,
        )
        if name == "granted":
            step = step.model_copy(update={"valid_from": first.starts_on, "medication_tasks": first.medication_tasks})
        elif name == "notice_withdrawn" and act.notice_id in given:
            step = step.model_copy(update={"ends_on": given[act.notice_id].replaced_ends_on})
        steps.append(step)
    return steps


_NAMES: Mapping[str, StepName] = {
    "recorded": "recorded",
    "grant": "granted",
    "change": "changed",
    "notice": "notice_given",
    "end": "end_decided",
}


def _name(act: Act) -> StepName:
    return "notice_withdrawn" if act.kind == "change" and act.notice_id is not None else _NAMES[act.kind]
