"""Every refusal of an absence, by the rule it comes from."""

from app.http.exception_handlers import on_constraint
from app.http.problems import problem_type

REVISION_CONFLICT = problem_type(
    "absence-revision-conflict",
    409,
    title="Same revisjon med anna innhald",
    nn="Fråværet er alt lagra med dette revisjonsnummeret og anna innhald. Auk «revision» for å endre det.",
    en="The same revision is stored with other content; a change needs a higher `revision` (A2).",
)
OUTSIDE_PLACEMENT = problem_type(
    "absence-outside-placement",
    409,
    title="Plassen var ikkje aktiv",
    nn="Plassen var ikkje aktiv alle dagane fråværet gjeld.",
    en="The placement was not active on every day of the absence (A1).",
)
OVER_FULL_DAY = problem_type(
    "absence-over-full-day",
    409,
    title="Meir enn ein heil dag",
    nn="Saman med anna fråvær på same plass vert dette meir enn 100 % av ein dag.",
    en="Together with other absence of the placement this passes 100 % of a day; what was stored first stands (A2).",
)
TOO_MANY = problem_type(
    "too-many-items",
    413,
    title="For mange på ein gong",
    nn="Eit kall kan ha opp til 10 000 fråvær. Del dei på fleire kall.",
    en="A batch holds at most 10 000 items. Split it.",
)
CANCELLED = problem_type(
    "absence-cancelled",
    409,
    title="Fråværet er trekt tilbake",
    nn="Fråværet er trekt tilbake og kan ikkje endrast. Registrer eit nytt.",
    en="A cancelled absence stays cancelled (A2).",
)
NOTHING_TO_REVIEW = problem_type(
    "absence-review-not-due",
    409,
    title="Ingenting å vurdere",
    nn="Fråværet var ikkje omfattande den dagen, eller det er alt vurdert sidan det siste fråværet kom.",
    en="The absence was not extensive on `reviewed_on`, or it was reviewed since the latest absence came (A3).",
)
TOO_MANY_TO_EXPORT = problem_type(
    "export-too-large",
    422,
    title="For mange rader",
    nn="Fila ville fått meir enn 50 000 rader. Avgrens utvalet.",
    en="The file would hold more than 50 000 rows. Narrow the filters.",
)
PROVIDER_UNKNOWN = problem_type(
    "provider-unknown",
    409,
    title="Verksemda er ikkje registrert",
    nn="Verksemda di er ikkje registrert som vekstbedrift i Alver.",
    en="The calling organisation is not registered as a provider (P1).",
)

# Under the provider's lock neither can happen; if it does, the caller pushes again.
on_constraint("uq_absence_provider_id_external_id", REVISION_CONFLICT, REVISION_CONFLICT.nn)
