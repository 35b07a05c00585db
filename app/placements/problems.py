"""Problems of applications, requests, decisions, placements, notices and supplements, by the rule they come from."""

from app.http.exception_handlers import on_constraint
from app.http.problems import problem_type

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
    en="The application already has as many requests without an answer as may be open at a time (`open_requests`, D4)."
    " Recall one first, or wait for its answer.",
)
REQUEST_RECALLED = problem_type(
    "request-recalled",
    409,
    title="Førespurnaden er kalla tilbake",
    nn="Forvaltningskontoret har kalla førespurnaden tilbake, og han skal ikkje svarast på.",
    en="The case office has recalled the request (D4). Send another instead.",
)
REQUEST_RETRACTED = problem_type(
    "request-retracted",
    409,
    title="Vekstbedrifta har teke svaret tilbake",
    nn="Vekstbedrifta har alt teke ja-svaret sitt tilbake. Send ein ny førespurnad.",
    en="The provider has already taken its acceptance back (D4). Send another request instead.",
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
    nn="Eit nei må ha «reason», og er det «other», også ein tekst («text»). Eit ja har ingen av delane.",
    en="A refusal needs a reason, `other` needs a text, and an acceptance has no reason (P3) and premises that suit the"
    " person (P6).",
)
REQUEST_NOT_ACCEPTED = problem_type(
    "request-not-accepted",
    409,
    title="Vekstbedrifta har ikkje sagt ja",
    nn="Eit tildelingsvedtak krev ein førespurnad på denne søknaden som vekstbedrifta har sagt ja til, og det siste"
    " svaret gjeld.",
    en="A grant needs a request of this application that the provider has accepted and not taken back; of several, the"
    " newest answer counts (D4).",
)
NO_GUIDELINE_IN_FORCE = problem_type(
    "no-guideline-in-force",
    409,
    title="Retningslinja gjeld ikkje enno",
    nn="Plassen kan ikkje tildelast på retningslinja sine vilkår før retningslinja gjeld.",
    en="A standard placement is neither decided nor begun before a guideline version is in force (L2).",
)
NOT_RESIDENT = problem_type(
    "not-resident",
    409,
    title="Deltakaren er ikkje busett i kommunen",
    nn="Plass kan berre tildelast personar som er busette i Alver kommune.",
    en="A place or trip is granted only to people resident in Alver (D1, T7).",
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
    nn="Oppgåver med medisinering må avtalast særskilt og skriftleg («medication_agreement») før dei kan gjevast.",
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
    nn="Deltakaren har alt ein plass ved vekstbedrifta i heile eller delar av denne perioden.",
    en="Two placements of one participant at one provider may not overlap, and the shares of all of a participant's"
    " placements on a day are at most 100 %; `day` is the first day on which they are more (L1).",
)
OVER_FRAME = problem_type(
    "over-frame",
    409,
    title="Vedtaket går over budsjettramma",
    nn="Prognosen går over budsjettramma. Oppgje saka som dekkjer det, i «budget_reference».",
    en="The grant brings the forecast of `year` over its frame, by `amount`; the guideline asks for the case that pays,"
    " in `budget_reference` (C7).",
)
LEGACY_AFTER_GUIDELINE = problem_type(
    "legacy-after-guideline",
    409,
    title="Ikkje ein vidareført plass",
    nn="Berre ein plass som tok til eller vart vedteken før retningslinja gjaldt, kan ha vidareførte vilkår.",
    en="Legacy terms are for a placement that began, or was decided, before the guideline took effect (L2).",
)

