"""The tables of applications, requests, decisions, placements, their terms and notices."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Numeric,
    SmallInteger,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, ExcludeConstraint
from sqlmodel import Field

from app.database.base import ANNULLED_TOGETHER, AnnullableRow, Row


def _act_number_field() -> Any:
    """The order in which decisions, notices and requests were stored, whatever the clocks of the processes were (D6).

    The database numbers all in one series. A request that stores one holds the placement locked, so that a later one
    has the higher number.
    """
    default = {"server_default": text("nextval('act_number')")}
    return Field(default=None, sa_type=BigInteger, sa_column_kwargs=default, nullable=False)


class Application(AnnullableRow, table=True):
    """A person's application for a place, with the person's own wishes and the service's view (D4)."""

    __tablename__ = "application"
    __table_args__ = (
        CheckConstraint("need in ('permanent', 'temporary')", name="need"),
        CheckConstraint("length(wishes) between 1 and 4000", name="wishes"),
        CheckConstraint("jsonb_typeof(service_view) = 'object'", name="service_view"),
        CheckConstraint(ANNULLED_TOGETHER, name="annulled"),
    )

    participant_id: UUID = Field(foreign_key="participant.id", index=True)
    received_on: date
    need: str
    wishes: str
    medication_tasks: bool
    withdrawn_on: date | None = None
    # Area, day and text, as in the request.
    service_view: dict[str, Any] | None = Field(default=None, sa_type=JSONB(none_as_null=True))


class Request(Row, table=True):
    """A request to a provider for a place; several over time (D4, P3).

    `sent_number` and `answer_number` are in the order in which sending and answers were stored: of several answers the
    newest counts. An open request is recalled by the case office, an acceptance retracted by the provider. Of an
    annulled application all are annulled: the provider no longer sees them (D10).
    """

    __tablename__ = "request"
    __table_args__ = (
        UniqueConstraint("id", "application_id", "provider_id"),
        CheckConstraint("answer in ('accepted', 'declined')", name="answer"),
        CheckConstraint("(answer is null) = (answered_on is null)", name="answered_on"),
        CheckConstraint("(answer is not distinct from 'declined') = (reason is not null)", name="reason"),
        CheckConstraint("reason in ('no_capacity', 'cannot_accommodate', 'other')", name="reason_code"),
        CheckConstraint("reason is distinct from 'other' or text is not null", name="text"),
        CheckConstraint("share between 1 and 100", name="share"),
        CheckConstraint("(answer is null) = (answer_number is null)", name="answer_number"),
        CheckConstraint(
            "answer is distinct from 'accepted' or premises_suitable is distinct from false", name="premises_suitable"
        ),
        CheckConstraint(
            "(recalled_on is null) = (recall_reason is null) and (recalled_on is null or answer is null)",
            name="recalled_on",
        ),
        CheckConstraint(
            "(retracted_on is null) = (retraction_reason is null)"
            " and (retracted_on is null or answer is not distinct from 'accepted')",
            name="retracted_on",
        ),
    )

    application_id: UUID = Field(foreign_key="application.id", index=True)
    provider_id: UUID = Field(foreign_key="provider.id", index=True)
    sent_on: date
    share: int = Field(default=100, sa_type=SmallInteger, sa_column_kwargs={"server_default": "100"})
    starts_from: date | None = None
    answer: str | None = None
    answered_on: date | None = None
    reason: str | None = None
    text: str | None = None
    premises_suitable: bool | None = None
    recalled_on: date | None = None
    recall_reason: str | None = None
    retracted_on: date | None = None
    retraction_reason: str | None = None
    sent_number: int = _act_number_field()
    answer_number: int | None = Field(default=None, sa_type=BigInteger)
    annulled_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))


