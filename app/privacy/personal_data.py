"""The inventory of personal data: which rows of which tables are about a person, and what erasure makes of them.

A table with a person's data that is not here is neither exported nor erased; a test that goes through the database's
columns fails for it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, LargeBinary, String, Table, Text, case, cast, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import col

from app.database.base import metadata
from app.database.queries import Queries
from app.followup.tables import MeetingVersion
from app.participants.erased import ERASED
from app.participants.tables import Participant, ParticipantMerge
from app.placements.tables import Application, Decision
from app.trips.tables import StaffingPlan
from app.trust.tables import TrustEntry


@dataclass(frozen=True, slots=True)
class PersonalDataTable:
    """A table with rows about people: how a person's are found, and what each column becomes on erasure.

    Args:
        name: what the export calls the rows.
        table_name: the table's name in the database.
        of_person: from the table and a participant's id to the condition that picks the rows.
        erase: column -> what it becomes; a column that is null stays null.
        delete: the rows are deleted on erasure.
    """

    name: str
    table_name: str
    of_person: Callable[[Table, UUID], ColumnElement[bool]]
    erase: Mapping[str, Any] = field(default_factory=dict)
    delete: bool = False

    @property
    def table(self) -> Table:
        """The table itself."""
        return metadata.tables[self.table_name]

    @property
    def exported_columns(self) -> list[Any]:
        """The columns of an export: all but the encrypted ones."""
        return [column for column in self.table.columns if not isinstance(column.type, LargeBinary)]


def _by_id(table: Table, participant_id: UUID) -> ColumnElement[bool]:
    return table.c.id == participant_id


def _by_participant_id(table: Table, participant_id: UUID) -> ColumnElement[bool]:
    return table.c.participant_id == participant_id


def _through(
    column: str, parent_name: str, of_person: Callable[[Table, UUID], ColumnElement[bool]]
) -> Callable[[Table, UUID], ColumnElement[bool]]:
    """Rows whose `column` refers to a row of the parent table that is about the person."""

    def condition(table: Table, participant_id: UUID) -> ColumnElement[bool]:
        parent = metadata.tables[parent_name]
        return table.c[column].in_(select(parent.c.id).where(of_person(parent, participant_id)))

    return condition


def _through_members(members_name: str) -> Callable[[Table, UUID], ColumnElement[bool]]:
    """Rows of a trip, by who goes on it."""

    def condition(table: Table, participant_id: UUID) -> ColumnElement[bool]:
        members = metadata.tables[members_name]
        trip_id = table.c.id if table.name == "trip" else table.c.trip_id
        return trip_id.in_(select(members.c.trip_id).where(members.c.participant_id == participant_id))

    return condition


def _replace_members(attribute: dict[str, Any] | None, new: Mapping[str, str | None]) -> ColumnElement[Any]:
    """A JSON object with some members replaced; JSON's null stays null."""
    column = col(attribute)
    return case((func.jsonb_typeof(column) == "object", column.op("||")(literal(new, JSONB))), else_=column)


def _replace_texts(attribute: dict[str, Any], member: str) -> ColumnElement[Any]:
    """A JSON object with «Sletta» in place of each text that is the value of this member, at any depth."""
    # As PostgreSQL writes `jsonb`: one blank after the colon, and a quote inside a text escaped.
    texts = rf'"{member}": "([^"\\]|\\.)*"'
    return cast(func.regexp_replace(cast(col(attribute), Text), texts, f'"{member}": "{ERASED}"', "g"), JSONB)


_of_application = _through("application_id", "application", _by_participant_id)
_of_placement = _through("placement_id", "placement", _by_participant_id)
_of_trust_application = _through("application_id", "trust_application", _by_participant_id)
_of_trip = _through_members("trip_participant")
_of_meeting = _through("meeting_id", "meeting", _of_placement)


