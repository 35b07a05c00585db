"""Two records of one person become one, whatever tables name the person; and since when a person has lived where.

`merge_participant` asks PostgreSQL's own catalogue which keys point at a participant, so that a table that comes later
is covered as soon as it has one. It runs as the owner, whose policies open the two persons' rows alone, and only while
it runs: the service itself may still change no decision.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015_profil"
down_revision = "0014_place_life_holds"
branch_labels = None
depends_on = None

MERGED = "any (string_to_array((select current_setting('app.merging', true)), ','))"
# Every table that has a key to a participant, and the participant itself.
NAMED = {
    "participant": "id",
    "participant_external_id": "participant_id",
    "application": "participant_id",
    "placement": "participant_id",
    "decision": "participant_id",
    "consent": "participant_id",
    "participant_merge": "participant_id",
}
MERGE = """
create function merge_participant(survivor uuid, duplicate uuid) returns void language plpgsql
security definer set search_path = pg_catalog, public as $$
declare
    kept participant;
    key record;
begin
    if not caller_has_role('case_officer', 'epj') or survivor = duplicate then
        raise insufficient_privilege;
    end if;
    perform set_config('app.merging', survivor || ',' || duplicate, true);
    select * into strict kept from participant where id = survivor for update;
    -- One name per system is the person's present one; the duplicate's stays known, as a former one.
    update participant_external_id name set current = false
    where participant_id = duplicate and exists (
        select from participant_external_id own
        where own.participant_id = survivor and own.system = name.system and own.current);
    for key in
        select reference.conrelid::regclass as named,
            string_agg(format('%I = ($1).%I', own.attname, theirs.attname), ', ') as columns,
            max(own.attname) filter (where theirs.attname = 'id') as id,
            exists (select from pg_attribute where attrelid = reference.conrelid and attname = 'updated_at') as dated
        from pg_constraint reference
        cross join unnest(reference.conkey, reference.confkey) as pair (own, theirs)
        join pg_attribute own on own.attrelid = reference.conrelid and own.attnum = pair.own
        join pg_attribute theirs on theirs.attrelid = reference.confrelid and theirs.attnum = pair.theirs
        where reference.confrelid = 'participant'::regclass and reference.contype = 'f'
        group by reference.oid, reference.conrelid
    loop
        execute format('update %s set %s%s where %I = $2', key.named, key.columns,
            case when key.dated then ', updated_at = now()' else '' end, key.id) using kept, duplicate;
    end loop;
    -- Refused by PostgreSQL as long as anything names the duplicate.
    delete from participant where id = duplicate;
    perform set_config('app.merging', '', true);
end
$$
"""


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.create_table(
        "participant_merge",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("duplicate_id", sa.Uuid(), nullable=False),
        sa.Column("merged_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.id"], name=op.f("fk_participant_merge_participant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participant_merge")),
        sa.UniqueConstraint("duplicate_id", name=op.f("uq_participant_merge_duplicate_id")),
    )
    op.create_index(op.f("ix_participant_merge_participant_id"), "participant_merge", ["participant_id"])
    op.execute("alter table participant_merge enable row level security")
    op.execute("alter table participant_merge force row level security")
    op.execute("grant select, insert on participant_merge to vekstplass_service")
    op.execute(
        "create policy case_office_and_epj on participant_merge to vekstplass_service"
        " using ((select caller_has_role('case_officer', 'epj')))"
        " with check ((select caller_has_role('case_officer', 'epj')))"
    )
    op.execute(
        "create policy auditor_reads on participant_merge for select to vekstplass_service"
        " using ((select caller_has_role('auditor')))"
    )
    # Nothing is released, so nobody waits for a table to be rewritten or indexed.
    op.execute(
        "-- squawk-ignore adding-field-with-default\n"
        "alter table participant add column municipality_since date default current_date not null"
    )
    op.add_column(
        "participant_external_id",
        sa.Column("current", sa.Boolean(), server_default=sa.text("true"), nullable=False),
    )
    op.execute(
        "-- squawk-ignore ban-drop-constraint\n"
        "alter table participant_external_id drop constraint uq_participant_external_id_participant_id_system"
    )
    op.execute(
        "-- squawk-ignore require-concurrent-index-creation\n"
        "create unique index uq_participant_external_id_participant_id_system on participant_external_id"
        " (participant_id, system) where current"
    )
    op.execute(
        "-- squawk-ignore require-concurrent-index-creation\n"
        "create index ix_participant_external_id_participant_id on participant_external_id (participant_id)"
    )
    op.execute(MERGE)
    op.execute("revoke execute on function merge_participant(uuid, uuid) from public")
    op.execute("grant execute on function merge_participant(uuid, uuid) to vekstplass_service")
    for table, column in NAMED.items():
        op.execute(
            f"create policy merged on {table} to current_user"
            f" using ({column}::text = {MERGED}) with check ({column}::text = {MERGED})"
        )


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for table in NAMED:
        op.execute(f"drop policy merged on {table}")
    op.execute("drop function merge_participant(uuid, uuid)")
    op.drop_index(op.f("ix_participant_external_id_participant_id"), "participant_external_id")
    op.drop_index("uq_participant_external_id_participant_id_system", "participant_external_id")
    # Former names cannot be told apart without the column.
    op.execute("alter table participant_external_id no force row level security")
    op.execute("delete from participant_external_id where not current")
    op.execute("alter table participant_external_id force row level security")
    op.drop_column("participant_external_id", "current")
    op.create_unique_constraint(
        "uq_participant_external_id_participant_id_system", "participant_external_id", ["participant_id", "system"]
    )
    op.drop_column("participant", "municipality_since")
    op.drop_table("participant_merge")