class Placement(Row, table=True):
    """One participant at one provider in one period (L1).

    The database refuses two of one participant at one provider on one day, and (function `refuse_too_large_share`)
    shares of a participant's day that are over 100 % in sum. `notice_months` (L3) and `places_per_employee` (P5) are a
    legacy place's own; null is the guideline's.

    `ends_on` is the last day known now, by grant, notice or end (L3, L5, L7). `share`, `monthly_price` and
    `medication_tasks` are the first terms; those of a day are in `PlacementTerms`. A correction may change `starts_on`,
    `ends_on`, `share` and `need`; `annulled_on` is the day of the decision that annulled it, which leaves no terms
    (D8). `decided_on` is the day of the decision that granted it; a legacy placement may have none (L2). `service_area`
    and `address_protection` follow the participant's by a cascading key: policies go by them, also for those who may
    not see the participant.
    """

    __tablename__ = "placement"
    __table_args__ = (
        ForeignKeyConstraint(
            ["participant_id", "service_area", "address_protection"],
            ["participant.id", "participant.service_area", "participant.address_protection"],
            name="fk_placement_participant_id",
            onupdate="CASCADE",
        ),
        # What a provider writes about a placement names both, so that it cannot name another's.
        UniqueConstraint("id", "provider_id"),
        UniqueConstraint("id", "provider_id", "address_protection"),
        ExcludeConstraint(
            ("participant_id", "="),
            ("provider_id", "="),
            (text("daterange(starts_on, ends_on, '[]')"), "&&"),
            name="ex_placement_overlap",
            using="gist",
            where=text("annulled_on is null"),
        ),
        CheckConstraint("terms in ('standard', 'legacy')", name="terms"),
        CheckConstraint("(terms = 'legacy') = (monthly_price is not null)", name="monthly_price"),
        CheckConstraint("terms = 'legacy' or decided_on is not null", name="decided_on"),
        CheckConstraint("monthly_price > 0 and monthly_price <= 10000000", name="monthly_price_range"),
        CheckConstraint("share between 1 and 100", name="share"),
        CheckConstraint(
            "terms = 'legacy' or num_nonnulls(notice_months, places_per_employee) = 0", name="legacy_terms"
        ),
        CheckConstraint("notice_months between 0 and 24", name="notice_months"),
        CheckConstraint("places_per_employee between 1 and 100", name="places_per_employee"),
        CheckConstraint("ends_on >= starts_on", name="ends_on"),
        CheckConstraint(
            "need in ('permanent', 'temporary') and (need = 'permanent' or ends_on is not null)", name="need"
        ),
        Index("ix_placement_provider_id_id", "provider_id", "id"),
        Index("ix_placement_participant_id_id", "participant_id", "id"),
        Index("ix_placement_protected", "id", postgresql_where=text("address_protection")),
    )

    participant_id: UUID
    provider_id: UUID = Field(foreign_key="provider.id")
    service_area: str
    need: str = Field(default="permanent", sa_column_kwargs={"server_default": "permanent"})
    address_protection: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    terms: str
    starts_on: date
    ends_on: date | None = None
    share: int = Field(sa_type=SmallInteger)
    monthly_price: Decimal | None = Field(default=None, sa_type=Numeric(12, 2))
    medication_tasks: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    decided_on: date | None = None
    notice_months: int | None = Field(default=None, sa_type=SmallInteger)
    places_per_employee: int | None = Field(default=None, sa_type=SmallInteger)
    annulled_on: date | None = None


