"""How a consent was given, in what words, where it is kept, and who recorded it and its withdrawal (M6)."""

import sqlalchemy as sa
from alembic import op

revision = "0041_consent_proof"
down_revision = "0040_grants_officer"
branch_labels = None
depends_on = None

_COLUMNS = ("method", "wording", "reference", "recorded_by", "withdrawn_by")
_CHECKS = {
    "withdrawn_by": "withdrawn_on is not null or withdrawn_by is null",
    "method": "method in ('written', 'oral', 'electronic')",
    "wording": "length(wording) between 1 and 4000",
    "reference": "length(reference) between 1 and 500",
}


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for name in _COLUMNS:
        op.add_column("consent", sa.Column(name, sa.String(), nullable=True))
    for name, check in _CHECKS.items():
        op.execute(
            "-- squawk-ignore constraint-missing-not-valid\n"
            f"alter table consent add constraint ck_consent_{name} check ({check})"
        )
    op.execute("grant update (wording, reference, withdrawn_by) on consent to vekstplass_service")


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    for name in _COLUMNS:
        op.drop_column("consent", name)
