"""Why hours, or a kind of service, are refused (S3)."""

from app.http.exception_handlers import on_constraint
from app.http.problems import problem_type

SERVICE_TYPE_EXISTS = problem_type(
    "service-type-exists",
    409,
    title="Slaget teneste finst frå før",
    nn="Det finst alt eit slag teneste med denne koden. Endre det i staden.",
    en="A service type with this `code` is already recorded; change it instead.",
)
SERVICE_TYPE_UNKNOWN = problem_type(
    "service-type-unknown",
    422,
    title="Ukjent slag teneste",
    nn="Slaget teneste er ikkje registrert. Forvaltningskontoret registrerer det først.",
    en="No service type has this code; the case office records it first (S3).",
)
NORM_WITHOUT_SOURCE = problem_type(
    "norm-without-source",
    422,
    title="Tal og kjelde høyrer saman",
    nn="Ei norm og ein pris skal ha ei kjelde, og ei kjelde skal ha eit tal.",
    en="A norm or a cost is stated with its source, and both are left out together (S5).",
)
SERVICE_HOURS_CONFLICT = problem_type(
    "service-hours-revision-conflict",
    409,
    title="Same revisjon av timane med anna innhald",
    nn="Timane er alt lagra med dette revisjonsnummeret og anna innhald. Auk «revision» for å endre dei.",
    en="The same revision is stored with other content; a change needs a higher `revision` (A2).",
)
SERVICE_HOURS_OVERLAP = problem_type(
    "service-hours-overlap",
    409,
    title="Timane overlappar",
    nn="Personen har alt timar av same slag teneste i noko av perioden. Endre eller trekk dei først.",
    en="The person has hours of the same service in a part of the period; none are counted twice (S3).",
)
TOO_MANY_HOURS = problem_type(
    "too-many-service-hours",
    413,
    title="For mange timar på ein gong",
    nn="Eit kall kan ha opp til 5 000 postar. Del dei på fleire kall.",
    en="A batch holds at most 5,000 items. Split it.",
)

on_constraint("uq_service_type_code", SERVICE_TYPE_EXISTS, SERVICE_TYPE_EXISTS.nn)
on_constraint("ex_service_hours_overlap", SERVICE_HOURS_OVERLAP, SERVICE_HOURS_OVERLAP.nn)
