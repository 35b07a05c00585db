"""The legal bases of a version of the guideline (D2), and a decision's archive reference (D3) and destination (L8)."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0010_decision_fields"
down_revision = "0009_find_participants"
branch_labels = None
depends_on = None

_LAW = '["Helse- og omsorgstenestelova § 3-3"]'
_CORRECTION_LAW = '["Forvaltningslova § 35"]'
_LEGAL_BASES = (
    f'{{"grant": {_LAW}, "reject": {_LAW}, "change": {_LAW}, "end": {_LAW}, "correct": {_CORRECTION_LAW},'
    f' "annul": {_CORRECTION_LAW}}}'
)
_DESTINATIONS = (
    "destination in ('vta', 'municipal_offer', 'ordinary_work', 'education', 'other_offer', 'none', 'moved', 'died')"
)

_REFUSE_EDIT = """
create or replace function refuse_decision_edit() returns trigger language plpgsql as $$
begin
    if new.reason is distinct from old.reason and new.reason is distinct from 'Sletta'
        {archive_reference}or new.medication_agreement is distinct from old.medication_agreement
        and new.medication_agreement is distinct from old.medication_agreement || '{{"reference": "Sletta"}}' then
        raise insufficient_privilege using message = 'a decision is never edited';
    end if;
    return new;
end
$$
"""
_ARCHIVE_REFERENCE = """or new.archive_reference is distinct from old.archive_reference
        and new.archive_reference is distinct from 'Sletta'
        """


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    # Versions from before have what the rule says.
    op.add_column(
        "guideline_version",
        sa.Column("legal_bases", JSONB(), server_default=sa.text(f"'{_LEGAL_BASES}'"), nullable=False),
    )
    _add_check("guideline_version", "legal_bases", "jsonb_typeof(legal_bases) = 'object'")
    op.add_column("decision", sa.Column("archive_reference", sa.String()))
    op.add_column("decision", sa.Column("destination", sa.String()))
    _add_check("decision", "archive_reference", "length(archive_reference) between 1 and 500")
    _add_check("decision", "destination", _DESTINATIONS)
    _add_check("decision", "end_fields", "kind = 'end' or destination is null")
    op.execute("grant update (archive_reference) on decision to vekstplass_service")
    op.execute(_REFUSE_EDIT.format(archive_reference=_ARCHIVE_REFERENCE))


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute(_REFUSE_EDIT.format(archive_reference=""))
    op.drop_column("decision", "destination")
    op.drop_column("decision", "archive_reference")
    op.drop_column("guideline_version", "legal_bases")


def _add_check(table: str, name: str, condition: str) -> None:
    """A check of columns that are new: no row can break it."""
    op.execute(
        "-- squawk-ignore constraint-missing-not-valid\n"
        f"alter table {table} add constraint ck_{table}_{name} check ({condition})"
    )