class PlacementTerms(Row, table=True):
    """The terms of a placement in a period, as known in another: what every cost is computed from (C4, L2).

    A row says that from `valid_from` to `valid_to` these terms hold, as known from `known_from` (null: always) until
    the day before `known_until`. A position on an earlier day reads what was known then. The rows follow from the
    placement's decisions and notices (`app/rules/terms.py`), and are closed, never edited, when these change.
    """

    __tablename__ = "placement_terms"
    __table_args__ = (
        ForeignKeyConstraint(
            ["placement_id", "provider_id", "address_protection"],
            ["placement.id", "placement.provider_id", "placement.address_protection"],
            name="fk_placement_terms_placement_id",
            onupdate="CASCADE",
        ),
        # A day has one set of terms, as known on any day.
        ExcludeConstraint(
            ("placement_id", "="),
            (text("daterange(valid_from, valid_to, '[]')"), "&&"),
            (text("daterange(known_from, known_until)"), "&&"),
            name="ex_placement_terms_overlap",
            using="gist",
        ),
        CheckConstraint("share between 1 and 100", name="share"),
        CheckConstraint("monthly_price > 0 and monthly_price <= 10000000", name="monthly_price"),
        CheckConstraint("valid_to >= valid_from", name="valid_to"),
        CheckConstraint("known_until >= known_from", name="known_until"),
    )

    placement_id: UUID
    provider_id: UUID
    address_protection: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    valid_from: date
    valid_to: date | None = None
    share: int = Field(sa_type=SmallInteger)
    monthly_price: Decimal | None = Field(default=None, sa_type=Numeric(12, 2))
    medication_tasks: bool
    known_from: date | None = None
    known_until: date | None = None


class Notice(AnnullableRow, table=True):
    """Notice of a placement from one side (L3). The decision that names it ends the placement or withdraws the notice.

    `ends_on` is the placement's last day by the notice, `replaced_ends_on` the last day before it, which a withdrawal
    restores.
    """

    __tablename__ = "notice"
    __table_args__ = (
        ForeignKeyConstraint(["placement_id", "provider_id"], ["placement.id", "placement.provider_id"]),
        UniqueConstraint("id", "placement_id"),
        CheckConstraint("given_by in ('participant', 'guardian', 'municipality', 'provider')", name="given_by"),
        CheckConstraint(
            "reason in ('changed_needs', 'cannot_accommodate', 'extensive_absence', 'other')", name="reason"
        ),
        CheckConstraint("reason <> 'other' or text is not null", name="text"),
        CheckConstraint(ANNULLED_TOGETHER, name="annulled"),
        CheckConstraint("length(text) between 1 and 4000", name="text_length"),
        CheckConstraint("""agreed_by <@ '["municipality", "provider"]'""", name="agreed_by"),
        CheckConstraint(
            """agreed_end_on is null or agreed_by @> '["municipality", "provider"]'""", name="agreed_end_on"
        ),
        Index("ix_notice_placement_id_id", "placement_id", "id"),
    )

    placement_id: UUID
    provider_id: UUID
    given_by: str
    given_on: date
    reason: str
    text: str | None = None
    agreed_end_on: date | None = None
    agreed_by: list[str] = Field(sa_type=JSONB)
    ends_on: date
    replaced_ends_on: date | None = None
    act_number: int = _act_number_field()


