"""Applications to the trust (R5, R6), their decisions (R2, R3), payments and repayments (R7), and shares (R8)."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from app import clock
from app.access_log.restrictions import find_restricted
from app.database.queries import Queries
from app.database.unit_of_work import UnitOfWork
from app.http.lookup import find, find_reference
from app.http.names import format_amount
from app.http.periods import require_not_before
from app.http.problems import ANNULLED, NOT_FOUND, VALIDATION
from app.http.schemas import AnnulmentIn
from app.outbox.events import TrustEvent
from app.outbox.publish import publish
from app.participants.tables import Participant
from app.rules.money import from_ore, to_ore
from app.rules.trust import Entry, Grant, share_by_ceiling, share_by_percent
from app.security.roles import Actor
from app.trust import problems
from app.trust.schemas import (
    TrustApplicationIn,
    TrustApplicationPatch,
    TrustDecisionOut,
    TrustGrantIn,
    TrustPaymentIn,
    TrustRejectionIn,
    TrustRepaymentIn,
    TrustShare,
    TrustSharesOut,
)
from app.trust.tables import DECISIONS, TrustApplication, TrustEntry
from app.trust.years import TrustYear, load_sums, load_year, lock_year


async def record_application(unit: UnitOfWork, actor: Actor, body: TrustApplicationIn) -> TrustApplication:
    """R5, R6: an application, with where the person is registered today. A late one is stored too.

    Raises:
        Problem: `NOT_FOUND` for the participant; 422 for an amount above the limit of a person and year.
    """
    # Fagutvikling finds anybody, and sees from now on who has applied (X3).
    async with unit.acting_as("auditor"):
        participant = await find_reference(unit, Participant, body.participant_id, "#/participant_id")
    limit = TrustYear(body.received_on.year, await load_sums(unit, body.received_on.year)).person_limit
    if body.amount > limit:
        raise VALIDATION(f"For kvar person kan det høgst vere {format_amount(limit)} i året.", pointer="#/amount")
    row = TrustApplication.model_validate(
        body.model_dump()
        | {
            "municipality_number": participant.municipality_number,
            "documentation_seen_by": _name_role(actor) if body.documentation_seen_on is not None else None,
        }
    )
    unit.session.add(row)
    await unit.session.flush()
    return row


async def complete_application(
    unit: UnitOfWork, actor: Actor, application: TrustApplication, body: TrustApplicationPatch
) -> None:
    """R6: what was missing of an application, which the caller holds locked.

    Raises `trust-application-decided`.
    """
    await _require_undecided(unit, application)
    application.sqlmodel_update(body.model_dump(exclude_unset=True))
    if "documentation_seen_on" in body.model_fields_set:
        application.documentation_seen_by = _name_role(actor)
    await unit.session.flush()


async def decide_application(
    unit: UnitOfWork,
    actor: Actor,
    application_id: UUID,
    body: TrustGrantIn | TrustRejectionIn,
    municipality_number: str,
) -> tuple[TrustApplication, TrustDecisionOut]:
    """R2, R3, R5, R6: one decision that holds of each application. The limits are those of the decision's day.

    A rejection needs no sum. Raises:
        Problem: `trust-application-decided`, `no-trust-sum`, `documentation-missing`, `belonging-missing`,
            `timely-undecided`, `person-limit`, `trust-sum-exhausted`; 422 for a day before the application's and for
            more than was applied for.
    """
    application = await find(unit, TrustApplication, application_id, lock=True)
    year, on = application.received_on.year, body.decided_on
    await lock_year(unit, year)
    await _require_undecided(unit, application)
    require_not_before(on, "decided_on", application.received_on, "søknaden")
    known = await load_year(unit, year)
    if body.kind == "grant":
        if body.amount > application.amount:
            raise VALIDATION(
                f"Etter søknaden kan det høgst vere {format_amount(application.amount)}.", pointer="#/amount"
            )
        _require_grantable(known, application, to_ore(body.amount), on, municipality_number)
    entry = TrustEntry(
        application_id=application.id,
        kind=body.kind,
        entered_on=on,
        amount=body.amount,
        reason=body.reason,
        recorded_by=actor.name,
    )
    unit.session.add(entry)
    await unit.session.flush()
    await publish(unit, TrustEvent("trust.granted" if body.kind == "grant" else "trust.rejected", application.id))
    taken = 0 if body.amount is None else to_ore(body.amount)
    has_sum = known.find_sum(on) is not None
    out = TrustDecisionOut(
        id=entry.id,
        application_id=application.id,
        kind=body.kind,
        decided_on=on,
        amount=body.amount,
        reason=body.reason,
        left=from_ore(known.compute_left(on) - taken) if has_sum else None,
        person_left=from_ore(known.compute_person_left(application.participant_id, on) - taken),
    )
    return application, out


def _require_grantable(
    known: TrustYear, application: TrustApplication, ore: int, on: date, municipality_number: str
) -> None:
    """Raises what `decide_application` says of a grant. Of both limits the person's is named first."""
    known.require_sum(on)
    if application.documentation_seen_on is None or application.documentation_seen_on > on:
        raise problems.DOCUMENTATION_MISSING()
    if application.municipality_number != municipality_number and application.belonging_reason is None:
        raise problems.BELONGING_MISSING()
    if known.is_late(application.received_on):
        timely = sum(case.is_undecided(date.max) and not known.is_late(case.received_on) for case in known.cases)
        if timely:
            raise problems.TIMELY_UNDECIDED(undecided=timely)
    _require_left(known, application.participant_id, ore, on)


