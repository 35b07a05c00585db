"""The record of processing activities (GDPR art. 30), written from the code's own inventory: what is held of whom, why,
for how long, and who sees it.
"""

from collections.abc import Iterator

from app.access_log.recorder import PURPOSES
from app.http.log_words import PURPOSES as PURPOSE_WORDS
from app.http.personal_data_words import KINDS, TECHNICAL, describe_field
from app.privacy.personal_data import PERSONAL_DATA, PersonalDataTable
from app.security.roles import ROLE_NAMES
from app.settings import Settings

_OTHERS = (
    (
        "Kontaktar (verje og pårørande)",
        "namn, telefon og e-post, i lista over kontaktar hjå deltakaren",
        "saman med deltakaren",
    ),
    (
        "Tilsette i kommunen og vekstbedriftene",
        "namn og brukarnamn frå pålogginga, og kva dei gjorde (innsynsloggen, «avgjort av», «ført av»)",
        "økta etter 8 timar; namnet og loggen vert ståande",
    ),
)


def write_processing_record(settings: Settings) -> str:
    """The record as Markdown, in nynorsk."""
    return "\n".join(_write_lines(settings)) + "\n"


def _write_lines(settings: Settings) -> Iterator[str]:
    yield from (
        "# Protokoll over behandling av personopplysningar",
        "",
        "Personvernforordninga artikkel 30. Protokollen er skriven av tenesta sjølv, frå den same lista som innsyn og",
        "sletting går etter: `python -m app processing-record`.",
        "",
        "## Behandlingsansvarleg",
        "",
        "Alver kommune, Forvaltningskontoret. Tenesta held orden på plassar i vekstbedrift: kven som har plass, etter",
        "kva vedtak, på kva vilkår, kva som skal følgjast opp, og kva det kostar.",
        "",
        "## Formål og rettsleg grunnlag",
        "",
        "| Kven ser | Formål | Heimel |",
        "|---|---|---|",
    )
    for role, name in ROLE_NAMES.items():
        if role in PURPOSES:
            purpose = PURPOSES[role]
            yield f"| {name} | {PURPOSE_WORDS[purpose.code]} | {purpose.legal_basis} |"
    yield from (
        "",
        "Kvart oppslag på ein deltakar står i innsynsloggen med formål, og med grunngjeving når deltakaren har verna",
        "adresse. Kva kvar av dei ser av deltakaren, står i `migrations/sql/policies/`.",
        "",
        "## Kven det gjeld",
        "",
        "| Registrerte | Opplysningar | Lagring |",
        "|---|---|---|",
        "| Deltakarar og søkjarar | sjå under | sjå under |",
    )
    for who, what, how_long in _OTHERS:
        yield f"| {who} | {what} | {how_long} |"
    yield from (
        "",
        "## Opplysningar om deltakarar, og kva sletting gjer med dei",
        "",
        "Helseopplysningar (artikkel 9) kan stå i fritekst om behov, fråvær og oppfølging.",
        "",
        "| Opplysningar | Felt | Ved sletting |",
        "|---|---|---|",
    )
    for entry in PERSONAL_DATA:
        yield f"| {KINDS[entry.name]} | {_list_columns(entry)} | {_describe_erasure(entry)} |"
    yield from (
        "",
        "## Lagringstid",
        "",
        f"- Opplysningane vert haldne i {settings.retention_years} år etter siste plass, vedtak eller søknad"
        " (`VEKSTPLASS_RETENTION_YEARS`).",
        "  Så kan ein sakshandsamar be om sletting med ei grunngjeving, og ein annan godkjenne ho.",
        f"- Svar som vert haldne for gjentekne kall: {settings.idempotency_hours} timar"
        " (`VEKSTPLASS_IDEMPOTENCY_HOURS`).",
        "- Beløp og datoar vert ståande for rekneskapen.",
        f"- Innsynsloggen vert halden i {settings.access_log_years} år (`VEKSTPLASS_ACCESS_LOG_YEARS`), og så sletta"
        " månad for månad.",
        "",
        "## Mottakarar",
        "",
        "- Vekstbedrifta: eigne deltakarar så lenge plassen varer, og i oppfølgingstida etter.",
        "- Utøvande tenester i kommunen: deltakarar i eige område.",
        "- Journalsystemet (EPJ) og økonomisystemet i kommunen, gjennom API-et, med roller for kvart.",
        "- Ingen utanfor EØS. Tenesta kallar ingen andre enn dei som skriv ut tilgangsbevis.",
        "",
        "## Sikring (artikkel 32)",
        "",
        "- Kva rader kvar rolle ser, avgjer databasen (radtryggleik), ikkje berre programmet.",
        "- Fødselsnummer er krypterte, og vert funne att ved ein kode med nøkkel. Dei vert viste i",
        "  innsynskopien til personen, og ingen annan stad.",
        "- Fødselsnummer i fritekst og i søk vert avviste.",
        "- Innsynsloggen kan berre leggjast til, og er forsegla med nøklar som databasen ikkje har.",
        "- Deltakarar med verna adresse vert opna med ei grunngjeving, og staden er løynd for dei som ikkje treng han.",
    )


def _list_columns(entry: PersonalDataTable) -> str:
    """The columns that say something: no keys of other rows, no counters."""
    names = (column.name for column in entry.table.columns)
    spoken = (name for name in names if name not in TECHNICAL and name != "id" and not name.endswith("_id"))
    return ", ".join(dict.fromkeys(describe_field(name) for name in spoken))


def _describe_erasure(entry: PersonalDataTable) -> str:
    if entry.delete:
        return "vert sletta"
    if not entry.erase:
        return "vert ståande"
    return f"vert bytte ut: {', '.join(describe_field(name) for name in entry.erase if name not in TECHNICAL)}"
