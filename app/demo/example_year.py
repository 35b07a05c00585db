"""Alver's example year as it stands on 31 August 2022, the day that the demo lives on.

Three providers, 24 places from before the guideline with a notice running and a temporary one among them, a frame, six
months closed and approved, a seventh that waits for another person, and five applications (`app.demo.applications`).

Every person is synthetic: the month of the identity number is 80 higher than a month can be, the names are an
adjective and a noun, and the organisation numbers belong to the range for tests. The prices of the places are made up.
"""

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import event, func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.budget.position import watch_flags
from app.budget.schemas import ExpectedRefundIn, FrameIn
from app.budget.tables import BudgetFrame, ExpectedRefund
from app.budget.year_amounts import record_year_amount
from app.database.base import Row
from app.database.connections import Database
from app.database.identity import SET_CALLER, DatabaseIdentity
from app.database.locks import AdvisoryLock
from app.database.unit_of_work import UnitOfWork
from app.demo import absences, applications, follow_up, service_hours, stairs, surveys, trips, trust
from app.followup.calendar_subscriptions import create_subscription
from app.followup.tables import CalendarSubscription, Evaluation, GuidelineEvaluation, Meeting, Plan
from app.http.openapi_examples import DEMO_CALENDAR, demo_id
from app.integrations.framsikt.schemas import SnapshotIn
from app.integrations.framsikt.snapshots import take_snapshot
from app.integrations.framsikt.tables import BudgetSnapshot
from app.invoices.checks import check_invoice
from app.invoices.json_lines import JSON_POINTERS, build_invoice
from app.invoices.schemas import InvoiceLineIn
from app.invoices.tables import InvoiceCheck
from app.participants import participants
from app.participants.schemas import Contact, ParticipantIn
from app.participants.tables import ConsentRecord, Participant, ParticipantExternalId
from app.placements import changes, decisions, need_changes, notices, supplements
from app.placements.decision_schemas import ChangeDecisionIn
from app.placements.schemas import LegacyPlacementIn, NoticeIn
from app.placements.supplement_schemas import NeedChangeIn, SupplementIn
from app.placements.supplement_tables import NeedChange, PlacementSupplement
from app.placements.tables import Application, Decision, Notice, Placement, Request
from app.privacy.tables import ErasureRequest
from app.providers import providers
from app.providers.schemas import CapacityIn, ProviderIn
from app.providers.tables import Provider, ProviderCapacity
from app.rates import rates
from app.rates.published import PUBLISHED_RATES
from app.rates.schemas import GuidelineVersionIn
from app.rates.tables import GuidelineVersion, Rate
from app.rules.identifiers import classify_identity_number
from app.rules.process import LEGAL_BASIS
from app.security.roles import Actor
from app.settings import Settings
from app.settlements import settlements
from app.settlements.schemas import SettlementApprovalIn
from app.stairs.tables import StairCapacity, StairNeed, StairService, StairStep, StairTable

DAY = date(2022, 8, 31)
"""The day that the demo lives on; nothing in it happened later, but for the rates of the years after."""

LOADER = Actor(subject="demo", kind="person", roles=frozenset({"case_officer"}))
OFFICER = Actor(subject="demo-case-officer", kind="person", roles=frozenset({"case_officer"}))
"""The case officer whose tokens the demo mints: of its calendar."""
CLOSER, APPROVER = (
    Actor(subject=subject, kind="person", roles=frozenset({"finance"})) for subject in ("finance-1", "finance-2")
)
"""Two people of finance: one closes a month, the other approves it (C13)."""


class ExampleProvider(NamedTuple):
    """A provider, its capacity and the monthly prices of its places from before the guideline."""

    name: str
    organisation_number: str
    capacity: int
    prices: tuple[int, ...]


# Made up, so that the year comes to kr 6 829 002 with the notice, the temporary place and the supplement below.
PROVIDERS = (
    ExampleProvider(
        "Aufera AS", "310300403", 12, (23070, 26680, 26350, 21740, 22060, 24290, 23400, 25960, 21080, 27210)
    ),
    ExampleProvider("Gløde AS", "310300411", 10, (22650, 27030, 25600, 25390, 25060, 24020, 22280, 21700)),
    ExampleProvider("KIM AS", "310300446", 8, (27550, 23680, 20719, 23281, 21370, 24720)),
)
TEMPORARY, UNDER_NOTICE, PROTECTED = 18, 22, 13
"""Numbers of the placement that ends by 30 October, of the one under notice, and of the person whose address is."""
NUMBERED: dict[type[object], str] = {
    Provider: "provider",
    ProviderCapacity: "capacity",
    Participant: "participant",
    Application: "application",
    Request: "request",
    Placement: "placement",
    Decision: "decision",
    Rate: "rate",
    GuidelineVersion: "guideline_version",
    BudgetFrame: "frame",
    ExpectedRefund: "expected_refund",
    Notice: "notice",
    PlacementSupplement: "supplement",
    NeedChange: "need_change",
    InvoiceCheck: "invoice",
    Meeting: "meeting",
    Plan: "plan",
    Evaluation: "evaluation",
    ConsentRecord: "consent",
    GuidelineEvaluation: "guideline_evaluation",
    BudgetSnapshot: "snapshot",
    CalendarSubscription: "calendar_subscription",
    StairStep: "step",
    StairService: "service",
    StairCapacity: "stair_capacity",
    StairTable: "stair_table",
    StairNeed: "need",
    **absences.NUMBERED,
    **trips.NUMBERED,
    **service_hours.NUMBERED,
    **surveys.NUMBERED,
    **trust.NUMBERED,
}
ADJECTIVES = ("Blid", "Grøn", "Modig", "Rask", "Roleg", "Sprek")
NOUNS = ("Bjørk", "Elv", "Fjell", "Hage", "Lykt", "Skog")


