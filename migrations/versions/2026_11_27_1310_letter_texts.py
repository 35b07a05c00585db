"""The texts of the letter about a decision (D3): a parameter of the guideline's versions."""

import json

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0015_letter_texts"
down_revision = "0014_absence_routines"
branch_labels = None
depends_on = None

_TEXTS = {
    "sender": "Alver kommune",
    "office": "Forvaltningskontoret",
    "titles": {
        "grant": "Vedtak om plass i vekstbedrift",
        "reject": "Avslag på søknad om plass i vekstbedrift",
        "change": "Vedtak om endring av plass i vekstbedrift",
        "end": "Vedtak om opphør av plass i vekstbedrift",
        "correct": "Retting av vedtak om plass i vekstbedrift",
        "annul": "Oppheving av vedtak om plass i vekstbedrift",
    },
    "decided": {
        "grant": "Du får plass i vekstbedrift.",
        "reject": "Du får ikkje plass i vekstbedrift.",
        "change": "Vi har endra vedtaket om plassen din.",
        "end": "Plassen i vekstbedrifta tek slutt.",
        "correct": "Det var ein feil i eit vedtak om plassen din. Slik er det retta:",
        "annul": "Vedtaket om plass i vekstbedrift er oppheva og gjeld ikkje.",
    },
    "legal_basis_note": "Tilbodet gjev ingen individuell rett.",
    "case_access": "Du har rett til å sjå dokumenta i saka di. Ta kontakt med oss, så hjelper vi deg.",
    "appeal": "Er du ikkje nøgd, kan du klage. Skriv kva vedtak du klagar på, og kva du vil ha endra. "
    "Held vi fast på vedtaket, sender vi klaga vidare til klageorganet. Vi hjelper deg "
    "gjerne med å skrive klaga.",
    "appeal_addressee": "Alver kommune, Forvaltningskontoret",
    "appeal_weeks": 3,
    "closing": "Brevet er godkjent elektronisk og har difor ikkje underskrift.",
}


def upgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    # Versions from before have what the service says where nothing else is said.
    texts = json.dumps(_TEXTS, ensure_ascii=False).replace("'", "''")
    op.add_column(
        "guideline_version",
        sa.Column("letter_texts", JSONB(), server_default=sa.text(f"'{texts}'"), nullable=False),
    )
    op.execute(
        "-- squawk-ignore constraint-missing-not-valid\n"
        "alter table guideline_version add constraint ck_guideline_version_letter_texts"
        " check (jsonb_typeof(letter_texts) = 'object')"
    )


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    op.drop_column("guideline_version", "letter_texts")
