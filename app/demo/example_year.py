"""Alver's example year: three providers, 24 legacy places, a frame, and five applications that wait for a decision.

Beside them one application that waits for a provider's answer, and one that was rejected.

Every person is synthetic: the month of the identity number is 80 higher than a month can be, the names are an
adjective and a noun, and the organisation numbers belong to the range for tests.
"""

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import event, func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app import clock
from app.budget.position import watch_flags
from app.budget.schemas import ExpectedRefundIn, FrameIn
from app.budget.tables import BudgetFrame, ExpectedRefund
from app.budget.year_amounts import record_year_amount
from app.database.base import Row
from app.database.connections import Database
from app.database.identity import DatabaseIdentity
from app.database.locks import AdvisoryLock
from app.database.unit_of_work import UnitOfWork
from app.demo import absences
from app.followup import evaluations, meetings, plans
from app.followup.schemas import EvaluationIn, GuidelineEvaluationIn, MeetingIn, PlanIn
from app.followup.tables import Evaluation, GuidelineEvaluation, Meeting, Plan
from app.http.openapi_examples import demo_id
from app.integrations.framsikt.schemas import SnapshotIn
from app.integrations.framsikt.snapshots import take_snapshot
from app.integrations.framsikt.tables import BudgetSnapshot
from app.invoices.checks import check_invoice
from app.invoices.json_lines import JSON_POINTERS, build_invoice
from app.invoices.schemas import InvoiceLineIn
from app.invoices.tables import InvoiceCheck
from app.participants import consents, participants
from app.participants.schemas import ConsentIn, Contact, ParticipantIn
from app.participants.tables import ConsentRecord, Participant, ParticipantExternalId
from app.placements import applications, changes, decisions, notices, requests, supplements
from app.placements.schemas import (
    LEGAL_BASIS,
    ApplicationIn,
    ChangeDecisionIn,
    LegacyPlacementIn,
    NoticeIn,
    RejectDecisionIn,
    RequestAnswerIn,
    RequestIn,
)
from app.placements.supplement_schemas import SupplementIn
from app.placements.tables import Application, Decision, Notice, Placement, PlacementSupplement, Request
from app.providers import providers
from app.providers.schemas import CapacityIn, ProviderIn
from app.providers.tables import Provider, ProviderCapacity
from app.rates import rates
from app.rates.schemas import GuidelineVersionIn, RateIn
from app.rates.tables import GuidelineVersion, Rate
from app.rules.identifiers import classify_identity_number
from app.security.roles import Actor
from app.settings import Settings
from app.settlements import settlements

LOADER = Actor(subject="demo", kind="person", roles=frozenset({"case_officer"}))
LEGACY_PRICE = Decimal("22317.00")


class ExampleProvider(NamedTuple):
    """A provider, its capacity, how many legacy places it has and how many applications wait for it."""

    name: str
    organisation_number: str
    capacity: int
    legacy: int
    waiting: int


PROVIDERS = (
    ExampleProvider("Aufera AS", "310300403", 12, 10, 2),
    ExampleProvider("Gløde AS", "310300411", 10, 8, 2),
    ExampleProvider("KIM AS", "310300446", 8, 6, 1),
)
RATES = (
    ("2022-01-01", "2022-01-01", "14878.00", "Guideline 2022, ch. 8"),
    ("2023-01-01", "2023-01-01", "15324.00", "Announced rate 2023"),
    ("2023-01-01", "2023-05-11", "15667.00", "Revised national budget 2023"),
    ("2024-01-01", "2024-01-01", "16231.00", "Rate 2024"),
    ("2025-01-01", "2025-01-01", "16848.00", "Rate 2025"),
    ("2026-01-01", "2026-01-01", "17455.00", "Rate 2026"),
)
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
    InvoiceCheck: "invoice",
    Meeting: "meeting",
    Plan: "plan",
    Evaluation: "evaluation",
    ConsentRecord: "consent",
    GuidelineEvaluation: "guideline_evaluation",
    BudgetSnapshot: "snapshot",
    **absences.NUMBERED,
}
ADJECTIVES = ("Blid", "Grøn", "Modig", "Rask", "Roleg", "Sprek")
NOUNS = ("Bjørk", "Elv", "Fjell", "Hage", "Lykt", "Skog")
WISHES = (
    "Vil arbeide ute, helst med dyr eller i hage.",
    "Ønskjer rolege dagar i trebearbeidinga.",
    "Vil prøve kantina og møte folk.",
    "Ønskjer arbeid med tekstil, gjerne saman med ein ven.",
    "Vil ha ei fast oppgåve på vaskeriet.",
    "Ønskjer å lage mat og servere.",
    "Vil helst vere heime om føremiddagen.",
)


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
        for example in PROVIDERS:
            provider = await _add_provider(unit, example, settings)
            for _ in range(example.legacy):
                await _add_legacy_placement(unit, provider, await _add_participant(unit, person, settings))
                person += 1
                report(person)
        waiting = [provider for example in PROVIDERS for provider in [example] * example.waiting]
        for number, example in enumerate(waiting):
            await _add_accepted_application(unit, example, await _add_participant(unit, person, settings), number)
            person += 1
            report(person)
        await _add_open_and_rejected_applications(unit, person, settings)
        await _add_supplement_and_notice(unit)
        await rates.record_guideline_version(unit, GuidelineVersionIn(valid_from=date(2022, 1, 1)))
        frame = {"amount": "6934000.00", "adopted_on": "2021-12-16", "reason": "Budsjett 2022, KO 150/22"}
        await record_year_amount(unit, BudgetFrame, 2022, FrameIn.model_validate(frame))
        refund = {"amount": "500000.00", "recorded_on": "2023-01-31", "reason": "Tilskot for ressurskrevjande tenester"}
        await record_year_amount(unit, ExpectedRefund, 2023, ExpectedRefundIn.model_validate(refund))
        await watch_flags(unit, 2022, date(2022, 12, 31))
        await _add_follow_up(unit)
        await absences.add_absences(unit, LOADER, clock.today())
        await _close_january(unit, settings)
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
    for valid_from, known_from, amount, source in RATES:
        sent = {"valid_from": valid_from, "known_from": known_from, "monthly_amount": amount, "source": source}
        rate = RateIn.model_validate(sent)
        await rates.record_rate(unit, rate)


