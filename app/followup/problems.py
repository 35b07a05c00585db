"""Every refusal of the room."""

from app.http.exception_handlers import on_constraint
from app.http.problems import problem_type

DATE_IN_FUTURE = problem_type(
    "date-in-future",
    422,
    title="Dagen er ikkje komen enno",
    nn="Det som vert registrert her, har alt skjedd; dagen kan ikkje vere etter i dag.",
    en="The day is in the future; only events that have happened can be recorded.",
)
CODE_UNKNOWN = problem_type(
    "code-unknown",
    422,
    title="Koden står ikkje i kodelista",
    nn="Koden står ikkje i kodelista for dette feltet; sjå «GET /v1/code-lists».",
    en="The code is not in this field's code list; see `GET /v1/code-lists` (M3, M4, D5).",
)
NOT_OWNER = problem_type(
    "not-owner",
    403,
    title="Ført av ein annan part",
    nn="Berre den parten som førte dette, kan rette, sende eller oppheve det.",
    en="Only the party that filed it may correct or send it; it and the case office may annul it.",
)
SENT_BEFORE_MADE = problem_type(
    "sent-before-made",
    422,
    title="Sendt før det vart laga",
    nn="Ein plan kan ikkje vere send før han vart laga.",
    en="A plan cannot have been sent before it was made (M1).",
)
ALREADY_SENT = problem_type(
    "already-sent",
    409,
    title="Alt sendt",
    nn="Dette er alt sendt til Forvaltningskontoret.",
    en="It is already sent to the case office (M1, M2).",
)
ABSENCE_REASON_MISSING = problem_type(
    "absence-reason-missing",
    422,
    title="Grunn til fråvær manglar i referatet",
    nn="Deltakaren var ikkje med, og referatet seier ikkje kvifor («participant_absence_reason»).",
    en="The participant was not present, and the minutes do not give the reason (M5).",
)
CONSENT_MISSING = problem_type(
    "consent-missing",
    409,
    title="Samtykke manglar",
    nn="Ei anna teneste var med utan at deltakaren eller verja hadde samtykt den dagen. Før samtykket, eller sei kvifor"
    " ho var med likevel («without_consent_reason»).",
    en="Another service was present without a consent in force on that day; `services` names which. Record the consent,"
    " or say why it was present all the same: `without_consent_reason` (M6).",
)
THEME_MISSING = problem_type(
    "theme-missing",
    422,
    title="Tema manglar",
    nn="Referatet frå eit samarbeidsmøte må ha minst eitt tema; sjå «GET /v1/code-lists».",
    en="The minutes of a cooperation meeting have at least one theme; see `GET /v1/code-lists` (M4).",
)
MEETING_SUBJECT = problem_type(
    "meeting-subject",
    422,
    title="Møtet gjeld ikkje det rette",
    nn="Samtalar og samarbeidsmøte gjeld ein plass, tosidige møte ei vekstbedrift, og fellesmøte ingen av delane.",
    en="A conversation or cooperation meeting is about a placement, a bilateral meeting about one provider, a system"
    " meeting about neither (M3, M4, M7).",
)
ATTENDEE_UNKNOWN = problem_type(
    "attendee-unknown",
    422,
    title="Ukjend vekstbedrift",
    nn="Inga registrert vekstbedrift har dette namnet eller organisasjonsnummeret; sjå «GET /v1/providers».",
    en="No registered provider has this organisation number or name (M7).",
)
TOO_MANY_TASKS = problem_type(
    "too-many-tasks",
    409,
    title="For mange oppgåver",
    nn="Det er fleire oppgåver her enn ein kalender kan ta. Avgrens med dagar, vekstbedrift eller slag.",
    en="There are more tasks than one calendar takes. Narrow it by `due_from` and `due_before`, `provider_id` or"
    " `kind`.",
)
NOT_WAIVABLE = problem_type(
    "not-waivable",
    409,
    title="Oppgåva kan ikkje fråfallast",
    nn="Berre planar, evalueringar, samtalar, samarbeidsmøte og kontakt etter fråvær kan fråfallast. Denne oppgåva går"
    " bort når ho er gjord.",
    en="Only plans, evaluations, conversations, cooperation meetings and contacts after absence can be waived (M9);"
    " this task goes away when it is done.",
)
TASK_DONE = problem_type(
    "task-done",
    409,
    title="Oppgåva er gjord",
    nn="Oppgåva er alt gjord; det er ikkje noko å fråfalle.",
    en="The task is done; there is nothing to waive (M9).",
)
ALREADY_WAIVED = problem_type(
    "already-waived",
    409,
    title="Alt fråfalle",
    nn="Oppgåva er alt fråfallen. Ta fråfallet tilbake med «DELETE» for å gje ein annan grunn.",
    en="The task is already waived; take the waiver back with `DELETE` to give another reason (M9).",
)

on_constraint("uq_task_waiver_kind_subject_id_n", ALREADY_WAIVED, ALREADY_WAIVED.nn)