async def load(database: Database, settings: Settings, *, report: Callable[[int], None] = lambda _: None) -> bool:
    """Load the example year in one transaction, through the same rules as everyone. False when it is there already.

    `report` takes how many people have been loaded.
    """
    identity = DatabaseIdentity(actor=LOADER.name, roles=LOADER.roles)
    async with database.unit_of_work(identity) as unit:
        event.listen(unit.session.sync_session, "transient_to_pending", _Numbering())
        # Two demos that start at once on one database.
        await unit.session.execute(select(func.pg_advisory_xact_lock(AdvisoryLock.DEMO)))
        known = select(Provider).where(col(Provider.organisation_number) == PROVIDERS[0].organisation_number)
        if (await unit.session.scalars(known)).first() is not None:
            return False
        await _load_rates(unit)
        person = 0
        for number, example in enumerate(PROVIDERS, start=1):
            await _add_provider(unit, example, settings)
            for price in example.prices:
                person += 1
                participant = await _add_participant(unit, person, settings)
                ends_on = date(2022, 6, 30) if person == TEMPORARY else None
                await _add_legacy_placement(unit, demo_id("provider", number), participant, price, ends_on)
                report(person)
        places = person
        for _ in applications.APPLICATIONS:
            person += 1
            await _add_participant(unit, person, settings)
            report(person)
        await applications.add_applications(unit, places + 1)
        await _add_people_without_application(unit, person, settings)
        await _add_supplement_change_and_notice(unit)
        await rates.record_guideline_version(unit, GuidelineVersionIn(valid_from=date(2022, 1, 1)))
        frame = {"amount": "6934000.00", "adopted_on": "2021-12-16", "reason": "Budsjett 2022, KO 150/22"}
        await record_year_amount(unit, BudgetFrame, 2022, FrameIn.model_validate(frame))
        refund = {"amount": "500000.00", "recorded_on": "2022-08-15", "reason": "Tilskot for ressurskrevjande tenester"}
        await record_year_amount(unit, ExpectedRefund, 2023, ExpectedRefundIn.model_validate(refund))
        await watch_flags(unit, 2022, DAY)
        names = [example.name for example in PROVIDERS]
        await follow_up.add_follow_up(unit, LOADER, DAY, names, places, settings.municipality_number)
        await absences.add_absences(unit, LOADER, DAY)
        await trust.add_year(unit, settings.municipality_number)
        await trips.add_trial(unit, settings.municipality_number)
        await stairs.add_stairs(unit)
        await service_hours.add_hours(unit)
        await surveys.add_survey(unit, DAY)
        await _close_months(unit, settings)
        await _act_as(unit, OFFICER)
        await create_subscription(unit, OFFICER, DEMO_CALENDAR)
        await _act_as(unit, LOADER)
        tertial = SnapshotIn(name="1. tertial", on=date(2022, 4, 30))
        await take_snapshot(unit, LOADER, 2022, tertial, settings)
    return True