def _require_left(known: TrustYear, participant_id: UUID, ore: int, on: date) -> None:
    """R2, R3: raises `person-limit` or `trust-sum-exhausted` where so much is not left on a day."""
    person_left = known.compute_person_left(participant_id, on)
    if ore > person_left:
        left = from_ore(person_left)
        raise problems.PERSON_LIMIT(f"Personen kan få {format_amount(left)} til i {known.year}.", left=f"{left}")
    year_left = known.compute_left(on)
    if ore > year_left:
        left = from_ore(year_left)
        raise problems.TRUST_SUM_EXHAUSTED(
            f"Det er {format_amount(left)} att av summen for {known.year}.", left=f"{left}"
        )


async def annul_entry(unit: UnitOfWork, entry_id: UUID, body: AnnulmentIn) -> tuple[TrustApplication, TrustEntry]:
    """D10, R7: a decision, payment or repayment was recorded by mistake. It counts on no day.

    An application whose decision is annulled is undecided. **Decided here**: what really was paid stands, and is paid
    back; so a grant is annulled once no payment of it holds, and a repayment while what it freed is still left today.

    Raises:
        Problem: `not-found`; `annulled` the second time; `trust-grant-paid`; `trust-payment-repaid`; of a repayment
            `person-limit` and `trust-sum-exhausted`.
    """
    # Not the row: it is read once the application is locked, as decisions and payments lock it.
    application_id = await unit.fetch_value(
        select(col(TrustEntry.application_id)).where(col(TrustEntry.id) == entry_id)
    )
    if application_id is None:
        raise NOT_FOUND()
    application = await find(unit, TrustApplication, application_id, lock=True)
    await lock_year(unit, application.received_on.year)
    entries = (await load_entries(unit, [application.id]))[application.id]
    entry = next(one for one in entries if one.id == entry_id)
    if entry.annulled_at is not None:
        raise ANNULLED()
    await _require_annullable(unit, application, entry, [one for one in list_holding(entries) if one is not entry])
    entry.annulled_at = clock.now()
    entry.annulled_reason = body.reason
    await unit.session.flush()
    if entry.kind in DECISIONS:
        await publish(unit, TrustEvent("trust.decision_annulled", application.id))
    return application, entry


async def _require_annullable(
    unit: UnitOfWork, application: TrustApplication, entry: TrustEntry, others: Sequence[TrustEntry]
) -> None:
    """Raises what `annul_entry` says, of an entry among the others that hold. The caller holds the year locked."""
    if entry.kind in DECISIONS:
        if others:
            raise problems.TRUST_GRANT_PAID()
        return
    remaining = make_grant(application, others)
    assert remaining is not None
    if not remaining.is_repaid_of_payments():
        raise problems.TRUST_PAYMENT_REPAID()
    if entry.kind == "repayment" and entry.amount is not None:
        known = await load_year(unit, application.received_on.year)
        _require_left(known, application.participant_id, to_ore(entry.amount), clock.today())


async def record_payment(
    unit: UnitOfWork, actor: Actor, application_id: UUID, body: TrustPaymentIn
) -> tuple[TrustApplication, TrustEntry]:
    """R7: what is paid against a voucher, never above the grant.

    **Decided here**: what was paid in time and is recorded once the grant has lapsed is taken while as much is left
    today.

    Raises:
        Problem: `not-granted`, `grant-lapsed`, `payment-above-grant`; 422 for a day before the decision; of a grant
            that has lapsed `person-limit` and `trust-sum-exhausted`.
    """
    application, grant = await _lock_grant(unit, application_id)
    require_not_before(body.on, "on", grant.decided_on, "vedtaket")
    if body.on >= grant.lapses_on:
        raise problems.GRANT_LAPSED(f"Tildelinga fall bort {grant.lapses_on}.", lapsed_on=f"{grant.lapses_on}")
    left = from_ore(grant.ore - grant.sum_paid())
    if body.amount > left:
        raise problems.PAYMENT_ABOVE_GRANT(f"Det står {format_amount(left)} att av tildelinga.", left=f"{left}")
    today = clock.today()
    if today >= grant.lapses_on:
        await lock_year(unit, grant.year)
        _require_left(await load_year(unit, grant.year), application.participant_id, to_ore(body.amount), today)
    return application, await _add_entry(unit, actor, application, "payment", body)


