"""Why a participant, a batch of them, a merge or a consent is refused."""

from app.http.exception_handlers import on_constraint
from app.http.problems import problem_type

IDENTITY_NUMBER_INVALID = problem_type(
    "identity-number-invalid",
    422,
    title="Ugyldig fødselsnummer",
    nn="Fødselsnummeret eller D-nummeret er ikkje gyldig her. Sjekk at alle elleve siffera er rett skrivne av.",
    en="Not a valid national identity number or D-number. H-numbers are refused, and synthetic numbers (month + 80) are"
    " accepted only if the service is configured for them. The number itself is never repeated.",
)
IDENTITY_NUMBER_TAKEN = problem_type(
    "identity-number-taken",
    409,
    title="Fødselsnummeret høyrer til ein annan deltakar",
    nn="Ein annan deltakar er alt registrert med dette fødselsnummeret.",
    en="Another participant is already registered with this identity number.",
)
BIRTH_DATE_IN_FUTURE = problem_type(
    "birth-date-in-future",
    422,
    title="Fødselsdatoen er i framtida",
    nn="Fødselsdatoen kan ikkje vere etter i dag.",
    en="The birth date is after today.",
)
EXTERNAL_ID_INVALID = problem_type(
    "external-id-invalid",
    422,
    title="Ugyldig ekstern id",
    nn="Ein ekstern id kan ikkje vere eller innehalde eit fødselsnummer.",
    en="An external id must not be or contain an identity number: addresses are logged.",
)
TOO_MANY_PARTICIPANTS = problem_type(
    "too-many-participants",
    413,
    title="For mange deltakarar på ein gong",
    nn="Eit kall kan ha opp til 5 000 deltakarar. Del dei på fleire kall.",
    en="A batch holds at most 5,000 participants. Split it.",
)
MERGE_WITH_ITSELF = problem_type(
    "merge-with-itself",
    422,
    title="Same deltakar to gonger",
    nn="Ein deltakar kan ikkje slåast saman med seg sjølv.",
    en="A participant cannot be merged with itself.",
)
NOT_THE_SAME_PERSON = problem_type(
    "not-the-same-person",
    409,
    title="Ikkje same person",
    nn="Dei to deltakarane har ulik fødselsdato eller kvar sitt fødselsnummer, og er ikkje same person.",
    en="Two birth dates, or two national identity numbers (a D-number aside), are two people.",
)
CONSENT_WITHDRAWN = problem_type(
    "consent-withdrawn",
    409,
    title="Samtykket er alt trekt",
    nn="Samtykket er alt trekt. Eit nytt samtykke vert registrert for seg.",
    en="The consent is already withdrawn. A new consent is recorded separately (M6).",
)
CONSENT_DAY_INVALID = problem_type(
    "consent-day-invalid",
    422,
    title="Dagen passar ikkje med samtykket",
    nn="Eit samtykke er gjeve seinast i dag, og vert trekt tidlegast den dagen det vart gjeve og seinast i dag.",
    en="A consent is given today at the latest, and withdrawn between the day it was given and today (M6).",
)

on_constraint("uq_participant_identity_number_index", IDENTITY_NUMBER_TAKEN, IDENTITY_NUMBER_TAKEN.nn)
on_constraint("uq_participant_external_id_participant_id_system", IDENTITY_NUMBER_TAKEN, IDENTITY_NUMBER_TAKEN.nn)
