"""Participants are found by the words of their names, and the case office alone merges two of them (D1)."""

import sqlalchemy as sa
from alembic import op

revision = "0009_find_participants"
down_revision = "0008_web_sessions"
branch_labels = None
depends_on = None

_FOLD = r"""
create or replace function fold_name_words(name text) returns text[] language sql immutable parallel safe
return array(
    select distinct word
    from regexp_split_to_table(
        translate(
            replace(regexp_replace(lower(normalize(name, nfkd)), '[\u0300-\u036f]', '', 'g'), 'æ', 'ae'),
            'øđŧŋ', 'odtn'),
        '[\u0001-\u0020\u0027\u002d\u0060\u007f-\u00a0\u02bb\u02bc\u1680\u2000-\u206f\u2212\u3000\ufeff]+') as word
    where word <> ''
)
"""
_STORE = """
create function store_name_words() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' then
        delete from participant_name_word where participant_id = new.id;
    end if;
    insert into participant_name_word (participant_id, word, prefix)
    select new.id, word, left(word, 2)
    from unnest(fold_name_words(new.given_name || ' ' || new.family_name)) as word;
    return null;
end
$$
"""
_MERGE = """
create or replace function merge_participant(survivor uuid, duplicate uuid) returns void language plpgsql
security definer set search_path = pg_catalog, public, pg_temp as $$
declare
    kept public.participant;
    key record;
begin
    if not public.caller_has_role('case_officer') or survivor = duplicate then
        raise insufficient_privilege;
    end if;
    perform set_config('app.merging', survivor || ',' || duplicate, true);
    select * into strict kept from public.participant where id = survivor for update;
    -- One name per system is the person's present one; the duplicate's stays known, as a former one.
    update public.participant_external_id name set current = false
    where participant_id = duplicate and exists (
        select from public.participant_external_id own
        where own.participant_id = survivor and own.system = name.system and own.current);
    -- The survivor's name stands.
    delete from public.participant_name_word where participant_id = duplicate;
    for key in
        select named.relname, string_agg(format('%I = ($1).%I', own.attname, theirs.attname), ', ') as columns,
            max(own.attname) filter (where theirs.attname = 'id') as id,
            exists (select from pg_attribute where attrelid = reference.conrelid and attname = 'updated_at') as dated
        from pg_constraint reference
        join pg_class named on named.oid = reference.conrelid
        cross join unnest(reference.conkey, reference.confkey) as pair (own, theirs)
        join pg_attribute own on own.attrelid = reference.conrelid and own.attnum = pair.own
        join pg_attribute theirs on theirs.attrelid = reference.confrelid and theirs.attnum = pair.theirs
        where reference.confrelid = 'public.participant'::regclass and reference.contype = 'f'
        group by reference.oid, reference.conrelid, named.relname
    loop
        execute format('update public.%I set %s%s where %I = $2', key.relname, key.columns,
            case when key.dated then ', updated_at = now()' else '' end, key.id) using kept, duplicate;
    end loop;
    -- Refused by PostgreSQL as long as anything names the duplicate.
    delete from public.participant where id = duplicate;
    perform set_config('app.merging', '', true);
end
$$
"""
_MERGE_BEFORE = """
create or replace function merge_participant(survivor uuid, duplicate uuid) returns void language plpgsql
security definer set search_path = pg_catalog, public, pg_temp as $$
declare
    kept public.participant;
    key record;
begin
    if not public.caller_has_role('case_officer', 'epj') or survivor = duplicate then
        raise insufficient_privilege;
    end if;
    perform set_config('app.merging', survivor || ',' || duplicate, true);
    select * into strict kept from public.participant where id = survivor for update;
    -- One name per system is the person's present one; the duplicate's stays known, as a former one.
    update public.participant_external_id name set current = false
    where participant_id = duplicate and exists (
        select from public.participant_external_id own
        where own.participant_id = survivor and own.system = name.system and own.current);
    for key in
        select named.relname, string_agg(format('%I = ($1).%I', own.attname, theirs.attname), ', ') as columns,
            max(own.attname) filter (where theirs.attname = 'id') as id,
            exists (select from pg_attribute where attrelid = reference.conrelid and attname = 'updated_at') as dated
        from pg_constraint reference
        join pg_class named on named.oid = reference.conrelid
        cross join unnest(reference.conkey, reference.confkey) as pair (own, theirs)
        join pg_attribute own on own.attrelid = reference.conrelid and own.attnum = pair.own
        join pg_attribute theirs on theirs.attrelid = reference.confrelid and theirs.attnum = pair.theirs
        where reference.confrelid = 'public.participant'::regclass and reference.contype = 'f'
        group by reference.oid, reference.conrelid, named.relname
    loop
        execute format('update public.%I set %s%s where %I = $2', key.relname, key.columns,
            case when key.dated then ', updated_at = now()' else '' end, key.id) using kept, duplicate;
    end loop;
    -- Refused by PostgreSQL as long as anything names the duplicate.
    delete from public.participant where id = duplicate;
    perform set_config('app.merging', '', true);
end
$$
"""
_POLICIES = (
    """
    alter table participant_name_word enable row level security
    """,
    """
    alter table participant_name_word force row level security
    """,
    """
    create policy case_officer_and_epj_manage on participant_name_word to vekstplass_service
        using ((select caller_has_role('case_officer', 'epj')))
        with check ((select caller_has_role('case_officer', 'epj')))
    """,
    """
    create policy auditor_reads on participant_name_word for select to vekstplass_service
        using ((select caller_has_role('auditor')))
    """,
    """
    create policy service_reads_area on participant_name_word for select to vekstplass_service
        using ((select caller_has_role('service')) and (select true from participant
            where participant.id = participant_name_word.participant_id
                and participant.service_area = (select caller_service_area())))
    """,
    """
    create policy owner_merges on participant_name_word to current_user
        using (participant_id::text = any (string_to_array((select current_setting('app.merging', true)), ',')))
        with check (participant_id::text = any (string_to_array((select current_setting('app.merging', true)), ',')))
    """,
)


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.create_table(
        "participant_name_word",
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("word", sa.String(collation="C"), nullable=False),
        sa.Column("prefix", sa.String(collation="C"), nullable=False),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name="fk_participant_name_word_participant_id"),
        sa.PrimaryKeyConstraint("participant_id", "word", name="pk_participant_name_word"),
    )
    op.create_index(
        "ix_participant_name_word_prefix_participant_id_word",
        "participant_name_word",
        ["prefix", "participant_id", "word"],
    )
    op.execute(_FOLD)
    op.execute(_STORE)
    op.execute("revoke execute on function store_name_words() from public")
    op.execute(
        "create trigger store_name_words after insert on participant for each row execute function store_name_words()"
    )
    op.execute(
        "create trigger change_name_words after update of given_name, family_name on participant for each row"
        " when ((old.given_name, old.family_name) is distinct from (new.given_name, new.family_name))"
        " execute function store_name_words()"
    )
    # The owner is subject to the policies too, and reads nobody by them.
    op.execute("alter table participant no force row level security")
    op.execute(
        "insert into participant_name_word (participant_id, word, prefix)"
        " select id, word, left(word, 2)"
        " from participant, unnest(fold_name_words(given_name || ' ' || family_name)) as word"
    )
    op.execute("alter table participant force row level security")
    for policy in _POLICIES:
        op.execute(policy)
    op.execute(
        "create policy auditor_reads on participant for select to vekstplass_service"
        " using ((select caller_has_role('auditor')))"
    )
    op.execute("grant select, insert, delete on participant_name_word to vekstplass_service")
    op.execute(_MERGE)


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute(_MERGE_BEFORE)
    op.execute("drop policy auditor_reads on participant")
    op.execute("drop trigger change_name_words on participant")
    op.execute("drop trigger store_name_words on participant")
    op.execute("drop function store_name_words()")
    op.drop_table("participant_name_word")
    op.execute("drop function fold_name_words(text)")
