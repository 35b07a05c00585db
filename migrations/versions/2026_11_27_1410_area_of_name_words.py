"""The words of names carry their person's service area, so that a service's search reads no others' (D1)."""

import sqlalchemy as sa
from alembic import op

revision = "0024_area_of_name_words"
down_revision = "0023_former_numbers"
branch_labels = None
depends_on = None

_INDEXES = {
    "prefix": "prefix, participant_id, word, service_area",
    "service_area": "service_area, prefix, participant_id, word",
}
_STORE = """
create or replace function store_name_words() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' then
        delete from participant_name_word where participant_id = new.id;
    end if;
    insert into participant_name_word (participant_id, word, prefix, service_area)
    select new.id, word, left(word, 2), new.service_area
    from unnest(fold_name_words(new.given_name || ' ' || new.family_name)) as word;
    return null;
end
$$
"""
_STORE_BEFORE = """
create or replace function store_name_words() returns trigger language plpgsql as $$
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


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.add_column("participant_name_word", sa.Column("service_area", sa.String(), nullable=True))
    # The owner is subject to the policies too, and reads and changes nobody by them.
    for table in ("participant", "participant_name_word"):
        op.execute(f"alter table {table} no force row level security")
    op.execute(
        "update participant_name_word set service_area = participant.service_area"
        " from participant where participant.id = participant_id"
    )
    for table in ("participant", "participant_name_word"):
        op.execute(f"alter table {table} force row level security")
    op.execute(
        "-- squawk-ignore adding-not-nullable-field\n"
        "alter table participant_name_word alter column service_area set not null"
    )
    op.execute(
        "-- squawk-ignore require-concurrent-index-deletion\n"
        "drop index ix_participant_name_word_prefix_participant_id_word"
    )
    for name, columns in _INDEXES.items():
        op.execute(
            "-- squawk-ignore require-concurrent-index-creation\n"
            f"create index ix_participant_name_word_{name} on participant_name_word ({columns})"
        )
    op.execute(
        "alter policy service_reads_area on participant_name_word"
        " using ((select caller_has_role('service')) and service_area = (select caller_service_area()))"
    )
    op.execute(_STORE)
    op.execute("drop trigger change_name_words on participant")
    op.execute(
        "create trigger change_name_words after update of given_name, family_name, service_area on participant"
        " for each row when ((old.given_name, old.family_name, old.service_area)"
        " is distinct from (new.given_name, new.family_name, new.service_area))"
        " execute function store_name_words()"
    )


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("drop trigger change_name_words on participant")
    op.execute(
        "create trigger change_name_words after update of given_name, family_name on participant for each row"
        " when ((old.given_name, old.family_name) is distinct from (new.given_name, new.family_name))"
        " execute function store_name_words()"
    )
    op.execute(_STORE_BEFORE)
    op.execute(
        "alter policy service_reads_area on participant_name_word"
        " using ((select caller_has_role('service')) and (select true from participant"
        " where participant.id = participant_name_word.participant_id"
        " and participant.service_area = (select caller_service_area())))"
    )
    for name in _INDEXES:
        op.drop_index(f"ix_participant_name_word_{name}", "participant_name_word")
    op.create_index(
        "ix_participant_name_word_prefix_participant_id_word",
        "participant_name_word",
        ["prefix", "participant_id", "word"],
    )
    op.drop_column("participant_name_word", "service_area")