PLACEMENT_ANNULLED = problem_type(
    "placement-annulled",
    409,
    title="Plassen er oppheva",
    nn="Plassen er oppheva: han skulle aldri ha vore, og det kan ikkje gjerast noko med han.",
    en="The placement is annulled; nothing more is decided about it (D8).",
)
PLACE_ENDED = problem_type(
    "place-ended",
    409,
    title="Plassen er avslutta",
    nn="Plassen er avslutta, og det kan ikkje gjerast noko meir med han.",
    en="The placement had ended by the day of this step (L3, L5, L7).",
)
NOTICE_ALREADY_OPEN = problem_type(
    "notice-already-open",
    409,
    title="Plassen er alt sagt opp",
    nn="Plassen er alt sagt opp. Trekk oppseiinga i eit vedtak før du gjer dette.",
    en="The placement is already under notice; the notice sets its last day until a decision withdraws it (L3).",
)
NOTICE_NOT_OPEN = problem_type(
    "notice-not-open",
    409,
    title="Oppseiinga gjeld ikkje",
    nn="Oppseiinga gjeld ikkje lenger, eller ho gjeld ein annan plass.",
    en="The notice is withdrawn already, or belongs to another placement.",
)
NOTICE_HAS_RUN_OUT = problem_type(
    "notice-has-run-out",
    409,
    title="Oppseiingstida er ute",
    nn="Oppseiingstida er ute; no står berre vedtaket om opphør att.",
    en="The last day by the notice has passed; only the decision to end the placement can be made (L3, L5).",
)
NOTICE_INCOMPLETE = problem_type(
    "notice-incomplete",
    422,
    title="Oppseiinga er ikkje fullstendig",
    nn="Grunngjevinga «other» må ha ein tekst («text»).",
    en="The reason `other` requires a text (L3).",
)
AGREED_END_INCOMPLETE = problem_type(
    "agreed-end-incomplete",
    422,
    title="Ein avtalt slutt har to partar",
    nn="Ein avtalt tidlegare slutt må vere avtalt av både kommunen og vekstbedrifta («agreed_by»).",
    en="An agreed end names both parties, `municipality` and `provider` (L3).",
)
AGREED_END_OUTSIDE_NOTICE = problem_type(
    "agreed-end-outside-notice",
    422,
    title="Den avtalte dagen ligg utanfor oppseiingstida",
    nn="Ein avtalt slutt ligg frå og med dagen det vert sagt opp til og med siste dag av oppseiingstida.",
    en="An agreed end lies between the day of notice and the last day of the notice period, both included (L3).",
)
END_ALREADY_DECIDED = problem_type(
    "end-already-decided",
    409,
    title="Opphøret er alt vedteke",
    nn="Det er alt gjort vedtak om opphør av plassen.",
    en="The end of this placement is already decided (L5); a `change` may move its last day.",
)
END_BEFORE_START = problem_type(
    "end-before-start",
    409,
    title="Siste dag er før første dag",
    nn="Siste dag kan ikkje vere før første dag av plassen.",
    en="A placement's last day is not before its first (L1).",
)
END_AFTER_LAST_DAY = problem_type(
    "end-after-last-day",
    409,
    title="Plassen sluttar tidlegare",
    nn="Plassen har ein tidlegare siste dag enn den som står i vedtaket.",
    en="An end never extends a placement; a temporary one is extended by a `change` (L7).",
)
END_DIFFERS_FROM_NOTICE = problem_type(
    "end-differs-from-notice",
    409,
    title="Ein annan dag enn oppseiinga seier",
    nn="Plassen er sagt opp, og vedtaket må ha same siste dag som oppseiinga.",
    en="The placement is under notice and ends on the day of the notice, which `ends_on` names (L3, L5).",
)
CHANGE_OUTSIDE_PLACE = problem_type(
    "change-outside-place",
    409,
    title="Dagen ligg utanfor plassen",
    nn="Endringa må gjelde frå ein dag i plassen sin periode.",
    en="The first day of new terms, or of a supplement, lies within the placement's period.",
)
STANDARD_HAS_NO_OWN_PRICE = problem_type(
    "standard-has-no-own-price",
    409,
    title="Plassen har ikkje eigen pris",
    nn="Berre ein vidareført plass har ein eigen månadspris; elles gjeld satsen.",
    en="Only a legacy placement has a price of its own; the price of a standard one follows the rate (L2, C2).",
)
DECISION_STALE = problem_type(
    "decision-stale",
    409,
    title="Det er gjort eit nyare vedtak",
    nn="Plassen har fått eit nyare vedtak enn det du byggjer på. Hent han på nytt, og vurder på nytt.",
    en="`follows_id` is not the placement's latest decision, which `latest_id` names (D6).",
)
DECISION_OUT_OF_ORDER = problem_type(
    "decision-out-of-order",
    409,
    title="Vedtaket er datert for tidleg",
    nn="Vedtaket er datert før noko som alt er vedteke eller sagt opp for denne plassen.",
    en="A decision is not dated before what it follows; `not_before` names the earliest day (D6).",
)
SUPPLEMENT_NOT_AGREED = problem_type(
    "supplement-not-agreed",
    422,
    title="Ikkje alle tre er høyrde",
    nn="Eit tillegg må vere drøfta med utøvande teneste, Forvaltningskontoret og vekstbedrifta («heard»); den som er"
    " samd («agreed_by»), er òg høyrd.",
    en="A supplement is discussed with three parties: `service`, `case_office` and `provider`. Name in `heard` who was"
    " heard and has not agreed (L6).",
)
SUPPLEMENT_NOT_SHORTENED = problem_type(
    "supplement-not-shortened",
    409,
    title="Tillegget vert ikkje kortare",
    nn="Siste dag må liggje frå og med første dag av tillegget og før den siste dagen det har frå før.",
    en="An end lies within the supplement, before its current last day (L6).",
)
SUPPLEMENT_AGREED_LATER = problem_type(
    "supplement-agreed-later",
    409,
    title="Tillegget vart avtalt seinare",
    nn="Tillegget kan ikkje avsluttast i ein avtale frå før det sjølv vart avtalt.",
    en="An end is not agreed before the supplement itself; `not_before` names that day (L6).",
)
NEED_CHANGE_CLOSED = problem_type(
    "need-change-closed",
    409,
    title="Drøftinga har alt eit utfall",
    nn="Utfallet er alt registrert. Registrer eit nytt behov dersom det har kome eitt.",
    en="The need already has its outcome (L6). Record another need if one has turned up.",
)
TOO_MANY_TERMS = problem_type(
    "too-many-terms",
    409,
    title="For mange vilkår i eitt år",
    nn="Ein plass kan ha opp til 40 ulike vilkår og tillegg i eitt år.",
    en="At most 40 terms and supplements of one placement touch one year, so that every sum stays exact (C4).",
)
# What a decision about a placement that exists, or a notice of it, may be refused with.
STEP_REFUSALS = (
    PLACEMENT_ANNULLED,
    PLACE_ENDED,
    NOTICE_ALREADY_OPEN,
    NOTICE_NOT_OPEN,
    NOTICE_HAS_RUN_OUT,
    END_ALREADY_DECIDED,
    END_BEFORE_START,
    END_AFTER_LAST_DAY,
    END_DIFFERS_FROM_NOTICE,
    CHANGE_OUTSIDE_PLACE,
    STANDARD_HAS_NO_OWN_PRICE,
    DECISION_STALE,
    DECISION_OUT_OF_ORDER,
    TOO_MANY_TERMS,
)

# What a grant may be refused with, by the code that `app.rules.process.find_grant_obstacle` answers.
GRANT_OBSTACLES = {
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

# Between two clients at once, the database refuses the second.
on_constraint("uq_decision_application_id", APPLICATION_CLOSED, APPLICATION_CLOSED.nn)
on_constraint("uq_decision_follows_id", DECISION_STALE, DECISION_STALE.nn)
on_constraint("ex_placement_overlap", PLACEMENT_OVERLAP, PLACEMENT_OVERLAP.nn)
on_constraint(
    "ck_participant_shares", PLACEMENT_OVERLAP, "Plassane til deltakaren kan til saman vere 100 prosent av dagen."
)
