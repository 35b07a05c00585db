"""Refusals of the trust (R)."""

from app.http.exception_handlers import on_constraint
from app.http.problems import problem_type

NO_TRUST_SUM = problem_type(
    "no-trust-sum",
    409,
    title="Legatet har ingen sum for året",
    nn="Styret i legatet har ikkje vedteke nokon sum for året på den dagen. Registrer summen først.",
    en="The trust has no sum for the year on that day (R1). Record it first.",
)
NOT_A_RAISE = problem_type(
    "not-a-raise",
    409,
    title="Summen vert berre auka",
    nn="Summen for eit år kan berre aukast.",
    en="A year's sum is only raised (R4). `sum` is what it is.",
)
PERSON_LIMIT = problem_type(
    "person-limit",
    409,
    title="Over grensa for kvar person",
    nn="Personen ville fått meir enn grensa for kvar person i året.",
    en="The person would get more than the limit of a person and year (R2). `left` is what the person may still get.",
)
TRUST_SUM_EXHAUSTED = problem_type(
    "trust-sum-exhausted",
    409,
    title="Legatet har ikkje nok att",
    nn="Det er ikkje så mykje att av summen for året.",
    en="So much is not left of the year's sum (R3). `left` is what is.",
)
DOCUMENTATION_MISSING = problem_type(
    "documentation-missing",
    409,
    title="Dokumentasjonen er ikkje sett",
    nn="Det er ikkje registrert at dokumentasjonen av helsesituasjonen er sett («documentation_seen_on»).",
    en="Nobody has seen the documentation of the health situation by the day of the decision (R6).",
)
BELONGING_MISSING = problem_type(
    "belonging-missing",
    409,
    title="Ikkje heimehøyrande i kommunen",
    nn="Søkjaren var ikkje folkeregistrert i kommunen. Registrer kvifor han eller ho høyrer heime her"
    " («belonging_reason»).",
    en="The applicant was not registered in the municipality, and no reason for belonging is recorded (R6).",
)
TIMELY_UNDECIDED = problem_type(
    "timely-undecided",
    409,
    title="Søknader som kom i tide, står att",
    nn="Søknaden kom etter fristen. Dei som kom i tide, vert avgjorde først.",
    en="The application came after the deadline; those in time are decided first (R5). `undecided` are left.",
)
TRUST_APPLICATION_DECIDED = problem_type(
    "trust-application-decided",
    409,
    title="Søknaden er alt avgjord",
    nn="Søknaden til legatet er alt avgjord.",
    en="The application to the trust has been decided; a decision is final, unless it is annulled (D10).",
)
TRUST_GRANT_PAID = problem_type(
    "trust-grant-paid",
    409,
    title="Tildelinga er alt betalt ut",
    nn="Det er betalt ut av tildelinga, så ho kan ikkje annullerast. Er det betalt tilbake, registrer ei"
    " tilbakebetaling. Er utbetalinga ført ved feil, annuller ho først.",
    en="Something has been paid of the grant: it is not annulled. What comes back is recorded as a repayment (R7), and"
    " a payment that was recorded by mistake is annulled first.",
)
TRUST_PAYMENT_REPAID = problem_type(
    "trust-payment-repaid",
    409,
    title="Utbetalinga er betalt tilbake",
    nn="Det er registrert at noko av utbetalinga er betalt tilbake. Annuller tilbakebetalinga først, om ho òg er ført"
    " ved feil.",
    en="More would have come back than was paid. A repayment that was recorded by mistake too is annulled first (R7).",
)
NOT_GRANTED = problem_type(
    "not-granted",
    409,
    title="Ikkje innvilga",
    nn="Søknaden er ikkje innvilga, så det er ikkje noko å betale ut.",
    en="The application was not granted: nothing can be paid or repaid.",
)
GRANT_LAPSED = problem_type(
    "grant-lapsed",
    409,
    title="Tildelinga har falle bort",
    nn="Det som ikkje er brukt innan året er ute, fell bort.",
    en="What is not used by the year's last day has lapsed (R7). `lapsed_on` is the day.",
)
PAYMENT_ABOVE_GRANT = problem_type(
    "payment-above-grant",
    409,
    title="Meir enn det som er innvilga",
    nn="Utbetalinga er større enn det som står att av tildelinga.",
    en="The payment is above what is left of the grant (R7). `left` is what is.",
)
REPAYMENT_ABOVE_PAYMENT = problem_type(
    "repayment-above-payment",
    409,
    title="Meir enn det som er betalt ut",
    nn="Tilbakebetalinga er større enn det som er betalt ut.",
    en="The repayment is above what has been paid and not repaid by that day (R7). `left` is what is.",
)

on_constraint("uq_trust_entry_application_id", TRUST_APPLICATION_DECIDED, TRUST_APPLICATION_DECIDED.nn)
on_constraint("ck_trust_limits", TRUST_SUM_EXHAUSTED, TRUST_SUM_EXHAUSTED.nn)
on_constraint("uq_trust_year_sum_year_amount", NOT_A_RAISE, NOT_A_RAISE.nn)
