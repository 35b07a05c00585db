"""Consents to share information with other services, and their withdrawal (M6)."""

from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field as Limits
from pydantic import model_validator
from sqlalchemy import CheckConstraint, Column, Index, String, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, col

from app.database.base import Row
from app.database.unit_of_work import UnitOfWork
from app.http.lookup import find
from app.http.problems import NOT_FOUND, problem_type
from app.http.schemas import Day, Shape, Stored
from app.outbox.events import ConsentEvent
from app.outbox.publish import publish
from app.participants.tables import Participant
from app.rules import minutes
from app.rules.minutes import ServiceRole

CONSENT_WITHDRAWN = problem_type(
    "consent-withdrawn",
    409,
    title="Samtykket er alt trekt",
    nn="Samtykket er alt trekt. Eit nytt samtykke vert registrert for seg.",
    en="The consent is already withdrawn; a new one is recorded on its own (M6).",
)
CONSENT_DAY_INVALID = problem_type(
    "consent-day-invalid",
    422,
    title="Dagen passar ikkje med samtykket",
    nn="Eit samtykke er gjeve seinast i dag, og vert trekt tidlegast den dagen det vart gjeve og seinast i dag.",
    en="A consent is given today at the latest, and withdrawn neither before it was given nor after today (M6).",
)


class ConsentRecord(Row, table=True):
    """A consent as recorded (M6). Only its withdrawal is ever added to it."""

    __tablename__ = "consent"
    __table_args__ = (
        CheckConstraint("given_by in ('participant', 'guardian')", name="given_by"),
        CheckConstraint("cardinality(services) between 1 and 4", name="services"),
        CheckConstraint("valid_to >= given_on", name="valid_to"),
        CheckConstraint("withdrawn_on >= given_on", name="withdrawn_on"),
        Index("ix_consent_participant_id_id", "participant_id", "id"),
    )

    participant_id: UUID = Field(foreign_key="participant.id")
    given_by: str
    given_on: date
    valid_to: date | None = None
    services: list[str] = Field(sa_column=Column(ARRAY(String), nullable=False))
    withdrawn_on: date | None = None


class ConsentIn(Shape):
    """A consent that the participant or the guardian has given (M6)."""

    given_by: Literal["participant", "guardian"]
    given_on: Annotated[Day, Limits(description="Not after today.", examples=["2022-07-01"])]
    services: Annotated[list[ServiceRole], Limits(min_length=1, max_length=4, description="With whom to share.")]
    valid_to: Annotated[
        Day | None, Limits(description="Its own last day, where it was given for a time.", examples=[None])
    ] = None

    @model_validator(mode="after")
    def _lasts_at_least_a_day(self) -> Self:
        if self.valid_to is not None and self.valid_to < self.given_on:
            raise ValueError("«valid_to» kan ikkje vere før «given_on»")
        return self


class WithdrawalIn(Shape):
    """A consent is withdrawn; that day is the first without it (M6)."""

    withdrawn_on: Annotated[Day | None, Limits(description="Today where left out.", examples=["2022-09-01"])] = None


class ConsentOut(Stored):
    """A consent, and since when it is withdrawn."""

    participant_id: UUID
    given_by: Literal["participant", "guardian"]
    given_on: date
    valid_to: date | None
    services: list[ServiceRole]
    withdrawn_on: date | None


async def give(unit: UnitOfWork, participant_id: UUID, body: ConsentIn, today: date) -> ConsentRecord:
    """M6: record a consent of a participant that the caller may see. Raises `consent-day-invalid`."""
    await find(unit, Participant, participant_id)
    if body.given_on > today:
        raise CONSENT_DAY_INVALID(pointer="#/given_on")
    services = sorted(set(body.services))
    consent = ConsentRecord.model_validate(body.model_dump() | {"participant_id": participant_id, "services": services})
    unit.session.add(consent)
    await unit.session.flush()
    await publish(unit, ConsentEvent("consent.given", consent.id, consent.participant_id))
    return consent


async def withdraw(
    unit: UnitOfWork, participant_id: UUID, consent_id: UUID, body: WithdrawalIn, today: date
) -> ConsentRecord:
    """M6: a consent ends. Raises `consent-withdrawn` the second time, `consent-day-invalid` for an impossible day."""
    consent = await find(unit, ConsentRecord, consent_id, lock=True)
    if consent.participant_id != participant_id:
        raise NOT_FOUND()
    if consent.withdrawn_on is not None:
        raise CONSENT_WITHDRAWN()
    withdrawn_on = body.withdrawn_on or today
    if not consent.given_on <= withdrawn_on <= today:
        raise CONSENT_DAY_INVALID(pointer="#/withdrawn_on")
    consent.withdrawn_on = withdrawn_on
    await unit.session.flush()
    await publish(unit, ConsentEvent("consent.withdrawn", consent.id, consent.participant_id))
    return consent


async def consents_of(unit: UnitOfWork, participant_id: UUID) -> list[minutes.Consent]:
    """M6: a participant's consents as the rules take them."""
    rows = await unit.session.scalars(select(ConsentRecord).where(col(ConsentRecord.participant_id) == participant_id))
    return [minutes.Consent(row.given_on, frozenset(row.services), row.valid_to, row.withdrawn_on) for row in rows]