async def record_repayment(
    unit: UnitOfWork, actor: Actor, application_id: UUID, body: TrustRepaymentIn
) -> tuple[TrustApplication, TrustEntry]:
    """R7: what is paid back is free again in its own year.

    Raises:
        Problem: `not-granted`, `repayment-above-payment`; 422 for a day before the decision.
    """
    application, grant = await _lock_grant(unit, application_id)
    require_not_before(body.on, "on", grant.decided_on, "vedtaket")
    left = from_ore(grant.sum_paid(body.on) - grant.sum_repaid())
    if body.amount > left:
        raise problems.REPAYMENT_ABOVE_PAYMENT(
            f"Det er betalt ut {format_amount(left)} som ikkje er betalt tilbake.", left=f"{left}"
        )
    return application, await _add_entry(unit, actor, application, "repayment", body)


async def compute_shares(queries: Queries, year: int, on: date) -> tuple[TrustSharesOut, set[UUID]]:
    """R8: the undecided applications that were received by a day, what each would get of what is left, and of whom.

    **Decided here**: those in time are shared among first; the late ones once no other is undecided (R5). What a
    person asks for is counted up to what the person may still get. Without those whose data may only be stored (G1).

    Raises `NO_TRUST_SUM`.
    """
    known = await load_year(queries, year, on)
    left = known.compute_left(on)
    undecided = [case for case in known.cases if case.is_undecided(on)]
    restricted = await find_restricted(queries, {case.participant_id for case in undecided})
    waiting = [case for case in undecided if case.participant_id not in restricted]
    cases = [case for case in waiting if not known.is_late(case.received_on)] or waiting
    asked: list[int] = []
    taken: defaultdict[UUID, int] = defaultdict(int)
    for case in cases:
        room = known.compute_person_left(case.participant_id, on) - taken[case.participant_id]
        asked.append(min(case.asked, room))
        taken[case.participant_id] += asked[-1]

    def to_shares(shares: Sequence[int]) -> list[TrustShare]:
        return [
            TrustShare(application_id=case.application_id, amount=from_ore(ore))
            for case, ore in zip(cases, shares, strict=True)
        ]

    shares = TrustSharesOut(
        asked=from_ore(sum(asked)),
        left=from_ore(left),
        short=from_ore(max(sum(asked) - left, 0)),
        by_percent=to_shares(share_by_percent(asked, left)),
        by_ceiling=to_shares(share_by_ceiling(asked, left)),
    )
    return shares, set(taken)


def _name_role(actor: Actor) -> str:
    """The role in which somebody saw the documentation (R6)."""
    return "case_officer" if "case_officer" in actor.roles else "grants_officer"


async def load_entries(queries: Queries, application_ids: Sequence[UUID]) -> dict[UUID, list[TrustEntry]]:
    """What came of each application, in the order it was recorded."""
    found: dict[UUID, list[TrustEntry]] = {id_: [] for id_ in application_ids}
    statement = (
        select(TrustEntry)
        .where(col(TrustEntry.application_id).in_(application_ids))
        .order_by(col(TrustEntry.created_at), col(TrustEntry.id))
    )
    for entry in await queries.select(statement):
        found[entry.application_id].append(entry)
    return found


def list_holding(entries: Sequence[TrustEntry]) -> list[TrustEntry]:
    """Those that are not annulled (D10)."""
    return [entry for entry in entries if entry.annulled_at is None]


def make_grant(application: TrustApplication, entries: Sequence[TrustEntry]) -> Grant | None:
    """The grant of an application as the rules take it, None where it was not granted."""
    holding = list_holding(entries)

    def list_entries(kind: str) -> tuple[Entry, ...]:
        return tuple(
            Entry(entry.entered_on, to_ore(entry.amount))
            for entry in holding
            if entry.kind == kind and entry.amount is not None
        )

    for entry in holding:
        if entry.kind == "grant" and entry.amount is not None:
            payments, repayments = list_entries("payment"), list_entries("repayment")
            return Grant(application.received_on.year, entry.entered_on, to_ore(entry.amount), payments, repayments)
    return None


async def _require_undecided(unit: UnitOfWork, application: TrustApplication) -> None:
    """Raises `trust-application-decided`. The caller holds the application locked."""
    if list_holding((await load_entries(unit, [application.id]))[application.id]):
        raise problems.TRUST_APPLICATION_DECIDED()


async def _lock_grant(unit: UnitOfWork, application_id: UUID) -> tuple[TrustApplication, Grant]:
    """An application, locked, and its grant. Raises `NOT_FOUND`, `not-granted`."""
    application = await find(unit, TrustApplication, application_id, lock=True)
    grant = make_grant(application, (await load_entries(unit, [application.id]))[application.id])
    if grant is None:
        raise problems.NOT_GRANTED()
    return application, grant


async def _add_entry(
    unit: UnitOfWork, actor: Actor, application: TrustApplication, kind: str, body: TrustPaymentIn | TrustRepaymentIn
) -> TrustEntry:
    entry = TrustEntry(
        application_id=application.id,
        kind=kind,
        entered_on=body.on,
        amount=body.amount,
        voucher_seen_on=body.voucher_seen_on,
        recorded_by=actor.name,
    )
    unit.session.add(entry)
    await unit.session.flush()
    return entry