class _Numbering:
    """Gives the demo's rows the ids that the API's examples name, counted per resource."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def __call__(self, session: Session, row: object) -> None:
        resource = NUMBERED.get(type(row))
        if resource is not None and isinstance(row, Row):
            self.counts[resource] += 1
            row.id = demo_id(resource, self.counts[resource])


async def _load_rates(unit: UnitOfWork) -> None:
    for rate in PUBLISHED_RATES:
        await rates.record_rate(unit, rate)


async def _add_provider(unit: UnitOfWork, example: ExampleProvider, settings: Settings) -> Provider:
    body = ProviderIn(
        name=example.name,
        organisation_number=example.organisation_number,
        municipality_number=settings.municipality_number,
    )
    provider = await providers.register_provider(unit, body, settings)
    await providers.set_capacity(unit, provider, CapacityIn(valid_from=date(2021, 1, 1), places=example.capacity))
    return provider


async def _add_people_without_application(unit: UnitOfWork, person: int, settings: Settings) -> None:
    """Somebody who was registered twice, and somebody who has not applied."""
    twice = ParticipantIn.model_validate(
        {
            **_name(1),
            "birth_date": _birth_date(1),
            "municipality_number": settings.municipality_number,
            "service_area": "other",
        }
    )
    await participants.register_participant(unit, twice, settings, DAY)
    await _add_participant(unit, person + 2, settings)


async def _add_supplement_change_and_notice(unit: UnitOfWork) -> None:
    """Individual resources for a spring, a need since, a temporary place that was prolonged, and a notice."""
    extra = {
        "monthly_amount": "3000.00",
        "valid_from": "2022-03-01",
        "valid_to": "2022-05-31",
        "reason": "Treng ein fast tilsett til stades i arbeidet.",
        "agreed_by": ["service", "case_office", "provider"],
        "agreed_on": "2022-02-21",
    }
    await supplements.add_supplement(unit, demo_id("placement", 1), SupplementIn.model_validate(extra))
    need = NeedChangeIn(noticed_on=date(2022, 8, 22), what="Treng ein til to ved måltida.", by="provider")
    await need_changes.record_need_change(unit, demo_id("participant", 1), need, DAY)
    asked = {
        "participant_id": demo_id("participant", 30),
        "reason": "Registrert to gonger.",
        "requested_by": LOADER.name,
    }
    unit.session.add(ErasureRequest.model_validate(asked))
    prolonged = ChangeDecisionIn(
        kind="change",
        decided_on=date(2022, 6, 13),
        legal_basis=LEGAL_BASIS,
        placement_id=demo_id("placement", TEMPORARY),
        reason="Treng meir tid før neste tilbod er klart.",
        ends_on=date(2022, 10, 30),
    )
    placement, history = await changes.lock_for_decision(unit, demo_id("placement", TEMPORARY))
    await changes.change_placement(unit, LOADER, placement, history, prolonged)
    given = NoticeIn(given_by="participant", given_on=date(2022, 7, 15), reason="changed_needs")
    await notices.give_notice(unit, LOADER, demo_id("placement", UNDER_NOTICE), given)


def _name(number: int) -> dict[str, str]:
    return {
        "given_name": ADJECTIVES[(number - 1) % len(ADJECTIVES)],
        "family_name": NOUNS[(number - 1) // len(ADJECTIVES)],
    }


def _birth_date(number: int) -> date:
    return date(1970, 1, 15) + timedelta(days=(number - 1) * 397)


async def _add_participant(unit: UnitOfWork, number: int, settings: Settings) -> Participant:
    """The n-th person, from 1."""
    name, born = _name(number), _birth_date(number)
    contact = Contact(
        kind="guardian" if number % 4 == 1 else "next_of_kin", name=f"{name['family_name']} {name['given_name']}"
    )
    body = ParticipantIn(
        given_name=name["given_name"],
        family_name=name["family_name"],
        national_identity_number=_synthetic_number(born),
        birth_date=born,
        municipality_number=settings.municipality_number,
        service_area="mental_health" if number % 3 == 0 else "habilitation",
        contacts=[contact],
        address_protection=number == PROTECTED,
    )
    participant = await participants.register_participant(unit, body, settings, date(2022, 1, 1))
    external_id = {"participant_id": participant.id, "system": "profil", "value": f"D-{number:04}"}
    unit.session.add(ParticipantExternalId.model_validate(external_id))
    return participant


def _synthetic_number(born: date) -> str:
    """The first number of a birth date, its month raised by 80, that passes the control."""
    birth = f"{born.day:02}{born.month + 80}{born.year % 100:02}"
    return next(
        number for rest in range(100_000) if classify_identity_number(number := f"{birth}{rest:05}") is not None
    )


async def _add_legacy_placement(
    unit: UnitOfWork, provider_id: UUID, participant: Participant, price: int, ends_on: date | None
) -> None:
    body = LegacyPlacementIn(
        participant_id=participant.id,
        provider_id=provider_id,
        terms="legacy",
        starts_on=date(2021, 1, 1),
        ends_on=ends_on,
        share=100,
        monthly_price=Decimal(f"{price}.00"),
    )
    await decisions.record_legacy_placement(unit, body)


async def _act_as(unit: UnitOfWork, actor: Actor) -> None:
    """Tell PostgreSQL who is calling now: a month is closed, and approved, by nobody but the caller."""
    await unit.execute(SET_CALLER, *actor.identity.settings({}))


async def _close_months(unit: UnitOfWork, settings: Settings) -> None:
    """January to June are closed and approved, July waits. The first provider's invoice of January says the same."""
    for month in range(1, 8):
        await _act_as(unit, CLOSER)
        settlement = await settlements.close_month(unit, CLOSER, 2022, month)
        if month < 7:
            await _act_as(unit, APPROVER)
            await settlements.decide_settlement(unit, APPROVER, settlement, SettlementApprovalIn(approved=True))
    await _act_as(unit, LOADER)
    example, buyer = PROVIDERS[0], settings.municipality_organisation_number
    lines = [
        {
            "invoice_number": "F-1001",
            "issued_on": "2022-02-01",
            "supplier": example.organisation_number,
            "buyer": buyer,
            "placement_id": str(demo_id("placement", number)),
            "period_from": "2022-01-01",
            "period_to": "2022-01-31",
            "quantity": "1",
            "unit_price": f"{price}.00",
            "amount": f"{price}.00",
        }
        for number, price in enumerate(example.prices, start=1)
    ]
    invoice = build_invoice([InvoiceLineIn.model_validate(line) for line in lines])
    await check_invoice(unit, LOADER, invoice, buyer, JSON_POINTERS)
