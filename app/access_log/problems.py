"""Why a look at the access log is refused."""

from app.http.problems import problem_type

TOO_MANY_LINES = problem_type(
    "too-many-lines",
    422,
    title="For mange linjer",
    nn="Ei fil av loggen har opp til 10 000 linjer. Avgrens med «from», «to», «actor», «action» eller"
    " «participant_id».",
    en="A file of the log holds 10,000 lines at most. Narrow it with `from`, `to`, `actor`, `action` or"
    " `participant_id`.",
)
