"""A year of the trust: its sum and raises (R1, R4), and what its grants take of it (R2, R3, R7)."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Date, SmallInteger, bindparam, func, select, text
from sqlmodel import col

from app.database.locks import AdvisoryLock
from app.database.queries import CompiledQuery, Queries
from app.database.unit_of_work import UnitOfWork
from app.http.names import format_amount
from app.http.periods import require_not_before
from app.http.problems import VALIDATION
from app.outbox.events import TrustYearEvent
from app.outbox.publish import publish
from app.rules.money import from_ore, to_ore
from app.rules.suppression import LEAST
from app.rules.trust import PERSON_LIMIT_ORE, Entry, Grant, YearSum, compute_left, find_sum, is_late, is_raise
from app.rules.trust_report import ReportAmounts, compute_amounts, suppress_amounts
from app.security.roles import Actor
from app.trust.problems import NO_TRUST_SUM, NOT_A_RAISE
from app.trust.schemas import TrustSumIn, TrustYearOut
from app.trust.tables import TrustYearSum

_ENTRIES = CompiledQuery(
    text(
        """
        select application.id, application.participant_id, application.received_on, application.purpose,
            application.amount as asked, entry.kind, entry.entered_on, entry.amount, entry.reason
        from trust_application as application
        left join trust_entry as entry on entry.application_id = application.id and entry.annulled_at is null
        where application.received_on between make_date(:year, 1, 1) and make_date(:year, 12, 31)
            and application.received_on <= :on
        order by application.received_on, application.id, entry.id
        """
    ).bindparams(bindparam("year", type_=SmallInteger), bindparam("on", type_=Date))
)


@dataclass(slots=True)
class Case:
    """An application of the year, and what came of it."""

    application_id: UUID
    participant_id: UUID
    received_on: date
    purpose: str
    asked: int
    grant: Grant | None = None
    rejected_on: date | None = None
    reason: str | None = None

    def is_undecided(self, on: date) -> bool:
        """Whether it had no decision on a day."""
        decided_on = self.rejected_on if self.grant is None else self.grant.decided_on
        return decided_on is None or decided_on > on


@dataclass(frozen=True, slots=True)
class TrustYear:
    """The sums of a year in the order of their amounts, and its applications in the order they were received.

    Nothing of the year before is in it (R9).
    """

    year: int
    sums: Sequence[TrustYearSum]
    cases: Sequence[Case] = field(default_factory=tuple)

    @property
    def year_sums(self) -> list[YearSum]:
        return [YearSum(row.decided_on, to_ore(row.amount)) for row in self.sums]

    @property
    def grants(self) -> list[Grant]:
        return [case.grant for case in self.cases if case.grant is not None]

    @property
    def deadline_on(self) -> date | None:
        """R5: the last that was set."""
        return next((row.deadline_on for row in reversed(self.sums) if row.deadline_on is not None), None)

    def is_late(self, received_on: date) -> bool:
        """R5."""
        return is_late(received_on, self.deadline_on)

    @property
    def person_limit(self) -> Decimal:
        """R2."""
        return self.sums[-1].person_limit if self.sums else from_ore(PERSON_LIMIT_ORE)

    def find_sum(self, on: date) -> int | None:
        """R1: in øre, None where none was decided by the day."""
        return find_sum(self.year_sums, on)

    def require_sum(self, on: date) -> int:
        """As `find_sum`. Raises `NO_TRUST_SUM`."""
        found = self.find_sum(on)
        if found is None:
            raise NO_TRUST_SUM(f"Legatet har ingen sum for {self.year} den {on}.")
        return found

    def compute_left(self, on: date) -> int:
        """R3: what is left of the year's sum. Raises `NO_TRUST_SUM`."""
        return compute_left(self.require_sum(on), self.grants, on)

    def compute_person_left(self, participant_id: UUID, on: date) -> int:
        """R2: what a person may still get."""
        own = [case.grant for case in self.cases if case.participant_id == participant_id and case.grant is not None]
        return compute_left(to_ore(self.person_limit), own, on)


async def lock_year(unit: UnitOfWork, year: int) -> None:
    """R2–R4: one grant or raise of a year at a time, to the end of the transaction."""
    await unit.session.execute(select(func.pg_advisory_xact_lock(AdvisoryLock.TRUST_YEAR, year)))


