"""Requests: share, first day, recall, retraction, premises, and which of several answers is the newest (D4, P6)."""

import sqlalchemy as sa
from alembic import op

revision = "0017_requests"
down_revision = "0016_corrections"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.add_column(
        "guideline_version", sa.Column("open_requests", sa.SmallInteger(), server_default=sa.text("1"), nullable=False)
    )
    _add_check("guideline_version", "open_requests", "open_requests between 1 and 100")
    op.add_column("request", sa.Column("share", sa.SmallInteger(), server_default=sa.text("100"), nullable=False))
    op.add_column("request", sa.Column("starts_from", sa.Date()))
    op.add_column("request", sa.Column("premises_suitable", sa.Boolean()))
    op.add_column("request", sa.Column("recalled_on", sa.Date()))
    op.add_column("request", sa.Column("recall_reason", sa.String()))
    op.add_column("request", sa.Column("retracted_on", sa.Date()))
    op.add_column("request", sa.Column("retraction_reason", sa.String()))
    op.add_column("request", sa.Column("sent_number", sa.BigInteger(), server_default=sa.text("0"), nullable=False))
    op.add_column("request", sa.Column("answer_number", sa.BigInteger()))
    # Until now an application had one open request at a time: each answer came before the next request. These numbers
    # come before all that the series will give.
    op.execute("alter table request no force row level security")
    op.execute(
        "update request set sent_number = 2 * (earlier.place - earlier.total) - 1,"
        " answer_number = case when answer is not null then 2 * (earlier.place - earlier.total) end"
        " from (select id, row_number() over (order by id) as place, count(*) over () as total from request) as earlier"
        " where earlier.id = request.id"
    )
    op.execute("alter table request force row level security")
    op.alter_column("request", "sent_number", server_default=sa.text("nextval('act_number')"))
    _add_check("request", "share", "share between 1 and 100")
    _add_check("request", "answer_number", "(answer is null) = (answer_number is null)")
    _add_check(
        "request",
        "premises_suitable",
        "answer is distinct from 'accepted' or premises_suitable is distinct from false",
    )
    _add_check(
        "request",
        "recalled_on",
        "(recalled_on is null) = (recall_reason is null) and (recalled_on is null or answer is null)",
    )
    _add_check(
        "request",
        "retracted_on",
        "(retracted_on is null) = (retraction_reason is null)"
        " and (retracted_on is null or answer is not distinct from 'accepted')",
    )
    # Release 1.0.0 is the first that runs it: nobody waits.
    op.execute("-- squawk-ignore require-concurrent-index-deletion\ndrop index uq_request_open")
    op.execute(
        "grant update (premises_suitable, recalled_on, recall_reason, retracted_on, retraction_reason, answer_number)"
        " on request to vekstplass_service"
    )


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.execute(
        "alter table request drop column answer_number, drop column sent_number, drop column retraction_reason,"
        " drop column retracted_on, drop column recall_reason, drop column recalled_on, drop column premises_suitable,"
        " drop column starts_from, drop column share"
    )
    op.create_index(
        "uq_request_open", "request", ["application_id"], unique=True, postgresql_where=sa.text("answer is null")
    )
    op.drop_column("guideline_version", "open_requests")


def _add_check(table: str, name: str, condition: str) -> None:
    """A check of columns that are new: no row can break it."""
    op.execute(
        "-- squawk-ignore constraint-missing-not-valid\n"
        f"alter table {table} add constraint ck_{table}_{name} check ({condition})"
    )