async def _add_provider(unit: UnitOfWork, example: ExampleProvider, settings: Settings) -> Provider:
    body = ProviderIn(
        name=example.name,
        organisation_number=example.organisation_number,
        municipality_number=settings.municipality_number,
    )
    provider = await providers.register_provider(unit, body, settings.municipality_number)
    await providers.set_capacity(unit, provider, CapacityIn(valid_from=date(2021, 1, 1), places=example.capacity))
    return provider


async def _add_open_and_rejected_applications(unit: UnitOfWork, person: int, settings: Settings) -> None:
    """One application whose request waits for an answer, and one that was rejected."""
    open_application = await _record_application(unit, await _add_participant(unit, person, settings), 5)
    provider = await _find_provider(unit, PROVIDERS[2])
    sent = RequestIn(provider_id=provider.id, sent_on=date(2022, 1, 17))
    await requests.send_request(unit, open_application.id, sent)
    applied = await _record_application(unit, await _add_participant(unit, person + 1, settings), 6, year=2019)
    rejected = RejectDecisionIn(
        kind="reject",
        decided_on=date(2019, 1, 18),
        legal_basis=LEGAL_BASIS,
        application_id=applied.id,
        reason="Har behov for eit anna tilbod.",
    )
    await decisions.reject_application(unit, LOADER, rejected)


async def _add_supplement_and_notice(unit: UnitOfWork) -> None:
    """The first place: individual resources for half a year, and a notice that was withdrawn."""
    placement_id = demo_id("placement", 1)
    extra = {
        "monthly_amount": "3000.00",
        "valid_from": "2023-01-01",
        "valid_to": "2023-06-30",
        "reason": "Treng ein fast tilsett til stades i arbeidet.",
        "agreed_by": ["service", "case_office", "provider"],
        "agreed_on": "2022-12-12",
    }
    await supplements.add_supplement(unit, placement_id, SupplementIn.model_validate(extra))
    given = {"given_by": "guardian", "given_on": "2023-03-15", "reason": "changed_needs"}
    _, notice = await notices.give_notice(unit, LOADER, placement_id, NoticeIn.model_validate(given))
    withdrawal = ChangeDecisionIn(
        kind="change",
        decided_on=date(2023, 4, 3),
        legal_basis=LEGAL_BASIS,
        placement_id=placement_id,
        reason="Partane vart samde om tilpassingar.",
        withdraws_notice_id=notice.id,
    )
    placement, history = await changes.lock_for_decision(unit, placement_id)
    await changes.change_placement(unit, LOADER, placement, history, withdrawal)