async def load_sums(queries: Queries, year: int) -> list[TrustYearSum]:
    """The sums of a year; each is higher than the one before it (R4)."""
    rows = select(TrustYearSum).where(col(TrustYearSum.year) == year).order_by(col(TrustYearSum.amount))
    return await queries.select(rows)


async def load_year(queries: Queries, year: int, received_by: date = date.max) -> TrustYear:
    """A year with the applications that were received by a day, and all that came of them.

    Called with rights to see every application: the case office's or Fagutvikling's.
    """
    payments: defaultdict[UUID, list[Entry]] = defaultdict(list)
    repayments: defaultdict[UUID, list[Entry]] = defaultdict(list)
    cases: dict[UUID, Case] = {}
    for row in await queries.fetch(_ENTRIES, year=year, on=received_by):
        id_, participant_id, received_on, purpose, asked, kind, on, amount, reason = row
        case = cases.setdefault(id_, Case(id_, participant_id, received_on, purpose, to_ore(asked)))
        if kind == "grant":
            case.grant = Grant(year, on, to_ore(amount))
        elif kind == "reject":
            case.rejected_on, case.reason = on, reason
        elif kind == "payment":
            payments[id_].append(Entry(on, to_ore(amount)))
        elif kind == "repayment":
            repayments[id_].append(Entry(on, to_ore(amount)))
    for id_, case in cases.items():
        if case.grant is not None:
            case.grant = Grant(
                year, case.grant.decided_on, case.grant.ore, tuple(payments[id_]), tuple(repayments[id_])
            )
    return TrustYear(year, await load_sums(queries, year), tuple(cases.values()))


async def record_sum(unit: UnitOfWork, actor: Actor, year: int, body: TrustSumIn) -> TrustYearSum:
    """R1, R4: the year's first sum, or a raise.

    Raises:
        Problem: `not-a-raise`; 422 for a day before the last sum's, and for a deadline outside the year.
    """
    await lock_year(unit, year)
    known = TrustYear(year, await load_sums(unit, year))
    if body.deadline_on is not None and body.deadline_on.year != year:
        raise VALIDATION(f"«deadline_on» må vere ein dag i {year}.", pointer="#/deadline_on")
    if not is_raise(known.year_sums, to_ore(body.amount)):
        current = known.sums[-1].amount
        raise NOT_A_RAISE(f"Summen for {year} er {format_amount(current)} og kan berre aukast.", sum=f"{current}")
    if known.sums:
        require_not_before(body.decided_on, "decided_on", known.sums[-1].decided_on, "summen som gjeld")
    row = TrustYearSum.model_validate(
        body.model_dump()
        | {"year": year, "person_limit": body.person_limit or known.person_limit, "recorded_by": actor.name}
    )
    unit.session.add(row)
    await unit.session.flush()
    if known.sums:
        await publish(unit, TrustYearEvent("trust.raised", year))
    return row


async def load_position(queries: Queries, year: int, on: date, *, shows_few: bool) -> TrustYearOut:
    """R1–R4: a year on a day. With `shows_few` false, what is about one to four people is hidden (S6).

    Raises `NO_TRUST_SUM`.
    """
    async with queries.acting_as("case_officer"):
        found = await load_year(queries, year, on)
    total = found.require_sum(on)
    amounts: ReportAmounts = compute_amounts(total, found.grants, on)
    undecided = sum(case.is_undecided(on) for case in found.cases)
    counts: list[int | None] = [len(found.cases), undecided]
    if not shows_few:
        amounts = suppress_amounts(amounts, found.grants, on)
        decided = len(found.cases) - undecided
        is_few = any(0 < count < LEAST for count in (undecided, decided, len(found.cases)))
        counts = [None, None] if is_few else counts
    return TrustYearOut(
        year=year,
        on=on,
        sum=from_ore(total),
        raised=from_ore(total - found.year_sums[0].ore),
        granted=to_kroner(amounts.granted),
        paid=to_kroner(amounts.paid),
        left=to_kroner(amounts.left),
        applications=counts[0],
        undecided=counts[1],
        deadline_on=found.deadline_on,
        person_limit=found.person_limit,
    )


def to_kroner(ore: int | None) -> Decimal | None:
    """Øre to kroner; what is hidden stays so."""
    return None if ore is None else from_ore(ore)