class Decision(Row, table=True):
    """A decision by the case office (D3). Never edited: a change is a new decision that names this one (D6).

    `notice_id` is the notice that an `end` follows (L5), or that a `change` or a `correct` withdraws. `destination` is
    where an `end` sends the person (L8); of several ends the last counts. `correct` has all that the decision
    `corrects_id` says from then on, and the last one counts; `annul` names the grant, and no decision where the
    placement was recorded as `legacy` (D8).
    """

    __tablename__ = "decision"
    __table_args__ = (
        ForeignKeyConstraint(
            ["request_id", "application_id", "provider_id"],
            ["request.id", "request.application_id", "request.provider_id"],
        ),
        ForeignKeyConstraint(["placement_id", "provider_id"], ["placement.id", "placement.provider_id"]),
        ForeignKeyConstraint(
            ["participant_id", "address_protection"],
            ["participant.id", "participant.address_protection"],
            name="fk_decision_participant_id",
            onupdate="CASCADE",
        ),
        # An application is decided once.
        Index(
            "uq_decision_application_id",
            "application_id",
            unique=True,
            postgresql_where=text("kind in ('grant', 'reject')"),
        ),
        UniqueConstraint("follows_id"),
        UniqueConstraint("id", "placement_id"),
        ForeignKeyConstraint(["corrects_id", "placement_id"], ["decision.id", "decision.placement_id"]),
        CheckConstraint("kind in ('grant', 'reject', 'change', 'end', 'correct', 'annul')", name="kind"),
        CheckConstraint("length(legal_basis) between 1 and 500", name="legal_basis"),
        CheckConstraint("(kind = 'reject') = (placement_id is null)", name="placement_id"),
        CheckConstraint("kind not in ('grant', 'reject') or application_id is not null", name="application_id"),
        CheckConstraint("kind <> 'grant' or (request_id is not null and starts_on is not null)", name="grant"),
        CheckConstraint("kind <> 'end' or ends_on is not null", name="end"),
        CheckConstraint(
            "kind <> 'change' or num_nonnulls(share, monthly_price, medication_tasks, ends_on, notice_id) > 0",
            name="change",
        ),
        CheckConstraint(
            "kind <> 'change' or num_nonnulls(share, monthly_price, medication_tasks) = 0 or valid_from is not null",
            name="valid_from",
        ),
        CheckConstraint("monthly_price > 0 and monthly_price <= 10000000", name="monthly_price"),
        CheckConstraint("length(archive_reference) between 1 and 500", name="archive_reference"),
        CheckConstraint(
            "destination in ('vta', 'municipal_offer', 'ordinary_work', 'education', 'other_offer', 'none', 'moved',"
            " 'died')",
            name="destination",
        ),
        CheckConstraint("kind in ('end', 'correct') or destination is null", name="end_fields"),
        CheckConstraint(
            "(kind in ('correct', 'annul')) = (found_by is not null)"
            " and (found_by is null) = (ground is null) and (found_by is null or reason is not null)",
            name="mending",
        ),
        CheckConstraint("kind <> 'correct' or corrects_id is not null", name="corrects_id"),
        CheckConstraint("kind in ('correct', 'annul') or corrects_id is null", name="corrects_nothing"),
        CheckConstraint("ground in ('clerical_error', 'not_notified', 'invalid', 'in_favour')", name="ground"),
        CheckConstraint(
            "found_by in ('case_office', 'provider', 'participant', 'guardian', 'service', 'other')", name="found_by"
        ),
        CheckConstraint("need is null or (kind = 'correct' and need in ('permanent', 'temporary'))", name="need"),
        CheckConstraint("length(budget_reference) between 1 and 500", name="budget_reference"),
        CheckConstraint("cardinality(health_and_social_tasks) <= 20", name="health_and_social_tasks"),
        CheckConstraint(
            "kind = 'grant' or num_nonnulls(budget_reference, health_and_social_tasks) = 0", name="grant_fields"
        ),
        ForeignKeyConstraint(["notice_id", "placement_id"], ["notice.id", "notice.placement_id"]),
        # A notice is followed by the end, or withdrawn, once each.
        Index("uq_decision_notice_id_kind", "notice_id", "kind", unique=True),
        Index("ix_decision_placement_id", "placement_id"),
        Index("ix_decision_corrects_id", "corrects_id"),
        Index("ix_decision_participant_id_id", "participant_id", "id"),
    )

    kind: str
    decided_on: date
    decided_by: str
    legal_basis: str
    reason: str | None = None
    participant_id: UUID
    address_protection: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    application_id: UUID | None = Field(default=None, foreign_key="application.id")
    request_id: UUID | None = None
    provider_id: UUID | None = Field(default=None, foreign_key="provider.id")
    placement_id: UUID | None = None
    follows_id: UUID | None = Field(default=None, foreign_key="decision.id")
    starts_on: date | None = None
    ends_on: date | None = None
    share: int | None = Field(default=None, sa_type=SmallInteger)
    valid_from: date | None = None
    monthly_price: Decimal | None = Field(default=None, sa_type=Numeric(12, 2))
    medication_tasks: bool | None = None
    notice_id: UUID | None = None
    medication_agreement: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    archive_reference: str | None = None
    destination: str | None = None
    budget_reference: str | None = None
    health_and_social_tasks: list[str] | None = Field(default=None, sa_type=ARRAY(String))
    corrects_id: UUID | None = None
    ground: str | None = None
    found_by: str | None = None
    need: str | None = None
    act_number: int = _act_number_field()
