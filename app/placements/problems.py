"""Every refusal on the way to a place, by the rule it comes from."""

from app.http.errors import on_constraint
from app.http.problems import CONFLICT, problem_type

APPLICATION_CLOSED = problem_type(
    "application-closed",
    409,
    title="Søknaden er ferdig handsama",
    nn="Søknaden er alt avgjord eller trekt.",
    en="The application is already decided or withdrawn (D6).",
)
REQUEST_ALREADY_OPEN = problem_type(
    "request-already-open",
    409,
    title="Ein førespurnad er alt open",
    nn="Søknaden har alt ein førespurnad som ikkje er svara på.",
    en="The application already has a request without an answer; one is open at a time (D4).",
)
REQUEST_ALREADY_ANSWERED = problem_type(
    "request-already-answered",
    409,
    title="Førespurnaden er alt svara på",
    nn="Førespurnaden er alt svara på, og eit svar kan ikkje endrast.",
    en="The request already has an answer, and an answer is not changed (P3).",
)
ANSWER_INCOMPLETE = problem_type(
    "answer-incomplete",
    422,
    title="Svaret er ikkje fullstendig",
    nn="Eit avslag må ha ei grunngjeving («reason»), «other» må ha ein tekst, og eit ja har ingen av delane.",
    en="A refusal needs a reason, `other` needs a text, and an acceptance has no reason (P3).",
)
REQUEST_NOT_ACCEPTED = problem_type(
    "request-not-accepted",
    409,
    title="Vekstbedrifta har ikkje sagt ja",
    nn="Eit tildelingsvedtak krev ein førespurnad på denne søknaden som vekstbedrifta har sagt ja til.",
    en="A grant needs a request of this application that the provider has accepted (D4).",
)
NO_GUIDELINE_IN_FORCE = problem_type(
    "no-guideline-in-force",
    409,
    title="Retningslinja gjeld ikkje enno",
    nn="Plassen kan ikkje tildelast på retningslinja sine vilkår før retningslinja gjeld.",
    en="A standard place is neither decided nor begun before a guideline version is in force (L2).",
)
NOT_RESIDENT = problem_type(
    "not-resident",
    409,
    title="Deltakaren er ikkje busett i kommunen",
    nn="Plass kan berre tildelast personar som er busette i Alver kommune.",
    en="A place is granted only to people resident in Alver (D1).",
)
TEMPORARY_NEEDS_LAST_DAY = problem_type(
    "temporary-needs-last-day",
    409,
    title="Mellombels plass manglar sluttdato",
    nn="Ein mellombels plass må ha ein siste dag («ends_on»).",
    en="A temporary placement has a last day (L7).",
)
PERMANENT_HAS_NO_LAST_DAY = problem_type(
    "permanent-has-no-last-day",
    409,
    title="Varig plass har ikkje sluttdato",
    nn="Ein varig plass har ingen siste dag før han vert sagt opp.",
    en="A permanent placement has no last day until notice is given (L7).",
)
MEDICATION_AGREEMENT_MISSING = problem_type(
    "medication-agreement-missing",
    409,
    title="Avtale om medisinering manglar",
    nn="Oppgåver med medisinering må avtalast særskilt og skriftleg før plassen kan tildelast.",
    en="Medication tasks need a separate written agreement before the grant (D5).",
)
CAPACITY_EXCEEDED = problem_type(
    "capacity-exceeded",
    409,
    title="Vekstbedrifta har ikkje ledig plass",
    nn="Vekstbedrifta har ikkje ledig plass i heile perioden.",
    en="Active places would exceed the provider's capacity; `day` is the first day on which they would (P2).",
)
CAPACITY_IN_USE = problem_type(
    "capacity-in-use",
    409,
    title="Fleire plassar er i bruk",
    nn="Kapasiteten kan ikkje setjast lågare enn talet på aktive plassar.",
    en="More places are active than the new capacity; `day` is the first day on which they are (P2).",
)
PLACEMENT_OVERLAP = problem_type(
    "placement-overlap",
    409,
    title="Deltakaren har alt ein plass i perioden",
    nn="Deltakaren har alt ein plass i heile eller delar av denne perioden.",
    en="Two placements of one participant may not overlap (L1).",
)
LEGACY_AFTER_GUIDELINE = problem_type(
    "legacy-after-guideline",
    409,
    title="Ikkje ein vidareført plass",
    nn="Berre ein plass frå før retningslinja tok til å gjelde kan ha vidareførte vilkår.",
    en="Legacy terms are for a place established before the guideline took effect (L2).",
)

OBSTACLES = {
    type_.code: type_
    for type_ in (
        APPLICATION_CLOSED,
        REQUEST_NOT_ACCEPTED,
        NO_GUIDELINE_IN_FORCE,
        NOT_RESIDENT,
        TEMPORARY_NEEDS_LAST_DAY,
        PERMANENT_HAS_NO_LAST_DAY,
        MEDICATION_AGREEMENT_MISSING,
    )
}

# Who comes second between two clients is told by the database.
on_constraint("uq_request_open", REQUEST_ALREADY_OPEN, REQUEST_ALREADY_OPEN.nn)
on_constraint("uq_decision_application_id", APPLICATION_CLOSED, APPLICATION_CLOSED.nn)
on_constraint("ex_placement_overlap", PLACEMENT_OVERLAP, PLACEMENT_OVERLAP.nn)
for _name in ("fk_placement_participant_id", "fk_decision_participant_id"):
    on_constraint(_name, CONFLICT, "Opplysningane om deltakaren vart endra i same augneblink. Prøv igjen.")
