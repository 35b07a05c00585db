"""What is held about a person, and what erasure makes of it: one line for each table.

The one place that knows: a table with a person's data that is not here is neither exported nor erased, and a test
that goes through the database's columns fails for it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, LargeBinary, Table, case, cast, func, literal, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import col

from app.db import metadata
from app.followup.tables import MeetingVersion
from app.participants.tables import Participant
from app.placements.tables import Decision

ERASED = "Sletta"


@dataclass(frozen=True, slots=True)
class Holding:
    """Rows that are about a person: how they are found, and what each column becomes on erasure.

    Args:
        name: what the export calls them.
        table: the table's name.
        of: from a participant's id to the condition that picks the rows.
        erase: column -> what it becomes; a column that is null stays null.
        delete: the rows go as a whole.
    """

    name: str
    table: str
    of: Callable[[Table, UUID], ColumnElement[bool]]
    erase: Mapping[str, Any] = field(default_factory=dict)
    delete: bool = False

    @property
    def rows(self) -> Table:
        """The table itself."""
        return metadata.tables[self.table]

    @property
    def shown(self) -> list[Any]:
        """The columns of an export: all but the sealed ones."""
        return [column for column in self.rows.columns if not isinstance(column.type, LargeBinary)]


def _itself(table: Table, person: UUID) -> ColumnElement[bool]:
    return table.c.id == person


def _direct(table: Table, person: UUID) -> ColumnElement[bool]:
    return table.c.participant_id == person


def _by(column: str, parent: str, of: Callable[[Table, UUID], ColumnElement[bool]]) -> Callable[..., Any]:
    """Rows whose `column` names a row of `parent` that is about the person."""

    def about(table: Table, person: UUID) -> ColumnElement[bool]:
        above = metadata.tables[parent]
        return table.c[column].in_(select(above.c.id).where(of(above, person)))

    return about


def _merged(attribute: dict[str, Any] | None, new: Mapping[str, str | None]) -> ColumnElement[Any]:
    """A JSON object with some members replaced; JSON's null stays null."""
    column = col(attribute)
    return case((func.jsonb_typeof(column) == "object", column.op("||")(literal(new, JSONB))), else_=column)


_of_application = _by("application_id", "application", _direct)
_of_placement = _by("placement_id", "placement", _direct)
_of_meeting = _by("meeting_id", "meeting", _of_placement)


# Whoever adds a table about people adds its line here.
HOLDINGS: tuple[Holding, ...] = (
    Holding(
        "participant",
        "participant",
        _itself,
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
    Holding("external_ids", "participant_external_id", _direct, delete=True),
    Holding("merged_records", "participant_merge", _direct),
    Holding("applications", "application", _direct, erase={"wishes": ERASED}),
    Holding("requests", "request", _of_application, erase={"text": ERASED}),
    Holding(
        "decisions",
        "decision",
        _direct,
        erase={
            "reason": ERASED,
            "medication_agreement": _merged(Decision.medication_agreement, {"reference": ERASED}),
        },
    ),
    Holding("placements", "placement", _direct),
    Holding("placement_terms", "placement_terms", _of_placement),
    Holding("notices", "notice", _of_placement, erase={"text": ERASED}),
    Holding("supplements", "placement_supplement", _of_placement, erase={"reason": ERASED}),
    Holding("supplement_ends", "supplement_end", _of_placement, erase={"reason": ERASED}),
    Holding("absences", "absence", _of_placement, erase={"note": ERASED}),
    Holding("absence_revisions", "absence_revision", _of_placement, erase={"note": ERASED}),
    Holding("absence_reviews", "absence_review", _of_placement, erase={"reason": ERASED}),
    Holding("absence_watches", "absence_watch", _of_placement),
    Holding("consents", "consent", _direct),
    Holding("meetings", "meeting", _of_placement, erase={"minutes": ERASED, "participant_absence_reason": ERASED}),
    Holding(
        "meeting_versions",
        "meeting_version",
        _of_meeting,
        erase={
            "correction": ERASED,
            "content": _merged(MeetingVersion.content, {"minutes": ERASED, "participant_absence_reason": None}),
        },
    ),
    Holding("plans", "plan", _of_placement, erase={"text": ERASED}),
    Holding("evaluations", "evaluation", _of_placement, erase={"text": ERASED}),
    # Amounts and days alone: the accounts keep them.
    Holding("settlement_lines", "settlement_line", _of_placement),
    Holding("settlement_differences", "settlement_difference", _of_placement),
    # An invoice as it was sent stands as the accounts have it.
    Holding("invoice_lines", "invoice_check_line", _of_placement),
    Holding("invoice_covers", "invoice_cover", _of_placement),
)
