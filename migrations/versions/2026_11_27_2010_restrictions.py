"""The processing of a person's data is restricted, and the restriction lifted, each with a reason (GDPR art. 18)."""

import sqlalchemy as sa
from alembic import op

revision = "0049_restrictions"
down_revision = "0048_manager"
branch_labels = None
depends_on = None

_OF_CASE_OFFICER = "(select caller_has_role('case_officer'))"
_OF_MERGE = "participant_id::text = any (string_to_array((select current_setting('app.merging', true)), ','))"
_FUNCTION = """
create function find_restricted(people uuid[]) returns uuid[]
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
    select coalesce(array_agg(participant_id), '{}') from public.participant_restriction
    where participant_id = any (people) and lifted_at is null
$$
"""


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.create_table(
        "participant_restriction",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("restricted_by", sa.String(), nullable=False),
        sa.Column("lifted_by", sa.String()),
        sa.Column("lifted_at", sa.DateTime(timezone=True)),
        sa.Column("lifted_reason", sa.String()),
        sa.CheckConstraint("length(reason) between 1 and 500", name=op.f("ck_participant_restriction_reason")),
        sa.CheckConstraint(
            "length(lifted_reason) between 1 and 500", name=op.f("ck_participant_restriction_lifted_reason")
        ),
        sa.CheckConstraint(
            "num_nulls(lifted_by, lifted_at, lifted_reason) in (0, 3)",
            name=op.f("ck_participant_restriction_lifted_at"),
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.id"], name=op.f("fk_participant_restriction_participant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participant_restriction")),
    )
    op.create_index(
        "uq_participant_restriction_participant_id",
        "participant_restriction",
        ["participant_id"],
        unique=True,
        postgresql_where=sa.text("lifted_at is null"),
    )
    op.create_index("ix_participant_restriction_participant_id_id", "participant_restriction", ["participant_id", "id"])
    op.execute("alter table participant_restriction enable row level security, force row level security")
    op.execute(
        "create policy case_officer_manages on participant_restriction to vekstplass_service"
        f" using ({_OF_CASE_OFFICER}) with check ({_OF_CASE_OFFICER})"
    )
    op.execute("create policy owner_reads on participant_restriction for select to current_user using (true)")
    op.execute(
        "create policy owner_merges on participant_restriction to current_user"
        f" using ({_OF_MERGE}) with check ({_OF_MERGE})"
    )
    op.execute(
        "grant select, insert, update (reason, lifted_by, lifted_at, lifted_reason, updated_at)"
        " on participant_restriction to vekstplass_service"
    )
    op.execute(_FUNCTION)
    op.execute("revoke execute on function find_restricted(uuid[]) from public")
    op.execute("grant execute on function find_restricted(uuid[]) to vekstplass_service")


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("drop function find_restricted(uuid[])")
    op.drop_table("participant_restriction")
