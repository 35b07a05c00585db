"""A service reads no consent of a protected person, and erasure reaches the reasons in staffing plans."""

from alembic import op

revision = "0070_consent_protection"
down_revision = "0069_task_indexes"
branch_labels = None
depends_on = None

_OFFICES = "(select caller_has_role('case_officer', 'grants_officer'))"
_ERASING = "(select caller_has_role('case_officer')) and (select current_setting('app.erasing', true)) = 'on'"


def _of_area(condition: str) -> str:
    return f"""
        (select caller_has_role('service')) and (select true from participant
            where participant.id = consent.participant_id and participant.service_area = (select caller_service_area())
            {condition})
    """


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute(
        f"alter policy service_reads_area on consent using ({_of_area('and not participant.address_protection')})"
    )
    op.execute("drop policy case_officer_and_grants_officer_manage on staffing_plan")
    op.execute(
        "create policy case_officer_and_grants_officer_read on staffing_plan for select to vekstplass_service"
        f" using ({_OFFICES})"
    )
    op.execute(
        "create policy case_officer_and_grants_officer_add on staffing_plan for insert to vekstplass_service"
        f" with check ({_OFFICES})"
    )
    op.execute(
        "create policy case_officer_erases on staffing_plan for update to vekstplass_service"
        f" using ({_ERASING}) with check ({_ERASING})"
    )
    op.execute("grant update (content, updated_at) on staffing_plan to vekstplass_service")


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("revoke update (content, updated_at) on staffing_plan from vekstplass_service")
    for name in ("case_officer_erases", "case_officer_and_grants_officer_add", "case_officer_and_grants_officer_read"):
        op.execute(f"drop policy {name} on staffing_plan")
    op.execute(
        "create policy case_officer_and_grants_officer_manage on staffing_plan to vekstplass_service"
        f" using ({_OFFICES}) with check ({_OFFICES})"
    )
    op.execute(f"alter policy service_reads_area on consent using ({_of_area('')})")
