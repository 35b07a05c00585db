"""Annulled minutes, plans, reports and consents (D10), what they say besides (M1–M3, M6), and who files them (M7)."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007_follow_up"
down_revision = "0006_task_waivers"
branch_labels = None
depends_on = None

_DOCUMENTS = ("meeting", "plan", "evaluation")
_OF_HABILITATION = "(select caller_service_area()) = 'habilitation' and filed_by = 'service' and kind = 'system'"
_WHILE_ANNULLING = "(select current_setting('app.annulling', true)) = 'on'"
_CASE_OFFICER_ANNULS = f"(select caller_has_role('case_officer')) and {_WHILE_ANNULLING}"


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for table in (*_DOCUMENTS, "consent"):
        op.add_column(table, sa.Column("annulled_at", sa.DateTime(timezone=True)))
        op.add_column(table, sa.Column("annulled_reason", sa.String()))
        _add_check(table, "annulled", "(annulled_at is null) = (annulled_reason is null)")
        _grant_update(table, "annulled_at", "annulled_reason")
        op.execute(
            f"create policy annulled_for_case_officers on {table} as restrictive for select to vekstplass_service"
            f" using (annulled_at is null or (select caller_has_role('case_officer')) or {_WHILE_ANNULLING})"
        )
    for table in _DOCUMENTS:
        op.execute(
            f"create policy case_officer_annuls on {table} for update to vekstplass_service"
            f" using ({_CASE_OFFICER_ANNULS}) with check ({_CASE_OFFICER_ANNULS})"
        )
    for table in ("plan", "evaluation"):
        op.add_column(table, _strings("made_with"))
    op.add_column("evaluation", sa.Column("plan_stands", sa.Boolean()))
    op.add_column(
        "guideline_version",
        sa.Column("plan_renewal_days", sa.SmallInteger(), server_default=sa.text("90"), nullable=False),
    )
    _add_check("guideline_version", "plan_renewal_days", "plan_renewal_days between 0 and 366")
    op.add_column("meeting", _strings("services_without_consent"))
    op.add_column("meeting", sa.Column("without_consent_reason", sa.String()))
    _add_check(
        "meeting",
        "without_consent_reason",
        "cardinality(services_without_consent) = 0 or without_consent_reason is not null",
    )
    _grant_update("meeting", "services_without_consent", "without_consent_reason")
    op.add_column("consent", _strings("organisations"))
    _replace_checks(
        themes="kind <> 'cooperation' or cardinality(themes) > 0",
        filed_by="filed_by in ('provider', 'case_office', 'service')",
        services="cardinality(services) <= 4 and cardinality(services) + cardinality(organisations) > 0",
    )
    op.execute(
        f"create policy service_adds_system on meeting for insert to vekstplass_service with check ({_OF_HABILITATION})"
    )
    op.execute(
        "create policy service_changes_own_system on meeting for update to vekstplass_service"
        f" using ({_OF_HABILITATION}) with check ({_OF_HABILITATION})"
    )
    op.execute(
        """
        create policy service_adds_system on meeting_version for insert to vekstplass_service
            with check ((select caller_service_area()) = 'habilitation' and (select true from meeting
                where meeting.id = meeting_version.meeting_id and meeting.filed_by = 'service'
                    and meeting.kind = 'system'))
        """
    )


def downgrade() -> None:
    # Fails where a conversation has no theme, a service filed minutes, or a consent names an organisation alone: there
    # was no place for them before.
    op.execute("set local lock_timeout = '5s'")
    op.execute("drop policy service_adds_system on meeting_version")
    op.execute("drop policy service_changes_own_system on meeting")
    op.execute("drop policy service_adds_system on meeting")
    _replace_checks(
        themes="kind not in ('conversation', 'cooperation') or cardinality(themes) > 0",
        filed_by="filed_by in ('provider', 'case_office')",
        services="cardinality(services) between 1 and 4",
    )
    op.drop_column("consent", "organisations")
    op.drop_column("meeting", "without_consent_reason")
    op.drop_column("meeting", "services_without_consent")
    op.drop_column("guideline_version", "plan_renewal_days")
    op.drop_column("evaluation", "plan_stands")
    for table in ("plan", "evaluation"):
        op.drop_column(table, "made_with")
    for table in _DOCUMENTS:
        op.execute(f"drop policy case_officer_annuls on {table}")
    for table in (*_DOCUMENTS, "consent"):
        op.execute(f"drop policy annulled_for_case_officers on {table}")
        op.drop_column(table, "annulled_reason")
        op.drop_column(table, "annulled_at")


def _strings(name: str) -> sa.Column[Sequence[str]]:
    return sa.Column(name, postgresql.ARRAY(sa.String()), server_default="{}", nullable=False)


def _grant_update(table: str, *columns: str) -> None:
    op.execute(f"grant update ({', '.join(columns)}) on {table} to vekstplass_service")


def _add_check(table: str, name: str, condition: str) -> None:
    """A check of columns that are new: no row can break it."""
    op.execute(
        "-- squawk-ignore constraint-missing-not-valid\n"
        f"alter table {table} add constraint ck_{table}_{name} check ({condition})"
    )


def _replace_checks(*, themes: str, filed_by: str, services: str) -> None:
    for table, name, condition in (
        ("meeting", "themes", themes),
        ("meeting", "filed_by", filed_by),
        ("consent", "services", services),
    ):
        op.execute(f"-- squawk-ignore ban-drop-constraint\nalter table {table} drop constraint ck_{table}_{name}")
        _add_check(table, name, condition)
