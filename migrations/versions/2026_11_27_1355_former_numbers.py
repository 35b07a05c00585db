"""An identity number that a participant had before still finds the person (D1)."""

import sqlalchemy as sa
from alembic import op

revision = "0023_former_numbers"
down_revision = "0022_contacts_of_two"
branch_labels = None
depends_on = None

_KEEP = """
create function keep_former_number() returns trigger language plpgsql as $$
begin
    insert into participant_former_number (identity_number_index, participant_id)
    values (old.identity_number_index, old.id)
    on conflict (identity_number_index) do update set participant_id = excluded.participant_id;
    return null;
end
$$
"""
_OF_THE_TWO = "participant_id::text = any (string_to_array((select current_setting('app.merging', true)), ','))"
_BY_WRITERS = "(select caller_has_role('case_officer', 'epj'))"


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.create_table(
        "participant_former_number",
        sa.Column("identity_number_index", sa.LargeBinary(), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.id"], name="fk_participant_former_number_participant_id"
        ),
        sa.PrimaryKeyConstraint("identity_number_index", name="pk_participant_former_number"),
    )
    op.create_index("ix_participant_former_number_participant_id", "participant_former_number", ["participant_id"])
    op.execute("alter table participant_former_number enable row level security")
    op.execute("alter table participant_former_number force row level security")
    op.execute(
        "create policy case_officer_and_epj_manage on participant_former_number to vekstplass_service"
        f" using ({_BY_WRITERS}) with check ({_BY_WRITERS})"
    )
    op.execute(
        "create policy auditor_reads on participant_former_number for select to vekstplass_service"
        " using ((select caller_has_role('auditor')))"
    )
    op.execute(
        "create policy owner_merges on participant_former_number to current_user"
        f" using ({_OF_THE_TWO}) with check ({_OF_THE_TWO})"
    )
    op.execute("grant select, insert, update, delete on participant_former_number to vekstplass_service")
    op.execute(_KEEP)
    op.execute("revoke execute on function keep_former_number() from public")
    op.execute(
        "create trigger keep_former_number after update of identity_number_index on participant for each row"
        " when (old.identity_number_index is not null"
        " and old.identity_number_index is distinct from new.identity_number_index)"
        " execute function keep_former_number()"
    )


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("drop trigger keep_former_number on participant")
    op.execute("drop function keep_former_number()")
    op.drop_table("participant_former_number")
