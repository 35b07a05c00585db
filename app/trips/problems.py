"""Refusals of the trip scheme (T)."""

from collections.abc import Mapping

from app.http.exception_handlers import on_constraint
from app.http.problems import problem_type
from app.rules.trip_course import TripStatus

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
FUND_EXHAUSTED = problem_type(
    "fund-exhausted",
    409,
    title="Feriefondet har ikkje nok",
    nn="Det er ikkje så mykje ledig i feriefondet, og kommunen har ikkje anna å betale med.",
    en="So much is not available in the trip fund (T18). `missing` is how much is lacking, `available` what there is.",
)
FUND_ENTRY_OF_TRIP = problem_type(
    "trip-fund-entry-of-trip",
    409,
    title="Posten er ført av ein tur",
    nn="Det ein tur set av, frigjer og kostar, vert retta med det som vert gjort med turen.",
    en="What a trip reserves, releases and costs is corrected by what is done to the trip (T18), and not by annulment.",
)
TRIP_STATE = problem_type(
    "trip-state",
    409,
    title="Turen er ikkje komen dit",
    nn="Det kan ikkje gjerast med turen i den tilstanden han er.",
    en="A trip in its present state does not take this step (T20). `trip_status` is the state.",
)
STATE_DETAILS: Mapping[TripStatus, str] = {
    "applied": "Turen er søkt om og ikkje planlagd: skriv bemanningsplanen først.",
    "assessed": "Turen er vurdert og ikkje planlagd: skriv bemanningsplanen først.",
    "planned": "Turen er planlagd, og ikkje alle har sagt ja til prisen: registrer svara først.",
    "accepted": "Alle har sagt ja til prisen, og turen ventar på vedtaket.",
    "granted": "Turen er innvilga og ikkje gjennomført: no kan nokon trekkje seg, eller turen avlysast.",
    "carried_out": "Turen er gjennomført: no kan han berre gjerast opp.",
    "settled": "Turen er gjord opp, og det står fast.",
    "rejected": "Turen er avslegen. Set saman ein ny tur av søknadene.",
    "withdrawn": "Turen er trekt. Set saman ein ny tur av søknadene.",
    "cancelled": "Turen er avlyst. Set saman ein ny tur av søknadene.",
}
"""What a trip's state is, and what can be done instead."""
TRIP_DAYS_TAKEN = problem_type(
    "trip-days-taken",
    409,
    title="Deltakaren er med på ein annan tur",
    nn="Ein av deltakarane er med på ein annan tur på ein av dagane.",
    en="Nobody is on two trips on one day (T20); this one was recorded at the same moment.",
)
TRIP_APPLICATION_TAKEN = problem_type(
    "trip-application-taken",
    409,
    title="Søknaden har alt ein tur",
    nn="Søknaden er alt med på ein annan tur.",
    en="An application is on one trip at a time (T20).",
)
TRIP_APPLICATION_ON_TRIP = problem_type(
    "trip-application-on-trip",
    409,
    title="Personen er med på ein tur",
    nn="Personen er ført opp på ein tur med denne søknaden. Ta personen av turen eller avlys turen først.",
    en="Its applicant is on the trip `trip_id`. Take them off it first (T16, T20), or cancel it.",
)
TRIP_APPLICATION_GRANTED = problem_type(
    "trip-application-granted",
    409,
    title="Turen er innvilga",
    nn="Turen er innvilga etter denne søknaden. Søknaden og vurderinga av han står fast.",
    en="Its trip has been granted: what the decision rests on stands (T11, T19). Cancel the trip, or take the applicant"
    " off it, first.",
)
PRICE_CHANGED = problem_type(
    "price-changed",
    409,
    title="Prisen er ein annan",
    nn="Prisen er ikkje den som vart vist.",
    en="The price is not the one that was shown (T16). `price` is what it is.",
)
STAFF_NOT_VOLUNTARY = problem_type(
    "staff-not-voluntary",
    409,
    title="Ikkje alle tilsette har sagt seg villige",
    nn="Det er ikkje registrert at alle tilsette er med av eige ynske («volunteered_on»).",
    en="Not all of the staff have said that they come along of their own will (T21). `staff` are those who have not.",
)
NEED_NOT_DOCUMENTED = problem_type(
    "need-not-documented",
    409,
    title="Behovet er ikkje dokumentert",
    nn="Det er ikkje registrert at behovet til alle deltakarane er dokumentert («documented_on») innan vedtaket.",
    en="The need of a participant is not documented by the day of the decision (T7).",
)
LATE_NEEDS_REASON = problem_type(
    "late-needs-reason",
    422,
    title="Ein søknad kom for seint",
    nn="Skriv kvifor turen vert innvilga sjølv om ein søknad kom for seint («late_reason»).",
    en="A late application is granted with a reason alone (T9).",
)


on_constraint("uq_trip_scheme_valid_from", TRIP_SCHEME_EXISTS, TRIP_SCHEME_EXISTS.nn)
on_constraint("ex_trip_round_open", TRIP_ROUND_OPEN, TRIP_ROUND_OPEN.nn)
on_constraint("ex_trip_participant_days", TRIP_DAYS_TAKEN, TRIP_DAYS_TAKEN.nn)
on_constraint("uq_trip_participant_application_id", TRIP_APPLICATION_TAKEN, TRIP_APPLICATION_TAKEN.nn)
