"""A service reads the applications and supplements of its area (M7)."""

from alembic import op

revision = "0018_services_read"
down_revision = "0017_requests"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute(
        """
        create policy service_reads_area on application for select to vekstplass_service
            using ((select caller_has_role('service')) and (select true from participant
                where participant.id = application.participant_id
                    and participant.service_area = (select caller_service_area())
                    and not participant.address_protection))
        """
    )
    for table in ("placement_supplement", "supplement_end"):
        op.execute(
            f"""
            create policy service_reads_area on {table} for select to vekstplass_service
                using ((select caller_has_role('service')) and (select true from placement
                    where placement.id = {table}.placement_id
                        and placement.service_area = (select caller_service_area())
                        and not placement.address_protection))
            """
        )


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for table in ("application", "placement_supplement", "supplement_end"):
        op.execute(f"drop policy service_reads_area on {table}")
