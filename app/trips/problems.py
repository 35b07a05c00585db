"""Refusals of the trip scheme (T)."""

from app.http.exception_handlers import on_constraint
from app.http.problems import problem_type

NO_SCHEME_IN_FORCE = problem_type(
    "no-scheme-in-force",
    422,
    title="Ferieordninga gjeld ikkje den dagen",
    nn="Det finst inga utgåve av ferieordninga som gjeld den første dagen av turen.",
    en="No version of the trip scheme is in force on the trip's first day (T6).",
)
TRIP_SCHEME_EXISTS = problem_type(
    "trip-scheme-exists",
    409,
    title="Ferieordninga har alt ei utgåve frå den dagen",
    nn="Det finst alt ei utgåve av ferieordninga som gjeld frå denne dagen.",
    en="A version of the trip scheme with this `valid_from` is already recorded.",
)
NO_NIGHT = problem_type(
    "no-night",
    422,
    title="Turen har inga overnatting",
    nn="Ein tur har minst éi overnatting. Ein dagstur er ikkje med i ordninga.",
    en="A trip has at least one night (T8).",
)
LONGER_NEEDS_REASON = problem_type(
    "longer-needs-reason",
    422,
    title="Turen er lengre enn hovudregelen",
    nn="Skriv kvifor turen er lengre enn hovudregelen («longer_reason»).",
    en="A trip of more nights than the main rule needs a reason (T8).",
)
WORKING_TIME_NOT_SETTLED = problem_type(
    "working-time-not-settled",
    422,
    title="Arbeidstida er ikkje avklara",
    nn="Ein lengre tur føreset at arbeidstida er avklara: skriv dagen det vart avtalt («working_time_agreed_on»).",
    en="A longer trip needs the day on which working time was agreed on (T8).",
)
SUM_DIFFERS = problem_type(
    "sum-differs",
    422,
    title="Summen stemmer ikkje med delane",
    nn="Ein oppgjeven sum er ein annan enn det delane vert til saman.",
    en="A stated total is not what its parts add up to (T13). `stated` and `sum` are hours.",
)

LEVEL_ONE_NOT_MUNICIPAL = problem_type(
    "level-one-not-municipal",
    422,
    title="Reisa er ikkje kommunal",
    nn="Ei reise som er skipa til privat (nivå 1), vert ikkje søkt om hjå kommunen. Personen kan søkje Olaug og Reidar"
    " Rambergs legat om støtte til følgje, og finn andre ordningar på informasjonssida.",
    en="A privately organised trip (level 1) is no application here (T1). The trust may support company on it (R).",
)
WITHIN_INTERVAL = problem_type(
    "within-interval",
    422,
    title="For kort tid sidan sist",
    nn="Personen har fått innvilga ei reise av same lengd for kortare tid sidan enn ordninga krev.",
    en="The person was granted a trip of this length less than the interval ago, and the version refuses that (T10)."
    " `free_from` is the year from which the person is free.",
)
TRIP_ROUND_OPEN = problem_type(
    "trip-round-open",
    409,
    title="Det er alt ein open runde",
    nn="Det er alt lyst ut ein runde for det året og den lengda som er open på same tid.",
    en="Another round of that year and length is open at the same time (T12).",
)
TRIP_APPLICATION_WITHDRAWN = problem_type(
    "trip-application-withdrawn",
    409,
    title="Søknaden er trekt",
    nn="Søknaden om reise er trekt.",
    en="The application for a trip has been withdrawn.",
)

on_constraint("uq_trip_scheme_valid_from", TRIP_SCHEME_EXISTS, TRIP_SCHEME_EXISTS.nn)
on_constraint("ex_trip_round_open", TRIP_ROUND_OPEN, TRIP_ROUND_OPEN.nn)
