"""Ends of supplements: rows that are only ever added, and only their reason is rewritten, while a person is erased."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019_supplement_ends"
down_revision = "0018_wall_by_row"
branch_labels = None
depends_on = None

OFFICE = "(select caller_has_role('case_officer'))"
ERASES = f"{OFFICE} and (select current_setting('app.erasing', true)) = 'on'"
OWN = "(select caller_has_role('provider')) and provider_id = (select caller_provider_id())"
_NUMBERED = """
from (select id, lpad(to_hex(row_number() over (order by id)), 32, '0')::uuid as number
    from placement where address_protection) as placement
"""
_FINANCE_ALONE = "(select caller_has_role('finance') and not caller_has_role('case_officer'))"
_HEAD = """
returns table (number uuid, valid_from date, valid_to date, monthly_amount numeric, agreed_on date)
language sql stable security definer set search_path = pg_catalog, public as $$
"""
BEFORE = f"""
create function protected_supplements() {_HEAD}
    select number, valid_from, valid_to, monthly_amount, agreed_on {_NUMBERED}
    join placement_supplement on placement_id = placement.id where {_FINANCE_ALONE}
$$
"""
# Without a day it still answers a service that has not been restarted yet.
NOW = f"""
create function protected_supplements(known date default 'infinity') {_HEAD}
    select number, valid_from, least(supplement.valid_to, ended_on), monthly_amount, supplement.agreed_on {_NUMBERED}
    join placement_supplement as supplement on supplement.placement_id = placement.id
    left join (
        select supplement_id, min(valid_to) as ended_on from supplement_end where agreed_on <= known group by 1
    ) as ended on supplement_id = supplement.id
    where {_FINANCE_ALONE}
$$
"""


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.create_table(
        "supplement_end",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("supplement_id", sa.Uuid(), nullable=False),
        sa.Column("placement_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("replaced_valid_to", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("agreed_by", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("agreed_on", sa.Date(), nullable=False),
        sa.CheckConstraint("valid_to < replaced_valid_to", name=op.f("ck_supplement_end_replaced_valid_to")),
        sa.CheckConstraint("length(reason) between 1 and 4000", name=op.f("ck_supplement_end_reason")),
        sa.CheckConstraint(
            """agreed_by @> '["service", "case_office", "provider"]'""", name=op.f("ck_supplement_end_agreed_by")
        ),
        sa.ForeignKeyConstraint(
            ["placement_id", "provider_id"],
            ["placement.id", "placement.provider_id"],
            name=op.f("fk_supplement_end_placement_id_provider_id"),
        ),
        sa.ForeignKeyConstraint(
            ["supplement_id"], ["placement_supplement.id"], name=op.f("fk_supplement_end_supplement_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplement_end")),
    )
    op.create_index(op.f("ix_supplement_end_supplement_id"), "supplement_end", ["supplement_id"])
    op.execute("alter table supplement_end enable row level security")
    op.execute("alter table supplement_end force row level security")
    op.execute("grant select, insert, update (reason, updated_at) on supplement_end to vekstplass_service")
    op.execute(f"create policy case_office_reads on supplement_end for select to vekstplass_service using ({OFFICE})")
    op.execute(
        f"create policy case_office_adds on supplement_end for insert to vekstplass_service with check ({OFFICE})"
    )
    op.execute(
        "create policy case_office_erases on supplement_end for update to vekstplass_service"
        f" using ({ERASES}) with check ({ERASES})"
    )
    op.execute(
        "create policy whoever_sees_the_place on supplement_end for select to vekstplass_service"
        " using ((select caller_has_role('finance'))"
        " and (select true from placement where placement.id = supplement_end.placement_id))"
    )
    op.execute(f"create policy provider_reads_its_own on supplement_end for select to vekstplass_service using ({OWN})")
    op.execute("create policy protected_stays on supplement_end for select to current_user using (true)")
    # The same columns are there again within this transaction, under the same name.
    op.execute("-- squawk-ignore ban-drop-function\ndrop function protected_supplements()")
    _add(NOW, "protected_supplements(date)")


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute("drop function protected_supplements(date)")
    _add(BEFORE, "protected_supplements()")
    op.drop_table("supplement_end")


def _add(function: str, signature: str) -> None:
    op.execute(function)
    op.execute(f"revoke execute on function {signature} from public")
    op.execute(f"grant execute on function {signature} to vekstplass_service")
