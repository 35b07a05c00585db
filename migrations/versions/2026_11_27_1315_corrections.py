"""Decisions that correct and annul others (D8), placements that are annulled, and what a correction costs (C13)."""

import sqlalchemy as sa
from alembic import op

revision = "0016_corrections"
down_revision = "0015_letter_texts"
branch_labels = None
depends_on = None

_CAUSES = "'rate', 'period', 'share', 'supplement', 'legacy_price', 'added', 'removed'"
_OVERLAP = "participant_id with =, provider_id with =, daterange(starts_on, ends_on, '[]') with &&"


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.add_column("placement", sa.Column("annulled_on", sa.Date()))
    _replace_overlap("where (annulled_on is null)")
    op.add_column("decision", sa.Column("corrects_id", sa.Uuid()))
    op.add_column("decision", sa.Column("ground", sa.String()))
    op.add_column("decision", sa.Column("found_by", sa.String()))
    op.add_column("decision", sa.Column("need", sa.String()))
    op.execute(
        "-- squawk-ignore disallowed-unique-constraint, constraint-missing-not-valid\n"
        "alter table decision add constraint uq_decision_id_placement_id unique (id, placement_id)"
    )
    op.execute(
        "-- squawk-ignore adding-foreign-key-constraint, constraint-missing-not-valid\n"
        "alter table decision add constraint fk_decision_corrects_id_placement_id"
        " foreign key (corrects_id, placement_id) references decision (id, placement_id)"
    )
    op.execute(
        "-- squawk-ignore require-concurrent-index-creation\n"
        "create index ix_decision_corrects_id on decision (corrects_id)"
    )
    _replace_check("decision", "kind", "kind in ('grant', 'reject', 'change', 'end', 'correct', 'annul')")
    _replace_check("decision", "application_id", "kind not in ('grant', 'reject') or application_id is not null")
    _replace_check("decision", "end_fields", "kind in ('end', 'correct') or destination is null")
    _add_check(
        "decision",
        "mending",
        "(kind in ('correct', 'annul')) = (found_by is not null)"
        " and (found_by is null) = (ground is null) and (found_by is null or reason is not null)",
    )
    _add_check("decision", "corrects_id", "kind <> 'correct' or corrects_id is not null")
    _add_check("decision", "corrects_nothing", "kind in ('correct', 'annul') or corrects_id is null")
    _add_check("decision", "ground", "ground in ('clerical_error', 'not_notified', 'invalid', 'in_favour')")
    _add_check(
        "decision", "found_by", "found_by in ('case_office', 'provider', 'participant', 'guardian', 'service', 'other')"
    )
    _add_check("decision", "need", "need is null or (kind = 'correct' and need in ('permanent', 'temporary'))")
    _replace_check("settlement_difference", "cause", f"cause in ({_CAUSES}, 'correction')")
    _replace_check(
        "settlement_difference",
        "parts",
        "(cause <> 'removed' or divisor is null) and (cause in ('removed', 'correction') or divisor is not null)"
        " and (divisor is null) = (parts is null)",
    )


def downgrade() -> None:
    # Fails where something is corrected or annulled: there was no place for it before.
    op.execute("set local lock_timeout = '5s'")
    _replace_check(
        "settlement_difference",
        "parts",
        "(cause = 'removed') = (divisor is null) and (divisor is null) = (parts is null)",
    )
    _replace_check("settlement_difference", "cause", f"cause in ({_CAUSES})")
    for name in ("need", "found_by", "ground", "corrects_nothing", "corrects_id", "mending"):
        op.drop_constraint(f"ck_decision_{name}", "decision")
    _replace_check("decision", "end_fields", "kind = 'end' or destination is null")
    _replace_check("decision", "application_id", "kind in ('change', 'end') or application_id is not null")
    _replace_check("decision", "kind", "kind in ('grant', 'reject', 'change', 'end')")
    op.drop_constraint("fk_decision_corrects_id_placement_id", "decision")
    op.drop_constraint("uq_decision_id_placement_id", "decision")
    for name in ("need", "found_by", "ground", "corrects_id"):
        op.drop_column("decision", name)
    _replace_overlap("")
    op.drop_column("placement", "annulled_on")


def _replace_overlap(condition: str) -> None:
    op.execute("-- squawk-ignore ban-drop-constraint\nalter table placement drop constraint ex_placement_overlap")
    op.execute(
        "-- squawk-ignore constraint-missing-not-valid\n"
        f"alter table placement add constraint ex_placement_overlap exclude using gist ({_OVERLAP}) {condition}"
    )


def _replace_check(table: str, name: str, condition: str) -> None:
    op.execute(f"-- squawk-ignore ban-drop-constraint\nalter table {table} drop constraint ck_{table}_{name}")
    _add_check(table, name, condition)


def _add_check(table: str, name: str, condition: str) -> None:
    """A check that no row breaks: of columns that are new, or wider than the one before."""
    op.execute(
        "-- squawk-ignore constraint-missing-not-valid\n"
        f"alter table {table} add constraint ck_{table}_{name} check ({condition})"
    )