# A new table about people needs a line here.
PERSONAL_DATA: tuple[PersonalDataTable, ...] = (
    PersonalDataTable(
        "participant",
        "participant",
        _by_id,
        erase={
            "given_name": ERASED,
            "family_name": ERASED,
            # The year is kept: the accounts ask how old, never when.
            "birth_date": cast(func.date_trunc("year", col(Participant.birth_date)), Date),
            "contacts": literal([], JSONB),
            "identity_number_ciphertext": None,
            "identity_number_key_id": None,
            "identity_number_index": None,
        },
    ),
    PersonalDataTable("name_words", "participant_name_word", _by_participant_id, delete=True),
    PersonalDataTable("former_numbers", "participant_former_number", _by_participant_id, delete=True),
    PersonalDataTable("external_ids", "participant_external_id", _by_participant_id, delete=True),
    # Why there is nothing more: it is asked for without saying what is to go.
    PersonalDataTable("erasure_requests", "erasure_request", _by_participant_id),
    PersonalDataTable("merged_records", "participant_merge", _by_participant_id),
    PersonalDataTable(
        "applications",
        "application",
        _by_participant_id,
        erase={
            "wishes": ERASED,
            "service_view": _replace_members(Application.service_view, {"text": ERASED}),
            "annulled_reason": ERASED,
        },
    ),
    PersonalDataTable(
        "requests",
        "request",
        _of_application,
        erase={"text": ERASED, "recall_reason": ERASED, "retraction_reason": ERASED},
    ),
    PersonalDataTable(
        "decisions",
        "decision",
        _by_participant_id,
        erase={
            "reason": ERASED,
            "archive_reference": ERASED,
            "health_and_social_tasks": literal([], ARRAY(String)),
            "medication_agreement": _replace_members(Decision.medication_agreement, {"reference": ERASED}),
        },
    ),
    PersonalDataTable(
        "restrictions",
        "participant_restriction",
        _by_participant_id,
        erase={"reason": ERASED, "lifted_reason": ERASED},
    ),
    PersonalDataTable("placements", "placement", _by_participant_id),
    PersonalDataTable("placement_terms", "placement_terms", _of_placement),
    PersonalDataTable("notices", "notice", _of_placement, erase={"text": ERASED, "annulled_reason": ERASED}),
    PersonalDataTable("supplements", "placement_supplement", _of_placement, erase={"reason": ERASED}),
    PersonalDataTable("supplement_ends", "supplement_end", _of_placement, erase={"reason": ERASED}),
    PersonalDataTable("need_changes", "need_change", _by_participant_id, erase={"what": ERASED}),
    # The external ids of absence and hours stay: by them what a system sends again is known (A2), and not stored anew.
    PersonalDataTable("absences", "absence", _of_placement, erase={"note": ERASED}),
    PersonalDataTable("absence_revisions", "absence_revision", _of_placement, erase={"note": ERASED}),
    PersonalDataTable("absence_reviews", "absence_review", _of_placement, erase={"reason": ERASED}),
    PersonalDataTable("absence_watches", "absence_watch", _of_placement),
    PersonalDataTable(
        "consents",
        "consent",
        _by_participant_id,
        erase={"wording": ERASED, "reference": ERASED, "annulled_reason": ERASED},
    ),
    PersonalDataTable(
        "meetings",
        "meeting",
        _of_placement,
        erase={
            "minutes": ERASED,
            "participant_absence_reason": ERASED,
            "without_consent_reason": ERASED,
            "annulled_reason": ERASED,
        },
    ),
    PersonalDataTable(
        "meeting_versions",
        "meeting_version",
        _of_meeting,
        erase={
            "correction": ERASED,
            "content": _replace_members(
                MeetingVersion.content,
                {"minutes": ERASED, "participant_absence_reason": None, "without_consent_reason": None},
            ),
        },
    ),
    PersonalDataTable("plans", "plan", _of_placement, erase={"text": ERASED, "annulled_reason": ERASED}),
    PersonalDataTable("evaluations", "evaluation", _of_placement, erase={"text": ERASED, "annulled_reason": ERASED}),
    PersonalDataTable("task_waivers", "task_waiver", _of_placement, erase={"reason": ERASED}),
    PersonalDataTable(
        "trust_applications", "trust_application", _by_participant_id, erase={"belonging_reason": ERASED}
    ),
    PersonalDataTable(
        "trust_entries",
        "trust_entry",
        _of_trust_application,
        # Of a rejection it is a code, which the report counts (R10).
        erase={
            "reason": case((col(TrustEntry.kind) == "reject", col(TrustEntry.reason)), else_=ERASED),
            "annulled_reason": ERASED,
        },
    ),
    PersonalDataTable(
        "trip_applications",
        "trip_application",
        _by_participant_id,
        erase={
            "wishes": ERASED,
            "benefit_reason": ERASED,
            "resource_reason": ERASED,
            "severity_reason": ERASED,
            "mastery_reason": ERASED,
        },
    ),
    PersonalDataTable("service_hours", "service_hours", _by_participant_id, erase={"tool": ERASED}),
    PersonalDataTable("service_hours_revisions", "service_hours_revision", _by_participant_id, erase={"tool": ERASED}),
    # Its texts may be about anybody who goes.
    PersonalDataTable("trips", "trip", _of_trip, erase={"longer_reason": ERASED, "cancelled_reason": ERASED}),
    PersonalDataTable("trip_participants", "trip_participant", _by_participant_id),
    PersonalDataTable("trip_decisions", "trip_decision", _of_trip, erase={"late_reason": ERASED, "text": ERASED}),
    # Staff are references and money, and the accounts keep both; why minutes were counted elsewhere is a text.
    PersonalDataTable(
        "staffing_plans", "staffing_plan", _of_trip, erase={"content": _replace_texts(StaffingPlan.content, "reason")}
    ),
    PersonalDataTable("trip_settlement_lines", "trip_settlement_line", _by_participant_id),
    # Amounts and days alone: the accounts keep them.
    PersonalDataTable("settlement_lines", "settlement_line", _of_placement),
    PersonalDataTable("settlement_differences", "settlement_difference", _of_placement),
    # An invoice as it was sent stands as the accounts have it.
    PersonalDataTable("invoice_lines", "invoice_check_line", _of_placement),
    PersonalDataTable("invoice_covers", "invoice_cover", _of_placement),
)


async def load_record_ids(queries: Queries, participant_id: UUID) -> set[UUID]:
    """The ids of all rows about a person.

    They are found with the case office's roles: an auditor may read no places and no decisions, and must answer all
    the same. It learns which ids of its own log are the person's, and nothing of what they stand for.
    """
    found: set[UUID] = set()
    async with queries.acting_as("case_officer"):
        for entry in PERSONAL_DATA:
            if "id" in entry.table.columns:
                ids = select(entry.table.c.id).where(entry.of_person(entry.table, participant_id))
                found.update(row[0] for row in await queries.fetch(ids))
    return found


async def load_duplicate_ids(queries: Queries, participant_id: UUID) -> list[UUID]:
    """The ids of the registrations that were merged into a participant's."""
    duplicates = select(col(ParticipantMerge.duplicate_id)).where(
        col(ParticipantMerge.participant_id) == participant_id
    )
    return [row[0] for row in await queries.fetch(duplicates)]