async def _add_participant(unit: UnitOfWork, number: int, settings: Settings) -> Participant:
    born = date(1970, 1, 15) + timedelta(days=number * 397)
    adjective = ADJECTIVES[number % len(ADJECTIVES)]
    noun = NOUNS[number // len(ADJECTIVES)]
    body = ParticipantIn(
        given_name=adjective,
        family_name=noun,
        national_identity_number=_synthetic_number(born),
        birth_date=born,
        municipality_number=settings.municipality_number,
        service_area="mental_health" if number % 3 == 2 else "habilitation",
        contacts=[Contact(kind="guardian" if number % 4 == 0 else "next_of_kin", name=f"{noun} {adjective}")],
        address_protection=False,
    )
    participant = await participants.register_participant(unit, body, settings, date(2022, 1, 1))
    external_id = {"participant_id": participant.id, "system": "profil", "value": f"D-{number + 1:04}"}
    unit.session.add(ParticipantExternalId.model_validate(external_id))
    return participant


def _synthetic_number(born: date) -> str:
    """The first number of a birth date, its month raised by 80, that passes the control."""
    birth = f"{born.day:02}{born.month + 80}{born.year % 100:02}"
    return next(
        number for rest in range(100_000) if classify_identity_number(number := f"{birth}{rest:05}") is not None
    )


async def _add_legacy_placement(unit: UnitOfWork, provider: Provider, participant: Participant) -> None:
    body = LegacyPlacementIn(
        participant_id=participant.id,
        provider_id=provider.id,
        terms="legacy",
        starts_on=date(2021, 1, 1),
        ends_on=None,
        share=100,
        monthly_price=LEGACY_PRICE,
    )
    await decisions.record_legacy_placement(unit, body)


async def _add_accepted_application(
    unit: UnitOfWork, example: ExampleProvider, participant: Participant, number: int
) -> None:
    provider = await _find_provider(unit, example)
    application = await _record_application(unit, participant, number)
    sent = RequestIn(provider_id=provider.id, sent_on=date(2022, 1, 10))
    request = await requests.send_request(unit, application.id, sent)
    accepted = RequestAnswerIn(answer="accepted", reason=None, text=None, answered_on=date(2022, 1, 14))
    await requests.answer_request(unit, request.id, accepted, date(2022, 1, 14))


async def _record_application(
    unit: UnitOfWork, participant: Participant, number: int, *, year: int = 2022
) -> Application:
    body = ApplicationIn(
        participant_id=participant.id,
        received_on=date(year, 1, 3) + timedelta(days=number),
        need="permanent",
        wishes=WISHES[number],
        medication_tasks=False,
    )
    return await applications.record_application(unit, body)


async def _find_provider(unit: UnitOfWork, example: ExampleProvider) -> Provider:
    known = select(Provider).where(col(Provider.organisation_number) == example.organisation_number)
    return (await unit.session.scalars(known)).one()


async def _add_follow_up(unit: UnitOfWork) -> None:
    """What was filed in 2022: enough to show what is done, what is not sent yet, and who was missing."""
    places = list(await unit.session.scalars(select(Placement).order_by(col(Placement.id)).limit(4)))
    first, today = places[0], date(2022, 12, 31)
    consent = {"given_by": "participant", "given_on": "2022-01-10", "services": ["nav"]}
    await consents.record_consent(unit, first.participant_id, ConsentIn.model_validate(consent), today)
    areas = {"content_areas": ["activity", "mastery"], "text": "Mål og tiltak er avtalte saman med deltakaren."}
    for number, place in enumerate(places):
        about = {"placement_id": place.id}
        sent = {"sent_on": None if number == 0 else "2022-03-20"}
        plan = PlanIn.model_validate({**about, **areas, **sent, "made_on": "2022-03-15"})
        await plans.create_plan(unit, LOADER, plan, today)
        for kind, held_on, themes in (
            ("cooperation", "2022-05-12", ["functioning", "cooperation"]),
            ("conversation", "2022-04-07", ["own_experience", "progress"]),
            ("conversation", "2022-10-06", ["changes"]),
        )[: 3 - number // 2]:
            minutes = {
                **about,
                "kind": kind,
                "held_on": held_on,
                "called_by": "provider",
                "attendees": [{"role": "participant"}, {"role": "provider"}],
                "themes": themes,
                "minutes": "Trivst godt, og vil halde fram som no.",
            }
            await meetings.create_meeting(unit, LOADER, MeetingIn.model_validate(minutes), today)
    report = {"placement_id": first.id, **areas, "period_from": "2022-01-01", "period_to": "2022-12-31"}
    await evaluations.create_evaluation(unit, LOADER, EvaluationIn.model_validate(report), today)
    joint = {
        "kind": "system",
        "held_on": "2022-06-02",
        "called_by": "habilitation",
        "attendees": [{"role": role} for role in ("case_office", "habilitation", "mental_health")]
        + [{"role": "provider", "organisation": example.name} for example in PROVIDERS[:2]],
        "themes": ["collaboration", "economy"],
        "minutes": "Gjennomgang av året og av samhandlinga.",
    }
    await meetings.create_meeting(unit, LOADER, MeetingIn.model_validate(joint), today)
    guideline_evaluation = GuidelineEvaluationIn(
        year=2022, evaluated_on=date(2022, 12, 1), text="Verkar etter føremålet."
    )
    await evaluations.record_guideline_evaluation(unit, guideline_evaluation, today)


async def _close_january(unit: UnitOfWork, settings: Settings) -> None:
    """January 2022 is closed, and the first provider's invoice for it arrived and says the same."""
    await settlements.close_month(unit, LOADER, 2022, 1)
    example, buyer = PROVIDERS[0], settings.municipality_organisation_number
    line = {
        "invoice_number": "F-1001",
        "issued_on": "2022-02-01",
        "supplier": example.organisation_number,
        "buyer": buyer,
        "period_from": "2022-01-01",
        "period_to": "2022-01-31",
        "quantity": f"{example.legacy}",
        "unit_price": f"{LEGACY_PRICE}",
        "amount": f"{example.legacy * LEGACY_PRICE}",
    }
    await check_invoice(unit, LOADER, build_invoice([InvoiceLineIn.model_validate(line)]), buyer, JSON_POINTERS)
