"""Why a month is not closed, or a settlement not decided (C13)."""

from app.http.exception_handlers import on_constraint
from app.http.problems import problem_type

MONTH_NOT_PAST = problem_type(
    "month-not-past",
    409,
    title="Månaden er ikkje over",
    nn="Ein månad kan gjerast opp når han er over.",
    en="A month can be closed once it is past (C13).",
)
MONTH_ALREADY_SETTLED = problem_type(
    "month-already-settled",
    409,
    title="Månaden er alt gjord opp",
    nn="Månaden er alt gjord opp; det som er endra sidan, kjem med i neste oppgjer.",
    en="The month is closed already; what changed since then is settled with the next month (C13).",
)
EARLIER_MONTH_OPEN = problem_type(
    "earlier-month-open",
    409,
    title="Ein tidlegare månad er open",
    nn="Månadene i eit år vert gjorde opp i rekkjefølgje.",
    en="An earlier month of the year has costs and is not closed; `month` names the first such month (C13).",
)
OWN_SETTLEMENT = problem_type(
    "own-settlement",
    409,
    title="Den som gjorde opp, kan ikkje godkjenne",
    nn="Den som gjorde opp månaden, kan ikkje godkjenne eller avvise oppgjeret sjølv.",
    en="A settlement is approved or rejected by another person than the one who closed the month (C13).",
)
PERSON_REQUIRED = problem_type(
    "person-required",
    403,
    title="Berre ein person kan avgjere dette",
    nn="Eit oppgjer vert godkjent eller avvist av ein person, ikkje av eit system.",
    en="A settlement is approved or rejected by a person, not by a machine (C13).",
)
SETTLEMENT_DECIDED = problem_type(
    "settlement-decided",
    409,
    title="Oppgjeret er alt avgjort",
    nn="Oppgjeret er alt godkjent eller avvist.",
    en="The settlement has been approved or rejected already (C13).",
)
SETTLEMENT_BUILT_UPON = problem_type(
    "settlement-built-upon",
    409,
    title="Eit seinare oppgjer byggjer på dette",
    nn="Eit seinare oppgjer har differansar til linjer i dette; avvis det først.",
    en="A later settlement contains differences of this one's lines; `month` names it. Reject that one first (C13).",
)

on_constraint("uq_settlement_month_version", MONTH_ALREADY_SETTLED, MONTH_ALREADY_SETTLED.nn)
on_constraint("uq_settlement_review_settlement_id", SETTLEMENT_DECIDED, SETTLEMENT_DECIDED.nn)
